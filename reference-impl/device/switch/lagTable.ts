/**
 * The aggregates of the reference switch. An aggregate is one logical port, numbered behind the ports that have cables: bitmaps and the
 * forwarding database know it as a port like any other. Frames come in at it by `logicalOf`, and leave by the hash of the flow.
 */
import type { LagHash } from '../../../harness/contract/index.js';
import { memberHash } from './lagHash.js';
import type { LagParts } from './lagParts.js';

/** Aggregates that the switch has room for. */
export const MOST_LAGS = 2;

export interface SwitchLag {
  /** The driver's number for it; undefined: free. */
  id: number | undefined;
  /** Bitmap of ports with cables: its members, those whose bridge was told, and those that collect. */
  members: number;
  bridged: number;
  collecting: number;
  hash: LagHash;
  /** Ports that send, in the order of their numbers; `senders` of them count. */
  readonly sending: Uint8Array;
  senders: number;
}

export interface LagTable {
  readonly lags: readonly SwitchLag[];
  /** By port with a cable: the port that the tables know it as. */
  readonly logicalOf: Uint8Array;
  /** How many ports have cables. */
  readonly cabled: number;
  readonly parts: LagParts;
}

export function newLagTable(ports: number, parts: LagParts): LagTable {
  const logicalOf = new Uint8Array(ports);
  for (let port = 0; port < ports; port++) logicalOf[port] = port;
  return { lags: Array.from({ length: MOST_LAGS }, () => newLag(ports)), logicalOf, cabled: ports, parts };
}

const newLag = (ports: number): SwitchLag => ({
  id: undefined,
  members: 0,
  bridged: 0,
  collecting: 0,
  hash: 'none',
  sending: new Uint8Array(ports),
  senders: 0,
});

export function resetLagTable({ lags, logicalOf }: LagTable): void {
  for (const lag of lags) clearLag(lag);
  for (let port = 0; port < logicalOf.length; port++) logicalOf[port] = port;
}

export function clearLag(lag: SwitchLag): void {
  lag.id = undefined;
  lag.members = lag.bridged = lag.collecting = lag.senders = 0;
}

/** The aggregate that this logical port is, or undefined. */
export const lagAt = ({ lags, cabled }: LagTable, logical: number): SwitchLag | undefined =>
  logical < cabled ? undefined : lags[logical - cabled];

/** Whether what comes in at this port goes through the switch. */
export function collects(table: LagTable, port: number): boolean {
  const lag = lagAt(table, table.logicalOf[port] ?? port);
  return lag === undefined || table.parts.collects((lag.collecting & (1 << port)) !== 0);
}

/** The port with a cable through which a frame leaves that goes to this logical port; -1: none. */
function outlet(table: LagTable, logical: number, bytes: Uint8Array): number {
  const lag = lagAt(table, logical);
  if (lag === undefined) return logical;
  const { senders } = lag;
  if (senders <= 1) return senders === 0 ? -1 : (lag.sending[0] ?? -1);
  return lag.sending[table.parts.place(memberHash(bytes, lag.hash), senders)] ?? -1;
}

/** Bitmap of the ports with cables through which a frame leaves that goes to this logical port. */
export function outlets(table: LagTable, logical: number, bytes: Uint8Array): number {
  const lag = lagAt(table, logical);
  if (lag !== undefined && table.parts.copies) {
    let all = 0;
    for (let index = 0; index < lag.senders; index++) all |= 1 << (lag.sending[index] ?? 0);
    return all;
  }
  const port = outlet(table, logical, bytes);
  return port < 0 ? 0 : 1 << port;
}

/** A member begins or ends to send; the places of the others stay in order. */
export function setSending(lag: SwitchLag, port: number, sends: boolean): void {
  let count = 0;
  let others = 0;
  for (let index = 0; index < lag.senders; index++) {
    const each = lag.sending[index] ?? 0;
    if (each !== port) others |= 1 << each;
  }
  if (sends) others |= 1 << port;
  for (let each = 0; others >>> each !== 0; each++) if (((others >>> each) & 1) === 1) lag.sending[count++] = each;
  lag.senders = count;
}
