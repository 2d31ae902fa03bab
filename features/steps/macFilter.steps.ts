/** The address filter: own, secondary, group and broadcast addresses, promiscuous modes, and damaged frames. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { NetDeviceName } from '../../harness/contract/index.js';
import { formatMac, parseMac } from '../../reference-impl/packet/addresses.js';
import { addressChanges, finalAddresses } from '../properties/addressChanges.js';
import {
  BROADCAST,
  SOMEBODY_ELSE,
  frameLength,
  frameNumber,
  multicastAddress,
  numberedFrame,
  unicastAddress,
} from '../properties/numberedFrames.js';
import { arrivals, expectArrived, farEndSends, receivedNumbers } from './arrivals.js';
import { intoHost } from './exchange.js';
import { expectFrame, expectNumber, expectThat } from './expectations.js';
import { IFF_ALLMULTI, IFF_PROMISC, accepted, filtersFollow, setFlag } from './settings.js';
import { vlanDeviceIndex } from './vlanDevices.js';
import type { NicWorld } from './world.js';

interface FilterNotes {
  unicast: string[];
  multicast: string[];
}
const filterNotes = (world: NicWorld): FilterNotes =>
  world.note('address filter', () => ({ unicast: [], multicast: [] }));

const to = (destination: string, number: number): Uint8Array => numberedFrame({ destination, number });

/** Unicast addresses that differ from each other and from that of every port. */
const foreignAddress = (index: number): string =>
  `02:de:${[index >> 16, index >> 8, index, 0x17 * index].map((byte) => (byte & 0xff).toString(16).padStart(2, '0')).join(':')}`;
const groupAddress = (index: number): string =>
  `33:33:${[index >> 16, index >> 8, index, 0x3b * index].map((byte) => (byte & 0xff).toString(16).padStart(2, '0')).join(':')}`;

When(
  'the far end sends 100 frames to the port and 100 to other unicast addresses, mixed',
  async function (this: NicWorld) {
    const frames = Array.from({ length: 200 }, (_, index) =>
      to(index % 2 === 0 ? this.port.address : foreignAddress(index), index),
    );
    await farEndSends(this, frames);
  },
);

Then('the host receives the 100 frames to the port, and no others', function (this: NicWorld) {
  expectArrived(
    this,
    Array.from({ length: 100 }, (_, index) => 2 * index),
  );
});

When(
  /^the far end sends a frame to the address of the port with bit (\d) of byte (\d) changed$/,
  async function (this: NicWorld, bit: string, byte: string) {
    const address = parseMac(this.port.address);
    address[Number(byte)] = (address[Number(byte)] ?? 0) ^ (1 << Number(bit));
    await farEndSends(this, [to(formatMac(address), 1)]);
  },
);

/** A filter that hashes the end of an address must not take it for that of the group. */
When('the far end sends a frame to each of them with the group bit cleared', async function (this: NicWorld) {
  const unicast = filterNotes(this).multicast.map((group) => {
    const address = parseMac(group);
    address[0] = (address[0] ?? 0) & 0xfe;
    return formatMac(address);
  });
  await farEndSends(this, unicast.map(to));
});

Then('nothing is delivered', function (this: NicWorld) {
  expectArrived(this, []);
});

Then(
  "for every unicast address, a frame to it is delivered exactly if it is the port's own",
  async function (this: NicWorld) {
    const address = fc.oneof(
      { weight: 3, arbitrary: unicastAddress },
      { weight: 1, arbitrary: fc.constant<string>(this.port.address) },
    );
    await this.law(
      fc.asyncProperty(address, async (destination) => {
        const received = receivedNumbers(await intoHost(this, [to(destination, 1)]));
        expectNumber(received.length, destination === this.port.address ? 1 : 0, `frames to ${destination}`);
      }),
    );
  },
);

// Secondary and group addresses.

