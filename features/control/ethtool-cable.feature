Feature: Tests of the cable
  A PHY that sends pulses down the line tells whether the cable has a far end, and where it is broken. The test takes a while, and the
  link with it.

  @ETH-CABLE-001
  Scenario: Acknowledged, begun, over
    Given the port is up
    And the results of cable tests are listened to
    When a test of the cable is begun
    Then it is accepted
    And the start of the test is announced
    And the result of the test is announced

  @ETH-CABLE-002
  Scenario: A cable with a far end
    Given the port is up
    And the results of cable tests are listened to
    When the cable is tested
    Then every pair is good, and no fault has a place

  @ETH-CABLE-002
  Scenario: A cable without a far end
    Given the port is up
    And the results of cable tests are listened to
    When the cable is pulled out
    And the cable is tested
    Then every pair is open, each at a place

  @ETH-CABLE-003
  Scenario: A second test
    Given the port is up
    When a test of the cable is begun
    And a test of the cable is begun
    Then it is refused with EBUSY
    And the message is "PHY already performing a test"

  @ETH-CABLE-004
  Scenario: A port that is down
    When a test of the cable is begun
    Then it is refused with EBUSY
    And the message is "PHY not configured. Try setting interface up"

  @ETH-CABLE-005
  Scenario: The link while the cable is tested
    Given the port is up
    And the results of cable tests are listened to
    When a test of the cable is begun
    Then the carrier is gone, and the port is being tested
    And the result of the test is announced
    And the carrier is there and the operational state is up
    And frames pass in both directions

  @ETH-CABLE-006
  Scenario: Down in the middle
    Given the port is up
    And the results of cable tests are listened to
    When a test of the cable is begun
    And the port is set down
    Then the test has ended without results

  @ETH-CABLE-007
  Scenario Outline: Raw data with <words>
    Given the port is up
    When CABLE_TEST_TDR_ACT is asked of the port: "<words>"
    Then it is refused with EINVAL
    And the message is "<message>"

    Examples:
      | words                           | message                      |
      | PAIR 4                          | invalid pair parameter       |
      | FIRST 15001                     | invalid first parameter      |
      | LAST 15001                      | invalid last parameter       |
      | FIRST 500, LAST 400             | invalid first/last parameter |
      | STEP 0                          | invalid step parameter       |
      | FIRST 100, LAST 200, STEP 101   | step parameter too big       |

  @ETH-CABLE-008
  Scenario: Raw data of one pair
    Given the port is up
    And the results of cable tests are listened to
    When raw data of the cable is asked for: "FIRST 100, LAST 1000, STEP 100, PAIR 1"
    Then there are 10 samples, all of pair 1

  @ETH-CABLE-009
  Scenario: The echo of an open end
    Given the port is up
    And the results of cable tests are listened to
    When the cable is pulled out
    And the cable is tested
    Then the echo is where the test says that the cable is open

  @ETH-CABLE-010
  Scenario: The whole cable
    Given the port is up
    And the results of cable tests are listened to
    When raw data of the cable is asked for: "PAIR 0"
    Then the raw data begins at 100 cm, ends at 15000 cm, and has steps of 100 cm
