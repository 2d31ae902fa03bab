/** Damaged messages of every operation that the target lists: what comes for them, and what is as before. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { decodeBody, encodeBody } from '../../reference-impl/netlink/client.js';
import {
  AF_BRIDGE,
  AF_INET,
  CTRL_CMD_GETPOLICY,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLMSG_DONE,
  NLMSG_ERROR,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETMDB,
  RTM_GETNEIGH,
  RTM_GETQDISC,
  RTM_GETROUTE,
  RTM_GETSTATS,
  RTM_NEWADDR,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  RTM_SETLINK,
} from '../../reference-impl/netlink/constants.js';
import { decodeError } from '../../reference-impl/netlink/extack.js';
import { GENL_CMD_CAP_DO, GENL_CMD_CAP_DUMP } from '../../reference-impl/netlink/families/genericControl.js';
import { ROUTE_ATTRIBUTES } from '../../reference-impl/netlink/families/routing.js';
import {
  ADDRESS,
  IFADDRMSG,
  IFINFOMSG,
  NDMSG,
  NEIGHBOUR,
  RTMSG,
} from '../../reference-impl/netlink/families/rtnetlink.js';
import { NL_ATTR_TYPE } from '../../reference-impl/netlink/policyDescription.js';
import {
  encodeAttributes,
  encodeStruct,
  numberIn,
  structLength,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { GENLMSGHDR } from '../../reference-impl/netlink/server.js';
import { align, encodeAttribute, type Message } from '../../reference-impl/netlink/wire.js';
import { concat, hex } from '../../reference-impl/packet/bytes.js';
import { DAMAGED_FAMILIES, EXCLUDED_COMMANDS, excluded } from '../properties/dangerousMessages.js';
import { controllerBody, familyName, linkBody, marked, mtuOf, u32 } from '../properties/netlinkMessages.js';
import { attributeDamage, damage, damaged, type Damage, type Subject } from '../properties/netlinkMutations.js';
import { expectThat } from './expectations.js';
import { listFamilies, policiesOf, type ListedFamily } from './netlinkDiscovery.js';
import { addressRequest, routeRequest } from './netlinkObjects.js';
import { ask, errorsIn, repliesIn } from './netlinkTalk.js';
import { accepted, IFF_UP, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

/** A message that makes sense, of an operation that the target has. */
interface Specimen extends Subject {
  readonly protocol: number;
  readonly type: number;
  readonly flags: number;
  readonly changes: boolean;
  readonly name: string;
}

const rtnetlink = (
  name: string,
  type: number,
  headerLength: number,
  body: Uint8Array,
  flags = NLM_F_ACK,
): Specimen => ({
  protocol: NETLINK_ROUTE,
  type,
  flags,
  body,
  attributesAt: align(headerLength),
  changes: (type & 3) !== 2,
  name,
});

