/** Link aggregation control PDUs: IEEE 802.1AX, 6.4.2; struct lacpdu of include/net/bond_3ad.h. */
import { formatMac, parseMac } from './addresses.js';
import { readU16, writeU16 } from './bytes.js';

/** Where they are sent to: a group that stays on its link. */
export const SLOW_PROTOCOLS_ADDRESS = '01:80:c2:00:00:02';
export const ETH_P_SLOW = 0x8809;
const SUBTYPE_LACP = 1;
const VERSION = 1;

/** Bits of a state. */
export const LACP_STATE_LACP_ACTIVITY = 0x1;
export const LACP_STATE_LACP_TIMEOUT = 0x2;
export const LACP_STATE_AGGREGATION = 0x4;
export const LACP_STATE_SYNCHRONIZATION = 0x8;
export const LACP_STATE_COLLECTING = 0x10;
export const LACP_STATE_DISTRIBUTING = 0x20;
export const LACP_STATE_DEFAULTED = 0x40;
export const LACP_STATE_EXPIRED = 0x80;

/** What a system says of one end of a link. */
export interface LacpParameters {
  readonly systemPriority: number;
  readonly system: string;
  readonly key: number;
  readonly portPriority: number;
  readonly port: number;
  readonly state: number;
}

export interface Lacpdu {
  readonly source: string;
  readonly actor: LacpParameters;
  /** What the sender knows of the other end. */
  readonly partner: LacpParameters;
}

const LENGTH = 124;
const ACTOR = 16;
const PARTNER = 36;
const COLLECTOR = 56;

export function encodeLacpdu({ source, actor, partner }: Lacpdu): Uint8Array {
  const bytes = new Uint8Array(LENGTH);
  bytes.set(parseMac(SLOW_PROTOCOLS_ADDRESS), 0);
  bytes.set(parseMac(source), 6);
  writeU16(bytes, 12, ETH_P_SLOW);
  bytes.set([SUBTYPE_LACP, VERSION], 14);
  writeParameters(bytes, ACTOR, 1, actor);
  writeParameters(bytes, PARTNER, 2, partner);
  bytes.set([3, 16], COLLECTOR);
  return bytes;
}

function writeParameters(bytes: Uint8Array, at: number, type: number, given: LacpParameters): void {
  bytes.set([type, 20], at);
  writeU16(bytes, at + 2, given.systemPriority);
  bytes.set(parseMac(given.system), at + 4);
  writeU16(bytes, at + 10, given.key);
  writeU16(bytes, at + 12, given.portPriority);
  writeU16(bytes, at + 14, given.port);
  bytes[at + 16] = given.state;
}

/** Undefined for a frame that is none. */
export function decodeLacpdu(bytes: Uint8Array): Lacpdu | undefined {
  const isLacp =
    bytes.length >= COLLECTOR &&
    formatMac(bytes.subarray(0, 6)) === SLOW_PROTOCOLS_ADDRESS &&
    readU16(bytes, 12) === ETH_P_SLOW &&
    bytes[14] === SUBTYPE_LACP;
  if (!isLacp) return undefined;
  return {
    source: formatMac(bytes.subarray(6, 12)),
    actor: readParameters(bytes, ACTOR),
    partner: readParameters(bytes, PARTNER),
  };
}

const readParameters = (bytes: Uint8Array, at: number): LacpParameters => ({
  systemPriority: readU16(bytes, at + 2),
  system: formatMac(bytes.subarray(at + 4, at + 10)),
  key: readU16(bytes, at + 10),
  portPriority: readU16(bytes, at + 12),
  port: readU16(bytes, at + 14),
  state: bytes[at + 16] ?? 0,
});
