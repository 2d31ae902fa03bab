/** What a packet socket says beside a frame: struct cmsghdr with PACKET_AUXDATA, timestamps and the error queue's ids. */
import type { Nanoseconds, VlanTag } from '../../contract/index.js';
import { libc } from './libc.js';
import {
  ETH_P_8021Q,
  PACKET_AUXDATA,
  PACKET_TX_TIMESTAMP,
  SCM_TIMESTAMPING,
  SO_TIMESTAMPING,
  SOL_PACKET,
  SOL_SOCKET,
  TP_STATUS_CSUM_VALID,
  TP_STATUS_VLAN_TPID_VALID,
  TP_STATUS_VLAN_VALID,
} from './uapi.js';

const CMSGHDR = 16;
const CMSG_ALIGN = 8;
/** Members of struct tpacket_auxdata. */
const AUX_VLAN_TCI = 16;
const AUX_VLAN_TPID = 18;
/** ee_data of struct sock_extended_err: the id of a timestamp. */
const EE_DATA = 12;

export interface Ancillary {
  readonly vlan?: VlanTag;
  readonly checksumValid: boolean;
  /** Of CLOCK_REALTIME. */
  readonly software?: Nanoseconds;
  /** SOF_TIMESTAMPING_OPT_ID. */
  readonly timestampKey?: number;
}

/** The control messages that lie in `view` from `start` on. */
export function parseAncillary(view: DataView, start: number, length: number): Ancillary {
  let vlan: VlanTag | undefined;
  let checksumValid = false;
  let software: Nanoseconds | undefined;
  let timestampKey: number | undefined;
  const end = start + length;
  for (let at = start; at + CMSGHDR <= end;) {
    const size = view.getUint32(at, true);
    if (size < CMSGHDR || at + size > end) break;
    const level = view.getInt32(at + 8, true);
    const type = view.getInt32(at + 12, true);
    const data = at + CMSGHDR;
    if (level === SOL_PACKET && type === PACKET_AUXDATA) {
      const status = view.getUint32(data, true);
      checksumValid = (status & TP_STATUS_CSUM_VALID) !== 0;
      if ((status & TP_STATUS_VLAN_VALID) !== 0) vlan = vlanOf(view, data, status);
    } else if (level === SOL_SOCKET && type === SCM_TIMESTAMPING) {
      software = timespec(view, data);
    } else if (level === SOL_PACKET && type === PACKET_TX_TIMESTAMP) {
      timestampKey = view.getUint32(data + EE_DATA, true);
    }
    at += (size + CMSG_ALIGN - 1) & ~(CMSG_ALIGN - 1);
  }
  return {
    checksumValid,
    ...(vlan === undefined ? {} : { vlan }),
    ...(software === undefined || software === 0n ? {} : { software }),
    ...(timestampKey === undefined ? {} : { timestampKey }),
  };
}

function vlanOf(view: DataView, auxdata: number, status: number): VlanTag {
  const hasTpid = (status & TP_STATUS_VLAN_TPID_VALID) !== 0;
  return {
    tpid: hasTpid ? view.getUint16(auxdata + AUX_VLAN_TPID, true) : ETH_P_8021Q,
    tci: view.getUint16(auxdata + AUX_VLAN_TCI, true),
  };
}

/** Writes a control message that asks for timestamps of one frame; answers its length. */
export function writeTimestampRequest(view: DataView, at: number, flags: number): number {
  view.setBigUint64(at, BigInt(CMSGHDR + 4), true);
  view.setInt32(at + 8, SOL_SOCKET, true);
  view.setInt32(at + 12, SO_TIMESTAMPING, true);
  view.setUint32(at + CMSGHDR, flags, true);
  return CMSGHDR + CMSG_ALIGN;
}

const timespec = (view: DataView, at: number): Nanoseconds =>
  view.getBigInt64(at, true) * 1_000_000_000n + view.getBigInt64(at + 8, true);

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
const clockBytes = new Uint8Array(16);
const clockView = new DataView(clockBytes.buffer);

function readClock(clock: number): Nanoseconds {
  libc().clockGettime(clock, clockBytes);
  return timespec(clockView, 0);
}

export const monotonicNow = (): Nanoseconds => readClock(CLOCK_MONOTONIC);

/** What a stamp of CLOCK_REALTIME is off the target's clock, now. */
export const realtimeOffset = (): Nanoseconds => readClock(CLOCK_REALTIME) - readClock(CLOCK_MONOTONIC);
