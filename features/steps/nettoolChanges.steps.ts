/** Changes by nettool: validated, carried out, taken back. */
import { After, Given, Then, When } from '@cucumber/cucumber';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import { changeDevice, isGlob } from '../../reference-impl/nettool/index.js';
import { NETLINK_ROUTE } from '../../reference-impl/netlink/constants.js';
import { DEVLINK_CMD, DEVLINK_GENL_NAME } from '../../reference-impl/netlink/families/devlink.js';
import { ETHTOOL_GENL_NAME, ETHTOOL_OPERATIONS } from '../../reference-impl/netlink/families/ethtool.js';
import { IFINFOMSG } from '../../reference-impl/netlink/families/rtnetlink.js';
import { decodeStruct, numberIn, structLength } from '../../reference-impl/netlink/schema.js';
import { viewOf, parseAttributes, NLMSG_HDRLEN } from '../../reference-impl/netlink/wire.js';
import { expectNumber, expectThat } from './expectations.js';
import { assignmentsOf, change, endNettool, expectAccepted, nettoolNotes, refusalsOf } from './nettoolControl.js';
import { IFF_PROMISC, featureState, linkValues, setFeatures } from './settings.js';
import type { NicWorld } from './world.js';

After(async function (this: NicWorld) {
  await endNettool(this);
});

/** What a scenario may change, as the kernel tells it. */
async function settingsNow(world: NicWorld): Promise<Readonly<Record<string, number>>> {
  const [{ values, flags }, features] = [await linkValues(world), await featureState(world)];
  return {
    mtu: numberIn(values, 'IFLA_MTU') ?? 0,
    promisc: flags & IFF_PROMISC,
    'rx-gro': features.active.has('rx-gro') ? 1 : 0,
  };
}

async function noteBefore(world: NicWorld): Promise<void> {
  nettoolNotes(world).before = await settingsNow(world);
}

When('nettool validates {string}', async function (this: NicWorld, text: string) {
  await noteBefore(this);
  nettoolNotes(this).result = await change(this, text, { validateOnly: true });
});

When(/^nettool changes "([^"]+)"( without rollback)?$/, async function (this: NicWorld, text: string, not?: string) {
  await noteBefore(this);
  nettoolNotes(this).result = await change(this, text, { rollback: typeof not !== 'string' });
});

Given('nettool has changed {string}', async function (this: NicWorld, text: string) {
  expectAccepted(await change(this, text));
});

When('nettool changes a feature that the device has fixed', async function (this: NicWorld) {
  const { hw, names, active } = await featureState(this);
  const fixed = names.find((name) => name !== '' && !hw.has(name) && !active.has(name));
  expectThat(fixed !== undefined, 'the device has every feature there is');
  nettoolNotes(this).events.push(`features.${fixed}`);
  nettoolNotes(this).result = await change(this, `features.${fixed}=on`);
});

When('nettool changes every device to {string}', async function (this: NicWorld, text: string) {
  expectThat(isGlob('*'), 'a pattern is a glob');
  const notes = nettoolNotes(this);
  notes.result = await changeDevice(notes.session, '*', await assignmentsOf(this, text));
});

Then('nettool finds it valid', function (this: NicWorld) {
  const { result } = nettoolNotes(this);
  expectThat(result?.ok === true, `it was refused: ${refusalsOf(result).join('; ')}`);
});

Then('nettool has done it', function (this: NicWorld) {
  const { result } = nettoolNotes(this);
  expectThat(result?.ok === true && result.execution?.ok === true, `it failed: ${refusalsOf(result).join('; ')}`);
});

Then(/^nettool has sent (no|\d+) changes?$/, function (this: NicWorld, count: string) {
  expectNumber(nettoolNotes(this).machine.changes.length, count === 'no' ? 0 : Number(count), 'changes that were sent');
});

Then('nothing of the device has changed', async function (this: NicWorld) {
  const [{ before }, now] = [nettoolNotes(this), await settingsNow(this)];
  for (const [name, value] of Object.entries(now)) expectNumber(value, before[name] ?? -1, name);
});

function expectRefusedAt(world: NicWorld, key: string): void {
  const { result } = nettoolNotes(world);
  expectThat(result !== undefined && !result.ok, 'it was not refused');
  expectThat(!('execution' in result), 'it was refused in the middle of execution');
  const keys = result.refusals.map((refusal) => refusal.key);
  expectThat(keys.includes(key), `the refusal is about ${keys.join(', ')}: ${refusalsOf(result).join('; ')}`);
}

