Feature: Packets that are rejected

  A packet that is dropped leaves its sender to wait. One that is rejected is dropped too, and the sender is told.

  Background:
    Given a router with 192.0.2.1/24 at p0 and 198.51.100.1/24 at p1
    And station A is at p0
    And station B is 198.51.100.10 at p1

  @NFT-REJ-001
  Scenario Outline: A sender is told with code <code>
    Given an ip chain "pre" at prerouting
    And in "pre": load 4@network+16 to r1, r1 == c633640a, reject unreachable <code>
    When A sends a packet to 198.51.100.10
    Then A is told that <what>

    Examples:
      | code | what                       |
      | 0    | the network is unreachable |
      | 3    | the port is unreachable    |
      | 13   | it is forbidden            |

  @NFT-REJ-002
  Scenario Outline: Both families in one rule: <number>
    Given an inet chain "pre" at prerouting
    And in "pre": load 4@network+16 to r1, r1 == c633640a, reject icmpx <number>
    When A sends a packet to 198.51.100.10
    Then A is told that <what>

    Examples:
      | number | what                       |
      | 0      | the network is unreachable |
      | 1      | the port is unreachable    |
      | 2      | the host is unreachable    |
      | 3      | it is forbidden            |

  @NFT-REJ-003
  Scenario: A connection that is asked for
    Given an ip chain "forward" at forward
    And in "forward": meta l4proto to r1, r1 == 06, reject reset
    When A sends a TCP segment to 198.51.100.10 with SYN
    Then A gets a reset that acknowledges 0x10000029

  @NFT-REJ-004
  Scenario: A segment of a connection
    Given an ip chain "forward" at forward
    And in "forward": meta l4proto to r1, r1 == 06, reject reset
    When A sends a TCP segment to 198.51.100.10 with ACK
    Then A gets a reset with the sequence number 0x20000000

  @NFT-REJ-005
  Scenario: A reset is not answered
    Given an ip chain "forward" at forward
    And in "forward": meta l4proto to r1, r1 == 06, reject reset
    When A sends a TCP segment to 198.51.100.10 with RST and ACK
    Then it is routed nowhere

  @NFT-REJ-006 @needs:ipv6-routing
  Scenario Outline: A sender of IPv6: <family> with <type> <code>
    Given 2001:db8:1::1/64 is added to p0
    And 2001:db8:2::1/64 is added to p1
    And station C is 2001:db8:1::10 at p0
    And station D is 2001:db8:2::10 at p1
    And an <family> chain "pre" at prerouting
    And in "pre": load 1@network+6 to r1, r1 == 11, reject <type> <code>
    When C sends a packet to 2001:db8:2::10
    Then C is told that <what>

    Examples:
      | family | type        | code | what                       |
      | ip6    | unreachable | 0    | there is no route          |
      | ip6    | unreachable | 1    | it is forbidden            |
      | inet   | icmpx       | 1    | the port is unreachable    |
      | inet   | icmpx       | 2    | the address is unreachable |

  @NFT-REJ-007 @needs:nft-reject-netdev
  Scenario: A packet that is rejected where it comes in
    Given a netdev chain "in" at ingress of p0
    And in "in": load 4@network+16 to r1, r1 == c633640a, reject unreachable 3
    When A sends a packet to 198.51.100.10
    Then A is told that the port is unreachable
