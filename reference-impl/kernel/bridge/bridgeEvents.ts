/** What a bridge needs of the kernel around it. */
import type { Nanoseconds, Vid, VirtioNetHeader } from '../../../harness/contract/index.js';
import type { RxFrame, TxFrame } from '../frames.js';
import type { NetDevice } from '../netDevice.js';
import type { Bridge, BridgePort } from './bridge.js';
import type { NetfilterPath } from '../netfilter/path/netfilterPath.js';
import type { AuthenticationParts } from './authentication/authenticationParts.js';
import type { BridgeParts } from './bridgeParts.js';
import type { FdbEntry } from './fdbTable.js';
import type { MstParts } from './mstParts.js';
import type { MulticastEvents } from './multicast/multicastEvents.js';
import type { ProxyEvents } from './proxy/proxyEvents.js';

export interface BridgeEvents {
  readonly parts: BridgeParts;
  readonly multicast: MulticastEvents;
  readonly mst: MstParts;
  now(): Nanoseconds;
  /** Runs it when this time has come. */
  at(time: Nanoseconds, run: () => void): void;
  /** br_warn(). */
  warn(text: string): void;
  /** fdb_notify(): RTM_NEWNEIGH or RTM_DELNEIGH to who listens, and to the hardware unless it is where the change comes from. */
  fdbChanged(bridge: Bridge, entry: FdbEntry, change: 'new' | 'del', device: 'tell-device' | 'device-told'): void;
  /** The entry moves: the hardware forgets the old place, and nobody else is told. */
  fdbLeaves(bridge: Bridge, entry: FdbEntry): void;
  /** dev_queue_xmit(), as soon as what is being received is received. */
  transmit(netDevice: NetDevice, frame: TxFrame): void;
  /** br_netif_receive_skb(): the frame is the host's, at the bridge's own net device. */
  deliver(bridge: Bridge, frame: RxFrame, vnet: VirtioNetHeader | undefined): void;
  /** br_vlan_notify(): of the bridge itself, if there is no port. */
  vlansChanged(bridge: Bridge, port: BridgePort | null, change: 'new' | 'del', first: Vid, last: Vid): void;
  /** br_vlan_global_opts_notify(). */
  globalVlansChanged(bridge: Bridge, first: Vid, last: Vid): void;
  /** br_ifinfo_notify(). */
  portChanged(port: BridgePort): void;
  readonly proxy: ProxyEvents;
  readonly netfilter: NetfilterPath;
  readonly authentication: AuthenticationParts;
}
