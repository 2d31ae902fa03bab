Feature: Addresses that stay on their link

  Frames to 01-80-C2-00-00-00 to -0F are between neighbours. A bridge hands them to the host and passes none of them on, unless it is
  told to.

  Background:
    Given a bridge over p0, p1 and p2

  @SW-LL-001
  Scenario Outline: A frame to <address>
    When a frame from A to <address> comes in at p0
    Then it leaves at nowhere

    Examples:
      | address           |
      | 01:80:c2:00:00:01 |
      | 01:80:c2:00:00:02 |
      | 01:80:c2:00:00:03 |
      | 01:80:c2:00:00:0e |
      | 01:80:c2:00:00:0f |

  @SW-LL-001
  Scenario Outline: <address> is no such address
    When a frame from A to <address> comes in at p0
    Then it leaves at p1 and p2

    Examples:
      | address           |
      | 01:80:c2:00:00:10 |
      | 01:80:c2:00:00:21 |
      | 01:80:c2:00:01:02 |
      | 01:00:5e:00:00:fb |

  @SW-LL-002
  Scenario Outline: The host gets a frame to <address> at its port
    Given the host listens at p0
    When a frame from A to <address> comes in at p0
    Then the host gets it at p0
    And the host does not get it from the bridge

    Examples:
      | address           |
      | 01:80:c2:00:00:02 |
      | 01:80:c2:00:00:03 |
      | 01:80:c2:00:00:0e |

  @SW-LL-003
  Scenario: Without a spanning tree protocol the frames of others' pass
    When a frame from A to 01:80:c2:00:00:00 comes in at p0
    Then it leaves at p1 and p2

  @SW-LL-003 @needs:bridge-user-stp
  Scenario: With a spanning tree protocol they are the host's
    Given the host listens at p0
    And a program of the user's plays the spanning tree protocol
    When p0 is set to forwarding
    And a frame from A to 01:80:c2:00:00:00 comes in at p0
    Then it leaves at nowhere
    And the host gets it at p0

  @SW-LL-004
  Scenario: LLDP is to pass
    Given the bridge setting IFLA_BR_GROUP_FWD_MASK is 16384
    When a frame from A to 01:80:c2:00:00:0e comes in at p0
    Then it leaves at p1 and p2
    When a frame from A to 01:80:c2:00:00:03 comes in at p0
    Then it leaves at nowhere

  @SW-LL-005
  Scenario Outline: A mask of <mask> is to be set
    When the bridge setting IFLA_BR_GROUP_FWD_MASK is set to <mask>
    Then it is refused with EINVAL
    And the bridge setting IFLA_BR_GROUP_FWD_MASK reads 0

    Examples:
      | mask  |
      | 1     |
      | 2     |
      | 4     |
      | 16388 |

  @SW-LL-006
  Scenario: The mask of one port
    When the mask of p0 lets 16389 pass
    And a frame from A to 01:80:c2:00:00:0e comes in at p0
    Then it leaves at p1 and p2
    When a frame from A to 01:80:c2:00:00:02 comes in at p0
    Then it leaves at p1 and p2
    When a frame from A to 01:80:c2:00:00:03 comes in at p0
    Then it leaves at nowhere
    When a frame from B to 01:80:c2:00:00:0e comes in at p1
    Then it leaves at nowhere
    And the mask of p0 reads 16389

  @SW-LL-006 @needs:bridge-user-stp
  Scenario: The mask of one port, and a spanning tree protocol
    Given a program of the user's plays the spanning tree protocol
    When the mask of p0 lets 1 pass
    And a frame from A to 01:80:c2:00:00:00 comes in at p0
    Then it leaves at p1 and p2
    When a frame from B to 01:80:c2:00:00:00 comes in at p1
    Then it leaves at nowhere

  @SW-LL-006
  Scenario: Pause frames never pass
    When the mask of p0 is to let 2 pass
    Then it is refused with EINVAL

  @SW-LL-007
  Scenario: Who sends to the neighbour is learned
    When a frame from A to 01:80:c2:00:00:0e comes in at p0
    Then the table has A at p0, dynamic

  @SW-LL-007 @needs:bridge-port-learning
  Scenario: Who sends to the neighbour, at a port that does not learn
    Given the flag learning of p0 is switched off
    When a frame from A to 01:80:c2:00:00:0e comes in at p0
    Then it leaves at nowhere
    And the table does not have A

  @SW-LL-007
  Scenario: Who sends to the neighbour, in a bridge that does not learn from such frames
    Given the bridge does not learn from link-local frames
    When a frame from A to 01:80:c2:00:00:0e comes in at p0
    Then it leaves at nowhere
    And the table does not have A
    When a frame from A to broadcast comes in at p0
    Then the table has A at p0, dynamic

  @SW-LL-008
  Scenario: The address of the spanning tree
    Then the group address of the bridge is 01:80:c2:00:00:00
    When the group address of the bridge is set to 01:80:c2:00:00:0a
    Then the group address of the bridge is 01:80:c2:00:00:0a

  @SW-LL-008 @needs:bridge-vlan-filtering
  Scenario: The address of the spanning tree of a provider
    Given the bridge setting IFLA_BR_VLAN_PROTOCOL is 0x88a8
    Then the group address of the bridge is 01:80:c2:00:00:00
    When the bridge filters VLANs
    Then the group address of the bridge is 01:80:c2:00:00:08
    When the bridge setting IFLA_BR_VLAN_PROTOCOL is set to 0x8100
    Then the group address of the bridge is 01:80:c2:00:00:00

  @SW-LL-008 @needs:bridge-vlan-filtering
  Scenario: The address that the user chose stays
    Given the group address of the bridge is set to 01:80:c2:00:00:0a
    And the bridge setting IFLA_BR_VLAN_PROTOCOL is 0x88a8
    When the bridge filters VLANs
    Then the group address of the bridge is 01:80:c2:00:00:0a

  @SW-LL-009
  Scenario Outline: The group address <address>
    When the group address of the bridge is to be set to <address>
    Then it is refused with EINVAL
    And the group address of the bridge is 01:80:c2:00:00:00

    Examples: of pause frames, slow protocols and authentication, and such as do not stay on their link
      | address           |
      | 01:80:c2:00:00:01 |
      | 01:80:c2:00:00:02 |
      | 01:80:c2:00:00:03 |
      | 01:80:c2:00:00:10 |
      | 02:80:c2:00:00:00 |

  @SW-LL-010 @needs:bridge-vlan-filtering
  Scenario Outline: A customer's frame to <address> at a bridge of service tags
    Given the bridge setting IFLA_BR_VLAN_PROTOCOL is 0x88a8
    And the bridge filters VLANs
    When a frame from A to <address> comes in at p0
    Then it leaves at <ports>

    Examples:
      | address           | ports     |
      | 01:80:c2:00:00:00 | p1 and p2 |
      | 01:80:c2:00:00:0b | p1 and p2 |
      | 01:80:c2:00:00:0c | p1 and p2 |
      | 01:80:c2:00:00:0d | p1 and p2 |
      | 01:80:c2:00:00:0f | p1 and p2 |
      | 01:80:c2:00:00:02 | nowhere   |
      | 01:80:c2:00:00:08 | nowhere   |
      | 01:80:c2:00:00:0a | nowhere   |
      | 01:80:c2:00:00:0e | nowhere   |

  @SW-LL-010 @needs:bridge-vlan-filtering
  Scenario: What goes to the group address of the bridge does not pass
    Given the bridge setting IFLA_BR_VLAN_PROTOCOL is 0x88a8
    And the bridge filters VLANs
    And the group address of the bridge is set to 01:80:c2:00:00:0b
    When a frame from A to 01:80:c2:00:00:0b comes in at p0
    Then it leaves at nowhere
    When a frame from A to 01:80:c2:00:00:0c comes in at p0
    Then it leaves at p1 and p2
