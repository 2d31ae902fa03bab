Feature: The multicast database

  Who is in which group. The user puts entries there that nobody reports for; snooping does the rest. A group that is known leaves at the
  ports that are in it, and at those behind which a router is.

  Background:
    Given a bridge over p0, p1, p2 and p3

  @SW-MDB-001
  Scenario Outline: The group <group> at one port, and a querier at another
    Given a querier is behind p3
    And the group <group> is put at p1, permanent
    When a frame from A to the group <group> comes in at p0
    Then it leaves at p1 and p3

    Examples:
      | group         |
      | 239.1.1.1     |
      | 232.7.7.7     |
      | ff0e::7:1     |
      | ff05::1:ff00:5 |

  @SW-MDB-001
  Scenario: A group at two ports, and its frames from each
    Given the bridge asks who is in which group
    And the group 239.1.1.1 is put at p1, permanent
    And the group 239.1.1.1 is put at p2, temporary
    When a frame from A to the group 239.1.1.1 comes in at p0
    Then it leaves at p1 and p2
    When a frame from B to the group 239.1.1.1 comes in at p1
    Then it leaves at p2

  @SW-MDB-002
  Scenario: One for a while and one for good
    Given a membership interval of 200 hundredths
    When the group 239.1.1.1 is put at p1, permanent
    And the group 239.1.1.1 is put at p2, temporary
    Then the membership of p1 in the group 239.1.1.1 is permanent
    And the membership of p2 in the group 239.1.1.1 is temporary
    When 2700 milliseconds pass
    Then in the group 239.1.1.1 is p1

  @SW-MDB-003
  Scenario: The host is in the group
    Given the bridge asks who is in which group
    And the group 239.1.1.1 is put at p1, permanent
    And the group 239.1.1.1 is put at the bridge, temporary
    Then in the group 239.1.1.1 are p1 and the host
    When a frame from A to the group 239.1.1.1 comes in at p0
    Then it leaves at p1
    And the host gets it from the bridge

  @SW-MDB-003
  Scenario: Others are, and the host is not
    Given the bridge asks who is in which group
    And the group 239.1.1.1 is put at p1, permanent
    When a frame from A to the group 239.1.1.1 comes in at p0
    Then it leaves at p1
    And the host does not get it from the bridge

  @SW-MDB-003
  Scenario: The host leaves again
    Given the bridge asks who is in which group
    And the group 239.1.1.1 is put at p1, permanent
    And the group 239.1.1.1 is put at the bridge, temporary
    When the group 239.1.1.1 is taken from the bridge
    And a frame from A to the group 239.1.1.1 comes in at p0
    Then it leaves at p1
    And the host does not get it from the bridge

  @SW-MDB-004
  Scenario: The same group in two VLANs
    Given the bridge filters VLANs
    And the bridge asks who is in which group
    And p0, p1 and p2 are in VLAN 10, tagged
    And p0, p1 and p2 are in VLAN 20, tagged
    And the group 239.1.1.1 is put at p1, permanent in VLAN 10
    And the group 239.1.1.1 is put at p2, permanent in VLAN 20
    When a frame from A to the group 239.1.1.1, tagged 10 comes in at p0
    Then it leaves at p1
    When a frame from A to the group 239.1.1.1, tagged 20 comes in at p0
    Then it leaves at p2

  @SW-MDB-004
  Scenario: Without a VLAN it is in all of the port
    Given the bridge filters VLANs
    And p1 is in VLAN 10, tagged
    When the group 239.1.1.1 is put at p1, permanent
    Then in the group 239.1.1.1 in VLAN 1 is p1
    And in the group 239.1.1.1 in VLAN 10 is p1
    And in the group 239.1.1.1 in VLAN 20 is nobody

  @SW-MDB-005
  Scenario Outline: <what>
    When an entry at p1 is to be made for <what>
    Then it is refused with EINVAL

    Examples:
      | what                                   |
      | the address 192.0.2.1                  |
      | the address 224.0.0.5                  |
      | the address ff02::1                    |
      | the link address 02:00:5e:00:00:01     |
      | the protocol 0x0806                    |
      | the state 2                            |
      | the VID 4095                           |
      | the index 0                            |

  @SW-MDB-006
  Scenario: The bridge is down
    When the bridge is set down
    And the group 239.1.1.1 is to be put at p1, permanent
    Then it is refused with EINVAL

  @SW-MDB-006
  Scenario: The bridge does not snoop
    When the bridge setting IFLA_BR_MCAST_SNOOPING is set to 0
    And the group 239.1.1.1 is to be put at p1, permanent
    Then it is refused with EINVAL

  @SW-MDB-006
  Scenario: A port of no bridge
    When p3 leaves its bridge
    And the group 239.1.1.1 is to be put at p3, permanent
    Then it is refused with EINVAL

  @SW-MDB-006
  Scenario: A port of another bridge
    Given a bridge br1 over p3
    When the group 239.1.1.1 is to be put at p3, permanent
    Then it is refused with EINVAL

  @SW-MDB-006
  Scenario: A device that does not exist
    When an entry at p1 is to be made for a device that does not exist
    Then it is refused with ENODEV

  @SW-MDB-007
  Scenario Outline: A second time at <who>
    Given the group 239.1.1.1 is put at <who>, temporary
    When the group 239.1.1.1 is to be put at <who>, temporary<condition>
    Then it is refused with EEXIST

    Examples:
      | who        | condition             |
      | p1         | , if it is not there  |
      | p1         |                       |
      | the bridge | , if it is not there  |

  @SW-MDB-007
  Scenario: From temporary to permanent
    Given the group 239.1.1.1 is put at p1, temporary
    When the group 239.1.1.1 is to be put at p1, permanent, in place of what is there
    Then it is accepted
    And the membership of p1 in the group 239.1.1.1 is permanent

  @SW-MDB-008
  Scenario: One port of two
    Given the bridge asks who is in which group
    And the group 239.1.1.1 is put at p1, permanent
    And the group 239.1.1.1 is put at p2, permanent
    When the group 239.1.1.1 is taken from p1
    Then in the group 239.1.1.1 is p2
    When a frame from A to the group 239.1.1.1 comes in at p0
    Then it leaves at p2

  @SW-MDB-008
  Scenario Outline: What is not at <who>
    Given the group 239.1.1.1 is put at p1, permanent
    When the group <group> is to be taken from <who>
    Then it is refused with EINVAL

    Examples:
      | group     | who        |
      | 239.1.1.1 | p2         |
      | 239.1.1.1 | the bridge |
      | 239.1.1.2 | p1         |

  @SW-MDB-009
  Scenario: By hand
    Given somebody listens to the groups
    When the group 239.1.1.1 is put at p1, permanent
    Then p1 in the group 239.1.1.1 is announced as new
    When the group 239.1.1.1 is taken from p1
    Then p1 in the group 239.1.1.1 is announced as gone

  @SW-MDB-009
  Scenario: By a report
    Given somebody listens to the groups
    When B joins the group 239.1.1.1 by IGMPv2 at p1
    Then p1 in the group 239.1.1.1 is announced as new

  @SW-MDB-009
  Scenario: The bridge itself
    Given somebody listens to the groups
    When the group 239.1.1.1 is put at the bridge, temporary
    Then the bridge in the group 239.1.1.1 is announced as new
    When the group 239.1.1.1 is taken from the bridge
    Then the bridge in the group 239.1.1.1 is announced as gone

  @SW-MDB-010
  Scenario: Two ports and the host
    Given the group ff0e::7:1 is put at p1, permanent
    And the group ff0e::7:1 is put at p2, permanent
    And the group ff0e::7:1 is put at the bridge, temporary
    Then asked for the group ff0e::7:1, the bridge names p1, p2 and the host

  @SW-MDB-010
  Scenario: A group that nobody is in
    When the bridge is asked for the group 239.1.1.1
    Then it is refused with ENOENT

  @SW-MDB-011
  Scenario: A group of Ethernet
    Given the group 01:00:00:00:07:01 is put at p1, permanent
    When a frame from A to 01:00:00:00:07:01 comes in at p0
    Then it leaves at p1
    When a frame from A to 01:00:00:00:07:02 comes in at p0
    Then it leaves at p1, p2 and p3

  @SW-MDB-011
  Scenario: For a while only
    When the group 01:00:00:00:07:01 is to be put at p1, temporary
    Then it is refused with EINVAL

  @SW-MDB-012
  Scenario: The port goes down
    Given the group 239.1.1.1 is put at p1, permanent
    And the group 239.1.1.2 is put at p1, temporary
    When p1 is set down
    Then in the group 239.1.1.1 is p1
    And in the group 239.1.1.2 is nobody

  @SW-MDB-012
  Scenario: The port leaves
    Given the group 239.1.1.1 is put at p1, permanent
    And the group 239.1.1.1 is put at p2, permanent
    When p1 leaves its bridge
    Then in the group 239.1.1.1 is p2

  @SW-MDB-012
  Scenario: A port that is down
    When p1 is set down
    And the group 239.1.1.2 is to be put at p1, temporary
    Then it is refused with EINVAL

  @SW-MDB-014
  Scenario: One group too many
    Given the bridge asks who is in which group
    And the bridge setting IFLA_BR_MCAST_HASH_MAX is 1
    When groups are put at p1 until one is refused
    Then it is refused with E2BIG
    And the bridge does not snoop
    When a frame from A to the group 239.1.9.9 comes in at p0
    Then it leaves at p1, p2 and p3

  @SW-MDB-015
  Scenario: An entry in hardware
    When the group 239.1.1.1 is put at p1, permanent
    Then the membership of p1 in the group 239.1.1.1 is marked as offloaded
    When B joins the group 239.1.1.2 by IGMPv2 at p2
    Then the membership of p2 in the group 239.1.1.2 is marked as offloaded

  @SW-MDB-013
  Scenario: By hand
    Given p1 may be in 2 groups
    And the group 239.1.1.1 is put at p1, permanent
    And the group 239.1.1.2 is put at p1, temporary
    Then p1 is in 2 groups
    When the group 239.1.1.3 is to be put at p1, permanent
    Then it is refused with ENOMEM
    And p1 is in 2 groups
    When the group 239.1.1.1 is taken from p1
    Then p1 is in 1 group

  @SW-MDB-013
  Scenario: By a report
    Given p1 may be in 1 group
    When B joins the group 239.1.1.1 by IGMPv2 at p1
    And C joins the group 239.1.1.2 by IGMPv2 at p1
    Then in the group 239.1.1.1 is p1
    And in the group 239.1.1.2 is nobody

  @SW-MDB-016
  Scenario: All of a port
    Given the group 239.1.1.1 is put at p1, permanent
    And the group 239.1.1.2 is put at p1, temporary
    And the group 239.1.1.1 is put at p2, permanent
    When all groups of p1 are taken away
    Then in the group 239.1.1.1 is p2
    And in the group 239.1.1.2 is nobody

  @SW-MDB-016
  Scenario: The temporary ones of all ports
    Given the group 239.1.1.1 is put at p1, permanent
    And the group 239.1.1.2 is put at p1, temporary
    And the group 239.1.1.2 is put at p2, temporary
    When all temporary groups are taken away
    Then in the group 239.1.1.1 is p1
    And in the group 239.1.1.2 is nobody

  @SW-MDB-014
  Scenario: As many groups as there may be
    Given there may be 2 groups more than there are
    When the group 239.1.1.1 is put at p1, permanent
    And the group 239.1.1.2 is put at p1, permanent
    And the group 239.1.1.2 is put at p2, permanent
    Then the bridge snoops
    When the group 239.1.1.3 is to be put at p1, permanent
    Then it is refused with E2BIG
    And the bridge does not snoop
