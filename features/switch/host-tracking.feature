Feature: Hosts behind a port where members leave at once

  Who leaves at once is not asked whether others are left: the bridge has to know, by the addresses of the hosts that reported.

  Background:
    Given a bridge over p0, p1, p2 and p3
    And sources are kept
    And the bridge asks who is in which group

  @SW-EHT-001 @needs:bridge-host-tracking
  Scenario Outline: A source ends with the last host that wants it, by <protocol>
    Given p1 takes members out at once
    When B says <record> of the group <group> and <one> and <other> by <protocol> at p1
    And C says <record> of the group <group> and <one> by <protocol> at p1
    And B says BLOCK of the group <group> and <one> by <protocol> at p1
    Then p1 includes <one> and <other> in the group <group>
    When C says BLOCK of the group <group> and <one> by <protocol> at p1
    Then at once p1 includes <other> in the group <group>

    Examples:
      | protocol | record | group     | one         | other       |
      | IGMPv3   | IS_IN  | 232.2.0.1 | 192.0.2.77  | 192.0.2.78  |
      | IGMPv3   | ALLOW  | 232.2.0.1 | 192.0.2.77  | 192.0.2.78  |
      | MLDv2    | IS_IN  | ff3e::2:1 | 2001:db8::7 | 2001:db8::8 |
      | MLDv2    | ALLOW  | ff3e::2:1 | 2001:db8::7 | 2001:db8::8 |

  @SW-EHT-001 @needs:bridge-host-tracking
  Scenario Outline: A host that wants another source, by <protocol>
    Given p1 takes members out at once
    When B says IS_IN of the group <group> and <one> by <protocol> at p1
    And C says IS_IN of the group <group> and <kept> by <protocol> at p1
    And B says TO_IN of the group <group> and <other> by <protocol> at p1
    Then at once p1 includes <kept> and <other> in the group <group>

    Examples:
      | protocol | group     | one         | other       | kept        |
      | IGMPv3   | 232.2.0.1 | 192.0.2.77  | 192.0.2.78  | 192.0.2.79  |
      | MLDv2    | ff3e::2:1 | 2001:db8::7 | 2001:db8::8 | 2001:db8::9 |

  @SW-EHT-002 @needs:bridge-host-tracking
  Scenario Outline: A group ends with the last host that wants it, by <protocol>
    Given p1 takes members out at once
    When B says IS_EX of the group <group> and no source by <protocol> at p1
    And C says TO_EX of the group <group> and no source by <protocol> at p1
    And B says TO_IN of the group <group> and no source by <protocol> at p1
    Then p1 excludes nobody in the group <group>
    When C says TO_IN of the group <group> and no source by <protocol> at p1
    Then at once nobody is in the group <group>

    Examples:
      | protocol | group     |
      | IGMPv3   | 239.2.0.1 |
      | MLDv2    | ff0e::2:1 |

  @SW-EHT-002 @needs:bridge-host-tracking
  Scenario: A group ends with the last source of the last host
    Given p1 takes members out at once
    When B says IS_IN of the group 232.2.0.1 and 192.0.2.77 by IGMPv3 at p1
    And B says BLOCK of the group 232.2.0.1 and 192.0.2.77 by IGMPv3 at p1
    Then at once nobody is in the group 232.2.0.1

  @SW-EHT-003 @needs:bridge-host-tracking
  Scenario: Hosts are counted, each once for a group
    Given p1 takes members out at once
    When B says IS_IN of the group 232.2.0.1 and 192.0.2.77 and 192.0.2.78 by IGMPv3 at p1
    Then p1 tracks 1 host
    When C says IS_EX of the group 232.2.0.1 and no source by IGMPv3 at p1
    Then p1 tracks 2 hosts
    When B says IS_EX of the group 239.2.0.1 and no source by IGMPv3 at p1
    Then p1 tracks 3 hosts
    When C says TO_IN of the group 232.2.0.1 and no source by IGMPv3 at p1
    Then p1 tracks 2 hosts

  @SW-EHT-003 @needs:bridge-host-tracking
  Scenario: Where members do not leave at once, nobody is tracked
    When B says IS_IN of the group 232.2.0.1 and 192.0.2.77 by IGMPv3 at p1
    Then p1 tracks 0 hosts
    And p1 includes 192.0.2.77 in the group 232.2.0.1

  @SW-EHT-003 @needs:bridge-host-tracking
  Scenario: A host that is not heard of any more
    Given a membership interval of 200 hundredths
    And p1 takes members out at once
    When B says IS_IN of the group 232.2.0.1 and 192.0.2.77 by IGMPv3 at p1
    And C says IS_IN of the group 232.2.0.1 and 192.0.2.77 by IGMPv3 at p1
    Then p1 tracks 2 hosts
    When 1500 milliseconds pass
    And B says IS_IN of the group 232.2.0.1 and 192.0.2.77 by IGMPv3 at p1
    And 1000 milliseconds pass
    Then p1 tracks 1 host
    And p1 includes 192.0.2.77 in the group 232.2.0.1
    When 1500 milliseconds pass
    Then p1 tracks 0 hosts

  @SW-EHT-003 @needs:bridge-host-tracking
  Scenario: A group that the port is taken out of
    Given p1 takes members out at once
    When B says IS_IN of the group 232.2.0.1 and 192.0.2.77 by IGMPv3 at p1
    And C says IS_EX of the group 239.2.0.1 and no source by IGMPv3 at p1
    Then p1 tracks 2 hosts
    When the group 232.2.0.1 is taken from p1
    Then p1 tracks 1 host

  @SW-EHT-004 @needs:bridge-host-tracking
  Scenario: No more hosts than the port may have
    Given p1 takes members out at once
    And p1 tracks at most 1 host
    When B says IS_IN of the group 232.2.0.1 and 192.0.2.77 by IGMPv3 at p1
    And C says IS_IN of the group 232.2.0.1 and 192.0.2.77 by IGMPv3 at p1
    Then p1 tracks 1 host
    When B says BLOCK of the group 232.2.0.1 and 192.0.2.77 by IGMPv3 at p1
    Then at once nobody is in the group 232.2.0.1

  @SW-EHT-004 @needs:bridge-host-tracking
  Scenario: As many hosts as a port may have
    Then p1 may track 512 hosts
    When p1 is to track at most 0 hosts
    Then it is refused with EINVAL
    And p1 may track 512 hosts
