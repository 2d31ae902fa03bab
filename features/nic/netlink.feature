Feature: The netlink interface of a port
  Everything but the frames themselves goes through netlink. What a tool may rely on is not only that a right request works, but
  also how a wrong one is refused, and who learns of a change.

  Background:
    Given the port is up

  @NIC-NL-001
  Scenario Outline: An unknown attribute <where>
    When <query> is asked for with an unknown attribute <where>
    Then it is refused with EINVAL at that attribute
    And the message is "Unknown attribute type"

    Examples:
      | query           | where              |
      | the features    | behind the header  |
      | the features    | before the header  |
      | the features    | in the header      |
      | the link state  | behind the header  |
      | the channels    | in the header      |

  @NIC-NL-001 @law
  Scenario: Every unknown attribute is refused where it stands
    Then for every number, length and place of an unknown attribute, the query is refused at that attribute

  @NIC-NL-002
  Scenario Outline: An index of <length> bytes
    When the features are asked for with a device index of <length> bytes
    Then it is refused with EINVAL at that attribute

    Examples:
      | length |
      | 0      |
      | 1      |
      | 3      |
      | 5      |
      | 8      |

  @NIC-NL-002
  Scenario: A name without an end
    When the features are asked for with a device name that is not terminated
    Then it is refused with EINVAL at that attribute

  @NIC-NL-002 @law
  Scenario: Every wrong length is refused
    Then for every length but four, a query with a device index of that length is refused at that attribute

  @NIC-NL-003
  Scenario Outline: The switch tx-push is set to <value>
    When the ring option tx-push is set to the number <value>
    Then it is refused with ERANGE at that attribute
    And the message is "integer out of range"

    Examples:
      | value |
      | 2     |
      | 255   |

  @NIC-NL-003
  Scenario: A flag that is not defined
    When the features are asked for with the header flags 0x80000000
    Then it is refused with EINVAL at that attribute
    And the message is "reserved bit set"

  @NIC-NL-004
  Scenario Outline: <query> without a header
    When <query> is asked for without a header
    Then it is refused with EINVAL, and the missing attribute is the header

    Examples:
      | query          |
      | the features   |
      | the link state |
      | the channels   |

  @NIC-NL-005
  Scenario: A name that no net device has
    When the features are asked for of the net device "nosuchdev0"
    Then it is refused with ENODEV at the name
    And the message is "no device matches name"

  @NIC-NL-005
  Scenario: An index that no net device has
    When the features are asked for of the net device with the index 1000000
    Then it is refused with ENODEV at the index
    And the message is "no device matches ifindex"

  @NIC-NL-006 @needs:vlan-device
  Scenario: An index and a name that do not belong together
    Given an 802.1Q VLAN device with VID 100
    When the features are asked for with the index of the port and the name of the VLAN device
    Then it is refused with ENODEV at the header
    And the message is "ifindex and name do not match"

  @NIC-NL-006
  Scenario: An index and a name that belong together
    When the features are asked for with the index and the name of the port
    Then it is accepted

  @NIC-NL-007
  Scenario Outline: A dump of <objects>
    When a dump of <objects> is asked for
    Then every message of it is marked as one of several, and DONE is the last
    And the port is in it once

    Examples:
      | objects       |
      | the links     |
      | the features  |
      | link states   |

  @NIC-NL-008
  Scenario: Acknowledged as asked for
    When the features are asked for, to be acknowledged
    Then a reply comes and then an acknowledgement, and nothing more
    When the features are asked for, not to be acknowledged
    Then a reply comes, and nothing more

  @NIC-NL-008
  Scenario: A change is acknowledged as asked for
    When the MTU is set to 1400, to be acknowledged
    Then an acknowledgement comes, and nothing more
    When the MTU is set to 1500, not to be acknowledged
    Then nothing comes

  @NIC-NL-009
  Scenario Outline: A failure is answered, <acknowledged>
    When the features are asked for of a net device that is not there, <acknowledged>
    Then one error comes, and nothing more

    Examples:
      | acknowledged           |
      | to be acknowledged     |
      | not to be acknowledged |

  @NIC-NL-010
  Scenario: Success quotes the header
    When the MTU is set to 1400, to be acknowledged
    Then the acknowledgement quotes the header of the request and is marked as capped

  @NIC-NL-010
  Scenario: Failure quotes the request
    When the features are asked for of a net device that is not there, to be acknowledged
    Then the error quotes the whole request

  @NIC-NL-010 @law
  Scenario: Every failure quotes its request
    Then for every name that no net device has, the error quotes the whole request

  @NIC-NL-011
  Scenario Outline: The <setting> reads back
    When the <setting> is set to <value>
    Then the <setting> is <value>

    Examples:
      | setting               | value      |
      | MTU                   | 1280       |
      | transmit queue length | 77         |
      | group                 | 42         |
      | alias                 | uplink one |

  @NIC-NL-011
  Scenario: A refused MTU leaves the old one
    When an MTU of 1 is asked for
    Then it is refused with EINVAL
    And the MTU is 1500

  @NIC-NL-011 @law
  Scenario: Every MTU reads back or leaves the old one
    Then for every sequence of MTUs, each one that is accepted reads back and each one that is refused changes nothing

  @NIC-NL-012
  Scenario: Two listeners learn of a change
    Given two sockets listen to the link announcements
    When the MTU is set to 1400
    Then each of them learns that the MTU is 1400

  @NIC-NL-012
  Scenario: Nobody learns of a refusal
    Given two sockets listen to the link announcements
    When an MTU of 1 is asked for
    Then neither of them learns of anything

  @NIC-NL-012
  Scenario: Who has left learns nothing
    Given two sockets listen to the link announcements
    When one of them leaves the group
    And the MTU is set to 1400
    Then the other learns that the MTU is 1400, and the one that left of nothing

  @NIC-NL-014
  Scenario: A header that is not marked as a nest
    When the features are asked for with a header that is not marked as a nest
    Then it is refused with EINVAL at the header
    And the message is "NLA_F_NESTED is missing"

  @NIC-NL-015
  Scenario: A command that the family does not have
    When command 200 of the ethtool family is asked for
    Then it is refused with EOPNOTSUPP

  @NIC-NL-015
  Scenario: A family that does not exist
    When a command of the family 1000 is asked for
    Then it is refused with ENOENT

  @NIC-NL-015
  Scenario: An operation that rtnetlink does not have
    When the rtnetlink operation 4000 is asked for
    Then it is refused with EOPNOTSUPP

  @NIC-NL-016
  Scenario: A failure in the middle
    When three queries are sent in one datagram, and the second is for a net device that is not there
    Then the first and the third are answered and the second is refused, in this order

  @NIC-NL-016 @law
  Scenario: Every batch is answered in order
    Then for every batch of good and bad queries, each is answered in order

  @NIC-NL-018 @law
  Scenario: A damaged query does no harm
    Then for every change of the bytes of a query, the next query is answered as before

  @NIC-NL-019
  Scenario: The ethtool family
    When the family "ethtool" is looked up
    Then it has a number and the multicast group "monitor"

  @NIC-NL-019
  Scenario: A family that nobody registered
    When the family "nosuchfamily" is looked up
    Then it is refused with ENOENT

  @NIC-NL-021
  Scenario: Features by name and by position
    When the features are asked for in both forms
    Then both forms name the same features

  @NIC-NL-022 @needs:tx-scatter-gather-switch
  Scenario: What is not met is in the reply
    When scatter-gather is switched off and "tx-generic-segmentation" on in one request
    Then the reply says that "tx-generic-segmentation" was asked to be on and is off
    And the reply says that "tx-scatter-gather" has changed to off

  @NIC-NL-023
  Scenario: Just do it
    When "tx-generic-segmentation" is switched off, without a reply
    Then an acknowledgement comes, and nothing more
    And the feature "tx-generic-segmentation" is not in force

  @NIC-NL-024
  Scenario: A misspelt feature
    Given the feature "rx-gro" is on
    When "rx-gro" and "rx-gor" are switched off in one request
    Then it is refused with EOPNOTSUPP at the misspelt name
    And the message is "bit name not found"
    And the feature "rx-gro" is in force

  @NIC-NL-026
  Scenario Outline: <bytes> bytes behind the last attribute
    When the features are asked for with <bytes> bytes behind the last attribute
    Then it is refused with EINVAL
    And the message is "bytes leftover after parsing attributes"

    Examples:
      | bytes |
      | 1     |
      | 3     |

  @NIC-NL-027
  Scenario Outline: <query> of the port
    When <query> is asked for
    Then the reply names the port by index and name

    Examples:
      | query          |
      | the features   |
      | the link state |

  @NIC-NL-027 @needs:vlan-device
  Scenario: A dump of features names every net device
    Given an 802.1Q VLAN device with VID 100
    When a dump of the features is asked for
    Then each net device is named in it, once

  @NIC-NL-027
  Scenario: An announcement names the port
    Given the feature "rx-gro" is on
    And the ethtool announcements are listened to
    When the feature "rx-gro" is switched off
    Then the announcement names the port by index and name

  @NIC-NL-028
  Scenario Outline: The maximum <what> is to be set
    When the maximum <what> is to be set
    Then it is refused with EINVAL at that attribute
    And the message is "Unsupported attribute"

    Examples:
      | what                       |
      | count of receive channels  |
      | size of the receive ring   |
