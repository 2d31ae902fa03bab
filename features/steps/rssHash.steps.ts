/** Receive-side scaling: what is hashed of which packet. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { HashField, HostReceive } from '../../harness/contract/index.js';
import { type FlowField, type FlowName, changed, exampleFlow, reverse } from '../properties/flows.js';
import { type InputTransform, NOT_IP, type NotIp, expectedHash, fragmentsOf, frameOfType } from '../properties/rss.js';
import type { NetworkName } from '../properties/tcpStreams.js';
import { expectNumber, expectThat } from './expectations.js';
import {
  INPUT_TRANSFORMS,
  askForHashFields,
  askForRss,
  deliverFlow,
  deliverFlows,
  expectFlowsInOrder,
  hashOf,
  manyFlows,
  readRss,
  rssNotes,
  sendFlows,
} from './rssControl.js';
import type { NicWorld } from './world.js';

const fieldList = (text: string): HashField[] => text.split(', ') as HashField[];

Given(
  /^the RSS fields of (\w+) are ((?:ip-|l4-|ip6-)[a-z0-9, -]+)$/,
  async function (this: NicWorld, flow: FlowName, fields: string) {
    const errno = await askForHashFields(this, flow, fieldList(fields));
    // A device may have fewer choices than ethtool has.
    return errno === 0 ? undefined : 'skipped';
  },
);

When(
  /^the RSS fields of (\w+) are asked to be ([a-z0-9, -]+)$/,
  async function (this: NicWorld, flow: FlowName, fields: string) {
    const errno = await askForHashFields(this, flow, fieldList(fields));
    rssNotes(this).refusal = errno === 0 ? '' : errno === 22 ? 'EINVAL' : `errno ${errno}`;
  },
);

When(
  /^the far end sends (\w+) packets that differ in (source|destination|source port|destination port|flow label)$/,
  async function (this: NicWorld, name: FlowName, field: FlowField) {
    const flow = exampleFlow(name, 3);
    rssNotes(this).frames = await deliverFlows(
      this,
      [0, 1, 2, 4, 77, 128].map((by) => changed(flow, field, by)),
    );
  },
);

// Fragments, frames that are not IP, types.

When(
  /^the far end sends a UDP datagram over (IPv4|IPv6) in 3 fragments$/,
  async function (this: NicWorld, ip: NetworkName) {
    const flow = exampleFlow(ip === 'IPv4' ? 'udp4' : 'udp6', 9);
    const [host, wire] = [await this.host(), await this.wire()];
    await wire.send(fragmentsOf(flow, this.port.address, 500, 192).map((bytes) => ({ bytes })));
    rssNotes(this).flows = [flow];
    const received: HostReceive[] = [];
    for (
      let batch;
      received.length < 3 && (batch = await host.receive({ withinMs: this.patienceMs, count: 1 })).length > 0;
    )
      received.push(...batch);
    rssNotes(this).frames = received;
  },
);

Then('all fragments have the hash of the addresses, and the same queue', async function (this: NicWorld) {
  const { frames, flows } = rssNotes(this);
  const { key } = await readRss(this);
  expectNumber(frames.length, 3, 'fragments at the host');
  for (const frame of frames) {
    for (const flow of flows) expectNumber(hashOf(frame), expectedHash(key, flow, false), 'the hash of a fragment');
    expectNumber(frame.queue ?? -1, frames[0]?.queue ?? -1, 'the queue of a fragment');
  }
});

When(
  /^the far end sends packets of 20 flows, and (an ARP request|an LLDP frame|a frame of an unknown type) after each$/,
  async function (this: NicWorld, what: NotIp) {
    const state = rssNotes(this);
    state.frames = [];
    const [host, wire] = [await this.host(), await this.wire()];
    for (const flow of manyFlows(20)) {
      await sendFlows(this, [flow]);
      await wire.send([{ bytes: frameOfType(NOT_IP[what]) }]);
      state.frames = [...state.frames, ...(await host.receive({ withinMs: this.patienceMs, count: 1 }))];
    }
  },
);

Then(
  /^(?:an ARP request|an LLDP frame|a frame of an unknown type) has no hash of layer 3 or 4, and one queue$/,
  function (this: NicWorld) {
    const { frames } = rssNotes(this);
    expectNumber(frames.length, 20, 'frames at the host');
    for (const { hash, queue } of frames) {
      expectThat(
        hash === undefined || hash.type === 'l2',
        `a hash of type ${hash?.type ?? ''} for a frame that is not IP`,
      );
      expectNumber(queue ?? -1, frames[0]?.queue ?? -1, 'the queue');
    }
  },
);

When(
  /^the far end sends a packet of (TCP|IP) over (IPv4|IPv6)$/,
  async function (this: NicWorld, kind: string, ip: NetworkName) {
    const version = ip === 'IPv4' ? 4 : 6;
    rssNotes(this).frames = [
      await deliverFlow(this, exampleFlow(kind === 'TCP' ? `tcp${version}` : `ip${version}`, 4)),
    ];
  },
);

Then('its hash is of layer {int}', function (this: NicWorld, layer: number) {
  const [frame] = rssNotes(this).frames;
  expectThat(frame?.hash?.type === `l${layer}`, `the hash is of type ${frame?.hash?.type ?? 'none'}`);
});

When(
  'the far end sends {int} packets of {int} flows, numbered',
  async function (this: NicWorld, count: number, flows: number) {
    const all = manyFlows(flows);
    const state = rssNotes(this);
    state.flows = Array.from({ length: count }, (_, index) => all[(index * 7) % flows] ?? exampleFlow('tcp4'));
    state.frames = await sendFlows(this, state.flows);
  },
);

Then('the packets of each flow arrive at one queue, in order', function (this: NicWorld) {
  const { frames, flows } = rssNotes(this);
  expectFlowsInOrder(frames, flows);
});

// Symmetry.

Given(/^the RSS input transform is (sym-xor|sym-or-xor)$/, async function (this: NicWorld, transform: InputTransform) {
  const result = await askForRss(this, { inputTransform: INPUT_TRANSFORMS[transform] });
  return result.ok ? undefined : 'skipped';
});

When('a symmetric RSS transform is asked for', async function (this: NicWorld) {
  const state = rssNotes(this);
  state.refusal = '';
  for (const transform of ['sym-xor', 'sym-or-xor'] as const) {
    const result = await askForRss(this, { inputTransform: INPUT_TRANSFORMS[transform] });
    state.refusal = result.ok ? '' : result.error.errnoName;
    if (state.refusal !== 'EOPNOTSUPP') return;
  }
});

When(
  /^the far end sends 10 packets of TCP over (IPv4|IPv6), each forward and backward$/,
  async function (this: NicWorld, ip: NetworkName) {
    const forward = manyFlows(10, ip === 'IPv4' ? 'tcp4' : 'tcp6');
    rssNotes(this).frames = await deliverFlows(
      this,
      forward.flatMap((flow) => [flow, reverse(flow)]),
    );
  },
);

Then('each pair has one hash, and not all pairs have the same', function (this: NicWorld) {
  const hashes = rssNotes(this).frames.map(hashOf);
  for (let index = 0; index < hashes.length; index += 2) {
    expectThat(hashes[index] === hashes[index + 1], `pair ${index / 2 + 1} has two hashes`);
  }
  expectThat(new Set(hashes).size > 1, 'all flows have the same hash');
});
