Feature: Who hears of what devlink announces

  Announcements go to a group of sockets. Each of them may say of what it wants to hear.

  @DL-NTF-001
  Scenario Outline: A filter by <what>
    Given somebody listens to devlink
    And it filters by
      | <attribute> | <value> |
    When a param of the instance is set
    Then it hears <of> PARAM_NEW
    And another listener without a filter hears of PARAM_NEW

    Examples:
      | what           | attribute | value        | of      |
      | the bus        | BUS_NAME  | (the bus)    | of      |
      | another bus    | BUS_NAME  | nothing      | nothing of |
      | the device     | DEV_NAME  | (the device) | of      |
      | another device | DEV_NAME  | nothing      | nothing of |

  @DL-NTF-002
  Scenario: A filter by a port
    Given somebody listens to devlink
    And it filters by
      | PORT_INDEX | (the port) |
    When the net device of the port is renamed
    Then it hears of PORT_NEW
    And devlink shows the new name, and the old one is put back

  @DL-NTF-002
  Scenario: A filter by another port
    Given somebody listens to devlink
    And it filters by
      | PORT_INDEX | 999999 |
    When the net device of the port is renamed
    Then it hears nothing of PORT_NEW
    And devlink shows the new name, and the old one is put back
    When a param of the instance is set
    Then it hears of PARAM_NEW

  @DL-NTF-003
  Scenario: Another filter
    Given somebody listens to devlink
    And it filters by
      | BUS_NAME | nothing |
    And it filters by
      | DEV_NAME | (the device) |
    When a param of the instance is set
    Then it hears of PARAM_NEW

  @DL-NTF-003
  Scenario: No filter any more
    Given somebody listens to devlink
    And it filters by
      | DEV_NAME | nothing |
    And it filters by nothing
    When a param of the instance is set
    Then it hears of PARAM_NEW
