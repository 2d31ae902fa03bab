/** VLAN tags: taken out and put in, by the device or by the kernel, and filtered. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { HostReceive, NetDeviceName } from '../../harness/contract/index.js';
import { checksumRequestFrame, type ChecksumRequest } from '../properties/checksumRequest.js';
import {
  CUSTOMER_TAG,
  SERVICE_TAG,
  SOMEBODY_ELSE,
  frameLength,
  frameNumber,
  numberOf,
  numberedFrame,
  tag,
  tagsOf,
  tci,
  withTags,
  type Tag,
} from '../properties/numberedFrames.js';
import { arrivals, expectArrived, farEndSends, receivedNumbers } from './arrivals.js';
import { intoHost, ontoWire } from './exchange.js';
import { expectFrame, expectNumber, expectThat } from './expectations.js';
import { sameNumbers } from './port.steps.js';
import { insistOnFeatures } from './settings.js';
import { addVlanDevice, vlanDevice, vlanDevices } from './vlanDevices.js';
import { letAllVlansIn } from './receiveControl.js';
import type { NicWorld } from './world.js';

const tpidOf = (name: string): number => (name === '802.1ad' ? SERVICE_TAG : CUSTOMER_TAG);

/** `8100:0x0064` */
function parseTag(text: string): Tag {
  const [type, control] = text.split(':');
  return { tpid: Number.parseInt(type ?? '', 16), tci: Number(control) };
}
const parseTags = (text: string): Tag[] =>
  [...text.matchAll(/(?:8100|88a8):0x[0-9a-f]{4}/g)].map(([each]) => parseTag(each));
const formatTag = ({ tpid, tci: control }: Tag): string =>
  `${tpid.toString(16)}:0x${control.toString(16).padStart(4, '0')}`;

interface VlanNotes {
  frame: Uint8Array;
  tags: readonly Tag[];
  fromVlan: readonly HostReceive[];
}
const vlanNotes = (world: NicWorld): VlanNotes =>
  world.note('vlan', () => ({ frame: new Uint8Array(0), tags: [], fromVlan: [] }));

const own = (world: NicWorld, number: number, length?: number): Uint8Array =>
  numberedFrame({ destination: world.port.address, number, ...(length === undefined ? {} : { length }) });

// Receive.

async function receiveTagged(world: NicWorld, tags: readonly Tag[]): Promise<void> {
  const notes = vlanNotes(world);
  notes.frame = own(world, 1);
  notes.tags = tags;
  await farEndSends(world, [withTags(notes.frame, tags)]);
}

When(
  /^the far end sends a frame with the (802\.1Q|802\.1ad) tag (0x[0-9a-f]{4})$/,
  async function (this: NicWorld, type: string, control: string) {
    await receiveTagged(this, [{ tpid: tpidOf(type), tci: Number(control) }]);
  },
);

When(
  /^the far end sends a frame with the tag (\S+) before the tag (\S+)$/,
  async function (this: NicWorld, outer: string, inner: string) {
    await receiveTagged(this, [parseTag(outer), parseTag(inner)]);
  },
);

Then(/^the host receives that frame without its (?:outer )?tag$/, function (this: NicWorld) {
  const { frame, tags } = vlanNotes(this);
  const { received } = arrivals(this);
  expectNumber(received.length, 1, 'frames at the host');
  expectFrame(received[0]?.bytes, withTags(frame, tags.slice(1)), 'the frame without its outer tag');
});

function expectTagBeside(received: HostReceive | undefined, expected: Tag | undefined): void {
  const got = received?.vlan === undefined ? 'none' : formatTag(received.vlan);
  const wanted = expected === undefined ? 'none' : formatTag(expected);
  expectThat(got === wanted, `the tag beside the frame is ${got} instead of ${wanted}`);
}

Then(
  /^the (802\.1Q|802\.1ad) tag (0x[0-9a-f]{4}) is beside it$/,
  function (this: NicWorld, type: string, control: string) {
    expectTagBeside(arrivals(this).received[0], { tpid: tpidOf(type), tci: Number(control) });
  },
);

