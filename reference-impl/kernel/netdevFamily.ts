/** The "netdev" family: net/core/netdev-genl.c. */
import type { IfIndex, RxQueueStatistics, TxQueueStatistics } from '../../harness/contract/index.js';
import {
  NETDEV_CMD_DEV_GET,
  NETDEV_CMD_QSTATS_GET,
  NETDEV_CMD_QUEUE_GET,
  NETDEV_DEV,
  NETDEV_DEV_POLICY,
  NETDEV_FAMILY_NAME,
  NETDEV_FAMILY_VERSION,
  NETDEV_MCGRP_MGMT,
  NETDEV_QSTATS,
  NETDEV_QSTATS_POLICY,
  NETDEV_QSTATS_SCOPE_QUEUE,
  NETDEV_QUEUE,
  NETDEV_QUEUE_DO_POLICY,
  NETDEV_QUEUE_DUMP_POLICY,
  NETDEV_QUEUE_TYPE_RX,
  NETDEV_QUEUE_TYPE_TX,
  type QueueCounter,
} from '../netlink/families/netdev.js';
import { encodeAttributes, numberIn, type AttributeSet, type Values } from '../netlink/schema.js';
import {
  GENLMSGHDR,
  genericBody,
  type HandlerResult,
  type NetlinkBody,
  type NetlinkKernel,
  type NetlinkRequest,
} from '../netlink/server.js';
import type { Refusal } from '../netlink/validate.js';
import { EINVAL, ENODEV, ENOENT, EOPNOTSUPP } from './errno.js';
import type { ReferenceKernel } from './kernel.js';
import { isUp, portOf, type NetDevice } from './netDevice.js';
import { missing, refusal, refusalAt } from './refusals.js';

export function registerNetdevFamily(kernel: ReferenceKernel, netlink: NetlinkKernel): void {
  const operation = { header: GENLMSGHDR, validation: 'strict' as const };
  const body = (command: number, set: AttributeSet, values: Values): NetlinkBody =>
    genericBody(id, command, NETDEV_FAMILY_VERSION, encodeAttributes(set, values));
  const id: number = netlink.registerFamily({
    name: NETDEV_FAMILY_NAME,
    version: NETDEV_FAMILY_VERSION,
    multicastGroups: [NETDEV_MCGRP_MGMT],
    operations: [
      {
        ...operation,
        number: NETDEV_CMD_DEV_GET,
        policy: NETDEV_DEV_POLICY,
        dumpPolicy: { set: NETDEV_DEV, accepts: {} },
        doit: (request) => {
          const netDevice = deviceOf(kernel, request, 'NETDEV_A_DEV_IFINDEX', 1);
          if ('errno' in netDevice) return netDevice;
          return { ok: true, replies: [body(NETDEV_CMD_DEV_GET, NETDEV_DEV, deviceValues(netDevice))] };
        },
        dumpit: () => ({
          ok: true,
          replies: [...kernel.netDevices.values()].map((n) => body(NETDEV_CMD_DEV_GET, NETDEV_DEV, deviceValues(n))),
        }),
      },
      {
        ...operation,
        number: NETDEV_CMD_QUEUE_GET,
        policy: NETDEV_QUEUE_DO_POLICY,
        dumpPolicy: NETDEV_QUEUE_DUMP_POLICY,
        doit: (request) => getQueue(kernel, request, (values) => body(NETDEV_CMD_QUEUE_GET, NETDEV_QUEUE, values)),
        dumpit: (request) => dumpQueues(kernel, request, (values) => body(NETDEV_CMD_QUEUE_GET, NETDEV_QUEUE, values)),
      },
      {
        ...operation,
        number: NETDEV_CMD_QSTATS_GET,
        policy: NETDEV_QSTATS_POLICY,
        dumpit: (request) =>
          dumpStatistics(kernel, request, (values) => body(NETDEV_CMD_QSTATS_GET, NETDEV_QSTATS, values)),
      },
    ],
  });
}

