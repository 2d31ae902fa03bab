Feature: Interrupt coalescing
  A device may hold received frames back to save interrupts, for as long as the user allows.

  Background:
    Given the port is up

  @NIC-COA-001
  Scenario Outline: The parameter <parameter> is refused where it is missing
    When the coalescing parameter <parameter> is set to <value>, unless the device has it
    Then it is refused at the attribute of the parameter

    Examples: also with the value that it has
      | parameter       | value |
      | rx-usecs        | 10    |
      | rx-max-frames   | 10    |
      | rx-usecs-irq    | 1     |
      | rx-usecs-irq    | 0     |
      | pkt-rate-low    | 1     |
      | pkt-rate-high   | 1     |
      | rx-usecs-low    | 0     |
      | rate-sample     | 1     |
      | use-adaptive-rx | 1     |
      | use-cqe-tx      | 1     |

  @NIC-COA-001 @needs:coalesce
  Scenario: A refused parameter takes the others with it
    When rx-usecs is set to 77 together with a parameter that the device does not have
    Then it is refused at the attribute of that parameter
    And rx-usecs is what it was

  @NIC-COA-002
  Scenario: One frame waits for the timer
    Given rx-usecs is 50 and rx-max-frames is 1000
    When the far end sends one frame
    Then it reaches the host within 50 µs

  @NIC-COA-002
  Scenario: A stream of frames does not hold back the first
    Given rx-usecs is 50 and rx-max-frames is 1000
    When the far end sends 20 frames, 10 µs apart
    Then the first of them reaches the host within 50 µs

  @NIC-COA-002 @law
  Scenario: No frame waits longer than the timer
    Then for every timer and every spacing of frames, no frame waits longer than the timer

  @NIC-COA-003
  Scenario: In CQE mode the queue has to be idle
    Given rx-usecs is 50 and rx-max-frames is 1000
    And CQE mode is on
    When the far end sends 5 frames, 20 µs apart
    Then all of them reach the host 50 µs after the last

  @NIC-COA-003
  Scenario: In CQE mode the frame limit bounds a busy queue
    Given rx-usecs is 50 and rx-max-frames is 8
    And CQE mode is on
    When the far end sends 20 frames, 20 µs apart
    Then the first 8 of them reach the host with the 8th

  @NIC-COA-003 @law
  Scenario: In CQE mode frames come with the limit or with the silence
    Then for every timer, limit and spacing of frames, they come with the limit or when the queue was idle

  @NIC-COA-004
  Scenario: The frame that reaches the limit releases all
    Given rx-usecs is 10000 and rx-max-frames is 4
    When the far end sends 3 frames
    Then nothing reaches the host within 5000 µs
    When the far end sends one frame
    Then all 4 reach the host at once

  @NIC-COA-004 @law
  Scenario: No limit is passed
    Then for every limit, the frame that reaches it releases all

  @NIC-COA-005
  Scenario: One parameter at a time
    When each count and time that the device has is set, one after the other, from 33 on
    Then each of them has its value

  @NIC-COA-005 @law
  Scenario: For every sequence of settings, each parameter has its last value
    Then for every sequence of coalescing settings, each parameter reads back with its last value

  @NIC-COA-006
  Scenario: Back from adaptive mode
    Given rx-usecs is 60 and rx-max-frames is 16
    When adaptive coalescing is switched on
    And the far end sends 200 frames
    And adaptive coalescing is switched off
    Then rx-usecs is 60 and rx-max-frames is 16 again

  @NIC-COA-007
  Scenario: Changes of coalescing are announced
    Given the ethtool announcements are listened to
    When rx-usecs is set to 21
    Then one change of coalescing is announced
    When rx-usecs is set to 21
    Then no further change of coalescing is announced
    When rx-usecs is set to 22 together with a parameter that the device does not have
    Then no further change of coalescing is announced

  @NIC-COA-008 @law
  Scenario: Coalescing loses and reorders nothing
    Then for every coalescing setting and every burst, all frames reach the host once and in order
