Feature: Routes with several ways

  A route can have several nexthops. Each flow, which for Linux is a pair of addresses unless it is told otherwise, goes one way; many
  flows share the ways by their weights. When a way is lost the others take over. Linux does not promise that flows of the other ways
  stay where they are.

  Background:
    Given a router with 192.0.2.1/24 at p0, 198.51.100.1/24 at p1 and 203.0.113.1/24 at p2
    And station A is at p0
    And station B is 198.51.100.10 at p1
    And station C is 203.0.113.10 at p2

  @SW-ECMP-001
  Scenario: Ways are shown with their weights
    Given a route to 10.0.0.0/8 by way of B with weight 1 and C with weight 3
    Then the route to 10.0.0.0/8 has the ways B with weight 1 and C with weight 3

  @SW-ECMP-002 @law
  Scenario: A flow stays together
    Given a route to 10.0.0.0/8 by way of B with weight 1 and C with weight 1
    Then all packets between the same addresses go the same way, whatever else is in them

  @SW-ECMP-003
  Scenario Outline: Many flows, weights <b> and <c>
    Given a route to 10.0.0.0/8 by way of B with weight <b> and C with weight <c>
    When A sends packets of 256 flows to 10.0.0.0/8
    Then between <least> and <most> of them are routed to B, and the others to C

    Examples:
      | b | c | least | most |
      | 1 | 1 | 85    | 171  |
      | 1 | 3 | 25    | 102  |
      | 5 | 1 | 171   | 245  |

  @SW-ECMP-004
  Scenario: A way is lost, and comes back
    Given a route to 10.0.0.0/8 by way of B with weight 1 and C with weight 1
    When p1 is set down
    Then the way by B of the route to 10.0.0.0/8 is dead
    When A sends packets of 64 flows to 10.0.0.0/8
    Then between 0 and 0 of them are routed to B, and the others to C
    When p1 is set up
    And B is known to the router
    Then the way by B of the route to 10.0.0.0/8 is alive
    When A sends packets of 64 flows to 10.0.0.0/8
    Then between 8 and 56 of them are routed to B, and the others to C

  @SW-ECMP-005
  Scenario: The last way is lost
    Given a route to 10.0.0.0/8 by way of B with weight 1 and C with weight 1
    When p1 is set down
    Then there is a route to 10.0.0.0/8
    When p2 is set down
    Then there is no route to 10.0.0.0/8

  @SW-ECMP-006
  Scenario: One of the ways cannot be
    When a route to 10.0.0.0/8 by way of B and 100.64.0.1 is asked for
    Then it is refused with ENETUNREACH
    And there is no route to 10.0.0.0/8
