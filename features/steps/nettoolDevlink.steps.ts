/** What nettool lets the device behind a net device do, as other clients of devlink and ethtool see it. */
import { Then, When } from '@cucumber/cucumber';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import { decodeBits } from '../../reference-impl/netlink/bitset.js';
import { NetlinkProtocolError } from '../../reference-impl/netlink/client.js';
import { formattedIn, formattedParts, type DevlinkFormatted } from '../../reference-impl/netlink/devlinkClient.js';
import {
  DEVLINK_TRAP_ACTIONS,
  NLA_BINARY,
  NLA_FLAG,
  NLA_NUL_STRING,
  NLA_U32,
  NLA_U64,
  NLA_U8,
} from '../../reference-impl/netlink/families/devlink.js';
import { isValues, listIn, nestIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { refusalText, type ActionReport } from '../../reference-impl/nettool/index.js';
import { bigintIn } from './bigNumbers.js';
import {
  devlinkNotes,
  devlinkOf,
  dumped,
  indexOfPort,
  insist,
  instanceOf,
  ownPort,
  paramIn,
} from './devlinkControl.js';
import { flatten, resourceTrees } from './devlinkWords.js';
import { expectNumber, expectThat } from './expectations.js';
import { nettoolNotes, refusalsOf } from './nettoolControl.js';
import { actionNote, filled, wishOf } from './nettoolTold.js';
import { getRss, readRss } from './rssControl.js';
import { accepted, linkValues } from './settings.js';
import type { NicWorld } from './world.js';

function report(world: NicWorld): ActionReport {
  const { outcome } = actionNote(world);
  expectThat(outcome !== undefined, 'nettool was told no action');
  expectThat(outcome.ok, `it was refused: ${outcome.ok ? '' : refusalText(outcome.refusal)}`);
  return outcome.value;
}

Then(/^the action is (?:valid|done)$/, function (this: NicWorld) {
  report(this);
});

Then(
  /^the action is refused before anything is sent, and the refusal names (.+)$/,
  async function (this: NicWorld, word: string) {
    const { outcome } = actionNote(this);
    expectThat(outcome?.ok === false, 'it was not refused');
    const text = refusalText(outcome.refusal);
    expectThat(outcome.refusal.stage !== 'kernel', `the kernel was asked: ${text}`);
    const named = await filled(this, word);
    expectThat(text.includes(named), `it does not name ${named}: ${text}`);
    expectNumber(nettoolNotes(this).machine.changes.length, 0, 'changes that were sent');
  },
);

/** Numbers count up between two questions; names and their order do not. */
const shape = (value: DevlinkFormatted | undefined): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'number' || typeof inner === 'bigint' ? 0 : inner instanceof Uint8Array ? 'bytes' : inner,
  );

const KINDS: Readonly<Record<number, string>> = {
  [NLA_FLAG]: 'truth',
  [NLA_U8]: 'number',
  [NLA_U32]: 'number',
  [NLA_U64]: 'number',
  [NLA_NUL_STRING]: 'text',
  [NLA_BINARY]: 'bytes',
};

/** Names, and kinds of values, in the order in which they are told. */
function partsOf(value: DevlinkFormatted | undefined): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === 'boolean') return ['truth'];
  if (typeof value === 'string') return ['text'];
  if (typeof value !== 'object') return ['number'];
  if (value instanceof Uint8Array) return ['bytes'];
  if (Array.isArray(value)) return (value as readonly DevlinkFormatted[]).flatMap(partsOf);
  return Object.entries(value).flatMap(([name, inner]) => [name, ...partsOf(inner)]);
}

/** A driver may close more nests than it opened, which DL-HEALTH-013 asks for: what it says reaches the user all the same. */
function nestsFit(replies: Parameters<typeof formattedIn>[0]): boolean {
  try {
    formattedIn(replies);
    return true;
  } catch (error) {
    if (error instanceof NetlinkProtocolError) return false;
    throw error;
  }
}

Then(
  /^what it tells is what devlink (HEALTH_REPORTER_\w+) tells of (\([^)]+\))( at the port)?$/,
  async function (this: NicWorld, command: string, word: string, atPort?: string | null) {
    const told = report(this).result;
    const name = await filled(this, word);
    if (command !== 'HEALTH_REPORTER_DIAGNOSE' && command !== 'HEALTH_REPORTER_DUMP_GET')
      throw new Error(`${command} tells nothing`);
    const port: Values =
      typeof atPort === 'string' ? { DEVLINK_ATTR_PORT_INDEX: indexOfPort(await ownPort(this)) } : {};
    await insist(this, command, { DEVLINK_ATTR_HEALTH_REPORTER_NAME: name, ...port });
    const { replies } = devlinkNotes(this);
    const expected = formattedParts(replies).map((part) =>
      'name' in part ? part.name : (KINDS[part.type] ?? 'unknown'),
    );
    expectThat(expected.length > 0, 'the reporter says nothing');
    const parts = partsOf(told).join(', ');
    expectThat(parts === expected.join(', '), `it tells ${parts} instead of ${expected.join(', ')}`);
    const isWhole = nestsFit(replies);
    if (isWhole) expectThat(shape(told) === shape(formattedIn(replies)), `it is put together as ${shape(told)}`);
  },
);

