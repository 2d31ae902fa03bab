/** What replies and refusals of changes say: features that stayed, lanes, the quality of the signal, kinds of stamps. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { bitChanges, bitList, decodeBits, type DecodedBits } from '../../reference-impl/netlink/bitset.js';
import { ethernetFcs } from '../../reference-impl/packet/checksum.js';
import { nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { LINK_MODE_NAMES, RX_FILTER_NAMES, TX_TYPE_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { askOperation, lastReply } from './ethtoolRequests.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted, ethtoolCall, featureState } from './settings.js';
import { readConfig, timestampNotes, type TimestampConfig } from './timestampControl.js';
import type { NicWorld } from './world.js';

// Features.

interface AskedFeatures {
  changes: Readonly<Record<string, boolean>>;
}
const askedFeatures = (world: NicWorld): AskedFeatures => world.note('asked features', () => ({ changes: {} }));

async function askForFeatures(world: NicWorld, changes: Readonly<Record<string, boolean>>): Promise<void> {
  askedFeatures(world).changes = changes;
  await askOperation(world, 'FEATURES_SET', { ETHTOOL_A_FEATURES_WANTED: bitChanges(changes) });
}

/** NETIF_F_NEVER_CHANGE is refused, whatever is asked of it. */
const NEVER_CHANGE = 'vlan-challenged';

When('all features are asked for as they are', async function (this: NicWorld) {
  const { names, wanted } = await featureState(this);
  const same = names.filter((name) => name !== '' && name !== NEVER_CHANGE).map((name) => [name, wanted.has(name)]);
  await askForFeatures(this, Object.fromEntries(same) as Record<string, boolean>);
});

When('a feature that cannot be switched is asked for the other way', async function (this: NicWorld) {
  const { names, hw, active } = await featureState(this);
  const fixed = names.find((name) => name !== '' && name !== NEVER_CHANGE && !hw.has(name));
  expectThat(fixed !== undefined, 'every feature can be switched');
  await askForFeatures(this, { [fixed]: !active.has(fixed) });
});

interface ReplyOfFeatures {
  readonly wanted: DecodedBits;
  readonly active: DecodedBits;
}
async function replyOfFeatures(world: NicWorld): Promise<ReplyOfFeatures> {
  const { names } = await featureState(world);
  const bits = (member: string): DecodedBits =>
    decodeBits(nestIn(lastReply(world), `ETHTOOL_A_FEATURES_${member}`), names);
  return { wanted: bits('WANTED'), active: bits('ACTIVE') };
}
const listed = ({ mask, set }: DecodedBits): string =>
  [...mask]
    .map((name) => `${set.has(name) ? '+' : '-'}${name}`)
    .sort()
    .join(' ');

Then(
  'the reply tells no feature that is not as it was asked for, and none that changed',
  async function (this: NicWorld) {
    const { wanted, active } = await replyOfFeatures(this);
    const { active: now } = await featureState(this);
    // What a dependency holds back is not as it is wanted, and is told every time.
    const held = Object.entries(askedFeatures(this).changes).filter(([name, on]) => now.has(name) !== on);
    expectThat(listed(wanted) === signed(held), `not as asked for are told ${listed(wanted) || 'none'}`);
    expectThat(listed(active) === '', `changed are told ${listed(active)}`);
  },
);
const signed = (changes: readonly (readonly [string, boolean])[]): string =>
  changes
    .map(([name, on]) => `${on ? '+' : '-'}${name}`)
    .sort()
    .join(' ');

Then('the reply tells that feature as it was asked for, and none that changed', async function (this: NicWorld) {
  const { wanted, active } = await replyOfFeatures(this);
  const asked = signed(Object.entries(askedFeatures(this).changes));
  expectThat(
    listed(wanted) === asked,
    `asked for is ${asked}, and not as asked for are told ${listed(wanted) || 'none'}`,
  );
  expectThat(listed(active) === '', `changed are told ${listed(active)}`);
});

Then(
  'for every change of features, the reply tells what is not as it was asked for, and what changed',
  async function (this: NicWorld) {
    const { names } = await featureState(this);
    const switchable = names.filter((name) => name !== '' && name !== NEVER_CHANGE);
    const change = fc.dictionary(fc.constantFrom(...switchable), fc.boolean(), { minKeys: 1, maxKeys: 5 });
    await this.law(
      fc.asyncProperty(change, async (changes) => {
        const before = (await featureState(this)).active;
        await askForFeatures(this, changes);
        const now = (await featureState(this)).active;
        const { wanted, active } = await replyOfFeatures(this);
        const held = Object.entries(changes).filter(([name, on]) => now.has(name) !== on);
        expectThat(listed(wanted) === signed(held), `not as asked for are ${signed(held)}, told ${listed(wanted)}`);
        const moved = switchable.filter((name) => before.has(name) !== now.has(name));
        const changed = signed(moved.map((name) => [name, now.has(name)]));
        expectThat(listed(active) === changed, `changed are ${changed}, told ${listed(active)}`);
      }),
    );
  },
);

// Lanes.

