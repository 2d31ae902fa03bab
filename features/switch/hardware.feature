Feature: The hardware below a bridge

  The kernel decides, the hardware forwards, and each tells the other what it cannot see itself.

  Background:
    Given a bridge over p0, p1 and p2

  @SW-HW-001
  Scenario: A station that the hardware learned
    When a frame from B to broadcast comes in at p1
    Then the table has B at p1, dynamic
    And the entry of B is marked as learned by hardware

  @SW-HW-001
  Scenario: A station that moves
    When a frame from B to broadcast comes in at p1
    And a frame from B to broadcast comes in at p2
    Then the table has B at p2, dynamic
    And the entry of B is marked as learned by hardware

  @SW-HW-002
  Scenario: A static entry
    When B is put at p2, static
    Then the entry of B is marked as offloaded

  @SW-HW-003
  Scenario: Two stations that are known
    Given the host listens at p0
    And station A was seen at p0
    And station B was seen at p1
    When a frame from A to B comes in at p0
    Then it leaves at p1 and nowhere else
    And the host does not get it at p0

  @SW-HW-004
  Scenario Outline: A frame to <to>, which the host sees as well
    When a frame from A to <to> comes in at p0
    Then it leaves at p1 and p2
    And the host gets it from the bridge

    Examples:
      | to        |
      | broadcast |
      | group 1   |

  @SW-HW-005
  Scenario: A station that the hardware forgets
    Given an ageing time of 1 second
    When a frame from B to broadcast comes in at p1
    Then the entry of B is marked as learned by hardware
    When 4 seconds pass
    Then the table does not have B

  @SW-HW-006
  Scenario: One station too many
    Given the table of the hardware is full
    When B is put at p2, static
    Then the table has B at p2, static
    And the entry of B is not marked as offloaded
    When a frame from A to B comes in at p0
    Then it reaches B at p2

  @SW-HW-007
  Scenario: Counters of ports between which the hardware forwards
    Given station A was seen at p0
    And station B was seen at p1
    And the counters of p0 and p1 are noted
    When 10 frames of 100 bytes from A to B come in at p0
    Then p0 has received 10 frames of 100 bytes more
    And p1 has sent 10 frames of 100 bytes more

  @SW-HW-008
  Scenario: An entry that is put there to age
    When B is put at p2, dynamic
    Then the table has B at p2, dynamic
    And the entry of B is not marked as offloaded
    When a frame from A to B comes in at p0
    Then it leaves at p1 and p2
