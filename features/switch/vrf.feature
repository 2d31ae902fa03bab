Feature: Routing tables of their own

  Ports under a VRF device are routed by the table that the device names. Two customers can have the same addresses behind one switch.

  @SW-VRF-001
  Scenario: A VRF without a table
    When a VRF without a table is asked for
    Then it is refused with EINVAL
    And the kernel says "VRF table id is missing"

  @SW-VRF-002
  Scenario: The same addresses twice
    Given a VRF red of table 1010 with p0 and p1
    And a VRF blue of table 1020 with p2 and p3
    And a router with 192.0.2.1/24 at p0, 198.51.100.1/24 at p1, 192.0.2.1/24 at p2 and 198.51.100.1/24 at p3
    And station A is 192.0.2.10 at p0
    And station B is 198.51.100.10 at p1
    And station C is 192.0.2.10 at p2
    And station D is 198.51.100.10 at p3
    When A sends a packet to 198.51.100.10
    Then it is routed to B
    When C sends a packet to 198.51.100.10
    Then it is routed to D

  @SW-VRF-003
  Scenario: A route of another VRF
    Given a VRF red of table 1010 with p0 and p1
    And a VRF blue of table 1020 with p2
    And a router with 192.0.2.1/24 at p0, 198.51.100.1/24 at p1 and 203.0.113.1/24 at p2
    And station A is 192.0.2.10 at p0
    And station C is 203.0.113.10 at p2
    And a route to 10.0.0.0/8 via 203.0.113.10 table 1020
    When A sends a packet to 10.1.2.3
    Then A is told that the network is unreachable
    When A sends a packet to 203.0.113.10
    Then A is told that the network is unreachable

  @SW-VRF-004
  Scenario: Routes of addresses move with their port
    Given a router with 192.0.2.1/24 at p0 and 198.51.100.1/24 at p1
    And a VRF red of table 1010 with p1
    Then there is a route to 198.51.100.0/24 in table 1010
    And there is no route to 198.51.100.0/24
    When p1 leaves its VRF
    Then there is a route to 198.51.100.0/24
    And there is no route to 198.51.100.0/24 in table 1010
