Feature: Flow control
  A pause frame asks the far end to stop sending for a number of quanta, each the time of 512 bits. Which end may ask is settled by
  the administrator, or by both ends in autonegotiation.

  Background:
    Given the port is up

  @NIC-PAUSE-001
  Scenario Outline: Receive <rx> and transmit <tx> against a far end with pause <pause> and asymmetric <asym>
    Given the far end advertises pause <pause> and asymmetric pause <asym>
    And pause is set to autonegotiation, receive <rx> and transmit <tx>
    Then received pause frames <obeyed>
    And a stalled host <asks>

    Examples: IEEE 802.3, Annex 28B, as the kernel advertises receive and transmit
      | rx  | tx  | pause | asym | obeyed     | asks                       |
      | off | off | off   | off  | are ignored | does not pause the far end |
      | off | off | off   | on   | are ignored | does not pause the far end |
      | off | off | on    | off  | are ignored | does not pause the far end |
      | off | off | on    | on   | are ignored | does not pause the far end |
      | off | on  | off   | off  | are ignored | does not pause the far end |
      | off | on  | off   | on   | are ignored | does not pause the far end |
      | off | on  | on    | off  | are ignored | does not pause the far end |
      | off | on  | on    | on   | are ignored | pauses the far end         |
      | on  | off | off   | off  | are ignored | does not pause the far end |
      | on  | off | off   | on   | are obeyed  | does not pause the far end |
      | on  | off | on    | off  | are obeyed  | pauses the far end         |
      | on  | off | on    | on   | are obeyed  | pauses the far end         |
      | on  | on  | off   | off  | are ignored | does not pause the far end |
      | on  | on  | off   | on   | are ignored | does not pause the far end |
      | on  | on  | on    | off  | are obeyed  | pauses the far end         |
      | on  | on  | on    | on   | are obeyed  | pauses the far end         |

  @NIC-PAUSE-002
  Scenario Outline: <quanta> quanta
    Given pause is set to receive on and transmit off, without autonegotiation
    When the far end sends a pause frame of <quanta> quanta
    And the host sends 3 numbered frames
    Then none of them leaves before <quanta> quanta have passed since
    And they leave once each, in order

    Examples:
      | quanta |
      | 1      |
      | 1000   |
      | 65535  |

  @NIC-PAUSE-002 @law
  Scenario: Every number of quanta is kept
    Then for every number of quanta, the transmitter stops for that time and no longer

  @NIC-PAUSE-003
  Scenario Outline: Receive <rx> and transmit <tx> read back
    When pause is set to receive <rx> and transmit <tx>, without autonegotiation
    Then pause reads back as receive <rx> and transmit <tx>, without autonegotiation

    Examples:
      | rx  | tx  |
      | on  | on  |
      | on  | off |
      | off | on  |
      | off | off |

  @NIC-PAUSE-003 @law
  Scenario: Every sequence of pause settings reads back
    Then for every sequence of pause settings, the last one reads back

  @NIC-PAUSE-004
  Scenario: The far end is asked in time, and released
    Given pause is set to receive off and transmit on, without autonegotiation
    When the host stops taking frames
    And the far end sends frames of one flow until it is asked to pause
    Then it was asked before a frame was lost
    When the host goes on taking frames
    Then the far end is asked to go on
    And the host receives every frame that was sent

  @NIC-PAUSE-005
  Scenario: The pause ends early
    Given pause is set to receive on and transmit off, without autonegotiation
    When the far end sends a pause frame of 65535 quanta
    And the host sends 3 numbered frames
    And the far end sends a pause frame of 0 quanta
    Then they leave at once, in order

  @NIC-PAUSE-006 @needs:link-settings
  Scenario: Whoever must not be stopped is not
    Given pause is set to receive off and transmit off, without autonegotiation
    When the far end sends a pause frame of 65535 quanta
    And the host sends 3 numbered frames
    Then they leave at once, in order

  @NIC-FEC-001
  Scenario: No mode at all
    When no error correction mode is asked for
    Then it is refused with EINVAL
    And the error correction modes are what they were

  @NIC-FEC-002
  Scenario: One mode is active
    Then one error correction mode is active, and it is among those that are configured or chosen by the device

  @NIC-FEC-003
  Scenario Outline: The mode <mode> reads back
    When the error correction mode <mode> is asked for
    Then it is in force, or it was refused and the modes are what they were

    Examples:
      | mode |
      | RS   |
      | BASER |
      | None |

  @NIC-FEC-003
  Scenario: A link mode that is no error correction mode
    When the error correction mode 1000baseT/Full is asked for
    Then it is refused with EINVAL
    And the error correction modes are what they were
