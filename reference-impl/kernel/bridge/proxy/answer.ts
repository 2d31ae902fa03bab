/** What a bridge answers for somebody else, and how it gets there: br_arp_send() and br_nd_send() of net/bridge/br_arp_nd_proxy.c. */
import type { QueueIndex, Vid } from '../../../../harness/contract/index.js';
import type { RxFrame, TxFrame } from '../../frames.js';
import type { Bridge, BridgePort } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';

/** A frame that asks, as the bridge sees it: without the tag of its VLAN, which is beside it. */
export interface Asked {
  /** Null: the host. */
  readonly from: BridgePort | null;
  /** 0 in a bridge that does not filter. */
  readonly vid: Vid;
  readonly frame: TxFrame;
}

/** From whom the answer seems to come, and to whom it goes. */
export interface Answer {
  /** The station that has the address. */
  readonly station: Uint8Array;
  readonly to: Uint8Array;
  readonly address: Uint8Array;
}

/** With the tag of the VLAN, unless that is the PVID of who gets it: whether it leaves tagged there does not matter. */
function tagged({ proxy }: BridgeEvents, bridge: Bridge, { from, vid, frame }: Asked, bytes: Uint8Array): TxFrame {
  const plain = { bytes, checksum: { kind: 'none' } } as const;
  if (vid === 0 || frame.vlan === undefined) return plain;
  const { pvid } = from?.vlans ?? bridge.vlans;
  return pvid === vid && proxy.parts.untagsPvid ? plain : { ...plain, vlan: frame.vlan };
}

/** It leaves at the port where the question came in; the host finds it at the bridge, as if it had come in. */
export function reply(events: BridgeEvents, bridge: Bridge, asked: Asked, bytes: Uint8Array): void {
  const frame = tagged(events, bridge, asked, bytes);
  if (asked.from !== null) events.transmit(asked.from.netDevice, frame);
  else events.proxy.receiveLater(bridge.netDevice, received(frame));
}

const received = ({ bytes, vlan }: TxFrame): RxFrame => ({
  bytes,
  queue: 0 as QueueIndex,
  checksum: { status: 'unnecessary', level: 0 },
  ...(vlan === undefined ? {} : { vlan }),
});
