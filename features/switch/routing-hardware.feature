Feature: Routes in hardware

  A switch that routes mirrors the tables of the kernel. What it cannot do it gives to the host, which does it instead; nobody outside can
  tell the difference but by the speed.

  Background:
    Given a router with 192.0.2.1/24 at p0, 198.51.100.1/24 at p1 and 203.0.113.1/24 at p2
    And station A is at p0
    And station B is 198.51.100.10 at p1
    And station C is 203.0.113.10 at p2

  @SW-RT-060
  Scenario: Routes say that they are in hardware
    Given a route to 10.0.0.0/8 via 198.51.100.10
    Then the route to 10.0.0.0/8 is in hardware
    And the route to 198.51.100.0/24 is in hardware
    And the local route to 198.51.100.1/32 is trapped by hardware

  @SW-RT-061
  Scenario: The host does not see what hardware forwards
    Given a route to 10.0.0.0/8 via 198.51.100.10
    When the host watches packets at p0
    And A sends 3 packets to 10.1.2.3
    Then they all are routed to B
    And the host has seen 0 of them

  @SW-RT-062
  Scenario: The host sees a packet whose time is over
    When the host watches packets at p0
    And A sends a packet to 198.51.100.10, TTL 1
    Then A is told that its time is over
    And the host has seen 1 of them

  @SW-RT-062
  Scenario: The host sees a packet that is too long
    Given the MTU of p1 is 1000
    When the host watches packets at p0
    And A sends a packet to 198.51.100.10, of 1200 bytes
    Then at p1 come fragments of no more than 1000 bytes that are the packet
    And the host has seen 1 of them

  @SW-RT-062
  Scenario: The host sees a packet with options
    When the host watches packets at p0
    And A sends a packet to 198.51.100.10 that records its route
    Then the packet at p1 has recorded 198.51.100.1
    And the host has seen 1 of them

  @SW-RT-062
  Scenario: The host sees a packet whose neighbour is not known
    Given the neighbour B is deleted
    When the host watches packets at p0
    And A sends a packet to 198.51.100.10
    Then the router asks for B at p1, 1 time
    And the host has seen 1 of them
    When B answers
    Then it is routed to B

  @SW-RT-063 @needs:route-table-fillable
  Scenario: The table of the hardware is full
    Given a route to 10.0.0.0/8 via 203.0.113.10
    And routes to 300 networks via 198.51.100.10
    Then some of them are in hardware, and the others say that there was no room
    And a packet to each of the last 5 of them is routed to B

  @SW-RT-064
  Scenario: A route is replaced under traffic
    Given a route to 10.0.0.0/8 via 198.51.100.10
    Then while the route to 10.0.0.0/8 is replaced again and again, every packet comes out once

  @SW-RT-065
  Scenario: A route that hardware has forgotten
    Given a route to 10.0.0.0/8 via 198.51.100.10
    And a route to 10.1.0.0/16 via 203.0.113.10
    When A sends a packet to 10.1.2.3
    Then it is routed to C
    When the route to 10.1.0.0/16 is deleted
    And A sends a packet to 10.1.2.3
    Then it is routed to B

  @SW-RT-066
  Scenario: A neighbour has another address of Ethernet
    When A sends a packet to 198.51.100.10
    Then it is routed to B
    When the neighbour B is replaced by 02:5a:00:00:00:77
    And B is 02:5a:00:00:00:77 from now on
    And A sends a packet to 198.51.100.10
    Then it is routed to B

  @SW-RT-067
  Scenario: Forwarding is switched off
    When A sends a packet to 198.51.100.10
    Then it is routed to B
    Given p0 does not forward
    When A sends a packet to 198.51.100.10
    Then it is routed nowhere
