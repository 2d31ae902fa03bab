Feature: TCP segmentation
  The stack hands down one large TCP packet, the super-frame, and says how many payload bytes each segment is to have. What leaves
  is what the stack itself would have sent: each segment with headers of its own, and all of them together the payload.

  Background:
    Given the port is up

  @NIC-TSO-001
  Scenario Outline: <length> bytes, cut at <size>, over <network>
    When the host sends a TCP super-frame of <length> bytes over <network>, cut at <size>
    Then <count> segments leave, the last of <last> bytes and the others of <size>

    Examples: one segment, a whole multiple, one byte less and one byte more
      | network | length | size | count | last |
      | IPv4    | 1000   | 1000 | 1     | 1000 |
      | IPv4    | 1001   | 1000 | 2     | 1    |
      | IPv4    | 3999   | 1000 | 4     | 999  |
      | IPv4    | 4000   | 1000 | 4     | 1000 |
      | IPv4    | 4001   | 1000 | 5     | 1    |
      | IPv6    | 4000   | 1000 | 4     | 1000 |
      | IPv6    | 4001   | 1000 | 5     | 1    |
      | IPv6    | 640    | 64   | 10    | 64   |

  @NIC-TSO-001 @law
  Scenario: Every super-frame is cut at its segment size
    Then for every TCP super-frame, the segments are as many and as long as length and segment size say

  @NIC-TSO-002
  Scenario Outline: The payload of <length> bytes over <network> comes out whole
    When the host sends a TCP super-frame of <length> bytes over <network>, cut at <size>
    Then the segments together are the payload of the super-frame

    Examples: sizes that are no multiple of a page, a cache line or a word
      | network | length | size |
      | IPv4    | 20000  | 1448 |
      | IPv4    | 9001   | 999  |
      | IPv6    | 20000  | 1428 |
      | IPv6    | 9001   | 1001 |

  @NIC-TSO-002 @law
  Scenario: No byte of any super-frame is lost, doubled or moved
    Then for every TCP super-frame, the segments together are its payload

  @NIC-TSO-003
  Scenario Outline: Sequence numbers from <first> on
    When the host sends a TCP super-frame of 4000 bytes over IPv4, cut at 1000, with the sequence number <first>
    Then the sequence numbers of the segments are <numbers>

    Examples: within, across 2^31 and across 2^32
      | first      | numbers                                        |
      | 0x00000000 | 0x00000000, 0x000003e8, 0x000007d0, 0x00000bb8 |
      | 0x7ffffe00 | 0x7ffffe00, 0x800001e8, 0x800005d0, 0x800009b8 |
      | 0xfffffc18 | 0xfffffc18, 0x00000000, 0x000003e8, 0x000007d0 |
      | 0xffffffff | 0xffffffff, 0x000003e7, 0x000007cf, 0x00000bb7 |

  @NIC-TSO-003 @law
  Scenario: Every sequence number counts the payload before it
    Then for every TCP super-frame, each sequence number is the first one plus the payload before, modulo 2^32

  @NIC-TSO-004
  Scenario Outline: <flag> on a super-frame over <network>
    When the host sends a TCP super-frame of 3500 bytes over <network>, cut at 1000, with the flags ACK and <flag>
    Then <flag> is set in <where>

    Examples:
      | network | flag | where            |
      | IPv4    | FIN  | the last segment |
      | IPv4    | PSH  | the last segment |
      | IPv4    | ECE  | every segment    |
      | IPv4    | URG  | every segment    |
      | IPv4    | ACK  | every segment    |
      | IPv6    | FIN  | the last segment |
      | IPv6    | PSH  | the last segment |
      | IPv6    | ECE  | every segment    |

  @NIC-TSO-004 @law
  Scenario: Every flag is where it belongs
    Then for every TCP super-frame, FIN and PSH are set in its last segment only and the other flags in each

  @NIC-TSO-005
  Scenario Outline: CWR on a super-frame over <network>
    Given the feature "tx-tcp-ecn-segmentation" is on
    When the host sends a TCP super-frame of 3500 bytes over <network>, cut at 1000, with the flags ACK and CWR
    Then CWR is set in the first segment

    Examples:
      | network |
      | IPv4    |
      | IPv6    |

  @NIC-TSO-005 @law
  Scenario: CWR is never repeated
    Given the feature "tx-tcp-ecn-segmentation" is on
    Then for every TCP super-frame with CWR, it is set in the first segment only

  @NIC-TSO-006
  Scenario Outline: CWR over <network> on a device that is not trusted with it
    Given the feature "tx-tcp-ecn-segmentation" is off
    When the host sends a TCP super-frame of 3500 bytes over <network>, cut at 1000, with the flags ACK and CWR
    Then CWR is set in the first segment
    And the segments are right

    Examples:
      | network |
      | IPv4    |
      | IPv6    |

  @NIC-TSO-006 @law
  Scenario: With and without ECN segmentation
    Given the feature "tx-tcp-mangleid-segmentation" is off
    Then for every TCP super-frame with CWR, the segments are the same with "tx-tcp-ecn-segmentation" on and off

  @NIC-TSO-007
  Scenario Outline: <length> bytes over <network>, cut at <size>, each segment with its own lengths and checksums
    When the host sends a TCP super-frame of <length> bytes over <network>, cut at <size>
    Then the lengths and the checksums in every segment are its own

    Examples: a shorter last segment, of odd length too
      | network | length | size |
      | IPv4    | 4000   | 1000 |
      | IPv4    | 3500   | 1000 |
      | IPv4    | 3001   | 1000 |
      | IPv4    | 2999   | 333  |
      | IPv6    | 3500   | 1000 |
      | IPv6    | 3001   | 1000 |

  @NIC-TSO-007 @law
  Scenario: Every segment has its own lengths and checksums
    Then for every TCP super-frame, the lengths and the checksums in every segment are its own

  @NIC-TSO-008
  Scenario Outline: Identifications from <first> on
    Given the feature "tx-tcp-mangleid-segmentation" is off
    When the host sends a TCP super-frame of 4000 bytes over IPv4, cut at 1000, with the identification <first>
    Then the identifications of the segments are <numbers>

    Examples: within, across 2^15 and across 2^16
      | first  | numbers                        |
      | 0x0000 | 0x0000, 0x0001, 0x0002, 0x0003 |
      | 0x7ffe | 0x7ffe, 0x7fff, 0x8000, 0x8001 |
      | 0xfffe | 0xfffe, 0xffff, 0x0000, 0x0001 |

  @NIC-TSO-008 @law
  Scenario: Every identification is the one before plus one
    Given the feature "tx-tcp-mangleid-segmentation" is off
    Then for every TCP super-frame over IPv4, the identifications go up by one, modulo 2^16

  @NIC-TSO-010
  Scenario Outline: Identifications of packets with DF <state> on a device that may choose them
    Given the feature "tx-tcp-mangleid-segmentation" is on
    When the host sends a TCP super-frame of 4000 bytes over IPv4, cut at 1000, with DF <state>
    Then the identifications of the segments <rule>

    Examples:
      | state | rule                             |
      | clear | all differ                       |
      | set   | go up by one or are all the same |

  @NIC-TSO-010 @law
  Scenario: No two packets that may be fragmented have the same identification
    Given the feature "tx-tcp-mangleid-segmentation" is on
    Then for every TCP super-frame over IPv4, the identifications differ unless DF is set

  @NIC-TSO-011
  Scenario Outline: Traffic class <class>, flow label <label>, hop limit <limit>
    When the host sends a TCP super-frame of 3500 bytes over IPv6, cut at 1000, with the traffic class <class> and the flow label <label> and the hop limit <limit>
    Then every segment has the traffic class, the flow label and the hop limit of the super-frame

    Examples:
      | class | label   | limit |
      | 0x00  | 0x00000 | 64    |
      | 0xb8  | 0x00001 | 1     |
      | 0xff  | 0xfffff | 255   |
      | 0x01  | 0x80000 | 128   |

  @NIC-TSO-011 @law
  Scenario: Every traffic class, flow label and hop limit is copied
    Then for every TCP super-frame over IPv6, each segment has its traffic class, flow label and hop limit

  @NIC-TSO-012
  Scenario Outline: A super-frame with <headers>
    When the host sends a TCP super-frame of 3500 bytes over IPv6, cut at 1000, with <headers>
    Then every segment has the extension headers of the super-frame, right lengths and a valid checksum

    Examples:
      | headers                                                           |
      | hop-by-hop options                                                |
      | destination options                                               |
      | a routing header                                                  |
      | hop-by-hop options and a routing header and destination options   |

  @NIC-TSO-012 @law
  Scenario: Every chain of extension headers is kept
    Then for every TCP super-frame with IPv6 extension headers, each segment has them, right lengths and a valid checksum

  @NIC-TSO-013
  Scenario Outline: A super-frame with <bytes> bytes of TCP options over <network>
    When the host sends a TCP super-frame of 3500 bytes over <network>, cut at 1000, with <bytes> bytes of options
    Then every segment has the TCP options of the super-frame

    Examples: none, timestamps, an authentication option, all there is room for
      | network | bytes |
      | IPv4    | 0     |
      | IPv4    | 12    |
      | IPv4    | 20    |
      | IPv4    | 40    |
      | IPv6    | 12    |
      | IPv6    | 40    |

  @NIC-TSO-013 @law
  Scenario: All options are copied whole
    Then for every TCP super-frame, each segment has all its TCP options

  @NIC-TSO-015
  Scenario Outline: A super-frame with <tags>
    When the host sends a TCP super-frame of 3500 bytes over <network>, cut at 1000, with <tags>
    Then every segment has the tags of the super-frame

    Examples:
      | network | tags                                           |
      | IPv4    | the tag 0x8100/0x0064                          |
      | IPv4    | the tag 0x8100/0xffff                          |
      | IPv4    | the tag 0x88a8/0x0064                          |
      | IPv4    | the tag 0x88a8/0x0064 and the tag 0x8100/0x00c8 |
      | IPv6    | the tag 0x8100/0x0064                          |
      | IPv6    | the tag 0x88a8/0x0064 and the tag 0x8100/0x00c8 |

  @NIC-TSO-015 @law
  Scenario: Every tag is kept in every segment
    Then for every TCP super-frame with tags, each segment has the same tags

  @NIC-TSO-016
  Scenario Outline: A super-frame through VLAN 100, over <network>
    Given the feature "tx-vlan-hw-insert" is on
    When the host sends a TCP super-frame of 3500 bytes over <network>, cut at 1000, through a VLAN device with VID 100
    Then every segment has the tag of that VLAN

    Examples:
      | network |
      | IPv4    |
      | IPv6    |

  @NIC-TSO-016 @law
  Scenario: Every super-frame through a VLAN is tagged throughout
    Given the feature "tx-vlan-hw-insert" is on
    Then for every TCP super-frame through a VLAN device, each segment has its tag and is right

  @NIC-TSO-017
  Scenario: More segments than the device announces
    When the host sends a TCP super-frame of more segments than the device announces
    Then the segments are right

  @NIC-TSO-017
  Scenario Outline: The largest IP packet, over <network>
    When the host sends a TCP super-frame of <length> bytes over <network>, cut at 1400
    Then the segments are right

    Examples: 65535 bytes by the length field, which does not count the IPv6 header
      | network | length |
      | IPv4    | 65495  |
      | IPv6    | 65515  |

  @NIC-TSO-017
  Scenario Outline: A super-frame of <segments> segments, where the device gets at most <limit>
    Given the device is given at most <limit> segments at once
    When the host sends a TCP super-frame of <segments> segments
    Then the segments are right

    Examples: one less, as many, one more, many more
      | limit | segments |
      | 16    | 15       |
      | 16    | 16       |
      | 16    | 17       |
      | 16    | 200      |

  @NIC-TSO-017
  Scenario Outline: A super-frame of <length> bytes, where the device gets at most <limit>
    Given the device is given at most <limit> bytes at once
    When the host sends a TCP super-frame of <length> bytes over IPv4, cut at 1000
    Then the segments are right

    Examples:
      | limit | length |
      | 16384 | 16000  |
      | 16384 | 17000  |
      | 16384 | 40000  |

  @NIC-TSO-017 @law
  Scenario: Every number of segments comes out right
    Then for every TCP super-frame of up to 300 segments, the segments are right

  @NIC-TSO-018
  Scenario Outline: The largest super-frame over <network>
    When the host sends the largest TCP super-frame over <network> that the device announces
    Then the segments are right

    Examples:
      | network |
      | IPv4    |
      | IPv6    |

  @NIC-TSO-018 @law
  Scenario: Every length up to the largest
    Then for every TCP super-frame up to 100 bytes shorter than the largest, the segments are right

  @NIC-TSO-019 @needs:tx-fragments
  Scenario Outline: A super-frame in buffers that break at <breaks>
    When the host sends a TCP super-frame of 17000 bytes over IPv4, cut at 1000, in buffers that break at <breaks>
    Then the segments are right

    Examples: headers apart, single bytes, within and between segments, as many as there may be
      | breaks                                                                                         |
      | 54                                                                                             |
      | 14, 34, 54                                                                                     |
      | 54, 55, 56, 57                                                                                 |
      | 54, 4096, 8192, 12288                                                                          |
      | 20, 54, 60, 1053, 1054, 1055, 2000, 2500, 3000, 3500, 4000, 4500, 5000, 5500, 6000, 6500       |

  @NIC-TSO-019 @needs:tx-fragments @law
  Scenario: However the super-frame is cut into buffers
    Then for every TCP super-frame and all ways to cut it into up to 17 buffers, the segments are right

  @NIC-TSO-020 @needs:mtu
  Scenario Outline: Segments of <size> bytes with an MTU of <mtu>
    Given an MTU of <mtu>
    When the host sends a TCP super-frame of 12000 bytes over <network>, cut at <size>
    Then no segment is longer than the headers and <size> bytes

    Examples: the size of the MTU, and below it
      | network | mtu  | size |
      | IPv4    | 1500 | 1460 |
      | IPv4    | 1500 | 536  |
      | IPv4    | 1500 | 88   |
      | IPv6    | 1500 | 1440 |
      | IPv6    | 1500 | 1220 |

  @NIC-TSO-020 @law
  Scenario: No segment is ever longer
    Then for every TCP super-frame, no segment is longer than headers and segment size

  @NIC-TSO-021
  Scenario Outline: The device segments super-frames over <network> while <feature> is on
    Given the feature "<feature>" is on
    When the host sends 5 TCP super-frames over <network>
    Then 5 super-frames are counted as segmented by the device

    Examples:
      | network | feature              |
      | IPv4    | tx-tcp-segmentation  |

    @needs:tx-tcp6-segmentation
    Examples: over IPv6
      | network | feature              |
      | IPv6    | tx-tcp6-segmentation |

  @NIC-TSO-021
  Scenario: The device segments nothing while the feature is off
    Given the feature "tx-tcp-segmentation" is off
    When the host sends 5 TCP super-frames over IPv4
    Then 0 super-frames are counted as segmented by the device

  @NIC-TSO-022
  Scenario: Super-frames and wire packets
    Given the feature "tx-tcp-segmentation" is on
    When the host sends a TCP super-frame of 9500 bytes over IPv4, cut at 1000
    Then 1 super-frame of 10 segments is counted as segmented by the device

  @NIC-TSO-022
  Scenario: Frames that need no segmentation are not counted
    When the host sends a frame that is no super-frame
    Then 0 super-frames of 0 segments are counted as segmented by the device

  @NIC-TSO-022 @law
  Scenario: The counters tell how many super-frames and segments there were
    Given the feature "tx-tcp-segmentation" is on
    Then for all TCP super-frames over IPv4, the device counts each once and each of its segments once

  @NIC-TSO-032
  Scenario Outline: A super-frame of <count> segments in the counters
    When the host sends a TCP super-frame of <length> bytes over IPv4, cut at 1000
    Then the transmitted packets grew by <count> and the transmitted bytes by <bytes>

    Examples: each segment has 54 bytes of headers
      | length | count | bytes |
      | 4000   | 4     | 4216  |
      | 9500   | 10    | 10040 |

  @NIC-TSO-032 @law
  Scenario: The counters are those of the wire
    Then for every TCP super-frame, packets and bytes grow by what is on the wire

  @NIC-TSO-033
  Scenario Outline: The stack segments over <network>
    Given the feature "<feature>" is off
    When the host sends a TCP super-frame of 3500 bytes over <network>, cut at 1000, with the flags ACK and PSH and 12 bytes of options
    Then the segments are right

    Examples:
      | network | feature              |
      | IPv4    | tx-tcp-segmentation  |
      | IPv6    | tx-tcp6-segmentation |

  @NIC-TSO-033 @law
  Scenario Outline: Device and stack make the same segments over <network>
    Given the feature "tx-tcp-mangleid-segmentation" is off
    Then for every TCP super-frame over <network>, the segments are the same with "<feature>" on and off

    Examples:
      | network | feature              |
      | IPv4    | tx-tcp-segmentation  |
      | IPv6    | tx-tcp6-segmentation |
