Feature: Netfilter hooks of net devices, bridges and routers

  Chains of nf_tables hang at places that frames come by: a net device, a bridge, the way of packets through the host, ARP. Who is at
  one place is asked in the order of priority, and the first that drops a frame has the last word.

  @NFT-HOOK-001
  Scenario Outline: Priority <first> says <does>, priority <second> says <others>
    Given ports that are up, in no bridge
    And a netdev chain "one" at ingress of p0 with priority <first>
    And a netdev chain "other" at ingress of p0 with priority <second>
    And in "one": <does>
    And in "other": <others>
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | first | does   | second | others | ports |
      | -10   | fwd p1 | 10     | fwd p2 | p1    |
      | 20    | fwd p1 | 10     | fwd p2 | p2    |
      | 0     | fwd p1 | 0      | fwd p2 | p2    |

  @NFT-HOOK-002
  Scenario: A chain that accepts, and the next one
    Given ports that are up, in no bridge
    And a netdev chain "early" at ingress of p0 with priority -10
    And a netdev chain "late" at ingress of p0 with priority 10
    And in "early": accept
    And in "late": fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-HOOK-003
  Scenario: A chain that drops, and the next one
    Given ports that are up, in no bridge
    And a netdev chain "early" at ingress of p0 with priority -10
    And a netdev chain "late" at ingress of p0 with priority 10
    And in "early": load 6@link+6 to r1, r1 == station:A, drop
    And in "late": fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at nowhere
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-HOOK-004
  Scenario: A chain whose policy is to drop
    Given ports that are up, in no bridge
    And a netdev chain "early" at ingress of p0 with priority -10, which drops
    And a netdev chain "late" at ingress of p0 with priority 10
    And in "early": load 6@link+6 to r1, r1 == station:B, accept
    And in "late": fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at nowhere
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-HOOK-005
  Scenario: Frames of another net device
    Given ports that are up, in no bridge
    And a netdev chain "only" at ingress of p0
    And in "only": fwd p1
    When a packet from A to broadcast comes in at p2
    Then the packet leaves at nowhere
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-HOOK-006
  Scenario: Frames that leave
    Given ports that are up, in no bridge
    And a netdev chain "rules" at ingress of p0
    And in "rules": fwd p1
    And a netdev chain "out" at egress of p1
    And in "out": load 6@link+6 to r1, r1 == station:A, drop
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at nowhere
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at p1
    When the host sends a packet from C to B at p1
    Then the packet leaves at p1

  @NFT-HOOK-022
  Scenario: Who sends is told of a drop
    Given ports that are up, in no bridge
    And a netdev chain "out" at egress of p1
    And in "out": load 6@link+6 to r1, r1 == station:A, drop
    When the host tries to send a frame of A at p1
    Then the host is told ENOBUFS
    When the host sends a packet from B to C at p1
    Then the packet leaves at p1

  @NFT-HOOK-007
  Scenario: A table that sleeps
    Given ports that are up, in no bridge
    And a netdev chain "rules" at ingress of p0
    And in "rules": fwd p1
    When the table of netdev is put to sleep
    And a packet from A to broadcast comes in at p0
    Then the packet leaves at nowhere
    When the table of netdev is put in force
    And a packet from A to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-HOOK-008
  Scenario: A bridge that receives
    Given a bridge over p0, p1 and p2
    And a bridge chain "pre" at prerouting
    And in "pre": meta iifname to r1, r1 == name:p0, drop
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at nowhere
    And the host does not get the packet from the bridge
    When a packet from B to broadcast comes in at p1
    Then the packet leaves at p0 and p2

  @NFT-HOOK-009
  Scenario: Frames of a bridge for its host
    Given a bridge over p0, p1 and p2
    And a bridge chain "in" at input
    And in "in": drop
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1 and p2
    And the host does not get the packet from the bridge

  @NFT-HOOK-010
  Scenario: Frames from one port of a bridge to another
    Given a bridge over p0, p1 and p2
    And a bridge chain "forward" at forward
    And in "forward": meta iifname to r1, r1 == name:p0, meta oifname to r2, r2 == name:p1, drop
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p2
    And the host gets the packet from the bridge
    When a packet from B to broadcast comes in at p2
    Then the packet leaves at p0 and p1

  @NFT-HOOK-011
  Scenario: Frames of the host through a bridge
    Given a bridge over p0, p1 and p2
    And a bridge chain "out" at output
    And in "out": meta oifname to r1, r1 == name:p1, drop
    When the host sends a packet from A to broadcast through the bridge
    Then the packet leaves at p0 and p2
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at p1 and p2

  @NFT-HOOK-012
  Scenario: Frames that leave a bridge, whoever sent them
    Given a bridge over p0, p1 and p2
    And a bridge chain "post" at postrouting
    And in "post": meta oifname to r1, r1 == name:p1, drop
    When the host sends a packet from A to broadcast through the bridge
    Then the packet leaves at p0 and p2
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at p2

  @NFT-HOOK-013
  Scenario Outline: Packets that come in, before a way is looked for: <family>
    Given a router with 192.0.2.1/24 at p0 and 198.51.100.1/24 at p1
    And station A is at p0
    And station B is 198.51.100.10 at p1
    And an <family> chain "pre" at prerouting
    When A sends a packet to 198.51.100.10
    Then it is routed to B
    Given in "pre": load 4@network+16 to r1, r1 == c633640a, drop
    When A sends a packet to 198.51.100.10
    Then it is routed nowhere

    Examples:
      | family |
      | ip     |
      | inet   |

  @NFT-HOOK-014
  Scenario: Packets for the host itself
    Given a router with 192.0.2.1/24 at p0 and 198.51.100.1/24 at p1
    And station A is at p0
    And station B is 198.51.100.10 at p1
    And an ip chain "in" at input, which drops
    When A sends an echo request to 192.0.2.1
    Then it is routed nowhere
    When A sends a packet to 198.51.100.10
    Then it is routed to B

  @NFT-HOOK-015
  Scenario Outline: Packets on their way through the host: <family>
    Given a router with 192.0.2.1/24 at p0, 198.51.100.1/24 at p1 and 203.0.113.1/24 at p2
    And station A is at p0
    And station B is 198.51.100.10 at p1
    And station C is 203.0.113.10 at p2
    And an <family> chain "forward" at forward
    And in "forward": meta iif to r1, r1 == index:p0, meta oif to r2, r2 == index:p1, drop
    When A sends a packet to 198.51.100.10
    Then it is routed nowhere
    When A sends a packet to 203.0.113.10
    Then it is routed to C
    When A sends an echo request to 192.0.2.1
    Then A gets the answer to its echo

    Examples:
      | family |
      | ip     |
      | inet   |

  @NFT-HOOK-016
  Scenario: Packets of the host itself
    Given a router with 192.0.2.1/24 at p0 and 198.51.100.1/24 at p1
    And station A is at p0
    And station B is 198.51.100.10 at p1
    And an ip chain "out" at output, which drops
    When A sends an echo request to 192.0.2.1
    Then it is routed nowhere
    When A sends a packet to 198.51.100.10
    Then it is routed to B

  @NFT-HOOK-017
  Scenario: Packets that leave, whoever sent them
    Given a router with 192.0.2.1/24 at p0 and 198.51.100.1/24 at p1
    And station A is at p0
    And station B is 198.51.100.10 at p1
    And an ip chain "post" at postrouting
    And in "post": meta oifname to r1, r1 == name:p1, drop
    When A sends a packet to 198.51.100.10
    Then it is routed nowhere
    When A sends an echo request to 192.0.2.1
    Then A gets the answer to its echo

  @NFT-HOOK-018 @needs:ipv6-routing
  Scenario Outline: Packets of IPv6: <family> at <hook>
    Given a router with 2001:db8:1::1/64 at p0 and 2001:db8:2::1/64 at p1
    And station A is at p0
    And station B is 2001:db8:2::10 at p1
    And an <family> chain "six" at <hook>
    When A sends a packet to 2001:db8:2::10
    Then it is routed to B
    Given in "six": load 4@network+24 to r1, r1 == 20010db8, load 1@network+6 to r2, r2 == 11, drop
    When A sends a packet to 2001:db8:2::10
    Then it is routed nowhere

    Examples:
      | family | hook        |
      | ip6    | prerouting  |
      | ip6    | forward     |
      | inet   | forward     |
      | ip6    | postrouting |

  @NFT-HOOK-019
  Scenario: Questions of ARP
    Given a router with 192.0.2.1/24 at p0 and 198.51.100.1/24 at p1
    And station A is at p0
    And an arp chain "in" at input
    And in "in": load 2@network+6 to r1, r1 == 0001, drop
    When A asks who has 192.0.2.1
    Then A is not answered

  @NFT-HOOK-020
  Scenario: Answers of ARP
    Given a router with 192.0.2.1/24 at p0 and 198.51.100.1/24 at p1
    And station A is at p0
    And an arp chain "out" at output
    When A asks who has 192.0.2.1
    Then A is answered by the router for 192.0.2.1
    Given in "out": load 2@network+6 to r1, r1 == 0002, drop
    When A asks who has 192.0.2.1
    Then A is not answered

  @NFT-HOOK-023
  Scenario: A frame of a VLAN device, at each net device
    Given ports that are up, in no bridge
    And a VLAN device v10 with VID 10 over p0
    And a netdev chain "below" at ingress of p0
    And a netdev chain "above" at ingress of v10
    And in "below": load 6@link+6 to r1, r1 == station:B, load 2@link+14 to r1, r1 == 000a, drop
    And in "above": load 2@link+12 to r1, r1 == 0800, fwd p2
    When a packet from A to broadcast, IPv4, tagged 10 comes in at p0
    Then the packet leaves at p2 without its tag
    When a packet from B to broadcast, IPv4, tagged 10 comes in at p0
    Then the packet leaves at nowhere

  @NFT-HOOK-024 @needs:ipv6-routing
  Scenario Outline: Packets of IPv6 for the host, and of the host: type <type> at <hook>
    Given a router with 2001:db8:1::1/64 at p0 and 2001:db8:2::1/64 at p1
    And station A is at p0
    And an ip6 chain "six" at <hook>
    When A sends an echo request to 2001:db8:1::1
    Then A gets the answer to its echo
    Given in "six": meta l4proto to r1, r1 == 3a, load 1@transport+0 to r1, r1 == <type>, drop
    When A sends an echo request to 2001:db8:1::1
    Then it is routed nowhere

    Examples:
      | type | hook   |
      | 80   | input  |
      | 81   | output |

  @NFT-HOOK-021
  Scenario: IP alone at a net device
    Given ports that are up, in no bridge
    And an inet chain "ip" at ingress of p0 with priority -10
    And a netdev chain "late" at ingress of p0 with priority 10
    And in "ip": drop
    And in "late": fwd p1
    When a packet from A to broadcast, IPv4 comes in at p0
    Then the packet leaves at nowhere
    When a packet from A to broadcast, IPv6 comes in at p0
    Then the packet leaves at nowhere
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1
