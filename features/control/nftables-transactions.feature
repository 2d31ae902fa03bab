Feature: Transactions of nf_tables
  Rules that let packets through and rules that stop them belong together: half of a change is a hole. So a datagram between a begin and
  an end is one change. All of it holds or nothing does, and whatever is wrong with it is said at once.

  @NFT-TXN-001
  Scenario: One message that is refused takes all others back
    Given the ruleset
      """
      add table ip t
      add chain ip t c
      append rule ip t c : counter
      """
    And the listing is noted
    When a batch asks
      """
      add chain ip t d
      append rule ip t c : accept
      add chain ip nosuch e
      delete rule ip t c
      """
    Then message 3 fails with ENOENT
    And the listing is as it was noted

  @NFT-TXN-001 @law
  Scenario: Batches of every kind that fail somewhere
    Then for every batch with a message that is refused, the ruleset is as before

  @NFT-TXN-002
  Scenario: Everything that is wrong is said
    Given the ruleset
      """
      add table ip t
      """
    When a batch asks
      """
      add chain ip nosuch c
      add chain ip t c
      create table ip t
      append rule ip t nosuch : accept
      """
    Then the answers are
      """
      1 ENOENT
      2 taken
      3 EEXIST
      4 ENOENT
      """

  @NFT-TXN-003
  Scenario: A batch without an end is a rehearsal
    When a batch without an end asks
      """
      add table ip t
      add chain ip t c
      """
    Then the answers are
      """
      1 taken
      2 taken
      """
    And nothing is listed

  @NFT-TXN-003
  Scenario: A rehearsal finds what is wrong
    When a batch without an end asks
      """
      add table ip t
      add chain ip nosuch c
      """
    Then message 2 fails with ENOENT
    And nothing is listed

  @NFT-TXN-004
  Scenario: Begin and end are acknowledged where they ask for it
    When a batch that is acknowledged whole asks
      """
      add table ip t
      add chain ip t c
      """
    Then the answers are
      """
      0 taken
      1 taken
      2 taken
      3 taken
      """

  @NFT-TXN-005
  Scenario Outline: A batch for subsystem <subsystem>
    When a batch for subsystem <subsystem> asks
      """
      add table ip t
      """
    Then message 0 fails with <errno>
    And nothing is listed

    Examples:
      | subsystem | errno      |
      | 13        | EINVAL     |
      | 200       | EINVAL     |

  @NFT-TXN-006
  Scenario: A change is refused outside a batch
    When messages of nf_tables go without a batch
      """
      add table ip t
      """
    Then message 1 fails with EINVAL
    And nothing is listed

  @NFT-TXN-007
  Scenario: A query is refused inside a batch
    When a batch asks
      """
      add table ip t
      query table ip t
      """
    Then message 2 fails with EINVAL
    And nothing is listed

  @NFT-TXN-008
  Scenario: What a batch has made is there for the rest of it
    When a batch asks
      """
      add table ip t
      add chain ip t c
      append rule ip t c : accept
      append rule ip t c : counter
      delete chain ip t c
      add chain ip t d
      """
    Then the batch is taken
    And the listing is
      """
      table ip t use 1
      chain ip t d use 0
      """

  @NFT-TXN-009 @law
  Scenario: Damaged messages in batches
    Then for ten thousand damaged messages in batches, each is answered once, and what is refused changes nothing

  @NFT-TXN-010 @law
  Scenario: Damaged queries
    Then every damaged query of nf_tables has exactly one end

  @NFT-GEN-001
  Scenario: Each transaction begins a generation
    When the generation is noted
    And a batch asks
      """
      add table ip t
      add chain ip t c
      """
    Then the generation is 1 later

  @NFT-GEN-002
  Scenario: What changes nothing begins none
    Given the ruleset
      """
      add table ip t
      """
    When the generation is noted
    And a batch asks
      """
      add table ip t
      """
    Then the generation is 0 later

  @NFT-GEN-002
  Scenario: Neither does what fails
    When the generation is noted
    And a batch asks
      """
      add table ip t
      add chain ip nosuch c
      """
    Then the generation is 0 later

  @NFT-GEN-003
  Scenario Outline: A batch for a generation that is <ahead> ahead
    When a batch for the generation <ahead> ahead asks
      """
      add table ip t
      """
    Then message 0 fails with ERESTART
    And nothing is listed

    Examples:
      | ahead |
      | 1     |
      | 1000  |

  @NFT-GEN-003
  Scenario: A batch for the generation that is
    When a batch for the generation 0 ahead asks
      """
      add table ip t
      """
    Then the batch is taken

  @NFT-NTF-001
  Scenario: Who listens hears of each change, and of the generation last
    Given somebody listens to nf_tables
    When a batch asks
      """
      add table ip t
      add chain ip t c
      append rule ip t c : accept
      """
    Then it hears
      """
      NEWTABLE table ip t use 1
      NEWCHAIN chain ip t c use 1
      NEWRULE rule ip t c : accept
      NEWGEN generation
      """

  @NFT-NTF-002
  Scenario: Nobody hears of what failed
    Given somebody listens to nf_tables
    When a batch asks
      """
      add table ip t
      add chain ip nosuch c
      """
    Then it hears nothing

  @NFT-NTF-002
  Scenario: Nobody hears of a rehearsal
    Given somebody listens to nf_tables
    When a batch without an end asks
      """
      add table ip t
      """
    Then it hears nothing

  @NFT-NTF-003
  Scenario: Whatever goes with a table is told
    Given the ruleset
      """
      add table ip t
      add chain ip t c
      append rule ip t c : accept
      add set ip t s
      add counter ip t n
      """
    And somebody listens to nf_tables
    When a batch asks for "delete table ip t"
    Then it hears of
      """
      DELRULE rule ip t c
      DELSET set ip t s
      DELOBJ counter ip t n
      DELCHAIN chain ip t c
      DELTABLE table ip t
      NEWGEN generation
      """

  @NFT-NTF-004
  Scenario: Who asks for it is told what became of the request
    Given the ruleset
      """
      add table ip t
      add chain ip t c
      """
    When a batch asks for "echo rule ip t c : accept"
    Then nf_tables tells
      """
      NEWRULE rule ip t c : accept
      NEWGEN generation
      """
