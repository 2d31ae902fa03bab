Feature: Link, rate and counters of virtual functions

  @SRIOV-LINK-001
  Scenario: A function has the link of its physical one
    Given 2 virtual functions
    Then VF 0 has carrier
    When the cable is pulled out
    Then VF 0 has no carrier
    When the cable is plugged in
    Then VF 0 has carrier

  @SRIOV-LINK-002
  Scenario: A link of its own
    Given 2 virtual functions
    And the link state of VF 0 is set to 1
    And the link state of VF 1 is set to 1
    When the cable is pulled out
    Then VF 0 has carrier
    When VF 0 sends a frame to VF 1
    Then it arrives at VF 1

  @SRIOV-LINK-003
  Scenario: No link
    Given 2 virtual functions
    When the link state of VF 0 is set to 2
    Then VF 0 has no carrier
    When the cable sends a frame to VF 0
    Then it arrives nowhere
    When VF 1 sends a frame to VF 0
    Then it arrives nowhere

  @SRIOV-LINK-004
  Scenario: As the physical function, again
    Given 2 virtual functions
    And the link state of VF 0 is set to 2
    And the link state of VF 0 is set to 0
    Then VF 0 has carrier
    When the cable sends a frame to VF 0
    Then it arrives at VF 0

  @SRIOV-LINK-005
  Scenario: The physical function is set down
    Given 2 virtual functions
    When the physical function is set down
    Then VF 0 has no carrier
    When the physical function is set up
    Then VF 0 has carrier

  @SRIOV-RATE-001
  Scenario Outline: No more than <rate> Mb/s
    Given 2 virtual functions
    And the rate of VF 0 is set to <rate>
    When VF 0 sends 20 frames of 1000 bytes to the far end
    Then they take 20 frames of 1000 bytes at <rate> Mb/s to arrive

    Examples:
      | rate |
      | 1    |
      | 10   |

  @SRIOV-RATE-002
  Scenario: A rate that was lifted
    Given 2 virtual functions
    And the rate of VF 0 is set to 1
    And the rate of VF 0 is set to 0
    When VF 0 sends 20 frames of 1000 bytes to the far end
    Then they arrive within 20 milliseconds

  @SRIOV-RATE-003
  Scenario: The rate of one function is not that of another
    Given 2 virtual functions
    And the rate of VF 0 is set to 1
    When VF 1 sends 20 frames of 1000 bytes to the far end
    Then they arrive within 20 milliseconds

  @SRIOV-STAT-001
  Scenario: What a function receives and sends is counted
    Given 2 virtual functions
    And the counters of VF 0 are noted
    When the cable sends 3 frames of 100 bytes to VF 0
    And VF 0 sends 5 frames of 200 bytes to the far end
    Then VF 0 has received 3 frames of 100 bytes more
    And VF 0 has sent 5 frames of 200 bytes more

  @SRIOV-STAT-002
  Scenario: Broadcast and groups
    Given 2 virtual functions
    And VF 0 joins group 1
    And the counters of VF 0 are noted
    When the cable sends 2 frames of 100 bytes to broadcast
    And the cable sends 3 frames of 100 bytes to group 1
    Then VF 0 has received 2 frames of broadcast and 3 of groups more

  @SRIOV-STAT-003
  Scenario: What is not the function's is not counted
    Given 2 virtual functions
    And the counters of VF 1 are noted
    When the cable sends 3 frames of 100 bytes to VF 0
    And VF 0 sends 5 frames of 200 bytes to the far end
    Then VF 1 has received 0 frames of 100 bytes more
    And VF 1 has sent 0 frames of 200 bytes more

  @SRIOV-STAT-004
  Scenario: New functions start at nothing
    Given 2 virtual functions
    When the cable sends 3 frames of 100 bytes to VF 0
    And sriov_numvfs is set to 0
    And sriov_numvfs is set to 2
    Then every counter of VF 0 is 0
