Feature: nettool changes single VLANs, spanning trees and switches of a bridge

  What belongs to one VLAN is a row of its own, and a change of one row is of no other.

  Rule: Single VLANs

    @NT-BRV-001 @needs:bridge-vlan-filtering
    Scenario Outline: An option of a VLAN of a port: <option>
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on bridge.mcast-vlan-snooping=on link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "set PORT link.up=on"
      And nettool was told "add PORT bridge-vlan vid=10"
      And nettool was told "add PORT bridge-vlan vid=12"
      When nettool is told "set PORT bridge-vlan-options vid=10 <option>"
      Then nettool has done it
      And the VLAN 10 of the port has <attribute> <now>
      And the VLAN 12 of the port has <attribute> <before>

      Examples:
        | option                 | attribute                            | now | before |
        | state=blocking         | BRIDGE_VLANDB_ENTRY_STATE            | 4   | 3      |
        | state=learning         | BRIDGE_VLANDB_ENTRY_STATE            | 2   | 3      |
        | mcast-router=permanent | BRIDGE_VLANDB_ENTRY_MCAST_ROUTER     | 2   | 1      |
        | mcast-max-groups=7     | BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS | 7   | 0      |

    @NT-BRV-001 @needs:bridge-neigh-vlan-suppress
    Scenario: The bridge answers for neighbours in one VLAN
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "add PORT bridge-vlan vid=10"
      And nettool was told "add PORT bridge-vlan vid=12"
      When nettool is told "set PORT bridge-vlan-options vid=12 neigh-suppress=on"
      Then nettool has done it
      And the VLAN 12 of the port has BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS 1
      And the VLAN 10 of the port has BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS 0

    @NT-BRV-001 @needs:bridge-vlan-filtering
    Scenario Outline: <what> is refused before anything is sent
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on"
      And nettool was told "set PORT link.master=nt0"
      When nettool is told "set PORT bridge-vlan-options <row>"
      Then nettool refuses it at <key>
      And nettool has sent 2 changes

      Examples:
        | what                         | row                   | key                              |
        | A VLAN that it is not in     | vid=77 state=blocking | bridge-vlan-options.vid          |
        | A state that there is not    | vid=1 state=asleep    | bridge-vlan-options.state        |
        | What can only be read        | vid=1 mcast-groups=3  | bridge-vlan-options.mcast-groups |

    @NT-BRV-002 @needs:bridge-vlan-snooping
    Scenario Outline: An option of a VLAN of the whole bridge: <option>
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on bridge.mcast-vlan-snooping=on link.up=on"
      And nettool was told "add nt0 bridge-vlan vid=10"
      And nettool was told "add nt0 bridge-vlan vid=12"
      When nettool is told "set nt0 bridge-vlan-global vid=10 <option>"
      Then nettool has done it
      And the VLAN 10 of nt0 as a whole has BRIDGE_VLANDB_GOPTS_<attribute> <now>
      And the VLAN 12 of nt0 as a whole has BRIDGE_VLANDB_GOPTS_<attribute> <before>

      Examples:
        | option                             | attribute                   | now  | before |
        | mcast-snooping=off                 | MCAST_SNOOPING              | 0    | 1      |
        | mcast-querier=on                   | MCAST_QUERIER               | 1    | 0      |
        | mcast-igmp-version=3               | MCAST_IGMP_VERSION          | 3    | 2      |
        | mcast-mld-version=2                | MCAST_MLD_VERSION           | 2    | 1      |
        | mcast-last-member-count=4          | MCAST_LAST_MEMBER_CNT       | 4    | 2      |
        | mcast-startup-query-count=5        | MCAST_STARTUP_QUERY_CNT     | 5    | 2      |
        | mcast-last-member-interval=200     | MCAST_LAST_MEMBER_INTVL     | 200  | 100    |
        | mcast-membership-interval=27000    | MCAST_MEMBERSHIP_INTVL      | 27000 | 26000 |
        | mcast-querier-interval=26500       | MCAST_QUERIER_INTVL         | 26500 | 25500 |
        | mcast-query-interval=13500         | MCAST_QUERY_INTVL           | 13500 | 12500 |
        | mcast-query-response-interval=2000 | MCAST_QUERY_RESPONSE_INTVL  | 2000 | 1000   |

    @NT-BRV-002 @needs:bridge-vlan-snooping
    Scenario: An interval that no kernel starts with
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on bridge.mcast-vlan-snooping=on link.up=on"
      And nettool was told "add nt0 bridge-vlan vid=10"
      And nettool was told "add nt0 bridge-vlan vid=12"
      And nettool was told "set nt0 bridge-vlan-global vid=12 mcast-startup-query-interval=4000"
      When nettool is told "set nt0 bridge-vlan-global vid=10 mcast-startup-query-interval=4200"
      Then nettool has done it
      And the VLAN 10 of nt0 as a whole has BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL 4200
      And the VLAN 12 of nt0 as a whole has BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL 4000

    @NT-BRV-003 @needs:bridge-mst
    Scenario: A port has a state of its own in each spanning tree
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on bridge.vlan-default-pvid=0 bridge.mst=on link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "set PORT link.up=on"
      And nettool was told "add PORT bridge-vlan vid=10"
      And nettool was told "add PORT bridge-vlan vid=20"
      And nettool was told "set nt0 bridge-vlan-global vid=10 tree=1"
      And nettool was told "set nt0 bridge-vlan-global vid=20 tree=2"
      And nettool was told "set PORT bridge-tree tree=1 state=forwarding"
      When nettool is told "set PORT bridge-tree tree=2 state=blocking"
      Then nettool has done it
      And the port is in the state 4 in the tree 2 and in the state 3 in the tree 1
      And the VLAN 20 of the port has BRIDGE_VLANDB_ENTRY_STATE 4
      And the VLAN 10 of the port has BRIDGE_VLANDB_ENTRY_STATE 3

    @NT-BRV-003 @needs:bridge-mst
    Scenario: A spanning tree that the port is not in
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on bridge.vlan-default-pvid=0 bridge.mst=on"
      And nettool was told "set PORT link.master=nt0"
      When nettool is told "set PORT bridge-tree tree=7 state=blocking"
      Then nettool refuses it at bridge-tree.tree
      And nettool has sent 2 changes

    @NT-BRV-004 @needs:bridge-vlan-filtering
    Scenario: A VLAN of a port is mapped to a tunnel until that is taken back
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "set PORT bridge-port.vlan-tunnel=on"
      And nettool was told "add PORT bridge-vlan vid=10"
      And nettool was told "add PORT bridge-vlan vid=11"
      When nettool is told "add PORT bridge-vlan-tunnel vid=10 tunnel=1000"
      Then nettool has done it
      When nettool is told "add PORT bridge-vlan-tunnel vid=11 tunnel=1001"
      Then nettool has done it
      And nettool tells that the VLANs of the port are mapped to the tunnels 10:1000, 11:1001
      And the kernel has mapped the VLANs of the port to the tunnels 10:1000, 11:1001
      When nettool is told "del PORT bridge-vlan-tunnel vid=10"
      Then nettool has done it
      And the kernel has mapped the VLANs of the port to the tunnels 11:1001

    @NT-BRV-004 @needs:bridge-vlan-filtering
    Scenario: A mapping without a tunnel is none
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on"
      And nettool was told "set PORT link.master=nt0"
      When nettool is told "add PORT bridge-vlan-tunnel vid=1"
      Then nettool refuses it at bridge-vlan-tunnel.tunnel
      And nettool has sent 2 changes

  Rule: Switches that share an attribute

    @NT-BRV-005 @needs:bridge-vlan-filtering
    Scenario Outline: <one> is switched alone
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on bridge.vlan-default-pvid=0 <others>"
      When nettool is told "set nt0 bridge.<one>=on"
      Then nettool has done it
      And nt0 has the switches <bits> on
      When nettool is told "set nt0 bridge.<one>=off"
      Then nettool has done it
      And nt0 has the switches <left> on

      Examples:
        | one                 | others                                              | bits    | left |
        | no-linklocal-learn  | bridge.mcast-vlan-snooping=on                       | 0, 1    | 1    |
        | mcast-vlan-snooping | bridge.no-linklocal-learn=on                        | 0, 1    | 0    |

    @NT-BRV-005 @needs:bridge-mst
    Scenario: Spanning trees are switched alone
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on bridge.vlan-default-pvid=0 bridge.no-linklocal-learn=on"
      When nettool is told "set nt0 bridge.mst=on"
      Then nettool has done it
      And nt0 has the switches 0, 2 on
      When nettool is told "set nt0 bridge.mst=off"
      Then nettool has done it
      And nt0 has the switches 0 on

  Rule: What somebody else changes is told

    @NT-WAT-003 @needs:bridge
    Scenario Outline: A setting of <kind> that somebody else changes is told
      Given nettool was told "create nt0 <kind> link.up=on"
      And nettool watches nt0
      When nettool is told "set nt0 <subject>.<key>=<value>"
      Then nettool tells that <subject>.<key> is <value>

      Examples:
        | kind   | subject | key         | value |
        | bridge | bridge  | ageing-time | 1234  |
        | bridge | bridge  | hello-time  | 300   |

    @NT-WAT-003 @needs:bond
    Scenario: A setting of an aggregate that somebody else changes is told
      Given nettool was told "create nt0 bond bond.mode=active-backup link.up=on"
      And nettool watches nt0
      When nettool is told "set nt0 bond.miimon=200"
      Then nettool tells that bond.miimon is 200

    @NT-WAT-003 @needs:bridge-vlan-filtering
    Scenario: A VLAN that somebody else adds is told
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "set PORT link.up=on"
      And nettool watches the port
      When nettool is told "add PORT bridge-vlan vid=10"
      Then nettool tells of a row of bridge-vlan with vid=10

    @NT-WAT-003 @needs:bridge-vlan-filtering
    Scenario: The state of a VLAN that somebody else changes is told
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "set PORT link.up=on"
      And nettool was told "add PORT bridge-vlan vid=10"
      And nettool watches the port
      When nettool is told "set PORT bridge-vlan-options vid=10 state=blocking"
      Then nettool tells of a row of bridge-vlan-options with state=blocking

    @NT-WAT-003 @needs:bridge-vlan-snooping
    Scenario: An option of a VLAN of the whole bridge that somebody else changes is told
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on bridge.mcast-vlan-snooping=on link.up=on"
      And nettool was told "add nt0 bridge-vlan vid=10"
      And nettool watches nt0
      When nettool is told "set nt0 bridge-vlan-global vid=10 mcast-querier=on"
      Then nettool tells of a row of bridge-vlan-global with mcast-querier=on
