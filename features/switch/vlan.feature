Feature: VLANs of a bridge

  One bridge is as many networks as it has VLANs. Each port says which of them it belongs to, and how frames are marked there.

  Background:
    Given a bridge over p0, p1 and p2

  @SW-VLAN-001
  Scenario Outline: A bridge that does not filter, and a frame of VLAN <vid>
    When a frame from A to broadcast, tagged <vid> comes in at p0
    Then it leaves at p1 and p2
    And it is tagged <vid> at p1

    Examples:
      | vid  |
      | 1    |
      | 10   |
      | 4094 |

  @SW-VLAN-001
  Scenario: A station is known whatever the tag, without filtering
    Given station B was seen at p1, tagged 10
    When a frame from A to B, tagged 20 comes in at p0
    Then it leaves at p1 and nowhere else

  @SW-VLAN-002
  Scenario: A VLAN that nobody is in
    Given the bridge filters VLANs
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at nowhere
    And the host does not get it from the bridge
    And the table does not have A

  @SW-VLAN-002
  Scenario: A VLAN that only other ports are in
    Given the bridge filters VLANs
    And p1 and p2 are in VLAN 10, tagged
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at nowhere
    And the table does not have A

  @SW-VLAN-003
  Scenario: An untagged frame is in the VLAN of the PVID
    Given the bridge filters VLANs
    And p0 is in VLAN 10, untagged, as its PVID
    And p1 and p2 are in VLAN 10, tagged
    When a frame from A to broadcast comes in at p0
    Then it leaves at p1 and p2
    And it is tagged 10 at p1

  @SW-VLAN-003
  Scenario: A priority tag is no VLAN
    Given the bridge filters VLANs
    And p0 is in VLAN 10, untagged, as its PVID
    And p1 and p2 are in VLAN 10, tagged
    When a frame from A to broadcast, tagged 0 with priority 6 comes in at p0
    Then it leaves at p1 and p2
    And it is tagged 10 with priority 6 at p1

  @SW-VLAN-004
  Scenario Outline: No PVID, and a frame that is <how>
    Given the bridge filters VLANs
    And p0 is taken out of VLAN 1
    And p0 is in VLAN 10, tagged
    And p1 and p2 are in VLAN 10, tagged
    When a frame from A to broadcast<tag> comes in at p0
    Then it leaves at <ports>

    Examples:
      | how             | tag                         | ports     |
      | untagged        |                             | nowhere   |
      | priority-tagged | , tagged 0 with priority 3  | nowhere   |
      | tagged          | , tagged 10                 | p1 and p2 |

  @SW-VLAN-005
  Scenario: A broadcast stays in its VLAN
    Given the bridge filters VLANs
    And p0 and p1 are in VLAN 10, tagged
    And p2 is in VLAN 20, tagged
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1 and nowhere else

  @SW-VLAN-005 @law
  Scenario: Every assignment of VLANs
    Given the bridge filters VLANs
    Then for every assignment of VLANs to ports, frames leave at the members of their VLAN alone

  @SW-VLAN-006
  Scenario: A VLAN that is untagged at one port and tagged at another
    Given the bridge filters VLANs
    And p0 and p1 are in VLAN 10, tagged
    And p2 is in VLAN 10, untagged
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1 and p2
    And it is tagged 10 at p1
    And it is untagged at p2

  @SW-VLAN-006 @law
  Scenario: Tags as each port has them
    Given the bridge filters VLANs
    Then for every assignment of VLANs to ports, frames leave with the tags that the ports have and otherwise unchanged

  @SW-VLAN-007
  Scenario Outline: Priority <priority>
    Given the bridge filters VLANs
    And p0 and p1 are in VLAN 10, tagged
    When a frame from A to broadcast, tagged 10 with priority <priority> comes in at p0
    Then it leaves at p1
    And it is tagged 10 with priority <priority> at p1

    Examples:
      | priority |
      | 1        |
      | 7        |

  @SW-VLAN-007
  Scenario Outline: A frame tagged <vid> that may be dropped before others
    Given the bridge filters VLANs
    And p0 is in VLAN 10, untagged, as its PVID
    And p1 is in VLAN 10, tagged
    When a frame that is drop eligible, tagged <vid>, comes in at p0
    Then it leaves at p1
    And it is drop eligible in VLAN 10 at p1

    Examples:
      | vid |
      | 0   |
      | 10  |

  @SW-VLAN-008
  Scenario: A station of another VLAN
    Given the bridge filters VLANs
    And p0, p1 and p2 are in VLAN 10, tagged
    And p0, p1 and p2 are in VLAN 20, tagged
    And station B was seen at p1, tagged 10
    When a frame from A to B, tagged 10 comes in at p0
    Then it leaves at p1 and nowhere else
    When a frame from A to B, tagged 20 comes in at p0
    Then it leaves at p1 and p2

  @SW-VLAN-008
  Scenario: A station at two ports, in two VLANs
    Given the bridge filters VLANs
    And p0, p1 and p2 are in VLAN 10, tagged
    And p0, p1 and p2 are in VLAN 20, tagged
    And station B was seen at p1, tagged 10
    And station B was seen at p2, tagged 20
    When a frame from A to B, tagged 10 comes in at p0
    Then it leaves at p1 and nowhere else
    When a frame from A to B, tagged 20 comes in at p0
    Then it leaves at p2 and nowhere else

  @SW-VLAN-009
  Scenario: A new port
    Given the bridge filters VLANs
    Then p0 is in VLAN 1, untagged, as its PVID, and in no other
    When p3 joins the bridge
    Then p3 is in VLAN 1, untagged, as its PVID, and in no other
    When a frame from A to broadcast comes in at p3
    Then it leaves at p0, p1 and p2
    And it is untagged at p0

  @SW-VLAN-010
  Scenario: Another default
    When p1 is put into VLAN 30, untagged, as its PVID
    And the bridge setting IFLA_BR_VLAN_DEFAULT_PVID is set to 20
    Then it is accepted
    And p0 is in VLAN 20, untagged, as its PVID, and in no other
    And the PVID of p1 is 30

  @SW-VLAN-010
  Scenario: Another default, and a port that has the old one with a tag
    When p1 is put into VLAN 1, tagged, as its PVID
    And the bridge setting IFLA_BR_VLAN_DEFAULT_PVID is set to 20
    Then it is accepted
    And p0 is in VLAN 20, untagged, as its PVID, and in no other
    And the PVID of p1 is 1

  @SW-VLAN-010
  Scenario: No default
    When the bridge setting IFLA_BR_VLAN_DEFAULT_PVID is set to 0
    Then it is accepted
    And p0 is in no VLAN
    When p3 joins the bridge
    Then p3 is in no VLAN

  @SW-VLAN-010
  Scenario: Frames follow the new default
    Given the bridge filters VLANs
    And p2 is in VLAN 20, tagged
    When the bridge setting IFLA_BR_VLAN_DEFAULT_PVID is set to 20
    And a frame from A to broadcast comes in at p0
    Then it leaves at p1 and p2
    And it is untagged at p1
    And it is tagged 20 at p2

  @SW-VLAN-011
  Scenario Outline: VID <vid>
    When p0 is to be put into VLAN <vid>
    Then it is refused with EINVAL
    And p0 is in VLAN 1, untagged, as its PVID, and in no other

    Examples:
      | vid  |
      | 0    |
      | 4095 |
      | 4097 |

  @SW-VLAN-012
  Scenario: A range
    Given the bridge filters VLANs
    When p0 and p1 are put into the VLANs 10 to 20, tagged
    Then p0 is in every VLAN from 10 to 20
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1
    When a frame from A to broadcast, tagged 20 comes in at p0
    Then it leaves at p1
    When a frame from A to broadcast, tagged 21 comes in at p0
    Then it leaves at nowhere

  @SW-VLAN-012
  Scenario: A range is taken away
    Given the bridge filters VLANs
    And p0 and p1 are put into the VLANs 10 to 20, tagged
    When p1 is taken out of the VLANs 12 to 19
    And a frame from A to broadcast, tagged 15 comes in at p0
    Then it leaves at nowhere
    When a frame from A to broadcast, tagged 20 comes in at p0
    Then it leaves at p1

  @SW-VLAN-013
  Scenario Outline: A range that <fault>
    When p0 is to be put into <range>
    Then it is refused with EINVAL
    And p0 is in VLAN 1, untagged, as its PVID, and in no other

    Examples:
      | fault                         | range                                 |
      | has a PVID                    | the VLANs 10 to 20, as its PVID       |
      | ends before it begins         | the VLANs 20 to 10                    |
      | ends where it begins          | the VLANs 10 to 10                    |
      | begins twice                  | two beginnings of a range             |
      | is not ended by the next VLAN | the beginning of a range and one VLAN |

  @SW-VLAN-014
  Scenario: Another PVID
    Given the bridge filters VLANs
    When p0 is put into VLAN 10, untagged, as its PVID
    Then the PVID of p0 is 10
    When p0 is put into VLAN 20, untagged, as its PVID
    Then the PVID of p0 is 20

  @SW-VLAN-014
  Scenario: The PVID is taken away
    Given the bridge filters VLANs
    When p0 is taken out of VLAN 1
    Then the PVID of p0 is 0
    When a frame from A to broadcast comes in at p0
    Then it leaves at nowhere

  @SW-VLAN-014
  Scenario: The PVID is set again without the flag
    Given the bridge filters VLANs
    When p0 is put into VLAN 1, untagged
    Then the PVID of p0 is 0
    When a frame from A to broadcast comes in at p0
    Then it leaves at nowhere

  @SW-VLAN-015
  Scenario: From tagged to untagged
    Given the bridge filters VLANs
    And p0 and p1 are in VLAN 10, tagged
    When p1 is put into VLAN 10, untagged
    And a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1
    And it is untagged at p1
    When p1 is put into VLAN 10, tagged
    And a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1
    And it is tagged 10 at p1

  @SW-VLAN-016
  Scenario: A station of a VLAN that its port leaves
    Given the bridge filters VLANs
    And p0, p1 and p2 are in VLAN 10, tagged
    And station B was seen at p1, tagged 10
    When p1 is taken out of VLAN 10
    Then the table does not have B
    When a frame from A to B, tagged 10 comes in at p0
    Then it leaves at p2

  @SW-VLAN-017
  Scenario: A VLAN that the port is not in
    When p0 is taken out of VLAN 10
    Then p0 is in VLAN 1, untagged, as its PVID, and in no other

  @SW-VLAN-018
  Scenario: Service tags
    Given the bridge setting IFLA_BR_VLAN_PROTOCOL is 0x88a8
    And the bridge filters VLANs
    And p0 and p1 are in VLAN 10, tagged
    When a frame from A to broadcast, service-tagged 10 comes in at p0
    Then it leaves at p1
    And it is service-tagged 10 at p1

  @SW-VLAN-018
  Scenario: The tags of a customer in a bridge of service tags
    Given the bridge setting IFLA_BR_VLAN_PROTOCOL is 0x88a8
    And the bridge filters VLANs
    And p0 is in VLAN 10, untagged, as its PVID
    And p1 is in VLAN 10, tagged
    When a frame from A to broadcast, tagged 30 comes in at p0
    Then it leaves at p1
    And it is service-tagged 10 and in it tagged 30 at p1

  @SW-VLAN-018
  Scenario: Service tags in a bridge of customer tags
    Given the bridge filters VLANs
    And p0 is in VLAN 10, untagged, as its PVID
    And p1 is in VLAN 10, untagged
    When a frame from A to broadcast, service-tagged 30 comes in at p0
    Then it leaves at p1
    And it is service-tagged 30 at p1

  @SW-VLAN-019
  Scenario: Tags of another protocol
    When the bridge setting IFLA_BR_VLAN_PROTOCOL is set to 0x9100
    Then it is refused with EPROTONOSUPPORT
    And the bridge setting IFLA_BR_VLAN_PROTOCOL reads 0x8100

  @SW-VLAN-020
  Scenario: A VLAN that the bridge is not in
    Given the bridge filters VLANs
    And p0 and p1 are in VLAN 10, tagged
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1
    And the host does not get it from the bridge

  @SW-VLAN-020
  Scenario Outline: A VLAN that the bridge is in, <how>
    Given the bridge filters VLANs
    And p0 and p1 are in VLAN 10, tagged
    And the bridge itself is in VLAN 10, <how>
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then the host gets it from the bridge
    And it is <seen> at the host

    Examples:
      | how      | seen      |
      | tagged   | tagged 10 |
      | untagged | untagged  |

  @SW-VLAN-021
  Scenario: Filtering comes and goes
    Given p0 and p1 are in VLAN 10, tagged
    When a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1 and p2
    When the bridge setting IFLA_BR_VLAN_FILTERING is set to 1
    And a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1
    When the bridge setting IFLA_BR_VLAN_FILTERING is set to 0
    And a frame from A to broadcast, tagged 10 comes in at p0
    Then it leaves at p1 and p2

  @SW-VLAN-022 @law
  Scenario: What was set is told
    Then for every assignment of VLANs to ports, the table of VLANs tells it

  @SW-VLAN-023
  Scenario: The address of the bridge in a VLAN
    Given the bridge filters VLANs
    When the bridge itself is in VLAN 40, tagged
    Then the table has the address of the bridge in VLAN 40
    When the bridge itself is taken out of VLAN 40
    Then the table does not have the address of the bridge in VLAN 40
    And the table has the address of the bridge in VLAN 1

  @SW-VLAN-023
  Scenario: The address of a port in a VLAN
    Given the bridge filters VLANs
    When p1 is put into VLAN 40, tagged
    Then the table has the address of p1 in VLAN 40
    When p1 is given another address
    Then the table has the address of p1 in VLAN 40
    And the table has the address of p1 in VLAN 1
    And the table does not have the address that p1 had before in VLAN 40
    When p1 is taken out of VLAN 40
    Then the table does not have the address of p1 in VLAN 40
    And the table has the address of p1 in VLAN 1

  @SW-VLAN-016
  Scenario: A port leaves one of its VLANs, and a station was seen in another
    Given the bridge filters VLANs
    And p0, p1 and p2 are in VLAN 10, tagged
    And p0, p1 and p2 are in VLAN 20, tagged
    When a frame from B to broadcast, tagged 10 comes in at p1
    And a frame from C to broadcast, tagged 20 comes in at p1
    And p1 is taken out of VLAN 10
    And a frame from A to C, tagged 20 comes in at p0
    Then it leaves at p1 and nowhere else
    And the table has C at p1, dynamic
    And the table does not have B
