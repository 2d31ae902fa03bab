/** NLMSG_ERROR: acknowledgements and refusals, with what the kernel has to say about them (linux/netlink.h). */
import { concat } from '../packet/bytes.js';
import {
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSGERR_ATTR_MISS_NEST,
  NLMSGERR_ATTR_MISS_TYPE,
  NLMSGERR_ATTR_MSG,
  NLMSGERR_ATTR_OFFS,
} from './constants.js';
import {
  attributeSet,
  binary,
  decodeAttributes,
  encodeAttributes,
  nest,
  nestIn,
  numberIn,
  text,
  textIn,
  u32,
  type Value,
  type Values,
} from './schema.js';
import { POLICY_TYPE, describeType } from './policyDescription.js';
import type { SocketOptions } from './netlinkParts.js';
import type { Refusal } from './validate.js';
import { NLMSG_HDRLEN, align, encodeMessage, viewOf, type Message, type MessageHeader } from './wire.js';

/** @requirement NL-EXT-* */
export const NLMSGERR = attributeSet('NLMSGERR', [
  [NLMSGERR_ATTR_MSG, 'NLMSGERR_ATTR_MSG', text],
  [NLMSGERR_ATTR_OFFS, 'NLMSGERR_ATTR_OFFS', u32],
  [3, 'NLMSGERR_ATTR_COOKIE', binary],
  [4, 'NLMSGERR_ATTR_POLICY', nest(() => POLICY_TYPE)],
  [NLMSGERR_ATTR_MISS_TYPE, 'NLMSGERR_ATTR_MISS_TYPE', u32],
  [NLMSGERR_ATTR_MISS_NEST, 'NLMSGERR_ATTR_MISS_NEST', u32],
]);

/** What is said beside a success: a warning. */
export interface Acknowledgement {
  readonly ok: true;
  readonly message?: string;
}

/** netlink_ack_tlv_fill(): what goes with an answer. Place, policy and what is missing are told of errors alone. */
export function encodeExplanation(result: Acknowledgement | Refusal): Uint8Array {
  const message: Values = result.message === undefined ? {} : { NLMSGERR_ATTR_MSG: result.message };
  if (result.ok) return encodeAttributes(NLMSGERR, message);
  const policy = result.policy === undefined ? undefined : describeType(result.policy);
  return encodeAttributes(NLMSGERR, {
    ...message,
    ...(result.offset === undefined ? {} : { NLMSGERR_ATTR_OFFS: result.offset }),
    ...(policy === undefined ? {} : { NLMSGERR_ATTR_POLICY: policy }),
    ...(result.missingType === undefined ? {} : { NLMSGERR_ATTR_MISS_TYPE: result.missingType }),
    ...(result.missingNest === undefined ? {} : { NLMSGERR_ATTR_MISS_NEST: result.missingNest }),
  });
}

const NOTHING = new Uint8Array(0);

/**
 * netlink_ack(): a success quotes the header of the request alone and is marked as capped, a failure quotes it whole unless it is to be capped.
 * @requirement NL-MSG-*, NL-EXT-*
 */
export function encodeAcknowledgement(
  request: Message,
  portId: number,
  result: Acknowledgement | Refusal,
  options?: SocketOptions,
): Uint8Array {
  const extack = options?.explains === false ? NOTHING : encodeExplanation(result);
  const error = new Uint8Array(4);
  viewOf(error).setInt32(0, result.ok ? 0 : -result.errno, true);
  const isCapped = result.ok || options?.capsAcknowledgements === true;
  const quoted = isCapped ? request.bytes.subarray(0, NLMSG_HDRLEN) : request.bytes;
  const padded = new Uint8Array(align(quoted.length));
  padded.set(quoted);
  const flags = (isCapped ? NLM_F_CAPPED : 0) | (extack.length > 0 ? NLM_F_ACK_TLVS : 0);
  const header = { type: NLMSG_ERROR, flags, sequence: request.sequence, portId };
  return encodeMessage(header, concat(error, padded, extack));
}

/**
 * netlink_dump_done(): the end of a dump, with its code.
 * @requirement NL-DUMP-*
 */
export function encodeDone(
  header: Omit<MessageHeader, 'type'>,
  code: number,
  result: Acknowledgement | Refusal,
  options?: SocketOptions,
): Uint8Array {
  const extack = options?.explains === false ? NOTHING : encodeExplanation(result);
  const body = new Uint8Array(4);
  viewOf(body).setInt32(0, code, true);
  const flags = header.flags | (extack.length > 0 ? NLM_F_ACK_TLVS : 0);
  return encodeMessage({ ...header, type: NLMSG_DONE, flags }, concat(body, extack));
}

/**
 * What an error message says. `errno` is positive, 0 for an acknowledgement.
 * @requirement NL-EXT-*
 */
export interface DecodedError {
  readonly errno: number;
  readonly message?: string;
  readonly offset?: number;
  readonly missingType?: number;
  readonly missingNest?: number;
  /** NLMSGERR_ATTR_POLICY: what the attribute has to be, by NL_POLICY_TYPE_ATTR_ names. */
  readonly policy?: Values;
  /** The part of the request that is quoted. */
  readonly quoted: Uint8Array;
  readonly capped: boolean;
}

/** Decodes NLMSG_ERROR. Throws NetlinkDecodeError where it is too short to be one. */
export function decodeError(message: Message): DecodedError {
  const { body, flags } = message;
  const capped = (flags & NLM_F_CAPPED) !== 0;
  const quotedLength = body.length < 8 ? 0 : capped ? NLMSG_HDRLEN : viewOf(body).getUint32(4, true);
  return {
    errno: errnoIn(body),
    quoted: body.subarray(4, 4 + quotedLength),
    capped,
    ...explanation(flags, body.subarray(Math.min(body.length, 4 + align(quotedLength)))),
  };
}

/** Decodes NLMSG_DONE: a dump that fails once it has begun ends with its error there (netlink_dump_done). */
export function decodeDone({ body, flags }: Message): DecodedError {
  return { errno: errnoIn(body), quoted: new Uint8Array(0), capped: true, ...explanation(flags, body.subarray(4)) };
}

const errnoIn = (body: Uint8Array): number => (body.length >= 4 ? 0 - viewOf(body).getInt32(0, true) : 0);

function explanation(flags: number, attributes: Uint8Array): Omit<DecodedError, 'errno' | 'quoted' | 'capped'> {
  const values: Readonly<Record<string, Value>> =
    (flags & NLM_F_ACK_TLVS) === 0 ? {} : decodeAttributes(NLMSGERR, attributes);
  const optional = <Name extends string, V>(name: Name, value: V | undefined): Partial<Record<Name, V>> =>
    (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, V>>;
  return {
    ...optional('message', textIn(values, 'NLMSGERR_ATTR_MSG')),
    ...optional('offset', numberIn(values, 'NLMSGERR_ATTR_OFFS')),
    ...optional('missingType', numberIn(values, 'NLMSGERR_ATTR_MISS_TYPE')),
    ...optional('missingNest', numberIn(values, 'NLMSGERR_ATTR_MISS_NEST')),
    ...optional('policy', nestIn(values, 'NLMSGERR_ATTR_POLICY')),
  };
}
