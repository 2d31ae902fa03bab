/**
 * What a driver offers for the filters of the kernel's traffic control: the flow block (include/net/flow_offload.h, TC_SETUP_BLOCK,
 * TC_SETUP_CLSFLOWER, TC_SETUP_CLSMATCHALL). A driver takes a rule whole or refuses it; what it refuses with EOPNOTSUPP, and with any
 * other error too, the software does, unless the user wants it in hardware alone (skip_sw).
 */
import type { Awaitable, Branded, PortName } from './values.js';
import type { DriverResult } from './device.js';

/** The kernel's name for a filter, as long as it is there: flow_cls_offload.cookie. */
export type FlowCookie = Branded<number, 'FlowCookie'>;

/** enum flow_block_binder_type: filters of frames that come in at a port, or that leave there. */
export type FlowBinder = 'ingress' | 'egress';

/** @requirement SW-ACL-*, REP-RULE-*, REP-PIPE-* */
export interface FlowOffloadOps {
  /** FLOW_BLOCK_BIND: filters of this port will follow. EOPNOTSUPP: none of them is for this driver. */
  bindBlock(port: PortName, binder: FlowBinder): Awaitable<DriverResult>;
  /** FLOW_BLOCK_UNBIND: what was offloaded there is gone already. */
  unbindBlock(port: PortName, binder: FlowBinder): Awaitable<void>;
  /** FLOW_CLS_REPLACE, TC_CLSMATCHALL_REPLACE: a rule that was not there before. Another one that it replaces is destroyed afterwards. */
  addRule(port: PortName, binder: FlowBinder, rule: OffloadedFlowRule): Awaitable<DriverResult>;
  /** FLOW_CLS_DESTROY, TC_CLSMATCHALL_DESTROY. */
  removeRule(port: PortName, binder: FlowBinder, cookie: FlowCookie): Awaitable<void>;
  /** FLOW_CLS_STATS, TC_CLSMATCHALL_STATS: what the rule saw since it was asked last. */
  ruleStatistics(port: PortName, binder: FlowBinder, cookie: FlowCookie): Awaitable<FlowStatistics>;
}

/**
 * Of several rules that match a frame, the one with the lowest priority number of the chain counts. Chain 0 comes first.
 * @requirement SW-ACL-*
 */
export interface OffloadedFlowRule {
  readonly cookie: FlowCookie;
  readonly classifier: 'flower' | 'matchall';
  readonly chain: number;
  readonly priority: number;
  /** tcf_proto.protocol: the type of the frame, its tag's protocol where it has one; ETH_P_ALL (3) for every type. */
  readonly protocol: number;
  /** skip_sw: nobody else does it if the hardware does not. */
  readonly hardwareOnly: boolean;
  /** All of them have to hold. */
  readonly match: readonly FlowMatchKey[];
  /** In this order; a frame that is done with all of them goes its way. */
  readonly actions: readonly FlowAction[];
}

/**
 * enum flow_dissector_key_id, field by field. Several bytes are in network byte order.
 * @requirement SW-ACL-*
 */
export type FlowField =
  | 'eth-dst'
  | 'eth-src'
  /** Behind all tags. */
  | 'eth-type'
  | 'vlan-tpid'
  | 'vlan-id'
  | 'vlan-priority'
  /** What the outer tag says that follows it. */
  | 'vlan-eth-type'
  /** 4 or 6, or 0 for what is no IP. */
  | 'ip-version'
  | 'ip-proto'
  | 'ip-tos'
  | 'ip-ttl'
  | 'ipv4-src'
  | 'ipv4-dst'
  | 'ipv6-src'
  | 'ipv6-dst'
  | 'l4-src'
  | 'l4-dst'
  | 'tcp-flags'
  | 'icmp-type'
  | 'icmp-code';

export type FlowMatchKey =
  /** Value and mask are as long as the field. */
  | { readonly kind: 'masked'; readonly field: FlowField; readonly value: Uint8Array; readonly mask: Uint8Array }
  /** FLOW_DISSECTOR_KEY_PORTS_RANGE; both ends belong to it. */
  | { readonly kind: 'range'; readonly field: 'l4-src' | 'l4-dst'; readonly min: number; readonly max: number };

/**
 * struct flow_action_entry.
 * @requirement SW-ACL-*, SW-MIR-*
 */
export type FlowAction =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  /** To the host, and nowhere else. */
  | { readonly kind: 'trap' }
  | { readonly kind: 'goto'; readonly chain: number }
  /** The frame as it is leaves the target, instead of going its way. */
  | { readonly kind: 'redirect'; readonly to: FlowTarget }
  /** A copy does. */
  | { readonly kind: 'mirror'; readonly to: FlowTarget }
  | { readonly kind: 'redirect-ingress'; readonly to: FlowTarget }
  | { readonly kind: 'mirror-ingress'; readonly to: FlowTarget };

/**
 * A port of the same device, or a net device that the driver does not know.
 * @requirement SW-MIR-*, REP-RULE-*
 */
export type FlowTarget = { readonly kind: 'port'; readonly port: PortName } | { readonly kind: 'foreign' };

/** @requirement SW-ACL-* */
export interface FlowStatistics {
  readonly packets: number;
  readonly bytes: number;
}
