Feature: nettool makes, changes and removes net devices, and rows of tables

  What is new is said whole, and is there whole or not at all. A row is looked for before it is changed.

  Rule: One net device is made, or removed

    @NT-DEV-001
    Scenario: A bridge is made with all that is said of it
      When nettool is told "create nt0 bridge bridge.ageing-time=1234 bridge.priority=4096 link.mtu=1400 link.address=02:00:00:00:00:77 link.up=on"
      Then nettool has done it
      And nt0 is a bridge with
        | link   | IFLA_MTU              | 1400              |
        | link   | IFLA_ADDRESS          | 02:00:00:00:00:77 |
        | bridge | IFLA_BR_AGEING_TIME   | 1234              |
        | bridge | IFLA_BR_PRIORITY      | 4096              |
      And the net device nt0 is up

    @NT-DEV-001 @needs:bond
    Scenario: An aggregate is made with all that is said of it
      When nettool is told "create nt0 bond bond.mode=active-backup bond.miimon=100 bond.updelay=200"
      Then nettool has done it
      And nt0 is a bond with
        | bond | IFLA_BOND_MODE    | 1   |
        | bond | IFLA_BOND_MIIMON  | 100 |
        | bond | IFLA_BOND_UPDELAY | 200 |

    @NT-DEV-001 @needs:vlan-device
    Scenario: A VLAN device is made on the port
      When nettool is told "create nt0 vlan vlan.on=PORT vlan.id=5"
      Then nettool has done it
      And nt0 is a vlan with
        | vlan | IFLA_VLAN_ID | 5 |

    @NT-DEV-001 @needs:vlan-device
    Scenario: A VLAN device has the kind of tag that was asked for
      When nettool is told "create nt0 vlan vlan.on=PORT vlan.id=5 vlan.protocol=802.1ad"
      Then nettool has done it
      And nt0 is a vlan with
        | vlan | IFLA_VLAN_ID       | 5     |
        | vlan | IFLA_VLAN_PROTOCOL | 34984 |

    @NT-DEV-001 @needs:vrf
    Scenario: A device of virtual routing and forwarding has its table
      When nettool is told "create nt0 vrf vrf.table=77 link.up=on"
      Then nettool has done it
      And nt0 is a vrf with
        | vrf | IFLA_VRF_TABLE | 77 |
      And the net device nt0 is up

    @NT-DEV-001 @needs:team
    Scenario: An aggregate of the team driver is made, and a port belongs to it
      When nettool is told "create nt0 team link.mtu=1400"
      Then nettool has done it
      And nt0 is a team with
        | link | IFLA_MTU | 1400 |
      When nettool is told "set PORT link.up=off link.master=nt0"
      Then nettool has done it
      And the master of the port is nt0

    @NT-DEV-001 @needs:dummy
    Scenario: A net device without a cable is made with what every link has
      When nettool is told "create nt0 dummy link.address=02:00:00:00:00:77 link.txqlen=77 link.group=3 link.up=on"
      Then nettool has done it
      And nt0 is a dummy with
        | link | IFLA_ADDRESS | 02:00:00:00:00:77 |
        | link | IFLA_TXQLEN  | 77                |
        | link | IFLA_GROUP   | 3                 |
      And the net device nt0 is up

    @NT-DEV-001
    Scenario: A port belongs to a bridge from now on, and to nobody afterwards
      Given nettool was told "create nt0 bridge"
      When nettool is told "set PORT link.master=nt0"
      Then nettool has done it
      And the master of the port is nt0
      When nettool is told "set PORT link.master=none"
      Then nettool has done it
      And the master of the port is nobody

    @NT-DEV-002
    Scenario: A name that is taken
      Given nettool was told "create nt0 bridge"
      When nettool is told "create nt0 bridge bridge.priority=4096"
      Then nettool refuses it for nt0
      And nettool has sent 1 change

    @NT-DEV-003
    Scenario Outline: What a new device cannot be without: <command>
      When nettool is told "<command>"
      Then nettool refuses it at <key>
      And nettool has sent no change

      Examples:
        | command                             | key       |
        | create nt0 vlan vlan.on=PORT        | vlan.id   |
        | create nt0 vlan vlan.id=5           | vlan.on   |
        | create nt0 vrf link.up=on           | vrf.table |

    @NT-DEV-003
    Scenario Outline: What a new device cannot be: <command>
      When nettool is told "<command>"
      Then nettool refuses it at <key>
      And nettool has sent no change

      Examples:
        | command                                           | key                   |
        | create nt0 vlan vlan.on=PORT vlan.id=4095         | vlan.id               |
        | create nt0 vlan vlan.on=no-such-one vlan.id=5     | vlan.on               |
        | create nt0 bridge bridge.priority=65536           | bridge.priority       |
        | create nt0 bridge bond.miimon=100                 | bond.miimon           |
        | create nt0 bridge link.address=01:00:5e:00:00:01  | link.address          |
        | create nt0 bridge bridge.fdb-learned=1            | bridge.fdb-learned    |
        | create nt0 no-such-kind link.up=on                | no-such-kind          |

    @NT-DEV-004
    Scenario: A net device that was made is removed
      Given nettool was told "create nt0 bridge"
      When nettool is told "destroy nt0"
      Then nettool has done it
      And there is no net device nt0

    @NT-DEV-004 @needs:devlink
    Scenario: A net device of hardware stays
      When nettool is told "destroy PORT"
      Then nettool refuses it for PORT
      And nettool has sent no change

    @NT-DEV-005
    Scenario: What fails leaves no half a device behind
      Given the device goes away before change 2 of nettool, and is back afterwards
      When nettool is told "create nt0 bridge link.promisc=on link.up=on"
      Then the kernel refused it
      And there is no net device nt0
      And the steps are told as undone, failed, not-tried

    @NT-DEV-006 @needs:bond @needs:vlan-device
    Scenario: A new device belongs to its master before it goes up
      Given nettool was told "create nt0 bond bond.mode=active-backup"
      And nettool was told "set PORT link.up=on"
      When nettool is told "create nt1 vlan vlan.on=PORT vlan.id=5 link.up=on link.master=nt0"
      Then nettool has done it
      And the master of nt1 is nt0
      And the net device nt1 is up

  Rule: A row is looked for before it is changed

    @NT-ROW-001 @needs:bridge
    Scenario Outline: A row that is not there: <command>
      Given nettool was told "create nt0 bridge"
      When nettool is told "<command>"
      Then nettool refuses it at <key>
      And nettool has sent 1 change

      Examples:
        | command                               | key         |
        | del nt0 fdb address=02:00:00:00:00:99 | fdb.address |
        | del nt0 mdb group=239.9.9.9           | mdb.group   |

    @NT-ROW-001 @needs:bridge-vlan-filtering
    Scenario: A VLAN that a bridge does not have
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on"
      When nettool is told "del nt0 bridge-vlan vid=77"
      Then nettool refuses it at bridge-vlan.vid
      And nettool has sent 1 change

    @NT-ROW-002 @needs:bridge
    Scenario: A row that is there already
      Given nettool was told "create nt0 bridge link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "add PORT fdb address=02:00:00:00:00:99 state=static"
      When nettool is told "add PORT fdb address=02:00:00:00:00:99 state=permanent"
      Then nettool refuses it at fdb.address
      And nettool has sent 4 changes

    @NT-ROW-005 @needs:bridge
    Scenario: One address, in the table of the bridge and in that of the device
      Given nettool was told "create nt0 bridge link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "add PORT fdb address=02:00:00:00:00:99 state=static"
      When nettool is told "add PORT fdb address=02:00:00:00:00:99 state=permanent self=on"
      Then nettool has done it
      When nettool is told "del PORT fdb address=02:00:00:00:00:99"
      Then nettool has done it
      When nettool is told "del PORT fdb address=02:00:00:00:00:99"
      Then nettool refuses it at fdb.address
      When nettool is told "del PORT fdb address=02:00:00:00:00:99 self=on"
      Then nettool has done it

    @NT-ROW-003 @needs:bridge-vlan-filtering
    Scenario: Rows stand in the order of the kernel
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "add PORT bridge-vlan vid=30"
      And nettool was told "add PORT bridge-vlan vid=20"
      And nettool was told "add PORT bridge-vlan vid=25"
      Then the VLANs that nettool tells of the port are in the order 1, 20, 25, 30

    @NT-ROW-004 @needs:devlink-health
    Scenario: What is not said of a row stays as it is
      Given nettool was told "set PORT devlink-health reporter=(a reporter that recovers) auto-recover=off"
      When nettool is told "set PORT devlink-health reporter=(a reporter that recovers) grace-period=1234"
      Then nettool has done it
      When devlink HEALTH_REPORTER_GET is asked for with
        | HEALTH_REPORTER_NAME | (a reporter that recovers) |
      Then the answer has
        | HEALTH_REPORTER.HEALTH_REPORTER_GRACEFUL_PERIOD | 1234 |
        | HEALTH_REPORTER.HEALTH_REPORTER_AUTO_RECOVER    | 0    |

    @NT-QRY-006
    Scenario: Answers stand in the order of the kernel's list of devices
      When nettool asks every device for its link
      Then the answers are in the order of the kernel's list of devices

  Rule: Bridges and aggregates

    @NT-MDB-001 @needs:bridge-vlan-filtering
    Scenario Outline: <what> is wanted by the port until it is removed
      Given nettool was told "create nt0 bridge bridge.vlan-filtering=on link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "set PORT link.up=on"
      And nettool was told "add PORT bridge-vlan vid=20"
      When nettool is told "add PORT mdb <row> permanent=on"
      Then nettool has done it
      And the port wants <what> in the VLAN 20 for good
      When nettool is told "del PORT mdb <row>"
      Then nettool has done it
      And the port wants no group <what>

      Examples:
        | what              | row                              |
        | 239.1.2.3         | group=239.1.2.3 vlan=20          |
        | ff05::1:3         | group=FF05:0:0:0:0:0:1:3 vlan=20 |

    @NT-MDB-001
    Scenario: A group without VLANs
      Given nettool was told "create nt0 bridge link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "set PORT link.up=on"
      When nettool is told "add PORT mdb group=239.1.2.3 permanent=on"
      Then nettool has done it
      And the port wants 239.1.2.3 in the VLAN 0 for good
      When nettool is told "del PORT mdb group=239.1.2.3"
      Then the port wants no group 239.1.2.3

    @NT-MDB-003
    Scenario Outline: <group> of the sender <sender> alone
      Given nettool was told "create nt0 bridge link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "set PORT link.up=on"
      When nettool is told "add PORT mdb group=<group> source=<sender> permanent=on"
      Then nettool has done it
      And the port wants <group> of the sender <sender> alone
      When nettool is told "del PORT mdb group=<group> source=<sender>"
      Then nettool has done it
      And the port wants no group <group>

      Examples:
        | group     | sender      |
        | 232.1.2.3 | 192.0.2.1   |
        | ff3e::4   | 2001:db8::1 |

    @NT-MDB-002 @needs:bridge
    Scenario Outline: What is no group: <row>
      Given nettool was told "create nt0 bridge"
      When nettool is told "add nt0 mdb <row>"
      Then nettool refuses it at <key>
      And nettool has sent 1 change

      Examples:
        | row                       | key        |
        | group=239.1.2             | mdb.group  |
        | permanent=on              | mdb.group  |
        | group=239.1.2.3 vlan=4095 | mdb.vlan   |
        | group=239.1.2.3 source=x  | mdb.source |

    @NT-BOND-001 @needs:bond
    Scenario: Settings of an aggregate are what was asked for
      Given nettool was told "create nt0 bond bond.mode=active-backup"
      When nettool is told "set nt0 bond.miimon=100 bond.updelay=200 bond.downdelay=300 bond.primary-reselect=failure bond.num-peer-notify=3"
      Then nettool has done it
      And nt0 is a bond with
        | bond | IFLA_BOND_MIIMON           | 100 |
        | bond | IFLA_BOND_UPDELAY          | 200 |
        | bond | IFLA_BOND_DOWNDELAY        | 300 |
        | bond | IFLA_BOND_PRIMARY_RESELECT | 2   |
        | bond | IFLA_BOND_NUM_PEER_NOTIF   | 3   |

    @NT-BOND-002 @needs:bond
    Scenario: Settings of a member are what was asked for
      Given nettool was told "create nt0 bond bond.mode=active-backup bond.miimon=100"
      And nettool was told "set PORT link.up=off"
      And nettool was told "set PORT link.master=nt0"
      When nettool is told "set PORT bond-member.queue=2"
      Then nettool has done it
      And the port is a member with the queue 2

    @NT-BOND-003 @needs:bond
    Scenario: What the kernel refuses of an aggregate is told of its key
      Given nettool was told "create nt0 bond bond.mode=active-backup"
      When nettool is told "set nt0 bond.miimon=100 bond.lacp-rate=fast"
      Then the kernel refused it
      And the refusal is about bond.lacp-rate
      And nt0 is a bond with
        | bond | IFLA_BOND_MIIMON | 0 |
