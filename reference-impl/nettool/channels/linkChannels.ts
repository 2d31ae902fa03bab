/** Links, bridges and their ports: RTM_GETLINK and RTM_SETLINK. */
import { bondData, bondMemberData } from '../../netlink/bondClient.js';
import { bridgeData, bridgePortData } from '../../netlink/bridgeClient.js';
import { decodeBody, encodeBody } from '../../netlink/client.js';
import {
  AF_BRIDGE,
  AF_UNSPEC,
  NETLINK_ROUTE,
  RTM_GETLINK,
  RTM_GETSTATS,
  RTM_NEWLINK,
  RTM_SETLINK,
} from '../../netlink/constants.js';
import { BOND_SLAVE, LINKINFO_DATA_BOND } from '../../netlink/families/bond.js';
import { LINKINFO_DATA_BRIDGE } from '../../netlink/families/bridge.js';
import { IFINFOMSG, IF_STATS_MSG, IFLA_STATS_LINK_64, LINK, LINK_STATS } from '../../netlink/families/rtnetlink.js';
import { encodeAttributes, nestIn, numberIn, structLength, type Value, type Values } from '../../netlink/schema.js';
import type { NettoolParts } from '../parts.js';
import type { Limit, Reading, Row } from '../reading.js';
import { kernelRefusal, refused, type Outcome } from '../refusal.js';
import type { NetDeviceInfo, NettoolSession } from '../session.js';
import type { Step, StepCore, Wire } from '../step.js';
import type { KeySpec, SubjectSpec } from '../subjects/index.js';
import type { Scalar } from '../values.js';
import { decodeScalar, encodeScalar, limitOf } from './attributeValues.js';
import { attributeOnWire, gatheredBoolopts, spreadBoolopts } from './bridgeBoolopts.js';
import type { Channel } from './channel.js';
import { formerValues } from './ethtoolChannel.js';

/** linux/if.h. */
const FLAGS: Readonly<Record<string, number>> = { IFF_UP: 1 << 0, IFF_PROMISC: 1 << 8, IFF_ALLMULTI: 1 << 9 };
const HEADER_BYTES = structLength(IFINFOMSG);

/** A message of rtnetlink about links. */
export const linkWire = (type: number, header: Values, values: Values, flags = 0): Wire => ({
  kind: 'netlink',
  protocol: NETLINK_ROUTE,
  family: '',
  type,
  flags,
  body: encodeBody(IFINFOMSG, header, encodeAttributes(LINK, values)),
  set: LINK,
  headerBytes: HEADER_BYTES,
});

/** The keys of decoded attributes. */
export function readKeys(subject: SubjectSpec, values: Values): Reading {
  const read: Record<string, Scalar> = {};
  const limits: Record<string, Limit> = {};
  for (const key of subject.keys) {
    const value = decodeScalar(key.type, values, key.attribute);
    if (value === undefined) continue;
    read[key.key] = value;
    const limit = limitOf(key, values);
    if (limit !== undefined) limits[key.key] = limit;
  }
  return { values: read, limits };
}

/** Steps of one key each: do_setlink() does one member after the other and takes nothing back, so each is asked for alone. */
function oneByOne(
  subject: SubjectSpec,
  changes: Row,
  before: Reading,
  make: (key: KeySpec, value: Scalar) => StepCore,
): readonly Step[] {
  const former = formerValues(changes, before);
  return subject.keys.flatMap((key): Step[] => {
    const [value, was] = [changes[key.key], former[key.key]];
    if (value === undefined) return [];
    return [
      {
        ...make(key, value),
        subject: subject.name,
        changes: { [key.key]: value },
        keys: new Map([[attributeOnWire(key.attribute), `${subject.name}.${key.key}`]]),
        ...(was === undefined ? {} : { undo: make(key, was) }),
      },
    ];
  });
}

/** RTM_GETLINK of the device as it is now; what the listing of devices said may be old. */
export async function freshLink(session: NettoolSession, device: NetDeviceInfo): Promise<Outcome<NetDeviceInfo>> {
  const body = encodeBody(IFINFOMSG, { ifi_index: device.ifIndex }, new Uint8Array(0));
  const result = await session.pool.read(NETLINK_ROUTE, { type: RTM_GETLINK, body });
  if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), { device: device.name }));
  const [reply] = result.value;
  if (reply === undefined) return { ok: true, value: device };
  const { header, values } = decodeBody(IFINFOMSG, LINK, reply);
  return { ok: true, value: { ...device, flags: numberIn(header, 'ifi_flags') ?? 0, link: values } };
}

