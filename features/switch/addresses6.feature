Feature: Addresses and settings of IPv6

  A net device that IPv6 is on for has an address of its link without anybody giving it one, and asks before it uses an address whether
  somebody else has it. What may be forwarded is a setting of the whole host.

  @SW-RT6-030
  Scenario: IPv6 is switched on
    Given IPv6 is on at p0
    Then p0 has the address of its link
    And there is a route to fe80::/64

  @SW-RT6-031
  Scenario: IPv6 is switched off
    Given a router with 2001:db8:1::1/64 at p0
    Given the IPv6 setting disable_ipv6 of p0 is 1
    Then p0 has not the address 2001:db8:1::1/64
    And p0 has no address of its link
    And there is no route to 2001:db8:1::/64
    When the address 2001:db8:1::1/64 is given to p0
    Then it is refused with EACCES
    And the kernel says "ipv6: IPv6 is disabled on this device"

  @SW-RT6-032
  Scenario: A link that is too narrow
    Given a router with 2001:db8:1::1/64 at p0
    And the MTU of p0 is 1279
    Then p0 has not the address 2001:db8:1::1/64
    And there is no route to 2001:db8:1::/64

  @SW-RT6-032
  Scenario: A link that is just wide enough
    Given a router with 2001:db8:1::1/64 at p0
    And the MTU of p0 is 1280
    Then p0 has the address 2001:db8:1::1/64
    And there is a route to 2001:db8:1::/64

  @SW-RT6-033
  Scenario: An address is given once
    Given a router with 2001:db8:1::1/64 at p0
    When the address 2001:db8:1::1/64 is given to p0
    Then it is refused with EEXIST
    And the kernel says "ipv6: address already assigned"

  @SW-RT6-034
  Scenario: An address is examined before it is used
    Given IPv6 is on at p0, and addresses are examined
    When the address 2001:db8:1::1/64 is given to p0
    Then the address 2001:db8:1::1/64 of p0 is being examined
    And there is no route to 2001:db8:1::1/128 in table 255
    When nobody answers for 3 seconds
    Then somebody has asked at p0 whether anybody has 2001:db8:1::1
    And the address 2001:db8:1::1/64 of p0 is in use
    And there is a route to 2001:db8:1::1/128 in table 255

  @SW-RT6-034
  Scenario: An address that nobody examines
    Given IPv6 is on at p0, and addresses are examined
    When the address 2001:db8:1::1/64 is given to p0 without an examination
    Then the address 2001:db8:1::1/64 of p0 is in use

  @SW-RT6-035
  Scenario Outline: Somebody else <does>
    Given IPv6 is on at p0, and addresses are examined
    When the address 2001:db8:1::1/64 is given to p0
    And somebody else at p0 <does> 2001:db8:1::1
    And 3 seconds pass
    Then the address 2001:db8:1::1/64 of p0 has failed
    And there is no route to 2001:db8:1::1/128 in table 255

    Examples:
      | does              |
      | has               |
      | examines as well  |

  @SW-RT6-036
  Scenario: An address has an end
    Given IPv6 is on at p0
    When the address 2001:db8:1::1/64 is given to p0 for 2 seconds
    Then p0 has the address 2001:db8:1::1/64
    When 5 seconds pass
    Then p0 has not the address 2001:db8:1::1/64

  @SW-RT6-037
  Scenario: An address that is preferred for longer than it lives
    Given IPv6 is on at p0
    When the address 2001:db8:1::1/64 is given to p0 for 10 seconds, preferred for 20
    Then it is refused with EINVAL
    And the kernel says "ipv6: address lifetime invalid"

  @SW-RT6-038
  Scenario: Forwarding of all is that of each
    Given the IPv6 setting forwarding of all is 1
    Then the IPv6 setting forwarding of p0 reads 1
    And the IPv6 setting forwarding of default reads 1
    Given the IPv6 setting forwarding of all is 0
    Then the IPv6 setting forwarding of p0 reads 0

  @SW-RT6-038
  Scenario: Forwarding of one is its own
    Given the IPv6 setting forwarding of p0 is 1
    Then the IPv6 setting forwarding of p0 reads 1
    And the IPv6 setting forwarding of p1 reads 0
    And the IPv6 setting forwarding of all reads 0

  @SW-RT6-039
  Scenario: A setting that takes numbers takes nothing else
    When the IPv6 setting forwarding of p0 is set to yes
    Then the setting is refused with EINVAL
    When the IPv6 setting hop_limit of p0 is set to 256
    Then the setting is refused with EINVAL
    When the IPv6 setting hops of p0 is set to 1
    Then the setting is refused with ENOENT
