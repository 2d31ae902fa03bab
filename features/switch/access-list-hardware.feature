Feature: Filters at ports: the hardware below them

  The kernel offers every filter to the driver of the port. A filter that the hardware has works there; one that it refuses works in
  software, unless it is wanted in hardware alone.

  @SW-ACL-050
  Scenario: Hardware alone, and hardware that cannot do it
    When filter 10 at p0 of from A with the action drop by the hardware is asked for where frames leave
    Then it is refused with EOPNOTSUPP
    And p0 has no filters where frames leave

  @SW-ACL-050
  Scenario: Hardware alone, and an action that no hardware is offered
    When filter 10 at p0 of from A with the action continue by the hardware is asked for
    Then it is refused with EOPNOTSUPP
    And p0 has no filters

  @SW-ACL-051 @needs:bridge
  Scenario: What the hardware refuses, the software does
    Given a bridge over p0, p1 and p2
    And these filters where frames leave at p1:
      | priority | frames | action |
      | 10       | from A | drop   |
    Then filter 10 at p1 where frames leave is told not to be in hardware
    When the host sends a packet from A to broadcast through the bridge
    Then the packet leaves at p0 and p2

  @SW-ACL-052
  Scenario Outline: A filter that the hardware has: <action>
    When filter 10 at p0 of from A with the action <action> is added
    Then filter 10 at p0 is told to be in hardware

    Examples:
      | action         |
      | drop           |
      | pass           |
      | redirect to p3 |
      | mirror to p3   |

  @SW-ACL-053
  Scenario: One filter too many, in hardware alone
    Given the access list of the hardware is full at p0
    When filter 9999 at p0 of from A with the action drop by the hardware is asked for
    Then it is refused with ENOSPC, because "The access list of the switch is full"

  @SW-ACL-053
  Scenario: One filter too many
    Given the access list of the hardware is full at p0
    When filter 9999 at p0 of from A with the action drop is asked for
    Then it is accepted
    And filter 9999 at p0 is told not to be in hardware

  @SW-ACL-054
  Scenario: What is trapped goes to the host
    Given ports that are up, in no bridge
    And these filters where frames come in at p0:
      | priority | frames | action | by           |
      | 10       | from A | trap   | the hardware |
    When a packet from A to B comes in at p0
    Then the host gets the packet at p0
    And the packet leaves at nowhere

  @SW-ACL-055 @needs:bridge
  Scenario: A trap of the software takes the frame away
    Given a bridge over p0, p1 and p2
    And these filters where frames come in at p0:
      | priority | frames | action | by           |
      | 10       | from A | trap   | the software |
    When a packet from A to the bridge comes in at p0
    Then the host does not get the packet from the bridge

  @SW-ACL-056 @needs:bridge
  Scenario: What the hardware counts
    Given a bridge over p0, p1 and p2
    And these filters where frames come in at p0:
      | priority | frames | action | by           |
      | 10       | from A | drop   | the hardware |
    When 7 packets from A to broadcast come in at p0
    Then filter 10 at p0 has counted 7 packets in hardware and 7 in all
    And filter 10 at p0 has counted 7 packets in hardware and 7 in all
    And filter 10 at p0 has counted 7 packets, 7 of them dropped

  @SW-ACL-057 @needs:bridge
  Scenario: A frame that the hardware drops is not dropped again
    Given a bridge over p0, p1 and p2
    And these filters where frames come in at p0:
      | priority | frames | action |
      | 10       | from A | drop   |
    When 4 packets from A to broadcast come in at p0
    Then filter 10 at p0 has counted 4 packets in hardware and 4 in all

  @SW-ACL-058 @needs:bridge
  Scenario: The software passes a filter over that is for the hardware alone
    Given a bridge over p0, p1 and p2
    And these filters where frames come in at p0:
      | priority | frames | action | by           |
      | 10       | from A | pass   | the hardware |
    When 3 packets from A to broadcast come in at p0
    Then the host gets the packets from the bridge
    And filter 10 at p0 has counted 3 packets in hardware and 3 in all

  @SW-ACL-059 @needs:bridge
  Scenario: A filter is changed in hardware
    Given a bridge over p0, p1 and p2
    And these filters where frames come in at p0:
      | priority | frames | action |
      | 10       | from A | drop   |
    When filter 10 at p0 is given the action pass
    And a packet from A to broadcast comes in at p0
    Then the packet leaves at p1 and p2

  @SW-ACL-059 @needs:bridge
  Scenario Outline: A filter leaves the hardware when <what>
    Given a bridge over p0, p1 and p2
    And these filters where frames come in at p0:
      | priority | frames | action | by           |
      | 10       | from A | drop   | the hardware |
    When <what>
    And a packet from A to broadcast comes in at p0
    Then the packet leaves at p1 and p2

    Examples:
      | what                         |
      | filter 10 at p0 is removed   |
      | the filters at p0 are cleared |

  @SW-ACL-060 @needs:bridge @law
  Scenario: Hardware and software
    Given a bridge over p0, p1 and p2
    Then for every list of filters and all packets to the host, hardware and software make the same of them

  @SW-ACL-061 @needs:bridge
  Scenario: A filter of both is applied by the software to what the hardware hands up
    Given a bridge over p0, p1 and p2
    And these filters where frames come in at p0:
      | priority | frames | action |
      | 10       | from A | pass   |
    When 3 packets from A to the bridge come in at p0
    Then the host gets the packets from the bridge
    And filter 10 at p0 has counted 3 packets in hardware and 6 in all
