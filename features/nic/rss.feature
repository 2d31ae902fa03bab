Feature: Receive-side scaling
  The device hashes the addresses and ports of each packet, takes the low bits of the hash as an index into a table, and finds the
  receive queue there. Key, table, hashed fields and further contexts are the user's.

  Background:
    Given the port is up
    And nothing is merged on receive
    And the receive hash is reported

  @NIC-RSS-001
  Scenario Outline: The published hash of <source>:<source port> to <destination>:<destination port>
    Given the RSS key is the published one
    When the far end sends a packet of <kind> from <source>:<source port> to <destination>:<destination port>
    Then its hash is <hash>

    Examples: addresses and ports, IPv4
      | kind | source         | source port | destination    | destination port | hash     |
      | TCP  | 66.9.149.187   | 2794        | 161.142.100.80 | 1766             | 51ccc178 |
      | TCP  | 199.92.111.2   | 14230       | 65.69.140.83   | 4739             | c626b0ea |
      | TCP  | 24.19.198.95   | 12898       | 12.22.207.184  | 38024            | 5c2b394a |
      | TCP  | 38.27.205.30   | 48228       | 209.142.163.6  | 2217             | afc7327f |
      | TCP  | 153.39.163.191 | 44251       | 202.188.127.2  | 1303             | 10e828a2 |

    Examples: addresses and ports, IPv6
      | kind | source                           | source port | destination             | destination port | hash     |
      | TCP  | 3ffe:2501:200:1fff::7            | 2794        | 3ffe:2501:200:3::1      | 1766             | 40207d3d |
      | TCP  | 3ffe:501:8::260:97ff:fe40:efab   | 14230       | ff02::1                 | 4739             | dde51bbf |
      | TCP  | 3ffe:1900:4545:3:200:f8ff:fe21:67cf | 44251    | fe80::200:f8ff:fe21:67cf | 38024           | 02d1feef |

    Examples: addresses alone
      | kind | source                           | source port | destination             | destination port | hash     |
      | IP   | 66.9.149.187                     | 0           | 161.142.100.80          | 0                | 323e8fc2 |
      | IP   | 199.92.111.2                     | 0           | 65.69.140.83            | 0                | d718262a |
      | IP   | 24.19.198.95                     | 0           | 12.22.207.184           | 0                | d2d0a5de |
      | IP   | 38.27.205.30                     | 0           | 209.142.163.6           | 0                | 82989176 |
      | IP   | 153.39.163.191                   | 0           | 202.188.127.2           | 0                | 5d1809c5 |
      | IP   | 3ffe:2501:200:1fff::7            | 0           | 3ffe:2501:200:3::1      | 0                | 2cc18cd5 |
      | IP   | 3ffe:501:8::260:97ff:fe40:efab   | 0           | ff02::1                 | 0                | 0f0c461c |
      | IP   | 3ffe:1900:4545:3:200:f8ff:fe21:67cf | 0        | fe80::200:f8ff:fe21:67cf | 0               | 4b61e985 |

  @NIC-RSS-002
  Scenario Outline: Swapping <what> makes another hash
    When the far end sends a packet of TCP, and one with <what> swapped
    Then their RSS hashes differ

    Examples:
      | what          |
      | the addresses |
      | the ports     |

  @NIC-RSS-002 @law
  Scenario: Every hash is that of the fields in their order
    Then for every RSS key and every flow, the hash is that of addresses and ports in their order

  @NIC-RSS-004
  Scenario: One entry of the RSS table
    Given one queue is in every entry of the RSS table but the one of a certain flow
    When the far end sends packets of that flow and of others
    Then only packets of hashes that share the low bits arrive at the queue of that entry

  @NIC-RSS-004 @law
  Scenario: Every flow arrives at the queue of its entry
    Then for every RSS table and every flow, the packet arrives at the queue at the low bits of its hash

  @NIC-RSS-005
  Scenario Outline: <count> queues in the RSS table
    Given the RSS table names <count> queues in turn
    When the far end sends packets of 300 flows
    Then all of them arrive at these queues, and at each of them

    Examples:
      | count |
      | 1     |
      | 2     |
      | 3     |

  @NIC-RSS-005 @law
  Scenario: For every choice of queues, nothing arrives elsewhere
    Then for every set of queues in the RSS table, every packet arrives at one of them

  @NIC-RSS-006
  Scenario Outline: An RSS key of <length>
    When an RSS key of <length> is set
    Then the RSS change is <outcome>
    And the RSS key is <in force>

    Examples:
      | length             | outcome                 | in force          |
      | its length         | accepted                | the one asked for |
      | one byte less      | refused with EINVAL     | what it was       |
      | one byte more      | refused with EINVAL     | what it was       |

  @NIC-RSS-006 @law
  Scenario: Every RSS key reads back
    Then for every RSS key, it reads back as it was written

  @NIC-RSS-007
  Scenario: The RSS table outlives a new key
    Given the RSS table names 2 queues in turn
    When another RSS key is set
    Then the RSS table is what it was
    And the hash of a flow is that of the key in force

  @NIC-RSS-007 @law
  Scenario: Every RSS key is in force from the next packet on
    Then for every two RSS keys, a flow is hashed with the first and then with the second

  @NIC-RSS-008
  Scenario: The RSS key after start
    Then the RSS key is not the published one
    And the RSS key is neither constant nor periodic with 16 bits

  @NIC-RSS-009
  Scenario: Two queues share the traffic
    Given the RSS table names 2 queues in turn
    And the queue counters are noted
    When the far end sends packets of 400 flows
    Then each of the 2 queues counts at least 100 of them, and the others none

  @NIC-RSS-011
  Scenario: The RSS table is set back
    Given the RSS table names 2 queues in turn
    When the RSS table is set back to its default
    Then entry i of the RSS table is queue i modulo the number of queues

  @NIC-RSS-011
  Scenario: The RSS table after start
    Then entry i of the RSS table is queue i modulo the number of queues

  @NIC-RSS-012
  Scenario Outline: An entry of <entry> in the RSS table
    Given the ethtool announcements of RSS are listened to
    When the RSS table is set with <entry> in its <place> entry
    Then the RSS change is refused with EINVAL
    And the RSS table is what it was
    And no change of RSS is announced

    Examples:
      | entry                          | place |
      | the number of queues           | first |
      | the number of queues           | last  |
      | 100000                         | first |
      | 4294967295                     | last  |

  @NIC-RSS-012 @law
  Scenario: No RSS table with a wrong entry is accepted
    Then for every RSS table with an entry beyond the queues, it is refused and nothing changes

  @NIC-RSS-013
  Scenario Outline: An RSS table of <size>
    When an RSS table of <size> is set
    Then the RSS table is refused with EINVAL and what it was, or <otherwise>

    Examples:
      | size              | otherwise                                |
      | one entry more    | refused all the same                     |
      | one entry less    | refused all the same                     |
      | twice its size    | refused all the same                     |
      | half its size     | repeated from what was asked for         |
      | two entries       | repeated from what was asked for         |

  @NIC-RSS-013 @law
  Scenario: Every RSS table of another size is refused or repeated
    Then for every size of an RSS table, it is refused, or the table is a repetition of what was asked for

  @NIC-RSS-014
  Scenario: The size of the RSS table
    Then the RSS table has at least 4 entries for each receive queue

  @NIC-RSS-014 @needs:rss-contexts
  Scenario: The size of the table of an RSS context
    When an RSS context is created
    Then its table has at least 4 entries for each receive queue

  @NIC-RSS-015
  Scenario: The RSS table of a user when channels are added
    Given there are fewer channels than possible
    And the RSS table names 1 queue in turn
    When there are as many channels as possible
    Then the RSS table is what it was

  @NIC-RSS-015
  Scenario: The RSS table of a user when its queues would go
    Given the RSS table names the highest queue in every entry
    When a channel is taken away
    Then the change of channels is refused with EINVAL
    And the RSS table is what it was
    And the channels are as many as before

  @NIC-RSS-015
  Scenario: A default RSS table follows the channels
    When a channel is taken away
    Then the change of channels is accepted
    And entry i of the RSS table is queue i modulo the number of queues

  @NIC-RSS-017
  Scenario Outline: RSS after <event>
    Given the RSS table names 2 queues in turn
    And another RSS key is set
    When <event> happens to the port
    Then the RSS table is what it was
    And the RSS key is what it was
    And flows are hashed and steered by key and table

    Examples:
      | event                       |
      | a down and an up            |
      | a change of the MTU         |

    @needs:rings
    Examples: with rings
      | event                       |
      | a change of the rings       |

  @NIC-RSS-019
  Scenario Outline: Hashing <fields> of <flow>
    Given the RSS fields of <flow> are <fields>
    When the far end sends <flow> packets that differ in <varied>
    Then their RSS hashes are <alike>

    Examples:
      | flow | fields                              | varied           | alike     |
      | udp4 | ip-src, ip-dst                      | source port      | the same  |
      | udp4 | ip-src, ip-dst                      | destination port | the same  |
      | udp4 | ip-src, ip-dst                      | source           | different |
      | udp4 | ip-src, ip-dst, l4-src, l4-dst  | source port      | different |
      | udp6 | ip-src, ip-dst                      | source port      | the same  |
      | udp6 | ip-src, ip-dst, l4-src, l4-dst  | destination port | different |
      | tcp4 | ip-src                              | destination      | the same  |
      | tcp4 | ip-src                              | source           | different |
      | tcp6 | l4-dst                            | source           | the same  |
      | tcp6 | l4-dst                            | destination port | different |

  @NIC-RSS-019 @law
  Scenario: Every choice of fields is what is hashed
    Then for every flow type and every choice of RSS fields, they read back and exactly they change the hash

  @NIC-RSS-020
  Scenario Outline: The fragments of a datagram over <network>
    When the far end sends a UDP datagram over <network> in 3 fragments
    Then all fragments have the hash of the addresses, and the same queue

    Examples:
      | network |
      | IPv4    |
      | IPv6    |

  @NIC-RSS-020 @law
  Scenario: Fragments of every datagram stay together
    Then for every datagram in fragments, they all have the hash of the addresses

  @NIC-RSS-021
  Scenario: Flow labels by default
    When the far end sends tcp6 packets that differ in flow label
    Then their RSS hashes are the same

  @NIC-RSS-021
  Scenario: Flow labels when they are selected
    Given the RSS fields of tcp6 are ip-src, ip-dst, l4-src, l4-dst, ip6-flow-label
    When the far end sends tcp6 packets that differ in flow label
    Then their RSS hashes are different
    When the far end sends tcp6 packets that differ in source port
    Then their RSS hashes are different

  @NIC-RSS-022
  Scenario Outline: Both directions with <transform>, over <network>
    Given the RSS input transform is <transform>
    When the far end sends 10 packets of TCP over <network>, each forward and backward
    Then each pair has one hash, and not all pairs have the same

    Examples:
      | transform  | network |
      | sym-xor    | IPv4    |
      | sym-xor    | IPv6    |
      | sym-or-xor | IPv4    |
      | sym-or-xor | IPv6    |

  @NIC-RSS-022 @law
  Scenario Outline: Every flow hashes as its reverse with <transform>
    Given the RSS input transform is <transform>
    Then for every flow, the hash of its reverse is the same, and that of the transformed fields

    Examples:
      | transform  |
      | sym-xor    |
      | sym-or-xor |

  @NIC-RSS-023
  Scenario Outline: A symmetric transform while tcp4 hashes <fields>
    Given the RSS fields of tcp4 are <fields>
    When a symmetric RSS transform is asked for
    Then the RSS change is <outcome>

    Examples:
      | fields                             | outcome             |
      | ip-src                             | refused with EINVAL |
      | ip-dst                             | refused with EINVAL |
      | ip-src, ip-dst, l4-src           | refused with EINVAL |
      | l4-dst                           | refused with EINVAL |
      | ip-src, ip-dst                     | accepted            |
      | ip-src, ip-dst, l4-src, l4-dst | accepted            |

  @NIC-RSS-023
  Scenario: One-sided fields under a symmetric transform
    When a symmetric RSS transform is asked for
    Then the RSS change is accepted
    When the RSS fields of tcp4 are asked to be ip-src
    Then the RSS change is refused with EINVAL

  @NIC-RSS-024
  Scenario Outline: <what> is not hashed
    When the far end sends packets of 20 flows, and <what> after each
    Then <what> has no hash of layer 3 or 4, and one queue

    Examples:
      | what                          |
      | an ARP request                |
      | an LLDP frame                 |
      | a frame of an unknown type    |

  @NIC-RSS-024 @law
  Scenario: Every frame that is not IP
    Then for every frame that is not IP, behind every flow, it has no hash of layer 3 or 4, and one queue

  @NIC-RSS-025
  Scenario Outline: The RSS hash type of <kind> over <network>
    When the far end sends a packet of <kind> over <network>
    Then its hash is of layer <layer>

    Examples:
      | kind | network | layer |
      | TCP  | IPv4    | 4     |
      | TCP  | IPv6    | 4     |
      | IP   | IPv4    | 3     |
      | IP   | IPv6    | 3     |

  @NIC-RSS-025 @law
  Scenario: The type of every hash
    Then for every flow, the layer of the hash is that of the fields that were hashed

  @NIC-RSS-026
  Scenario: One flow among others
    When the far end sends 200 packets of 10 flows, numbered
    Then the packets of each flow arrive at one queue, in order

  @NIC-RSS-026 @law
  Scenario: Every mix of flows
    Then for every mix of flows, the packets of each arrive at one queue, in order

  @NIC-RSS-027
  Scenario: A change of the main RSS context
    Given the ethtool announcements of RSS are listened to
    When another RSS key is set
    Then one change of RSS is announced, of the main context

  @NIC-RSS-027 @needs:rss-contexts
  Scenario: A change of another RSS context
    Given an RSS context
    And the ethtool announcements of RSS are listened to
    When the table of the RSS context is set to one queue
    Then one change of RSS is announced, of that context

  @NIC-RSS-027
  Scenario: A refused change of RSS
    Given the ethtool announcements of RSS are listened to
    When the RSS table is set with 100000 in its first entry
    Then no change of RSS is announced

  @NIC-RSS-028
  Scenario Outline: <count> RSS contexts with a port each
    Given <count> RSS contexts, each with one queue of its own choice and a rule for a port
    When the far end sends packets to these ports and to others
    Then packets to these ports arrive at the queue of their RSS context, the others by the main table

    Examples:
      | count |
      | 1     |
      | 3     |

  @NIC-RSS-028 @law
  Scenario: Every table of an RSS context is in force for its rule
    Then for every table of an RSS context, exactly the flows of its rule are spread by it

  @NIC-RSS-029
  Scenario Outline: Removing the <which> of three RSS contexts
    Given 3 RSS contexts, each with one queue of its own choice and a rule for a port
    When the <which> RSS context is removed with its rule
    Then the other RSS contexts have their key and table, and steer as before

    Examples:
      | which  |
      | first  |
      | second |
      | third  |

  @NIC-RSS-029
  Scenario: A removed RSS context is gone
    Given an RSS context
    When the RSS context is removed
    Then it is not among the RSS contexts
    And it cannot be changed: ENOENT

  @NIC-RSS-029 @law
  Scenario: RSS contexts come and go in every order
    Then for every order of creating and removing RSS contexts, those that remain have their tables

  @NIC-RSS-030
  Scenario: The same queues in two RSS contexts
    Given the RSS table names 2 queues in turn
    And an RSS context
    When the table of the RSS context is set to one queue
    Then the RSS table is what it was
    And the table of the RSS context is that queue in every entry
    When the RSS table is set back to its default
    Then the table of the RSS context is that queue in every entry

  @NIC-RSS-030 @law
  Scenario: No change of one RSS context is seen in another
    Then for every sequence of changes, each RSS context has the last table of its own
