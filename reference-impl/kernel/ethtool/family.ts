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
import { encodeAttributes, nestIn, numberIn, type Values } from '../../netlink/schema.js';
import {
  GENLMSGHDR,
  genericBody,
  type HandlerResult,
  type NetlinkBody,
  type NetlinkKernel,
  type NetlinkOperation,
  type NetlinkRequest,
} from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { refusalAt } from '../refusals.js';
import { abortCableTest, testCable, testCableRaw } from './cableTest.js';
import { changeCoalesce, changePause, fillCoalesce, fillPause } from './coalesce.js';
import { changeEee, changeMacMerge, fillEee, fillMacMerge } from './energy.js';
import { changeFeatures, featureValues, fillFeatures } from './features.js';
import { flashModule } from './flashModule.js';
import {
  changeFec,
  changeLinkInfo,
  changeLinkModes,
  fillFec,
  fillLinkInfo,
  fillLinkModes,
  fillLinkState,
} from './linkSettings.js';
import { changeModule, fillModule, fillModuleEeprom, fillTunnelInfo, fillVirtualClocks } from './module.js';
import {
  changePlca,
  changePse,
  fillPhy,
  fillPlca,
  fillPlcaStatus,
  fillPse,
  isPhyRefusal,
  requestedPhy,
} from './phyDevice.js';
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
  type Query,
  type Refused,
} from './request.js';
import { changeRss, createRss, deleteRss, dumpRss, fillRss } from './rss.js';
import { fillStatistics } from './statistics.js';
import { fillStringSets } from './stringSets.js';
import { changeTimestampConfig, fillTimestampConfig, fillTimestampingInfo } from './timestamping.js';
import { changeDebug, changePrivateFlags, changeWake, fillDebug, fillPrivateFlags, fillWake } from './wake.js';

const QUERIES = {
  LINKINFO_GET: fillLinkInfo,
  LINKMODES_GET: fillLinkModes,
  LINKSTATE_GET: fillLinkState,
  DEBUG_GET: fillDebug,
  WOL_GET: fillWake,
  FEATURES_GET: fillFeatures,
  PRIVFLAGS_GET: fillPrivateFlags,
  RINGS_GET: fillRings,
  CHANNELS_GET: fillChannels,
  COALESCE_GET: fillCoalesce,
  PAUSE_GET: fillPause,
  EEE_GET: fillEee,
  TSINFO_GET: fillTimestampingInfo,
  TUNNEL_INFO_GET: fillTunnelInfo,
  FEC_GET: fillFec,
  MODULE_EEPROM_GET: fillModuleEeprom,
  STATS_GET: fillStatistics,
  PHC_VCLOCKS_GET: fillVirtualClocks,
  MODULE_GET: fillModule,
  PSE_GET: fillPse,
  RSS_GET: fillRss,
  PLCA_GET_CFG: fillPlca,
  PLCA_GET_STATUS: fillPlcaStatus,
  MM_GET: fillMacMerge,
  PHY_GET: fillPhy,
  TSCONFIG_GET: fillTimestampConfig,
} as const satisfies Partial<Record<EthtoolOperationName, FillReply>>;

const CHANGES = {
  LINKINFO_SET: changeLinkInfo,
  LINKMODES_SET: changeLinkModes,
  DEBUG_SET: changeDebug,
  WOL_SET: changeWake,
  FEATURES_SET: changeFeatures,
  PRIVFLAGS_SET: changePrivateFlags,
  RINGS_SET: changeRings,
  CHANNELS_SET: changeChannels,
  COALESCE_SET: changeCoalesce,
  PAUSE_SET: changePause,
  EEE_SET: changeEee,
  CABLE_TEST_ACT: testCable,
  CABLE_TEST_TDR_ACT: testCableRaw,
  FEC_SET: changeFec,
  MODULE_SET: changeModule,
  PSE_SET: changePse,
  PLCA_SET_CFG: changePlca,
  MM_SET: changeMacMerge,
  MODULE_FW_FLASH_ACT: flashModule,
  RSS_SET: changeRss,
  RSS_CREATE_ACT: createRss,
  RSS_DELETE_ACT: deleteRss,
  TSCONFIG_SET: changeTimestampConfig,
} as const satisfies Partial<Record<EthtoolOperationName, ApplyChange>>;

/** Which query tells what an announcement of a change says. */
const ANNOUNCED: Readonly<Partial<Record<EthtoolNotificationName, FillReply>>> = {
  LINKINFO_NTF: fillLinkInfo,
  LINKMODES_NTF: fillLinkModes,
  DEBUG_NTF: fillDebug,
  WOL_NTF: fillWake,
  PRIVFLAGS_NTF: fillPrivateFlags,
  RINGS_NTF: fillRings,
  CHANNELS_NTF: fillChannels,
  COALESCE_NTF: fillCoalesce,
  PAUSE_NTF: fillPause,
  EEE_NTF: fillEee,
  FEC_NTF: fillFec,
  MODULE_NTF: fillModule,
  PLCA_NTF: fillPlca,
  MM_NTF: fillMacMerge,
  RSS_NTF: fillRss,
};

