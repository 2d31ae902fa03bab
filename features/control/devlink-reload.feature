Feature: Reload: the driver brought up anew, firmware activated

  A reload takes the ports with their net devices away and makes them again. What it may do is asked for by an action and a limit.

  @DL-RELOAD-001
  Scenario: The ports come back
    Given the ports of the instance
    When the driver is brought up anew
    Then devlink does it
    And the ports are those that there were, each with a net device

  @DL-RELOAD-002
  Scenario: The net device is a new one
    Given the net device of the port has an MTU of 1400
    When the driver is brought up anew
    Then the net device of the port is a new one, with an MTU of 1500

  @DL-RELOAD-003
  Scenario: What was done is told to who asked for it
    When devlink RELOAD is asked for with
      | RELOAD_ACTION | 1 |
    Then the answer has
      | RELOAD_ACTIONS_PERFORMED.value | 2 |

  @DL-RELOAD-003
  Scenario: Who asked for nothing in particular is told nothing
    When devlink RELOAD is asked for
    Then devlink does it
    And there is no answer but the acknowledgement

  @DL-RELOAD-004
  Scenario: Reloads are counted, and announced
    Given somebody listens to devlink
    And the reloads so far
    When devlink RELOAD is asked for
    Then devlink announces NEW with
      | RELOAD_FAILED | 0 |
    And one reload more is counted

  @DL-RELOAD-005
  Scenario Outline: An action that there is not
    When devlink RELOAD is asked for with
      | RELOAD_ACTION | <action> |
    Then devlink refuses it with ERANGE: "integer out of range"

    Examples:
      | action |
      | 0      |
      | 3      |

  @DL-RELOAD-006
  Scenario: No limit among those that are selected
    When devlink RELOAD is asked for with
      | RELOAD_LIMITS | 0 of 2 |
    Then devlink refuses it with EINVAL: "Invalid limit selected"

  @DL-RELOAD-007
  Scenario: A limit that there is not
    When devlink RELOAD is asked for with
      | RELOAD_LIMITS | 8 of 8 |
    Then devlink refuses it with EINVAL: "Attribute failed policy validation"

  @DL-RELOAD-008
  Scenario: Two limits at once
    When devlink RELOAD is asked for with
      | RELOAD_LIMITS | 6 of 6 |
    Then devlink refuses it with EOPNOTSUPP: "Multiselection of limit is not supported"

  @DL-RELOAD-009 @needs:devlink-reload-no-reset
  Scenario: A new driver without a reset
    When devlink RELOAD is asked for with
      | RELOAD_ACTION | 1      |
      | RELOAD_LIMITS | 2 of 2 |
    Then devlink refuses it with EINVAL: "Requested limit is invalid for this action"

  @DL-RELOAD-010 @needs:devlink-reload-cabled
  Scenario: Frames pass after a reload
    When the driver is brought up anew
    Then frames pass through the port again

  @DL-RELOAD-011
  Scenario: The net devices of a reload are announced with their ports
    Given somebody listens to devlink
    When devlink RELOAD is asked for
    Then devlink announces PORT_DEL
    And devlink announces PORT_NEW with
      | PORT_TYPE        | 2         |
      | PORT_NETDEV_NAME | something |

  @DL-RELOAD-012 @needs:devlink-traps
  Scenario: The traps of a reload are announced with their groups and policers
    Given somebody listens to devlink
    When the driver is brought up anew
    Then each trap is announced as gone, then each group, then each policer
    And each policer is announced as new, then each group, then each trap

  @DL-RELOAD-004 @needs:devlink-reload-no-reset @needs:devlink-flash-activate
  Scenario Outline: A reload is counted under its action and its limit: activation <how> a reset
    When the firmware is activated <how> a reset
    Then of the action 2 are counted <unspec> without a limit, and <limited> without a reset

    Examples:
      | how     | unspec | limited |
      | with    | 1      | 0       |
      | without | 0      | 1       |

  @DL-RELOAD-007
  Scenario: A limit that is not selected
    When devlink RELOAD is asked for with
      | RELOAD_LIMITS | 2 of 4 |
    Then devlink refuses it with EINVAL: "Attribute failed policy validation"
