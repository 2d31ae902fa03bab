Feature: Routing tables of IPv6 of their own

  Ports under a VRF device are routed by the table that the device names, for IPv6 as for IPv4.

  @SW-VRF6-001
  Scenario: The same addresses twice
    Given a VRF red of table 1010 with p0 and p1
    And a VRF blue of table 1020 with p2 and p3
    And a router with 2001:db8:1::1/64 at p0, 2001:db8:2::1/64 at p1, 2001:db8:1::1/64 at p2 and 2001:db8:2::1/64 at p3
    And station A is 2001:db8:1::10 at p0
    And station B is 2001:db8:2::10 at p1
    And station C is 2001:db8:1::10 at p2
    And station D is 2001:db8:2::10 at p3
    When A sends a packet to 2001:db8:2::10
    Then it is routed to B
    When C sends a packet to 2001:db8:2::10
    Then it is routed to D

  @SW-VRF6-002
  Scenario: A route of another VRF
    Given a VRF red of table 1010 with p0 and p1
    And a VRF blue of table 1020 with p2
    And a router with 2001:db8:1::1/64 at p0, 2001:db8:2::1/64 at p1 and 2001:db8:3::1/64 at p2
    And station A is 2001:db8:1::10 at p0
    And station C is 2001:db8:3::10 at p2
    And a route to 2001:db8:100::/40 via 2001:db8:3::10 table 1020
    When A sends a packet to 2001:db8:100::1
    Then A is told that there is no route
    When A sends a packet to 2001:db8:3::10
    Then A is told that there is no route

  @SW-VRF6-003
  Scenario: Addresses that are kept move with their port
    Given a router with 2001:db8:1::1/64 at p0 and 2001:db8:2::1/64 at p1
    And the IPv6 setting keep_addr_on_down of p1 is 1
    And a VRF red of table 1010 with p1
    Then there is a route to 2001:db8:2::/64 in table 1010
    And there is no route to 2001:db8:2::/64
    When p1 leaves its VRF
    Then there is a route to 2001:db8:2::/64
    And there is no route to 2001:db8:2::/64 in table 1010

  @SW-VRF6-004
  Scenario: A route that sends to the next table
    Given a VRF red of table 1010 with p0 and p1
    And a router with 2001:db8:1::1/64 at p0 and 2001:db8:2::1/64 at p1
    And station A is 2001:db8:1::10 at p0
    And station B is 2001:db8:2::10 at p1
    And a throw route to 2001:db8:111::/48 table 1010
    And a route to 2001:db8:100::/40 via 2001:db8:2::10 table 1010
    And a prohibit route to 2001:db8:100::/40
    When A sends a packet to 2001:db8:111::1
    Then A is told that it is forbidden
    When A sends a packet to 2001:db8:122::1
    Then it is routed to B
