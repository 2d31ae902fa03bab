Feature: Sets and maps that rules look into

  Background:
    Given ports that are up, in no bridge
    And a netdev chain "rules" at ingress of p0

  @NFT-SETM-001
  Scenario Outline: A set that a rule is <how>
    Given a netdev set "ports" of 2 bytes
    And "ports" has 0050 and 01bb
    And in "rules": load 2@transport+2 to r1, r1 <how> @ports, fwd p1
    When a packet from A to broadcast, IPv4, port 443 comes in at p0
    Then the packet leaves at <inside>
    When a packet from A to broadcast, IPv4, port 444 comes in at p0
    Then the packet leaves at <outside>

    Examples:
      | how    | inside  | outside |
      | in     | p1      | nowhere |
      | not in | nowhere | p1      |

  @NFT-SETM-002
  Scenario: A map that gives data
    Given a netdev map "protocols" of 1 bytes to 2 bytes
    And "protocols" has 06: 1234 and 11: 5678
    And in "rules": load 1@network+9 to r1, r2 = @protocols of r1, r2 == 5678, fwd p1
    When a packet from A to broadcast, IPv4, UDP comes in at p0
    Then the packet leaves at p1
    When a packet from A to broadcast, IPv4, TCP comes in at p0
    Then the packet leaves at nowhere

  @NFT-SETM-003
  Scenario: A map that gives verdicts
    Given a netdev chain "other"
    And in "other": fwd p2
    And a netdev map "fates" of 2 bytes to verdicts
    And "fates" has 0050: drop and 0051: jump other
    And in "rules": load 2@transport+2 to r1, verdict = @fates of r1
    And in "rules": fwd p1
    When a packet from A to broadcast, IPv4, port 80 comes in at p0
    Then the packet leaves at nowhere
    When a packet from A to broadcast, IPv4, port 81 comes in at p0
    Then the packet leaves at p2
    When a packet from A to broadcast, IPv4, port 82 comes in at p0
    Then the packet leaves at p1

  @NFT-SETM-004
  Scenario Outline: Port <port> and the intervals of a set
    Given a netdev set "ports" of 2 bytes, of intervals
    And "ports" has 0050-005a and 005a-0060 and 0064-0065
    And in "rules": load 2@transport+2 to r1, r1 in @ports, fwd p1
    When a packet from A to broadcast, IPv4, port <port> comes in at p0
    Then the packet leaves at <place>

    Examples:
      | port | place   |
      | 79   | nowhere |
      | 80   | p1      |
      | 90   | p1      |
      | 95   | p1      |
      | 96   | nowhere |
      | 100  | p1      |
      | 101  | nowhere |

  @NFT-SETM-005
  Scenario Outline: Ranges of two fields: from port <from> to port <to>
    Given a netdev set "flows" of 8 bytes, in fields of 2 2
    And "flows" has 03e8000000500000->03f20000005a0000
    And in "rules": load 2@transport+0 to w0, load 2@transport+2 to w1, w0 in @flows, fwd p1
    When a packet from A to broadcast, IPv4, source port <from>, port <to> comes in at p0
    Then the packet leaves at <place>

    Examples:
      | from | to | place   |
      | 1000 | 80 | p1      |
      | 1010 | 90 | p1      |
      | 1005 | 79 | nowhere |
      | 1005 | 91 | nowhere |
      | 999  | 85 | nowhere |
      | 1011 | 85 | nowhere |

  @NFT-SETM-006
  Scenario: What no other element is about
    Given a netdev map "fates" of 2 bytes to verdicts
    And "fates" has 0050: drop and everything else: accept
    And in "rules": load 2@transport+2 to r1, verdict = @fates of r1
    And in "rules": fwd p1
    And a netdev chain "late" at ingress of p0 with priority 10
    And in "late": fwd p2
    When a packet from A to broadcast, IPv4, port 80 comes in at p0
    Then the packet leaves at nowhere
    When a packet from A to broadcast, IPv4, port 81 comes in at p0
    Then the packet leaves at p2

  @NFT-SETM-007
  Scenario: An element whose time is over
    Given a netdev set "stations" of 6 bytes, with timeouts
    And "stations" has station:A for 300 ms and station:B
    And in "rules": load 6@link+6 to r1, r1 in @stations, fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1
    When 400 milliseconds pass
    And a packet from A to broadcast comes in at p0
    Then the packet leaves at nowhere
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-SETM-008
  Scenario: A set that a rule fills
    Given a netdev set "seen" of 6 bytes, for rules, at most 16
    And in "rules": load 6@link+6 to r1, r1 in @seen, fwd p1
    And in "rules": load 6@link+6 to r1, add r1 to @seen
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at nowhere
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at nowhere

  @NFT-SETM-009
  Scenario: A set that is full
    Given a netdev set "seen" of 6 bytes, for rules, at most 1
    And in "rules": load 6@link+6 to r1, add r1 to @seen, fwd p1
    And in "rules": fwd p2
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at p2
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-SETM-010
  Scenario Outline: An element that a rule would <how> again
    Given a netdev set "seen" of 6 bytes, with timeouts, for rules, at most 16
    And in "rules": load 6@link+6 to r1, r1 == station:B, load 6@link+0 to r1, r1 in @seen, fwd p1
    And in "rules": load 6@link+0 to r1, <how> r1 in @seen for 600 ms
    When a packet from A to broadcast comes in at p0
    And 400 milliseconds pass
    And a packet from A to broadcast comes in at p0
    And 400 milliseconds pass
    And a packet from B to broadcast comes in at p0
    Then the packet leaves at <place>

    Examples:
      | how    | place   |
      | update | p1      |
      | add    | nowhere |

  @NFT-SETM-011
  Scenario: An element that a rule takes away
    Given a netdev set "seen" of 6 bytes, for rules, at most 16
    And in "rules": load 6@link+6 to r1, r1 == station:B, r1 = station:A, delete r1 from @seen
    And in "rules": load 6@link+6 to r1, r1 in @seen, fwd p1
    And in "rules": load 6@link+6 to r1, add r1 to @seen
    When a packet from A to broadcast comes in at p0
    And a packet from A to broadcast comes in at p0
    Then the packet leaves at p1
    When a packet from B to broadcast comes in at p0
    And a packet from A to broadcast comes in at p0
    Then the packet leaves at nowhere
