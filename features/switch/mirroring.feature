Feature: Mirroring

  What passes a port is shown at another one, as it is, and goes its way as if nobody watched.

  Background:
    Given a bridge over p0, p1 and p2

  @SW-MIR-001
  Scenario Outline: What comes in, to <to>
    Given station B was seen at p1
    And these filters where frames come in at p0:
      | priority | frames      | action       | by   |
      | 10       | every frame | mirror to p3 | <by> |
    When a packet from A to <to> comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | to        | by      | ports         |
      | B         | anybody | p1 and p3     |

  @SW-MIR-001
  Scenario: What comes in for the host, mirrored in software
    Given these filters where frames come in at p0:
      | priority | frames      | action       | by           |
      | 10       | every frame | mirror to p3 | the software |
    When a packet from A to the bridge comes in at p0
    Then the packet leaves at p3 and nowhere else
    And the host gets the packet from the bridge

  @SW-MIR-002
  Scenario: What leaves
    Given these filters where frames leave at p1:
      | priority | frames      | action       | by           |
      | 10       | every frame | mirror to p3 | the software |
    When the host sends a packet from A to broadcast through the bridge
    Then the packet leaves at p0, p1, p2 and p3

  @SW-MIR-002
  Scenario: What leaves because it was forwarded
    Given station B was seen at p1
    And these filters where frames leave at p1:
      | priority | frames      | action       |
      | 10       | every frame | mirror to p3 |
    When a packet from A to B comes in at p0
    Then the packet leaves at p1 and p3

  @SW-MIR-003
  Scenario Outline: A frame tagged <tag>
    Given station B was seen at p1
    And these filters where frames come in at p0:
      | priority | frames      | action       |
      | 10       | every frame | mirror to p3 |
    When a packet from A to B, tagged <tag> comes in at p0
    Then the packet leaves at p1 and p3

    Examples:
      | tag                |
      | 10                 |
      | 4094 with priority 7 |
      | 0 with priority 3  |

  @SW-MIR-003
  Scenario: A tagged frame for the host, mirrored in software
    Given these filters where frames come in at p0:
      | priority | frames      | action       | by           |
      | 10       | every frame | mirror to p3 | the software |
    When a packet from A to the bridge, tagged 10 with priority 5 comes in at p0
    Then the packet leaves at p3 and nowhere else

  @SW-MIR-004
  Scenario: Two mirrors
    Given station B was seen at p1
    And these filters where frames come in at p0:
      | priority | frames      | action                     |
      | 10       | every frame | mirror to p2, mirror to p3 |
    When a packet from A to B comes in at p0
    Then the packet leaves at p1, p2 and p3

  @SW-MIR-004
  Scenario: A mirror and then a verdict
    Given these filters where frames come in at p0:
      | priority | frames | action             |
      | 10       | from A | mirror to p3, drop |
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p3 and nowhere else
    And the host does not get the packet from the bridge

  @SW-MIR-005
  Scenario: The mirror is down
    Given station B was seen at p1
    And these filters where frames come in at p0:
      | priority | frames      | action       |
      | 10       | every frame | mirror to p3 |
    When p3 is set down
    And a packet from A to B comes in at p0
    Then the packet leaves at p1 and nowhere else

  @SW-MIR-005
  Scenario: The mirror is down, and the software counts what it could not send
    Given these filters where frames come in at p0:
      | priority | frames      | action       | by           |
      | 10       | every frame | mirror to p3 | the software |
    When p3 is set down
    And 2 packets from A to the bridge come in at p0
    Then the host gets the packets from the bridge
    And filter 10 at p0 could not send 2 packets

  @SW-MIR-006
  Scenario: The port to which frames are sent instead is down
    Given these filters where frames come in at p0:
      | priority | frames | action         | by           |
      | 10       | from A | redirect to p3 | the software |
    When p3 is set down
    And a packet from A to the bridge comes in at p0
    Then the packet leaves at nowhere
    And the host does not get the packet from the bridge

  @SW-MIR-007
  Scenario: The mirror is removed
    Given station B was seen at p1
    And these filters where frames come in at p0:
      | priority | frames      | action       |
      | 10       | every frame | mirror to p3 |
    When filter 10 at p0 is removed
    And a packet from A to B comes in at p0
    Then the packet leaves at p1 and nowhere else

  @SW-MIR-008
  Scenario: Nothing is learned where the copies go
    Given these filters where frames come in at p0:
      | priority | frames      | action       |
      | 10       | every frame | mirror to p2 |
    When a packet from A to B comes in at p0
    Then the table has A at p0, dynamic

  @SW-MIR-009 @law
  Scenario: Every mirror and every packet, in software
    Then for every set of mirrors and all packets to the host, in software, each mirror gets one copy and the host what it gets without them

  @SW-MIR-009 @law @needs:flow-offload
  Scenario: Every mirror and every packet, in hardware
    Then for every set of mirrors and all packets, in hardware, each mirror gets one copy and the others what they get without them

  @SW-MIR-010
  Scenario: The hardware mirrors once
    Given these filters where frames come in at p0:
      | priority | frames      | action       | by           |
      | 10       | every frame | mirror to p3 | the hardware |
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1, p2 and p3
    And the host gets the packet from the bridge

  @SW-MIR-010
  Scenario: The hardware mirrors what leaves
    Given these filters where frames leave at p1:
      | priority | frames      | action       | by           |
      | 10       | every frame | mirror to p3 | the hardware |
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1, p2 and p3

  @SW-MIR-010
  Scenario: The hardware mirrors what the host sends
    Given these filters where frames leave at p1:
      | priority | frames      | action       | by           |
      | 10       | every frame | mirror to p3 | the hardware |
    When the host sends a packet from A to broadcast at p1
    Then the packet leaves at p1 and p3

  @SW-MIR-011
  Scenario Outline: A mirror <what>
    Given there is room for filters at p0
    When a mirror <what> is asked for at p0
    Then it is refused with <error>

    Examples:
      | what                              | error  |
      | without a net device              | EINVAL |
      | at a net device that is not there | ENODEV |
      | in a direction that is none       | EINVAL |

  @SW-MIR-012
  Scenario: Every frame twice
    When filter 10 at p0 of every frame with the action mirror to p3 is added
    And filter 10 at p0 of every frame with the action mirror to p2 is asked for
    Then it is refused with EEXIST

  @SW-MIR-013
  Scenario: The mirror goes away
    Given a bridge br1 over p3
    And at p0 every frame is mirrored to br1, in software
    When br1 is removed
    And a packet from A to the bridge comes in at p0
    Then the host gets the packet from the bridge
    And the mirror of p0 is told to be nowhere

  @SW-MIR-014
  Scenario: A frame is made to come in elsewhere
    Given the host listens at p3
    And at p0 frames from A are made to come in at p3, in software
    When a packet from A to the bridge comes in at p0
    Then the host gets the packet at p3
    And the host does not get the packet from the bridge

  @SW-MIR-015
  Scenario: A mirror that is no port of the hardware
    Given at p0 every frame is mirrored to the bridge, by the hardware, if it can
    Then it is refused with EOPNOTSUPP
    And p0 has no filters

  @SW-MIR-016
  Scenario: Two ports that show each other what leaves
    Given these filters where frames leave at p0:
      | priority | frames      | action       | by           |
      | 10       | every frame | mirror to p1 | the software |
    And these filters where frames leave at p1:
      | priority | frames      | action       | by           |
      | 10       | every frame | mirror to p0 | the software |
    When the host sends a packet from A to B at p0
    Then the packet leaves at p0 twice, and at p1 once
