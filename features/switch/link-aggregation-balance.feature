Feature: Aggregates that balance what they send

  In the mode balance-tlb the switch needs to know nothing. Each member sends from a station of its own, and only the active one,
  which has that of the aggregate, receives.

  @SW-TLB-001
  Scenario: A frame that is no packet of IP
    Given a balance-tlb aggregate of p0 and p1 with IFLA_BOND_TLB_DYNAMIC_LB 0
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p0
    When the host sends 4 frames from A to C at the aggregate
    Then each of them leaves at p0

  @SW-TLB-001
  Scenario: A broadcast
    Given a balance-tlb aggregate of p0 and p1 with IFLA_BOND_TLB_DYNAMIC_LB 0
    When the host sends 4 frames from A to broadcast at the aggregate
    Then each of them leaves at p0
    When the host sends 4 frames from B to broadcast at the aggregate
    Then each of them leaves at p0

  @SW-TLB-001
  Scenario: Messages about neighbours
    Given a balance-tlb aggregate of p0 and p1 with IFLA_BOND_TLB_DYNAMIC_LB 0
    Then advertisements to each of 24 stations leave at p0 as they are

  @SW-TLB-002
  Scenario Outline: Flows are spread by the policy <policy>
    Given a balance-tlb aggregate of p0 and p1 with IFLA_BOND_TLB_DYNAMIC_LB 0 and IFLA_BOND_XMIT_HASH_POLICY <policy>
    Then flows that differ in <what> leave at p0 as they are, and at p1 from the station of p1

    Examples:
      | policy | what                 |
      | 0      | the Ethernet address |
      | 1      | the port             |

  @SW-TLB-003
  Scenario: What members receive
    Given a balance-tlb aggregate of p0 and p1
    When a frame from B to broadcast comes in at p0
    Then the host gets it at the aggregate
    When a frame from B to broadcast comes in at p1
    Then the host does not get it at the aggregate

  @SW-TLB-004
  Scenario: Flows are given to members anew
    Given a balance-tlb aggregate of p0 and p1
    When flows that differ in the Ethernet address are sent, and ten seconds pass
    Then flows that differ in the Ethernet address leave at p0 as they are, and at p1 from the station of p1

  @SW-TLB-005
  Scenario: Each member tells its station
    Given a balance-tlb aggregate of p0 and p1
    And what was said before is forgotten
    Then p0 and p1 tell the station of each to the switch, once in a second

  @SW-TLB-005
  Scenario: Each member tells its station in the VLANs of the aggregate
    Given a balance-tlb aggregate of p0 and p1
    And a VLAN device with VID 10 over the aggregate
    And what was said before is forgotten
    Then p0 and p1 tell the station of each to the switch in the VLAN 10, once in a second

  @SW-TLB-006
  Scenario: The active member loses its link
    Given a balance-tlb aggregate of p0 and p1 with IFLA_BOND_LP_INTERVAL 60
    And what was said before is forgotten
    When p0 loses its link
    Then p1 is told as the active member
    And p1 has the address of p0
    And p0 has the address of p1
    And p1 tells the station of the aggregate to the switch, once
    When a frame from B to broadcast comes in at p1
    Then the host gets it at the aggregate

  @SW-TLB-006
  Scenario: The user chooses another active member
    Given a balance-tlb aggregate of p0 and p1 with IFLA_BOND_LP_INTERVAL 60
    And what was said before is forgotten
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then p1 tells the station of the aggregate to the switch, once

  @SW-TLB-007
  Scenario: The stations of members
    Given a balance-tlb aggregate of p0, p1 and p2
    Then the aggregate has the address of p0
    And p0 has the address of p0
    And p1 has the address of p1
    And p2 has the address of p2
    When p1 leaves its aggregate
    Then p1 has the address of p1

  @SW-TLB-007
  Scenario: A port whose station is the aggregate's
    Given a balance-tlb aggregate of p0 and p1
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    And p0 leaves its aggregate
    And p0 joins the aggregate
    Then p0, p1 and the aggregate have stations that differ, but for the active member

  @SW-TLB-008
  Scenario Outline: A member of <mode> leaves whose station another one has
    Given a <mode> aggregate of p0, p1 and p2
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    And the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p2
    And p1 leaves its aggregate
    Then p1 has the address of p1
    And p2 has the address of p0
    And p0 has the address of p2

    Examples:
      | mode        |
      | balance-tlb |
      | balance-alb |

  @SW-TLB-009
  Scenario Outline: A port with the station of the only member of <mode>
    Given a <mode> aggregate of p0
    When p1, which has the address of p0, is asked to join the aggregate
    Then it is refused with EFAULT
    And p1 is a member of no aggregate
    And p1 is down

    Examples:
      | mode        |
      | balance-tlb |
      | balance-alb |
