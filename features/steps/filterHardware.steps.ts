/** Filters in hardware: where the room ends, what is counted there, and mirrors at other net devices than ports. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import {
  ETH_P_ALL,
  TCA_CLS_FLAGS_IN_HW,
  TCA_CLS_FLAGS_SKIP_HW,
  TCA_CLS_FLAGS_SKIP_SW,
  TCA_EGRESS_MIRROR,
  TCA_INGRESS_REDIR,
  TC_ACT_PIPE,
  TC_ACT_STOLEN,
} from '../../reference-impl/netlink/families/trafficControl.js';
import type { ActionRequest } from '../../reference-impl/netlink/trafficControlClient.js';
import { nestIn, numberIn } from '../../reference-impl/netlink/schema.js';
import type { Action } from '../properties/filterModel.js';
import { packet, type Packet } from '../properties/packets.js';
import { expectNumber, expectThat } from './expectations.js';
import {
  clearFilters,
  eachPacket,
  everywhere,
  expectPackets,
  filterClient,
  filterOf,
  filtersAt,
  mirred,
  prepareFilters,
  putFilter,
  sendPackets,
  sentPackets,
  setTargetUp,
  type Mode,
} from './filterControl.js';
import { countedBy } from './filterRequests.steps.js';
import { filterCalled } from './filters.steps.js';
import { accepted } from './settings.js';
import { bridgeAddress } from './switch.steps.js';
import { bridgeCalled, portCalled, settled, switched } from './switchPorts.js';
import type { NicWorld } from './world.js';

Then(/^(p\d) has no filters where frames leave$/, async function (this: NicWorld, port: string) {
  expectNumber((await filtersAt(this, port, 'egress')).length, 0, `the filters where frames leave at ${port}`);
});

const MOST_RULES = 4096;

Given(/^the access list of the hardware is full at (p\d)$/, async function (this: NicWorld, port: string) {
  for (let priority = 1; priority < MOST_RULES; priority++) {
    await putFilter(this, port, { priority, match: { from: 'B' }, actions: [{ kind: 'drop' }] });
    const { flags } = await filterCalled(this, String(priority), port);
    if ((flags & TCA_CLS_FLAGS_IN_HW) === 0) return;
  }
  expectThat(false, `the hardware has room for ${MOST_RULES} rules`);
});

Then(
  /^filter (\d+) at (p\d) has counted (\d+) packets in hardware and (\d+) in all$/,
  async function (this: NicWorld, priority: string, port: string, inHardware: string, inAll: string) {
    const action = await countedBy(this, priority, port, Number(inAll));
    expectNumber(action.hardwarePackets, Number(inHardware), `the packets that filter ${priority} counted in hardware`);
    expectNumber(action.packets, Number(inAll), `the packets that filter ${priority} counted`);
  },
);

const ETH_HLEN = 14;

Then(
  /^filter (\d+) at (p\d) has counted the bytes of the packets without their Ethernet headers$/,
  async function (this: NicWorld, priority: string, port: string) {
    const { frames } = sentPackets(this);
    const { bytes } = await countedBy(this, priority, port, frames.length);
    const wanted = frames.reduce((sum, frame) => sum + frame.length - ETH_HLEN, 0);
    expectNumber(bytes, wanted, `the bytes that filter ${priority} counted`);
  },
);

Then(
  /^filter (\d+) at (p\d) could not send (\d+) packets$/,
  async function (this: NicWorld, priority: string, port: string, count: string) {
    const { overlimits } = await countedBy(this, priority, port, Number(count));
    expectNumber(overlimits, Number(count), `the packets that filter ${priority} could not send`);
  },
);

// Mirrors that are no ports, or none at all.

async function askMirror(world: NicWorld, port: string, action: ActionRequest, flags = 0): Promise<void> {
  await prepareFilters(world, port);
  world.answer = await (
    await filterClient(world)
  ).addFilter({
    ifIndex: portCalled(world, port).ifIndex,
    priority: 10,
    protocol: ETH_P_ALL,
    kind: 'matchall',
    options: flags === 0 ? {} : { TCA_MATCHALL_FLAGS: flags },
    actions: [action],
  });
}

const UNUSED_INDEX = 0x7fff_fff0;
const NO_DIRECTION = 9;

When(
  /^a mirror (without a net device|at a net device that is not there|in a direction that is none) is asked for at (p\d)$/,
  async function (this: NicWorld, what: string, port: string) {
    const { ifIndex } = portCalled(this, 'p3');
    const index = what.startsWith('without') ? 0 : what.startsWith('at') ? UNUSED_INDEX : ifIndex;
    const how = what.startsWith('in') ? NO_DIRECTION : TCA_EGRESS_MIRROR;
    await askMirror(this, port, mirred(how, index, TC_ACT_PIPE));
  },
);

Given(
  /^at (p\d) every frame is mirrored to (br\d), in software$/,
  async function (this: NicWorld, port: string, to: string) {
    const { ifIndex } = bridgeCalled(this, to);
    await askMirror(this, port, mirred(TCA_EGRESS_MIRROR, ifIndex, TC_ACT_PIPE), TCA_CLS_FLAGS_SKIP_HW);
    accepted(this.answer ?? { ok: true, value: undefined }, `mirroring ${port} to ${to}`);
  },
);

Given(
  /^at (p\d) every frame is mirrored to the bridge, by the hardware, if it can$/,
  async function (this: NicWorld, port: string) {
    const { ifIndex } = bridgeCalled(this);
    await askMirror(this, port, mirred(TCA_EGRESS_MIRROR, ifIndex, TC_ACT_PIPE), TCA_CLS_FLAGS_SKIP_SW);
  },
);

Given(
  /^at (p\d) frames from ([A-Z]) are made to come in at (p\d), in software$/,
  async function (this: NicWorld, port: string, from: string, to: string) {
    await prepareFilters(this, port);
    await setTargetUp(this, to);
    const rule = { priority: 10, match: { from }, actions: [] };
    const request = filterOf(this, port, rule, { mode: 'software' });
    const action = mirred(TCA_INGRESS_REDIR, portCalled(this, to).ifIndex, TC_ACT_STOLEN);
    accepted(await (await filterClient(this)).addFilter({ ...request, actions: [action] }), 'redirecting to ingress');
  },
);

When(/^(br\d) is removed$/, async function (this: NicWorld, name: string) {
  const { ifIndex, name: netDevice } = bridgeCalled(this, name);
  accepted(await (await this.route()).removeLink(ifIndex), `removing ${name}`);
  switched(this).bridges.delete(name);
  switched(this).listened.delete(netDevice);
});

Then(/^the mirror of (p\d) is told to be nowhere$/, async function (this: NicWorld, port: string) {
  const [action] = (await filterCalled(this, '10', port)).actions;
  const target = numberIn(nestIn(action?.options, 'TCA_MIRRED_PARMS'), 'ifindex');
  expectNumber(target ?? -1, 0, 'the net device of the mirror');
});

// Laws.

const MIRRORS = [['p3'], ['p3', 'p2'], ['p2'], []] as const;
const mirrors = fc.constantFrom<readonly string[]>(...MIRRORS);
const packets = fc.array(packet, { minLength: 1, maxLength: 6 });

async function mirrorAt(world: NicWorld, to: readonly string[], mode: Mode): Promise<void> {
  await clearFilters(world, 'p0');
  await prepareFilters(world, 'p0');
  const actions = to.map((port): Action => ({ kind: 'mirror', to: port }));
  if (actions.length > 0) await putFilter(world, 'p0', { priority: 10, match: undefined, actions }, { mode });
  await settled(world);
}

Then(
  'for every set of mirrors and all packets to the host, in software, each mirror gets one copy and the host what it gets without them',
  async function (this: NicWorld) {
    const [bridge, address] = [bridgeCalled(this).name, await bridgeAddress(this)];
    await this.law(
      fc.asyncProperty(mirrors, packets, async (to, sent) => {
        await mirrorAt(this, to, 'software');
        await sendPackets(
          this,
          'p0',
          sent.map((one): Packet => ({ ...one, to: address })),
        );
        await expectPackets(this, eachPacket(this, [...to, bridge]), everywhere(this));
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every set of mirrors and all packets, in hardware, each mirror gets one copy and the others what they get without them',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(mirrors, packets, async (to, sent) => {
        await mirrorAt(this, to, 'hardware');
        await sendPackets(this, 'p0', sent);
        await expectPackets(this, eachPacket(this, [...to, 'p1', 'p2']));
      }),
      { runs: 0.5 },
    );
  },
);
