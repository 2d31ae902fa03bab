/** The rules of the embedded switch and of its mailbox, each of which a seeded defect may replace. */
import type { MacAddress } from '../../../harness/contract/index.js';
import {
  DEFAULT_SETTINGS,
  LINK_STATE_AUTO,
  LINK_STATE_ENABLE,
  NO_ADDRESS,
  noCounters,
  type ReceiveMode,
  type VfCounters,
  type VfSettings,
  type VirtualFunction,
} from './virtualFunction.js';

const ETH_P_8021Q = 0x8100;
const ETH_P_8021AD = 0x88a8;
const ETH_P_LLDP = 0x88cc;

/** What is wrong with the source of a frame. */
export type SpoofKind = 'address' | 'vlan';

export interface EswitchParts {
  // What a virtual function sends.
  /** Whether the check of sources is done for this function. */
  readonly checksSource: (vf: VirtualFunction) => boolean;
  /** Whether the address that a frame comes from is one of the function's. */
  readonly isOwnSource: (functions: number, vf: VirtualFunction, isTagged: boolean) => boolean;
  /** Whether the VLAN of a tag is one of the function's. */
  readonly isOwnVlan: (members: number, vf: VirtualFunction) => boolean;
  readonly dropsSpoofed: (kind: SpoofKind) => boolean;
  readonly countsSpoofed: boolean;
  /** Whether a frame of this type carries a tag, for a function that must not tag. */
  readonly isTag: (type: number) => boolean;
  /** Whether a function with a VLAN of its port may send tagged frames. */
  readonly mayTag: (vf: VirtualFunction) => boolean;
  /** Whether a function may send MAC control frames. */
  readonly sendsMacControl: boolean;
  /** Whether a function may send LLDP while its sources are checked. */
  readonly sendsLldp: boolean;
  /** Whether the switch tags what a function sends. */
  readonly tags: (settings: VfSettings) => boolean;
  /** The tag that a port VLAN makes. */
  readonly portTag: (settings: VfSettings) => number;
  /** Whether the VLAN of a port counts for frames between functions too. */
  readonly tagsBeforeLookup: boolean;
  // Where a frame goes.
  /** VLANs that a function is in because of its port, or because it may choose none. */
  readonly vlansOfPort: (vf: VirtualFunction) => readonly number[];
  /** Whether VLANs that a function chose count. */
  readonly choosesVlans: (vf: VirtualFunction) => boolean;
  /** Functions that may have frames of a VLAN. */
  readonly inVlan: (members: number, promiscuous: number) => number;
  /** Functions that get a unicast frame, of those that have its address and those that see everything. */
  readonly unicastTo: (exact: number, promiscuous: number) => number;
  /** Whether the physical function is asked whether it wants a group. */
  readonly offersGroups: boolean;
  readonly multicastTo: (members: number, allMulticast: number, promiscuous: number) => number;
  /** Functions that get a broadcast frame. */
  readonly broadcastTo: (functions: number) => number;
  /** Whether a frame to a function of this device leaves at the cable too. */
  readonly leavesToo: boolean;
  /** Where a unicast frame goes that nobody has the address of: functions beside the cable. */
  readonly unknownTo: (functions: number) => number;
  /** Where a unicast frame of the cable goes that nobody has the address of: the physical function looks at it. */
  readonly strangersTo: (functions: number) => number;
  /** Whether broadcast of a function leaves at the cable. */
  readonly broadcastLeaves: boolean;
  /** Functions less the one that sent the frame. */
  readonly withoutSource: (functions: number, source: number) => number;
  /** Functions whose link is up. */
  readonly linkedOf: (functions: number, linked: number) => number;
  /** Whether the tag of a port VLAN is taken off what is delivered. */
  readonly strips: (fromCable: boolean) => boolean;
  /** Whether a function sees the tags of what is delivered to it. */
  readonly seesTags: (hasPortVlan: boolean) => boolean;
  /** The frame as it is delivered. */
  readonly deliveredBytes: (bytes: Uint8Array) => Uint8Array;
  // The link.
  /** Whether the physical function has a link that virtual ones follow. */
  readonly uplink: (isUp: boolean, isPlugged: boolean) => boolean;
  readonly linkOf: (vf: VirtualFunction, uplink: boolean) => boolean;
  readonly sendsWithoutLink: boolean;
  // The rate.
  readonly rateOf: (vf: VirtualFunction) => number;
  // The mailbox.
  readonly mayChangeAddress: (vf: VirtualFunction) => boolean;
  readonly mayAddUnicast: (vf: VirtualFunction) => boolean;
  readonly mayChooseVlan: (vf: VirtualFunction) => boolean;
  readonly grantedMode: (vf: VirtualFunction, asked: ReceiveMode) => ReceiveMode;
  /** Whether a unicast or zero address is asked for. */
  readonly refusesBadAddress: boolean;
  /** Whether a function that has not reset itself since it was told to is served. */
  readonly servesBeforeReset: boolean;
  readonly servesWhileDown: boolean;
  readonly checksLongest: boolean;
  /** Whether a new list of groups takes the place of the one before. */
  readonly replacesGroups: boolean;
  /** Whether a new address takes the place of the one before. */
  readonly replacesAddress: boolean;
  /** Whether the driver of a function forgets a VLAN that it left, whatever the answer. */
  readonly forgetsVlan: boolean;
  // Life.
  /** What a function starts with when virtual functions are made. */
  readonly settingsAtStart: (before: VfSettings | undefined) => VfSettings;
  readonly countersAtStart: (before: VfCounters | undefined) => VfCounters;
  /** Whether filters of functions that are gone are gone too. */
  readonly forgetsFormer: boolean;
  /** The last byte of the address that a function gives itself. */
  readonly ownNumber: (index: number) => number;
  /** The address with which a driver starts. */
  readonly addressForDriver: (settings: VfSettings, own: MacAddress) => MacAddress;
  /** Whether an address that is set holds while a driver is there. */
  readonly addressHoldsAtOnce: boolean;
  /** Whether a function that was reset stands still until its driver starts anew. */
  readonly resetStops: boolean;
  /** Whether functions keep what they asked for while the physical one goes down and comes up. */
  readonly survivesPhysical: boolean;
  /** Whether a reset of a function clears what it had asked for. */
  readonly resetClears: (what: 'vlans' | 'multicast' | 'unicast' | 'mode') => boolean;
  /** Whether a reset leaves what the physical function set. */
  readonly resetKeepsSettings: boolean;
  /** Whether a driver that goes takes what it asked for along. */
  readonly unbindClears: boolean;
  /** Whether a function has to ask again when the physical function changes what it may. */
  readonly asksAgain: (why: 'trust' | 'vlan' | 'link') => boolean;
  /** How many virtual functions there are, of those that were asked for. */
  readonly enabled: (asked: number) => number;
  // Counters.
  readonly countDelivered: (vf: VirtualFunction, length: number, cast: 'unicast' | 'multicast' | 'broadcast') => void;
  readonly countSent: (vf: VirtualFunction, length: number) => void;
  // Switchdev mode.
  /** How many functions get a representor. */
  readonly represented: (count: number) => number;
  /** Whether functions that are made later get one too. */
  readonly representsLater: boolean;
  /** Who gets what a rule sends to the port of a function. */
  readonly ruleReaches: 'function' | 'representor';
  readonly removesRepresentors: boolean;
  readonly remakesForSameMode: boolean;
  /** Whose representor gets what a function sent, and which function gets what a representor sent. */
  readonly representorOf: (vf: number) => number;
  readonly representeeOf: (vf: number) => number;
  /** The number of a function that the port of its representor tells. */
  readonly representedNumber: (vf: number) => number;
  readonly hasSlowPath: boolean;
  readonly sharesSwitchId: boolean;
  /** Whether a representor is without a device on a bus. */
  readonly hidesParent: boolean;
  readonly followsRepresentor: boolean;
  /** Whether settings that the switch of the mode has no use for are refused. */
  readonly refusesLegacySettings: boolean;
  readonly keepsFunctionAddress: boolean;
  /** Whether functions are switched among themselves in this mode too. */
  readonly switchesAnyway: boolean;
  /** Whether what is sent at the uplink reaches functions. */
  readonly uplinkReaches: boolean;
  // Settings.
  readonly checksVlanRange: boolean;
  readonly checksVlanProtocol: boolean;
  readonly checksLinkState: boolean;
  readonly checksVfNumber: boolean;
  readonly refusesMulticastAddress: boolean;
  /** Whether a rate beyond what the link carries is refused. */
  readonly checksRate: boolean;
  readonly zeroAddressFrees: boolean;
  /** Whether rates that are promised to all functions together are compared with what the link carries. */
  readonly sumsPromises: boolean;
  /** Whether an address that a trusted function chooses takes the place of the one that was set. */
  readonly choiceReplacesSet: boolean;
  /** Whether a list of addresses that there is no room for leaves the one before. */
  readonly keepsFormerList: boolean;
  /** Whether a frame is one of LLDP. */
  readonly isLldp: (type: number, bytes: Uint8Array) => boolean;
  /** Interrupt vectors of a function, and the queues that it has by them. */
  readonly checksVectors: boolean;
  /** Functions whose ports have a leaf in the tree of rates. */
  readonly hasRateLeaf: (vf: number) => boolean;
  /** Whether capabilities of a function are kept one by one. */
  readonly keepsOtherCapabilities: boolean;
  // Subfunctions.
  readonly checksSubfunctionNumber: boolean;
  /** Whether it is told that a driver has taken the function. */
  readonly tellsAttached: boolean;
  readonly deactivates: boolean;
  /** Whether what the function sends comes back to it. */
  readonly crossesSubfunction: boolean;
  /** Whether the net device of a function goes with its port. */
  readonly removesActive: boolean;
  readonly limitedQueues: (queues: number, maxIoEqs: number) => number;
  readonly queuesOf: (vectors: number) => number;
}

