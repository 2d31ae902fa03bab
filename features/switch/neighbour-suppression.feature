Feature: A bridge that answers for neighbours

  Who asks for a neighbour asks everybody. A bridge that knows the answer gives it, and spares ports that are slow, or far away at the
  other end of a tunnel: those that are told to suppress such questions.

  Background:
    Given a bridge over p0, p1 and p2

  @SW-NSUP-001
  Scenario: The flag of a new port
    Then the flag neighbour suppression of p0 is off
    When the flag neighbour suppression of p1 is switched on
    Then the flag neighbour suppression of p1 is on
    And the flag neighbour suppression of p2 is off

  @SW-NSUP-002
  Scenario: A station behind a port that suppresses
    Given the flag neighbour suppression of p1 is switched on
    And A has 192.0.2.10
    And B has 192.0.2.20 and is at p1
    And the bridge knows B
    When A asks for 192.0.2.20 at p0
    Then it goes on at p2, and A is answered that B has it

  @SW-NSUP-003
  Scenario Outline: Nobody knows who <address> is
    Given the flag neighbour suppression of p1 is switched on
    And A has <asker>
    When A asks for <address> at p0
    Then it goes on at p1 and p2, and nobody answers for the bridge

    Examples:
      | asker         | address       |
      | 192.0.2.10    | 192.0.2.20    |
      | 2001:db8::10  | 2001:db8::20  |

  @SW-NSUP-003
  Scenario Outline: The bridge does not know where <address> is
    Given the flag neighbour suppression of p1 is switched on
    And A has <asker>
    And B has <address>
    And the bridge knows B
    When A asks for <address> at p0
    Then it goes on at p1 and p2, and nobody answers for the bridge

    Examples:
      | asker         | address       |
      | 192.0.2.10    | 192.0.2.20    |
      | 2001:db8::10  | 2001:db8::20  |

  @SW-NSUP-003
  Scenario Outline: <address> did not answer the last time
    Given the flag neighbour suppression of p1 is switched on
    And A has <asker>
    And B has <address> and is at p1
    And the bridge knows B
    And the bridge has asked B in vain
    When A asks for <address> at p0
    Then it goes on at p1 and p2, and nobody answers for the bridge

    Examples:
      | asker         | address       |
      | 192.0.2.10    | 192.0.2.20    |
      | 2001:db8::10  | 2001:db8::20  |

  @SW-NSUP-003
  Scenario Outline: <address> was not heard of for a while
    Given the flag neighbour suppression of p1 is switched on
    And A has <asker>
    And B has <address> and is at p1
    And the bridge knows B, stale
    When A asks for <address> at p0
    Then it goes on at p2, and A is answered that B has it

    Examples:
      | asker         | address       |
      | 192.0.2.10    | 192.0.2.20    |
      | 2001:db8::10  | 2001:db8::20  |

  @SW-NSUP-004
  Scenario Outline: <address> is behind a port that does not suppress, and answers for itself
    Given the flag neighbour suppression of p1 is switched on
    And A has <asker>
    And B has <address> and is at p2
    And the bridge knows B
    When A asks for <address> at p0
    Then it goes on at p2, and nobody answers for the bridge

    Examples:
      | asker         | address       |
      | 192.0.2.10    | 192.0.2.20    |
      | 2001:db8::10  | 2001:db8::20  |

  @SW-NSUP-005
  Scenario Outline: A question from a port that suppresses, for <address>
    Given the flag neighbour suppression of p0 is switched on
    And the flag neighbour suppression of p1 is switched on
    And A has <asker>
    And B has <address> and is at p1
    And the bridge knows B
    When A asks for <address> at p0
    Then it goes on at p1 and p2, and nobody answers for the bridge

    Examples:
      | asker         | address       |
      | 192.0.2.10    | 192.0.2.20    |
      | 2001:db8::10  | 2001:db8::20  |

  @SW-NSUP-006
  Scenario Outline: <station> announces itself by <how>
    Given the flag neighbour suppression of p1 is switched on
    And A has <station>
    When A announces itself at p0 by <how>
    Then it goes on at p2, and nobody answers for the bridge

    Examples:
      | station      | how                  |
      | 192.0.2.10   | a request for itself |
      | 192.0.2.10   | an answer to nobody  |
      | 2001:db8::10 | an advertisement     |

  @SW-NSUP-006
  Scenario: A solicitation to the address that it comes from
    Given the flag neighbour suppression of p1 is switched on
    And A has 2001:db8::10
    When A solicits itself at p0
    Then it goes on at p2, and nobody answers for the bridge

  @SW-NSUP-006
  Scenario Outline: <station> announces itself at a port that suppresses
    Given the flag neighbour suppression of p0 is switched on
    And the flag neighbour suppression of p1 is switched on
    And A has <station>
    When A announces itself at p0 by <how>
    Then it goes on at p1 and p2, and nobody answers for the bridge

    Examples:
      | station      | how                  |
      | 192.0.2.10   | a request for itself |
      | 2001:db8::10 | an advertisement     |

  @SW-NSUP-007
  Scenario: The host is asked for
    Given the flag neighbour suppression of p1 is switched on
    And A has 192.0.2.10
    And the host has 192.0.2.1/24 at the bridge
    When A asks for 192.0.2.1 at p0
    Then it goes on at p2, and nobody answers for the bridge

  @SW-NSUP-007 @needs:ipv6-routing
  Scenario: The host is solicited
    Given the flag neighbour suppression of p1 is switched on
    And A has 2001:db8::10
    And the host has 2001:db8::1/64 at the bridge
    When A asks for 2001:db8::1 at p0
    Then it goes on at p2, and nobody answers for the bridge

  @SW-NSUP-007 @needs:vlan-device
  Scenario: An address of the host's at a VLAN device on the bridge is asked for
    Given the flag neighbour suppression of p1 is switched on
    And A has 192.0.2.10
    And there is a VLAN device 10 on the bridge
    And the host has 192.0.2.1/24 at the VLAN device 10
    When A asks for 192.0.2.1 at p0
    Then it goes on at p2, and nobody answers for the bridge

  @SW-NSUP-008
  Scenario Outline: What is no question: a message for a known station, <how>
    Given the flag neighbour suppression of p1 is switched on
    And A has 192.0.2.10
    And B has 192.0.2.20 and is at p1
    And the bridge knows B
    When A asks for 192.0.2.20 at p0, <how>
    Then it goes on at p1 and p2, and nobody answers for the bridge

    Examples:
      | how                  |
      | as an answer         |
      | as a reverse request |
      | of AppleTalk         |
      | with long addresses of the link |

  @SW-NSUP-008
  Scenario Outline: A station asks for its own address, <how>
    Given the flag neighbour suppression of p1 is switched on
    And A has 192.0.2.10
    When A asks for 192.0.2.10 at p0, <how>
    Then it goes on at p1 and p2, and nobody answers for the bridge

    Examples: who has just come up does not know its address, and the server that does may be anywhere
      | how                  |
      | as a reverse request |
      | as a reverse answer  |

  @SW-NSUP-008
  Scenario: What is no solicitation: a message of ICMPv6 with another code
    Given the flag neighbour suppression of p1 is switched on
    And A has 2001:db8::10
    And B has 2001:db8::20 and is at p1
    And the bridge knows B
    When A asks for 2001:db8::20 at p0, with another code
    Then it goes on at p1 and p2, and nobody answers for the bridge

  @SW-NSUP-008
  Scenario Outline: An address that no station of a link has: <address>
    Given the flag neighbour suppression of p1 is switched on
    And A has 192.0.2.10
    And B has <address> and is at p1
    And the bridge knows B
    When A asks for <address> at p0
    Then it goes on at p1 and p2, and nobody answers for the bridge

    Examples:
      | address   |
      | 127.0.0.5 |
      | 224.0.0.5 |

  @SW-NSUP-009
  Scenario: Other frames are flooded to a port that suppresses
    Given the flag neighbour suppression of p1 is switched on
    When a frame from A to broadcast comes in at p0
    Then it leaves at p1 and p2
    When a frame from A to C comes in at p0
    Then it leaves at p1 and p2

  @SW-NSUP-010
  Scenario: A station of IPv6 behind a port that suppresses
    Given the flag neighbour suppression of p1 is switched on
    And A has 2001:db8::10
    And B has 2001:db8::20 and is at p1
    And the bridge knows B
    When A asks for 2001:db8::20 at p0
    Then it goes on at p2, and A is answered that B has it

  @SW-NSUP-010
  Scenario: A router of IPv6 behind a port that suppresses
    Given the flag neighbour suppression of p1 is switched on
    And A has 2001:db8::10
    And B has 2001:db8::20 and is at p1
    And the bridge knows B, a router
    When A asks for 2001:db8::20 at p0
    Then it goes on at p2, and A is answered that B, a router, has it

  @SW-NSUP-011
  Scenario: A solicitation that says whom to answer
    Given the flag neighbour suppression of p1 is switched on
    And A has 2001:db8::10
    And B has 2001:db8::20 and is at p1
    And the bridge knows B
    When A asks for 2001:db8::20 at p0, for C to be answered
    Then it goes on at p2, and A is answered that B has it at C

  @SW-NSUP-011
  Scenario: A solicitation that does not say whom to answer
    Given the flag neighbour suppression of p1 is switched on
    And A has 2001:db8::10
    And B has 2001:db8::20 and is at p1
    And the bridge knows B
    When A asks for 2001:db8::20 at p0, without saying whom to answer
    Then it goes on at p2, and A is answered that B has it

  @SW-NSUP-011
  Scenario: A solicitation with an option that has no length
    Given the flag neighbour suppression of p1 is switched on
    And A has 2001:db8::10
    And B has 2001:db8::20 and is at p1
    And the bridge knows B
    When A asks for 2001:db8::20 at p0, with a broken option
    Then it goes on at p2, and nobody answers for the bridge

  @SW-NSUP-012
  Scenario Outline: Somebody wants to know whether <address> is free
    Given the flag neighbour suppression of p1 is switched on
    And A has <asker>
    And B has <address> and is at p1
    And the bridge knows B
    When A probes for <address> at p0
    Then it goes on at p2, and who is answered hears that B has it

    Examples:
      | asker        | address      |
      | 192.0.2.10   | 192.0.2.20   |
      | 2001:db8::10 | 2001:db8::20 |

  @SW-NSUP-013
  Scenario: The host solicits a station behind a port that suppresses
    Given the flag neighbour suppression of p1 is switched on
    And A has 2001:db8::10
    And B has 2001:db8::20 and is at p1
    And the bridge knows B
    When the host asks for 2001:db8::20 through the bridge, as A
    Then it goes on at p0 and p2, and nobody answers for the bridge
    And the host is answered at the bridge that B has it

  @SW-NSUP-014 @needs:vlan-device
  Scenario Outline: In a VLAN, tagged <tag>
    Given the bridge filters VLANs
    And the flag neighbour suppression of p1 is switched on
    And p0, p1 and p2 are in VLAN 10, tagged
    And there is a VLAN device 10 on the bridge
    And A has <asker>
    And B has <address> and is at p1 in VLAN 10
    And the bridge knows B in VLAN 10
    When A asks for <address> at p0, tagged <tag>
    Then it goes on at p2, and A is answered that B has it

    Examples:
      | asker        | address      | tag                |
      | 192.0.2.10   | 192.0.2.20   | 10                 |
      | 192.0.2.10   | 192.0.2.20   | 10 with priority 5 |
      | 2001:db8::10 | 2001:db8::20 | 10                 |

  @SW-NSUP-014 @needs:vlan-device
  Scenario Outline: In the PVID of the port of <asker>
    Given the bridge filters VLANs
    And the flag neighbour suppression of p1 is switched on
    And p1 and p2 are in VLAN 10, tagged
    And p0 is in VLAN 10, tagged, as its PVID
    And there is a VLAN device 10 on the bridge
    And A has <asker>
    And B has <address> and is at p1 in VLAN 10
    And the bridge knows B in VLAN 10
    When A asks for <address> at p0, tagged 10
    Then it goes on at p2, and A is answered that B has it, untagged

    Examples:
      | asker        | address      |
      | 192.0.2.10   | 192.0.2.20   |
      | 2001:db8::10 | 2001:db8::20 |

  @SW-NSUP-014
  Scenario: In a VLAN that the host has no VLAN device of
    Given the bridge filters VLANs
    And the flag neighbour suppression of p1 is switched on
    And p0, p1 and p2 are in VLAN 10, tagged
    And A has 192.0.2.10
    And B has 192.0.2.20 and is at p1 in VLAN 10
    And the bridge knows B
    When A asks for 192.0.2.20 at p0, tagged 10
    Then it goes on at p1 and p2, and nobody answers for the bridge

  @SW-NSUP-015
  Scenario: VLAN by VLAN
    Given the bridge filters VLANs
    And p0, p1 and p2 are in VLAN 10, tagged
    And p0, p1 and p2 are in VLAN 20, tagged
    And the flag neighbour suppression by VLAN of p1 is switched on
    And neighbour suppression of p1 is switched on in VLAN 10
    And A has 192.0.2.10
    When A announces itself at p0 by a request for itself, tagged 10
    Then it goes on at p2, and nobody answers for the bridge
    When A announces itself at p0 by a request for itself, tagged 20
    Then it goes on at p1 and p2, and nobody answers for the bridge

  @SW-NSUP-015
  Scenario: With suppression by VLAN the flag of the port does not count
    Given the bridge filters VLANs
    And p0, p1 and p2 are in VLAN 10, tagged
    And the flag neighbour suppression of p1 is switched on
    And the flag neighbour suppression by VLAN of p1 is switched on
    And A has 192.0.2.10
    When A announces itself at p0 by a request for itself, tagged 10
    Then it goes on at p1 and p2, and nobody answers for the bridge

  @SW-NSUP-015
  Scenario: Without suppression by VLAN the options of VLANs do not count
    Given the bridge filters VLANs
    And p0, p1 and p2 are in VLAN 10, tagged
    And the flag neighbour suppression of p2 is switched on
    And neighbour suppression of p1 is switched on in VLAN 10
    And A has 192.0.2.10
    When A announces itself at p0 by a request for itself, tagged 10
    Then it goes on at p1, and nobody answers for the bridge

  @SW-NSUP-015
  Scenario: A question from a port that suppresses in its VLAN
    Given the bridge filters VLANs
    And p0, p1 and p2 are in VLAN 10, tagged
    And p0, p1 and p2 are in VLAN 20, tagged
    And the flag neighbour suppression of p1 is switched on
    And the flag neighbour suppression by VLAN of p0 is switched on
    And neighbour suppression of p0 is switched on in VLAN 10
    And A has 2001:db8::10
    When A announces itself at p0 by an advertisement, tagged 10
    Then it goes on at p1 and p2, and nobody answers for the bridge
    When A announces itself at p0 by an advertisement, tagged 20
    Then it goes on at p2, and nobody answers for the bridge

  @SW-NSUP-015 @needs:vlan-device
  Scenario Outline: An answer in a VLAN that suppresses, for <address>
    Given the bridge filters VLANs
    And p0, p1 and p2 are in VLAN 10, tagged
    And the flag neighbour suppression by VLAN of p1 is switched on
    And neighbour suppression of p1 is switched on in VLAN 10
    And there is a VLAN device 10 on the bridge
    And A has <asker>
    And B has <address> and is at p1 in VLAN 10
    And the bridge knows B in VLAN 10
    When A asks for <address> at p0, tagged 10
    Then it goes on at p2, and A is answered that B has it
    When neighbour suppression of p1 is switched off in VLAN 10
    And A asks for <address> at p0, tagged 10
    Then it goes on at p1 and p2, and nobody answers for the bridge

    Examples:
      | asker        | address      |
      | 192.0.2.10   | 192.0.2.20   |
      | 2001:db8::10 | 2001:db8::20 |

  @SW-NSUP-016
  Scenario: The option of a VLAN
    Given the bridge filters VLANs
    And p0 and p1 are in VLAN 10, tagged
    And p1 is in VLAN 11, tagged
    Then the flag neighbour suppression by VLAN of p1 is off
    And neighbour suppression of p1 is told to be off in VLAN 10
    When neighbour suppression of p1 is switched on in VLAN 10
    Then neighbour suppression of p1 is told to be on in VLAN 10
    And neighbour suppression of p0 is told to be off in VLAN 10

  @SW-NSUP-016
  Scenario: A VLAN that is left and joined again
    Given the bridge filters VLANs
    And p1 is in VLAN 10, tagged
    And neighbour suppression of p1 is switched on in VLAN 10
    When p1 is taken out of VLAN 10
    And p1 is put into VLAN 10, tagged
    Then neighbour suppression of p1 is told to be off in VLAN 10

  @SW-NSUP-016
  Scenario: The bridge itself
    Given the bridge filters VLANs
    And the bridge itself is in VLAN 10, tagged
    When neighbour suppression of the bridge is to be switched on in VLAN 10
    Then it is refused with EINVAL

  @SW-NSUP-016
  Scenario: A VLAN that the port is not in
    Given the bridge filters VLANs
    When neighbour suppression of p1 is to be switched on in VLAN 10
    Then it is refused with ENOENT

  @SW-NSUP-017 @law
  Scenario: Every combination of flags
    Then for every combination of flags about neighbours, questions go on and are answered as each flag says
