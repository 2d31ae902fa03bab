Feature: Link state
  The administrator sets a port up or down; the cable brings a carrier or takes it away. From both follows the operational state,
  which everything above the port goes by.

  Background:
    Given the port is up

  @NIC-LINK-001
  Scenario: Pulled out and plugged in
    When the cable is pulled out
    Then the carrier is gone and the operational state is down
    When the cable is plugged in
    Then the carrier is there and the operational state is up

  @NIC-LINK-001 @law
  Scenario: The carrier follows every sequence of events at the cable
    Then for every sequence of cable events, the carrier follows each of them

  @NIC-LINK-002
  Scenario: Nothing leaves without a carrier
    When the cable is pulled out
    Then the carrier is gone and the operational state is down
    When the host sends 20 frames into the void
    And the cable is plugged in
    Then 5 frames that the host sends then leave, and 5 that the far end sends arrive

  @NIC-LINK-003
  Scenario: Each change counts once
    Given the carrier counts are noted
    When the cable is pulled out and plugged in 5 times
    Then the carrier went 5 times and came 5 times since

  @NIC-LINK-003
  Scenario: A cable that stays out has gone, and has not come
    Given the carrier counts are noted
    When the cable is pulled out and plugged in 2 times
    And the cable is pulled out
    Then the carrier is gone and the operational state is down
    And the carrier went 3 times and came 2 times since

  @NIC-LINK-003
  Scenario: Queries and needless settings do not count
    Given the carrier counts are noted
    When the state, statistics and features of the port are read
    And the port is set up again
    And the MTU that is in force is set again
    Then the carrier went 0 times and came 0 times since

  @NIC-LINK-003 @law
  Scenario: The counts follow every sequence of events at the cable
    Then for every sequence of cable events, the carrier counts grow by the changes

  @NIC-LINK-004
  Scenario: Nothing comes through a port that is down
    When the port is set down
    And the far end sends 20 frames
    And the port is set up
    And the far end sends a frame to the port
    Then the host receives that frame only

  @NIC-LINK-005
  Scenario: Sending is refused while the port is down
    When the port is set down
    Then sending a frame is refused with ENETDOWN
    When the port is set up
    Then a frame that the host sends leaves

  @NIC-LINK-006
  Scenario: The user opens the port
    Given the link mode is dormant
    When the cable is pulled out
    Then the carrier is gone and the operational state is down
    When the cable is plugged in
    Then the carrier is there and the operational state is dormant
    When the user sets the operational state to up
    Then the operational state is up
    When the user sets the operational state to dormant
    Then the operational state is dormant
    When the cable is pulled out
    Then the carrier is gone and the operational state is down

  @NIC-LINK-008
  Scenario: Down and up are announced
    Given the link announcements are listened to
    When the port is set down
    Then it is announced that the port is down
    And the port is reported as down
    When the port is set up
    Then it is announced that the port is up
    And the port is reported as up

  @NIC-LINK-009 @law
  Scenario: Flags and operational state agree after every sequence of events
    Then for every sequence of settings, flags and operational state agree

  @NIC-LINK-009 @law @needs:wire-carrier
  Scenario: Flags and operational state agree whatever happens at the cable
    Then for every sequence of settings and cable events, flags and operational state agree

  @NIC-LINK-010
  Scenario: The speed of a link, and of none
    Then the reported speed and duplex are those of a link
    When the cable is pulled out
    Then the reported speed is none, unknown, or the highest
    When the cable is plugged in
    Then the reported speed and duplex are those of a link

  @NIC-LINK-011
  Scenario: Ethtool follows the administrator
    Then the ethtool link is up
    When the port is set down
    Then the ethtool link is down
    When the port is set up
    Then the ethtool link is up

  @NIC-LINK-011 @needs:wire-carrier
  Scenario: Ethtool follows the cable
    When the cable is pulled out
    Then the ethtool link is down
    When the cable is plugged in
    Then the ethtool link is up

  @NIC-LINK-012
  Scenario: Nothing new is not news
    Given the link announcements are listened to
    When the port is set up again
    And the MTU that is in force is set again
    Then nothing is announced

  @NIC-LINK-013
  Scenario: Many restarts
    When the port is set down and up 20 times
    Then frames pass in both directions

  @NIC-LINK-013 @law
  Scenario: After every restart frames pass
    Then after every number of restarts, all of a burst passes in both directions

  @NIC-LINK-014
  Scenario: What the far end offers
    Then the modes of the far end are told, and the speed of the link is one of both ends
