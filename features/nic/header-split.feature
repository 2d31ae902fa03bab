Feature: Header split
  The device puts the headers of a segment into one buffer and its payload into another, so that the payload can lie where an
  application wants it.

  Background:
    Given the port is up
    And nothing is merged on receive

  @NIC-HDS-001
  Scenario: On and off
    When header split is switched on
    Then header split reads back as enabled
    When header split is switched off
    Then header split reads back as disabled

  @NIC-HDS-002
  Scenario Outline: A threshold of <threshold>
    When the header split threshold is set to <threshold>
    Then the threshold is <outcome>

    Examples:
      | threshold              | outcome                                    |
      | 0                      | in force                                   |
      | 1                      | in force                                   |
      | its maximum            | in force                                   |
      | one beyond its maximum | refused with EINVAL, and what it was       |

  @NIC-HDS-002 @law
  Scenario: Every threshold
    Then for every header split threshold, it is in force up to the maximum and refused beyond

  @NIC-HDS-003
  Scenario Outline: A TCP segment over <network> with <options> bytes of options
    Given header split is on with a threshold of 0
    When the far end sends a TCP segment over <network> with <options> bytes of TCP options and 300 bytes of payload
    Then it is split before the payload

    Examples:
      | network | options |
      | IPv4    | 0       |
      | IPv4    | 12      |
      | IPv4    | 40      |
      | IPv6    | 0       |
      | IPv6    | 12      |
      | IPv6    | 40      |

  @NIC-HDS-003 @law
  Scenario: Every TCP segment is split before its payload
    Given header split is on with a threshold of 0
    Then for every TCP segment with payload, it is split before the payload

  @NIC-HDS-006
  Scenario Outline: A frame of <length> bytes and a threshold of 256
    Given header split is on with a threshold of 256
    When the far end sends a TCP segment in a frame of <length> bytes
    Then it is <split>

    Examples:
      | length | split     |
      | 100    | not split |
      | 256    | not split |
      | 257    | split before the payload |
      | 1514   | split before the payload |

  @NIC-HDS-006 @law
  Scenario: Every length and every threshold
    Then for every header split threshold and every length of a frame, it is split exactly when it is longer

  @NIC-HDS-007 @needs:sees-header-split
  Scenario: Nothing is split while it is off
    Given header split is off
    When the far end sends a TCP segment in a frame of 1514 bytes
    Then it is not split

  @NIC-HDS-007 @law
  Scenario: Every frame is the same with and without
    Then for every frame, its bytes at the host are the same with header split on and off
