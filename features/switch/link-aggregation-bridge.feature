Feature: Link aggregates below a bridge

  An aggregate is one port of the bridge, whatever its members do. Hardware that forwards between ports has to know it as one port too.

  @SW-LAG-040
  Scenario Outline: A station at the member <member>
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate and p2
    When a frame from A to broadcast comes in at <member>
    Then it leaves at p2 and nowhere else
    And the table has A at the aggregate

    Examples:
      | member |
      | p0     |
      | p1     |

  @SW-LAG-040 @needs:switchdev
  Scenario: A station that hardware learned at a member
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate and p2
    When a frame from A to broadcast comes in at p1
    Then the table has A at the aggregate
    And the entry of A is marked as learned by hardware

  @SW-LAG-041
  Scenario: A station that comes in at both members
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate and p2
    And station A was seen at the member p0
    When somebody listens for moves
    And 4 frames from A to broadcast come in at p1 one after the other
    Then it leaves at p2 and nowhere else
    And no move of A is announced
    And the table has A at the aggregate

  @SW-LAG-042
  Scenario Outline: Nothing returns, of a frame to <to>
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate, p2 and p3
    When a frame from A to <to> comes in at p0
    Then it leaves at p2 and p3
    When a frame from C to <to> comes in at p1
    Then it leaves at p2 and p3

    Examples:
      | to        |
      | broadcast |
      | group 1   |
      | B         |

  @SW-LAG-042
  Scenario: Two stations at one aggregate
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate and p2
    And station A was seen at the member p0
    And station B was seen at the member p1
    When a frame from A to B comes in at p0
    Then it leaves at nowhere

  @SW-LAG-043
  Scenario Outline: A frame to <to> is flooded
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate, p2 and p3
    When a frame from B to <to> comes in at p2
    Then it leaves at p3 and at one of p0 and p1

    Examples:
      | to        |
      | broadcast |
      | group 1   |
      | A         |

  @SW-LAG-043
  Scenario: The host's own frames are flooded
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate, p2 and p3
    When the host sends a frame from B to broadcast through the bridge
    Then it leaves at p2 and p3 and at one of p0 and p1

  @SW-LAG-044
  Scenario: Many flows to a station
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate, p2 and p3
    And station A was seen at the member p0
    When a frame from each of 24 stations to A comes in at p2
    Then each leaves at one of p0 and p1, and all of them are used

  @SW-LAG-044
  Scenario: From one aggregate to another
    Given an xor aggregate of p0 and p1
    And an xor aggregate lag1 of p2 and p3
    And a bridge over both aggregates
    And station A was seen at the member p0
    When a frame from each of 24 stations to A comes in at p2
    Then each leaves at one of p0 and p1, and all of them are used

  @SW-LAG-045
  Scenario: A member loses its link
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate, p2 and p3
    And station A was seen at the member p0
    When p0 loses its link
    Then the table has A at the aggregate
    When a frame from B to A comes in at p2
    Then it leaves at p1 and nowhere else
    When a frame from B to broadcast comes in at p2
    Then it leaves at p1 and p3

  @SW-LAG-045 @law
  Scenario: Members with and without a link
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate and p2
    And station A was seen at the member p0
    Then for every set of members with a link, each flow through the bridge leaves at one of them, and the same each time

  @SW-LAG-046
  Scenario: A member that comes late
    Given an xor aggregate of p0
    And a bridge over the aggregate and p2
    When p1 joins the aggregate
    And a frame from A to broadcast comes in at p1
    Then it leaves at p2 and nowhere else
    And the table has A at the aggregate
    When a frame from each of 24 stations to A comes in at p2
    Then each leaves at one of p0 and p1, and all of them are used

  @SW-LAG-046
  Scenario: The first member comes late
    Given an xor aggregate without members
    And a bridge over the aggregate and p2
    When p0 joins the aggregate
    And a frame from A to broadcast comes in at p0
    Then it leaves at p2 and nowhere else
    When a frame from B to A comes in at p2
    Then it leaves at p0 and nowhere else

  @SW-LAG-046 @needs:bridge-vlan-filtering
  Scenario: A member that comes late, and VLANs
    Given an xor aggregate of p0
    And a bridge over the aggregate and p2
    And the bridge filters VLANs
    And p2 is in VLAN 10, tagged
    When the aggregate is put into VLAN 10, tagged
    And p1 joins the aggregate
    And a frame from A to broadcast, tagged 10 comes in at p1
    Then it leaves at p2 and nowhere else

  @SW-LAG-046 @needs:bridge-vlan-filtering
  Scenario: A member that comes late, and the PVID
    Given an xor aggregate of p0
    And a bridge over the aggregate and p2
    And the bridge filters VLANs
    And p2 is in VLAN 10, untagged, as its PVID
    When the aggregate is put into VLAN 10, untagged, as its PVID
    And p1 joins the aggregate
    And a frame from A to broadcast comes in at p1
    Then it leaves at p2 and nowhere else
    When a frame from A to broadcast comes in at p0
    Then it leaves at p2 and nowhere else

  @SW-LAG-047
  Scenario: A port that left
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate, p2 and p3
    When p1 leaves its aggregate
    And p1 is set up
    And a frame from B to broadcast comes in at p2
    Then it leaves at p0 and p3
    When a frame from A to broadcast comes in at p1
    Then it leaves at nowhere

  @SW-LAG-047
  Scenario: An aggregate that left
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate, p2 and p3
    When the aggregate leaves the bridge
    And a frame from B to broadcast comes in at p2
    Then it leaves at p3 and nowhere else
    When a frame from A to broadcast comes in at p1
    Then it leaves at nowhere
    When the aggregate joins the bridge
    And a frame from A to broadcast comes in at p1
    Then it leaves at p2 and p3

  @SW-LAG-048
  Scenario Outline: The state blocking, and the member <member>
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate, p2 and p3
    And the bridge setting IFLA_BR_STP_STATE is 1
    When the state of the aggregate is set to blocking
    And a frame from A to broadcast comes in at <member>
    Then it leaves at nowhere
    When a frame from B to broadcast comes in at p2
    Then it leaves at p3 and nowhere else

    Examples:
      | member |
      | p0     |
      | p1     |

  @SW-LAG-048 @needs:bridge-port-broadcast-flood
  Scenario: The flag broadcast flood
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate, p2 and p3
    When the flag broadcast flood of the aggregate is switched off
    And a frame from B to broadcast comes in at p2
    Then it leaves at p3 and nowhere else

  @SW-LAG-048 @needs:bridge-port-broadcast-flood
  Scenario: The flag broadcast flood, and a member that comes late
    Given an xor aggregate of p0
    And a bridge over the aggregate, p2 and p3
    When the flag broadcast flood of the aggregate is switched off
    And p1 joins the aggregate
    And a frame from B to broadcast comes in at p2
    Then it leaves at p3 and nowhere else

  @SW-LAG-049
  Scenario Outline: VLANs, and the member <member>
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate, p2 and p3
    And the bridge filters VLANs
    And p2 is in VLAN 10, untagged
    When the aggregate is put into VLAN 10, tagged
    And a frame from A to broadcast, tagged 10 comes in at <member>
    Then it leaves at p2 and nowhere else
    And it is untagged at p2
    When a frame from A to broadcast, tagged 20 comes in at <member>
    Then it leaves at nowhere

    Examples:
      | member |
      | p0     |
      | p1     |

  @SW-LAG-049
  Scenario: A frame leaves with the tag of its VLAN
    Given an xor aggregate of p0
    And a bridge over the aggregate and p2
    And the bridge filters VLANs
    And p2 is in VLAN 10, untagged, as its PVID
    When the aggregate is put into VLAN 10, tagged
    And a frame from B to broadcast comes in at p2
    Then it leaves at p0 and nowhere else
    And it is tagged 10 at p0

  @SW-LAG-050
  Scenario: A backup receives
    Given an active-backup aggregate of p0 and p1
    And a bridge over the aggregate and p2
    When a frame from A to broadcast comes in at p1
    Then it leaves at nowhere
    And the table does not have A

  @SW-LAG-050
  Scenario: Flooded frames and a backup
    Given an active-backup aggregate of p0 and p1
    And a bridge over the aggregate and p2
    When a frame from B to broadcast comes in at p2
    Then it leaves at p0 and nowhere else

  @SW-LAG-051
  Scenario: Another member becomes the active one
    Given an active-backup aggregate of p0 and p1
    And a bridge over the aggregate and p2
    And station A was seen at the member p0
    When p0 loses its link
    And a frame from B to A comes in at p2
    Then it leaves at p1 and nowhere else
    When a frame from A to broadcast comes in at p1
    Then it leaves at p2 and nowhere else
    And the table has A at the aggregate

  @SW-LAG-051
  Scenario: The user chooses another member
    Given an active-backup aggregate of p0 and p1
    And a bridge over the aggregate and p2
    And station A was seen at the member p0
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    And a frame from B to A comes in at p2
    Then it leaves at p1 and nowhere else
    When a frame from C to broadcast comes in at p0
    Then it leaves at nowhere

  @SW-LAG-052
  Scenario: Broadcast below a bridge
    Given a broadcast aggregate of p0 and p1
    And a bridge over the aggregate, p2 and p3
    When a frame from B to broadcast comes in at p2
    Then it leaves at p0, p1 and p3
    When a frame from A to broadcast comes in at p1
    Then it leaves at p2 and p3

  @SW-LAG-052
  Scenario: Round robin below a bridge
    Given a round-robin aggregate of p0 and p1
    And a bridge over the aggregate, p2 and p3
    When a frame from B to broadcast comes in at p2
    Then it leaves at p3 and at one of p0 and p1
    When a frame from A to broadcast comes in at p1
    Then it leaves at p2 and p3

  @SW-LAG-053
  Scenario: One aggregate too many
    Given an xor aggregate of p0
    And an xor aggregate lag1 of p1
    And an xor aggregate lag2 without members, with an MTU of 1400
    When p2, which is down, is asked to join lag2
    Then it is refused with a text
    And p2 is a member of no aggregate
    And p2 has the address of p2
    And p2 has an MTU of 1500

  @SW-LAG-053
  Scenario: Room that was given back
    Given an xor aggregate of p0
    And an xor aggregate lag1 of p1
    And an xor aggregate lag2 without members, with an MTU of 1400
    When p1 leaves its aggregate
    And p2, which is down, is asked to join lag2
    Then it is accepted

  @SW-LAG-054
  Scenario: Between a port and an aggregate
    Given an xor aggregate of p0 and p1
    And a bridge over the aggregate and p2
    And the host listens at p0
    And the host listens at p2
    And station A was seen at the member p0
    And station B was seen at p2
    When a frame from B to A comes in at p2
    Then it leaves at one of p0 and p1
    And the host does not get it at p2
    When a frame from A to B comes in at p0
    Then it leaves at p2 and nowhere else
    And the host does not get it at p0

  @SW-LAG-046
  Scenario: The first member comes late, and a station was put there by hand
    Given an xor aggregate without members
    And a bridge over the aggregate, p2 and p3
    When A is put at the aggregate, static
    And p0 joins the aggregate
    And a frame from B to A comes in at p2
    Then it leaves at p0 and nowhere else
