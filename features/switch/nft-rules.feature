Feature: Rules and what they compare

  A rule is a list of expressions over a few registers. The first that does not match ends it, and the next rule is asked; a verdict ends
  the chain, or sends the packet into another one.

  Background:
    Given ports that are up, in no bridge
    And a netdev chain "rules" at ingress of p0

  @NFT-EVAL-001
  Scenario: A rule that does not match, and the next
    Given in "rules": load 6@link+6 to r1, r1 == station:B, drop
    And in "rules": fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at nowhere

  @NFT-EVAL-002
  Scenario: Behind a jump
    Given a netdev chain "other"
    And in "other": load 6@link+6 to r1, r1 == station:B, drop
    And in "rules": jump other
    And in "rules": fwd p1
    And in "rules": fwd p2
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at nowhere

  @NFT-EVAL-003
  Scenario: Behind a goto
    Given a netdev chain "other"
    And in "other": load 6@link+6 to r1, r1 == station:B, fwd p2
    And in "rules": goto other
    And in "rules": fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at nowhere
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at p2

  @NFT-EVAL-003
  Scenario: A goto in a chain that was jumped to
    Given a netdev chain "second"
    And a netdev chain "first"
    And in "first": goto second
    And in "first": fwd p2
    And in "rules": jump first
    And in "rules": fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-EVAL-004
  Scenario: A return
    Given a netdev chain "other"
    And in "other": return
    And in "other": drop
    And in "rules": jump other
    And in "rules": fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-EVAL-005
  Scenario: What a policy decided over
    Given a netdev chain "counting" at ingress of p2, which counts
    And in "counting": load 6@link+6 to r1, r1 == station:B, accept
    When a packet from A to broadcast comes in at p2
    Then the chain "counting" has decided over 1 packet of 60 bytes by its policy
    When a packet from B to broadcast comes in at p2
    Then the chain "counting" has decided over 1 packet of 60 bytes by its policy

  @NFT-CMP-001
  Scenario Outline: A port that is <is> against one that is <port>
    Given in "rules": load 2@transport+2 to r1, r1 <operator> <port>, fwd p1
    When a packet from A to broadcast, IPv4, port <is> comes in at p0
    Then the packet leaves at <place>

    Examples:
      | is  | operator | port | place   |
      | 80  | ==       | 0050 | p1      |
      | 81  | ==       | 0050 | nowhere |
      | 336 | ==       | 0050 | nowhere |
      | 80  | !=       | 0050 | nowhere |
      | 336 | !=       | 0050 | p1      |

  @NFT-CMP-002
  Scenario Outline: <is> <operator> <port>, the first byte first
    Given in "rules": load 2@transport+2 to r1, r1 <operator> <port>, fwd p1
    When a packet from A to broadcast, IPv4, port <is> comes in at p0
    Then the packet leaves at <place>

    Examples:
      | is  | operator | port | place   |
      | 256 | <        | 0100 | nowhere |
      | 255 | <        | 0100 | p1      |
      | 256 | <=       | 0100 | p1      |
      | 511 | <=       | 0100 | nowhere |
      | 256 | >        | 0100 | nowhere |
      | 512 | >        | 01ff | p1      |
      | 256 | >=       | 0100 | p1      |
      | 255 | >=       | 0100 | nowhere |

  @NFT-CMP-003
  Scenario Outline: Port <is> <how> a range
    Given in "rules": load 2@transport+2 to r1, r1 <how> 0100-01ff, fwd p1
    When a packet from A to broadcast, IPv4, port <is> comes in at p0
    Then the packet leaves at <place>

    Examples:
      | is  | how    | place   |
      | 255 | in     | nowhere |
      | 256 | in     | p1      |
      | 511 | in     | p1      |
      | 512 | in     | nowhere |
      | 256 | not in | nowhere |
      | 511 | not in | nowhere |
      | 512 | not in | p1      |

  @NFT-CMP-004
  Scenario: A mask, and then a pattern
    Given in "rules": load 1@network+0 to r1, r2 = r1 & f0 ^ 0f, r2 == 4f, fwd p1
    When a packet from A to broadcast, IPv4 comes in at p0
    Then the packet leaves at p1
    When a packet from A to broadcast, IPv6 comes in at p0
    Then the packet leaves at nowhere

  @NFT-CMP-005
  Scenario Outline: Bits that leave one word: <shift>
    Given in "rules": r1 = <before>, r2 = r1 <shift> over 8 bytes, r2 == <after>, fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1

    Examples:
      | before           | shift | after            |
      | 0000000000000080 | << 1  | 0100000000000000 |
      | 0100000000000000 | >> 1  | 0000000000000080 |
      | 0001000000010000 | << 4  | 0010000000100000 |

  @NFT-CMP-006
  Scenario Outline: A number of the host in the order of the network: <size> bytes
    Given in "rules": r1 = <before>, r2 = hton r1 of <size> bytes, r2 == <after>, fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1

    Examples:
      | size | before           | after            |
      | 2    | 0102             | 0201             |
      | 4    | 01020304         | 04030201         |
      | 8    | 0102030405060708 | 0807060504030201 |

  @NFT-CMP-007 @law
  Scenario: Rules that compare, against a plain model
    Then for all comparisons of a few bytes of a packet, a rule matches where the bytes in their order say so
