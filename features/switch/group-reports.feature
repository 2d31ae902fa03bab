Feature: Groups that the host is in
  An address with the flag IFA_F_MCAUTOJOIN joins the host to a group. Switches that snoop send the group to where it was reported: the
  host reports it when it joins, when it is asked, and when it is reached another way than before.

  @SW-JOIN-001
  Scenario: The host joins a group
    Given the host has 192.0.2.1/24 at p0
    When the host joins p0 to the group 239.1.1.1
    Then 239.1.1.1 is reported at p0 as TO_EX, 2 times, from 192.0.2.1

  @SW-JOIN-002
  Scenario: The host leaves a group
    Given the host has 192.0.2.1/24 at p0
    And the host joins p0 to the group 239.1.1.1
    And what was reported before is forgotten
    When the host has p0 leave the group 239.1.1.1
    Then 239.1.1.1 is reported at p0 as TO_IN, 2 times

  @SW-JOIN-003
  Scenario: An address of a station
    When the host is asked to join p0 to 192.0.2.9, which is no group
    Then it is refused with EINVAL
    And the message is "ipv4: Multicast auto join failed"

  @SW-JOIN-004
  Scenario Outline: The host is asked for <group> by <version>
    Given the host has 192.0.2.1/24 at p0
    And the host joins p0 to the group 239.1.1.1
    And the host joins p0 to the group 239.1.1.2
    And what was reported before is forgotten
    When a querier asks at p0 by <version> for <group>, to be answered within a second
    Then <reported> is reported at p0 as <what>, once

    Examples:
      | version | group      | reported  | what  |
      | IGMPv3  | all groups | 239.1.1.2 | IS_EX |
      | IGMPv3  | 239.1.1.1  | 239.1.1.1 | IS_EX |

  # A host remembers a querier of IGMPv2 for minutes: it is asked at a net device that goes with the scenario.

  @SW-JOIN-004 @needs:bond
  Scenario Outline: The host is asked for <group> by IGMPv2
    Given an active-backup aggregate of p0
    And the aggregate has 192.0.2.1/24
    And the host joins the aggregate to the group 239.1.1.1
    And the host joins the aggregate to the group 239.1.1.2
    And what was reported before is forgotten
    When a querier asks at p0 by IGMPv2 for <group>, to be answered within a second
    Then <reported> is reported at p0 as report, once

    Examples:
      | group      | reported  |
      | all groups | 239.1.1.1 |
      | 239.1.1.2  | 239.1.1.2 |

  @SW-JOIN-004 @needs:bond
  Scenario: After a querier of IGMPv2 the host leaves as such a querier knows it
    Given an active-backup aggregate of p0
    And the aggregate has 192.0.2.1/24
    And the host joins the aggregate to the group 239.1.1.1
    And what was reported before is forgotten
    When a querier asks at p0 by IGMPv2 for all groups, to be answered within a second
    Then 239.1.1.1 is reported at p0 as report, once
    When the host has the aggregate leave the group 239.1.1.1
    Then 239.1.1.1 is reported at p0 as leave, once

  @SW-JOIN-005
  Scenario: A net device comes up again
    Given the host has 192.0.2.1/24 at p0
    And the host joins p0 to the group 239.1.1.1
    And what was reported before is forgotten
    When p0 is set down
    And p0 is set up
    Then 239.1.1.1 is reported at p0 as TO_EX, 2 times

  @SW-JOIN-006 @needs:bond
  Scenario Outline: Another member is the active one, and groups are told again <reported>
    Given an active-backup aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And the host joins the aggregate to the group 239.1.1.1
    And the aggregate setting IFLA_BOND_RESEND_IGMP is set to <count>
    And what was reported before is forgotten
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then 239.1.1.1 is reported at p1 as IS_EX, <reported>

    Examples:
      | count | reported              |
      | 1     | once                  |
      | 4     | 4 times, 200 ms apart |

  @SW-JOIN-006 @needs:bond
  Scenario: Groups are not told again
    Given an active-backup aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And the host joins the aggregate to the group 239.1.1.1
    And the aggregate setting IFLA_BOND_RESEND_IGMP is set to 0
    And what was reported before is forgotten
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then nothing is reported

  @SW-JOIN-006 @needs:bond
  Scenario: Members of an aggregate that balances
    Given a balance-tlb aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And the host joins the aggregate to the group 239.1.1.1
    And what was reported before is forgotten
    When p0 loses its link
    Then 239.1.1.1 is reported at p1 as IS_EX, once

  @SW-JOIN-007 @needs:bond
  Scenario: The group of a VLAN device over the aggregate
    Given an active-backup aggregate of p0 and p1
    And a VLAN device with VID 10 over the aggregate
    And the VLAN device has 192.0.2.1/24
    And the host joins the VLAN device to the group 239.1.1.1
    And what was reported before is forgotten
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then 239.1.1.1 is reported at p1 as IS_EX, once, in the VLAN 10

  @SW-JOIN-007 @needs:bond
  Scenario: The group of a bridge over the aggregate
    Given an active-backup aggregate of p0 and p1
    And a bridge over the aggregate and p2
    And the host has 192.0.2.1/24 at the bridge
    And the host joins the bridge to the group 239.1.1.1
    And what was reported before is forgotten
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then 239.1.1.1 is reported at p1 and p2 as IS_EX, once

  @SW-JOIN-008 @needs:team
  Scenario Outline: A port of a team is enabled again, and groups are told again <reported>
    Given an activebackup team of p0 and p1
    And the team has 192.0.2.1/24
    And the host joins the team to the group 239.1.1.1
    And the option activeport of the team is p1
    And the option mcast_rejoin_interval of the team is 300
    And the option mcast_rejoin_count of the team is <count>
    And the option enabled of p1 is off
    And what was reported before is forgotten
    When the option enabled of p1 is set to on
    Then 239.1.1.1 is reported at p1 as IS_EX, <reported>

    Examples:
      | count | reported              |
      | 1     | once                  |
      | 3     | 3 times, 300 ms apart |

  @SW-JOIN-009 @needs:bond
  Scenario: The groups of IPv6
    Given an active-backup aggregate of p0 and p1
    And the aggregate has 2001:db8::1:2/64
    And what was reported before is forgotten
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then the group of 2001:db8::1:2 is reported at p1 as IS_EX, once

  @SW-JOIN-010 @needs:bond
  Scenario: Programs hear that groups are told again
    Given an active-backup aggregate of p0 and p1
    And the aggregate setting IFLA_BOND_RESEND_IGMP is set to 3
    And somebody listens to links
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then the announcements of the aggregate tell IFLA_EVENT 5 3 times

  @SW-JOIN-010 @needs:bond
  Scenario: An aggregate that is set down in between
    Given an active-backup aggregate of p0 and p1
    And the aggregate setting IFLA_BOND_RESEND_IGMP is set to 9
    And somebody listens to links
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    And the aggregate is set down
    Then the announcements of the aggregate tell IFLA_EVENT 5 at most once

  @SW-JOIN-011 @needs:bond
  Scenario: The group of an aggregate with an active member
    Given an active-backup aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And the host joins the aggregate to the group 239.127.0.7
    When a frame from B to group 7 comes in at p0
    Then the host gets it at the aggregate
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    And a frame from B to group 7 comes in at p1
    Then the host gets it at the aggregate

  @SW-JOIN-011 @needs:bond
  Scenario: The group of an aggregate of which all members receive
    Given an xor aggregate of p0
    And the aggregate has 192.0.2.1/24
    And the host joins the aggregate to the group 239.127.0.7
    When p1 joins the aggregate
    And a frame from B to group 7 comes in at p1
    Then the host gets it at the aggregate

  @SW-JOIN-011 @needs:team
  Scenario: The group of a team
    Given a roundrobin team of p0
    And the team has 192.0.2.1/24
    And the host joins the team to the group 239.127.0.7
    When a frame from B to group 7 comes in at p0
    Then the host gets it at the aggregate
