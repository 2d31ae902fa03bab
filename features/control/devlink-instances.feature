Feature: Devices as a whole: instances, what they are made of, and their embedded switch

  devlink calls a device by the bus that it is on and its name there. What a request is about is found by that handle before anything
  else is looked at.

  @DL-DEV-001
  Scenario: The instance of a port is listed
    Then the instance is among those that devlink lists

  @DL-DEV-001
  Scenario: No handle narrows the list of instances
    Then the instance is among those that devlink lists for the handle of a device that there is not

  @DL-DEV-002
  Scenario Outline: A request without a whole handle
    When devlink <command> is asked for <how>
    Then devlink refuses it with EINVAL

    Examples:
      | command      | how              |
      | GET          | without a handle |
      | GET          | of a bus alone   |
      | PORT_GET     | without a handle |
      | INFO_GET     | of a bus alone   |
      | RELOAD       | without a handle |
      | PARAM_SET    | without a handle |

  @DL-DEV-003
  Scenario Outline: A request of a device that there is not
    When devlink <command> is asked for of a device that there is not
    Then devlink refuses it with ENODEV

    Examples:
      | command       |
      | GET           |
      | INFO_GET      |
      | RELOAD        |
      | RESOURCE_DUMP |

  @DL-DEV-004
  Scenario: A net device tells the device that it is of
    Then the link of the port tells the device on its bus

  @DL-DEV-005
  Scenario: A net device tells its port of devlink
    Then the link of each port tells the instance and the port

  @DL-DEV-006
  Scenario: An instance tells how often it was reloaded
    When devlink GET is asked for
    Then the answer has
      | RELOAD_FAILED                                                              | 0         |
      | DEV_STATS.RELOAD_STATS.RELOAD_ACTION_INFO.RELOAD_ACTION                    | 1         |
      | DEV_STATS.RELOAD_STATS.RELOAD_ACTION_INFO.RELOAD_ACTION_STATS.RELOAD_STATS_ENTRY.RELOAD_STATS_VALUE | something |

  @DL-INFO-001 @needs:devlink-info
  Scenario: What the device is made of
    Then the info tells the driver, and each version with a name and a value

  @DL-ESW-001 @needs:devlink-eswitch
  Scenario Outline: The mode of the embedded switch is what it was set to
    Given devlink ESWITCH_SET was asked for with
      | ESWITCH_MODE | <first> |
    When devlink ESWITCH_SET is asked for with
      | ESWITCH_MODE | <mode> |
    Then devlink does it
    When devlink ESWITCH_GET is asked for
    Then the answer has
      | ESWITCH_MODE | <mode> |

    Examples:
      | first | mode |
      | 0     | 1    |
      | 1     | 0    |
      | 1     | 1    |

  @DL-ESW-002 @needs:devlink-eswitch
  Scenario: A mode that there is not
    When devlink ESWITCH_SET is asked for with
      | ESWITCH_MODE | 2 |
    Then devlink refuses it with ERANGE: "integer out of range"
    When devlink ESWITCH_GET is asked for
    Then the answer has
      | ESWITCH_MODE | 0 |

  @DL-ESW-003 @needs:devlink-eswitch-inline
  Scenario: What the embedded switch wants of headers
    When devlink ESWITCH_SET is asked for with
      | ESWITCH_INLINE_MODE | 2 |
    Then devlink does it
    When devlink ESWITCH_GET is asked for
    Then the answer has
      | ESWITCH_MODE        | 0 |
      | ESWITCH_INLINE_MODE | 2 |

  @DL-ESW-004 @needs:devlink-eswitch-encap
  Scenario: Tunnels of the embedded switch
    When devlink ESWITCH_SET is asked for with
      | ESWITCH_ENCAP_MODE | 1 |
    Then devlink does it
    When devlink ESWITCH_GET is asked for
    Then the answer has
      | ESWITCH_ENCAP_MODE | 1 |

  @DL-ESW-005 @needs:devlink-rate-nodes
  Scenario: The mode stays as long as there are rate nodes
    Given an embedded switch in switchdev mode
    And the rate node one
    When devlink ESWITCH_SET is asked for with
      | ESWITCH_MODE | 0 |
    Then devlink refuses it with EBUSY: "Rate node(s) exists."
    When devlink ESWITCH_GET is asked for
    Then the answer has
      | ESWITCH_MODE | 1 |

  @DL-TEST-001 @needs:devlink-selftests
  Scenario: A self-test is run, and its result is told
    When devlink SELFTESTS_GET is asked for
    Then the answer has
      | SELFTESTS | 04 00 01 00 |
    When devlink SELFTESTS_RUN is asked for with
      | SELFTESTS | 04 00 01 00 |
    Then the answer has
      | SELFTESTS | 14 00 01 80 08 00 02 00 01 00 00 00 05 00 03 00 01 00 00 00 |

  @DL-DEV-008
  Scenario: Reloads that others made are counted apart
    Given devlink RELOAD was asked for
    Then reloads by others are counted for each action and limit that there is, and there was none

  @DL-DEV-009
  Scenario Outline: One of <command>
    Then each of <command>, asked for alone, is told as in the list

    Examples:
      | command  |
      | GET      |
      | PORT_GET |

    @needs:devlink-params
    Examples:
      | command   |
      | PARAM_GET |

    @needs:devlink-regions
    Examples:
      | command    |
      | REGION_GET |

    @needs:devlink-health
    Examples:
      | command             |
      | HEALTH_REPORTER_GET |

    @needs:devlink-traps
    Examples:
      | command          |
      | TRAP_GET         |
      | TRAP_GROUP_GET   |
      | TRAP_POLICER_GET |

    @needs:devlink-selftests
    Examples:
      | command       |
      | SELFTESTS_GET |

    @needs:devlink-shared-buffers
    Examples:
      | command             |
      | SB_GET              |
      | SB_POOL_GET         |
      | SB_PORT_POOL_GET    |
      | SB_TC_POOL_BIND_GET |

  @DL-DEV-009 @needs:devlink-regions
  Scenario: A region with a snapshot
    Given a snapshot 5001 of the region
    Then each of REGION_GET, asked for alone, is told as in the list

  @DL-DEV-009 @needs:devlink-rate-nodes
  Scenario: A node of rates, below another
    Given an embedded switch in switchdev mode
    And the rate nodes one and two
    And one is the parent of two
    Then each of RATE_GET, asked for alone, is told as in the list

  @DL-DEV-007
  Scenario: A dump of one instance is marked as a part
    Then a dump of the ports of the instance is marked as a part, and one of all is not
