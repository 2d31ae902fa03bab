/** Requests of rtnetlink and of the controller, right and wrong, as bytes. */
import fc from 'fast-check';
import { encodeBody } from '../../reference-impl/netlink/client.js';
import { NLA_F_NESTED } from '../../reference-impl/netlink/constants.js';
import { IFINFOMSG } from '../../reference-impl/netlink/families/rtnetlink.js';
import { encodeStruct, type Values } from '../../reference-impl/netlink/schema.js';
import { GENLMSGHDR } from '../../reference-impl/netlink/server.js';
import { encodeAttribute, viewOf } from '../../reference-impl/netlink/wire.js';
import { concat } from '../../reference-impl/packet/bytes.js';

export const CTRL_ATTR_FAMILY_ID = 1;
export const CTRL_ATTR_FAMILY_NAME = 2;
/** The controller knows attributes up to this number: CTRL_ATTR_OP. */
export const CTRL_ATTR_MAX = 10;

export const IFLA_IFNAME = 3;
export const IFLA_MTU = 4;
export const IFLA_TXQLEN = 13;
export const IFLA_LINKINFO = 18;

/** Where the attributes of these messages stand. */
export const GENERIC_ATTRIBUTES_AT = 20;
export const LINK_ATTRIBUTES_AT = 32;

const encoder = new TextEncoder();

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value >>> 0, true);
  return bytes;
}

export const terminated = (text: string): Uint8Array => encoder.encode(`${text}\0`);
export const unterminated = (text: string): Uint8Array => encoder.encode(text);

/** A message of the controller. */
export const controllerBody = (command: number, ...attributes: readonly Uint8Array[]): Uint8Array =>
  concat(encodeStruct(GENLMSGHDR, { cmd: command, version: 2 }), ...attributes);

export const familyName = (name: string): Uint8Array => encodeAttribute(CTRL_ATTR_FAMILY_NAME, terminated(name));

/** A message about a link. */
export const linkBody = (header: Values, ...attributes: readonly Uint8Array[]): Uint8Array =>
  encodeBody(IFINFOMSG, header, concat(...attributes));

/** An MTU in so many bytes, of which the first four are the number. */
export function mtuOf(mtu: number, length = 4): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(u32(mtu).subarray(0, length));
  return encodeAttribute(IFLA_MTU, bytes);
}

export const marked = (type: number): number => type | NLA_F_NESTED;

/** An attribute with a length of somebody's choice in its header. */
export function claiming(attribute: Uint8Array, length: number): Uint8Array {
  const bytes = attribute.slice();
  viewOf(bytes).setUint16(0, length, true);
  return bytes;
}

export const unknownControllerType = fc.oneof(fc.constant(0), fc.integer({ min: CTRL_ATTR_MAX + 1, max: 0x3fff }));
