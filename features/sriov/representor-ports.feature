Feature: Ports of functions: their rates, what they may be, and functions that the user makes

  Over devlink the host sets what the function behind a port of the embedded switch may do.

  @REP-RATE-001
  Scenario: Leaves come and go with the mode
    Given sriov_numvfs is set to 2
    Then there are no leaves of rates
    When the embedded switch is set to switchdev
    Then each port of a virtual function has a leaf of rates
    When the embedded switch is set to legacy
    Then there are no leaves of rates

  @REP-RATE-005
  Scenario: Leaves are announced as they come and go
    Given sriov_numvfs is set to 2
    And somebody listens to devlink
    When the embedded switch is set to switchdev
    Then each leaf of rates is announced as new
    When the embedded switch is set to legacy
    Then the leaves of rates that there were are announced as gone

  @REP-ID-003
  Scenario: The port of a function says of which
    Given 2 represented functions
    Then the ports of virtual functions are those of controller 0, physical function 0, and not external

  @REP-RATE-002
  Scenario: Limits of a leaf
    Given 2 represented functions
    And somebody listens to devlink
    When the leaf of VF 0 is limited to 10 Mb/s
    Then devlink does it
    And the leaf of VF 0 is limited to 10 Mb/s, and that of VF 1 to 0
    And a leaf of rates is announced

  @REP-RATE-002
  Scenario: A rate that is no whole number of Mb/s
    Given 2 represented functions
    When the leaf of VF 0 is limited to 10.5 Mb/s
    Then devlink refuses it with EINVAL
    And the leaf of VF 0 is limited to 0 Mb/s, and that of VF 1 to 0

  @REP-RATE-003
  Scenario: A leaf below a node
    Given 2 represented functions
    And the rate node tenant
    When tenant is made the parent of the leaf of VF 0
    Then devlink does it
    And tenant is above the leaf of VF 0, and nobody above that of VF 1
    When devlink RATE_DEL is asked for with
      | RATE_NODE_NAME | tenant |
    Then devlink refuses it with EBUSY: "Node has children. Cannot delete node."
    When nobody is above the leaf of VF 0 any more
    And devlink RATE_DEL is asked for with
      | RATE_NODE_NAME | tenant |
    Then devlink does it

  @REP-RATE-004
  Scenario: The limit of a leaf
    Given 2 represented functions with net devices
    And the leaf of VF 0 is limited to 1 Mb/s
    When VF 0 sends 20 frames of 1000 bytes to the far end
    Then they take no less than 140 milliseconds to the representor of VF 0

  @REP-RATE-004
  Scenario: The limit of a node
    Given 2 represented functions with net devices
    And the rate node tenant
    And tenant is limited to 1 Mb/s
    And tenant is made the parent of the leaf of VF 0
    When VF 0 sends 20 frames of 1000 bytes to the far end
    Then they take no less than 140 milliseconds to the representor of VF 0

  @REP-RATE-004
  Scenario: The limit of a node above a node
    Given 2 represented functions with net devices
    And the rate nodes tenant and rack
    And rack is limited to 1 Mb/s
    And rack is the parent of tenant
    And tenant is made the parent of the leaf of VF 0
    When VF 0 sends 20 frames of 1000 bytes to the far end
    Then they take no less than 140 milliseconds to the representor of VF 0

  @REP-CAP-001
  Scenario: Each capability
    Given 2 represented functions
    Then each capability of the port of VF 0 can be switched, and the others stay

  @REP-CAP-002
  Scenario Outline: The capability <name>
    Given 2 represented functions
    When <name>, which is bit <bit>, is asked for at the port of VF 0
    Then it is told, or refused at the capabilities with "Port doesn't support <name> function attribute"

    Examples:
      | name         | bit |
      | RoCE         | 0   |
      | migratable   | 1   |
      | ipsec_crypto | 2   |
      | ipsec_packet | 3   |

  @REP-CAP-003
  Scenario: An address, with a state that the port does not have
    Given 2 represented functions
    When the address 02:00:5e:00:53:77 and a state are asked for at the port of VF 0
    Then devlink refuses it with EOPNOTSUPP: "Function does not support state setting"
    And the port of VF 0 has the address that it had

  @REP-EQ-001
  Scenario: Two queues of events
    Given 2 represented functions with net devices
    And the driver of VF 0 is unbound
    When 2 queues of events are asked for at the port of VF 0
    Then devlink does it
    When the driver of VF 0 is probed
    Then VF 0 can have no more than 2 queues

  @REP-EQ-001
  Scenario: More queues than there are
    Given 2 represented functions
    When 100000 queues of events are asked for at the port of VF 0
    Then devlink refuses it with EINVAL

  @REP-SF-001
  Scenario: A subfunction
    Given the embedded switch is set to switchdev
    And somebody listens to devlink
    When the subfunction 88 is made
    Then devlink does it
    And the subfunction 88 has a port that tells it inactive and detached, a representor and a leaf of rates
    And its port is announced

  @REP-SF-002
  Scenario: Active, and not any more
    Given the embedded switch is set to switchdev
    And the subfunction 88 is made
    And the subfunction 88 is given the address 02:00:5e:00:53:88
    When the subfunction 88 is made active
    Then the subfunction 88 is active and attached
    And there is a net device with the address 02:00:5e:00:53:88
    When the subfunction 88 is made inactive
    Then the subfunction 88 is inactive and detached
    And there is no net device with the address 02:00:5e:00:53:88

  @REP-SF-003
  Scenario: Made, activated, deleted and made again
    Given the embedded switch is set to switchdev
    And the subfunction 88 is made
    And the subfunction 88 is given the address 02:00:5e:00:53:88
    And the subfunction 88 is made active
    When the subfunction 88 is deleted
    Then devlink does it
    And there is no port of a subfunction, and no leaf of rates
    And there is no net device with the address 02:00:5e:00:53:88
    When the subfunction 88 is made
    Then devlink does it

  @REP-SF-003
  Scenario: Back to the old mode
    Given the embedded switch is set to switchdev
    And the subfunction 88 is made
    When the embedded switch is set to legacy
    Then there is no port of a subfunction, and no leaf of rates

  @REP-SF-004
  Scenario: Twice the same number
    Given the embedded switch is set to switchdev
    And the subfunction 88 is made
    When the subfunction 88 is made
    Then devlink refuses it with EEXIST

  @REP-SF-004
  Scenario: Legacy mode
    When the subfunction 88 is made
    Then devlink refuses it with EOPNOTSUPP
    And there is no port of a subfunction, and no leaf of rates

  @REP-SF-004
  Scenario Outline: A port with the flavour <flavour> and the physical function <pf>
    Given the embedded switch is set to switchdev
    When a port with the flavour "<flavour>" of the physical function "<pf>" is made
    Then devlink refuses it with <errno>
    And there is no port of a subfunction, and no leaf of rates

    Examples:
      | flavour | pf | errno      |
      |         | 0  | EINVAL     |
      | 7       |    | EINVAL     |
      | 4       | 0  | EOPNOTSUPP |
      | 7       | 9  | EOPNOTSUPP |

  @REP-SF-005
  Scenario Outline: From <one> to <other>
    Given the embedded switch is set to switchdev
    And the subfunction 88 is made
    And the subfunction 88 is made active, and used
    When <one> sends a frame to the far end
    Then it arrives at <other>

    Examples:
      | one                       | other                     |
      | the subfunction 88        | the representor of SF 88  |
      | the representor of SF 88  | the subfunction 88        |
