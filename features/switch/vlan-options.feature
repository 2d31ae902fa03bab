Feature: Options of VLANs

  A VLAN of a port has a state and settings of its own (RTM_NEWVLAN, `bridge vlan set`).

  Background:
    Given a bridge over p0, p1 and p2
    And the bridge filters VLANs
    And p0, p1 and p2 are in VLAN 10, tagged
    And p0, p1 and p2 are in VLAN 20, tagged

  @SW-VOPT-001
  Scenario Outline: A port is <state> in a VLAN
    Then p1 is told forwarding in VLAN 10
    When p1 is set to <state> in VLAN 10
    Then p1 is told <state> in VLAN 10
    And p1 is told forwarding in VLAN 20
    And p0 is told forwarding in VLAN 10

    Examples:
      | state     |
      | disabled  |
      | listening |
      | learning  |
      | blocking  |

  @SW-VOPT-001
  Scenario: VLANs in a row
    Given p1 is put into the VLANs 30 to 35, tagged
    When p1 is set to blocking in VLANs 31 to 33
    Then the VLANs of p1 are told as 1, 10, 20, 30, 31-33, 34-35

  @SW-VOPT-002 @needs:bridge-learns-itself
  Scenario Outline: A frame comes in where its VLAN is <state>
    When p0 is set to <state> in VLAN 10
    And a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at nowhere
    When a frame from A to broadcast, tagged 20 comes in at p0
    Then it leaves at p1 and p2

    Examples:
      | state     |
      | disabled  |
      | listening |
      | learning  |
      | blocking  |

  @SW-VOPT-002 @needs:bridge-learns-itself
  Scenario Outline: A frame would leave where its VLAN is <state>
    When p1 is set to <state> in VLAN 10
    And a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p2

    Examples:
      | state     |
      | disabled  |
      | listening |
      | learning  |
      | blocking  |

  @SW-VOPT-002 @needs:bridge-learns-itself
  Scenario: A port that is learning in the VLAN learns, and one that is blocked does not
    When p0 is set to learning in VLAN 10
    And p1 is set to blocking in VLAN 10
    And a frame from A to broadcast, tagged 10 comes in at p0
    Then the table has A at p0, dynamic
    When a frame from B to broadcast, tagged 10 comes in at p1
    Then the table does not have B

  @SW-VOPT-002 @needs:bridge-learns-itself
  Scenario: The bridge itself is blocked in a VLAN
    Given the bridge itself is in VLAN 10, tagged
    When the bridge itself is set to blocking in VLAN 10
    And a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1 and p2
    And the host does not get it from the bridge
    When the host sends a frame from C to broadcast, tagged 10 through the bridge
    Then it leaves at nowhere

  @SW-VOPT-003
  Scenario: A state that does not exist
    When p1 is asked for the option BRIDGE_VLANDB_ENTRY_STATE 5 in VLAN 10
    Then it is refused with EINVAL, because "bridge: Invalid vlan state"
    And p1 is told forwarding in VLAN 10

  @SW-VOPT-003
  Scenario Outline: An option of VLANs that the port is not in
    When p1 is asked for the option BRIDGE_VLANDB_ENTRY_STATE 4 in <vlans>
    Then it is refused with ENOENT, because "bridge: <why>"

    Examples:
      | vlans         | why                                                    |
      | VLAN 30       | Vlan range start doesn't exist, can't process options  |
      | VLANs 10 to 30 | Vlan range end doesn't exist, can't process options   |
      | VLANs 10 to 20 | Vlan in range doesn't exist, can't process options    |

  @SW-VOPT-003
  Scenario: What was done before a VLAN that is not there stays done
    When p1 is asked for the option BRIDGE_VLANDB_ENTRY_STATE 4 in VLANs 10 to 20
    Then it is refused with ENOENT
    And p1 is told blocking in VLAN 10
    And p1 is told forwarding in VLAN 20

  @SW-VOPT-003
  Scenario Outline: A request that is refused: <what>
    When p1 is asked by VLAN for <what>
    Then it is refused with EINVAL, because "<why>"

    Examples:
      | what                               | why                                                                        |
      | nothing at all                     | bridge: No vlans found to process                                          |
      | a VLAN without its number          | bridge: Missing vlan entry info                                            |
      | a range of the old kind            | bridge: Old-style vlan ranges are not allowed when using RTM vlan calls    |
      | a range that ends where it begins  | bridge: End vlan id is less than or equal to start vlan id                 |
      | VLAN 4095                          | bridge: Vlan id is invalid                                                 |
      | how many groups it is in           | Attribute failed policy validation                                         |

  @SW-VOPT-004
  Scenario: VLANs come and go by a request of their own
    When VLANs 30 to 32 are added to p1 by its own request
    Then p1 is in every VLAN from 30 to 32
    When VLAN 31 is deleted from p1 by its own request
    Then the VLANs of p1 are told as 1, 10, 20, 30, 32

  @SW-VOPT-005
  Scenario: A VLAN is announced when it comes, when it goes, and when its state changes
    Given somebody listens to VLANs
    When p1 is in VLAN 30, tagged
    Then new VLAN 30 of p1 is announced
    And it is announced with BRIDGE_VLANDB_ENTRY_STATE 3
    When p1 is set to blocking in VLAN 30
    Then new VLAN 30 of p1 is announced
    And it is announced with BRIDGE_VLANDB_ENTRY_STATE 4
    When p1 is taken out of VLAN 30
    Then deleted VLAN 30 of p1 is announced

  @SW-VOPT-005
  Scenario: VLANs in a row are announced together
    Given somebody listens to VLANs
    When p1 is put into the VLANs 30 to 34, tagged
    Then new VLANs 30 to 34 of p1 are announced
    When p1 is set to blocking in VLANs 31 to 33
    Then new VLANs 31 to 33 of p1 are announced

  @SW-VOPT-005
  Scenario: A state that is so already
    Given somebody listens to VLANs
    When p1 is set to forwarding in VLAN 10
    Then no VLAN is announced

  @SW-VOPT-006 @needs:bridge-learns-itself
  Scenario: The counters of each VLAN
    Given the bridge setting IFLA_BR_VLAN_STATS_ENABLED is 1
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1 and p2
    And the dump of VLANs tells 1 frame received in VLAN 10 at p0
    And the dump of VLANs tells 0 frames received in VLAN 20 at p0
