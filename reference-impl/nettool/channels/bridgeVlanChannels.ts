/** Single VLANs of bridges over RTM_GETVLAN and RTM_NEWVLAN (net/bridge/br_vlan_options.c), their trees (br_mst.c) and tunnels. */
import { decodeBody, encodeBody } from '../../netlink/client.js';
import {
  AF_BRIDGE,
  NETLINK_ROUTE,
  NLM_F_DUMP,
  RTM_DELLINK,
  RTM_GETLINK,
  RTM_GETVLAN,
  RTM_NEWVLAN,
  RTM_SETLINK,
} from '../../netlink/constants.js';
import {
  BRIDGE_FLAGS_MASTER,
  BRIDGE_SPEC,
  BRIDGE_VLAN_INFO_ONLY_OPTS,
  BRIDGE_VLAN_INFO_RANGE_BEGIN,
  BRIDGE_VLAN_INFO_RANGE_END,
  RTEXT_FILTER_BRVLAN,
  RTEXT_FILTER_MST,
} from '../../netlink/families/bridge.js';
import {
  BRIDGE_VLANDB,
  BRIDGE_VLANDB_DUMP,
  BRIDGE_VLANDB_DUMPF_GLOBAL,
  BR_VLAN_MSG,
} from '../../netlink/families/bridgeVlans.js';
import { IFINFOMSG, LINK } from '../../netlink/families/rtnetlink.js';
import {
  bytesIn,
  decodeAttributes,
  encodeAttributes,
  listIn,
  nestIn,
  numberIn,
  structLength,
  type Values,
} from '../../netlink/schema.js';
import type { Reading, Row } from '../reading.js';
import { kernelRefusal, refused, type Outcome } from '../refusal.js';
import type { NetDeviceInfo, NettoolSession } from '../session.js';
import type { Step, StepCore, Wire } from '../step.js';
import type { KeySpec, SubjectSpec } from '../subjects/index.js';
import type { Scalar } from '../values.js';
import { decodeScalar, encodeScalar } from './attributeValues.js';
import type { Channel } from './channel.js';
import { freshLink, linkWire, notOfKind } from './linkChannels.js';
import { tableStep } from './tableChannels.js';

const rowsOnly = (rows: readonly Row[]): Outcome<Reading> => ({ ok: true, value: { values: {}, limits: {}, rows } });

/** The keys of a table, without those that say which row it is, out of what the kernel tells of that row. */
function cells({ keys, identity = [] }: SubjectSpec, values: Values): Row {
  const row: Record<string, Scalar> = {};
  for (const { key, type, attribute } of keys) {
    const value = identity.includes(key) ? undefined : decodeScalar(type, values, attribute);
    if (value !== undefined) row[key] = value;
  }
  return row;
}

/** Each VLAN from the first to the last, with the same options. */
const eachOf = (first: number, last: number, row: Row): readonly Row[] =>
  Array.from({ length: Math.max(0, last - first) + 1 }, (_, at) => ({ vid: first + at, ...row }));

/** One option a message, so that each can be taken back alone. */
function optionSteps(
  subject: SubjectSpec,
  changes: Row,
  there: Row,
  make: (values: Values) => StepCore,
): Outcome<readonly Step[]> {
  const core = ({ type, attribute }: KeySpec, value: Scalar): StepCore =>
    make({ [attribute]: encodeScalar(type, value) });
  const steps = subject.keys.flatMap((key): readonly Step[] => {
    const [value, was] = [changes[key.key], there[key.key]];
    if (value === undefined) return [];
    return [
      {
        ...core(key, value),
        subject: subject.name,
        changes: { [key.key]: value },
        keys: new Map([[key.attribute, `${subject.name}.${key.key}`]]),
        ...(was === undefined ? {} : { undo: core(key, was) }),
      },
    ];
  });
  return { ok: true, value: steps };
}

/** RTM_GETVLAN: the entries of one device. */
async function vlansOf(
  session: NettoolSession,
  { ifIndex, name }: NetDeviceInfo,
  flags: number,
): Promise<Outcome<readonly Values[]>> {
  const attributes = encodeAttributes(BRIDGE_VLANDB_DUMP, { BRIDGE_VLANDB_DUMP_FLAGS: flags });
  const body = encodeBody(BR_VLAN_MSG, { family: AF_BRIDGE, ifindex: ifIndex }, attributes);
  const result = await session.pool.read(NETLINK_ROUTE, { type: RTM_GETVLAN, flags: NLM_F_DUMP, body });
  if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), { device: name }));
  const list = flags === BRIDGE_VLANDB_DUMPF_GLOBAL ? 'BRIDGE_VLANDB_GLOBAL_OPTIONS' : 'BRIDGE_VLANDB_ENTRY';
  const entries = result.value.flatMap((message) => {
    const { header, values } = decodeBody(BR_VLAN_MSG, BRIDGE_VLANDB, message);
    return numberIn(header, 'ifindex') === ifIndex ? (listIn(values, list) as readonly Values[]) : [];
  });
  return { ok: true, value: entries };
}

