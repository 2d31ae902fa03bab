Feature: Transmit checksum
  The kernel hands the device a start and an offset, not a protocol. The device sums from the start to the end of the frame
  and stores the complement at start plus offset.

  Background:
    Given the port is up

  @NIC-CSUM-001
  Scenario Outline: The checksum of a <protocol> datagram over <network> is filled in
    When the host sends a <protocol> segment of <length> payload bytes over <network> that asks for its checksum
    Then the frame on the wire is that segment with its checksum filled in

    Examples:
      | protocol | network | length |
      | TCP      | IPv4    | 1      |
      | TCP      | IPv6    | 1460   |
      | UDP      | IPv4    | 100    |
      | UDP      | IPv6    | 101    |

  @NIC-CSUM-001 @law
  Scenario: For every start, offset and content the sum runs from the start to the end
    Then for every start, offset and content, the device sums from the start to the end of the frame
