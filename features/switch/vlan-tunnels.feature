Feature: VLANs that lead to tunnels

  A VLAN of a port can stand for a tunnel: a device that keeps the number of the tunnel beside the frame sends the VLAN there, and takes what
  comes from it for the VLAN. Which VLAN stands for which tunnel is kept at the port, whatever the device.

  Background:
    Given a bridge over p0 and p1
    And the bridge filters VLANs
    And VLANs of p0 may lead to tunnels
    And p0 is put into the VLANs 10 to 14, tagged

  @SW-VTUN-001
  Scenario: The tunnels of a port
    Then p0 tells IFLA_BRPORT_VLAN_TUNNEL 1
    And p1 tells IFLA_BRPORT_VLAN_TUNNEL 0
    And the tunnels of p0 are told as none
    When VLAN 10 of p0 leads to tunnel 1000
    And VLAN 12 of p0 leads to tunnel 77
    Then the tunnels of p0 are told as 10:1000, 12:77

  @SW-VTUN-001
  Scenario: VLANs in a row lead to tunnels in a row
    When VLANs 10 to 12 of p0 lead to tunnels 100 to 102
    And VLAN 13 of p0 leads to tunnel 200
    Then the tunnels of p0 are told as 10:100 from, 12:102 to, 13:200
    And the VLANs of p0 are told as 1, 10-12, 13, 14

  @SW-VTUN-001
  Scenario: By a request of the VLAN's own
    When p0 is asked by VLAN 11 for tunnel 5
    Then the tunnels of p0 are told as 11:5

  @SW-VTUN-002
  Scenario: A tunnel goes when it is deleted
    Given VLAN 10 of p0 leads to tunnel 1000
    When VLAN 10 of p0 leads to no tunnel
    Then the tunnels of p0 are told as none
    When VLAN 10 of p0 leads to tunnel 1001
    Then the tunnels of p0 are told as 10:1001

  @SW-VTUN-002
  Scenario: Tunnels go with the flag of the port
    Given VLAN 10 of p0 leads to tunnel 1000
    When VLANs of p0 may lead to no tunnels
    And VLANs of p0 may lead to tunnels
    Then the tunnels of p0 are told as none

  @SW-VTUN-002
  Scenario: A tunnel goes with its VLAN
    Given VLAN 10 of p0 leads to tunnel 1000
    When p0 is taken out of VLAN 10
    And p0 is in VLAN 10, tagged
    Then the tunnels of p0 are told as none

  @SW-VTUN-003
  Scenario: A port whose VLANs lead to no tunnels
    Given p1 is in VLAN 10, tagged
    When VLAN 10 of p1 is to lead to tunnel 1000
    Then it is refused with EINVAL
    When p1 is asked by VLAN 10 for tunnel 1000
    Then it is refused with EINVAL, because "bridge: Port doesn't have tunnel flag set"

  @SW-VTUN-003
  Scenario: A second tunnel, and a second VLAN of a tunnel
    Given VLAN 10 of p0 leads to tunnel 1000
    When VLAN 10 of p0 is to lead to tunnel 1001
    Then it is refused with EEXIST
    When VLAN 11 of p0 is to lead to tunnel 1000
    Then it is refused with EEXIST
    And the tunnels of p0 are told as 10:1000

  @SW-VTUN-003
  Scenario Outline: VLAN <vid>
    When VLAN <vid> of p0 is to lead to tunnel 1000
    Then it is refused with <errno>

    Examples:
      | vid  | errno  |
      | 30   | EINVAL |
      | 4095 | ERANGE |

  @SW-VTUN-003
  Scenario: More VLANs than tunnels
    When VLANs 10 to 12 of p0 are to lead to tunnels 100 to 101
    Then it is refused with EINVAL
    And the tunnels of p0 are told as none

  @SW-VTUN-003
  Scenario Outline: Half of what it takes: <what>
    When p0 is asked for <what>
    Then it is refused with EINVAL
    And the tunnels of p0 are told as none

    Examples:
      | what                     |
      | a tunnel without a VLAN  |
      | VLAN 10 without a tunnel |
