Feature: Links that are watched by whether targets answer
  A link that has a carrier may lead nowhere. An aggregate that is given targets asks for them again and again, by ARP or by neighbour
  solicitations, and a member that hears nothing for too long is down. The interval here is 200 ms, and two answers may be missing.

  # Questions.

  @SW-LAGMON-001
  Scenario: The active member asks
    Given an active-backup aggregate with 192.0.2.1/24 that watches p0 and p1 by 192.0.2.9
    When 192.0.2.9 answers at p0 and p1
    Then 192.0.2.9 is asked for at p0 once in each interval, for everybody to hear
    And nothing is asked at p1

  @SW-LAGMON-001
  Scenario: Each target is asked for
    Given an active-backup aggregate with 192.0.2.1/24 that watches p0 and p1 by 192.0.2.9 and 192.0.2.8
    When 192.0.2.9 answers at p0 and p1
    Then 192.0.2.9 is asked for at p0 once in each interval, for everybody to hear
    And 192.0.2.8 is asked for at p0 once in each interval, for everybody to hear

  @SW-LAGMON-001
  Scenario: No interval, no questions
    Given an active-backup aggregate with 192.0.2.1/24 that watches p0 and p1 by 192.0.2.9
    When 192.0.2.9 answers at p0 and p1
    And the aggregate setting IFLA_BOND_ARP_INTERVAL is set to 0
    Then nothing is asked at p0 and p1

  @SW-LAGMON-002
  Scenario Outline: Every member of an <mode> aggregate asks
    Given an <mode> aggregate with 192.0.2.1/24 that watches p0 and p1 by 192.0.2.9
    When 192.0.2.9 answers at p0 and p1
    Then 192.0.2.9 is asked for at p0 once in each interval, for everybody to hear
    And 192.0.2.9 is asked for at p1 once in each interval, for everybody to hear

    Examples:
      | mode        |
      | round-robin |
      | xor         |
      | broadcast   |

  @SW-LAGMON-003
  Scenario: A question from the aggregate's own address
    Given an active-backup aggregate with 192.0.2.1/24 that watches p0 and p1 by 192.0.2.9
    When 192.0.2.9 answers at p0 and p1
    Then it is 192.0.2.1 that asks for 192.0.2.9

  @SW-LAGMON-003
  Scenario: A question from the address in the network of the target
    Given an active-backup aggregate with 198.51.100.1/24 and 192.0.2.1/24 that watches p0 and p1 by 192.0.2.9
    When 192.0.2.9 answers at p0 and p1
    Then it is 192.0.2.1 that asks for 192.0.2.9

  @SW-LAGMON-003
  Scenario: A target to which there is no way
    Given an active-backup aggregate without addresses that watches p0 and p1 by 192.0.2.9
    When 192.0.2.9 answers at p0 and p1
    Then it is 0.0.0.0 that asks for 192.0.2.9

  @SW-LAGMON-003
  Scenario: A target behind a gateway is not on the link
    Given an active-backup aggregate with 192.0.2.1/24 that watches p0 and p1 by 203.0.113.9
    And 203.0.113.0/24 is reached by way of 192.0.2.254 at the aggregate
    When 203.0.113.9 answers at p0 and p1
    Then it is 0.0.0.0 that asks for 203.0.113.9

  @SW-LAGMON-004
  Scenario: The way to the target is another port's
    Given an active-backup aggregate with 198.51.100.1/24 that watches p0 and p1 by 192.0.2.9 and 198.51.100.9
    And the host has 192.0.2.1/24 at p2
    When 198.51.100.9 answers at p0 and p1
    Then 198.51.100.9 is asked for at p0 once in each interval, for everybody to hear
    And nobody asks for 192.0.2.9

  @SW-LAGMON-005
  Scenario: A target in a VLAN
    Given an active-backup aggregate without addresses that watches p0 and p1 by 192.0.2.9
    And a VLAN device with VID 10 over the aggregate
    And the VLAN device has 192.0.2.1/24
    When 192.0.2.9 answers at p0 and p1
    Then 192.0.2.9 is asked for at p0 in the VLAN 10
    And it is 192.0.2.1 that asks for 192.0.2.9

  # Members that go and come.

  @SW-LAGMON-006
  Scenario: The target is silent
    Given an active-backup aggregate with 192.0.2.1/24 that watches p0 and p1 by 192.0.2.9
    When 192.0.2.9 answers at p0 and p1, behind a switch
    Then p0 stays the active member
    When 192.0.2.9 no longer answers at p0
    Then p1 becomes the active member
    And p0 tells 1 link failure
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p1

  @SW-LAGMON-006
  Scenario: The target is silent at one member of an xor aggregate
    Given an xor aggregate with 192.0.2.1/24 that watches p0 and p1 by 192.0.2.9
    When 192.0.2.9 answers at p0 and p1
    Then the link of p0 stays up
    When 192.0.2.9 no longer answers at p0
    Then the link of p0 goes down
    And p0 tells 1 link failure
    And the link of p1 is told as up
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p1

  @SW-LAGMON-007
  Scenario Outline: <count> answers may be missing
    Given an active-backup aggregate with 192.0.2.1/24 and IFLA_BOND_MISSED_MAX <count> that watches p0 and p1 by 192.0.2.9
    When 192.0.2.9 answers at p0 and p1, behind a switch
    And 192.0.2.9 no longer answers at p0
    Then p0 is down when it has asked <count> times for nothing

    Examples:
      | count |
      | 1     |
      | 5     |

  @SW-LAGMON-007
  Scenario: A backup may miss one more
    Given an active-backup aggregate with 192.0.2.1/24 and IFLA_BOND_MISSED_MAX 2 that watches p0 and p1 by 192.0.2.9
    When 192.0.2.9 answers at p0, behind a switch
    And the switch carries no more questions on
    Then p1 is down when p0 has asked 4 times

  @SW-LAGMON-007
  Scenario: A member that has just become the active one
    Given an active-backup aggregate with 192.0.2.1/24 and IFLA_BOND_MISSED_MAX 1 that watches p0 and p1 by 192.0.2.9
    When 192.0.2.9 answers at p0 and p1, behind a switch
    And nobody answers
    Then p1 becomes the active member
    And p1 is down when it has asked 3 times for nothing

  @SW-LAGMON-008
  Scenario Outline: A member of an <mode> aggregate that hears the target again
    Given an <mode> aggregate with 192.0.2.1/24 that watches p0 and p1 by 192.0.2.9
    When nobody answers
    Then the link of p0 goes down
    And the aggregate has no carrier
    When 192.0.2.9 answers at p0
    Then the link of p0 comes up
    And the aggregate has a carrier

    Examples:
      | mode          |
      | active-backup |
      | xor           |

  @SW-LAGMON-009
  Scenario: Members are tried one after the other
    Given an active-backup aggregate with 192.0.2.1/24 that watches p0, p1 and p2 by 192.0.2.9
    When nobody answers
    Then no member is left
    And 192.0.2.9 is asked for at p0, p1 and p2 in turn
    When 192.0.2.9 answers at p2
    Then p2 becomes the active member

  # What counts as an answer.

  @SW-LAGMON-010
  Scenario Outline: <what>, with IFLA_BOND_ARP_VALIDATE <validate>
    Given an active-backup aggregate with 192.0.2.1/24 and IFLA_BOND_ARP_VALIDATE <validate> that watches p0 and p1 by 192.0.2.9
    When <what> at p0, and nobody answers
    Then the link of p0 <becomes>

    Examples:
      | validate | what                                  | becomes   |
      | 0        | somebody talks                        | stays up  |
      | 0        | somebody says by ARP who he is        | stays up  |
      | 1        | somebody talks                        | goes down |
      | 1        | somebody says by ARP who he is        | goes down |
      | 1        | 192.0.2.9 answers somebody else       | goes down |
      | 1        | 192.0.2.9 answers 192.0.2.1           | stays up  |
      | 3        | somebody says by ARP who he is        | goes down |
      | 3        | 192.0.2.9 answers 192.0.2.1           | stays up  |
      | 4        | somebody talks                        | goes down |
      | 4        | somebody says by ARP who he is        | stays up  |
      | 5        | somebody says by ARP who he is        | goes down |

  @SW-LAGMON-011
  Scenario: A backup hears the questions of the active member
    Given an active-backup aggregate with 192.0.2.1/24 and IFLA_BOND_ARP_VALIDATE 3 that watches p0 and p1 by 192.0.2.9
    When 192.0.2.9 answers at p0 and p1, behind a switch
    Then p0 stays the active member
    And the link of p1 stays up

  @SW-LAGMON-011
  Scenario: A backup that does not hear them
    Given an active-backup aggregate with 192.0.2.1/24 and IFLA_BOND_ARP_VALIDATE 2 that watches p0 and p1 by 192.0.2.9
    When somebody talks at p1, and 192.0.2.9 answers at p0
    Then the link of p1 goes down
    And p0 stays the active member

  @SW-LAGMON-012
  Scenario Outline: One of two targets answers, and <wanted>
    Given an active-backup aggregate with 192.0.2.1/24 and IFLA_BOND_ARP_VALIDATE 1 and IFLA_BOND_ARP_ALL_TARGETS <value> that watches p0 and p1 by 192.0.2.9 and 192.0.2.8
    When 192.0.2.9 answers at p0 and p1
    Then the link of p0 <becomes>

    Examples:
      | wanted          | value | becomes   |
      | one is enough   | 0     | stays up  |
      | all have to     | 1     | goes down |

  # IPv6.

  @SW-LAGMON-013 @needs:ipv6-routing
  Scenario: A target of IPv6
    Given an active-backup aggregate with 2001:db8::1/64 that watches p0 and p1 by 2001:db8::9
    When 2001:db8::9 answers at p0 and p1
    Then 2001:db8::9 is solicited at p0 once in each interval, of its group, by 2001:db8::1
    And nothing is asked at p1

  @SW-LAGMON-014 @needs:ipv6-routing
  Scenario Outline: <what>, with IFLA_BOND_ARP_VALIDATE 1
    Given an active-backup aggregate with 2001:db8::1/64 and IFLA_BOND_ARP_VALIDATE 1 that watches p0 and p1 by 2001:db8::9
    When <what> at p0, and nobody answers
    Then the link of p0 <becomes>

    Examples:
      | what                                | becomes   |
      | 2001:db8::9 answers 2001:db8::1     | stays up  |
      | 2001:db8::9 answers somebody else   | goes down |
      | 2001:db8::7 answers 2001:db8::1     | goes down |
      | somebody talks                      | goes down |
