/** The "ethtool" family of the reference kernel: which handler answers which operation, and how they share their frame. */
import { NETLINK_GENERIC } from '../../netlink/constants.js';
import {
  ETHTOOL_GENL_NAME,
  ETHTOOL_GENL_VERSION,
  ETHTOOL_MCGRP_MONITOR_NAME,
  ETHTOOL_NOTIFICATIONS,
  ETHTOOL_OPERATIONS,
  type EthtoolNotificationName,
  type EthtoolOperation,
  type EthtoolOperationName,
} from '../../netlink/families/ethtool.js';
import { encodeAttributes, nestIn, type Values } from '../../netlink/schema.js';
import {
  GENLMSGHDR,
  genericBody,
  type HandlerResult,
  type NetlinkKernel,
  type NetlinkOperation,
  type NetlinkRequest,
} from '../../netlink/server.js';
import { EOPNOTSUPP } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { changeCoalesce, changePause, fillCoalesce, fillPause } from './coalesce.js';
import { changeFeatures, featureValues, fillFeatures } from './features.js';
import { changeFec, changeLinkModes, fillFec, fillLinkInfo, fillLinkModes, fillLinkState } from './linkSettings.js';
import { changeChannels, changeRings, fillChannels, fillRings } from './queues.js';
import {
  flagsOf,
  isRefusal,
  isRefused,
  replyHeader,
  requestedDevice,
  type ApplyChange,
  type EthtoolContext,
  type FillReply,
} from './request.js';
import { changeRss, createRss, deleteRss, fillRss } from './rss.js';
import { fillStatistics, fillStringSets } from './statistics.js';
import { changeTimestampConfig, fillTimestampConfig, fillTimestampingInfo } from './timestamping.js';

const QUERIES = {
  LINKINFO_GET: fillLinkInfo,
  LINKMODES_GET: fillLinkModes,
  LINKSTATE_GET: fillLinkState,
  FEATURES_GET: fillFeatures,
  RINGS_GET: fillRings,
  CHANNELS_GET: fillChannels,
  COALESCE_GET: fillCoalesce,
  PAUSE_GET: fillPause,
  TSINFO_GET: fillTimestampingInfo,
  FEC_GET: fillFec,
  STATS_GET: fillStatistics,
  RSS_GET: fillRss,
  TSCONFIG_GET: fillTimestampConfig,
} as const satisfies Partial<Record<EthtoolOperationName, FillReply>>;

const CHANGES = {
  LINKMODES_SET: changeLinkModes,
  FEATURES_SET: changeFeatures,
  RINGS_SET: changeRings,
  CHANNELS_SET: changeChannels,
  COALESCE_SET: changeCoalesce,
  PAUSE_SET: changePause,
  FEC_SET: changeFec,
  RSS_SET: changeRss,
  RSS_CREATE_ACT: createRss,
  RSS_DELETE_ACT: deleteRss,
  TSCONFIG_SET: changeTimestampConfig,
} as const satisfies Partial<Record<EthtoolOperationName, ApplyChange>>;

/** Which query tells what an announcement of a change says. */
const ANNOUNCED: Readonly<Partial<Record<EthtoolNotificationName, FillReply>>> = {
  LINKMODES_NTF: fillLinkModes,
  RINGS_NTF: fillRings,
  CHANNELS_NTF: fillChannels,
  COALESCE_NTF: fillCoalesce,
  PAUSE_NTF: fillPause,
  FEC_NTF: fillFec,
};

const NO_FLAGS = { compact: false, omitReply: false, statistics: false };

/** Registers the family with the netlink side of the kernel. */
export function registerEthtoolFamily(kernel: ReferenceKernel, netlink: NetlinkKernel): void {
  const announceValues = (name: EthtoolNotificationName, netDevice: NetDevice, values: Values): void => {
    if (!netlink.hasListeners(NETLINK_GENERIC, group())) return;
    const { command, set } = ETHTOOL_NOTIFICATIONS[name];
    const [[, header] = [1, undefined]] = [...set.byNumber].filter(([, spec]) => spec.name.endsWith('_HEADER'));
    if (header === undefined) return;
    const body = encodeAttributes(set, { [header.name]: replyHeader(kernel, netDevice), ...values });
    netlink.notify(NETLINK_GENERIC, group(), genericBody(id, command, ETHTOOL_GENL_VERSION, body));
  };
  const context: EthtoolContext = {
    kernel,
    announceValues,
    announce: async (name, netDevice) => {
      const values = await ANNOUNCED[name]?.(context, netDevice, { values: {}, flags: NO_FLAGS });
      if (values !== undefined && !isRefused(values)) announceValues(name, netDevice, values);
    },
  };
  // ethnl_netdev_event(): a change of features is announced wherever it came from.
  kernel.notifiers.push((event, netDevice) => {
    if (event === 'NETDEV_FEAT_CHANGE') announceValues('FEATURES_NTF', netDevice, featureValues(netDevice, false));
  });

  const operations: NetlinkOperation[] = [stringSetOperation(kernel, () => id)];
  for (const [name, fill] of Object.entries(QUERIES)) {
    operations.push(queryOperation(context, ETHTOOL_OPERATIONS[name as keyof typeof QUERIES], fill, () => id));
  }
  for (const [name, change] of Object.entries(CHANGES)) {
    operations.push(changeOperation(context, ETHTOOL_OPERATIONS[name as keyof typeof CHANGES], change, () => id));
  }
  const id: number = netlink.registerFamily({
    name: ETHTOOL_GENL_NAME,
    version: ETHTOOL_GENL_VERSION,
    multicastGroups: [ETHTOOL_MCGRP_MONITOR_NAME],
    operations,
  });
  const group = (): number => netlink.groupOf(id, ETHTOOL_MCGRP_MONITOR_NAME);
}

