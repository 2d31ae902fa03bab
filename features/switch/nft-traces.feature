Feature: Packets that rules have traced

  A rule says that a packet is to be followed; whoever listens is told of each step that it takes from there on.

  Background:
    Given ports that are up, in no bridge
    And a netdev chain "other"
    And a netdev chain "rules" at ingress of p0, which drops

  @NFT-TRC-001
  Scenario: Each step of a packet
    Given in "other": counter
    And in "rules": load 6@link+6 to r1, r1 == station:A, r2 = #1, r2 to meta nftrace
    And in "rules": load 6@link+6 to r1, r1 == station:B, accept
    And in "rules": jump other
    And in "rules": counter
    And somebody listens to traces
    When a packet from A to broadcast, IPv4, TCP comes in at p0
    Then the trace of the packet is
      | rule in rules: continue   |
      | rule in rules: jump other |
      | rule in other: continue   |
      | end in other: continue    |
      | rule in rules: continue   |
      | end in rules: continue    |
      | policy of rules: drop     |
    And only its first step shows the packet, which came in at p0
    And every step names the same packet

  @NFT-TRC-001
  Scenario Outline: The verdict of a rule: <rule>
    Given in "other": <within>
    And in "rules": r2 = #1, r2 to meta nftrace
    And in "rules": <rule>
    And somebody listens to traces
    When a packet from A to broadcast, IPv4, TCP comes in at p0
    Then the trace of the packet is
      | rule in rules: continue |
      | <first>                 |
      | <second>                |

    Examples:
      | rule       | within  | first                     | second                 |
      | jump other | drop    | rule in rules: jump other | rule in other: drop    |
      | jump other | accept  | rule in rules: jump other | rule in other: accept  |
      | goto other | drop    | rule in rules: goto other | rule in other: drop    |

  @NFT-TRC-001
  Scenario: A rule that comes back
    Given in "other": return
    And in "rules": r2 = #1, r2 to meta nftrace
    And in "rules": jump other
    And in "rules": accept
    And somebody listens to traces
    When a packet from A to broadcast, IPv4, TCP comes in at p0
    Then the trace of the packet is
      | rule in rules: continue   |
      | rule in rules: jump other |
      | rule in other: return     |
      | rule in rules: accept     |

  @NFT-TRC-002
  Scenario: Packets that no rule has traced
    Given in "rules": load 6@link+6 to r1, r1 == station:A, r2 = #1, r2 to meta nftrace
    And in "rules": counter, accept
    And somebody listens to traces
    When a packet from B to broadcast, IPv4, TCP comes in at p0
    Then nothing is traced

  @NFT-TRC-002
  Scenario: A packet that is traced no more
    Given in "rules": r2 = #1, r2 to meta nftrace
    And in "rules": counter
    And in "rules": r2 = #0, r2 to meta nftrace
    And in "rules": accept
    And somebody listens to traces
    When a packet from A to broadcast, IPv4, TCP comes in at p0
    Then the trace of the packet is
      | rule in rules: continue |
      | rule in rules: continue |

  @NFT-TRC-003
  Scenario: One packet through two chains
    Given a netdev chain "late" at ingress of p0 with priority 10
    And in "rules": r2 = #1, r2 to meta nftrace, accept
    And in "late": counter, drop
    And somebody listens to traces
    When a packet from A to broadcast, IPv4, TCP comes in at p0
    Then the trace of the packet is
      | rule in rules: accept |
      | rule in late: drop    |
    And every step names the same packet
