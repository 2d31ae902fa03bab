/** Settings of the link and of its error correction. */
import { Given, Then, When } from '@cucumber/cucumber';
import { bitList, decodeBits } from '../../reference-impl/netlink/bitset.js';
import { nestIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { DUPLEX_FULL, DUPLEX_HALF } from '../../reference-impl/netlink/families/ethtool.js';
import { LINK_MODE_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { settingGroup } from '../properties/ethtoolSettings.js';
import { askOperation } from './ethtoolRequests.js';
import { expectNumber, expectThat } from './expectations.js';
import { eventually } from './listening.js';
import { accepted, ethtoolCall } from './settings.js';
import type { NicWorld } from './world.js';
import { readSettings, settingNotes } from './ethtoolSettings.steps.js';

When('the lowest speed of the port is asked for in autonegotiation', async function (this: NicWorld) {
  const { ours } = accepted(await (await this.ethtool()).linkModes(this.port.netDevice), 'asking for the link modes');
  const speeds = [...ours.mask].map((mode) => Number.parseInt(mode, 10)).filter((speed) => speed > 0);
  const lowest = Math.min(...speeds);
  this.note('asked speed', () => ({ lowest }));
  const change = { ETHTOOL_A_LINKMODES_AUTONEG: 1, ETHTOOL_A_LINKMODES_SPEED: lowest };
  await askOperation(this, 'LINKMODES_SET', change);
});

Then('every mode of this speed is advertised, and no mode of another speed', async function (this: NicWorld) {
  const { lowest } = this.note('asked speed', () => ({ lowest: 0 }));
  const { ours } = accepted(await (await this.ethtool()).linkModes(this.port.netDevice), 'asking for the link modes');
  for (const mode of ours.mask) {
    const speed = Number.parseInt(mode, 10);
    if (Number.isNaN(speed)) continue;
    expectThat(ours.set.has(mode) === (speed === lowest), `${mode} is ${ours.set.has(mode) ? '' : 'not '}advertised`);
  }
});

interface LinkNotes {
  before: Values;
  duplex: number;
}
const linkNotes = (world: NicWorld): LinkNotes => world.note('asked duplex', () => ({ before: {}, duplex: 0 }));
const linkModes = async (world: NicWorld): Promise<Values> =>
  accepted(await ethtoolCall(world, 'LINKMODES_GET'), 'asking for the link modes');

When(
  /^(half|full) duplex is asked for (in autonegotiation|at the speed that the link has)$/,
  async function (this: NicWorld, words: string, how: string) {
    const before = await linkModes(this);
    const duplex = words === 'full' ? DUPLEX_FULL : DUPLEX_HALF;
    Object.assign(linkNotes(this), { before, duplex });
    await askOperation(this, 'LINKMODES_SET', {
      ETHTOOL_A_LINKMODES_DUPLEX: duplex,
      ...(how === 'in autonegotiation'
        ? { ETHTOOL_A_LINKMODES_AUTONEG: 1 }
        : {
            ETHTOOL_A_LINKMODES_AUTONEG: 0,
            ETHTOOL_A_LINKMODES_SPEED: numberIn(before, 'ETHTOOL_A_LINKMODES_SPEED') ?? 0,
          }),
    });
  },
);

Then('the link has that duplex, or offers no other, or everything is as it was', async function (this: NicWorld) {
  const { before, duplex } = linkNotes(this);
  if (this.answer?.ok === false) {
    expectThat(JSON.stringify(await linkModes(this)) === JSON.stringify(before), 'something has changed');
    return;
  }
  const now = await linkModes(this);
  if (numberIn(now, 'ETHTOOL_A_LINKMODES_AUTONEG') !== 1) {
    await eventually(
      this,
      async () => numberIn(await linkModes(this), 'ETHTOOL_A_LINKMODES_DUPLEX') === duplex,
      () => 'the link has another duplex',
    );
    return;
  }
  const other = duplex === DUPLEX_FULL ? '/Half' : '/Full';
  const { set } = decodeBits(nestIn(now, 'ETHTOOL_A_LINKMODES_OURS'), LINK_MODE_NAMES);
  for (const mode of set) expectThat(!mode.endsWith(other), `${mode} is advertised`);
});

Then(/^the reason for the missing link is number (\d+)$/, async function (this: NicWorld, number: string) {
  const { replies } = await askOperation(this, 'LINKSTATE_GET');
  expectNumber(numberIn(replies[0], 'ETHTOOL_A_LINKSTATE_EXT_STATE') ?? -1, Number(number), 'extended state');
});

Then('no reason for a missing link is given', async function (this: NicWorld) {
  const { replies } = await askOperation(this, 'LINKSTATE_GET');
  expectThat(replies[0]?.['ETHTOOL_A_LINKSTATE_EXT_STATE'] === undefined, 'a reason is given');
});

const downCount = async (world: NicWorld): Promise<number> => {
  const { replies } = await askOperation(world, 'LINKSTATE_GET', {}, { header: { ETHTOOL_A_HEADER_FLAGS: 4 } });
  const count = numberIn(replies[0], 'ETHTOOL_A_LINKSTATE_EXT_DOWN_CNT');
  expectThat(count !== undefined, 'the link downs are not counted');
  return count;
};

Given('the link downs are noted', async function (this: NicWorld) {
  settingNotes(this).before = { downs: await downCount(this) };
});

Then(/^there were (\d+) more of them$/, async function (this: NicWorld, times: string) {
  const before = numberIn(settingNotes(this).before, 'downs') ?? 0;
  expectNumber((await downCount(this)) - before, Number(times), 'link downs');
});

// Error correction.

/** Modes of links and of error correction share their names; what is none of a link is a port without link settings. */
const NO_CORRECTION = 'None';
const hasNone = async (world: NicWorld): Promise<boolean> => {
  const link = await ethtoolCall(world, 'LINKMODES_GET');
  if (!link.ok) return true;
  return decodeBits(nestIn(accepted(link, ''), 'ETHTOOL_A_LINKMODES_OURS'), LINK_MODE_NAMES).mask.has(NO_CORRECTION);
};

When('error correction is set to None alone, if the port has that', async function (this: NicWorld) {
  if (!(await hasNone(this))) return;
  const change = { ETHTOOL_A_FEC_MODES: bitList([NO_CORRECTION], LINK_MODE_NAMES), ETHTOOL_A_FEC_AUTO: 0 };
  settingNotes(this).before = change;
  accepted(await ethtoolCall(this, 'FEC_SET', change), 'switching error correction off');
});

Then('no other mode of error correction is configured, and None is in force', async function (this: NicWorld) {
  if (settingNotes(this).before['ETHTOOL_A_FEC_AUTO'] === undefined) return;
  const reply = await readSettings(this, settingGroup('error correction'));
  const { set } = decodeBits(nestIn(reply, 'ETHTOOL_A_FEC_MODES'), LINK_MODE_NAMES);
  expectThat([...set].join() === NO_CORRECTION, `configured is ${[...set].join() || 'nothing'}`);
  expectNumber(numberIn(reply, 'ETHTOOL_A_FEC_AUTO') ?? -1, 0, 'the automatic choice');
  const active = numberIn(reply, 'ETHTOOL_A_FEC_ACTIVE');
  const name = active === undefined ? 'nothing' : LINK_MODE_NAMES[active];
  expectThat(name === NO_CORRECTION, `in force is ${name}`);
});

Then(
  'the modes of the far end are told, and the speed of the link is one of both ends',
  async function (this: NicWorld) {
    await eventually(
      this,
      async () => nestIn(await linkModes(this), 'ETHTOOL_A_LINKMODES_PEER') !== undefined,
      () => 'nothing of the far end is told',
    );
    const link = await linkModes(this);
    const speed = numberIn(link, 'ETHTOOL_A_LINKMODES_SPEED') ?? 0;
    for (const end of ['OURS', 'PEER']) {
      const { set } = decodeBits(nestIn(link, `ETHTOOL_A_LINKMODES_${end}`), LINK_MODE_NAMES);
      expectThat(
        [...set].some((mode) => Number.parseInt(mode, 10) === speed),
        `${speed} Mb/s is not among ${end}`,
      );
    }
  },
);
