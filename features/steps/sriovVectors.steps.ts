/** What the PCI core says of functions: their device ID, resets, interrupt vectors; and rates that are promised to several. */
import { Given, Then, When } from '@cucumber/cucumber';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted, ethtoolCall, expectRefusal, filtersFollow } from './settings.js';
import { answerOf } from './sriovLife.steps.js';
import { findVf, readDevice, vfClient, vfDevice, vfInfo, vfNumber, writeDevice } from './virtualFunctions.js';
import type { NicWorld } from './world.js';

Then('VF 0, VF 1 and VF 2 have the device ID that sriov_vf_device tells', async function (this: NicWorld) {
  const told = Number.parseInt(await readDevice(this, 'sriov_vf_device'), 16);
  for (const vf of [0, 1, 2])
    expectNumber(Number(await readDevice(this, `virtfn${vf}/device`)), told, `the device ID of VF ${vf}`);
});

When(
  /^"([^"]*)" is written to (reset|sriov_vf_msix_count) of VF (\d+)$/,
  async function (this: NicWorld, text: string, attribute: string, vf: string) {
    answerOf(this, await writeDevice(this, `virtfn${vf}/${attribute}`, text));
  },
);

// Vectors.

const totalOf = async (world: NicWorld): Promise<number> => Number(await readDevice(world, 'sriov_vf_total_msix'));

When('one more than sriov_vf_total_msix is written to sriov_vf_msix_count of VF 0', async function (this: NicWorld) {
  answerOf(this, await writeDevice(this, 'virtfn0/sriov_vf_msix_count', String((await totalOf(this)) + 1)));
});
Then('it is as sriov_vf_total_msix says', async function (this: NicWorld) {
  if ((await totalOf(this)) === 0) expectRefusal(this, 'EOPNOTSUPP');
  else expectThat(this.answer?.ok === true, 'vectors can be shared out, and the function is given none');
});

async function queuesOf(world: NicWorld, vf: number): Promise<number> {
  const { netDevice } = await findVf(world, vf);
  const channels = accepted(await (await world.ethtool()).call('CHANNELS_GET', netDevice), 'asking for the channels');
  const most = (kind: string): number => numberIn(channels, `ETHTOOL_A_CHANNELS_${kind}_MAX`) ?? 0;
  return most('COMBINED') + Math.max(most('RX'), most('TX'));
}
const queueNote = (world: NicWorld): { count: number } => world.note('queues of a function', () => ({ count: 0 }));

Given(/^the queues of VF (\d+) are noted$/, async function (this: NicWorld, vf: string) {
  queueNote(this).count = await queuesOf(this, Number(vf));
});
Then(/^VF (\d+) can have no more than (\d+) queues$/, async function (this: NicWorld, vf: string, most: string) {
  const count = await queuesOf(this, Number(vf));
  expectThat(count <= Number(most), `it can have ${count}`);
  expectThat(count > 0, 'it can have none');
});
Then(/^VF (\d+) can have as many queues as before$/, async function (this: NicWorld, vf: string) {
  expectNumber(await queuesOf(this, Number(vf)), queueNote(this).count, 'queues');
});

// Addresses.

When(
  /^VF (\d+) asks for (\d+) addresses more, one after the other$/,
  async function (this: NicWorld, vf: string, count: string) {
    const [route, { ifIndex }] = [await this.route(), vfDevice(this, Number(vf))];
    for (let number = 0; number < Number(count); number++) {
      // A driver says no in its log alone, or to who asked.
      await route.addAddress(ifIndex, `02:00:5e:00:54:${(0x10 + number).toString(16)}`);
      await filtersFollow(this);
    }
  },
);

// Promises.

When(
  /^(\d+) percent of the link are promised to VF (\d+)$/,
  async function (this: NicWorld, percent: string, vf: string) {
    const link = accepted(await ethtoolCall(this, 'LINKMODES_GET'), 'asking for the link modes');
    const rate = Math.floor(((numberIn(link, 'ETHTOOL_A_LINKMODES_SPEED') ?? 0) * Number(percent)) / 100);
    const info = { IFLA_VF_RATE: { vf: Number(vf), min_tx_rate: rate, max_tx_rate: 0 } };
    this.answer = await (await vfClient(this)).set(this.port.ifIndex, info);
  },
);
Then(/^nothing is promised to VF (\d+)$/, async function (this: NicWorld, vf: string) {
  expectNumber(vfNumber(await vfInfo(this, Number(vf)), 'IFLA_VF_RATE', 'min_tx_rate'), 0, 'the lowest rate');
});