Then(
  /^the reporter (\(.+\)) of the port has the grace period (\d+)$/,
  async function (this: NicWorld, word: string, period: string) {
    const name = await filled(this, word);
    const [reply] = await insist(this, 'HEALTH_REPORTER_GET', {
      DEVLINK_ATTR_HEALTH_REPORTER_NAME: name,
      DEVLINK_ATTR_PORT_INDEX: indexOfPort(await ownPort(this)),
    });
    const reporter = nestIn(reply, 'DEVLINK_ATTR_HEALTH_REPORTER');
    const told = numberIn(reporter, 'DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD') ?? -1;
    expectNumber(told, Number(period), 'its grace period');
  },
);

Then(/^the snapshots of (.+) are ([\d, ]+|none)$/, async function (this: NicWorld, word: string, expected: string) {
  const name = await filled(this, word);
  const region = (await dumped(this, 'REGION_GET')).find(
    (values) => textIn(values, 'DEVLINK_ATTR_REGION_NAME') === name,
  );
  const list = listIn(nestIn(region, 'DEVLINK_ATTR_REGION_SNAPSHOTS'), 'DEVLINK_ATTR_REGION_SNAPSHOT').filter(isValues);
  const numbers = list.map((snapshot) => String(numberIn(snapshot, 'DEVLINK_ATTR_REGION_SNAPSHOT_ID'))).join(', ');
  expectThat((numbers === '' ? 'none' : numbers) === expected, `they are ${numbers === '' ? 'none' : numbers}`);
});

const LINE = 16;

Then(
  /^the bytes from (\d+) to (\d+) of the snapshot (\d+) of (.+) are what it tells$/,
  async function (this: NicWorld, from: string, to: string, snapshot: string, word: string) {
    const told = report(this).result;
    const which = { DEVLINK_ATTR_REGION_SNAPSHOT_ID: Number(snapshot) };
    const devlink = await devlinkOf(this);
    const chunks = accepted(
      await devlink.readRegion(await instanceOf(this), await filled(this, word), which),
      'reading the snapshot',
    );
    const whole = new Uint8Array(Math.max(...chunks.map(({ address, bytes }) => address + bytes.length)));
    for (const { address, bytes } of chunks) whole.set(bytes, address);
    expectThat(typeof told === 'object' && !(told instanceof Uint8Array) && !Array.isArray(told), 'it tells no lines');
    const lines = Object.entries(told as Readonly<Record<string, DevlinkFormatted>>);
    expectNumber(lines.length, (Number(to) - Number(from)) / LINE, 'lines');
    for (const [address, digits] of lines) {
      const at = parseInt(address, 16);
      expectThat(at >= Number(from) && at < Number(to), `it tells of the byte ${at}`);
      expectThat(typeof digits === 'string', `the line ${address} is no text`);
      const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
      expectThat(equalBytes(bytes, whole.subarray(at, at + LINE)), `the bytes from ${at} on are others`);
    }
  },
);

const PORT_NOTE = 'number of the port that is split';

When('the port that is to be split is remembered', async function (this: NicWorld) {
  const number = numberIn(await ownPort(this), 'DEVLINK_ATTR_PORT_NUMBER') ?? -1;
  this.note(PORT_NOTE, () => number);
});

Then(/^the port has (\d+) parts in its place$/, async function (this: NicWorld, count: string) {
  const group = this.note(PORT_NOTE, () => -1);
  const parts = (await dumped(this, 'PORT_GET')).filter(
    (port) => numberIn(port, 'DEVLINK_ATTR_PORT_SPLIT_GROUP') === group,
  );
  expectNumber(parts.length, Number(count), 'parts of the port');
});

Then(
  /^the policer (\(.+\)) has the rate (\d+) and the burst (\d+)$/,
  async function (this: NicWorld, word: string, rate: string, burst: string) {
    const id = Number(await filled(this, word));
    const policer = (await dumped(this, 'TRAP_POLICER_GET')).find(
      (values) => numberIn(values, 'DEVLINK_ATTR_TRAP_POLICER_ID') === id,
    );
    expectNumber(numberIn(policer, 'DEVLINK_ATTR_TRAP_POLICER_RATE') ?? -1, Number(rate), 'its rate');
    expectNumber(numberIn(policer, 'DEVLINK_ATTR_TRAP_POLICER_BURST') ?? -1, Number(burst), 'its burst');
  },
);

