Feature: What a virtual function asks its physical function for

  A function has no filters of its own: what its net device wants is asked of the physical function, and may be refused.

  @SRIOV-MBX-001
  Scenario: A function that was given no address has one all the same
    Given 2 virtual functions
    Then the addresses of VF 0 and VF 1 are unicast, and not the same
    And the physical function knows the address of VF 0

  @SRIOV-MBX-002
  Scenario: An address that was set before there was a driver
    Given "0" is written to sriov_drivers_autoprobe
    And sriov_numvfs is set to 2
    And the MAC of VF 0 is set to 02:00:5e:00:53:10
    And "1" is written to sriov_drivers_autoprobe
    When the driver of VF 0 is probed
    Then the net device of VF 0 has the address 02:00:5e:00:53:10

  @SRIOV-MBX-003
  Scenario: An address that is set while the driver is there
    Given 2 virtual functions
    And "former" is the address of VF 0
    When the MAC of VF 0 is set to 02:00:5e:00:53:10
    And the cable sends a frame to 02:00:5e:00:53:10
    Then it arrives at VF 0
    When the cable sends a frame to former
    Then it arrives nowhere

  @SRIOV-MBX-004
  Scenario: Nobody answers while the physical function is down
    Given 2 virtual functions
    And "former" is the address of VF 0
    When the physical function is set down
    And VF 0 asks for the address 02:00:5e:00:53:66
    Then it is refused
    When the physical function is set up
    And VF 0 has carrier
    And the cable sends a frame to former
    Then it arrives at VF 0

  @SRIOV-MBX-005
  Scenario: A reset function is not heard before it starts anew
    Given 2 virtual functions
    When VF 0 is reset
    And VF 0 asks for VLAN 30
    Then it is refused

  @SRIOV-MBX-006
  Scenario: Long frames, while the physical function takes none
    Given 2 virtual functions
    When VF 0 asks for an MTU of 9000
    Then it is refused
    When the MTU of the physical function is 9000
    And VF 0 asks for an MTU of 9000
    Then it is accepted

  @SRIOV-MBX-007
  Scenario: Groups that a function left
    Given 2 virtual functions
    And VF 0 joins group 1
    And VF 0 leaves group 1
    When the cable sends a frame to group 1
    Then it arrives nowhere

  @SRIOV-ISO-001 @law
  Scenario: Functions are kept apart
    Then for every sequence of what functions do and what is set for them, nobody gets a frame that is not its to have, and none leaves from an address that is not its own

  @SRIOV-ISO-002 @law
  Scenario: A guest alone against its neighbours
    Then for every sequence of what VF 0 alone does, VF 1 and VF 2 get what they would without it

  @SRIOV-MBX-008
  Scenario: Nine addresses more
    Given 2 virtual functions
    And VF 0 has the second address 02:00:5e:00:53:71
    And VF 0 has the second address 02:00:5e:00:53:72
    When VF 0 asks for 9 addresses more, one after the other
    And the cable sends a frame to 02:00:5e:00:53:71
    Then it arrives at VF 0
    When the cable sends a frame to 02:00:5e:00:53:72
    Then it arrives at VF 0
