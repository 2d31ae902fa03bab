Feature: Feature switches
  A feature is an offload that the user can switch. What is in force is what the user wants, less what its dependencies and the
  device rule out. Nothing is ever added to what the user wants.

  Background:
    Given the port is up

  @NIC-FEAT-001
  Scenario Outline: Without scatter-gather <feature> is off
    When the feature "tx-scatter-gather" is switched off
    Then the feature <feature> is not in force

    Examples:
      | feature                        |
      | "tx-tcp-segmentation"          |
      | "tx-tcp6-segmentation"         |
      | "tx-tcp-ecn-segmentation"      |
      | "tx-tcp-mangleid-segmentation" |
      | "tx-generic-segmentation"      |

  @NIC-FEAT-002
  Scenario: Without an IPv4 checksum there is no IPv4 segmentation
    When the features "tx-checksum-ip-generic" and "tx-checksum-ipv4" are switched off
    Then the features "tx-tcp-segmentation" and "tx-tcp-ecn-segmentation" are not in force

  @NIC-FEAT-003
  Scenario: Without an IPv6 checksum there is no IPv6 segmentation
    When the features "tx-checksum-ip-generic" and "tx-checksum-ipv6" are switched off
    Then the feature "tx-tcp6-segmentation" is not in force

  @NIC-FEAT-004
  Scenario: The choice of identifications goes with IPv4 segmentation
    When the feature "tx-tcp-mangleid-segmentation" is switched on
    And the feature "tx-tcp-segmentation" is switched off
    Then the feature "tx-tcp-mangleid-segmentation" is not in force

  @NIC-FEAT-004
  Scenario: The placement of CWR goes with the last segmentation
    When the features "tx-tcp-segmentation" and "tx-tcp6-segmentation" are switched off
    Then the feature "tx-tcp-ecn-segmentation" is not in force

  @NIC-FEAT-005
  Scenario: Without verified checksums the device merges nothing
    When the feature "rx-gro-hw" is switched on
    And the feature "rx-checksum" is switched off
    Then the feature "rx-gro-hw" is not in force

  @NIC-FEAT-006
  Scenario Outline: Of frame check sequence <fcs>, hardware GRO <hardware> and LRO <lro>, what is in force
    When the features "rx-fcs", "rx-gro-hw" and "rx-lro" are set to <fcs>, <hardware> and <lro>
    Then at most one of the features "rx-fcs", "rx-gro-hw" and "rx-lro" is in force

    Examples:
      | fcs | hardware | lro |
      | on  | on       | on  |
      | on  | on       | off |
      | on  | off      | on  |
      | off | on       | on  |

  @NIC-FEAT-008
  Scenario: Nothing goes on that was not asked for
    When the feature "tx-scatter-gather" is switched off
    And the feature "tx-generic-segmentation" is switched off
    And the feature "tx-scatter-gather" is switched on
    Then the feature "tx-generic-segmentation" is not in force

  @NIC-FEAT-008 @law
  Scenario: For every request, only what is wanted is in force
    Then for every request, the features in force are wanted or fixed, and asking again changes nothing

  @NIC-FEAT-009
  Scenario Outline: <feature> comes back with scatter-gather
    Given the feature <feature> is on
    When the feature "tx-scatter-gather" is switched off
    Then the feature <feature> is not in force
    When the feature "tx-scatter-gather" is switched on
    Then the feature <feature> is in force

    Examples:
      | feature                   |
      | "tx-generic-segmentation" |

    @needs:tx-tcp-segmentation
    Examples:
      | feature               |
      | "tx-tcp-segmentation" |

  @NIC-FEAT-011 @needs:loopback
  Scenario: Loopback returns frames exactly while it is reported
    When the feature "loopback" is switched on
    Then the feature "loopback" is in force
    And a frame that the host sends comes back to the host and does not leave
    When the feature "loopback" is switched off
    Then the feature "loopback" is not in force
    And a frame that the host sends leaves

  @NIC-FEAT-011 @needs:rx-vlan-filter @needs:rx-vlan-filter-switch @needs:vlan-device
  Scenario: VIDs are filtered exactly while it is reported
    Given 802.1Q VLAN devices with the VIDs 1
    When the feature "rx-vlan-filter" is switched on
    Then the feature "rx-vlan-filter" is in force
    And frames with the VIDs 2 are not delivered
    When the feature "rx-vlan-filter" is switched off
    Then the feature "rx-vlan-filter" is not in force
    And frames with the VIDs 2 are delivered

  @NIC-FEAT-011
  Scenario: The software aggregation merges only while it is reported
    When the feature "rx-gro" is switched off
    Then the feature "rx-gro" is not in force
    And the host receives 8 segments of a TCP stream as 8 frames

  @NIC-FEAT-012
  Scenario: A change is announced once
    Given the feature "rx-gro" is on
    And the ethtool announcements are listened to
    When the feature "rx-gro" is switched off
    Then one change of features is announced

  @NIC-FEAT-012
  Scenario: A request for what is in force is not announced
    Given the feature "rx-gro" is on
    And the ethtool announcements are listened to
    When the feature "rx-gro" is switched on
    Then no change of features is announced

  @NIC-FEAT-014
  Scenario: The changeable features are the same after a restart
    When the changeable features are noted
    And the port is set down and up
    And the MTU is set to 1400
    Then the changeable features are those that were noted

  @NIC-FEAT-014 @law
  Scenario: The changeable features are the same after every request
    Then for every request, the changeable features stay the same

  @NIC-FEAT-017 @law
  Scenario: Fixed features do not move
    Then for every request for features that cannot be changed, they stay and the reply says so

  @NIC-FEAT-018
  Scenario Outline: <feature> can be switched
    When the feature <feature> is switched off
    Then the feature <feature> is not in force
    When the feature <feature> is switched on
    Then the feature <feature> is in force

    Examples:
      | feature  |
      | "rx-gro" |

    @needs:tx-scatter-gather
    Examples: software segmentation goes off with scatter-gather
      | feature                   |
      | "tx-generic-segmentation" |

  @NIC-FEAT-019 @needs:tx-udp_tnl-csum-segmentation
  Scenario: Tunnels that need prepared headers go off with the preparation
    When the feature "tx-gso-partial" is switched off
    Then the features that work on prepared headers only are not in force

  @NIC-FEAT-020
  Scenario: Without checksums there is no UDP segmentation
    When the features "tx-checksum-ip-generic", "tx-checksum-ipv4" and "tx-checksum-ipv6" are switched off
    Then the feature "tx-udp-segmentation" is not in force
