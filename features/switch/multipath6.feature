Feature: Routes of IPv6 with several ways

  Ways of one route are routes of their own to Linux: they can come one by one, and go one by one. A flow is a pair of addresses and a
  flow label.

  Background:
    Given a router with 2001:db8:1::1/64 at p0, 2001:db8:2::1/64 at p1 and 2001:db8:3::1/64 at p2
    And station A is at p0
    And station B is 2001:db8:2::10 at p1
    And station C is 2001:db8:3::10 at p2

  @SW-ECMP6-001
  Scenario: Ways are shown with their weights
    Given a route to 2001:db8:100::/40 by way of B with weight 1 and C with weight 3
    Then the route to 2001:db8:100::/40 has the ways B with weight 1 and C with weight 3

  @SW-ECMP6-002 @law
  Scenario: A flow stays together
    Given a route to 2001:db8:100::/40 by way of B with weight 1 and C with weight 1
    Then all packets of IPv6 with the same addresses and flow label go the same way, whatever else is in them

  @SW-ECMP6-003
  Scenario Outline: Many flows, weights <b> and <c>
    Given a route to 2001:db8:100::/40 by way of B with weight <b> and C with weight <c>
    When A sends packets of 256 flows of IPv6
    Then between <least> and <most> of them are routed to B, and the others to C

    Examples:
      | b | c | least | most |
      | 1 | 1 | 85    | 171  |
      | 1 | 3 | 25    | 102  |
      | 5 | 1 | 171   | 245  |

  @SW-ECMP6-004
  Scenario: Many flows between two addresses, told apart by their labels
    Given a route to 2001:db8:100::/40 by way of B with weight 1 and C with weight 1
    When A sends packets of 64 flow labels to 2001:db8:100::1
    Then between 8 and 56 of them are routed to B, and the others to C

  @SW-ECMP6-005
  Scenario: A way is lost, and comes back
    Given the IPv6 setting keep_addr_on_down of p1 is 1
    And a route to 2001:db8:100::/40 by way of B with weight 1 and C with weight 1
    When p1 is set down
    Then the way by B of the route to 2001:db8:100::/40 is dead
    When A sends packets of 64 flows of IPv6
    Then between 0 and 0 of them are routed to B, and the others to C
    When p1 is set up
    And B is known to the router
    Then the way by B of the route to 2001:db8:100::/40 is alive
    When A sends packets of 64 flows of IPv6
    Then between 8 and 56 of them are routed to B, and the others to C

  @SW-ECMP6-005
  Scenario: The last way is lost
    Given a route to 2001:db8:100::/40 by way of B with weight 1 and C with weight 1
    When p1 is set down
    Then there is a route to 2001:db8:100::/40
    When p2 is set down
    Then there is no route to 2001:db8:100::/40

  @SW-ECMP6-006
  Scenario: One of the ways cannot be
    When a route to 2001:db8:100::/40 by way of B and 2001:db8:99::1 is asked for
    Then it is refused with EHOSTUNREACH
    And there is no route to 2001:db8:100::/40

  @SW-ECMP6-006
  Scenario: The same way twice
    When a route to 2001:db8:100::/40 by way of B and B is asked for
    Then it is refused with EEXIST
    And there is no route to 2001:db8:100::/40

  @SW-ECMP6-007
  Scenario: A way without a gateway
    When a route to 2001:db8:100::/40 by way of B and p2 is asked for
    Then it is refused with EINVAL
    And the kernel says "Device only routes can not be added for IPv6 using the multipath API."

  @SW-ECMP6-008
  Scenario: All ways are replaced by one
    Given a route to 2001:db8:100::/40 by way of B with weight 1 and C with weight 1
    When the route to 2001:db8:100::/40 via 2001:db8:3::10 is replaced
    Then it is done
    And the route to 2001:db8:100::/40 goes by C
