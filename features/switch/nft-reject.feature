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
