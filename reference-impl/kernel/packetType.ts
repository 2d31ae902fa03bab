import { isBroadcastMac, isMulticastMac, parseMac } from '../packet/addresses.js';
import { equalBytes } from '../packet/bytes.js';
import type { NetDevice } from './netDevice.js';
import { PACKET_BROADCAST, PACKET_HOST, PACKET_MULTICAST, PACKET_OTHERHOST } from './netfilter/path/packet.js';

/** eth_type_trans(): whose a frame is, by its destination. */
export function packetTypeAt({ address }: Pick<NetDevice, 'address'>, frame: Uint8Array): number {
  if (isBroadcastMac(frame, 0)) return PACKET_BROADCAST;
  if (isMulticastMac(frame, 0)) return PACKET_MULTICAST;
  return equalBytes(frame.subarray(0, 6), parseMac(address)) ? PACKET_HOST : PACKET_OTHERHOST;
}
