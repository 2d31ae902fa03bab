Feature: ethtool over netlink
  Every setting of a port that is not about addresses and routes goes through one generic netlink family. Its operations share their
  header, their bit sets, their strings and the rule of what is announced.

  Background:
    Given the port is up

  @ETH-NL-001
  Scenario: The family has all operations
    Then the controller lists the operations 1 to 45 of ethtool

  @ETH-NL-002
  Scenario: Everything may be asked
    Then every query of the port is answered, or refused with EOPNOTSUPP

  @ETH-NL-003
  Scenario: Every query may be dumped
    Then for every query, the dump says of the port what the query says, or leaves it out

  @ETH-NL-003 @needs:vlan-device @needs:rings
  Scenario: A device without rings does not end the dump of rings
    Given an 802.1Q VLAN device with VID 7
    When RINGS_GET is dumped
    Then the dump has a reply for the port, and none for the VLAN device

  @ETH-NL-004
  Scenario: A dump does not look at the device
    Given an 802.1Q VLAN device with VID 7
    When LINKSTATE_GET is dumped, and the header names the port
    Then the dump has a reply for the port and one for the VLAN device

  @ETH-NL-005
  Scenario Outline: <operation> without a header, by attribute
    When <operation> is asked without a header
    Then it says that attribute <number> is missing

    Examples:
      | operation    | number |
      | WOL_GET      | 1      |
      | EEE_SET      | 1      |
      | STATS_GET    | 2      |
      | STRSET_GET   | 1      |
      | MODULE_SET   | 1      |
      | PLCA_SET_CFG | 1      |

  @ETH-NL-005
  Scenario Outline: <operation> without a header, in words
    When <operation> is asked without a header
    Then it is refused with EINVAL
    And the message is "request header missing"

    Examples:
      | operation           |
      | CABLE_TEST_ACT      |
      | CABLE_TEST_TDR_ACT  |
      | TUNNEL_INFO_GET     |
      | MODULE_FW_FLASH_ACT |

  @ETH-NTF-001 @needs:tx-scatter-gather-switch
  Scenario: Features are announced in bits
    Given changes of flow control are listened to
    When the feature "tx-scatter-gather" is switched off
    Then a change of features is announced with compact bit sets

  @ETH-NTF-002 @law
  Scenario Outline: A change of <settings> is announced once
    Then for every change of <settings>, it is announced once if something has changed, and not otherwise

    @needs:message-level
    Examples: messages
      | settings          |
      | the message level |

    @needs:wake-on-lan
    Examples: wake-up
      | settings |
      | wake-up  |

    @needs:private-flags
    Examples: private flags
      | settings          |
      | the private flags |

    @needs:eee
    Examples: energy
      | settings      |
      | energy saving |

    @needs:mac-merge
    Examples: preemption
      | settings            |
      | the MAC merge layer |

    @needs:module-power
    Examples: modules
      | settings                       |
      | the power policy of the module |

    @needs:pause
    Examples: flow control
      | settings     |
      | flow control |

    @needs:fec
    Examples: error correction
      | settings         |
      | error correction |

  @ETH-NTF-002
  Scenario Outline: <operation> with what is in force already
    Given somebody listens to ethtool
    When <operation> is asked of the port with all that <query> answers
    Then nothing is announced by ethtool

    @needs:link-settings @needs:link-settings-set
    Examples: the link
      | operation     | query         |
      | LINKINFO_SET  | LINKINFO_GET  |
      | LINKMODES_SET | LINKMODES_GET |

    @needs:message-level
    Examples: messages
      | operation | query     |
      | DEBUG_SET | DEBUG_GET |

    @needs:wake-on-lan
    Examples: wake-up
      | operation | query   |
      | WOL_SET   | WOL_GET |

    @needs:private-flags
    Examples: private flags
      | operation     | query         |
      | PRIVFLAGS_SET | PRIVFLAGS_GET |

    @needs:rings
    Examples: rings
      | operation | query     |
      | RINGS_SET | RINGS_GET |

    @needs:channels
    Examples: channels
      | operation    | query        |
      | CHANNELS_SET | CHANNELS_GET |

    @needs:coalesce
    Examples: coalescing
      | operation    | query        |
      | COALESCE_SET | COALESCE_GET |

    @needs:pause
    Examples: flow control
      | operation | query     |
      | PAUSE_SET | PAUSE_GET |

    @needs:eee
    Examples: energy
      | operation | query   |
      | EEE_SET   | EEE_GET |

    @needs:fec
    Examples: error correction
      | operation | query   |
      | FEC_SET   | FEC_GET |

    @needs:mac-merge
    Examples: preemption
      | operation | query  |
      | MM_SET    | MM_GET |

    @needs:module-power
    Examples: modules
      | operation  | query      |
      | MODULE_SET | MODULE_GET |

  @ETH-NTF-002 @needs:link-settings @needs:link-settings-set
  Scenario: Another advertisement of the link
    Given somebody listens to ethtool
    When the lowest speed of the port is asked for in autonegotiation
    Then ethtool announces LINKMODES_NTF once, with what LINKMODES_GET answers

  @ETH-STR-001
  Scenario Outline: Strings of the <set>
    When the strings of the <set> are asked of nobody
    Then the strings begin with "<strings>"

    Examples:
      | set             | strings                                            |
      | hash functions  | toeplitz xor crc32                                 |
      | tunables        | Unspec rx-copybreak tx-copybreak                   |
      | PHY tunables    | Unspec phy-downshift phy-fast-link-down            |
      | link modes      | 10baseT/Half 10baseT/Full 100baseT/Half            |
      | message classes | drv probe link timer ifdown ifup rx_err tx_err     |
      | wake-up modes   | phy ucast mcast bcast arp magic magicsecure filter |
      | tunnel types    | vxlan geneve vxlan-gpe                             |
      | transmit stamps | off on onestep-sync                                |

  @ETH-STR-002
  Scenario: Counts alone
    Then for every string set, the count alone is that of the strings

  @ETH-STR-003
  Scenario Outline: <set> of nobody
    When the strings of the <set> are asked of nobody
    Then it is refused with EINVAL
    And the message is "requested per device strings without dev"

    Examples:
      | set                |
      | private statistics |
      | private flags      |

  @ETH-STR-004
  Scenario: A set that does not exist
    When the string set 4000 is asked of nobody
    Then it is refused with EOPNOTSUPP at STRINGSETS_STRINGSET
    And the message is "unknown string set id"

  @ETH-STR-005
  Scenario: The sets of the port
    When the string sets of the port are asked for
    Then only sets of the device come, and none of them is empty

  @ETH-BIT-001
  Scenario: Words and bits
    Then for every query with bit sets, both forms say the same

  @ETH-BIT-002
  Scenario: These, and no others
    When the message level is set to the list "drv link intr", by list
    Then the message level is "drv link intr"
    When the message level is set to the list "probe", by list
    Then the message level is "probe"

  @ETH-BIT-003
  Scenario Outline: Features are switched with <fault>
    When features are switched with <fault>
    Then it is refused with EINVAL
    And the message is "<message>"

    Examples:
      | fault                                  | message                                    |
      | a list that has a value                | value only allowed in compact bitset       |
      | a list that has a mask                 | mask only allowed in compact bitset        |
      | a compact set without a size           | missing size in compact bitset             |
      | a compact set without a value          | missing value in compact bitset            |
      | a compact set without a mask           | missing mask in compact nonlist bitset     |
      | a compact list with a mask             | mask not allowed in list bitset            |
      | a value that is too short              | bitset value length does not match size    |
      | a mask that is too long                | bitset mask length does not match size     |
      | a bit past the end                     | cannot modify bits past kernel bitset size |
      | a bit with another name than its number | bit index and name mismatch               |
      | a bit with neither name nor number     | neither bit index nor name specified       |

  @ETH-PHY-001
  Scenario Outline: <operation> of a PHY that is not there
    When <operation> is asked of PHY 99 of the port
    Then it is refused with ENODEV at HEADER
    And the message is "no phy matching phyindex"

    Examples:
      | operation  |
      | STRSET_GET |
      | PSE_GET    |

  @ETH-PHY-002
  Scenario: The PHY of the port
    When PHY_GET is asked of the port
    Then the PHY is named, with its driver, behind the MAC

  @ETH-PHY-003
  Scenario: A port that feeds nobody
    When PSE_GET is asked of the port
    Then it is refused with EOPNOTSUPP, in one of these words:
      """
      No PHY found
      No PHY is attached
      No PSE is attached
      """

  @ETH-STAT-001
  Scenario: Statistics of nothing
    When STATS_GET is asked of the port
    Then it is refused with EINVAL
    And the message is "no stats requested"

  @ETH-STAT-002
  Scenario Outline: The <which> of a device that has one
    Given an 802.1Q VLAN device with VID 7
    When the statistics of the <which> are asked of the VLAN device
    Then it is refused with EOPNOTSUPP

    Examples:
      | which           |
      | express MAC     |
      | preemptible MAC |

  @ETH-STAT-003
  Scenario: A device that counts nothing
    Given an 802.1Q VLAN device with VID 7
    When the statistics of the whole are asked of the VLAN device
    Then the reply has STATS_SRC 0
    And the reply has one group without counters

  @ETH-STAT-004
  Scenario: The whole and its parts
    When the far end sends 20 frames, 0 µs apart
    Then each counter of the whole is the sum of both MACs

  @ETH-STAT-005
  Scenario: The source of what is not asked for
    When PAUSE_GET is asked of the port: "STATS_SRC 1"
    Then it is refused with EINVAL

  @ETH-RSS-001
  Scenario: Contexts in a dump
    Given two RSS contexts beside the main one
    Then a dump of RSS from 0 on has the contexts "0 1 2" of the port
    And a dump of RSS from 2 on has the contexts "2" of the port

  @ETH-RSS-002
  Scenario: A dump of one context
    When RSS_GET is dumped: "RSS_CONTEXT 1"
    Then it is refused with EINVAL at RSS_CONTEXT

  @ETH-RSS-002
  Scenario: A query from a context on
    When RSS_GET is asked of the port: "RSS_START_CONTEXT 1"
    Then it is refused with EINVAL at RSS_START_CONTEXT

  @ETH-TS-001
  Scenario: No virtual clocks
    When PHC_VCLOCKS_GET is asked of the port
    Then the reply has nothing but its header

  @ETH-STAT-006
  Scenario: Groups name their strings
    When all groups of statistics are asked of the port
    Then each group names the string set that has its counters

  @ETH-TS-002
  Scenario: The clock of the device
    When TSINFO_GET is asked of the port
    Then the reply has an index of the clock, as frames are stamped by the device

  @ETH-STAT-003 @needs:mac-merge @needs:pause
  Scenario: Pause counters of the express MAC
    When PAUSE_GET is asked of the port, with statistics: "PAUSE_STATS_SRC 1"
    Then the reply has STATS_SRC 1

  @ETH-FEAT-001
  Scenario: Features that are what they are
    Given somebody listens to ethtool
    When all features are asked for as they are
    Then the reply tells no feature that is not as it was asked for, and none that changed
    And nothing is announced by ethtool

  @ETH-FEAT-001
  Scenario: A feature that cannot be switched
    Given somebody listens to ethtool
    When a feature that cannot be switched is asked for the other way
    Then the reply tells that feature as it was asked for, and none that changed
    And nothing is announced by ethtool

  @ETH-FEAT-001 @law
  Scenario: What came of it
    Then for every change of features, the reply tells what is not as it was asked for, and what changed
