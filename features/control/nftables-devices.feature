Feature: Chains of nf_tables at devices
  At ingress and egress a chain sees the frames of devices that it names, before and behind everything else. Devices come and go under it.

  @NFT-CHN-019
  Scenario: A chain tells the devices that it is at
    Given the ruleset
      """
      add table netdev t
      """
    When a batch asks for "add chain netdev t c hook 0 priority 5 device PORT"
    Then the batch is taken
    And the listing has "chain netdev t c type filter hook 0 priority 5 device PORT policy accept use 0"

  @NFT-CHN-019
  Scenario: A chain of inet is at a device too
    Given the ruleset
      """
      add table inet t
      """
    When a batch asks for "add chain inet t c hook 5 priority 5 device PORT"
    Then the batch is taken
    And the listing has "chain inet t c type filter hook 5 priority 5 device PORT policy accept use 0"

  @NFT-CHN-020
  Scenario: A device that is named twice
    Given the ruleset
      """
      add table netdev t
      """
    When a batch asks for "add chain netdev t c hook 0 priority 5 device PORT,PORT"
    Then the batch fails with EEXIST at NFTA_CHAIN_HOOK/NFTA_HOOK_DEVS/NFTA_DEVICE_NAME#2

  @NFT-CHN-021
  Scenario: A device is taken away from a chain, and comes again
    Given the ruleset
      """
      add table netdev t
      add chain netdev t c hook 0 priority 5 device PORT
      """
    When a batch asks for "delete chain netdev t c hook 0 priority 5 device PORT"
    Then the batch is taken
    And the listing has "chain netdev t c type filter hook 0 priority 5 policy accept use 0"
    When a batch asks for "add chain netdev t c hook 0 priority 5 device PORT"
    Then the batch is taken
    And the listing has "chain netdev t c type filter hook 0 priority 5 device PORT policy accept use 0"
