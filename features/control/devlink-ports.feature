Feature: Ports of devlink, and ports that are split

  A port of devlink is a place of the device; the net device that belongs to it comes and goes. A port with several lanes can be split
  into parts, each with lanes of its own, and put together again.

  @DL-PORT-001
  Scenario: A port tells its net device
    Then each port of the instance tells the net device that it has

  @DL-PORT-002
  Scenario: A request without a port
    When devlink PORT_GET is asked for
    Then devlink refuses it with EINVAL

  @DL-PORT-002
  Scenario: A request of a port that there is not
    When devlink PORT_GET is asked for with
      | PORT_INDEX | 999999 |
    Then devlink refuses it with ENODEV

  @DL-PORT-003
  Scenario: A port of the panel is one of Ethernet, with its number
    When devlink PORT_GET is asked for with
      | PORT_INDEX | (the port) |
    Then the answer has
      | PORT_TYPE    | 2         |
      | PORT_FLAVOUR | 0         |
      | PORT_NUMBER  | something |

  @DL-PORT-004
  Scenario: The name of a port is made of its number
    Then the port name of each link is made of what devlink tells of the port

  @DL-PORT-005
  Scenario: A net device is renamed
    Given somebody listens to devlink
    When the net device of the port is renamed
    Then devlink announces PORT_NEW with
      | PORT_NETDEV_NAME | renamed0 |
    And devlink shows the new name, and the old one is put back

  @DL-PORT-006
  Scenario: A function that a port of the panel does not have
    When devlink PORT_GET is asked for with
      | PORT_INDEX | (the port) |
    Then the answer has
      | PORT_FUNCTION | absent |

  @DL-PORT-007
  Scenario: Params of ports
    When devlink PORT_PARAM_GET is asked for with
      | PORT_INDEX | (the port) |
    Then devlink refuses it with EINVAL: "Port params are not supported"

  @DL-PORT-008
  Scenario Outline: A type that there is not
    When devlink PORT_SET is asked for with
      | PORT_INDEX | (the port) |
      | PORT_TYPE  | <type>     |
    Then devlink refuses it with ERANGE: "integer out of range"

    Examples:
      | type  |
      | 4     |
      | 65535 |

  @DL-SPLIT-001
  Scenario: A split into nobody knows how many
    When devlink PORT_SPLIT is asked for with
      | PORT_INDEX | (the port) |
    Then devlink refuses it with EINVAL, as PORT_SPLIT_COUNT is missing

  @DL-SPLIT-002 @law
  Scenario: Counts that are no power of two, or more than the lanes
    Then any other count of parts is refused, and the port stays whole

  @DL-SPLIT-003
  Scenario Outline: A port is split into <count>
    When the port is split into <count>
    Then devlink does it
    And there are <count> parts in its place, with net devices of their own and equal shares of its lanes
    And the net device that it had is gone

    Examples:
      | count |
      | 2     |
      | 4     |

  @DL-SPLIT-004
  Scenario: Parts tell what they are parts of
    Given the port was split into 4
    Then each part tells the port that it is of, and its own number
    And the port name of each link is made of what devlink tells of the port

  @DL-SPLIT-005
  Scenario: A part is not split further
    Given the port was split into 2
    When one of its parts is split into 2
    Then devlink refuses it with EINVAL: "Port cannot be split further"

  @DL-SPLIT-006
  Scenario: Parts are put together
    Given the port was split into 4
    When the parts are put together again
    Then devlink does it
    And the port is whole again, with all its lanes and a net device

  @DL-SPLIT-007
  Scenario: What was not split cannot be put together
    When the whole port is unsplit
    Then devlink refuses it with EINVAL

  @DL-SPLIT-008
  Scenario: Splitting is announced
    Given somebody listens to devlink
    When the port is split into 2
    Then devlink announces PORT_DEL with
      | PORT_SPLIT_GROUP | absent |
    And devlink announces PORT_NEW with
      | PORT_SPLIT_SUBPORT_NUMBER | 1         |
      | PORT_NETDEV_NAME          | something |

  @DL-SPLIT-009 @needs:switch-ports @needs:bridge
  Scenario: Parts forward as ports do
    Given the port was split into 4
    Then frames pass from part to part through a bridge

  @DL-SPLIT-010 @law
  Scenario: Lanes are a fixed sum
    Then whatever is split and put together, lanes are neither used twice nor lost

  @DL-PORT-007
  Scenario: Params of ports cannot be set
    When devlink PORT_PARAM_SET is asked for with
      | PORT_INDEX | (the port) |
    Then devlink refuses it with EINVAL: "Port params are not supported"

  @DL-PORT-009
  Scenario: A port of the panel is made
    When devlink PORT_NEW is asked for with
      | PORT_FLAVOUR       | 0 |
      | PORT_PCI_PF_NUMBER | 0 |
    Then devlink refuses it with EOPNOTSUPP

  @DL-PORT-009
  Scenario: A port of the panel is deleted
    When devlink PORT_DEL is asked for with
      | PORT_INDEX | (the port) |
    Then devlink refuses it with EOPNOTSUPP
    When devlink PORT_GET is asked for with
      | PORT_INDEX | (the port) |
    Then devlink does it

  @DL-PORT-010
  Scenario: A nest that does not say that it is one
    When a state of the function of the port is asked for in a nest without NLA_F_NESTED
    Then devlink refuses it with EINVAL: "Fail to parse port function attributes"
