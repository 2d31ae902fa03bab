/** Netlink made wrong between the socket and the families: messages are read otherwise, attributes are lost on their way. */
import { GENL_ID_CTRL, RTM_DELLINK, RTM_NEWLINK, RTM_SETLINK } from '../netlink/constants.js';
import { CONFORMING_NETLINK, type NetlinkParts } from '../netlink/server.js';
import type { Refusal } from '../netlink/validate.js';
import { align, encodeMessage, parseAttributes, parseDatagram, type Attribute, type Message } from '../netlink/wire.js';
import { encodeAttribute } from '../netlink/wire.js';
import { concat } from '../packet/bytes.js';
import type { Defect } from './defect.js';
import { kernel } from './replacedParts.js';

export const netlink = (change: Partial<NetlinkParts>): NonNullable<Defect['kernel']> =>
  kernel({ netlink: { ...CONFORMING_NETLINK, ...change } });

/** The refusal is changed on its way to the user. */
export const refusesOtherwise = (change: (refusal: Refusal) => Refusal): NonNullable<Defect['kernel']> =>
  netlink({
    acknowledgement: (request, portId, result, options) =>
      CONFORMING_NETLINK.acknowledgement(request, portId, result.ok ? result : change(result), options),
  });

/** A request is served although its check failed in this way. */
export const overlooks = (message: string): NonNullable<Defect['kernel']> =>
  netlink({ overlooks: (refusal) => refusal.message === message });

export interface SeenAttribute extends Attribute {
  /** The bytes behind it up to the next multiple of four. */
  readonly padding: Uint8Array;
}

/** The attributes of requests for links, or of the controller, are not those that were sent. */
export const rewrites = (
  of: 'links' | 'controller',
  change: (attributes: readonly SeenAttribute[]) => readonly Attribute[],
): NonNullable<Defect['kernel']> =>
  netlink({ messages: (datagram) => parseDatagram(datagram).map((message) => rewritten(of, message, change)) });

export const IFLA_IFNAME_TYPE = 3;
const CONTROLLER_VERSION = 2;
const HEADERS = { links: 16, controller: 4 } as const;

function rewritten(
  of: keyof typeof HEADERS,
  message: Message,
  change: (attributes: readonly SeenAttribute[]) => readonly Attribute[],
): Message {
  // The controller's number is that of RTM_NEWLINK: its version stands where a link has padding.
  const isOfController = message.type === GENL_ID_CTRL && message.body[1] === CONTROLLER_VERSION;
  const isOfLinks = message.type >= RTM_NEWLINK && message.type <= RTM_SETLINK && message.type !== RTM_DELLINK;
  const isMeant = of === 'controller' ? isOfController : isOfLinks && !isOfController;
  const at = HEADERS[of];
  if (!isMeant || message.body.length < at) return message;
  const bytes = message.body.subarray(at);
  const { attributes, leftover } = parseAttributes(bytes);
  if (leftover > 0 || attributes.length === 0) return message;
  const seen = attributes.map((attribute) => {
    const end = attribute.offset + 4 + attribute.data.length;
    return { ...attribute, padding: bytes.subarray(end, align(end)) };
  });
  const kept = change(seen).map(({ type, flags, data }) => encodeAttribute(type | flags, data));
  const body = concat(message.body.subarray(0, at), ...kept);
  const [again] = parseDatagram(encodeMessage(message, body));
  return again ?? message;
}
