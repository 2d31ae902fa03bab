Feature: Address filter
  The kernel tells the device which addresses are the port's own. The device may deliver more than that when its tables are full.
  It never delivers less.

  Background:
    Given the port is up

  @NIC-MAC-001
  Scenario: Own frames come, frames to others do not
    When the far end sends 100 frames to the port and 100 to other unicast addresses, mixed
    Then the host receives the 100 frames to the port, and no others

  @NIC-MAC-001
  Scenario Outline: An address that differs in <bit> is not the port's own
    When the far end sends a frame to the address of the port with <bit> changed
    Then nothing is delivered

    Examples: the bits that a careless comparison leaves out
      | bit             |
      | bit 1 of byte 0 |
      | bit 0 of byte 2 |
      | bit 0 of byte 3 |
      | bit 0 of byte 5 |
      | bit 7 of byte 5 |

  @NIC-MAC-001 @needs:macvlan-address
  Scenario: A group that was joined lets no unicast address through
    Given 3 multicast addresses
    When the far end sends a frame to each of them with the group bit cleared
    Then nothing is delivered

  @NIC-MAC-001 @law
  Scenario: No foreign unicast address gets through
    Then for every unicast address, a frame to it is delivered exactly if it is the port's own

  @NIC-MAC-002
  Scenario: The new address works and the old one does not
    When the address of the port is changed to 02:aa:bb:cc:dd:01
    And the far end sends a frame to 02:aa:bb:cc:dd:01 and one to the former address
    Then the host receives the frame to 02:aa:bb:cc:dd:01 as its own, and the other not as its own

  @NIC-MAC-002 @law
  Scenario: Every change of the address is in force at once
    Then for every sequence of addresses, only the last one is the port's own

  @NIC-MAC-003
  Scenario Outline: All of <count> secondary addresses are the port's own
    Given <count> secondary unicast addresses
    When the far end sends a frame to each secondary address
    Then the host receives all of them

    Examples: few, a table full, more than any table
      | count |
      | 1     |
      | 16    |
      | 300   |

  @NIC-MAC-003 @law
  Scenario: Secondary addresses are delivered whatever they are
    Then for every set of secondary unicast addresses, frames to all of them are delivered

  @NIC-MAC-004
  Scenario Outline: All of <count> joined groups are delivered
    Given <count> multicast addresses
    When the far end sends a frame to each multicast address
    Then the host receives all of them

    Examples: few, a table full, more than any table
      | count |
      | 1     |
      | 64    |
      | 600   |

  @NIC-MAC-004 @law
  Scenario: Joined groups are delivered whatever they are
    Then for every set of multicast addresses, frames to all of them are delivered

  @NIC-MAC-006
  Scenario: Promiscuous mode
    When promiscuous mode is switched on
    And the far end sends a frame to each of the port, another unicast address, a group and broadcast
    Then the host receives all of them

  @NIC-MAC-006 @needs:unicast-filter
  Scenario: The filter is back after promiscuous mode
    When promiscuous mode is switched on
    And promiscuous mode is switched off
    And the far end sends a frame to the port and one to another unicast address
    Then the host receives the frame to the port only

  @NIC-MAC-006 @law
  Scenario: In promiscuous mode every destination is delivered
    When promiscuous mode is switched on
    Then for every destination, the frame is delivered unchanged

  @NIC-MAC-008 @needs:secondary-unicast-filter @law
  Scenario: The last of many changes counts
    Then for every sequence of additions and removals, exactly the addresses that remain are delivered

  @NIC-MAC-009 @needs:rx-all
  Scenario: A damaged frame comes only if it was asked for
    Given the feature "rx-all" is off
    When the far end sends a frame with a wrong check sequence and then a good one
    Then the host receives the good one only
    When the feature "rx-all" is switched on
    And the far end sends a frame with a wrong check sequence and then a good one
    Then the host receives both

  @NIC-MAC-009 @law
  Scenario: Damage is never delivered as good data
    Then for every frame and every wrong check sequence, the frame is not delivered

  @NIC-MAC-010
  Scenario Outline: A pause frame is not delivered, promiscuous mode <mode>
    Given promiscuous mode is <mode>
    When the far end sends a pause frame of 0 quanta and then another frame
    Then the host receives the other frame only

    Examples:
      | mode |
      | off  |
      | on   |

  @NIC-MAC-010 @law
  Scenario: No pause frame is delivered
    Then for every number of quanta, the pause frame is not delivered

  @NIC-MAC-011
  Scenario Outline: The address <address> is refused
    When the address of the port is to be changed to <address>
    Then it is refused with EADDRNOTAVAIL
    And the address of the port is still what it was

    Examples:
      | address           |
      | 00:00:00:00:00:00 |
      | ff:ff:ff:ff:ff:ff |
      | 01:00:5e:00:00:01 |
      | 33:33:00:00:00:01 |
      | 03:00:00:00:00:00 |

  @NIC-MAC-011 @law
  Scenario: No group address becomes the address of a port
    Then for every multicast address, setting it as the address of the port is refused and changes nothing

  @NIC-MAC-012
  Scenario: Broadcast comes without being asked for
    When the far end sends a frame to ff:ff:ff:ff:ff:ff
    Then the host receives it as broadcast

  @NIC-MAC-012 @needs:macvlan-address
  Scenario: Broadcast comes after groups have come and gone
    Given 40 multicast addresses
    When all of them are removed
    And the far end sends a frame to ff:ff:ff:ff:ff:ff
    Then the host receives it as broadcast

  @NIC-MAC-013
  Scenario: Promiscuous mode lasts until the last one who wants it
    Given an 802.1Q VLAN device with VID 100
    When promiscuous mode is switched on
    And promiscuous mode of the VLAN device is switched on
    And promiscuous mode is switched off
    And the far end sends a frame to another unicast address
    Then the host receives that frame
    When promiscuous mode of the VLAN device is switched off
    And the far end sends a frame to the port and one to another unicast address
    Then the host receives the frame to the port only

  @NIC-MAC-014
  Scenario: All groups, but no one else's unicast
    When all-multicast mode is switched on
    And the far end sends a frame to each of 20 groups and one to another unicast address
    Then the host receives the frames to the 20 groups, and no others

  @NIC-MAC-014 @law
  Scenario: In all-multicast mode every group is delivered
    When all-multicast mode is switched on
    Then for every multicast address, the frame is delivered

  @NIC-MAC-015
  Scenario Outline: The check sequence <fcs> is handed over as it came
    Given the feature "rx-fcs" is on
    And the feature "rx-all" is on
    When the far end sends a frame with the check sequence <fcs>
    Then the host receives that frame with the check sequence <fcs> behind it

    Examples:
      | fcs        |
      | 0x00000000 |
      | 0x12345678 |
      | 0xffffffff |

  @NIC-MAC-015
  Scenario: Without the feature the check sequence is not part of the frame
    Given the feature "rx-fcs" is off
    When the far end sends a frame to the port
    Then the host receives that frame

  @NIC-MAC-015 @law
  Scenario: The right check sequence is handed over too
    Given the feature "rx-fcs" is on
    Then for every frame, its check sequence is behind it

  @NIC-MAC-016
  Scenario Outline: A frame to <destination> is marked as <mark>
    Given promiscuous mode is on
    When the far end sends a frame to <destination>
    Then the host receives it as <mark>

    Examples:
      | destination       | mark             |
      | the port          | its own          |
      | ff:ff:ff:ff:ff:ff | broadcast        |
      | 01:00:5e:01:02:03 | multicast        |
      | 33:33:00:00:00:01 | multicast        |
      | 02:de:ad:be:ef:01 | for another host |

  @NIC-MAC-016 @law
  Scenario: Every frame is marked by its destination
    Given promiscuous mode is on
    Then for every destination, the frame is marked for whom it is

  @NIC-MAC-017 @needs:secondary-unicast-filter
  Scenario: The filter is there after a restart
    Given 3 secondary unicast addresses
    And 3 multicast addresses
    When the port is set down and up
    And the far end sends a frame to the port, one to each added address, and one to another unicast address
    Then the host receives all but the last

  @NIC-MAC-018
  Scenario: The permanent address does not follow
    When the address of the port is changed to 02:aa:bb:cc:dd:02
    Then the address of the port is 02:aa:bb:cc:dd:02
    And its permanent address is what it was

  @NIC-MAC-019
  Scenario: Groups that nobody joined are dropped
    When the far end sends a frame to each of 20 groups and then one to the port
    Then the host receives fewer than 20 frames to groups
    And the host receives the frame to the port