/** Queries and changes of rtnetlink, about the port. */
function routeSpecimens(ifIndex: number): readonly Specimen[] {
  const link = structLength(IFINFOMSG);
  const dump = NLM_F_ACK | NLM_F_DUMP;
  const address = addressRequest(ifIndex, [198, 18, 1, 1], 32).body;
  const route = routeRequest({
    to: [198, 51, 1, 0],
    length: 24,
    gateway: [192, 0, 2, 2],
    ifIndex,
    protocol: 99,
    table: 254,
  }).body;
  const neighbour = encodeBody(
    NDMSG,
    { ndm_family: AF_INET, ndm_ifindex: ifIndex, ndm_state: 0x80 },
    encodeAttributes(NEIGHBOUR, { NDA_DST: Uint8Array.of(192, 0, 2, 9), NDA_LLADDR: Uint8Array.of(2, 0, 0, 0, 0, 9) }),
  );
  const create = NLM_F_ACK | NLM_F_CREATE;
  const one = (attribute: number, data: Uint8Array): Uint8Array =>
    linkBody({ ifi_index: ifIndex }, encodeAttribute(attribute, data));
  return [
    rtnetlink('a link', RTM_GETLINK, link, linkBody({ ifi_index: ifIndex }, encodeAttribute(29, u32(1)))),
    rtnetlink('links', RTM_GETLINK, link, linkBody({}, encodeAttribute(29, u32(1))), dump),
    rtnetlink('addresses', RTM_GETADDR, 8, encodeBody(IFADDRMSG, { ifa_family: AF_INET }, new Uint8Array(0)), dump),
    rtnetlink(
      'neighbours',
      RTM_GETNEIGH,
      12,
      encodeBody(NDMSG, { ndm_family: AF_INET }, encodeAttribute(8, u32(ifIndex))),
      dump,
    ),
    rtnetlink(
      'entries',
      RTM_GETNEIGH,
      12,
      encodeBody(NDMSG, { ndm_family: AF_BRIDGE }, encodeAttribute(9, u32(0))),
      dump,
    ),
    rtnetlink(
      'routes',
      RTM_GETROUTE,
      12,
      encodeBody(RTMSG, { rtm_family: AF_INET }, encodeAttribute(15, u32(254))),
      dump,
    ),
    rtnetlink('groups', RTM_GETMDB, 8, Uint8Array.of(AF_BRIDGE, 0, 0, 0, 0, 0, 0, 0), dump),
    rtnetlink('queues', RTM_GETQDISC, 20, new Uint8Array(20), dump),
    rtnetlink('counters', RTM_GETSTATS, 12, concat(new Uint8Array(4), u32(ifIndex), u32(1))),
    rtnetlink('an MTU', RTM_SETLINK, link, linkBody({ ifi_index: ifIndex }, mtuOf(1400))),
    rtnetlink(
      'several settings',
      RTM_SETLINK,
      link,
      linkBody({ ifi_index: ifIndex }, mtuOf(1300), encodeAttribute(27, u32(7)), encodeAttribute(41, u32(5000))),
    ),
    rtnetlink('a group', RTM_SETLINK, link, one(27, u32(5))),
    rtnetlink('an alias', RTM_SETLINK, link, one(20, new TextEncoder().encode('nicspec'))),
    rtnetlink('a GSO size', RTM_SETLINK, link, one(41, u32(4000))),
    rtnetlink('an address', RTM_NEWADDR, 8, address, create),
    rtnetlink('no address', RTM_DELADDR, 8, address),
    rtnetlink('a route', RTM_NEWROUTE, 12, route, create),
    rtnetlink('a neighbour', RTM_NEWNEIGH, 12, neighbour, create),
  ];
}

/** A value of the type that a policy tells of. */
function valueOf(number: number, policy: Values): Uint8Array {
  const least = numberIn(policy, 'NL_POLICY_TYPE_ATTR_MIN_VALUE_U') ?? 0;
  switch (numberIn(policy, 'NL_POLICY_TYPE_ATTR_TYPE')) {
    case NL_ATTR_TYPE.flag:
      return encodeAttribute(number, new Uint8Array(0));
    case NL_ATTR_TYPE.u8:
    case NL_ATTR_TYPE.s8:
      return encodeAttribute(number, Uint8Array.of(least));
    case NL_ATTR_TYPE.u16:
    case NL_ATTR_TYPE.s16:
      return encodeAttribute(number, u32(least).subarray(0, 2));
    case NL_ATTR_TYPE.u64:
    case NL_ATTR_TYPE.s64:
      return encodeAttribute(number, new Uint8Array(8));
    case NL_ATTR_TYPE.string:
    case NL_ATTR_TYPE.nulString:
      return encodeAttribute(number, new TextEncoder().encode('x\0'));
    case NL_ATTR_TYPE.binary:
      return encodeAttribute(number, new Uint8Array(numberIn(policy, 'NL_POLICY_TYPE_ATTR_MIN_LENGTH') ?? 4));
    case NL_ATTR_TYPE.nested:
    case NL_ATTR_TYPE.nestedArray:
      return encodeAttribute(marked(number), new Uint8Array(0));
    case NL_ATTR_TYPE.bitfield32:
      return encodeAttribute(number, new Uint8Array(8));
    default:
      return encodeAttribute(number, u32(least));
  }
}

