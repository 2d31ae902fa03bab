Feature: nettool, the tool in front of the interface
  Whoever changes a device says all of what is to change at once, and learns whether it can be done before anything is touched.

  Rule: A change is validated whole before anything is sent

    @NT-VAL-001
    Scenario: A change that is only validated leaves no trace
      When nettool validates "link.mtu=1400 features.rx-gro=OTHER"
      Then nettool finds it valid
      And nettool has sent no change
      And nothing of the device has changed

    @NT-VAL-002
    Scenario Outline: One bad key keeps the others from being sent
      When nettool changes "<change>"
      Then nettool refuses it at <key>
      And nettool has sent no change

      Examples:
        | change                                        | key                  |
        | features.rx-gro=OTHER link.mtu=MOST+1         | link.mtu             |
        | link.mtu=MOST+1 features.rx-gro=OTHER         | link.mtu             |
        | features.rx-gro=OTHER features.no-such-one=on | features.no-such-one |
        | link.mtu=1400 features.rx-gro=maybe           | features.rx-gro      |

    @NT-VAL-003
    Scenario: More than the device can do is refused
      When nettool changes "link.mtu=MOST+1"
      Then nettool refuses it at link.mtu
      And nettool has sent no change

    @NT-VAL-004
    Scenario: Less than the device can do is refused
      When nettool changes "link.mtu=LEAST-1"
      Then nettool refuses it at link.mtu
      And nettool has sent no change

    @NT-VAL-005
    Scenario: A feature that is fixed is refused
      When nettool changes a feature that the device has fixed
      Then nettool refuses it there
      And nettool has sent no change

    @NT-VAL-006
    Scenario: A key that the device does not have is refused
      When nettool changes "features.no-such-feature=on"
      Then nettool refuses it at features.no-such-feature
      And nettool has sent no change

    @NT-VAL-007
    Scenario Outline: A word that is no value is refused
      When nettool changes "<change>"
      Then nettool refuses it at <key>
      And nettool has sent no change

      Examples:
        | change                | key             |
        | features.rx-gro=maybe | features.rx-gro |
        | link.mtu=1400x        | link.mtu        |
        | link.promisc=yes      | link.promisc    |

    @NT-VAL-008 @needs:tx-scatter-gather
    Scenario: A feature whose dependency is off is refused
      Given nettool has changed "features.tx-generic-segmentation=off"
      And nettool has changed "features.tx-scatter-gather=off"
      When nettool changes "features.tx-generic-segmentation=on"
      Then nettool refuses it at features.tx-generic-segmentation
      And the refusal names tx-scatter-gather
      And nettool has sent 2 changes

    @NT-VAL-009
    Scenario Outline: A key that can only be read is refused
      When nettool changes "<change>"
      Then nettool refuses it at <key>
      And nettool has sent no change

      Examples:
        | change                | key                 |
        | link.carrier=off      | link.carrier        |
        | link.rx-queues=1      | link.rx-queues      |
        | statistics.rx-bytes=0 | statistics.rx-bytes |

    @NT-VAL-010 @law
    Scenario: Either it is refused and nothing was sent, or it is so afterwards
      Then for every set of keys and values, either nothing was sent or all of it is so afterwards

    @NT-VAL-011
    Scenario Outline: What the kernel would refuse for a rule of its own: <change>
      When nettool changes "<change>"
      Then nettool refuses it at <key>
      And nettool has sent no change

      Examples:
        | change                           | key          |
        | link.address=01:00:5e:00:00:01   | link.address |
        | link.address=00:00:00:00:00:00   | link.address |
        | link.name=a/b                    | link.name    |

    @NT-VAL-011 @needs:channels
    Scenario: No queue would be left
      When nettool changes "channels.combined=0"
      Then nettool refuses it at channels.combined
      And nettool has sent no change

    @NT-VAL-012
    Scenario: A setting for which this kernel has no command
      Given a kernel that has no command FEATURES_SET
      When nettool changes "features.rx-gro=OTHER link.mtu=1400"
      Then nettool says that this kernel cannot do it
      And nettool has sent no change

    @NT-VAL-012 @needs:devlink-health
    Scenario: A row for which this kernel has no command
      Given a kernel that has no command HEALTH_REPORTER_SET
      When nettool is told "set PORT devlink-health reporter=(a reporter that recovers) grace-period=1234"
      Then nettool says that this kernel cannot do it
      And nettool has sent no change

    @NT-VAL-012 @needs:devlink-health
    Scenario: An action for which this kernel has no command
      Given a kernel that has no command HEALTH_REPORTER_RECOVER
      When nettool is told "run PORT health-recover (a reporter that recovers)"
      Then the action is refused before anything is sent, and the refusal names HEALTH_REPORTER_RECOVER

  Rule: A valid change is carried out, or it leaves nothing behind

    @NT-EXE-001
    Scenario: What was validated is what is sent, and it is so afterwards
      When nettool changes "link.mtu=1400 features.rx-gro=OTHER"
      Then nettool has done it
      And what was sent is what validation had shown
      And the MTU reads as 1400, and rx-gro is the other way round

    @NT-EXE-002
    Scenario: What is so already is not sent
      When nettool changes "link.mtu=SAME features.rx-gro=OTHER"
      Then nettool has done it
      And nettool has sent 1 change

    @NT-EXE-003
    Scenario: What fails takes back what was done before it
      Given the device goes away before change 2 of nettool, and is back afterwards
      When nettool changes "features.rx-gro=OTHER link.mtu=1400"
      Then the kernel refused it
      And nothing of the device has changed

    @NT-EXE-004
    Scenario: Steps behind one that failed are not sent
      Given the device goes away before change 1 of nettool, and is back afterwards
      When nettool changes "features.rx-gro=OTHER link.mtu=1400 link.promisc=on"
      Then the kernel refused it
      And nothing of the device has changed
      And the steps are told as failed, not-tried, not-tried

    @NT-EXE-005
    Scenario: The last step is taken back first
      Given the device goes away before change 3 of nettool, and is back afterwards
      When nettool changes "link.mtu=1400 link.promisc=on features.rx-gro=OTHER"
      Then the kernel refused it
      And the link was changed in the order mtu, promisc, promisc, mtu

    @NT-EXE-006
    Scenario: Of each step it is told what became of it
      Given the device goes away before change 2 of nettool, and is back afterwards
      When nettool changes "features.rx-gro=OTHER link.mtu=1400 link.promisc=on"
      Then the steps are told as undone, failed, not-tried

    @NT-EXE-007
    Scenario: Without rollback what was done stays done
      Given the device goes away before change 2 of nettool, and is back afterwards
      When nettool changes "features.rx-gro=OTHER link.mtu=1400" without rollback
      Then the steps are told as done, failed
      And rx-gro is the other way round, and the MTU is what it was

    @NT-EXE-008 @needs:tx-scatter-gather
    Scenario: A wish that is taken and not fulfilled is a failure
      Given nettool has changed "features.tx-generic-segmentation=off"
      And somebody switches tx-scatter-gather off while the next change of nettool is under way
      When nettool changes "features.tx-generic-segmentation=on"
      Then the kernel did not fulfil it
      And tx-generic-segmentation is not asked for

    @NT-EXE-009 @needs:bond
    Scenario: A port that goes up becomes a member of an aggregate first
      Given nettool was told "create nt0 bond bond.mode=active-backup"
      And nettool was told "set PORT link.up=off"
      When nettool is told "set PORT link.up=on link.master=nt0"
      Then nettool has done it
      And the master of the port is nt0

    @NT-EXE-009 @needs:bond
    Scenario: An aggregate that goes down gets another mode afterwards
      Given nettool was told "create nt0 bond bond.mode=active-backup link.up=on"
      When nettool is told "set nt0 bond.mode=balance-rr link.up=off"
      Then nettool has done it
      And nt0 is a bond with
        | bond | IFLA_BOND_MODE | 0 |

  Rule: A change is made to one device

    @NT-ONE-001
    Scenario: A pattern that several devices match changes none of them
      When nettool changes every device to "link.mtu=1400"
      Then nettool refuses it and names the devices
      And nettool has sent no change

  Rule: Hundreds of operations are under way, and none waits for one that it has nothing to do with

    @NT-ASY-001
    Scenario: A read does not wait behind a write
      Given changes of nettool are held up on their way
      When nettool begins to change "link.mtu=1400"
      And nettool reads the features while it is under way
      Then the features are there before the change is done

    @NT-ASY-002
    Scenario: Changes of one device go one after the other
      Given changes of nettool are held up on their way
      When nettool begins to change "link.mtu=1400"
      And nettool begins to change "link.mtu=1300"
      Then nettool has sent 1 change until it may go on, and the MTU is 1300 in the end

    @NT-ASY-003
    Scenario: Answers that come in another order are each taken for their own question
      Given answers come in the opposite order
      When nettool reads link, statistics and features of every device, all at once
      Then each answer is about what was asked

    @NT-ASY-004
    Scenario: What is not answered ends by itself, alone
      Given answers about the features never come
      When nettool reads the features and the link at the same time
      Then the link of the port is there
      And reading the features ends with a timeout

    @NT-ASY-005
    Scenario: Hundreds of requests are on their way at once
      Given no answer is delivered yet
      When nettool reads the link 300 times at once
      Then 300 requests are on their way
      And all of them are answered once answers come

  Rule: One query asks many devices of many machines

    @NT-QRY-001
    Scenario: A pattern asks every device that it matches
      When nettool asks every device for its link
      Then each net device has a row, once

    @NT-QRY-002
    Scenario: A device that has no such thing costs its own cell
      When nettool asks the port for link and bridge
      Then the link of the port is there
      And the bridge of the port is told as not supported

    @NT-QRY-003
    Scenario: A machine that cannot be reached costs its own rows
      When nettool asks this machine and one that cannot be reached for links
      Then the link of the port is there
      And the machine that cannot be reached is named

    @NT-QRY-004 @needs:switch-ports
    Scenario: A subject of many devices is asked for at once
      When nettool asks every device for its features
      Then each net device with features has a row, once
      And one request asked for the features of all

    @NT-QRY-005
    Scenario: Devices of one driver
      When nettool asks the devices of the driver of the port for their link
      Then the link of the port is there
      And each row is of a device with that driver
      When nettool asks the devices of a driver that nobody has for their link
      Then there is no row

  Rule: A refusal says what would be accepted, and what the kernel said

    @NT-REF-001
    Scenario Outline: A refusal of validation says what would be accepted
      When nettool changes "<change>"
      Then the refusal names the device, <key>, the value and what would be accepted

      Examples:
        | change                | key             |
        | link.mtu=MOST+1       | link.mtu        |
        | features.rx-gro=maybe | features.rx-gro |

    @NT-REF-002
    Scenario: The words of the kernel reach the user
      Given the name of the device is another before change 1 of nettool
      When nettool changes "features.rx-gro=OTHER"
      Then the kernel refused it
      And the refusal has the error, the words and the attribute that the kernel told

  Rule: Changes of others are seen as they happen

    @NT-WAT-001
    Scenario: A change that somebody else makes is told
      Given nettool watches the port
      When somebody sets the MTU to 1400
      Then nettool tells that link.mtu is 1400

    @NT-WAT-001
    Scenario: A feature that somebody else switches is told
      Given nettool has changed "features.rx-gro=on"
      And nettool watches the port
      When somebody switches rx-gro off
      Then nettool tells that features.rx-gro is off

    @NT-WAT-001 @needs:bridge
    Scenario: A row that somebody else adds is told
      Given nettool was told "create nt0 bridge link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool watches the port
      When nettool is told "add PORT fdb address=02:00:00:00:00:99 state=static"
      Then nettool tells of a row of fdb with 02:00:00:00:00:99

    @NT-WAT-001 @needs:bridge-multicast
    Scenario: A group that somebody else adds is told
      Given nettool was told "create nt0 bridge link.up=on"
      And nettool was told "set PORT link.master=nt0"
      And nettool was told "set PORT link.up=on"
      And nettool watches the port
      When nettool is told "add PORT mdb group=239.1.2.3 permanent=on"
      Then nettool tells of a row of mdb with 239.1.2.3

    @NT-WAT-002 @needs:devlink-params
    Scenario: A param that somebody else sets is told
      Given nettool watches the port
      When nettool is told "set PORT devlink-params.(a number of the driver)=(another value of it)"
      Then nettool tells that the param is what was asked for

    @NT-WAT-002 @needs:devlink-flash @needs:devlink-flash-quick
    Scenario: An update that somebody else makes is told
      Given a firmware file that is good
      And nettool watches the port
      When the file is flashed
      Then nettool tells that devlink.flash is ends
