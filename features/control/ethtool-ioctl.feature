Feature: ethtool by ioctl
  Tools still ask by SIOCETHTOOL for what netlink does not have: who drives the device, its statistics, its memories, its self test. What
  both have must be the same.

  Background:
    Given the port is up

  @ETH-IOCTL-001
  Scenario: The driver
    Then the driver has a name, and its counts are those of its string sets

  @ETH-IOCTL-002
  Scenario: Strings of both
    Then for every string set that both know, ioctl and netlink have the same strings

  @ETH-IOCTL-003
  Scenario: Room for too few strings
    When strings are asked for with room for one less than there are
    Then none is written

  @ETH-IOCTL-004
  Scenario: The permanent address
    Then the permanent address is that of the link

  @ETH-IOCTL-004 @needs:mac-address-change
  Scenario: The permanent address stays
    When the address of the port is changed to 02:11:22:33:44:55
    Then the permanent address is that of the link

  @ETH-IOCTL-005
  Scenario: No room for an address
    Then with room for five bytes the permanent address is refused with ETOOSMALL

  @ETH-IOCTL-006
  Scenario: What is not there
    Then an ethtool command that no kernel has is refused with EOPNOTSUPP
    And an ethtool command about a net device that is not there is refused with ENODEV

  @ETH-IOCTL-007
  Scenario: Registers
    Then a dump of registers has the length that the driver tells, and no more than is asked for

  @ETH-IOCTL-008 @law
  Scenario: The memory in parts
    Then for every part of the memory of the device, it reads as in the whole

  @ETH-IOCTL-009
  Scenario: Outside the memory
    Then no bytes, and bytes behind the end of the memory, are refused with EINVAL

  @ETH-IOCTL-010
  Scenario: A write by its magic number
    Then a byte is written with the magic number of the device, and not with another

  @ETH-IOCTL-011
  Scenario: A self test reports
    When the online self test runs
    Then each test has a result, and the test as a whole has failed only if one of them has

  @ETH-IOCTL-012
  Scenario: A port in order
    When the offline self test runs
    Then each test has a result, and the test as a whole has failed only if one of them has
    And every test has passed
    And frames pass in both directions

  @ETH-IOCTL-013
  Scenario: A port without a cable
    When the cable is pulled out
    And the online self test runs
    Then each test has a result, and the test as a whole has failed only if one of them has
    And the test of the link has failed

  @ETH-IOCTL-014
  Scenario: The lamp
    Then the lamp of the port is shown for as long as is asked

  @ETH-IOCTL-015
  Scenario: The link
    Then ioctl and netlink agree about the link
    When the port is set down
    Then ioctl and netlink agree about the link

  @ETH-IOCTL-015 @needs:message-level
  Scenario: The message level
    Then ioctl and netlink agree about the message level

  @ETH-IOCTL-015 @needs:wake-on-lan
  Scenario: Wake-up
    Then ioctl and netlink agree about wake-up

  @ETH-IOCTL-015
  Scenario Outline: The words for <settings>
    Then the words of the ioctl for <settings> are those of netlink

    @needs:rings
    Examples: rings
      | settings  |
      | the rings |

    @needs:channels
    Examples: channels
      | settings     |
      | the channels |

    @needs:pause
    Examples: flow control
      | settings     |
      | flow control |

  @ETH-IOCTL-016
  Scenario: A change by ioctl
    Given changes of the message level are listened to
    When the message level is changed by ioctl
    Then a change of the message level is announced

  @ETH-IOCTL-017
  Scenario: The hash key and the table
    Then ioctl and netlink have the same hash key and table

  @ETH-IOCTL-017 @needs:rss
  Scenario: What was set by ioctl
    When table and key of the hash are changed by ioctl
    Then ioctl and netlink have the same hash key and table

  @ETH-IOCTL-018
  Scenario: Wake-up is changed by ioctl
    Given wake-up by the magic packet is switched off by ioctl
    And changes of wake-up are listened to
    When wake-up by the magic packet is switched on by ioctl
    Then ioctl tells that wake-up is by the magic packet alone
    And ioctl and netlink agree about wake-up
    And a change of wake-up is announced
    When wake-up by the magic packet is switched off by ioctl
    Then ioctl tells that wake-up is off
    And ioctl and netlink agree about wake-up

  @ETH-IOCTL-018
  Scenario: Wake-up that is as it was
    Given wake-up by the magic packet is switched on by ioctl
    And changes of wake-up are listened to
    When wake-up by the magic packet is switched on by ioctl
    Then of wake-up nothing is announced

  @ETH-IOCTL-018
  Scenario: Another mode
    Then a mode of wake-up that the device does not have is refused with EINVAL

  @ETH-IOCTL-019
  Scenario: Private flags
    Then each private flag that is switched by ioctl is told by both interfaces

  @ETH-IOCTL-020
  Scenario: Table and key
    When table and key of the hash are changed by ioctl
    Then netlink tells the new table and the new key of the hash
    When the table of the hash is set to its default by ioctl
    Then the table of the hash goes round all queues

  @ETH-IOCTL-020
  Scenario Outline: The <what> alone
    When the <what> of the hash is changed by ioctl
    Then netlink tells the <table> table and the <key> key of the hash

    Examples:
      | what  | table | key |
      | table | new   | old |
      | key   | old   | new |

  @ETH-IOCTL-021
  Scenario Outline: <what>
    Then <what> is refused by ioctl with EINVAL, and the hash stays

    Examples:
      | what                               |
      | a table of half its size           |
      | a key that is a byte short         |
      | a queue that there is not          |
      | nothing                            |
      | something in reserved bytes        |
      | a transformation that there is not |

  @ETH-IOCTL-022
  Scenario: A context comes, is changed and goes
    When a context is made by ioctl, with a table
    Then it has a number of its own, by which netlink tells the same table as ioctl
    And each entry of its table is the queue 1
    When the context is changed by ioctl to the queue 0 alone
    Then each entry of its table is the queue 0
    When the context is taken away by ioctl
    Then neither interface has the context any more

  @ETH-IOCTL-022
  Scenario: A context as the device makes it
    When a context is made by ioctl
    Then it has a number of its own, by which netlink tells the same table as ioctl

  @ETH-IOCTL-022
  Scenario Outline: <what>
    Then <what> is refused by ioctl with <errno>, and the hash stays

    Examples:
      | what                            | errno  |
      | a context that there is not     | ENOENT |
      | a new context that goes at once | EINVAL |

  @ETH-IOCTL-023
  Scenario Outline: Counters, with a number of <number>
    Then with a number of <number> each counter has a value

    Examples:
      | number       |
      | 0            |
      | the counters |

  @ETH-IOCTL-023 @needs:strings-need-count
  Scenario: Room for too few counters
    Then with a number of one less than the counters no value is written
