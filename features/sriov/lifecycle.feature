Feature: Virtual functions come and go

  A physical function makes virtual functions when sysfs is told a number, all at once, and takes them away all at once. A virtual
  function is a device of its own on the bus, with a driver of its own, and starts as if nobody had used it before.

  @SRIOV-LIFE-001
  Scenario: Before anybody asks there are none
    Then sriov_numvfs is 0
    And IFLA_NUM_VF is 0

  @SRIOV-LIFE-001
  Scenario Outline: <count> of them
    When sriov_numvfs is set to <count>
    Then sriov_numvfs is <count>
    And IFLA_NUM_VF is <count>

    Examples:
      | count |
      | 1     |
      | 2     |
      | 4     |

  @SRIOV-LIFE-002
  Scenario Outline: "<text>" is no number of functions
    When "<text>" is written to sriov_numvfs
    Then it is refused with EINVAL
    And sriov_numvfs is 0

    Examples:
      | text  |
      | abc   |
      | -1    |
      | 65536 |
      | 1 2   |
      | 08    |

  @SRIOV-LIFE-002
  Scenario Outline: "<text>" is <count>
    When "<text>" is written to sriov_numvfs
    Then it is accepted
    And sriov_numvfs is <count>

    Examples:
      | text | count |
      | 0x2  | 2     |
      | +3   | 3     |
      | 02   | 2     |

  @SRIOV-LIFE-003
  Scenario: One more than there can be
    When one more than sriov_totalvfs is written to sriov_numvfs
    Then it is refused with ERANGE
    And sriov_numvfs is 0

  @SRIOV-LIFE-003
  Scenario: One more than there can be, while there are some
    Given sriov_numvfs is set to 2
    When one more than sriov_totalvfs is written to sriov_numvfs
    Then it is refused with ERANGE
    And sriov_numvfs is 2

  @SRIOV-LIFE-004 @needs:sriov-vf-devices
  Scenario: The same number again leaves the functions alone
    Given 2 virtual functions
    When "2" is written to sriov_numvfs
    Then it is accepted
    And the net devices of VF 0 and VF 1 are the same as before

  @SRIOV-LIFE-004
  Scenario: The same number again is taken
    Given sriov_numvfs is set to 2
    When "2" is written to sriov_numvfs
    Then it is accepted
    And sriov_numvfs is 2

  @SRIOV-LIFE-005
  Scenario Outline: From 2 to <other> there is no way but through none
    Given sriov_numvfs is set to 2
    When "<other>" is written to sriov_numvfs
    Then it is refused with EBUSY
    And sriov_numvfs is 2
    When sriov_numvfs is set to 0
    And sriov_numvfs is set to <other>
    Then sriov_numvfs is <other>

    Examples:
      | other |
      | 1     |
      | 3     |

  @SRIOV-LIFE-006
  Scenario: All go at once
    Given 3 virtual functions
    When sriov_numvfs is set to 0
    Then sriov_numvfs is 0
    And IFLA_NUM_VF is 0
    And no net device of a virtual function is left

  @SRIOV-LIFE-007
  Scenario: Each has its place on the bus
    When sriov_numvfs is set to 3
    Then virtfn0, virtfn1 and virtfn2 are there, and virtfn3 is not
    And the place of each on the bus follows from sriov_offset and sriov_stride
    When sriov_numvfs is set to 0
    Then virtfn0 is not there

  @SRIOV-LIFE-008
  Scenario: Without drivers
    Given "0" is written to sriov_drivers_autoprobe
    When sriov_numvfs is set to 2
    Then sriov_numvfs is 2
    And VF 0 has no net device
    When the driver of VF 0 is probed once more
    Then it is accepted
    And VF 0 has no net device
    When "1" is written to sriov_drivers_autoprobe
    Then VF 0 has no net device
    When the driver of VF 0 is probed
    Then VF 0 has a net device
    And VF 1 has no net device
    When VF 1 is bound to the driver of VF 0
    Then it is accepted
    And VF 1 has a net device

  @SRIOV-LIFE-008
  Scenario: Without drivers, not even by name
    Given 2 virtual functions
    And the driver of VF 1 is unbound
    And "0" is written to sriov_drivers_autoprobe
    When VF 1 is bound to the driver of VF 0
    Then it is refused with ENODEV
    And VF 1 has no net device

  @SRIOV-LIFE-008
  Scenario Outline: sriov_drivers_autoprobe takes "<text>"
    When "<text>" is written to sriov_drivers_autoprobe
    Then it is accepted
    And sriov_drivers_autoprobe is <shown>

    Examples:
      | text | shown |
      | 0    | 0     |
      | n    | 0     |
      | off  | 0     |
      | 1    | 1     |
      | Y    | 1     |
      | on   | 1     |

  @SRIOV-LIFE-008
  Scenario: sriov_drivers_autoprobe is yes or no
    When "2" is written to sriov_drivers_autoprobe
    Then it is refused with EINVAL
    And sriov_drivers_autoprobe is 1

  @SRIOV-LIFE-009
  Scenario: Net devices of functions are announced
    Given somebody listens to links
    When sriov_numvfs is set to 2
    Then 2 net devices are announced
    When sriov_numvfs is set to 0
    Then 2 net devices are announced as gone

  @SRIOV-LIFE-010
  Scenario Outline: <what> of a function that is gone does not come back with the next one
    Given 2 virtual functions
    And <setting>
    When sriov_numvfs is set to 0
    And sriov_numvfs is set to 2
    Then VF 0 is as at the start

    Examples:
      | what       | setting                                   |
      | The MAC    | the MAC of VF 0 is set to 02:00:5e:00:53:10 |
      | The VLAN   | the VLAN of VF 0 is set to 10              |

    @needs:sriov-vf-trust
    Examples: trust
      | what      | setting         |
      | The trust | VF 0 is trusted |

    @needs:sriov-vf-rate
    Examples: rates
      | what     | setting                        |
      | The rate | the rate of VF 0 is set to 100 |

    @needs:sriov-vf-spoofchk
    Examples: the spoof check
      | what      | setting                                  |
      | The check | the spoof check of VF 0 is switched over |

    @needs:sriov-vf-link-state
    Examples: link states
      | what     | setting                            |
      | The link | the link state of VF 0 is set to 2 |

  @SRIOV-LIFE-011 @needs:sriov-vf-devices
  Scenario: Frames to a function that is gone reach nobody
    Given 2 virtual functions
    And "former" is the address of VF 0
    And sriov_numvfs is set to 0
    And 2 virtual functions
    And VF 0 has the address 02:00:5e:00:53:20 from now on
    When the cable sends a frame to former
    Then it arrives nowhere

  @SRIOV-LIFE-012
  Scenario: The driver of a function goes and comes
    Given 2 virtual functions
    When the driver of VF 0 is unbound
    Then VF 0 has no net device
    And sriov_numvfs is 2
    When the driver of VF 0 is probed
    Then VF 0 has a net device

  @SRIOV-LIFE-012
  Scenario: What was set for a function holds for its next driver
    Given 2 virtual functions
    And the MAC of VF 0 is set to 02:00:5e:00:53:10
    And the VLAN of VF 0 is set to 10
    And VF 0 is trusted
    When the driver of VF 0 is loaded anew
    Then the MAC of VF 0 is 02:00:5e:00:53:10
    And the VLAN of VF 0 is 10
    And the trust of VF 0 is 1
    And the net device of VF 0 has the address 02:00:5e:00:53:10

  @SRIOV-LIFE-013
  Scenario: What a driver asked for goes with it
    Given 2 virtual functions
    And VF 0 takes part in VLAN 10
    When the driver of VF 0 is loaded anew
    And the cable sends a frame to VF 0 tagged 10
    Then it arrives nowhere

  @SRIOV-LIFE-013
  Scenario: What a driver asked for goes with it, although it could not say so
    Given 2 virtual functions
    And VF 0 takes part in VLAN 10
    And VF 0 is reset
    When the driver of VF 0 is loaded anew
    And the cable sends a frame to VF 0 tagged 10
    Then it arrives nowhere

  @SRIOV-LIFE-013
  Scenario: Seeing everything goes with the driver that was allowed to
    Given 2 virtual functions
    And VF 0 is trusted
    And VF 0 is promiscuous
    When the driver of VF 0 is loaded anew
    And the cable sends a frame to VF 1
    Then it arrives at VF 1

  @SRIOV-LIFE-014
  Scenario: A function level reset
    Given 2 virtual functions
    And the MAC of VF 0 is set to 02:00:5e:00:53:10
    And the driver of VF 0 is loaded anew
    And VF 0 takes part in VLAN 10
    When VF 0 is reset
    And the cable sends a frame to VF 0 tagged 10
    Then it arrives nowhere
    And the MAC of VF 0 is 02:00:5e:00:53:10

  @SRIOV-LIFE-014 @needs:sriov-vf-spoofchk
  Scenario: A function that was reset and does nothing sends nothing
    Given 2 virtual functions
    And the spoof check of VF 0 is switched off
    When VF 0 is reset
    And VF 0 sends a frame to VF 1
    Then it arrives nowhere
    When the net device of VF 0 is set down and up
    And VF 0 sends a frame to VF 1
    Then it arrives at VF 1

  @SRIOV-LIFE-015
  Scenario: The physical function goes down and comes up
    Given 2 virtual functions
    And the VLAN of VF 0 is set to 10
    And VF 1 takes part in VLAN 20
    When the physical function is set down and up
    Then sriov_numvfs is 2
    And the VLAN of VF 0 is 10
    When the cable sends a frame to VF 1 tagged 20
    Then it arrives at VF 1 tagged 20

  @SRIOV-LIFE-016
  Scenario: From a function to its physical one
    Given 1 virtual functions
    Then physfn of VF 0 leads to the port

  @SRIOV-LIFE-017 @law
  Scenario: The life of functions
    Then for every sequence of numbers, drivers, resets and links, functions and their net devices are those that the state machine says

  @SRIOV-LIFE-018
  Scenario: A driver is bound to a function that has it
    Given 2 virtual functions
    When VF 0 is bound to the driver of VF 0
    Then it is refused with EBUSY
    And the net devices of VF 0 and VF 1 are the same as before

  @SRIOV-LIFE-018
  Scenario: A driver is probed for a function that has it
    Given 2 virtual functions
    When the driver of VF 0 is probed once more
    Then it is accepted
    And the net devices of VF 0 and VF 1 are the same as before

  @SRIOV-LIFE-018
  Scenario: A driver is bound to something that is not there
    Given 1 virtual functions
    When nobody is bound to the driver of VF 0
    Then it is refused with ENODEV

  @SRIOV-LIFE-019
  Scenario: The device ID of functions
    When sriov_numvfs is set to 3
    Then VF 0, VF 1 and VF 2 have the device ID that sriov_vf_device tells

  @SRIOV-LIFE-020
  Scenario Outline: "<text>" in reset
    Given 2 virtual functions
    When "<text>" is written to reset of VF 0
    Then it is refused with EINVAL
    When the cable sends a frame to VF 0
    Then it arrives at VF 0

    Examples:
      | text  |
      | 0     |
      | 2     |
      | reset |

  @SRIOV-LIFE-020
  Scenario: One, in another base
    Given 2 virtual functions
    When "0x1" is written to reset of VF 0
    Then it is accepted

  @SRIOV-LIFE-021
  Scenario: Vectors for a function without a driver
    Given 2 virtual functions
    And the driver of VF 0 is unbound
    When "3" is written to sriov_vf_msix_count of VF 0
    Then it is as sriov_vf_total_msix says

  @SRIOV-LIFE-021
  Scenario Outline: "<text>" vectors
    Given 2 virtual functions
    And the driver of VF 0 is unbound
    When "<text>" is written to sriov_vf_msix_count of VF 0
    Then it is refused with EINVAL

    Examples:
      | text |
      | -1   |
      | many |

  @SRIOV-LIFE-022
  Scenario: The vectors of a function in use
    Given 2 virtual functions
    When "3" is written to sriov_vf_msix_count of VF 0
    Then it is refused with EBUSY

  @SRIOV-LIFE-022
  Scenario: Fewer vectors, and as many as before
    Given 2 virtual functions
    And the queues of VF 0 are noted
    And the driver of VF 0 is unbound
    And "3" is written to sriov_vf_msix_count of VF 0
    When the driver of VF 0 is probed
    Then VF 0 can have no more than 3 queues
    When the driver of VF 0 is unbound
    And "0" is written to sriov_vf_msix_count of VF 0
    And the driver of VF 0 is probed
    Then VF 0 can have as many queues as before

  @SRIOV-LIFE-022
  Scenario: More vectors than there are
    Given 2 virtual functions
    And the driver of VF 0 is unbound
    When one more than sriov_vf_total_msix is written to sriov_vf_msix_count of VF 0
    Then it is refused with EOVERFLOW
