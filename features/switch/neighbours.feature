Feature: Neighbours

  A router knows stations by their addresses of IP, and sends frames to their addresses of Ethernet. In between is the table of
  neighbours: written by hand, or found out with ARP.

  Background:
    Given a router with 192.0.2.1/24 at p0, 198.51.100.1/24 at p1 and 203.0.113.1/24 at p2
    And station A is at p0

  @SW-NEIGH-001
  Scenario: A station that is not known is asked for, and then sent to
    Given station B is 198.51.100.10 at p1, unknown to the router
    When A sends a packet to 198.51.100.10
    Then the router asks for B at p1, 1 time
    And nothing has been routed yet
    When B answers
    Then it is routed to B

  @SW-NEIGH-002
  Scenario: Packets wait for the answer, in order
    Given station B is 198.51.100.10 at p1, unknown to the router
    When A sends 5 packets to 198.51.100.10
    Then the router asks for B at p1, 1 time
    When B answers
    Then they all are routed to B

  @SW-NEIGH-003
  Scenario: Nobody answers
    Given station B is 198.51.100.10 at p1, unknown to the router
    When A sends a packet to 198.51.100.10
    And nobody answers for 4 seconds
    Then A is told that the host is unreachable
    And the router has asked for B at p1, 3 times

  @SW-NEIGH-004
  Scenario Outline: Somebody asks for <address>
    When A asks who has <address>
    Then A is answered by the router for <address>

    Examples:
      | address      |
      | 192.0.2.1    |
      | 198.51.100.1 |

  @SW-NEIGH-005
  Scenario Outline: Somebody asks for <address>, which is not the router's
    Given station B is 198.51.100.10 at p1
    When A asks who has <address>
    Then A is not answered

    Examples:
      | address       |
      | 192.0.2.77    |
      | 198.51.100.10 |
      | 10.1.2.3      |

  @SW-NEIGH-006
  Scenario: A station that was written down is not asked for
    Given station B is 198.51.100.10 at p1
    When A sends a packet to 198.51.100.10
    Then it is routed to B
    And the router asks for nobody

  @SW-NEIGH-007
  Scenario: A neighbour is deleted
    Given station B is 198.51.100.10 at p1
    When the neighbour B is deleted
    Then it is done
    When A sends a packet to 198.51.100.10
    Then the router asks for B at p1, 1 time

  @SW-NEIGH-007
  Scenario: A neighbour that is not there cannot be deleted
    Given station B is 198.51.100.10 at p1, unknown to the router
    When the neighbour B is deleted
    Then it is refused with ENOENT

  @SW-NEIGH-008
  Scenario: A neighbour is added once
    Given station B is 198.51.100.10 at p1
    When the neighbour B is added as 02:5a:00:00:00:77
    Then it is refused with EEXIST
    When A sends a packet to 198.51.100.10
    Then it is routed to B

  @SW-NEIGH-008
  Scenario: A neighbour that is not there cannot be changed
    Given station B is 198.51.100.10 at p1, unknown to the router
    When the neighbour B is changed to 02:5a:00:00:00:77
    Then it is refused with ENOENT

  @SW-NEIGH-008
  Scenario: A neighbour is replaced
    Given station B is 198.51.100.10 at p1
    When the neighbour B is replaced by 02:5a:00:00:00:77
    Then it is done
    When B is 02:5a:00:00:00:77 from now on
    And A sends a packet to 198.51.100.10
    Then it is routed to B

  @SW-NEIGH-009
  Scenario: Who asks for the router is known to it
    Given station B is 198.51.100.10 at p1, unknown to the router
    When B asks who has 198.51.100.1
    Then B is answered by the router for 198.51.100.1
    When A sends a packet to 198.51.100.10
    Then it is routed to B
    And the router asks for nobody

  @SW-NEIGH-010
  Scenario: What nobody asked for is not learned
    Given station B is 198.51.100.10 at p1, unknown to the router
    When B says that it has 198.51.100.10
    And A sends a packet to 198.51.100.10
    Then the router asks for B at p1, 1 time

  @SW-NEIGH-011
  Scenario: A station that is known says that it has another address of Ethernet
    Given station B is 198.51.100.10 at p1, unknown to the router
    When B asks who has 198.51.100.1
    And B is 02:5a:00:00:00:77 from now on
    And B says that it has 198.51.100.10
    And A sends a packet to 198.51.100.10
    Then it is routed to B
    And the router asks for nobody

  @SW-NEIGH-012
  Scenario: A port that goes down forgets its neighbours
    Given station B is 198.51.100.10 at p1
    When p1 is set down
    And p1 is set up
    And A sends a packet to 198.51.100.10
    Then the router asks for B at p1, 1 time

  @SW-NEIGH-012 @needs:wire-carrier
  Scenario: What was written down outlives the cable
    Given station B is 198.51.100.10 at p1
    When the cable of p1 is pulled out
    And the cable of p1 is plugged in
    And A sends a packet to 198.51.100.10
    Then it is routed to B
    And the router asks for nobody

  @SW-NEIGH-013
  Scenario: Neighbours are told
    Given somebody listens to routes
    And station B is 198.51.100.10 at p1
    Then the new neighbour B is told
    When the neighbour B is deleted
    Then the deleted neighbour B is told
