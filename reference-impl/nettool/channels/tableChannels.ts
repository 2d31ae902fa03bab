/** Tables of bridges: the forwarding database, and the VLANs of ports. */
import { decodeBody, encodeBody } from '../../netlink/client.js';
import {
  AF_BRIDGE,
  NETLINK_ROUTE,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NTF_EXT_LEARNED,
  NTF_EXT_LOCKED,
  NTF_MASTER,
  NTF_OFFLOADED,
  NTF_SELF,
  NTF_STICKY,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
  RTM_SETLINK,
} from '../../netlink/constants.js';
import {
  BRIDGE_FLAGS_MASTER,
  BRIDGE_FLAGS_SELF,
  BRIDGE_SPEC,
  BRIDGE_VLAN_INFO_PVID,
  BRIDGE_VLAN_INFO_UNTAGGED,
  RTEXT_FILTER_BRVLAN,
} from '../../netlink/families/bridge.js';
import { IFINFOMSG, LINK, NDMSG, NEIGHBOUR } from '../../netlink/families/rtnetlink.js';
import {
  bytesIn,
  decodeAttributes,
  encodeAttributes,
  isValues,
  listIn,
  numberIn,
  structLength,
  type Values,
} from '../../netlink/schema.js';
import type { Row } from '../reading.js';
import { kernelRefusal, refused, type Outcome } from '../refusal.js';
import type { NetDeviceInfo } from '../session.js';
import type { Step, StepCore, Wire } from '../step.js';
import type { SubjectSpec } from '../subjects/index.js';
import { macBytes, macText, type Scalar } from '../values.js';
import type { Channel } from './channel.js';
import { linkWire } from './linkChannels.js';

const NOTHING = new Uint8Array(0);

const attributeKeys = (subject: SubjectSpec): ReadonlyMap<string, string> =>
  new Map(subject.keys.map(({ attribute, key }) => [attribute, `${subject.name}.${key}`]));

/** A step that makes a row, or removes it: one is the undoing of the other. */
export const tableStep = (
  subject: SubjectSpec,
  changes: Row,
  core: StepCore,
  undo: StepCore,
): Outcome<readonly Step[]> => ({
  ok: true,
  value: [{ ...core, subject: subject.name, changes, keys: attributeKeys(subject), undo }],
});

const STATES: Readonly<Record<string, number>> = { dynamic: 2, stale: 4, static: 64, permanent: 128 };

function entryRow(header: Values, values: Values): Row {
  const flags = numberIn(header, 'ndm_flags') ?? 0;
  const state = numberIn(header, 'ndm_state') ?? 0;
  const vlan = numberIn(values, 'NDA_VLAN');
  const row: Record<string, Scalar> = { address: macText(bytesIn(values, 'NDA_LLADDR') ?? new Uint8Array(6)) };
  if (vlan !== undefined) row['vlan'] = vlan;
  row['state'] = Object.keys(STATES).find((name) => STATES[name] === state) ?? String(state);
  const bits = { self: NTF_SELF, sticky: NTF_STICKY, offloaded: NTF_OFFLOADED, 'learned-by-device': NTF_EXT_LEARNED };
  for (const [name, bit] of Object.entries(bits)) if ((flags & bit) !== 0) row[name] = true;
  if (((numberIn(values, 'NDA_FLAGS_EXT') ?? 0) & NTF_EXT_LOCKED) !== 0) row['locked'] = true;
  return row;
}

function entryWire(type: number, { ifIndex }: NetDeviceInfo, row: Row): Wire {
  const header = {
    ndm_family: AF_BRIDGE,
    ndm_ifindex: ifIndex,
    ndm_state: STATES[String(row['state'] ?? 'static')] ?? 64,
    ndm_flags: (row['self'] === true ? NTF_SELF : NTF_MASTER) | (row['sticky'] === true ? NTF_STICKY : 0),
  };
  const vlan = row['vlan'];
  const attributes = encodeAttributes(NEIGHBOUR, {
    NDA_LLADDR: macBytes(String(row['address'])),
    ...(vlan === undefined ? {} : { NDA_VLAN: Number(vlan) }),
  });
  return {
    kind: 'netlink',
    protocol: NETLINK_ROUTE,
    family: '',
    type,
    flags: type === RTM_NEWNEIGH ? NLM_F_CREATE | NLM_F_EXCL : 0,
    body: encodeBody(NDMSG, header, attributes),
    set: NEIGHBOUR,
    headerBytes: structLength(NDMSG),
  };
}

