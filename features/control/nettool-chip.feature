Feature: nettool and what is inside the device: functions, shared buffers, and the pipeline

  What devlink shows of a chip beyond its ports is changed by the same rules: what is not said stays as it is, what cannot be is
  refused before anything is sent, and what the kernel tells reaches the user.

  Rule: The function behind a port

    @NT-DL-015 @needs:sriov @needs:representors @needs:devlink-port-function
    Scenario: The address of a function
      Given 1 represented functions
      When nettool is told "set (the port of VF 0) devlink-function.address=02:00:5e:00:53:15"
      Then nettool has done it
      And the function behind (the port of VF 0) has
        | HW_ADDR | 02 00 5e 00 53 15 |

    @NT-DL-015 @needs:sriov @needs:representors @needs:devlink-port-function
    Scenario Outline: No address of its own: <address>
      Given 1 represented functions
      When nettool is told "set (the port of VF 0) devlink-function.address=<address>"
      Then nettool refuses it at devlink-function.address
      And nettool has sent no change

      Examples:
        | address           |
        | 03:00:5e:00:53:15 |
        | ff:ff:ff:ff:ff:ff |

    @NT-DL-015 @needs:sriov @needs:representors @needs:devlink-port-capabilities
    Scenario: One capability of a function
      Given 1 represented functions
      When nettool is told "set (the port of VF 0) devlink-function.migratable=on"
      Then nettool has done it
      And of the function behind (the port of VF 0) migratable is on, and the others are what they were
      When nettool is told "set (the port of VF 0) devlink-function.roce=off devlink-function.migratable=off"
      Then nettool has done it
      And of the function behind (the port of VF 0) migratable is off, and roce too

    @NT-DL-015 @needs:sriov @needs:representors @needs:devlink-max-io-eqs
    Scenario: Queues of events of a function
      Given 1 represented functions
      When nettool is told "set (the port of VF 0) devlink-function.max-io-eqs=3"
      Then nettool has done it
      And the function behind (the port of VF 0) has
        | MAX_IO_EQS | 3 |

    @NT-DL-015 @needs:devlink
    Scenario: A port that no function is behind
      When nettool is told "set PORT devlink-function.roce=on"
      Then nettool refuses it at devlink-function
      And nettool has sent no change

    @NT-DL-016 @needs:eswitch-switchdev @needs:devlink-subfunctions
    Scenario: A subfunction comes, is used, and goes
      Given the embedded switch is set to switchdev
      When nettool is told "add (the instance) devlink-ports flavour=pcisf pf=0 sf=88"
      Then nettool has done it
      And the subfunction 88 is inactive and detached
      When nettool is told "set (the port of SF 88) devlink-function.state=active devlink-function.address=02:00:5e:00:53:88"
      Then nettool has done it
      And the subfunction 88 is active and attached
      And there is a net device with the address 02:00:5e:00:53:88
      When nettool is told "del (the instance) devlink-ports index=(the number of the port of SF 88)"
      Then nettool has done it
      And there is no port of a subfunction, and no leaf of rates

    @NT-DL-016 @needs:devlink
    Scenario Outline: What is no port of a subfunction: <row>
      When nettool is told "add (the instance) devlink-ports <row>"
      Then nettool refuses it at devlink-ports.<key>
      And nettool has sent no change

      Examples:
        | row                  | key     |
        | flavour=pcisf sf=88  | pf      |
        | pf=0 sf=88           | flavour |
        | flavour=cpu pf=0     | flavour |

    @NT-DL-016 @needs:devlink
    Scenario: A port of the front panel stays
      When nettool is told "del (the instance) devlink-ports index=(the number of the port)"
      Then nettool refuses it at devlink-ports.index
      And nettool has sent no change

    @NT-DL-017 @needs:sriov @needs:representors @needs:devlink-port-function
    Scenario: The net device of a port without a bus
      Given 1 represented functions
      When nettool is told "set (the representor of VF 0) devlink-function.address=02:00:5e:00:53:16"
      Then nettool has done it
      And the function behind (the port of VF 0) has
        | HW_ADDR | 02 00 5e 00 53 16 |

  Rule: Shared buffers

    @NT-DL-018 @needs:devlink-shared-buffers
    Scenario: A pool keeps what is not said of it
      When nettool is told "set PORT devlink-pools pool=1 size=96000 threshold-type=static"
      Then nettool has done it
      And the pool 1 has the size 96000 and a static threshold
      When nettool is told "set PORT devlink-pools pool=1 size=192000"
      Then nettool has done it
      And the pool 1 has the size 192000 and a static threshold

    @NT-DL-018 @needs:devlink-shared-buffers
    Scenario: A pool that is larger than its buffer
      When nettool is told "set PORT devlink-pools pool=1 size=4000000000"
      Then nettool refuses it at devlink-pools.size
      And nettool has sent no change

    @NT-DL-018 @needs:devlink-shared-buffers
    Scenario: What a port may take of a pool
      When nettool is told "set PORT devlink-thresholds pool=1 threshold=7"
      Then nettool has done it
      And the port may take 7 of the pool 1

    @NT-DL-018 @needs:devlink-shared-buffers
    Scenario: A class takes of another pool, as much as before
      When nettool is told "set PORT devlink-classes class=3 direction=ingress threshold=7"
      Then nettool has done it
      When nettool is told "set PORT devlink-classes class=3 direction=ingress pool=1"
      Then nettool has done it
      And class 3 of ingress takes 7 of the pool 1

    @NT-DL-018 @needs:devlink-shared-buffers
    Scenario: A pool of the other direction
      When nettool is told "set PORT devlink-classes class=3 direction=ingress pool=(a pool of egress)"
      Then nettool refuses it at devlink-classes.pool
      And nettool has sent no change

    @NT-DL-019 @needs:devlink-shared-buffer-occupancy
    Scenario: What was in the buffer at most, and is forgotten
      Given nothing was in the buffer
      When a frame of 1500 bytes comes in
      And nettool is told "run PORT buffer-snapshot"
      Then the action is done
      And nettool shows that something was in the buffer
      When nettool is told "run PORT buffer-forget"
      And nettool is told "run PORT buffer-snapshot"
      Then nettool shows that nothing was in the buffer

    @NT-DL-019 @needs:devlink-shared-buffer-occupancy
    Scenario: A buffer that there is not
      When nettool is told "run PORT buffer-snapshot 99"
      Then the action is refused before anything is sent, and the refusal names 0

  Rule: The pipeline

    @NT-DL-020 @needs:devlink-fdb-pipeline
    Scenario: Counters of a table
      When nettool is told "set PORT devlink-tables table=(a table) counters=on"
      Then nettool has done it
      And the counters of the table (a table) are on
      When nettool is told "set PORT devlink-tables table=(a table) counters=off"
      Then nettool has done it
      And the counters of the table (a table) are off

    @NT-DL-020 @needs:devlink-fdb-pipeline
    Scenario: Entries of a table
      Given a bridge with the station 02:00:5e:00:53:01 at the port
      When nettool is told "run PORT table-read (a table)"
      Then the action is done
      And an entry of it matches the address 02:00:5e:00:53:01 and leads to the port

    @NT-DL-020 @needs:devlink-pipeline
    Scenario: A table that there is not
      When nettool is told "run PORT table-read no-such-table"
      Then the action is refused before anything is sent, and the refusal names (a table)

  Rule: Memory that can be read as it is

    @NT-DL-021 @needs:devlink-region-direct
    Scenario: A region is read without a snapshot
      When nettool is told "run PORT region-read (a region) now address=16 length=32"
      Then the action is done
      And it tells the 32 bytes from 16 on

  Rule: One row per change

    @NT-ROW-006 @needs:devlink-shared-buffers
    Scenario: Words that fit more than one row
      When nettool is told "set PORT devlink-classes class=3 threshold=7"
      Then nettool refuses it at devlink-classes.class
      And the refusal names direction=egress
      And nettool has sent no change

  Rule: The firmware of a module

    @NT-MOD-001 @needs:module-flash
    Scenario: The firmware of a module is written, and how far it has come is told
      Given the file "nicspec-module.bin" has firmware of the revision 2.7 for a module
      And the port is set down
      When nettool is told "run PORT module-flash nicspec-module.bin"
      Then the action is done
      And nettool tells that it has started, bytes that become more, and that it is completed
      And the module tells the revision 2.7

    @NT-MOD-001 @needs:module-flash
    Scenario: An image that the module does not take
      Given the file "nicspec-module.bin" has damaged firmware of the revision 2.7 for a module
      And the port is set down
      When nettool is told "run PORT module-flash nicspec-module.bin"
      Then the action has failed, and nettool says "Complete FW download command failed"

    @NT-MOD-001 @needs:module-flash
    Scenario: A file that there is not
      When the port is set down
      And nettool is told "run PORT module-flash nicspec-no-such-file.bin"
      Then the action has failed, and nettool says "Failed to request module firmware image"

    @NT-MOD-002 @needs:module-flash
    Scenario: A port that is up
      When the port is set up
      And nettool is told "run PORT module-flash nicspec-module.bin"
      Then the action is refused before anything is sent, and the refusal names link.up=off

    @NT-MOD-002 @needs:module-flash
    Scenario: A name that leads nowhere
      When the port is set down
      And nettool is told "run PORT module-flash ../nicspec-module.bin"
      Then the action is refused before anything is sent, and the refusal names directory

    @NT-MOD-002 @needs:module-flash
    Scenario: It is only validated
      Given the file "nicspec-module.bin" has firmware of the revision 2.7 for a module
      And the port is set down
      And the revision of the module is remembered
      When nettool is asked whether "run PORT module-flash nicspec-module.bin" can be done
      Then the action is valid
      And nettool has sent no change
      And the module tells the revision that was remembered
