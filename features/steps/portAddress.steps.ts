/** The address of the port: how it is changed, and for whom a frame is marked. */
import { Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { formatMac, parseMac } from '../../reference-impl/packet/addresses.js';
import { bytesIn } from '../../reference-impl/netlink/schema.js';
import { BROADCAST, multicastAddress, numberedFrame, unicastAddress } from '../properties/numberedFrames.js';
import { arrivals, farEndSends, receivedNumbers } from './arrivals.js';
import { intoHost } from './exchange.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted, linkValues, setLink } from './settings.js';
import type { NicWorld } from './world.js';

const PACKET_HOST = 0;
const PACKET_BROADCAST = 1;
const PACKET_MULTICAST = 2;
const PACKET_OTHERHOST = 3;

/** The address before a change. */
const former = (world: NicWorld): { address: string } =>
  world.note('former address', () => ({ address: world.port.address }));

const to = (destination: string, number: number): Uint8Array => numberedFrame({ destination, number });

async function portAddress(world: NicWorld): Promise<string> {
  return formatMac(bytesIn((await linkValues(world)).values, 'IFLA_ADDRESS') ?? new Uint8Array(6));
}

async function changeAddress(world: NicWorld, address: string): Promise<void> {
  accepted(await setLink(world, { IFLA_ADDRESS: parseMac(address) }), `changing the address to ${address}`);
}

When(/^the address of the port is changed to (\S+)$/, async function (this: NicWorld, address: string) {
  former(this).address = await portAddress(this);
  await changeAddress(this, address);
});

When(
  /^the far end sends a frame to (02:aa:\S+) and one to the former address$/,
  async function (this: NicWorld, address: string) {
    await farEndSends(this, [to(address, 1), to(former(this).address, 2)]);
  },
);

Then(/^the host receives the frame to \S+ as its own, and the other not as its own$/, function (this: NicWorld) {
  for (const { bytes, packetType } of arrivals(this).received) {
    const isOwn = receivedNumbers([{ bytes, packetType }])[0] === 1;
    expectThat((packetType === PACKET_HOST) === isOwn, `a frame is marked ${packetType}`);
  }
  expectThat(receivedNumbers(arrivals(this).received).includes(1), 'the frame to the new address did not arrive');
});

Then("for every sequence of addresses, only the last one is the port's own", async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(fc.array(unicastAddress, { minLength: 1, maxLength: 4 }), async (addresses) => {
      for (const address of addresses) await changeAddress(this, address);
      const own = addresses.at(-1) ?? '';
      const others = [...new Set([this.port.address, ...addresses])].filter((address) => address !== own);
      const received = await intoHost(this, [to(own, 0), ...others.map((address, index) => to(address, index + 1))]);
      const marked = received.filter(({ packetType }) => packetType === PACKET_HOST);
      expectThat(receivedNumbers(marked).join() === '0', `marked as its own: ${receivedNumbers(marked).join(' ')}`);
      await changeAddress(this, this.port.address);
    }),
    { runs: 0.5 },
  );
});

When(/^the address of the port is to be changed to (\S+)$/, async function (this: NicWorld, address: string) {
  former(this).address = await portAddress(this);
  this.answer = await setLink(this, { IFLA_ADDRESS: parseMac(address) });
});

Then('the address of the port is still what it was', async function (this: NicWorld) {
  expectThat((await portAddress(this)) === former(this).address, `the address is ${await portAddress(this)}`);
});

Then(
  'for every multicast address, setting it as the address of the port is refused and changes nothing',
  async function (this: NicWorld) {
    const before = await portAddress(this);
    await this.law(
      fc.asyncProperty(multicastAddress, async (address) => {
        const answer = await setLink(this, { IFLA_ADDRESS: parseMac(address) });
        expectThat(
          !answer.ok && answer.error.errnoName === 'EADDRNOTAVAIL',
          `${address} was not refused with EADDRNOTAVAIL`,
        );
        expectThat((await portAddress(this)) === before, 'the address has changed');
      }),
    );
  },
);

Then(/^the address of the port is (02:\S+)$/, async function (this: NicWorld, address: string) {
  expectThat((await portAddress(this)) === address, `the address is ${await portAddress(this)}`);
});

Then('its permanent address is what it was', async function (this: NicWorld) {
  const { values } = await linkValues(this);
  const permanent = bytesIn(values, 'IFLA_PERM_ADDRESS');
  expectThat(permanent !== undefined, 'the port reports no permanent address');
  expectThat(formatMac(permanent) === this.port.address, `the permanent address is ${formatMac(permanent)}`);
});

// Marks.

When(/^the far end sends a frame to (the port|[0-9a-f:]{17})$/, async function (this: NicWorld, destination: string) {
  await farEndSends(this, [to(destination === 'the port' ? this.port.address : destination, 5)]);
});

const MARKS: Readonly<Record<string, number>> = {
  'its own': PACKET_HOST,
  broadcast: PACKET_BROADCAST,
  multicast: PACKET_MULTICAST,
  'for another host': PACKET_OTHERHOST,
};

Then(
  /^the host receives it as (its own|broadcast|multicast|for another host)$/,
  function (this: NicWorld, mark: string) {
    const { received } = arrivals(this);
    expectNumber(received.length, 1, 'frames at the host');
    expectNumber(received[0]?.packetType ?? -1, MARKS[mark] ?? -2, 'mark of the frame');
  },
);

Then('for every destination, the frame is marked for whom it is', async function (this: NicWorld) {
  const destination = fc.oneof(
    unicastAddress,
    multicastAddress,
    fc.constant<string>(BROADCAST),
    fc.constant<string>(this.port.address),
  );
  await this.law(
    fc.asyncProperty(destination, async (address) => {
      const [received] = await intoHost(this, [to(address, 1)]);
      expectNumber(
        received?.packetType ?? -1,
        expectedMark(address, this.port.address),
        `mark of a frame to ${address}`,
      );
    }),
  );
});

function expectedMark(address: string, own: string): number {
  if (address === BROADCAST) return PACKET_BROADCAST;
  if ((Number.parseInt(address.slice(0, 2), 16) & 1) === 1) return PACKET_MULTICAST;
  return address === own ? PACKET_HOST : PACKET_OTHERHOST;
}
