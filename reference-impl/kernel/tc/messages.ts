/** What is told of qdiscs and filters: tc_fill_qdisc() of sch_api.c, tcf_fill_node() of cls_api.c, fl_dump(), mall_dump(). */
import { encodeBody } from '../../netlink/client.js';
import { RTM_NEWQDISC, RTM_NEWTFILTER } from '../../netlink/constants.js';
import { FLOWER, MATCHALL, TC, TCMSG, TC_H_CLSACT, filterInfo } from '../../netlink/families/trafficControl.js';
import { encodeAttributes, type Values } from '../../netlink/schema.js';
import type { NetlinkBody } from '../../netlink/server.js';
import { actionList } from './actions.js';
import type { Filter, Proto, Qdisc } from './block.js';

export const CLSACT_HANDLE = 0xffff_0000;

export function qdiscMessage({ kind, netDevice }: Qdisc, type: number = RTM_NEWQDISC): NetlinkBody {
  const header = {
    tcm_ifindex: netDevice.ifIndex,
    tcm_handle: CLSACT_HANDLE,
    tcm_parent: TC_H_CLSACT,
    tcm_info: 1,
  };
  const attributes = encodeAttributes(TC, {
    TCA_KIND: kind,
    TCA_OPTIONS: new Uint8Array(0),
    TCA_HW_OFFLOAD: 0,
    TCA_STATS2: { TCA_STATS_BASIC: {}, TCA_STATS_QUEUE: {} },
  });
  return { type, body: encodeBody(TCMSG, header, attributes) };
}

/** `undefined`: of all filters of the priority, without one of them being named. */
export function filterMessage(proto: Proto, filter: Filter | undefined, type: number = RTM_NEWTFILTER): NetlinkBody {
  const { block, index } = proto.chain;
  const header = {
    tcm_ifindex: block.netDevice.ifIndex,
    tcm_handle: filter?.handle ?? 0,
    tcm_parent: block.classId,
    tcm_info: filterInfo(proto.priority, proto.protocol),
  };
  const attributes = encodeAttributes(TC, {
    TCA_KIND: proto.kind,
    TCA_CHAIN: index,
    ...(filter === undefined ? {} : { TCA_OPTIONS: optionsOf(filter) }),
  });
  return { type, body: encodeBody(TCMSG, header, attributes) };
}

function optionsOf({ proto, keys, flags, inHardwareCount, actions, hits }: Filter): Uint8Array {
  if (proto.kind === 'flower') {
    const values: Values = {
      ...keys,
      ...(flags === 0 ? {} : { TCA_FLOWER_FLAGS: flags }),
      TCA_FLOWER_IN_HW_COUNT: inHardwareCount,
      ...(actions.length === 0 ? {} : { TCA_FLOWER_ACT: actionList(actions) }),
    };
    return encodeAttributes(FLOWER, values);
  }
  return encodeAttributes(MATCHALL, {
    ...(flags === 0 ? {} : { TCA_MATCHALL_FLAGS: flags }),
    TCA_MATCHALL_PCNT: { rhit: hits },
    ...(actions.length === 0 ? {} : { TCA_MATCHALL_ACT: actionList(actions) }),
  });
}
