Feature: Settings of a device by ethtool
  Wake-up, energy, preemption, messages and what a driver has of its own. What was set reads back; what was refused left everything as it
  was; and some settings do not make sense without others.

  Background:
    Given the port is up

  @ETH-DBG-001 @law
  Scenario: The message level
    Then for every change of the message level, it reads back, or is refused and nothing has happened

  @ETH-WOL-001 @law
  Scenario: Wake-up modes
    Then for every change of wake-up, it reads back, or is refused and nothing has happened

  @ETH-WOL-002
  Scenario: A mode that the device does not have
    When a wake-up mode that the device does not have is switched on
    Then it is refused with EINVAL at WOL_MODES
    And the message is "cannot enable unsupported WoL mode"
    And wake-up is what it was

  @ETH-WOL-003
  Scenario: The password of SecureOn
    Given SecureOn with the password 0102030405fe
    Then the password reads back as 0102030405fe

  @ETH-WOL-003 @law
  Scenario: Every password
    Then for every change of the password of wake-up, it reads back, or is refused and nothing has happened

  @ETH-WOL-004
  Scenario: The password is nobody's business
    Given changes of wake-up are listened to
    And SecureOn with the password 0102030405fe
    Then a change of wake-up is announced
    And the announcement has no password

  @ETH-WOL-005
  Scenario: Armed and disarmed
    When wake-up is set to "magic"
    Then power management says that the device may wake the host
    When wake-up is set to ""
    Then power management says that the device may not wake the host

  @ETH-WOL-006 @law
  Scenario: The pattern may lie anywhere
    When the port is set down
    Then for every place of a magic packet in a frame, it wakes the host, and one address less does not

  @ETH-WOL-007
  Scenario: The right password and the wrong one
    Given SecureOn with the password 010203040506
    When the port is set down
    And a magic packet with the password 010203040507 arrives
    Then the host was woken 0 times
    When a magic packet with the password 010203040506 arrives
    Then the host was woken 1 time

  @ETH-PRV-001 @law
  Scenario: Private flags
    Then for every change of the private flags, it reads back, or is refused and nothing has happened

  @ETH-PRV-002
  Scenario: A change of no flags
    When PRIVFLAGS_SET is asked of the port
    Then it is refused with EINVAL

  @ETH-EEE-001 @law
  Scenario: Energy saving
    Then for every change of energy saving, it reads back, or is refused and nothing has happened

  @ETH-EEE-002
  Scenario: Only over a link
    Given energy saving is switched on
    Then energy saving is active
    When the cable is pulled out
    Then energy saving is not active

  @ETH-EEE-003
  Scenario: Only where both ends offer it
    Given energy saving is switched on
    Then energy saving is active
    When the mode of the link is not offered for energy saving
    Then energy saving is not active

  @ETH-MM-001 @law
  Scenario: The MAC merge layer
    Then for every change of the MAC merge layer, it reads back, or is refused and nothing has happened

  @ETH-MM-002
  Scenario: Verification without transmission
    When MM_SET is asked of the port: "MM_VERIFY_ENABLED 1, MM_TX_ENABLED 0, MM_PMAC_ENABLED 1"
    Then it is refused with EINVAL
    And the message is "Verification requires TX enabled"

  @ETH-MM-003
  Scenario: Transmission without the preemptible MAC
    When MM_SET is asked of the port: "MM_TX_ENABLED 1, MM_PMAC_ENABLED 0"
    Then it is refused with EINVAL
    And the message is "TX enabled requires pMAC enabled"

  @ETH-MM-004
  Scenario: Nobody answers
    Given the MAC merge layer verifies
    Then verification is under way, and nothing is preempted
    When 61 ms pass
    Then verification has failed, and nothing is preempted

  @ETH-COA-001 @law
  Scenario: Profiles of both directions
    Then for every profile of adaptive coalescing, each direction reads back what it was set to

  @ETH-COA-002
  Scenario: One step too many
    When a profile with one step more than there are is set
    Then it is refused with E2BIG

  @ETH-LINK-001
  Scenario Outline: <lanes> lanes
    When LINKMODES_SET is asked of the port: "LANES <lanes>"
    Then it is refused with EINVAL at LANES
    And the message is "lanes value is invalid"

    Examples:
      | lanes |
      | 3     |
      | 5     |
      | 6     |
      | 7     |

  @ETH-LINK-002
  Scenario Outline: The role <role>
    When LINKMODES_SET is asked of the port: "MASTER_SLAVE_CFG <role>"
    Then it is refused with EOPNOTSUPP at MASTER_SLAVE_CFG
    And the message is "master/slave value is invalid"

    Examples:
      | role |
      | 0    |
      | 1    |
      | 6    |

  @ETH-LINK-003
  Scenario: The lowest speed
    When the lowest speed of the port is asked for in autonegotiation
    Then it is accepted
    And every mode of this speed is advertised, and no mode of another speed

  @ETH-LINK-004
  Scenario: No cable
    Then no reason for a missing link is given
    When the cable is pulled out
    Then the reason for the missing link is number 4
    When the port is set down
    Then no reason for a missing link is given

  @ETH-LINK-005
  Scenario: A loose contact
    Given the link downs are noted
    When the cable is pulled out and plugged in 3 times
    Then there were 3 more of them

  @ETH-LINK-005
  Scenario: Not asked for
    When LINKSTATE_GET is asked of the port
    Then the reply has no EXT_DOWN_CNT

  @ETH-FEC-001 @law
  Scenario: Error correction
    Then for every change of error correction, it reads back, or is refused and nothing has happened

  @ETH-WOL-003
  Scenario: A password that is shorter
    Given SecureOn with the password 0102030405fe
    And SecureOn with the password 0a0b
    Then the password reads back as 0a0b030405fe

  @ETH-MM-005
  Scenario: The longest verification
    When the longest verification time of the MAC merge layer is set
    Then it is accepted

  @ETH-MM-005
  Scenario: Longer than that
    When a longer verification time of the MAC merge layer is set
    Then it is refused with ERANGE at MM_VERIFY_TIME

  @ETH-MM-006
  Scenario: Counters of the MAC merge layer, not asked for
    When MM_GET is asked of the port
    Then the reply has no MM_STATS

  @ETH-COA-003
  Scenario: A step has no limit of completions
    When a profile with a limit of completions is set
    Then it is refused with EOPNOTSUPP at COMPS
    And the profile is what it was

  @ETH-LINK-006
  Scenario Outline: <duplex> duplex, <how>
    When <duplex> duplex is asked for <how>
    Then the link has that duplex, or offers no other, or everything is as it was

    Examples:
      | duplex | how                           |
      | half   | in autonegotiation            |
      | full   | in autonegotiation            |
      | half   | at the speed that the link has |
      | full   | at the speed that the link has |

  @ETH-FEC-002
  Scenario: Without error correction
    When error correction is set to None alone, if the port has that
    Then no other mode of error correction is configured, and None is in force

  @ETH-EEE-004
  Scenario: A mode of both ends
    Given energy saving is switched on
    Then energy saving is active
    And a mode is offered for energy saving by both ends

  @ETH-MM-007
  Scenario: The smallest fragment of transmission
    When the smallest fragment of transmission is set to 124
    Then the smallest fragment of reception is what it was

  @ETH-LINK-007
  Scenario: Lanes at the speed of the link
    Given the port is up
    When one lane is asked for at the speed that the link has
    Then the lanes that are told are those of a mode of that speed, or none if they cannot be chosen

  @ETH-LINK-008
  Scenario: Damaged frames
    Given the port is up
    Then the quality of the signal is told with its scale
    When 3 damaged frames come in
    Then the quality of the signal is lower, on the same scale

  @ETH-LINK-008
  Scenario: No signal
    Given the port is up
    When the cable is pulled out
    And LINKSTATE_GET is asked of the port
    Then the reply has no SQI
    And the reply has no SQI_MAX

  @ETH-TS-003
  Scenario Outline: <what> at once
    When TSCONFIG_SET is asked of the port for the <attribute> "<names>" <how>
    Then it is refused with <errno>
    And the configuration of stamps is what it was

    Examples:
      | what                            | attribute  | names     | how                     | errno  |
      | Two transmit types              | TX_TYPES   | off on    | as a list               | EINVAL |
      | Two receive filters             | RX_FILTERS | none all  | as a list               | EINVAL |
      | One transmit type more          | TX_TYPES   | on        | beside what is in force | EINVAL |
      | One receive filter more         | RX_FILTERS | all       | beside what is in force | EINVAL |
      | No transmit type                | TX_TYPES   |           | as a list               | ERANGE |
      | No receive filter               | RX_FILTERS |           | as a list               | ERANGE |
