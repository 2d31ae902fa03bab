/** Filters that write what is kept beside a frame (skbedit): where it leaves then, and whose it is. */
import { Given, Then, When } from '@cucumber/cucumber';
import { AT_EGRESS, AT_INGRESS, ETH_P_ALL, TC_ACT_PIPE } from '../../reference-impl/netlink/families/trafficControl.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { icmpIn, stationPacket } from '../properties/ipPackets.js';
import { addressOf, stationFamily } from '../properties/stations.js';
import { aggregateCalled } from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { filterClient, filtersAt, prepareFilters } from './filterControl.js';
import { IFF_PROMISC, accepted, setFlag } from './settings.js';
import { portCalled, usedPorts } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** As tc names them. */
const NAMES: Readonly<Record<string, string>> = {
  priority: 'TCA_SKBEDIT_PRIORITY',
  queue_mapping: 'TCA_SKBEDIT_QUEUE_MAPPING',
  mark: 'TCA_SKBEDIT_MARK',
  mask: 'TCA_SKBEDIT_MASK',
  ptype: 'TCA_SKBEDIT_PTYPE',
};

/** `mark 7, mask 255`. */
const editsIn = (text: string): Values =>
  Object.fromEntries(
    [...text.matchAll(/(\w+) (\d+)/g)].map(([, name = '', value]) => [NAMES[name] ?? name, Number(value)]),
  );

const PRIORITY = 10;

async function addEdit(world: NicWorld, ifIndex: number, parent: number, edits: Values): Promise<NetlinkResult<void>> {
  return (await filterClient(world)).addFilter({
    ifIndex,
    parent,
    priority: PRIORITY,
    protocol: ETH_P_ALL,
    kind: 'matchall',
    options: {},
    actions: [{ kind: 'skbedit', options: { TCA_SKBEDIT_PARMS: { action: TC_ACT_PIPE }, ...edits } }],
  });
}

Given(/^a filter of the aggregate gives each frame the queue (\d+)$/, async function (this: NicWorld, queue: string) {
  const { ifIndex } = aggregateCalled(this);
  accepted(await (await filterClient(this)).addQdisc(ifIndex), 'making room for filters at the aggregate');
  const added = await addEdit(this, ifIndex, AT_EGRESS, { TCA_SKBEDIT_QUEUE_MAPPING: Number(queue) });
  accepted(added, 'putting a filter at the aggregate');
});

When(
  /^(p\d) is asked to edit what (leaves|comes in): (.+)$/,
  async function (this: NicWorld, port: string, moves: string, text: string) {
    await prepareFilters(this, port);
    const parent = moves === 'leaves' ? AT_EGRESS : AT_INGRESS;
    this.answer = await addEdit(this, portCalled(this, port).ifIndex, parent, editsIn(text));
  },
);

Then(/^the filter of (p\d) at its egress tells: (.+)$/, async function (this: NicWorld, port: string, text: string) {
  const [filter] = await filtersAt(this, port, 'egress');
  const [action] = filter?.actions ?? [];
  expectThat(action?.kind === 'skbedit', `the filter has the action ${action?.kind ?? 'nothing'}`);
  const wanted = editsIn(text);
  for (const name of Object.values(NAMES)) {
    const [told, asked] = [numberIn(action.options, name), numberIn(wanted, name)];
    expectThat(told === asked, `${name} is ${told ?? 'not told'} instead of ${asked ?? 'nothing'}`);
  }
});

// Whose a frame is.

Given(
  /^station ([A-Z]) at (p\d) with (\S+) is known to the host$/,
  async function (this: NicWorld, name: string, port: string, address: string) {
    const { ifIndex } = portCalled(this, port);
    const station = addressOf(name, stationFamily(this.scenario));
    accepted(await (await this.routing()).addNeighbour({ ifIndex, address, station }), `making ${name} known`);
  },
);

Given(/^(p\d) is promiscuous$/, async function (this: NicWorld, port: string) {
  await setFlag(this, IFF_PROMISC, true, portCalled(this, port).ifIndex);
});

When(
  /^([A-Z]) pings (\S+) at the station of somebody else$/,
  async function (this: NicWorld, name: string, to: string) {
    const family = stationFamily(this.scenario);
    const [source, destination] = [addressOf(name, family), addressOf('X', family)];
    const bytes = stationPacket({ from: '192.0.2.11', to, source, destination, kind: 'echo', number: 1 });
    await (await this.wire(portCalled(this, 'p0').port)).send([{ bytes }]);
  },
);

const ECHO_REPLY = 0;

Then(/^the host (answers|does not answer) [A-Z]$/, async function (this: NicWorld, what: string) {
  let answers = 0;
  for (let look = 0; look < 10 && answers === 0; look++)
    for (const { port } of usedPorts(this))
      for (const { bytes } of await (await this.wire(port)).receive({ withinMs: this.quietMs }))
        if (icmpIn(bytes)?.type === ECHO_REPLY) answers++;
  expectNumber(answers, what === 'answers' ? 1 : 0, 'answers to the ping');
});
