Feature: Snooping in each VLAN apart

  A bridge can snoop as a whole, or in each VLAN by settings of the VLAN's own: whether it snoops there at all, whether it asks, how long a
  member is one, and which ports are routers'.

  Background:
    Given a bridge over p0, p1, p2 and p3
    And the bridge filters VLANs
    And p0, p1, p2 and p3 are in VLAN 10, tagged
    And p0, p1, p2 and p3 are in VLAN 20, tagged
    And snooping by VLAN is switched on

  @SW-VSNOOP-001
  Scenario: It is told, and can be switched off again
    Then the bridge snoops by VLAN
    When snooping by VLAN is switched off
    Then the bridge snoops as a whole

  @SW-VSNOOP-001
  Scenario: It ends with the filtering of VLANs
    When the bridge filters VLANs no more
    Then the bridge snoops as a whole
    When snooping by VLAN is to be switched on
    Then it is refused with EINVAL, because "bridge: Cannot enable multicast vlan snooping with vlan filtering disabled"
    And the bridge snoops as a whole

  @SW-VSNOOP-002
  Scenario: A querier of one VLAN is none of another
    Given the bridge asks in VLAN 10 who is in which group
    When B joins the group 239.2.0.1 by IGMPv2 at p1, tagged 10
    Then in the group 239.2.0.1 in VLAN 10 is p1
    When a frame from A to the group 239.2.0.1, tagged 10 comes in at p0
    Then it leaves at p1 and nowhere else
    When a frame from A to the group 239.2.0.9, tagged 20 comes in at p0
    Then it leaves at p1, p2 and p3

  @SW-VSNOOP-002
  Scenario: A querier that is heard in one VLAN
    When IGMPv2 asks at p3 for all groups, tagged 10
    Then the querier of IPv4 in VLAN 10 is behind p3
    And the querier of IPv4 in VLAN 20 is not known
    When a frame from A to the group 239.2.0.9, tagged 10 comes in at p0
    Then it leaves at p3 and nowhere else
    When a frame from A to the group 239.2.0.9, tagged 20 comes in at p0
    Then it leaves at p1, p2 and p3

  @SW-VSNOOP-003
  Scenario: The bridge asks in the VLAN where it is told to
    Given p1 is in VLAN 10, untagged
    And the cables are emptied
    When the bridge asks in VLAN 10 who is in which group
    Then 1 question of IGMPv2 for all groups, tagged 10, came at p0
    And 0 questions of IGMPv2 for all groups, tagged 20, came at p0
    And 0 questions of IGMPv2 for all groups, untagged, came at p0
    And 1 question of IGMPv2 for all groups, untagged, came at p1
    And 0 questions of IGMPv2 for all groups, tagged 10, came at p1

  @SW-VSNOOP-003
  Scenario: The version of the VLAN
    Given the global option BRIDGE_VLANDB_GOPTS_MCAST_IGMP_VERSION of VLAN 20 is set to 3
    And the cables are emptied
    When the bridge asks in VLAN 20 who is in which group
    Then 1 question of IGMPv3 for all groups, tagged 20, came at p0

  @SW-VSNOOP-003
  Scenario: The setting of the whole bridge asks nobody
    Given the cables are emptied
    When the bridge asks who is in which group
    Then 0 questions of IGMPv2 for all groups, untagged, came at p0
    And 0 questions of IGMPv2 for all groups, tagged 10, came at p0

  @SW-VSNOOP-003
  Scenario: A VLAN that somebody leaves is asked for by the group
    Given the bridge asks in VLAN 10 who is in which group
    And B joins the group 239.2.0.1 by IGMPv2 at p1, tagged 10
    And in the group 239.2.0.1 in VLAN 10 is p1
    And the global option BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL of VLAN 10 is set to 20
    When B leaves the group 239.2.0.1 by IGMPv2 at p1, tagged 10
    And 1500 milliseconds pass
    Then in the group 239.2.0.1 in VLAN 10 is nobody

  @SW-VSNOOP-004
  Scenario: Snooping off in one VLAN alone
    Given the bridge asks in VLAN 10 who is in which group
    And the bridge asks in VLAN 20 who is in which group
    And B joins the group 239.2.0.1 by IGMPv2 at p1, tagged 10
    And B joins the group 239.2.0.1 by IGMPv2 at p1, tagged 20
    And in the group 239.2.0.1 in VLAN 20 is p1
    When the global option BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING of VLAN 20 is set to 0
    Then the global option BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING of VLAN 20 is told as 0
    And in the group 239.2.0.1 in VLAN 20 is nobody
    And in the group 239.2.0.1 in VLAN 10 is p1
    When a frame from A to the group 239.2.0.1, tagged 20 comes in at p0
    Then it leaves at p1, p2 and p3
    When a frame from A to the group 239.2.0.1, tagged 10 comes in at p0
    Then it leaves at p1 and nowhere else

  @SW-VSNOOP-004
  Scenario: A report in a VLAN that is not snooped in
    Given the bridge asks in VLAN 20 who is in which group
    When the global option BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING of VLAN 20 is set to 0
    And B joins the group 239.2.0.1 by IGMPv2 at p1, tagged 20
    Then in the group 239.2.0.1 in VLAN 20 is nobody
    When a frame from A to the group 239.2.0.1, tagged 20 comes in at p0
    Then it leaves at p1, p2 and p3

  @SW-VSNOOP-004
  Scenario: The bridge itself asks in a VLAN that is snooped in, and there alone
    Given the bridge itself is in VLAN 20, tagged
    And the bridge setting IFLA_BR_MCAST_STATS_ENABLED is 1
    And the global option BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL of VLAN 20 is set to 100
    And the global option BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL of VLAN 20 is set to 100
    And the bridge asks in VLAN 20 who is in which group
    And what the bridge has counted is noted
    When 1500 milliseconds pass
    Then the bridge has counted 1 message more as igmp_v2queries, received
    When the global option BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING of VLAN 20 is set to 0
    And what the bridge has counted is noted
    And 2500 milliseconds pass
    Then the bridge has counted 0 messages more as igmp_v2queries, received

  @SW-VSNOOP-004
  Scenario: Snooping in the VLAN goes on again
    Given the global option BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING of VLAN 20 is set to 0
    When the global option BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING of VLAN 20 is set to 1
    And the bridge asks in VLAN 20 who is in which group
    And B joins the group 239.2.0.1 by IGMPv2 at p1, tagged 20
    Then in the group 239.2.0.1 in VLAN 20 is p1
    When a frame from A to the group 239.2.0.1, tagged 20 comes in at p0
    Then it leaves at p1 and nowhere else

  @SW-VSNOOP-005
  Scenario: A member is one as long as its VLAN says
    Given the global option BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL of VLAN 10 is set to 200
    When B joins the group 239.2.0.1 by IGMPv2 at p1, tagged 10
    And B joins the group 239.2.0.1 by IGMPv2 at p1, tagged 20
    Then in the group 239.2.0.1 in VLAN 10 is p1
    When 2700 milliseconds pass
    Then in the group 239.2.0.1 in VLAN 10 is nobody
    And in the group 239.2.0.1 in VLAN 20 is p1

  @SW-VSNOOP-005
  Scenario Outline: <option> of one VLAN
    When the global option BRIDGE_VLANDB_GOPTS_<option> of VLAN 20 is set to <other>
    And the global option BRIDGE_VLANDB_GOPTS_<option> of VLAN 10 is set to <value>
    Then the global option BRIDGE_VLANDB_GOPTS_<option> of VLAN 10 is told as <value>
    And the global option BRIDGE_VLANDB_GOPTS_<option> of VLAN 20 is told as <other>

    Examples:
      | option                     | value | other |
      | MCAST_SNOOPING             | 0     | 1     |
      | MCAST_IGMP_VERSION         | 3     | 2     |
      | MCAST_MLD_VERSION          | 2     | 1     |
      | MCAST_LAST_MEMBER_CNT      | 5     | 2     |
      | MCAST_STARTUP_QUERY_CNT    | 7     | 3     |
      | MCAST_LAST_MEMBER_INTVL    | 300   | 100   |
      | MCAST_MEMBERSHIP_INTVL     | 9000  | 26000 |
      | MCAST_QUERIER_INTVL        | 8000  | 25500 |
      | MCAST_QUERY_INTVL          | 7000  | 12500 |
      | MCAST_QUERY_RESPONSE_INTVL | 600   | 1000  |
      | MCAST_STARTUP_QUERY_INTVL  | 500   | 3200  |
      | MCAST_QUERIER              | 1     | 0     |

  @SW-VSNOOP-005
  Scenario: VLANs in a row
    Given p0 is put into the VLANs 30 to 35, tagged
    When the global option BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT of VLANs 31 to 33 is set to 4
    Then the global option BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT of VLAN 30 is told as 2
    And the global option BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT of VLAN 31 is told as 4
    And the global option BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT of VLAN 33 is told as 4
    And the global option BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT of VLAN 34 is told as 2

  @SW-VSNOOP-006
  Scenario Outline: A value that is refused: <option> <value> of VLAN <vid>
    When the global option BRIDGE_VLANDB_GOPTS_<option> of VLAN <vid> is to be <value>
    Then it is refused with <errno>

    Examples:
      | option             | value | vid  | errno  |
      | MCAST_IGMP_VERSION | 1     | 10   | EINVAL |
      | MCAST_IGMP_VERSION | 4     | 10   | EINVAL |
      | MCAST_MLD_VERSION  | 0     | 10   | EINVAL |
      | MCAST_MLD_VERSION  | 3     | 10   | EINVAL |
      | MCAST_SNOOPING     | 1     | 99   | ENOENT |
      | MCAST_SNOOPING     | 1     | 4095 | EINVAL |

  @SW-VSNOOP-006
  Scenario Outline: A request that is refused: <what>
    When <who> is asked by VLAN for <what>
    Then it is refused with EINVAL, because "bridge: <why>"

    Examples:
      | who               | what                          | why                                                   |
      | p0                | options of a whole bridge     | Global vlan options can only be set on bridge device  |
      | the bridge itself | global options without a VLAN | Missing vlan entry id                                 |
      | the bridge itself | global options to be deleted  | Global vlan options support only set operation        |

  @SW-VSNOOP-007
  Scenario: A router port in one VLAN
    Given the bridge asks in VLAN 10 who is in which group
    And the bridge asks in VLAN 20 who is in which group
    When p2 is a router port in VLAN 20
    Then the router ports in VLAN 20 are p2
    And the router ports in VLAN 10 are none
    And p2 tells BRIDGE_VLANDB_ENTRY_MCAST_ROUTER 2 in VLAN 20
    And p2 tells BRIDGE_VLANDB_ENTRY_MCAST_ROUTER 1 in VLAN 10
    When a frame from A to the group 239.2.0.9, tagged 20 comes in at p0
    Then it leaves at p2 and nowhere else
    When a frame from A to the group 239.2.0.9, tagged 10 comes in at p0
    Then it leaves at nowhere

  @SW-VSNOOP-007
  Scenario: A port where a router may never be, in one VLAN
    Given p3 is no router port, ever in VLAN 10
    When IGMPv2 asks at p3 for all groups, tagged 10
    And IGMPv2 asks at p3 for all groups, tagged 20
    Then the router ports in VLAN 10 are none
    And the router ports in VLAN 20 are p3

  @SW-VSNOOP-007
  Scenario: A kind of router port that does not exist
    When p2 is asked for the option BRIDGE_VLANDB_ENTRY_MCAST_ROUTER 4 in VLAN 10
    Then it is refused with EINVAL
    And p2 tells BRIDGE_VLANDB_ENTRY_MCAST_ROUTER 1 in VLAN 10

  @SW-VSNOOP-008 @needs:bridge-mcast-max-groups
  Scenario: So many groups of a port in a VLAN
    When p1 is asked for the option BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS 1 in VLAN 10
    Then p1 tells BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS 1 in VLAN 10
    When B joins the group 239.2.0.1 by IGMPv2 at p1, tagged 10
    And B joins the group 239.2.0.2 by IGMPv2 at p1, tagged 10
    And B joins the group 239.2.0.2 by IGMPv2 at p1, tagged 20
    Then in the group 239.2.0.1 in VLAN 10 is p1
    And in the group 239.2.0.2 in VLAN 10 is nobody
    And in the group 239.2.0.2 in VLAN 20 is p1
    And p1 tells BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS 1 in VLAN 10
    And p1 tells BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS 1 in VLAN 20

  @SW-VSNOOP-008 @needs:bridge-mcast-max-groups
  Scenario: One group more by hand
    Given p1 is asked for the option BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS 1 in VLAN 10
    And the group 239.2.0.1 is put at p1, permanent in VLAN 10
    When the group 239.2.0.2 is to be put at p1, permanent in VLAN 10
    Then it is refused with ENOMEM, because "bridge: Port-VLAN is already in 1 groups, and mcast_max_groups=1"

  @SW-VSNOOP-008 @needs:bridge-mcast-max-groups
  Scenario: The bridge itself has no such limit
    Given the bridge itself is in VLAN 10, tagged
    When the bridge itself is asked for the option BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS 1 in VLAN 10
    Then it is refused with EINVAL, because "bridge: Can't set mcast_max_groups for non-port vlans"

  @SW-VSNOOP-008 @needs:bridge-mcast-max-groups
  Scenario: A VLAN that is not snooped in counts nothing
    When the global option BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING of VLAN 10 is set to 0
    And p1 is asked for the option BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS 1 in VLAN 10
    Then it is refused with EINVAL, because "bridge: Multicast snooping disabled on this VLAN"
    And p1 tells BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS nothing in VLAN 10

  @SW-VSNOOP-009
  Scenario: The bridge snoops as a whole again
    Given the bridge asks in VLAN 10 who is in which group
    And B joins the group 239.2.0.1 by IGMPv2 at p1, tagged 10
    And in the group 239.2.0.1 in VLAN 10 is p1
    When snooping by VLAN is switched off
    Then in the group 239.2.0.1 in VLAN 10 is nobody
    When a frame from A to the group 239.2.0.1, tagged 10 comes in at p0
    Then it leaves at p1, p2 and p3

  @SW-VSNOOP-010
  Scenario: A group by hand in a VLAN that nobody is in
    When the group 239.2.0.1 is to be put at p1, permanent in VLAN 30
    Then it is refused with EINVAL, because "bridge: Vlan is not configured"

  @SW-VSNOOP-010
  Scenario: A group by hand in a VLAN that is not snooped in
    Given the global option BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING of VLAN 10 is set to 0
    When the group 239.2.0.1 is to be put at p1, permanent in VLAN 10
    Then it is refused with EINVAL, because "bridge: Vlan's multicast processing is disabled"

  @SW-VSNOOP-011
  Scenario: A global option is announced
    Given somebody listens to VLANs
    When the global option BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT of VLAN 10 is set to 3
    Then global options of VLAN 10 are announced, with BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT 3

  @SW-VSNOOP-011
  Scenario: Snooping that is as it was asked for already
    Given somebody listens to VLANs
    When the global option BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING of VLAN 10 is set to 1
    Then no VLAN is announced

  @SW-VSNOOP-011
  Scenario: VLANs in a row are announced together
    Given p0 is put into the VLANs 30 to 35, tagged
    And somebody listens to VLANs
    When the global option BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT of VLANs 30 to 35 is set to 4
    Then global options of VLANs 30 to 35 are announced, with BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT 4
