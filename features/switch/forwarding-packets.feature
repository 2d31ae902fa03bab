Feature: Packets from port to port

  What a router does to a packet: it takes it from its own frame, counts its time down, puts it into the next frame, and otherwise leaves
  it alone. What it cannot forward it drops, and where that helps it tells the sender.

  Background:
    Given a router with 192.0.2.1/24 at p0, 198.51.100.1/24 at p1 and 203.0.113.1/24 at p2
    And station A is at p0
    And station B is 198.51.100.10 at p1

  @SW-RT-030
  Scenario: A packet is forwarded
    When A sends a packet to 198.51.100.10
    Then it is routed to B

  @SW-RT-030 @law
  Scenario: Every packet
    Then every packet that can be forwarded leaves once, one hop older and otherwise the same

  @SW-RT-031
  Scenario Outline: TTL <ttl>
    When A sends a packet to 198.51.100.10, TTL <ttl>
    Then A is told that its time is over

    Examples:
      | ttl |
      | 1   |
      | 0   |

  @SW-RT-031
  Scenario: TTL 2
    When A sends a packet to 198.51.100.10, TTL 2
    Then it is routed to B

  @SW-RT-032
  Scenario: Too long, and not to be fragmented
    Given the MTU of p1 is 1000
    When A sends a packet to 198.51.100.10, of 1200 bytes, not to be fragmented
    Then A is told that it is too big, with an MTU of 1000

  @SW-RT-032
  Scenario: As long as fits
    Given the MTU of p1 is 1000
    When A sends a packet to 198.51.100.10, of 1000 bytes, not to be fragmented
    Then it is routed to B

  @SW-RT-033
  Scenario Outline: <length> bytes where <mtu> fit
    Given the MTU of p1 is <mtu>
    When A sends a packet to 198.51.100.10, of <length> bytes
    Then at p1 come fragments of no more than <mtu> bytes that are the packet

    Examples:
      | length | mtu  |
      | 1500   | 1000 |
      | 1500   | 600  |
      | 1001   | 1000 |

  @SW-RT-033 @law
  Scenario: Every length and every MTU
    Then for every length and MTU, the fragments put together are the packet

  @SW-RT-034
  Scenario Outline: A frame to <whom>
    When A sends a packet to 198.51.100.10 in a frame to <whom>
    Then it is routed nowhere

    Examples:
      | whom          |
      | somebody else |
      | everybody     |
      | a group       |

  @SW-RT-035
  Scenario Outline: A packet <how>
    When A sends a packet <how> to 198.51.100.10
    Then it is routed nowhere

    Examples:
      | how                          |
      | with a wrong header checksum |
      | of IP version 5              |
      | with a header of 16 bytes    |

  @SW-RT-036
  Scenario Outline: A packet <how>
    When A sends a packet <how> to 198.51.100.10
    Then it is routed nowhere

    Examples:
      | how                     |
      | longer than its frame   |
      | shorter than its header |

  @SW-RT-036
  Scenario: A packet that is shorter than its frame
    When A sends a packet to 198.51.100.10, of 36 bytes
    Then it is routed to B

  @SW-RT-037
  Scenario Outline: A packet from <source>
    When a packet from <source> to 198.51.100.10 comes from A
    Then it is routed nowhere

    Examples:
      | source          |
      | 127.0.0.1       |
      | 0.0.0.0         |
      | 224.0.0.7       |
      | 255.255.255.255 |
      | 192.0.2.1       |
      | 203.0.113.1     |

  @SW-RT-038
  Scenario Outline: A packet to <destination>
    Given a route to default via 198.51.100.10
    When A sends a packet to <destination>
    Then it is routed nowhere

    Examples:
      | destination     |
      | 127.0.0.1       |
      | 0.0.0.0         |
      | 255.255.255.255 |
      | 198.51.100.255  |

  @SW-RT-039
  Scenario Outline: A packet <how>
    When A sends a packet <how> to 192.0.2.1
    Then it is routed nowhere

    Examples:
      | how                        |
      | with a loose source route  |
      | with a strict source route |

  @SW-RT-040
  Scenario: A packet that records its route
    When A sends a packet to 198.51.100.10 that records its route
    Then the packet at p1 has recorded 198.51.100.1

  @SW-RT-041
  Scenario: A port that does not forward
    Given p0 does not forward
    When A sends a packet to 198.51.100.10
    Then it is routed nowhere

  @SW-RT-041
  Scenario: A port that does not forward, and a packet that has no route
    Given p0 does not forward
    When A sends a packet to 10.1.2.3
    Then it is routed nowhere

  @SW-RT-043
  Scenario Outline: An error about a packet of <length> bytes
    When A sends a packet to 10.1.2.3, of <length> bytes
    Then A is told that the network is unreachable

    Examples:
      | length |
      | 46     |
      | 548    |
      | 549    |
      | 1500   |

  @SW-RT-044
  Scenario Outline: Nothing is said about a packet <how>
    When A sends a packet <how> to 198.51.100.10, TTL 1
    Then it is routed nowhere

    Examples:
      | how                                 |
      | that is an ICMP error               |
      | that is a fragment behind the first |

  @SW-RT-045
  Scenario Outline: An echo request to <address>
    When A sends an echo request to <address>
    Then A gets the answer to its echo

    Examples:
      | address      |
      | 192.0.2.1    |
      | 198.51.100.1 |

  @SW-RT-045
  Scenario: A packet for a port of the router's that nobody listens at
    When A sends a packet to 192.0.2.1
    Then A is told that the port is unreachable

  @SW-RT-030
  Scenario: A packet whose checksum would be all ones
    When A sends a packet that is one hop from a checksum of zero to 198.51.100.10
    Then it is routed to B
