Feature: What a kernel says of itself
  A tool that meets a kernel it does not know can ask: which generic families there are, which operations they have and how these are
  called, which attributes each takes and with which bounds. What is said has to be so.

  @NL-DISC-001
  Scenario: By name and by number
    When each family is looked up by its name and by its number
    Then both answers are the same as in the list of families

  @NL-DISC-002
  Scenario: Every family once
    When the families are looked at
    Then no number, name or multicast group is there twice, and the controller has the number 16

  @NL-DISC-003 @law
  Scenario: An operation does what its flags say, and no more
    Then for every operation that is listed without a do or without a dump, that one is refused with EOPNOTSUPP

  @NL-DISC-004 @law
  Scenario: Operations that are not listed
    Then for every family and every command that it does not list, a request is refused with EOPNOTSUPP

  @NL-DISC-005
  Scenario Outline: A family that there is not, by <by>
    When a family that there is not is looked up by <by>
    Then it fails with ENOENT

    Examples:
      | by         |
      | its name   |
      | its number |

  @NL-DISC-005
  Scenario: Neither name nor number
    When a family is looked up by neither name nor number
    Then it fails with EINVAL

  @NL-DISC-005 @law
  Scenario: Messages to families that there are not
    Then for every number that no family has, a message is refused with ENOENT

  @NL-DISC-006
  Scenario: Changes need privileges
    When the operations of the family "ethtool" are looked at
    Then those that change something say that they need privileges, and those that tell something do not

  @NL-DISC-007
  Scenario: The policy of an operation
    When the policies of "nlctrl" are asked for, for the operation 3
    Then attribute 1 is a u16, and attribute 2 a terminated string of at most 15
    And these are the policies of its do and its dump

  @NL-DISC-008 @law
  Scenario: A policy for whoever says that there is one
    Then for every operation that says it has a policy and a do, the policy of its do is published

  @NL-DISC-009
  Scenario: A policy goes by the number of its operation
    Then for every operation that is published with the policy of a do, the family lists that operation

  @NL-DISC-010 @law
  Scenario: What is published is what is checked
    Then for every bounded attribute of a published do, a value outside is refused there and with that policy

  @NL-DISC-011
  Scenario Outline: Policies of <what>
    When the policies of <what> are asked for
    Then it fails with <error>

    Examples:
      | what                                | error  |
      | a family that there is not          | ENOENT |
      | an operation that there is not      | ENOENT |
      | neither name nor number             | EINVAL |

  @NL-GENL-001 @law
  Scenario: Versions
    Then for every version in the header of a lookup, the answer is the same

  @NL-GENL-002
  Scenario Outline: The reserved field of <family>
    When a query of "<family>" is sent with 1 in the reserved field of its header
    Then it is <answer>

    Examples:
      | family | answer                                                             |
      | netdev | refused with EINVAL and "genlmsghdr.reserved field is not 0"       |
      | nlctrl | taken                                                              |

  @NL-GENL-003
  Scenario Outline: The flag <flag> for <family>
    When a query of "<family>" is sent with the flag <flag>
    Then it is <answer>

    Examples:
      | family | flag         | answer                                                                          |
      | netdev | NLM_F_CREATE | refused with EINVAL and "ambiguous or reserved bits set in nlmsg_flags"         |
      | netdev | NLM_F_ROOT   | refused with EINVAL and "ambiguous or reserved bits set in nlmsg_flags"         |
      | netdev | NLM_F_ECHO   | taken                                                                           |
      | nlctrl | NLM_F_CREATE | taken                                                                           |
      | nlctrl | NLM_F_ROOT   | taken                                                                           |

  @NL-DISC-001
  Scenario: A name and the number of another
    When a family is looked up by the name "ethtool" and the number of the controller
    Then told is the family "ethtool"

  @NL-DISC-011
  Scenario: The place of an operation that there is not
    When the policies of an operation that there is not are asked for
    Then the refusal points at the operation

  @NL-DISC-012 @law
  Scenario: Bounds are within
    Then for every bounded attribute of a published do, its least and its greatest value are not out of range

  @NL-DISC-003
  Scenario: An operation has what its flags say
    Then an operation that is listed with a do or with a dump has it, whatever else is wrong with the request

  @NL-DISC-008
  Scenario: No policy of whoever says that there is none
    Then of an operation that does not say that it has a policy, none is published

  @NL-DISC-013
  Scenario: Headers and attributes
    Then each family tells the length of its own header and its greatest attribute

  @NL-DISC-014
  Scenario: Types
    Then each attribute of each policy has a type, and each nest the policy of what is in it

  @NL-DISC-014
  Scenario: A nest
    Then the header of a query of "ethtool" is a nest of at most 4 attributes
