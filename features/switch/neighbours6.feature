Feature: Neighbours of IPv6

  A router finds out who has an address by asking the group that only its owner is in, and says so with messages that no router can have
  passed on (RFC 4861).

  Background:
    Given a router with 2001:db8:1::1/64 at p0, 2001:db8:2::1/64 at p1 and 2001:db8:3::1/64 at p2
    And station A is at p0

  @SW-NEIGH6-001
  Scenario: A station that is not known is solicited, and then sent to
    Given station B is 2001:db8:2::10 at p1, unknown to the router
    When A sends a packet to 2001:db8:2::10
    Then the router solicits B at p1, 1 time
    And nothing has been routed yet
    When B advertises itself
    Then it is routed to B

  @SW-NEIGH6-002
  Scenario: Packets wait for the answer, in order
    Given station B is 2001:db8:2::10 at p1, unknown to the router
    When A sends 5 packets to 2001:db8:2::10
    Then the router solicits B at p1, 1 time
    When B advertises itself
    Then they all are routed to B

  @SW-NEIGH6-003
  Scenario: Nobody answers
    Given station B is 2001:db8:2::10 at p1, unknown to the router
    When A sends a packet to 2001:db8:2::10
    And nobody answers for 4 seconds
    Then A is told that the address is unreachable
    And the router has solicited B at p1, 3 times

  @SW-NEIGH6-004
  Scenario: The router is solicited by its group
    When A solicits 2001:db8:1::1
    Then A gets an advertisement of 2001:db8:1::1, solicited, that overrides, with the station of the router

  @SW-NEIGH6-004
  Scenario: The router is solicited by its own address
    When A solicits 2001:db8:1::1 directly
    Then A gets an advertisement of 2001:db8:1::1, solicited

  @SW-NEIGH6-005
  Scenario Outline: Somebody solicits <address>, which is not an address of the link
    Given station B is 2001:db8:2::10 at p1
    When A solicits <address>
    Then A gets no advertisement

    Examples:
      | address        |
      | 2001:db8:1::77 |
      | 2001:db8:2::1  |
      | 2001:db8:2::10 |

  @SW-NEIGH6-006
  Scenario: A station that was written down is not solicited
    Given station B is 2001:db8:2::10 at p1
    When A sends a packet to 2001:db8:2::10
    Then it is routed to B
    And the router solicits nobody

  @SW-NEIGH6-007
  Scenario: A neighbour is deleted
    Given station B is 2001:db8:2::10 at p1
    When the neighbour B is deleted
    Then it is done
    When A sends a packet to 2001:db8:2::10
    Then the router solicits B at p1, 1 time

  @SW-NEIGH6-007
  Scenario: A neighbour that is not there cannot be deleted
    Given station B is 2001:db8:2::10 at p1, unknown to the router
    When the neighbour B is deleted
    Then it is refused with ENOENT

  @SW-NEIGH6-008
  Scenario: Who solicits the router is known to it
    Given station B is 2001:db8:2::10 at p1, unknown to the router
    When B solicits 2001:db8:2::1
    Then B gets an advertisement of 2001:db8:2::1, solicited, that overrides, with the station of the router
    When A sends a packet to 2001:db8:2::10
    Then it is routed to B
    And the router solicits nobody

  @SW-NEIGH6-009
  Scenario: What nobody asked for is not learned
    Given station B is 2001:db8:2::10 at p1, unknown to the router
    When B advertises itself unasked
    And A sends a packet to 2001:db8:2::10
    Then the router solicits B at p1, 1 time

  @SW-NEIGH6-010
  Scenario: A station that is known has another address of Ethernet, and overrides
    Given station B is 2001:db8:2::10 at p1, unknown to the router
    When B solicits 2001:db8:2::1
    And B is 02:5a:00:00:00:77 from now on
    And B advertises itself unasked, and overrides
    And A sends a packet to 2001:db8:2::10
    Then it is routed to B

  @SW-NEIGH6-010
  Scenario: Somebody says to be a station that is known, and does not override
    Given station B is 2001:db8:2::10 at p1, unknown to the router
    When B solicits 2001:db8:2::1
    And somebody else advertises B as 02:5a:00:00:00:77
    And A sends a packet to 2001:db8:2::10
    Then it is routed to B

  @SW-NEIGH6-011
  Scenario: A solicitation that has come by way of a router
    When A solicits 2001:db8:1::1, with a hop limit of 254
    Then A gets no advertisement

  @SW-NEIGH6-011
  Scenario: An advertisement that has come by way of a router
    Given station B is 2001:db8:2::10 at p1, unknown to the router
    When A sends a packet to 2001:db8:2::10
    Then the router solicits B at p1, 1 time
    When B advertises itself, with a hop limit of 254
    Then nothing has been routed yet

  @SW-NEIGH6-012
  Scenario: Somebody examines an address of the router's
    When A examines 2001:db8:1::1
    Then everybody at p0 gets an advertisement of 2001:db8:1::1, that overrides, with the station of the router

  @SW-NEIGH6-013
  Scenario: A neighbour says that it is a router
    Given station B is 2001:db8:2::10 at p1, unknown to the router
    When A sends a packet to 2001:db8:2::10
    And B advertises itself as a router
    Then the router has B as a router
    When B advertises itself
    Then the router has B as a station

  @SW-NEIGH6-014
  Scenario: A port that does not forward is no router's
    Given the IPv6 setting forwarding of p0 is 0
    When A solicits 2001:db8:1::1
    Then A gets an advertisement of 2001:db8:1::1 from no router, solicited, that overrides, with the station of the router

  @SW-NEIGH6-015
  Scenario: A solicitation with an option that has no length
    When A solicits 2001:db8:1::1, with a broken option
    Then A gets no advertisement

  @SW-NEIGH6-016
  Scenario: A port that goes down forgets its neighbours
    Given the IPv6 setting keep_addr_on_down of p1 is 1
    And station B is 2001:db8:2::10 at p1
    When p1 is set down
    And p1 is set up
    And A sends a packet to 2001:db8:2::10
    Then the router solicits B at p1, 1 time

  @SW-NEIGH6-017
  Scenario: Neighbours are told
    Given somebody listens to routes of IPv6
    And station B is 2001:db8:2::10 at p1
    Then the new neighbour B is told
    When the neighbour B is deleted
    Then the deleted neighbour B is told

  @SW-NEIGH6-018
  Scenario: The routers of a network are solicited
    When A solicits 2001:db8:1::
    Then A gets an advertisement of 2001:db8:1::, solicited, with the station of the router

  @SW-NEIGH6-019
  Scenario: A neighbour at a port without IPv6
    Given station B is 2001:db8:2::10 at p1, unknown to the router
    And the IPv6 setting disable_ipv6 of p1 is 1
    When the neighbour B is added as 02:00:00:00:00:bb
    Then it is refused with EINVAL
