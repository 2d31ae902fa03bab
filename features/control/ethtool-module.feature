Feature: Modules and tunnels
  The memory of a module is read by pages of two halves. Its power follows a policy. Tables for ports of tunnels say how many fit.

  Background:
    Given the port is up

  @ETH-MOD-001
  Scenario: The lower half of another page
    When MODULE_EEPROM_GET is asked of the port: "OFFSET 0, LENGTH 1, PAGE 1, I2C_ADDRESS 80"
    Then it is refused with EINVAL at PAGE
    And the message is "reading from lower half page is allowed for page 0 only"

  @ETH-MOD-002
  Scenario Outline: <length> bytes from <offset>
    When MODULE_EEPROM_GET is asked of the port: "OFFSET <offset>, LENGTH <length>, PAGE 0, I2C_ADDRESS 80"
    Then it is refused with EINVAL at LENGTH
    And the message is "<message>"

    Examples:
      | offset | length | message                                    |
      | 1      | 128    | reading cross half page boundary is illegal |
      | 127    | 2      | reading cross half page boundary is illegal |
      | 129    | 128    | reading cross page boundary is illegal      |
      | 255    | 2      | reading cross page boundary is illegal      |

  @ETH-MOD-003
  Scenario Outline: A read with <words> alone
    When MODULE_EEPROM_GET is asked of the port: "<words>"
    Then it is refused with EINVAL

    Examples:
      | words                                |
      | OFFSET 0                             |
      | LENGTH 1, PAGE 0, I2C_ADDRESS 80     |
      | OFFSET 0, PAGE 0, I2C_ADDRESS 80     |
      | OFFSET 0, LENGTH 1, I2C_ADDRESS 80   |
      | OFFSET 0, LENGTH 1, PAGE 0           |

  @ETH-MOD-004 @law
  Scenario: Parts of a half page
    Then for every part of the memory of the module, it reads as in the whole

  @ETH-MOD-005
  Scenario: Two pages
    Then two pages of the module are not the same

  @ETH-MOD-006
  Scenario: The identity
    Then both halves name the same kind of module, and the checksum of the identity is right

  @ETH-MOD-007
  Scenario: A device without modules
    Given an 802.1Q VLAN device with VID 7
    When MODULE_GET is asked of the VLAN device
    Then the reply has nothing but its header

  @ETH-MOD-008
  Scenario: A policy for no module
    Given an 802.1Q VLAN device with VID 7
    When MODULE_SET is asked of the VLAN device: "POLICY 1"
    Then it is refused with EOPNOTSUPP at POLICY
    And the message is "Setting power mode policy is not supported by this device"

  @ETH-MOD-009 @law
  Scenario: The power policy
    Then for every change of the power policy of the module, it reads back, or is refused and nothing has happened

  @ETH-MOD-010
  Scenario: Power by policy
    When MODULE_SET is asked of the port: "POLICY 2"
    Then the module has high power
    When the port is set down
    Then the module has low power
    When MODULE_SET is asked of the port: "POLICY 1"
    Then the module has high power

  @ETH-MOD-011
  Scenario: Firmware for a module
    When MODULE_FW_FLASH_ACT is asked of the port: "FILE_NAME module.bin"
    Then it is refused with EOPNOTSUPP
    And the message is "Flashing module firmware is not supported by this device"

  @ETH-TUN-001
  Scenario: A device without tables
    Given an 802.1Q VLAN device with VID 7
    When TUNNEL_INFO_GET is asked of the VLAN device
    Then it is refused with EOPNOTSUPP
    And the message is "device does not report tunnel offload info"

  @ETH-TUN-002
  Scenario: Tables of the port
    Then each table has room, and says for which tunnels or which ports are fixed
