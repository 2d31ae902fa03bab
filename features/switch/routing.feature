Feature: Routes

  A route says where packets for a prefix go. The kernel keeps its own for the addresses that it has, and takes others from who asks.
  What a switch routes in hardware has to be what these tables say.

  Background:
    Given a router with 192.0.2.1/24 at p0, 198.51.100.1/24 at p1 and 203.0.113.1/24 at p2
    And station A is at p0
    And station B is 198.51.100.10 at p1
    And station C is 203.0.113.10 at p2

  @SW-RT-001
  Scenario: An address makes three routes
    Then the kernel has made a local route to 198.51.100.1/32 at p1
    And the kernel has made the route of a link to 198.51.100.0/24 at p1
    And the kernel has made a broadcast route to 198.51.100.255/32 at p1

  @SW-RT-001
  Scenario: A station on the link of an address
    When A sends a packet to 198.51.100.10
    Then it is routed to B

  @SW-RT-002
  Scenario: The address goes
    Given a route to 10.0.0.0/8 via 198.51.100.10
    When 198.51.100.1/24 is removed from p1
    Then the kernel has made no route to 198.51.100.1/32 at p1
    And the kernel has made no route to 198.51.100.0/24 at p1
    And the kernel has made no route to 198.51.100.255/32 at p1
    And there is no route to 10.0.0.0/8

  @SW-RT-003
  Scenario: A port goes down, and comes up again
    Given a route to 10.0.0.0/8 via 198.51.100.10
    And a route to 172.16.0.0/12 via 203.0.113.10
    When p1 is set down
    Then there is no route to 198.51.100.0/24
    And there is no route to 10.0.0.0/8
    And there is a route to 172.16.0.0/12
    When p1 is set up
    Then there is a route to 198.51.100.0/24
    And there is no route to 10.0.0.0/8

  @SW-RT-047
  Scenario: A port with two addresses of a network goes down, and comes up again
    Given 198.51.100.2/24 is added to p1
    When p1 is set down
    Then there is no route to 198.51.100.0/24
    When p1 is set up
    Then there is a route to 198.51.100.0/24
    And the kernel has made a local route to 198.51.100.2/32 at p1 that sends from 198.51.100.1

  @SW-RT-047
  Scenario: The second address of a network goes
    Given 198.51.100.2/24 is added to p1
    When 198.51.100.2/24 is removed from p1
    Then there is a route to 198.51.100.0/24
    And the kernel has made no route to 198.51.100.2/32 at p1

  @SW-RT-004 @needs:wire-carrier
  Scenario: The link is lost
    Given a route to 10.0.0.0/8 via 198.51.100.10
    When the cable of p1 is pulled out
    Then the route to 10.0.0.0/8 is marked as going over a link that is down
    When the cable of p1 is plugged in
    Then the route to 10.0.0.0/8 is marked as sound

  @SW-RT-005
  Scenario Outline: <address> matches several prefixes
    Given a route to default via 198.51.100.10
    And a route to 10.0.0.0/8 via 203.0.113.10
    And a route to 10.1.0.0/16 via 198.51.100.10
    And a route to 10.1.2.0/24 via 203.0.113.10
    And a route to 10.1.2.3/32 via 198.51.100.10
    When A sends a packet to <address>
    Then it is routed to <station>
    And a packet to <address> would take the route to <route>

    Examples:
      | address  | station | route       |
      | 10.1.2.3 | B       | 10.1.2.3/32 |
      | 10.1.2.4 | C       | 10.1.2.0/24 |
      | 10.1.3.3 | B       | 10.1.0.0/16 |
      | 10.2.2.3 | C       | 10.0.0.0/8  |
      | 11.1.2.3 | B       | 0.0.0.0/0   |

  @SW-RT-005 @law
  Scenario: Every set of routes
    Then for every set of routes, each packet goes where the longest prefix of its address says

  @SW-RT-006
  Scenario: Of the same prefix, the lower metric
    Given a route to 10.0.0.0/8 via 203.0.113.10 metric 20
    And a route to 10.0.0.0/8 via 198.51.100.10 metric 10
    When A sends a packet to 10.1.2.3
    Then it is routed to B
    When the route to 10.0.0.0/8 metric 10 is deleted
    And A sends a packet to 10.1.2.3
    Then it is routed to C

  @SW-RT-007
  Scenario: A route that is there already
    Given a route to 10.0.0.0/8 via 198.51.100.10
    When the route to 10.0.0.0/8 via 203.0.113.10 is added
    Then it is refused with EEXIST
    And the routes to 10.0.0.0/8 are via 198.51.100.10

  @SW-RT-008
  Scenario: A route is replaced
    Given a route to 10.0.0.0/8 via 198.51.100.10
    And somebody listens to routes
    When the route to 10.0.0.0/8 via 203.0.113.10 is replaced
    Then it is done
    And the routes to 10.0.0.0/8 are via 203.0.113.10
    And a replaced route to 10.0.0.0/8 is told
    When A sends 3 packets to 10.1.2.3
    Then they all are routed to C

  @SW-RT-009
  Scenario: Routes of the same metric, one behind the other
    Given a route to 10.0.0.0/8 via 198.51.100.10
    When the route to 10.0.0.0/8 via 203.0.113.10 is appended
    Then it is done
    And the routes to 10.0.0.0/8 are via 198.51.100.10, then via 203.0.113.10
    When A sends a packet to 10.1.2.3
    Then it is routed to B

  @SW-RT-009
  Scenario: Routes of the same metric, one before the other
    Given a route to 10.0.0.0/8 via 198.51.100.10
    When the route to 10.0.0.0/8 via 203.0.113.10 is prepended
    Then it is done
    And the routes to 10.0.0.0/8 are via 203.0.113.10, then via 198.51.100.10
    When A sends a packet to 10.1.2.3
    Then it is routed to C

  @SW-RT-010
  Scenario: A change of a route that is not there
    When the route to 10.0.0.0/8 via 198.51.100.10 is changed
    Then it is refused with ENOENT
    And there is no route to 10.0.0.0/8

  @SW-RT-011
  Scenario: A route that is not there cannot be deleted
    Given a route to 10.0.0.0/8 via 198.51.100.10
    When the route to 10.0.0.0/16 is deleted
    Then it is refused with ESRCH
    And there is a route to 10.0.0.0/8

  @SW-RT-011
  Scenario: A route is deleted that leads elsewhere
    Given a route to 10.0.0.0/8 via 198.51.100.10
    When the route to 10.0.0.0/8 via 203.0.113.10 is deleted
    Then it is refused with ESRCH
    And there is a route to 10.0.0.0/8

  @SW-RT-011
  Scenario: A route is deleted
    Given a route to 10.0.0.0/8 via 198.51.100.10
    When the route to 10.0.0.0/8 is deleted
    Then it is done
    And there is no route to 10.0.0.0/8

  @SW-RT-012
  Scenario: A gateway that is on no link
    When the route to 10.0.0.0/8 via 100.64.0.1 is asked for
    Then it is refused with ENETUNREACH
    And the kernel says "Nexthop has invalid gateway"

  @SW-RT-012
  Scenario: A gateway behind another gateway
    Given a route to 10.0.0.0/8 via 198.51.100.10
    When the route to 172.16.0.0/12 via 10.0.0.1 is asked for
    Then it is refused with ENETUNREACH

  @SW-RT-013
  Scenario: A device that is down
    Given p3 is set down
    When the route to 10.0.0.0/8 dev p3 is asked for
    Then it is refused with ENETDOWN
    And the kernel says "Device for nexthop is not up"

  @SW-RT-014
  Scenario Outline: The prefix <prefix>
    When the route to <prefix> via 198.51.100.10 is asked for
    Then it is refused with EINVAL
    And the kernel says "<words>"

    Examples:
      | prefix      | words                                  |
      | 10.0.0.1/24 | Invalid prefix for given prefix length |
      | 10.0.0.0/33 | Invalid prefix length                  |

  @SW-RT-015
  Scenario: A blackhole
    Given a blackhole route to 10.0.0.0/8
    When A sends a packet to 10.1.2.3
    Then it is routed nowhere

  @SW-RT-015
  Scenario Outline: A route that is <kind>
    Given an <kind> route to 10.0.0.0/8
    When A sends a packet to 10.1.2.3
    Then A is told that the host is unreachable

    Examples:
      | kind        |
      | unreachable |

  @SW-RT-015
  Scenario: A route that is forbidden
    Given a prohibit route to 10.0.0.0/8
    When A sends a packet to 10.1.2.3
    Then A is told that it is forbidden

  @SW-RT-015
  Scenario: No route at all
    When A sends a packet to 10.1.2.3
    Then A is told that the network is unreachable

  @SW-RT-016
  Scenario: A route that sends to the next table
    Given a throw route to 10.1.0.0/16
    And a route to 10.0.0.0/8 via 198.51.100.10
    And a route to 10.0.0.0/8 via 203.0.113.10 table 253
    When A sends a packet to 10.1.2.3
    Then it is routed to C
    When A sends a packet to 10.2.2.3
    Then it is routed to B

  @SW-RT-017
  Scenario: A blackhole leads nowhere
    When the blackhole route to 10.0.0.0/8 via 198.51.100.10 is asked for
    Then it is refused with EINVAL
    And the kernel says "Gateway, device and multipath can not be specified for this route type"

  @SW-RT-018
  Scenario: Routes are told
    Given somebody listens to routes
    And a route to 10.0.0.0/8 via 198.51.100.10
    Then a new route to 10.0.0.0/8 is told
    When the route to 10.0.0.0/8 is deleted
    Then a deleted route to 10.0.0.0/8 is told

  @SW-RT-019
  Scenario: A table that no rule names
    Given a route to 10.0.0.0/8 via 198.51.100.10 table 4711
    Then there is a route to 10.0.0.0/8 in table 4711
    And there is no route to 10.0.0.0/8
    When A sends a packet to 10.1.2.3
    Then A is told that the network is unreachable

  @SW-RT-020
  Scenario: A lookup that finds nothing
    When somebody asks how a packet to 10.1.2.3 would go
    Then it is refused with ENETUNREACH

  @SW-RT-020
  Scenario Outline: A lookup that finds a route that is <kind>
    Given an <kind> route to 10.0.0.0/8
    When somebody asks how a packet to 10.1.2.3 would go
    Then it is refused with <errno>

    Examples:
      | kind        | errno        |
      | unreachable | EHOSTUNREACH |
      | prohibit    | EACCES       |
      | blackhole   | EINVAL       |

  @SW-RT-021 @law
  Scenario: Every sequence of changes
    Then for every sequence of changes to routes, ports and neighbours, packets go where a model says
