/** Self-tests: devlink_nl_selftests_get_doit() and its kin of net/devlink/dev.c. */
import type { DevlinkSelftest } from '../../../harness/contract/index.js';
import { DEVLINK_SELFTEST_RESULTS } from '../../netlink/families/devlink.js';
import { attributeSet, bytesIn, encodeAttributes, flag, nest, u32, u8, type Values } from '../../netlink/schema.js';
import { parseAttributes } from '../../netlink/wire.js';
import { EOPNOTSUPP } from '../errno.js';
import { refusal } from '../refusals.js';
import { handleValues, type DevlinkInstance } from './instance.js';
import { missingOf, replying, type DevlinkAnswer, type DevlinkOperations, type DevlinkRequest } from './operations.js';

/** enum devlink_attr_selftest_id, by number. */
const SELFTESTS: readonly (DevlinkSelftest | undefined)[] = [undefined, 'flash'];
const IDS = attributeSet('DEVLINK_ATTR_SELFTEST_ID', [[1, 'DEVLINK_ATTR_SELFTEST_ID_FLASH', flag]]);
const RESULT = attributeSet('DEVLINK_ATTR_SELFTEST_RESULT', [
  [2, 'DEVLINK_ATTR_SELFTEST_RESULT_ID', u32],
  [3, 'DEVLINK_ATTR_SELFTEST_RESULT_STATUS', u8],
]);
const RESULTS = attributeSet('DEVLINK_ATTR_SELFTEST_RESULT', [
  [1, 'DEVLINK_ATTR_SELFTEST_RESULT', nest(() => RESULT), 'repeats'],
]);

function offered(instance: DevlinkInstance): Values | undefined {
  const tests = instance.ops.selftests;
  if (tests === undefined) return undefined;
  const ids: Values = tests.tests.includes('flash') ? { DEVLINK_ATTR_SELFTEST_ID_FLASH: true } : {};
  return { ...handleValues(instance), DEVLINK_ATTR_SELFTESTS: encodeAttributes(IDS, ids) };
}

async function run(asked: DevlinkRequest): Promise<DevlinkAnswer> {
  const { instance, values } = asked;
  const tests = instance.ops.selftests;
  if (tests === undefined) return refusal(EOPNOTSUPP);
  const absent = missingOf(asked, 'SELFTESTS');
  if (absent !== undefined) return absent;
  const results: Values[] = [];
  for (const { type } of parseAttributes(bytesIn(values, 'DEVLINK_ATTR_SELFTESTS') ?? new Uint8Array(0)).attributes) {
    const test = SELFTESTS[type];
    if (test === undefined) continue;
    const result = tests.tests.includes(test) ? await tests.run(test) : 'skip';
    results.push({
      DEVLINK_ATTR_SELFTEST_RESULT_ID: type,
      DEVLINK_ATTR_SELFTEST_RESULT_STATUS: DEVLINK_SELFTEST_RESULTS.indexOf(result),
    });
  }
  const nested = encodeAttributes(RESULTS, results.length === 0 ? {} : { DEVLINK_ATTR_SELFTEST_RESULT: results });
  return replying('SELFTESTS_RUN', { ...handleValues(instance), DEVLINK_ATTR_SELFTESTS: nested });
}

export const selftestOperations: DevlinkOperations = {
  SELFTESTS_GET: {
    doit: ({ instance }) => {
      const values = offered(instance);
      return values === undefined ? refusal(EOPNOTSUPP) : replying('SELFTESTS_GET', values);
    },
    dump: ({ instance }) => {
      const values = offered(instance);
      return values === undefined ? [] : [{ command: 'SELFTESTS_GET', values }];
    },
  },
  SELFTESTS_RUN: { doit: run },
};
