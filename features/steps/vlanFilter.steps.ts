/** The VLAN filter: which VIDs pass, and after what. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { CUSTOMER_TAG, numberedFrame, vid, withTags } from '../properties/numberedFrames.js';
import { arrivals, expectArrived, farEndSends, receivedNumbers } from './arrivals.js';
import { intoHost } from './exchange.js';
import { expectThat } from './expectations.js';
import { sameNumbers } from './port.steps.js';
import { accepted, setLink } from './settings.js';
import { addVlanDevice, removeVlanDevice, vlanDevices } from './vlanDevices.js';
import type { NicWorld } from './world.js';

const own = (world: NicWorld, number: number): Uint8Array => numberedFrame({ destination: world.port.address, number });

const numbersInText = (text: string): number[] => [...text.matchAll(/\d+/g)].map(([each]) => Number(each));

Given(/^802\.1Q VLAN devices with the VIDs ([\d, and]+)$/, async function (this: NicWorld, text: string) {
  for (const number of numbersInText(text)) await addVlanDevice(this, number, CUSTOMER_TAG);
});

/** Spread over the whole range, with both ends. */
const manyVids = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => 1 + Math.floor((index * 4093) / (count - 1)));

Given(/^802\.1Q VLAN devices with (\d+) different VIDs$/, async function (this: NicWorld, count: string) {
  for (const number of manyVids(Number(count))) await addVlanDevice(this, number, CUSTOMER_TAG);
});

When(/^the VLAN device with VID (\d+) is removed$/, async function (this: NicWorld, number: string) {
  await removeVlanDevice(this, Number(number));
});

const taggedFrame = (world: NicWorld, number: number): Uint8Array =>
  withTags(own(world, number), [{ tpid: CUSTOMER_TAG, tci: number }]);

When('the far end sends one frame with each VID from 1 to 4094', async function (this: NicWorld) {
  await farEndSends(
    this,
    Array.from({ length: 4094 }, (_, index) => taggedFrame(this, index + 1)),
  );
});

Then(
  /^the host receives the frames with the VIDs ([\d, and]+), and no others$/,
  function (this: NicWorld, text: string) {
    expectArrived(this, numbersInText(text));
  },
);

Then('the host receives at least one frame with each registered VID', function (this: NicWorld) {
  const got = new Set(receivedNumbers(arrivals(this).received));
  const lost = vlanDevices(this).filter((device) => !got.has(device.vid));
  expectThat(lost.length === 0, `lost are the VIDs ${lost.map((device) => device.vid).join(' ')}`);
});

async function deliveredVids(world: NicWorld, vids: readonly number[]): Promise<number[]> {
  return receivedNumbers(
    await intoHost(
      world,
      vids.map((each) => taggedFrame(world, each)),
    ),
  );
}

Then(
  /^frames with the VIDs ([\d, and]+) are (not )?delivered$/,
  async function (this: NicWorld, text: string, not: string | null) {
    const vids = numbersInText(text);
    const delivered = await deliveredVids(this, vids);
    expectThat(
      sameNumbers(delivered, not === null ? vids : []),
      `delivered are the VIDs ${delivered.join(' ') || 'none'}`,
    );
  },
);

Then(
  'for every set of registered VIDs, frames of those are delivered and frames of others are not',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(
        fc.uniqueArray(vid, { minLength: 1, maxLength: 6 }),
        fc.array(vid, { maxLength: 6 }),
        async (registered, others) => {
          for (const each of registered) await addVlanDevice(this, each, CUSTOMER_TAG);
          const probed = [...registered, ...others];
          const delivered = await deliveredVids(this, probed);
          for (const each of registered) await removeVlanDevice(this, each);
          const expected = probed.filter((each) => registered.includes(each));
          expectThat(
            sameNumbers(delivered, expected),
            `registered are ${registered.join(' ')}, delivered ${delivered.join(' ')}`,
          );
        },
      ),
      { runs: 0.3 },
    );
  },
);

When(/^the MTU is set to (\d+)$/, async function (this: NicWorld, mtu: string) {
  accepted(await setLink(this, { IFLA_MTU: Number(mtu) }), `setting an MTU of ${mtu}`);
});
