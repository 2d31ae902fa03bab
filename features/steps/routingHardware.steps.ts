/** Routes in hardware: how they are marked, and what the host sees of their packets. */
import { Given, Then, When } from '@cucumber/cucumber';
import {
  RTM_F_OFFLOAD,
  RTM_F_OFFLOAD_FAILED,
  RTM_F_TRAP,
  RTN_LOCAL,
  RT_TABLE_MAIN,
} from '../../reference-impl/netlink/families/routing.js';
import { isIpv6Text } from '../properties/ipv6Packets.js';
import { isPacket, packetIn, routedFrame, stationPacket, withoutPadding } from '../properties/ipPackets.js';
import { expectNumber, expectThat } from './expectations.js';
import {
  begin,
  expectRouted,
  interfaceCalled,
  look,
  packetsAt,
  routed,
  sendPackets,
  stationCalled,
} from './routedPorts.js';
import { shownRoutes } from './routing.steps.js';
import { accepted } from './settings.js';
import { portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

Then(
  /^the (local )?route to (\S+) is (in|trapped by) hardware$/,
  async function (this: NicWorld, local: string | null, to: string, how: string) {
    const routes = await shownRoutes(this, 0, to);
    const route = routes.find((each) => each.to === to && (local === null) === (each.type !== RTN_LOCAL));
    expectThat(route !== undefined, `there is no route to ${to}`);
    const [wanted, other] = how === 'in' ? [RTM_F_OFFLOAD, RTM_F_TRAP] : [RTM_F_TRAP, RTM_F_OFFLOAD];
    const isRight = (route.flags & wanted) !== 0 && (route.flags & (other | RTM_F_OFFLOAD_FAILED)) === 0;
    expectThat(isRight, `its flags are ${route.flags.toString(16)}`);
  },
);

When(/^the host watches packets at (p\d)$/, async function (this: NicWorld, port: string) {
  const { netDevice } = portCalled(this, port);
  this.notes.set('routing host', await this.host(netDevice));
  await (await this.host(netDevice)).receive({ withinMs: 0 });
});

Then(/^the host has seen (\d+) of them$/, async function (this: NicWorld, count: string) {
  const host = this.notes.get('routing host') as Awaited<ReturnType<NicWorld['host']>>;
  const seen = (await host.receive({ withinMs: this.quietMs })).filter(({ bytes }) => isPacket(bytes));
  expectNumber(seen.length, Number(count), 'packets that the host has seen');
});

/** Networks of a protocol, each with one host. */
interface Networks {
  readonly networkOf: (index: number) => string;
  readonly hostOf: (index: number) => string;
}

const NETWORKS: Networks = {
  networkOf: (index) => `10.${index >> 8}.${index & 0xff}.0/24`,
  hostOf: (index) => `10.${index >> 8}.${index & 0xff}.9`,
};
const NETWORKS6: Networks = {
  networkOf: (index) => `2001:db8:100:${(index + 1).toString(16)}::/64`,
  hostOf: (index) => `2001:db8:100:${(index + 1).toString(16)}::9`,
};

Given(
  /^routes (of IPv6 )?to (\d+) networks via (\S+)$/,
  async function (this: NicWorld, isIpv6: string | null, count: string, gateway: string) {
    const networks = isIpv6 === null ? NETWORKS : NETWORKS6;
    const client = await this.routing(gateway);
    for (let index = 0; index < Number(count); index++) {
      const to = networks.networkOf(index);
      accepted(await client.addRoute({ to, gateway }), `adding a route to ${to}`);
    }
    this.notes.set('networks', { count: Number(count), ...networks });
  },
);

const networksOf = (world: NicWorld): Networks & { readonly count: number } =>
  world.notes.get('networks') as Networks & { readonly count: number };

Then('some of them are in hardware, and the others say that there was no room', async function (this: NicWorld) {
  const { count, networkOf } = networksOf(this);
  const names = new Set(Array.from({ length: count }, (_, index) => networkOf(index)));
  const routes = (await shownRoutes(this, RT_TABLE_MAIN, networkOf(0))).filter(({ to }) => names.has(to));
  expectNumber(routes.length, count, 'the number of routes');
  const [inHardware, failed] = [RTM_F_OFFLOAD, RTM_F_OFFLOAD_FAILED].map(
    (flag) => routes.filter(({ flags }) => (flags & flag) !== 0).length,
  );
  expectNumber((inHardware ?? 0) + (failed ?? 0), count, 'routes that say what became of them');
  expectThat((inHardware ?? 0) > 0 && (failed ?? 0) > 0, `${inHardware} are in hardware, ${failed} are not`);
});

Then(
  /^a packet to each of the last (\d+) of them is routed to ([A-Z])$/,
  async function (this: NicWorld, count: string, to: string) {
    const { count: networks, hostOf } = networksOf(this);
    const sendings = Array.from({ length: Number(count) }, (_, index) => ({ to: hostOf(networks - 1 - index) }));
    await sendPackets(this, 'A', sendings);
    await expectRouted(this, to);
  },
);

const ROUNDS = 12;

Then(
  /^while the route to (\S+) is replaced again and again, every packet comes out once$/,
  async function (this: NicWorld, to: string) {
    const client = await this.routing(to);
    const destination = isIpv6Text(to) ? to.replace(/\/\d+$/, '1') : '10.1.2.3';
    const frames: Uint8Array[] = [];
    await begin(this);
    for (let round = 0; round < ROUNDS; round++) {
      const name = round % 2 === 0 ? 'C' : 'B';
      const isSent = sendOne(this, frames, destination);
      accepted(await client.replaceRoute({ to, gateway: stationCalled(this, name).address }), `replacing ${to}`);
      await isSent;
    }
    const arrived = await arrivedAtBoth(this, frames.length);
    expectNumber(arrived.length, frames.length, 'packets that came out');
    const known = new Set(arrived);
    for (const frame of frames) {
      const ways = ['B', 'C'].map((name) => {
        const station = stationCalled(this, name);
        return routedFrame(frame, interfaceCalled(this, station.at).mac, station.mac).join();
      });
      expectThat(
        ways.some((way) => known.has(way)),
        `packet ${packetIn(frame)[5] ?? 0} did not come out`,
      );
    }
  },
);

async function sendOne(world: NicWorld, frames: Uint8Array[], to: string): Promise<void> {
  const station = stationCalled(world, 'A');
  const own = interfaceCalled(world, station.at);
  const number = routed(world).nextNumber++;
  const frame = stationPacket({ from: station.address, source: station.mac, destination: own.mac, to, number });
  frames.push(frame);
  await (await world.wire(station.port)).send([{ bytes: frame }]);
}

/** What came at the ports of B and C, as text. */
async function arrivedAtBoth(world: NicWorld, count: number): Promise<string[]> {
  const ports = ['B', 'C'].map((name) => stationCalled(world, name).port);
  const all = (): Uint8Array[] => ports.flatMap((port) => [...packetsAt(world, port)]);
  for (let looks = 0; looks < 20 && all().length < count; looks++) {
    routed(world).isQuiet = false;
    await look(world, new Map());
  }
  return all().map((frame) => withoutPadding(frame).join());
}
