/** Netlink datagrams as text with the uAPI names, for evidence. */
import { formatMac } from '../packet/addresses.js';
import { hex } from '../packet/bytes.js';
import {
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NETLINK_NETFILTER,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_DUMP,
  NLM_F_MULTI,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
} from './constants.js';
import { errnoName } from './errnoNames.js';
import { decodeError } from './extack.js';
import { ETHTOOL_NOTIFICATIONS, ETHTOOL_OPERATIONS } from './families/ethtool.js';
import { CTRL } from './families/genericControl.js';
import { NETDEV_DEV, NETDEV_QSTATS, NETDEV_QUEUE } from './families/netdev.js';
import {
  ADDRESS,
  IFADDRMSG,
  IFINFOMSG,
  IF_STATS_MSG,
  LINK,
  LINK_STATS,
  NDMSG,
  NEIGHBOUR,
} from './families/rtnetlink.js';
import {
  NFGENMSG,
  NFNL_BATCH,
  NFNL_MSG_BATCH_BEGIN,
  NFNL_MSG_BATCH_END,
  NFNL_MSG_TYPE,
  NFNL_SUBSYS_ID,
  NFNL_SUBSYS_NFTABLES,
} from './families/nfnetlink.js';
import { NFT_MSG } from './families/nftables.js';
import { nftSet } from './nftablesBatch.js';
import { TC, TCMSG } from './families/trafficControl.js';
import {
  decodeAttributes,
  decodeStruct,
  isValues,
  structLength,
  type AttributeSet,
  type StructField,
  type Value,
  type Values,
} from './schema.js';
import { GENLMSGHDR } from './server.js';
import { align, parseDatagram, type Message } from './wire.js';

/** What a message is called, the header of its family, and the attributes behind that. */
export interface MessageForm {
  readonly name: string;
  readonly header: readonly StructField[];
  readonly set: AttributeSet;
}

const ROUTE_FORMS: Readonly<Record<number, MessageForm>> = {
  16: { name: 'RTM_NEWLINK', header: IFINFOMSG, set: LINK },
  17: { name: 'RTM_DELLINK', header: IFINFOMSG, set: LINK },
  18: { name: 'RTM_GETLINK', header: IFINFOMSG, set: LINK },
  19: { name: 'RTM_SETLINK', header: IFINFOMSG, set: LINK },
  20: { name: 'RTM_NEWADDR', header: IFADDRMSG, set: ADDRESS },
  21: { name: 'RTM_DELADDR', header: IFADDRMSG, set: ADDRESS },
  22: { name: 'RTM_GETADDR', header: IFADDRMSG, set: ADDRESS },
  28: { name: 'RTM_NEWNEIGH', header: NDMSG, set: NEIGHBOUR },
  29: { name: 'RTM_DELNEIGH', header: NDMSG, set: NEIGHBOUR },
  30: { name: 'RTM_GETNEIGH', header: NDMSG, set: NEIGHBOUR },
  36: { name: 'RTM_NEWQDISC', header: TCMSG, set: TC },
  37: { name: 'RTM_DELQDISC', header: TCMSG, set: TC },
  38: { name: 'RTM_GETQDISC', header: TCMSG, set: TC },
  44: { name: 'RTM_NEWTFILTER', header: TCMSG, set: TC },
  45: { name: 'RTM_DELTFILTER', header: TCMSG, set: TC },
  46: { name: 'RTM_GETTFILTER', header: TCMSG, set: TC },
  92: { name: 'RTM_NEWSTATS', header: IF_STATS_MSG, set: LINK_STATS },
  94: { name: 'RTM_GETSTATS', header: IF_STATS_MSG, set: LINK_STATS },
};

const NETDEV_SETS: Readonly<Record<number, AttributeSet>> = { 1: NETDEV_DEV, 10: NETDEV_QUEUE, 12: NETDEV_QSTATS };

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [NLM_F_REQUEST, 'REQUEST'],
  [NLM_F_MULTI, 'MULTI'],
  [NLM_F_ACK, 'ACK'],
];

/**
 * One line a message, one line an attribute below it. `families` names the generic families by their id, as the controller told;
 * without it their attributes stay numbers. `isRequest`: the datagram went to the kernel. Never throws.
 */
export function decodeDatagram(
  protocol: number,
  datagram: Uint8Array,
  families: ReadonlyMap<number, string> = new Map(),
  isRequest = false,
): string[] {
  const messages = parseDatagram(datagram);
  if (messages.length === 0) return [`${datagram.length} bytes that are no netlink message: ${hex(datagram)}`];
  return messages.flatMap((message) => describe(protocol, message, families, isRequest));
}

function describe(
  protocol: number,
  message: Message,
  families: ReadonlyMap<number, string>,
  isRequest: boolean,
): string[] {
  try {
    if (message.type === NLMSG_ERROR) return describeError(message);
    if (message.type === NLMSG_DONE) return [`NLMSG_DONE ${tail(message)}`];
    const form = formOf(protocol, message, families, isRequest);
    if (form === undefined) return [`type ${message.type} ${tail(message)} ${hex(message.body)}`];
    const fixed = fields(decodeStruct(form.header, message.body));
    const attributes = decodeAttributes(form.set, message.body.subarray(align(structLength(form.header))));
    return [`${form.name} ${tail(message)} ${fixed}`.trimEnd(), ...attributeLines(attributes, 1)];
  } catch (error) {
    return [
      `type ${message.type} ${tail(message)}: ${error instanceof Error ? error.message : String(error)}: ${hex(message.body)}`,
    ];
  }
}

