Feature: States of ports

  The spanning tree protocol decides which ports take part; the bridge, and the hardware below it, do as the state says.

  Background:
    Given a bridge over p0, p1 and p2

  @SW-STP-001
  Scenario: A port with a carrier forwards
    Then p0 is in the state forwarding

  @SW-STP-002
  Scenario Outline: A frame comes in at a port that is <state>
    When p0 is set to <state>
    Then p0 is in the state <state>
    When a frame from A to broadcast comes in at p0
    Then it leaves at nowhere
    And the host does not get it from the bridge

    Examples:
      | state     |
      | disabled  |
      | listening |
      | learning  |

  @SW-STP-002 @needs:bridge-user-stp
  Scenario: A frame comes in at a port that is blocking
    Given a program of the user's plays the spanning tree protocol
    When p0 is set to blocking
    Then p0 is in the state blocking
    When a frame from A to broadcast comes in at p0
    Then it leaves at nowhere
    And the host does not get it from the bridge

  @SW-STP-003
  Scenario Outline: A frame would leave at a port that is <state>
    When p1 is set to <state>
    And a frame from A to <to> comes in at p0
    Then it leaves at p2

    Examples:
      | state     | to        |
      | disabled  | broadcast |
      | disabled  | B         |
      | listening | broadcast |
      | listening | group 1   |
      | learning  | B         |
      | learning  | broadcast |

  @SW-STP-003
  Scenario Outline: The host's own frames and a port that is <state>
    When p1 is set to <state>
    And the host sends a frame from A to broadcast through the bridge
    Then it leaves at p0 and p2

    Examples:
      | state     |
      | disabled  |
      | listening |
      | learning  |

  @SW-STP-003
  Scenario: A known station behind a port that does not forward
    Given station B was seen at p1
    When p1 is set to learning
    And a frame from A to B comes in at p0
    Then it leaves at nowhere

  @SW-STP-004
  Scenario Outline: What a port that is <state> learns
    When p1 is set to <state>
    And a frame from B to broadcast comes in at p1
    Then the table does not have B

    Examples:
      | state     |
      | disabled  |
      | listening |

  @SW-STP-005
  Scenario: A port that is learning learns
    When p1 is set to learning
    And a frame from B to broadcast comes in at p1
    Then the table has B at p1, dynamic

  @SW-STP-005
  Scenario: What was learned before serves as soon as the port forwards
    When p1 is set to learning
    And a frame from B to broadcast comes in at p1
    And p1 is set to forwarding
    And a frame from A to B comes in at p0
    Then it leaves at p1 and nowhere else

  @SW-STP-006
  Scenario Outline: Back to forwarding from <state>
    When p0 is set to <state>
    And p0 is set to forwarding
    And a frame from A to broadcast comes in at p0
    Then it leaves at p1 and p2

    Examples:
      | state     |
      | disabled  |
      | listening |
      | learning  |

  @SW-STP-007
  Scenario: A state that does not exist
    When p0 is asked to go to state 5
    Then it is refused with EINVAL
    And p0 is in the state forwarding

  @SW-STP-008
  Scenario: A port that is down
    When p0 is set down
    Then p0 is in the state disabled
    When p0 is asked to go to state 3
    Then it is refused with ENETDOWN

  @SW-STP-009
  Scenario: Without a spanning tree protocol no port stays blocked
    When p0 is set to blocking
    Then p0 is in the state forwarding

  @SW-STP-010
  Scenario: Without a spanning tree protocol a port forwards as soon as it is up
    When p0 is set down
    And p0 is set up
    Then p0 is in the state forwarding

  @SW-STP-010 @needs:bridge-user-stp
  Scenario: With a spanning tree protocol a port that comes up is blocked until it is told otherwise
    Given a program of the user's plays the spanning tree protocol
    When p0 is set down
    And p0 is set up
    Then p0 is in the state blocking
    When a frame from A to broadcast comes in at p1
    Then it leaves at p2

  @SW-STP-011
  Scenario Outline: A frame of a control protocol at a port that is <state>
    Given the host listens at p0
    When p0 is set to <state>
    And a frame from A to 01:80:c2:00:00:0e comes in at p0
    Then the host gets it at p0
    And it leaves at nowhere

    Examples:
      | state     |
      | disabled  |
      | listening |
      | learning  |

  @SW-STP-012
  Scenario: The protocol is switched off
    Given a program of the user's plays the spanning tree protocol
    When p1 is set to blocking
    And the bridge setting IFLA_BR_STP_STATE is set to 0
    Then p1 is in the state blocking
    When a frame from A to broadcast comes in at p0
    Then it leaves at p2

  @SW-STP-013
  Scenario Outline: <setting> <value> of a port
    When p1 is asked for the setting <setting> <before>
    And p1 is asked for the setting <setting> <value>
    Then it is refused with ERANGE
    And p1 tells <setting> <before>

    Examples:
      | setting              | value      | before |
      | IFLA_BRPORT_COST     | 0          | 7      |
      | IFLA_BRPORT_COST     | 65536      | 7      |
      | IFLA_BRPORT_COST     | 4294967295 | 7      |
      | IFLA_BRPORT_PRIORITY | 64         | 9      |
      | IFLA_BRPORT_PRIORITY | 65535      | 9      |

  @SW-STP-013
  Scenario Outline: <setting> <value>, the last that there is
    When p1 is asked for the setting <setting> <value>
    Then it is accepted
    And p1 tells <setting> <value>

    Examples:
      | setting              | value |
      | IFLA_BRPORT_COST     | 1     |
      | IFLA_BRPORT_COST     | 65535 |
      | IFLA_BRPORT_PRIORITY | 0     |
      | IFLA_BRPORT_PRIORITY | 63    |

  @SW-STP-014
  Scenario Outline: A port with the priority <priority>
    When p1 is asked for the setting IFLA_BRPORT_PRIORITY <priority>
    Then p1 tells IFLA_BRPORT_ID of that priority and its number
    And p1 tells IFLA_BRPORT_DESIGNATED_PORT of that priority and its number

    Examples:
      | priority |
      | 16       |
      | 63       |
