Feature: Dumps
  A dump lists what is there, in as many parts as it takes. The list may change while it is read, a filter may leave most of it out,
  and a query may ask for what the kernel cannot do: a reader has to be able to tell.

  @NL-DUMP-001
  Scenario Outline: A dump of <what>
    When a dump of <what> is read
    Then every message is one of several with the sequence number of the request, and one end with the code 0 is the last

    Examples:
      | what         |
      | links        |
      | addresses    |
      | neighbours   |
      | routes       |
      | bridge ports |
      | entries      |
      | families     |
      | policies     |

  @NL-DUMP-002 @needs:bridge
  Scenario: More than one part holds
    Given 30 bridges
    When a dump of links is read
    Then it comes in several parts, and every link is in it once

  @NL-DUMP-003 @needs:bridge
  Scenario Outline: A link that <happens> while links are dumped
    Given 30 bridges
    When a dump of links is begun, and a link <happens> before it is read on
    Then a message of the dump says that it was interrupted

    Examples:
      | happens |
      | comes   |
      | goes    |

  @NL-DUMP-003 @needs:bridge
  Scenario: An address that comes while addresses are dumped
    Given 30 bridges with 4 addresses each
    When a dump of addresses is begun, and an address comes before it is read on
    Then a message of the dump says that it was interrupted

  @NL-DUMP-004 @needs:bridge
  Scenario: Nothing happens
    Given 30 bridges
    When a dump of links is begun, and a link is changed before it is read on
    Then no message of the dump says that it was interrupted

  @NL-DUMP-005 @needs:bridge
  Scenario: Links of a bridge
    Given a bridge with the port p0, and one without
    When a dump of the links of the first bridge is read
    Then the port p0 alone is in it
    And every message of it is marked as filtered

  @NL-DUMP-006 @needs:bridge
  Scenario: Links of a kind
    Given a bridge with the port p0, and one without
    When a dump of the links of the kind "bridge" is read
    Then the two bridges alone are in it
    And every message of it is marked as filtered

  @NL-DUMP-006
  Scenario: A kind that nobody knows is no filter
    When a dump of the links of the kind "nosuchkind" is read
    Then the port is among them
    And no message of it is marked as filtered

  @NL-DUMP-007 @needs:bridge
  Scenario: Addresses of a link
    Given a bridge with the port p0, and one without
    And each bridge has an address
    When a dump of the addresses of the first bridge is read
    Then the address of the first bridge alone is in it
    And every message of it is marked as filtered

  @NL-DUMP-007
  Scenario: Addresses of a link that there is not
    When a dump of the addresses of a link that there is not is read
    Then it fails with ENODEV

  @NL-DUMP-008 @needs:bridge
  Scenario Outline: Neighbours <of>
    Given a bridge with the port p0, and one without
    And the port p0 and the second bridge have a neighbour each
    When a dump of the neighbours <of> is read
    Then the neighbour of p0 alone is in it
    And every message of it is marked as filtered

    Examples:
      | of                                |
      | of p0                             |
      | of what is part of the first bridge |

  @NL-DUMP-009 @needs:ip-routing
  Scenario Outline: Routes <of>
    Given the port has an address, a route of protocol 99 in the table main and one of protocol 98 in the table 100
    When a dump of the routes <of> is read
    Then the route <destination> is in it, and <other> is not
    And every message of it is marked as filtered

    Examples:
      | of                | destination    | other          |
      | of protocol 99    | 198.51.100.0   | 203.0.113.0    |
      | of protocol 98    | 203.0.113.0    | 198.51.100.0   |
      | of table 100      | 203.0.113.0    | 198.51.100.0   |
      | of table 254      | 198.51.100.0   | 203.0.113.0    |

  @NL-DUMP-010 @needs:bridge
  Scenario Outline: Entries <of>
    Given a bridge with the port p0, and one without
    When a dump of the entries <of> is read
    Then an entry of p0 is in it, and none of the second bridge

    Examples:
      | of                  |
      | of p0               |
      | of the first bridge |

  @NL-DUMP-011
  Scenario Outline: <what>: <member> in the header
    When a dump of <what> is read, with 1 as <member> in its header
    Then it fails with EINVAL, and says "<message>"

    Examples:
      | what         | member        | message                                                  |
      | links        | ifi_type      | Invalid values in header for link dump request           |
      | links        | ifi_change    | Invalid values in header for link dump request           |
      | links        | ifi_index     | Filter by device index not supported for link dumps      |
      | addresses    | ifa_prefixlen | ipv4: Invalid values in header for address dump request  |
      | neighbours   | ndm_state     | Invalid values in header for neighbor dump request       |
      | neighbours   | ndm_flags     | Invalid flags in header for neighbor dump request        |
      | routes       | rtm_dst_len   | Invalid values in header for FIB dump request            |
      | bridge ports | ifi_index     | Invalid values in header for bridge link dump request    |
      | entries      | ndm_state     | Invalid values in header for fdb dump request            |

  @NL-DUMP-012
  Scenario Outline: <what>: <attribute> is no filter
    When a dump of <what> is read, with <attribute>
    Then it fails with EINVAL, and says "<message>"

    Examples:
      | what         | attribute    | message                                              |
      | links        | IFLA_MTU     | Unsupported attribute in link dump request           |
      | addresses    | IFA_FLAGS    | ipv4: Unsupported attribute in dump request          |
      | neighbours   | NDA_PROBES   | Unsupported attribute in neighbor dump request       |
      | routes       | RTA_PRIORITY | Unsupported attribute in dump request                |
      | bridge ports | IFLA_MTU     | Unsupported attribute in bridge link dump request    |
      | entries      | NDA_PROBES   | Unsupported attribute in fdb dump request            |

  @NL-DUMP-013 @needs:netlink-options
  Scenario Outline: <what>, without the check: <member> in the header
    Given the socket does not ask for strict queries
    When a dump of <what> is read, with 1 as <member> in its header
    Then it is complete

    Examples:
      | what         | member     |
      | links        | ifi_type   |
      | links        | ifi_index  |
      | neighbours   | ndm_state  |

  @NL-DUMP-014 @needs:bridge
  Scenario: One dump at a time
    Given 30 bridges
    When two dumps of links are asked for through one socket at once
    Then the second is refused with EBUSY, and the first is complete

  @NL-DUMP-015
  Scenario Outline: A dump of links with <flags> alone
    When a dump of links is asked for with <flags> alone
    Then it is a dump

    Examples:
      | flags       |
      | NLM_F_ROOT  |
      | NLM_F_MATCH |
