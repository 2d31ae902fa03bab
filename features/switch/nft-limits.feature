Feature: Expressions that remember, and those that make numbers

  Background:
    Given ports that are up, in no bridge
    And frames of every VLAN are let in
    And a netdev chain "rules" at ingress of p0

  @NFT-LIM-001
  Scenario: So many packets at once
    Given in "rules": limit 1 packets in 3600 s burst 3, fwd p1
    When 5 packets from A to broadcast come in at p0
    Then 3 of the packets leave at p1

  @NFT-LIM-002
  Scenario: Packets beyond a limit
    Given in "rules": limit over 1 packets in 3600 s burst 3, drop
    And in "rules": fwd p1
    When 5 packets from A to broadcast come in at p0
    Then 3 of the packets leave at p1

  @NFT-LIM-003
  Scenario: A token that comes back
    Given in "rules": limit 5 packets in 1 s burst 1, fwd p1
    When 3 packets from A to broadcast come in at p0
    Then 1 of the packets leaves at p1
    When 300 milliseconds pass
    And 3 packets from A to broadcast come in at p0
    Then 1 of the packets leaves at p1

  @NFT-LIM-004
  Scenario: So many bytes at once
    Given in "rules": limit 1 bytes in 3600 s burst 130, fwd p1
    When 5 packets from A to broadcast come in at p0
    Then 2 of the packets leave at p1

  @NFT-LIM-005
  Scenario: A quota
    Given in "rules": quota until 120, fwd p1
    When 5 packets from A to broadcast come in at p0
    Then 2 of the packets leave at p1

  @NFT-LIM-005
  Scenario: A quota that is over
    Given in "rules": quota over 120, drop
    And in "rules": fwd p1
    When 5 packets from A to broadcast come in at p0
    Then 2 of the packets leave at p1

  @NFT-LIM-006
  Scenario: A counter
    Given in "rules": load 6@link+6 to r1, r1 == station:A, counter, fwd p1
    When 3 packets from A to broadcast come in at p0
    Then 3 of the packets leave at p1
    When a packet from B to broadcast comes in at p0
    Then the counter in "rules" reads 3 packets of 180 bytes

  @NFT-LIM-007
  Scenario: A quota that has a name
    Given a netdev quota "shared" of 120 bytes
    And in "rules": load 6@link+6 to r1, r1 == station:A, object quota shared, fwd p1
    And in "rules": load 6@link+6 to r1, r1 == station:B, object quota shared, fwd p2
    When 2 packets from A to broadcast come in at p0
    Then 2 of the packets leave at p1
    When a packet from B to broadcast comes in at p0
    Then the packet leaves at nowhere

  @NFT-LIM-008
  Scenario: A quota that has a name is used up
    Given a netdev quota "shared" of 120 bytes
    And in "rules": object quota shared, fwd p1
    And somebody listens to rules
    When a packet from A to broadcast comes in at p0
    Then it is told 0 times that the quota "shared" is used up
    When a packet from A to broadcast comes in at p0
    Then it is told 1 time that the quota "shared" is used up
    When 2 packets from A to broadcast come in at p0
    Then it is told 0 times that the quota "shared" is used up

  @NFT-NUM-001
  Scenario: Packets by turns
    Given in "rules": r1 = count mod 3, r1 == #0, fwd p1
    And in "rules": fwd p2
    When 4 packets from A to broadcast come in at p0
    Then the packets leave at p1, p2, p2 and p1 in turn

  @NFT-NUM-002
  Scenario: Jenkins' hash
    Given in "rules": r1 = 0a0000010a000002c0a80001, r2 = jhash r1 of 12 bytes mod 65536 seed 1, r2 == #53904, fwd p1
    And in "rules": r1 = 0a000001, r2 = jhash r1 of 4 bytes mod 1000 seed 77, r2 == #323, fwd p2
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1

  @NFT-NUM-003
  Scenario: A hash that both directions of a flow have
    Given in "rules": r1 = symhash mod 2, r1 == #0, fwd p1
    And in "rules": fwd p2
    Then the two directions of each flow into p0 leave at one port, and not all flows at the same

  @NFT-EXT-001
  Scenario: An extension header of IPv6
    Given in "rules": whether ip6 header 44 to r1, r1 == 01, fwd p1
    And in "rules": whether ip6 header 44 to r1, r1 == 00, fwd p2
    When a packet from A to broadcast, IPv6, a fragment comes in at p0
    Then the packet leaves at p1
    When a packet from A to broadcast, IPv6 comes in at p0
    Then the packet leaves at p2

  @NFT-EXT-002
  Scenario: An option of TCP
    Given in "rules": load 2@tcp option 2+2 to r1, r1 == 05b4, fwd p1
    When a packet from A to broadcast that is TCP with a maximum segment size of 1460 behind a no-operation comes in at p0
    Then the packet leaves at p1
    When a packet from A to broadcast, IPv4, TCP comes in at p0
    Then the packet leaves at nowhere

  @NFT-FWD-001
  Scenario: A frame that is sent on is nobody else's
    Given in "rules": fwd p1
    And a netdev chain "late" at ingress of p0 with priority 10
    And in "late": fwd p2
    When a packet from A to broadcast, IPv4, tagged 10 comes in at p0
    Then the packet leaves at p1

  @NFT-FWD-002
  Scenario: A copy of a frame
    Given in "rules": dup p1
    And in "rules": fwd p2
    When a packet from A to broadcast, IPv4, tagged 10 comes in at p0
    Then the packet leaves at p1 and p2

  @NFT-FWD-003
  Scenario: Copies of copies
    Given a netdev chain "out" at egress of p1
    And in "rules": fwd p1
    And in "out": dup p1
    When a packet from A to broadcast comes in at p0
    Then the packet leaves at p1 3 times
