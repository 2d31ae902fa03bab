Feature: Flash: firmware of a device, stored and activated

  A file of the firmware directory is looked at whole, written, and told of as it goes. What is stored runs when it is activated.

  @DL-FLASH-001
  Scenario: A file that there is not
    When devlink FLASH_UPDATE is asked for with
      | FLASH_UPDATE_FILE_NAME | no-such-file.bin |
    Then devlink refuses it with ENOENT: "failed to locate the requested firmware file"

  @DL-FLASH-002
  Scenario: No file
    When devlink FLASH_UPDATE is asked for
    Then devlink refuses it with EINVAL, as FLASH_UPDATE_FILE_NAME is missing

  @DL-FLASH-003
  Scenario: A component that there is not
    When devlink FLASH_UPDATE is asked for with
      | FLASH_UPDATE_FILE_NAME | no-such-file.bin  |
      | FLASH_UPDATE_COMPONENT | no-such-component |
    Then devlink refuses it with EINVAL: "selected component is not supported by this device"

  @DL-FLASH-004
  Scenario: Sections that there are not
    When devlink FLASH_UPDATE is asked for with
      | FLASH_UPDATE_FILE_NAME      | no-such-file.bin |
      | FLASH_UPDATE_OVERWRITE_MASK | 4 of 4           |
    Then devlink refuses it with EINVAL: "Attribute failed policy validation"

  @DL-FLASH-005
  Scenario: An update is told of from its beginning to its end
    Given somebody listens to devlink
    And a firmware file that is good
    When the file is flashed
    Then devlink does it
    And devlink announces the beginning of the update, its progress up to the whole, and its end

  @DL-FLASH-010
  Scenario: Progress is told in numbers
    Given somebody listens to devlink
    And a firmware file that is good
    When the file is flashed
    Then each message of progress tells how far it is, of how much, and how long it may take
    And some of them say in words what is done

  @DL-FLASH-006 @needs:devlink-flash-activate
  Scenario: What was flashed is stored
    Given a firmware file that is good
    When the file is flashed
    Then what was runs, and the new firmware is stored

  @DL-FLASH-007 @needs:devlink-flash-activate
  Scenario Outline: What is stored runs once it is activated
    Given a firmware file that is good
    When the file is flashed as fw
    And the firmware is activated <how> a reset
    Then devlink does it
    And the new firmware runs, and the new firmware is stored

    Examples:
      | how     |
      | with    |
      | without |

  @DL-FLASH-008 @needs:devlink-flash-checks
  Scenario Outline: A file <kind> leaves everything as it was
    Given a firmware file <kind>
    When the file is flashed
    Then devlink refuses it with EINVAL
    And what was runs, and what was is stored

    Examples:
      | kind                |
      | that is cut short   |
      | with one byte wrong |
      | that is no image    |

  @DL-FLASH-001
  Scenario: An update that does not begin is not told of
    Given somebody listens to devlink
    When devlink FLASH_UPDATE is asked for with
      | FLASH_UPDATE_FILE_NAME | no-such-file.bin |
    Then nothing is announced by devlink

  @DL-FLASH-005 @needs:devlink-flash-checks
  Scenario: An update that fails ends, too
    Given somebody listens to devlink
    And a firmware file that is cut short
    When the file is flashed
    Then devlink announces FLASH_UPDATE_END

  @DL-FLASH-009
  Scenario Outline: A name that leads up: <name>
    Given a firmware file that is good
    When devlink FLASH_UPDATE is asked for with
      | FLASH_UPDATE_FILE_NAME | <name> |
    Then devlink refuses it with <errno>: "failed to locate the requested firmware file"
    And the file is taken away

    Examples:
      | name                           | errno  |
      | ..                             | EINVAL |
      | ../no-such-file.bin            | EINVAL |
      | nicspec/../nicspec-test.bin    | EINVAL |
      | nicspec-test.bin/..            | EINVAL |
      | no-such-file..bin              | ENOENT |
      | ..no-such-file.bin             | ENOENT |
      | no-such-folder../file.bin      | ENOENT |

  @DL-FLASH-005 @needs:devlink-flash-activate
  Scenario: Progress says of which component
    Given somebody listens to devlink
    And a firmware file that is good
    When the file is flashed as fw
    Then the progress that devlink announces is of fw