type Wrap = (values: Values) => NetlinkBody;

function deviceOf(
  kernel: ReferenceKernel,
  request: NetlinkRequest,
  attribute: string,
  type: number,
): NetDevice | Refusal {
  const index = numberIn(request.values, attribute);
  if (index === undefined) return missing(type);
  return kernel.netDevices.get(index as IfIndex) ?? refusalAt(request, attribute, ENODEV);
}

const deviceValues = ({ ifIndex }: NetDevice): Values => ({
  NETDEV_A_DEV_IFINDEX: ifIndex,
  NETDEV_A_DEV_XDP_FEATURES: 0n,
  NETDEV_A_DEV_XDP_RX_METADATA_FEATURES: 0n,
  NETDEV_A_DEV_XSK_FEATURES: 0n,
});

/** netdev_nl_queue_fill(): a port that is down has no queues. */
function queuesOf(kernel: ReferenceKernel, netDevice: NetDevice): Values[] {
  const { hidesQueuesOfDown, listedQueues } = kernel.parts;
  if (!isUp(netDevice) && hidesQueuesOfDown) return [];
  const queue = (type: number, id: number): Values => ({
    NETDEV_A_QUEUE_ID: id,
    NETDEV_A_QUEUE_TYPE: type,
    NETDEV_A_QUEUE_IFINDEX: netDevice.ifIndex,
  });
  const range = (type: number, count: number): Values[] => Array.from({ length: count }, (_, id) => queue(type, id));
  return [
    ...range(NETDEV_QUEUE_TYPE_RX, listedQueues(netDevice.realRxQueues, netDevice.maxRxQueues)),
    ...range(NETDEV_QUEUE_TYPE_TX, listedQueues(netDevice.realTxQueues, netDevice.maxTxQueues)),
  ];
}

function getQueue(kernel: ReferenceKernel, request: NetlinkRequest, wrap: Wrap): HandlerResult {
  const id = numberIn(request.values, 'NETDEV_A_QUEUE_ID');
  const type = numberIn(request.values, 'NETDEV_A_QUEUE_TYPE');
  if (id === undefined) return missing(1);
  if (type === undefined) return missing(3);
  const netDevice = deviceOf(kernel, request, 'NETDEV_A_QUEUE_IFINDEX', 2);
  if ('errno' in netDevice) return netDevice;
  const queues = queuesOf(kernel, netDevice);
  if (queues.length === 0) return refusal(ENOENT);
  const found = queues.find((queue) => queue['NETDEV_A_QUEUE_ID'] === id && queue['NETDEV_A_QUEUE_TYPE'] === type);
  return found === undefined ? refusal(EINVAL) : { ok: true, replies: [wrap(found)] };
}

function dumpQueues(kernel: ReferenceKernel, request: NetlinkRequest, wrap: Wrap): HandlerResult {
  const devices = selected(kernel, request, 'NETDEV_A_QUEUE_IFINDEX');
  if ('errno' in devices) return devices;
  return { ok: true, replies: devices.flatMap((netDevice) => queuesOf(kernel, netDevice)).map(wrap) };
}

function selected(kernel: ReferenceKernel, request: NetlinkRequest, attribute: string): readonly NetDevice[] | Refusal {
  if (request.values[attribute] === undefined) return [...kernel.netDevices.values()];
  const netDevice = deviceOf(kernel, request, attribute, 1);
  return 'errno' in netDevice ? netDevice : [netDevice];
}

