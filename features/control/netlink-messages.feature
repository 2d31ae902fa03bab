Feature: Messages of netlink
  A socket of netlink carries datagrams, a datagram carries messages. What a kernel does with a message that is cut, too short, not a
  request, or of a type that it does not have is the same for every family.

  @NL-MSG-001
  Scenario: Each message begins at a multiple of four
    When two lookups of a family are sent in one datagram, the first of 31 bytes
    Then both are answered, in order

  @NL-MSG-001 @law
  Scenario: Any lengths, one behind the other
    Then for every list of lookups with names of any length, each is answered in order

  @NL-MSG-002
  Scenario Outline: A message that says it has <length> bytes
    When a message that says it has <length> bytes is sent, with a query behind it
    Then no message comes
    And the next query is answered

    Examples:
      | length |
      | 0      |
      | 15     |

  @NL-MSG-003
  Scenario Outline: A message that ends <bytes> bytes behind the datagram
    When a query that says it is <bytes> bytes longer than its datagram is sent
    Then no message comes
    And the next query is answered

    Examples:
      | bytes |
      | 1     |
      | 65536 |

  @NL-MSG-004
  Scenario: A change that is not marked as a request
    When an MTU of 1400 is asked for without NLM_F_REQUEST, to be acknowledged
    Then it is acknowledged
    And the port does not have an MTU of 1400

  @NL-MSG-004
  Scenario: Neither a request nor to be acknowledged
    When an MTU of 1400 is asked for without NLM_F_REQUEST
    Then no message comes
    And the port does not have an MTU of 1400

  @NL-MSG-005
  Scenario Outline: Type <type> is for the two ends of the socket, not for a family
    When a message of type <type> is sent to <protocol>, to be acknowledged
    Then it is acknowledged

    Examples:
      | type | protocol        |
      | 1    | rtnetlink       |
      | 2    | rtnetlink       |
      | 3    | rtnetlink       |
      | 15   | rtnetlink       |
      | 1    | generic netlink |
      | 15   | generic netlink |

  @NL-MSG-006
  Scenario Outline: <what> with <bytes> bytes of header
    When <what> is sent with <bytes> bytes behind the netlink header
    Then it fails with EINVAL

    Examples:
      | what                      | bytes |
      | a query of a link         | 15    |
      | a dump of links           | 15    |
      | a dump of addresses       | 7     |
      | a dump of neighbours      | 11    |
      | a command of a family     | 3     |

  @NL-MSG-007 @law
  Scenario: Answers go by the sequence number
    Then for every sequence number of 32 bits, the reply and the acknowledgement have it

  @NL-MSG-008 @law
  Scenario: Nobody believes the port id of a request
    Then for every port id in the header of a query, the answer comes to the socket that asked, with its own port id

  @NL-MSG-009 @law
  Scenario: Types that rtnetlink does not have
    Then for every type above those of rtnetlink, a message is refused with EOPNOTSUPP, to be acknowledged or not

  @NL-MSG-010
  Scenario: A message of rtnetlink without anything
    When a change of a link is sent with 0 bytes behind the netlink header
    Then it is acknowledged

  @NL-MSG-011
  Scenario: A deletion of many, where one at a time is deleted
    When a link is to be deleted with NLM_F_BULK
    Then it fails with EOPNOTSUPP, and says "Bulk delete is not supported"
