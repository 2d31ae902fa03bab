Feature: Sets and objects of nf_tables
  A set answers for many values at once, a map says what each of them means, and an object counts under a name what many rules count
  together. What a rule uses stays as long as the rule.

  Background:
    Given the ruleset
      """
      add table ip t
      add chain ip t c
      """

  @NFT-SET-001
  Scenario: A set is listed as it was made
    When a batch asks
      """
      add set ip t a key 4
      add set ip t b key 4 flags interval
      add set ip t m key 2 flags map data 4
      add set ip t w key 4 flags timeout timeout 60000 size 100
      add set ip t x key 8 flags interval,concatenated fields 4,2
      """
    Then the batch is taken
    And the listing has "set ip t a key 4"
    And the listing has "set ip t b key 4 flags 0x4"
    And the listing has "set ip t m key 2 flags 0x8 data 4"
    And the listing has "set ip t w key 4 flags 0x10 timeout 60000 size 100"
    And the listing has "set ip t x key 8 flags 0x84"

  @NFT-SET-002
  Scenario Outline: A key of <length> bytes
    When a batch asks for "add set ip t s key <length>"
    Then the batch fails with EINVAL

    Examples:
      | length |
      | 0      |
      | 65     |
      | 4096   |

  @NFT-SET-003
  Scenario Outline: Flags that do not go together: <set>
    When a batch asks for "add set ip t s <set>"
    Then the batch fails with EOPNOTSUPP

    Examples:
      | set                                      |
      | flags unknown                            |
      | flags map,object data 4 object counter   |
      | flags dynamic,object object counter      |
      | flags constant,timeout                   |
      | flags anonymous,timeout                  |
      | flags dynamic,interval                   |

  @NFT-SET-004
  Scenario Outline: What a flag does not say: <set>
    When a batch asks for "add set ip t s <set>"
    Then the batch fails with EINVAL

    Examples:
      | set                                             |
      | data 4                                          |
      | flags map                                       |
      | flags map data 0                                |
      | flags map data 65                               |
      | object counter                                  |
      | flags object                                    |
      | timeout 1000                                    |
      | flags concatenated                              |
      | key 8 fields 4,2                                |
      | key 6 flags interval,concatenated fields 4,2    |

  @NFT-SET-005
  Scenario: The same set once more
    Given the ruleset
      """
      add set ip t s flags interval
      """
    When a batch asks for "add set ip t s flags interval"
    Then the batch is taken
    When a batch asks for "create set ip t s flags interval"
    Then the batch fails with EEXIST at NFTA_SET_NAME

  @NFT-SET-006
  Scenario Outline: A set does not become another: <set>
    Given the ruleset
      """
      add set ip t s key 4
      """
    When a batch asks for "add set ip t s <set>"
    Then the batch fails with EEXIST at NFTA_SET_NAME

    Examples:
      | set                  |
      | key 8                |
      | key 4 flags interval |

  @NFT-SET-007
  Scenario: A set that a rule looks into stays
    Given the ruleset
      """
      add set ip t s
      append rule ip t c : payload dreg=1 base=network offset=12 len=4 ; lookup sreg=1 set=s
      """
    When a batch asks for "delete set ip t s"
    Then the batch fails with EBUSY at NFTA_SET_NAME
    When a batch asks
      """
      delete rule ip t c
      delete set ip t s
      """
    Then the batch is taken

  @NFT-SET-008
  Scenario: A set with elements is not removed alone
    Given the ruleset
      """
      add set ip t s
      add element ip t s 0a000001
      """
    When a batch asks for "remove set ip t s"
    Then the batch fails with EBUSY at NFTA_SET_NAME
    When a batch asks for "delete set ip t s"
    Then the batch is taken

  @NFT-SET-009
  Scenario: An anonymous set goes with its rule
    Given the ruleset
      """
      add set ip t __set%d flags anonymous,constant
      add element ip t __set%d 0a000001 {"NFTA_SET_ELEM_LIST_SET_ID": 1}
      append rule ip t c : payload dreg=1 base=network offset=12 len=4 ; lookup sreg=1 set=__set%d set_id=1
      """
    Then the listing has "set ip t __set0 key 4 flags 0x3"
    When a batch asks for "delete rule ip t c"
    Then the listing has no "set ip"

  @NFT-SET-010
  Scenario: An anonymous set that no rule looks into
    When a batch asks
      """
      add set ip t __set%d flags anonymous,constant
      """
    Then the answers are
      """
      1 EINVAL
      1 taken
      """
    And the listing has no "set ip"

  @NFT-SET-011
  Scenario: An anonymous set is one rule's alone
    When a batch asks
      """
      add set ip t __set%d flags anonymous,constant
      append rule ip t c : payload dreg=1 base=network offset=12 len=4 ; lookup sreg=1 set=__set%d set_id=1
      append rule ip t c : payload dreg=1 base=network offset=12 len=4 ; lookup sreg=1 set=__set%d set_id=1
      """
    Then the batch fails with EBUSY at NFTA_RULE_EXPRESSIONS/NFTA_LIST_ELEM#2

  @NFT-SET-012
  Scenario: A set is not made without NLM_F_CREATE
    When a batch asks
      """
      update set ip t s
      """
    Then the batch fails with ENOENT

  @NFT-ELM-001
  Scenario: Elements come, and go
    Given the ruleset
      """
      add set ip t s
      add element ip t s 0a000001, 0a000002, 0a000003
      """
    When a batch asks for "delete element ip t s 0a000002"
    Then the listing is
      """
      table ip t use 2
      chain ip t c use 0
      set ip t s key 4
      element ip t s 0a000001
      element ip t s 0a000003
      """

  @NFT-ELM-002
  Scenario: An element that is there already
    Given the ruleset
      """
      add set ip t s
      add element ip t s 0a000001
      """
    When a batch asks for "add element ip t s 0a000001"
    Then the batch is taken
    When a batch asks for "create element ip t s 0a000002, 0a000001"
    Then the batch fails with EEXIST at NFTA_SET_ELEM_LIST_ELEMENTS/NFTA_LIST_ELEM#2
    And the listing has no "0a000002"

  @NFT-ELM-003
  Scenario: An element leads where it led
    Given the ruleset
      """
      add set ip t m flags map data 4
      add element ip t m 0a000001 data 00000001
      """
    When a batch asks for "add element ip t m 0a000001 data 00000001"
    Then the batch is taken
    When a batch asks for "add element ip t m 0a000001 data 00000002"
    Then the batch fails with EEXIST at NFTA_SET_ELEM_LIST_ELEMENTS/NFTA_LIST_ELEM

  @NFT-ELM-004
  Scenario: An element that is not there
    Given the ruleset
      """
      add set ip t s
      """
    When a batch asks for "delete element ip t s 0a000001"
    Then the batch fails with ENOENT at NFTA_SET_ELEM_LIST_ELEMENTS/NFTA_LIST_ELEM

  @NFT-ELM-005
  Scenario Outline: What the set does not have: <element>
    Given the ruleset
      """
      add set ip t s
      """
    When a batch asks for "add element ip t s <element>"
    Then the batch fails with EINVAL at NFTA_SET_ELEM_LIST_ELEMENTS/NFTA_LIST_ELEM

    Examples:
      | element                |
      | 0a000001 data 00000001 |
      | 0a000001 object n      |
      | 0a000001 timeout 1000  |
      | 0a000001!              |
      | 0a000001 to 0a000002   |
      | 0a0001                 |
      | 0a00000102             |

  @NFT-ELM-006
  Scenario: An element of a map says where it leads
    Given the ruleset
      """
      add set ip t m flags map data 4
      """
    When a batch asks for "add element ip t m 0a000001"
    Then the batch fails with EINVAL at NFTA_SET_ELEM_LIST_ELEMENTS/NFTA_LIST_ELEM

  @NFT-ELM-007
  Scenario: No more elements than were agreed
    Given the ruleset
      """
      add set ip t s size 2
      add element ip t s 0a000001, 0a000002
      """
    When a batch asks for "add element ip t s 0a000003"
    Then the batch fails with ENFILE at NFTA_SET_ELEM_LIST_ELEMENTS/NFTA_LIST_ELEM
    When a batch asks
      """
      delete element ip t s 0a000001
      add element ip t s 0a000003
      """
    Then the batch is taken

  @NFT-ELM-008
  Scenario Outline: Intervals that overlap: from <from> to <to>
    Given the ruleset
      """
      add set ip t s flags interval
      add element ip t s 0a000010, 0a000020!
      """
    When a batch asks for "add element ip t s <from>, <to>!"
    Then message 1 fails with EEXIST
    And the listing has no "<from>"

    Examples:
      | from     | to       |
      | 0a000018 | 0a00001c |
      | 0a000018 | 0a000028 |
      | 0a000008 | 0a000018 |

  @NFT-ELM-008
  Scenario: Intervals that meet do not overlap
    Given the ruleset
      """
      add set ip t s flags interval
      add element ip t s 0a000010, 0a000020!
      """
    When a batch asks for "add element ip t s 0a000020, 0a000030!"
    Then the batch is taken

  @NFT-ELM-009
  Scenario Outline: Ranges of several fields that overlap: <element>
    Given the ruleset
      """
      add set ip t s key 8 flags interval,concatenated fields 4,2
      add element ip t s 0a00000000500000 to 0a0000ff005a0000
      """
    When a batch asks for "add element ip t s <element>"
    Then the batch fails with <errno> at NFTA_SET_ELEM_LIST_ELEMENTS/NFTA_LIST_ELEM

    Examples:
      | element                              | errno  |
      | 0a00000500550000                     | EEXIST |
      | 0a00000500550000 to 0b00000000560000 | EEXIST |
      | 0a01000000500000 to 0a010000004f0000 | EINVAL |

  @NFT-ELM-010
  Scenario: What catches all the rest
    Given the ruleset
      """
      add set ip t m flags map data verdict
      add element ip t m 0a000001 verdict drop, * verdict accept
      """
    Then the listing has "element ip t m * data accept"
    When a batch asks for "create element ip t m * verdict accept"
    Then the batch fails with EEXIST at NFTA_SET_ELEM_LIST_ELEMENTS/NFTA_LIST_ELEM
    When a batch asks for "delete element ip t m *"
    Then the listing has no "*"

  @NFT-ELM-011
  Scenario: All elements go, and the set stays
    Given the ruleset
      """
      add set ip t s
      add element ip t s 0a000001, 0a000002
      """
    When a batch asks for "delete elements ip t s"
    Then the listing is
      """
      table ip t use 2
      chain ip t c use 0
      set ip t s key 4
      """

  @NFT-ELM-012
  Scenario: An element whose time is over is not listed
    Given the ruleset
      """
      add set ip t s flags timeout
      add element ip t s 0a000001 timeout 200, 0a000002 timeout 60000, 0a000003
      """
    When 400 milliseconds pass for nf_tables
    Then the listing has no "0a000001"
    And the listing has "element ip t s 0a000002 timeout 60000"
    And the listing has "element ip t s 0a000003"

  @NFT-ELM-013
  Scenario: An element that is asked for alone
    Given the ruleset
      """
      add set ip t s flags interval
      add element ip t s 0a000010, 0a000020!
      """
    When GETSETELEM of ip is asked for with "{'NFTA_SET_ELEM_LIST_TABLE': 't', 'NFTA_SET_ELEM_LIST_SET': 's', 'NFTA_SET_ELEM_LIST_ELEMENTS': {'NFTA_LIST_ELEM': [{'NFTA_SET_ELEM_KEY': {'NFTA_DATA_VALUE': '0a000018'}}]}}"
    Then nf_tables tells
      """
      element ip t s 0a000010
      """

  @NFT-ELM-014
  Scenario: Elements of a set that a rule holds constant
    Given the ruleset
      """
      add set ip t s flags constant
      add element ip t s 0a000001
      append rule ip t c : payload dreg=1 base=network offset=12 len=4 ; lookup sreg=1 set=s
      """
    When a batch asks for "add element ip t s 0a000002"
    Then the batch fails with EBUSY

  @NFT-OBJ-001
  Scenario: An object is listed with what uses it
    When a batch asks
      """
      add counter ip t n
      append rule ip t c : objref imm_type=1 imm_name=n
      append rule ip t c : objref imm_type=1 imm_name=n
      """
    Then the batch is taken
    And the listing has "counter ip t n use 2 : counter bytes=0 packets=0"

  @NFT-OBJ-002
  Scenario: An object that rules use stays
    Given the ruleset
      """
      add counter ip t n
      append rule ip t c : objref imm_type=1 imm_name=n
      """
    When a batch asks for "delete counter ip t n"
    Then the batch fails with EBUSY at NFTA_OBJ_NAME

  @NFT-OBJ-003
  Scenario: An object that is to be new
    Given the ruleset
      """
      add counter ip t n
      """
    When a batch asks for "create counter ip t n"
    Then the batch fails with EEXIST at NFTA_OBJ_NAME

  @NFT-OBJ-004
  Scenario: An object that is not there
    When a batch asks for "append rule ip t c : objref imm_type=1 imm_name=n"
    Then the batch fails with ENOENT at NFTA_RULE_EXPRESSIONS/NFTA_LIST_ELEM
    When a batch asks for "delete counter ip t n"
    Then the batch fails with ENOENT at NFTA_OBJ_NAME

  @NFT-OBJ-005
  Scenario: Objects of one name and several types
    When a batch asks
      """
      add counter ip t n
      add quota ip t n {"NFTA_OBJ_DATA": "0c0001000000000000000064"}
      """
    Then the batch is taken
    And the listing has "counter ip t n use 0 : counter bytes=0 packets=0"
    And the listing has "quota ip t n use 0 : quota bytes=100 consumed=0 flags=0"

  @NFT-OBJ-006
  Scenario: A counter is told and begins anew
    Given the ruleset
      """
      add counter ip t n {"NFTA_OBJ_DATA": "0c000100000000000000002a0c0002000000000000000003"}
      """
    When GETOBJ_RESET of ip is asked for with "{'NFTA_OBJ_TABLE': 't', 'NFTA_OBJ_NAME': 'n', 'NFTA_OBJ_TYPE': 1}"
    Then nf_tables tells
      """
      counter ip t n use 0 : counter bytes=42 packets=3
      """
    And the listing has "counter ip t n use 0 : counter bytes=0 packets=0"