/** Of each operation of a family, with the attributes that its policy tells of. */
async function familySpecimens(world: NicWorld, family: ListedFamily): Promise<readonly Specimen[]> {
  const { policies, operations } = await policiesOf(world, family.id);
  const excludedHere = EXCLUDED_COMMANDS[family.name];
  const specimens: Specimen[] = [];
  for (const { command, flags } of family.operations) {
    if (excludedHere?.has(command) === true) continue;
    for (const [how, bit] of [
      ['do', GENL_CMD_CAP_DO],
      ['dump', GENL_CMD_CAP_DUMP],
    ] as const) {
      if ((flags & bit) === 0) continue;
      const policy = policies.get(operations.get(command)?.[how] ?? -1) ?? new Map<number, Values>();
      const attributes = [...policy].map(([number, told]) => valueOf(number, told));
      specimens.push({
        protocol: NETLINK_GENERIC,
        type: family.id,
        flags: how === 'dump' ? NLM_F_ACK | NLM_F_DUMP : NLM_F_ACK,
        body: concat(encodeStruct(GENLMSGHDR, { cmd: command, version: family.version }), ...attributes),
        attributesAt: 4,
        changes: false,
        name: `${family.name} ${command}`,
      });
    }
  }
  return specimens;
}

async function corpus(world: NicWorld): Promise<readonly Specimen[]> {
  const families = (await listFamilies(world)).filter(({ name }) => DAMAGED_FAMILIES.has(name));
  const generic: Specimen[] = [];
  for (const family of families) generic.push(...(await familySpecimens(world, family)));
  return [...routeSpecimens(world.port.ifIndex), ...generic];
}

const describe = ({ name }: Specimen, body: Uint8Array): string => `${name}: ${hex(body)}`;

/** What a kernel may say: an answer to this sequence number, and nothing behind the end of it. */
async function sendDamaged(
  world: NicWorld,
  { protocol, type, flags }: Specimen,
  body: Uint8Array,
): Promise<readonly Message[]> {
  return ask(world, { protocol, type, flags, body });
}

/** For each case that the run asks of a law: ten thousand where nothing else is said. */
const MESSAGES_FOR_A_CASE = 100;

Then(
  'for ten thousand damaged messages, each is answered or ignored as Linux does, and the socket goes on',
  async function (this: NicWorld) {
    const specimens = await corpus(this);
    const count = MESSAGES_FOR_A_CASE * this.session.runs;
    const pair = fc.tuple(fc.constantFrom(...specimens), fc.array(damage, { minLength: 1, maxLength: 3 }));
    await this.law(
      fc.asyncProperty(
        fc.noShrink(fc.array(pair, { minLength: count, maxLength: count, size: 'max' })),
        async (pairs) => {
          for (const [specimen, damages] of pairs) await expectAnswered(this, specimen, damages);
        },
      ),
      // One case of them all: the time that a law is given on a real kernel ends between cases.
      { runs: 1 / this.session.runs },
    );
  },
);

async function expectAnswered(world: NicWorld, specimen: Specimen, damages: readonly Damage[]): Promise<void> {
  const body = damages.reduce((bytes, each) => damaged({ ...specimen, body: bytes }, each), specimen.body);
  if (specimen.protocol === NETLINK_ROUTE && excluded(specimen.type, body) !== undefined) return;
  const messages = await sendDamaged(world, specimen, body);
  const ends = messages.filter(({ type }) => type === NLMSG_ERROR || type === NLMSG_DONE);
  expectThat(ends.length === 1, `${ends.length} answers came for ${describe(specimen, body)}`);
  const [end] = ends;
  expectThat(end === messages.at(-1), `something came behind the end of ${describe(specimen, body)}`);
  if (end?.type === NLMSG_ERROR) {
    const { quoted, capped } = decodeError(end);
    expectThat(
      capped || quoted.length === 16 + body.length,
      `the request is not quoted whole: ${describe(specimen, body)}`,
    );
  }
}

/** All that rtnetlink lists of the machine's state, without what counts. */
async function stateOf(world: NicWorld): Promise<string> {
  const route = await world.route();
  const lines: string[] = [];
  for (const { header, values } of accepted(await route.links(), 'listing the links')) {
    const rest = Object.entries(values).filter(([name]) => name !== 'IFLA_STATS' && name !== 'IFLA_STATS64');
    lines.push(textOf({ header, rest }));
  }
  const listings = [
    [RTM_GETADDR, IFADDRMSG, ADDRESS, 'IFA_CACHEINFO'],
    [RTM_GETROUTE, RTMSG, ROUTE_ATTRIBUTES, 'RTA_CACHEINFO'],
    [RTM_GETNEIGH, NDMSG, NEIGHBOUR, 'NDA_CACHEINFO'],
  ] as const;
  for (const [type, header, set, times] of listings) {
    const replies = accepted(await route.client.dump(type, encodeBody(header, {}, new Uint8Array(0))), 'a dump');
    for (const reply of replies) {
      const decoded = decodeBody(header, set, reply);
      const values = Object.entries(decoded.values).filter(([name]) => name !== times && name !== 'NDA_PROBES');
      lines.push(textOf({ header: decoded.header, values: Object.fromEntries(values) }));
    }
  }
  return lines.sort().join('\n');
}

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'bigint' ? String(each) : each instanceof Uint8Array ? hex(each) : each,
  );

