Feature: Link aggregates

  Several links are used as one: the aggregate (a bond) is a net device of its own, and its members send and receive for it. What is
  shown here is the aggregate by itself, as the host uses it.

  # Members.

  @SW-LAG-001
  Scenario: Members
    Given an active-backup aggregate of p0 and p1
    Then p0 is a member of the aggregate
    And p1 is a member of the aggregate
    And p0 is up

  @SW-LAG-001
  Scenario: A port that leaves
    Given an xor aggregate of p0 and p1
    When p1 leaves its aggregate
    Then p1 is a member of no aggregate
    And p0 is a member of the aggregate
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p0

  @SW-LAG-001
  Scenario: A port that is moved to another aggregate
    Given an xor aggregate of p0 and p1
    And an xor aggregate lag1 of p2
    When p1, which is down, is asked to join lag1
    Then p1 is a member of lag1

  @SW-LAG-002
  Scenario: The address of the first member is that of all
    Given an active-backup aggregate of p1 and p0
    Then the aggregate has the address of p1
    And p0 has the address of p1
    And p0 tells the address of its own

  @SW-LAG-003
  Scenario: A new address of the aggregate
    Given an xor aggregate of p0 and p1
    When the aggregate is given the address 02:00:5e:10:20:30
    Then p0 has the address 02:00:5e:10:20:30
    And p1 has the address 02:00:5e:10:20:30

  @SW-LAG-004
  Scenario: What a port gets back
    Given an xor aggregate of p0
    When the member p1 is given an MTU of 1400
    And p1 joins the aggregate
    Then p1 has an MTU of 1500
    When p1 leaves its aggregate
    Then p1 has the address of p1
    And p1 has an MTU of 1400
    And p1 is down

  @SW-LAG-004
  Scenario: The aggregate is removed
    Given an active-backup aggregate of p0 and p1
    When the aggregate is removed
    Then p0 is a member of no aggregate
    And p0 has the address of p0
    And p1 has the address of p1
    And p1 is down

  @SW-LAG-005
  Scenario: A port of another MTU joins
    Given an xor aggregate of p0
    When the member p1 is given an MTU of 1400
    And p1 joins the aggregate
    Then p1 has an MTU of 1500

  @SW-LAG-005
  Scenario: A new MTU of the aggregate
    Given an xor aggregate of p0 and p1
    When the aggregate is given an MTU of 1300
    Then p0 has an MTU of 1300
    And p1 has an MTU of 1300

  @SW-LAG-006
  Scenario: A port that is up
    Given an xor aggregate of p0
    When p1, which is up, is asked to join lag0
    Then it is refused with EPERM
    And the message is "Device can not be enslaved while up"
    And p1 is a member of no aggregate

  @SW-LAG-007
  Scenario: An aggregate in itself
    Given an xor aggregate without members
    When the aggregate is asked to join itself
    Then it is refused with EPERM
    And the message is "Cannot enslave bond to itself."

  # Settings.

  @SW-LAG-008
  Scenario Outline: The setting <name>
    Given an <mode> aggregate without members
    When the aggregate setting <name> is set to <value>
    Then it is accepted
    And the aggregate setting <name> reads <value>

    Examples:
      | mode          | name                        | value |
      | xor           | IFLA_BOND_XMIT_HASH_POLICY  | 1     |
      | xor           | IFLA_BOND_MIIMON            | 100   |
      | xor           | IFLA_BOND_MIN_LINKS         | 2     |
      | active-backup | IFLA_BOND_PRIMARY_RESELECT  | 2     |
      | active-backup | IFLA_BOND_FAIL_OVER_MAC     | 1     |
      | active-backup | IFLA_BOND_ALL_SLAVES_ACTIVE | 1     |
      | active-backup | IFLA_BOND_UPDELAY           | 40    |

  @SW-LAG-008
  Scenario: A delay that is no multiple of the monitor's interval
    Given an xor aggregate without members
    When the aggregate setting IFLA_BOND_UPDELAY is set to 50
    Then it is accepted
    And the aggregate setting IFLA_BOND_UPDELAY reads 40

  @SW-LAG-009
  Scenario Outline: <name> of <value>
    Given an xor aggregate without members
    When the aggregate setting <name> is set to <value>
    Then it is refused with EINVAL
    And the message is "invalid option value"
    And the refusal points at an attribute

    Examples:
      | name                       | value |
      | IFLA_BOND_XMIT_HASH_POLICY | 6     |
      | IFLA_BOND_PRIMARY_RESELECT | 3     |
      | IFLA_BOND_FAIL_OVER_MAC    | 3     |

  @SW-LAG-009
  Scenario: A mode that there is not
    When an aggregate is asked for with IFLA_BOND_MODE 7
    Then it is refused with EINVAL
    And the message is "invalid option value"
    And there is no aggregate

  @SW-LAG-010
  Scenario: Another mode, with members
    Given an xor aggregate of p0
    When the aggregate is set down
    And the aggregate setting IFLA_BOND_MODE is set to 1
    Then it is refused with ENOTEMPTY
    And the message is "unable to set option because the bond device has slaves"

  @SW-LAG-010
  Scenario: Another mode, while the aggregate is up
    Given an xor aggregate without members
    When the aggregate setting IFLA_BOND_MODE is set to 1
    Then it is refused with EBUSY
    And the message is "unable to set option because the bond is up"

  @SW-LAG-010
  Scenario: Another mode
    Given an xor aggregate without members
    When the aggregate is set down
    And the aggregate setting IFLA_BOND_MODE is set to 1
    Then it is accepted
    And the aggregate setting IFLA_BOND_MODE reads 1

  @SW-LAG-010
  Scenario Outline: <name> in the mode <mode>
    Given an <mode> aggregate of p0
    When the aggregate setting <name> is set to <value>
    Then it is refused with EACCES
    And the message is "option not supported in mode"

    Examples:
      | mode          | name                        | value |
      | xor           | IFLA_BOND_ACTIVE_SLAVE      | p0    |
      | xor           | IFLA_BOND_PRIMARY           | p0    |
      | active-backup | IFLA_BOND_PACKETS_PER_SLAVE | 2     |

  # Links.

  @SW-LAG-011
  Scenario Outline: The carrier of an <mode> aggregate
    Given an <mode> aggregate of p0 and p1
    Then the aggregate has a carrier
    When p0 loses its link
    Then the aggregate has a carrier
    When p1 loses its link
    Then the aggregate has no carrier
    When p0 gets its link back
    Then the aggregate has a carrier

    Examples:
      | mode          |
      | active-backup |
      | xor           |
      | round-robin   |
      | broadcast     |

  @SW-LAG-011
  Scenario: The last member leaves
    Given an xor aggregate of p0
    When p0 leaves its aggregate
    Then the aggregate has no carrier

  @SW-LAG-012
  Scenario: Links of members are told
    Given an xor aggregate of p0 and p1
    Then the link of p0 is told as up
    And p0 tells 0 link failures
    When p0 loses its link
    Then the link of p0 is told as down
    And the link of p1 is told as up
    And p0 tells 1 link failure
    When p0 gets its link back
    Then the link of p0 is told as up
    And p0 tells 1 link failure

  @SW-LAG-012
  Scenario: A member that is set down
    Given an xor aggregate of p0 and p1
    When the member p0 is set down
    Then the link of p0 is told as down

  @SW-LAG-013
  Scenario: A link that comes back waits for the delay
    Given an xor aggregate of p0 and p1 with IFLA_BOND_UPDELAY 1000
    When p0 loses its link
    And the cable of the member p0 is plugged in
    Then the link of p0 is told as coming back
    And the link of p0 is told as up

  @SW-LAG-013
  Scenario: A link that goes waits for the delay
    Given an xor aggregate of p0 and p1 with IFLA_BOND_DOWNDELAY 1000
    When the cable of the member p0 is pulled out
    Then the link of p0 is told as failing
    And the link of p0 is told as down

  # Active-backup.

  @SW-LAG-014
  Scenario: Only the active member sends
    Given an active-backup aggregate of p0 and p1
    Then p0 is the active member
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p0

  @SW-LAG-015
  Scenario: The active member loses its link
    Given an active-backup aggregate of p0, p1 and p2
    When p0 loses its link
    Then p1 is the active member
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p1
    When p1 loses its link
    Then p2 is the active member

  @SW-LAG-015
  Scenario: The active member leaves
    Given an active-backup aggregate of p0 and p1
    When p0 leaves its aggregate
    Then p1 is the active member
    When the host sends a frame from A to B at the aggregate
    Then each of them leaves at p1

  @SW-LAG-015
  Scenario: Nobody is left
    Given an active-backup aggregate of p0 and p1
    When p0 loses its link
    And p1 loses its link
    Then no member is the active one

  @SW-LAG-016
  Scenario: Without a primary the active member stays
    Given an active-backup aggregate of p0 and p1
    When p0 loses its link
    And p0 gets its link back
    Then p1 is the active member

  @SW-LAG-017
  Scenario: The primary comes back
    Given an active-backup aggregate of p0 and p1
    When the aggregate setting IFLA_BOND_PRIMARY is set to p1
    Then p1 is the active member
    When p1 loses its link
    Then p0 is the active member
    When p1 gets its link back
    Then p1 is the active member

  @SW-LAG-017
  Scenario: A primary that joins later
    Given an active-backup aggregate of p0
    When the aggregate setting IFLA_BOND_PRIMARY is set to p1
    And p1 joins the aggregate
    Then p1 is the active member
    And the aggregate setting IFLA_BOND_PRIMARY reads p1

  @SW-LAG-017
  Scenario: A primary that is asked to wait for a failure
    Given an active-backup aggregate of p0 and p1
    When the aggregate setting IFLA_BOND_PRIMARY is set to p1
    And the aggregate setting IFLA_BOND_PRIMARY_RESELECT is set to 2
    And p1 loses its link
    And p1 gets its link back
    Then p0 is the active member
    When p0 loses its link
    Then p1 is the active member

  @SW-LAG-018
  Scenario: The user chooses
    Given an active-backup aggregate of p0 and p1
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then it is accepted
    And p1 is the active member
    When the host sends a frame from A to B at the aggregate
    Then each of them leaves at p1

  @SW-LAG-018
  Scenario: The user chooses a member without a link
    Given an active-backup aggregate of p0 and p1
    When p1 loses its link
    And the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then it is refused with EINVAL
    And p0 is the active member

  @SW-LAG-018
  Scenario: The user chooses a port that is no member
    Given an active-backup aggregate of p0
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p2
    Then it is refused with EINVAL

  @SW-LAG-019
  Scenario: The active member receives for the aggregate
    Given an active-backup aggregate of p0 and p1
    When a frame from B to broadcast comes in at p0
    Then the host gets it at the aggregate

  @SW-LAG-019
  Scenario: A backup receives nothing for the aggregate
    Given an active-backup aggregate of p0 and p1
    When a frame from B to broadcast comes in at p1
    Then the host does not get it at the aggregate

  @SW-LAG-019
  Scenario: A backup that is to receive
    Given an active-backup aggregate of p0 and p1
    When the aggregate setting IFLA_BOND_ALL_SLAVES_ACTIVE is set to 1
    And a frame from B to broadcast comes in at p1
    Then the host gets it at the aggregate

  @SW-LAG-020
  Scenario: A frame that stays on its link
    Given an active-backup aggregate of p0 and p1
    And p1 receives the frames of every group
    And the host listens at p1
    When a frame from B to 01:80:c2:00:00:0e comes in at p1
    Then the host gets it at p1
    And the host does not get it at the aggregate

  # All members.

  @SW-LAG-021
  Scenario Outline: Every member of an <mode> aggregate receives for it
    Given an <mode> aggregate of p0 and p1
    When a frame from B to broadcast comes in at p0
    Then the host gets it at the aggregate
    When a frame from B to broadcast comes in at p1
    Then the host gets it at the aggregate

    Examples:
      | mode        |
      | xor         |
      | round-robin |
      | broadcast   |

  @SW-LAG-022
  Scenario: A frame leaves once
    Given an xor aggregate of p0, p1 and p2
    When the host sends 4 frames from A to B at the aggregate
    Then each leaves at one of p0, p1 and p2

  @SW-LAG-022 @law
  Scenario: Flows stay where they are
    Given an xor aggregate of p0, p1 and p2
    Then for every set of flows, all frames of a flow leave at one member and the same

  @SW-LAG-023
  Scenario Outline: Flows are spread by the policy <policy>
    Given an xor aggregate of p0 and p1 with IFLA_BOND_XMIT_HASH_POLICY <policy>
    Then flows that differ in <what> are spread over p0 and p1

    Examples:
      | policy | what                              |
      | 0      | the Ethernet address              |
      | 1      | the port                          |
      | 1      | the IP address                    |
      | 2      | the Ethernet address              |
      | 2      | the IP address                    |
      | 5      | the source address                |
      | 1      | the id of their echo requests     |
      | 3      | the Ethernet address              |
      | 3      | the IP address inside of GRE      |
      | 4      | the port inside of GRE with a key |
      | 3      | the IP address inside of IP       |
      | 4      | the port inside of GRE            |
      | 4      | the port inside of IP             |
      | 4      | the IP address inside of GRE      |

  @SW-LAG-024
  Scenario Outline: What the policy <policy> does not look at
    Given an xor aggregate of p0 and p1 with IFLA_BOND_XMIT_HASH_POLICY <policy>
    Then flows that differ in <what> leave at one member

    Examples:
      | policy | what                          |
      | 0      | the IP address                |
      | 0      | the port                      |
      | 1      | the Ethernet address          |
      | 2      | the port                      |
      | 5      | the IP address                |
      | 5      | the destination address       |
      | 0      | the id of their echo requests |
      | 2      | the id of their echo requests |
      | 1      | the IP address inside of IP   |
      | 2      | the IP address inside of GRE  |
      | 3      | the port inside of GRE        |
      | 3      | the port inside of IP         |

  @SW-LAG-031
  Scenario: An error is of the flow that it is about
    Given an xor aggregate of p0 and p1 with IFLA_BOND_XMIT_HASH_POLICY 1
    Then errors of ICMP leave where the flows leave that they are about

  @SW-LAG-025 @law
  Scenario: The formula of the policy layer2
    Given an xor aggregate of p0, p1 and p2
    Then for every pair of stations, the member is the one that the formula of layer2 names

  @SW-LAG-026
  Scenario: A member that lost its link
    Given an xor aggregate of p0 and p1
    When p0 loses its link
    And the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p1
    When the host sends 4 frames from A to C at the aggregate
    Then each of them leaves at p1

  @SW-LAG-026 @law
  Scenario: Members with and without a link
    Given an xor aggregate of p0, p1 and p2
    Then for every set of members with a link, each flow leaves at one of them, and all of them are used

  @SW-LAG-027
  Scenario: A frame for every member
    Given a broadcast aggregate of p0, p1 and p2
    When the host sends a frame from A to B at the aggregate
    Then each of them leaves at p0, p1 and p2
    When p1 loses its link
    And the host sends a frame from A to B at the aggregate
    Then each of them leaves at p0 and p2

  @SW-LAG-028
  Scenario: By turns
    Given a round-robin aggregate of p0 and p1
    When the host sends 8 frames from A to B at the aggregate
    Then 4 of them leave at p0 and 4 at p1

  @SW-LAG-028
  Scenario: By turns, and one has lost its link
    Given a round-robin aggregate of p0 and p1
    When p0 loses its link
    And the host sends 8 frames from A to B at the aggregate
    Then each of them leaves at p1

  @SW-LAG-030
  Scenario Outline: A VLAN device over an aggregate, and the member <member>
    Given an xor aggregate of p0
    And a VLAN device with VID 10 over the aggregate
    When p1 joins the aggregate
    And a frame from B to broadcast, tagged 10 comes in at <member>
    Then the host gets it at the VLAN device
    When a frame from B to broadcast, tagged 20 comes in at <member>
    Then the host does not get it at the VLAN device

    Examples:
      | member |
      | p0     |
      | p1     |

  @SW-LAG-030 @needs:rx-vlan-filter @needs:rx-vlan-filter-switch
  Scenario: A member that filters VLANs, and comes late
    Given an xor aggregate of p0
    And a VLAN device with VID 10 over the aggregate
    And p1 filters VLANs
    When p1 joins the aggregate
    And a frame from B to broadcast, tagged 10 comes in at p1
    Then the host gets it at the VLAN device

  @SW-LAG-030
  Scenario: A VLAN device over an aggregate sends
    Given an xor aggregate of p0
    And a VLAN device with VID 10 over the aggregate
    When the host sends a frame from A to B at the VLAN device
    Then each of them leaves at p0
    And it is tagged 10 at p0

  @SW-LAG-029 @law
  Scenario: Members that come, go, lose their link and get it back
    Then for every sequence of members that join, leave, lose and get back their links, carrier and active member are as they should be