Then(/^the tag (\S+) is beside it$/, function (this: NicWorld, text: string) {
  expectTagBeside(arrivals(this).received[0], parseTag(text));
});

Then(
  /^for every (802\.1Q|802\.1ad) tag and frame, the tag arrives whole beside the frame$/,
  async function (this: NicWorld, type: string) {
    await this.law(
      fc.asyncProperty(tci, frameNumber, frameLength, async (control, number, length) => {
        const frame = own(this, number, length);
        const sent = { tpid: tpidOf(type), tci: control };
        const [received] = await intoHost(this, [withTags(frame, [sent])]);
        expectFrame(received?.bytes, frame, 'the frame without its tag');
        expectTagBeside(received, sent);
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for all tagged frames, the host receives the same with "rx-vlan-hw-parse" on and off',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(
        fc.array(fc.tuple(tci, frameNumber, frameLength), { minLength: 1, maxLength: 8 }),
        async (cases) => {
          const frames = cases.map(([control, number, length]) =>
            withTags(own(this, number, length), [{ tpid: CUSTOMER_TAG, tci: control }]),
          );
          const results: (readonly HostReceive[])[] = [];
          for (const on of [true, false]) {
            await insistOnFeatures(this, { 'rx-vlan-hw-parse': on });
            results.push(await intoHost(this, frames));
          }
          const [withIt, without] = results;
          for (const [index] of frames.entries()) {
            expectFrame(
              without?.[index]?.bytes,
              withIt?.[index]?.bytes ?? null,
              'the frame with and without stripping',
            );
            expectTagBeside(without?.[index], withIt?.[index]?.vlan);
          }
        },
      ),
      { runs: 0.3 },
    );
  },
);

Then(
  'for every stack of one to four tags, the outermost is beside the frame and the others are in its bytes',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(fc.array(tag, { minLength: 1, maxLength: 4 }), frameNumber, async (tags, number) => {
        const frame = own(this, number);
        const [received] = await intoHost(this, [withTags(frame, tags)]);
        expectTagBeside(received, tags[0]);
        expectFrame(received?.bytes, withTags(frame, tags.slice(1)), 'the frame without its outer tag');
      }),
      { runs: 0.5 },
    );
  },
);

Then('for every priority tag, the frame is delivered with it', async function (this: NicWorld) {
  const priority = fc.integer({ min: 0, max: 15 }).map((high) => high << 12);
  await this.law(
    fc.asyncProperty(priority, frameNumber, async (control, number) => {
      const frame = own(this, number);
      const sent = { tpid: CUSTOMER_TAG, tci: control };
      const [received] = await intoHost(this, [withTags(frame, [sent])]);
      expectFrame(received?.bytes, frame, 'the frame with a priority tag');
      expectTagBeside(received, sent);
    }),
    { runs: 0.3 },
  );
});

// Transmit.

Given('frames of every VLAN are let in', async function (this: NicWorld) {
  await letAllVlansIn(this);
});

Given(
  /^an (802\.1Q|802\.1ad) VLAN device with VID (\d+)$/,
  async function (this: NicWorld, type: string, number: string) {
    await addVlanDevice(this, Number(number), tpidOf(type));
  },
);

When(
  /^an (802\.1Q|802\.1ad) VLAN device with VID (\d+) is added$/,
  async function (this: NicWorld, type: string, number: string) {
    await addVlanDevice(this, Number(number), tpidOf(type));
  },
);

const ANOTHER_NAME = 'nvother' as NetDeviceName;

Then(
  /^another (802\.1Q|802\.1ad) VLAN device with VID (\d+) is refused with EEXIST$/,
  async function (this: NicWorld, type: string, number: string) {
    const device = { name: ANOTHER_NAME, on: this.port.ifIndex, vid: Number(number), tpid: tpidOf(type) };
    const result = await (await this.route()).addVlan(device);
    expectThat(!result.ok, 'it was accepted');
    expectThat(result.error.errnoName === 'EEXIST', `it was refused with ${result.error.errnoName}`);
  },
);

