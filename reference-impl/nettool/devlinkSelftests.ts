/** Tests that a device makes of its parts: DEVLINK_CMD_SELFTESTS_GET and DEVLINK_CMD_SELFTESTS_RUN. */
import { decodeBody } from '../netlink/client.js';
import type { DevlinkFormatted } from '../netlink/devlinkClient.js';
import { DEVLINK_SELFTEST_RESULTS } from '../netlink/families/devlink.js';
import { DEVLINK } from '../netlink/families/devlinkAttributes.js';
import {
  attributeSet,
  bytesIn,
  decodeAttributes,
  encodeAttributes,
  flag,
  isValues,
  listIn,
  nest,
  numberIn,
  u32,
  u8,
  type Values,
} from '../netlink/schema.js';
import { GENLMSGHDR } from '../netlink/server.js';
import type { Message } from '../netlink/wire.js';

const IDS = attributeSet('DEVLINK_ATTR_SELFTEST_ID', [[1, 'DEVLINK_ATTR_SELFTEST_ID_FLASH', flag]]);
const RESULT = attributeSet('DEVLINK_ATTR_SELFTEST_RESULT', [
  [2, 'DEVLINK_ATTR_SELFTEST_RESULT_ID', u32],
  [3, 'DEVLINK_ATTR_SELFTEST_RESULT_STATUS', u8],
]);
const RESULTS = attributeSet('DEVLINK_ATTR_SELFTEST_RESULT', [
  [1, 'DEVLINK_ATTR_SELFTEST_RESULT', nest(() => RESULT), 'repeats'],
]);
/** By the number of each test: enum devlink_attr_selftest_id. */
const TESTS: readonly string[] = ['', 'flash'];

const selftestsIn = (values: Values | undefined): Uint8Array =>
  bytesIn(values, 'DEVLINK_ATTR_SELFTESTS') ?? new Uint8Array(0);

/** The tests that the device offers. */
export const offeredTests = (reply: Values | undefined): readonly string[] =>
  decodeAttributes(IDS, selftestsIn(reply))['DEVLINK_ATTR_SELFTEST_ID_FLASH'] === true ? ['flash'] : [];

/** Each test with what became of it. */
export function selftestResults(messages: readonly Message[]): DevlinkFormatted {
  const [reply] = messages;
  const values = reply === undefined ? undefined : decodeBody(GENLMSGHDR, DEVLINK, reply).values;
  return Object.fromEntries(
    listIn(decodeAttributes(RESULTS, selftestsIn(values)), 'DEVLINK_ATTR_SELFTEST_RESULT')
      .filter(isValues)
      .map((result) => {
        const id = numberIn(result, 'DEVLINK_ATTR_SELFTEST_RESULT_ID') ?? 0;
        const status = numberIn(result, 'DEVLINK_ATTR_SELFTEST_RESULT_STATUS') ?? 0;
        return [TESTS[id] ?? `test ${id}`, DEVLINK_SELFTEST_RESULTS[status] ?? String(status)] as const;
      }),
  );
}

/** The attributes of a request to run tests. */
export const testsToRun = (tests: readonly string[]): Values => ({
  DEVLINK_ATTR_SELFTESTS: encodeAttributes(
    IDS,
    tests.includes('flash') ? { DEVLINK_ATTR_SELFTEST_ID_FLASH: true } : {},
  ),
});
