Feature: nettool and what the device behind a net device can do

  Reporters, regions, rates, traps, resources, params and the ports themselves: each change is checked by what the device says of itself,
  and what the device tells reaches the user as it is.

  Rule: What is only validated is not done

    @NT-ACT-001 @needs:devlink-health
    Scenario Outline: <action> is only validated
      When nettool is asked whether "run PORT <action>" can be done
      Then the action is valid
      And nettool has sent no change

      Examples:
        | action                                     |
        | health-recover (a reporter that recovers)  |
        | health-dump-clear (a reporter)             |

    @NT-ACT-001 @needs:devlink-reload
    Scenario: A reload is only validated
      When nettool is asked whether "run PORT reload driver_reinit" can be done
      Then the action is valid
      And nettool has sent no change

    @NT-ACT-002 @needs:devlink-health
    Scenario Outline: What the device does not have: <action>
      When nettool is told "run PORT <action>"
      Then the action is refused before anything is sent, and the refusal names <accepted>

      Examples:
        | action                            | accepted                   |
        | health-recover no-such-reporter   | (a reporter)               |
        | health-diagnose no-such-reporter  | (a reporter)               |

    @NT-ACT-002 @needs:devlink-regions
    Scenario: A snapshot that there is not
      When nettool is told "run PORT region-read (a region) 4711"
      Then the action is refused before anything is sent, and the refusal names snapshots

    @NT-ACT-002 @needs:devlink-port-split
    Scenario Outline: A port cannot be split into <count>
      When nettool is told "run PORT split <count>"
      Then the action is refused before anything is sent, and the refusal names 2

      Examples:
        | count |
        | 3     |
        | 1     |
        | 1024  |

    @NT-ACT-002 @needs:devlink-port-split
    Scenario: A port that was not split is not put together
      When nettool is told "run PORT unsplit"
      Then the action is refused before anything is sent, and the refusal names split

    @NT-ACT-003 @needs:devlink-health
    Scenario Outline: What a reporter says reaches the user: <action>
      When nettool is told "run PORT <action> (a reporter that recovers)"
      Then what it tells is what devlink <command> tells of (a reporter that recovers)

      Examples:
        | action          | command                  |
        | health-diagnose | HEALTH_REPORTER_DIAGNOSE |
        | health-dump     | HEALTH_REPORTER_DUMP_GET |

  Rule: Each object of devlink is changed as it was asked for

    @NT-DL-001 @needs:devlink-health-errors
    Scenario: A reporter recovers when it is told to
      Given the reporter that recovers has no automatic recovery
      When an error is met
      And nettool is told "run PORT health-recover (a reporter that recovers)"
      Then the reporter is healthy, after 1 more error and 1 more recovery

    @NT-DL-001 @needs:devlink-health
    Scenario: A setting that a reporter does not have
      When nettool is told "set PORT devlink-health reporter=(a reporter that does not recover) grace-period=5"
      Then nettool refuses it at devlink-health.grace-period
      And nettool has sent no change

    @NT-DL-002 @needs:devlink-port-split
    Scenario: A port is split
      When the port that is to be split is remembered
      And nettool is told "run PORT split 2"
      Then the action is done
      And the port has 2 parts in its place

    @NT-DL-014 @needs:devlink-port-split
    Scenario: The parts of a port are put together again
      When the port that is to be split is remembered
      And nettool is told "run PORT split 2"
      Then the port has 2 parts in its place
      When nettool is told "run (a part of the port) unsplit"
      Then the action is done
      And the port has 0 parts in its place

    @NT-DL-013 @needs:devlink-traps
    Scenario: An instance of devlink is a device
      When nettool is told "set (the instance) devlink-traps.(a drop trap)=trap"
      Then nettool has done it
      And the action of the trap (a drop trap) is trap

    @NT-DL-013 @needs:devlink
    Scenario: A port of devlink is its net device
      When nettool is told "set (the port of the instance) link.mtu=1400"
      Then nettool has done it
      And the MTU of the port reads as 1400

    @NT-DL-013 @needs:devlink
    Scenario Outline: What only net devices have is not asked of an instance: <command>
      When nettool is told "<command>"
      Then nettool refuses it for (the instance)
      And nettool has sent no change

      Examples:
        | command                             |
        | set (the instance) link.mtu=1400    |
        | destroy (the instance)              |

    @NT-DL-013 @needs:devlink
    Scenario: An instance that there is not
      When nettool is told "set pci/no-such-one devlink-traps.x=trap"
      Then nettool refuses it for pci/no-such-one
      And the refusal names the instance

    @NT-DL-011 @needs:devlink-flash
    Scenario: Firmware is written, and how far it has come is told
      Given a firmware file that is good
      When nettool is told "run PORT flash nicspec-test.bin"
      Then the action is done
      And nettool tells how far it has come, up to the whole
      And the file is taken away

    @NT-DL-011 @needs:devlink-flash-activate
    Scenario: One component is written
      Given a firmware file that is good
      When nettool is told "run PORT flash nicspec-test.bin component=fw"
      Then the action is done
      And all that nettool tells of it is of fw
      And what was runs, and the new firmware is stored

    @NT-DL-011 @needs:devlink-flash
    Scenario Outline: What cannot be written is not begun: <words>
      When nettool is told "run PORT flash <words>"
      Then the action is refused before anything is sent, and the refusal names <accepted>

      Examples:
        | words                               | accepted  |
        | ../nicspec-test.bin                 | directory |
        | nicspec-test.bin component=no-such  | component |

    @NT-DL-012 @needs:devlink-selftests
    Scenario: Each test that the device makes of itself is told
      When nettool is told "run PORT devlink-selftest"
      Then the action is done
      And it tells that flash is pass

    @NT-DL-012 @needs:devlink-selftests
    Scenario: A test that there is not
      When nettool is told "run PORT devlink-selftest no-such-test"
      Then the action is refused before anything is sent, and the refusal names flash

    @NT-DL-003 @needs:devlink-regions
    Scenario: A snapshot comes and goes
      When nettool is told "add PORT devlink-regions region=(a region) snapshot=7"
      Then nettool has done it
      And the snapshots of (a region) are 7
      When nettool is told "add PORT devlink-regions region=(a region) snapshot=7"
      Then nettool refuses it at devlink-regions.region
      When nettool is told "del PORT devlink-regions region=(a region) snapshot=7"
      Then nettool has done it
      And the snapshots of (a region) are none

    @NT-DL-003 @needs:devlink-regions
    Scenario: The bytes of a snapshot reach the user
      Given nettool was told "add PORT devlink-regions region=(a region) snapshot=7"
      When nettool is told "run PORT region-read (a region) 7 address=16 length=32"
      Then the bytes from 16 to 48 of the snapshot 7 of (a region) are what it tells

    @NT-DL-004 @needs:devlink-rate-nodes
    Scenario: A node of rates comes, changes and goes
      Given an embedded switch in switchdev mode
      When nettool is told "add PORT devlink-rates node=one max=1250000"
      Then nettool has done it
      And devlink RATE_GET has one with
        | RATE_NODE_NAME | one     |
        | RATE_TX_MAX    | 1250000 |
      When nettool is told "set PORT devlink-rates node=one max=2500000 share=125000"
      Then nettool has done it
      And devlink RATE_GET has one with
        | RATE_NODE_NAME | one     |
        | RATE_TX_MAX    | 2500000 |
        | RATE_TX_SHARE  | 125000  |
      When nettool is told "del PORT devlink-rates node=one"
      Then nettool has done it
      And the rate nodes are none

    @NT-DL-004 @needs:devlink-rate-nodes
    Scenario: A node gets a parent, and loses it
      Given an embedded switch in switchdev mode
      And the rate nodes one and two
      When nettool is told "set PORT devlink-rates node=two parent=one"
      Then the parent of two is one
      When nettool is told "set PORT devlink-rates node=two parent=none"
      Then the parent of two is nobody

    @NT-DL-005 @needs:devlink-traps
    Scenario: A policer of traps
      When nettool is told "set PORT devlink-trap-policers policer=(a policer) rate=1500 burst=512"
      Then nettool has done it
      And the policer (a policer) has the rate 1500 and the burst 512

    @NT-DL-005 @needs:devlink-traps
    Scenario: A trap, and a group of traps
      When nettool is told "set PORT devlink-traps.(a drop trap)=trap"
      Then nettool has done it
      And the action of the trap (a drop trap) is trap
      When nettool is told "set PORT devlink-trap-groups group=(a trap group) action=drop"
      Then nettool has done it
      And the action of the trap (a drop trap) is drop
      When nettool is told "set PORT devlink-trap-groups group=(a trap group) policer=0"
      Then nettool has done it
      And the trap group (a trap group) has no policer

    @NT-DL-006 @needs:devlink-resources
    Scenario: The size of a resource is another after the next reload
      When nettool is told "set PORT devlink-resources name=(the path of a resource) size=(another size of it)"
      Then nettool has done it
      And the resource that is asked for is as large as was asked for

    @NT-DL-006 @needs:devlink-resource-bounds
    Scenario: A size that a resource cannot have
      When nettool is told "set PORT devlink-resources name=(the path of a resource) size=(more than it can have)"
      Then nettool refuses it at devlink-resources.size
      And nettool has sent no change

    @NT-DL-007 @needs:devlink-params
    Scenario: A param
      When nettool is told "set PORT devlink-params.(a number of the driver)=(another value of it)"
      Then nettool has done it
      And the param that is asked for is what was asked for

    @NT-DL-008 @needs:devlink-reload
    Scenario: A reload tells what was done
      When nettool is told "run PORT reload driver_reinit"
      Then the action is done
      And it tells that driver_reinit was performed

    @NT-DL-009 @needs:devlink-flash-activate
    Scenario: A reload that activates firmware
      Given a firmware file that is good
      And the file is flashed
      When nettool is told "run PORT reload fw_activate"
      Then the action is done
      And the new firmware runs, and the new firmware is stored

    @NT-DL-009 @needs:devlink-reload-no-reset @needs:devlink-flash-activate
    Scenario Outline: A limit of a reload is heard: <words>
      Given a firmware file that is good
      And the file is flashed
      When nettool is told "run PORT reload <words>"
      Then the action is done
      And of the action 2 are counted <unspec> without a limit, and <limited> without a reset

      Examples:
        | words                | unspec | limited |
        | fw_activate          | 1      | 0       |
        | fw_activate no_reset | 0      | 1       |

    @NT-DL-010 @needs:devlink-port-health
    Scenario: A reporter of the port recovers, and tells of itself
      When nettool is told "run PORT health-recover (a reporter of the port)"
      Then the action is done
      When nettool is told "run PORT health-diagnose (a reporter of the port)"
      Then what it tells is what devlink HEALTH_REPORTER_DIAGNOSE tells of (a reporter of the port) at the port

    @NT-DL-010 @needs:devlink-port-health
    Scenario: Settings of a reporter of the port
      When nettool is told "set PORT devlink-health reporter=(a reporter of the port) grace-period=4321"
      Then nettool has done it
      And the reporter (a reporter of the port) of the port has the grace period 4321

    @NT-RSS-001 @needs:rss-contexts
    Scenario: A context of receive-side scaling comes, changes and goes
      When nettool is told "add PORT rss-contexts context=5 table=0"
      Then nettool has done it
      And the context 5 spreads to the queues 0
      When nettool is told "set PORT rss-contexts context=5 table=1"
      Then nettool has done it
      And the context 5 spreads to the queues 1
      And the main context is as it was
      When nettool is told "del PORT rss-contexts context=5"
      Then nettool has done it
      And there is no context 5

    @NT-RSS-001 @needs:rss-contexts
    Scenario: A context that there is not
      When nettool is told "set PORT rss-contexts context=9 table=0"
      Then nettool refuses it at rss-contexts.context
      And nettool has sent no change

    @NT-FEC-001 @needs:fec
    Scenario: A choice of no error correction at all is not sent
      Given nettool was told "set PORT fec.auto=off fec.modes=(an encoding)"
      When nettool is told "set PORT fec.modes=none"
      Then nettool refuses it at fec.modes
      And the kernel's choice of error correction is as it was
