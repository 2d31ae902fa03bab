Feature: One spanning tree, or several

  Whether VLANs have trees of their own is decided before there are VLANs.

  @SW-MST-007
  Scenario: The mode is entered and left while no port is in a VLAN
    Given a bridge that filters VLANs, with no default VLAN, over p0 and p1
    Then the bridge has one spanning tree
    When several spanning trees are switched on
    Then the bridge has several spanning trees
    When several spanning trees are switched off
    Then the bridge has one spanning tree

  @SW-MST-012
  Scenario: Without the mode a port has no state in a tree
    Given a bridge that filters VLANs, with no default VLAN, over p0 and p1
    And p0 is in VLAN 10, tagged
    When p0 is asked to go to state 3 in tree 1
    Then it is refused with EBUSY, because "bridge: Can't modify MST state when MST is disabled"
    And p0 tells the trees none
