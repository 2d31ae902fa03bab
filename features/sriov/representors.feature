Feature: Representors

  In switchdev mode each virtual function has a net device in the host that stands for its port: one end of a pipe whose other end is
  the function, and the place at which rules for it are set.

  @REP-MODE-001
  Scenario: The mode is told as it was set
    Then the mode of the embedded switch is legacy
    When the embedded switch is set to switchdev
    Then the mode of the embedded switch is switchdev
    When the embedded switch is set to legacy
    Then the mode of the embedded switch is legacy

  @REP-MODE-002
  Scenario: The mode that there is
    Given 2 represented functions
    When the embedded switch is set to switchdev
    Then the representors are the same as before

  @REP-SET-001
  Scenario: One for each function
    Given sriov_numvfs is set to 3
    Then there is no representor
    When the embedded switch is set to switchdev
    Then VF 0, VF 1 and VF 2 of function 0 are represented, each by a net device of its own

  @REP-SET-002
  Scenario: Functions that are made later
    Given the embedded switch is set to switchdev
    And sriov_numvfs is set to 2
    Then VF 0 and VF 1 of function 0 are represented, each by a net device of its own

  @REP-SET-003
  Scenario: Back to the old mode
    Given 2 represented functions
    When the embedded switch is set to legacy
    Then there is no representor
    And their net devices are gone

  @REP-SET-003 @needs:bridge
  Scenario: Back to the old mode, with a bridge over them
    Given 2 represented functions
    And a bridge over the representors
    When the embedded switch is set to legacy
    Then there is no representor
    And their net devices are gone

  @REP-SET-004
  Scenario: Functions that go
    Given 2 represented functions
    When sriov_numvfs is set to 0
    Then there is no representor
    And their net devices are gone

  @REP-ID-001
  Scenario: Whose port it is
    Given 2 represented functions
    Then the representors have the switch id of their ports, and the names pf0vf0 and pf0vf1

  @REP-ID-002
  Scenario: No device of their own
    Given 2 represented functions
    Then the representors have no device on a bus

  @REP-LEG-001
  Scenario Outline: The <setting> of the old mode
    Given 2 represented functions
    When somebody sets the <setting> of VF 0
    Then it is refused with EOPNOTSUPP

    Examples:
      | setting     |
      | VLAN        |
      | rate        |
      | spoof check |
      | link state  |
      | trust       |

  @REP-LEG-002
  Scenario: The address is set as in the old mode
    Given 2 represented functions
    When the MAC of VF 0 is set to 02:00:5e:00:53:10
    Then the MAC of VF 0 is 02:00:5e:00:53:10

  @REP-FUNC-001
  Scenario: The address of the function behind a port
    Given 2 represented functions
    When the function behind the port of VF 0 is given the address 02:00:5e:00:53:10
    Then the function behind the port of VF 0 has the address 02:00:5e:00:53:10
    When the driver of VF 0 is loaded anew
    Then the net device of VF 0 has the address 02:00:5e:00:53:10

  @REP-FUNC-001
  Scenario: The address is told to who listens
    Given 2 represented functions
    And somebody listens to devlink
    When the function behind the port of VF 0 is given the address 02:00:5e:00:53:10
    Then devlink announces PORT_NEW with
      | PORT_PCI_VF_NUMBER    | 0                 |
      | PORT_FUNCTION.HW_ADDR | 02 00 5e 00 53 10 |

  @REP-FUNC-002
  Scenario: A group is no address of a function
    Given 2 represented functions
    When somebody gives the function behind the port of VF 0 the address 01:00:5e:00:00:01
    Then it is refused with EINVAL

  @REP-PIPE-001
  Scenario Outline: What a representor sends reaches its function: <to>
    Given 2 represented functions with net devices
    When the representor of VF 0 sends a frame to <to>
    Then it arrives at VF 0

    Examples:
      | to            |
      | VF 0          |
      | broadcast     |
      | somebody else |
      | group 1       |

  @REP-PIPE-001
  Scenario: With its tag
    Given 2 represented functions with net devices
    When the representor of VF 0 sends a frame to VF 0 tagged 10
    Then it arrives at VF 0 tagged 10

  @REP-PIPE-002
  Scenario Outline: What a function sends is its representor's, without rules: <to>
    Given 2 represented functions with net devices
    When VF 0 sends a frame to <to>
    Then it arrives at the representor of VF 0

    Examples:
      | to            |
      | VF 1          |
      | the far end   |
      | broadcast     |
      | the physical function |

  @REP-PIPE-003
  Scenario: The cable is the uplink's
    Given 2 represented functions with net devices
    When the cable sends a frame to the physical function
    Then it arrives at the physical function
    When the cable sends a frame to VF 0
    Then VF 0 does not get it
    When the physical function sends a frame to VF 0
    Then it arrives at the cable

  @REP-PIPE-004
  Scenario: Many frames stay in order
    Given 2 represented functions with net devices
    When VF 0 sends 50 frames to the far end
    Then they arrive at the representor of VF 0

  @REP-LINK-001
  Scenario: The function has the link of its representor
    Given 2 represented functions with net devices
    Then VF 0 has carrier
    When the representor of VF 0 is set down
    Then VF 0 has no carrier
    And VF 1 has carrier
    When the representor of VF 0 is set up
    Then VF 0 has carrier

  @REP-STAT-001
  Scenario: The counters of a representor are those of the pipe
    Given 2 represented functions with net devices
    And the counters of the representor of VF 0 are noted
    When VF 0 sends 5 frames of 200 bytes to the far end
    And the representor of VF 0 sends 3 frames of 100 bytes to VF 0
    Then the representor of VF 0 has received 5 frames of 200 bytes, and sent 3 of 100

  @REP-BR-001 @needs:bridge
  Scenario Outline: A bridge over representors and the uplink, from <sender> to <to>
    Given 2 represented functions with net devices
    And a bridge over the representors and the uplink
    When <sender> sends a frame to <to>
    Then <receiver> gets it, whoever else does

    Examples:
      | sender    | to          | receiver  |
      | VF 0      | VF 1        | VF 1      |
      | VF 0      | the far end | the cable |
      | the cable | VF 1        | VF 1      |
      | VF 1      | broadcast   | VF 0      |

  @REP-RULE-001 @needs:tc-flower @needs:tc-mirred @needs:flow-offload
  Scenario Outline: A rule from representor to representor leads from function to function, <where>
    Given 2 represented functions with net devices
    And at the representor of VF 0, frames are redirected to the representor of VF 1, <where>
    When VF 0 sends a frame to the far end
    Then VF 1 gets it
    And nothing of it comes out at the representor of VF 1

    Examples:
      | where       |
      | in hardware |
      | in software |

  @REP-RULE-002 @needs:tc-flower @needs:tc-gact @needs:flow-offload
  Scenario: A rule that drops
    Given 2 represented functions with net devices
    And at the representor of VF 0, frames are dropped, in hardware
    When VF 0 sends a frame to the far end
    Then it arrives nowhere
    When VF 1 sends a frame to the far end
    Then it arrives at the representor of VF 1

  @REP-RULE-003 @needs:tc-flower @needs:tc-mirred @needs:flow-offload
  Scenario: A rule from a function to the cable, and back
    Given 2 represented functions with net devices
    And at the representor of VF 0, frames are redirected to the uplink, in hardware
    And at the uplink, frames are redirected to the representor of VF 0, in hardware
    When VF 0 sends a frame to the far end
    Then it arrives at the cable
    When the cable sends a frame to VF 0
    Then it arrives at VF 0

  @REP-RULE-004 @law @needs:tc-flower @needs:tc-mirred @needs:tc-gact @needs:flow-offload
  Scenario: The golden rule
    Then for every set of rules at representors, what functions and the cable get is the same in hardware and in software