const RX_COUNTERS: readonly (readonly [QueueCounter, keyof RxQueueStatistics])[] = [
  ['RX_PACKETS', 'packets'],
  ['RX_BYTES', 'bytes'],
  ['RX_ALLOC_FAIL', 'allocFail'],
  ['RX_HW_DROPS', 'hwDrops'],
  ['RX_CSUM_COMPLETE', 'csumComplete'],
  ['RX_CSUM_UNNECESSARY', 'csumUnnecessary'],
  ['RX_CSUM_NONE', 'csumNone'],
  ['RX_CSUM_BAD', 'csumBad'],
  ['RX_HW_GRO_PACKETS', 'hwGroPackets'],
  ['RX_HW_GRO_BYTES', 'hwGroBytes'],
  ['RX_HW_GRO_WIRE_PACKETS', 'hwGroWirePackets'],
  ['RX_HW_GRO_WIRE_BYTES', 'hwGroWireBytes'],
];
const TX_COUNTERS: readonly (readonly [QueueCounter, keyof TxQueueStatistics])[] = [
  ['TX_PACKETS', 'packets'],
  ['TX_BYTES', 'bytes'],
  ['TX_CSUM_NONE', 'csumNone'],
  ['TX_NEEDS_CSUM', 'needsCsum'],
  ['TX_HW_GSO_PACKETS', 'hwGsoPackets'],
  ['TX_HW_GSO_BYTES', 'hwGsoBytes'],
  ['TX_HW_GSO_WIRE_PACKETS', 'hwGsoWirePackets'],
  ['TX_HW_GSO_WIRE_BYTES', 'hwGsoWireBytes'],
  ['TX_STOP', 'stop'],
  ['TX_WAKE', 'wake'],
];

function counterValues<Statistics>(
  counters: readonly (readonly [QueueCounter, keyof Statistics])[],
  queues: readonly Statistics[],
): Values {
  const values: Record<string, number> = {};
  for (const [name, member] of counters) {
    const known = queues.map((queue) => queue[member] as number | undefined).filter((value) => value !== undefined);
    if (known.length > 0) values[`NETDEV_A_QSTATS_${name}`] = known.reduce((sum, value) => sum + value, 0);
  }
  return values;
}

async function dumpStatistics(kernel: ReferenceKernel, request: NetlinkRequest, wrap: Wrap): Promise<HandlerResult> {
  const devices = selected(kernel, request, 'NETDEV_A_QSTATS_IFINDEX');
  if ('errno' in devices) return devices;
  const named = request.values['NETDEV_A_QSTATS_IFINDEX'] !== undefined;
  const perQueue = numberIn(request.values, 'NETDEV_A_QSTATS_SCOPE') === NETDEV_QSTATS_SCOPE_QUEUE;
  const replies: NetlinkBody[] = [];
  for (const netDevice of devices) {
    const { device, port } = portOf(netDevice);
    const statistics = netDevice.lower.kind === 'vlan' ? undefined : await device.netDevice.queueStatistics?.(port);
    if (statistics === undefined) {
      if (named) return refusalAt(request, 'NETDEV_A_QSTATS_IFINDEX', EOPNOTSUPP);
      continue;
    }
    const { base } = statistics;
    const own = { NETDEV_A_QSTATS_IFINDEX: netDevice.ifIndex };
    if (!perQueue) {
      const rx = [...statistics.rx, ...(base === undefined ? [] : [base.rx])];
      const tx = [...statistics.tx, ...(base === undefined ? [] : [base.tx])];
      replies.push(wrap({ ...own, ...counterValues(RX_COUNTERS, rx), ...counterValues(TX_COUNTERS, tx) }));
      continue;
    }
    const place = (type: number, queue: number): Values => ({
      ...own,
      NETDEV_A_QSTATS_QUEUE_TYPE: type,
      NETDEV_A_QSTATS_QUEUE_ID: queue,
    });
    for (const [index, queue] of statistics.rx.entries()) {
      replies.push(wrap({ ...place(NETDEV_QUEUE_TYPE_RX, index), ...counterValues(RX_COUNTERS, [queue]) }));
    }
    for (const [index, queue] of statistics.tx.entries()) {
      replies.push(wrap({ ...place(NETDEV_QUEUE_TYPE_TX, index), ...counterValues(TX_COUNTERS, [queue]) }));
    }
  }
  return { ok: true, replies };
}
