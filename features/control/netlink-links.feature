Feature: Settings of links over netlink
  What a tool sets it reads back, whatever the setting; what is refused is as it was. That holds for the names of a link, and for all that
  the tools know of bridges and aggregates.

  @NL-LINK-001
  Scenario: Another name
    Given the port has the other name "the-port-with-a-rather-long-name"
    When a link is looked up by the other name "the-port-with-a-rather-long-name"
    Then it is found
    And the port tells the other name "the-port-with-a-rather-long-name"

  @NL-LINK-001
  Scenario: The other name is taken away
    Given the port has the other name "the-port-with-a-rather-long-name"
    When the other name "the-port-with-a-rather-long-name" is taken from the port
    And a link is looked up by the other name "the-port-with-a-rather-long-name"
    Then it fails with ENODEV

  @NL-LINK-002
  Scenario: A name that is in use
    Given the port has the other name "another-name"
    When the port is given the other name "another-name"
    Then it fails with EEXIST

  @NL-LINK-003 @law @needs:bridge @needs:bridge-multicast
  Scenario: Every setting of a bridge
    Then for every setting of a bridge and every value that it can have, it reads back

  @NL-LINK-004 @needs:bridge
  Scenario Outline: A bridge with <setting> <value>
    When <value> is asked for as <setting> of a bridge
    Then it fails with <error>
    And the setting is as before

    Examples:
      | setting                | value | error  |
      | IFLA_BR_HELLO_TIME     | 99    | ERANGE |
      | IFLA_BR_HELLO_TIME     | 1001  | ERANGE |
      | IFLA_BR_MAX_AGE        | 599   | ERANGE |
      | IFLA_BR_MAX_AGE        | 4001  | ERANGE |
      | IFLA_BR_GROUP_FWD_MASK | 1     | EINVAL |

  @NL-LINK-005 @law @needs:bond
  Scenario: Every setting of an aggregate
    Then for every setting of an aggregate and every value, it reads back, or is refused and is as before

  @NL-EXPORT-001 @needs:bridge @needs:ip-routing
  Scenario: Everything that was made
    Given a bridge "nlx0" over p0 with the address 192.0.2.1, a neighbour 192.0.2.7, a station 02:00:00:00:00:77 and a route of protocol 99
    When the hierarchy is read
    Then p0 stands below "nlx0", with the station
    And "nlx0" has the address, the neighbour and the route

  @NL-EXPORT-002 @needs:bridge @needs:ip-routing
  Scenario: What belongs to bridges
    Given a bridge "nlx0" over p0 with the address 192.0.2.1, a neighbour 192.0.2.7, a station 02:00:00:00:00:77 and a route of protocol 99
    When the hierarchy of the protocol bridge is read
    Then there are "nlx0" and p0 in it, and no routes

  @NL-EXPORT-003 @needs:bridge @needs:ip-routing
  Scenario: What a daemon made
    Given a bridge "nlx0" over p0 with the address 192.0.2.1, a neighbour 192.0.2.7, a station 02:00:00:00:00:77 and a route of protocol 99
    When the routes of protocol 99 are read
    Then there is one, and it tells its protocol

  @NL-LOG-001 @needs:kernel-log
  Scenario: What nobody serves is named
    When the operation 122 of rtnetlink and the command 200 of the controller are asked for
    Then both are refused with EOPNOTSUPP
    And the log names them both

  @NL-SET-001 @needs:sysctl
  Scenario: The folder of a link
    When the folders of the settings of IPv4 are listed
    Then the name of the port is among them

  @NL-SET-001 @needs:sysctl
  Scenario: A link is given another name
    Given the folders of the settings of IPv4 are listed
    When the port is called "renamed1"
    And the folders of the settings of IPv4 are listed
    Then "renamed1" is among them, and the name that the port had is not

  @NL-SET-002 @needs:sysctl
  Scenario: All that is listed
    When the settings of IPv4 of the port are listed
    Then "forwarding" is among them
    And each of them can be read, and lists nothing