function vlanWire({ ifIndex }: NetDeviceInfo, values: Values): Wire {
  return {
    kind: 'netlink',
    protocol: NETLINK_ROUTE,
    family: '',
    type: RTM_NEWVLAN,
    body: encodeBody(BR_VLAN_MSG, { family: AF_BRIDGE, ifindex: ifIndex }, encodeAttributes(BRIDGE_VLANDB, values)),
    set: BRIDGE_VLANDB,
    headerBytes: structLength(BR_VLAN_MSG),
  };
}

const slaveKind = ({ link }: NetDeviceInfo): unknown => nestIn(link, 'IFLA_LINKINFO')?.['IFLA_INFO_SLAVE_KIND'];

export const bridgeVlanOptionsChannel: Channel = {
  async read(session, device, subject) {
    const fresh = await freshLink(session, device);
    if (!fresh.ok) return fresh;
    if (device.kind !== 'bridge' && slaveKind(fresh.value) !== 'bridge')
      return refused(notOfKind(device.name, 'neither a bridge nor a port of one'));
    const entries = await vlansOf(session, device, 0);
    if (!entries.ok) return entries;
    const rows = entries.value.flatMap((entry) => {
      const first = numberIn(nestIn(entry, 'BRIDGE_VLANDB_ENTRY_INFO'), 'vid') ?? 0;
      return eachOf(first, numberIn(entry, 'BRIDGE_VLANDB_ENTRY_RANGE') ?? first, cells(subject, entry));
    });
    return rowsOnly(rows);
  },

  async alter(_session, device, subject, changes, there) {
    const info = { vid: Number(there['vid']), flags: BRIDGE_VLAN_INFO_ONLY_OPTS };
    return optionSteps(subject, changes, there, (values) => ({
      operation: 'RTM_NEWVLAN',
      wire: vlanWire(device, { BRIDGE_VLANDB_ENTRY: [{ BRIDGE_VLANDB_ENTRY_INFO: info, ...values }] }),
    }));
  },
};

export const bridgeVlanGlobalChannel: Channel = {
  async read(session, device, subject) {
    if (device.kind !== 'bridge') return refused(notOfKind(device.name, 'no bridge'));
    const entries = await vlansOf(session, device, BRIDGE_VLANDB_DUMPF_GLOBAL);
    if (!entries.ok) return entries;
    const rows = entries.value.flatMap((entry) => {
      const first = numberIn(entry, 'BRIDGE_VLANDB_GOPTS_ID') ?? 0;
      return eachOf(first, numberIn(entry, 'BRIDGE_VLANDB_GOPTS_RANGE') ?? first, cells(subject, entry));
    });
    return rowsOnly(rows);
  },

  async alter(_session, device, subject, changes, there) {
    const id = { BRIDGE_VLANDB_GOPTS_ID: Number(there['vid']) };
    return optionSteps(subject, changes, there, (values) => ({
      operation: 'RTM_NEWVLAN',
      wire: vlanWire(device, { BRIDGE_VLANDB_GLOBAL_OPTIONS: [{ ...id, ...values }] }),
    }));
  },
};

/** IFLA_AF_SPEC of a port of a bridge, from the listing that tells what the mask asks for. */
async function specOf(session: NettoolSession, device: NetDeviceInfo, mask: number): Promise<Outcome<Values>> {
  const attributes = encodeAttributes(LINK, { IFLA_EXT_MASK: mask });
  const body = encodeBody(IFINFOMSG, { ifi_family: AF_BRIDGE }, attributes);
  const result = await session.pool.read(NETLINK_ROUTE, { type: RTM_GETLINK, flags: NLM_F_DUMP, body });
  if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), { device: device.name }));
  const own = result.value
    .map((message) => decodeBody(IFINFOMSG, LINK, message))
    .find(({ header }) => numberIn(header, 'ifi_index') === device.ifIndex);
  if (own === undefined || own.values['IFLA_MASTER'] === undefined || device.kind === 'bridge')
    return refused(notOfKind(device.name, 'no port of a bridge'));
  return { ok: true, value: decodeAttributes(BRIDGE_SPEC, bytesIn(own.values, 'IFLA_AF_SPEC') ?? new Uint8Array(0)) };
}

