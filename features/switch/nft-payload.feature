Feature: Bytes of a packet that rules read and write

  Rules read bytes by the header that they are in, as they were on the cable: a tag that the kernel holds beside the frame is among them.
  What they write leaves with the checksums made right, where the rule says which there are.

  Background:
    Given ports that are up, in no bridge
    And frames of every VLAN are let in
    And a netdev chain "rules" at ingress of p0

  @NFT-PLD-001
  Scenario Outline: A byte of the <header> of <network>
    Given in "rules": load <where> to r1, r1 == <bytes>, fwd p1
    When a packet from A to broadcast, <network>, UDP, port 53 comes in at p0
    Then the packet leaves at p1

    Examples:
      | header    | network | where         | bytes    |
      | link      | IPv4    | 2@link+12     | 0800     |
      | network   | IPv4    | 4@network+12  | 0a000001 |
      | transport | IPv4    | 2@transport+2 | 0035     |
      | link      | IPv6    | 2@link+12     | 86dd     |
      | network   | IPv6    | 1@network+7   | 40       |
      | transport | IPv6    | 2@transport+2 | 0035     |

  @NFT-PLD-001
  Scenario: What a transport header carries
    Given in "rules": load 4@inner+0 to r1, r1 == df38bcbf, fwd p1
    When a packet from A to broadcast that is UDP without a checksum comes in at p0
    Then the packet leaves at p1

  @NFT-PLD-002
  Scenario Outline: A tag, read at <where>
    Given in "rules": load <where> to r1, r1 == <bytes>, fwd p1
    When a packet from A to broadcast, IPv4, tagged 10 with priority 3 comes in at p0
    Then the packet leaves at p1

    Examples:
      | where     | bytes        |
      | 2@link+12 | 8100         |
      | 2@link+14 | 600a         |
      | 2@link+16 | 0800         |
      | 6@link+12 | 8100600a0800 |
      | 1@link+18 | 45           |

  @NFT-PLD-003
  Scenario: Bytes beyond the end
    Given in "rules": load 4@network+200 to r1, drop
    And in "rules": fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-PLD-004
  Scenario: A transport header that is in another fragment
    Given in "rules": load 3@transport+1 to r1, r1 == e807d0, fwd p2
    And in "rules": fwd p1
    When a packet from A to broadcast that is a fragment behind the first comes in at p0
    Then the packet leaves at p1
    When a packet from A to broadcast, IPv4, port 2000 comes in at p0
    Then the packet leaves at p2

  @NFT-PLD-005
  Scenario: A field of the header of IPv4
    Given in "rules": r1 = 2a, store r1 to 1@network+8 fixing header 10, fwd p1
    When a packet from A to broadcast, IPv4, UDP comes in at p0
    Then the packet leaves at p1 with 2a at byte 22, and its checksums hold

  @NFT-PLD-006
  Scenario Outline: An address, and what is summed with it: <transport> over <network>
    Given in "rules": r1 = <address>, store r1 to <where> fixing <sums>, fwd p1
    When a packet from A to broadcast, <network>, <transport> comes in at p0
    Then the packet leaves at p1 with <address> at byte <at>, and its checksums hold

    Examples:
      | network | transport | address  | where        | sums                 | at |
      | IPv4    | TCP       | c0000263 | 4@network+16 | header 10 and pseudo | 30 |
      | IPv4    | UDP       | c0000263 | 4@network+12 | header 10 and pseudo | 26 |
      | IPv6    | TCP       | 00000099 | 4@network+36 | pseudo               | 50 |
      | IPv6    | UDP       | 00000099 | 4@network+20 | pseudo               | 34 |

  @NFT-PLD-007
  Scenario: UDP that says nothing of its checksum
    Given in "rules": r1 = 0a000009, store r1 to 4@network+16 fixing pseudo, fwd p1
    When a packet from A to broadcast that is UDP without a checksum comes in at p0
    Then the packet leaves at p1 with 0a000009 at byte 30, and is otherwise as it was

  @NFT-PLD-008
  Scenario: The VLAN of a tag
    Given in "rules": r1 = 0014, store r1 to 2@link+14, fwd p1
    When a packet from A to broadcast, IPv4, tagged 10 comes in at p0
    Then the packet leaves at p1 with 0014 at byte 14, and is otherwise as it was

  @NFT-PLD-009
  Scenario Outline: A field of the header of <transport>
    Given in "rules": r1 = 1f90, store r1 to 2@transport+2 fixing header <sum>, fwd p1
    When a packet from A to broadcast, IPv4, <transport> comes in at p0
    Then the packet leaves at p1 with 1f90 at byte 36, and its checksums hold

    Examples:
      | transport | sum |
      | TCP       | 16  |
      | UDP       | 6   |

  @NFT-PLD-010 @law
  Scenario: Checksums that hold go on holding
    Then for all fields that a rule writes with its checksums fixed, what leaves has checksums that hold