/** Registers the family with the netlink side of the kernel; answers what the ioctl announces through. */
export function registerEthtoolFamily(kernel: ReferenceKernel, netlink: NetlinkKernel): EthtoolContext {
  const compact = kernel.parts.ethtool.announcesCompactly;
  const announcement = (
    name: EthtoolNotificationName,
    netDevice: NetDevice,
    values: Values,
  ): NetlinkBody | undefined => {
    const { command, set } = ETHTOOL_NOTIFICATIONS[name];
    const [[, header] = [1, undefined]] = [...set.byNumber].filter(([, spec]) => spec.name.endsWith('_HEADER'));
    if (header === undefined) return undefined;
    const said = kernel.parts.ethtool.announced(name, values);
    const body = encodeAttributes(set, { [header.name]: replyHeader(kernel, netDevice), ...said });
    return genericBody(id, command, ETHTOOL_GENL_VERSION, body);
  };
  const announceValues = (name: EthtoolNotificationName, netDevice: NetDevice, values: Values): void => {
    if (!netlink.hasListeners(NETLINK_GENERIC, group())) return;
    const said = announcement(name, netDevice, values);
    if (said !== undefined) netlink.notify(NETLINK_GENERIC, group(), said);
  };
  const context: EthtoolContext = {
    kernel,
    announceValues,
    tell: (to, name, netDevice, values) => {
      const said = announcement(name, netDevice, values);
      if (said !== undefined) netlink.tell(to, said);
    },
    announce: async (name, netDevice) => {
      const query: Query = {
        values: {},
        offsets: new Map(),
        flags: { compact, omitReply: false, statistics: false },
        isAnnouncement: true,
      };
      const values = await ANNOUNCED[name]?.(context, netDevice, query);
      if (values !== undefined && !isRefused(values)) announceValues(name, netDevice, values);
    },
  };
  kernel.notifiers.push((event, netDevice) => {
    // ethnl_netdev_event(): a change of features is announced wherever it came from.
    if (event === 'NETDEV_FEAT_CHANGE') announceValues('FEATURES_NTF', netDevice, featureValues(netDevice, compact));
    if (event === 'NETDEV_DOWN') abortCableTest(context, netDevice);
  });

  const operations: NetlinkOperation[] = [stringSetOperation(kernel, () => id)];
  for (const [name, fill] of Object.entries(QUERIES)) {
    operations.push(queryOperation(context, name as keyof typeof QUERIES, fill, () => id));
  }
  for (const [name, change] of Object.entries(CHANGES)) {
    operations.push(changeOperation(context, name as keyof typeof CHANGES, change, () => id));
  }
  const offered = new Set(
    Object.entries(ETHTOOL_OPERATIONS)
      .filter(([name]) => kernel.parts.ethtool.offers(name))
      .map(([, { command }]) => command),
  );
  const id: number = netlink.registerFamily({
    name: ETHTOOL_GENL_NAME,
    version: ETHTOOL_GENL_VERSION,
    // ETHTOOL_MSG_MODULE_GET + 1.
    reservedStart: 35,
    multicastGroups: [ETHTOOL_MCGRP_MONITOR_NAME],
    operations: operations.filter(({ number }) => offered.has(number)).sort((a, b) => a.number - b.number),
  });
  const group = (): number => netlink.groupOf(id, ETHTOOL_MCGRP_MONITOR_NAME);
  return context;
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
  name: EthtoolOperationName,
  id: number,
  netDevice: NetDevice,
  made: Values,
  compact = false,
): NetlinkBody {
  const operation: EthtoolOperation = ETHTOOL_OPERATIONS[name];
  const values = kernel.parts.ethtool.reply(name, made, compact);
  const attributes = encodeAttributes(operation.set, { [operation.header]: replyHeader(kernel, netDevice), ...values });
  return genericBody(id, operation.reply ?? operation.command, ETHTOOL_GENL_VERSION, attributes);
}

function queryOf(operation: EthtoolOperation, { values, offsets }: NetlinkRequest): Query {
  const header = nestIn(values, operation.header);
  const phyIndex = numberIn(header, 'ETHTOOL_A_HEADER_PHY_INDEX');
  return {
    values,
    offsets,
    flags: flagsOf(header),
    headerPath: operation.header,
    ...(phyIndex === undefined ? {} : { phyIndex }),
  };
}

