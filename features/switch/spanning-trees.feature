Feature: Several spanning trees

  A VLAN belongs to a tree, and a port has a state in each. One link blocked in one tree carries the VLANs of another: what IEEE 802.1Q calls
  MSTP. The kernel keeps the states, and a program of the user's plays the protocol.

  Background:
    Given a bridge with several spanning trees over p0, p1 and p2
    And p0, p1 and p2 are in VLAN 10, tagged
    And p0, p1 and p2 are in VLAN 20, tagged
    And the bridge itself is in VLAN 10, tagged
    And VLAN 10 belongs to tree 1
    And VLAN 20 belongs to tree 2
    And p0, p1 and p2 are set to forwarding in tree 1
    And p0, p1 and p2 are set to forwarding in tree 2

  @SW-MST-001
  Scenario: Ports that forward in the tree of the VLAN
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1 and p2
    And the host gets it from the bridge

  @SW-MST-001
  Scenario Outline: A frame comes in where its tree is <state>
    When p0 is set to <state> in tree 1
    Then p0 is told <state> in tree 1
    And p0 is in the state forwarding
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at nowhere
    And the host does not get it from the bridge

    Examples:
      | state     |
      | disabled  |
      | listening |
      | learning  |
      | blocking  |

  @SW-MST-002
  Scenario Outline: A frame would leave where its tree is <state>
    When p1 is set to <state> in tree 1
    And a frame from A to <to>, tagged 10 comes in at p0
    Then it leaves at p2

    Examples:
      | state     | to        |
      | disabled  | broadcast |
      | disabled  | B         |
      | listening | group 1   |
      | learning  | broadcast |
      | blocking  | broadcast |
      | blocking  | B         |

  @SW-MST-002
  Scenario: A known station where the tree of its VLAN does not forward
    Given station B was seen at p1, tagged 10
    When p1 is set to blocking in tree 1
    And a frame from A to B, tagged 10 comes in at p0
    Then it leaves at nowhere

  @SW-MST-002
  Scenario: What the host sends in a VLAN whose tree is blocked at a port
    When p1 is set to blocking in tree 1
    And the host sends a frame from A to broadcast, tagged 10 through the bridge
    Then it leaves at p0 and p2

  @SW-MST-003
  Scenario Outline: What is learned where the tree is <state>
    When p1 is set to <state> in tree 1
    And a frame from B to broadcast, tagged 10 comes in at p1
    Then the table does not have B

    Examples:
      | state     |
      | disabled  |
      | listening |
      | blocking  |

  @SW-MST-003
  Scenario: A port that is learning in the tree learns
    When p1 is set to learning in tree 1
    And a frame from B to broadcast, tagged 10 comes in at p1
    Then the table has B at p1, dynamic

  @SW-MST-004
  Scenario: One link for the one tree, another for the other
    When p1 is set to blocking in tree 1
    And p2 is set to blocking in tree 2
    And a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p2
    When a frame from A to broadcast, tagged 20 comes in at p0
    Then it leaves at p1

  @SW-MST-004
  Scenario: A port that is blocked in one tree takes frames of the other
    When p0 is set to blocking in tree 1
    And a frame from A to broadcast, tagged 20 comes in at p0
    Then it leaves at p1 and p2

  @SW-MST-004
  Scenario: Two VLANs of one tree
    Given p0, p1 and p2 are in VLAN 11, tagged
    And VLAN 11 belongs to tree 1
    When p1 is set to blocking in tree 1
    And a frame from A to broadcast, tagged 11 comes in at p0
    Then it leaves at p2
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p2

  @SW-MST-005
  Scenario: A VLAN of no tree of its own follows the port
    When p1 is set to learning
    And a frame from A to broadcast comes in at p0
    Then it leaves at p2
    And p1 is told learning in tree 0

  @SW-MST-005
  Scenario: A frame comes in at a port that does not forward, in a VLAN of no tree of its own
    When p0 is set to learning
    And a frame from A to broadcast comes in at p0
    Then it leaves at nowhere
    And the table has A at p0, dynamic

  @SW-MST-005
  Scenario: A VLAN of a tree forwards although its port does not
    When p0 is set to listening
    And p1 is set to listening
    And a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1 and p2

  @SW-MST-006
  Scenario: A VLAN that is the first of its tree at a port is disabled there
    When VLAN 20 belongs to tree 3
    Then p0 is told disabled in tree 3
    When a frame from A to broadcast, tagged 20 comes in at p0
    Then it leaves at nowhere

  @SW-MST-006
  Scenario: A VLAN that comes to a tree takes over the states of the ports there
    When p1 is set to blocking in tree 1
    And VLAN 20 belongs to tree 1
    And a frame from A to broadcast, tagged 20 comes in at p0
    Then it leaves at p2

  @SW-MST-006
  Scenario: A VLAN that goes back to no tree of its own
    When p1 is set to blocking in tree 2
    And VLAN 20 belongs to tree 0
    And a frame from A to broadcast, tagged 20 comes in at p0
    Then it leaves at p1 and p2

  @SW-MST-007
  Scenario: The mode cannot be left while VLANs are there
    When several spanning trees are to be switched off
    Then it is refused with EBUSY, because "MST mode can't be changed while VLANs exist"
    And the bridge has several spanning trees

  @SW-MST-007
  Scenario: Even to say what is so already is refused while VLANs are there
    When several spanning trees are to be switched on
    Then it is refused with EBUSY

  @SW-MST-008
  Scenario Outline: What makes no sense: <what>
    When p0 is asked for <what>
    Then it is refused with EINVAL, because "<why>"

    Examples:
      | what                  | why                                  |
      | a state without a tree | bridge: MSTI not specified           |
      | a tree without a state | bridge: State not specified          |
      | no tree at all         | bridge: Found no MST entries to process |

  @SW-MST-008
  Scenario Outline: State <state> in tree <tree>
    When p0 is asked to go to state <state> in tree <tree>
    Then it is refused with ERANGE
    And p0 is told forwarding in tree 1

    Examples:
      | state | tree |
      | 5     | 1    |
      | 3     | 0    |
      | 3     | 4096 |

  @SW-MST-008
  Scenario: The bridge itself has no state in a tree
    When the bridge itself is asked to go to state 3 in tree 1
    Then it is refused with EINVAL, because "MST states can only be set on bridge ports"

  @SW-MST-008
  Scenario: A state cannot be deleted
    When the state of p0 in tree 1 is to be deleted
    Then it is refused with EINVAL

  @SW-MST-009
  Scenario: Each tree of a port is told once, with its state
    Given p0 is in VLAN 11, tagged
    And VLAN 11 belongs to tree 1
    When p0 is set to learning in tree 1
    And p0 is set to listening in tree 2
    Then p0 tells the trees 0, 1 and 2
    And p0 is told learning in tree 1
    And p0 is told listening in tree 2

  @SW-MST-009
  Scenario: A tree in which a port has no VLAN is not told
    When p0 is taken out of VLAN 20
    Then p0 tells the trees 0 and 1

  @SW-MST-010
  Scenario: The tree of a VLAN is told
    Then VLAN 10 is told to belong to tree 1
    And VLAN 1 is told to belong to tree 0

  @SW-MST-010
  Scenario: The highest number of a tree
    When VLAN 20 belongs to tree 4095
    Then VLAN 20 is told to belong to tree 4095
    When p0 is set to learning in tree 4095
    Then p0 is told learning in tree 4095

  @SW-MST-010
  Scenario Outline: VLAN <vid> is to belong to tree <tree>
    When VLAN <vid> is to belong to tree <tree>
    Then it is refused with <errno>

    Examples:
      | vid  | tree | errno  |
      | 10   | 4096 | ERANGE |
      | 30   | 1    | ENOENT |
      | 0    | 1    | EINVAL |
      | 4095 | 1    | EINVAL |

  @SW-MST-011
  Scenario: A VLAN that everybody left begins again in no tree of its own
    When p0 is taken out of VLAN 20
    And p1 is taken out of VLAN 20
    And p2 is taken out of VLAN 20
    And p0, p1 and p2 are in VLAN 20, tagged
    Then VLAN 20 is told to belong to tree 0
    When a frame from A to broadcast, tagged 20 comes in at p0
    Then it leaves at p1 and p2
