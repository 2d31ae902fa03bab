/** What multicast in a bridge needs of the kernel around it, beside what the bridge needs. */
import type { Bridge } from '../bridge.js';
import type { GroupEntry, PortGroup } from './groupTable.js';
import type { PortContext } from './multicastState.js';
import type { MulticastParts } from './multicastParts.js';

export interface MulticastEvents {
  readonly parts: MulticastParts;
  /** br_mdb_notify(): to who listens to RTNLGRP_MDB, and to the hardware. Undefined: the bridge itself is meant. */
  entryChanged(entry: GroupEntry, group: PortGroup | undefined, change: 'new' | 'del'): void;
  /** br_rtr_notify() and SWITCHDEV_ATTR_ID_PORT_MROUTER. */
  routerChanged(context: PortContext, isRouter: boolean): void;
  /** SWITCHDEV_ATTR_ID_BRIDGE_MROUTER. */
  hostRouterChanged(bridge: Bridge, isRouter: boolean): void;
  /** SWITCHDEV_ATTR_ID_BRIDGE_MC_DISABLED. */
  snoopingChanged(bridge: Bridge): void;
}