Then(/^the action of the trap (\(.+\)) is (\w+)$/, async function (this: NicWorld, word: string, action: string) {
  const name = await filled(this, word);
  const trap = (await dumped(this, 'TRAP_GET')).find((values) => textIn(values, 'DEVLINK_ATTR_TRAP_NAME') === name);
  const shownAction = DEVLINK_TRAP_ACTIONS[numberIn(trap, 'DEVLINK_ATTR_TRAP_ACTION') ?? -1];
  expectThat(shownAction === action, `it is ${shownAction ?? 'unknown'}`);
});

Then(/^the trap group (.+) has no policer$/, async function (this: NicWorld, word: string) {
  const name = await filled(this, word);
  const group = (await dumped(this, 'TRAP_GROUP_GET')).find(
    (values) => textIn(values, 'DEVLINK_ATTR_TRAP_GROUP_NAME') === name,
  );
  expectThat(group !== undefined, `there is no trap group ${name}`);
  expectNumber(numberIn(group, 'DEVLINK_ATTR_TRAP_POLICER_ID') ?? 0, 0, 'its policer');
});

Then('the resource that is asked for is as large as was asked for', async function (this: NicWorld) {
  const { name, value } = wishOf(this);
  const parts = flatten(await resourceTrees(this));
  const own = parts.find((part) => name.endsWith(`/${textIn(part, 'DEVLINK_ATTR_RESOURCE_NAME') ?? ''}`));
  const size = bigintIn(own, 'DEVLINK_ATTR_RESOURCE_SIZE_NEW') ?? bigintIn(own, 'DEVLINK_ATTR_RESOURCE_SIZE');
  expectThat(String(size) === value, `${name} is to be as large as ${String(size)} instead of ${value}`);
});

const DRIVERINIT = 1;

Then('the param that is asked for is what was asked for', async function (this: NicWorld) {
  const { name, value } = wishOf(this);
  const param = (await dumped(this, 'PARAM_GET')).map(paramIn).find((one) => one.name === name);
  const bytes = param?.values.get(DRIVERINIT) ?? new Uint8Array(0);
  const number = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  expectNumber(number, Number(value), name);
});

Then(/^it tells that (\w+) is (\w+)$/, function (this: NicWorld, test: string, outcome: string) {
  const { result } = report(this);
  expectThat(shape(result) === shape({ [test]: outcome }), `it tells ${shape(result)}`);
});

Then('nettool tells how far it has come, up to the whole', function (this: NicWorld) {
  const { progress = [] } = report(this);
  const counts = progress.filter(({ total }) => total !== undefined);
  expectThat(counts.length > 1, `it tells ${progress.length} messages, ${counts.length} with a count`);
  for (const [index, { done = 0 }] of counts.entries())
    expectThat(done >= (counts[index - 1]?.done ?? 0), `${done} comes after ${counts[index - 1]?.done ?? 0}`);
  const { done, total } = counts.at(-1) ?? {};
  expectThat(done === total, `${done} of ${total} is the last that is told`);
});

Then(/^all that nettool tells of it is of (\w+)$/, function (this: NicWorld, component: string) {
  const { progress = [] } = report(this);
  expectThat(progress.length > 0, 'nothing is told');
  const others = progress.filter((one) => one.component !== component).map(({ message }) => message);
  expectThat(others.length === 0, `of something else is told: ${others.join('; ')}`);
});

Then(/^the MTU of the port reads as (\d+)$/, async function (this: NicWorld, mtu: string) {
  expectNumber(numberIn((await linkValues(this)).values, 'IFLA_MTU') ?? 0, Number(mtu), 'MTU');
});

Then('the refusal names the instance', async function (this: NicWorld) {
  const { bus, device } = await instanceOf(this);
  const texts = refusalsOf(nettoolNotes(this).result);
  expectThat(
    texts.some((text) => text.includes(`${bus}/${device}`)),
    `it says: ${texts.join('; ')}`,
  );
});

Then(/^it tells that (\w+) was performed$/, function (this: NicWorld, action: string) {
  expectThat(shape(report(this).result) === shape({ performed: [action] }), `it tells ${shape(report(this).result)}`);
});

Then(
  /^the context (\d+) spreads to the queues ([\d, ]+)$/,
  async function (this: NicWorld, context: string, queues: string) {
    const { table } = await readRss(this, Number(context));
    const used = [...new Set(table)].sort((a, b) => a - b).join(', ');
    expectThat(used === queues, `it spreads to the queues ${used}`);
  },
);

Then('the main context is as it was', async function (this: NicWorld) {
  const { table } = await readRss(this);
  expectThat(new Set(table).size > 1, 'the main context spreads to one queue');
});

Then(/^there is no context (\d+)$/, async function (this: NicWorld, context: string) {
  expectThat(!(await getRss(this, Number(context))).ok, `the context ${context} is there`);
});

Then("the kernel's choice of error correction is as it was", async function (this: NicWorld) {
  const answer = await (await this.ethtool()).call('FEC_GET', this.port.netDevice, {});
  const values = accepted(answer, 'reading the error correction');
  expectThat(decodeBits(nestIn(values, 'ETHTOOL_A_FEC_MODES'), []).set.size > 0, 'no encoding is left');
});
