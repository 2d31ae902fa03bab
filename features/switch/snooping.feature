Feature: Snooping of IGMP and MLD

  A bridge that listens to what receivers and routers say of groups, and sends the frames of a group where they are wanted.

  Background:
    Given a bridge over p0, p1, p2 and p3

  @SW-SNOOP-001
  Scenario Outline: A report of <protocol>
    When B joins the group <group> by <protocol> at p1
    Then in the group <group> is p1
    When C joins the group <group> by <protocol> at p2
    Then in the group <group> are p1 and p2

    Examples:
      | protocol | group     |
      | IGMPv1   | 239.2.0.1 |
      | IGMPv2   | 239.2.0.2 |
      | IGMPv3   | 239.2.0.3 |
      | MLDv1    | ff0e::2:1 |
      | MLDv2    | ff0e::2:2 |

  @SW-SNOOP-002
  Scenario Outline: Members of <group>, and a router
    Given a querier is behind p3
    When B joins the group <group> by <protocol> at p1
    And a frame from A to the group <group> comes in at p0
    Then it leaves at p1 and p3
    When a frame from B to the group <group> comes in at p1
    Then it leaves at p3

    Examples:
      | protocol | group     |
      | IGMPv2   | 239.2.0.2 |
      | IGMPv3   | 239.2.0.3 |
      | MLDv1    | ff0e::2:1 |
      | MLDv2    | ff0e::2:2 |

  @SW-SNOOP-003
  Scenario Outline: Nobody is in <group>
    Given a querier is behind p3
    When a frame from A to the group <group> comes in at p0
    Then it leaves at p3

    Examples:
      | group           |
      | 239.2.0.9       |
      | 224.0.1.1       |
      | ff0e::2:9       |
      | ff02::1:ff00:77 |

  @SW-SNOOP-003
  Scenario: Nobody is in it, and no router is there
    Given the bridge asks who is in which group
    When a frame from A to the group 239.2.0.9 comes in at p0
    Then it leaves at nowhere

  @SW-SNOOP-004
  Scenario Outline: A frame to <group>
    Given a querier is behind p3
    When B joins the group <group> by <protocol> at p1
    Then in the group <group> is nobody
    When a frame from A to the group <group> comes in at p0
    Then it leaves at p1, p2 and p3

    Examples:
      | group     | protocol |
      | 224.0.0.5 | IGMPv2   |
      | 224.0.0.9 | IGMPv3   |
      | ff02::1   | MLDv1    |

  @SW-SNOOP-005
  Scenario: Nobody asks, and nobody is in the group
    When a frame from A to the group 239.2.0.9 comes in at p0
    Then it leaves at p1, p2 and p3
    And the host gets it from the bridge

  @SW-SNOOP-005 @needs:bridge-floods-without-querier
  Scenario: Nobody asks, and somebody reported
    When B joins the group 239.2.0.9 by IGMPv2 at p1
    And a frame from A to the group 239.2.0.9 comes in at p0
    Then it leaves at p1, p2 and p3

  @SW-SNOOP-005
  Scenario: Members have ten seconds to answer
    Given the bridge setting IFLA_BR_MCAST_QUERIER is 1
    When a frame from A to the group 239.2.0.9 comes in at p0
    Then it leaves at p1, p2 and p3

  @SW-SNOOP-006
  Scenario: A receiver that falls silent
    Given a membership interval of 200 hundredths
    When B joins the group 239.2.0.1 by IGMPv2 at p1
    Then in the group 239.2.0.1 is p1
    When 2700 milliseconds pass
    Then in the group 239.2.0.1 is nobody

  @SW-SNOOP-006
  Scenario Outline: A receiver that reports again by <protocol>
    Given a membership interval of 200 hundredths
    When B joins the group <group> by <protocol> at p1
    And 1200 milliseconds pass
    And B joins the group <group> by <protocol> at p1
    And 1200 milliseconds pass
    Then in the group <group> is p1
    When 1500 milliseconds pass
    Then in the group <group> is nobody

    Examples:
      | protocol | group     |
      | IGMPv2   | 239.2.0.1 |
      | MLDv1    | ff0e::2:1 |

  @SW-SNOOP-007
  Scenario Outline: Nobody else is behind the port, by <protocol>
    Given the bridge asks who is in which group
    And a last member interval of 100 hundredths
    And B joins the group <group> by <protocol> at p1
    And in the group <group> is p1
    When B leaves the group <group> by <protocol> at p1
    Then in the group <group> is p1
    When 2700 milliseconds pass
    Then in the group <group> is nobody

    Examples:
      | protocol | group     |
      | IGMPv2   | 239.2.0.1 |
      | MLDv1    | ff0e::2:1 |

  @SW-SNOOP-007
  Scenario: Somebody else answers
    Given the bridge asks who is in which group
    And a last member interval of 50 hundredths
    And B joins the group 239.2.0.1 by IGMPv2 at p1
    When B leaves the group 239.2.0.1 by IGMPv2 at p1
    And C joins the group 239.2.0.1 by IGMPv2 at p1
    And 1500 milliseconds pass
    Then in the group 239.2.0.1 is p1

  @SW-SNOOP-007
  Scenario: The bridge asks for the group
    Given the bridge asks who is in which group
    And B joins the group 239.2.0.1 by IGMPv2 at p1
    And the cables are emptied
    When B leaves the group 239.2.0.1 by IGMPv2 at p1
    Then a question of IGMPv2 for the group 239.2.0.1 came at p1

  @SW-SNOOP-008
  Scenario Outline: A receiver changes its channel by <protocol>
    Given p1 takes members out at once
    And B joins the group <group> by <protocol> at p1
    And in the group <group> is p1
    When B leaves the group <group> by <protocol> at p1
    Then in the group <group> is nobody

    Examples:
      | protocol | group     |
      | IGMPv2   | 239.2.0.1 |
      | MLDv1    | ff0e::2:1 |

  @SW-SNOOP-008
  Scenario: What the user put there
    Given p1 takes members out at once
    And the group 239.2.0.1 is put at p1, permanent
    When B leaves the group 239.2.0.1 by IGMPv2 at p1
    Then in the group 239.2.0.1 is p1

  @SW-SNOOP-009
  Scenario Outline: A report of <protocol>, and a router
    Given a querier is behind p3
    When B joins the group <group> by <protocol> at p1
    Then it leaves at p3

    Examples:
      | protocol | group     |
      | IGMPv1   | 239.2.0.1 |
      | IGMPv2   | 239.2.0.1 |
      | MLDv1    | ff0e::2:1 |

  @SW-SNOOP-009
  Scenario Outline: A report of <protocol> for a group that another is in
    Given a querier is behind p3
    And C joins the group <group> by <protocol> at p2
    And in the group <group> is p2
    When B joins the group <group> by <protocol> at p1
    Then it leaves at p3
    And in the group <group> are p1 and p2

    Examples:
      | protocol | group     |
      | IGMPv2   | 239.2.0.1 |
      | MLDv1    | ff0e::2:1 |

  @SW-SNOOP-009
  Scenario Outline: A report of <protocol>, which goes to everybody
    Given a querier is behind p3
    When B joins the group <group> by <protocol> at p1
    Then it leaves at p0, p2 and p3

    Examples:
      | protocol | group     |
      | IGMPv3   | 239.2.0.1 |

  @SW-SNOOP-010
  Scenario Outline: A report of <protocol> with <fault>
    When B joins the group <group> by <protocol> at p1 with <fault>
    Then it leaves at nowhere
    And in the group <group> is nobody

    Examples:
      | protocol | group     | fault                              |
      | IGMPv2   | 239.2.0.1 | a wrong checksum                   |
      | IGMPv3   | 239.2.0.1 | a wrong checksum                   |
      | MLDv1    | ff0e::2:1 | a wrong checksum                   |
      | MLDv2    | ff0e::2:1 | a wrong checksum                   |
      | IGMPv2   | 239.2.0.1 | a wrong checksum of its IP header  |
      | IGMPv2   | 239.2.0.1 | half of its bytes                  |
      | IGMPv2   | 239.2.0.1 | a length beyond its end            |

  @SW-SNOOP-011
  Scenario Outline: A question of <protocol>
    Given a querier interval of 300 hundredths
    When <protocol> asks at p2 for all groups
    Then router ports are p2
    When 3700 milliseconds pass
    Then router ports are none

    Examples:
      | protocol |
      | IGMPv1   |
      | IGMPv2   |
      | IGMPv3   |
      | MLDv1    |
      | MLDv2    |

  @SW-SNOOP-012
  Scenario: For good
    Given the bridge asks who is in which group
    When p2 becomes a router port
    Then router ports are p2
    When a frame from A to the group 239.2.0.9 comes in at p0
    Then it leaves at p2
    When p2 becomes a router port if a querier is seen
    Then router ports are none

  @SW-SNOOP-012
  Scenario: For a while
    Given a querier interval of 200 hundredths
    When p2 becomes a router port for a while
    Then router ports are p2
    When 2700 milliseconds pass
    Then router ports are none

  @SW-SNOOP-012
  Scenario: Never
    Given p2 is no router port, ever
    When IGMPv2 asks at p2 for all groups
    Then router ports are none

  @SW-SNOOP-013
  Scenario Outline: The host is <what>
    Given the bridge asks who is in which group
    And the bridge setting IFLA_BR_MCAST_ROUTER is <router>
    And B joins the group 239.2.0.1 by IGMPv2 at p1
    When a frame from A to the group 239.2.0.1 comes in at p0
    Then it leaves at p1
    And the host <gets> it from the bridge

    Examples:
      | what      | router | gets         |
      | a router  | 2      | gets         |
      | no router | 0      | does not get |

  @SW-SNOOP-014
  Scenario: The first questions
    Given a startup query interval of 100 hundredths
    And the cables are emptied
    When the bridge setting IFLA_BR_MCAST_QUERIER is set to 1
    And 2500 milliseconds pass
    Then 2 questions of IGMPv2 for all groups came at p0
    And 2 questions of IGMPv2 for all groups came at p3
    And they have the source 0.0.0.0, a time to live of 1 and the router alert option

  @SW-SNOOP-014
  Scenario: The later ones
    Given a startup query interval of 100 hundredths
    And a query interval of 200 hundredths
    And the bridge setting IFLA_BR_MCAST_STARTUP_QUERY_CNT is 1
    And the cables are emptied
    When the bridge setting IFLA_BR_MCAST_QUERIER is set to 1
    And 5000 milliseconds pass
    Then 3 questions of IGMPv2 for all groups came at p1

  @SW-SNOOP-014
  Scenario: By the version that is set
    Given the bridge setting IFLA_BR_MCAST_IGMP_VERSION is 3
    And the cables are emptied
    When the bridge setting IFLA_BR_MCAST_QUERIER is set to 1
    And 300 milliseconds pass
    Then 1 question of IGMPv3 for all groups came at p0

  @SW-SNOOP-014
  Scenario: Nobody asks unless it is told to
    Given the cables are emptied
    When 1500 milliseconds pass
    Then 0 questions of IGMPv2 for all groups came at p0

  @SW-SNOOP-015
  Scenario: Another one asks
    Given a startup query interval of 100 hundredths
    And the bridge setting IFLA_BR_MCAST_STARTUP_QUERY_CNT is 10
    And the bridge setting IFLA_BR_MCAST_QUERIER is 1
    When IGMPv2 asks at p3 for all groups from 192.0.2.200
    And the cables are emptied
    And 2500 milliseconds pass
    Then 0 questions of IGMPv2 for all groups came at p0

  @SW-SNOOP-015
  Scenario: The other one is gone
    Given a querier interval of 100 hundredths
    And the bridge setting IFLA_BR_MCAST_QUERIER is 1
    When IGMPv2 asks at p3 for all groups from 192.0.2.200
    And the cables are emptied
    And 1500 milliseconds pass
    Then 1 question of IGMPv2 for all groups came at p0

  @SW-SNOOP-015
  Scenario: A third, with a higher address
    Given IGMPv2 asks at p3 for all groups from 192.0.2.10
    And router ports are p3
    When IGMPv2 asks at p2 for all groups from 192.0.2.20
    Then router ports are p3
    When IGMPv2 asks at p1 for all groups from 192.0.2.5
    Then router ports are p1 and p3

  @SW-SNOOP-016
  Scenario Outline: One source is included, by <protocol>
    Given sources are kept
    And a querier is behind p3
    When B says <record> of the group <group> and <source> by <protocol> at p1
    And a frame from A with the source <source> to the group <group> comes in at p0
    Then it leaves at p1 and p3
    When a frame from A with the source <other> to the group <group> comes in at p0
    Then it leaves at p3

    Examples:
      | record | protocol | group     | source      | other       |
      | IS_IN  | IGMPv3   | 232.2.0.1 | 192.0.2.77  | 192.0.2.78  |
      | ALLOW  | IGMPv3   | 232.2.0.1 | 192.0.2.77  | 192.0.2.78  |
      | IS_IN  | MLDv2    | ff3e::2:1 | 2001:db8::7 | 2001:db8::8 |

  @SW-SNOOP-016
  Scenario Outline: One source is excluded, by <protocol>
    Given sources are kept
    And a querier is behind p3
    When B says IS_EX of the group <group> and <source> by <protocol> at p1
    And a frame from A with the source <source> to the group <group> comes in at p0
    Then it leaves at p3
    When a frame from A with the source <other> to the group <group> comes in at p0
    Then it leaves at p1 and p3

    Examples:
      | protocol | group     | source      | other       |
      | IGMPv3   | 239.2.0.1 | 192.0.2.77  | 192.0.2.78  |
      | MLDv2    | ff0e::2:1 | 2001:db8::7 | 2001:db8::8 |

  @SW-SNOOP-016
  Scenario: One port includes a source, another excludes nobody
    Given sources are kept
    And a querier is behind p3
    When B says IS_IN of the group 232.2.0.1 and 192.0.2.77 by IGMPv3 at p1
    And C says IS_EX of the group 232.2.0.1 and no source by IGMPv3 at p2
    And a frame from A with the source 192.0.2.77 to the group 232.2.0.1 comes in at p0
    Then it leaves at p1, p2 and p3
    When a frame from A with the source 192.0.2.78 to the group 232.2.0.1 comes in at p0
    Then it leaves at p2 and p3

  @SW-SNOOP-017
  Scenario Outline: <first> and then <second>
    Given sources are kept
    And the bridge asks who is in which group
    When B says <first> by IGMPv3 at p1
    And B says <second> by IGMPv3 at p1
    Then p1 <filters> in the group 232.2.0.1

    Examples:
      | first                                                 | second                                                  | filters                                       |
      | IS_IN of the group 232.2.0.1 and 192.0.2.1            | IS_IN of the group 232.2.0.1 and 192.0.2.2              | includes 192.0.2.1 and 192.0.2.2              |
      | IS_IN of the group 232.2.0.1 and 192.0.2.1            | ALLOW of the group 232.2.0.1 and 192.0.2.2              | includes 192.0.2.1 and 192.0.2.2              |
      | IS_IN of the group 232.2.0.1 and 192.0.2.1            | IS_EX of the group 232.2.0.1 and 192.0.2.2              | excludes 192.0.2.2                            |
      | IS_IN of the group 232.2.0.1 and 192.0.2.1            | TO_EX of the group 232.2.0.1 and no source              | excludes nobody                               |
      | IS_EX of the group 232.2.0.1 and 192.0.2.1            | IS_EX of the group 232.2.0.1 and 192.0.2.2              | excludes 192.0.2.2                            |
      | IS_EX of the group 232.2.0.1 and 192.0.2.1            | ALLOW of the group 232.2.0.1 and 192.0.2.3              | excludes 192.0.2.1 and 192.0.2.3              |
      | IS_IN of the group 232.2.0.1 and 192.0.2.1            | TO_IN of the group 232.2.0.1 and 192.0.2.3              | includes 192.0.2.1 and 192.0.2.3              |

  @SW-SNOOP-017
  Scenario: Sources that are not named any more end
    Given sources are kept
    And the bridge asks who is in which group
    And a last member interval of 30 hundredths
    When B says IS_IN of the group 232.2.0.1 and 192.0.2.1 and 192.0.2.2 by IGMPv3 at p1
    And B says BLOCK of the group 232.2.0.1 and 192.0.2.1 by IGMPv3 at p1
    And 1500 milliseconds pass
    Then p1 includes 192.0.2.2 in the group 232.2.0.1
    When B says TO_IN of the group 232.2.0.1 and no source by IGMPv3 at p1
    And 1500 milliseconds pass
    Then in the group 232.2.0.1 is nobody

  @SW-SNOOP-018
  Scenario: Two members behind one port
    Given the bridge asks who is in which group
    And p1 sends groups to each member alone
    And B joins the group 239.2.0.1 by IGMPv2 at p1
    And C joins the group 239.2.0.1 by IGMPv2 at p1
    And D joins the group 239.2.0.1 by IGMPv2 at p2
    When a frame from A to the group 239.2.0.1 comes in at p0
    Then a copy for B and one for C leave at p1, and the frame as it is at p2

  @SW-SNOOP-018
  Scenario: One member behind the port
    Given the bridge asks who is in which group
    And p1 sends groups to each member alone
    And B joins the group 239.2.0.1 by IGMPv2 at p1
    And D joins the group 239.2.0.1 by IGMPv2 at p2
    When a frame from A to the group 239.2.0.1 comes in at p0
    Then a copy for B leaves at p1, and the frame as it is at p2

  @SW-SNOOP-019
  Scenario: The same group in two VLANs
    Given the bridge filters VLANs
    And the bridge asks who is in which group
    And p0, p1 and p2 are in VLAN 10, tagged
    And p0, p1 and p2 are in VLAN 20, tagged
    When B joins the group 239.2.0.1 by IGMPv2 at p1, tagged 10
    And C joins the group 239.2.0.1 by IGMPv2 at p2, tagged 20
    Then in the group 239.2.0.1 in VLAN 10 is p1
    And in the group 239.2.0.1 in VLAN 20 is p2
    When a frame from A to the group 239.2.0.1, tagged 10 comes in at p0
    Then it leaves at p1
    When a frame from A to the group 239.2.0.1, tagged 20 comes in at p0
    Then it leaves at p2

  @SW-SNOOP-020
  Scenario: The host sends
    Given the bridge asks who is in which group
    And B joins the group 239.2.0.1 by IGMPv2 at p1
    When the host sends a frame from A to the group 239.2.0.1 through the bridge
    Then it leaves at p1
    When the host sends a frame from A to the group 224.0.0.7 through the bridge
    Then it leaves at p0, p1, p2 and p3

  @SW-SNOOP-020
  Scenario: The host joins
    When the host has A join the group 239.2.0.1 by IGMPv2 through the bridge
    Then in the group 239.2.0.1 is the host

  @SW-SNOOP-021
  Scenario Outline: Another querier asks for a group by <protocol>
    Given B joins the group <group> by <protocol> at p1
    And C joins the group <group> by <protocol> at p2
    When <protocol> asks at p3 for the group <group>
    And C joins the group <group> by <protocol> at p2
    And 1000 milliseconds pass
    Then in the group <group> is p2

    Examples:
      | protocol | group     |
      | IGMPv2   | 239.2.0.1 |
      | MLDv1    | ff0e::2:1 |

  @SW-SNOOP-022
  Scenario: Snooping comes and goes
    Given the bridge asks who is in which group
    And B joins the group 239.2.0.1 by IGMPv2 at p1
    And in the group 239.2.0.1 is p1
    When the bridge setting IFLA_BR_MCAST_SNOOPING is set to 0
    Then in the group 239.2.0.1 is nobody
    When a frame from A to the group 239.2.0.1 comes in at p0
    Then it leaves at p1, p2 and p3
    When C joins the group 239.2.0.1 by IGMPv2 at p2
    Then it leaves at p0, p1 and p3
    And in the group 239.2.0.1 is nobody
    When the bridge setting IFLA_BR_MCAST_SNOOPING is set to 1
    And the group 239.2.0.3 is put at p1, permanent
    And the bridge setting IFLA_BR_MCAST_SNOOPING is set to 0
    And a frame from A to the group 239.2.0.3 comes in at p0
    Then it leaves at p1, p2 and p3
    When the bridge setting IFLA_BR_MCAST_SNOOPING is set to 1
    And B joins the group 239.2.0.1 by IGMPv2 at p1
    And a frame from A to the group 239.2.0.1 comes in at p0
    Then it leaves at p1

  @SW-SNOOP-002 @law
  Scenario: Every set of members and routers
    Given the bridge asks who is in which group
    Then for every set of member and router ports, a group's frame leaves at exactly those

  @SW-SNOOP-023 @law
  Scenario: Every order
    Then for every order of joins, leaves, questions, entries and time, table and frames follow the members

  @SW-SNOOP-024
  Scenario: A stream between two ports
    Given the host listens at p0
    And the bridge asks who is in which group
    And B joins the group 239.2.0.1 by IGMPv2 at p1
    When a frame from A to the group 239.2.0.1 comes in at p0
    Then it leaves at p1
    And the host does not get it at p0

  @SW-SNOOP-019 @needs:bridge-vlan-filtering
  Scenario: A report behind a service tag
    Given the bridge setting IFLA_BR_VLAN_PROTOCOL is 0x88a8
    And the bridge filters VLANs
    And the bridge asks who is in which group
    And p0, p1 and p2 are in VLAN 10, tagged
    When B joins the group 239.2.0.1 by IGMPv2 at p1, service-tagged 10
    Then it leaves at nowhere
    And in the group 239.2.0.1 in VLAN 10 is p1

  @SW-SNOOP-025
  Scenario: More sources than a member may have
    Given sources are kept
    And the bridge asks who is in which group
    When B says IS_IN of the group 232.2.0.1 and 40 sources by IGMPv3 at p1
    Then p1 names 32 sources in the group 232.2.0.1

  @SW-SNOOP-025
  Scenario: As many sources as a member may have
    Given sources are kept
    And the bridge asks who is in which group
    When B says IS_IN of the group 232.2.0.1 and 32 sources by IGMPv3 at p1
    Then p1 names 32 sources in the group 232.2.0.1

  @SW-SNOOP-026
  Scenario Outline: Sources that nobody can be, by <protocol>
    Given sources are kept
    And the bridge asks who is in which group
    When B says IS_IN of the group <group> and <none> and <source> by <protocol> at p1
    Then p1 includes <source> in the group <group>

    Examples:
      | protocol | group     | none        | source      |
      | IGMPv3   | 232.2.0.1 | 0.0.0.0     | 192.0.2.77  |
      | IGMPv3   | 232.2.0.1 | 239.9.9.9   | 192.0.2.77  |
      | MLDv2    | ff3e::2:1 | ff0e::9     | 2001:db8::7 |
      | MLDv2    | ff3e::2:1 | ::          | 2001:db8::7 |