export const fdbChannel: Channel = {
  async read(session, device) {
    const body = encodeBody(NDMSG, { ndm_family: AF_BRIDGE }, NOTHING);
    const result = await session.pool.read(NETLINK_ROUTE, { type: RTM_GETNEIGH, flags: NLM_F_DUMP, body });
    if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), { device: device.name }));
    const rows = result.value
      .map((message) => decodeBody(NDMSG, NEIGHBOUR, message))
      .filter(({ header, values }) =>
        [numberIn(header, 'ndm_ifindex'), numberIn(values, 'NDA_MASTER')].includes(device.ifIndex),
      )
      .map(({ header, values }) => entryRow(header, values));
    return { ok: true, value: { values: {}, limits: {}, rows } };
  },

  async add(_session, device, subject, row) {
    const core = { operation: 'RTM_NEWNEIGH', wire: entryWire(RTM_NEWNEIGH, device, row) };
    return tableStep(subject, row, core, { operation: 'RTM_DELNEIGH', wire: entryWire(RTM_DELNEIGH, device, row) });
  },

  async remove(_session, device, subject, row, there) {
    // ndo_dflt_fdb_del() takes nothing but NUD_PERMANENT away.
    const wire = entryWire(RTM_DELNEIGH, device, { ...row, state: there['state'] ?? 'static' });
    const core = { operation: 'RTM_DELNEIGH', wire };
    return tableStep(subject, row, core, { operation: 'RTM_NEWNEIGH', wire: entryWire(RTM_NEWNEIGH, device, there) });
  },
};

function vlanWire(type: number, { ifIndex, kind }: NetDeviceInfo, row: Row): Wire {
  const flags =
    (row['pvid'] === true ? BRIDGE_VLAN_INFO_PVID : 0) | (row['untagged'] === true ? BRIDGE_VLAN_INFO_UNTAGGED : 0);
  const spec = encodeAttributes(BRIDGE_SPEC, {
    IFLA_BRIDGE_FLAGS: kind === 'bridge' ? BRIDGE_FLAGS_SELF : BRIDGE_FLAGS_MASTER,
    IFLA_BRIDGE_VLAN_INFO: [{ vid: Number(row['vid']), flags: type === RTM_SETLINK ? flags : 0 }],
  });
  return linkWire(type, { ifi_family: AF_BRIDGE, ifi_index: ifIndex }, { IFLA_AF_SPEC: spec });
}

function vlanRow(info: Values): Row {
  const flags = numberIn(info, 'flags') ?? 0;
  return {
    vid: numberIn(info, 'vid') ?? 0,
    pvid: (flags & BRIDGE_VLAN_INFO_PVID) !== 0,
    untagged: (flags & BRIDGE_VLAN_INFO_UNTAGGED) !== 0,
  };
}

export const bridgeVlanChannel: Channel = {
  async read(session, device) {
    const attributes = encodeAttributes(LINK, { IFLA_EXT_MASK: RTEXT_FILTER_BRVLAN });
    const body = encodeBody(IFINFOMSG, { ifi_family: AF_BRIDGE }, attributes);
    const result = await session.pool.read(NETLINK_ROUTE, { type: RTM_GETLINK, flags: NLM_F_DUMP, body });
    if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), { device: device.name }));
    const own = result.value
      .map((message) => decodeBody(IFINFOMSG, LINK, message))
      .find(({ header }) => numberIn(header, 'ifi_index') === device.ifIndex);
    if (own === undefined) {
      const message = 'it is neither a bridge nor a port of one';
      return refused({ stage: 'device', device: device.name, message, errno: 'EOPNOTSUPP' });
    }
    const spec = decodeAttributes(BRIDGE_SPEC, bytesIn(own.values, 'IFLA_AF_SPEC') ?? NOTHING);
    const rows = listIn(spec, 'IFLA_BRIDGE_VLAN_INFO').filter(isValues).map(vlanRow);
    return { ok: true, value: { values: {}, limits: {}, rows } };
  },

  async add(_session, device, subject, row) {
    const core = { operation: 'RTM_SETLINK', wire: vlanWire(RTM_SETLINK, device, row) };
    return tableStep(subject, row, core, { operation: 'RTM_DELLINK', wire: vlanWire(RTM_DELLINK, device, row) });
  },

  async remove(_session, device, subject, row, there) {
    const core = { operation: 'RTM_DELLINK', wire: vlanWire(RTM_DELLINK, device, row) };
    return tableStep(subject, row, core, { operation: 'RTM_SETLINK', wire: vlanWire(RTM_SETLINK, device, there) });
  },
};
