Feature: Trust

  A function that is trusted may do what otherwise only its physical function decides.

  Background:
    Given 3 virtual functions

  @SRIOV-TRUST-001
  Scenario: An address that was set is not the function's to change
    Given the MAC of VF 0 is set to 02:00:5e:00:53:10
    And the driver of VF 0 is loaded anew
    When VF 0 asks for the address 02:00:5e:00:53:66
    Then it is refused
    And the MAC of VF 0 is 02:00:5e:00:53:10
    When the cable sends a frame to 02:00:5e:00:53:66
    Then VF 0 does not get it

  @SRIOV-TRUST-002
  Scenario: Unless it is trusted
    Given the MAC of VF 0 is set to 02:00:5e:00:53:10
    And VF 0 is trusted
    And the driver of VF 0 is loaded anew
    When VF 0 asks for the address 02:00:5e:00:53:66
    Then it is accepted
    When the cable sends a frame to 02:00:5e:00:53:66
    Then it arrives at VF 0

  @SRIOV-TRUST-003
  Scenario: Where none was set, the function chooses, and the physical one is told
    When VF 0 asks for the address 02:00:5e:00:53:66
    Then it is accepted
    And the MAC of VF 0 is 02:00:5e:00:53:66
    When the cable sends a frame to 02:00:5e:00:53:66
    Then it arrives at VF 0

  @SRIOV-TRUST-003
  Scenario: What it gave up is nobody's
    Given "former" is the address of VF 0
    When VF 0 asks for the address 02:00:5e:00:53:66
    And the cable sends a frame to former
    Then VF 0 does not get it

  @SRIOV-TRUST-004
  Scenario Outline: Who is not trusted sees nothing of <whom>, however promiscuous
    Given VF 0 is promiscuous
    When <sender> sends a frame to <whom>
    Then VF 0 does not get it

    Examples:
      | sender                | whom                  |
      | the cable             | VF 1                  |
      | VF 2                  | VF 1                  |
      | the cable             | the physical function |
      | the cable             | somebody else         |
      | the physical function | the far end           |

  @SRIOV-TRUST-005
  Scenario Outline: Who is trusted and promiscuous sees what goes to <whom>
    Given VF 0 is trusted
    And VF 0 is promiscuous
    When <sender> sends a frame to <whom>
    Then VF 0 gets it

    Examples:
      | sender    | whom          |
      | the cable | VF 1          |
      | the cable | somebody else |
      | VF 2      | VF 1          |

  @SRIOV-TRUST-006
  Scenario: Trust does not lift the VLAN of the port
    Given the VLAN of VF 0 is set to 10
    And VF 0 is trusted
    And VF 0 is promiscuous
    When the cable sends a frame to VF 1
    Then it arrives at VF 1

  @SRIOV-TRUST-007
  Scenario: Who is not trusted gets groups that it joined, and no others
    Given VF 0 is to get all groups
    When the cable sends a frame to group 1
    Then VF 0 does not get it

  @SRIOV-TRUST-007
  Scenario: Who is trusted gets all groups
    Given VF 0 is trusted
    And VF 0 is to get all groups
    When the cable sends a frame to group 1
    Then VF 0 gets it

  @SRIOV-TRUST-008
  Scenario: Trust ends, and with it what it allowed
    Given VF 0 is trusted
    And VF 0 is promiscuous
    And VF 0 is not trusted
    When the cable sends a frame to VF 1
    Then it arrives at VF 1

  @SRIOV-TRUST-008
  Scenario: Trust comes after the wish
    Given VF 0 is promiscuous
    And VF 0 is trusted
    When the cable sends a frame to VF 1
    Then VF 0 gets it

  @SRIOV-TRUST-009
  Scenario: A second address, against the one that was set
    Given the MAC of VF 0 is set to 02:00:5e:00:53:10
    And the driver of VF 0 is loaded anew
    And VF 0 has the second address 02:00:5e:00:53:67
    When the cable sends a frame to 02:00:5e:00:53:67
    Then it arrives nowhere

  @SRIOV-TRUST-009
  Scenario: A second address of a function that is trusted
    Given VF 0 is trusted
    And VF 0 has the second address 02:00:5e:00:53:67
    When the cable sends a frame to 02:00:5e:00:53:67
    Then it arrives at VF 0

  @SRIOV-TRUST-010
  Scenario: An address of its own choice, and the next driver
    Given the MAC of VF 0 is set to 02:00:5e:00:53:10
    And VF 0 is trusted
    And the driver of VF 0 is loaded anew
    When VF 0 has the address 02:00:5e:00:53:66 from now on
    And the driver of VF 0 is loaded anew
    Then the MAC of VF 0 is 02:00:5e:00:53:66
    And the net device of VF 0 has the address 02:00:5e:00:53:66
