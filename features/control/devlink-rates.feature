Feature: Rate objects: how much functions of the embedded switch may send

  A node is a group of what is below it. Nodes make a tree, and one with somebody below it stays.

  @DL-RATE-001
  Scenario: A node is made and taken away
    Given somebody listens to devlink
    And an embedded switch in switchdev mode
    When devlink RATE_NEW is asked for with
      | RATE_NODE_NAME | one |
    Then devlink does it
    And devlink announces RATE_NEW with
      | RATE_NODE_NAME | one |
      | RATE_TYPE      | 1   |
    And the rate nodes are one
    When devlink RATE_DEL is asked for with
      | RATE_NODE_NAME | one |
    Then devlink announces RATE_DEL with
      | RATE_NODE_NAME | one |
    And the rate nodes are none

  @DL-RATE-002
  Scenario: A name that is taken
    Given an embedded switch in switchdev mode
    And the rate node one
    When devlink RATE_NEW is asked for with
      | RATE_NODE_NAME | one |
    Then devlink refuses it with EEXIST

  @DL-RATE-003
  Scenario Outline: A name that could be a port
    Given an embedded switch in switchdev mode
    When devlink RATE_NEW is asked for with
      | RATE_NODE_NAME | <name> |
    Then devlink refuses it with EINVAL

    Examples:
      | name |
      | 17   |
      | ""   |

  @DL-RATE-004
  Scenario: A node with somebody below it stays
    Given an embedded switch in switchdev mode
    And the rate nodes one and two
    And one is the parent of two
    When devlink RATE_DEL is asked for with
      | RATE_NODE_NAME | one |
    Then devlink refuses it with EBUSY: "Node has children. Cannot delete node."
    When two is left without a parent
    Then devlink does it
    And the parent of two is nobody

  @DL-RATE-005
  Scenario: Nobody is its own parent
    Given an embedded switch in switchdev mode
    And the rate node one
    When one is made the parent of one
    Then devlink refuses it with EINVAL: "Parent to self is not allowed"

  @DL-RATE-006
  Scenario: Nobody is above itself
    Given an embedded switch in switchdev mode
    And the rate nodes one and two
    And one is the parent of two
    When two is made the parent of one
    Then devlink refuses it with EEXIST: "Node is already a parent of parent node."

  @DL-RATE-007
  Scenario: A parent that there is not
    Given an embedded switch in switchdev mode
    And the rate node one
    When nobody is made the parent of one
    Then devlink refuses it with ENODEV

  @DL-RATE-008
  Scenario: Limits of a node
    Given an embedded switch in switchdev mode
    And the rate node one
    When devlink RATE_SET is asked for with
      | RATE_NODE_NAME | one     |
      | RATE_TX_MAX    | 1250000 |
      | RATE_TX_SHARE  | 125000  |
    Then devlink does it
    And devlink RATE_GET has one with
      | RATE_NODE_NAME | one     |
      | RATE_TX_MAX    | 1250000 |
      | RATE_TX_SHARE  | 125000  |
      | RATE_TX_PRIORITY | 0     |
      | RATE_TX_WEIGHT | 0       |

  @DL-RATE-009
  Scenario Outline: A limit that the device cannot keep
    Given an embedded switch in switchdev mode
    And the rate node one
    When devlink RATE_SET is asked for with
      | RATE_NODE_NAME | one    |
      | RATE_TX_MAX    | <rate> |
    Then devlink refuses it with EINVAL
    And devlink RATE_GET has one with
      | RATE_NODE_NAME | one |
      | RATE_TX_MAX    | 0   |

    Examples:
      | rate           |
      | 125001         |
      | 12500000000000 |

  @DL-RATE-010
  Scenario: A node that cannot be as it is asked for is not made
    Given an embedded switch in switchdev mode
    When devlink RATE_NEW is asked for with
      | RATE_NODE_NAME | one    |
      | RATE_TX_MAX    | 125001 |
    Then devlink refuses it with EINVAL
    And the rate nodes are none

  @DL-RATE-011
  Scenario: What the driver cannot set of a node
    Given an embedded switch in switchdev mode
    And the rate node one
    When devlink RATE_SET is asked for with
      | RATE_NODE_NAME   | one |
      | RATE_TX_PRIORITY | 1   |
    Then devlink refuses it with EOPNOTSUPP: "TX priority set isn't supported for the nodes"

  @DL-RATE-012
  Scenario: Nodes are of the switchdev mode
    When devlink RATE_NEW is asked for with
      | RATE_NODE_NAME | one |
    Then devlink refuses it with EOPNOTSUPP

  @DL-RATE-013 @law
  Scenario: Nodes make a tree
    Given an embedded switch in switchdev mode
    Then whatever is made of rate nodes, the tree is the one of a model

  @DL-RATE-006
  Scenario: Nobody is above itself, however far
    Given an embedded switch in switchdev mode
    And the rate nodes one and two
    And the rate node three
    And one is the parent of two
    And two is the parent of three
    When three is made the parent of one
    Then devlink refuses it with EEXIST: "Node is already a parent of parent node."

  @DL-RATE-008
  Scenario: Limits that change are announced
    Given an embedded switch in switchdev mode
    And the rate node one
    And somebody listens to devlink
    When devlink RATE_SET is asked for with
      | RATE_NODE_NAME | one     |
      | RATE_TX_MAX    | 1250000 |
    Then devlink announces RATE_NEW with
      | RATE_NODE_NAME | one     |
      | RATE_TX_MAX    | 1250000 |