const specWire = (type: number, { ifIndex }: NetDeviceInfo, spec: Values): Wire =>
  linkWire(
    type,
    { ifi_family: AF_BRIDGE, ifi_index: ifIndex },
    { IFLA_AF_SPEC: encodeAttributes(BRIDGE_SPEC, { IFLA_BRIDGE_FLAGS: BRIDGE_FLAGS_MASTER, ...spec }) },
  );

export const bridgeTreeChannel: Channel = {
  async read(session, device, subject) {
    const spec = await specOf(session, device, RTEXT_FILTER_MST);
    if (!spec.ok) return spec;
    const entries = listIn(nestIn(spec.value, 'IFLA_BRIDGE_MST') ?? {}, 'IFLA_BRIDGE_MST_ENTRY') as readonly Values[];
    return rowsOnly(
      entries.map((entry) => ({
        tree: numberIn(entry, 'IFLA_BRIDGE_MST_ENTRY_MSTI') ?? 0,
        ...cells(subject, entry),
      })),
    );
  },

  async alter(_session, device, subject, changes, there) {
    const tree = { IFLA_BRIDGE_MST_ENTRY_MSTI: Number(there['tree']) };
    return optionSteps(subject, changes, there, (values) => ({
      operation: 'RTM_SETLINK',
      wire: specWire(RTM_SETLINK, device, { IFLA_BRIDGE_MST: { IFLA_BRIDGE_MST_ENTRY: [{ ...tree, ...values }] } }),
    }));
  },
};

/** br_fill_vlan_tunnel_info(): a range is told by its first and its last, whose tunnels go up with the VLANs. */
function tunnelRows(entries: readonly Values[]): readonly Row[] {
  const told = entries.map((entry) => ({
    vid: numberIn(entry, 'IFLA_BRIDGE_VLAN_TUNNEL_VID') ?? 0,
    tunnel: numberIn(entry, 'IFLA_BRIDGE_VLAN_TUNNEL_ID') ?? 0,
    flags: numberIn(entry, 'IFLA_BRIDGE_VLAN_TUNNEL_FLAGS') ?? 0,
  }));
  return told.flatMap(({ vid, tunnel, flags }, at): readonly Row[] => {
    if ((flags & BRIDGE_VLAN_INFO_RANGE_END) !== 0) return [];
    const last = (flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) === 0 ? vid : (told[at + 1]?.vid ?? vid);
    return Array.from({ length: last - vid + 1 }, (_, behind) => ({ vid: vid + behind, tunnel: tunnel + behind }));
  });
}

function tunnelCore(type: number, device: NetDeviceInfo, row: Row): StepCore {
  const entry = {
    IFLA_BRIDGE_VLAN_TUNNEL_ID: Number(row['tunnel'] ?? 0),
    IFLA_BRIDGE_VLAN_TUNNEL_VID: Number(row['vid']),
    IFLA_BRIDGE_VLAN_TUNNEL_FLAGS: 0,
  };
  return {
    operation: type === RTM_SETLINK ? 'RTM_SETLINK' : 'RTM_DELLINK',
    wire: specWire(type, device, { IFLA_BRIDGE_VLAN_TUNNEL_INFO: [entry] }),
  };
}

export const bridgeVlanTunnelChannel: Channel = {
  async read(session, device) {
    const spec = await specOf(session, device, RTEXT_FILTER_BRVLAN);
    if (!spec.ok) return spec;
    return rowsOnly(tunnelRows(listIn(spec.value, 'IFLA_BRIDGE_VLAN_TUNNEL_INFO') as readonly Values[]));
  },

  async add(_session, device, subject, row) {
    if (row['tunnel'] === undefined)
      return refused({ stage: 'command', key: `${subject.name}.tunnel`, message: 'it has to be given' });
    const [made, undone] = [tunnelCore(RTM_SETLINK, device, row), tunnelCore(RTM_DELLINK, device, row)];
    return tableStep(subject, row, made, undone);
  },

  async remove(_session, device, subject, row, there) {
    const [gone, undone] = [tunnelCore(RTM_DELLINK, device, there), tunnelCore(RTM_SETLINK, device, there)];
    return tableStep(subject, row, gone, undone);
  },
};
