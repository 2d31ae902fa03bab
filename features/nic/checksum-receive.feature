Feature: Receive checksum
  The best that a device can say is the sum of the whole packet: the stack checks any protocol with it. A device that says
  "verified" instead must never say it of a packet that is not.

  Background:
    Given the port is up
    And nothing is merged on receive

  @NIC-CSUM-101
  Scenario Outline: The full sum of <packet>
    When the far end sends <packet>
    Then the device reports the full sum

    Examples:
      | packet                        |
      | TCP over IPv4                 |
      | UDP over IPv6                 |
      | ICMP over IPv4                |
      | UDP in VXLAN                  |
      | an unknown protocol over IPv4 |
      | an unknown type               |

  @NIC-CSUM-101 @law
  Scenario: The full sum of everything
    Then for every kind of packet, the device reports the full sum

  @NIC-CSUM-102
  Scenario Outline: The sum of <packet> is right
    When the far end sends <packet>
    Then the sum is that of all bytes behind the header

    Examples:
      | packet                        |
      | TCP over IPv4                 |
      | UDP in VXLAN                  |
      | an unknown protocol over IPv4 |
      | an unknown type               |

  @NIC-CSUM-102 @law
  Scenario: Every sum is right
    Then for every kind of packet and length, the sum is that of all bytes behind the header

  @NIC-CSUM-103
  Scenario: Padding that is not zero
    When the far end sends a short packet with padding that is not zero
    Then the sum is that of all bytes behind the header

  @NIC-CSUM-103 @needs:rx-vlan-hw-parse
  Scenario: A tag that was taken out
    Given the feature "rx-vlan-hw-parse" is on
    When the far end sends a packet with a tag
    Then the sum is that of all bytes behind the header

  @NIC-CSUM-103 @needs:rx-fcs
  Scenario: A check sequence that was left in
    Given the feature "rx-fcs" is on
    When the far end sends TCP over IPv4
    Then the sum is that of all bytes behind the header

  @NIC-CSUM-103 @law
  Scenario: Whatever is behind the packet
    Then for every packet and every trailer behind it, the sum is that of all bytes behind the header

  @NIC-CSUM-104
  Scenario: SCTP
    When the far end sends an SCTP packet
    Then the device does not report the full sum

  @NIC-CSUM-104 @law
  Scenario: Every SCTP packet, right or wrong
    Then for every SCTP packet, the device does not report the full sum, and does not call a wrong one verified

  @NIC-CSUM-105
  Scenario Outline: <packet> with bit <bit> of byte <byte> flipped
    When the far end sends <packet> with bit <bit> of byte <byte> flipped
    Then the device does not call it verified

    Examples: the addresses, the ports, the checksum itself, the payload
      | packet        | byte | bit |
      | TCP over IPv4 | 29   | 0   |
      | TCP over IPv4 | 35   | 7   |
      | UDP over IPv4 | 40   | 0   |
      | UDP over IPv6 | 70   | 3   |
      | TCP over IPv6 | 90   | 5   |

  @NIC-CSUM-105 @law
  Scenario: No damage is called verified
    Then for every packet and every bit that is flipped, the device does not call it verified

  @NIC-CSUM-106
  Scenario Outline: <packet> with a wrong checksum is delivered
    When the far end sends <packet> with bit 0 of byte 60 flipped
    Then the host receives it unchanged

    Examples:
      | packet        |
      | TCP over IPv4 |
      | UDP over IPv4 |
      | TCP over IPv6 |

  @NIC-CSUM-106 @law
  Scenario: Damage is delivered
    Then for every packet and every bit of its payload that is flipped, the host receives it unchanged

  @NIC-CSUM-107
  Scenario Outline: <packet> is not touched
    When the far end sends <packet>
    Then the host receives it unchanged

    Examples:
      | packet        |
      | TCP over IPv4 |
      | UDP over IPv6 |
      | UDP in VXLAN  |

  @NIC-CSUM-107 @law
  Scenario: No received byte is changed
    Then for every kind of packet and length, the host receives it unchanged

  @NIC-CSUM-108
  Scenario Outline: UDP over <network> without a checksum
    When the far end sends UDP over <network> without a checksum
    Then the host receives it unchanged

    Examples:
      | network |
      | IPv4    |
      | IPv6    |

  @NIC-CSUM-108 @law
  Scenario: Every UDP datagram without a checksum
    Then for every UDP datagram without a checksum, the host receives it unchanged

  @NIC-CSUM-109
  Scenario Outline: The level of <packet>
    When the far end sends <packet>
    Then the device verified at most <checksums> checksums

    Examples:
      | packet        | checksums |
      | TCP over IPv4 | 1         |
      | UDP over IPv6 | 1         |
      | UDP in VXLAN  | 2         |

  @NIC-CSUM-109 @law
  Scenario: No level is beyond the checksums that are there
    Then for every kind of packet, the device verified no more checksums than there are

  @NIC-CSUM-110
  Scenario Outline: <fragment>
    When the far end sends <fragment>
    Then the device does not call it verified

    Examples:
      | fragment                |
      | the first IPv4 fragment |
      | a later IPv4 fragment   |
      | the first IPv6 fragment |
      | a later IPv6 fragment   |

  @NIC-CSUM-110 @law
  Scenario: No fragment is verified
    Then for every fragment, the device does not call it verified

  @NIC-CSUM-111 @needs:rx-checksum-switch
  Scenario: With the feature off
    Given the feature "rx-checksum" is off
    When the far end sends TCP over IPv4
    Then the host receives it unchanged
    And the device says nothing of its checksum

  @NIC-CSUM-111 @needs:rx-checksum-switch @law
  Scenario: With the feature off nothing is said of anything
    Given the feature "rx-checksum" is off
    Then for every kind of packet and length, the host receives it unchanged and the device says nothing

  @NIC-CSUM-112
  Scenario Outline: <packet> with a trailer of <length> bytes
    When the far end sends <packet> with and without a trailer of <length> bytes
    Then the device says the same of both

    Examples:
      | packet        | length |
      | TCP over IPv4 | 1      |
      | UDP over IPv4 | 8      |
      | TCP over IPv6 | 33     |

  @NIC-CSUM-112 @law
  Scenario: No trailer changes what is said
    Then for every packet and every trailer, the device says the same with and without it

  @NIC-CSUM-113
  Scenario Outline: <malformed>
    When the far end sends a packet with <malformed>
    Then the device does not call it verified

    Examples:
      | malformed                       |
      | an IPv4 header of 16 bytes      |
      | a total length of 19            |
      | a total length beyond the frame |
      | a UDP length of 7               |
      | a UDP length beyond the packet  |

  @NIC-CSUM-113 @law
  Scenario: Nothing malformed is verified
    Then for every malformed packet, the device does not call it verified

  @NIC-CSUM-114
  Scenario: What was said is counted
    Given the checksum counters are noted
    When the far end sends 20 packets of all kinds
    Then the counters of what the device said grew by what it said, and by 20 together

  @NIC-CSUM-115
  Scenario Outline: Damage in the last byte of a frame of <length> bytes
    Given an MTU of 9000
    When the far end sends a UDP datagram in a frame of <length> bytes, damaged in its last byte
    Then the device does not call it verified
    And a full sum covers all of it

    Examples: more than one buffer, and a jumbo frame
      | length |
      | 2049   |
      | 4097   |
      | 9014   |

  @NIC-CSUM-115 @law
  Scenario: Every long frame is looked at to its end
    Given an MTU of 9000
    Then for every long frame, damage at its end is not missed
