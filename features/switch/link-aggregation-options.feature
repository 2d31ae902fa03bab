Feature: Settings of aggregates
  What ip link set type bond can say: each setting is kept and told, or refused in words and with its place. Most depend on the mode,
  some on each other.

  @SW-LAGOPT-001 @needs:bond
  Scenario Outline: <name> in the mode <mode>
    Given an aggregate of the mode <mode> that is down
    When the aggregate setting <name> is set to <value>
    Then it is accepted
    And the aggregate setting <name> reads <value>

    Examples:
      | mode          | name                        | value |
      | round-robin   | IFLA_BOND_PACKETS_PER_SLAVE | 65535 |
      | round-robin   | IFLA_BOND_RESEND_IGMP       | 255   |
      | active-backup | IFLA_BOND_NUM_PEER_NOTIF    | 255   |
      | active-backup | IFLA_BOND_DOWNDELAY         | 60    |
      | active-backup | IFLA_BOND_USE_CARRIER       | 1     |
      | active-backup | IFLA_BOND_ARP_INTERVAL      | 100   |
      | active-backup | IFLA_BOND_ARP_VALIDATE      | 6     |
      | active-backup | IFLA_BOND_ARP_ALL_TARGETS   | 1     |
      | xor           | IFLA_BOND_MISSED_MAX        | 255   |
      | xor           | IFLA_BOND_LP_INTERVAL       | 3600  |
      | 802.3ad       | IFLA_BOND_AD_LACP_ACTIVE    | 0     |
      | 802.3ad       | IFLA_BOND_AD_LACP_RATE      | 1     |
      | 802.3ad       | IFLA_BOND_AD_SELECT         | 2     |
      | 802.3ad       | IFLA_BOND_AD_ACTOR_SYS_PRIO | 1     |
      | 802.3ad       | IFLA_BOND_AD_USER_PORT_KEY  | 1023  |
      | 802.3ad       | IFLA_BOND_COUPLED_CONTROL   | 0     |

  @SW-LAGOPT-002 @needs:bond
  Scenario Outline: <name> of <value>
    Given an aggregate of the mode <mode> that is down
    When the aggregate setting <name> is set to <value>
    Then it is refused with EINVAL
    And the message is "invalid option value"
    And the refusal points at an attribute

    Examples:
      | mode    | name                        | value |
      | xor     | IFLA_BOND_MISSED_MAX        | 0     |
      | xor     | IFLA_BOND_LP_INTERVAL       | 0     |
      | xor     | IFLA_BOND_ARP_VALIDATE      | 7     |
      | xor     | IFLA_BOND_ARP_ALL_TARGETS   | 2     |
      | xor     | IFLA_BOND_RESEND_IGMP       | 256   |
      | 802.3ad | IFLA_BOND_AD_ACTOR_SYS_PRIO | 0     |
      | 802.3ad | IFLA_BOND_AD_USER_PORT_KEY  | 1024  |
      | 802.3ad | IFLA_BOND_COUPLED_CONTROL   | 2     |

  @SW-LAGOPT-003 @needs:bond
  Scenario Outline: <name>, which the mode <mode> does not have
    Given an aggregate of the mode <mode> that is down
    When the aggregate setting <name> is set to 1
    Then it is refused with EACCES
    And the message is "option not supported in mode"
    And the refusal points at an attribute

    Examples:
      | mode        | name                        |
      | balance-alb | IFLA_BOND_ARP_INTERVAL      |
      | balance-alb | IFLA_BOND_ARP_VALIDATE      |
      | balance-alb | IFLA_BOND_MISSED_MAX        |
      | balance-alb | IFLA_BOND_PACKETS_PER_SLAVE |
      | balance-alb | IFLA_BOND_AD_LACP_RATE      |
      | 802.3ad | IFLA_BOND_ARP_INTERVAL      |
      | 802.3ad | IFLA_BOND_ARP_VALIDATE      |
      | 802.3ad | IFLA_BOND_MISSED_MAX        |
      | 802.3ad | IFLA_BOND_PACKETS_PER_SLAVE |
      | xor     | IFLA_BOND_AD_LACP_ACTIVE    |
      | xor     | IFLA_BOND_AD_ACTOR_SYS_PRIO |
      | xor     | IFLA_BOND_AD_USER_PORT_KEY  |
      | xor     | IFLA_BOND_COUPLED_CONTROL   |
      | xor     | IFLA_BOND_TLB_DYNAMIC_LB    |

  @SW-LAGOPT-004 @needs:bond
  Scenario Outline: <name>, while the aggregate is up
    Given an aggregate of the mode 802.3ad that is up
    When the aggregate setting <name> is set to 1
    Then it is refused with EBUSY
    And the message is "unable to set option because the bond is up"

    Examples:
      | name                       |
      | IFLA_BOND_AD_USER_PORT_KEY |
      | IFLA_BOND_COUPLED_CONTROL  |

  @SW-LAGOPT-005 @needs:bond
  Scenario: ARP instead of MII, and back
    Given an aggregate of the mode active-backup that is down
    When the aggregate setting IFLA_BOND_ARP_INTERVAL is set to 100
    Then the aggregate setting IFLA_BOND_MIIMON reads 0
    When the aggregate setting IFLA_BOND_ARP_VALIDATE is set to 3
    And the aggregate setting IFLA_BOND_MIIMON is set to 50
    Then the aggregate setting IFLA_BOND_ARP_INTERVAL reads 0
    And the aggregate setting IFLA_BOND_ARP_VALIDATE reads 0
    And the aggregate setting IFLA_BOND_MIIMON reads 50

  @SW-LAGOPT-005 @needs:bond
  Scenario Outline: MII and <name> at once
    When an aggregate is asked for with IFLA_BOND_MIIMON 100 and <name> 1
    Then it is refused with EINVAL
    And the message is "<message>"
    And there is no aggregate

    Examples:
      | name                   | message                                           |
      | IFLA_BOND_ARP_INTERVAL | ARP monitoring cannot be used with MII monitoring |
      | IFLA_BOND_ARP_VALIDATE | ARP validating cannot be used with MII monitoring |

  @SW-LAGOPT-006 @needs:bond
  Scenario Outline: Targets of <kind>
    Given an aggregate of the mode active-backup that is down
    When its <kind> targets are set to <targets>
    Then it is accepted
    And its <kind> targets read <targets>
    When its <kind> targets are set to <others>
    Then its <kind> targets read <others>
    When its <kind> targets are set to none
    Then it is accepted
    And its <kind> targets read none

    Examples:
      | kind | targets                     | others      |
      | ARP  | 192.0.2.9 192.0.2.1         | 192.0.2.7   |
      | NS   | 2001:db8::9 2001:db8::1     | 2001:db8::7 |

  @SW-LAGOPT-007 @needs:bond
  Scenario Outline: The <kind> target <target>
    Given an aggregate of the mode active-backup that is down
    When its <kind> targets are set to <first> <target>
    Then it is refused with EINVAL
    And the message is "invalid option value"
    And its <kind> targets read <first>

    Examples:
      | kind | first       | target          |
      | ARP  | 192.0.2.9   | 0.0.0.0         |
      | ARP  | 192.0.2.9   | 255.255.255.255 |
      | ARP  | 192.0.2.9   | 192.0.2.9       |
      | NS   | 2001:db8::9 | ::              |
      | NS   | 2001:db8::9 | ::1             |
      | NS   | 2001:db8::9 | ff02::1         |
      | NS   | 2001:db8::9 | 2001:db8::9     |

  @SW-LAGOPT-007 @needs:bond
  Scenario: More targets than there is room for
    Given an aggregate of the mode active-backup that is down
    When it is given 17 ARP targets
    Then it is refused with EINVAL
    And it has 16 ARP targets

  @SW-LAGOPT-008 @needs:bond
  Scenario: A system for LACP
    Given an aggregate of the mode 802.3ad that is down
    Then its system for LACP reads 00:00:00:00:00:00
    When its system for LACP is set to 02:5a:00:00:00:77
    Then it is accepted
    And its system for LACP reads 02:5a:00:00:00:77

  @SW-LAGOPT-008 @needs:bond
  Scenario: The system of a group
    Given an aggregate of the mode 802.3ad that is down
    When its system for LACP is set to 03:5a:00:00:00:77
    Then it is refused with EINVAL
    And the message is "invalid option value"
    And its system for LACP reads 00:00:00:00:00:00

  @SW-LAGOPT-009 @needs:bond @needs:bond-lacp
  Scenario: What the partner is told
    Given an aggregate of p0 of the mode 802.3ad, with the system 02:5a:00:00:00:77, the system priority 4096 and the user's key 5
    Then an LACPDU at p0 names the system 02:5a:00:00:00:77, the system priority 4096 and the user's key 5
    When the aggregate setting IFLA_BOND_AD_ACTOR_SYS_PRIO is set to 8192
    Then an LACPDU at p0 names the system 02:5a:00:00:00:77, the system priority 8192 and the user's key 5

  @SW-LAGOPT-010 @needs:bond
  Scenario: A delay between notifications
    Given an aggregate of the mode active-backup that is down
    When the aggregate setting IFLA_BOND_PEER_NOTIF_DELAY is set to 50
    Then it is accepted
    And the aggregate setting IFLA_BOND_PEER_NOTIF_DELAY reads 40

  @SW-LAGOPT-010 @needs:bond
  Scenario: A delay without the monitor that counts it
    Given an aggregate of the mode active-backup that is down
    When the aggregate setting IFLA_BOND_MIIMON is set to 0
    And the aggregate setting IFLA_BOND_PEER_NOTIF_DELAY is set to 40
    Then it is refused with EPERM

  @SW-LAGOPT-010 @needs:bond
  Scenario: A delay of more than five minutes
    Given an aggregate of the mode active-backup that is down
    When the aggregate setting IFLA_BOND_PEER_NOTIF_DELAY is set to 300001
    Then it is refused with ERANGE

  @SW-LAGOPT-011 @needs:bond
  Scenario: Queues of members
    Given an active-backup aggregate of p0 and p1
    When the member p0 is given the queue 3
    Then it is accepted
    When the member p1 is given the queue 3
    Then it is refused with EPERM
    When the member p1 is given the queue 17
    Then it is refused with EPERM
    When the member p1 is given the queue 0
    Then it is accepted

  @SW-LAGOPT-012 @needs:bond
  Scenario: The aggregate has the address of its active member
    Given an active-backup aggregate of p0 and p1 with IFLA_BOND_FAIL_OVER_MAC 1
    Then the aggregate has the address of p0
    And p0 has the address of p0
    And p1 has the address of p1
    When p0 loses its link
    Then p1 is the active member
    And the aggregate has the address of p1
    And p0 has the address of p0
    And p1 has the address of p1

  @SW-LAGOPT-013 @needs:bond
  Scenario: The address of the aggregate follows the active member
    Given an active-backup aggregate of p0 and p1 with IFLA_BOND_FAIL_OVER_MAC 2
    Then the aggregate has the address of p0
    And p1 has the address of p1
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then the aggregate has the address of p0
    And p1 has the address of p0
    And p0 has the address of p1
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p0
    Then p0 has the address of p0
    And p1 has the address of p1

  @SW-LAGOPT-013 @needs:bond
  Scenario: The address of the aggregate follows when nobody was active in between
    Given an active-backup aggregate of p0 and p1 with IFLA_BOND_FAIL_OVER_MAC 2
    When p1 loses its link
    And p0 loses its link
    And p1 gets its link back
    Then p1 is the active member
    And p1 has the address of p0
    And p0 has the address of p1

  @SW-LAGOPT-013 @needs:bond
  Scenario: A port whose address the aggregate has comes back
    Given an active-backup aggregate of p0 and p1 with IFLA_BOND_FAIL_OVER_MAC 2
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    And p0 leaves its aggregate
    And p0 joins the aggregate
    Then p1 is the active member
    And p0, p1 and the aggregate have stations that differ, but for the active member

  @SW-LAGOPT-014 @needs:bond @needs:bond-lacp
  Scenario Outline: A wider aggregator, with IFLA_BOND_AD_SELECT <policy>
    Given an aggregate of p0, p1 and p2 that negotiates with IFLA_BOND_AD_SELECT <policy>
    When p0 is answered by one system, and then p1 and p2 by another
    Then <who> traffic

    Examples:
      | policy | who               |
      | 0      | p0 carries        |
      | 1      | p1 and p2 carry   |
      | 2      | p1 and p2 carry   |

  @SW-LAGOPT-015 @needs:bond @needs:bond-lacp
  Scenario: A partner that does not receive yet
    Given an aggregate of p0 that negotiates with IFLA_BOND_COUPLED_CONTROL 0
    When the partner of p0 answers, and does not collect
    Then p0 tells that it collects and does not distribute
    And p0 is told as a backup
    When the partner of p0 answers
    Then p0 carries traffic
    When the partner of p0 answers, and does not collect
    Then p0 tells that it collects and does not distribute

  @SW-LAGOPT-015 @needs:bond @needs:bond-lacp
  Scenario: A partner that does not receive yet, with both in one
    Given an aggregate of p0 that negotiates
    When the partner of p0 answers, and does not collect
    Then p0 carries traffic
