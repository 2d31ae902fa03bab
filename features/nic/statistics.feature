Feature: Interface statistics
  What the counters of an interface mean is defined by the kernel and by IEEE 802.3, and is the same for every device.

  Background:
    Given the port is up
    And nothing is merged on receive

  @NIC-STAT-001
  Scenario: Frames for the host are counted
    When the far end sends 7 unicast frames, 3 multicast frames of a joined group and 2 broadcast frames
    Then rx_packets grew by 12

  @NIC-STAT-001 @needs:unicast-filter
  Scenario: Frames for others are not counted
    When the far end sends 4 frames to the port and 5 to somebody else
    Then rx_packets grew by 4

  @NIC-STAT-001 @needs:wire-fcs
  Scenario: Damaged frames are not counted as packets
    When the far end sends 6 frames, 2 of them with a wrong frame check sequence
    Then rx_packets grew by 4

  @NIC-STAT-001 @law
  Scenario: Every burst is counted
    Then for every burst of frames to the port, rx_packets grows by their number

  @NIC-STAT-002
  Scenario: Sent frames are counted
    When the host sends 9 frames
    Then tx_packets grew by 9

  @NIC-STAT-002 @needs:tx-tcp-segmentation @needs:segments-in-device
  Scenario: A super-frame counts as its segments
    When the host sends a TCP super-frame of 5000 bytes with segments of 1000
    Then tx_packets grew by 5

  @NIC-STAT-002 @law
  Scenario: Every sent burst is counted
    Then for every burst that the host sends, tx_packets grows by the frames on the wire

  @NIC-STAT-003
  Scenario Outline: A received frame of <length> bytes
    When the far end sends a frame of <length> bytes
    Then rx_bytes grew by <length>

    Examples:
      | length |
      | 60     |
      | 61     |
      | 1000   |
      | 1514   |

  @NIC-STAT-003
  Scenario Outline: A sent frame of <length> bytes
    When the host sends a frame of <length> bytes
    Then tx_bytes grew by <length>

    Examples:
      | length |
      | 60     |
      | 61     |
      | 1514   |

  @NIC-STAT-003 @needs:rx-vlan-hw-parse
  Scenario: A tag that the device stripped is counted
    Given the feature "rx-vlan-hw-parse" is on
    When the far end sends a frame of 104 bytes with a tag of VID 0
    Then rx_bytes grew by 104

  @NIC-STAT-003 @law
  Scenario: The bytes of every burst
    Then for every burst in both directions, rx_bytes and tx_bytes grow by the lengths of the frames

  @NIC-STAT-004
  Scenario: Errors are in the sum of errors
    When the far end sends 8 frames, 3 of them with a wrong frame check sequence
    Then rx_errors grew by 3
    And rx_errors is at least the sum of its details

  @NIC-STAT-004 @law
  Scenario: No mix of frames makes the details outgrow the sum
    Then for every mix of good and damaged frames, rx_errors grows by the growth of its details

  @NIC-STAT-006
  Scenario: The host is too slow
    Given a receive ring of 128 frames
    When the host is too slow for its receive rings
    And the far end sends 400 frames of one flow
    And the host is fast enough again
    Then rx_missed_errors grew by the frames that did not reach the host, and rx_dropped did not grow

  @NIC-STAT-007
  Scenario: One hundred damaged frames
    When the far end sends 100 frames, 100 of them with a wrong frame check sequence
    Then rx_crc_errors grew by 100
    And rx_errors grew by 100
    And no frame reached the host

  @NIC-STAT-007 @law
  Scenario: Every damaged check sequence is counted
    Then for every frame and every wrong check sequence, rx_crc_errors grows by 1 and the frame is not delivered

  @NIC-STAT-010
  Scenario Outline: Counters over <event>
    Given traffic in both directions
    When <event> takes place
    Then no counter went back

    Examples:
      | event                 |
      | a down and an up      |
      | a change of the MTU   |
      | a change of features  |

    @needs:rings
    Examples: with rings
      | event                 |
      | a change of the rings |

    @needs:channels @needs:multi-queue
    Examples: with channels
      | event                    |
      | a change of the channels |

  @NIC-STAT-010 @law
  Scenario: No sequence of changes turns a counter back
    Then for every sequence of traffic and changes of the port, no counter goes back

  @NIC-STAT-012
  Scenario: Both sources after traffic
    Given traffic in both directions
    Then the queue statistics in sum are those of the interface
    And the statistics of the whole device in the netdev family are those of the interface

  @NIC-STAT-012 @law
  Scenario: Both sources after every burst
    Then for every burst in both directions, queue statistics and interface statistics grow alike

  @NIC-STAT-013
  Scenario: The list of queues
    Then the queue statistics list each receive and transmit queue once
    And each of them has packets and bytes

  @NIC-STAT-013 @needs:channels
  Scenario: The list of queues after a change of channels
    When there are fewer channels
    Then the queue statistics list each receive and transmit queue once

  @NIC-STAT-015 @needs:wire-pause
  Scenario: Pause frames that came
    Given the device accepts pause frames
    When the far end sends 3 pause frames
    Then the received pause frames grew by 3

  @NIC-STAT-015
  Scenario: The pause statistics are there
    Then the pause statistics have both counters

  @NIC-STAT-016
  Scenario: The FEC statistics are there
    Then the FEC statistics have corrected and uncorrectable blocks

  @NIC-STAT-018
  Scenario: Counters of receive checksums
    When the far end sends 10 UDP frames with a right checksum and 5 with a wrong one
    Then the queue counters of receive checksums that are there add up to what came

  @NIC-STAT-018
  Scenario: Counters of transmit segmentation
    When the host sends a TCP super-frame of 5000 bytes with segments of 1000
    Then the queue counters of transmit segmentation that are there count one super-frame and 5 segments

  @NIC-STAT-019
  Scenario: The names of private counters
    Then no private counter has the name of a standard one

  @NIC-STAT-020
  Scenario: Private counters over changes of the port
    Given the names of the private counters are noted
    When a down and an up takes place
    And a change of the MTU takes place
    Then the names of the private counters are what they were

  @NIC-STAT-020 @needs:channels @needs:multi-queue
  Scenario: Private counters over changes of the channels
    Given the names of the private counters are noted
    When there are fewer channels
    Then the names of the private counters are what they were

  @NIC-STAT-021
  Scenario Outline: <counter> of the MAC group
    When the far end sends 7 unicast frames, 3 multicast frames of a joined group and 2 broadcast frames
    And the host sends 4 unicast frames, 5 multicast frames and 6 broadcast frames
    Then the MAC counter <counter> grew by <growth>, if the device has it

    Examples:
      | counter                                | growth |
      | FramesReceivedOK                       | 12     |
      | MulticastFramesReceivedOK              | 3      |
      | BroadcastFramesReceivedOK              | 2      |
      | FramesTransmittedOK                    | 15     |
      | MulticastFramesXmittedOK               | 5      |
      | BroadcastFramesXmittedOK               | 6      |

  @NIC-STAT-021 @needs:wire-fcs
  Scenario: Check sequence errors of the MAC group
    When the far end sends 8 frames, 3 of them with a wrong frame check sequence
    Then the MAC counter FrameCheckSequenceErrors grew by 3, if the device has it
    And the MAC counter FramesReceivedOK grew by 5, if the device has it

  @NIC-STAT-021 @law
  Scenario: The MAC group over every burst
    Then for every burst in both directions, the MAC counters that are there grow as IEEE 802.3 defines them

  @NIC-STAT-022
  Scenario: The RMON buckets
    Then the RMON buckets are contiguous and at most 10

  @NIC-STAT-022
  Scenario Outline: A frame of <size> bytes with its check sequence
    When the far end sends a frame that has <size> bytes with its check sequence
    Then the one RMON bucket that includes <size> grew by 1

    Examples:
      | size |
      | 64   |
      | 65   |
      | 127  |
      | 128  |
      | 255  |
      | 256  |
      | 511  |
      | 512  |
      | 1023 |
      | 1024 |
      | 1518 |

  @NIC-STAT-022 @law
  Scenario: Frames of every size
    Then for every size of a frame in each direction, the one RMON bucket that includes it grows by 1

  @NIC-STAT-023
  Scenario: Groups and broadcast
    When the far end sends 10 unicast frames, 10 multicast frames of a joined group and 10 broadcast frames
    Then multicast grew by 10

  @NIC-STAT-023 @law
  Scenario: Every mix of destinations
    Then for every mix of destinations, multicast grows by the frames to the joined group

  @NIC-STAT-026
  Scenario Outline: Queue statistics of <interface>
    When queue statistics of <interface> are asked for
    Then they are refused with <error> at the interface index

    Examples:
      | interface                  | error  |
      | interface index 0          | ERANGE |
      | an index of no interface   | ENODEV |

  @NIC-STAT-027
  Scenario: Both forms of the link statistics
    Given traffic in both directions
    Then each 32-bit link statistic is the low half of the 64-bit one