async function add(world: NicWorld, address: string): Promise<void> {
  accepted(await (await world.route()).addAddress(world.port.ifIndex, address), `adding ${address}`);
}
async function remove(world: NicWorld, address: string): Promise<void> {
  accepted(await (await world.route()).removeAddress(world.port.ifIndex, address), `removing ${address}`);
}

Given(/^(\d+) secondary unicast addresses$/, async function (this: NicWorld, count: string) {
  const addresses = Array.from({ length: Number(count) }, (_, index) => foreignAddress(index + 1));
  for (const address of addresses) await add(this, address);
  await filtersFollow(this);
  filterNotes(this).unicast.push(...addresses);
});

Given(/^(\d+) multicast addresses$/, async function (this: NicWorld, count: string) {
  const addresses = Array.from({ length: Number(count) }, (_, index) => groupAddress(index + 1));
  for (const address of addresses) await add(this, address);
  await filtersFollow(this);
  filterNotes(this).multicast.push(...addresses);
});

When(
  /^the far end sends a frame to each (secondary|multicast) address$/,
  async function (this: NicWorld, which: string) {
    const { unicast, multicast } = filterNotes(this);
    await farEndSends(this, (which === 'secondary' ? unicast : multicast).map(to));
  },
);

Then('the host receives all of them', function (this: NicWorld) {
  expectArrived(
    this,
    arrivals(this).sent.map((_, index) => index),
  );
});

const addressSet = (address: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
  fc.uniqueArray(address, { minLength: 1, maxLength: 24 });

async function addedAddressesLaw(world: NicWorld, address: fc.Arbitrary<string>): Promise<void> {
  await world.law(
    fc.asyncProperty(addressSet(address), async (addresses) => {
      const own: string = world.port.address;
      const added = addresses.filter((each) => each !== own);
      for (const each of added) await add(world, each);
      await filtersFollow(world);
      const received = receivedNumbers(await intoHost(world, added.map(to)));
      for (const each of added) await remove(world, each);
      expectThat(received.length === added.length, `of ${added.length} frames ${received.length} arrived`);
    }),
    { runs: 0.5 },
  );
}

Then(
  'for every set of secondary unicast addresses, frames to all of them are delivered',
  async function (this: NicWorld) {
    await addedAddressesLaw(this, unicastAddress);
  },
);

Then('for every set of multicast addresses, frames to all of them are delivered', async function (this: NicWorld) {
  await addedAddressesLaw(this, multicastAddress);
});

When('all of them are removed', async function (this: NicWorld) {
  for (const address of filterNotes(this).multicast) await remove(this, address);
  await filtersFollow(this);
});

Then(
  'for every sequence of additions and removals, exactly the addresses that remain are delivered',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(addressChanges, async (changes) => {
        const present = new Set<string>();
        for (const { kind, address } of changes) {
          if (kind === 'add' && !present.has(address)) await add(this, address);
          if (kind === 'remove' && present.has(address)) await remove(this, address);
          if (kind === 'add') present.add(address);
          else present.delete(address);
        }
        await filtersFollow(this);
        const remaining = finalAddresses(changes);
        const all = [...new Set(changes.map(({ address }) => address))];
        const received = receivedNumbers(await intoHost(this, all.map(to)));
        for (const address of remaining) await remove(this, address);
        const delivered = all.filter((_, index) => received.includes(index));
        const isUnicast = (address: string): boolean => (Number.parseInt(address.slice(0, 2), 16) & 1) === 0;
        for (const address of remaining)
          expectThat(delivered.includes(address), `${address} remains, and its frame was lost`);
        for (const address of delivered) {
          expectThat(
            remaining.has(address) || !isUnicast(address),
            `${address} was removed, and its frame was delivered`,
          );
        }
      }),
      { runs: 0.5 },
    );
  },
);

// Modes.

When(/^promiscuous mode is (?:switched )?(on|off)$/, async function (this: NicWorld, state: string) {
  await setFlag(this, IFF_PROMISC, state === 'on');
});

