Feature: Teams

  A team is a link aggregate whose rules a program of the user's sets: the kernel distributes and collects, and everything else, which
  port is used and how flows are told apart, is an option that is asked for and announced over a generic netlink family.

  # Ports.

  @SW-TEAM-001
  Scenario: Ports
    Given a roundrobin team of p0 and p1
    Then p0 is a member of the aggregate
    And p1 is a member of the aggregate
    And p0 is up
    And the ports of the team are p0 and p1

  @SW-TEAM-001
  Scenario: A port that leaves
    Given a roundrobin team of p0 and p1
    When p0 leaves its aggregate
    Then p0 is a member of no aggregate
    And the ports of the team are p1
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p1

  @SW-TEAM-002
  Scenario: A port that is up
    Given a roundrobin team of p0
    When p1, which is up, is asked to join lag0
    Then it is refused with EBUSY
    And the message is "Device is up. Set it down before adding it as a team port"
    And p1 is a member of no aggregate

  @SW-TEAM-002
  Scenario: A team in itself
    Given a roundrobin team without ports
    When the aggregate is asked to join itself
    Then it is refused with EINVAL
    And the message is "Cannot enslave team device to itself"

  @SW-TEAM-002
  Scenario: What lies on top of a team
    Given a roundrobin team of p0
    And a VLAN device with VID 10 over the aggregate
    When the VLAN device is asked to join the aggregate
    Then it is refused with EBUSY
    And the message is "Device is already an upper device of the team interface"

  @SW-TEAM-003
  Scenario Outline: Addresses in the mode <mode>
    Given a <mode> team without ports
    When the aggregate is given the address 02:00:5e:10:20:30
    And p0 joins the aggregate
    Then p0 has the address 02:00:5e:10:20:30
    When the aggregate is given the address 02:00:5e:10:20:31
    Then p0 has the address 02:00:5e:10:20:31
    When p0 leaves its aggregate
    Then p0 has the address of p0

    Examples:
      | mode       |
      | broadcast  |
      | roundrobin |
      | random     |

  @SW-TEAM-003
  Scenario Outline: Addresses that the mode <mode> leaves alone
    Given a <mode> team without ports
    When the aggregate is given the address 02:00:5e:10:20:30
    And p0 joins the aggregate
    Then p0 has the address of p0
    When the aggregate is given the address 02:00:5e:10:20:31
    Then p0 has the address of p0

    Examples:
      | mode         |
      | activebackup |
      | loadbalance  |

  @SW-TEAM-004
  Scenario: The MTU of a team
    Given a roundrobin team of p0
    When the member p1 is given an MTU of 1400
    And p1 joins the aggregate
    Then p1 has an MTU of 1500
    When the aggregate is given an MTU of 1300
    Then p0 has an MTU of 1300
    And p1 has an MTU of 1300
    When p1 leaves its aggregate
    Then p1 has an MTU of 1400
    And p1 is down

  @SW-TEAM-004
  Scenario: The MTU of a port alone
    Given a roundrobin team of p0
    When the member p0 alone is asked for an MTU of 1300
    Then it is refused with EPERM
    And p0 has an MTU of 1500

  # Modes.

  @SW-TEAM-005
  Scenario: A team begins without a mode
    Given a team without a mode, of p0
    Then the option mode of the team reads *NOMODE*
    When the counters of the aggregate are noted
    And the host sends a frame from A to B at the aggregate
    Then it leaves at nowhere
    And the aggregate has counted 1 more tx_dropped

  @SW-TEAM-005
  Scenario Outline: The mode <mode>
    Given a team without a mode
    When the option mode of the team is set to <mode>
    Then it is accepted
    And the option mode of the team reads <mode>

    Examples:
      | mode         |
      | broadcast    |
      | roundrobin   |
      | random       |
      | activebackup |
      | loadbalance  |

  @SW-TEAM-006
  Scenario: Another mode, with ports
    Given a roundrobin team of p0
    When the option mode of the team is set to broadcast
    Then it is refused with EBUSY
    And the option mode of the team reads roundrobin

  @SW-TEAM-006
  Scenario: The same mode again
    Given a roundrobin team without ports
    When the option mode of the team is set to roundrobin
    Then it is refused with EINVAL

  @SW-TEAM-006
  Scenario: A mode that there is not
    Given a roundrobin team without ports
    When the option mode of the team is set to thoughtful
    Then it is refused with EINVAL
    And the option mode of the team reads roundrobin

  @SW-TEAM-007
  Scenario: Options of a mode come and go with it
    Given an activebackup team without ports
    Then the team has an option activeport of the team
    And the team has no option lb_tx_method of the team
    When the option mode of the team is set to loadbalance
    Then the team has no option activeport of the team
    And the option lb_tx_method of the team reads hash
    And the team has 256 options lb_tx_hash_to_port_mapping

  # Options.

  @SW-TEAM-008
  Scenario Outline: The option <name> of <whose>
    Given a loadbalance team of p0 and p1
    When the option <name> of <whose> is set to <value>
    Then it is accepted
    And the option <name> of <whose> reads <value>

    Examples:
      | name                       | whose    | value                |
      | notify_peers_count         | the team | 3                    |
      | notify_peers_interval      | the team | 50                   |
      | mcast_rejoin_count         | the team | 2                    |
      | mcast_rejoin_interval      | the team | 70                   |
      | enabled                    | p1       | off                  |
      | priority                   | p1       | -7                   |
      | queue_id                   | p1       | 15                   |
      | user_linkup                | p1       | on                   |
      | user_linkup_enabled        | p1       | on                   |
      | lb_tx_method               | the team | hash_to_port_mapping |
      | lb_tx_hash_to_port_mapping | hash 255 | p1                   |

  @SW-TEAM-008
  Scenario: An option of one port alone
    Given a roundrobin team of p0 and p1
    When the option priority of p1 is set to 5
    Then the option priority of p1 reads 5
    And the option priority of p0 reads 0

  @SW-TEAM-009
  Scenario Outline: <name> of <whose>, set to <value>
    Given a loadbalance team of p0
    When the option <name> of <whose> is set to <value>
    Then it is refused with <errno>

    Examples:
      | name                       | whose    | value | errno      |
      | activeport                 | the team | p0    | ENOENT     |
      | enabled                    | p1       | on    | ENOENT     |
      | enabled                    | the team | on    | ENOENT     |
      | lb_tx_hash_to_port_mapping | the team | p0    | ENOENT     |
      | lb_tx_hash_to_port_mapping | hash 256 | p0    | ENOENT     |
      | lb_tx_hash_to_port_mapping | hash 1   | p1    | ENODEV     |
      | lb_tx_method               | the team | maybe | EINVAL     |
      | queue_id                   | p0       | 16    | EINVAL     |

  @SW-TEAM-009
  Scenario: An option as another type
    Given a roundrobin team without ports
    When the option notify_peers_count of the team is set to 3, as if it were of another type
    Then it is refused with ENOENT

  @SW-TEAM-009
  Scenario: A program that does not return
    Given a loadbalance team of p0
    And the team tells flows apart by byte 5
    When the team is given a program that never ends
    Then it is refused with EINVAL
    And the program of the team is the one that tells flows apart by byte 5

  @SW-TEAM-010
  Scenario: A change of an option is announced
    Given a roundrobin team of p0 and p1
    When somebody listens to the team
    And the option enabled of p1 is set to off
    Then the option enabled of p1 is announced as changed
    And the option enabled of p1 is announced as off
    And nothing is announced of the option notify_peers_count

  @SW-TEAM-010
  Scenario: Options of a port that comes and goes are announced
    Given a roundrobin team of p0
    When somebody listens to the team
    And p1 joins the aggregate
    Then the option enabled of p1 is announced as on
    When p1 leaves its aggregate
    Then the option enabled of p1 is announced as removed
    And the team has no option enabled of p1

  @SW-TEAM-032
  Scenario: Nobody listens
    Given a team without a mode
    When the option notify_peers_count of the team is set to 3, and nobody listens
    Then it is refused with ESRCH
    And the option notify_peers_count of the team reads 3

  @SW-TEAM-011
  Scenario: A port that comes, loses its link and goes is announced
    Given a roundrobin team of p0
    When somebody listens to the team
    And p1 joins the aggregate
    Then the port p1 is announced with a link
    When p1 loses its link
    Then the port p1 is announced without a link
    And the team tells the link of p1 as down
    And the team tells the link of p0 as up
    When p1 gets its link back
    Then the port p1 is announced with a link
    When p1 leaves its aggregate
    Then the port p1 is announced as removed

  @SW-TEAM-011
  Scenario: Speed and duplex
    Given a roundrobin team of p0
    Then the team tells for p0 what the port tells of speed and duplex

  # Links.

  @SW-TEAM-012
  Scenario Outline: The carrier of a team in the mode <mode>
    Given a <mode> team of p0 and p1
    Then the aggregate has a carrier
    When p0 loses its link
    Then the aggregate has a carrier
    When p1 loses its link
    Then the aggregate has no carrier
    When p0 gets its link back
    Then the aggregate has a carrier

    Examples:
      | mode         |
      | roundrobin   |
      | activebackup |
      | loadbalance  |

  @SW-TEAM-012
  Scenario: A port that is disabled has its link still
    Given a roundrobin team of p0 and p1
    When the option enabled of p0 is set to off
    And p1 loses its link
    Then the aggregate has a carrier
    When p0 loses its link
    Then the aggregate has no carrier

  @SW-TEAM-012
  Scenario: The last port leaves
    Given a roundrobin team of p0
    When p0 leaves its aggregate
    Then the aggregate has no carrier

  @SW-TEAM-013
  Scenario: The user says what a link is
    Given a roundrobin team of p0 and p1
    When the option user_linkup_enabled of p0 is set to on
    And the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p1
    And the team tells the link of p0 as up
    When the option user_linkup_enabled of p1 is set to on
    Then the aggregate has no carrier
    When the option user_linkup of p0 is set to on
    Then the aggregate has a carrier
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p0

  # What leaves where.

  @SW-TEAM-014
  Scenario: By turns
    Given a roundrobin team of p0 and p1
    When the host sends 8 frames from A to B at the aggregate
    Then 4 of them leave at p0 and 4 at p1

  @SW-TEAM-014
  Scenario: By turns, and one port is disabled
    Given a roundrobin team of p0, p1 and p2
    When the option enabled of p1 is set to off
    And the host sends 8 frames from A to B at the aggregate
    Then 4 of them leave at p0 and 4 at p2

  @SW-TEAM-015
  Scenario Outline: A port without a link, or disabled, in the mode <mode>
    Given a <mode> team of p0 and p1
    When p0 loses its link
    And the host sends 8 frames from A to B at the aggregate
    Then each of them leaves at p1
    When p0 gets its link back
    And the option enabled of p1 is set to off
    And the host sends 8 frames from A to B at the aggregate
    Then each of them leaves at p0

    Examples:
      | mode       |
      | roundrobin |
      | random     |
      | broadcast  |

  @SW-TEAM-015 @law
  Scenario Outline: Nothing is lost in the mode <mode>
    Given a <mode> team without ports
    Then for every sequence of ports that come, go, lose links and are disabled, each frame leaves as the mode <mode> says, as long as one port is left

    Examples:
      | mode       |
      | roundrobin |
      | random     |
      | broadcast  |

  @SW-TEAM-016
  Scenario: Every port of a team in the mode random is used
    Given a random team of p0 and p1
    When the host sends 64 frames from A to B at the aggregate
    Then each leaves at one of p0 and p1, and all of them are used

  @SW-TEAM-017
  Scenario: A frame for every port
    Given a broadcast team of p0, p1 and p2
    When the host sends a frame from A to B at the aggregate
    Then each of them leaves at p0, p1 and p2
    When p1 loses its link
    And the host sends a frame from A to B at the aggregate
    Then each of them leaves at p0 and p2

  @SW-TEAM-018
  Scenario: Without an active port nothing leaves
    Given an activebackup team of p0 and p1
    Then the option activeport of the team reads 0
    When the host sends a frame from A to B at the aggregate
    Then it leaves at nowhere

  @SW-TEAM-018
  Scenario: The active port is the user's choice
    Given an activebackup team of p0 and p1
    And the option activeport of the team is p1
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p1
    When the option activeport of the team is set to p0
    And the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p0

  @SW-TEAM-018
  Scenario: The active port leaves
    Given an activebackup team of p0 and p1
    And the option activeport of the team is p1
    When somebody listens to the team
    And p1 leaves its aggregate
    Then the option activeport of the team reads 0
    And the option activeport of the team is announced as 0
    When the host sends a frame from A to B at the aggregate
    Then it leaves at nowhere

  @SW-TEAM-018
  Scenario: An active port that is no port
    Given an activebackup team of p0
    When the option activeport of the team is set to p1
    Then it is refused with ENOENT

  @SW-TEAM-019
  Scenario: Only the active port receives
    Given an activebackup team of p0 and p1
    And the option activeport of the team is p0
    When the counters of the aggregate are noted
    And a frame from B to broadcast comes in at p1
    Then the host does not get it at the aggregate
    And the aggregate has counted 1 more rx_nohandler
    When a frame from B to broadcast comes in at p0
    Then the host gets it at the aggregate

  @SW-TEAM-019
  Scenario Outline: Every port of a team in the mode <mode> receives
    Given a <mode> team of p0 and p1
    When a frame from B to broadcast comes in at p0
    Then the host gets it at the aggregate
    When a frame from B to broadcast comes in at p1
    Then the host gets it at the aggregate

    Examples:
      | mode        |
      | broadcast   |
      | roundrobin  |
      | random      |
      | loadbalance |

  @SW-TEAM-020
  Scenario: A disabled port receives for itself
    Given a roundrobin team of p0 and p1
    And the host listens at p1
    When the option enabled of p1 is set to off
    And the counters of the aggregate are noted
    And a frame from B to broadcast comes in at p1
    Then the host gets it at p1
    And the host does not get it at the aggregate
    And the aggregate has counted 0 more rx_packets
    And the aggregate has counted 1 more rx_nohandler
    When the option enabled of p1 is set to on
    And a frame from B to broadcast comes in at p1
    Then the host gets it at the aggregate

  @SW-TEAM-021
  Scenario: PDUs of LACP stay at their port
    Given a loadbalance team of p0 and p1
    And p0 receives the frames of every group
    And the host listens at p0
    When a PDU of LACP from B comes in at p0
    Then the host gets the PDU at p0 and not at the aggregate

  @SW-TEAM-021
  Scenario: Only load balancing knows LACP
    Given a roundrobin team of p0 and p1
    And p0 receives the frames of every group
    And the host listens at p0
    When a PDU of LACP from B comes in at p0
    Then the host gets the PDU at p0 and at the aggregate too

  # Load balancing.

  @SW-TEAM-022
  Scenario: Without a program all flows are one
    Given a loadbalance team of p0 and p1
    Then flows that differ in the Ethernet address leave at one member

  @SW-TEAM-022
  Scenario Outline: Flows are told apart by byte <byte>
    Given a loadbalance team of p0 and p1
    And the team tells flows apart by byte <byte>
    Then flows that differ in <what> are spread over p0 and p1

    Examples:
      | byte | what                 |
      | 5    | the Ethernet address |
      | 33   | the IP address       |
      | 37   | the port             |

  @SW-TEAM-022
  Scenario Outline: Flows that byte <byte> does not tell apart
    Given a loadbalance team of p0 and p1
    And the team tells flows apart by byte <byte>
    Then flows that differ in <what> leave at one member

    Examples:
      | byte | what                 |
      | 5    | the IP address       |
      | 33   | the Ethernet address |
      | 200  | the Ethernet address |

  @SW-TEAM-023 @law
  Scenario: The formula of load balancing
    Given a loadbalance team of p0, p1 and p2
    Then for every program, set of enabled ports and flow, the port is the one that the fold of the program's answer names

  @SW-TEAM-024
  Scenario: Flows that the user gives a port
    Given a loadbalance team of p0 and p1
    And the team tells flows apart by byte 5
    And the option lb_tx_method of the team is hash_to_port_mapping
    And the option lb_tx_hash_to_port_mapping of hash 130 is p1
    And the option lb_tx_hash_to_port_mapping of hash 131 is p0
    When the host sends a frame from A to station 2 at the aggregate
    Then each of them leaves at p1
    When the host sends a frame from A to station 3 at the aggregate
    Then each of them leaves at p0
    When the host sends a frame from A to station 4 at the aggregate
    Then each of them leaves at p0
    When the host sends a frame from A to station 5 at the aggregate
    Then each of them leaves at p1

  @SW-TEAM-024
  Scenario: The mapping counts only where it is asked for
    Given a loadbalance team of p0 and p1
    And the team tells flows apart by byte 5
    And the option lb_tx_hash_to_port_mapping of hash 130 is p1
    When the host sends a frame from A to station 2 at the aggregate
    Then each of them leaves at p0

  @SW-TEAM-024
  Scenario Outline: A port of the mapping <what>
    Given a loadbalance team of p0 and p1
    And the option lb_tx_method of the team is hash_to_port_mapping
    And the option lb_tx_hash_to_port_mapping of hash 0 is p1
    When somebody listens to the team
    And <step>
    Then the option lb_tx_hash_to_port_mapping of hash 0 reads 0
    And the option lb_tx_hash_to_port_mapping of hash 0 is announced as 0
    When the host sends a frame from A to B at the aggregate
    Then each of them leaves at p0

    Examples:
      | what        | step                                   |
      | leaves      | p1 leaves its aggregate                |
      | is disabled | the option enabled of p1 is set to off |

  @SW-TEAM-025
  Scenario: What was sent is counted
    Given a loadbalance team of p0 and p1
    And the team tells flows apart by byte 5
    When the host sends a frame from A to station 3 at the aggregate
    Then each of them leaves at p1
    And the team has balanced no bytes through p1
    When the option lb_stats_refresh_interval of the team is set to 1
    Then the team has balanced 60 bytes through p1
    And the team has balanced 60 bytes through hash 131
    And the team has balanced no bytes through p0
    And the team has balanced no bytes through hash 130
    When the host sends a frame from A to station 2 at the aggregate
    Then the team has balanced 60 bytes through p0
    And the team has balanced 60 bytes through p1

  @SW-TEAM-026
  Scenario: Counters of a team
    Given a roundrobin team of p0
    When the counters of the aggregate are noted
    And the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p0
    And the aggregate has counted 4 more tx_packets
    When the option enabled of p0 is set to off
    And the host sends 3 frames from A to B at the aggregate
    Then it leaves at nowhere
    And the aggregate has counted 3 more tx_dropped
    And the aggregate has counted 4 more tx_packets

  # VLANs and bridges on top.

  @SW-TEAM-027
  Scenario Outline: A VLAN device over a team, and the port <member>
    Given a roundrobin team of p0
    And a VLAN device with VID 10 over the aggregate
    When p1 joins the aggregate
    And a frame from B to broadcast, tagged 10 comes in at <member>
    Then the host gets it at the VLAN device
    When a frame from B to broadcast, tagged 20 comes in at <member>
    Then the host does not get it at the VLAN device

    Examples:
      | member |
      | p0     |
      | p1     |

  @SW-TEAM-027 @needs:rx-vlan-filter @needs:rx-vlan-filter-switch
  Scenario: A port that filters VLANs, and comes late
    Given a roundrobin team of p0
    And a VLAN device with VID 10 over the aggregate
    And p1 filters VLANs
    When p1 joins the aggregate
    And a frame from B to broadcast, tagged 10 comes in at p1
    Then the host gets it at the VLAN device

  @SW-TEAM-028 @needs:bridge
  Scenario Outline: A bridge over a team in the mode <mode>
    Given a <mode> team of p0 and p1
    And a bridge over the aggregate and p2
    When a frame from A to broadcast comes in at p1
    Then it leaves at p2 and nowhere else
    And the table has A at the aggregate
    When a frame from B to broadcast comes in at p2
    Then it leaves at one of p0 and p1
    When a frame from B to A comes in at p2
    Then it leaves at one of p0 and p1

    Examples:
      | mode        |
      | roundrobin  |
      | random      |
      | loadbalance |

  @SW-TEAM-028 @needs:bridge
  Scenario: A bridge over a team in the mode broadcast
    Given a broadcast team of p0 and p1
    And a bridge over the aggregate, p2 and p3
    When a frame from B to broadcast comes in at p2
    Then it leaves at p0, p1 and p3
    When a frame from A to broadcast comes in at p1
    Then it leaves at p2 and p3

  @SW-TEAM-029 @needs:bridge
  Scenario: A bridge over a team in the mode activebackup
    Given an activebackup team of p0 and p1
    And the option activeport of the team is p1
    And a bridge over the aggregate and p2
    When a frame from each of 8 stations to broadcast comes in at p2
    Then it leaves at p1 and nowhere else
    When a frame from A to broadcast comes in at p0
    Then it leaves at nowhere
    And the table does not have A
    When the option activeport of the team is set to p0
    And a frame from A to broadcast comes in at p0
    Then it leaves at p2 and nowhere else
    When a frame from B to A comes in at p2
    Then it leaves at p0 and nowhere else

  @SW-TEAM-030 @needs:bridge
  Scenario: A disabled port below a bridge
    Given a loadbalance team of p0 and p1
    And a bridge over the aggregate, p2 and p3
    And station A was seen at the member p0
    When the option enabled of p0 is set to off
    And a frame from each of 8 stations to A comes in at p2
    Then it leaves at p1 and nowhere else
    When a frame from C to broadcast comes in at p0
    Then it leaves at nowhere
    When the option enabled of p0 is set to on
    And a frame from C to broadcast comes in at p0
    Then it leaves at p2 and p3

  @SW-TEAM-030 @needs:bridge
  Scenario: A port below a bridge that leaves its team
    Given a loadbalance team of p0 and p1
    And a bridge over the aggregate, p2 and p3
    When p1 leaves its aggregate
    And p1 is set up
    And a frame from B to broadcast comes in at p2
    Then it leaves at p0 and p3
    When a frame from A to broadcast comes in at p1
    Then it leaves at nowhere

  @SW-TEAM-031
  Scenario: One team too many for the hardware
    Given a loadbalance team of p0
    And a loadbalance team lag1 of p1
    And a loadbalance team lag2 without ports, with an MTU of 1400
    When p2, which is down, is asked to join lag2
    Then it is refused with a text
    And p2 is a member of no aggregate
    And p2 has an MTU of 1500

  @SW-TEAM-031
  Scenario: A team that the hardware does not take needs no room
    Given a loadbalance team of p0
    And a loadbalance team lag1 of p1
    And a roundrobin team lag2 without ports, with an MTU of 1400
    When p2, which is down, is asked to join lag2
    Then it is accepted
