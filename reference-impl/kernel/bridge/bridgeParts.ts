import type { MacAddress, Vid } from '../../../harness/contract/index.js';
import type { TxFrame } from '../frames.js';
import { NUD_PERMANENT, NUD_STALE } from '../../netlink/constants.js';
import {
  BR_STATE_BLOCKING,
  DEFAULT_PORT_FLAGS,
  type Bridge,
  type BridgePort,
  type PortFlagName,
  type PortFlags,
  type StpState,
  type VlanGroup,
} from './bridge.js';
import type { FdbEntry } from './fdbTable.js';

export type FrameKind = 'unicast' | 'multicast' | 'broadcast';

/** Rules of the bridge that a seeded defect may replace, one at a time. */
export interface BridgeParts {
  /** br_fdb_update(): whether a frame confirms the entry of its source. */
  readonly refreshesOnReceive: boolean;
  /** Whether a use of the entry as a destination confirms it as well. It must not. */
  readonly refreshesOnUse: boolean;
  readonly honoursSticky: boolean;
  /** Whether the entry of a source goes to the port where it is seen now. */
  readonly followsMoves: boolean;
  readonly ages: (entry: FdbEntry, sound: boolean) => boolean;
  readonly ageingTime: (configured: bigint) => bigint;
  /** br_handle_frame(): whether a frame whose source is no unicast address is dropped. */
  readonly refusesBadSources: boolean;
  /** Whether a reserved group address (01-80-C2-00-00-0X) stays on its link. */
  /** br_recalculate_fwd_mask(): reserved addresses that a bridge of service tags passes. */
  readonly requiredMask: (sound: number) => number;
  /** recalculate_group_addr(), where the user chose none. */
  readonly groupAddress: (sound: MacAddress) => MacAddress;
  /** br_changelink(): whether this may be the group address. */
  readonly isGroupAddress: (sound: boolean) => boolean;
  readonly keepsLinkLocal: (lastByte: number, forwards: boolean) => boolean;
  /** In which states sources are learned, frames are looked at, go on from the port, and leave through it. */
  readonly learnsIn: (state: StpState, sound: boolean) => boolean;
  readonly receivesIn: (state: StpState, sound: boolean) => boolean;
  readonly forwardsFrom: (state: StpState, sound: boolean) => boolean;
  readonly sendsIn: (state: StpState, sound: boolean) => boolean;
  /** Whether a frame may leave through the port that it came in through. */
  readonly returns: (port: BridgePort) => boolean;
  readonly flag: (flags: PortFlags, name: PortFlagName) => boolean;
  /** br_flood(): whether the host's own frames pass where flooding is off. */
  readonly floodsOwnFrames: boolean;
  /** br_forward(): the port through which a frame leaves that is for a port without a link. */
  readonly backupOf: (port: BridgePort) => BridgePort | undefined;
  /** br_stp_disable_port(): whether what was learned at a port that another stands in for is kept. */
  readonly keepsForBackup: boolean;
  /** nbp_backup_clear(): whether a port that leaves stands in for none. */
  readonly clearsBackup: boolean;
  readonly floodKind: (kind: FrameKind) => FrameKind;
  /** is_skb_forwardable(). */
  readonly fits: (length: number, longest: number) => boolean;
  /** br_forward(), on its way out. */
  readonly forwarded: (frame: TxFrame) => TxFrame;
  /** br_stp_recalculate_bridge_id(). */
  readonly addressFollowsPorts: boolean;
  /** br_mtu_auto_adjust(). */
  readonly mtuFollowsPorts: boolean;
  /** br_port_carrier_check(), del_nbp(): whether what was learned at a port goes when the port does. */
  readonly flushesOnDown: boolean;
  readonly flushesOnLeave: boolean;
  /** Whether the addresses of the ports are the host's. */
  readonly ownsPortAddresses: boolean;
  readonly pvidOf: (group: VlanGroup) => Vid | 0;
  /** br_vlan_find() of a frame that comes in or goes out. */
  readonly isMember: (group: VlanGroup, vid: Vid, way: 'in' | 'out') => boolean;
  readonly leavesUntagged: (group: VlanGroup, vid: Vid) => boolean;
  /** The VID under which sources and destinations are kept. */
  readonly fdbVid: (bridge: Bridge, vid: Vid) => Vid;
  /** Priority of a tag with VID 0, that becomes a tag of the PVID. */
  readonly keepsPriority: boolean;
  /** Whether only a tag of the bridge's own protocol is a tag. */
  readonly comparesProtocol: boolean;
  /** Whether a bridge may not be put into a bridge. */
  readonly refusesBridgeInBridge: boolean;
  readonly carrierFollowsPorts: boolean;
  /** br_port_state_selection(): whether a port that is blocked forwards when nobody plays the protocol. */
  readonly unblocksWithoutStp: boolean;
  readonly selectsAfterUser: boolean;
  /** br_init_port(). */
  readonly startState: StpState;
  readonly refusesState: (state: number) => boolean;
  readonly refusesStateWhenDown: boolean;
  readonly newPortFlags: Readonly<PortFlags>;
  /** Whether flags that the hardware refused stay set. They must not. */
  readonly keepsRefusedFlags: boolean;
  /** valid_fdb_get_strict(): whether a request for one entry is looked at. */
  readonly checksEntryRequest: boolean;
  /** The VLAN in which one entry is looked for. */
  readonly vlanOfEntry: (asked: number) => number;
  /** Ports whose flags a request changes. */
  readonly flagsOf: (port: BridgePort) => readonly BridgePort[];
  /** What a refused request for an entry answers; undefined: that it was done. */
  readonly entryRefusal: (errno: EntryRefusal) => EntryRefusal | undefined;
  /** Whether a bulk deletion takes an entry. */
  readonly bulkTakes: (isMeant: boolean) => boolean;
  /** Whether a change of the table is told. */
  readonly tells: (change: 'new' | 'del', entry: FdbEntry) => boolean;
  readonly sparesStatic: boolean;
  readonly flushedWith: (entryPort: BridgePort | null, port: BridgePort) => boolean;
  readonly restrictedMask: number;
  readonly refusesProtocol: boolean;
  readonly refusesVid: (vid: number) => boolean;
  readonly refusesRange: boolean;
  readonly lastOfRange: (vid: number) => number;
  readonly missingVlanIsError: boolean;
  readonly defaultPvidMoves: boolean;
  readonly flushesVlan: boolean;
  readonly stored: (vlan: StoredVlan) => StoredVlan;
  /** br_handle_frame_finish(): whether a bridge in promiscuous mode hears what is not the host's. */
  readonly hearsWhenPromiscuous: boolean;
  /** br_pass_frame_up(): what of a frame counts as rx_bytes. */
  readonly countedBytes: (length: number, header: number) => number;
  readonly countsMulticast: boolean;
  readonly countsSent: (packets: number) => number;
  /** br_handle_frame(): which mask of a port counts. */
  readonly portMask: (mask: number) => number;
  /** find_portno(). */
  readonly portNumber: (free: number, ports: number) => number;
  /** br_del_if(): whether a port that leaves receives for itself alone again. */
  readonly releasesReceiveMode: (mode: 'groups' | 'everybody') => boolean;
  /** fdb_add_entry(): whether an entry that becomes another kind counts as changed. */
  readonly tellsNewKind: boolean;
  /** vlan_default_pvid(): whether a port has the default still. */
  readonly hasDefaultPvid: (isPvid: boolean, isUntagged: boolean) => boolean;
  /** br_vlan_delete(): whether the addresses of the bridge leave a VLAN with it. */
  readonly forgetsHostVlan: boolean;
  /** br_fdb_changeaddr(): the VLANs in which a new address takes the place of the old one. */
  readonly vidsOfAddress: (vids: readonly Vid[]) => readonly Vid[];
  /** __br_handle_local_finish(). */
  readonly learnsLinkLocal: (sound: boolean) => boolean;
  /** br_handle_frame_finish(): whether a frame to the entry counts as a use of it. br_dev_xmit() does not count. */
  readonly countsAsUse: (isForwarded: boolean) => boolean;
  /** fdb_create(): whether one more may be learned. */
  readonly admitsLearned: (learned: number, most: number) => boolean;
  /** br_switchdev_fdb_notify(): whether drivers are told of an entry. */
  readonly tellsDrivers: (entry: FdbEntry) => boolean;
  /** fdb_add_entry(): whether an entry that the user takes over counts as learned no more. */
  readonly discountsTakenOver: boolean;
  /** br_fdb_update(): whether an entry that somebody else learned is the bridge's own once its station has moved. */
  readonly takesOverMoved: boolean;
  /** fdb_to_nud(), of an entry whose time is over. */
  readonly expiredState: number;
  /** fdb_add_local(): whether an address of the host's takes the place of a station. */
  readonly hostTakesPlace: boolean;
  /** fdb_delete_local(): whether an address stays where another port, or the bridge, has it too. */
  readonly sharesAddress: (owner: 'port' | 'bridge') => boolean;
  /** __br_fdb_add(), NTF_USE: whether the user may say for a station that it spoke. */
  readonly honoursUse: boolean;
  /** ndo_dflt_fdb_add(), ndo_dflt_fdb_del(): whether the state (NUD_*) is one that an entry of a device itself can have. */
  readonly isPermanentOfDevice: (state: number, change: 'add' | 'delete') => boolean;
  /** br_stp_stop(): whether ports are chosen anew behind the end of the protocol. */
  readonly selectsAfterStp: boolean;
}