Then(
  'for every damaged change that is refused at an attribute, everything that is listed is as before',
  async function (this: NicWorld) {
    await setFlag(this, IFF_UP, true);
    const all = routeSpecimens(this.port.ifIndex).filter((specimen) => specimen.changes);
    // What could be done by half is tried as often as all the rest.
    const several = all.filter(({ name }) => name === 'several settings');
    const specimens = fc.oneof(fc.constantFrom(...all), fc.constantFrom(...several));
    await this.law(
      fc.asyncProperty(
        specimens,
        fc.array(fc.oneof(damage, attributeDamage), { minLength: 1, maxLength: 2 }),
        async (specimen, damages) => {
          const body = damages.reduce((bytes, each) => damaged({ ...specimen, body: bytes }, each), specimen.body);
          if (excluded(specimen.type, body) !== undefined) return;
          // Other values than those of the changes, so that one that is made shows.
          const plain = { IFLA_MTU: 1500, IFLA_GROUP: 0, IFLA_GSO_MAX_SIZE: 65_536 };
          accepted(await (await this.route()).setLink(this.port.ifIndex, plain), 'setting the port back');
          const before = await stateOf(this);
          const refusal = errorsIn(await sendDamaged(this, specimen, body)).find(({ errno }) => errno !== 0);
          if (refusal?.offset === undefined || refusal.policy === undefined) return;
          expectThat((await stateOf(this)) === before, `${describe(specimen, body)} changed something`);
        },
      ),
      { runs: 2 },
    );
  },
);

/** Queries whose operation is strict, of the controller and of the port's families. */
async function strictQueries(world: NicWorld): Promise<readonly Specimen[]> {
  const ethtool = (await listFamilies(world)).find(({ name }) => name === 'ethtool');
  const header = encodeAttribute(marked(1), encodeAttribute(1, u32(world.port.ifIndex)));
  const plain = { protocol: NETLINK_GENERIC, attributesAt: 4, changes: false };
  const features = [6, 15, 17].map((command) => ({
    ...plain,
    type: ethtool?.id ?? 0,
    flags: NLM_F_ACK,
    body: concat(Uint8Array.of(command, 1, 0, 0), header),
    name: `ethtool ${command}`,
  }));
  return [
    ...(ethtool === undefined ? [] : features),
    {
      ...plain,
      type: GENL_ID_CTRL,
      flags: NLM_F_ACK | NLM_F_DUMP,
      body: controllerBody(CTRL_CMD_GETPOLICY, familyName('nlctrl')),
      name: 'policies',
    },
  ];
}

Then(
  'for every strict query and every damage to its attributes, it is answered as before or refused with a place, words or what is missing',
  async function (this: NicWorld) {
    const queries = await strictQueries(this);
    const answers = new Map<Specimen, string>();
    const answerOf = (messages: readonly Message[]): string =>
      repliesIn(messages)
        .map(({ body }) => hex(body))
        .join('\n');
    for (const query of queries) {
      const messages = await sendDamaged(this, query, query.body);
      // What the port does not have is refused without a place, damaged or not.
      if (errorsIn(messages).every(({ errno }) => errno === 0)) answers.set(query, answerOf(messages));
    }
    expectThat(answers.size > 0, 'no query is answered');
    await this.law(
      fc.asyncProperty(fc.constantFrom(...answers.keys()), attributeDamage, async (query, each) => {
        const body = damaged(query, each);
        const messages = await sendDamaged(this, query, body);
        const refusal = errorsIn(messages).find(({ errno }) => errno !== 0);
        if (refusal === undefined) {
          expectThat(
            answerOf(messages) === answers.get(query),
            `damage was taken in silence: ${describe(query, body)}`,
          );
          return;
        }
        const says = [refusal.offset, refusal.message, refusal.missingType].some((said) => said !== undefined);
        expectThat(says, `nothing is said of ${describe(query, body)}`);
      }),
      { runs: 3 },
    );
  },
);
