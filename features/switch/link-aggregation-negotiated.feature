Feature: Link aggregates that negotiate

  In the mode 802.3ad each member asks the other end who it is, and carries traffic only beside those that lead to the same system. A
  cable in the wrong port costs a link, and not the network.

  @SW-LAG-060
  Scenario: Each member speaks
    Given an aggregate of p0 and p1 that negotiates
    Then p0 and p1 send LACPDUs of one system

  @SW-LAG-061
  Scenario: What the partner said is told back
    Given an aggregate of p0 and p1 that negotiates
    Then p0 tells its partner what it said of itself

  @SW-LAG-062
  Scenario: All members whose partners answer carry traffic
    Given an aggregate of p0 and p1 that negotiates
    When the partners of p0 and p1 answer
    Then p0 and p1 carry traffic
    And flows that differ in the Ethernet address are spread over p0 and p1

  @SW-LAG-062
  Scenario: The first member leaves
    Given an aggregate of p0 and p1 that negotiates
    When the partners of p0 and p1 answer
    And p0 leaves its aggregate
    And the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p1

  @SW-LAG-063
  Scenario: A member whose partner does not answer
    Given an aggregate of p0 and p1 that negotiates
    When the partner of p0 answers
    Then p0 carries traffic
    And p1 carries no traffic
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p0
    When a frame from B to broadcast comes in at p1
    Then the host does not get it at the aggregate
    When a frame from B to broadcast comes in at p0
    Then the host gets it at the aggregate

  @SW-LAG-064
  Scenario: Members that lead to two systems
    Given an aggregate of p0 and p1 that negotiates
    When p0 and p1 are answered by two systems
    Then flows that differ in the Ethernet address leave at one member

  @SW-LAG-065
  Scenario: A partner falls silent
    Given an aggregate of p0 and p1 that negotiates
    When the partners of p0 and p1 answer
    And the partner of p1 falls silent, and that of p0 does not
    Then p1 carries no traffic
    And p0 carries traffic
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p0

  @SW-LAG-066
  Scenario: What is told of the partner
    Given an aggregate of p0 and p1 that negotiates
    When the partners of p0 and p1 answer
    Then the aggregate tells 2 ports and their partner

  @SW-LAG-067
  Scenario: LACPDUs stay at their member
    Given an aggregate of p0 and p1 that negotiates
    When the partners of p0 and p1 answer
    Then no LACPDU comes in at the aggregate

  @SW-LAG-068
  Scenario: Too few links
    Given an aggregate of p0 and p1 that negotiates with IFLA_BOND_MIN_LINKS 2
    Then the aggregate has no carrier
    When the partners of p0 and p1 answer
    Then the aggregate has a carrier
    When p1 loses its link
    Then the aggregate has no carrier

  @SW-LAG-068
  Scenario: Too few links from now on
    Given an aggregate of p0 and p1 that negotiates
    When the partners of p0 and p1 answer
    Then the aggregate has a carrier
    When the aggregate setting IFLA_BOND_MIN_LINKS is set to 3
    Then the aggregate has no carrier
    When the aggregate setting IFLA_BOND_MIN_LINKS is set to 2
    Then the aggregate has a carrier

  @SW-LAG-069
  Scenario: Below a bridge, with one partner
    Given an aggregate of p0 and p1 that negotiates
    And a bridge over the aggregate and p2
    When the partner of p0 answers
    And a frame from A to broadcast comes in at p0
    Then it leaves at p2 and nowhere else
    When a frame from A to broadcast comes in at p1
    Then it leaves at nowhere
    When a frame from B to broadcast comes in at p2
    Then it leaves at p0 and nowhere else

  @SW-LAG-069
  Scenario: Below a bridge, with both partners
    Given an aggregate of p0 and p1 that negotiates
    And a bridge over the aggregate and p2
    When the partners of p0 and p1 answer
    And a frame from A to broadcast comes in at p1
    Then it leaves at p2 and nowhere else
    When a frame from each of 24 stations to broadcast comes in at p2
    Then each leaves at one of p0 and p1, and all of them are used