/** Of a device that belongs to nobody, as ip(8) has it: `nomaster`. */
const NO_MASTER = 'none';
const MASTER_KINDS: readonly string[] = ['bridge', 'bond', 'team', 'vrf'];

/** Attributes of a link, and what is not an attribute of it, under the names of the keys. */
function linkValues({ link, flags }: NetDeviceInfo, names: ReadonlyMap<number, string>): Values {
  const master = numberIn(link, 'IFLA_MASTER');
  const kind = nestIn(link, 'IFLA_LINKINFO')?.['IFLA_INFO_KIND'];
  const { IFLA_MAX_MTU: mostMtu, ...others } = link;
  return {
    ...others,
    // dev_validate_mtu(): a device without a largest MTU says 0.
    ...(mostMtu === undefined || mostMtu === 0 ? {} : { IFLA_MAX_MTU: mostMtu }),
    ...Object.fromEntries(Object.entries(FLAGS).map(([name, bit]) => [name, (flags & bit) === 0 ? 0 : 1])),
    ...(kind === undefined ? {} : { IFLA_INFO_KIND: kind }),
    IFLA_MASTER: master === undefined ? NO_MASTER : (names.get(master) ?? `#${master}`),
    IFLA_IFALIAS: link['IFLA_IFALIAS'] ?? '',
  };
}

/** The index behind each name of a master; a name that no device has is refused. */
async function mastersNamed(
  session: NettoolSession,
  device: NetDeviceInfo,
  wanted: readonly (Scalar | undefined)[],
): Promise<Outcome<ReadonlyMap<string, number>>> {
  const [asked] = wanted;
  const indexes = new Map([[NO_MASTER, 0]]);
  if (asked === undefined) return { ok: true, value: indexes };
  const all = await session.devices();
  if (!all.ok) return all;
  for (const { name, ifIndex } of all.value) indexes.set(name, ifIndex);
  const missing = asked !== device.name && indexes.has(String(asked)) ? undefined : String(asked);
  if (missing === undefined) return { ok: true, value: indexes };
  const masters = all.value.filter(({ kind }) => MASTER_KINDS.includes(kind)).map(({ name }) => name);
  return refused({
    stage: 'device',
    device: device.name,
    key: 'link.master',
    value: missing,
    message: missing === device.name ? 'nobody belongs to itself' : 'no device is called so',
    accepted: [...masters, NO_MASTER].join(', '),
  });
}

async function masterNames(session: NettoolSession, device: NetDeviceInfo): Promise<ReadonlyMap<number, string>> {
  if (numberIn(device.link, 'IFLA_MASTER') === undefined) return new Map();
  const all = await session.devices();
  return all.ok ? new Map(all.value.map(({ ifIndex, name }) => [ifIndex, name])) : new Map();
}

export const linkChannel: Channel = {
  async read(session, device, subject) {
    const fresh = await freshLink(session, device);
    if (!fresh.ok) return fresh;
    const names = await masterNames(session, fresh.value);
    return { ok: true, value: readKeys(subject, linkValues(fresh.value, names)) };
  },

  async readAll(session, subject) {
    const all = await session.devices();
    if (!all.ok) return all;
    const names = new Map(all.value.map(({ ifIndex, name }) => [ifIndex, name]));
    const readings = all.value.map((device) => [device.ifIndex, readKeys(subject, linkValues(device, names))] as const);
    return { ok: true, value: new Map(readings) };
  },

  async change(session, device, subject, changes, before) {
    const { ifIndex } = device;
    const masters = await mastersNamed(session, device, [changes['master'], before.values['master']]);
    if (!masters.ok) return masters;
    const make = ({ attribute, type }: KeySpec, value: Scalar): StepCore => {
      const bit = FLAGS[attribute];
      const header: Values =
        bit === undefined
          ? { ifi_family: AF_UNSPEC, ifi_index: ifIndex }
          : { ifi_index: ifIndex, ifi_flags: value === true ? bit : 0, ifi_change: bit };
      const encoded = attribute === 'IFLA_MASTER' ? (masters.value.get(String(value)) ?? 0) : encodeScalar(type, value);
      const values = bit === undefined ? { [attribute]: encoded } : {};
      return { operation: 'RTM_SETLINK', wire: linkWire(RTM_SETLINK, header, values) };
    };
    return { ok: true, value: oneByOne(subject, changes, before, make) };
  },
};

