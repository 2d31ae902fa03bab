@needs:socket-diagnosis
Feature: Diagnosis of sockets
  A kernel tells which sockets there are, and what they are set to. This is what ss shows.

  @NL-DIAG-001
  Scenario: All sockets of netlink
    Given sockets of rtnetlink and of generic netlink are open
    When all sockets of netlink are listed
    Then each of them is there with its protocol and port id
    And the kernel's own sockets of their protocols are there

  @NL-DIAG-001
  Scenario: A socket that was closed
    Given sockets of rtnetlink and of generic netlink are open
    When the first of them is closed
    And all sockets of netlink are listed
    Then it is not there

  @NL-DIAG-002
  Scenario: Sockets of one protocol
    Given sockets of rtnetlink and of generic netlink are open
    When sockets of the netlink protocol 0 are listed
    Then all that are listed are of protocol 0, and that of rtnetlink is among them

  @NL-DIAG-002
  Scenario Outline: The number <protocol>
    When sockets of the netlink protocol <protocol> are listed
    Then none is listed, and the list ends with <end>

    Examples:
      | protocol | end    |
      | 31       | 0      |
      | 32       | ENOENT |
      | 254      | ENOENT |

  @NL-DIAG-003
  Scenario: Groups
    Given sockets of rtnetlink and of generic netlink are open
    And the socket of rtnetlink is in the groups 1 and 12
    When all sockets of netlink are listed with their groups
    Then that of rtnetlink is in the groups 1 and 12
    And that of generic netlink is listed without groups

  @NL-DIAG-003
  Scenario: A group that was left
    Given sockets of rtnetlink and of generic netlink are open
    And the socket of rtnetlink is in the groups 1 and 12
    When it leaves the group 1
    And all sockets of netlink are listed with their groups
    Then that of rtnetlink is in the group 12 alone

  @NL-DIAG-003
  Scenario Outline: The groups <one> and <other>
    Given sockets of rtnetlink and of generic netlink are open
    And the socket of rtnetlink is in the groups <one> and <other>
    When all sockets of netlink are listed with their groups
    Then that of rtnetlink is in the groups <one> and <other>

    Examples: two of one byte, and the last of one word with the first of the next
      | one | other |
      | 9   | 12    |
      | 32  | 33    |

  @NL-DIAG-010
  Scenario: A socket that listens
    Given sockets of rtnetlink and of generic netlink are open
    And the socket of rtnetlink is in the groups 1 and 12
    When sockets of the netlink protocol 0 are listed
    Then that of rtnetlink is listed twice, each time with the same cookie
    And the second time is behind every socket that is listed once

  @NL-DIAG-010
  Scenario: A socket that does not listen
    Given sockets of rtnetlink and of generic netlink are open
    When sockets of the netlink protocol 0 are listed
    Then that of rtnetlink is listed once, each time with the same cookie

  @NL-DIAG-010
  Scenario: A socket that listens no longer
    Given sockets of rtnetlink and of generic netlink are open
    And the socket of rtnetlink is in the groups 1 and 12
    When it leaves the group 1
    And it leaves the group 12
    And sockets of the netlink protocol 0 are listed
    Then that of rtnetlink is listed once, each time with the same cookie

  @NL-DIAG-011 @needs:netlink-buffers
  Scenario: What waits for a reader
    Given a socket with room for 4096 bytes listens to addresses
    When 3 addresses come before it reads
    Then it is listed with room for 8192 bytes, of which some are taken, and with nothing lost

  @NL-DIAG-011 @needs:netlink-buffers
  Scenario: What a reader has lost
    Given a socket with room for 4096 bytes listens to addresses
    When 60 addresses come before it reads
    And it reads all that is there
    Then it is listed with room for 8192 bytes, of which none are taken, and with what it was not told as lost

  @NL-DIAG-011 @needs:netlink-buffers @needs:netlink-options
  Scenario: Losses that nobody wants to know of are counted too
    Given a socket with room for 4096 bytes listens to addresses, and does not want to know of losses
    When 60 addresses come before it reads
    And it reads all that is there
    Then it is listed with room for 8192 bytes, of which none are taken, and with what it was not told as lost

  @NL-DIAG-004 @needs:netlink-options
  Scenario Outline: The option <option>
    Given sockets of rtnetlink and of generic netlink are open
    When the option <option> of the socket of rtnetlink is set to <value>
    And all sockets of netlink are listed with their options
    Then the flag <flag> of the socket of rtnetlink is <value>

    Examples:
      | option | flag | value |
      | 10     | 32   | 1     |
      | 10     | 32   | 0     |
      | 3      | 2    | 1     |
      | 3      | 2    | 0     |
      | 5      | 8    | 1     |
      | 5      | 8    | 0     |

  @NL-DIAG-004 @needs:netlink-options
  Scenario: The dump that runs
    Given sockets of rtnetlink and of generic netlink are open
    When all sockets of netlink are listed with their options
    Then the socket that asked, and no other, has the flag 1

  @NL-DIAG-005
  Scenario: Nothing else
    Given sockets of rtnetlink and of generic netlink are open
    And the socket of rtnetlink is in the groups 1 and 12
    When all sockets of netlink are listed
    Then none has attributes

  @NL-DIAG-006
  Scenario: A packet socket
    Given the port is up
    And packet sockets are counted
    When a packet socket is opened on the port
    Then one packet socket more is listed on the port, and it is running

  @NL-DIAG-006
  Scenario: A port that goes down and comes up again
    Given the port is up
    And a packet socket is open on the port
    When the port goes down
    Then no packet socket on the port is running
    When the port goes up
    Then every packet socket on the port is running

  @NL-DIAG-012
  Scenario Outline: Of packet sockets <show> asks for <attributes>
    Given a packet socket is open on the port
    When packet sockets are listed with what <show> asks for
    Then each of them has <attributes> alone

    Examples:
      | show | attributes                           |
      | 0    | nothing                              |
      | 1    | PACKET_DIAG_INFO and PACKET_DIAG_UID |
      | 2    | PACKET_DIAG_MCLIST                   |
      | 16   | PACKET_DIAG_MEMINFO                  |

  @NL-DIAG-007
  Scenario: Cookies
    Given sockets of rtnetlink and of generic netlink are open
    And a packet socket is open on the port
    When sockets of netlink and packet sockets are listed twice
    Then each has the same cookie both times, and no two have the same

  @NL-DIAG-008
  Scenario Outline: <what>
    When <what> is asked for from the diagnosis of sockets
    Then the diagnosis refuses it with <errno>

    Examples:
      | what                                       | errno      |
      | a request of one byte                      | EINVAL     |
      | the family 46                              | EINVAL     |
      | the family 45                              | ENOENT     |
      | the type 25                                | EINVAL     |
      | a dump of netlink that is a byte too short | EINVAL     |
      | a dump of packets that is a byte too short | EINVAL     |
      | packet sockets of a protocol               | EINVAL     |
      | one socket of netlink                      | EOPNOTSUPP |
      | one packet socket                          | EOPNOTSUPP |
      | the end of a socket of netlink             | EOPNOTSUPP |
      | the end of a packet socket                 | EOPNOTSUPP |

  @NL-DIAG-009
  Scenario Outline: Sockets of the protocol <protocol> of the family <family>
    When sockets of the protocol <protocol> of the family <family> are listed
    Then the list ends with <end>

    Examples:
      | family | protocol | end    |
      | 2      | 6        | 0      |
      | 2      | 17       | 0      |
      | 10     | 6        | 0      |
      | 10     | 17       | 0      |
      | 2      | 77       | ENOENT |
      | 10     | 77       | ENOENT |

  @NL-DIAG-009
  Scenario Outline: TCP with <what>
    When sockets of TCP are listed with <what>
    Then the list ends with <end>

    Examples:
      | what                            | end    |
      | the protocol 77 in an attribute | ENOENT |
      | an attribute that nobody knows  | 0      |

  @NL-DIAG-009
  Scenario Outline: <what>
    When <what> is asked for from the diagnosis of sockets
    Then the diagnosis refuses it with <errno>

    Examples:
      | what                                  | errno  |
      | a connection of TCP that there is not | ENOENT |
      | a dump of TCP that is a byte short    | EINVAL |
      | a protocol of two bytes               | EINVAL |