Then(/^nettool refuses it at ([a-z.-]+)$/, function (this: NicWorld, key: string) {
  expectRefusedAt(this, key);
});

Then('nettool refuses it there', function (this: NicWorld) {
  expectRefusedAt(this, nettoolNotes(this).events[0] ?? '');
});

Then(/^the refusal names ([a-z-]+)$/, function (this: NicWorld, name: string) {
  const texts = refusalsOf(nettoolNotes(this).result);
  expectThat(
    texts.some((text) => text.includes(name)),
    `it says: ${texts.join('; ')}`,
  );
});

Then('nettool refuses it and names the devices', async function (this: NicWorld) {
  const { result, session } = nettoolNotes(this);
  expectThat(result !== undefined && !result.ok, 'it was not refused');
  const devices = await session.devices();
  const [text = ''] = refusalsOf(result);
  const names = devices.ok ? devices.value.map(({ name }) => name) : [];
  expectThat(names.length > 1, 'the target has one net device alone');
  for (const name of names) expectThat(text.includes(name), `it does not name ${name}: ${text}`);
});

Then('what was sent is what validation had shown', function (this: NicWorld) {
  const { result, machine } = nettoolNotes(this);
  const steps = result?.ok === true ? result.plan.steps : [];
  expectNumber(machine.changes.length, steps.length, 'messages');
  for (const [index, { wire }] of steps.entries()) {
    const body = machine.changes[index]?.message.body ?? new Uint8Array(0);
    expectThat(wire.kind === 'netlink' && equalBytes(wire.body, body), `message ${index + 1} is another`);
  }
});

Then(/^the MTU reads as (\d+), and rx-gro is the other way round$/, async function (this: NicWorld, mtu: string) {
  const now = await settingsNow(this);
  expectNumber(now['mtu'] ?? 0, Number(mtu), 'MTU');
  expectNumber(now['rx-gro'] ?? -1, 1 - (nettoolNotes(this).before['rx-gro'] ?? 0), 'rx-gro');
});

Then('rx-gro is the other way round, and the MTU is what it was', async function (this: NicWorld) {
  const now = await settingsNow(this);
  expectNumber(now['rx-gro'] ?? -1, 1 - (nettoolNotes(this).before['rx-gro'] ?? 0), 'rx-gro');
  expectNumber(now['mtu'] ?? 0, nettoolNotes(this).before['mtu'] ?? -1, 'MTU');
});

// What happens on the way.

const ENODEV = 19;
/** An index that no net device has. */
const NOBODY = 0x7fff_fff0;
const GENL_HDRLEN = 4;
const IFI_INDEX_AT = NLMSG_HDRLEN + 4;

/** The message as it would be for a device that is gone: the kernel answers ENODEV. */
function aboutNobody(bytes: Uint8Array, protocol: number): Uint8Array {
  if (protocol === NETLINK_ROUTE) viewOf(bytes).setInt32(IFI_INDEX_AT, NOBODY, true);
  else renameInHeader(bytes);
  return bytes;
}

/** The first byte of the name in the header of a request of the ethtool family. */
function renameInHeader(bytes: Uint8Array): void {
  const at = NLMSG_HDRLEN + GENL_HDRLEN;
  const [header] = parseAttributes(bytes.subarray(at), at).attributes;
  const [name] = header === undefined ? [] : parseAttributes(header.data, header.offset + 4).attributes;
  if (name !== undefined) bytes[name.offset + 4] = '~'.charCodeAt(0);
}

Given(
  /^(?:the device goes away|the name of the device is another) before change (\d) of nettool(?:, and is back afterwards)?$/,
  function (this: NicWorld, number: string) {
    const { machine } = nettoolNotes(this);
    machine.spoil = (bytes, sent) =>
      sent === Number(number) ? aboutNobody(bytes, machine.changes.at(-1)?.protocol ?? NETLINK_ROUTE) : bytes;
  },
);

/** As the controller calls them. */
const COMMANDS: Readonly<Record<string, { readonly family: string; readonly command: number }>> = {
  FEATURES_SET: { family: ETHTOOL_GENL_NAME, command: ETHTOOL_OPERATIONS.FEATURES_SET.command },
  HEALTH_REPORTER_SET: { family: DEVLINK_GENL_NAME, command: DEVLINK_CMD.HEALTH_REPORTER_SET },
  HEALTH_REPORTER_RECOVER: { family: DEVLINK_GENL_NAME, command: DEVLINK_CMD.HEALTH_REPORTER_RECOVER },
};

