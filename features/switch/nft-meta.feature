Feature: What is known of a packet beside its bytes

  Background:
    Given ports that are up, in no bridge
    And frames of every VLAN are let in
    And a netdev chain "rules" at ingress of p0

  @NFT-META-001
  Scenario Outline: The protocol of a frame: <frame>
    Given in "rules": meta protocol to r1, r1 == <protocol>, fwd p1
    When a packet from A to broadcast<frame> comes in at p0
    Then the packet leaves at p1

    Examples:
      | frame             | protocol |
      | , IPv4            | 0800     |
      | , IPv6            | 86dd     |
      | , IPv4, tagged 10 | 0800     |

  @NFT-META-002
  Scenario: The length of what came in
    Given in "rules": meta length to r1, r1 == #60, fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-META-003
  Scenario Outline: Where a frame came in, by <what>
    Given in "rules": meta <what> to r1, r1 == <value>:p0, fwd p1
    And a netdev chain "others" at ingress of p2
    And in "others": meta <what> to r1, r1 == <value>:p0, fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1
    When a packet from A to broadcast comes in at p2
    Then the packet leaves at nowhere

    Examples:
      | what    | value |
      | iif     | index |
      | iifname | name  |

  @NFT-META-004
  Scenario: The transport protocol of what has one, and of what has none
    Given in "rules": meta l4proto to r1, r1 == 11, fwd p1
    And in "rules": meta l4proto to r1, drop
    And in "rules": fwd p2
    When a packet from A to broadcast, IPv6, UDP comes in at p0
    Then the packet leaves at p1
    When a packet from A to broadcast, IPv4, TCP comes in at p0
    Then the packet leaves at nowhere
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p2

  @NFT-META-005
  Scenario: The family that looks
    Given an inet chain "four" at ingress of p0 with priority -10
    And in "four": meta nfproto to r1, r1 == 02, drop
    And in "rules": meta nfproto to r1, r1 == 05, fwd p1
    When a packet from A to broadcast, IPv4 comes in at p0
    Then the packet leaves at nowhere
    When a packet from A to broadcast, IPv6 comes in at p0
    Then the packet leaves at p1

  @NFT-META-006
  Scenario: A mark, and the next chain
    Given a netdev chain "early" at ingress of p0 with priority -10
    And in "early": load 6@link+6 to r1, r1 == station:A, r2 = #7, r2 to meta mark
    And in "rules": meta mark to r1, r1 == #7, fwd p1
    And in "rules": fwd p2
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at p2

  @NFT-META-007
  Scenario: A mark that leaves with its frame
    Given in "rules": load 6@link+6 to r1, r1 == station:A, r2 = #7, r2 to meta mark
    And in "rules": fwd p1
    And a netdev chain "out" at egress of p1
    And in "out": meta mark to r1, r1 == #7, drop
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at nowhere
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-META-008
  Scenario: A priority, and the next chain
    Given a netdev chain "early" at ingress of p0 with priority -10
    And in "early": load 6@link+6 to r1, r1 == station:A, r2 = #3, r2 to meta priority
    And in "rules": meta priority to r1, r1 == #3, fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at nowhere

  @NFT-META-009
  Scenario: The type of a packet, and another
    Given a netdev chain "late" at ingress of p0 with priority 10
    And in "rules": load 6@link+6 to r1, r1 == station:A, meta pkttype to r1, r1 == 01, r2 = 00, r2 to meta pkttype
    And in "late": meta pkttype to r1, r1 == 00, fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at nowhere

  @NFT-META-010
  Scenario: The bridge of a port
    Given a bridge over p0 and p1
    And a bridge chain "forward" at forward
    And in "forward": meta ibrname to r1, r1 == name:br0, meta obrname to r2, r2 == name:br0, drop
    When a packet from A to B comes in at p0
    Then the packet leaves at nowhere

  @NFT-META-011
  Scenario: A mark on the way through the host
    Given a router with 192.0.2.1/24 at p0 and 198.51.100.1/24 at p1
    And station A is at p0
    And station B is 198.51.100.10 at p1
    And an ip chain "forward" at forward
    And an ip chain "post" at postrouting
    And a netdev chain "out" at egress of p1
    And in "rules": r1 = #7, r1 to meta mark
    And in "forward": meta mark to r1, r1 == #7, r2 = #8, r2 to meta mark
    And in "post": meta mark to r1, r1 == #8, r2 = #9, r2 to meta mark
    When A sends a packet to 198.51.100.10
    Then it is routed to B
    Given in "out": meta mark to r1, r1 == #9, drop
    When A sends a packet to 198.51.100.10
    Then it is routed nowhere
