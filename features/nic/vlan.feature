Feature: VLAN tags
  A tag is four bytes behind the addresses: a type, and control information made of a priority, a drop eligible indicator and a
  VID. The kernel keeps the outermost tag beside the frame. A device may take it out of a received frame, put it into a sent
  one, and drop frames of VLANs that nobody on the host belongs to.

  Background:
    Given the port is up

  @NIC-VLAN-001
  Scenario Outline: The tag <tag> arrives beside the frame
    Given frames of every VLAN are let in
    And the feature "rx-vlan-hw-parse" is on
    When the far end sends a frame with the 802.1Q tag <tag>
    Then the host receives that frame without its tag
    And the 802.1Q tag <tag> is beside it

    Examples: priority, drop eligible indicator and VID, from all clear to all set
      | tag    |
      | 0x0000 |
      | 0x0001 |
      | 0x0fff |
      | 0x1064 |
      | 0xe064 |
      | 0xa000 |
      | 0xffff |

  @NIC-VLAN-001 @law
  Scenario: Every tag arrives whole
    Given frames of every VLAN are let in
    And the feature "rx-vlan-hw-parse" is on
    Then for every 802.1Q tag and frame, the tag arrives whole beside the frame

  @NIC-VLAN-002
  Scenario: The tag is not lost while the device does not strip
    Given frames of every VLAN are let in
    And the feature "rx-vlan-hw-parse" is off
    When the far end sends a frame with the 802.1Q tag 0xa064
    Then the host receives that frame without its tag
    And the 802.1Q tag 0xa064 is beside it

  @NIC-VLAN-002 @law
  Scenario: Stripping makes no difference to the host
    Given frames of every VLAN are let in
    Then for all tagged frames, the host receives the same with "rx-vlan-hw-parse" on and off

  @NIC-VLAN-003
  Scenario Outline: A frame that is sent through VLAN <vid> is tagged, insertion in the device <state>
    Given the feature "tx-vlan-hw-insert" is <state>
    And an 802.1Q VLAN device with VID <vid>
    When the host sends a frame through the VLAN device
    Then the frame on the wire has one tag, of type 802.1Q and control information <tci>, and is otherwise unchanged

    Examples:
      | vid  | tci    | state |
      | 1    | 0x0001 | on    |
      | 100  | 0x0064 | on    |
      | 4094 | 0x0ffe | on    |
      | 100  | 0x0064 | off   |

  @NIC-VLAN-003 @law
  Scenario: Insertion in the device and in the kernel make the same frame
    Given an 802.1Q VLAN device with VID 2730
    Then for all frames through the VLAN device, the wire shows the same with "tx-vlan-hw-insert" on and off

  @NIC-VLAN-004
  Scenario Outline: Of two tags, <outer> before <inner>, only the outer one is taken out
    Given frames of every VLAN are let in
    And the feature "rx-vlan-hw-parse" is on
    When the far end sends a frame with the tag <outer> before the tag <inner>
    Then the host receives that frame without its outer tag
    And the tag <outer> is beside it

    Examples: type and control information
      | outer       | inner       |
      | 88a8:0x2064 | 8100:0x0001 |
      | 8100:0x2064 | 8100:0x0001 |
      | 88a8:0x2064 | 88a8:0x0001 |
      | 8100:0x2064 | 88a8:0x0001 |

  @NIC-VLAN-004 @law
  Scenario: However many tags there are, the outermost alone is taken out
    Given frames of every VLAN are let in
    Then for every stack of one to four tags, the outermost is beside the frame and the others are in its bytes

  @NIC-VLAN-005
  Scenario Outline: A frame with priority <priority> and VID 0 is delivered
    When the far end sends a frame with the 802.1Q tag <tag>
    Then the host receives that frame without its tag
    And the 802.1Q tag <tag> is beside it

    Examples:
      | priority | tag    |
      | 0        | 0x0000 |
      | 5        | 0xa000 |
      | 7        | 0xe000 |

  @NIC-VLAN-005 @law @needs:rx-vlan-filter
  Scenario: The filter lets every priority tag pass
    Given the feature "rx-vlan-filter" is on
    Then for every priority tag, the frame is delivered with it

  @NIC-VLAN-006
  Scenario: Of all VIDs, the registered ones are delivered
    Given the feature "rx-vlan-filter" is on
    And 802.1Q VLAN devices with the VIDs 1, 100 and 4094
    When the far end sends one frame with each VID from 1 to 4094
    Then the host receives the frames with the VIDs 1, 100 and 4094, and no others

  @NIC-VLAN-006 @law
  Scenario: For every set of registered VIDs, those and no others are delivered
    Given the feature "rx-vlan-filter" is on
    Then for every set of registered VIDs, frames of those are delivered and frames of others are not

  @NIC-VLAN-007 @needs:rx-vlan-filter-switch
  Scenario: The filter comes back with what was registered before and meanwhile
    Given the feature "rx-vlan-filter" is on
    And 802.1Q VLAN devices with the VIDs 1 and 100
    When the feature "rx-vlan-filter" is switched off
    And an 802.1Q VLAN device with VID 200 is added
    Then frames with the VIDs 1, 100, 200 and 300 are delivered
    When the feature "rx-vlan-filter" is switched on
    Then frames with the VIDs 1, 100 and 200 are delivered
    And frames with the VIDs 2, 101 and 300 are not delivered

  @NIC-VLAN-007 @needs:rx-vlan-filter-switch
  Scenario: A VID that was removed while the filter was off stays removed
    Given the feature "rx-vlan-filter" is on
    And 802.1Q VLAN devices with the VIDs 1 and 100
    When the feature "rx-vlan-filter" is switched off
    And the VLAN device with VID 100 is removed
    And the feature "rx-vlan-filter" is switched on
    Then frames with the VIDs 1 are delivered
    And frames with the VIDs 100 are not delivered

  @NIC-VLAN-008
  Scenario: Promiscuous mode shows all VLANs while it lasts
    Given the feature "rx-vlan-filter" is on
    And 802.1Q VLAN devices with the VIDs 1 and 100
    When promiscuous mode is switched on
    Then frames with the VIDs 1, 2, 100 and 4094 are delivered
    When promiscuous mode is switched off
    Then frames with the VIDs 1 and 100 are delivered
    And frames with the VIDs 2 and 4094 are not delivered

  @NIC-VLAN-010
  Scenario Outline: A <protocol> checksum over <network> that is asked for on a VLAN device is filled in
    Given an 802.1Q VLAN device with VID 100
    When the host sends a <protocol> segment over <network> through the VLAN device and asks for its checksum
    Then the frame on the wire is tagged and its checksum is right

    Examples:
      | protocol | network |
      | TCP      | IPv4    |
      | UDP      | IPv4    |
      | TCP      | IPv6    |
      | UDP      | IPv6    |

  @NIC-VLAN-010 @law
  Scenario: Behind the tag every checksum is right
    Given an 802.1Q VLAN device with VID 100
    Then for all segments through the VLAN device, the checksum behind the tag is right

  @NIC-VLAN-011
  Scenario: The tag of the VLAN device goes before the tag in the bytes
    Given an 802.1ad VLAN device with VID 100
    When the host sends a frame with the 802.1Q tag 0x6005 in its bytes through the VLAN device
    Then the tags on the wire are 88a8:0x0064 and 8100:0x6005

  @NIC-VLAN-011 @law
  Scenario: Whatever tags are in the bytes, the inserted one is the outermost
    Given an 802.1Q VLAN device with VID 7
    Then for every stack of tags in the bytes, the inserted tag is the outermost

  @NIC-VLAN-012
  Scenario: A service tag arrives beside the frame with its type
    Given frames of every VLAN are let in
    And the feature "rx-vlan-stag-hw-parse" is on
    When the far end sends a frame with the 802.1ad tag 0xb064
    Then the host receives that frame without its tag
    And the 802.1ad tag 0xb064 is beside it

  @NIC-VLAN-012 @law
  Scenario: Every service tag arrives whole
    Given frames of every VLAN are let in
    And the feature "rx-vlan-stag-hw-parse" is on
    Then for every 802.1ad tag and frame, the tag arrives whole beside the frame

  @NIC-VLAN-013
  Scenario: One number, two VLANs
    Given the feature "rx-vlan-filter" is on
    And the feature "rx-vlan-stag-filter" is on
    And an 802.1Q VLAN device with VID 100
    And an 802.1ad VLAN device with VID 200
    When the far end sends a frame with each of the tags 8100:0x0064, 88a8:0x0064, 8100:0x00c8 and 88a8:0x00c8
    Then the host receives the frames with the tags 8100:0x0064 and 88a8:0x00c8, and no others

  @NIC-VLAN-014
  Scenario Outline: A frame through a service VLAN has a service tag, insertion in the device <state>
    Given the feature "tx-vlan-stag-hw-insert" is <state>
    And an 802.1ad VLAN device with VID 100
    When the host sends a frame through the VLAN device
    Then the frame on the wire has one tag, of type 802.1ad and control information 0x0064, and is otherwise unchanged

    Examples:
      | state |
      | on    |
      | off   |

  @NIC-VLAN-014 @law
  Scenario: Insertion in the device and in the kernel make the same frame of a service VLAN
    Given an 802.1ad VLAN device with VID 1365
    Then for all frames through the VLAN device, the wire shows the same with "tx-vlan-stag-hw-insert" on and off

  @NIC-VLAN-015
  Scenario: The VLAN device gets its own frames
    Given an 802.1Q VLAN device with VID 100
    When the far end sends a frame with each of the tags 8100:0x0064, 8100:0xe064, 8100:0x0065 and 88a8:0x0064
    And the far end sends a frame without a tag
    Then the VLAN device receives the frames with the tags 8100:0x0064 and 8100:0xe064, without them, and no others

  @NIC-VLAN-015 @law
  Scenario: A VLAN device gets the frames of its VID for every tag
    Given an 802.1Q VLAN device with VID 100
    Then for all tags, the VLAN device receives a frame exactly if the outermost tag is of its type and VID

  @NIC-VLAN-016
  Scenario: Untagged frames are not the filter's business
    Given the feature "rx-vlan-filter" is on
    And 802.1Q VLAN devices with the VIDs 1 and 100
    When the far end sends a frame without a tag
    Then the host receives that frame

  @NIC-VLAN-017
  Scenario: Registered VIDs are there after a restart
    Given the feature "rx-vlan-filter" is on
    And 802.1Q VLAN devices with the VIDs 1 and 100
    When the port is set down and up
    Then frames with the VIDs 1 and 100 are delivered
    And frames with the VIDs 2 and 99 are not delivered

  @NIC-VLAN-017
  Scenario: Registered VIDs are there after a change of the MTU
    Given the feature "rx-vlan-filter" is on
    And 802.1Q VLAN devices with the VIDs 1 and 100
    When the MTU is set to 1400
    And the MTU is set to 1500
    Then frames with the VIDs 1 and 100 are delivered
    And frames with the VIDs 2 and 99 are not delivered

  @NIC-VLAN-018
  Scenario: Hundreds of VLANs
    Given the feature "rx-vlan-filter" is on
    And 802.1Q VLAN devices with 300 different VIDs
    When the far end sends one frame with each VID from 1 to 4094
    Then the host receives at least one frame with each registered VID

  @NIC-VLAN-019
  Scenario: One number, two kinds of tags
    Given an 802.1Q VLAN device with VID 100
    And an 802.1ad VLAN device with VID 100
    Then another 802.1Q VLAN device with VID 100 is refused with EEXIST
    And another 802.1ad VLAN device with VID 100 is refused with EEXIST
