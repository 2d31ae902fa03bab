Feature: Health: errors of a device, what it was like, and its recovery

  A reporter tells of errors. It keeps what the first one was like, and recovers by itself, but not again and again.

  @DL-HEALTH-001
  Scenario: A reporter is healthy at the start
    When devlink HEALTH_REPORTER_GET is asked for with
      | HEALTH_REPORTER_NAME | (a reporter that recovers) |
    Then the answer has
      | HEALTH_REPORTER.HEALTH_REPORTER_STATE           | 0         |
      | HEALTH_REPORTER.HEALTH_REPORTER_ERR_COUNT       | something |
      | HEALTH_REPORTER.HEALTH_REPORTER_GRACEFUL_PERIOD | something |
      | HEALTH_REPORTER.HEALTH_REPORTER_AUTO_RECOVER    | 1         |

  @DL-HEALTH-002
  Scenario Outline: A reporter that there is not
    When devlink <command> is asked for with
      | HEALTH_REPORTER_NAME | no_such_reporter |
    Then devlink refuses it with EINVAL

    Examples:
      | command                    |
      | HEALTH_REPORTER_GET        |
      | HEALTH_REPORTER_SET        |
      | HEALTH_REPORTER_RECOVER    |
      | HEALTH_REPORTER_DIAGNOSE   |
      | HEALTH_REPORTER_DUMP_CLEAR |
      | HEALTH_REPORTER_DUMP_GET   |

  @DL-HEALTH-003
  Scenario Outline: A reporter that does not recover takes no setting of recovery
    When devlink HEALTH_REPORTER_SET is asked for with
      | HEALTH_REPORTER_NAME | (a reporter that does not recover) |
      | <setting>            | 1                                  |
    Then devlink refuses it with EOPNOTSUPP

    Examples:
      | setting                         |
      | HEALTH_REPORTER_GRACEFUL_PERIOD |
      | HEALTH_REPORTER_AUTO_RECOVER    |

  @DL-HEALTH-004
  Scenario: Settings of a reporter
    Given the reporter that recovers has a grace period of 1234 ms and no automatic recovery and no automatic dump
    When devlink HEALTH_REPORTER_GET is asked for with
      | HEALTH_REPORTER_NAME | (a reporter that recovers) |
    Then the answer has
      | HEALTH_REPORTER.HEALTH_REPORTER_GRACEFUL_PERIOD | 1234 |
      | HEALTH_REPORTER.HEALTH_REPORTER_AUTO_RECOVER    | 0    |
      | HEALTH_REPORTER.HEALTH_REPORTER_AUTO_DUMP       | 0    |

  @DL-HEALTH-005 @needs:devlink-health-errors
  Scenario: An error is recovered from
    Given the reporter that recovers has a grace period of 0 ms
    When an error is met
    Then the reporter is healthy, after 1 more error and 1 more recovery

  @DL-HEALTH-006 @needs:devlink-health-errors
  Scenario: An error is announced, and the recovery
    Given somebody listens to devlink
    And the reporter that recovers has a grace period of 0 ms
    When an error is met
    Then devlink announces the error, and then that the reporter is healthy

  @DL-HEALTH-007 @needs:devlink-health-errors
  Scenario: An error soon after a recovery is left as it is
    Given the reporter that recovers has a grace period of 60000 ms
    And an error was met
    When an error is met
    Then the reporter is in error, after 2 more errors and 1 more recovery

  @DL-HEALTH-008 @needs:devlink-health-errors
  Scenario: An error later than that is recovered from
    Given the reporter that recovers has a grace period of 200 ms
    And an error was met
    When 300 ms pass
    And an error is met
    Then the reporter is healthy, after 2 more errors and 2 more recoveries

  @DL-HEALTH-009 @needs:devlink-health-errors
  Scenario: Recovery by hand
    Given the reporter that recovers has no automatic recovery
    When an error is met
    Then the reporter is in error, after 1 more error and 0 more recoveries
    When the reporter is told to recover
    Then devlink does it
    And the reporter is healthy, after 1 more error and 1 more recovery

  @DL-HEALTH-010 @needs:devlink-health-errors
  Scenario: The dump of the first error is kept
    Given the reporter that recovers has a grace period of 0 ms
    And 10 ms pass
    And an error was met
    And the time of its dump is remembered
    When 10 ms pass
    And an error is met
    Then its dump is the same one

  @DL-HEALTH-011 @needs:devlink-health-errors
  Scenario: A dump that was cleared makes room for the next
    Given the reporter that recovers has a grace period of 0 ms
    And an error was met
    And the time of its dump is remembered
    When its dump is cleared
    Then its dump is gone
    When 10 ms pass
    And an error is met
    Then its dump is a later one

  @DL-HEALTH-012 @needs:devlink-health-errors
  Scenario: No dump by itself
    Given the reporter that recovers has a grace period of 0 ms and no automatic dump
    And an error was met
    Then its dump is gone

  @DL-HEALTH-013
  Scenario Outline: What a reporter tells is a formatted message
    Then its <what> is a formatted message with names and values

    Examples:
      | what      |
      | diagnosis |
      | dump      |

  @DL-HEALTH-014
  Scenario: There is nothing to recover from
    When the reporter is told to recover
    Then devlink does it

  @DL-HEALTH-015 @needs:devlink-fatal-error
  Scenario: A fatal error stops the data path until the recovery
    Given the reporter that recovers has no automatic recovery
    When an error is met
    Then frames do not pass the port
    When the reporter is told to recover
    Then frames pass the port

  @DL-HEALTH-007 @needs:devlink-health-errors
  Scenario: Each error of a row is counted
    Given the reporter that recovers has a grace period of 60000 ms
    And an error was met
    And an error was met
    When an error is met
    Then the reporter is in error, after 3 more errors and 1 more recovery

  @DL-HEALTH-016 @needs:devlink-health-errors
  Scenario: An error that nobody recovered from, and one more
    Given the reporter that recovers has a grace period of 0 ms and no automatic recovery
    And an error was met
    And devlink HEALTH_REPORTER_SET was asked for with
      | HEALTH_REPORTER_NAME         | (a reporter that recovers) |
      | HEALTH_REPORTER_AUTO_RECOVER | 1                          |
    When an error is met
    Then the reporter is in error, after 2 more errors and 0 more recoveries

  @DL-HEALTH-003
  Scenario: A refusal sets nothing
    When devlink HEALTH_REPORTER_SET is asked for with
      | HEALTH_REPORTER_NAME         | (a reporter that does not recover) |
      | HEALTH_REPORTER_AUTO_DUMP    | 0                                  |
      | HEALTH_REPORTER_AUTO_RECOVER | 1                                  |
    Then devlink refuses it with EOPNOTSUPP
    When devlink HEALTH_REPORTER_GET is asked for with
      | HEALTH_REPORTER_NAME | (a reporter that does not recover) |
    Then the answer has
      | HEALTH_REPORTER.HEALTH_REPORTER_AUTO_DUMP | 1 |

  @DL-HEALTH-011
  Scenario: There is nothing to clear
    When devlink HEALTH_REPORTER_DUMP_CLEAR is asked for with
      | HEALTH_REPORTER_NAME | (a reporter that recovers) |
    And devlink HEALTH_REPORTER_DUMP_CLEAR is asked for with
      | HEALTH_REPORTER_NAME | (a reporter that recovers) |
    Then devlink does it

  @DL-HEALTH-017 @needs:devlink-health-errors
  Scenario: When a dump was taken
    Given the reporter that recovers has a grace period of 0 ms
    And an error was met
    And the time of its dump is remembered in both units
    When its dump is cleared
    And 300 ms pass
    And an error is met
    Then the time of its dump has gone on by 300 ms in both units
