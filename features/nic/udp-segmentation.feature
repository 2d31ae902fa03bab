Feature: UDP segmentation
  The stack hands down one large UDP packet, and says how many payload bytes each datagram is to have. What leaves are datagrams,
  each whole by itself; a receiver cannot tell that they were one.

  Background:
    Given the port is up

  @NIC-USO-001
  Scenario Outline: <length> bytes, cut at <size>, over <network>
    When the host sends a UDP super-frame of <length> bytes over <network>, cut at <size>
    Then <count> segments leave, the last of <last> bytes and the others of <size>
    And the segments together are the payload of the super-frame
    And every segment has the addresses and ports of the super-frame

    Examples: one datagram, a whole multiple, one byte less and one byte more
      | network | length | size | count | last |
      | IPv4    | 1400   | 1400 | 1     | 1400 |
      | IPv4    | 7000   | 1400 | 5     | 1400 |
      | IPv4    | 14500  | 1400 | 11    | 500  |
      | IPv4    | 2801   | 1400 | 3     | 1    |
      | IPv4    | 2799   | 1400 | 2     | 1399 |
      | IPv4    | 303    | 101  | 3     | 101  |
      | IPv6    | 7000   | 1400 | 5     | 1400 |
      | IPv6    | 14500  | 1400 | 11    | 500  |

  @NIC-USO-001 @law
  Scenario: Every super-frame becomes the datagrams that were asked for
    Then for every UDP super-frame, the datagrams are as many and as long as they should be, and together its payload

  @NIC-USO-002
  Scenario Outline: Identifications from <first> on, DF <state>
    When the host sends a UDP super-frame of 4000 bytes over IPv4, cut at 1000, with the identification <first> and DF <state>
    Then no segment is a fragment
    And the identifications of the segments are <numbers>

    Examples:
      | first  | state | numbers                        |
      | 0x0000 | set   | 0x0000, 0x0001, 0x0002, 0x0003 |
      | 0x7ffe | clear | 0x7ffe, 0x7fff, 0x8000, 0x8001 |
      | 0xfffe | clear | 0xfffe, 0xffff, 0x0000, 0x0001 |

  @NIC-USO-002 @law
  Scenario: No datagram is a fragment
    Then for every UDP super-frame over IPv4, no datagram is a fragment and the identifications go up by one

  @NIC-USO-003
  Scenario Outline: The lengths in the datagrams of <length> bytes over <network>
    When the host sends a UDP super-frame of <length> bytes over <network>, cut at 1000
    Then the lengths in every segment are its own

    Examples:
      | network | length |
      | IPv4    | 4000   |
      | IPv4    | 3500   |
      | IPv4    | 3001   |
      | IPv6    | 4000   |
      | IPv6    | 3001   |

  @NIC-USO-003 @law
  Scenario: Every datagram has its own lengths
    Then for every UDP super-frame, the lengths in every datagram are its own

  @NIC-USO-005
  Scenario Outline: <count> datagrams in the counters
    When the host sends a UDP super-frame of <length> bytes over IPv4, cut at 1400
    Then the transmitted packets grew by at least <count>

    Examples:
      | length | count |
      | 7000   | 5     |
      | 14500  | 11    |

  @NIC-USO-005 @law
  Scenario: Every datagram is counted
    Then for every UDP super-frame, packets grow by at least the number of its datagrams

  @NIC-USO-006
  Scenario Outline: The checksums of the datagrams of <length> bytes over <network>
    When the host sends a UDP super-frame of <length> bytes over <network>, cut at 1000
    Then the checksum of every segment is valid and not zero

    Examples:
      | network | length |
      | IPv4    | 4000   |
      | IPv4    | 3001   |
      | IPv6    | 4000   |
      | IPv6    | 3001   |

  @NIC-USO-006
  Scenario Outline: Datagrams over <network> whose checksum comes out as zero
    When the host sends a UDP super-frame of 4000 bytes over <network>, cut at 1000, with content that sums to zero
    Then the checksum of every segment is all ones

    Examples:
      | network |
      | IPv4    |
      | IPv6    |

  @NIC-USO-006 @law
  Scenario: Every datagram has a valid checksum
    Then for every UDP super-frame, the checksum of every datagram is valid and not zero

  @NIC-USO-006 @law
  Scenario: A checksum that comes out as zero is sent as all ones
    Then for every UDP super-frame whose content sums to zero, the checksum of every datagram is all ones

  @NIC-USO-007
  Scenario Outline: The stack cuts datagrams over <network>
    Given the feature "tx-udp-segmentation" is off
    When the host sends a UDP super-frame of 3500 bytes over <network>, cut at 1000
    Then the segments are right

    Examples:
      | network |
      | IPv4    |
      | IPv6    |

  @NIC-USO-007 @law
  Scenario: Device and stack make the same datagrams
    Then for every UDP super-frame, the datagrams are the same with "tx-udp-segmentation" on and off