/** Of a name such as `100000baseKR4/Full`; what has no number behind its kind has one lane. */
function linkModeOfName(name: string): { readonly speed: number; readonly lanes: number } | undefined {
  const [, speed, lanes = ''] = /^(\d+)base[A-Z]+(\d*)/.exec(name) ?? [];
  return speed === undefined ? undefined : { speed: Number(speed), lanes: Number(lanes) || 1 };
}

When('one lane is asked for at the speed that the link has', async function (this: NicWorld) {
  const before = accepted(await ethtoolCall(this, 'LINKMODES_GET'), 'asking for the link modes');
  await askOperation(this, 'LINKMODES_SET', {
    ETHTOOL_A_LINKMODES_AUTONEG: 0,
    ETHTOOL_A_LINKMODES_SPEED: numberIn(before, 'ETHTOOL_A_LINKMODES_SPEED') ?? 0,
    ETHTOOL_A_LINKMODES_LANES: 1,
  });
});

Then(
  'the lanes that are told are those of a mode of that speed, or none if they cannot be chosen',
  async function (this: NicWorld) {
    const link = accepted(await ethtoolCall(this, 'LINKMODES_GET'), 'asking for the link modes');
    const lanes = numberIn(link, 'ETHTOOL_A_LINKMODES_LANES');
    const { answer } = this;
    if (answer?.ok === false && answer.error.errnoName === 'EOPNOTSUPP') {
      const { message } = answer.error;
      expectThat(message === 'lanes configuration not supported by device', `the message is ${message ?? 'none'}`);
      expectThat(lanes === undefined, `${lanes ?? 0} lanes are told`);
      return;
    }
    const speed = numberIn(link, 'ETHTOOL_A_LINKMODES_SPEED');
    const { mask } = decodeBits(nestIn(link, 'ETHTOOL_A_LINKMODES_OURS'), LINK_MODE_NAMES);
    const modes = [...mask].map(linkModeOfName).filter((mode) => mode?.speed === speed);
    expectThat(lanes !== undefined, 'no lanes are told');
    expectThat(
      modes.some((mode) => mode?.lanes === lanes),
      `${lanes} lanes are told, and no mode of the port has as many at ${speed ?? 0} Mb/s`,
    );
  },
);

// The quality of the signal.

interface Quality {
  index: number;
  most: number;
}
const qualityNote = (world: NicWorld): Quality => world.note('signal quality', () => ({ index: -1, most: -1 }));

async function quality(world: NicWorld): Promise<Quality> {
  const reply: Values = accepted(await ethtoolCall(world, 'LINKSTATE_GET'), 'asking for the state of the link');
  const [index, most] = ['SQI', 'SQI_MAX'].map((name) => numberIn(reply, `ETHTOOL_A_LINKSTATE_${name}`));
  expectThat(index !== undefined && most !== undefined, 'the quality is not told, or without its scale');
  expectThat(index <= most, `the quality is ${index} of ${most}`);
  return { index, most };
}

Then('the quality of the signal is told with its scale', async function (this: NicWorld) {
  Object.assign(qualityNote(this), await quality(this));
});
When(/^(\d+) damaged frames come in$/, async function (this: NicWorld, count: string) {
  const bytes = new Uint8Array(60);
  bytes.set([2, 0, 0x5e, 0, 0x53, 1, 2, 0, 0, 0, 0, 1, 0x88, 0xb5]);
  const frame = { bytes, fcs: (ethernetFcs(bytes) ^ 1) >>> 0 };
  await (await this.wire()).send(Array.from({ length: Number(count) }, () => frame));
  await this.target.clock.sleep(this.quietMs);
});
Then('the quality of the signal is lower, on the same scale', async function (this: NicWorld) {
  const [before, now] = [qualityNote(this), await quality(this)];
  expectThat(now.index < before.index, `the quality was ${before.index} and is ${now.index}`);
  expectNumber(now.most, before.most, 'the highest quality');
});

// Kinds of stamps.

const STAMP_NAMES: Readonly<Record<string, readonly string[]>> = {
  TX_TYPES: TX_TYPE_NAMES,
  RX_FILTERS: RX_FILTER_NAMES,
};
const stampsBefore = (world: NicWorld): { config: TimestampConfig } =>
  world.note('stamps before', () => ({ config: timestampNotes(world).config }));

When(
  /^TSCONFIG_SET is asked of the port for the (TX_TYPES|RX_FILTERS) "(.*)" (as a list|beside what is in force)$/,
  async function (this: NicWorld, attribute: string, words: string, how: string) {
    stampsBefore(this).config = await readConfig(this);
    const names = words === '' ? [] : words.split(' ');
    const bits =
      how === 'as a list'
        ? bitList(names, STAMP_NAMES[attribute] ?? [])
        : bitChanges(Object.fromEntries(names.map((name) => [name, true])));
    await askOperation(this, 'TSCONFIG_SET', { [`ETHTOOL_A_TSCONFIG_${attribute}`]: bits });
  },
);
Then('the configuration of stamps is what it was', async function (this: NicWorld) {
  const [before, now] = [stampsBefore(this).config, await readConfig(this)];
  expectThat(
    before.txType === now.txType && before.rxFilter === now.rxFilter,
    `it was ${before.txType} and ${before.rxFilter}, and is ${now.txType} and ${now.rxFilter}`,
  );
});
