Feature: Netfilter hooks

  @SW-RT-001
  Scenario: x
    Given ports that are up, in no bridge
    And a netdev chain "first" at ingress of p0
    And in "first": fwd p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1