/** Undefined: nothing is known of such messages. */
export function formOf(
  protocol: number,
  message: Message,
  families: ReadonlyMap<number, string>,
  isRequest: boolean,
): MessageForm | undefined {
  if (protocol === NETLINK_ROUTE) return ROUTE_FORMS[message.type];
  if (protocol === NETLINK_NETFILTER) return netfilterForm(message);
  if (protocol !== NETLINK_GENERIC) return undefined;
  const command = message.body[0] ?? 0;
  if (message.type === GENL_ID_CTRL) return { name: `nlctrl ${command}`, header: GENLMSGHDR, set: CTRL };
  switch (families.get(message.type)) {
    case 'ethtool':
      return ethtoolForm(command, isRequest);
    case 'netdev': {
      const set = NETDEV_SETS[command];
      return set === undefined ? undefined : { name: `netdev ${command}`, header: GENLMSGHDR, set };
    }
    default:
      return undefined;
  }
}

/** Batches, and what is in them. */
function netfilterForm({ type }: Message): MessageForm | undefined {
  if (type === NFNL_MSG_BATCH_BEGIN) return { name: 'NFNL_MSG_BATCH_BEGIN', header: NFGENMSG, set: NFNL_BATCH };
  if (type === NFNL_MSG_BATCH_END) return { name: 'NFNL_MSG_BATCH_END', header: NFGENMSG, set: NFNL_BATCH };
  if (NFNL_SUBSYS_ID(type) !== NFNL_SUBSYS_NFTABLES) return undefined;
  const found = Object.entries(NFT_MSG).find(([, number]) => number === NFNL_MSG_TYPE(type));
  return found === undefined ? undefined : { name: `NFT_MSG_${found[0]}`, header: NFGENMSG, set: nftSet(found[0]) };
}

function ethtoolForm(command: number, isRequest: boolean): MessageForm | undefined {
  for (const [name, operation] of Object.entries(ETHTOOL_OPERATIONS)) {
    const suffix = isRequest ? '' : '_REPLY';
    if ((isRequest ? operation.command : operation.reply) === command) {
      return { name: `ETHTOOL_MSG_${name}${suffix}`, header: GENLMSGHDR, set: operation.set };
    }
  }
  for (const [name, { command: candidate, set }] of Object.entries(ETHTOOL_NOTIFICATIONS)) {
    if (candidate === command) return { name: `ETHTOOL_MSG_${name}`, header: GENLMSGHDR, set };
  }
  return undefined;
}

function describeError(message: Message): string[] {
  const error = decodeError(message);
  const what = error.errno === 0 ? 'acknowledged' : errnoName(error.errno);
  const parts = [
    ...(error.message === undefined ? [] : [`NLMSGERR_ATTR_MSG "${error.message}"`]),
    ...(error.offset === undefined ? [] : [`NLMSGERR_ATTR_OFFS ${error.offset}`]),
    ...(error.missingType === undefined ? [] : [`NLMSGERR_ATTR_MISS_TYPE ${error.missingType}`]),
    ...(error.missingNest === undefined ? [] : [`NLMSGERR_ATTR_MISS_NEST ${error.missingNest}`]),
  ];
  return [`NLMSG_ERROR ${tail(message)} ${what}`, ...parts.map((part) => `  ${part}`)];
}

/** Sequence, port and flags of a message. */
export function tail({ type, flags, sequence, portId }: Message): string {
  const isError = type === NLMSG_ERROR;
  const names = FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  if ((flags & NLM_F_DUMP) === NLM_F_DUMP) names.push('DUMP');
  else if (isError && (flags & NLM_F_CAPPED) !== 0) names.push('CAPPED');
  if (isError && (flags & NLM_F_ACK_TLVS) !== 0) names.push('ACK_TLVS');
  return `seq ${sequence} pid ${portId} flags ${names.length > 0 ? names.join('|') : `0x${flags.toString(16)}`}`;
}

const fields = (values: Values): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${scalar(name, value)}`)
    .join(' ');

function attributeLines(values: Values, depth: number): string[] {
  const indent = '  '.repeat(depth);
  return Object.entries(values).flatMap(([name, value]) => {
    const each: readonly Value[] = Array.isArray(value) ? (value as readonly Value[]) : [value];
    if (each.length > 0 && each.every((entry) => typeof entry === 'number'))
      return [`${indent}${name} ${each.join(' ')}`];
    return each.flatMap((entry) =>
      isValues(entry)
        ? [`${indent}${name}`, ...attributeLines(entry, depth + 1)]
        : [`${indent}${name} ${scalar(name, entry)}`],
    );
  });
}

/** A value that holds no attributes. */
export function scalar(name: string, value: Value): string {
  if (value instanceof Uint8Array) {
    return value.length === 6 && /ADDRESS|BROADCAST|LLADDR/.test(name) ? formatMac(value) : hex(value);
  }
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
