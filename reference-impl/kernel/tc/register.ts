/** Traffic control over rtnetlink: its requests, and what its changes tell those who listen to RTNLGRP_TC. */
import { NETLINK_ROUTE, RTM_DELQDISC, RTM_DELTFILTER, RTM_NEWQDISC, RTNLGRP_TC } from '../../netlink/constants.js';
import type { NetlinkBody, NetlinkKernel } from '../../netlink/server.js';
import { changeMessage, filterOperations } from './filterRequests.js';
import { filterMessage, qdiscMessage } from './messages.js';
import { qdiscOperations } from './qdiscRequests.js';
import type { TrafficControl } from './trafficControl.js';

export function registerTrafficControl(tc: TrafficControl, netlink: NetlinkKernel): void {
  for (const operation of [...qdiscOperations(tc), ...filterOperations(tc)]) netlink.register(NETLINK_ROUTE, operation);
  const tell = (message: NetlinkBody): void => netlink.notify(NETLINK_ROUTE, RTNLGRP_TC, message);
  tc.listeners.push({
    filter: (change, filter) => tell(changeMessage(change, filter)),
    flushed: (proto) => tell(filterMessage(proto, undefined, RTM_DELTFILTER)),
    qdisc: (change, qdisc) => tell(qdiscMessage(qdisc, change === 'new' ? RTM_NEWQDISC : RTM_DELQDISC)),
  });
}
