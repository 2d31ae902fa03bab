Feature: What a bridge counts

  Messages of IGMP and MLD by kind and version, and frames by VLAN. Nothing is counted unless it was asked for.

  Background:
    Given a bridge over p0, p1, p2 and p3

  @SW-STAT-001
  Scenario Outline: A report of <protocol>
    Given the bridge setting IFLA_BR_MCAST_STATS_ENABLED is 1
    And what p1 has counted is noted
    When B joins the group <group> by <protocol> at p1
    Then p1 has counted 1 message more as <counter>, received

    Examples:
      | protocol | group     | counter        |
      | IGMPv1   | 239.4.0.1 | igmp_v1reports |
      | IGMPv2   | 239.4.0.1 | igmp_v2reports |
      | IGMPv3   | 239.4.0.1 | igmp_v3reports |
      | MLDv1    | ff0e::4:1 | mld_v1reports  |
      | MLDv2    | ff0e::4:1 | mld_v2reports  |

  @SW-STAT-001
  Scenario Outline: A leave by <protocol>
    Given the bridge setting IFLA_BR_MCAST_STATS_ENABLED is 1
    And what p1 has counted is noted
    When B leaves the group <group> by <protocol> at p1
    Then p1 has counted 1 message more as <counter>, received

    Examples:
      | protocol | group     | counter     |
      | IGMPv2   | 239.4.0.1 | igmp_leaves |
      | MLDv1    | ff0e::4:1 | mld_leaves  |

  @SW-STAT-001
  Scenario Outline: A question of <protocol>
    Given the bridge setting IFLA_BR_MCAST_STATS_ENABLED is 1
    And what p1 has counted is noted
    When <protocol> asks at p1 for all groups
    Then p1 has counted 1 message more as <counter>, received

    Examples:
      | protocol | counter        |
      | IGMPv1   | igmp_v1queries |
      | IGMPv2   | igmp_v2queries |
      | IGMPv3   | igmp_v3queries |
      | MLDv1    | mld_v1queries  |
      | MLDv2    | mld_v2queries  |

  @SW-STAT-002
  Scenario: A report goes to the router
    Given the bridge setting IFLA_BR_MCAST_STATS_ENABLED is 1
    And a querier is behind p3
    And what p3 has counted is noted
    And what p2 has counted is noted
    When B joins the group 239.4.0.1 by IGMPv2 at p1
    Then p3 has counted 1 message more as igmp_v2reports, sent
    And p2 has counted 0 messages more as igmp_v2reports, sent

  @SW-STAT-002
  Scenario: The bridge asks
    Given the bridge setting IFLA_BR_MCAST_STATS_ENABLED is 1
    And what p0 has counted is noted
    When the bridge asks who is in which group
    Then p0 has counted 1 message more as igmp_v2queries, sent

  @SW-STAT-003
  Scenario: As it is at the start
    Given what p1 has counted is noted
    When B joins the group 239.4.0.1 by IGMPv2 at p1
    Then in the group 239.4.0.1 is p1
    And p1 has counted 0 messages more as igmp_v2reports, received

  @SW-STAT-004
  Scenario Outline: A report of <protocol> with a wrong checksum
    Given the bridge setting IFLA_BR_MCAST_STATS_ENABLED is 1
    And what p1 has counted is noted
    When B joins the group <group> by <protocol> at p1 with a wrong checksum
    Then p1 has counted 1 message more as <errors>, received
    And p1 has counted 0 messages more as <counter>, received

    Examples:
      | protocol | group     | errors            | counter        |
      | IGMPv2   | 239.4.0.1 | igmp_parse_errors | igmp_v2reports |
      | MLDv1    | ff0e::4:1 | mld_parse_errors  | mld_v1reports  |

  @SW-STAT-005
  Scenario: A frame comes in
    Given the bridge filters VLANs
    And p0 and p1 are in VLAN 10, tagged
    And the bridge setting IFLA_BR_VLAN_STATS_ENABLED is 1
    And what p0 has counted is noted
    And what the bridge has counted is noted
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1
    And p0 has counted 1 frame of 46 bytes in all more in VLAN 10, received
    And the bridge has counted 1 frame of 46 bytes in all more in VLAN 10, received

  @SW-STAT-005
  Scenario: The host sends to three ports
    Given the bridge filters VLANs
    And p0, p1 and p2 are in VLAN 10, tagged
    And the bridge itself is in VLAN 10, tagged
    And the bridge setting IFLA_BR_VLAN_STATS_ENABLED is 1
    And what p2 has counted is noted
    When the host sends a frame from A to broadcast, tagged 10 through the bridge
    Then it leaves at p0, p1 and p2
    And p2 has counted 1 frame of 46 bytes in all more in VLAN 10, received
    And p2 has counted 3 frames of 138 bytes in all more in VLAN 10, sent

  @SW-STAT-006
  Scenario: As it is at the start
    Given the bridge filters VLANs
    And p0 and p1 are in VLAN 10, tagged
    And what p0 has counted is noted
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1
    And p0 tells VLAN 10
    And p0 has counted 0 frames of 0 bytes in all more in VLAN 10, received

  @SW-STAT-007
  Scenario: The host sends to two ports that count for themselves
    Given p0, p1, p2 and p3 are taken out of all VLANs
    And the bridge setting IFLA_BR_VLAN_STATS_PER_PORT is 1
    And the bridge setting IFLA_BR_VLAN_STATS_ENABLED is 1
    And the bridge filters VLANs
    And p1 and p2 are in VLAN 10, tagged
    And the bridge itself is in VLAN 10, tagged
    And what p1 has counted is noted
    And what the bridge has counted is noted
    When the host sends a frame from A to broadcast, tagged 10 through the bridge
    Then it leaves at p1 and p2
    And p1 has counted 1 frame of 46 bytes in all more in VLAN 10, sent
    And p1 has counted 0 frames of 0 bytes in all more in VLAN 10, received
    And the bridge has counted 1 frame of 46 bytes in all more in VLAN 10, received
    And the bridge has counted 0 frames of 0 bytes in all more in VLAN 10, sent

  @SW-STAT-008
  Scenario: While ports are in VLANs
    When the bridge setting IFLA_BR_VLAN_STATS_PER_PORT is set to 1
    Then it is refused with EBUSY
    And the bridge setting IFLA_BR_VLAN_STATS_PER_PORT reads 0

  @SW-STAT-008
  Scenario: What is neither on nor off
    Given p0, p1, p2 and p3 are taken out of all VLANs
    When the bridge setting IFLA_BR_VLAN_STATS_PER_PORT is set to 2
    Then it is refused with EINVAL
