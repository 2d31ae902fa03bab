Feature: VLANs of virtual functions

  A function has the VLAN of its port, which it does not know of, and then no other; or it chooses VLANs for itself.

  Background:
    Given 3 virtual functions

  @SRIOV-VLAN-001
  Scenario Outline: What a function in VLAN <vlan> sends leaves with its tag
    Given the VLAN of VF 0 is set to <vlan> with priority <qos>
    When VF 0 sends a frame to the far end
    Then it arrives at the cable tagged <vlan> with priority <qos>

    Examples:
      | vlan | qos |
      | 10   | 0   |
      | 4094 | 7   |

  @SRIOV-VLAN-002
  Scenario: What a function in a VLAN receives has no tag
    Given the VLAN of VF 0 is set to 10
    When the cable sends a frame to VF 0 tagged 10
    Then it arrives at VF 0 without a tag

  @SRIOV-VLAN-002
  Scenario: Broadcast of the VLAN, too
    Given the VLAN of VF 0 is set to 10
    When the cable sends a frame to broadcast tagged 10
    Then it arrives at VF 0 without a tag, whoever else gets it

  @SRIOV-VLAN-003
  Scenario Outline: A function in VLAN 10 does not get <what>
    Given the VLAN of VF 0 is set to 10
    When the cable sends a frame to VF 0 <tag>
    Then VF 0 does not get it

    Examples:
      | what              | tag        |
      | untagged frames   | untagged   |
      | those of VLAN 20  | tagged 20  |

  @SRIOV-VLAN-004
  Scenario Outline: A function in VLAN 10 does not tag: <tag>
    Given the VLAN of VF 0 is set to 10
    And the spoof check of VF 0 is switched off
    When VF 0 sends a frame to <to> <tag>
    Then it arrives nowhere

    Examples:
      | tag                        | to      |
      | tagged 10                  | the far end |
      | tagged 20                  | the far end |
      | tagged 20                  | VF 1    |
      | tagged 0                   | the far end |
      | tagged 20 by the service protocol | the far end |

  @SRIOV-VLAN-005
  Scenario: Functions in the same VLAN
    Given the VLAN of VF 0 is set to 10
    And the VLAN of VF 1 is set to 10
    When VF 0 sends a frame to VF 1
    Then it arrives at VF 1 without a tag

  @SRIOV-VLAN-005
  Scenario: Functions in different VLANs do not meet
    Given the VLAN of VF 0 is set to 10
    And the VLAN of VF 1 is set to 20
    When VF 0 sends a frame to VF 1
    Then VF 1 does not get it

  @SRIOV-VLAN-005
  Scenario: A function in a VLAN, and one in none
    Given the VLAN of VF 0 is set to 10
    When VF 1 sends a frame to VF 0
    Then VF 0 does not get it

  @SRIOV-VLAN-006
  Scenario: Who chose the VLAN sees its tag
    Given the VLAN of VF 0 is set to 10 with priority 5
    And VF 1 takes part in VLAN 10
    When VF 0 sends a frame to VF 1
    Then it arrives at VF 1 tagged 10 with priority 5

  @SRIOV-VLAN-006
  Scenario: And what it tags has no tag where the VLAN is that of the port
    Given the VLAN of VF 0 is set to 10
    And VF 1 takes part in VLAN 10
    When VF 1 sends a frame to VF 0 tagged 10
    Then it arrives at VF 0 without a tag

  @SRIOV-VLAN-007
  Scenario: Frames of a VLAN that a function chose
    Given VF 0 takes part in VLAN 10
    When the cable sends a frame to VF 0 tagged 10
    Then it arrives at VF 0 tagged 10

  @SRIOV-VLAN-007
  Scenario: Frames of a VLAN that it did not choose
    Given VF 0 takes part in VLAN 10
    When the cable sends a frame to VF 0 tagged 20
    Then it arrives nowhere

  @SRIOV-VLAN-007
  Scenario: A VLAN that it left
    Given VF 0 takes part in VLAN 10
    And VF 0 leaves VLAN 10
    When the cable sends a frame to VF 0 tagged 10
    Then it arrives nowhere

  @SRIOV-VLAN-008
  Scenario: The VLAN of a port ends
    Given the VLAN of VF 0 is set to 10
    And the VLAN of VF 0 is set to 0
    When VF 0 sends a frame to the far end
    Then it arrives at the cable without a tag
    When the cable sends a frame to VF 0
    Then it arrives at VF 0 without a tag

  @SRIOV-VLAN-008
  Scenario: The VLAN of a port changes
    Given the VLAN of VF 0 is set to 10
    And the VLAN of VF 0 is set to 20
    When the cable sends a frame to VF 0 tagged 10
    Then it arrives nowhere
    When the cable sends a frame to VF 0 tagged 20
    Then it arrives at VF 0 without a tag

  @SRIOV-VLAN-009
  Scenario: A priority alone
    Given the VLAN of VF 0 is set to 0 with priority 5
    When VF 0 sends a frame to the far end
    Then it arrives at the cable tagged 0 with priority 5

  @SRIOV-VLAN-010
  Scenario: Broadcast stays in its VLAN
    Given the VLAN of VF 0 is set to 10
    And the VLAN of VF 1 is set to 10
    And the VLAN of VF 2 is set to 20
    When VF 0 sends a frame to broadcast
    Then VF 1 gets it
    And VF 2 does not get it

  @SRIOV-VLAN-011
  Scenario: A function in a VLAN does not choose another one
    Given the VLAN of VF 0 is set to 10
    When VF 0 asks for VLAN 20
    Then it is refused
    When the cable sends a frame to VF 0 tagged 20
    Then it arrives nowhere

  @SRIOV-VLAN-012
  Scenario: What a function had chosen ends when its port gets a VLAN
    Given VF 0 takes part in VLAN 20
    And the VLAN of VF 0 is set to 10
    When the cable sends a frame to VF 0 tagged 20
    Then it arrives nowhere

  @SRIOV-VLAN-012
  Scenario: What a function left while its port had a VLAN does not come back
    Given VF 0 takes part in VLAN 20
    And the VLAN of VF 0 is set to 10
    And VF 0 leaves VLAN 20
    And the VLAN of VF 0 is set to 0
    When the cable sends a frame to VF 0 tagged 20
    Then it arrives nowhere
