Feature: Filters at ports: the access list

  Traffic control looks at frames before the bridge does, and again behind it. Whoever can applies the filters: the hardware where its
  driver takes them, else the software, with the same result.

  Background:
    Given a bridge over p0, p1 and p2

  @SW-ACL-001
  Scenario: Frames that a filter drops
    Given these filters where frames come in at p0:
      | priority | frames | action |
      | 10       | from A | drop   |
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at nowhere
    And the host does not get the packet from the bridge

  @SW-ACL-001
  Scenario: Frames that a filter drops in software
    Given these filters where frames come in at p0:
      | priority | frames | action | by           |
      | 10       | from A | drop   | the software |
    When a packet from A to the bridge comes in at p0
    Then the host does not get the packet from the bridge

  @SW-ACL-002
  Scenario: Frames that no filter is about
    Given these filters where frames come in at p0:
      | priority | frames | action |
      | 10       | from A | drop   |
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at p1 and p2
    And the host gets the packet from the bridge

  @SW-ACL-002
  Scenario: Frames that come in at another port
    Given these filters where frames come in at p0:
      | priority | frames | action |
      | 10       | any    | drop   |
    When a packet from A to broadcast comes in at p1
    Then the packet leaves at p0 and p2

  @SW-ACL-003
  Scenario Outline: Priority <first> was there first and says <does>, priority <second> says <others>
    Given these filters where frames come in at p0:
      | priority | frames | action   |
      | <first>  | from A | <does>   |
      | <second> | from A | <others> |
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | first | second | does | others | ports     |
      | 10    | 20     | pass | drop   | p1 and p2 |
      | 20    | 10     | pass | drop   | nowhere   |
      | 20    | 10     | drop | pass   | p1 and p2 |
      | 10    | 20     | drop | pass   | nowhere   |

  @SW-ACL-004
  Scenario Outline: A filter that says <action>, in software, and one behind it that drops
    Given these filters where frames come in at p0:
      | priority | frames | action   | by           |
      | 10       | from A | <action> | the software |
      | 20       | any    | drop     | the software |
    When a packet from A to the bridge comes in at p0
    Then the host <gets> the packet from the bridge

    Examples:
      | action   | gets         |
      | pass     | gets         |
      | nothing  | gets         |
      | continue | does not get |

  @SW-ACL-005
  Scenario: A frame is sent elsewhere
    Given these filters where frames come in at p0:
      | priority | frames | action         |
      | 10       | from A | redirect to p3 |
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p3 and nowhere else
    And the host does not get the packet from the bridge

  @SW-ACL-005
  Scenario: A frame is sent elsewhere with its tag
    Given these filters where frames come in at p0:
      | priority | frames    | action         |
      | 10       | tagged 10 | redirect to p3 |
    When a packet from A to broadcast, tagged 10 with priority 5 comes in at p0
    Then the packet leaves at p3 and nowhere else

  @SW-ACL-005
  Scenario: A frame is sent elsewhere in software
    Given these filters where frames come in at p0:
      | priority | frames | action         | by           |
      | 10       | from A | redirect to p3 | the software |
    When a packet from A to the bridge, tagged 10 with priority 5 comes in at p0
    Then the packet leaves at p3 and nowhere else
    And the host does not get the packet from the bridge

  @SW-ACL-006
  Scenario Outline: The sender of a frame that a filter takes (<action>)
    Given these filters where frames come in at p0:
      | priority | frames | action   |
      | 10       | from A | <action> |
    When a packet from A to broadcast comes in at p0
    Then the table does not have A

    Examples:
      | action         |
      | drop           |
      | redirect to p3 |

  @SW-ACL-007
  Scenario: Filters of frames that leave
    Given these filters where frames leave at p1:
      | priority | frames | action |
      | 10       | from A | drop   |
    When the host sends a packet from A to broadcast through the bridge
    Then the packet leaves at p0 and p2
    When the host sends a packet from B to broadcast through the bridge
    Then the packet leaves at p0, p1 and p2

  @SW-ACL-007
  Scenario: A frame that leaves is sent elsewhere
    Given these filters where frames leave at p1:
      | priority | frames | action         |
      | 10       | from A | redirect to p3 |
    When the host sends a packet from A to broadcast through the bridge
    Then the packet leaves at p0, p2 and p3

  @SW-ACL-008
  Scenario Outline: <frames>, and a packet from <from> to <to>
    Given these filters where frames come in at p0:
      | priority | frames   | action |
      | 10       | <frames> | drop   |
    When a packet from <from> to <to> comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | frames               | from | to        | ports     |
      | from A               | A    | broadcast | nowhere   |
      | from A               | B    | broadcast | p1 and p2 |
      | from any station     | B    | broadcast | nowhere   |
      | to broadcast         | A    | broadcast | nowhere   |
      | to B                 | A    | broadcast | p1 and p2 |
      | from A, to broadcast | A    | broadcast | nowhere   |
      | from A, to B         | A    | broadcast | p1 and p2 |

  @SW-ACL-009
  Scenario Outline: <frames>, and a packet of <packet>
    Given these filters where frames come in at p0:
      | priority | frames   | action |
      | 10       | <frames> | drop   |
    When a packet from A to broadcast, <packet> comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | frames | packet     | ports     |
      | IPv4   | IPv4       | nowhere   |
      | IPv4   | IPv6       | p1 and p2 |
      | IPv6   | IPv6       | nowhere   |
      | IPv6   | IPv4       | p1 and p2 |
      | IPv4   | tagged 10  | p1 and p2 |

  @SW-ACL-009
  Scenario: IPv4 in a tagged frame is of the type of its tag
    Given these filters where frames come in at p0:
      | priority | frames | action |
      | 10       | IPv4   | drop   |
    When a packet from A to broadcast, IPv4, tagged 10 comes in at p0
    Then the packet leaves at p1 and p2

  @SW-ACL-010
  Scenario Outline: <frames>, and a packet <packet>
    Given these filters where frames come in at p0:
      | priority | frames   | action |
      | 10       | <frames> | drop   |
    When a packet from A to broadcast<packet> comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | frames                 | packet                          | ports     |
      | tagged                 | , tagged 10                     | nowhere   |
      | tagged                 | , IPv4                          | p1 and p2 |
      | tagged 10              | , tagged 10                     | nowhere   |
      | tagged 10              | , tagged 20                     | p1 and p2 |
      | tagged 10              | , tagged 10 with priority 5     | nowhere   |
      | tagged with priority 5 | , tagged 10 with priority 5     | nowhere   |
      | tagged with priority 5 | , tagged 10 with priority 4     | p1 and p2 |
      | tagged, IPv4           | , IPv4, tagged 10               | nowhere   |
      | tagged, IPv4           | , IPv6, tagged 10               | p1 and p2 |

  @SW-ACL-011
  Scenario Outline: <frames>, and a packet of <packet>
    Given these filters where frames come in at p0:
      | priority | frames         | action |
      | 10       | IPv4, <frames> | drop   |
    When a packet from A to broadcast, IPv4, <packet> comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | frames                  | packet                | ports     |
      | source 10.0.0.1         | source 10.0.0.1       | nowhere   |
      | source 10.0.0.1         | source 10.0.0.9       | p1 and p2 |
      | source 10.0.0.0/24      | source 10.0.0.9       | nowhere   |
      | source 10.0.0.0/24      | source 10.0.1.9       | p1 and p2 |
      | source 10.0.0.0/23      | source 10.0.1.9       | nowhere   |
      | destination 10.0.0.2    | destination 10.0.0.2  | nowhere   |
      | destination 10.0.0.2    | source 10.0.0.2, destination 10.0.0.3 | p1 and p2 |
      | destination 10.0.0.0/25 | destination 10.0.0.200 | p1 and p2 |

  @SW-ACL-012
  Scenario Outline: <frames>, and a packet of <packet>
    Given these filters where frames come in at p0:
      | priority | frames         | action |
      | 10       | IPv4, <frames> | drop   |
    When a packet from A to broadcast, IPv4, <packet> comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | frames                 | packet                 | ports     |
      | UDP                    | UDP                    | nowhere   |
      | UDP                    | TCP                    | p1 and p2 |
      | TCP                    | TCP                    | nowhere   |
      | UDP, port 80           | UDP, port 80           | nowhere   |
      | UDP, port 80           | UDP, port 81           | p1 and p2 |
      | UDP, port 80           | TCP, port 80           | p1 and p2 |
      | UDP, source port 80    | UDP, port 80           | p1 and p2 |
      | UDP, source port 80    | UDP, source port 80    | nowhere   |
      | TCP, port 80           | TCP, port 80           | nowhere   |

  @SW-ACL-012
  Scenario Outline: <frames> over IPv6, and a packet of <packet>
    Given these filters where frames come in at p0:
      | priority | frames         | action |
      | 10       | IPv6, <frames> | drop   |
    When a packet from A to broadcast, IPv6, <packet> comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | frames       | packet       | ports     |
      | UDP, port 80 | UDP, port 80 | nowhere   |
      | UDP, port 80 | UDP, port 81 | p1 and p2 |

  @SW-ACL-013
  Scenario Outline: Ports 100 to 200, and a packet to port <port>
    Given these filters where frames come in at p0:
      | priority | frames                      | action |
      | 10       | IPv4, UDP, ports 100 to 200 | drop   |
    When a packet from A to broadcast, IPv4, UDP, port <port> comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | port | ports     |
      | 99   | p1 and p2 |
      | 100  | nowhere   |
      | 150  | nowhere   |
      | 200  | nowhere   |
      | 201  | p1 and p2 |

  @SW-ACL-014
  Scenario Outline: Flags <value> of <mask>, and a segment with <flags>
    Given these filters where frames come in at p0:
      | priority | frames                               | action |
      | 10       | IPv4, TCP, flags <value> of <mask>   | drop   |
    When a packet from A to broadcast, IPv4, TCP, flags <flags> comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | value       | mask        | flags       | ports     |
      | SYN         | SYN and ACK | SYN         | nowhere   |
      | SYN         | SYN and ACK | SYN and ACK | p1 and p2 |
      | SYN         | SYN         | SYN and ACK | nowhere   |
      | SYN and ACK | SYN and ACK | SYN and ACK | nowhere   |
      | SYN         | SYN         | ACK         | p1 and p2 |

  @SW-ACL-015
  Scenario Outline: <frames>, and a packet of <packet>
    Given these filters where frames come in at p0:
      | priority | frames            | action |
      | 10       | <frames>          | drop   |
    When a packet from A to broadcast, <packet> comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | frames        | packet        | ports     |
      | IPv4, TTL 1   | IPv4, TTL 1   | nowhere   |
      | IPv4, TTL 1   | IPv4, TTL 2   | p1 and p2 |
      | IPv6, TTL 1   | IPv6, TTL 1   | nowhere   |
      | IPv4, TOS 184 | IPv4, TOS 184 | nowhere   |
      | IPv4, TOS 184 | IPv4, TOS 0   | p1 and p2 |
      | IPv6, TOS 184 | IPv6, TOS 184 | nowhere   |

  @SW-ACL-016
  Scenario Outline: <frames>, and <packet>
    Given these filters where frames come in at p0:
      | priority | frames   | action |
      | 10       | <frames> | drop   |
    When a packet from A to broadcast, <packet> comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | frames                | packet                | ports     |
      | IPv4, ICMP, a request | IPv4, ICMP, a request | nowhere   |
      | IPv4, ICMP, a request | IPv4, ICMP, a reply   | p1 and p2 |
      | IPv6, ICMP, a request | IPv6, ICMP, a request | nowhere   |
      | IPv6, ICMP, a request | IPv6, ICMP, a reply   | p1 and p2 |

  @SW-ACL-017
  Scenario Outline: A fragment of a packet to port 80, over <network>
    Given these filters where frames come in at p0:
      | priority | frames                  | action |
      | 10       | <network>, UDP, port 80 | drop   |
    When a packet from A to broadcast, <network>, UDP, port 80, a fragment comes in at p0
    Then the packet leaves at p1 and p2

    Examples:
      | network |
      | IPv4    |
      | IPv6    |

  @SW-ACL-018
  Scenario: Filters of another chain are not asked
    Given these filters where frames come in at p0:
      | priority | frames | action | chain |
      | 10       | any    | drop   | 5     |
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1 and p2

  @SW-ACL-018
  Scenario Outline: A filter leads to another chain, which drops frames from <dropped>
    Given these filters where frames come in at p0:
      | priority | frames         | action        | chain |
      | 10       | any            | go to chain 5 | 0     |
      | 20       | any            | drop          | 0     |
      | 10       | from <dropped> | drop          | 5     |
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at <ports>

    Examples:
      | dropped | ports     |
      | A       | nowhere   |
      | B       | p1 and p2 |

  @SW-ACL-019 @law
  Scenario: Every list of filters
    Then for every list of filters and all packets, what leaves is what the first filter that matches says

  @SW-ACL-019 @law
  Scenario: Every list of filters, in software
    Then for every list of filters and all packets to the host, in software, what comes is what the first filter that matches says

  @SW-ACL-020 @law
  Scenario: Every sequence of changes
    Then for every sequence of filters that are added, changed, moved and removed, packets meet the filters that are there

  @SW-ACL-021
  Scenario: Counters of a filter that drops
    Given these filters where frames come in at p0:
      | priority | frames | action |
      | 10       | from A | drop   |
      | 20       | from B | drop   |
    When 5 packets from A to broadcast come in at p0
    Then filter 10 at p0 has counted 5 packets, 5 of them dropped
    And filter 20 at p0 has counted 0 packets, 0 of them dropped

  @SW-ACL-021
  Scenario: Counters of a filter that passes, in software
    Given these filters where frames come in at p0:
      | priority | frames | action | by           |
      | 10       | from A | pass   | the software |
    When 3 packets from A to the bridge come in at p0
    Then filter 10 at p0 has counted 3 packets, 0 of them dropped

  @SW-ACL-022
  Scenario: Bytes that the software counts
    Given these filters where frames come in at p0:
      | priority | frames | action | by           |
      | 10       | from A | drop   | the software |
    When 2 packets from A to the bridge come in at p0
    Then filter 10 at p0 has counted the bytes of the packets without their Ethernet headers

  @SW-ACL-023
  Scenario Outline: A verdict of <name>, in software
    Given there is room for filters at p0
    When a filter at p0 whose verdict is <verdict> is asked for
    Then it is accepted
    When a packet from A to the bridge comes in at p0
    Then the host <gets> the packet from the bridge

    Examples:
      | name              | verdict | gets         |
      | TC_ACT_RECLASSIFY | 1       | does not get |
      | TC_ACT_PIPE       | 3       | gets         |
      | TC_ACT_STOLEN     | 4       | does not get |
      | TC_ACT_QUEUED     | 5       | does not get |