/** ethnl_default_doit(), ethnl_default_dumpit(). */
function queryOperation(
  context: EthtoolContext,
  name: keyof typeof QUERIES,
  fill: FillReply,
  id: () => number,
): NetlinkOperation {
  const { kernel } = context;
  const operation: EthtoolOperation = ETHTOOL_OPERATIONS[name];
  const one = async (netDevice: NetDevice, query: Query): Promise<readonly (Values | Refused)[]> =>
    name === 'RSS_GET' ? dumpRss(context, netDevice, query) : [await fill(context, netDevice, query)];
  return {
    ...plainOperation(operation),
    doit: async (request) => {
      const netDevice = requestedDevice(kernel, operation, request);
      if ('errno' in netDevice) return netDevice;
      const query = queryOf(operation, request);
      const values = await fill(context, netDevice, query);
      return isRefused(values)
        ? refusedOr(kernel, name, values.refused)
        : { ok: true, replies: [reply(kernel, name, id(), netDevice, values, query.flags.compact)] };
    },
    dumpit: async (request) => {
      const devices = dumpedDevices(context, name, operation, request);
      if ('errno' in devices) return refusedOr(kernel, name, devices);
      const query = queryOf(operation, request);
      const replies: NetlinkBody[] = [];
      for (const netDevice of devices) {
        for (const values of await one(netDevice, query)) {
          if (!isRefused(values)) replies.push(reply(kernel, name, id(), netDevice, values, query.flags.compact));
          else if (values.refused.errno !== EOPNOTSUPP || !kernel.parts.ethtool.dumpSkipsUnable) return values.refused;
        }
      }
      return { ok: true, replies };
    },
  };
}

const refusedOr = (kernel: ReferenceKernel, name: string, refusal: Refusal): HandlerResult =>
  kernel.parts.ethtool.refuses(name, refusal) ?? { ok: true };

/** Dumps that are about the device that they name, if they name one; others do not look at it: ethnl_default_start(). */
const DUMPS_OF_ONE: ReadonlySet<string> = new Set(['RSS_GET', 'PHY_GET']);

function dumpedDevices(
  { kernel }: EthtoolContext,
  name: string,
  operation: EthtoolOperation,
  request: NetlinkRequest,
): readonly NetDevice[] | Refusal {
  const everybody = [...kernel.netDevices.values()];
  if (name === 'RSS_GET' && request.values['ETHTOOL_A_RSS_CONTEXT'] !== undefined)
    return refusalAt(request, 'ETHTOOL_A_RSS_CONTEXT', EINVAL);
  const header = nestIn(request.values, operation.header);
  const namesDevice = header !== undefined && Object.keys(header).some((member) => member.includes('_DEV_'));
  if (!namesDevice) return everybody;
  const named = requestedDevice(kernel, operation, request);
  if ('errno' in named) return named;
  return DUMPS_OF_ONE.has(name) || !kernel.parts.ethtool.dumpIgnoresDevice ? [named] : everybody;
}

/** ethnl_default_set_doit(). */
function changeOperation(
  context: EthtoolContext,
  name: keyof typeof CHANGES,
  change: ApplyChange,
  id: () => number,
): NetlinkOperation {
  const operation: EthtoolOperation = ETHTOOL_OPERATIONS[name];
  return {
    ...plainOperation(operation),
    privileged: true,
    doit: async (request): Promise<HandlerResult> => {
      const netDevice = requestedDevice(context.kernel, operation, request);
      if ('errno' in netDevice) return netDevice;
      const result = await change(context, { ...request, ...queryOf(operation, request), netDevice });
      await context.kernel.settle();
      if (isRefusal(result)) return refusedOr(context.kernel, name, result);
      if (result === undefined || operation.reply === null) return { ok: true };
      return { ok: true, replies: [reply(context.kernel, name, id(), netDevice, result)] };
    },
  };
}

/** String sets that belong to no device are asked for without one. */
function stringSetOperation(kernel: ReferenceKernel, id: () => number): NetlinkOperation {
  const operation: EthtoolOperation = ETHTOOL_OPERATIONS.STRSET_GET;
  const { ethtool } = kernel.parts;
  const body = (netDevice: NetDevice | undefined, values: Values): NetlinkBody => {
    const header = netDevice === undefined ? {} : { [operation.header]: replyHeader(kernel, netDevice) };
    const attributes = encodeAttributes(operation.set, { ...header, ...values });
    return genericBody(id(), operation.reply ?? operation.command, ETHTOOL_GENL_VERSION, attributes);
  };
  const filled = async (netDevice: NetDevice | undefined, request: NetlinkRequest): Promise<HandlerResult> => {
    const values = await fillStringSets(ethtool, netDevice, request);
    return isRefusal(values)
      ? values
      : { ok: true, replies: [body(netDevice, ethtool.reply('STRSET_GET', values, false))] };
  };
  return {
    ...plainOperation(operation),
    doit: async (request) => {
      const header = nestIn(request.values, operation.header);
      const isAboutNobody = header !== undefined && !Object.keys(header).some((name) => name.includes('_DEV_'));
      if (isAboutNobody) return filled(undefined, request);
      const netDevice = requestedDevice(kernel, operation, request);
      if ('errno' in netDevice) return netDevice;
      const phy = requestedPhy({ kernel }, netDevice, queryOf(operation, request));
      return phy !== null && isPhyRefusal(phy) ? phy : filled(netDevice, request);
    },
    dumpit: async (request) => {
      const replies: NetlinkBody[] = [];
      for (const netDevice of kernel.netDevices.values()) {
        const one = await filled(netDevice, request);
        if (!one.ok) return one;
        for await (const reply of one.replies ?? []) replies.push(reply);
      }
      return { ok: true, replies };
    },
  };
}
