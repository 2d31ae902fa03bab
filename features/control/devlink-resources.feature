Feature: Resources: how much of it a device has, and for what

  Resources are parts of wholes. What the user asks for waits until the driver is brought up anew, and then the parts have to fit.

  @DL-RES-001
  Scenario: Resources are listed
    Then each resource tells its size, and the sizes that it may have

  @DL-RES-002 @needs:devlink-resource-bounds
  Scenario Outline: A size that it may not have
    When the size of a part is asked to be <size>
    Then devlink refuses it with EINVAL: "<why>"

    Examples:
      | size                | why                      |
      | above its maximum   | Size larger than maximum |
      | off its granularity | Wrong granularity        |
      | below its minimum   | Size smaller than minimum |

  @DL-RES-003
  Scenario: A new size waits for the reload
    When the size of a part is asked to be another one
    Then devlink does it
    And the size is what it was, and the new one waits
    Given the driver was brought up anew
    Then the size is the new one, and none waits

  @DL-RES-004
  Scenario: Parts that do not fit into their whole
    When the parts are asked to be more than the whole
    Then the whole is marked as not valid
    When the driver is brought up anew
    Then devlink refuses it with EINVAL: "resources size validation failed"

  @DL-RES-005
  Scenario: A resource that there is not
    When devlink RESOURCE_SET is asked for with
      | RESOURCE_ID   | 4711 |
      | RESOURCE_SIZE | 32   |
    Then devlink refuses it with EINVAL

  @DL-RES-005
  Scenario: A size of nobody knows what
    When devlink RESOURCE_SET is asked for with
      | RESOURCE_SIZE | 32 |
    Then devlink refuses it with EINVAL, as RESOURCE_ID is missing

  @DL-RES-005
  Scenario: A resource without a size
    When devlink RESOURCE_SET is asked for with
      | RESOURCE_ID | (a resource) |
    Then devlink refuses it with EINVAL, as RESOURCE_SIZE is missing

  @DL-RES-006 @needs:devlink-fdb-resource @needs:switchdev
  Scenario: What is in use is what was learned
    Given a bridge over p0 and p1
    And this many of the resource fdb are in use
    When 5 stations are seen at p0
    Then 5 more of the resource fdb are in use

  @DL-RES-007 @needs:devlink-fdb-resource @needs:switchdev
  Scenario: A table holds as much as it was given
    When the resource fdb is asked to be 64
    And the driver is brought up anew
    And a bridge is made over p0 and p1
    And 80 stations are seen at p0
    Then 64 of the resource fdb are in use

  @DL-RES-008 @law
  Scenario: No reload with parts that are more than the whole
    Then a reload succeeds only where the parts are not more than the whole

  @DL-RES-002 @needs:devlink-resource-bounds
  Scenario: A size that was refused does not wait
    When the size of a part is asked to be above its maximum
    Then no part has a size that waits

  @DL-RES-004 @needs:devlink-fdb-resource
  Scenario: One part gives what another takes
    When the resource fdb is asked to be 4064
    And the resource routes is asked to be 288
    And the driver is brought up anew
    Then devlink does it
