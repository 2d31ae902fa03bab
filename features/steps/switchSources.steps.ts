/** Filter modes and sources of members, copies for single members, and what the host itself sends to groups. */
import { Given, Then, When } from '@cucumber/cucumber';
import { formatMac } from '../../reference-impl/packet/addresses.js';
import { groupFrame, groupMac, joinFrame, type Protocol } from '../properties/groupFrames.js';
import type { StationName } from '../properties/stations.js';
import { expectNumber, expectThat } from './expectations.js';
import { lookUntil, membersOf, senderCalled, taken } from './switchGroups.js';
import { setPort } from './switchPortStates.steps.js';
import { arrivedAt, bridgeCalled, changeBridge, namesIn, portCalled, sendFromHost, watch } from './switchPorts.js';
import { stationAddress } from './switchTable.steps.js';
import type { NicWorld } from './world.js';

Given('sources are kept', async function (this: NicWorld) {
  await changeBridge(this, { IFLA_BR_MCAST_IGMP_VERSION: 3, IFLA_BR_MCAST_MLD_VERSION: 2 });
});

Given(/^(p\d) takes members out at once$/, async function (this: NicWorld, port: string) {
  await setPort(this, port, { IFLA_BRPORT_FAST_LEAVE: 1 });
});

Given(/^(p\d) sends groups to each member alone$/, async function (this: NicWorld, port: string) {
  await setPort(this, port, { IFLA_BRPORT_MCAST_TO_UCAST: 1 });
});

Then(
  /^(p\d) (includes|excludes) (.+) in the group (\S+)$/,
  async function (this: NicWorld, port: string, mode: string, sources: string, group: string) {
    const { ifIndex } = portCalled(this, port);
    const wanted = `${mode} ${namesIn(sources).sort().join(', ')}`;
    const look = async (): Promise<string> => {
      const [member] = (await membersOf(this, group)).filter((each) => each.ifIndex === ifIndex);
      if (member === undefined) return 'is no member';
      return `${member.mode ?? 'nothing'}s ${member.sources
        .map(({ address }) => address)
        .sort()
        .join(', ')}`;
    };
    const told = await lookUntil(this, look, (found) => found === wanted);
    expectThat(told === wanted, `${port} ${told} instead of: ${wanted}`);
  },
);

Then(
  /^(p\d) names (\d+) sources in the group (\S+)$/,
  async function (this: NicWorld, port: string, count: string, group: string) {
    const { ifIndex } = portCalled(this, port);
    const look = async (): Promise<number> =>
      (await membersOf(this, group)).find((each) => each.ifIndex === ifIndex)?.sources.length ?? -1;
    const told = await lookUntil(this, look, (found) => found === Number(count));
    expectNumber(told, Number(count), `the sources of ${port}`);
  },
);

/** To whom the frames that came out at a port are addressed. */
const destinationsAt = (world: NicWorld, port: string): string =>
  arrivedAt(world, port)
    .map((frame) => formatMac(frame))
    .sort()
    .join(', ');

Then(
  /^a copy for ([A-Z])(?: and one for ([A-Z]))? leaves? at (p\d), and the frame as it is at (p\d)$/,
  async function (this: NicWorld, first: StationName, second: StationName | null, port: string, plain: string) {
    const stations = second === null ? [first] : [first, second];
    await watch(
      this,
      new Map([
        [port, stations.length],
        [plain, 1],
      ]),
    );
    const wanted = stations
      .map((station) => stationAddress(this, station))
      .sort()
      .join(', ');
    const told = destinationsAt(this, port);
    expectThat(told === wanted, `at ${port} came frames to ${told || 'nobody'} instead of ${wanted}`);
    const group = destinationsAt(this, plain);
    expectThat(group === formatMac(groupMac('239.2.0.1')), `at ${plain} came frames to ${group || 'nobody'}`);
  },
);

When(
  /^the host sends a frame from ([A-Z]) to the group (\S+) through the bridge$/,
  async function (this: NicWorld, from: StationName, group: string) {
    await taken(this);
    await sendFromHost(this, bridgeCalled(this).name, [groupFrame(group, senderCalled(this, from))]);
  },
);

When(
  /^the host has ([A-Z]) join the group (\S+) by (IGMPv[123]|MLDv[12]) through the bridge$/,
  async function (this: NicWorld, from: StationName, group: string, protocol: Protocol) {
    await sendFromHost(this, bridgeCalled(this).name, [joinFrame(protocol, group, senderCalled(this, from))]);
  },
);
