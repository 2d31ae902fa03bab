/** The "netdev" generic netlink family: Documentation/netlink/specs/netdev.yaml, linux/netdev.h. */
import { attributeSet, uint, u32, u64, binary, type AttributeType } from '../schema.js';
import type { Policy } from '../validate.js';

export const NETDEV_FAMILY_NAME = 'netdev';
export const NETDEV_FAMILY_VERSION = 1;
export const NETDEV_MCGRP_MGMT = 'mgmt';

export const NETDEV_CMD_DEV_GET = 1;
export const NETDEV_CMD_QUEUE_GET = 10;
export const NETDEV_CMD_QSTATS_GET = 12;

export const NETDEV_QUEUE_TYPE_RX = 0;
export const NETDEV_QUEUE_TYPE_TX = 1;
export const NETDEV_QSTATS_SCOPE_QUEUE = 1;

const ifIndex: AttributeType = { kind: 'u32', min: 1 };

export const NETDEV_DEV = attributeSet('NETDEV_A_DEV', [
  [1, 'NETDEV_A_DEV_IFINDEX', ifIndex],
  [2, 'NETDEV_A_DEV_PAD', binary],
  [3, 'NETDEV_A_DEV_XDP_FEATURES', u64],
  [4, 'NETDEV_A_DEV_XDP_ZC_MAX_SEGS', u32],
  [5, 'NETDEV_A_DEV_XDP_RX_METADATA_FEATURES', u64],
  [6, 'NETDEV_A_DEV_XSK_FEATURES', u64],
]);
export const NETDEV_DEV_POLICY: Policy = { set: NETDEV_DEV, accepts: { NETDEV_A_DEV_IFINDEX: true } };

export const NETDEV_QUEUE = attributeSet('NETDEV_A_QUEUE', [
  [1, 'NETDEV_A_QUEUE_ID', u32],
  [2, 'NETDEV_A_QUEUE_IFINDEX', ifIndex],
  [3, 'NETDEV_A_QUEUE_TYPE', { kind: 'u32', max: 1 }],
  [4, 'NETDEV_A_QUEUE_NAPI_ID', u32],
]);
export const NETDEV_QUEUE_DO_POLICY: Policy = {
  set: NETDEV_QUEUE,
  accepts: { NETDEV_A_QUEUE_ID: true, NETDEV_A_QUEUE_IFINDEX: true, NETDEV_A_QUEUE_TYPE: true },
};
export const NETDEV_QUEUE_DUMP_POLICY: Policy = { set: NETDEV_QUEUE, accepts: { NETDEV_A_QUEUE_IFINDEX: true } };

/** The counters of a queue, by the part of their attribute's name after NETDEV_A_QSTATS_; the first has number 8. */
export const QUEUE_COUNTERS = [
  'RX_PACKETS',
  'RX_BYTES',
  'TX_PACKETS',
  'TX_BYTES',
  'RX_ALLOC_FAIL',
  'RX_HW_DROPS',
  'RX_HW_DROP_OVERRUNS',
  'RX_CSUM_COMPLETE',
  'RX_CSUM_UNNECESSARY',
  'RX_CSUM_NONE',
  'RX_CSUM_BAD',
  'RX_HW_GRO_PACKETS',
  'RX_HW_GRO_BYTES',
  'RX_HW_GRO_WIRE_PACKETS',
  'RX_HW_GRO_WIRE_BYTES',
  'RX_HW_DROP_RATELIMITS',
  'TX_HW_DROPS',
  'TX_HW_DROP_ERRORS',
  'TX_CSUM_NONE',
  'TX_NEEDS_CSUM',
  'TX_HW_GSO_PACKETS',
  'TX_HW_GSO_BYTES',
  'TX_HW_GSO_WIRE_PACKETS',
  'TX_HW_GSO_WIRE_BYTES',
  'TX_HW_DROP_RATELIMITS',
  'TX_STOP',
  'TX_WAKE',
] as const;
export type QueueCounter = (typeof QUEUE_COUNTERS)[number];

/** @requirement NIC-STAT-* */
export const NETDEV_QSTATS = attributeSet('NETDEV_A_QSTATS', [
  [1, 'NETDEV_A_QSTATS_IFINDEX', ifIndex],
  [2, 'NETDEV_A_QSTATS_QUEUE_TYPE', { kind: 'u32', max: 1 }],
  [3, 'NETDEV_A_QSTATS_QUEUE_ID', u32],
  [4, 'NETDEV_A_QSTATS_SCOPE', { kind: 'uint' }],
  ...QUEUE_COUNTERS.map((name, index) => [8 + index, `NETDEV_A_QSTATS_${name}`, uint] as const),
]);
export const NETDEV_QSTATS_POLICY: Policy = {
  set: NETDEV_QSTATS,
  accepts: { NETDEV_A_QSTATS_IFINDEX: true, NETDEV_A_QSTATS_SCOPE: true },
};
