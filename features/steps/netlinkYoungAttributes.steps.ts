/** Attributes that old families got after they had a rule: bridges, neighbours and routes with one of a length of somebody's choice. */
import { When } from '@cucumber/cucumber';
import { encodeBody } from '../../reference-impl/netlink/client.js';
import {
  AF_INET,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NUD_PERMANENT,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
} from '../../reference-impl/netlink/constants.js';
import { LINKINFO_DATA_BRIDGE } from '../../reference-impl/netlink/families/bridge.js';
import { ROUTE_ATTRIBUTES, RTN_BLACKHOLE } from '../../reference-impl/netlink/families/routing.js';
import { NDMSG, NEIGHBOUR, RTMSG } from '../../reference-impl/netlink/families/rtnetlink.js';
import type { AttributeSet } from '../../reference-impl/netlink/schema.js';
import { NLA_HDRLEN, NLMSG_HDRLEN, encodeAttribute } from '../../reference-impl/netlink/wire.js';
import { parseIpv4 } from '../../reference-impl/packet/addresses.js';
import { concat } from '../../reference-impl/packet/bytes.js';
import {
  IFLA_IFNAME,
  IFLA_LINKINFO,
  LINK_ATTRIBUTES_AT,
  linkBody,
  terminated,
  u32,
} from '../properties/netlinkMessages.js';
import { expectThat } from './expectations.js';
import { ask, talk } from './netlinkTalk.js';
import { IFF_UP, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

const NEW = NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
/** A port takes the address of the station that it is a neighbour of. */
const STATION = Uint8Array.of(2, 0, 0, 0, 0, 0x77);

function numberOf(set: AttributeSet, name: string): number {
  const spec = set.byName.get(name);
  expectThat(spec !== undefined, `there is no attribute ${name}`);
  return spec.number;
}

/** A message with this attribute behind others, which make sense. */
async function askWith(
  world: NicWorld,
  type: number,
  before: Uint8Array,
  header: number,
  attribute: Uint8Array,
): Promise<void> {
  talk(world).place = header + before.length;
  await ask(world, { type, flags: NEW, body: concat(before, attribute) });
}

const NDA_DST = 1;
const NDA_LLADDR = 2;

async function askForNeighbour(world: NicWorld, attribute: Uint8Array): Promise<void> {
  await setFlag(world, IFF_UP, true, world.port.ifIndex);
  const header = { ndm_family: AF_INET, ndm_ifindex: world.port.ifIndex, ndm_state: NUD_PERMANENT };
  const known = concat(encodeAttribute(NDA_DST, parseIpv4('192.0.2.77')), encodeAttribute(NDA_LLADDR, STATION));
  await askWith(world, RTM_NEWNEIGH, encodeBody(NDMSG, header, known), NLMSG_HDRLEN, attribute);
}

const RTA_DST = 1;

async function askForRoute(world: NicWorld, attribute: Uint8Array): Promise<void> {
  const header = { rtm_family: AF_INET, rtm_dst_len: 24, rtm_table: 254, rtm_protocol: 4, rtm_type: RTN_BLACKHOLE };
  const body = encodeBody(RTMSG, header, encodeAttribute(RTA_DST, parseIpv4('203.0.113.0')));
  await askWith(world, RTM_NEWROUTE, body, NLMSG_HDRLEN, attribute);
}

const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;

async function askForBridge(world: NicWorld, attribute: Uint8Array): Promise<void> {
  const name = encodeAttribute(IFLA_IFNAME, terminated('young0'));
  const kind = encodeAttribute(IFLA_INFO_KIND, terminated('bridge'));
  const info = encodeAttribute(IFLA_LINKINFO, concat(kind, encodeAttribute(IFLA_INFO_DATA, attribute)));
  talk(world).place = LINK_ATTRIBUTES_AT + name.length + NLA_HDRLEN + kind.length + NLA_HDRLEN;
  await ask(world, { type: RTM_NEWLINK, flags: NEW, body: linkBody({}, name, info) });
}

/** The number 1000, the lowest byte first, of which there is room for so much. */
function numberIn(bytes: number): Uint8Array {
  const value = new Uint8Array(bytes);
  value.set(u32(1000).subarray(0, Math.min(4, bytes)));
  return value;
}

When(
  /^a (neighbour|route|bridge) is asked for with ([A-Z_]+) of (\d+) bytes$/,
  async function (this: NicWorld, what: string, attribute: string, bytes: string) {
    const value = numberIn(Number(bytes));
    if (what === 'neighbour') await askForNeighbour(this, encodeAttribute(numberOf(NEIGHBOUR, attribute), value));
    else if (what === 'route') await askForRoute(this, encodeAttribute(numberOf(ROUTE_ATTRIBUTES, attribute), value));
    else await askForBridge(this, encodeAttribute(numberOf(LINKINFO_DATA_BRIDGE, attribute), value));
  },
);

When(/^a neighbour is asked for with bit (\d+) of NDA_FLAGS_EXT$/, async function (this: NicWorld, bit: string) {
  const flags = encodeAttribute(numberOf(NEIGHBOUR, 'NDA_FLAGS_EXT'), u32(2 ** Number(bit)));
  await askForNeighbour(this, flags);
});
