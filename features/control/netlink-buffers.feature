Feature: Receive buffers
  What the kernel says waits in the receive buffer of a socket until somebody reads it. Readers are slow, buffers are small, and a list
  may be longer than both: a reader has to be able to tell what it has missed.

  @NL-BUF-001 @needs:netlink-buffers
  Scenario: Too much to tell
    Given a socket with room for 4096 bytes listens to addresses
    When 60 addresses come before it reads
    Then its first read fails with ENOBUFS
    And the reads behind that tell the first of the addresses in order, and not all of them

  @NL-BUF-002 @needs:netlink-buffers
  Scenario: Lost again before the reader has caught up
    Given a socket with room for 4096 bytes listens to addresses
    When 60 addresses come before it reads
    And it reads twice
    And 1 address comes
    Then the reads behind that tell no address that came since, and no error

  @NL-BUF-002 @needs:netlink-buffers
  Scenario: Caught up
    Given a socket with room for 4096 bytes listens to addresses
    When 60 addresses come before it reads
    And it reads all that is there
    And 1 address comes
    Then its next read tells that address

  @NL-BUF-003 @needs:netlink-buffers @needs:netlink-options
  Scenario: Losses that nobody wants to know of
    Given a socket with room for 4096 bytes listens to addresses, and does not want to know of losses
    When 60 addresses come before it reads
    And it reads twice
    And 1 address comes
    Then the reads behind that tell the address that came since, and no error

  @NL-BUF-004 @needs:netlink-buffers
  Scenario Outline: Two readers, of whom the <which> is slow
    Given two sockets listen to addresses, the <which> with room for 4096 bytes
    When 60 addresses come before they read
    Then the other is told all of them in order

    Examples:
      | which  |
      | first  |
      | second |

  @NL-BUF-005 @needs:netlink-buffers
  Scenario Outline: A read of <length> bytes
    Given a socket with room for 100000 bytes listens to addresses
    When 1 address comes
    Then a read into a buffer of <length> bytes gives that many bytes of the announcement, and its whole length

    Examples:
      | length |
      | 1      |
      | 20     |

  @NL-BUF-006 @needs:netlink-buffers
  Scenario: Behind a read that was too short
    Given a socket with room for 100000 bytes listens to addresses
    When 2 addresses come
    And it reads 20 bytes
    Then its next read tells the second address

  @NL-BUF-007 @needs:netlink-buffers @needs:bridge
  Scenario Outline: Parts for a buffer of <length> bytes
    Given 60 bridges
    When a dump of links is read into buffers of <length> bytes
    Then no part of it was cut
    And it comes in several parts, and every link is in it once

    Examples:
      | length |
      | 4096   |
      | 8192   |
      | 16384  |
      | 65536  |

  @NL-BUF-008 @needs:netlink-buffers @needs:bridge
  Scenario: Parts for a long buffer
    Given 60 bridges
    When a dump of links is read into buffers of 65536 bytes
    Then a part of it is longer than 8192 bytes, and none than 32768

  @NL-BUF-009 @needs:netlink-buffers @needs:bridge
  Scenario: A dump that is longer than the receive buffer
    Given 60 bridges
    When a dump of links is read through a socket with room for 4096 bytes
    Then it comes in several parts, and every link is in it once

  @NL-BUF-010 @needs:netlink-buffers
  Scenario: A request without room for its answer
    Given a socket with room for 4096 bytes listens to addresses
    When 60 addresses come before it reads
    And the socket asks for one more address
    Then the reads of the socket give no acknowledgement
    And the address is there
