Feature: What a kernel says beside an error
  An error number alone leaves a tool guessing. The extended acknowledgement says in words what is wrong, where in the request, what
  would be right, and what is missing.

  @NL-EXT-001
  Scenario: The place counts from the message, not from the datagram
    When a query and a change with a wrong attribute are sent in one datagram
    Then the refusal gives the place of the attribute within its own message

  @NL-EXT-002
  Scenario Outline: Refused by its policy: <what>
    When <what> is asked for
    Then the refusal tells the policy: <policy>

    Examples:
      | what                                 | policy                          |
      | a new index of 0 for the port        | s32, from 1 to 2147483647       |
      | a family by a number of three bytes  | u16, from 0 to 65535            |
      | a family by a name without an end    | a terminated string of at most 15 |

  @NL-EXT-002
  Scenario: An attribute that nobody knows has no policy
    When the policies of a family are asked for with an attribute 1000 behind the name
    Then the refusal tells no policy

  @NL-EXT-003 @law
  Scenario: The policy of a refusal is the one that is published
    Then for every attribute of the controller, a wrong length is refused with the policy that the controller publishes

  @NL-EXT-004 @needs:bridge @needs:bridge-multicast
  Scenario: Missing inside a nest
    When a group with a source without an address is asked for
    Then it fails with EINVAL, and says that attribute 1 is missing in the nest of the source

  @NL-EXT-005 @law
  Scenario: A success tells of no place
    Then for every change that is taken, the acknowledgement tells no place, no policy and nothing missing

  @NL-EXT-006 @needs:netlink-options
  Scenario: Capped on demand
    Given the socket asks for capped acknowledgements
    When an MTU of 1400 is asked for in 2 bytes
    Then the refusal quotes the header alone, marked as capped, and still gives the place

  @NL-EXT-007 @needs:netlink-options
  Scenario: Without explanations
    Given the socket does not ask for explanations
    When an MTU of 1400 is asked for in 2 bytes
    Then the refusal quotes the whole request and says nothing more

  @NL-EXT-008
  Scenario: A dump that fails ends with the error, and the words
    When a dump of links is asked for with a device index in its header
    Then it ends with EINVAL and "Filter by device index not supported for link dumps"

  @NL-EXT-009
  Scenario Outline: <misuse>
    When <misuse> is asked of rtnetlink
    Then it fails with <error>

    Examples:
      | misuse                                          | error      |
      | a link by an index that there is not            | ENODEV     |
      | a link by a name that there is not              | ENODEV     |
      | a link by neither index nor name                | EINVAL     |
      | a change of a link that there is not            | ENODEV     |
      | a new link of a kind that nobody knows          | EOPNOTSUPP |
      | a new link that must not be made, by a new name | ENODEV     |
      | a new link by the name of the port, exclusively | EEXIST     |
      | an address at a link that there is not          | ENODEV     |
      | an address that is not there, to be removed     | EADDRNOTAVAIL |
      | an address of the link of five bytes            | EINVAL     |

    @needs:vlan-device
    Examples: What a kind needs is looked at before whether there is such a link
      | misuse                                           | error  |
      | a VLAN without its number, that must not be made | EINVAL |

  @NL-EXT-010
  Scenario: An acknowledgement quotes the header alone
    When an MTU of 1400 is asked for in 4 bytes
    Then the acknowledgement quotes 16 bytes, and is marked as capped
