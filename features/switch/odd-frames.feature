Feature: Frames with odd content

  A switch forwards by addresses. What else is in a frame is the business of the stations, and a frame that makes no sense to the switch is
  no reason to change it, to lose it, or to stop.

  Background:
    Given a bridge over p0, p1 and p2

  @SW-FRAME-001
  Scenario Outline: A frame with <content>, to everybody
    When a frame from A to broadcast with <content> comes in at p0
    Then that frame leaves unchanged at p1 and p2

    Examples:
      | content                                        |
      | an IPv4 packet that is longer than its frame   |
      | an IPv4 packet that is shorter than its frame  |
      | an IPv4 header of four bytes                   |
      | an IPv4 header with a wrong checksum           |
      | an IPv4 packet of version 7                    |
      | an IPv4 packet without time to live            |
      | an IPv4 fragment beyond the longest packet     |
      | a UDP datagram that is longer than its packet  |
      | an IPv6 packet that is longer than its frame   |
      | an IPv6 packet that is shorter than its frame  |
      | an IPv6 extension header that goes on for ever |
      | an ARP packet with addresses of 200 bytes      |
      | an MPLS stack without an end                   |
      | a length that is more than there is            |
      | a length that is less than there is            |

  @SW-FRAME-001
  Scenario: A frame with a packet that is shorter than it, to a known station
    Given station B was seen at p1
    When a frame from A to B with an IPv4 packet that is shorter than its frame comes in at p0
    Then that frame leaves unchanged at p1

  @SW-FRAME-001 @law
  Scenario: Whatever a frame contains
    Then for every content of a frame, it leaves unchanged at the other ports

  @SW-FRAME-002 @needs:wire-fcs
  Scenario: A frame that was damaged on the cable
    When a damaged frame from A to broadcast comes in at p0
    Then no frame leaves
    And p0 has counted one error more, of the check sequence
    And the table does not have A

  @SW-FRAME-003 @law
  Scenario: Bytes that are a frame by their length alone
    Then for every sequence of bytes as frames, each leaves unchanged or not at all, and a good frame goes through behind them
