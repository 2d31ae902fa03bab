/** Routes, and packets that a router takes from one port to another. */
import { Given, Then, When } from '@cucumber/cucumber';
import {
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RTM_DELROUTE,
  RTM_NEWROUTE,
} from '../../reference-impl/netlink/constants.js';
import {
  RTNH_F_LINKDOWN,
  RTN_BLACKHOLE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
  RTPROT_KERNEL,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from '../../reference-impl/netlink/families/routing.js';
import { IPV4, IPV6, type AddressFamily } from '../../reference-impl/netlink/addressFamily.js';
import type { RouteSpec, ShownRoute } from '../../reference-impl/netlink/routeMessages.js';
import { RoutingClient } from '../../reference-impl/netlink/routingClient.js';
import { isIpv6Text } from '../properties/ipv6Packets.js';
import { stationFamily } from '../properties/stations.js';
import { expectThat } from './expectations.js';
import {
  addInterface,
  addStation,
  expectNowhere,
  expectRouted,
  interfaceCalled,
  sendPackets,
  setForwarding,
  type Sending,
} from './routedPorts.js';
import { accepted } from './settings.js';
import { bridgeCalled, portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

export const TYPES: Readonly<Record<string, number>> = {
  unicast: RTN_UNICAST,
  local: RTN_LOCAL,
  broadcast: RTN_BROADCAST,
  blackhole: RTN_BLACKHOLE,
  unreachable: RTN_UNREACHABLE,
  prohibit: RTN_PROHIBIT,
  throw: RTN_THROW,
};

Given(/^a router with (.+)$/, async function (this: NicWorld, list: string) {
  for (const [, address = '', port = ''] of list.matchAll(/([\da-f]*[.:][\da-f.:]*\/\d+) at (p\d)/g))
    await addInterface(this, port, address);
});

When(
  /^([\da-f]*[.:][\da-f.:]*\/\d+) is (added to|removed from) (p\d)$/,
  async function (this: NicWorld, address: string, what: string, port: string) {
    if (what === 'added to') {
      await addInterface(this, port, address);
      return;
    }
    const { ifIndex } = portCalled(this, port);
    accepted(await (await this.routing(address)).removeAddress(ifIndex, address), `removing ${address} from ${port}`);
  },
);

Given(/^(p\d) does not forward$/, async function (this: NicWorld, port: string) {
  await setForwarding(this, portCalled(this, port).ifIndex, false);
});

Given(
  /^station ([A-Z]) is ([\da-f]*[.:][\da-f.:]+) at (p\d)(, unknown to the router)?$/,
  async function (this: NicWorld, name: string, address: string, port: string, unknown: string | null) {
    await addStation(this, name, address, { port }, unknown === null);
  },
);

Given(/^the router has ([\da-f]*[.:][\da-f.:]*\/\d+) at the bridge$/, async function (this: NicWorld, address: string) {
  const { name, ifIndex } = bridgeCalled(this);
  await addInterface(this, name, address, { ifIndex });
});

Given(
  /^station ([A-Z]) is ([\da-f]*[.:][\da-f.:]+) at (p\d) of the bridge$/,
  async function (this: NicWorld, name: string, address: string, port: string) {
    await addStation(this, name, address, { port, at: bridgeCalled(this).name }, true);
  },
);

/** Another address in every scenario: a kernel says only so much to one sender in a second. */
Given(/^station ([A-Z]) is at (p\d)$/, async function (this: NicWorld, name: string, port: string) {
  const { address } = interfaceCalled(this, port);
  const [network = ''] = /^\d+\.\d+\.\d+|^.*::/.exec(address) ?? [];
  const last = 100 + (stationFamily(this.scenario) % 150);
  await addStation(this, name, `${network}${isIpv6Text(address) ? '' : '.'}${last}`, { port }, true);
});

/** `10.0.0.0/8 via 192.0.2.10 dev p0 metric 5 table 100`, in the words of ip-route(8). */
export function routeIn(world: NicWorld, words: string): RouteSpec {
  const [to = '', ...rest] = words.split(' ');
  const said = new Map<string, string>();
  for (let index = 0; index < rest.length; index += 2) said.set(rest[index] ?? '', rest[index + 1] ?? '');
  const [via, dev, metric, table, source, tos] = ['via', 'dev', 'metric', 'table', 'src', 'tos'].map((key) =>
    said.get(key),
  );
  return {
    to: to === 'default' ? '0.0.0.0/0' : to,
    ...(via === undefined ? {} : { gateway: via }),
    ...(dev === undefined ? {} : { ifIndex: portCalled(world, dev).ifIndex }),
    ...(metric === undefined ? {} : { metric: Number(metric) }),
    ...(table === undefined ? {} : { table: Number(table) }),
    ...(source === undefined ? {} : { source }),
    ...(tos === undefined ? {} : { tos: Number(tos) }),
  };
}

const ROUTE = String.raw`(default|[\da-f]*[.:][\da-f.:]*\/\d+)((?: (?:via|dev|metric|table|src|tos) [\w.:]+)*)`;
const KIND = '(blackhole|unreachable|prohibit|throw)';

Given(new RegExp(`^a route to ${ROUTE}$`), async function (this: NicWorld, to: string, rest: string) {
  accepted(await (await this.routing(to)).addRoute(routeIn(this, `${to}${rest}`)), `adding a route to ${to}`);
});

Given(
  new RegExp(`^an? ${KIND} route to ${ROUTE}$`),
  async function (this: NicWorld, kind: string, to: string, rest: string) {
    const route = { ...routeIn(this, `${to}${rest}`), type: TYPES[kind] ?? 0 };
    accepted(await (await this.routing(to)).addRoute(route), `adding a ${kind} route to ${to}`);
  },
);

/** What makes a request for a route another one. */
const HOW: Readonly<Record<string, number>> = {
  added: NLM_F_CREATE | NLM_F_EXCL,
  prepended: NLM_F_CREATE,
  appended: NLM_F_CREATE | NLM_F_APPEND,
  replaced: NLM_F_CREATE | NLM_F_REPLACE,
  changed: NLM_F_REPLACE,
};

When(
  new RegExp(`^the route to ${ROUTE} is (added|prepended|appended|replaced|changed)$`),
  async function (this: NicWorld, to: string, rest: string, how: string) {
    const client = await this.routing(to);
    this.answer = await client.addRoute(routeIn(this, `${to}${rest}`), HOW[how] ?? 0);
  },
);

When(
  new RegExp(`^the (?:${KIND} )?route to ${ROUTE} is asked for$`),
  async function (this: NicWorld, kind: string | null, to: string, rest: string) {
    const type = kind === null ? {} : { type: TYPES[kind] ?? 0 };
    this.answer = await (await this.routing(to)).addRoute({ ...routeIn(this, `${to}${rest}`), ...type });
  },
);

When(new RegExp(`^the route to ${ROUTE} is deleted$`), async function (this: NicWorld, to: string, rest: string) {
  this.answer = await (await this.routing(to)).removeRoute(routeIn(this, `${to}${rest}`));
});

Then('it is done', function (this: NicWorld) {
  expectThat(this.answer !== undefined, 'nothing was asked for');
  accepted(this.answer, 'the request');
});

/** Routes of the protocol that the prefix is of; a table of IPv6 that has none is not there, and cannot be asked for. */
export async function shownRoutes(world: NicWorld, table = 0, about = ''): Promise<readonly ShownRoute[]> {
  const client: RoutingClient = await world.routing(about);
  const routes = accepted(await client.routes(), 'listing the routes');
  return table === 0 ? routes : routes.filter((route) => route.table === table);
}

Then(
  new RegExp(`^the routes to (\\S+) are ((?:via|dev) .+)$`),
  async function (this: NicWorld, to: string, list: string) {
    const wanted = list.split(/, then /).map((words) => routeIn(this, `${to} ${words}`));
    const found = (await shownRoutes(this, RT_TABLE_MAIN, to)).filter((route) => route.to === to);
    const shown = found.map(({ nexthops: [first] }) => first?.gateway ?? `dev ${first?.ifIndex ?? 0}`);
    const names = wanted.map(({ gateway, ifIndex }) => gateway ?? `dev ${ifIndex ?? 0}`);
    expectThat(
      shown.join() === names.join(),
      `the routes to ${to} are ${shown.join(', then ')}, not ${names.join(', then ')}`,
    );
  },
);

Then(
  /^there is (a|no) route to ([\da-f]*[.:]\S+)(?: in table (\d+))?$/,
  async function (this: NicWorld, article: string, to: string, table: string | null) {
    const routes = await shownRoutes(this, table === null ? RT_TABLE_MAIN : Number(table), to);
    const isThere = routes.some((route) => route.to === to && (table === null || route.table === Number(table)));
    expectThat(isThere === (article === 'a'), `there is ${isThere ? 'a' : 'no'} route to ${to}`);
  },
);

Then(
  /^the kernel has made (the route of a link|a local route|a broadcast route|no route) to (\S+) at (p\d)(?: that sends from ([\d.]+))?$/,
  async function (this: NicWorld, what: string, to: string, port: string, source: string | null) {
    const { ifIndex } = portCalled(this, port);
    const found = (await shownRoutes(this)).filter(
      (route) => route.to === to && route.protocol === RTPROT_KERNEL && route.nexthops[0]?.ifIndex === ifIndex,
    );
    if (what === 'no route') {
      expectThat(found.length === 0, `there is a route of the kernel's to ${to}`);
      return;
    }
    const [route] = found;
    expectThat(route !== undefined, `there is no route of the kernel's to ${to} at ${port}`);
    const kind = what === 'a local route' ? 'local' : what === 'a broadcast route' ? 'broadcast' : 'unicast';
    const isRight =
      route.type === TYPES[kind] &&
      route.table === (kind === 'unicast' ? RT_TABLE_MAIN : RT_TABLE_LOCAL) &&
      route.scope === (kind === 'local' ? RT_SCOPE_HOST : RT_SCOPE_LINK);
    expectThat(isRight, `it has type ${route.type}, table ${route.table}, scope ${route.scope}`);
    const from = source ?? interfaceCalled(this, port).address;
    expectThat(route.source === from, `it sends from ${route.source ?? 'nothing'}`);
  },
);

Then(
  /^the route to (\S+) is marked as (going over a link that is down|sound)$/,
  async function (this: NicWorld, to: string, how: string) {
    const route = (await shownRoutes(this, RT_TABLE_MAIN, to)).find((each) => each.to === to);
    expectThat(route !== undefined, `there is no route to ${to}`);
    const isMarked = ((route.nexthops[0]?.flags ?? 0) & RTNH_F_LINKDOWN) !== 0;
    expectThat(isMarked === (how !== 'sound'), `RTNH_F_LINKDOWN is ${isMarked ? 'set' : 'not set'}`);
  },
);

Then(
  /^a packet to ([\da-f.:]+) would take the route to (\S+)$/,
  async function (this: NicWorld, address: string, to: string) {
    const route = accepted(await (await this.routing(address)).routeFor(address), `looking up ${address}`);
    expectThat(route.to === to, `it would take the route to ${route.to}`);
  },
);

When(/^somebody asks how a packet to ([\da-f.:]+) would go$/, async function (this: NicWorld, address: string) {
  this.answer = await (await this.routing(address)).routeFor(address);
});

const DETAILS = String.raw`((?:, (?:TTL \d+|hop limit \d+|flow label \d+|of \d+ bytes|not to be fragmented))*)`;

export function detailsIn(words: string): Partial<Sending> {
  const [, ttl] = /(?:TTL|hop limit) (\d+)/.exec(words) ?? [];
  const [, label] = /flow label (\d+)/.exec(words) ?? [];
  const [, length] = /of (\d+) bytes/.exec(words) ?? [];
  return {
    ...(ttl === undefined ? {} : { ttl: Number(ttl) }),
    ...(length === undefined ? {} : { length: Number(length) }),
    ...(label === undefined ? {} : { flowLabel: Number(label) }),
    ...(words.includes('not to be fragmented') ? { dontFragment: true } : {}),
  };
}

When(
  new RegExp(`^([A-Z]) sends (a|\\d+) packets? to ([\\da-f]*[.:][\\da-f.:]+)${DETAILS}$`),
  async function (this: NicWorld, from: string, count: string, to: string, details: string) {
    const sending = { to, ...detailsIn(details) };
    await sendPackets(
      this,
      from,
      Array.from({ length: count === 'a' ? 1 : Number(count) }, () => sending),
    );
  },
);

Then(/^(?:it|they all) (?:is|are) routed to ([A-Z])$/, async function (this: NicWorld, to: string) {
  await expectRouted(this, to);
});

Then('it is routed nowhere', async function (this: NicWorld) {
  await expectNowhere(this);
});

Given('somebody listens to routes', async function (this: NicWorld) {
  await listenTo(this, IPV4);
});

Given('somebody listens to routes of IPv6', async function (this: NicWorld) {
  await listenTo(this, IPV6);
});

async function listenTo(world: NicWorld, family: AddressFamily): Promise<void> {
  const listener = await RoutingClient.open((protocol) => world.target.netlink(protocol), family);
  await listener.listen();
  world.notes.set('routing listener', listener);
}

/** The listener of this scenario. */
export const listenerOf = (world: NicWorld): RoutingClient => world.notes.get('routing listener') as RoutingClient;

Then(/^a (new|deleted|replaced) route to (\S+) is told$/, async function (this: NicWorld, what: string, to: string) {
  const { routes } = await listenerOf(this).told(this.quietMs);
  const found = routes.filter((route) => route.to === to && route.table === RT_TABLE_MAIN);
  const [news] = found;
  expectThat(found.length === 1 && news !== undefined, `${found.length} announcements about ${to}`);
  expectThat(news.news === (what === 'deleted' ? RTM_DELROUTE : RTM_NEWROUTE), `message type ${news.news}`);
  const isReplaced = (news.how & NLM_F_REPLACE) !== 0;
  expectThat(isReplaced === (what === 'replaced'), `NLM_F_REPLACE is ${isReplaced ? 'set' : 'not set'}`);
});

Then(/^the kernel says "(.+)"$/, function (this: NicWorld, words: string) {
  const { answer } = this;
  expectThat(answer !== undefined && !answer.ok, 'it was not refused');
  expectThat(answer.error.message === words, `it says "${answer.error.message ?? ''}"`);
});
