/** What devlink tells of one object, beside what it tells of all of them. */
import { Then } from '@cucumber/cucumber';
import type { DevlinkCommand } from '../../reference-impl/netlink/families/devlink.js';
import {
  isValues,
  listIn,
  nestIn,
  numberIn,
  textIn,
  type Value,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { commandCalled } from './devlink.steps.js';
import { dumped, insist, instanceOf, valueAt } from './devlinkControl.js';
import { expectNumber, expectThat } from './expectations.js';
import type { NicWorld } from './world.js';

/** By what one object is told from others of its kind; what an object has not is not asked with. */
const KEYS: Readonly<Partial<Record<DevlinkCommand, readonly string[]>>> = {
  GET: [],
  PORT_GET: ['PORT_INDEX'],
  PARAM_GET: ['PARAM.PARAM_NAME'],
  REGION_GET: ['PORT_INDEX', 'REGION_NAME'],
  HEALTH_REPORTER_GET: ['PORT_INDEX', 'HEALTH_REPORTER.HEALTH_REPORTER_NAME'],
  RATE_GET: ['PORT_INDEX', 'RATE_NODE_NAME'],
  TRAP_GET: ['TRAP_NAME'],
  TRAP_GROUP_GET: ['TRAP_GROUP_NAME'],
  TRAP_POLICER_GET: ['TRAP_POLICER_ID'],
  SELFTESTS_GET: [],
  SB_GET: ['SB_INDEX'],
  SB_POOL_GET: ['SB_INDEX', 'SB_POOL_INDEX'],
  SB_PORT_POOL_GET: ['PORT_INDEX', 'SB_INDEX', 'SB_POOL_INDEX'],
  SB_TC_POOL_BIND_GET: ['PORT_INDEX', 'SB_INDEX', 'SB_POOL_TYPE', 'SB_TC_INDEX'],
};

/** Counters go on from one question to the next. */
const CHANGING = /_STATS$|_OCC_(?:CUR|MAX)$/;

/** The values of an object in one form, whatever the order of its attributes. */
function told(values: Values): string {
  const names = Object.keys(values).filter((name) => !CHANGING.test(name));
  return names
    .map((name) => `${name}: ${formOf(values[name])}`)
    .sort()
    .join(', ');
}

function formOf(value: Value | undefined): string {
  if (value instanceof Uint8Array) return [...value].join(' ');
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(formOf).join(', ')}]`;
  if (isValues(value)) return `{${told(value)}}`;
  return JSON.stringify(value, (_name, part: unknown) => (typeof part === 'bigint' ? Number(part) : part));
}

function keyOf(command: DevlinkCommand, values: Values): Values {
  const paths = KEYS[command];
  expectThat(paths !== undefined, `nothing is known of one object of ${command}`);
  const key: Record<string, Value> = {};
  for (const path of paths) {
    const value = valueAt(values, path);
    if (value !== undefined) key[`DEVLINK_ATTR_${path.replace(/^.*\./, '')}`] = value;
  }
  return key;
}

Then('each of {word}, asked for alone, is told as in the list', async function (this: NicWorld, name: string) {
  const command = commandCalled(name);
  const own = await instanceOf(this);
  // A list of instances, or of what each of them has one of, has no policy: no handle narrows it.
  const list = (await dumped(this, command)).filter(
    (values) =>
      textIn(values, 'DEVLINK_ATTR_BUS_NAME') === own.bus && textIn(values, 'DEVLINK_ATTR_DEV_NAME') === own.device,
  );
  expectThat(list.length > 0, `${name} lists nothing`);
  for (const values of list) {
    const key = keyOf(command, values);
    const replies = await insist(this, command, key);
    expectNumber(replies.length, 1, `answers to ${name} of ${told(key)}`);
    const [alone] = replies;
    expectThat(alone !== undefined && told(alone) === told(values), `${told(alone ?? {})} instead of ${told(values)}`);
  }
});

/** `1 without a limit`: action and limit of each counter, in order. */
function countersIn(values: Values | undefined): readonly (readonly [action: number, limit: number, count: number])[] {
  return listIn(values, 'DEVLINK_ATTR_RELOAD_ACTION_INFO')
    .filter(isValues)
    .flatMap((info) =>
      listIn(nestIn(info, 'DEVLINK_ATTR_RELOAD_ACTION_STATS'), 'DEVLINK_ATTR_RELOAD_STATS_ENTRY')
        .filter(isValues)
        .map(
          (entry) =>
            [
              numberIn(info, 'DEVLINK_ATTR_RELOAD_ACTION') ?? -1,
              numberIn(entry, 'DEVLINK_ATTR_RELOAD_STATS_LIMIT') ?? -1,
              numberIn(entry, 'DEVLINK_ATTR_RELOAD_STATS_VALUE') ?? -1,
            ] as const,
        ),
    );
}

const pairs = (counters: ReturnType<typeof countersIn>): readonly string[] =>
  counters.map(([action, limit]) => `${action}/${limit}`);

/** driver_reinit without a limit; fw_activate without one, and without a reset. */
const ALL_COUNTERS = ['1/0', '2/0', '2/1'];

Then(
  'reloads by others are counted for each action and limit that there is, and there was none',
  async function (this: NicWorld) {
    const [reply] = await insist(this, 'GET', {});
    const statistics = nestIn(reply, 'DEVLINK_ATTR_DEV_STATS');
    const others = countersIn(nestIn(statistics, 'DEVLINK_ATTR_REMOTE_RELOAD_STATS'));
    expectThat(pairs(others).join() === ALL_COUNTERS.join(), `of others are counted ${pairs(others).join(', ')}`);
    expectNumber(Math.max(...others.map(([, , count]) => count)), 0, 'reloads by others');
    const own = pairs(countersIn(nestIn(statistics, 'DEVLINK_ATTR_RELOAD_STATS')));
    const odd = own.filter((pair) => !ALL_COUNTERS.includes(pair));
    expectThat(new Set(own).size === own.length && odd.length === 0, `of its own are counted ${own.join(', ')}`);
  },
);
