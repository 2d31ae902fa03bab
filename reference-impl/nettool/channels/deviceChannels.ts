/** VLAN devices and VRFs: what IFLA_INFO_DATA says of them. */
import { LINKINFO_DATA_VRF } from '../../netlink/families/routing.js';
import { LINKINFO_DATA_VLAN } from '../../netlink/families/rtnetlink.js';
import {
  bytesIn,
  decodeAttributes,
  encodeAttributes,
  nestIn,
  numberIn,
  type AttributeSet,
  type Values,
} from '../../netlink/schema.js';
import { RTM_NEWLINK } from '../../netlink/constants.js';
import { refused } from '../refusal.js';
import type { Row } from '../reading.js';
import type { StepCore } from '../step.js';
import type { Channel } from './channel.js';
import { formerValues } from './ethtoolChannel.js';
import { freshLink, linkWire, notOfKind, readKeys } from './linkChannels.js';

const dataOf = (link: Values, set: AttributeSet): Values =>
  decodeAttributes(set, bytesIn(nestIn(link, 'IFLA_LINKINFO'), 'IFLA_INFO_DATA') ?? new Uint8Array(0));

/** linux/if_vlan.h. */
const VLAN_FLAGS: Readonly<Record<string, readonly [key: string, bit: number]>> = {
  VLAN_FLAG_REORDER_HDR: ['reorder-header', 1],
  VLAN_FLAG_GVRP: ['gvrp', 2],
  VLAN_FLAG_LOOSE_BINDING: ['loose-binding', 4],
  VLAN_FLAG_MVRP: ['mvrp', 8],
};

/** IFLA_VLAN_FLAGS of those keys that are flags: those alone are changed. */
function vlanFlags(row: Row): Values {
  const said = Object.values(VLAN_FLAGS).filter(([key]) => row[key] !== undefined);
  const bits = (of: typeof said): number => of.reduce((sum, [, bit]) => sum | bit, 0);
  const flags = { flags: bits(said.filter(([key]) => row[key] === true)), mask: bits(said) };
  return said.length === 0 ? {} : { IFLA_VLAN_FLAGS: flags };
}

/** IFLA_INFO_DATA of a VLAN device. */
export function vlanData(row: Row, protocol: number | undefined): Uint8Array {
  return encodeAttributes(LINKINFO_DATA_VLAN, {
    ...(row['id'] === undefined ? {} : { IFLA_VLAN_ID: Number(row['id']) }),
    ...(protocol === undefined ? {} : { IFLA_VLAN_PROTOCOL: protocol }),
    ...vlanFlags(row),
  });
}

const vlanInfo = (row: Row): Values => ({
  IFLA_LINKINFO: { IFLA_INFO_KIND: 'vlan', IFLA_INFO_DATA: vlanData(row, undefined) },
});

export const vlanChannel: Channel = {
  async read(session, device, subject) {
    if (device.kind !== 'vlan') return refused(notOfKind(device.name, 'no VLAN device'));
    const fresh = await freshLink(session, device);
    if (!fresh.ok) return fresh;
    const { link } = fresh.value;
    const data = dataOf(link, LINKINFO_DATA_VLAN);
    const below = numberIn(link, 'IFLA_LINK');
    const all = await session.devices();
    const name = all.ok ? all.value.find(({ ifIndex }) => ifIndex === below)?.name : undefined;
    const flags = numberIn(nestIn(data, 'IFLA_VLAN_FLAGS'), 'flags');
    const bits = Object.entries(VLAN_FLAGS).map(
      ([flag, [, bit]]) => [flag, ((flags ?? 0) & bit) === 0 ? 0 : 1] as const,
    );
    return {
      ok: true,
      value: readKeys(subject, {
        ...data,
        ...(below === undefined ? {} : { IFLA_LINK: name ?? `#${below}` }),
        ...(flags === undefined ? {} : Object.fromEntries(bits)),
      }),
    };
  },

  async change(_session, { ifIndex }, subject, changes, before) {
    const make = (row: Row): StepCore => ({
      operation: 'RTM_NEWLINK',
      wire: linkWire(RTM_NEWLINK, { ifi_index: ifIndex }, vlanInfo(row)),
    });
    const keys = new Map(subject.keys.map(({ attribute, key }) => [attribute, `${subject.name}.${key}`]));
    const step = { ...make(changes), subject: subject.name, changes, keys, undo: make(formerValues(changes, before)) };
    return { ok: true, value: [step] };
  },
};

export const vrfChannel: Channel = {
  async read(session, device, subject) {
    if (device.kind !== 'vrf') return refused(notOfKind(device.name, 'no device of virtual routing and forwarding'));
    const fresh = await freshLink(session, device);
    return fresh.ok ? { ok: true, value: readKeys(subject, dataOf(fresh.value.link, LINKINFO_DATA_VRF)) } : fresh;
  },
};
