Feature: Receive aggregation
  Consecutive segments of one TCP flow become one large frame for the host, in software (rx-gro) or in the device (rx-gro-hw). What
  was merged can be taken apart again; so nothing may be merged that would lose something.

  Background:
    Given the port is up

  @NIC-GRO-001
  Scenario Outline: A run over <network> comes back as it was sent
    Given segments are merged by <by>
    When the far end sends a run of 12 TCP segments of 500 bytes over <network>, the last of them shorter
    Then taking apart what reached the host gives these segments

    Examples: in software
      | by     | network |
      | rx-gro | IPv4    |
      | rx-gro | IPv6    |

    @needs:rx-gro-hw
    Examples: in the device
      | by        | network |
      | rx-gro-hw | IPv4    |
      | rx-gro-hw | IPv6    |

  @NIC-GRO-001
  Scenario Outline: A run with one identification, which <may> be fragmented, merged by <by>
    Given segments are merged by <by>
    When the far end sends a run of 6 TCP segments with one identification, which <may> be fragmented
    Then taking apart what reached the host gives these segments

    Examples: in software
      | by     | may      |
      | rx-gro | may      |
      | rx-gro | must not |

    @needs:rx-gro-hw
    Examples: in the device
      | by        | may      |
      | rx-gro-hw | may      |
      | rx-gro-hw | must not |

  @NIC-GRO-001 @law
  Scenario Outline: For every stream, what <by> merged can be taken apart
    Given segments are merged by <by>
    Then for every stream of TCP segments, taking apart what reached the host gives each flow as it was sent

    Examples: in software
      | by     |
      | rx-gro |

    @needs:rx-gro-hw
    Examples: in the device
      | by        |
      | rx-gro-hw |

  @NIC-GRO-002
  Scenario: Hardware aggregation goes with the receive checksum
    Given the feature "rx-gro-hw" is on
    When the receive checksum is switched off
    Then the feature "rx-gro-hw" is not in force
    And a run of TCP segments reaches the host unmerged by the device

  @NIC-GRO-002
  Scenario: Hardware aggregation comes back with the receive checksum
    Given the feature "rx-gro-hw" is on
    When the receive checksum is switched off
    And the receive checksum is switched on
    Then the feature "rx-gro-hw" is in force

  @NIC-GRO-003
  Scenario Outline: A damaged segment within a run, merged by <by>
    Given segments are merged by <by>
    When the far end sends a run of 5 TCP segments over <network>, the third with a wrong checksum
    Then the damaged segment reached the host by itself and as it came, or not at all
    And taking apart what reached the host gives all other segments

    Examples: in software
      | by     | network |
      | rx-gro | IPv4    |
      | rx-gro | IPv6    |

    @needs:rx-gro-hw
    Examples: in the device
      | by        | network |
      | rx-gro-hw | IPv4    |
      | rx-gro-hw | IPv6    |

  @NIC-GRO-003 @law
  Scenario Outline: No damaged segment is merged by <by>
    Given segments are merged by <by>
    Then for every stream with damaged TCP segments, none of these is part of an aggregate

    Examples: in software
      | by     |
      | rx-gro |

    @needs:rx-gro-hw
    Examples: in the device
      | by        |
      | rx-gro-hw |

  @NIC-GRO-004
  Scenario Outline: A segment with <difference> is not merged by <by>
    Given segments are merged by <by>
    When the far end sends two TCP segments over <network>, the second with <difference>
    Then both segments reach the host by themselves, as they came

    Examples: in software
      | by     | network | difference              |
      | rx-gro | IPv4    | a gap before it         |
      | rx-gro | IPv4    | the sequence of the first |
      | rx-gro | IPv4    | another acknowledgement |
      | rx-gro | IPv4    | another timestamp       |
      | rx-gro | IPv4    | another time to live    |
      | rx-gro | IPv4    | another type of service |
      | rx-gro | IPv4    | congestion experienced  |
      | rx-gro | IPv4    | an identification out of order |
      | rx-gro | IPv4    | another source port     |
      | rx-gro | IPv6    | congestion experienced  |
      | rx-gro | IPv6    | another time to live    |
      | rx-gro | IPv6    | another flow label      |
      | rx-gro | IPv6    | another timestamp       |

    @needs:rx-gro-hw
    Examples: in the device
      | by        | network | difference              |
      | rx-gro-hw | IPv4    | a gap before it         |
      | rx-gro-hw | IPv4    | the sequence of the first |
      | rx-gro-hw | IPv4    | another acknowledgement |
      | rx-gro-hw | IPv4    | another timestamp       |
      | rx-gro-hw | IPv4    | another time to live    |
      | rx-gro-hw | IPv4    | another type of service |
      | rx-gro-hw | IPv4    | congestion experienced  |
      | rx-gro-hw | IPv4    | an identification out of order |
      | rx-gro-hw | IPv4    | another source port     |
      | rx-gro-hw | IPv6    | congestion experienced  |
      | rx-gro-hw | IPv6    | another time to live    |
      | rx-gro-hw | IPv6    | another flow label      |
      | rx-gro-hw | IPv6    | another timestamp       |

  @NIC-GRO-004 @law
  Scenario Outline: For every change of one header field, the segment is not merged by <by>
    Given segments are merged by <by>
    Then for every TCP segment and every change of one header field, the changed segment is not merged behind it

    Examples: in software
      | by     |
      | rx-gro |

    @needs:rx-gro-hw
    Examples: in the device
      | by        |
      | rx-gro-hw |

  @NIC-GRO-005
  Scenario Outline: The flag <flag> within a run, merged by <by>
    Given segments are merged by <by>
    When the far end sends a run of 4 TCP segments over IPv4, the second with the flag <flag>
    Then the flag <flag> reached the host on the <place> of an aggregate
    And taking apart what reached the host gives these segments

    Examples: in software
      | by     | flag | place           |
      | rx-gro | PSH  | last segment    |
      | rx-gro | FIN  | last segment    |
      | rx-gro | SYN  | only segment    |
      | rx-gro | RST  | only segment    |
      | rx-gro | URG  | only segment    |
      | rx-gro | CWR  | first segment   |

    @needs:rx-gro-hw
    Examples: in the device
      | by        | flag | place           |
      | rx-gro-hw | PSH  | last segment    |
      | rx-gro-hw | FIN  | last segment    |
      | rx-gro-hw | SYN  | only segment    |
      | rx-gro-hw | RST  | only segment    |
      | rx-gro-hw | URG  | only segment    |
      | rx-gro-hw | CWR  | first segment   |

  @NIC-GRO-005 @law
  Scenario Outline: For every flag and place, <by> keeps the flag where it was
    Given segments are merged by <by>
    Then for every run of TCP segments and every flag on one of them, the flag comes back on that segment alone

    Examples: in software
      | by     |
      | rx-gro |

    @needs:rx-gro-hw
    Examples: in the device
      | by        |
      | rx-gro-hw |

  @NIC-GRO-006
  Scenario Outline: Segments of <sizes> bytes, merged by <by>
    Given segments are merged by <by>
    When the far end sends a run of TCP segments of <sizes> bytes
    Then no aggregate holds more than <most> of them
    And taking apart what reached the host gives these segments

    Examples: in software
      | by     | sizes         | most |
      | rx-gro | 100, 100, 50  | 3    |
      | rx-gro | 100, 150      | 1    |
      | rx-gro | 100, 50, 100  | 2    |
      | rx-gro | 100, 50, 50   | 2    |

    @needs:rx-gro-hw
    Examples: in the device
      | by        | sizes         | most |
      | rx-gro-hw | 100, 100, 50  | 3    |
      | rx-gro-hw | 100, 150      | 1    |
      | rx-gro-hw | 100, 50, 100  | 2    |
      | rx-gro-hw | 100, 50, 50   | 2    |

  @NIC-GRO-006 @law
  Scenario Outline: For every run of sizes, <by> ends an aggregate where the size changes
    Given segments are merged by <by>
    Then for every run of TCP segments of any sizes, each aggregate has one size but for its last segment

    Examples: in software
      | by     |
      | rx-gro |

    @needs:rx-gro-hw
    Examples: in the device
      | by        |
      | rx-gro-hw |

  @NIC-GRO-007
  Scenario Outline: A run with <what> is not merged by <by>
    Given segments are merged by <by>
    When the far end sends a run of 4 TCP segments with <what>
    Then each of them reaches the host by itself, as it came

    Examples: in software
      | by     | what                |
      | rx-gro | IPv4 options        |
      | rx-gro | IPv4 fragments      |
      | rx-gro | IPv6 fragments      |

    @needs:rx-gro-hw
    Examples: in the device
      | by        | what                |
      | rx-gro-hw | IPv4 options        |
      | rx-gro-hw | IPv4 fragments      |
      | rx-gro-hw | IPv6 fragments      |

  @NIC-GRO-008
  Scenario Outline: A run of more than 64 KiB over <network>, merged by <by>
    Given segments are merged by <by>
    When the far end sends a run of 50 TCP segments of 1400 bytes over <network>, the last of them shorter
    Then no IP packet at the host is longer than 65535 bytes
    And taking apart what reached the host gives these segments

    Examples: in software
      | by     | network |
      | rx-gro | IPv4    |
      | rx-gro | IPv6    |

    @needs:rx-gro-hw
    Examples: in the device
      | by        | network |
      | rx-gro-hw | IPv4    |
      | rx-gro-hw | IPv6    |

  @NIC-GRO-010
  Scenario: Two segments that cannot be merged
    Given segments are merged by rx-gro-hw
    When the far end sends two TCP segments over IPv4, the second with another acknowledgement
    Then two received packets are counted and no hardware GRO packet

  @NIC-GRO-011
  Scenario: Pairs of segments
    Given segments are merged by rx-gro-hw
    When the far end sends 20 pairs of TCP segments, each of a flow of its own
    Then hardware GRO is counted as the host saw it, packets and wire packets

  @NIC-GRO-011 @law
  Scenario: For every stream the hardware GRO counters tell what the host saw
    Given segments are merged by rx-gro-hw
    Then for every stream of TCP segments, hardware GRO is counted as the host saw it

  @NIC-GRO-012
  Scenario Outline: <flows> flows, merged by <by>
    Given segments are merged by <by>
    When the far end sends 8 TCP segments in each of <flows> flows, in turn
    Then the bytes of each flow reach the host in order

    Examples: in software
      | by     | flows |
      | rx-gro | 4     |
      | rx-gro | 32    |

    @needs:rx-gro-hw
    Examples: in the device
      | by        | flows |
      | rx-gro-hw | 4     |
      | rx-gro-hw | 32    |

  @NIC-GRO-012 @law
  Scenario Outline: No stream is reordered by <by>
    Given segments are merged by <by>
    Then for every stream of TCP segments, the bytes of each flow reach the host in order

    Examples: in software
      | by     |
      | rx-gro |

    @needs:rx-gro-hw
    Examples: in the device
      | by        |
      | rx-gro-hw |

  @NIC-GRO-013
  Scenario: A single segment
    Given segments are merged by rx-gro-hw
    When the far end sends a single TCP segment
    Then the segment reaches the host within the coalescing time and 1 ms

  @NIC-GRO-013 @law
  Scenario: The end of every run
    Given segments are merged by rx-gro-hw
    Then for every run of TCP segments, all of it reaches the host within the coalescing time and 1 ms

  @NIC-GRO-014
  Scenario: Both aggregations are asked for
    When rx-gro-hw and rx-lro are asked for at once
    Then the feature "rx-gro-hw" is in force
    And the feature "rx-lro" is not in force

  @NIC-GRO-014
  Scenario: LRO comes when hardware GRO goes
    When rx-gro-hw and rx-lro are asked for at once
    And the feature rx-gro-hw is switched off again
    Then the feature "rx-lro" is in force

  @NIC-GRO-015
  Scenario Outline: Keeping the check sequence ends <feature>
    Given the feature "<feature>" is on
    When the frame check sequence is kept
    Then the feature "<feature>" is not in force
    And a run of TCP segments reaches the host unmerged by the device

    Examples:
      | feature   |
      | rx-gro-hw |

    @needs:rx-lro
    Examples: with LRO
      | feature |
      | rx-lro  |

  @NIC-GRO-017
  Scenario: What LRO merged
    Given the feature "rx-gro" is off
    And the feature "rx-lro" is on
    When the far end sends a run of 12 TCP segments of 500 bytes over IPv4, the last of them shorter
    Then no hardware GRO packet is counted

  @NIC-GRO-018
  Scenario: A run with all aggregation off
    Given nothing is merged on receive
    When the far end sends a run of 12 TCP segments of 500 bytes over IPv4, the last of them shorter
    Then each of them reaches the host by itself, as it came

  @NIC-GRO-018 @law
  Scenario: Every stream with all aggregation off
    Given nothing is merged on receive
    Then for every stream of TCP segments, each reaches the host by itself, as it came

  @NIC-GRO-019
  Scenario Outline: A run of full segments over <network> saves the host work
    Given segments are merged by rx-gro-hw
    When the far end sends a run of 12 TCP segments of 500 bytes over <network>, the last of them shorter
    Then fewer frames reach the host than were sent

    Examples:
      | network |
      | IPv4    |
      | IPv6    |

  @NIC-GRO-020
  Scenario Outline: Two segments, <tags>, are not merged by <by>
    Given segments are merged by <by>
    When the far end sends two consecutive TCP segments, <tags>
    Then both segments reach the host by themselves, as they came

    Examples: in software
      | by     | tags                              |
      | rx-gro | with VID 10 and with VID 20       |
      | rx-gro | with priority 0 and with priority 5 |
      | rx-gro | with no tag and with VID 10       |

    @needs:rx-gro-hw
    Examples: in the device
      | by        | tags                              |
      | rx-gro-hw | with VID 10 and with VID 20       |
      | rx-gro-hw | with priority 0 and with priority 5 |
      | rx-gro-hw | with no tag and with VID 10       |

  @NIC-GRO-020 @law
  Scenario Outline: For every two tags that differ, nothing is merged by <by>
    Given segments are merged by <by>
    Then for every two different tags, TCP segments that carry them are not merged

    Examples: in software
      | by     |
      | rx-gro |

    @needs:rx-gro-hw
    Examples: in the device
      | by        |
      | rx-gro-hw |
