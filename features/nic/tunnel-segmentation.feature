Feature: Segmentation in UDP tunnels
  A super-frame in a tunnel has two sets of headers. Each segment needs both of its own: the inner ones as without a tunnel, and
  outside the lengths, the identification and the checksum of this very packet. For devices that can only copy what is outside,
  the stack prepares it (tx-gso-partial).

  Background:
    Given the port is up

  @NIC-TSO-024
  Scenario Outline: <inner> in a tunnel over <outer>, cut at <size>
    Given the feature "tx-udp_tnl-segmentation" is on
    When the host sends a TCP super-frame of 3500 bytes over <inner>, cut at <size>, in a tunnel over <outer> without a checksum
    Then the segments are right outside and inside

    Examples: with a shorter last segment, and without one
      | outer | inner | size |
      | IPv4  | IPv4  | 1000 |
      | IPv4  | IPv6  | 1000 |
      | IPv6  | IPv4  | 1000 |
      | IPv6  | IPv6  | 1000 |
      | IPv4  | IPv4  | 500  |
      | IPv6  | IPv6  | 500  |

  @NIC-TSO-024 @law
  Scenario: Every tunnelled super-frame without an outer checksum
    Given the feature "tx-udp_tnl-segmentation" is on
    Then for every TCP super-frame in a UDP tunnel without a checksum, the segments are right outside and inside

  @NIC-TSO-025
  Scenario Outline: <inner> in a tunnel over <outer> with a checksum, cut at <size>
    Given the feature "tx-udp_tnl-csum-segmentation" is on
    When the host sends a TCP super-frame of 3500 bytes over <inner>, cut at <size>, in a tunnel over <outer> with a checksum
    Then the segments are right outside and inside

    Examples:
      | outer | inner | size |
      | IPv4  | IPv4  | 1000 |
      | IPv4  | IPv6  | 1000 |
      | IPv6  | IPv4  | 1000 |
      | IPv6  | IPv6  | 1000 |
      | IPv4  | IPv4  | 500  |
      | IPv6  | IPv6  | 500  |

  @NIC-TSO-025 @law
  Scenario: Every tunnelled super-frame with an outer checksum
    Given the feature "tx-udp_tnl-csum-segmentation" is on
    Then for every TCP super-frame in a UDP tunnel with a checksum, the segments are right outside and inside

  @NIC-TSO-028
  Scenario Outline: Prepared headers, <inner> in a tunnel over <outer>
    Given the feature "tx-gso-partial" is on
    When the host sends a TCP super-frame of 3500 bytes over <inner>, cut at 1000, in a tunnel over <outer> with a checksum
    Then the segments are those that software makes, but for the identifications

    Examples:
      | outer | inner |
      | IPv4  | IPv4  |
      | IPv4  | IPv6  |
      | IPv6  | IPv4  |
      | IPv6  | IPv6  |

  @NIC-TSO-028 @law
  Scenario: Device and software make the same of every tunnelled super-frame
    Given the feature "tx-gso-partial" is on
    Then for every TCP super-frame in a UDP tunnel, the segments are those that software makes, but for the identifications

  @NIC-TSO-029
  Scenario Outline: Outer packets that may be fragmented, tunnel <state> a checksum
    Given the feature "tx-gso-partial" is on
    When the host sends a TCP super-frame of 4000 bytes over <inner>, cut at 1000, in a tunnel over IPv4 <state> a checksum and with the outer DF clear
    Then the outer identifications of the segments all differ

    Examples:
      | inner | state   |
      | IPv4  | without |
      | IPv4  | with    |
      | IPv6  | without |
      | IPv6  | with    |

  @NIC-TSO-029 @law
  Scenario: The outer identifications of packets that may be fragmented
    Given the feature "tx-gso-partial" is on
    Then for every TCP super-frame in a UDP tunnel with the outer DF clear, the outer identifications all differ

  @NIC-TSO-030
  Scenario: What needs prepared headers goes and comes with them
    When tx-gso-partial is switched off and on again
    Then the features in force are those of before

  @NIC-TSO-030 @needs:tunnel-gso
  Scenario Outline: Without prepared headers, a tunnel over <outer> <state> a checksum
    Given the feature "tx-gso-partial" is off
    When the host sends a TCP super-frame of 3500 bytes over IPv4, cut at 1000, in a tunnel over <outer> <state> a checksum
    Then the segments are right outside and inside

    Examples:
      | outer | state   |
      | IPv4  | without |
      | IPv4  | with    |
      | IPv6  | without |
      | IPv6  | with    |

  @NIC-TSO-030 @needs:tunnel-gso @needs:queue-statistics
  Scenario Outline: Without prepared headers, the device segments what its features still say, tunnel <state> a checksum
    Given the feature "tx-gso-partial" is off
    When the host sends a TCP super-frame of 3500 bytes over IPv4, cut at 1000, in a tunnel over IPv4 <state> a checksum
    Then the device segmented it if "<feature>" is still in force

    Examples:
      | state   | feature                      |
      | without | tx-udp_tnl-segmentation      |
      | with    | tx-udp_tnl-csum-segmentation |

  @NIC-TSO-030 @needs:tunnel-gso @law
  Scenario: Every tunnelled super-frame without prepared headers
    Given the feature "tx-gso-partial" is off
    Then for every TCP super-frame in a UDP tunnel, the segments are right outside and inside

  @NIC-TSO-031
  Scenario Outline: A tunnel to port <port>
    When the host sends a TCP super-frame of 3500 bytes over IPv4, cut at 1000, in a tunnel over <outer> to port <port>
    Then the segments are right outside and inside

    Examples: VXLAN, its old port on Linux, GENEVE, and nothing that anybody registered
      | outer | port  |
      | IPv4  | 4789  |
      | IPv4  | 8472  |
      | IPv4  | 6081  |
      | IPv4  | 31337 |
      | IPv6  | 31337 |

  @NIC-TSO-031 @law
  Scenario: Tunnels to every port
    Then for every TCP super-frame in a UDP tunnel to any port, the segments are right outside and inside