When(/^promiscuous mode of the VLAN device is switched (on|off)$/, async function (this: NicWorld, state: string) {
  const index = vlanDeviceIndex(this);
  await setFlag(this, 1, true, index);
  await setFlag(this, IFF_PROMISC, state === 'on', index);
});

When('all-multicast mode is switched on', async function (this: NicWorld) {
  await setFlag(this, IFF_ALLMULTI, true);
});

When(
  'the far end sends a frame to each of the port, another unicast address, a group and broadcast',
  async function (this: NicWorld) {
    await farEndSends(this, [this.port.address, SOMEBODY_ELSE, groupAddress(1), BROADCAST].map(to));
  },
);

When('the far end sends a frame to the port and one to another unicast address', async function (this: NicWorld) {
  await farEndSends(this, [to(this.port.address, 1), to(SOMEBODY_ELSE, 2)]);
});

Then('the host receives the frame to the port only', function (this: NicWorld) {
  expectArrived(this, [1]);
});

When('the far end sends a frame to another unicast address', async function (this: NicWorld) {
  await farEndSends(this, [to(SOMEBODY_ELSE, 3)]);
});

When('the far end sends a frame without a tag', async function (this: NicWorld) {
  await farEndSends(
    this,
    [to(this.port.address, 6)],
    this.note('listening at', () => ({ name: undefined as NetDeviceName | undefined })).name,
  );
});

Then('the host receives that frame', function (this: NicWorld) {
  const { sent, received } = arrivals(this);
  expectNumber(received.length, 1, 'frames at the host');
  expectFrame(received[0]?.bytes, sent[0] ?? null, 'the frame at the host');
});

Then('for every destination, the frame is delivered unchanged', async function (this: NicWorld) {
  const destination = fc.oneof(unicastAddress, multicastAddress, fc.constant(BROADCAST));
  await this.law(
    fc.asyncProperty(destination, frameNumber, frameLength, async (address, number, length) => {
      const frame = numberedFrame({ destination: address, number, length });
      const [received] = await intoHost(this, [frame]);
      expectFrame(received?.bytes, frame, `the frame to ${address}`);
    }),
    { runs: 0.5 },
  );
});

When(
  'the far end sends a frame to each of 20 groups and one to another unicast address',
  async function (this: NicWorld) {
    await farEndSends(this, [...Array.from({ length: 20 }, (_, index) => groupAddress(index)), SOMEBODY_ELSE].map(to));
  },
);

Then('the host receives the frames to the 20 groups, and no others', function (this: NicWorld) {
  expectArrived(
    this,
    Array.from({ length: 20 }, (_, index) => index),
  );
});

Then('for every multicast address, the frame is delivered', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(multicastAddress, async (address) => {
      expectNumber(receivedNumbers(await intoHost(this, [to(address, 1)])).length, 1, `frames to ${address}`);
    }),
  );
});

When('the far end sends a frame to each of 20 groups and then one to the port', async function (this: NicWorld) {
  await farEndSends(this, [
    ...Array.from({ length: 20 }, (_, index) => to(groupAddress(977 * index), index)),
    to(this.port.address, 20),
  ]);
});

Then('the host receives fewer than 20 frames to groups', function (this: NicWorld) {
  const groups = receivedNumbers(arrivals(this).received).filter((number) => number < 20);
  expectThat(groups.length < 20, 'the host received the frames to all groups');
});

Then('the host receives the frame to the port', function (this: NicWorld) {
  expectThat(receivedNumbers(arrivals(this).received).includes(20), 'the frame to the port did not arrive');
});

When(
  'the far end sends a frame to the port, one to each added address, and one to another unicast address',
  async function (this: NicWorld) {
    const { unicast, multicast } = filterNotes(this);
    await farEndSends(this, [this.port.address, ...unicast, ...multicast, SOMEBODY_ELSE].map(to));
  },
);

Then('the host receives all but the last', function (this: NicWorld) {
  expectArrived(
    this,
    arrivals(this)
      .sent.slice(0, -1)
      .map((_, index) => index),
  );
});
