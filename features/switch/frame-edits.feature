Feature: Filters that write beside a frame
  The action skbedit changes no byte of a frame, but what the kernel keeps beside it: the queue that it is to leave through, whom it is
  for, a mark and a priority.

  @SW-EDIT-001 @needs:bond
  Scenario Outline: A member of the mode <mode> has a queue
    Given a <mode> aggregate of p0 and p1
    And the member p1 is given the queue 2
    And a filter of the aggregate gives each frame the queue 2
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p1

    Examples:
      | mode          |
      | active-backup |
      | round-robin   |

  @SW-EDIT-001 @needs:bond
  Scenario: A queue of nobody
    Given an active-backup aggregate of p0 and p1
    And the member p1 is given the queue 2
    And a filter of the aggregate gives each frame the queue 3
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p0

  @SW-EDIT-002 @needs:bond
  Scenario: The member with the queue has no link
    Given an active-backup aggregate of p0 and p1
    And the member p1 is given the queue 2
    And a filter of the aggregate gives each frame the queue 2
    When p1 loses its link
    And the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p0

  @SW-EDIT-003 @needs:bond
  Scenario: A mode without queues
    Given a broadcast aggregate of p0 and p1
    And the member p1 is given the queue 2
    And a filter of the aggregate gives each frame the queue 2
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p0 and p1

  @SW-EDIT-007 @needs:team
  Scenario: A port of a team has a queue
    Given an activebackup team of p0 and p1
    And the option activeport of the team is p0
    And the option queue_id of p1 is 2
    And a filter of the aggregate gives each frame the queue 2
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p1

  @SW-EDIT-007 @needs:team
  Scenario: The port of a team that has a queue is disabled
    Given an activebackup team of p0 and p1
    And the option activeport of the team is p0
    And the option queue_id of p1 is 2
    And the option enabled of p1 is off
    And a filter of the aggregate gives each frame the queue 2
    When the host sends 4 frames from A to B at the aggregate
    Then each of them leaves at p0

  @SW-EDIT-004
  Scenario: What is asked is told
    When p0 is asked to edit what leaves: priority 5, queue_mapping 0, mark 7, mask 255, ptype 2
    Then it is accepted
    And the filter of p0 at its egress tells: priority 5, queue_mapping 0, mark 7, mask 255, ptype 2

  @SW-EDIT-004
  Scenario: Only what is asked is told
    When p0 is asked to edit what leaves: mark 9
    Then the filter of p0 at its egress tells: mark 9

  @SW-EDIT-005
  Scenario Outline: An edit of <what> is refused
    When p0 is asked to edit what <moves>: <what>
    Then it is refused with <error>

    Examples:
      | what            | moves    | error      |
      | nothing         | leaves   | EINVAL     |
      | ptype 4         | comes in | EINVAL     |
      | queue_mapping 1 | comes in | EOPNOTSUPP |

  @SW-EDIT-005
  Scenario: The words for a queue where frames come in
    When p0 is asked to edit what comes in: queue_mapping 1
    Then the message is "act_skbedit: \"queue_mapping\" option on receive side is hardware only, use skip_sw"

  @SW-EDIT-006 @needs:ip-routing
  Scenario Outline: A ping for somebody else is <answered> with ptype <ptype>
    Given the host has 192.0.2.1/24 at p0
    And station N at p0 with 192.0.2.11 is known to the host
    And p0 is promiscuous
    When p0 is asked to edit what comes in: ptype <ptype>
    And N pings 192.0.2.1 at the station of somebody else
    Then the host <answers> N

    Examples:
      | ptype | answered     | answers         |
      | 0     | answered     | answers         |
      | 3     | not answered | does not answer |
