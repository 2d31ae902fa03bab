Feature: What a physical function says of its virtual functions

  The settings of virtual functions are read and written over rtnetlink: IFLA_VFINFO_LIST of the physical function's link.

  Background:
    Given sriov_numvfs is set to 2

  @SRIOV-VF-001
  Scenario: Who does not ask is not told
    When the link is read without a mask
    Then it tells nothing of functions

  @SRIOV-VF-001
  Scenario: Who asks is told
    When the link is read with the mask 1
    Then it tells of VF 0 and VF 1, in this order

  @SRIOV-VF-002
  Scenario: Statistics are left out for who does not want them
    When the link is read with the mask 9
    Then it tells of VF 0 and VF 1, without statistics

  @SRIOV-VF-003
  Scenario: What an entry is made of
    When the link is read with the mask 1
    Then each entry has these attributes of these lengths, in this order
      | attribute            | bytes |
      | IFLA_VF_MAC          | 36    |
      | IFLA_VF_BROADCAST    | 32    |
      | IFLA_VF_VLAN         | 12    |
      | IFLA_VF_RATE         | 12    |
      | IFLA_VF_TX_RATE      | 8     |
      | IFLA_VF_SPOOFCHK     | 8     |
      | IFLA_VF_LINK_STATE   | 8     |
      | IFLA_VF_RSS_QUERY_EN | 8     |
      | IFLA_VF_TRUST        | 8     |
      | IFLA_VF_VLAN_LIST    | 20    |
      | IFLA_VF_STATS        | 96    |

  @SRIOV-VF-004
  Scenario: A MAC
    When the MAC of VF 1 is set to 02:00:5e:00:53:11
    Then the MAC of VF 1 is 02:00:5e:00:53:11

  @SRIOV-VF-005
  Scenario Outline: <address> is no address of a function
    Given the MAC of VF 0 is set to 02:00:5e:00:53:10
    When somebody sets the MAC of VF 0 to <address>
    Then it is refused with EINVAL
    And the MAC of VF 0 is 02:00:5e:00:53:10

    Examples:
      | address           |
      | 01:00:5e:00:00:01 |
      | ff:ff:ff:ff:ff:ff |

  @SRIOV-VF-006
  Scenario: Zero leaves the choice to the function
    Given the MAC of VF 0 is set to 02:00:5e:00:53:10
    When somebody sets the MAC of VF 0 to 00:00:00:00:00:00
    Then it is accepted
    And the MAC of VF 0 is not 02:00:5e:00:53:10

  @SRIOV-VF-007
  Scenario Outline: There is no VF <number>
    When somebody sets the <setting> of VF <number>
    Then it is refused with EINVAL

    Examples:
      | setting     | number     |
      | MAC         | 2          |
      | VLAN        | 2          |
      | rate        | 2          |
      | spoof check | 2          |
      | link state  | 2          |
      | trust       | 2          |
      | MAC         | 2147483647 |
      | VLAN        | 4294967295 |
      | trust       | 2147483648 |

  @SRIOV-VF-008
  Scenario Outline: VLAN <vlan> with priority <qos>
    When the VLAN of VF 0 is set to <vlan> with priority <qos>
    Then the VLAN of VF 0 is <vlan>
    And the priority of VF 0 is <qos>

    Examples:
      | vlan | qos |
      | 1    | 0   |
      | 4094 | 7   |
      | 100  | 3   |
      | 0    | 5   |

  @SRIOV-VF-008
  Scenario: Both forms of a VLAN
    When the VLAN of VF 0 is set to 100 with priority 3
    Then the list of VLANs of VF 0 has 100 with priority 3 and the customer protocol, and nothing else

  @SRIOV-VF-008
  Scenario: No VLAN any more
    Given the VLAN of VF 0 is set to 100 with priority 3
    When the VLAN of VF 0 is set to 0 with priority 0
    Then the VLAN of VF 0 is 0
    And the priority of VF 0 is 0

  @SRIOV-VF-009
  Scenario Outline: VLAN <vlan> with priority <qos> is none
    Given the VLAN of VF 0 is set to 100 with priority 3
    When somebody sets the VLAN of VF 0 to <vlan> with priority <qos>
    Then it is refused with EINVAL
    And the VLAN of VF 0 is 100
    And the priority of VF 0 is 3

    Examples:
      | vlan | qos |
      | 4096 | 0   |
      | 5000 | 1   |
      | 10   | 8   |

  @SRIOV-VF-010
  Scenario: A tag of another protocol is told as it was taken, or refused
    When somebody sets the VLAN of VF 0 to 100 of protocol 0x88a8
    Then it is refused with EPROTONOSUPPORT, or VF 0 tells the protocol 0x88a8

  @SRIOV-VF-011
  Scenario Outline: A list of <count> VLANs
    When somebody sets a list of <count> VLANs for VF 0
    Then it is refused with <errno>

    Examples:
      | count | errno      |
      | 0     | EINVAL     |
      | 2     | EOPNOTSUPP |

  @SRIOV-VF-011
  Scenario: A list of one VLAN is that VLAN
    When somebody sets a list of 1 VLANs for VF 0
    Then it is accepted
    And the VLAN of VF 0 is 100

  @SRIOV-VF-012
  Scenario: A rate
    When the rate of VF 0 is set to 100
    Then the rate of VF 0 is 100
    And the old form of the rate of VF 0 tells 100

  @SRIOV-VF-013
  Scenario: A highest rate below the lowest
    Given the rate of VF 0 is set to 200
    When somebody sets the rates of VF 0 to 100 and 50
    Then it is refused with EINVAL
    And the rate of VF 0 is 200

  @SRIOV-VF-013 @needs:sriov-vf-min-rate
  Scenario: A lowest rate, and no highest
    When somebody sets the rates of VF 0 to 100 and 0
    Then it is accepted
    And the rates of VF 0 are 100 and 0

  @SRIOV-VF-014 @needs:sriov-vf-min-rate
  Scenario: Who knows of one rate only leaves the other
    Given the rates of VF 0 are set to 10 and 200
    When the rate of VF 0 is set to 100 as it was done before
    Then the rates of VF 0 are 10 and 100

  @SRIOV-VF-015
  Scenario: A rate beyond what the link carries
    Given the rate of VF 0 is set to 200
    When somebody sets the rates of VF 0 to 0 and 2000000
    Then it is refused with EINVAL
    And the rate of VF 0 is 200

  @SRIOV-VF-016
  Scenario: The spoof check
    When the spoof check of VF 0 is switched off
    Then the spoof check of VF 0 is 0
    When the spoof check of VF 0 is switched on
    Then the spoof check of VF 0 is 1

  @SRIOV-VF-017
  Scenario Outline: Link state <state>
    When the link state of VF 0 is set to <state>
    Then the link state of VF 0 is <state>

    Examples:
      | state |
      | 1     |
      | 2     |
      | 0     |

  @SRIOV-VF-017
  Scenario: There is no link state 3
    When somebody sets the link state of VF 0 to 3
    Then it is refused with EINVAL
    And the link state of VF 0 is 0

  @SRIOV-VF-018
  Scenario: Trust
    When VF 0 is trusted
    Then the trust of VF 0 is 1
    And the trust of VF 1 is 0
    When VF 0 is not trusted
    Then the trust of VF 0 is 0

  @SRIOV-VF-019
  Scenario Outline: <what>
    When somebody sets <request> of VF 0
    Then it is refused with <errno>

    Examples:
      | what                          | request              | errno  |
      | Nothing to set                | nothing              | EINVAL |
      | Half of an attribute          | half of a MAC        | ERANGE |
      | What can only be read         | the broadcast address | EINVAL |
      | An attribute of another place | another attribute    | EINVAL |

  @SRIOV-VF-020
  Scenario: What stands behind a refusal is not done, what stands before it is
    When somebody sets a MAC, a VLAN that is none, and trust of VF 0 in one request
    Then it is refused with EINVAL
    And the MAC of VF 0 is 02:00:5e:00:53:77
    And the trust of VF 0 is 0

  @SRIOV-VF-021
  Scenario: Two functions in one request
    When the MACs of VF 0 and VF 1 are set in one request
    Then the MAC of VF 0 is 02:00:5e:00:53:70
    And the MAC of VF 1 is 02:00:5e:00:53:71

  @SRIOV-VF-022
  Scenario: A change is announced, without what was not asked for
    Given somebody listens to links
    When VF 0 is trusted
    Then the port is announced once, without functions

  @SRIOV-VF-023
  Scenario: A new driver lets nobody query the hash of the physical function
    When somebody sets the RSS query of VF 0
    Then it is refused with EOPNOTSUPP

  @SRIOV-VF-024
  Scenario: Ethernet has no GUID
    When somebody sets the GUID of VF 0
    Then it is refused with EOPNOTSUPP

  @SRIOV-VF-025
  Scenario Outline: The <setting> of one function is not that of another
    When somebody sets the <setting> of VF 1
    Then it is accepted
    And VF 0 is as it was

    Examples:
      | setting     |
      | MAC         |
      | VLAN        |
      | rate        |
      | spoof check |
      | link state  |
      | trust       |

  @SRIOV-VF-026 @law
  Scenario: Set and told
    Then for every setting of a function, it is told as it was set, or it is refused and nothing has changed

  @SRIOV-VF-027
  Scenario: Six tenths of the link, twice
    Given the port is up
    And 60 percent of the link are promised to VF 0
    When 60 percent of the link are promised to VF 1
    Then it is refused with EINVAL
    And nothing is promised to VF 1
    When 30 percent of the link are promised to VF 0
    And 60 percent of the link are promised to VF 1
    Then it is accepted
