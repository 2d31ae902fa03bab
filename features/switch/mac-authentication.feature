Feature: Stations that wait to be let in

  A locked port lets nobody in whom the table does not have there. With MAC authentication bypass (MAB) it writes down who knocks: a program
  of the user's sees the entry, asks whether the address is known, and opens the door by writing the entry itself.

  Background:
    Given a bridge over p0, p1 and p2

  @SW-MAB-001
  Scenario: The flag of a new port
    Then the flag MAB of p0 is off
    When p1 is locked, with MAB
    Then the flag MAB of p1 is on
    And the flag MAB of p2 is off

  @SW-MAB-001
  Scenario Outline: A port that is to have MAB<how>
    When p1 is to have MAB<how>
    Then it is refused, because MAB needs a port that is locked and learns
    And the flag MAB of p1 is off
    And the flag locked of p1 is off

    Examples:
      | how                          |
      | , unlocked                   |
      | , locked and without learning |

  @SW-MAB-001
  Scenario Outline: A port with MAB whose flag <flag> is to be switched off
    Given p1 is locked, with MAB
    When the flag <flag> of p1 is to be switched off
    Then it is refused, because MAB needs a port that is locked and learns
    And the flag <flag> of p1 is on

    Examples:
      | flag     |
      | locked   |
      | learning |

  @SW-MAB-002
  Scenario: A station that nobody knows
    Given p0 is locked, with MAB
    When a frame from A to broadcast comes in at p0
    Then it leaves at nowhere
    And the host does not get it from the bridge
    And the table has A at p0, locked
    And the table has A at p0, dynamic

  @SW-MAB-003
  Scenario: A station that waits goes on to knock
    Given p0 is locked, with MAB
    When a frame from A to broadcast comes in at p0
    And a frame from A to broadcast comes in at p0
    Then it leaves at nowhere
    And the table has A at p0, locked

  @SW-MAB-003
  Scenario: Frames for a station that waits
    Given p0 is locked, with MAB
    When a frame from A to broadcast comes in at p0
    Then the table has A at p0, locked
    When a frame from B to A comes in at p1
    Then it leaves at p0, whether elsewhere or not

  @SW-MAB-004
  Scenario: A station that does not knock any more
    Given an ageing time of 2 seconds
    And p0 is locked, with MAB
    When a frame from A to broadcast comes in at p0
    Then the table has A at p0, locked
    When 5 seconds pass
    Then the table does not have A

  @SW-MAB-004
  Scenario: A station that knocks again and again
    Given an ageing time of 3 seconds
    And p0 is locked, with MAB
    When A sends to B at p0 every second, 6 times
    Then the table has A at p0, locked
    And A was last seen a second ago or later

  @SW-MAB-005
  Scenario Outline: A station is let in<how>
    Given p0 is locked, with MAB
    When a frame from A to broadcast comes in at p0
    Then the table has A at p0, locked
    When A is let in at p0<how>
    Then the table has A at p0, not locked
    When a frame from A to broadcast comes in at p0
    Then it leaves at p1 and p2

    Examples:
      | how           |
      |               |
      | , for a while |

  @SW-MAB-006
  Scenario: A station that waits moves to a port that is open
    Given p0 is locked, with MAB
    When a frame from A to broadcast comes in at p0
    Then the table has A at p0, locked
    When a frame from A to broadcast comes in at p1
    Then it leaves at p0 and p2
    And the table has A at p1, not locked

  @SW-MAB-007
  Scenario: A station of another port does not move to a port with MAB
    Given p0 is locked, with MAB
    And station A was seen at p1
    When a frame from A to broadcast comes in at p0
    Then it leaves at nowhere
    And the table has A at p1, not locked

  @SW-MAB-007
  Scenario: A station that waits does not move to another port with MAB
    Given p0 is locked, with MAB
    And p1 is locked, with MAB
    When a frame from A to broadcast comes in at p0
    Then the table has A at p0, locked
    When a frame from A to broadcast comes in at p1
    Then it leaves at nowhere
    And the table has A at p0, locked

  @SW-MAB-008
  Scenario: The flag is switched off
    Given p0 is locked, with MAB
    And p1 is locked, with MAB
    And C is put at p0, static
    When a frame from A to broadcast comes in at p0
    And a frame from B to broadcast comes in at p1
    Then the table has A at p0, locked
    And the table has B at p1, locked
    When p0 is unlocked, without MAB
    Then the table does not have A
    And the table has B at p1, locked
    And the table has C at p0, static

  @SW-MAB-009
  Scenario: Nobody but the bridge writes a locked entry
    Given p0 is locked, with MAB
    When A is to be put at p0, locked
    Then it is refused with EINVAL
    And the table does not have A

  @SW-MAB-010
  Scenario: Who listens hears who waits, is let in and goes
    Given an ageing time of 2 seconds
    And p0 is locked, with MAB
    And somebody listens to the table
    When a frame from A to broadcast comes in at p0
    Then A at p0 is announced as new and locked
    When A is let in at p0
    Then A at p0 is announced as new and not locked
    When a frame from B to broadcast comes in at p0
    Then B at p0 is announced as new and locked
    When 5 seconds pass
    Then B at p0 is announced as gone and locked

  @SW-MAB-011
  Scenario: A station that was let in is thrown out
    Given p0 is locked, with MAB
    And A is let in at p0
    When a frame from A to broadcast comes in at p0
    Then it leaves at p1 and p2
    When A is taken from p0
    And a frame from A to broadcast comes in at p0
    Then it leaves at nowhere
    And the table has A at p0, locked

  @SW-MAB-011 @law
  Scenario: Every sequence
    Then for every sequence of stations that knock, are let in, move and are thrown out, nobody gets in who waits
