Feature: Flow steering by n-tuple rules
  A rule names a flow by fields and masks, and a queue to which its packets go, before receive-side scaling is asked.

  Background:
    Given the port is up
    And the feature "rx-ntuple-filter" is on
    And nothing is merged on receive

  @NIC-NTP-001
  Scenario Outline: A rule for <fields> of <flow>
    Given everything hashed arrives at queue 0
    And an n-tuple rule for <fields> of a <flow> flow, to the highest queue
    When the far end sends 40 packets of that flow, and 40 that differ from it in <fields>
    Then the 40 packets of the flow arrive at the highest queue, the others at queue 0

    Examples:
      | flow | fields                           |
      | tcp4 | the source                       |
      | tcp4 | the destination                  |
      | tcp4 | the source port                  |
      | tcp4 | the destination port             |
      | tcp4 | the addresses                    |
      | tcp4 | the addresses and the ports      |
      | udp4 | the source                       |
      | udp4 | the destination                  |
      | udp4 | the source port                  |
      | udp4 | the destination port             |
      | udp4 | the addresses                    |
      | udp4 | the addresses and the ports      |
      | tcp6 | the source                       |
      | tcp6 | the destination                  |
      | tcp6 | the source port                  |
      | tcp6 | the destination port             |
      | tcp6 | the addresses                    |
      | tcp6 | the addresses and the ports      |
      | udp6 | the source                       |
      | udp6 | the destination                  |
      | udp6 | the source port                  |
      | udp6 | the destination port             |
      | udp6 | the addresses                    |
      | udp6 | the addresses and the ports      |

  @NIC-NTP-001
  Scenario: A rule of one protocol leaves the other alone
    Given everything hashed arrives at queue 0
    And an n-tuple rule for the addresses and the ports of a tcp4 flow, to the highest queue
    When the far end sends 10 packets of UDP with the same addresses and ports
    Then they all arrive at queue 0

  @NIC-NTP-001 @law
  Scenario: Every rule steers what it describes
    Given everything hashed arrives at queue 0
    Then for every n-tuple rule and every packet, the packet is moved if and only if it agrees with the rule

  @NIC-NTP-002
  Scenario: A flow before, with and after its rule
    Given everything hashed arrives at queue 0
    When the far end sends packets of a tcp4 flow
    Then they all arrive at queue 0
    When an n-tuple rule for that flow, to the highest queue, is inserted
    And the far end sends packets of that flow
    Then they all arrive at the highest queue
    When the n-tuple rule is deleted
    And the far end sends packets of that flow
    Then they all arrive at queue 0

  @NIC-NTP-002 @law
  Scenario: Rules come and go in every order
    Given everything hashed arrives at queue 0
    Then for every sequence of inserting and deleting n-tuple rules, a flow is steered while its rule is there

  @NIC-NTP-003
  Scenario Outline: A rule with a mask over <part> of <field>
    Given everything hashed arrives at queue 0
    When an n-tuple rule with a mask over <part> of <field> is asked for
    Then it is refused and nothing is steered, or it steers by these bits alone

    Examples:
      | part                | field                |
      | the upper half      | the source           |
      | the lower half      | the source           |
      | one bit             | the destination      |
      | the upper half      | the destination port |
      | one bit             | the source port      |

  @NIC-NTP-003 @law
  Scenario: Every mask is compared or refused
    Given everything hashed arrives at queue 0
    Then for every n-tuple mask, the rule is refused, or it compares each bit of the mask and no other

  @NIC-NTP-004
  Scenario Outline: A rule for queue <queue>
    When an n-tuple rule to <queue> is asked for
    Then the n-tuple rule is refused with EINVAL
    And there is no n-tuple rule

    Examples:
      | queue                    |
      | the number of queues     |
      | 1000                     |

  @NIC-NTP-004
  Scenario: A rule that drops
    Given an n-tuple rule for the destination port of a udp4 flow, that drops
    When the far end sends 5 packets of that flow, and 5 of another
    Then only the 5 packets of the other flow reach the host

  @NIC-NTP-006
  Scenario: One rule more than fit
    Given everything hashed arrives at queue 0
    And as many n-tuple rules for destination ports as fit, to the highest queue
    When one more n-tuple rule is asked for
    Then the n-tuple rule is refused with ENOSPC
    And packets to the first, a middle and the last of these ports arrive at the highest queue

  @NIC-NTP-009
  Scenario: The queue of a rule cannot be taken away
    Given an n-tuple rule for the destination port of a udp4 flow, to the highest queue
    When a channel is taken away
    Then the change of channels is refused with EINVAL
    And the n-tuple rule reads back as it was inserted
    And the channels are as many as before

  @NIC-NTP-010
  Scenario Outline: A <flow> rule reads back
    When an n-tuple rule for the addresses and the ports of a <flow> flow, to the highest queue, is inserted
    Then the n-tuple rule reads back as it was inserted
    And the list of n-tuple rules holds its location once

    Examples:
      | flow  |
      | tcp4  |
      | udp4  |
      | sctp4 |
      | tcp6  |
      | udp6  |

  @NIC-NTP-010 @law
  Scenario: Every accepted rule reads back
    Then for every n-tuple rule that is accepted, it reads back as it was inserted

  @NIC-NTP-011
  Scenario: The device chooses locations
    When 8 n-tuple rules for any location are inserted
    Then they have 8 different locations, each in the list

  @NIC-NTP-011
  Scenario: The device leaves rules alone when it chooses
    Given an n-tuple rule at each of the locations 0, 1 and 3
    When an n-tuple rule for any location is inserted
    Then it is at none of the locations 0, 1 and 3
    And these n-tuple rules read back as they were inserted

  @NIC-NTP-012
  Scenario: Two rules for one location
    Given everything hashed arrives at queue 0
    And an n-tuple rule for destination port 1000 at location 2, to the highest queue
    When an n-tuple rule for destination port 2000 at location 2, to the highest queue, is inserted
    Then packets to port 2000 arrive at the highest queue
    And packets to port 1000 arrive at queue 0
    And there is one n-tuple rule
