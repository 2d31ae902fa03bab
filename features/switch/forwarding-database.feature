Feature: The forwarding database

  Who sends at a port can be reached there. What is learned is forgotten after a while; what is put there by hand stays.

  Background:
    Given a bridge over p0, p1 and p2

  @SW-FDB-001
  Scenario Outline: Nobody knows where <to> is
    When a frame from A to <to> comes in at <port>
    Then it leaves at <ports>

    Examples:
      | to        | port | ports     |
      | B         | p0   | p1 and p2 |
      | B         | p2   | p0 and p1 |
      | broadcast | p1   | p0 and p2 |
      | group 3   | p1   | p0 and p2 |

  @SW-FDB-002
  Scenario: A station that was seen
    Given station B was seen at p2
    When a frame from A to B comes in at p0
    Then it leaves at p2 and nowhere else

  @SW-FDB-002
  Scenario: A station behind the port where the frame comes in
    Given station B was seen at p0
    When a frame from A to B comes in at p0
    Then it leaves at nowhere

  @SW-FDB-003
  Scenario Outline: A frame to <to> shows where its sender is
    When a frame from A to <to> comes in at p1
    Then the table has A at p1, dynamic
    When a frame from B to A comes in at p0
    Then it leaves at p1 and nowhere else

    Examples:
      | to        |
      | broadcast |
      | group 1   |
      | C         |

  @SW-FDB-004
  Scenario: A station moves
    Given station B was seen at p1
    When a frame from B to broadcast comes in at p2
    Then the table has B at p2, dynamic
    When a frame from A to B comes in at p0
    Then it leaves at p2 and nowhere else

  @SW-FDB-005
  Scenario: A station that is not heard of any more
    Given an ageing time of 1 second
    And station B was seen at p1
    When 3 seconds pass
    Then the table does not have B
    When a frame from A to B comes in at p0
    Then it leaves at p1 and p2

  @SW-FDB-005 @needs:virtual-clock
  Scenario Outline: <seconds> seconds of the 300 that are the default
    Given station B was seen at p1
    When <seconds> seconds pass
    And a frame from A to B comes in at p0
    Then it leaves at <ports>

    Examples:
      | seconds | ports     |
      | 299     | p1        |
      | 301     | p1 and p2 |

  @SW-FDB-006 @needs:virtual-clock
  Scenario: A station that is heard of again
    Given station B was seen at p1
    When 200 seconds pass
    And a frame from B to broadcast comes in at p1
    And 200 seconds pass
    And a frame from A to B comes in at p0
    Then it leaves at p1 and nowhere else

  @SW-FDB-006
  Scenario: A station that is heard of again and again
    Given an ageing time of 2 seconds
    And station B was seen at p1
    When B sends to A at p1 every second, 4 times
    And a frame from A to B comes in at p0
    Then it leaves at p1 and nowhere else

  @SW-FDB-007 @needs:virtual-clock
  Scenario: A station that is only sent to
    Given station B was seen at p1
    When 200 seconds pass
    And a frame from A to B comes in at p0
    And 150 seconds pass
    And a frame from A to B comes in at p0
    Then it leaves at p1 and p2

  @SW-FDB-007
  Scenario: A station that is sent to again and again
    Given an ageing time of 2 seconds
    And station B was seen at p1
    When A sends to B at p0 every second, 4 times
    Then the table does not have B

  @SW-FDB-008
  Scenario: No ageing time at all
    Given an ageing time of 0 seconds
    When a frame from B to broadcast comes in at p1
    And a frame from A to B comes in at p0
    Then it leaves at p1 and p2

  @SW-FDB-009
  Scenario: An entry that is put there by hand
    When B is put at p2, static
    Then the table has B at p2, static
    When a frame from A to B comes in at p0
    Then it leaves at p2 and nowhere else

  @SW-FDB-009
  Scenario: A static entry does not age
    Given an ageing time of 1 second
    When B is put at p2, static
    And 3 seconds pass
    And a frame from A to B comes in at p0
    Then it leaves at p2 and nowhere else

  @SW-FDB-010
  Scenario: A dynamic entry that is put there by hand ages
    Given an ageing time of 1 second
    When B is put at p2, dynamic
    Then the table has B at p2, dynamic
    When 3 seconds pass
    Then the table does not have B

  @SW-FDB-011
  Scenario: A permanent entry is the host's
    When B is put at p2, permanent
    And a frame from A to B comes in at p0
    Then the host gets it from the bridge
    And it leaves at nowhere

  @SW-FDB-012
  Scenario: A sticky entry stays
    When B is put at p1, sticky
    And a frame from B to broadcast comes in at p2
    Then the table has B at p1, sticky
    When a frame from A to B comes in at p0
    Then it leaves at p1 and nowhere else

  @SW-FDB-013
  Scenario: An entry is taken away
    When B is put at p2, static
    And B is taken from p2
    Then the table does not have B
    When a frame from A to B comes in at p0
    Then it leaves at p1 and p2

  @SW-FDB-013
  Scenario: What was learned is taken away
    Given station B was seen at p2
    When B is taken from p2
    And a frame from A to B comes in at p0
    Then it leaves at p1 and p2

  @SW-FDB-014
  Scenario: The same entry twice
    When B is put at p2, static
    And B is to be put at p2, static, if it is not there
    Then it is refused with EEXIST

  @SW-FDB-014
  Scenario: An entry that is not there is to be changed
    When B is to be put at p2, static, if it is there
    Then it is refused with ENOENT
    And the table does not have B

  @SW-FDB-014
  Scenario: An entry is replaced
    When B is put at p2, static
    And B is to be put at p1, static, if it is there
    Then it is accepted
    And the table has B at p1, static

  @SW-FDB-014
  Scenario: An entry that is not there is to be taken away
    When B is to be taken from p2
    Then it is refused with ENOENT

  @SW-FDB-014
  Scenario: An entry that is at another port is to be taken away
    When B is put at p1, static
    And B is to be taken from p2
    Then it is refused with ENOENT
    And the table has B at p1, static

  @SW-FDB-015
  Scenario: The address of nobody
    When 00:00:00:00:00:00 is to be put at p1, static
    Then it is refused with EINVAL

  @SW-FDB-015
  Scenario: A port in no bridge
    When B is to be put at p3, static
    Then it is refused with EOPNOTSUPP

  @SW-FDB-015
  Scenario: Sticky and permanent at once
    When B is to be put at p1, sticky and permanent
    Then it is refused with EINVAL

  @SW-FDB-016
  Scenario: Somebody listens to the table
    Given somebody listens to the table
    When a frame from B to broadcast comes in at p1
    Then B at p1 is announced as new
    When a frame from B to broadcast comes in at p2
    Then B at p2 is announced as new

  @SW-FDB-016
  Scenario: Somebody listens as entries are put there and taken away
    Given somebody listens to the table
    When B is put at p1, static
    Then B at p1 is announced as new
    When B is taken from p1
    Then B at p1 is announced as gone

  @SW-FDB-016
  Scenario: Somebody listens as an entry ages
    Given an ageing time of 1 second
    And somebody listens to the table
    When a frame from B to broadcast comes in at p1
    Then B at p1 is announced as new
    When 3 seconds pass
    Then B at p1 is announced as gone

  @SW-FDB-017
  Scenario: A port goes down
    Given station B was seen at p1
    And C is put at p1, static
    When p1 is set down
    Then the table does not have B
    And the table has C at p1, static
    When p1 is set up
    And a frame from A to C comes in at p0
    Then it leaves at p1 and nowhere else

  @SW-FDB-017 @needs:wire-carrier
  Scenario: A cable is pulled out
    Given station B was seen at p1
    When the cable of p1 is pulled out
    Then the table does not have B

  @SW-FDB-018
  Scenario: A port leaves
    Given station B was seen at p1
    And C is put at p1, static
    When p1 leaves its bridge
    Then the table does not have B
    And the table does not have C
    When a frame from A to B comes in at p0
    Then it leaves at p2
    When a frame from A to C comes in at p0
    Then it leaves at p2

  @SW-FDB-019
  Scenario: The table is flushed
    Given station B was seen at p1
    And station D was seen at p2
    And C is put at p1, static
    When the table is flushed
    Then the table does not have B
    And the table does not have D
    And the table has C at p1, static
    When a frame from A to B comes in at p0
    Then it leaves at p1 and p2

  @SW-FDB-020
  Scenario: One port is flushed
    Given station B was seen at p1
    And station D was seen at p2
    When p1 is flushed
    Then the table does not have B
    And the table has D at p2, dynamic

  @SW-FDB-021
  Scenario Outline: A frame from <source>
    When a frame from <source> to broadcast comes in at p0
    Then it leaves at nowhere
    And the table does not have <source>

    Examples:
      | source            |
      | 01:00:5e:00:00:09 |
      | ff:ff:ff:ff:ff:ff |
      | 00:00:00:00:00:00 |

  @SW-FDB-022
  Scenario: Somebody sends from the address of the bridge
    When a frame from the address of the bridge to broadcast comes in at p1
    And a frame from A to the address of the bridge comes in at p0
    Then the host gets it from the bridge
    And it leaves at nowhere

  @SW-FDB-023 @law
  Scenario: Stations come, move and speak
    Then for every sequence of stations that speak, move, are put there and are taken away, frames go where they are

  @SW-FDB-024
  Scenario: The dynamic entries of a port
    Given station B was seen at p1
    And station D was seen at p2
    And C is put at p1, static
    When the dynamic entries of p1 are taken away at once
    Then the table does not have B
    And the table has C at p1, static
    And the table has D at p2, dynamic

  @SW-FDB-024
  Scenario: The static entries of the bridge
    Given station B was seen at p1
    And C is put at p1, static
    And E is put at p2, static
    When the static entries of the bridge are taken away at once
    Then the table does not have C
    And the table does not have E
    And the table has B at p1, dynamic

  @SW-FDB-025
  Scenario: The host speaks to a station, and its entry is changed
    Given A is put at p0, static
    When 3 seconds pass
    Then A was last used 2 seconds ago or before
    When the host sends a frame from B to A through the bridge
    Then it leaves at p0
    And A was last used 2 seconds ago or before
    And A was last seen 2 seconds ago or before
    When A is to be put at p0, permanent, if it is there
    Then A was last used a second ago or later
    And A was last seen a second ago or later

  @SW-FDB-026
  Scenario Outline: An entry that is <before> becomes <after>
    Given A is put at p0, <before>
    And somebody listens to the table
    When A is to be put at p0, <after>, if it is there
    Then A at p0 is announced as <after>

    Examples:
      | before  | after     |
      | dynamic | static    |
      | static  | permanent |

  @SW-FDB-027
  Scenario: Half of many stations are taken away
    Given 300 stations with addresses far apart are put at p0, static
    When every other one of these stations is taken from p0
    And a frame from B to each of the others comes in at p1
    Then it leaves at p0 and nowhere else
    When a frame from B to each of those that were taken away comes in at p1
    Then it leaves at p0 and p2

  @SW-FDB-015
  Scenario Outline: At a port that is listening, <kind>
    Given p1 is set to listening
    When B is to be put at p1, <kind>
    Then it is <answer>

    Examples:
      | kind    | answer             |
      | dynamic | refused with EPERM |
      | static  | accepted           |

  @SW-FDB-015
  Scenario Outline: At the bridge itself, <kind>
    When B is to be put at the bridge, <kind>
    Then it is refused with EINVAL

    Examples:
      | kind    |
      | dynamic |
      | static  |

  @SW-FDB-028
  Scenario: More stations than may be learned
    Given the bridge setting IFLA_BR_FDB_MAX_LEARNED is 2
    When a frame from B to broadcast comes in at p1
    And a frame from C to broadcast comes in at p1
    And a frame from D to broadcast comes in at p1
    Then the bridge counts 2 learned entries
    And the table has C at p1, dynamic
    And the table does not have D
    When a frame from A to D comes in at p0
    Then it leaves at p1 and p2
    When D is put at p1, static
    Then the table has D at p1, static
    And the bridge counts 2 learned entries

  @SW-FDB-028
  Scenario Outline: There is room again when a learned entry <goes>
    Given the bridge setting IFLA_BR_FDB_MAX_LEARNED is 1
    When a frame from B to broadcast comes in at p1
    Then the bridge counts 1 learned entry
    When B is <request>
    Then the bridge counts 0 learned entries
    When a frame from D to broadcast comes in at p1
    Then the table has D at p1, dynamic

    Examples:
      | goes                       | request                                  |
      | goes                       | taken from p1                            |
      | becomes the user's         | to be put at p1, static, if it is there  |
      | becomes somebody else's    | put at p1, learned by somebody else      |
      | is confirmed by the user   | put at p1, as if it had spoken there     |

  @SW-FDB-029
  Scenario: What somebody else learned, and the time
    Given an ageing time of 1 second
    When B is put at p1, learned by somebody else
    And 3 seconds pass
    And a frame from A to B comes in at p0
    Then it leaves at p1 and nowhere else
    And the entry of B is marked as learned by somebody else

  @SW-FDB-030
  Scenario: What somebody else learned moves
    Given an ageing time of 1 second
    When B is put at p1, learned by somebody else
    And a frame from B to broadcast comes in at p2
    Then the table has B at p2, dynamic
    And the entry of B is not marked as learned by somebody else
    When 3 seconds pass
    Then the table does not have B

  @SW-FDB-031
  Scenario: An entry whose time is over
    Given an ageing time of 1 second
    And somebody listens for what leaves the table
    When a frame from B to broadcast comes in at p1
    And 3 seconds pass
    Then B is announced as gone, and as stale

  @SW-FDB-031
  Scenario: An entry that is taken away before
    Given somebody listens for what leaves the table
    When B is put at p1, dynamic
    And B is taken from p1
    Then B is announced as gone, and as reachable

  @SW-FDB-032
  Scenario: A port gets an address that was seen elsewhere
    Given the bridge is given the address 02:00:00:00:0b:01
    And station B was seen at p1
    When p2 is given the address of B
    Then the table has B at p2, permanent
    When a frame from A to B comes in at p0
    Then the host gets it from the bridge
    And it leaves at nowhere

  @SW-FDB-033
  Scenario: Two ports have one address, and one of them leaves
    Given the bridge is given the address 02:00:00:00:0b:01
    And p1 is given the address of B
    And p2 is given the address of B
    When p1 leaves its bridge
    Then the table has B at p2, permanent
    When a frame from A to B comes in at p0
    Then the host gets it from the bridge
    And it leaves at nowhere

  @SW-FDB-033
  Scenario: A port and the bridge have one address, and the port leaves
    Given p2 is given the address 02:00:00:00:0b:01
    And the bridge is given the address 02:00:00:00:0b:01
    When p2 leaves its bridge
    And a frame from A to the address of the bridge comes in at p0
    Then the host gets it from the bridge
    And it leaves at nowhere

  @SW-FDB-034
  Scenario: The user says that a station spoke
    When B is put at p1, as if it had spoken there
    Then the table has B at p1, dynamic

  @SW-FDB-034 @needs:bridge-learns-itself
  Scenario: Frames go where the user says that a station spoke
    When B is put at p1, as if it had spoken there
    And a frame from A to B comes in at p0
    Then it leaves at p1 and nowhere else

  @SW-FDB-035
  Scenario: An entry of the device itself that is not permanent
    When C is to be put at the device of p1 itself, static
    Then it is refused with EINVAL
    When C is put at the device of p1 itself, permanent
    And C is to be put at the device of p1 itself, permanent
    Then it is refused with EEXIST
    When C is put at the device of p1 itself once more, whether it is there or not
    And C is to be taken from the device of p1 itself, static
    Then it is refused with EINVAL
    When C is taken from the device of p1 itself, permanent
    And C is to be taken from the device of p1 itself, permanent
    Then it is refused with ENOENT

  @SW-FDB-034
  Scenario: The user says that a station spoke at a port that listens
    Given p1 is set to listening
    When B is put at p1, as if it had spoken there
    Then the table does not have B

  @SW-FDB-036
  Scenario Outline: One entry, asked for by <whom>
    Given B is put at p1, static
    And C is put at p2, permanent
    When the entry of B is asked for by <whom>
    Then it is told as in the table, at p1

    Examples: any port of the bridge does
      | whom                            |
      | p1                              |
      | p0                              |
      | p0 as a port of the bridge      |
      | the bridge as the master        |
      | the bridge itself               |

  @SW-FDB-036 @needs:bridge-vlan-filtering
  Scenario: The entry of one VLAN
    Given the bridge filters VLANs
    And p1 is in VLAN 10, tagged
    And p2 is in VLAN 20, tagged
    And B is put at p1, static
    And B is to be put at p2, static
    When the entry of B in VLAN 20 is asked for by p1
    Then it is told as in the table, at p2
    When the entry of B in VLAN 10 is asked for by p1
    Then it is told as in the table, at p1
    When the entry of B in VLAN 30 is asked for by p1
    Then the request for the entry is refused with ENOENT: "Fdb entry not found"

  @SW-FDB-037
  Scenario Outline: One entry, asked for <how>
    Given B is put at p1, static
    When the entry of B is asked for <how>
    Then the request for the entry is refused with <errno>: "<why>"

    Examples:
      | how                               | errno      | why                                                 |
      | without an address                | EINVAL     | Missing lookup address for fdb get request          |
      | with another address              | ENOENT     | Fdb entry not found                                 |
      | with the VLAN 4095                | EINVAL     | invalid vlan id                                     |
      | with the VLAN 0                   | EINVAL     | invalid vlan id                                     |
      | by nobody                         | ENODEV     | No device specified                                 |
      | by a device that there is not     | ENODEV     | Unknown device ifindex                              |
      | by a master that there is not     | EINVAL     | Invalid master ifindex                              |
      | by a port and by its master       | EINVAL     | Master and device are mutually exclusive            |
      | by the bridge as if it were a port | EINVAL    | Device is not a bridge port                         |
      | by a port itself                  | EOPNOTSUPP | Fdb get operation not supported by device           |
      | by a port as the master           | EOPNOTSUPP | Fdb get operation not supported by device           |
      | with a state                      | EINVAL     | Invalid values in header for fdb get request        |
      | with a flag that says nothing     | EINVAL     | Invalid flags in header for fdb get request         |
      | with a destination                | EINVAL     | Unsupported attribute in fdb get request            |
