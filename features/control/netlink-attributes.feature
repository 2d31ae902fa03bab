Feature: Attributes of netlink
  A strict family refuses what it does not understand, and says where. The oldest families are liberal: they skip what they do not
  know, because tools were written before there was a rule. Which is which is part of the interface.

  @NL-ATTR-001
  Scenario Outline: Attribute <number> of the controller
    When the policies of a family are asked for with an attribute <number> behind the name
    Then it fails with EINVAL at that attribute, and says "Unknown attribute type"

    Examples:
      | number |
      | 0      |
      | 11     |
      | 1000   |
      | 16383  |

  @NL-ATTR-001 @law
  Scenario: Every unknown attribute
    Then for every number that the controller does not know, place and length, a query of policies is refused there

  @NL-ATTR-002
  Scenario Outline: Attribute <number>, which only answers have
    When the policies of a family are asked for with an attribute <number> behind the name
    Then it fails with EINVAL at that attribute, and says "Unsupported attribute"

    Examples:
      | number |
      | 3      |
      | 6      |
      | 9      |

  @NL-ATTR-003
  Scenario Outline: A change of a link with an unknown attribute <where>
    When an MTU of 1400 is asked for with an attribute 1000 <where>
    Then it is acknowledged
    And the port has an MTU of 1400

    Examples:
      | where     |
      | before it |
      | behind it |

  @NL-ATTR-004
  Scenario Outline: A family's number of <bytes> bytes
    When the policies of a family are asked for by a number of <bytes> bytes
    Then it fails with EINVAL at that attribute, and says "invalid attribute length"

    Examples:
      | bytes |
      | 0     |
      | 1     |
      | 3     |
      | 4     |

  @NL-ATTR-005
  Scenario Outline: An MTU of <bytes> bytes
    When an MTU of 1400 is asked for in <bytes> bytes
    Then it fails with ERANGE at that attribute, and says "Attribute failed policy validation"

    Examples:
      | bytes |
      | 0     |
      | 2     |
      | 3     |

  @NL-ATTR-006
  Scenario Outline: An MTU of <bytes> bytes is more than is looked at
    When an MTU of 1400 is asked for in <bytes> bytes
    Then it is acknowledged
    And the port has an MTU of 1400

    Examples:
      | bytes |
      | 5     |
      | 8     |

  @NL-ATTR-007
  Scenario: A name that is marked as a nest
    When the policies of a family are asked for by a name that is marked as a nest
    Then it fails with EINVAL at that attribute, and says "NLA_F_NESTED not expected"

  @NL-ATTR-008 @needs:vlan-device
  Scenario Outline: A VLAN device, its kind in a nest <how>
    When a VLAN device is asked for, its kind in a nest that is <how>
    Then it is acknowledged

    Examples:
      | how        |
      | marked     |
      | not marked |

  @NL-ATTR-009
  Scenario Outline: Segments of <size> bytes at most
    When a GSO size of <size> bytes is asked for
    Then it fails with ERANGE at that attribute, and says "integer out of range"

    Examples:
      | size |
      | 0    |
      | 100  |

  @NL-ATTR-009 @law
  Scenario: Within the bounds, and beyond
    Then for every GSO size, it is refused below 101 bytes, and reads back from 2048 to 65536 bytes

  @NL-ATTR-010
  Scenario: A name without its zero
    When the policies of a family are asked for by a name that is not terminated
    Then it fails with EINVAL at that attribute, and says "Attribute failed policy validation"

  @NL-ATTR-011
  Scenario: The name of a link without its zero
    When the port is looked up by its name without a zero behind it
    Then it is found

  @NL-ATTR-012
  Scenario: The name of a link that is too long
    When a link is looked up by a name of 16 letters
    Then it fails with ERANGE at that attribute, and says "Attribute failed policy validation"

  @NL-ATTR-013
  Scenario Outline: <bytes> bytes behind the attributes of a strict family
    When the policies of a family are asked for with <bytes> bytes behind the name
    Then it fails with EINVAL, and says "bytes leftover after parsing attributes"

    Examples:
      | bytes |
      | 1     |
      | 3     |

  @NL-ATTR-013
  Scenario Outline: An attribute that says it has <length> bytes
    When the policies of a family are asked for, and behind the name an attribute that says it has <length> bytes
    Then it fails with EINVAL, and says "bytes leftover after parsing attributes"

    Examples:
      | length |
      | 0      |
      | 3      |
      | 9      |
      | 65535  |

  @NL-ATTR-014
  Scenario Outline: <bytes> bytes behind the attributes of a change of a link
    When an MTU of 1400 is asked for with <bytes> bytes behind it
    Then it is acknowledged, with the warning "bytes leftover after parsing attributes"
    And the port has an MTU of 1400

    Examples:
      | bytes |
      | 1     |
      | 3     |

  @NL-ATTR-015
  Scenario: The same attribute twice
    When MTUs of 1400 and then of 1300 are asked for in one message
    Then it is acknowledged
    And the port has an MTU of 1300

  @NL-ATTR-015
  Scenario: The same attribute twice, the first one wrong
    When an MTU of two bytes and then one of 1300 are asked for in one message
    Then it fails with ERANGE at that attribute, and says "Attribute failed policy validation"

  @NL-ATTR-016 @law
  Scenario: The order of attributes says nothing
    Then for every order of the attributes of a change, the link reads back the same

  @NL-ATTR-017 @law
  Scenario: What is in the padding says nothing
    Then for all bytes between attributes, a change is made as without them

  @NL-ATTR-018
  Scenario Outline: <attribute> is told, and cannot be asked for
    When a change of the link with <attribute> is asked for
    Then it fails with EINVAL at that attribute, and says "Attribute failed policy validation"

    Examples:
      | attribute         |
      | IFLA_PERM_ADDRESS |
      | IFLA_TSO_MAX_SIZE |
      | IFLA_TSO_MAX_SEGS |
      | IFLA_ALLMULTI     |

  @NL-ATTR-018 @needs:bridge
  Scenario: How many stations a bridge has learned is told, and cannot be asked for
    When a bridge is asked for with IFLA_BR_FDB_N_LEARNED of 4 bytes
    Then it fails with EINVAL at that attribute, and says "Attribute failed policy validation"

  @NL-ATTR-019
  Scenario Outline: What a kernel sends is aligned, and padded with zeros: <what>
    When <what> are listed
    Then every attribute of every reply begins at a multiple of four, and what is between them is zero

    Examples:
      | what         |
      | the links    |
      | the families |

  @NL-ATTR-012
  Scenario: The name of a link that is as long as it may be
    When a link is looked up by a name of 15 letters
    Then it fails with ENODEV

  @NL-ATTR-020
  Scenario: A flag with a value
    When strings are asked for, and to be counted only, with a byte behind that flag
    Then it fails with ERANGE at that attribute, and says "Attribute failed policy validation"

  @NL-ATTR-021
  Scenario Outline: A nest of <bytes> bytes
    When strings are asked for with a nest of <bytes> bytes as their sets
    Then it fails with ERANGE at that attribute, and says "Attribute failed policy validation"

    Examples:
      | bytes |
      | 1     |
      | 3     |

  @NL-ATTR-022
  Scenario Outline: <what> with <attribute>, which is younger than the rule, of <bytes> bytes
    When <what> is asked for with <attribute> of <bytes> bytes
    Then it fails with EINVAL at that attribute, and says "invalid attribute length"

    Examples:
      | what        | attribute     | bytes |
      | a neighbour | NDA_FLAGS_EXT | 2     |
      | a neighbour | NDA_FLAGS_EXT | 8     |
      | a route     | RTA_NH_ID     | 2     |
      | a route     | RTA_NH_ID     | 8     |

  @NL-ATTR-022 @needs:bridge
  Scenario: A bridge with a young attribute that is too long
    When a bridge is asked for with IFLA_BR_FDB_MAX_LEARNED of 8 bytes
    Then it fails with EINVAL at that attribute, and says "invalid attribute length"

  @NL-ATTR-022
  Scenario Outline: <what> with <attribute>, which is older than the rule, of <bytes> bytes
    When <what> is asked for with <attribute> of <bytes> bytes
    Then it is acknowledged

    Examples:
      | what        | attribute    | bytes |
      | a neighbour | NDA_VLAN     | 4     |
      | a route     | RTA_PRIORITY | 8     |

  @NL-ATTR-022 @needs:bridge
  Scenario: A bridge with an old attribute that is too long
    When a bridge is asked for with IFLA_BR_AGEING_TIME of 8 bytes
    Then it is acknowledged

  @NL-ATTR-023
  Scenario: A bit that there is not
    When a neighbour is asked for with bit 31 of NDA_FLAGS_EXT
    Then it fails with EINVAL at that attribute, and says "reserved bit set"

  @NL-ATTR-024 @needs:devlink
  Scenario Outline: The value <value> where <selector> is selected
    When a reload of devlink is asked for with limits of the value <value> and the selector <selector>
    Then it fails with EINVAL at that attribute, and says "Attribute failed policy validation"
    And the policy of the refusal has the mask 6

    Examples:
      | value | selector |
      | 8     | 8        |
      | 2     | 10       |
      | 1     | 6        |
      | 4     | 2        |

  @NL-ATTR-024 @needs:devlink
  Scenario Outline: A bit field of <bytes> bytes
    When a reload of devlink is asked for with limits of <bytes> bytes
    Then it fails with ERANGE at that attribute, and says "Attribute failed policy validation"
    And the policy of the refusal has the mask 6

    Examples:
      | bytes |
      | 4     |
      | 12    |
