Feature: A bridge that answers ARP for the stations behind other ports

  Proxy ARP is older than suppression, and is for stations that cannot hear each other: those of a wireless network, of which each only
  reaches the access point.

  Background:
    Given a bridge over p0, p1 and p2
    And A has 192.0.2.10

  @SW-PARP-001
  Scenario: The flags of a new port
    Then the flag proxy ARP of p0 is off
    And the flag proxy ARP of wireless stations of p0 is off
    When the flag proxy ARP of p1 is switched on
    Then the flag proxy ARP of p1 is on
    And the flag proxy ARP of wireless stations of p1 is off
    And the flag proxy ARP of p2 is off

  @SW-PARP-002
  Scenario Outline: A question at a port with proxy ARP, for a station at <place>
    Given the flag proxy ARP of p0 is switched on
    And B has 192.0.2.20 and is at <place>
    And the bridge knows B
    When A asks for 192.0.2.20 at p0
    Then it goes on at p1 and p2, and A is answered that B has it

    Examples:
      | place |
      | p1    |
      | p0    |

  @SW-PARP-002
  Scenario: A probe at a port with proxy ARP
    Given the flag proxy ARP of p0 is switched on
    And B has 192.0.2.20 and is at p1
    And the bridge knows B
    When A probes for 192.0.2.20 at p0
    Then it goes on at p1 and p2, and A is answered that B has it

  @SW-PARP-002
  Scenario: A station that the bridge does not know
    Given the flag proxy ARP of p0 is switched on
    And B has 192.0.2.20 and is at p1
    When A asks for 192.0.2.20 at p0
    Then it goes on at p1 and p2, and nobody answers for the bridge

  @SW-PARP-002
  Scenario: A question at another port
    Given the flag proxy ARP of p2 is switched on
    And B has 192.0.2.20 and is at p1
    And the bridge knows B
    When A asks for 192.0.2.20 at p0
    Then it goes on at p1, and nobody answers for the bridge

  @SW-PARP-003
  Scenario: Nothing is flooded to a port with proxy ARP
    Given the flag proxy ARP of p1 is switched on
    When a frame from A to broadcast comes in at p0
    Then it leaves at p2
    When a frame from A to C comes in at p0
    Then it leaves at p2
    When a frame from A to group 1 comes in at p0
    Then it leaves at p2
    When the host sends a frame from A to broadcast through the bridge
    Then it leaves at p0 and p2

  @SW-PARP-003
  Scenario: A known station behind a port with proxy ARP
    Given the flag proxy ARP of p1 is switched on
    And station B was seen at p1
    When a frame from A to B comes in at p0
    Then it leaves at p1

  @SW-PARP-004
  Scenario: A wireless station is asked for
    Given the flag proxy ARP of wireless stations of p1 is switched on
    And B has 192.0.2.20 and is at p1
    And the bridge knows B
    When A asks for 192.0.2.20 at p0
    Then it goes on at p2, and A is answered that B has it

  @SW-PARP-004
  Scenario: A wireless station asks for another
    Given the flag proxy ARP of wireless stations of p0 is switched on
    And B has 192.0.2.20 and is at p0
    And the bridge knows B
    When A asks for 192.0.2.20 at p0
    Then it goes on at p1 and p2, and A is answered that B has it

  @SW-PARP-004
  Scenario: A wireless station asks for one that is not
    Given the flag proxy ARP of wireless stations of p0 is switched on
    And B has 192.0.2.20 and is at p1
    And the bridge knows B
    When A asks for 192.0.2.20 at p0
    Then it goes on at p1 and p2, and nobody answers for the bridge

  @SW-PARP-004
  Scenario: Other frames, and questions that are not answered, are flooded to wireless stations
    Given the flag proxy ARP of wireless stations of p1 is switched on
    When A asks for 192.0.2.20 at p0
    Then it goes on at p1 and p2, and nobody answers for the bridge
    When a frame from A to broadcast comes in at p0
    Then it leaves at p1 and p2

  @SW-PARP-005
  Scenario Outline: A solicitation of IPv6 is answered by who is asked, with <flag>
    Given the flag <flag> of <port> is switched on
    And C has 2001:db8::10
    And B has 2001:db8::20 and is at p1
    And the bridge knows B
    When C asks for 2001:db8::20 at p0
    Then it goes on at p1 and p2, and nobody answers for the bridge

    Examples:
      | flag                           | port |
      | proxy ARP                      | p0   |
      | proxy ARP of wireless stations | p1   |
