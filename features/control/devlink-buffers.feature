Feature: Shared buffers: pools, and who may take how much of them

  A switch has one memory for the frames of all its ports. It is divided into pools for each direction; ports have thresholds for pools, and
  traffic classes are bound to them.

  @DL-SB-001
  Scenario Outline: <command> without a buffer
    When devlink <command> is asked for with
      | <more> | <value> |
    Then devlink refuses it with EINVAL

    Examples:
      | command             | more          | value      |
      | SB_POOL_GET         | SB_POOL_INDEX | 0          |
      | SB_PORT_POOL_GET    | PORT_INDEX    | (the port) |
      | SB_TC_POOL_BIND_GET | PORT_INDEX    | (the port) |

  @DL-SB-001
  Scenario: A buffer that there is not
    When devlink SB_GET is asked for with
      | SB_INDEX | 999 |
    Then devlink refuses it with ENODEV

  @DL-SB-002
  Scenario: What a buffer is made of
    When devlink SB_GET is asked for with
      | SB_INDEX | (a shared buffer) |
    Then the answer has
      | SB_SIZE               | something |
      | SB_INGRESS_POOL_COUNT | something |
      | SB_EGRESS_POOL_COUNT  | something |
      | SB_INGRESS_TC_COUNT   | something |
      | SB_EGRESS_TC_COUNT    | something |
    And the buffer has the pools and the classes that it tells, each with all that belongs to it

  @DL-SB-003
  Scenario Outline: <command> of a pool that there is not
    When devlink <command> is asked for with
      | SB_INDEX               | (a shared buffer) |
      | SB_POOL_INDEX          | 9999              |
      | <more>                 | <value>           |
    Then devlink refuses it with EINVAL

    Examples:
      | command          | more                   | value      |
      | SB_POOL_GET      | SB_INDEX               | (a shared buffer) |
      | SB_PORT_POOL_GET | PORT_INDEX             | (the port) |

  @DL-SB-003
  Scenario: A pool without a number
    When devlink SB_POOL_GET is asked for with
      | SB_INDEX | (a shared buffer) |
    Then devlink refuses it with EINVAL

  @DL-SB-004
  Scenario Outline: A <kind> pool
    When the second ingress pool is given 1000 cells and a <kind> threshold
    Then devlink does it
    And the second ingress pool has 1000 cells and a <kind> threshold, and the others are what they were

    Examples:
      | kind    |
      | static  |
      | dynamic |

  @DL-SB-004
  Scenario: One byte more than whole cells
    When the second ingress pool is given 1000 cells and one byte
    Then devlink does it
    And the second ingress pool has 1001 cells

  @DL-SB-005
  Scenario: A pool without a kind of threshold
    When devlink SB_POOL_SET is asked for with
      | SB_INDEX      | (a shared buffer) |
      | SB_POOL_INDEX | 1                 |
      | SB_POOL_SIZE  | 96000             |
    Then devlink refuses it with EINVAL

  @DL-SB-005
  Scenario: A pool without a size
    When devlink SB_POOL_SET is asked for with
      | SB_INDEX               | (a shared buffer) |
      | SB_POOL_INDEX          | 1                 |
      | SB_POOL_THRESHOLD_TYPE | 0                 |
    Then devlink refuses it with EINVAL, as SB_POOL_SIZE is missing

  @DL-SB-006
  Scenario: A pool that is larger than its buffer
    When the second ingress pool is to be one byte larger than the buffer
    Then devlink refuses it with EINVAL
    And the pools are what they were

  @DL-SB-007
  Scenario: What a port may take of a pool
    Given the second ingress pool is given 1000 cells and a static threshold
    When the port may take 5000 bytes of the second ingress pool
    Then devlink does it
    And it may take 5000 bytes of that, and everybody else what they could before

  @DL-SB-008
  Scenario Outline: A class is bound to a pool of <direction>
    Given the second <direction> pool is given 1000 cells and a static threshold
    When class 3 of the port is bound to the second <direction> pool with 4000 bytes
    Then devlink does it
    And it is bound to that with 4000 bytes, and everything else to what it was bound to before

    Examples:
      | direction |
      | ingress   |
      | egress    |

  @DL-SB-009
  Scenario: A class that there is not
    When devlink SB_TC_POOL_BIND_GET is asked for with
      | SB_INDEX     | (a shared buffer) |
      | PORT_INDEX   | (the port)        |
      | SB_POOL_TYPE | 0                 |
      | SB_TC_INDEX  | 9999              |
    Then devlink refuses it with EINVAL

  @DL-SB-009
  Scenario: A class without a direction
    When devlink SB_TC_POOL_BIND_GET is asked for with
      | SB_INDEX     | (a shared buffer) |
      | PORT_INDEX   | (the port)        |
      | SB_TC_INDEX  | 0                 |
    Then devlink refuses it with EINVAL

  @DL-SB-009
  Scenario: A direction without a class
    When devlink SB_TC_POOL_BIND_GET is asked for with
      | SB_INDEX     | (a shared buffer) |
      | PORT_INDEX   | (the port)        |
      | SB_POOL_TYPE | 1                 |
    Then devlink refuses it with EINVAL

  @DL-SB-010
  Scenario: A class of one direction and a pool of the other
    When the first ingress class of the port is bound to the first egress pool
    Then devlink refuses it with EINVAL
    And the classes are bound to what they were bound to

  @DL-SB-011
  Scenario: More than there is in the pool
    Given the second ingress pool is given 10 cells and a static threshold
    When the port may take 4000000 bytes of the second ingress pool
    Then devlink refuses it with EINVAL

  @DL-SB-011
  Scenario: A size where an exponent belongs
    Given the second ingress pool is given 1000 cells and a dynamic threshold
    When the port may take 5000 bytes of the second ingress pool
    Then devlink refuses it with EINVAL

  @DL-SB-012 @law
  Scenario: Set and told, or refused
    Then for every sequence of settings of the buffer, each is told as it was set, or is what it was

  @DL-SB-013
  Scenario Outline: The last class of <direction>, and the next
    When the last <direction> class of the port is asked for
    Then devlink does it
    When the class behind the last <direction> class of the port is asked for
    Then devlink refuses it with EINVAL

    Examples:
      | direction |
      | ingress   |
      | egress    |

  @DL-SB-014
  Scenario Outline: One frame of <length> bytes <passes> is the highest occupancy
    Given nothing was in the buffer
    When a frame of <length> bytes <passes>
    And a snapshot of the buffer is taken
    Then the highest occupancy of the port is that of <length> bytes in the first <direction> pool and in its first <direction> class
    And nothing of the port is in the buffer now

    Examples:
      | length | passes           | direction |
      | 60     | comes in         | ingress   |
      | 1000   | comes in         | ingress   |
      | 60     | goes out         | egress    |
      | 1000   | goes out         | egress    |

  @DL-SB-015
  Scenario: What passes after the snapshot is not told
    Given nothing was in the buffer
    And a snapshot of the buffer is taken
    When a frame of 1000 bytes comes in
    Then the highest occupancy of the port is nothing
    When a snapshot of the buffer is taken
    Then the highest occupancy of the port is that of 1000 bytes in the first ingress pool and in its first ingress class

  @DL-SB-015
  Scenario: A maximum is cleared
    Given nothing was in the buffer
    When a frame of 1000 bytes comes in
    And nothing was in the buffer
    And a frame of 60 bytes comes in
    And a snapshot of the buffer is taken
    Then the highest occupancy of the port is that of 60 bytes in the first ingress pool and in its first ingress class
