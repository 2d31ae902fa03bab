Feature: What a virtual function may send

  The check of sources is done in the device: a guest that owns the function cannot get around it.

  Background:
    Given 3 virtual functions

  @SRIOV-SPOOF-001
  Scenario Outline: The address of <whom>, to <to>
    Given the spoof check of VF 0 is switched on
    When VF 0 sends a frame to <to> from <whom>
    Then it arrives nowhere

    Examples:
      | whom                  | to          |
      | somebody else         | the far end |
      | VF 1                  | the far end |
      | the physical function | the far end |
      | somebody else         | VF 1        |
      | somebody else         | broadcast   |
      | group 1               | the far end |

  @SRIOV-SPOOF-001
  Scenario: Its own address
    Given the spoof check of VF 0 is switched on
    When VF 0 sends a frame to the far end
    Then it arrives at the cable

  @SRIOV-SPOOF-001
  Scenario: A foreign address behind a tag
    Given the spoof check of VF 0 is switched on
    And VF 0 takes part in VLAN 10
    When VF 0 sends a frame to the far end from somebody else tagged 10
    Then it arrives nowhere

  @SRIOV-SPOOF-002
  Scenario: Without the check any address will do
    Given the spoof check of VF 0 is switched off
    When VF 0 sends a frame to the far end from somebody else
    Then it arrives at the cable

  @SRIOV-SPOOF-003
  Scenario: A VLAN that the function did not choose
    Given the spoof check of VF 0 is switched on
    When VF 0 sends a frame to the far end tagged 20
    Then it arrives nowhere

  @SRIOV-SPOOF-003
  Scenario: A VLAN that it chose
    Given the spoof check of VF 0 is switched on
    And VF 0 takes part in VLAN 20
    When VF 0 sends a frame to the far end tagged 20
    Then it arrives at the cable tagged 20

  @SRIOV-SPOOF-004 @needs:sriov-vf-statistics
  Scenario: What is dropped is counted, and not as sent
    Given the spoof check of VF 0 is switched on
    And the counters of VF 0 are noted
    When VF 0 sends 5 frames to the far end from somebody else
    Then it arrives nowhere
    And VF 0 has dropped 5 frames more, and sent 0 more

  @SRIOV-SPOOF-005
  Scenario: An address that was taken away
    Given the spoof check of VF 0 is switched on
    And "former" is the address of VF 0
    When the MAC of VF 0 is set to 02:00:5e:00:53:10
    And VF 0 sends a frame to the far end from former
    Then it arrives nowhere
    When VF 0 sends a frame to the far end from 02:00:5e:00:53:10
    Then it arrives at the cable

  @SRIOV-SPOOF-006
  Scenario Outline: MAC control frames are the device's alone, with the spoof check <check>
    Given the spoof check of VF 0 is switched <check>
    When VF 0 sends a pause frame
    Then nothing of it arrives

    Examples:
      | check |
      | on    |
      | off   |

  @SRIOV-SPOOF-007
  Scenario Outline: LLDP speaks for the port, to <group>
    Given the spoof check of VF 0 is switched on
    When VF 0 sends a frame of LLDP to <group>
    Then nothing of it arrives

    Examples: nearest bridge, nearest bridge that is no relay, nearest customer bridge, and one alone
      | group             |
      | 01:80:c2:00:00:0e |
      | 01:80:c2:00:00:03 |
      | 01:80:c2:00:00:00 |
      | 02:00:5e:00:53:7f |
