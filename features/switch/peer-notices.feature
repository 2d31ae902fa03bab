Feature: Stations that make themselves known
  When an aggregate uses another port, or a net device gets another station, switches and neighbours go on sending to where they
  saw it last. Who speaks first at the new place is found there.

  # Aggregates.

  @SW-PEER-001 @needs:bond
  Scenario: The active member loses its link
    Given an active-backup aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And what was said before is forgotten
    When p0 loses its link
    Then 192.0.2.1 is made known at p1, 1 time, with the station of the aggregate

  @SW-PEER-001 @needs:bond
  Scenario: The user chooses another active member
    Given an active-backup aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And the aggregate has 198.51.100.1/24
    And what was said before is forgotten
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then 192.0.2.1 is made known at p1, 1 time, with the station of the aggregate
    And 198.51.100.1 is made known at p1, 1 time, with the station of the aggregate

  @SW-PEER-001 @needs:bond
  Scenario: A backup loses its link
    Given an active-backup aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And what was said before is forgotten
    When p1 loses its link
    Then nothing is made known

  @SW-PEER-002 @needs:bond @needs:ipv6-routing
  Scenario: The user chooses another active member, with IPv6
    Given an active-backup aggregate of p0 and p1
    And the aggregate has 2001:db8::1/64
    And what was said before is forgotten
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then 2001:db8::1 is made known at p1, 1 time, with the station of the aggregate
    And it is made known as a host's

  @SW-PEER-003 @needs:bond
  Scenario Outline: <count> notices
    Given an active-backup aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And the aggregate setting IFLA_BOND_NUM_PEER_NOTIF is set to <count>
    And what was said before is forgotten
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then 192.0.2.1 is made known at p1, <count> times, with the station of the aggregate

    Examples:
      | count |
      | 0     |
      | 3     |

  @SW-PEER-004 @needs:bond @needs:prompt-far-end
  Scenario: Three notices, with a delay
    Given an active-backup aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And the aggregate setting IFLA_BOND_NUM_PEER_NOTIF is set to 3
    And the aggregate setting IFLA_BOND_PEER_NOTIF_DELAY is set to 200
    And what was said before is forgotten
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then 192.0.2.1 is made known at p1, 3 times, 200 ms apart

  @SW-PEER-005 @needs:bond
  Scenario: A VLAN device over an aggregate
    Given an active-backup aggregate of p0 and p1
    And a VLAN device with VID 10 over the aggregate
    And the VLAN device has 192.0.2.1/24
    And what was said before is forgotten
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then 192.0.2.1 is made known at p1, 1 time, in the VLAN 10

  @SW-PEER-010 @needs:bond
  Scenario: Announcements of a new active member
    Given an active-backup aggregate of p0 and p1
    And the aggregate setting IFLA_BOND_NUM_PEER_NOTIF is set to 2
    And somebody listens to links
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    Then the announcements of the aggregate tell IFLA_EVENT 3 once, and then IFLA_EVENT 4 two times

  @SW-PEER-011 @needs:bond
  Scenario: An aggregate that is set down in between
    Given an active-backup aggregate of p0 and p1
    And the aggregate has 192.0.2.1/24
    And the aggregate setting IFLA_BOND_NUM_PEER_NOTIF is set to 4
    And the aggregate setting IFLA_BOND_PEER_NOTIF_DELAY is set to 1000
    When the aggregate setting IFLA_BOND_ACTIVE_SLAVE is set to p1
    And the aggregate is set down
    And the aggregate is set up
    And what was said before is forgotten
    Then nothing is made known for 3 seconds

  # Teams.

  @SW-PEER-012 @needs:team @needs:prompt-far-end
  Scenario: Notices of a team, with an interval
    Given an activebackup team of p0 and p1
    And the team has 192.0.2.1/24
    And the option activeport of the team is p1
    And the option notify_peers_interval of the team is 200
    And the option notify_peers_count of the team is 3
    And the option enabled of p1 is off
    And what was said before is forgotten
    When the option enabled of p1 is set to on
    Then 192.0.2.1 is made known at p1, 3 times, 200 ms apart

  @SW-PEER-009 @needs:team
  Scenario Outline: A port of a team is enabled again, and peers are notified <count> times
    Given an activebackup team of p0 and p1
    And the team has 192.0.2.1/24
    And the option activeport of the team is p1
    And the option notify_peers_interval of the team is 20
    And the option notify_peers_count of the team is <count>
    And the option enabled of p1 is off
    And what was said before is forgotten
    When the option enabled of p1 is set to on
    Then 192.0.2.1 is made known at p1, <count> times, with the station of the aggregate

    Examples:
      | count |
      | 0     |
      | 2     |

  # Stations that change.

  @SW-PEER-006
  Scenario: A port gets another station
    Given a router with 192.0.2.1/24 at p0
    And the IPv4 setting arp_notify of p0 is 1
    And what was said before is forgotten
    When p0 gets the station 02:5a:00:00:07:21
    Then 192.0.2.1 is made known at p0, 1 time, with the station 02:5a:00:00:07:21

  @SW-PEER-006
  Scenario: A port gets another station, and nobody wants it known
    Given a router with 192.0.2.1/24 at p0
    And what was said before is forgotten
    When p0 gets the station 02:5a:00:00:07:21
    Then nothing is made known

  @SW-PEER-007 @needs:ipv6-routing
  Scenario: A port with IPv6 gets another station
    Given a router with 2001:db8::1/64 at p0
    And the IPv6 setting ndisc_notify of p0 is 1
    And what was said before is forgotten
    When p0 gets the station 02:5a:00:00:07:21
    Then 2001:db8::1 is made known at p0, 1 time, with the station 02:5a:00:00:07:21
    And it is made known as a router's

  @SW-PEER-007 @needs:ipv6-routing
  Scenario: A port with IPv6 gets another station, and nobody wants it known
    Given a router with 2001:db8::1/64 at p0
    And what was said before is forgotten
    When p0 gets the station 02:5a:00:00:07:21
    Then nothing is made known

  @SW-PEER-007 @needs:ipv6-routing
  Scenario: An address of IPv6 comes into use
    Given a router with 2001:db8::1/64 at p0
    And the IPv6 setting ndisc_notify of p0 is 1
    And what was said before is forgotten
    When 2001:db8::2/64 is added to p0
    Then 2001:db8::2 is made known at p0, 1 time, with the station of p0

  @SW-PEER-008
  Scenario: A bridge comes up
    Given a bridge over p0 and p1
    And the router has 192.0.2.1/24 at the bridge
    And the IPv4 setting arp_notify of the bridge is 1
    And the bridge is set down
    And what was said before is forgotten
    When the bridge is set up
    Then 192.0.2.1 is made known at p0 and p1, 1 time, with the station of the bridge
