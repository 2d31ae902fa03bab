/** ethnl_parse_header_dev_get(): which net device a request is for, and what every reply starts with. */
import type { IfIndex } from '../../../harness/contract/index.js';
import {
  ETHTOOL_FLAG_COMPACT_BITSETS,
  ETHTOOL_FLAG_OMIT_REPLY,
  ETHTOOL_FLAG_STATS,
  type EthtoolNotificationName,
  type EthtoolOperation,
} from '../../netlink/families/ethtool.js';
import { nestIn, numberIn, textIn, type Value, type Values } from '../../netlink/schema.js';
import type { NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, ENODEV } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { missing, refusal, refusalAt } from '../refusals.js';
import type { EthtoolSubject } from './ethtoolParts.js';

/** What the handlers of one kernel share. */
export interface EthtoolContext {
  readonly kernel: ReferenceKernel;
  /** ethnl_notify(): the content is that of the reply to a query, read now. */
  readonly announce: (name: EthtoolNotificationName, netDevice: NetDevice) => Promise<void>;
  /** The same with content of the caller's. */
  readonly announceValues: (name: EthtoolNotificationName, netDevice: NetDevice, values: Values) => void;
  /** ethnl_unicast_put(): to one socket alone. */
  readonly tell: (to: Recipient, name: EthtoolNotificationName, netDevice: NetDevice, values: Values) => void;
}

/** A socket, and the sequence number that its next message carries. */
export interface Recipient {
  readonly portId: number;
  readonly sequence: number;
}

export interface RequestFlags {
  readonly compact: boolean;
  readonly omitReply: boolean;
  readonly statistics: boolean;
}

export interface EthtoolRequest extends NetlinkRequest, Omit<Query, 'values' | 'offsets'> {
  readonly netDevice: NetDevice;
}

/** What a query asks, or what an announcement is made of. */
export interface Query extends Pick<NetlinkRequest, 'values' | 'offsets'> {
  readonly flags: RequestFlags;
  /** genl_info_is_ntf(). */
  readonly isAnnouncement?: boolean;
  /** ETHTOOL_A_HEADER_PHY_INDEX, and the header attribute that it is in. */
  readonly phyIndex?: number;
  readonly headerPath?: string;
}

/** A query answers the attributes of its reply without the header. */
export type FillReply = (context: EthtoolContext, netDevice: NetDevice, query: Query) => Promise<Values | Refused>;
/** A refusal among values, which could be anything. */
export interface Refused {
  readonly refused: Refusal;
}
export const refusedWith = (refusal: Refusal): Refused => ({ refused: refusal });
export const isRefused = (value: Values | Refused): value is Refused => 'refused' in value;

/** ethnl_default_set_doit(): what was changed is announced, what was in force already is not. */
export async function announceChange(
  context: EthtoolContext,
  name: EthtoolNotificationName,
  netDevice: NetDevice,
  changed: boolean,
): Promise<void> {
  const subject = name.slice(0, -'_NTF'.length).toLowerCase() as EthtoolSubject;
  if (context.kernel.parts.ethtool.announces(subject, changed)) await context.announce(name, netDevice);
}

/** A change answers a reply's attributes, nothing, or a refusal. */
export type ApplyChange = (context: EthtoolContext, request: EthtoolRequest) => Promise<Refusal | Values | undefined>;
export const isRefusal = (value: Refusal | Values | undefined): value is Refusal =>
  value !== undefined && value['ok'] === false && typeof value['errno'] === 'number';

export function flagsOf(header: Values | undefined): RequestFlags {
  const flags = numberIn(header, 'ETHTOOL_A_HEADER_FLAGS') ?? 0;
  return {
    compact: (flags & ETHTOOL_FLAG_COMPACT_BITSETS) !== 0,
    omitReply: (flags & ETHTOOL_FLAG_OMIT_REPLY) !== 0,
    statistics: (flags & ETHTOOL_FLAG_STATS) !== 0,
  };
}

/** The net device of the request, or why there is none. Whatever the operation, the header attribute has to be there. */
export function requestedDevice(
  kernel: ReferenceKernel,
  operation: EthtoolOperation,
  request: NetlinkRequest,
): NetDevice | Refusal {
  const path = operation.header;
  const header = nestIn(request.values, path);
  const [anybody] = kernel.netDevices.values();
  if (header === undefined && anybody !== undefined && !kernel.parts.ethtool.needsHeader) return anybody;
  if (header === undefined) {
    return operation.checksHeaderItself === true
      ? refusal(EINVAL, 'request header missing')
      : missing(operation.set.byName.get(path)?.number ?? 1);
  }
  const index = numberIn(header, 'ETHTOOL_A_HEADER_DEV_INDEX');
  const name = textIn(header, 'ETHTOOL_A_HEADER_DEV_NAME');
  if (index !== undefined) {
    const byIndex = kernel.netDevices.get(index as IfIndex);
    if (byIndex === undefined) {
      return refusalAt(request, `${path}/ETHTOOL_A_HEADER_DEV_INDEX`, ENODEV, 'no device matches ifindex');
    }
    if (name !== undefined && byIndex.name !== name && kernel.parts.comparesIndexAndName) {
      return refusalAt(request, path, ENODEV, 'ifindex and name do not match');
    }
    return byIndex;
  }
  if (name === undefined) return refusalAt(request, path, EINVAL, 'neither ifindex nor name specified');
  return (
    kernel.findByName(name) ?? refusalAt(request, `${path}/ETHTOOL_A_HEADER_DEV_NAME`, ENODEV, 'no device matches name')
  );
}

/** ethnl_fill_reply_header(). */
export const replyHeader = (kernel: ReferenceKernel, { ifIndex, name }: NetDevice): Values =>
  kernel.parts.replyHeader({ ETHTOOL_A_HEADER_DEV_INDEX: ifIndex, ETHTOOL_A_HEADER_DEV_NAME: name });

/** ethnl_update_u32(), ethnl_update_bool(): the value of an attribute that is in the request, else the one before. */
export const updated = (values: Values, name: string, before: number): number => numberIn(values, name) ?? before;
export function updatedFlag(values: Values, name: string, before: boolean): boolean {
  const value = numberIn(values, name);
  return value === undefined ? before : value !== 0;
}

export const byte = (value: boolean): Value => (value ? 1 : 0);
