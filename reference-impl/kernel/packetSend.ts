/** packet_snd(): the checks of a packet socket before a frame enters the stack. */
import type { DriverResult, HostTransmit } from '../../harness/contract/index.js';
import type { TxFrame } from './frames.js';
import { EINVAL, EMSGSIZE, refused } from './errno.js';
import { vlanTagsInFrame } from './frameShape.js';
import type { NetDevice } from './netDevice.js';
import { frameFromHost } from './virtioRequest.js';

const ETH_HLEN = 14;
const VLAN_HLEN = 4;

/** The frame as the stack holds it; EMSGSIZE for one that is longer than the MTU allows and asks for no segmentation. */
export function checkSend(netDevice: NetDevice, transmit: HostTransmit): DriverResult<TxFrame> {
  const { bytes, vnet } = transmit;
  if (bytes.length < ETH_HLEN) return refused(EINVAL);
  const longest = netDevice.mtu + ETH_HLEN + (vlanTagsInFrame(bytes) > 0 ? VLAN_HLEN : 0);
  if ((vnet?.gsoType ?? 0) === 0 && bytes.length > longest) return refused(EMSGSIZE);
  return frameFromHost(transmit);
}
