/** One entry of a forwarding database: rtnl_fdb_get() of net/core/rtnetlink.c, and the message that tells one. */
import type { IfIndex, MacAddress, Vid } from '../../../harness/contract/index.js';
import { encodeBody } from '../../netlink/client.js';
import {
  AF_BRIDGE,
  NTF_EXT_LEARNED,
  NTF_EXT_LOCKED,
  NTF_MASTER,
  NTF_OFFLOADED,
  NTF_SELF,
  NTF_STICKY,
  RTM_NEWNEIGH,
} from '../../netlink/constants.js';
import { NDMSG, NEIGHBOUR } from '../../netlink/families/rtnetlink.js';
import { bytesIn, encodeAttributes, numberIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkBody, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { formatMac, parseMac } from '../../packet/addresses.js';
import { bridgeOf, type Bridge } from '../bridge/bridge.js';
import { nudState } from '../bridge/fdb.js';
import type { FdbEntry } from '../bridge/fdbTable.js';
import { EINVAL, ENODEV, ENOENT, EOPNOTSUPP } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { refusal } from '../refusals.js';

const VLAN_VID_MASK = 4095;
/** What valid_fdb_get_strict() lets pass. */
const TAKEN: ReadonlySet<string> = new Set(['NDA_MASTER', 'NDA_LLADDR', 'NDA_VLAN', 'NDA_VNI']);

export function getForwarding(kernel: ReferenceKernel, request: NetlinkRequest): HandlerResult {
  const wrong = kernel.parts.bridge.checksEntryRequest ? wrongIn(request) : undefined;
  if (wrong !== undefined) return wrong;
  const { values } = request;
  const bytes = bytesIn(values, 'NDA_LLADDR');
  if (bytes === undefined) return refusal(EINVAL, 'Missing lookup address for fdb get request');
  const bridge = bridgeAsked(kernel, request);
  if ('errno' in bridge) return bridge;
  const vid = kernel.parts.bridge.vlanOfEntry(numberIn(values, 'NDA_VLAN') ?? 0);
  const entry = bridge.fdb.get(formatMac(bytes) as MacAddress, vid as Vid);
  if (entry === undefined) return refusal(ENOENT, 'Fdb entry not found');
  return { ok: true, replies: [entryMessage(kernel, bridge, entry)] };
}

/** valid_fdb_get_strict(). */
function wrongIn({ header, values }: NetlinkRequest): Refusal | undefined {
  const isSet = (name: string): boolean => (numberIn(header, name) ?? 0) !== 0;
  if (isSet('ndm_state') || isSet('ndm_type')) return refusal(EINVAL, 'Invalid values in header for fdb get request');
  if (((numberIn(header, 'ndm_flags') ?? 0) & ~(NTF_MASTER | NTF_SELF)) !== 0)
    return refusal(EINVAL, 'Invalid flags in header for fdb get request');
  const bytes = bytesIn(values, 'NDA_LLADDR');
  if (bytes !== undefined && bytes.length !== 6) return refusal(EINVAL, 'Invalid address in fdb get request');
  const vid = numberIn(values, 'NDA_VLAN');
  if (vid !== undefined && (vid === 0 || vid >= VLAN_VID_MASK)) return refusal(EINVAL, 'invalid vlan id');
  if (Object.keys(values).some((name) => !TAKEN.has(name)))
    return refusal(EINVAL, 'Unsupported attribute in fdb get request');
  return undefined;
}

/** By the index of a port, of the bridge with NTF_SELF, or of the bridge as the master. */
function bridgeAsked({ netDevices }: ReferenceKernel, { header, values }: NetlinkRequest): Bridge | Refusal {
  const [index, masterIndex] = [numberIn(header, 'ndm_ifindex') ?? 0, numberIn(values, 'NDA_MASTER') ?? 0];
  const netDevice = netDevices.get(index as IfIndex);
  if (index !== 0 && netDevice === undefined) return refusal(ENODEV, 'Unknown device ifindex');
  const without = refusal(EOPNOTSUPP, 'Fdb get operation not supported by device');
  if (masterIndex !== 0) {
    if (netDevice !== undefined) return refusal(EINVAL, 'Master and device are mutually exclusive');
    const master = netDevices.get(masterIndex as IfIndex);
    return master === undefined ? refusal(EINVAL, 'Invalid master ifindex') : (bridgeOf(master) ?? without);
  }
  if (netDevice === undefined) return refusal(ENODEV, 'No device specified');
  if (numberIn(header, 'ndm_flags') === NTF_SELF) return bridgeOf(netDevice) ?? without;
  return netDevice.bridgePort?.bridge ?? refusal(EINVAL, 'Device is not a bridge port');
}

const CLOCK_TICK = 10_000_000n;

/** fdb_fill_info(). */
export function entryMessage(
  { now, parts }: Pick<ReferenceKernel, 'now' | 'parts'>,
  bridge: Bridge,
  entry: FdbEntry,
  type: number = RTM_NEWNEIGH,
): NetlinkBody {
  const header = {
    ndm_family: AF_BRIDGE,
    ndm_ifindex: (entry.port ?? bridge).netDevice.ifIndex,
    ndm_state: nudState(parts.bridge, bridge, entry, now),
    ndm_flags:
      (entry.offloaded ? NTF_OFFLOADED : 0) |
      (entry.addedByExternLearn ? NTF_EXT_LEARNED : 0) |
      (entry.isSticky ? NTF_STICKY : 0),
  };
  const attributes = encodeAttributes(NEIGHBOUR, {
    NDA_LLADDR: parseMac(entry.address),
    NDA_MASTER: bridge.netDevice.ifIndex,
    NDA_FLAGS_EXT: entry.isLocked && parts.authentication.tellsLocked ? NTF_EXT_LOCKED : 0,
    NDA_CACHEINFO: {
      ndm_confirmed: 0,
      ndm_used: Number((now - entry.used) / CLOCK_TICK),
      ndm_updated: Number((now - entry.updated) / CLOCK_TICK),
      ndm_refcnt: 0,
    },
    ...(entry.vid === 0 ? {} : { NDA_VLAN: entry.vid }),
  });
  return { type, body: encodeBody(NDMSG, header, attributes) };
}
