Feature: Timestamps
  A device with a clock stamps packets when they are on the wire. What it stamps is configured, and the device answers with what it
  really does.

  Background:
    Given the port is up
    And nothing is merged on receive

  @NIC-TS-001
  Scenario Outline: Asking for <filter>
    When the receive timestamp filter <filter> is asked for
    Then it is refused with ERANGE, or the answer names a filter that covers <filter>
    And the timestamp configuration reads back as it was answered

    Examples:
      | filter            |
      | none              |
      | all               |
      | ptpv1-l4-event    |
      | ptpv1-l4-sync     |
      | ptpv1-l4-delay-req |
      | ptpv2-l4-event    |
      | ptpv2-l4-sync     |
      | ptpv2-l4-delay-req |
      | ptpv2-l2-event    |
      | ptpv2-l2-sync     |
      | ptpv2-l2-delay-req |
      | ptpv2-event       |
      | ptpv2-sync        |
      | ptpv2-delay-req   |
      | ntp-all           |

  @NIC-TS-001 @law
  Scenario: The filter in force stamps what was asked for
    Then for every receive timestamp filter that is accepted, every packet that was asked for is stamped

  @NIC-TS-002
  Scenario: A transmit type that is not listed
    Given the timestamp configuration is noted
    When each transmit timestamp type that is not listed is asked for
    Then each is refused with ERANGE
    And the timestamp configuration is what it was

  @NIC-TS-002
  Scenario: A filter that is not covered by any that is listed
    Given the timestamp configuration is noted
    When each receive timestamp filter that no listed one covers is asked for
    Then each is refused with ERANGE
    And the timestamp configuration is what it was

  @NIC-TS-005
  Scenario: Packets of the filter among others
    Given the receive timestamp filter covers PTP over Ethernet
    When the far end sends PTP events and other frames in turn, 1 ms apart
    Then every PTP event has a hardware timestamp, 2 ms after the one before it
    And the other frames have none, or one between their neighbours

  @NIC-TS-005 @needs:virtual-clock @law
  Scenario: Every stamp is of its own packet
    Given the receive timestamp filter covers PTP over Ethernet
    Then for every spacing of PTP events, their hardware timestamps have the same spacing

  @NIC-TS-006
  Scenario: One hundred requests at once
    Given transmit timestamps are on
    When the host sends 100 frames that ask for a transmit timestamp, among 100 that do not
    Then each request is answered once, with a hardware timestamp, in the order of sending

  @NIC-TS-006 @law
  Scenario: Every burst of requests is answered
    Given transmit timestamps are on
    Then for every burst of frames, each that asked for a transmit timestamp is answered once with its own

  @NIC-TS-007
  Scenario: Transmit timestamps are off
    Given transmit timestamps are off
    When the host sends 10 frames that ask for a transmit timestamp, among 10 that do not
    Then no hardware transmit timestamp comes back

  @NIC-TS-007
  Scenario: Receive timestamps are off
    Given the receive timestamp filter is none
    When the far end sends PTP events and other frames in turn, 1 ms apart
    Then no frame has a hardware timestamp

  @NIC-TS-011
  Scenario Outline: A pause of <seconds> seconds
    Given the receive timestamp filter covers PTP over Ethernet
    When the far end sends a PTP event, and another <seconds> seconds later
    Then their hardware timestamps are <seconds> seconds apart, to 1 ms

    Examples:
      | seconds |
      | 2       |
      | 4       |
      | 5       |
      | 100     |
      | 3600    |

  @NIC-TS-011 @law
  Scenario: Every pause
    Given the receive timestamp filter covers PTP over Ethernet
    Then for every pause up to a day, hardware timestamps go on by that time

  @NIC-TS-013
  Scenario: The cable is pulled out and plugged in
    Given the receive timestamp filter covers PTP over Ethernet
    And transmit timestamps are on
    And a PTP event was stamped
    When the cable is pulled out and plugged in again
    Then the timestamp configuration is what it was
    And a PTP event is stamped later than the one before

  @NIC-TS-015
  Scenario: Every listed type
    When each transmit timestamp type that is listed is asked for
    Then each is accepted and reads back

  @NIC-TS-015
  Scenario: Every listed filter
    When each receive timestamp filter that is listed is asked for
    Then each is accepted and reads back

  @NIC-TS-016
  Scenario: Frames in order
    When the far end sends 20 frames, one by one
    Then each has a software timestamp, not before it was sent and not before the one before it
