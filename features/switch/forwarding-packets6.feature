Feature: Packets of IPv6 from port to port

  A router of IPv6 takes a packet from its frame, counts its hops down and puts it into the next frame. It never cuts it into pieces: who
  sent it is told how much fits. What belongs to a link stays there.

  Background:
    Given a router with 2001:db8:1::1/64 at p0, 2001:db8:2::1/64 at p1 and 2001:db8:3::1/64 at p2
    And station A is at p0
    And station B is 2001:db8:2::10 at p1

  @SW-RT6-050
  Scenario: A packet is forwarded
    When A sends a packet to 2001:db8:2::10
    Then it is routed to B

  @SW-RT6-050 @law
  Scenario: Every packet
    Then every packet of IPv6 that can be forwarded leaves once, one hop older and otherwise the same

  @SW-RT6-051
  Scenario Outline: Hop limit <limit>
    When A sends a packet to 2001:db8:2::10, hop limit <limit>
    Then A is told that its hops are over

    Examples:
      | limit |
      | 1     |
      | 0     |

  @SW-RT6-051
  Scenario: Hop limit 2
    When A sends a packet to 2001:db8:2::10, hop limit 2
    Then it is routed to B

  @SW-RT6-052
  Scenario: Too long
    Given the MTU of p1 is 1400
    When A sends a packet to 2001:db8:2::10, of 1401 bytes
    Then A is told that it is too big, with an MTU of 1400

  @SW-RT6-052
  Scenario: As long as fits
    Given the MTU of p1 is 1400
    When A sends a packet to 2001:db8:2::10, of 1400 bytes
    Then it is routed to B

  @SW-RT6-052 @law
  Scenario: Every length and every MTU
    Then for every length and MTU, a packet of IPv6 passes whole or its sender is told what fits

  @SW-RT6-053
  Scenario Outline: A frame to <whom>
    When A sends a packet to 2001:db8:2::10 in a frame to <whom>
    Then it is routed nowhere

    Examples:
      | whom          |
      | somebody else |
      | everybody     |
      | a group       |

  @SW-RT6-054
  Scenario Outline: A packet of IPv6 <how>
    When A sends a packet of IPv6 <how> to 2001:db8:2::10
    Then it is routed nowhere

    Examples:
      | how                   |
      | of version 5          |
      | longer than its frame |

  @SW-RT6-054
  Scenario: A packet that is shorter than its frame
    When A sends a packet of IPv6 shorter than its frame to 2001:db8:2::10
    Then it is routed to B

  @SW-RT6-055
  Scenario Outline: A packet from <source>
    When a packet from <source> to 2001:db8:2::10 comes from A
    Then it is routed nowhere

    Examples:
      | source  |
      | ::      |
      | ::1     |
      | ff02::7 |
      | ff0e::7 |

  @SW-RT6-056
  Scenario Outline: A packet to <destination>
    Given a route to ::/0 via 2001:db8:2::10
    When A sends a packet to <destination>
    Then it is routed nowhere

    Examples:
      | destination |
      | ::1         |
      | ff02::1234  |
      | ff05::1234  |
      | ff0e::1234  |

  @SW-RT6-057
  Scenario: A packet from an address of the link
    Given station D is fe80::dd at p0
    When D sends a packet to 2001:db8:2::10
    Then D is told by the address of the link that it may not leave its link

  @SW-RT6-057
  Scenario: A packet to an address of another link
    Given station E is fe80::ee at p1
    When A sends a packet to fe80::ee
    Then it is routed nowhere

  @SW-RT6-058
  Scenario Outline: A packet with <header>
    When A sends a packet with <header> to 2001:db8:2::10
    Then it is routed to B

    Examples:
      | header              |
      | a hop-by-hop        |
      | a router alert      |
      | a skippable option  |
      | a used source route |

  @SW-RT6-059
  Scenario: An option that is to be dropped
    When A sends a packet with an option to drop to 2001:db8:2::10
    Then it is routed nowhere

  @SW-RT6-059
  Scenario Outline: An <option> that is to be reported
    When A sends a packet with an <option> to 2001:db8:2::10
    Then A is told that an option is unknown, at byte 42

    Examples:
      | option                       |
      | option to report             |
      | option to report to anybody  |

  @SW-RT6-059
  Scenario: An option that is to be reported, to a group
    When A sends a packet with an option to report to ff02::1
    Then it is routed nowhere

  @SW-RT6-060
  Scenario: A source route that ends at the router
    When A sends a packet with a source route to 2001:db8:1::1
    Then A is told that a header is wrong, at byte 42

  @SW-RT6-060
  Scenario: A source route that is somebody else's business
    When A sends a packet with a source route to 2001:db8:2::10
    Then it is routed to B

  @SW-RT6-061
  Scenario: The host does not forward
    Given the IPv6 setting forwarding of all is 0
    When A sends a packet to 2001:db8:2::10
    Then it is routed nowhere

  @SW-RT6-061
  Scenario: It is not the setting of the port that decides
    Given the IPv6 setting forwarding of p0 is 0
    When A sends a packet to 2001:db8:2::10
    Then it is routed to B

  @SW-RT6-062
  Scenario Outline: An error about a packet of <length> bytes
    When A sends a packet to 2001:db8:100::1, of <length> bytes
    Then A is told that there is no route

    Examples:
      | length |
      | 64     |
      | 1232   |
      | 1233   |
      | 1500   |

  @SW-RT6-063
  Scenario: Nothing is said about an error
    When A sends an error of ICMPv6 to 2001:db8:2::10, hop limit 1
    Then it is routed nowhere

  @SW-RT6-063
  Scenario: Nothing is said to nobody
    When a packet from :: to 2001:db8:100::1 comes from A
    Then it is routed nowhere

  @SW-RT6-063
  Scenario: Nothing is said about what came in a frame to everybody
    When A sends a packet to 2001:db8:100::1 in a frame to everybody
    Then it is routed nowhere

  @SW-RT6-064
  Scenario Outline: An echo request to <address>
    When A sends an echo request to <address>
    Then A gets the answer to its echo

    Examples:
      | address       |
      | 2001:db8:1::1 |
      | 2001:db8:2::1 |

  @SW-RT6-065
  Scenario: An echo request to the routers of a network
    When A sends an echo request to 2001:db8:2::
    Then A gets the answer to its echo
    And the answer is not from 2001:db8:2::

  @SW-RT6-068
  Scenario: An answer goes as far as the setting says
    Given the IPv6 setting hop_limit of p0 is 37
    When A sends an echo request to 2001:db8:1::1
    Then A gets the answer to its echo
    And the hop limit of the answer is 37

  @SW-RT6-066
  Scenario: A port of the router's that nobody listens at
    When A sends a packet to 2001:db8:1::1
    Then A is told that the port is unreachable

  @SW-RT6-066
  Scenario: A protocol that the router does not have
    When A sends a packet of an unknown protocol to 2001:db8:1::1
    Then A is told that a header is unknown, at byte 6

  @SW-RT6-067
  Scenario: A router over a bridge
    Given a bridge over p2 and p3
    And the router has 2001:db8:4::1/64 at the bridge
    And station F is 2001:db8:4::10 at p3 of the bridge
    When F sends a packet to 2001:db8:2::10
    Then it is routed to B
    When A sends a packet to 2001:db8:4::10
    Then it is routed to F
