Feature: Channels and rings
  A channel is a queue, or a pair of them, with its interrupt. A ring is the memory between kernel and device for one queue. Both
  can be resized while the port is in use.

  Background:
    Given the port is up

  @NIC-CHN-001
  Scenario: One more than the maximum
    When one channel more than the maximum is asked for, of each kind in turn
    Then each is refused with EINVAL, at the attribute of that kind
    And the channel counts are what they were

  @NIC-CHN-001 @law
  Scenario: No count beyond the maximum is accepted
    Then for every count beyond the maximum of its kind, the request is refused and the counts stay

  @NIC-CHN-002
  Scenario: A port without a queue of one direction
    When no channel that receives is asked for
    Then it is refused with EINVAL
    When no channel that transmits is asked for
    Then it is refused with EINVAL
    And the channel counts are what they were

  @NIC-CHN-003
  Scenario: The same counts again
    Given the ethtool announcements are listened to
    When the channel counts that are in force are asked for again, between two bursts of frames
    Then it is accepted
    And no change of channels is announced
    And both bursts arrive whole

  @NIC-CHN-006
  Scenario: The lists agree
    Then the queues of the netdev family are those of sysfs, numbered from 0

  @NIC-CHN-006 @needs:multi-queue
  Scenario: The lists agree after every change
    When the number of channels is changed by one
    Then the queues of the netdev family are those of sysfs, numbered from 0
    When there are as many channels as before
    Then the queues of the netdev family are those of sysfs, numbered from 0

  @NIC-CHN-007
  Scenario: The queues of a port that is down
    When the port is set down
    And the receive queue 0 is asked for
    Then it is refused with ENOENT

  @NIC-CHN-010 @needs:multi-queue
  Scenario: One channel is enough
    When there is as few channels as possible
    Then the channel counts read back as asked
    And 64 flows pass in both directions

  @NIC-CHN-010 @law @needs:multi-queue
  Scenario: Traffic flows with every count
    Then for every accepted count of channels, it reads back and 16 flows pass in both directions

  @NIC-CHN-011 @needs:multi-queue
  Scenario: Who listens learns the new counts
    Given the ethtool announcements are listened to
    When the number of channels is changed by one
    Then one change of channels is announced, with the new counts

  @NIC-CHN-011
  Scenario: Who listens does not learn of a refusal
    Given the ethtool announcements are listened to
    When one channel more than the maximum is asked for, of each kind in turn
    Then no change of channels is announced

  @NIC-RNG-001
  Scenario Outline: A <direction> ring of <size>
    When a <direction> ring of <size> is asked for
    Then it is <outcome>
    And the <direction> ring is <in force>

    Examples:
      | direction | size                     | outcome                               | in force                   |
      | receive   | its maximum              | accepted                              | as big as that             |
      | transmit  | its maximum              | accepted                              | as big as that             |
      | receive   | one beyond its maximum   | refused with EINVAL at its attribute  | what it was                |
      | transmit  | one beyond its maximum   | refused with EINVAL at its attribute  | what it was                |
      | receive   | half its maximum and two | accepted                              | as big as that or bigger   |
      | transmit  | half its maximum and two | accepted                              | as big as that or bigger   |

  @NIC-RNG-001 @law
  Scenario: Every size is in force or refused
    Then for every ring size, it is refused and nothing changes, or the ring in force is at least that big

  @NIC-RNG-001 @needs:host-stall
  Scenario: The size that is reported is the one in force
    Given the receive ring holds 128 frames
    When the host stops taking frames and the far end sends twice as many as one ring holds in one flow
    And the host goes on taking frames
    Then the host receives as many frames as the ring holds

  @NIC-RNG-002
  Scenario Outline: The option <option> is refused where it is missing
    When the ring option <option> is asked for, unless the device has it
    Then it is refused with EOPNOTSUPP at the attribute of the option
    And nothing of the request takes effect

    Examples:
      | option          |
      | rx-buf-len      |
      | cqe-size        |
      | tx-push         |
      | rx-push         |
      | tx-push-buf-len |

  @NIC-RNG-003
  Scenario Outline: After <change> the port works as before
    Given the feature "rx-gro" is off
    And the counters and features of the port are noted
    When <change> is asked for
    Then frames pass in both directions
    And the features are those that were noted and no counter went back

    Examples:
      | change                                   |
      | a receive ring of its maximum            |
      | a receive ring of 128                    |
      | a transmit ring of 128                   |
      | a receive ring of one beyond its maximum |

  @NIC-RNG-004
  Scenario: A burst that is longer than the ring
    Given the transmit ring is as small as possible
    When the host sends 600 numbered frames at once
    Then they leave once each, in order

  @NIC-RNG-004 @law
  Scenario: Every burst leaves whole
    Then for every length of a burst up to 256, its frames leave once each, in order

  @NIC-RNG-005
  Scenario: The ring goes on after it was full
    Given the far end may pause the port
    And the transmit ring is as small as possible
    When the far end pauses the port
    And the host sends twice as many numbered frames as the ring holds
    And the far end ends the pause
    Then they leave once each, in order
    And a frame that the host sends leaves

  @NIC-MEM-005
  Scenario: What had to wait leaves once
    Given the far end may pause the port
    And the transmit ring is as small as possible
    When the far end pauses the port
    And the host sends one frame more than the ring holds
    And the far end ends the pause
    Then they leave once each, in order

  @NIC-RNG-006
  Scenario: A single frame is counted as sent
    When the host sends a single frame
    Then it is counted as transmitted within a second, and no other frame is sent

  @NIC-RNG-007
  Scenario: A full ring is counted
    Given the far end may pause the port
    And the transmit ring is as small as possible
    When the far end pauses the port
    And the host sends twice as many numbered frames as the ring holds
    And the far end ends the pause
    Then they leave once each, in order
    And stopped and woken transmit queues were counted, equally often

  @NIC-RNG-010
  Scenario: More than a queue holds
    Given the far end may pause the port
    And the transmit ring is as small as possible
    And 10 frames may wait for the port
    When the far end pauses the port
    And the host sends frames of one flow one by one until one is refused
    Then it was refused with ENOBUFS
    And the queue discipline of the port counts 1 drop more
    And tx_dropped did not grow
    When the far end ends the pause
    Then they leave once each, in order

  @NIC-RNG-009
  Scenario: Changes of the rings are announced
    Given the ethtool announcements are listened to
    When a receive ring of 128 is asked for
    Then one change of rings is announced
    When a receive ring of 128 is asked for
    Then no further change of rings is announced
    When a receive ring of one beyond its maximum is asked for
    Then no further change of rings is announced

  @NIC-MEM-006
  Scenario: Sent twice, the same frame twice
    When the host sends the same buffer twice, asking for its checksum
    Then the wire shows the same frame twice, with a right checksum
    And the buffer is what it was

  @NIC-MEM-006 @law
  Scenario: No send changes the sender's bytes
    Then for every segment that asks for its checksum, sending it twice makes the same frame twice
