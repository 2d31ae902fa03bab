Feature: Traps: why hardware drops frames, and what of them the host sees

  A trap is a reason. What hardware does with a frame that meets one that drops can be changed: it is dropped and counted there, or the
  host is told of it, as far as the policer of its group lets it.

  @DL-TRAP-001
  Scenario: Traps are listed
    Then each trap is of a group that there is, and has an action

  @DL-TRAP-002
  Scenario Outline: The action of a trap that drops is changed
    When devlink TRAP_SET is asked for with
      | TRAP_NAME   | source_mac_is_multicast |
      | TRAP_ACTION | <action>                |
    Then devlink does it
    And the trap source_mac_is_multicast has the action <name>

    Examples:
      | action | name |
      | 1      | trap |
      | 0      | drop |

  @DL-TRAP-003
  Scenario: The action of another trap stays
    When devlink TRAP_SET is made with
      | TRAP_NAME   | ttl_value_is_too_small |
      | TRAP_ACTION | 0                      |
    Then it succeeds, and "Cannot change action of non-drop traps. Skipping" is said
    And the trap ttl_value_is_too_small has the action trap

  @DL-TRAP-004
  Scenario Outline: A <what> that there is not
    When devlink <command> is asked for with
      | <attribute> | <value> |
    Then devlink refuses it with ENOENT: "Device did not register this <what>"

    Examples:
      | command          | attribute       | value   | what         |
      | TRAP_GET         | TRAP_NAME       | nothing | trap         |
      | TRAP_SET         | TRAP_NAME       | nothing | trap         |
      | TRAP_GROUP_GET   | TRAP_GROUP_NAME | nothing | trap group   |
      | TRAP_GROUP_SET   | TRAP_GROUP_NAME | nothing | trap group   |
      | TRAP_POLICER_GET | TRAP_POLICER_ID | 4711    | trap policer |
      | TRAP_POLICER_SET | TRAP_POLICER_ID | 4711    | trap policer |

  @DL-TRAP-005
  Scenario: All traps of a group
    When all traps of the group of source_mac_is_multicast are set to trap
    Then each drop trap of that group, and no other drop trap, has the action trap

  @DL-TRAP-006
  Scenario Outline: A policer beyond its limits
    When devlink TRAP_POLICER_SET is asked for with
      | TRAP_POLICER_ID | 1       |
      | <attribute>     | <value> |
    Then devlink refuses it with EINVAL: "<why>"

    Examples:
      | attribute          | value      | why                                   |
      | TRAP_POLICER_RATE  | 0          | Policer rate lower than limit         |
      | TRAP_POLICER_RATE  | 1000000000 | Policer rate higher than limit        |
      | TRAP_POLICER_BURST | 0          | Policer burst size lower than limit   |
      | TRAP_POLICER_BURST | 1000000000 | Policer burst size higher than limit  |

  @DL-TRAP-007
  Scenario: A policer is set
    Given devlink TRAP_POLICER_SET was asked for with
      | TRAP_POLICER_ID    | 1    |
      | TRAP_POLICER_RATE  | 4000 |
      | TRAP_POLICER_BURST | 16   |
    When devlink TRAP_POLICER_GET is asked for with
      | TRAP_POLICER_ID | 1 |
    Then the answer has
      | TRAP_POLICER_RATE  | 4000 |
      | TRAP_POLICER_BURST | 16   |

  @DL-TRAP-008
  Scenario: A group is bound to another policer, and to none
    Given devlink TRAP_GROUP_SET was asked for with
      | TRAP_GROUP_NAME | l2_drops |
      | TRAP_POLICER_ID | 2        |
    When devlink TRAP_GROUP_GET is asked for with
      | TRAP_GROUP_NAME | l2_drops |
    Then the answer has
      | TRAP_POLICER_ID | 2 |
    Given devlink TRAP_GROUP_SET was asked for with
      | TRAP_GROUP_NAME | l2_drops |
      | TRAP_POLICER_ID | 0        |
    When devlink TRAP_GROUP_GET is asked for with
      | TRAP_GROUP_NAME | l2_drops |
    Then the answer has
      | TRAP_POLICER_ID | absent |

  @DL-TRAP-008
  Scenario: A group is bound to a policer that there is not
    When devlink TRAP_GROUP_SET is asked for with
      | TRAP_GROUP_NAME | l2_drops |
      | TRAP_POLICER_ID | 4711     |
    Then devlink refuses it with ENOENT: "Device did not register this trap policer"

  @DL-TRAP-009 @needs:devlink-trap-frames @needs:bridge
  Scenario: Frames that hardware drops are counted there
    Given a bridge over p0 and p1
    When 3 frames of 80 bytes come in whose source is a group
    Then the trap source_mac_is_multicast has counted 0 frames of 80 bytes, and 3 dropped in hardware

  @DL-TRAP-010 @needs:devlink-trap-frames @needs:bridge
  Scenario: Frames that the host is told of are counted by trap and group
    Given a bridge over p0 and p1
    When the trap source_mac_is_multicast is set to trap
    And 3 frames of 80 bytes come in whose source is a group
    Then the trap source_mac_is_multicast has counted 3 frames of 80 bytes, and 0 dropped in hardware
    And the group of source_mac_is_multicast has counted 3 frames

  @DL-TRAP-011 @needs:devlink-trap-frames @needs:bridge
  Scenario: A policer keeps what is too much from the host
    Given a bridge over p0 and p1
    And devlink TRAP_POLICER_SET was asked for with
      | TRAP_POLICER_ID    | 1 |
      | TRAP_POLICER_RATE  | 1 |
      | TRAP_POLICER_BURST | 8 |
    When the trap source_mac_is_multicast is set to trap
    And 20 frames of 80 bytes come in whose source is a group
    Then the trap source_mac_is_multicast has counted 8 frames of 80 bytes, and 0 dropped in hardware
    And policer 1 has dropped 12

  @DL-TRAP-012 @needs:devlink-trap-traffic
  Scenario: Trapped traffic is counted
    When the trap blackhole_route is set to trap
    And traffic of traps is given 500 ms
    Then the trap blackhole_route has counted something

  @DL-TRAP-003
  Scenario: The action that another trap has is nothing to change
    When devlink TRAP_SET is made with
      | TRAP_NAME   | ttl_value_is_too_small |
      | TRAP_ACTION | 1                      |
    Then it succeeds, and "nothing" is said

  @DL-TRAP-008
  Scenario: A group gets an action, and a policer that there is not
    When devlink TRAP_GROUP_SET is asked for with
      | TRAP_GROUP_NAME | l2_drops |
      | TRAP_ACTION     | 1        |
      | TRAP_POLICER_ID | 4711     |
    Then devlink refuses it with ENOENT: "Trap group set failed, but some changes were committed already"

  @DL-TRAP-012 @needs:devlink-trap-frames @needs:ip-routing @needs:switchdev-routes
  Scenario: Packets that meet a route to nowhere
    Given a router with 192.0.2.1/24 at p0 and 198.51.100.1/24 at p1
    And station A is at p0
    And a blackhole route to 10.0.0.0/8
    When the trap blackhole_route is set to trap
    And A sends 3 packets to 10.1.2.3
    Then the trap blackhole_route has counted something

  @DL-TRAP-014
  Scenario: Generic traps have the names that all drivers share
    Then each trap and each group is marked as generic if its name is one of those, and not otherwise

  @DL-TRAP-011 @needs:devlink-trap-frames @needs:bridge
  Scenario: A policer lets through what comes later
    Given a bridge over p0 and p1
    And devlink TRAP_POLICER_SET was asked for with
      | TRAP_POLICER_ID    | 1  |
      | TRAP_POLICER_RATE  | 2 |
      | TRAP_POLICER_BURST | 8  |
    When the trap source_mac_is_multicast is set to trap
    And 20 frames of 80 bytes come in whose source is a group
    And 1000 milliseconds pass
    And 20 frames of 80 bytes come in whose source is a group
    Then the trap source_mac_is_multicast has counted 10 frames of 80 bytes, and 0 dropped in hardware
    And policer 1 has dropped 30

  @DL-TRAP-013
  Scenario: A trap says what its reports tell
    Then each trap says what its reports tell, and those of frames that come in at ports the port
