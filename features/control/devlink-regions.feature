Feature: Regions: memory of a device, and snapshots of it
  Ids that are asked for are beyond those that the kernel chooses, which begin at zero.

  @DL-REGION-001
  Scenario: A region tells its size, and how many snapshots it takes
    When devlink REGION_GET is dumped
    Then the answer has
      | REGION_NAME          | something |
      | REGION_SIZE          | something |
      | REGION_MAX_SNAPSHOTS | something |
    And the region has no snapshot

  @DL-REGION-002
  Scenario: A snapshot whose id the kernel chooses
    When a snapshot of the region is taken
    Then the answer has
      | REGION_SNAPSHOT_ID | something |
    And the answer tells the id of the snapshot that the region has

  @DL-REGION-003
  Scenario: A snapshot with an id of the user's
    When a snapshot 5007 of the region is taken
    Then devlink does it
    And the region has the snapshot 5007

  @DL-REGION-004
  Scenario: An id that is in use
    Given a snapshot 5007 of the region
    When a snapshot 5007 of the region is taken
    Then devlink refuses it with EEXIST: "The requested snapshot id is already in use"

  @DL-REGION-005
  Scenario: No room for one more
    Given as many snapshots as the region takes
    When a snapshot of the region is taken
    Then devlink refuses it with ENOSPC: "The region has reached the maximum number of stored snapshots"

  @DL-REGION-006
  Scenario: A region that there is not
    When devlink REGION_NEW is asked for with
      | REGION_NAME | no_such_region |
    Then devlink refuses it with EINVAL: "The requested region does not exist"

  @DL-REGION-006
  Scenario: A region without a name
    When devlink REGION_NEW is asked for
    Then devlink refuses it with EINVAL: "No region name provided"

  @DL-REGION-007
  Scenario: A snapshot is read whole
    Given a snapshot 5001 of the region
    Then snapshot 5001 can be read whole, the same each time

  @DL-REGION-008 @law
  Scenario: A snapshot is read in parts
    Given a snapshot 5001 of the region
    Then any part of snapshot 5001 is what the whole has there

  @DL-REGION-009
  Scenario: A snapshot is deleted
    Given a snapshot 5001 of the region
    And a snapshot 5002 of the region
    When snapshot 5001 is deleted
    Then the region has the snapshot 5002
    When devlink REGION_READ is asked for with
      | REGION_NAME        | (a region) |
      | REGION_SNAPSHOT_ID | 5001       |
    Then devlink refuses it with EINVAL: "Requested snapshot does not exist"

  @DL-REGION-010
  Scenario: Snapshots are announced as they come and go
    Given somebody listens to devlink
    When a snapshot 5005 of the region is taken
    Then devlink announces REGION_NEW with
      | REGION_SNAPSHOT_ID | 5005 |
    When snapshot 5005 is deleted
    Then devlink announces REGION_DEL with
      | REGION_SNAPSHOT_ID | 5005 |

  @DL-REGION-011
  Scenario: A read of nobody knows what
    When devlink REGION_READ is asked for with
      | REGION_NAME | (a region) |
    Then devlink refuses it with EINVAL: "No snapshot id provided"

  @DL-REGION-012 @needs:devlink-region-direct
  Scenario: A region is read without a snapshot
    Then the region can be read as it is now

  @DL-REGION-013 @needs:devlink-fdb-region @needs:switchdev
  Scenario: A snapshot has what the memory had, and keeps it
    Given a snapshot 5001 of the region
    And a bridge over p0 and p1
    And the station 02:5a:00:00:77:01 is seen at p0
    And a snapshot 5002 of the region
    When the table is flushed
    Then snapshot 5001 has not the address 02:5a:00:00:77:01
    And snapshot 5002 has the address 02:5a:00:00:77:01

  @DL-REGION-014 @law
  Scenario: Ids are unique
    Then whatever is taken and deleted, no two snapshots have one id

  @DL-REGION-015
  Scenario: The kernel's choice of an id ends with the snapshot
    Given a snapshot of the region with an id that the kernel chose
    When this snapshot is deleted
    And a snapshot with the same id is taken
    Then devlink does it

  @DL-REGION-008
  Scenario: Nothing of a snapshot is read
    Given a snapshot 5001 of the region
    When devlink REGION_READ is asked for with
      | REGION_NAME        | (a region) |
      | REGION_SNAPSHOT_ID | 5001       |
      | REGION_CHUNK_ADDR  | 16         |
      | REGION_CHUNK_LEN   | 0          |
    Then devlink does it

  @DL-REGION-008
  Scenario: A read that begins behind the end
    Given a snapshot 5001 of the region
    When devlink REGION_READ is asked for with
      | REGION_NAME        | (a region) |
      | REGION_SNAPSHOT_ID | 5001       |
      | REGION_CHUNK_ADDR  | 1073741824 |
      | REGION_CHUNK_LEN   | 16         |
    Then devlink refuses it with EINVAL

  @DL-REGION-009
  Scenario: The ids of snapshots that a reload took are free
    Given a snapshot 5007 of the region
    And devlink RELOAD was asked for
    When a snapshot 5007 of the region is taken
    Then devlink does it