const outgoing = (world: NicWorld, number: number, length?: number): Uint8Array =>
  numberedFrame({
    destination: SOMEBODY_ELSE,
    source: world.port.address,
    number,
    ...(length === undefined ? {} : { length }),
  });

/** Sends through a VLAN device; the frame that ends the exchange has its tag on the cable too. */
async function throughVlan(world: NicWorld, frames: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  return (await ontoWire(world, frames, vlanDevice(world).name)).map(({ bytes }) => bytes);
}

When('the host sends a frame through the VLAN device', async function (this: NicWorld) {
  const notes = vlanNotes(this);
  notes.frame = outgoing(this, 1);
  this.onWire = [...(await throughVlan(this, [notes.frame]))];
});

Then(
  /^the frame on the wire has one tag, of type (802\.1Q|802\.1ad) and control information (0x[0-9a-f]{4}), and is otherwise unchanged$/,
  function (this: NicWorld, type: string, control: string) {
    const expected = withTags(vlanNotes(this).frame, [{ tpid: tpidOf(type), tci: Number(control) }]);
    expectNumber(this.onWire.length, 1, 'frames on the wire');
    expectFrame(this.onWire[0], expected, 'the frame with its tag');
  },
);

Then(
  /^for all frames through the VLAN device, the wire shows the same with "(tx-vlan-(?:stag-)?hw-insert)" on and off$/,
  async function (this: NicWorld, feature: string) {
    const { tpid, vid: number } = vlanDevice(this);
    await this.law(
      fc.asyncProperty(fc.array(fc.tuple(frameNumber, frameLength), { minLength: 1, maxLength: 8 }), async (cases) => {
        const frames = cases.map(([each, length]) => outgoing(this, each, length));
        for (const on of [true, false]) {
          await insistOnFeatures(this, { [feature]: on });
          const onWire = await throughVlan(this, frames);
          for (const [index, frame] of frames.entries()) {
            expectFrame(
              onWire[index],
              withTags(frame, [{ tpid, tci: number }]),
              `the frame with ${feature} ${on ? 'on' : 'off'}`,
            );
          }
        }
      }),
      { runs: 0.3 },
    );
  },
);

const PLACE: Readonly<Record<string, 'TCP' | 'UDP' | 'IPv4' | 'IPv6'>> = {
  TCP: 'TCP',
  UDP: 'UDP',
  IPv4: 'IPv4',
  IPv6: 'IPv6',
};

async function checksumThroughVlan(world: NicWorld, request: ChecksumRequest): Promise<void> {
  const { tpid, vid: number, name } = vlanDevice(world);
  const { transmit, expected } = checksumRequestFrame(request, world.port.address);
  const [frame] = await ontoWire(world, [transmit], name);
  expectFrame(frame?.bytes, withTags(expected, [{ tpid, tci: number }]), 'the tagged frame with its checksum');
}

When(
  /^the host sends a (TCP|UDP) segment over (IPv4|IPv6) through the VLAN device and asks for its checksum$/,
  async function (this: NicWorld, protocol: string, network: string) {
    const request = {
      protocol: PLACE[protocol] as 'TCP' | 'UDP',
      network: PLACE[network] as 'IPv4' | 'IPv6',
      length: 100,
      seed: 3,
    };
    const { transmit, expected } = checksumRequestFrame(request, this.port.address);
    vlanNotes(this).frame = expected;
    this.onWire = (await ontoWire(this, [transmit], vlanDevice(this).name)).map(({ bytes }) => bytes);
  },
);

Then('the frame on the wire is tagged and its checksum is right', function (this: NicWorld) {
  const { tpid, vid: number } = vlanDevice(this);
  expectFrame(
    this.onWire[0],
    withTags(vlanNotes(this).frame, [{ tpid, tci: number }]),
    'the tagged frame with its checksum',
  );
});

Then('for all segments through the VLAN device, the checksum behind the tag is right', async function (this: NicWorld) {
  const request = fc.record({
    protocol: fc.constantFrom('TCP' as const, 'UDP' as const),
    network: fc.constantFrom('IPv4' as const, 'IPv6' as const),
    length: fc.integer({ min: 20, max: 1400 }),
    seed: fc.nat(1000),
  });
  await this.law(
    fc.asyncProperty(request, (asked) => checksumThroughVlan(this, asked)),
    { runs: 0.5 },
  );
});