export const linkStatisticsChannel: Channel = {
  async read(session, device, subject) {
    const header = { ifindex: device.ifIndex, filter_mask: 1 << (IFLA_STATS_LINK_64 - 1) };
    const body = encodeBody(IF_STATS_MSG, header, new Uint8Array(0));
    const result = await session.pool.read(NETLINK_ROUTE, { type: RTM_GETSTATS, body });
    if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), { device: device.name }));
    const [reply] = result.value;
    const values = reply === undefined ? {} : decodeBody(IF_STATS_MSG, LINK_STATS, reply).values;
    return { ok: true, value: readKeys(subject, nestIn(values, 'IFLA_STATS_LINK_64') ?? {}) };
  },
};

export const bridgeInfo = (data: Values, { boolopts }: NettoolParts): Values => ({
  IFLA_LINKINFO: {
    IFLA_INFO_KIND: 'bridge',
    IFLA_INFO_DATA: encodeAttributes(LINKINFO_DATA_BRIDGE, gatheredBoolopts(data, boolopts)),
  },
});

/** Settings in IFLA_LINKINFO: RTM_NEWLINK with one of them at a time. */
export const infoChange =
  (info: (data: Values, parts: NettoolParts) => Values): NonNullable<Channel['change']> =>
  async ({ parts }, { ifIndex }, subject, changes, before) => {
    const make = ({ attribute, type }: KeySpec, value: Scalar): StepCore => ({
      operation: 'RTM_NEWLINK',
      wire: linkWire(RTM_NEWLINK, { ifi_index: ifIndex }, info({ [attribute]: encodeScalar(type, value) }, parts)),
    });
    return { ok: true, value: oneByOne(subject, changes, before, make) };
  };

export const bridgeChannel: Channel = {
  async read(session, device, subject) {
    if (device.kind !== 'bridge') return refused(notOfKind(device.name, 'no bridge'));
    const fresh = await freshLink(session, device);
    return fresh.ok ? { ok: true, value: readKeys(subject, spreadBoolopts(bridgeData(fresh.value.link))) } : fresh;
  },

  change: infoChange(bridgeInfo),
};

export const notOfKind = (device: string, what: string): Parameters<typeof refused>[0] => ({
  stage: 'device',
  device,
  message: `it is ${what}`,
  errno: 'EOPNOTSUPP',
});

export const bridgePortChannel: Channel = {
  async read(session, device, subject) {
    const fresh = await freshLink(session, device);
    if (!fresh.ok) return fresh;
    const isPort = nestIn(fresh.value.link, 'IFLA_LINKINFO')?.['IFLA_INFO_SLAVE_KIND'] === 'bridge';
    if (!isPort) return refused(notOfKind(device.name, 'no port of a bridge'));
    return { ok: true, value: readKeys(subject, bridgePortData(fresh.value.link)) };
  },

  async change(_session, { ifIndex }, subject, changes, before) {
    const make = ({ attribute, type }: KeySpec, value: Scalar): StepCore => {
      const members: Record<string, Value> = { [attribute]: encodeScalar(type, value) };
      const header = { ifi_family: AF_BRIDGE, ifi_index: ifIndex };
      return { operation: 'RTM_SETLINK', wire: linkWire(RTM_SETLINK, header, { IFLA_PROTINFO: members }) };
    };
    return { ok: true, value: oneByOne(subject, changes, before, make) };
  },
};

export const bondInfo = (data: Values): Values => ({
  IFLA_LINKINFO: { IFLA_INFO_KIND: 'bond', IFLA_INFO_DATA: encodeAttributes(LINKINFO_DATA_BOND, data) },
});

const bondMemberInfo = (data: Values): Values => ({
  IFLA_LINKINFO: { IFLA_INFO_SLAVE_KIND: 'bond', IFLA_INFO_SLAVE_DATA: encodeAttributes(BOND_SLAVE, data) },
});

export const bondChannel: Channel = {
  async read(session, device, subject) {
    if (device.kind !== 'bond') return refused(notOfKind(device.name, 'no aggregate of the bonding driver'));
    const fresh = await freshLink(session, device);
    return fresh.ok ? { ok: true, value: readKeys(subject, bondData(fresh.value.link)) } : fresh;
  },
  change: infoChange(bondInfo),
};

export const bondMemberChannel: Channel = {
  async read(session, device, subject) {
    const fresh = await freshLink(session, device);
    if (!fresh.ok) return fresh;
    const isMember = nestIn(fresh.value.link, 'IFLA_LINKINFO')?.['IFLA_INFO_SLAVE_KIND'] === 'bond';
    if (!isMember) return refused(notOfKind(device.name, 'no member of an aggregate'));
    return { ok: true, value: readKeys(subject, bondMemberData(fresh.value.link)) };
  },
  change: infoChange(bondMemberInfo),
};
