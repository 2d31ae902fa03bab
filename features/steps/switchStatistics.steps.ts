/** What bridges count of VLANs and of the messages of IGMP and MLD. */
import { Given, Then, When } from '@cucumber/cucumber';
import {
  readBridgeStatistics,
  type BridgeStatistics,
  type VlanCounters,
} from '../../reference-impl/netlink/bridgeStatisticsClient.js';
import type { StationName } from '../properties/stations.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { customerTags, lookUntil, taken } from './switchGroups.js';
import { bridgeCalled, namesIn, portCalled, sendFromHost } from './switchPorts.js';
import { leaveVlan, vlansOf } from './switchVlan.steps.js';
import type { NicWorld } from './world.js';

async function statisticsOf(world: NicWorld, who: string): Promise<BridgeStatistics> {
  const { client } = await world.bridges();
  const result =
    who === 'the bridge'
      ? await readBridgeStatistics(client, bridgeCalled(world).ifIndex, 'bridge')
      : await readBridgeStatistics(client, portCalled(world, who).ifIndex, 'port');
  return accepted(result, `reading the statistics of ${who}`);
}

const noted = (world: NicWorld): Map<string, BridgeStatistics> =>
  world.note('bridge statistics', () => new Map<string, BridgeStatistics>());

Given(/^what (p\d|the bridge) has counted is noted$/, async function (this: NicWorld, who: string) {
  await taken(this);
  noted(this).set(who, await statisticsOf(this, who));
});

const before = (world: NicWorld, who: string): BridgeStatistics => {
  const statistics = noted(world).get(who);
  expectThat(statistics !== undefined, `what ${who} has counted was not noted`);
  return statistics;
};

Then(
  /^(p\d|the bridge) has counted (\d+) (?:message|messages) more as (\S+), (received|sent)$/,
  async function (this: NicWorld, who: string, count: string, name: string, way: string) {
    const key = `${name} ${way === 'received' ? 'rx' : 'tx'}`;
    const look = async (): Promise<number> =>
      ((await statisticsOf(this, who)).messages.get(key) ?? -1) - (before(this, who).messages.get(key) ?? 0);
    const found = await lookUntil(this, look, (more) => more === Number(count));
    expectNumber(found, Number(count), `${key} of ${who}`);
  },
);

Given(/^((?:p\d(?:, | and )?)+) are taken out of all VLANs$/, async function (this: NicWorld, ports: string) {
  for (const port of namesIn(ports))
    for (const { vid } of await vlansOf(this, portCalled(this, port).ifIndex)) await leaveVlan(this, port, vid);
});

const NOTHING: VlanCounters = { vid: 0, rxBytes: 0, rxPackets: 0, txBytes: 0, txPackets: 0 };
const ofVlan = ({ vlans }: BridgeStatistics, vid: number): VlanCounters =>
  vlans.find((vlan) => vlan.vid === vid) ?? NOTHING;

Then(
  /^(p\d|the bridge) has counted (\d+) frames? of (\d+) bytes in all more in VLAN (\d+), (received|sent)$/,
  async function (this: NicWorld, who: string, frames: string, bytes: string, vid: string, way: string) {
    const [packetsName, bytesName] =
      way === 'received' ? (['rxPackets', 'rxBytes'] as const) : (['txPackets', 'txBytes'] as const);
    const first = ofVlan(before(this, who), Number(vid));
    const look = async (): Promise<string> => {
      const now = ofVlan(await statisticsOf(this, who), Number(vid));
      return `${now[packetsName] - first[packetsName]} frames of ${now[bytesName] - first[bytesName]} bytes`;
    };
    const wanted = `${frames} frames of ${bytes} bytes`;
    const told = await lookUntil(this, look, (found) => found === wanted);
    expectThat(told === wanted, `${who} has counted ${told} in VLAN ${vid} instead of ${wanted}`);
  },
);

Then(/^(p\d|the bridge) tells VLAN (\d+)$/, async function (this: NicWorld, who: string, vid: string) {
  const { vlans } = await statisticsOf(this, who);
  const told = vlans.map((vlan) => vlan.vid);
  expectThat(told.includes(Number(vid)), `${who} tells the VLANs ${told.join(', ') || 'none'}`);
});

When(
  /^the host sends a frame from ([A-Z]) to ([A-Z]|broadcast), tagged (\d+) through the bridge$/,
  async function (this: NicWorld, from: StationName, to: StationName, vid: string) {
    await sendFromHost(this, bridgeCalled(this).name, [{ from, to, tags: customerTags(Number(vid)) }]);
  },
);
