Feature: Ports, and bridges over them

  A switch is a set of net devices. Until they are put into a bridge each of them is a NIC of its own; from then on frames pass between
  them as the bridge of the kernel would pass them.

  @SW-BASE-001
  Scenario Outline: Ports in no bridge, and a frame to <to>
    Given ports that are up, in no bridge
    When a frame from A to <to> comes in at p0
    Then it leaves at nowhere

    Examples:
      | to        |
      | broadcast |
      | B         |
      | group 1   |

  @SW-BASE-002
  Scenario Outline: The host sends at <port>
    Given ports that are up, in no bridge
    When the host sends a frame from A to B at <port>
    Then it leaves at <port> and nowhere else

    Examples:
      | port |
      | p0   |
      | p1   |
      | p3   |

  @SW-BASE-003
  Scenario: One switch
    Then all ports tell the same switch id

  @SW-BASE-004
  Scenario: Names of ports
    Then each port tells a port name of its own

  @SW-BASE-005
  Scenario: Addresses of ports
    Then each port has an address of its own

  @SW-BR-001
  Scenario: Joining
    Given a bridge over p0, p1 and p2
    Then p0 is a part of the bridge
    When a frame from A to broadcast comes in at p0
    Then it leaves at p1 and p2

  @SW-BR-001
  Scenario: Joining later
    Given a bridge over p0 and p1
    When p3 joins the bridge
    And a frame from A to B comes in at p3
    Then it leaves at p0 and p1

  @SW-BR-002
  Scenario: Leaving
    Given a bridge over p0, p1 and p2
    When p2 leaves its bridge
    Then p2 is a part of no bridge
    When a frame from A to broadcast comes in at p0
    Then it leaves at p1
    Given the host listens at p2
    When a frame from B to broadcast comes in at p2
    Then it leaves at nowhere
    And the host gets it at p2
    And the host does not get it from the bridge

  @SW-BR-003
  Scenario: A bridge is removed
    Given a bridge over p0, p1 and p2
    When the bridge is removed
    Then p0 is a part of no bridge
    When a frame from A to broadcast comes in at p0
    Then it leaves at nowhere

  @SW-BR-003
  Scenario: A bridge is removed and made again
    Given a bridge over p0, p1 and p2
    And station A was seen at p0
    When the bridge is removed
    Given a bridge over p0, p1 and p2
    When a frame from B to A comes in at p1
    Then it leaves at p0 and p2

  @SW-BR-004
  Scenario: Two bridges
    Given a bridge br0 over p0 and p1
    And a bridge br1 over p2 and p3
    When a frame from A to broadcast comes in at p0
    Then it leaves at p1 and nowhere else
    When a frame from A to B comes in at p2
    Then it leaves at p3 and nowhere else

  @SW-BR-004
  Scenario: The same station in two bridges
    Given a bridge br0 over p0 and p1
    And a bridge br1 over p2 and p3
    And station A was seen at p0
    And station A was seen at p2
    When a frame from B to A comes in at p1
    Then it leaves at p0 and nowhere else
    When a frame from B to A comes in at p3
    Then it leaves at p2 and nowhere else

  @SW-BR-005
  Scenario: A port is moved to another bridge
    Given a bridge br0 over p0, p1 and p2
    And a bridge br1 over p3
    When p2 is moved to br1
    Then p2 is a part of br1
    When a frame from A to broadcast comes in at p2
    Then it leaves at p3 and nowhere else

  @SW-BR-006
  Scenario: A bridge in itself
    Given a bridge without ports
    When the bridge is asked to join itself
    Then it is refused with ELOOP

  @SW-BR-006 @needs:switch-ports
  Scenario: A bridge in a bridge
    Given a bridge br0 over p0
    And a bridge br1 over p1
    When the bridge is asked to join br1
    Then it is refused with ELOOP

  @SW-BR-007
  Scenario: No such master
    Given ports that are up, in no bridge
    When p0 is asked to join a net device that does not exist
    Then it is refused with EINVAL
    And p0 is a part of no bridge

  @SW-BR-007
  Scenario: A master that takes no ports
    Given ports that are up, in no bridge
    When p0 is asked to join p1
    Then it is refused with EOPNOTSUPP
    And p0 is a part of no bridge

  @SW-BR-008
  Scenario: The address of the bridge
    Given a bridge over p1, p2 and p3
    Then the bridge has the lowest address of its ports
    When p0 joins the bridge
    Then the bridge has the lowest address of its ports
    When p0 leaves its bridge
    Then the bridge has the lowest address of its ports

  @SW-BR-008
  Scenario: An address that the user gave
    Given a bridge over p1 and p2
    When the bridge is given the address 02:77:00:00:00:01
    And p0 joins the bridge
    Then the bridge has the address 02:77:00:00:00:01

  @SW-BR-009
  Scenario: The MTU of the bridge
    Given a bridge over p0, p1 and p2
    When p1 is given an MTU of 1400
    Then the bridge has an MTU of 1400
    When p1 leaves its bridge
    Then the bridge has an MTU of 1500

  @SW-BR-009
  Scenario: An MTU that the user gave
    Given a bridge over p0, p1 and p2
    When the bridge is given an MTU of 1450
    And p1 is given an MTU of 1400
    Then the bridge has an MTU of 1450

  @SW-BR-010
  Scenario: The carrier of the bridge
    Given a bridge over p0 and p1
    Then the bridge has a carrier
    When p0 is set down
    Then the bridge has a carrier
    When p1 is set down
    Then the bridge has no carrier
    When p0 is set up
    Then the bridge has a carrier

  @SW-BR-010
  Scenario: The last port leaves
    Given a bridge over p0
    When p0 leaves its bridge
    Then the bridge has no carrier
    When p1 joins the bridge
    Then the bridge has a carrier

  @SW-BR-011
  Scenario: A bridge that is down
    Given a bridge over p0, p1 and p2
    When the bridge is set down
    And a frame from A to broadcast comes in at p0
    Then it leaves at nowhere
    When the bridge is set up
    And a frame from A to broadcast comes in at p0
    Then it leaves at p1 and p2

  @SW-BR-012
  Scenario Outline: A frame of <length> bytes, and an MTU of 1400 at p1
    Given a bridge over p0, p1 and p2
    When p1 is given an MTU of 1400
    And a frame of <length> bytes from A to broadcast comes in at p0
    Then it leaves at <ports>

    Examples:
      | length | ports     |
      | 1414   | p1 and p2 |
      | 1514   | p2        |

  @SW-BR-013
  Scenario: To the address of the bridge
    Given a bridge over p0, p1 and p2
    When a frame from A to the address of the bridge comes in at p2
    Then the host gets it from the bridge
    And it leaves at nowhere

  @SW-BR-013
  Scenario: To the address of a port
    Given a bridge over p0, p1 and p2
    When a frame from A to the address of p1 comes in at p2
    Then the host gets it from the bridge
    And it leaves at nowhere

  @SW-BR-014
  Scenario Outline: The host hears <to>
    Given a bridge over p0 and p1
    When a frame from A to <to> comes in at p0
    Then the host <gets> it from the bridge
    And it leaves at p1

    Examples:
      | to        | gets         |
      | broadcast | gets         |
      | group 1   | gets         |
      | B         | does not get |

  @SW-BR-015
  Scenario Outline: The host sends to <to> through the bridge
    Given a bridge over p0, p1 and p2
    And station B was seen at p1
    When the host sends a frame from A to <to> through the bridge
    Then it leaves at <ports>

    Examples:
      | to        | ports       |
      | broadcast | p0, p1 and p2 |
      | C         | p0, p1 and p2 |
      | B         | p1          |

  @SW-BR-016
  Scenario: A bridge in promiscuous mode
    Given a bridge over p0 and p1
    When the bridge is set to promiscuous mode
    And a frame from A to B comes in at p0
    Then the host gets it from the bridge
    And it leaves at p1
    When the bridge is set to listen to its own frames alone
    And a frame from A to B comes in at p0
    Then the host does not get it from the bridge
    And it leaves at p1

  @SW-BR-017
  Scenario: What the bridge counts of frames for the host
    Given a bridge over p0 and p1
    When the counters of the bridge are noted
    And a frame of 114 bytes from A to broadcast comes in at p0
    Then the host gets it from the bridge
    And the bridge has counted 1 more rx_packets
    And the bridge has counted 100 more rx_bytes
    And the bridge has counted 0 more multicast

  @SW-BR-017
  Scenario: What the bridge counts of frames to a group
    Given a bridge over p0 and p1
    When the counters of the bridge are noted
    And a frame from A to group 1 comes in at p0
    Then the host gets it from the bridge
    And the bridge has counted 1 more rx_packets
    And the bridge has counted 1 more multicast

  @SW-BR-017
  Scenario: What the bridge counts of frames of the host's
    Given a bridge over p0 and p1
    When the counters of the bridge are noted
    And the host sends 20 frames of 114 bytes from A to broadcast through the bridge
    Then it leaves at p0 and p1
    And the bridge has counted 20 more tx_packets of at least 114 bytes, and few besides
    And the bridge has counted 0 more rx_packets

  @SW-BR-018
  Scenario: A port receives everything for its bridge, and no longer when it left
    Given a bridge over p0 and p1
    Then p1 receives the frames of all groups, for 1 reason
    When p1 leaves its bridge
    Then p1 receives the frames of all groups, for 0 reasons
    And p1 receives the frames of everybody, for 0 reasons

  @SW-BR-019
  Scenario: Numbers of ports
    Given a bridge over p0, p1 and p2
    Then p0 has the number 1 in its bridge
    And p1 has the number 2 in its bridge
    And p2 has the number 3 in its bridge
    When p1 leaves its bridge
    And p3 joins the bridge
    Then p3 has the number 2 in its bridge
    And p2 has the number 3 in its bridge
    When p1 joins the bridge
    Then p1 has the number 4 in its bridge
