Feature: Announcements
  A kernel tells every change to whoever listens. A daemon builds its picture of the machine from that alone, so what is told has to
  come once, in the order in which it happened, and only if it happened.

  @NL-MC-001 @law
  Scenario: In the order of the changes
    Then for every list of changes of links, addresses and routes, they are announced in this order

  @NL-MC-002
  Scenario: The same for everybody
    Given three sockets listen to links
    When the MTU of the port becomes 1400 and then 1300
    Then each of them is told the same, byte for byte

  @NL-MC-003 @needs:netlink-options
  Scenario Outline: A group that there is not: <group> of <protocol>
    When the group <group> of <protocol> is joined
    Then that is refused with EINVAL

    Examples:
      | group      | protocol        |
      | 0          | rtnetlink       |
      | 1000000    | rtnetlink       |
      | 1000000    | generic netlink |

  @NL-MC-004 @needs:netlink-options
  Scenario: Who left is told nothing
    Given a socket that joined the group of links and left it
    When the MTU of the port becomes 1400 and then 1300
    Then it is told nothing

  @NL-MC-005
  Scenario Outline: Who asked for it: <what>
    Given a socket listens to <what>
    When <what> change on request of another socket
    Then the announcement tells the port id and the sequence number of the request

    Examples:
      | what      |
      | addresses |
      | routes    |

  @NL-MC-006
  Scenario Outline: An echo of <what>
    When <what> change on request of a socket that listens to nothing, and asks for an echo
    Then the socket is told of the change, and then that it was made

    Examples:
      | what      |
      | addresses |
      | routes    |

  @NL-MC-006
  Scenario Outline: An echo of <what> is for who asked
    Given a socket that listens to nothing
    When <what> change on request of a socket that listens to nothing, and asks for an echo
    Then the other socket is told nothing

    Examples:
      | what      |
      | addresses |
      | routes    |

  @NL-MC-007
  Scenario Outline: Nothing happened: <what>
    Given a socket listens to <group>
    When <what> is asked for, and refused
    Then the socket is told nothing

    Examples:
      | group     | what                                    |
      | addresses | an address that is there already        |
      | routes    | a route through a gateway nobody can reach |
      | links     | an MTU of two bytes                     |

  @NL-MC-008
  Scenario: Nothing changed
    Given a socket listens to links
    When the MTU that the port has is asked for
    Then the socket is told nothing

  @NL-MC-009 @needs:netlink-options
  Scenario Outline: Memory that was shared once: option <option>
    When the option <option> of a socket of rtnetlink is set
    Then that is refused with ENOPROTOOPT

    Examples:
      | option |
      | 6      |
      | 7      |

  @NL-PKT-001 @needs:netlink-groups
  Scenario: Which group it was
    Given a socket listens to links and addresses
    When addresses change on request of another socket
    And the MTU of the port becomes 1400 and then 1300
    Then each announcement is received with the group that it was sent to

  @NL-PKT-002 @needs:netlink-groups
  Scenario Outline: <what> is of no group
    Given a socket listens to links and addresses
    When it asks for <what>
    Then what comes is received with the group 0

    Examples:
      | what                 |
      | one link             |
      | a dump of links      |
      | an operation unknown |

  @NL-PKT-003 @needs:netlink-groups
  Scenario: The group of an echo
    Given a socket that listens to nothing
    When it makes an address, and asks for an echo
    Then the echo is received with the group of addresses, and the acknowledgement with the group 0

  @NL-PKT-004 @needs:netlink-groups @needs:netlink-options
  Scenario: Who does not want to know
    Given a socket listens to links and addresses
    And it does not want to know of groups
    When addresses change on request of another socket
    Then it is told of the change, and of no group
