Feature: Frames pass
  Before any offload there is the plain job: what the host sends is on the cable, and what is on the cable reaches the host.

  Background:
    Given the port is up

  @NIC-BASE-001
  Scenario Outline: A <network> packet passes both ways
    When the host sends a UDP datagram over <network>, and the far end sends one
    Then both arrive unchanged

    Examples:
      | network |
      | IPv4    |
      | IPv6    |

  @NIC-BASE-001 @law
  Scenario: Packets of both versions pass
    Then for every UDP datagram over IPv4 and IPv6, it passes unchanged in both directions

  @NIC-BASE-002
  Scenario Outline: A frame of type <type> with <length> bytes passes both ways
    When a frame of type <type> with <length> bytes is sent in both directions
    Then both frames arrive unchanged, with nothing behind them but padding

    Examples: types that somebody parses, and types that nobody does
      | type   | length |
      | 0x0000 | 60     |
      | 0x05ff | 61     |
      | 0x0806 | 64     |
      | 0x0800 | 100    |
      | 0x86dd | 100    |
      | 0x8847 | 200    |
      | 0x88b5 | 1514   |
      | 0x88cc | 300    |
      | 0xffff | 1513   |

  @NIC-BASE-002 @law
  Scenario: Whatever it is, it passes
    Then for every type, length and content, a frame passes unchanged in both directions

  @NIC-BASE-003
  Scenario: A thousand frames stay in order
    When 1000 numbered frames of one flow are sent in each direction
    Then they arrive once each, in order

  @NIC-BASE-003 @law
  Scenario: Every burst stays in order
    Then for every burst of frames of one flow, they arrive in order in both directions

  @NIC-LOOP-001
  Scenario: Back while it is on, out once it is off
    Given the feature "loopback" is on
    When the host sends 10 frames in loopback
    Then they come back once each, and none is on the cable
    When the feature "loopback" is switched off
    Then frames pass in both directions

  @NIC-LOOP-001 @law
  Scenario: Every frame comes back
    Given the feature "loopback" is on
    Then for every frame, it comes back unchanged and does not leave
