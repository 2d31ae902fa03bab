Feature: Routes of IPv6 in hardware

  A switch that routes IPv6 mirrors its tables as it does those of IPv4, and gives to the host what it is not made for.

  Background:
    Given a router with 2001:db8:1::1/64 at p0, 2001:db8:2::1/64 at p1 and 2001:db8:3::1/64 at p2
    And station A is at p0
    And station B is 2001:db8:2::10 at p1
    And station C is 2001:db8:3::10 at p2

  @SW-RT6-080
  Scenario: Routes say that they are in hardware
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    Then the route to 2001:db8:100::/40 is in hardware
    And the route to 2001:db8:2::/64 is in hardware
    And the local route to 2001:db8:2::1/128 is trapped by hardware

  @SW-RT6-081
  Scenario: The host does not see what hardware forwards
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    When the host watches packets at p0
    And A sends 3 packets to 2001:db8:100::1
    Then they all are routed to B
    And the host has seen 0 of them

  @SW-RT6-082
  Scenario: The host sees a packet whose hops are over
    When the host watches packets at p0
    And A sends a packet to 2001:db8:2::10, hop limit 1
    Then A is told that its hops are over
    And the host has seen 1 of them

  @SW-RT6-082
  Scenario: The host sees a packet that is too long
    Given the MTU of p1 is 1400
    When the host watches packets at p0
    And A sends a packet to 2001:db8:2::10, of 1401 bytes
    Then A is told that it is too big, with an MTU of 1400
    And the host has seen 1 of them

  @SW-RT6-082
  Scenario: The host sees a packet that every router has to look at
    When the host watches packets at p0
    And A sends a packet with a router alert to 2001:db8:2::10
    Then it is routed to B
    And the host has seen 1 of them

  @SW-RT6-082
  Scenario: The host sees a packet whose neighbour is not known
    Given the neighbour B is deleted
    When the host watches packets at p0
    And A sends a packet to 2001:db8:2::10
    Then the router solicits B at p1, 1 time
    And the host has seen 1 of them
    When B advertises itself
    Then it is routed to B

  @SW-RT6-082
  Scenario: The host sees a packet that may not leave its link
    Given station D is fe80::dd at p0
    When the host watches packets at p0
    And D sends a packet to 2001:db8:2::10
    Then D is told by the address of the link that it may not leave its link
    And the host has seen 1 of them

  @SW-RT6-083 @needs:route-table-fillable
  Scenario: The table of the hardware is full
    Given a route to 2001:db8:100::/40 via 2001:db8:3::10
    And routes of IPv6 to 300 networks via 2001:db8:2::10
    Then some of them are in hardware, and the others say that there was no room
    And a packet to each of the last 5 of them is routed to B

  @SW-RT6-084
  Scenario: A route is replaced under traffic
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    Then while the route to 2001:db8:100::/40 is replaced again and again, every packet comes out once

  @SW-RT6-085
  Scenario: A route that hardware has forgotten
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    And a route to 2001:db8:111::/48 via 2001:db8:3::10
    When A sends a packet to 2001:db8:111::1
    Then it is routed to C
    When the route to 2001:db8:111::/48 is deleted
    And A sends a packet to 2001:db8:111::1
    Then it is routed to B

  @SW-RT6-086
  Scenario: A neighbour has another address of Ethernet
    When A sends a packet to 2001:db8:2::10
    Then it is routed to B
    When the neighbour B is replaced by 02:5a:00:00:00:77
    And B is 02:5a:00:00:00:77 from now on
    And A sends a packet to 2001:db8:2::10
    Then it is routed to B

  @SW-RT6-087
  Scenario: Forwarding is switched off
    When A sends a packet to 2001:db8:2::10
    Then it is routed to B
    Given the IPv6 setting forwarding of all is 0
    When A sends a packet to 2001:db8:2::10
    Then it is routed nowhere

  @SW-RT6-088
  Scenario: Both protocols at one port
    Given a router with 192.0.2.1/24 at p0 and 198.51.100.1/24 at p1
    And station D is 192.0.2.10 at p0
    And station E is 198.51.100.10 at p1
    When the host watches packets at p0
    And D sends a packet to 198.51.100.10
    Then it is routed to E
    When A sends a packet to 2001:db8:2::10
    Then it is routed to B
    And the host has seen 0 of them