Given(/^a kernel that has no command (\w+)$/, function (this: NicWorld, name: string) {
  const lacks = COMMANDS[name];
  expectThat(lacks !== undefined, `nothing is known of a command ${name}`);
  nettoolNotes(this).machine.lacks = lacks;
});

Then('nettool says that this kernel cannot do it', function (this: NicWorld) {
  const { result } = nettoolNotes(this);
  expectThat(result !== undefined && !result.ok && !('execution' in result), 'it was not refused by validation');
  expectThat(
    result.refusals.some(({ stage }) => stage === 'policy'),
    `it says: ${refusalsOf(result).join('; ')}`,
  );
});

Then('the kernel refused it', function (this: NicWorld) {
  const { result } = nettoolNotes(this);
  expectThat(result !== undefined && !result.ok && 'execution' in result, 'the kernel was not asked, or took it');
});

Then(/^the steps are told as ([a-z, -]+)$/, function (this: NicWorld, states: string) {
  const { result } = nettoolNotes(this);
  const told = result !== undefined && 'execution' in result ? result.execution?.steps.map(({ state }) => state) : [];
  expectThat(told?.join(', ') === states, `they are told as ${told?.join(', ') ?? 'nothing'}`);
});

/** What a change of a link is about. */
function linkMember(body: Uint8Array): string {
  const flags = numberIn(decodeStruct(IFINFOMSG, body), 'ifi_change') ?? 0;
  if ((flags & IFF_PROMISC) !== 0) return 'promisc';
  const [attribute] = parseAttributes(body.subarray(structLength(IFINFOMSG))).attributes;
  return attribute?.type === 4 ? 'mtu' : `attribute ${attribute?.type ?? '?'}`;
}

Then(/^the link was changed in the order ([a-z, ]+)$/, function (this: NicWorld, order: string) {
  const links = nettoolNotes(this).machine.changes.filter(({ protocol }) => protocol === NETLINK_ROUTE);
  const members = links.map(({ message }) => linkMember(message.body)).join(', ');
  expectThat(members === order, `it was changed in the order ${members}`);
});

Given(
  'somebody switches tx-scatter-gather off while the next change of nettool is under way',
  async function (this: NicWorld) {
    const { machine } = nettoolNotes(this);
    let isDone = false;
    machine.beforeChange = async () => {
      if (isDone) return;
      isDone = true;
      await setFeatures(this, { 'tx-scatter-gather': false });
    };
  },
);

Then('the kernel did not fulfil it', function (this: NicWorld) {
  const { result } = nettoolNotes(this);
  expectThat(result !== undefined && !result.ok && 'execution' in result, 'it is told as done');
});

Then('tx-generic-segmentation is not asked for', async function (this: NicWorld) {
  const { wanted } = await featureState(this);
  expectThat(!wanted.has('tx-generic-segmentation'), 'the wish was left behind');
});

Then(
  /^the refusal names the device, ([a-z.-]+), the value and what would be accepted$/,
  function (this: NicWorld, key: string) {
    const { result } = nettoolNotes(this);
    const refusal = result?.ok === false ? result.refusals.find((one) => one.key === key) : undefined;
    expectThat(refusal !== undefined, `nothing is said of ${key}`);
    expectThat(refusal.device === this.port.netDevice, 'the device is not named');
    expectThat(refusal.value !== undefined && refusal.value !== '', 'the value is not named');
    expectThat((refusal.accepted ?? '') !== '', 'it is not said what would be accepted');
  },
);

Then('the refusal has the error, the words and the attribute that the kernel told', function (this: NicWorld) {
  const { result, machine } = nettoolNotes(this);
  const said = machine.refusals.find(({ errno }) => errno === ENODEV);
  const refusal = result?.ok === false ? result.refusals[0] : undefined;
  expectThat(said !== undefined && refusal !== undefined, 'the kernel refused nothing');
  expectThat(refusal.errno === 'ENODEV', `the error is ${refusal.errno ?? 'not told'}`);
  expectThat(said.message === undefined || refusal.message === said.message, `it says "${refusal.message}"`);
  expectThat(refusal.offset === said.offset, 'it does not say where');
  expectThat(
    said.offset === undefined || refusal.attribute === 'ETHTOOL_A_HEADER_DEV_NAME',
    `it points at ${refusal.attribute ?? 'nothing'}`,
  );
});
