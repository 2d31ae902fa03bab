Feature: One script for every switch

  Who buys two switches writes one script. What it configures depends on the script alone: not on the switch, not on the order of requests
  that do not need each other, not on what was configured before. What each switch shows is kept, and two runs are compared line by line.

  @SW-UNI-001
  Scenario: A plain switch
    Given the configuration script
      """
      link add br0 type bridge
      link set p0 master br0
      link set p1 master br0
      link set p2 master br0
      link set br0 up
      link set p0 up
      link set p1 up
      link set p2 up
      fdb replace B dev p1
      """
    And these frames, to see where they go
      | at | from | to        |
      | p0 | A    | B         |
      | p0 | A    | C         |
      | p2 | D    | broadcast |
      | p1 | B    | B         |
    When the switch is configured by it
    Then the switch shows
      """
      br0: up, filters no VLANs
      p0: up, in br0, forwarding; learning flood mcast_flood bcast_flood
      p1: up, in br0, forwarding; learning flood mcast_flood bcast_flood
      p2: up, in br0, forwarding; learning flood mcast_flood bcast_flood
      B at p1, static
      A to B untagged, in at p0: p1 untagged
      A to C untagged, in at p0: p1 untagged, p2 untagged
      D to broadcast untagged, in at p2: p0 untagged, p1 untagged, br0 untagged
      B to B untagged, in at p1: nowhere
      """

  @SW-UNI-001 @needs:bridge-vlan-filtering
  Scenario: Access ports and a trunk
    Given the configuration script
      """
      link add br0 type bridge vlan_filtering 1 vlan_default_pvid 0
      link set p0 master br0
      link set p1 master br0
      link set p2 master br0
      link set p3 master br0
      vlan add vid 10 dev p0 pvid untagged
      vlan add vid 10 dev p1 pvid untagged
      vlan add vid 20 dev p2 pvid untagged
      vlan add vid 10 dev p3
      vlan add vid 20 dev p3
      link set br0 up
      link set p0 up
      link set p1 up
      link set p2 up
      link set p3 up
      fdb replace T dev p3 vlan 10
      """
    And these frames, to see where they go
      | at | from | to        | VLAN |
      | p0 | A    | broadcast |      |
      | p0 | A    | T         |      |
      | p2 | C    | broadcast |      |
      | p3 | D    | broadcast | 10   |
      | p3 | D    | broadcast | 20   |
      | p3 | D    | broadcast |      |
      | p3 | D    | broadcast | 30   |
    When the switch is configured by it
    Then the switch shows
      """
      br0: up, filters VLANs
      p0: up, in br0, forwarding; learning flood mcast_flood bcast_flood
      p0 VLANs: 10 untagged pvid
      p1: up, in br0, forwarding; learning flood mcast_flood bcast_flood
      p1 VLANs: 10 untagged pvid
      p2: up, in br0, forwarding; learning flood mcast_flood bcast_flood
      p2 VLANs: 20 untagged pvid
      p3: up, in br0, forwarding; learning flood mcast_flood bcast_flood
      p3 VLANs: 10; 20
      T at p3 in VLAN 10, static
      A to broadcast untagged, in at p0: p1 untagged, p3 tagged 10
      A to T untagged, in at p0: p3 tagged 10
      C to broadcast untagged, in at p2: p3 tagged 20
      D to broadcast tagged 10, in at p3: p0 untagged, p1 untagged
      D to broadcast tagged 20, in at p3: p2 untagged
      D to broadcast untagged, in at p3: nowhere
      D to broadcast tagged 30, in at p3: nowhere
      """

  @SW-UNI-001 @needs:bridge-port-learning @needs:bridge-port-unicast-flood @needs:bridge-port-isolated
  Scenario: Guests that see the way out alone
    Given the configuration script
      """
      link add br0 type bridge
      link set p0 master br0
      link set p0 isolated on
      link set p0 learning off
      link set p1 master br0
      link set p1 isolated on
      link set p2 master br0
      link set p2 flood off
      link set br0 up
      link set p0 up
      link set p1 up
      link set p2 up
      fdb replace R dev p2
      """
    And these frames, to see where they go
      | at | from | to        |
      | p0 | A    | broadcast |
      | p0 | A    | R         |
      | p0 | A    | C         |
      | p2 | R    | A         |
    When the switch is configured by it
    Then the switch shows
      """
      br0: up, filters no VLANs
      p0: up, in br0, forwarding; flood mcast_flood bcast_flood isolated
      p1: up, in br0, forwarding; learning flood mcast_flood bcast_flood isolated
      p2: up, in br0, forwarding; learning mcast_flood bcast_flood
      R at p2, static
      A to broadcast untagged, in at p0: p2 untagged, br0 untagged
      A to R untagged, in at p0: p2 untagged
      A to C untagged, in at p0: nowhere
      R to A untagged, in at p2: p0 untagged, p1 untagged
      """

  @SW-UNI-002 @law
  Scenario: The order of requests, in a bridge without VLANs
    Given the configuration script
      """
      link add br0 type bridge
      link set p0 master br0
      link set p1 master br0
      link set p2 master br0
      link set br0 up
      link set p0 up
      link set p1 up
      link set p2 up
      fdb replace B dev p1
      """
    And these frames, to see where they go
      | at | from | to        |
      | p0 | A    | B         |
      | p0 | A    | broadcast |
    Then for every order of its requests that can be, the switch shows the same

  @SW-UNI-002 @law @needs:bridge-vlan-filtering
  Scenario: The order of requests, with VLANs
    Given the configuration script
      """
      link add br0 type bridge vlan_filtering 1
      link set p0 master br0
      link set p1 master br0
      link set p2 master br0
      vlan add vid 10-12 dev p0
      vlan add vid 10 dev p1 pvid untagged
      vlan del vid 1 dev p1
      vlan add vid 11 dev p2
      link set br0 up
      link set p0 up
      link set p1 up
      link set p2 up
      fdb replace B dev p1 vlan 10
      """
    And these frames, to see where they go
      | at | from | to        | VLAN |
      | p0 | A    | B         | 10   |
      | p0 | A    | broadcast | 11   |
      | p0 | A    | broadcast |      |
      | p1 | C    | broadcast |      |
    Then for every order of its requests that can be, the switch shows the same

  @SW-UNI-003 @law
  Scenario: Requests that are made twice
    Given the configuration script
      """
      link add br0 type bridge
      link set p0 master br0
      link set p1 master br0
      link set p2 master br0
      link set br0 up
      link set p0 up
      link set p1 up
      link set p2 up
      fdb replace B dev p1
      """
    And these frames, to see where they go
      | at | from | to        |
      | p0 | A    | B         |
      | p0 | A    | broadcast |
    Then for every part of it that is said once more, the switch shows the same

  @SW-UNI-003 @law @needs:bridge-vlan-filtering
  Scenario: Requests about VLANs that are made twice
    Given the configuration script
      """
      link add br0 type bridge vlan_filtering 1
      link set p0 master br0
      link set p1 master br0
      link set p2 master br0
      vlan add vid 10 dev p0 pvid untagged
      vlan add vid 10 dev p1
      vlan add vid 10 dev p2 untagged
      link set br0 up
      link set p0 up
      link set p1 up
      link set p2 up
      """
    And these frames, to see where they go
      | at | from | to        | VLAN |
      | p0 | A    | broadcast |      |
      | p1 | A    | broadcast | 10   |
    Then for every part of it that is said once more, the switch shows the same

  @SW-UNI-004
  Scenario: A script after another one
    Given the configuration script
      """
      link add br0 type bridge
      link set p0 master br0
      link set p1 master br0
      link set br0 up
      link set p0 up
      link set p1 up
      fdb replace B dev p1
      """
    And these frames, to see where they go
      | at | from | to |
      | p0 | A    | B  |
    When the switch is configured by it
    And all of it is taken away
    And the switch is configured by it
    Then the switch shows
      """
      br0: up, filters no VLANs
      p0: up, in br0, forwarding; learning flood mcast_flood bcast_flood
      p1: up, in br0, forwarding; learning flood mcast_flood bcast_flood
      B at p1, static
      A to B untagged, in at p0: p1 untagged
      """

  @SW-UNI-004 @law
  Scenario: Whatever was configured before
    Given the configuration script
      """
      link add br0 type bridge
      link set p0 master br0
      link set p1 master br0
      link set p2 master br0
      link set br0 up
      link set p0 up
      link set p1 up
      link set p2 up
      """
    And these frames, to see where they go
      | at | from | to        |
      | p0 | A    | B         |
      | p1 | C    | broadcast |
    Then for every other script that was run and taken away before it, the switch shows the same
