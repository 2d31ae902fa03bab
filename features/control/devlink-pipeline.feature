Feature: The pipeline: what a device looks at on a frame's way, and what it finds there

  Tables match fields of headers and change others. What is in them is what the hardware goes by.

  @DL-PIPE-001
  Scenario: Headers
    Then each header has a name, and fields with numbers of their own and widths

  @DL-PIPE-002
  Scenario: Tables
    Then each table matches and changes fields of headers that there are, and takes of a resource of the device

  @DL-PIPE-003 @needs:devlink-fdb-pipeline
  Scenario: Entries
    Given a bridge with the station 02:00:5e:00:53:01 at the port
    Then each entry of each table has its values, as wide as their fields, and the net devices of ports

  @DL-PIPE-004 @needs:devlink-fdb-pipeline
  Scenario: Frames that an entry decided about
    Given a bridge with the station 02:00:5e:00:53:01 at the port
    And the counters of each table are on
    When 3 frames to the station 02:00:5e:00:53:01 come in at the port
    Then the entry of the station 02:00:5e:00:53:01 has counted 3

  @DL-PIPE-004 @needs:devlink-fdb-pipeline
  Scenario: Counters of a table
    Given a bridge with the station 02:00:5e:00:53:01 at the port
    And the counters of each table are off
    Then no entry of a table has a counter
    When the counters of each table are switched on
    Then each entry of a table has a counter
    When the counters of each table are switched off
    Then no entry of a table has a counter

  @DL-PIPE-004 @needs:devlink-fdb-pipeline
  Scenario: What was counted before
    Given a bridge with the station 02:00:5e:00:53:01 at the port
    And the counters of each table are on
    When 3 frames to the station 02:00:5e:00:53:01 come in at the port
    And the counters of each table are switched off
    And the counters of each table are switched on
    Then the entry of the station 02:00:5e:00:53:01 has counted 0

  @DL-PIPE-005
  Scenario Outline: <command> of nothing in particular
    When devlink <command> is asked for
    Then devlink refuses it with EINVAL, as DPIPE_TABLE_NAME is missing

    Examples:
      | command                  |
      | DPIPE_ENTRIES_GET        |
      | DPIPE_TABLE_COUNTERS_SET |

  @DL-PIPE-005
  Scenario: Entries of a table that there is not
    When devlink DPIPE_ENTRIES_GET is asked for with
      | DPIPE_TABLE_NAME | nothing |
    Then devlink refuses it with EINVAL

  @DL-PIPE-005
  Scenario: Counters of a table that there is not
    When devlink DPIPE_TABLE_COUNTERS_SET is asked for with
      | DPIPE_TABLE_NAME             | nothing |
      | DPIPE_TABLE_COUNTERS_ENABLED | 1       |
    Then devlink refuses it with EINVAL

  @DL-PIPE-005
  Scenario: A list of a table that there is not
    When devlink DPIPE_TABLE_GET is asked for with
      | DPIPE_TABLE_NAME | nothing |
    Then devlink does it
    And no table is listed

  @DL-PIPE-006
  Scenario: A station that the bridge knows
    Given a bridge with the station 02:00:5e:00:53:01 at the port
    Then the station 02:00:5e:00:53:01 is an entry, at the port