export const CONFORMING_ESWITCH: EswitchParts = {
  checksSource: ({ settings }) => settings.spoofCheck,
  isOwnSource: (functions, { bit }) => (functions & bit) !== 0,
  isOwnVlan: (members, { bit }) => (members & bit) !== 0,
  dropsSpoofed: () => true,
  countsSpoofed: true,
  isTag: (type) => type === ETH_P_8021Q || type === ETH_P_8021AD,
  mayTag: ({ settings }) => settings.vlan === 0 && settings.qos === 0,
  sendsMacControl: false,
  sendsLldp: false,
  tags: ({ vlan, qos }) => vlan !== 0 || qos !== 0,
  portTag: ({ vlan, qos }) => (qos << 13) | vlan,
  tagsBeforeLookup: true,
  vlansOfPort: ({ settings }) => [settings.vlan],
  choosesVlans: ({ settings }) => settings.vlan === 0 && settings.qos === 0,
  inVlan: (members) => members,
  unicastTo: (exact, promiscuous) => exact | promiscuous,
  offersGroups: true,
  multicastTo: (members, allMulticast, promiscuous) => members | allMulticast | promiscuous,
  broadcastTo: (functions) => functions,
  leavesToo: false,
  unknownTo: () => 0,
  strangersTo: () => 1,
  broadcastLeaves: true,
  withoutSource: (functions, source) => functions & ~source,
  linkedOf: (functions, linked) => functions & linked,
  strips: () => true,
  seesTags: (hasPortVlan) => !hasPortVlan,
  deliveredBytes: (bytes) => bytes,
  uplink: (isUp, isPlugged) => isUp && isPlugged,
  linkOf: ({ settings: { linkState } }, uplink) =>
    linkState === LINK_STATE_AUTO ? uplink : linkState === LINK_STATE_ENABLE,
  sendsWithoutLink: false,
  rateOf: ({ settings }) => settings.maxTxRate,
  mayChangeAddress: ({ settings }) => settings.trusted || settings.address === DEFAULT_SETTINGS.address,
  mayAddUnicast: ({ settings }) => settings.trusted || settings.address === DEFAULT_SETTINGS.address,
  mayChooseVlan: ({ settings }) => settings.vlan === 0 && settings.qos === 0,
  grantedMode: ({ settings }, asked) =>
    settings.trusted || asked === 'broadcast' || asked === 'multicast' ? asked : 'multicast',
  refusesBadAddress: true,
  servesBeforeReset: false,
  servesWhileDown: false,
  checksLongest: true,
  replacesGroups: true,
  replacesAddress: true,
  forgetsVlan: true,
  settingsAtStart: () => ({ ...DEFAULT_SETTINGS }),
  countersAtStart: noCounters,
  forgetsFormer: true,
  ownNumber: (index) => index + 1,
  addressForDriver: ({ address }, own) => (address === NO_ADDRESS ? own : address),
  addressHoldsAtOnce: true,
  resetStops: true,
  survivesPhysical: true,
  resetClears: () => true,
  resetKeepsSettings: true,
  unbindClears: true,
  asksAgain: () => true,
  enabled: (asked) => asked,
  countDelivered: ({ counters }, length, cast) => {
    counters.rxPackets++;
    counters.rxBytes += length;
    if (cast !== 'unicast') counters[cast]++;
  },
  countSent: ({ counters }, length) => {
    counters.txPackets++;
    counters.txBytes += length;
  },
  represented: (count) => count,
  representsLater: true,
  ruleReaches: 'function',
  removesRepresentors: true,
  remakesForSameMode: false,
  representorOf: (vf) => vf,
  representeeOf: (vf) => vf,
  representedNumber: (vf) => vf,
  hasSlowPath: true,
  sharesSwitchId: true,
  hidesParent: true,
  followsRepresentor: true,
  refusesLegacySettings: true,
  keepsFunctionAddress: true,
  switchesAnyway: false,
  uplinkReaches: false,
  checksVlanRange: true,
  checksVlanProtocol: true,
  checksLinkState: true,
  checksVfNumber: true,
  refusesMulticastAddress: true,
  checksRate: true,
  zeroAddressFrees: true,
  sumsPromises: true,
  choiceReplacesSet: true,
  keepsFormerList: true,
  isLldp: (type) => type === ETH_P_LLDP,
  checksVectors: true,
  hasRateLeaf: () => true,
  keepsOtherCapabilities: true,
  checksSubfunctionNumber: true,
  tellsAttached: true,
  deactivates: true,
  removesActive: true,
  crossesSubfunction: false,
  limitedQueues: (queues, maxIoEqs) => (maxIoEqs === 0 ? queues : Math.min(queues, maxIoEqs)),
  // One is for the mailbox.
  queuesOf: (vectors) => vectors - 1,
};