/** A VLAN of a port, as it is kept. */
export interface StoredVlan {
  readonly vid: Vid;
  readonly pvid: boolean;
  readonly untagged: boolean;
}

/** Why an entry is refused. */
export type EntryRefusal = 'EPERM' | 'EINVAL' | 'ENOENT' | 'EEXIST';

const NO_VID = 0 as Vid;

export const CONFORMING_BRIDGE: BridgeParts = {
  refreshesOnReceive: true,
  refreshesOnUse: false,
  honoursSticky: true,
  followsMoves: true,
  ages: (_entry, sound) => sound,
  ageingTime: (configured) => configured,
  refusesBadSources: true,
  requiredMask: (sound) => sound,
  groupAddress: (sound) => sound,
  isGroupAddress: (sound) => sound,
  keepsLinkLocal: (_lastByte, forwards) => !forwards,
  learnsIn: (_state, sound) => sound,
  receivesIn: (_state, sound) => sound,
  forwardsFrom: (_state, sound) => sound,
  sendsIn: (_state, sound) => sound,
  returns: ({ flags }) => flags.hairpin,
  flag: (flags, name) => flags[name],
  floodsOwnFrames: true,
  backupOf: ({ backup }) => backup,
  keepsForBackup: true,
  clearsBackup: true,
  floodKind: (kind) => kind,
  fits: (length, longest) => length <= longest,
  forwarded: (frame) => frame,
  addressFollowsPorts: true,
  mtuFollowsPorts: true,
  flushesOnDown: true,
  flushesOnLeave: true,
  ownsPortAddresses: true,
  pvidOf: ({ pvid }) => pvid,
  isMember: ({ members }, vid) => members.has(vid),
  leavesUntagged: ({ members }, vid) => members.get(vid)?.untagged === true,
  fdbVid: ({ vlanFiltering }, vid) => (vlanFiltering ? vid : NO_VID),
  hearsWhenPromiscuous: true,
  countedBytes: (length, header) => length - header,
  countsMulticast: true,
  hasDefaultPvid: (isPvid, isUntagged) => isPvid && isUntagged,
  forgetsHostVlan: true,
  vidsOfAddress: (vids) => vids,
  portNumber: (free) => free,
  releasesReceiveMode: () => true,
  tellsNewKind: true,
  countsSent: (packets) => packets,
  portMask: (mask) => mask,
  learnsLinkLocal: (sound) => sound,
  countsAsUse: (isForwarded) => isForwarded,
  keepsPriority: true,
  comparesProtocol: true,
  refusesBridgeInBridge: true,
  carrierFollowsPorts: true,
  unblocksWithoutStp: true,
  selectsAfterUser: true,
  startState: BR_STATE_BLOCKING,
  refusesState: (state) => state > BR_STATE_BLOCKING,
  refusesStateWhenDown: true,
  newPortFlags: DEFAULT_PORT_FLAGS,
  keepsRefusedFlags: false,
  checksEntryRequest: true,
  vlanOfEntry: (asked) => asked,
  flagsOf: (port) => [port],
  entryRefusal: (errno) => errno,
  bulkTakes: (isMeant) => isMeant,
  tells: () => true,
  sparesStatic: true,
  flushedWith: (entryPort, port) => entryPort === port,
  restrictedMask: 0x7,
  refusesProtocol: true,
  refusesVid: (vid) => vid === 0 || vid >= 4095,
  refusesRange: true,
  lastOfRange: (vid) => vid,
  missingVlanIsError: false,
  defaultPvidMoves: true,
  flushesVlan: true,
  stored: (vlan) => vlan,
  admitsLearned: (learned, most) => learned < most,
  // What the user put there to age would confuse them.
  tellsDrivers: ({ addedByUser, isLocal, isStatic, addedByExternLearn }) =>
    !addedByUser || isLocal || isStatic || addedByExternLearn,
  discountsTakenOver: true,
  takesOverMoved: true,
  expiredState: NUD_STALE,
  hostTakesPlace: true,
  sharesAddress: () => true,
  honoursUse: true,
  isPermanentOfDevice: (state) => (state & NUD_PERMANENT) !== 0,
  selectsAfterStp: false,
};
