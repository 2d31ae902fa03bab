/** What is told of qdiscs and filters: tc_fill_qdisc() of sch_api.c, tcf_fill_node() of cls_api.c, fl_dump(), mall_dump(). */
import { encodeBody } from '../../netlink/client.js';
import { RTM_NEWCHAIN, RTM_NEWQDISC, RTM_NEWTCLASS, RTM_NEWTFILTER } from '../../netlink/constants.js';
import {
  FLOWER,
  MATCHALL,
  TC,
  TCMSG,
  TC_H_CLSACT,
  TC_H_ROOT,
  filterInfo,
} from '../../netlink/families/trafficControl.js';
import { encodeAttributes, type Values } from '../../netlink/schema.js';
import type { NetlinkBody } from '../../netlink/server.js';
import { actionList } from './actions.js';
import type { NetDevice } from '../netDevice.js';
import type { Chain, Filter, Proto, Qdisc } from './block.js';
import { rootQdiscOf, type RootKind } from './rootQdisc.js';

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

/** What tc_dump_qdisc_root() lists: the root, and behind mq its queues, the last one first. noop is not shown. */
export function rootQdiscMessages(told: (drops: number) => number, netDevice: NetDevice): NetlinkBody[] {
  const { kind, queues } = rootQdiscOf(netDevice);
  if (kind === 'noop') return [];
  // attach_one_default_qdisc(): the net device holds one that is a queue itself a second time.
  const all = netDevice.queueDrops.reduce((sum, drops) => sum + drops, 0);
  const root = queueMessage(netDevice, kind, TC_H_ROOT, kind === 'mq' ? 1 : 2, told(all));
  const leaves = Array.from({ length: queues }, (_, index) => {
    const drops = netDevice.queueDrops[queues - index - 1] ?? 0;
    return queueMessage(netDevice, 'pfifo_fast', queues - index, 1, told(drops));
  });
  return [root, ...leaves];
}

/** mq_dump_class(): a class for each queue. */
export function classMessages(netDevice: NetDevice): NetlinkBody[] {
  const { queues } = rootQdiscOf(netDevice);
  return Array.from({ length: queues }, (_, index) => {
    const header = { tcm_ifindex: netDevice.ifIndex, tcm_handle: index + 1, tcm_parent: TC_H_ROOT, tcm_info: 0 };
    const attributes = encodeAttributes(TC, {
      TCA_KIND: 'mq',
      TCA_STATS2: { TCA_STATS_BASIC: {}, TCA_STATS_QUEUE: {} },
    });
    return { type: RTM_NEWTCLASS, body: encodeBody(TCMSG, header, attributes) };
  });
}

/** struct tc_prio_qopt of pfifo_fast: three bands, and the band of each priority (sch_default_prio2band). */
const PRIO_QOPT = Uint8Array.of(3, 0, 0, 0, 1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);

function queueMessage(
  { ifIndex }: NetDevice,
  kind: RootKind,
  parent: number,
  references: number,
  drops: number,
): NetlinkBody {
  const header = { tcm_ifindex: ifIndex, tcm_handle: 0, tcm_parent: parent, tcm_info: references };
  const attributes = encodeAttributes(TC, {
    TCA_KIND: kind,
    ...(kind === 'pfifo_fast' ? { TCA_OPTIONS: PRIO_QOPT } : {}),
    TCA_HW_OFFLOAD: 0,
    TCA_STATS2: { TCA_STATS_BASIC: {}, TCA_STATS_QUEUE: { drops } },
  });
  return { type: RTM_NEWQDISC, body: encodeBody(TCMSG, header, attributes) };
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

/** tc_chain_fill_node(). */
export function chainMessage({ block, index }: Chain): NetlinkBody {
  const header = { tcm_ifindex: block.netDevice.ifIndex, tcm_parent: CLSACT_HANDLE };
  return { type: RTM_NEWCHAIN, body: encodeBody(TCMSG, header, encodeAttributes(TC, { TCA_CHAIN: index })) };
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
