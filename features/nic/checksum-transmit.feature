Feature: Transmit checksum
  The kernel gives two numbers, where to start the sum and where to put it, and has prepared the field so that nothing else need be
  known. A device that takes these numbers works for protocols that were not there when it was made.

  Background:
    Given the port is up

  @NIC-CSUM-001
  Scenario Outline: The checksum of a <transport> packet over <network> with <length> bytes is filled in
    When the host sends a <transport> packet over <network> with <length> bytes of payload that asks for its checksum
    Then it leaves with the sum from its start to its end, complemented, in its place

    Examples:
      | transport | network | length |
      | TCP       | IPv4    | 0      |
      | TCP       | IPv4    | 1460   |
      | TCP       | IPv6    | 1440   |
      | UDP       | IPv4    | 100    |
      | UDP       | IPv6    | 100    |

  @NIC-CSUM-001 @law
  Scenario: For every start, offset and content
    Then for every start, offset and content, the sum runs from the start to the end

  @NIC-CSUM-002
  Scenario Outline: The field holds <value> before
    When the host sends a frame that asks for a checksum and whose field holds <value>
    Then it leaves with the sum from its start to its end, complemented, in its place

    Examples:
      | value  |
      | 0x0000 |
      | 0x0001 |
      | 0x8000 |
      | 0xffff |

  @NIC-CSUM-002 @law
  Scenario: For every value that the field holds before
    Then for every value in the field, it takes part in the sum

  @NIC-CSUM-003
  Scenario Outline: A payload of <length> bytes
    When the host sends a <transport> packet over IPv4 with <length> bytes of payload that asks for its checksum
    Then it leaves with the sum from its start to its end, complemented, in its place

    Examples:
      | transport | length |
      | TCP       | 1      |
      | TCP       | 1459   |
      | UDP       | 3      |
      | UDP       | 999    |

  @NIC-CSUM-003 @law
  Scenario: For every odd number of bytes
    Then for every odd length, the last byte is the high half of a word

  @NIC-CSUM-004
  Scenario Outline: Only the checksum of a <transport> packet changes
    When the host sends a <transport> packet over IPv4 with 64 bytes of payload that asks for its checksum
    Then no byte but the two of its checksum is another

    Examples:
      | transport |
      | TCP       |
      | UDP       |

  @NIC-CSUM-004 @law
  Scenario: Only the checksum changes, whatever the packet
    Then for every packet that asks for its checksum, no other byte changes

  @NIC-CSUM-005
  Scenario Outline: A UDP checksum of zero over <network>
    When the host sends a UDP datagram over <network> whose checksum computes to zero
    Then its checksum on the wire is 0xffff

    Examples:
      | network |
      | IPv4    |
      | IPv6    |

  @NIC-CSUM-005 @law
  Scenario: Every UDP checksum of zero
    Then for every UDP datagram whose checksum computes to zero, 0xffff is on the wire

  @NIC-CSUM-007
  Scenario: The generic checksum is offered
    Then the generic transmit checksum can be had, and the pair for IPv4 and IPv6 is not all there is

  @NIC-CSUM-008
  Scenario: Both kinds are asked for
    When the generic and the protocol-specific transmit checksums are all switched on
    Then only one kind is in force

  @NIC-CSUM-008 @law
  Scenario: Whatever is asked for, one kind is in force
    Then for every request for transmit checksums, only one kind is in force

  @NIC-CSUM-009
  Scenario Outline: Behind <headers>
    When the host sends a UDP packet behind <headers> that asks for its checksum
    Then it leaves with the sum from its start to its end, complemented, in its place

    Examples:
      | headers       |
      | a VLAN tag    |
      | two VLAN tags |
      | an MPLS label |
      | GRE           |
      | IP in IP      |
      | VXLAN         |

  @NIC-CSUM-009 @law
  Scenario: Behind every kind of header
    Then for every header before it and every packet, the checksum is filled in

  @NIC-CSUM-010
  Scenario Outline: Behind <options> bytes of IPv4 options
    When the host sends a TCP packet behind <options> bytes of IPv4 options that asks for its checksum
    Then it leaves with the sum from its start to its end, complemented, in its place

    Examples:
      | options |
      | 4       |
      | 20      |
      | 40      |

  @NIC-CSUM-010 @law
  Scenario: For every length of the IPv4 header
    Then for every length of the IPv4 header, the checksum is filled in

  @NIC-CSUM-011
  Scenario Outline: Behind <extension> of IPv6
    When the host sends a UDP packet behind <extension> of IPv6 that asks for its checksum
    Then it leaves with the sum from its start to its end, complemented, in its place

    Examples:
      | extension           |
      | hop-by-hop options  |
      | destination options |
      | a routing header    |
      | all three           |

  @NIC-CSUM-011 @law
  Scenario: Behind every extension header
    Then for every extension header and packet, the checksum is filled in

  @NIC-CSUM-012
  Scenario Outline: Start <start> and offset <offset> in a TCP packet
    When the host sends a TCP packet and asks for a checksum from <start> at <offset>
    Then it leaves with the sum from its start to its end, complemented, in its place

    Examples: within the IP header, within the TCP header, within the payload
      | start | offset |
      | 20    | 4      |
      | 36    | 2      |
      | 54    | 0      |
      | 60    | 11     |

  @NIC-CSUM-012 @law
  Scenario: The request is done, whatever the headers suggest
    Then for every start and offset in a TCP packet, the request is done

  @NIC-CSUM-013
  Scenario: A protocol that nobody knows
    When the host sends a packet of an unknown IP protocol that asks for a checksum
    Then it leaves with the sum from its start to its end, complemented, in its place

  @NIC-CSUM-013 @law
  Scenario: Every protocol
    Then for every IP protocol, a checksum that is asked for is filled in

  @NIC-CSUM-014
  Scenario Outline: An IPv4 header checksum of <value>
    When the host sends a packet whose IPv4 header checksum is <value> and that asks for its checksum
    Then its IPv4 header checksum on the wire is <value>

    Examples:
      | value  |
      | 0x0000 |
      | 0xdead |
      | 0xffff |

  @NIC-CSUM-014 @law
  Scenario: The IPv4 header is not touched
    Then for every IPv4 header checksum, it is on the wire as it was given

  @NIC-CSUM-015
  Scenario Outline: <transport> in VXLAN with an outer checksum
    When the host sends a <transport> packet in VXLAN with an outer checksum that is prepared
    Then both checksums on the wire are right

    Examples:
      | transport |
      | TCP       |
      | UDP       |

  @NIC-CSUM-015 @law
  Scenario: Every packet in a tunnel with an outer checksum
    Then for every packet in VXLAN with a prepared outer checksum, both are right on the wire

  @NIC-CSUM-016
  Scenario: A wrong checksum that nobody asked about
    When the host sends a TCP packet with a wrong checksum and asks for none
    Then it leaves as it was given

  @NIC-CSUM-016 @law
  Scenario: Nothing is corrected unasked
    Then for every packet and every checksum in it that is not asked for, it leaves as it was given

  @NIC-CSUM-017 @needs:sctp-checksum-request
  Scenario: SCTP and UDP in turn
    When the host sends SCTP and UDP packets in turn that ask for their checksums
    Then the SCTP packets leave with their CRC32c, and the UDP packets with their sum

  @NIC-CSUM-017 @law @needs:sctp-checksum-request
  Scenario: Every SCTP packet
    Then for every SCTP packet that asks for it, its CRC32c is on the wire

  @NIC-CSUM-018 @needs:tx-fragments
  Scenario Outline: Cut at <place>
    When the host sends a packet that is cut at <place> and asks for its checksum
    Then it leaves with the sum from its start to its end, complemented, in its place

    Examples: before the start, in the checksum field, at odd places
      | place          |
      | byte 15        |
      | byte 51        |
      | byte 101       |
      | every 7th byte |

  @NIC-CSUM-018 @law @needs:tx-fragments
  Scenario: Cut anywhere
    Then for every packet and every way to cut it, the frame on the wire is the same

  @NIC-CSUM-019
  Scenario Outline: <transport> with offload on and off
    Then a <transport> packet that asks for its checksum leaves the same with transmit checksums on and off

    Examples:
      | transport |
      | TCP       |
      | UDP       |

  @NIC-CSUM-019 @law
  Scenario: Every packet with offload on and off
    Then for all packets that ask for their checksum, the wire shows the same with transmit checksums on and off

  @NIC-CSUM-020
  Scenario Outline: A UDP datagram with <length> bytes
    When the host sends a UDP packet over IPv4 with <length> bytes of payload that asks for its checksum
    Then it leaves with the sum from its start to its end, complemented, in its place

    Examples: shorter than the minimum of Ethernet
      | length |
      | 0      |
      | 1      |
      | 17     |

  @NIC-CSUM-020 @law
  Scenario: Every short packet
    Then for every packet shorter than the minimum of Ethernet, the checksum covers no padding

  @NIC-CSUM-021
  Scenario: What the device summed is counted
    Given the checksum counters are noted
    When the host sends 5 packets that ask for their checksum and 3 that do not
    Then tx-needs-csum grew by 5 and tx-csum-none by 3, where they are counted

  @NIC-CSUM-021 @needs:tx-tcp-segmentation
  Scenario: Segments are counted one by one
    Given the checksum counters are noted
    When the host sends a super-frame of 4 segments
    Then tx-needs-csum grew by 4 and tx-csum-none by 0, where they are counted
