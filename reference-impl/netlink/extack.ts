/** NLMSG_ERROR: acknowledgements and refusals, with what the kernel has to say about them (linux/netlink.h). */
import { concat } from '../packet/bytes.js';
import {
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
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
  numberIn,
  text,
  textIn,
  u32,
  type Value,
} from './schema.js';
import type { Refusal } from './validate.js';
import { NLMSG_HDRLEN, align, encodeMessage, viewOf, type Message } from './wire.js';

export const NLMSGERR = attributeSet('NLMSGERR', [
  [NLMSGERR_ATTR_MSG, 'NLMSGERR_ATTR_MSG', text],
  [NLMSGERR_ATTR_OFFS, 'NLMSGERR_ATTR_OFFS', u32],
  [3, 'NLMSGERR_ATTR_COOKIE', binary],
  [4, 'NLMSGERR_ATTR_POLICY', binary],
  [NLMSGERR_ATTR_MISS_TYPE, 'NLMSGERR_ATTR_MISS_TYPE', u32],
  [NLMSGERR_ATTR_MISS_NEST, 'NLMSGERR_ATTR_MISS_NEST', u32],
]);

/** What is said beside a success: a warning. */
export interface Acknowledgement {
  readonly ok: true;
  readonly message?: string;
}

/** netlink_ack(): a success quotes the header of the request alone and is marked as capped, a failure quotes it whole. */
export function encodeAcknowledgement(request: Message, portId: number, result: Acknowledgement | Refusal): Uint8Array {
  const extack = encodeAttributes(NLMSGERR, {
    ...(result.message === undefined ? {} : { NLMSGERR_ATTR_MSG: result.message }),
    ...(result.ok || result.offset === undefined ? {} : { NLMSGERR_ATTR_OFFS: result.offset }),
    ...(result.ok || result.missingType === undefined ? {} : { NLMSGERR_ATTR_MISS_TYPE: result.missingType }),
    ...(result.ok || result.missingNest === undefined ? {} : { NLMSGERR_ATTR_MISS_NEST: result.missingNest }),
  });
  const error = new Uint8Array(4);
  viewOf(error).setInt32(0, result.ok ? 0 : -result.errno, true);
  const quoted = result.ok ? request.bytes.subarray(0, NLMSG_HDRLEN) : request.bytes;
  const padded = new Uint8Array(align(quoted.length));
  padded.set(quoted);
  const flags = (result.ok ? NLM_F_CAPPED : 0) | (extack.length > 0 ? NLM_F_ACK_TLVS : 0);
  const header = { type: NLMSG_ERROR, flags, sequence: request.sequence, portId };
  return encodeMessage(header, concat(error, padded, extack));
}

/** What an error message says. `errno` is positive, 0 for an acknowledgement. */
export interface DecodedError {
  readonly errno: number;
  readonly message?: string;
  readonly offset?: number;
  readonly missingType?: number;
  readonly missingNest?: number;
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
  };
}
