Feature: Params: settings of a device by name

  A param has values for the cmodes that it has: one that counts now (runtime), one that counts when the driver is brought up anew
  (driverinit), one that the device keeps for good (permanent).

  @DL-PARAM-001
  Scenario: Params are listed
    Then each param of the instance has a name, a type, and a value for each of its cmodes

  @DL-PARAM-002
  Scenario Outline: A param that there is not
    When devlink <command> is asked for with
      | PARAM_NAME | no_such_param |
      | PARAM_TYPE | 3             |
    Then devlink refuses it with EINVAL

    Examples:
      | command   |
      | PARAM_GET |
      | PARAM_SET |

  @DL-PARAM-003
  Scenario: A param without a name
    When devlink PARAM_GET is asked for
    Then devlink refuses it with EINVAL, as PARAM_NAME is missing

  @DL-PARAM-003
  Scenario: A value without a type
    When devlink PARAM_SET is asked for with
      | PARAM_NAME | (a driverinit param) |
    Then devlink refuses it with EINVAL, as PARAM_TYPE is missing

  @DL-PARAM-003
  Scenario: A value without a cmode
    When devlink PARAM_SET is asked for with
      | PARAM_NAME       | (a driverinit param) |
      | PARAM_TYPE       | (its type)           |
      | PARAM_VALUE_DATA | (its value)          |
    Then devlink refuses it with EINVAL, as PARAM_VALUE_CMODE is missing

  @DL-PARAM-004
  Scenario: A value of another type
    When devlink PARAM_SET is asked for with
      | PARAM_NAME        | (a driverinit param) |
      | PARAM_TYPE        | (another type)       |
      | PARAM_VALUE_DATA  | (its value)          |
      | PARAM_VALUE_CMODE | 1                    |
    Then devlink refuses it with EINVAL

  @DL-PARAM-005
  Scenario: A value of another length
    When devlink PARAM_SET is asked for with
      | PARAM_NAME        | (a driverinit param)                     |
      | PARAM_TYPE        | (its type)                               |
      | PARAM_VALUE_DATA  | 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d   |
      | PARAM_VALUE_CMODE | 1                                        |
    Then devlink refuses it with EINVAL

  @DL-PARAM-006
  Scenario: A cmode that the param does not have
    When devlink PARAM_SET is asked for with
      | PARAM_NAME        | (a driverinit param)    |
      | PARAM_TYPE        | (its type)              |
      | PARAM_VALUE_DATA  | (its value)             |
      | PARAM_VALUE_CMODE | (a cmode that it lacks) |
    Then devlink refuses it with EOPNOTSUPP

  @DL-PARAM-007 @law
  Scenario: What was set is shown
    Then a value of a driverinit param that was set is what is shown

  @DL-PARAM-008
  Scenario: A change is announced
    Given somebody listens to devlink
    When devlink PARAM_SET is asked for with
      | PARAM_NAME        | (a driverinit param) |
      | PARAM_TYPE        | (its type)           |
      | PARAM_VALUE_DATA  | (its value)          |
      | PARAM_VALUE_CMODE | 1                    |
    Then devlink announces PARAM_NEW

  @DL-PARAM-008
  Scenario: A refusal is not announced
    Given somebody listens to devlink
    When devlink PARAM_SET is asked for with
      | PARAM_NAME        | (a driverinit param)    |
      | PARAM_TYPE        | (its type)              |
      | PARAM_VALUE_DATA  | (its value)             |
      | PARAM_VALUE_CMODE | (a cmode that it lacks) |
    Then nothing is announced by devlink

  @DL-PARAM-009 @needs:devlink-max-macs
  Scenario: The number of addresses counts from the next reload on
    When the param max_macs is set to 1 with the cmode 1
    Then devlink does it
    And the param max_macs shows 1
    And the port filters by 3 addresses beside its own
    Given the driver was brought up anew
    Then the port does not filter by 3 addresses beside its own

  @DL-PARAM-010 @needs:devlink-param-validation
  Scenario: A value that the device cannot have
    When the param max_macs is set to 0 with the cmode 1
    Then devlink refuses it with EINVAL
    And the param max_macs shows 16

  @DL-PARAM-011 @needs:devlink-region-snapshot-switch
  Scenario Outline: A param that counts at once
    When the switch region_snapshot_enable is set <state>
    And an error is met
    Then the region has <snapshots>

    Examples:
      | state | snapshots       |
      | on    | the snapshot 0  |
      | off   | no snapshot     |

  @DL-PARAM-012 @needs:devlink-asset-tag
  Scenario: A param that the device keeps for good
    When the label asset_tag is set to "rack-12" for good
    And the firmware is activated with a reset
    Then the fixed version board.asset is "rack-12"

  @DL-PARAM-013
  Scenario: A value stays over a reload
    When the param max_macs is set to 7 with the cmode 1
    And the driver is reloaded
    Then the param max_macs shows 7

  @DL-PARAM-005
  Scenario: A number that is too short
    When devlink PARAM_SET is asked for with
      | PARAM_NAME        | (a driverinit param) |
      | PARAM_TYPE        | (its type)           |
      | PARAM_VALUE_DATA  | 01 00                |
      | PARAM_VALUE_CMODE | 1                    |
    Then devlink refuses it with EINVAL

  @DL-PARAM-005 @needs:devlink-region-snapshot-switch
  Scenario: A switch with a value
    When devlink PARAM_SET is asked for with
      | PARAM_NAME        | region_snapshot_enable |
      | PARAM_TYPE        | 6                      |
      | PARAM_VALUE_DATA  | 01                     |
      | PARAM_VALUE_CMODE | 0                      |
    Then devlink refuses it with EINVAL

  @DL-PARAM-005 @needs:devlink-asset-tag
  Scenario Outline: A text <how>
    When devlink PARAM_SET is asked for with
      | PARAM_NAME        | asset_tag |
      | PARAM_TYPE        | 5         |
      | PARAM_VALUE_DATA  | <bytes>   |
      | PARAM_VALUE_CMODE | 2         |
    Then devlink refuses it with EINVAL

    Examples:
      | how                | bytes                                                                                                    |
      | without an end     | 72 61 63 6b                                                                                              |
      | of 32 letters      | 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 00       |

  @DL-PARAM-007 @needs:devlink-asset-tag
  Scenario: A text that was set is shown with its end
    When the label asset_tag is set to "rack-12" for good
    And devlink PARAM_GET is asked for with
      | PARAM_NAME | asset_tag |
    Then the answer has
      | PARAM.PARAM_TYPE                                       | 5                       |
      | PARAM.PARAM_VALUES_LIST.PARAM_VALUE.PARAM_VALUE_CMODE  | 2                       |
      | PARAM.PARAM_VALUES_LIST.PARAM_VALUE.PARAM_VALUE_DATA   | 72 61 63 6b 2d 31 32 00 |

  @DL-PARAM-007 @needs:devlink-region-snapshot-switch
  Scenario Outline: A switch that was set <state> is shown so
    When the switch region_snapshot_enable is set <other>
    And the switch region_snapshot_enable is set <state>
    And devlink PARAM_GET is asked for with
      | PARAM_NAME | region_snapshot_enable |
    Then the answer has
      | PARAM.PARAM_TYPE                                      | 6       |
      | PARAM.PARAM_VALUES_LIST.PARAM_VALUE.PARAM_VALUE_CMODE | 0       |
      | PARAM.PARAM_VALUES_LIST.PARAM_VALUE.PARAM_VALUE_DATA  | <shown> |

    Examples: what is off has no data
      | state | other | shown  |
      | on    | off   | none   |
      | off   | on    | absent |

  @DL-PARAM-014
  Scenario: Generic params have the names that all drivers share
    Then each param is marked as generic if its name is one of those, and not otherwise
