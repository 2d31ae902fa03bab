Feature: A router over a bridge

  A bridge with an address is an interface of the router like any port: stations behind its ports are on one link.

  Background:
    Given a bridge over p0 and p1
    And a router with 198.51.100.1/24 at p2
    And the router has 192.0.2.1/24 at the bridge
    And station A is 192.0.2.10 at p0 of the bridge
    And station B is 198.51.100.10 at p2

  @SW-RT-046
  Scenario: From the bridge to a port, and back
    When A sends a packet to 198.51.100.10
    Then it is routed to B
    When B sends a packet to 192.0.2.10
    Then it is routed to A

  @SW-RT-046
  Scenario: A packet whose time is over
    When A sends a packet to 198.51.100.10, TTL 1
    Then A is told that its time is over
