Feature: Rules and expressions of nf_tables
  A rule is a list of expressions: small machines that load, compare, count and decide. What they are asked to do is checked once, when
  the rule comes, so that nothing need be checked for any packet.

  Background:
    Given the ruleset
      """
      add table ip t
      add chain ip t c
      """

  @NFT-RUL-001
  Scenario: Rules are appended, put first, and put beside others
    Given the ruleset
      """
      append rule ip t c : counter
      append rule ip t c : accept
      """
    When a batch asks
      """
      add rule ip t c : drop
      append rule ip t c position 2 : return
      add rule ip t c position 3 : continue
      """
    Then the batch is taken
    And the listing is
      """
      table ip t use 1
      chain ip t c use 5
      rule ip t c : drop
      rule ip t c position 4 : counter bytes=0 packets=0
      rule ip t c position 2 : return
      rule ip t c position 5 : continue
      rule ip t c position 6 : accept
      """

  @NFT-RUL-002
  Scenario: A rule is replaced where it is, and keeps its handle
    Given the ruleset
      """
      append rule ip t c : counter
      append rule ip t c : accept
      """
    When a batch asks for "replace rule ip t c handle 2 : drop"
    Then the listing is
      """
      table ip t use 1
      chain ip t c use 2
      rule ip t c : drop
      rule ip t c position 2 : accept
      """
    And a rule has the handle 2

  @NFT-RUL-003
  Scenario Outline: A rule that is not there: <what>
    When a batch asks for "<what>"
    Then the batch fails with ENOENT at <attribute>

    Examples:
      | what                                   | attribute          |
      | delete rule ip t c handle 77           | NFTA_RULE_HANDLE   |
      | replace rule ip t c handle 77 : drop   | NFTA_RULE_HANDLE   |
      | append rule ip t c position 77 : drop  | NFTA_RULE_POSITION |

  @NFT-RUL-004
  Scenario: A rule without NLM_F_CREATE
    When a batch asks for "update rule ip t c : drop"
    Then the batch fails with EINVAL

  @NFT-RUL-005
  Scenario: A handle of a rule that is not to be replaced
    Given the ruleset
      """
      append rule ip t c : counter
      """
    When a batch asks for "append rule ip t c handle 2 : drop"
    Then the batch fails with EOPNOTSUPP

  @NFT-RUL-006
  Scenario: All rules of a chain go, and the chain stays
    Given the ruleset
      """
      append rule ip t c : counter
      append rule ip t c : accept
      """
    When a batch asks for "delete rule ip t c"
    Then the listing is
      """
      table ip t use 1
      chain ip t c use 0
      """

  @NFT-RUL-007
  Scenario: A handle is not given again
    When a batch asks
      """
      append rule ip t c : counter
      delete rule ip t c
      append rule ip t c : counter
      """
    Then the batch is taken
    And a rule has the handle 3

  @NFT-RUL-007
  Scenario: Not even one of a batch that failed
    When a batch asks
      """
      append rule ip t c : counter
      add chain ip nosuch d
      """
    And a batch asks for "append rule ip t c : counter"
    Then a rule has the handle 3

  @NFT-RUL-008
  Scenario: A chain that is not there
    When a batch asks for "append rule ip t nosuch : drop"
    Then the batch fails with ENOENT at NFTA_RULE_CHAIN

  @NFT-XPR-001
  Scenario Outline: An expression is told as it was given: <rule>
    When a batch asks for "append rule ip t c : <rule>"
    Then the batch is taken
    And the listing has "rule ip t c : <rule>"

    Examples:
      | rule                                                                                                                                                   |
      | payload dreg=1 base=network offset=12 len=4 ; cmp sreg=1 op=eq data=0a000001                                                                           |
      | payload dreg=9 base=transport offset=2 len=2 ; cmp sreg=9 op=neq data=0050                                                                             |
      | immediate dreg=1 data=0a000001 ; payload sreg=1 base=network offset=16 len=4 csum_type=1 csum_offset=10 csum_flags=1                                   |
      | meta key=16 dreg=1 ; cmp sreg=1 op=eq data=06                                                                                                          |
      | immediate dreg=1 data=05000000 ; meta key=3 sreg=1                                                                                                     |
      | meta key=3 dreg=1 ; bitwise sreg=1 dreg=1 len=4 op=0 mask=ff000000 xor=00000000                                                                        |
      | meta key=3 dreg=1 ; bitwise sreg=1 dreg=1 len=4 op=1 data=03000000                                                                                     |
      | payload dreg=1 base=network offset=12 len=4 ; range sreg=1 op=0 from_data=0a000001 to_data=0a000009                                                    |
      | payload dreg=1 base=network offset=2 len=2 ; byteorder sreg=1 dreg=1 op=0 size=2 len=2                                                                 |
      | counter bytes=7 packets=1                                                                                                                              |
      | jump c ; accept                                                                                                                                        |

  @NFT-XPR-001 @law
  Scenario: Rules of every kind
    Then every rule is listed as it was given

  @NFT-XPR-002
  Scenario: An expression that there is not
    When a batch asks for "append rule ip t c : counter ; nosuchexpr"
    Then the batch fails with ENOENT at NFTA_RULE_EXPRESSIONS/NFTA_LIST_ELEM#2

  @NFT-XPR-003
  Scenario Outline: A register that nothing was loaded into: <rule>
    When a batch asks for "append rule ip t c : <rule>"
    Then the batch fails with ENODATA at NFTA_RULE_EXPRESSIONS/NFTA_LIST_ELEM#<place>

    Examples:
      | rule                                                                          | place |
      | cmp sreg=1 op=eq data=0a000001                                                | 1     |
      | payload dreg=1 base=network offset=12 len=4 ; cmp sreg=2 op=eq data=0a000001  | 2     |
      | payload dreg=8 base=network offset=12 len=4 ; cmp sreg=1 op=eq data=0a00000102 | 2     |
      | meta key=3 sreg=1                                                             | 1     |

  @NFT-XPR-004
  Scenario Outline: A register that there is not, or that ends too early: <rule>
    When a batch asks for "append rule ip t c : <rule>"
    Then the batch fails with <errno> at NFTA_RULE_EXPRESSIONS/NFTA_LIST_ELEM

    Examples:
      | rule                                          | errno  |
      | payload dreg=5 base=network offset=0 len=4    | ERANGE |
      | payload dreg=24 base=network offset=0 len=4   | ERANGE |
      | payload dreg=23 base=network offset=0 len=8   | ERANGE |
      | payload dreg=4 base=network offset=0 len=17   | ERANGE |
      | payload dreg=0 base=network offset=0 len=4    | EINVAL |
      | payload dreg=1 base=network offset=0 len=0    | EINVAL |

  @NFT-XPR-005
  Scenario Outline: What an expression cannot do without: <rule>
    When a batch asks for "append rule ip t c : <rule>"
    Then the batch fails with EINVAL at NFTA_RULE_EXPRESSIONS/NFTA_LIST_ELEM

    Examples:
      | rule                              |
      | immediate dreg=1                  |
      | cmp sreg=1 op=eq                  |
      | payload dreg=1 base=network len=4 |
      | payload base=network offset=0 len=4 |
      | meta key=3                        |
      | meta dreg=1                       |
      | bitwise sreg=1 dreg=1             |
      | limit rate=0 unit=1               |
      | limit rate=5                      |
      | quota flags=0                     |
      | lookup sreg=1                     |
      | numgen dreg=1 modulus=2           |
      | reject icmp_code=1                |

  @NFT-XPR-006
  Scenario Outline: What an expression does not know: <rule>
    When a batch asks for "append rule ip t c : <rule>"
    Then the batch fails with <errno> at NFTA_RULE_EXPRESSIONS/NFTA_LIST_ELEM

    Examples:
      | rule                                               | errno      |
      | payload dreg=1 base=7 offset=0 len=4               | EOPNOTSUPP |
      | meta key=200 dreg=1                                | EOPNOTSUPP |
      | meta key=17 dreg=1                                 | EOPNOTSUPP |
      | limit rate=1 unit=1 type=9                         | EOPNOTSUPP |
      | limit rate=1 unit=1 flags=2                        | EOPNOTSUPP |
      | numgen dreg=1 modulus=2 type=7                     | EINVAL     |
      | numgen dreg=1 modulus=0 type=0                     | ERANGE     |
      | numgen dreg=1 modulus=4294967295 type=0 offset=5   | EOVERFLOW  |
      | quota bytes=9223372036854775808                    | EOVERFLOW  |
      | quota bytes=5 consumed=6                           | EINVAL     |
      | reject type=5                                      | EINVAL     |
      | reject type=2 icmp_code=9                          | EINVAL     |
      | payload dreg=1 base=network offset=0 len=300       | ERANGE     |
      | queue                                              | EINVAL     |

  @NFT-XPR-007
  Scenario Outline: A verdict of a rule: <verdict>
    When a batch asks for "append rule ip t c : <verdict>"
    Then the batch fails with <errno> at NFTA_RULE_EXPRESSIONS/NFTA_LIST_ELEM

    Examples:
      | verdict     | errno  |
      | jump nosuch | ENOENT |
      | queue       | EINVAL |
      | jump        | EINVAL |

  @NFT-XPR-008
  Scenario Outline: An answer to the sender where there is none to answer for: hook <hook>
    Given the ruleset
      """
      add chain ip t at hook <hook> priority 0
      """
    When a batch asks for "append rule ip t at : reject type=0 icmp_code=3"
    Then the batch fails with EOPNOTSUPP
    And the listing has no "reject"

    Examples:
      | hook |
      | 4    |

  @NFT-XPR-009
  Scenario: Counters are told and begin anew
    Given the ruleset
      """
      append rule ip t c : counter bytes=700 packets=7
      """
    When GETRULE_RESET of ip is asked for with "{'NFTA_RULE_TABLE': 't', 'NFTA_RULE_CHAIN': 'c', 'NFTA_RULE_HANDLE': 2}"
    Then nf_tables tells
      """
      rule ip t c : counter bytes=700 packets=7
      """
    And the listing has "rule ip t c : counter bytes=0 packets=0"
