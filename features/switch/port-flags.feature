Feature: What a port of a bridge learns, floods and lets through

  Background:
    Given a bridge over p0, p1 and p2

  @SW-FLAG-001
  Scenario Outline: The flag <flag> of a new port
    Then the flag <flag> of p0 is <state>

    Examples:
      | flag          | state |
      | learning      | on    |
      | unicast flood | on    |
      | multicast flood | on  |
      | broadcast flood | on  |
      | hairpin       | off   |
      | isolated      | off   |
      | locked        | off   |

  @SW-FLAG-002 @needs:bridge-port-learning
  Scenario: The flag learning is switched
    When the flag learning of p1 is switched off
    Then the flag learning of p1 is off
    And the flag learning of p2 is on

  @SW-FLAG-002 @needs:bridge-port-unicast-flood
  Scenario: The flag unicast flood is switched
    When the flag unicast flood of p1 is switched off
    Then the flag unicast flood of p1 is off
    And the flag unicast flood of p2 is on

  @SW-FLAG-002 @needs:bridge-port-multicast-flood
  Scenario: The flag multicast flood is switched
    When the flag multicast flood of p1 is switched off
    Then the flag multicast flood of p1 is off
    And the flag multicast flood of p2 is on

  @SW-FLAG-002 @needs:bridge-port-broadcast-flood
  Scenario: The flag broadcast flood is switched
    When the flag broadcast flood of p1 is switched off
    Then the flag broadcast flood of p1 is off
    And the flag broadcast flood of p2 is on

  @SW-FLAG-002 @needs:bridge-port-hairpin
  Scenario: The flag hairpin is switched
    When the flag hairpin of p1 is switched on
    Then the flag hairpin of p1 is on
    And the flag hairpin of p2 is off

  @SW-FLAG-002 @needs:bridge-port-isolated
  Scenario: The flag isolated is switched
    When the flag isolated of p1 is switched on
    Then the flag isolated of p1 is on
    And the flag isolated of p2 is off

  @SW-FLAG-002 @needs:bridge-port-locked
  Scenario: The flag locked is switched
    When the flag locked of p1 is switched on
    Then the flag locked of p1 is on
    And the flag locked of p2 is off

  @SW-FLAG-003
  Scenario: Without learning
    Given the flag learning of p1 is switched off
    When a frame from B to broadcast comes in at p1
    Then it leaves at p0 and p2
    And the table does not have B
    When a frame from A to B comes in at p0
    Then it leaves at p1 and p2

  @SW-FLAG-004
  Scenario: Without unicast flooding
    Given the flag unicast flood of p1 is switched off
    When a frame from A to B comes in at p0
    Then it leaves at p2
    When a frame from A to broadcast comes in at p0
    Then it leaves at p1 and p2

  @SW-FLAG-004
  Scenario: Without unicast flooding a known station is still reached
    Given the flag unicast flood of p1 is switched off
    And station B was seen at p1
    When a frame from A to B comes in at p0
    Then it leaves at p1

  @SW-FLAG-005
  Scenario: Without multicast flooding
    Given the flag multicast flood of p1 is switched off
    When a frame from A to group 1 comes in at p0
    Then it leaves at p2
    When a frame from A to broadcast comes in at p0
    Then it leaves at p1 and p2
    When a frame from A to B comes in at p0
    Then it leaves at p1 and p2

  @SW-FLAG-006
  Scenario: Without broadcast flooding
    Given the flag broadcast flood of p1 is switched off
    When a frame from A to broadcast comes in at p0
    Then it leaves at p2
    When a frame from A to group 1 comes in at p0
    Then it leaves at p1 and p2

  @SW-FLAG-007 @needs:bridge-port-multicast-flood
  Scenario: The host's own frames, without multicast flooding
    Given the flag multicast flood of p1 is switched off
    When the host sends a frame from A to group 1 through the bridge
    Then it leaves at p0, p1 and p2

  @SW-FLAG-007 @needs:bridge-port-broadcast-flood
  Scenario: The host's own frames, without broadcast flooding
    Given the flag broadcast flood of p1 is switched off
    When the host sends a frame from A to broadcast through the bridge
    Then it leaves at p0, p1 and p2

  @SW-FLAG-007 @needs:bridge-port-unicast-flood
  Scenario: The host's own frames, without unicast flooding
    Given the flag unicast flood of p1 is switched off
    When the host sends a frame from A to B through the bridge
    Then it leaves at p0 and p2

  @SW-FLAG-008
  Scenario: A hairpin
    Given the flag hairpin of p0 is switched on
    And station B was seen at p0
    When a frame from A to B comes in at p0
    Then it leaves at p0 and nowhere else

  @SW-FLAG-008
  Scenario: A hairpin and a broadcast
    Given the flag hairpin of p0 is switched on
    When a frame from A to broadcast comes in at p0
    Then it leaves at p0, p1 and p2

  @SW-FLAG-009
  Scenario Outline: Isolated ports, and a frame from <from>
    Given the flag isolated of p0 is switched on
    And the flag isolated of p1 is switched on
    When a frame from A to <to> comes in at <from>
    Then it leaves at <ports>

    Examples:
      | from | to        | ports     |
      | p0   | broadcast | p2        |
      | p0   | B         | p2        |
      | p1   | broadcast | p2        |
      | p2   | broadcast | p0 and p1 |

  @SW-FLAG-009
  Scenario: A known station behind an isolated port
    Given the flag isolated of p0 is switched on
    And the flag isolated of p1 is switched on
    And station B was seen at p1
    When a frame from A to B comes in at p0
    Then it leaves at nowhere
    When a frame from A to B comes in at p2
    Then it leaves at p1

  @SW-FLAG-010
  Scenario: A locked port and a station that nobody let in
    Given the flag locked of p0 is switched on
    When a frame from A to broadcast comes in at p0
    Then it leaves at nowhere
    And the table does not have A

  @SW-FLAG-010
  Scenario: A locked port and a station that was let in
    Given the flag locked of p0 is switched on
    And A is put at p0, static
    When a frame from A to broadcast comes in at p0
    Then it leaves at p1 and p2

  @SW-FLAG-010
  Scenario: A locked port and a station that was let in elsewhere
    Given the flag locked of p0 is switched on
    And A is put at p1, static
    When a frame from A to broadcast comes in at p0
    Then it leaves at nowhere

  @SW-FLAG-010
  Scenario Outline: A locked port and an address that is the host's at <port>
    Given the flag locked of p0 is switched on
    And A is put at <port>, permanent
    When a frame from A to broadcast comes in at p0
    Then it leaves at nowhere

    Examples:
      | port |
      | p0   |
      | p1   |

  @SW-FLAG-010
  Scenario: Frames leave a locked port
    Given the flag locked of p0 is switched on
    When a frame from A to broadcast comes in at p1
    Then it leaves at p0 and p2

  @SW-FLAG-011 @law
  Scenario: Every combination of flags
    Then for every combination of flags of the ports, frames go where the flags let them

  @SW-FLAG-012
  Scenario Outline: The flag <flag> is done or refused
    When the flag <flag> of p1 is to be switched <state>
    Then the flag <flag> of p1 is <state> if that was accepted, and else as before and refused with EOPNOTSUPP

    Examples:
      | flag            | state |
      | learning        | off   |
      | unicast flood   | off   |
      | multicast flood | off   |
      | broadcast flood | off   |
      | hairpin         | on    |
      | isolated        | on    |
      | locked          | on    |

  @SW-FLAG-013
  Scenario: A port stands in for another
    Given B is put at p1, static
    When p2 stands in for p1
    And the host sends a frame from A to B through the bridge
    Then it leaves at p1
    When the cable of p1 is pulled out
    And the host sends a frame from A to B through the bridge
    Then it leaves at p2
    When nobody stands in for p1
    And the host sends a frame from A to B through the bridge
    Then it leaves at nowhere

  @SW-FLAG-013
  Scenario: What was learned at a port that somebody stands in for
    Given station B was seen at p1
    When p2 stands in for p1
    And the cable of p1 is pulled out
    Then the table has B at p1, dynamic

  @SW-FLAG-014
  Scenario: A port that stands in for another leaves the bridge
    When p2 stands in for p1
    And p2 leaves the bridge
    Then nobody is told to stand in for p1

  @SW-FLAG-014
  Scenario Outline: <other> is to stand in for p1
    When <other> is to stand in for p1
    Then it is refused with <error>
    And nobody is told to stand in for p1

    Examples:
      | other | error  |
      | p1    | EINVAL |
      | p3    | ENOENT |
