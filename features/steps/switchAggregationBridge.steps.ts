/** Aggregates as ports of a bridge. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { NTF_EXT_LEARNED, RTM_NEWNEIGH } from '../../reference-impl/netlink/constants.js';
import { BridgeClient, type TableEntry } from '../../reference-impl/netlink/bridgeClient.js';
import type { StationName } from '../properties/stations.js';
import {
  aggregateCalled,
  byNumber,
  egressByFrame,
  expectAtOneOf,
  makeAggregate,
  setMemberLink,
  MODES,
} from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { PORT_FLAGS } from './switchPortStates.steps.js';
import { bridgeCalled, makeBridge, namesIn, sendInto, settled, switched, watch } from './switchPorts.js';
import { entriesUntil, stationAddress } from './switchTable.steps.js';
import type { NicWorld } from './world.js';

const PORTS = String.raw`p\d(?:(?:, | and )p\d)*`;

Given(new RegExp(`^a bridge over the aggregate(?: and|,) (${PORTS})$`), async function (this: NicWorld, ports: string) {
  const bridge = await makeBridge(this, namesIn(ports));
  const { ifIndex } = aggregateCalled(this);
  accepted(await (await this.bridges()).setMaster(ifIndex, bridge.ifIndex), 'putting the aggregate into the bridge');
  await settled(this);
});

Given('a bridge over both aggregates', async function (this: NicWorld) {
  const bridge = await makeBridge(this, []);
  for (const name of ['lag0', 'lag1']) {
    const { ifIndex } = aggregateCalled(this, name);
    accepted(await (await this.bridges()).setMaster(ifIndex, bridge.ifIndex), `putting ${name} into the bridge`);
  }
  await settled(this);
});

Given(
  /^an xor aggregate (lag\d) without members, with an MTU of (\d+)$/,
  async function (this: NicWorld, name: string, mtu: string) {
    const { ifIndex } = await makeAggregate(this, [], { IFLA_BOND_MODE: MODES['xor'] ?? 2 }, name);
    accepted(await (await this.route()).setLink(ifIndex, { IFLA_MTU: Number(mtu) }), `an MTU of ${mtu}`);
  },
);

const isAtAggregate = (world: NicWorld, entries: readonly TableEntry[]): boolean =>
  entries.length > 0 && entries.every(({ ifIndex }) => ifIndex === aggregateCalled(world).ifIndex);

Given(/^station ([A-Z]) was seen at the member (p\d)$/, async function (this: NicWorld, station: string, port: string) {
  await sendInto(this, port, [{ from: station, to: 'Z' }]);
  await watch(this, new Map());
  const byHardware = this.session.description.capabilities['switchdev']?.present === true;
  await entriesUntil(
    this,
    station,
    (entries) =>
      isAtAggregate(this, entries) && (!byHardware || entries.every(({ flags }) => (flags & NTF_EXT_LEARNED) !== 0)),
  );
});

Then(/^the table has ([A-Z]) at the aggregate$/, async function (this: NicWorld, station: StationName) {
  const entries = await entriesUntil(this, station, (found) => isAtAggregate(this, found));
  const places = entries.map(({ ifIndex }) => ifIndex).join(', ') || 'nowhere';
  expectThat(isAtAggregate(this, entries), `the table has ${station} at device ${places}`);
});

const listener = (world: NicWorld): { client: BridgeClient | undefined } =>
  world.note('listener for moves', () => ({ client: undefined }));

When('somebody listens for moves', async function (this: NicWorld) {
  const client = await BridgeClient.open((protocol) => this.target.netlink(protocol));
  await client.listen();
  listener(this).client = client;
});

Then(/^no move of ([A-Z]) is announced$/, async function (this: NicWorld, station: StationName) {
  const { client } = listener(this);
  expectThat(client !== undefined, 'nobody listens for moves');
  const news = await client.entryAnnouncements(this.quietMs);
  const ours = news.filter(({ type, address }) => type === RTM_NEWNEIGH && address === stationAddress(this, station));
  await client.client.socket.close();
  expectNumber(ours.length, 0, `announcements of ${station}`);
});

const STATES: Readonly<Record<string, number>> = { listening: 1, learning: 2, forwarding: 3, blocking: 4 };

When(
  /^the state of the aggregate is set to (listening|learning|forwarding|blocking)$/,
  async function (this: NicWorld, state: string) {
    const { ifIndex } = aggregateCalled(this);
    const set = await (await this.bridges()).setPort(ifIndex, { IFLA_BRPORT_STATE: STATES[state] ?? 0 });
    accepted(set, `the state ${state}`);
    await settled(this);
  },
);

When(
  /^the flag (learning|unicast flood|multicast flood|broadcast flood) of the aggregate is switched (on|off)$/,
  async function (this: NicWorld, flag: keyof typeof PORT_FLAGS, state: string) {
    const { ifIndex } = aggregateCalled(this);
    const set = await (await this.bridges()).setPort(ifIndex, { [PORT_FLAGS[flag]]: state === 'on' ? 1 : 0 });
    accepted(set, `the flag ${flag}`);
    await settled(this);
  },
);

When(
  /^the aggregate is put into VLAN (\d+), (tagged|untagged)(, as its PVID)?$/,
  async function (this: NicWorld, vid: string, untagged: string, pvid: string | null) {
    const vlan = { vid: Number(vid), untagged: untagged === 'untagged', pvid: pvid !== null };
    accepted(await (await this.bridges()).addVlan(aggregateCalled(this).ifIndex, vlan), `VLAN ${vid}`);
    await settled(this);
  },
);

When(/^the aggregate is taken out of VLAN (\d+)$/, async function (this: NicWorld, vid: string) {
  accepted(await (await this.bridges()).removeVlan(aggregateCalled(this).ifIndex, Number(vid)), `VLAN ${vid}`);
  await settled(this);
});

When('the aggregate leaves the bridge', async function (this: NicWorld) {
  accepted(await (await this.bridges()).setMaster(aggregateCalled(this).ifIndex, 0), 'taking the aggregate out');
  await settled(this);
});

When('the aggregate joins the bridge', async function (this: NicWorld) {
  const { ifIndex } = aggregateCalled(this);
  accepted(await (await this.bridges()).setMaster(ifIndex, bridgeCalled(this).ifIndex), 'joining the bridge');
  await settled(this);
});

When(
  /^a frame from each of (\d+) stations to ([A-Z]|broadcast) comes in at (p\d)$/,
  async function (this: NicWorld, count: string, to: StationName, port: string) {
    const frames = Array.from({ length: Number(count) }, (_, index) => ({ from: `station ${index}`, to }));
    await sendInto(this, port, frames);
  },
);

Then(
  new RegExp(`^each leaves at one of (${PORTS}), and all of them are used$`),
  async function (this: NicWorld, ports: string) {
    const members = namesIn(ports);
    await expectAtOneOf(this, members);
    const { sent } = switched(this);
    const used = new Set([...(await egressByFrame(this, members, sent.length, byNumber)).values()].flat());
    for (const member of members) expectThat(used.has(member), `of ${sent.length} flows none left at ${member}`);
  },
);

Then('it is refused with a text', function (this: NicWorld) {
  const { answer } = this;
  expectThat(answer !== undefined && !answer.ok, 'it was accepted');
  const { message = '' } = answer.error;
  expectThat(message !== '', 'the refusal has no text (NLMSGERR_ATTR_MSG)');
});

const MEMBERS = ['p0', 'p1'] as const;
const FLOWS = 8;

Then(
  'for every set of members with a link, each flow through the bridge leaves at one of them, and the same each time',
  async function (this: NicWorld) {
    const linked = new Set<string>(MEMBERS);
    await this.law(
      fc.asyncProperty(
        fc.subarray([...MEMBERS], { minLength: 1 }),
        fc.constantFrom<StationName>('A', 'B', 'broadcast', 'group 1'),
        async (wanted, to) => {
          for (const member of MEMBERS)
            if (wanted.includes(member) && !linked.has(member)) {
              await setMemberLink(this, member, true);
              linked.add(member);
            }
          for (const member of MEMBERS)
            if (!wanted.includes(member) && linked.delete(member)) await setMemberLink(this, member, false);
          const flows = Array.from({ length: FLOWS }, (_, index) => ({ from: `station ${index}`, to }));
          await sendInto(this, 'p2', [...flows, ...flows]);
          await expectAtOneOf(this, [...linked]);
          const { sent } = switched(this);
          const places = await egressByFrame(this, [...linked], sent.length, byNumber);
          const at = (index: number): string => (places.get(String(sent[index])) ?? []).join();
          for (let flow = 0; flow < FLOWS; flow++)
            expectThat(
              at(flow) === at(flow + FLOWS),
              `flow ${flow} left at ${at(flow)} and then at ${at(flow + FLOWS)}`,
            );
        },
      ),
      { runs: 0.2 },
    );
  },
);
