Feature: Tables and chains of nf_tables
  A table holds what belongs together, and goes with all that is in it. A chain is a list of rules; one that is at a hook is asked for every
  packet there, one that is not is where others lead.

  @NFT-TBL-001
  Scenario: A table is listed with its handle and what uses it
    When a batch asks
      """
      add table ip t
      add chain ip t a
      add set ip t s
      add counter ip t n
      """
    Then the listing has "table ip t use 3"

  @NFT-TBL-002
  Scenario: The same table once more
    Given the ruleset
      """
      add table ip t
      add chain ip t c
      """
    When a batch asks for "add table ip t"
    Then the batch is taken
    And the listing has "table ip t use 1"

  @NFT-TBL-003
  Scenario: A table that is to be new
    Given the ruleset
      """
      add table ip t
      """
    When a batch asks for "create table ip t"
    Then the batch fails with EEXIST at NFTA_TABLE_NAME

  @NFT-TBL-004
  Scenario: A table is not replaced
    Given the ruleset
      """
      add table ip t
      """
    When a batch asks for "replace table ip t"
    Then the batch fails with EOPNOTSUPP

  @NFT-TBL-005
  Scenario Outline: A table of the family <family>
    When a batch asks for "add table <family> t"
    Then the batch fails with EOPNOTSUPP

    Examples:
      | family |
      | unspec |
      | decnet |

  @NFT-TBL-006
  Scenario Outline: Flags <flags> of a table
    When a batch asks
      """
      add table ip t {"NFTA_TABLE_FLAGS": <flags>}
      """
    Then the batch fails with EOPNOTSUPP

    Examples:
      | flags |
      | 8     |
      | 256   |
      | 9     |

  @NFT-TBL-007
  Scenario: Tables of one name in several families
    When a batch asks
      """
      add table ip t
      add table ip6 t
      add table inet t
      add table bridge t
      """
    Then the listing is
      """
      table ip t use 0
      table ip6 t use 0
      table inet t use 0
      table bridge t use 0
      """

  @NFT-TBL-008
  Scenario: A table goes with all that is in it
    Given the ruleset
      """
      add table ip t
      add chain ip t a
      add chain ip t b
      append rule ip t a : jump b
      add set ip t s
      add element ip t s 0a000001
      add counter ip t n
      """
    When a batch asks for "delete table ip t"
    Then the batch is taken
    And nothing is listed

  @NFT-TBL-009
  Scenario: A table that is not empty is not removed alone
    Given the ruleset
      """
      add table ip t
      add chain ip t a
      """
    When a batch asks for "remove table ip t"
    Then the batch fails with EBUSY
    And the listing has "table ip t use 1"

  @NFT-TBL-010
  Scenario: A table that is not there
    When a batch asks for "delete table ip t"
    Then the batch fails with ENOENT at NFTA_TABLE_NAME

  @NFT-TBL-011
  Scenario: A table that is not there is destroyed already
    When a batch asks for "destroy table ip t"
    Then the batch is taken

  @NFT-TBL-012
  Scenario: A family is flushed
    Given the ruleset
      """
      add table ip a
      add table ip b
      add table inet c
      """
    When a batch asks for "delete table ip"
    Then the listing is
      """
      table inet c use 0
      """

  @NFT-TBL-013
  Scenario: A dormant table wakes up
    Given the ruleset
      """
      add table ip t {"NFTA_TABLE_FLAGS": 1}
      """
    Then the listing has "table ip t flags 1 use 0"
    When a batch asks
      """
      add table ip t {"NFTA_TABLE_FLAGS": 0}
      """
    Then the listing has "table ip t use 0"

  @NFT-TBL-014
  Scenario: A table does not wake up and go to sleep in one batch
    Given the ruleset
      """
      add table ip t {"NFTA_TABLE_FLAGS": 1}
      """
    When a batch asks
      """
      add table ip t {"NFTA_TABLE_FLAGS": 0}
      add table ip t {"NFTA_TABLE_FLAGS": 1}
      """
    Then message 2 fails with EINVAL
    And the listing has "table ip t flags 1 use 0"

  @NFT-TBL-015
  Scenario: A table with an owner is for nobody else to change
    When another socket asks
      """
      add table ip t {"NFTA_TABLE_FLAGS": 2}
      """
    Then the batch is taken
    When a batch asks for "add chain ip t c"
    Then the batch fails with EPERM at NFTA_CHAIN_TABLE
    When that socket is closed
    Then nothing is listed

  @NFT-TBL-016
  Scenario: Flushing all leaves what others own
    When another socket asks
      """
      add table ip t {"NFTA_TABLE_FLAGS": 2}
      add table ip u
      """
    And a batch asks for "delete table unspec"
    Then the listing has no "table ip u"
    And the listing has "table ip t flags 2 use 0"
    When that socket is closed
    Then nothing is listed

  @NFT-CHN-001
  Scenario: A chain at a hook is listed with its type and policy
    When a batch asks
      """
      add table ip t
      add chain ip t a
      add chain ip t in hook 1 priority -10 type filter policy drop
      """
    Then the listing is
      """
      table ip t use 2
      chain ip t a use 0
      chain ip t in type filter hook 1 priority -10 policy drop use 0
      """

  @NFT-CHN-002
  Scenario: A chain that is to be new
    Given the ruleset
      """
      add table ip t
      add chain ip t c
      """
    When a batch asks for "create chain ip t c"
    Then the batch fails with EEXIST at NFTA_CHAIN_NAME

  @NFT-CHN-003
  Scenario Outline: A hook without its <what>
    Given the ruleset
      """
      add table ip t
      """
    When a batch asks for "add chain ip t c <hook>"
    Then the batch fails with ENOENT at NFTA_CHAIN_NAME

    Examples:
      | what     | hook       |
      | priority | hook 1     |
      | number   | priority 0 |

  @NFT-CHN-004
  Scenario Outline: A chain of the type <type> of <family> at hook <hook>
    Given the ruleset
      """
      add table <family> t
      """
    When a batch asks for "add chain <family> t c type <type> hook <hook> priority 0"
    Then the batch fails with EOPNOTSUPP

    Examples:
      | type   | family | hook |
      | filter | ip     | 5    |
      | filter | ip     | 6    |
      | filter | arp    | 2    |
      | route  | ip     | 1    |
      | filter | bridge | 5    |

  @NFT-CHN-005
  Scenario: A type that there is not
    Given the ruleset
      """
      add table ip t
      """
    When a batch asks for "add chain ip t c type nosuch hook 1 priority 0"
    Then the batch fails with ENOENT at NFTA_CHAIN_TYPE

  @NFT-CHN-006
  Scenario: A policy of a chain that is at no hook
    Given the ruleset
      """
      add table ip t
      """
    When a batch asks for "add chain ip t c policy drop"
    Then the batch fails with EOPNOTSUPP at NFTA_CHAIN_POLICY

  @NFT-CHN-007
  Scenario: A policy that is neither accept nor drop
    Given the ruleset
      """
      add table ip t
      """
    When a batch asks for "add chain ip t c hook 1 priority 0 policy queue"
    Then the batch fails with EINVAL

  @NFT-CHN-008
  Scenario: A policy is changed
    Given the ruleset
      """
      add table ip t
      add chain ip t c hook 1 priority 0 policy drop
      """
    When a batch asks for "add chain ip t c policy accept"
    Then the listing has "chain ip t c type filter hook 1 priority 0 policy accept use 0"

  @NFT-CHN-009
  Scenario Outline: A chain stays where it is: <hook>
    Given the ruleset
      """
      add table ip t
      add chain ip t c hook 1 priority 0
      """
    When a batch asks for "add chain ip t c <hook>"
    Then the batch fails with EOPNOTSUPP

    Examples:
      | hook               |
      | hook 2 priority 0  |
      | hook 1 priority 10 |

  @NFT-CHN-010
  Scenario: A chain that others lead to stays
    Given the ruleset
      """
      add table ip t
      add chain ip t a
      add chain ip t b
      append rule ip t a : jump b
      """
    When a batch asks for "delete chain ip t b"
    Then the batch fails with EBUSY at NFTA_CHAIN_NAME
    And the listing has "chain ip t b use 1"

  @NFT-CHN-010
  Scenario: A chain that a map leads to stays
    Given the ruleset
      """
      add table ip t
      add chain ip t b
      add set ip t m flags map data verdict
      add element ip t m 0a000001 verdict goto_b
      """
    When a batch asks for "delete chain ip t b"
    Then the batch fails with EBUSY at NFTA_CHAIN_NAME
    And the listing has "chain ip t b use 1"

  @NFT-CHN-011
  Scenario: A chain with rules is not removed alone
    Given the ruleset
      """
      add table ip t
      add chain ip t a
      append rule ip t a : accept
      """
    When a batch asks for "remove chain ip t a"
    Then the batch fails with EBUSY
    When a batch asks for "delete chain ip t a"
    Then the batch is taken

  @NFT-CHN-012
  Scenario: A chain has another name, and what leads to it goes on
    Given the ruleset
      """
      add table ip t
      add chain ip t a
      add chain ip t b
      append rule ip t a : jump b
      """
    When a batch asks for "update chain ip t c handle 2"
    Then the listing is
      """
      table ip t use 2
      chain ip t a use 1
      chain ip t c use 1
      rule ip t a : jump c
      """

  @NFT-CHN-013
  Scenario: A name that is taken
    Given the ruleset
      """
      add table ip t
      add chain ip t a
      add chain ip t b
      """
    When a batch asks for "update chain ip t a handle 2"
    Then the batch fails with EEXIST at NFTA_CHAIN_NAME

  @NFT-CHN-014
  Scenario: Nothing leads to a chain at a hook
    Given the ruleset
      """
      add table ip t
      add chain ip t a
      add chain ip t in hook 1 priority 0
      """
    When a batch asks for "append rule ip t a : jump in"
    Then the batch fails with EOPNOTSUPP at NFTA_RULE_EXPRESSIONS/NFTA_LIST_ELEM

  @NFT-CHN-015
  Scenario: Chains in a circle that a hook reaches
    Given the ruleset
      """
      add table ip t
      add chain ip t a
      add chain ip t b
      add chain ip t in hook 1 priority 0
      append rule ip t a : jump b
      append rule ip t b : jump a
      """
    When a batch asks for "append rule ip t in : jump a"
    Then the batch fails with EMLINK and no place
    And the listing has no "rule ip t in"

  @NFT-CHN-016
  Scenario: A device at a hook that is of no device
    Given the ruleset
      """
      add table ip t
      """
    When a batch asks for "add chain ip t c hook 1 priority 0 device lo"
    Then the batch fails with EOPNOTSUPP

  @NFT-CHN-017
  Scenario: A flag that there is not
    Given the ruleset
      """
      add table ip t
      """
    When a batch asks
      """
      add chain ip t c {"NFTA_CHAIN_FLAGS": 8}
      """
    Then the batch fails with EOPNOTSUPP

  @NFT-CHN-018
  Scenario: A chain that is asked for alone
    Given the ruleset
      """
      add table ip t
      add chain ip t c
      append rule ip t c : accept
      """
    When GETCHAIN of ip is asked for with "{'NFTA_CHAIN_TABLE': 't', 'NFTA_CHAIN_NAME': 'c'}"
    Then nf_tables tells
      """
      chain ip t c use 1
      """
