Feature: Frame lengths
  The MTU is a promise in both directions: packets of that size leave whole and are taken in whole. Below the shortest frame of
  Ethernet the device adds bytes, which must say nothing.

  Background:
    Given the port is up

  @NIC-MTU-001
  Scenario Outline: Full frames at an MTU of <mtu>
    Given an MTU of <mtu>
    Then frames of <mtu> bytes behind the header pass in both directions

    Examples:
      | mtu  |
      | 1500 |
      | 1280 |

  @NIC-MTU-001 @law
  Scenario: Every length up to the MTU
    Then for every length up to the MTU, frames pass in both directions

  @NIC-MTU-002
  Scenario: Full frames with a tag
    Given frames of every VLAN are let in
    Then frames of 1500 bytes behind a tag pass in both directions

  @NIC-MTU-002 @law
  Scenario: Every length up to the MTU, with a tag
    Given frames of every VLAN are let in
    Then for every length up to the MTU and every tag, tagged frames pass in both directions

  @NIC-MTU-004
  Scenario Outline: A frame <beyond> bytes beyond the MTU is not cut
    When the far end sends a frame of <beyond> bytes more than the MTU allows
    Then it is delivered whole or not at all

    Examples: the room for a tag, for two, and far beyond
      | beyond |
      | 1      |
      | 4      |
      | 8      |
      | 9      |
      | 500    |
      | 2000   |

  @NIC-MTU-004 @law
  Scenario: No frame is cut
    Then for every length beyond the MTU, a frame is delivered whole or not at all

  @NIC-MTU-005
  Scenario Outline: An MTU <which> is <outcome>
    When an MTU <which> is asked for
    Then it is <outcome>

    Examples:
      | which                     | outcome                                                |
      | one below the minimum     | refused with EINVAL and a text, and the MTU stays      |
      | one above the maximum     | refused with EINVAL and a text, and the MTU stays      |
      | of the announced minimum  | accepted, and reads back                               |
      | of the announced maximum  | accepted, and reads back                               |

  @NIC-MTU-006
  Scenario: Everything else is as before
    Given the features, the address and an added group address are noted
    When the MTU is set to 1400
    Then the features and the address are those that were noted, and frames to the group arrive
    When the MTU is set to 1500
    Then the features and the address are those that were noted, and frames to the group arrive

  @NIC-MTU-006 @law
  Scenario: After every change of the MTU everything else is as before
    Given the features, the address and an added group address are noted
    Then for every sequence of MTUs, features, address and filter stay

  @NIC-MTU-007
  Scenario: Full frames of the largest MTU
    Given the largest MTU that is accepted, up to 9000
    Then full frames that ask for their checksum leave with it, with and without a tag

  @NIC-MTU-007 @law
  Scenario: Long frames of every length
    Given the largest MTU that is accepted, up to 9000
    Then for every length up to the MTU, a frame that asks for its checksum leaves with it

  @NIC-MTU-009
  Scenario: An MTU of 2000
    Given an MTU of 2000
    Then frames of 2000 bytes behind the header pass in both directions
    And the link reports an MTU of 2000

  @NIC-MTU-009 @law
  Scenario: Every MTU
    Then for every MTU within the bounds, full frames pass in both directions and the link reports it

  @NIC-MTU-010
  Scenario Outline: Segments of an MTU of <mtu>
    Given an MTU of <mtu>
    When the host sends a super-frame whose segments fill the MTU
    Then each segment fills the MTU but the last, and together they are the data

    Examples:
      | mtu  |
      | 1500 |
      | 1280 |
      | 600  |

  @NIC-MTU-010 @law
  Scenario: Segments at every MTU
    Then for every MTU, the segments of a super-frame fill it and together are the data

  @NIC-PAD-001
  Scenario Outline: A frame of <length> bytes
    When the host sends a short frame of <length> bytes
    Then it leaves as 60 bytes that begin with it

    Examples:
      | length |
      | 15     |
      | 42     |
      | 59     |

  @NIC-PAD-001 @law
  Scenario: Every short frame
    Then for every short frame, it leaves as 60 bytes that begin with it

  @NIC-PAD-002
  Scenario: Padding does not leak what was sent before
    When the host sends a full frame and then a frame of 42 bytes
    Then whatever is behind the 42 bytes is zero

  @NIC-PAD-002 @law
  Scenario: Padding is zero
    Then for every long frame and short frame behind it, whatever is behind the short one is zero

  @NIC-PAD-003
  Scenario: A short frame with an inserted tag
    Given the feature "tx-vlan-hw-insert" is on
    And an 802.1Q VLAN device with VID 100
    When the host sends a frame of 42 bytes through the VLAN device
    Then it leaves with its tag in at least 60 bytes, with nothing but zeroes behind it

  @NIC-PAD-003 @law
  Scenario: Every short frame with an inserted tag
    Given the feature "tx-vlan-hw-insert" is on
    And an 802.1Q VLAN device with VID 100
    Then for every short frame through the VLAN device, it leaves with its tag in at least 60 bytes
