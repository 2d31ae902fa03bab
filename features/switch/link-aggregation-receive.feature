Feature: Aggregates that balance what they receive
  In the mode balance-alb all members send and all receive, and the switch needs to know nothing. Each member has a station of its own,
  in its hardware too, and the host tells each neighbour by ARP one of them as its own.

  @SW-ALB-001
  Scenario: Neighbours ask one after the other
    Given a balance-alb aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    When 4 neighbours ask for 192.0.2.1 at p0
    Then they are answered at p0 and p1 in turn, each by the station of its port
    When they ask for 192.0.2.1 at p0 again
    Then each is answered as before

  @SW-ALB-002
  Scenario: The host asks for neighbours
    Given a balance-alb aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    When the host asks for neighbours 1 and 2 at the aggregate
    Then the questions leave at p0 and p1 in turn, from the station of the port, and name that of the aggregate

  @SW-ALB-003
  Scenario: A neighbour answers
    Given a balance-alb aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    When the host asks for neighbours 1 and 2 at the aggregate
    And neighbours 1 and 2 answer at p0
    Then within 4 seconds neighbours are told the station of their port: 1 at p0, 2 at p1

  @SW-ALB-003
  Scenario: A neighbour has another station
    Given a balance-alb aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And 2 neighbours were told a station each at p0
    When neighbour 2 answers at p0, with the station of 7
    Then within 4 seconds neighbours are told the station of their port: 2 at p1

  @SW-ALB-004
  Scenario: The host asks everybody for somebody
    Given a balance-alb aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And 4 neighbours were told a station each at p0
    When the host asks for neighbour 9 at the aggregate
    Then within 1 second nobody is told a station
    And within 3 seconds neighbours are told the station of their port: 2 at p1, 4 at p1

  @SW-ALB-005
  Scenario: What members receive
    Given a balance-alb aggregate of p0 and p1
    When a frame from B to the address of p1 comes in at p1
    Then the host gets it at the aggregate
    When a frame from B to the address of p0 comes in at p0
    Then the host gets it at the aggregate
    When a frame from B to broadcast comes in at p0
    Then the host gets it at the aggregate
    When a frame from B to broadcast comes in at p1
    Then the host does not get it at the aggregate

  @SW-ALB-006
  Scenario Outline: The host answers what is sent to the station of <port>
    Given a balance-alb aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And 2 neighbours were told a station each at p0
    When neighbour 2 pings 192.0.2.1 at the station of <port>
    Then the host answers the ping

    Examples:
      | port |
      | p0   |
      | p1   |

  @SW-ALB-007
  Scenario Outline: Flows are spread by the policy <policy>
    Given a balance-alb aggregate of p0 and p1 with IFLA_BOND_TLB_DYNAMIC_LB 0 and IFLA_BOND_XMIT_HASH_POLICY <policy>
    Then flows that differ in <what> leave at p0 as they are, and at p1 from the station of p1

    Examples:
      | policy | what                 |
      | 0      | the Ethernet address |
      | 1      | the port             |

  @SW-ALB-007
  Scenario: Flows are given to members by their IP address
    Given a balance-alb aggregate of p0 and p1
    When flows that differ in the IP address are sent, and ten seconds pass
    Then flows that differ in the IP address leave at p0 as they are, and at p1 from the station of p1
    And flows that differ in the Ethernet address leave at one member, whatever station they are from

  @SW-ALB-007
  Scenario: Groups are spread too
    Given a balance-alb aggregate of p0 and p1 with IFLA_BOND_TLB_DYNAMIC_LB 0
    Then packets to 24 groups leave at p0 as they are, and at p1 from the station of p1

  @SW-ALB-008
  Scenario Outline: <what> are not spread
    Given a balance-alb aggregate of p0 and p1 with IFLA_BOND_TLB_DYNAMIC_LB 0
    Then 24 <what> leave at p0 as they are

    Examples:
      | what                        |
      | packets of IP to everybody  |
      | packets to 255.255.255.255  |
      | reports of IGMP             |
      | packets to all nodes        |
      | packets from nobody         |
      | frames without a packet     |

  @SW-ALB-008
  Scenario: Messages about neighbours are not spread
    Given a balance-alb aggregate of p0 and p1 with IFLA_BOND_TLB_DYNAMIC_LB 0
    Then advertisements to each of 24 stations leave at p0 as they are

  @SW-ALB-009
  Scenario: A member that is not the active one loses its link
    Given a balance-alb aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And 4 neighbours were told a station each at p0
    When p1 loses its link
    Then within 10 seconds neighbours are told the station of their port, again and again: 2 at p0, 4 at p0

  @SW-ALB-009
  Scenario: The active member stands in for another
    Given a balance-alb aggregate of p0 and p1 with IFLA_BOND_LP_INTERVAL 60
    And what was said before is forgotten
    When p1 loses its link
    Then p0 tells the station of p1 to the switch, once
    And p0 takes every frame
    When 12 seconds pass at the aggregate
    Then p0 takes no more frames than it should

  @SW-ALB-010
  Scenario: The active member loses its link
    Given a balance-alb aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And 4 neighbours were told a station each at p0
    When p0 loses its link
    Then p1 is told as the active member
    And p1 has the address of p0
    And p0 has the address of p1
    And the aggregate has the address of p0
    And within 10 seconds neighbours are told the station of their port, again and again: 1 at p1, 2 at p1, 3 at p1, 4 at p1

  @SW-ALB-010
  Scenario: The user chooses another active member
    Given a balance-alb aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And 4 neighbours were told a station each at p0
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then within 10 seconds neighbours are told the station of their port, again and again: 1 at p0, 2 at p1, 3 at p0, 4 at p1

  @SW-ALB-010
  Scenario: Members receive for the stations that they swapped
    Given a balance-alb aggregate of p0 and p1
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    And a frame from B to the address of p0 comes in at p1
    Then the host gets it at the aggregate
    When a frame from B to the address of p1 comes in at p0
    Then the host gets it at the aggregate

  @SW-ALB-011
  Scenario: A member comes
    Given a balance-alb aggregate of p0
    And the aggregate has 192.0.2.1/24
    And 4 neighbours were told a station each at p0
    When p1 joins the aggregate
    Then within 4 seconds neighbours are told the station of their port: 2 at p1, 4 at p1

  @SW-ALB-012
  Scenario: The user gives the aggregate another address
    Given a balance-alb aggregate of p0 and p1 with IFLA_BOND_LP_INTERVAL 60
    And the aggregate has 192.0.2.1/24
    And 4 neighbours were told a station each at p0
    When the aggregate is given the address 02:00:5e:00:53:99
    Then p0 has the address 02:00:5e:00:53:99
    And p1 has the address of p1
    And within 10 seconds neighbours are told the station of their port, again and again: 1 at p0, 3 at p0

  @SW-ALB-012
  Scenario: The switch hears of another address
    Given a balance-alb aggregate of p0 and p1 with IFLA_BOND_LP_INTERVAL 60
    And what was said before is forgotten
    When the aggregate is given the address 02:00:5e:00:53:99
    Then p0 tells the station of the aggregate to the switch, once

  @SW-ALB-012
  Scenario: The user gives the aggregate the address of another member
    Given a balance-alb aggregate of p0 and p1
    When the aggregate is given the address of p1
    Then p0 has the address of p1
    And p1 has the address of p0

  @SW-ALB-013
  Scenario: Neighbours in a VLAN
    Given a balance-alb aggregate of p0 and p1
    And a VLAN device with VID 10 over the aggregate
    And the VLAN device has 192.0.2.1/24
    And 2 neighbours were told a station each at p0 in the VLAN 10
    When p1 loses its link
    Then within 10 seconds neighbours are told the station of their port in the VLAN 10, again and again: 2 at p0

  @SW-ALB-013
  Scenario: A VLAN goes
    Given a balance-alb aggregate of p0 and p1
    And a VLAN device with VID 10 over the aggregate
    And the VLAN device has 192.0.2.1/24
    And 2 neighbours were told a station each at p0 in the VLAN 10
    When the VLAN device is removed
    And p1 loses its link
    Then within 4 seconds nobody is told a station

  @SW-ALB-014
  Scenario: Somebody else has the address of the host
    Given a balance-alb aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And 2 neighbours were told a station each at p0
    When neighbour 9 says at p0 that it has 192.0.2.1
    And p1 loses its link
    Then within 4 seconds nobody is told a station

  @SW-ALB-015
  Scenario: What others say goes on as it is
    Given a balance-alb aggregate of p0 and p1
    When the host passes on what 4 stations answer 192.0.2.200 by ARP
    Then each answer leaves at p0 as it is

  @SW-ALB-015
  Scenario: The address is that of a bridge
    Given a balance-alb aggregate of p0 and p1
    And a bridge over the aggregate and p2
    And the host has 192.0.2.1/24 at the bridge
    When 4 neighbours ask for 192.0.2.1 at p0
    Then all are answered at p0

  @SW-ALB-016
  Scenario: A bridge over the aggregate
    Given a balance-alb aggregate of p0 and p1
    And a bridge over the aggregate and p2
    When a frame from B to the address of p1 comes in at p1
    Then the host gets it at the bridge with the address of p0

  @SW-ALB-017
  Scenario: Two neighbours with one place in the table
    Given a balance-alb aggregate of p0 and p1
    And the aggregate has 192.0.2.1/22
    And 2 neighbours were told a station each at p0
    When a neighbour with the address 192.0.3.13 asks for 192.0.2.1 at p0
    Then within 1 second neighbours are told the station of their port: 2 at p0

  @SW-ALB-018
  Scenario: The mode switches the spreading by load on
    Given an aggregate of the mode balance-tlb that is down
    When the aggregate setting IFLA_BOND_TLB_DYNAMIC_LB is set to 0
    And the aggregate setting IFLA_BOND_MODE is set to 6
    Then it is accepted
    And the aggregate setting IFLA_BOND_TLB_DYNAMIC_LB reads 1
