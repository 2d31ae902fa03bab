Feature: Filters at ports: what the kernel takes and what it tells

  Filters are asked for over rtnetlink. What cannot be is refused, with the reason, and leaves nothing behind.

  @SW-ACL-030
  Scenario: The place for filters is made once
    Given there is room for filters at p0
    When room for filters at p0 is asked for
    Then it is refused with EEXIST
    And p0 has a qdisc clsact

  @SW-ACL-030
  Scenario: A place of a kind that does not exist
    When a qdisc "nonsense" at p0 is asked for
    Then it is refused with ENOENT, because "Specified qdisc kind is unknown"
    And p0 has no qdisc clsact

  @SW-ACL-031 @needs:bridge
  Scenario: Filters go with the place that they are in
    Given a bridge over p0, p1 and p2
    And these filters where frames come in at p0:
      | priority | frames | action |
      | 10       | any    | drop   |
    When the filters at p0 are cleared
    And a packet from A to broadcast comes in at p0
    Then the packet leaves at p1 and p2
    When room for filters at p0 is asked for
    Then p0 has no filters

  @SW-ACL-032
  Scenario: A filter where there is no place for it
    When filter 10 of any with the action pass is asked for at p0, where there is no room
    Then it is refused with EINVAL, because "Parent Qdisc doesn't exists"

  @SW-ACL-032
  Scenario: A filter at neither side
    Given there is room for filters at p0
    When a filter at p0 is asked for whose parent is ffff0001
    Then it is refused with ENOENT, because "Specified class doesn't exist"

  @SW-ACL-033
  Scenario: A classifier that does not exist
    Given there is room for filters at p0
    When a filter at p0 of the kind "nonsense" is asked for
    Then it is refused with ENOENT, because "TC classifier not found"

  @SW-ACL-033
  Scenario: A filter without a kind
    Given there is room for filters at p0
    When a filter at p0 without a kind is asked for
    Then it is refused with EINVAL, because "Filter kind and protocol must be specified"

  @SW-ACL-034
  Scenario: An action that does not exist
    Given there is room for filters at p0
    When a filter at p0 with the action "nonsense" is asked for
    Then it is refused with ENOENT, because "Failed to load TC action module"
    And p0 has no filters

  @SW-ACL-034
  Scenario: An action that says what no action can
    Given there is room for filters at p0
    When a filter at p0 whose verdict is 9 is asked for
    Then it is refused with EINVAL, because "invalid control action"
    And p0 has no filters

  @SW-ACL-035
  Scenario: A filter that is there
    When filter 10 at p0 of from A with the action pass is added
    And the same handle at priority 10 of p0 is asked for again
    Then it is refused with EEXIST, because "Filter already exists"

  @SW-ACL-036
  Scenario: The same match at the same priority
    When filter 10 at p0 of from A with the action pass is added
    And filter 10 at p0 of from A with the action drop is asked for
    Then it is refused with EEXIST
    And p0 has 1 filter

  @SW-ACL-036
  Scenario: Another match at the same priority
    When filter 10 at p0 of from A with the action pass is added
    And filter 10 at p0 of from B with the action drop is asked for
    Then it is accepted
    And p0 has 2 filters

  @SW-ACL-037
  Scenario: One priority, two types of frames
    When filter 10 at p0 of IPv4 with the action pass is added
    And filter 10 at p0 of IPv6 with the action pass is asked for
    Then it is refused with EINVAL, because "Filter with specified priority/protocol not found"

  @SW-ACL-038 @needs:bridge
  Scenario: A filter is given another action
    Given a bridge over p0, p1 and p2
    And these filters where frames come in at p0:
      | priority | frames | action |
      | 10       | from A | pass   |
    When filter 10 at p0 is given the action drop
    And a packet from A to broadcast comes in at p0
    Then the packet leaves at nowhere
    And p0 has 1 filter
    When filter 10 at p0 is given the action redirect to p3
    And a packet from A to broadcast comes in at p0
    Then the packet leaves at p3 and nowhere else

  @SW-ACL-039
  Scenario: A filter is to look at something else
    When filter 10 at p0 of from A with the action pass is added
    And filter 10 at p0 is asked to match IPv6 instead
    Then it is refused with EINVAL
    And p0 has 1 filter

  @SW-ACL-040 @needs:bridge
  Scenario: A filter is removed
    Given a bridge over p0, p1 and p2
    And these filters where frames come in at p0:
      | priority | frames | action |
      | 10       | from A | drop   |
      | 20       | from B | drop   |
    When filter 10 at p0 is removed
    And a packet from A to broadcast comes in at p0
    Then the packet leaves at p1 and p2
    And p0 has 1 filter

  @SW-ACL-040
  Scenario: A priority is removed with all its filters
    When filter 10 at p0 of from A with the action pass is added
    And filter 10 at p0 of from B with the action pass is added
    And filter 20 at p0 of from C with the action pass is added
    And priority 10 at p0 is removed
    Then p0 has 1 filter

  @SW-ACL-040
  Scenario: All filters are removed
    When filter 10 at p0 of from A with the action pass is added
    And filter 20 at p0 of from B with the action pass is added
    And every filter at p0 is removed
    Then p0 has no filters

  @SW-ACL-041
  Scenario Outline: <what> that is not there is removed
    When filter 10 at p0 of from A with the action pass is added
    And the removal of <what> at p0 is asked for
    Then it is refused with ENOENT, because "<why>"
    And p0 has 1 filter

    Examples:
      | what                    | why                                             |
      | handle 77 of priority 10 | Specified filter handle not found               |
      | priority 11             | Filter with specified priority/protocol not found |
      | priority 10 of chain 3  | Cannot find specified filter chain              |

  @SW-ACL-042
  Scenario: Filters without a priority
    When a filter at p0 of from A without a priority is added
    And a filter at p0 of from B without a priority is added
    Then the filters at p0 have the priorities 49151 and 49152

  @SW-ACL-043 @law
  Scenario: What is put is what is told
    Then for every filter that is put at p0, a dump tells its keys, its masks and its actions

  @SW-ACL-044
  Scenario Outline: The flags <flags>
    Given there is room for filters at p0
    When a filter at p0 with the flags <flags> is asked for
    Then it is refused with EINVAL
    And p0 has no filters

    Examples:
      | flags |
      | 3     |
      | 4     |
      | 8     |
      | 32    |

  @SW-ACL-045
  Scenario: Filters are announced
    Given somebody listens to traffic control
    When filter 10 at p0 of from A with the action pass is added
    Then a new filter 10 at p0 is announced
    When filter 10 at p0 is removed
    Then the end of filter 10 at p0 is announced

  @SW-ACL-046
  Scenario Outline: Ports <from> to <to>
    When filter 10 at p0 of IPv4, UDP, ports <from> to <to> with the action pass is asked for
    Then it is refused with EINVAL, because "Invalid destination port range (min must be strictly smaller than max)"
    And p0 has no filters

    Examples:
      | from | to  |
      | 200  | 100 |
      | 100  | 100 |

  @SW-ACL-046
  Scenario: One end of a range
    Given there is room for filters at p0
    When a filter at p0 of UDP whose ports begin at 100 is asked for
    Then it is refused with EINVAL, because "Both min and max destination ports must be specified"

  @SW-ACL-047
  Scenario: A filter is told where it is
    When filter 10 at p0 of from A with the action pass by the software is added
    Then filter 10 at p0 is told not to be in hardware

  @SW-ACL-048
  Scenario: One filter is read
    When filter 10 at p0 of from A with the action pass is added
    And filter 20 at p0 of from B with the action drop is added
    Then filter 20 at p0 can be read by its handle, with the action gact

  @SW-ACL-048
  Scenario: A filter that is not there is read
    When filter 10 at p0 of from A with the action pass is added
    And handle 77 of priority 10 at p0 is read
    Then it is refused with ENOENT, because "Specified filter handle not found"

  @SW-ACL-049
  Scenario: Places for filters are announced
    Given somebody listens to traffic control
    When room for filters at p0 is asked for
    Then a new qdisc clsact of p0 is announced
    When the qdisc of p0 is removed
    Then the end of the qdisc clsact of p0 is announced
