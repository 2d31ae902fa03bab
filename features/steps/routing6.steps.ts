/** Routes, addresses and settings of IPv6, and packets that IPv4 does not have. */
import { Given, Then, When } from '@cucumber/cucumber';
import {
  IFA_F_DADFAILED,
  IFA_F_NODAD,
  IFA_F_TENTATIVE,
  RTN_LOCAL,
  RTN_UNICAST,
  RTPROT_KERNEL,
  RT_SCOPE_LINK,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from '../../reference-impl/netlink/families/routing.js';
import type { ShownRoute } from '../../reference-impl/netlink/routeMessages.js';
import type { AddressOptions, ShownAddress } from '../../reference-impl/netlink/routingClient.js';
import { icmpIn, stationPacket } from '../properties/ipPackets.js';
import {
  groupMacOf,
  isExtensionName,
  linkLocalOf,
  neighbourFrame,
  solicitedNodeOf,
} from '../properties/ipv6Packets.js';
import { addressOf, stationFamily } from '../properties/stations.js';
import { ETH_HLEN } from '../../reference-impl/packet/protocols.js';
import { expectNumber, expectThat } from './expectations.js';
import {
  addressesInUse,
  begin,
  discoveriesAt,
  enableIpv6,
  interfaceCalled,
  look,
  netDeviceOf,
  routed,
  sendPackets,
  setIpv6,
  stationCalled,
} from './routedPorts.js';
import { toldTo } from './routerErrors.steps.js';
import { detailsIn, shownRoutes } from './routing.steps.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import { portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

const ABOUT_IPV6 = '::';

// Routes.

async function routeTo(world: NicWorld, to: string): Promise<ShownRoute> {
  const route = (await shownRoutes(world, RT_TABLE_MAIN, to)).find((each) => each.to === to);
  expectThat(route !== undefined, `there is no route to ${to}`);
  return route;
}

Then(
  /^the kernel has made (the route of IPv6 of a link|a local route of IPv6) to (\S+) at (p\d)$/,
  async function (this: NicWorld, what: string, to: string, port: string) {
    const { ifIndex } = portCalled(this, port);
    const isLocal = what === 'a local route of IPv6';
    const route = (await shownRoutes(this, 0, to)).find(
      (each) => each.to === to && each.protocol === RTPROT_KERNEL && each.nexthops[0]?.ifIndex === ifIndex,
    );
    expectThat(route !== undefined, `there is no route of the kernel's to ${to} at ${port}`);
    expectNumber(route.type, isLocal ? RTN_LOCAL : RTN_UNICAST, 'the type');
    expectNumber(route.table, isLocal ? RT_TABLE_LOCAL : RT_TABLE_MAIN, 'the table');
    expectNumber(route.scope, 0, 'the scope');
  },
);

Then(/^the route to (\S+) has the metric (\d+)$/, async function (this: NicWorld, to: string, metric: string) {
  expectNumber((await routeTo(this, to)).metric, Number(metric), 'the metric');
});

Then(/^the route to (\S+) goes by ([A-Z](?: and [A-Z])*)$/, async function (this: NicWorld, to: string, list: string) {
  const found = (await shownRoutes(this, RT_TABLE_MAIN, to)).filter((each) => each.to === to);
  const wanted = list.split(' and ').map((name) => stationCalled(this, name).address);
  const ways = found.map(({ nexthops }) => nexthops.map(({ gateway }) => gateway ?? 'nothing').join(' and '));
  expectThat(ways.join(', then ') === wanted.join(' and '), `it goes by ${ways.join(', then ')}`);
});

Then(/^the route to (\S+) sends from (\S+)$/, async function (this: NicWorld, to: string, source: string) {
  const shown = (await routeTo(this, to)).source ?? 'nothing';
  expectThat(shown === source, `it sends from ${shown}`);
});

// Settings.

Given(/^IPv6 is on at (p\d)(, and addresses are examined)?$/, async function (this: NicWorld, port: string, examined) {
  const { ifIndex } = portCalled(this, port);
  await setFlag(this, IFF_UP, true, ifIndex);
  await enableIpv6(this, port, ifIndex, false);
  await addressesInUse(this, ifIndex);
  if (examined !== null) await setIpv6(this, await netDeviceOf(this, port), 'accept_dad', 1);
  await this.wire(portCalled(this, port).port);
});

const rowOf = async (world: NicWorld, name: string): Promise<string> =>
  name === 'all' || name === 'default' ? name : netDeviceOf(world, name);

Given(
  /^the IPv6 setting (\w+) of (all|default|p\d) is (\d+)$/,
  async function (this: NicWorld, name: string, row: string, value: string) {
    await setIpv6(this, await rowOf(this, row), name, Number(value));
  },
);

Then(
  /^the IPv6 setting (\w+) of (all|default|p\d) reads (\d+)$/,
  async function (this: NicWorld, name: string, row: string, value: string) {
    const read = await this.target.sysctl.read(`net/ipv6/conf/${await rowOf(this, row)}/${name}`);
    expectThat(read.ok, `it cannot be read: errno ${read.ok ? 0 : read.errno}`);
    expectNumber(Number(read.value), Number(value), name);
  },
);

When(
  /^the IPv6 setting (\w+) of (all|default|p\d) is set to (\S+)$/,
  async function (this: NicWorld, name: string, row: string, value: string) {
    const written = await this.target.sysctl.write(`net/ipv6/conf/${await rowOf(this, row)}/${name}`, value);
    this.notes.set('errno of a sysctl', written.ok ? 0 : written.errno);
  },
);

const ERRNOS: Readonly<Record<string, number>> = { EINVAL: 22, ENOENT: 2 };

Then(/^the setting is refused with (EINVAL|ENOENT)$/, function (this: NicWorld, name: string) {
  expectNumber(Number(this.notes.get('errno of a sysctl')), ERRNOS[name] ?? 0, 'the errno');
});

// Addresses.

async function addressesAt(world: NicWorld, port: string): Promise<readonly ShownAddress[]> {
  const { ifIndex } = portCalled(world, port);
  const all = accepted(await (await world.routing(ABOUT_IPV6)).addresses(), 'listing the addresses');
  return all.filter((each) => each.ifIndex === ifIndex);
}

async function ownLinkAddress(world: NicWorld, port: string): Promise<string> {
  const link = accepted(await (await world.route()).link(portCalled(world, port).ifIndex), `reading ${port}`);
  const mac = Array.from(link.values['IFLA_ADDRESS'] as Uint8Array, (byte) => byte.toString(16).padStart(2, '0'));
  return linkLocalOf(mac.join(':'));
}

Then(
  /^(p\d) has (not )?the address ((?!(?:[\da-f]{2}:){5}[\da-f]{2}$)\S*:\S*)$/,
  async function (this: NicWorld, port: string, not: string | null, text: string) {
    const isThere = (await addressesAt(this, port)).some(({ address }) => address === text);
    expectThat(isThere === (not === null), `${port} ${isThere ? 'has' : 'has not'} the address ${text}`);
  },
);

Then(/^(p\d) has (the|no) address of its link$/, async function (this: NicWorld, port: string, article: string) {
  const own = `${await ownLinkAddress(this, port)}/64`;
  const found = (await addressesAt(this, port)).filter(({ scope }) => scope === RT_SCOPE_LINK);
  const names = found.map(({ address }) => address).join(', ');
  expectThat(
    names === (article === 'the' ? own : ''),
    `its addresses of the link are ${names === '' ? 'none' : names}`,
  );
});

When(
  /^the address (\S+) is given to (p\d)( without an examination)?(?: for (\d+) seconds(?:, preferred for (\d+))?)?$/,
  async function (
    this: NicWorld,
    address: string,
    port: string,
    unexamined: string | null,
    valid: string | null,
    preferred: string | null,
  ) {
    const options: AddressOptions = {
      ...(unexamined === null ? {} : { flags: IFA_F_NODAD }),
      ...(valid === null ? {} : { valid: Number(valid), preferred: Number(preferred ?? valid) }),
    };
    await this.wire(portCalled(this, port).port);
    await begin(this);
    const client = await this.routing(address);
    this.answer = await client.addAddress(portCalled(this, port).ifIndex, address, options);
  },
);

Then(
  /^the address (\S+) of (p\d) (is being examined|is in use|has failed)$/,
  async function (this: NicWorld, text: string, port: string, state: string) {
    const found = (await addressesAt(this, port)).find(({ address }) => address === text);
    expectThat(found !== undefined, `${port} has not the address ${text}`);
    const isTentative = (found.flags & IFA_F_TENTATIVE) !== 0;
    const hasFailed = (found.flags & IFA_F_DADFAILED) !== 0;
    const isRight =
      state === 'is in use' ? !isTentative && !hasFailed : isTentative && hasFailed === (state === 'has failed');
    expectThat(isRight, `its flags are ${found.flags.toString(16)}`);
  },
);

Then(
  /^somebody has asked at (p\d) whether anybody has (\S+)$/,
  async function (this: NicWorld, port: string, address: string) {
    await look(this, new Map([[port, 1]]), 'discoveries');
    const asked = discoveriesAt(this, port).filter(({ target, from }) => target === address && from === '::');
    const [question] = asked;
    expectThat(question !== undefined, `nobody asked at ${port} for ${address}`);
    const isRight =
      question.kind === 'solicitation' &&
      question.to === solicitedNodeOf(address) &&
      question.frameTo === groupMacOf(question.to) &&
      question.hopLimit === 255 &&
      question.station === undefined &&
      question.isSound;
    expectThat(isRight, `the question is ${JSON.stringify(question)}`);
  },
);

const EXAMINATION_BEGINS_MS = 200;

When(
  /^somebody else at (p\d) (has|examines as well) (\S+)$/,
  async function (this: NicWorld, port: string, what: string, address: string) {
    const source = addressOf('Z', stationFamily(this.scenario));
    const group = what === 'has' ? 'ff02::1' : solicitedNodeOf(address);
    const frame = neighbourFrame({
      kind: what === 'has' ? 'advertisement' : 'solicitation',
      source,
      destination: groupMacOf(group),
      from: what === 'has' ? address : '::',
      to: group,
      target: address,
      overrides: true,
      ...(what === 'has' ? { station: source } : {}),
    });
    // An examination begins in work of the kernel's own.
    await this.target.clock.sleep(EXAMINATION_BEGINS_MS);
    await (await this.wire(portCalled(this, port).port)).send([{ bytes: frame }]);
  },
);

// Packets.

const FRAME_TO_PACKET = 14;

/** What is no good about a packet, by how it is changed. */
const STRANGE: Readonly<Record<string, (frame: Uint8Array) => Uint8Array>> = {
  'of version 5': (frame) => frame.map((byte, at) => (at === FRAME_TO_PACKET ? 0x50 : byte)),
  'longer than its frame': (frame) => frame.map((byte, at) => (at === FRAME_TO_PACKET + 4 ? 2 : byte)),
  'shorter than its frame': (frame) => Uint8Array.of(...frame, 0xa5, 0xa5, 0xa5),
};

When(
  /^([A-Z]) sends a packet of IPv6 (of version 5|longer than its frame|shorter than its frame) to (\S+)$/,
  async function (this: NicWorld, from: string, what: string, to: string) {
    const change = STRANGE[what];
    expectThat(change !== undefined, `there is no packet ${what}`);
    await sendPackets(this, from, [change(soundFrame(this, from, to))]);
  },
);

/** A packet that is not sent. */
function soundFrame(world: NicWorld, from: string, to: string): Uint8Array {
  const station = stationCalled(world, from);
  const own = interfaceCalled(world, station.at);
  const number = routed(world).nextNumber++;
  return stationPacket({ from: station.address, to, source: station.mac, destination: own.mac, number });
}

When(
  /^([A-Z]) sends a packet with an? ([a-z -]+) to ([\da-f:]+)$/,
  async function (this: NicWorld, from: string, name: string, to: string) {
    expectThat(isExtensionName(name), `no header is called ${name}`);
    await sendPackets(this, from, [{ to, extensions: [name], length: 120 }]);
  },
);

When(
  /^([A-Z]) sends a packet of an unknown protocol to ([\da-f:]+)$/,
  async function (this: NicWorld, from: string, to: string) {
    await sendPackets(this, from, [{ to, kind: 'unknown' }]);
  },
);

When(
  /^([A-Z]) sends an error of ICMPv6 to ([\da-f:]+)((?:, hop limit \d+)?)$/,
  async function (this: NicWorld, from: string, to: string, details: string) {
    await sendPackets(this, from, [{ to, kind: 'icmp-error', ...detailsIn(details) }]);
  },
);

Then(
  /^([A-Z]) is told by the address of the link that it may not leave its link$/,
  async function (this: NicWorld, name: string) {
    const [message] = await toldTo(this, name, 1);
    expectThat(message !== undefined, 'nothing was told');
    expectNumber(message.type, 1, 'the type');
    expectNumber(message.code, 2, 'the code');
    const own = linkLocalOf(interfaceCalled(this, stationCalled(this, name).at).mac);
    expectThat(message.from === own, `it is from ${message.from}, not from ${own}`);
  },
);

Then(/^the answer is not from (\S+)$/, function (this: NicWorld, address: string) {
  for (const frame of [...routed(this).packets.values()].flat()) {
    const from = icmpIn(frame)?.from ?? 'nobody';
    expectThat(from !== address, `the answer is from ${from}`);
  }
});

Then(/^the hop limit of the answer is (\d+)$/, function (this: NicWorld, limit: string) {
  const answers = [...routed(this).packets.values()].flat().filter((frame) => icmpIn(frame) !== undefined);
  expectThat(answers.length > 0, 'there is no answer');
  for (const frame of answers) expectNumber(frame[ETH_HLEN + 7] ?? 0, Number(limit), 'the hop limit');
});

When(/^([A-Z]) sends packets of (\d+) flows of IPv6$/, async function (this: NicWorld, from: string, count: string) {
  const flows = Array.from({ length: Number(count) }, (_, index) => ({
    to: `2001:db8:1${(index % 10).toString()}${(index % 7).toString()}:${(index * 37).toString(16)}::${(index * 101 + 1).toString(16)}`,
  }));
  await sendPackets(this, from, flows);
});

When(
  /^([A-Z]) sends packets of (\d+) flow labels to ([\da-f:]+)$/,
  async function (this: NicWorld, from: string, count: string, to: string) {
    const flows = Array.from({ length: Number(count) }, (_, index) => ({ to, flowLabel: 1 + index * 7919 }));
    await sendPackets(this, from, flows);
  },
);
