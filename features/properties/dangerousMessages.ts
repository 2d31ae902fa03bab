/**
 * Messages that a mutation must never become, with the reason: what they do reaches beyond the namespace of the scenario, or takes away
 * what the scenario stands on.
 */
import { RTM_DELLINK, RTM_NEWLINK, RTM_SETLINK } from '../../reference-impl/netlink/constants.js';
import { parseAttributes } from '../../reference-impl/netlink/wire.js';

export interface Exclusion {
  readonly name: string;
  readonly reason: string;
}

/** Generic families whose requests may be damaged; of others what they do is not known here. */
export const DAMAGED_FAMILIES: ReadonlySet<string> = new Set(['nlctrl', 'netdev', 'ethtool', 'devlink']);

/** Commands of these families that are left alone. */
export const EXCLUDED_COMMANDS: Readonly<Record<string, ReadonlyMap<number, Exclusion>>> = {
  ethtool: new Map([
    [26, { name: 'CABLE_TEST_ACT', reason: 'takes the link down for as long as the test lasts' }],
    [27, { name: 'CABLE_TEST_TDR_ACT', reason: 'takes the link down for as long as the test lasts' }],
    [44, { name: 'MODULE_FW_FLASH_ACT', reason: 'writes the firmware of a module' }],
  ]),
  devlink: new Map([
    [37, { name: 'DEVLINK_CMD_RELOAD', reason: 'takes every net device of the device away' }],
    [58, { name: 'DEVLINK_CMD_FLASH_UPDATE', reason: 'writes the firmware of the device' }],
  ]),
};

const IFLA_NET_NS_PID = 19;
const IFLA_NET_NS_FD = 28;
const IFLA_NEW_NETNSID = 45;
const IFLA_TARGET_NETNSID = 46;
const IFLA_IFNAME = 3;
const IFINFOMSG_LENGTH = 16;

/** Attributes of links that are left alone. */
const EXCLUDED_ATTRIBUTES: ReadonlyMap<number, Exclusion> = new Map([
  [IFLA_NET_NS_PID, { name: 'IFLA_NET_NS_PID', reason: 'moves the port into the namespace of some process' }],
  [IFLA_NET_NS_FD, { name: 'IFLA_NET_NS_FD', reason: 'moves the port into the namespace of some file' }],
  [IFLA_NEW_NETNSID, { name: 'IFLA_NEW_NETNSID', reason: 'names another namespace' }],
  [IFLA_TARGET_NETNSID, { name: 'IFLA_TARGET_NETNSID', reason: 'is about another namespace' }],
  [IFLA_IFNAME, { name: 'IFLA_IFNAME', reason: 'renames the port, by whose name the harness finds it' }],
]);

/** Why a message of rtnetlink is not sent; undefined: it may be. */
export function excluded(type: number, body: Uint8Array): Exclusion | undefined {
  if (type === RTM_DELLINK) return { name: 'RTM_DELLINK', reason: 'takes the port away' };
  if (type !== RTM_NEWLINK && type !== RTM_SETLINK) return undefined;
  for (const { type: attribute } of parseAttributes(body.subarray(IFINFOMSG_LENGTH)).attributes) {
    const exclusion = EXCLUDED_ATTRIBUTES.get(attribute);
    if (exclusion !== undefined) return exclusion;
  }
  return undefined;
}