const plainOperation = (
  operation: EthtoolOperation,
): Pick<NetlinkOperation, 'number' | 'header' | 'policy' | 'validation'> => ({
  number: operation.command,
  header: GENLMSGHDR,
  policy: operation.request,
  validation: 'strict',
});

function reply(
  kernel: ReferenceKernel,
  operation: EthtoolOperation,
  id: number,
  netDevice: NetDevice,
  values: Values,
): { type: number; body: Uint8Array } {
  const attributes = encodeAttributes(operation.set, { [operation.header]: replyHeader(kernel, netDevice), ...values });
  return genericBody(id, operation.reply ?? operation.command, ETHTOOL_GENL_VERSION, attributes);
}

/** ethnl_default_doit(), ethnl_default_dumpit(). */
function queryOperation(
  context: EthtoolContext,
  operation: EthtoolOperation,
  fill: FillReply,
  id: () => number,
): NetlinkOperation {
  const { kernel } = context;
  return {
    ...plainOperation(operation),
    doit: async (request) => {
      const netDevice = requestedDevice(kernel, operation, request);
      if ('errno' in netDevice) return netDevice;
      const flags = flagsOf(nestIn(request.values, operation.header));
      const values = await fill(context, netDevice, { values: request.values, flags });
      return isRefused(values)
        ? values.refused
        : { ok: true, replies: [reply(kernel, operation, id(), netDevice, values)] };
    },
    dumpit: async (request) => {
      const flags = flagsOf(nestIn(request.values, operation.header));
      const replies = [];
      for (const netDevice of kernel.netDevices.values()) {
        const values = await fill(context, netDevice, { values: request.values, flags });
        if (!isRefused(values)) replies.push(reply(kernel, operation, id(), netDevice, values));
        else if (values.refused.errno !== EOPNOTSUPP) return values.refused;
      }
      return { ok: true, replies };
    },
  };
}

/** ethnl_default_set_doit(). */
function changeOperation(
  context: EthtoolContext,
  operation: EthtoolOperation,
  change: ApplyChange,
  id: () => number,
): NetlinkOperation {
  return {
    ...plainOperation(operation),
    privileged: true,
    doit: async (request): Promise<HandlerResult> => {
      const netDevice = requestedDevice(context.kernel, operation, request);
      if ('errno' in netDevice) return netDevice;
      const flags = flagsOf(nestIn(request.values, operation.header));
      const result = await change(context, { ...request, netDevice, flags });
      await context.kernel.settle();
      if (isRefusal(result)) return result;
      if (result === undefined || operation.reply === null) return { ok: true };
      return { ok: true, replies: [reply(context.kernel, operation, id(), netDevice, result)] };
    },
  };
}

/** String sets that belong to no device are asked for without one. */
function stringSetOperation(kernel: ReferenceKernel, id: () => number): NetlinkOperation {
  const operation = ETHTOOL_OPERATIONS.STRSET_GET;
  const answer = async (request: NetlinkRequest): Promise<HandlerResult> => {
    const header = nestIn(request.values, operation.header);
    const namesDevice = header !== undefined && Object.keys(header).some((name) => name.includes('_DEV_'));
    const netDevice = namesDevice ? requestedDevice(kernel, operation, request) : undefined;
    if (netDevice !== undefined && 'errno' in netDevice) return netDevice;
    const values = await fillStringSets(netDevice, request.values);
    const attributes = encodeAttributes(operation.set, {
      ...(netDevice === undefined ? {} : { [operation.header]: replyHeader(kernel, netDevice) }),
      ...values,
    });
    return {
      ok: true,
      replies: [genericBody(id(), operation.reply ?? operation.command, ETHTOOL_GENL_VERSION, attributes)],
    };
  };
  return { ...plainOperation(operation), doit: answer };
}
