Feature: The switch between functions

  In legacy mode the device switches between its functions and the cable by addresses, as a bridge that learns nothing: it knows what
  each function asked for.

  Background:
    Given 3 virtual functions

  @SRIOV-SW-001
  Scenario: From one function to another
    When VF 0 sends a frame to VF 1
    Then it arrives at VF 1

  @SRIOV-SW-002
  Scenario: From a function to the physical one
    When VF 0 sends a frame to the physical function
    Then it arrives at the physical function

  @SRIOV-SW-002
  Scenario: From the physical function to a virtual one
    When the physical function sends a frame to VF 2
    Then it arrives at VF 2

  @SRIOV-SW-003
  Scenario: From the cable to a function
    When the cable sends a frame to VF 1
    Then it arrives at VF 1

  @SRIOV-SW-003
  Scenario: From the cable to the physical function
    When the cable sends a frame to the physical function
    Then it arrives at the physical function

  @SRIOV-SW-004
  Scenario Outline: Whom no function knows is looked for at the cable, by <sender>
    When <sender> sends a frame to the far end
    Then it arrives at the cable

    Examples:
      | sender                |
      | VF 0                  |
      | the physical function |

  @SRIOV-SW-005
  Scenario: Whom nobody knows who comes from the cable
    When the cable sends a frame to somebody else
    Then VF 0 does not get it
    And VF 1 does not get it
    And VF 2 does not get it

  @SRIOV-SW-006
  Scenario Outline: Broadcast of <sender>
    When <sender> sends a frame to broadcast
    Then it arrives at <receivers>

    Examples:
      | sender                | receivers                                    |
      | VF 0                  | VF 1, VF 2, the physical function and the cable |
      | the physical function | VF 0, VF 1, VF 2 and the cable               |
      | the cable             | VF 0, VF 1, VF 2 and the physical function   |

  @SRIOV-SW-007
  Scenario: A group that VF 1 joined, from VF 0
    Given VF 1 joins group 1
    When VF 0 sends a frame to group 1
    Then VF 1 gets it
    And the cable gets it
    And VF 0 does not get it
    And VF 2 does not get it

  @SRIOV-SW-007
  Scenario: A group that VF 1 joined, from the cable
    Given VF 1 joins group 1
    When the cable sends a frame to group 1
    Then VF 1 gets it
    And VF 0 does not get it
    And VF 2 does not get it

  @SRIOV-SW-007
  Scenario: A group that nobody joined
    When the cable sends a frame to group 2
    Then it arrives nowhere

  @SRIOV-SW-008
  Scenario: Nobody gets what it sent itself
    When VF 0 sends a frame to VF 0
    Then it arrives nowhere

  @SRIOV-SW-009
  Scenario: Many frames stay in order, and are the same
    When VF 0 sends 50 frames to VF 1
    Then they arrive at VF 1

  @SRIOV-SW-007
  Scenario Outline: A group that the physical function joined, from <sender>
    Given the physical function joins group 1
    When <sender> sends a frame to group 1
    Then it arrives at <receivers>

    Examples:
      | sender    | receivers                          |
      | VF 0      | the physical function and the cable |
      | the cable | the physical function              |
