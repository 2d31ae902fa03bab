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
  Scenario: Firmware for no module
    Given an 802.1Q VLAN device with VID 7
    When MODULE_FW_FLASH_ACT is asked of the VLAN device: "FILE_NAME module.bin"
    Then it is refused with EOPNOTSUPP
    And the message is "Flashing module firmware is not supported by this device"

  @ETH-MOD-012
  Scenario: Firmware while the port is up
    Given the file "nicspec-module.bin" has firmware of the revision 2.7 for a module
    When MODULE_FW_FLASH_ACT is asked of the port: "FILE_NAME nicspec-module.bin"
    Then it is refused with EBUSY
    And the message is "Netdevice is up, so flashing is not permitted"

  @ETH-MOD-013
  Scenario Outline: <what>
    When the port is set down
    And MODULE_FW_FLASH_ACT is asked of the port: "<words>"
    Then it is refused with <errno>

    Examples:
      | what                      | words                              | errno  |
      | A file that there is not  | FILE_NAME nicspec-no-such-file.bin | ENOENT |
      | No file at all            |                                    | EINVAL |
      | A name that leads out     | FILE_NAME ../nicspec-module.bin    | EINVAL |

  @ETH-MOD-014
  Scenario: How far it has come
    Given the file "nicspec-module.bin" has firmware of the revision 2.7 for a module
    And the port is set down
    And somebody else listens to ethtool
    When the module is flashed with "nicspec-module.bin"
    Then who asked is told that it has started, of bytes that become more, and that it is completed
    And nobody else is told of it

  @ETH-MOD-015
  Scenario: A module that is flashed
    Given the file "nicspec-module.bin" has firmware of the revision 2.7 for a module
    And the port is set down
    When the flashing of the module with "nicspec-module.bin" begins
    And MODULE_FW_FLASH_ACT is asked of the port: "FILE_NAME nicspec-module.bin"
    Then it is refused with EBUSY
    And the message is "Module firmware flashing already in progress"
    When MODULE_EEPROM_GET is asked of the port: "OFFSET 0, LENGTH 1, PAGE 0, I2C_ADDRESS 80"
    Then it is refused with EBUSY
    And the message is "Module firmware flashing is in progress"
    And the port cannot be set up, as its module is flashed

  @ETH-MOD-016
  Scenario: What runs behind an update
    Given the file "nicspec-module.bin" has firmware of the revision 2.7 for a module
    And the port is set down
    When the module is flashed with "nicspec-module.bin"
    Then the module tells the revision 2.7

  @ETH-MOD-017
  Scenario: A damaged image
    Given the file "nicspec-module.bin" has damaged firmware of the revision 2.7 for a module
    And the port is set down
    And the revision of the module is remembered
    When the module is flashed with "nicspec-module.bin"
    Then who asked is told that it has failed: "Complete FW download command failed"
    And the module tells the revision that was remembered

  @ETH-MOD-017
  Scenario: A wrong password
    Given the file "nicspec-module.bin" has firmware of the revision 2.7 for a module
    And the port is set down
    And the revision of the module is remembered
    When the module is flashed with "nicspec-module.bin" and the password 0x1234
    Then who asked is told that it has failed: "Password was not accepted"
    And the module tells the revision that was remembered

  @ETH-MOD-018
  Scenario: The part of a port
    Given the file "nicspec-module.bin" has firmware of the revision 2.7 for a module
    And the port is set down
    And the port is split into 2 parts
    When a part of the port is asked to flash its module with "nicspec-module.bin"
    Then it is refused with EOPNOTSUPP
    And the message is "Can't perform firmware flashing on a split port"

  @ETH-TUN-001
  Scenario: A device without tables
    Given an 802.1Q VLAN device with VID 7
    When TUNNEL_INFO_GET is asked of the VLAN device
    Then it is refused with EOPNOTSUPP
    And the message is "device does not report tunnel offload info"

  @ETH-TUN-002
  Scenario: Tables of the port
    Then each table has room, and says for which tunnels or which ports are fixed
