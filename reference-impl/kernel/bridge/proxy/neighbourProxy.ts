/** Where a bridge looks whether a frame asks for a neighbour: br_handle_frame_finish() and br_dev_xmit(). */
import { readU16 } from '../../../packet/bytes.js';
import { ETH_P_ARP, ETH_P_IPV6 } from '../../../packet/protocols.js';
import type { Bridge } from '../bridge.js';
import type { BridgeEvents } from '../bridgeEvents.js';
import type { Asked } from './answer.js';
import { proxyArp } from './arpProxy.js';
import { proxyNd } from './ndProxy.js';

const TYPE = 12;
const ETH_P_RARP = 0x8035;

/** BR_INPUT_SKB_CB(skb)->proxyarp_replied: the frame was answered, or is to be kept from ports whose questions are. */
export function isAnswered(events: BridgeEvents, bridge: Bridge, asked: Asked): boolean {
  switch (readU16(asked.frame.bytes, TYPE)) {
    case ETH_P_ARP:
    case ETH_P_RARP:
      return proxyArp(events, bridge, asked);
    case ETH_P_IPV6:
      return proxyNd(events, bridge, asked);
    default:
      return false;
  }
}
