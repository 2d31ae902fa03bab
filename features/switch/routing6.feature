Feature: Routes of IPv6

  The tables of IPv6 are like those of IPv4, and differ in many small ways: routes of the same prefix and metric by other gateways are
  other ways of one route, addresses do not outlive the port that goes down, and what is switched on with a netlink attribute for IPv4 is
  a sysctl.

  Background:
    Given a router with 2001:db8:1::1/64 at p0, 2001:db8:2::1/64 at p1 and 2001:db8:3::1/64 at p2
    And station A is at p0
    And station B is 2001:db8:2::10 at p1
    And station C is 2001:db8:3::10 at p2

  @SW-RT6-001
  Scenario: An address makes two routes
    Then the kernel has made a local route of IPv6 to 2001:db8:2::1/128 at p1
    And the kernel has made the route of IPv6 of a link to 2001:db8:2::/64 at p1

  @SW-RT6-001
  Scenario: A station on the link of an address
    When A sends a packet to 2001:db8:2::10
    Then it is routed to B

  @SW-RT6-002
  Scenario: The address goes, and what leads by way of its network stays
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    When 2001:db8:2::1/64 is removed from p1
    Then there is no route to 2001:db8:2::1/128 in table 255
    And there is no route to 2001:db8:2::/64
    And there is a route to 2001:db8:100::/40

  @SW-RT6-002
  Scenario: Another address is in the same network
    When 2001:db8:2::2/64 is added to p1
    And 2001:db8:2::1/64 is removed from p1
    Then there is a route to 2001:db8:2::/64
    When 2001:db8:2::2/64 is removed from p1
    Then there is no route to 2001:db8:2::/64

  @SW-RT6-003
  Scenario: A port goes down, and comes up again without its addresses
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    And a route to 2001:db8:200::/40 via 2001:db8:3::10
    When p1 is set down
    Then there is no route to 2001:db8:2::/64
    And there is no route to 2001:db8:100::/40
    And there is a route to 2001:db8:200::/40
    And p1 has not the address 2001:db8:2::1/64
    When p1 is set up
    Then p1 has not the address 2001:db8:2::1/64
    And p1 has the address of its link

  @SW-RT6-003
  Scenario: A port that keeps its addresses
    Given the IPv6 setting keep_addr_on_down of p1 is 1
    When p1 is set down
    Then p1 has the address 2001:db8:2::1/64
    And there is no route to 2001:db8:2::/64
    When p1 is set up
    Then there is a route to 2001:db8:2::/64
    Given B is known to the router
    When A sends a packet to 2001:db8:2::10
    Then it is routed to B

  @SW-RT6-004
  Scenario: What goes with a port is told
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    And somebody listens to routes of IPv6
    When p1 is set down
    Then a deleted route to 2001:db8:100::/40 is told

  @SW-RT6-005 @needs:wire-carrier
  Scenario: The link is lost
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    When the cable of p1 is pulled out
    Then the route to 2001:db8:100::/40 is marked as going over a link that is down
    When the cable of p1 is plugged in
    Then the route to 2001:db8:100::/40 is marked as sound

  @SW-RT6-006
  Scenario Outline: <address> matches several prefixes
    Given a route to ::/0 via 2001:db8:2::10
    And a route to 2001:db8:100::/40 via 2001:db8:3::10
    And a route to 2001:db8:111::/48 via 2001:db8:2::10
    And a route to 2001:db8:111:2::/64 via 2001:db8:3::10
    And a route to 2001:db8:111:2::3/128 via 2001:db8:2::10
    When A sends a packet to <address>
    Then it is routed to <station>
    And a packet to <address> would take the route to <route>

    Examples:
      | address           | station | route                 |
      | 2001:db8:111:2::3 | B       | 2001:db8:111:2::3/128 |
      | 2001:db8:111:2::4 | C       | 2001:db8:111:2::/64   |
      | 2001:db8:111:3::3 | B       | 2001:db8:111::/48     |
      | 2001:db8:122::3   | C       | 2001:db8:100::/40     |
      | 2001:db9::3       | B       | ::/0                  |

  @SW-RT6-006 @law
  Scenario: Every set of routes
    Then for every set of routes of IPv6, each packet goes where the longest prefix of its address says

  @SW-RT6-007
  Scenario: Of the same prefix, the lower metric
    Given a route to 2001:db8:100::/40 via 2001:db8:3::10 metric 20
    And a route to 2001:db8:100::/40 via 2001:db8:2::10 metric 10
    When A sends a packet to 2001:db8:100::1
    Then it is routed to B
    When the route to 2001:db8:100::/40 metric 10 is deleted
    And A sends a packet to 2001:db8:100::1
    Then it is routed to C

  @SW-RT6-008
  Scenario: A route without a metric has one
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    Then the route to 2001:db8:100::/40 has the metric 1024
    And the route to 2001:db8:2::/64 has the metric 256

  @SW-RT6-009
  Scenario: A route that is there already
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    When the route to 2001:db8:100::/40 via 2001:db8:3::10 is added
    Then it is refused with EEXIST
    And the route to 2001:db8:100::/40 goes by B

  @SW-RT6-010
  Scenario: A route is replaced
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    And somebody listens to routes of IPv6
    When the route to 2001:db8:100::/40 via 2001:db8:3::10 is replaced
    Then it is done
    And the route to 2001:db8:100::/40 goes by C
    And a replaced route to 2001:db8:100::/40 is told
    When A sends 3 packets to 2001:db8:100::1
    Then they all are routed to C

  @SW-RT6-010
  Scenario: A replacement of what is not there
    When the route to 2001:db8:100::/40 via 2001:db8:3::10 is replaced
    Then it is done
    And the route to 2001:db8:100::/40 goes by C

  @SW-RT6-011
  Scenario Outline: A route by another gateway is another way of the route, <how>
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    When the route to 2001:db8:100::/40 via 2001:db8:3::10 is <how>
    Then it is done
    And the route to 2001:db8:100::/40 goes by B and C

    Examples:
      | how       |
      | appended  |
      | prepended |

  @SW-RT6-011
  Scenario: The same way again
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    When the route to 2001:db8:100::/40 via 2001:db8:2::10 is appended
    Then it is refused with EEXIST

  @SW-RT6-012
  Scenario: A change of a route that is not there
    When the route to 2001:db8:100::/40 via 2001:db8:2::10 is changed
    Then it is refused with ENOENT
    And there is no route to 2001:db8:100::/40

  @SW-RT6-013
  Scenario: A route that is not there cannot be deleted
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    When the route to 2001:db8:100::/48 is deleted
    Then it is refused with ESRCH
    And there is a route to 2001:db8:100::/40

  @SW-RT6-013
  Scenario: A route is deleted that leads elsewhere
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    When the route to 2001:db8:100::/40 via 2001:db8:3::10 is deleted
    Then it is refused with ESRCH
    And there is a route to 2001:db8:100::/40

  @SW-RT6-014
  Scenario: One way of several is deleted
    Given a route to 2001:db8:100::/40 by way of B with weight 1 and C with weight 1
    When the route to 2001:db8:100::/40 via 2001:db8:2::10 is deleted
    Then it is done
    And the route to 2001:db8:100::/40 goes by C

  @SW-RT6-014
  Scenario: All ways are deleted
    Given a route to 2001:db8:100::/40 by way of B with weight 1 and C with weight 1
    When the route to 2001:db8:100::/40 is deleted
    Then it is done
    And there is no route to 2001:db8:100::/40

  @SW-RT6-015
  Scenario: A gateway that is on no link
    When the route to 2001:db8:100::/40 via 2001:db8:99::1 is asked for
    Then it is refused with EHOSTUNREACH

  @SW-RT6-015
  Scenario: A gateway behind another gateway
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10
    When the route to 2001:db8:200::/40 via 2001:db8:100::1 is asked for
    Then it is refused with EHOSTUNREACH

  @SW-RT6-016
  Scenario: A gateway that is the host itself
    When the route to 2001:db8:100::/40 via 2001:db8:2::1 is asked for
    Then it is refused with EINVAL
    And the kernel says "Gateway can not be a local address"

  @SW-RT6-017
  Scenario: A gateway that is known by its address of the link alone
    When the route to 2001:db8:100::/40 via fe80::10 is asked for
    Then it is refused with EINVAL
    And the kernel says "Egress device not specified"

  @SW-RT6-017
  Scenario: A gateway that is known by its address of the link, and where it is
    Given station D is fe80::10 at p1
    And a route to 2001:db8:100::/40 via fe80::10 dev p1
    When A sends a packet to 2001:db8:100::1
    Then it is routed to D

  @SW-RT6-018
  Scenario: A device that is down
    Given IPv6 is on at p3
    And p3 is set down
    When the route to 2001:db8:100::/40 dev p3 is asked for
    Then it is refused with ENETDOWN
    And the kernel says "Nexthop device is not up"

  @SW-RT6-019
  Scenario: A device without IPv6
    Given the IPv6 setting disable_ipv6 of p3 is 1
    When the route to 2001:db8:100::/40 dev p3 is asked for
    Then it is refused with EACCES
    And the kernel says "IPv6 is disabled on nexthop device"

  @SW-RT6-020
  Scenario: Bits behind the prefix are cut off
    When the route to 2001:db8:10f::5/44 via 2001:db8:2::10 is asked for
    Then it is done
    And there is a route to 2001:db8:100::/44

  @SW-RT6-021
  Scenario: A blackhole
    Given a blackhole route to 2001:db8:100::/40
    When A sends a packet to 2001:db8:100::1
    Then it is routed nowhere

  @SW-RT6-021
  Scenario: A route that is unreachable
    Given an unreachable route to 2001:db8:100::/40
    When A sends a packet to 2001:db8:100::1
    Then A is told that there is no route

  @SW-RT6-021
  Scenario: A route that is forbidden
    Given a prohibit route to 2001:db8:100::/40
    When A sends a packet to 2001:db8:100::1
    Then A is told that it is forbidden

  @SW-RT6-021
  Scenario: No route at all
    When A sends a packet to 2001:db8:100::1
    Then A is told that there is no route

  @SW-RT6-022
  Scenario: Routes are told
    Given somebody listens to routes of IPv6
    And a route to 2001:db8:100::/40 via 2001:db8:2::10
    Then a new route to 2001:db8:100::/40 is told
    When the route to 2001:db8:100::/40 is deleted
    Then a deleted route to 2001:db8:100::/40 is told

  @SW-RT6-023
  Scenario: A table that no rule names
    Given a route to 2001:db8:100::/40 via 2001:db8:2::10 table 4711
    Then there is a route to 2001:db8:100::/40 in table 4711
    And there is no route to 2001:db8:100::/40
    When A sends a packet to 2001:db8:100::1
    Then A is told that there is no route

  @SW-RT6-024
  Scenario: A lookup that finds nothing
    When somebody asks how a packet to 2001:db8:100::1 would go
    Then it is refused with ENETUNREACH

  @SW-RT6-024
  Scenario Outline: A lookup that finds a route that is <kind>
    Given an <kind> route to 2001:db8:100::/40
    When somebody asks how a packet to 2001:db8:100::1 would go
    Then it is refused with <errno>

    Examples:
      | kind        | errno        |
      | unreachable | EHOSTUNREACH |
      | prohibit    | EACCES       |
      | blackhole   | EINVAL       |

  @SW-RT6-025
  Scenario: The address that a route sends from goes
    Given a route to 2001:db8:100::/40 via 2001:db8:3::10 src 2001:db8:2::1
    Then the route to 2001:db8:100::/40 sends from 2001:db8:2::1
    When 2001:db8:2::1/64 is removed from p1
    Then there is a route to 2001:db8:100::/40
    And the route to 2001:db8:100::/40 sends from nothing

  @SW-RT6-025
  Scenario: A route that sends from somebody else
    When the route to 2001:db8:100::/40 via 2001:db8:3::10 src 2001:db8:2::10 is asked for
    Then it is refused with EINVAL
    And the kernel says "Invalid source address"

  @SW-RT6-026
  Scenario: A route for a type of service
    When the route to 2001:db8:100::/40 via 2001:db8:2::10 tos 4 is asked for
    Then it is refused with EINVAL
    And the kernel says "Invalid dsfield (tos): option not available for IPv6"

  @SW-RT6-027 @law
  Scenario: Every sequence of changes
    Then for every sequence of changes to routes of IPv6, ports and neighbours, packets go where a model says