When(
  /^the host sends a frame with the 802\.1Q tag (0x[0-9a-f]{4}) in its bytes through the VLAN device$/,
  async function (this: NicWorld, control: string) {
    this.onWire = [
      ...(await throughVlan(this, [withTags(outgoing(this, 1), [{ tpid: CUSTOMER_TAG, tci: Number(control) }])])),
    ];
  },
);

Then(/^the tags on the wire are (.+)$/, function (this: NicWorld, text: string) {
  const [frame] = this.onWire;
  expectThat(frame !== undefined, 'no frame left');
  const [got, expected] = [tagsOf(frame).map(formatTag).join(' '), parseTags(text).map(formatTag).join(' ')];
  expectThat(got === expected, `the tags on the wire are ${got}`);
});

Then('for every stack of tags in the bytes, the inserted tag is the outermost', async function (this: NicWorld) {
  const { tpid, vid: number } = vlanDevice(this);
  await this.law(
    fc.asyncProperty(fc.array(tag, { maxLength: 3 }), frameNumber, async (tags, each) => {
      const frame = withTags(outgoing(this, each), tags);
      const [onWire] = await throughVlan(this, [frame]);
      expectFrame(onWire, withTags(frame, [{ tpid, tci: number }]), 'the frame with one more tag');
    }),
    { runs: 0.5 },
  );
});

// Several tags, and who gets what.

When(/^the far end sends a frame with each of the tags (.+)$/, async function (this: NicWorld, text: string) {
  const notes = vlanNotes(this);
  notes.tags = parseTags(text);
  const frames = notes.tags.map((each, index) => withTags(own(this, index), [each]));
  const device = vlanDevices(this).at(-1);
  // Opened before the frames come, for who looks at the VLAN device afterwards.
  if (device !== undefined) await this.host(device.name);
  await farEndSends(this, frames);
});

Then(/^the host receives the frames with the tags (.+), and no others$/, function (this: NicWorld, text: string) {
  const { tags } = vlanNotes(this);
  const expected = parseTags(text).map((each) => tags.findIndex((sent) => formatTag(sent) === formatTag(each)));
  expectArrived(this, expected);
});

Then(
  /^the VLAN device receives the frames with the tags (.+), without them, and no others$/,
  async function (this: NicWorld, text: string) {
    const host = await this.host(vlanDevice(this).name);
    const received = await host.receive({ withinMs: this.quietMs });
    const { tags } = vlanNotes(this);
    const expected = parseTags(text).map((each) => tags.findIndex((sent) => formatTag(sent) === formatTag(each)));
    const got = receivedNumbers(received);
    expectThat(sameNumbers(got, expected), `the VLAN device got the frames ${got.join(' ') || 'none'}`);
    for (const { bytes, vlan } of received) {
      expectThat(vlan === undefined && tagsOf(bytes).length === 0, 'a frame came with its tag');
    }
  },
);

Then(
  'for all tags, the VLAN device receives a frame exactly if the outermost tag is of its type and VID',
  async function (this: NicWorld) {
    const { name, tpid, vid: number } = vlanDevice(this);
    const near = fc.integer({ min: 0, max: 15 }).map((high): Tag => ({ tpid, tci: (high << 12) | number }));
    const host = await this.host(name);
    await this.law(
      fc.asyncProperty(fc.oneof(tag, near), async (sent) => {
        await intoHost(this, [withTags(own(this, 1), [sent])]);
        const received = await host.receive({ withinMs: this.quietMs });
        const isOwn = sent.tpid === tpid && (sent.tci & 0xfff) === number;
        const numbers = received.map(({ bytes }) => numberOf(bytes)).filter((each) => each === 1);
        expectNumber(numbers.length, isOwn ? 1 : 0, `frames with the tag ${formatTag(sent)} at the VLAN device`);
      }),
      { runs: 0.3 },
    );
  },
);
