/** The reference switch: what stands between the ports of the reference device when they are in a bridge. */
import type {
  DriverHost,
  MacAddress,
  Nanoseconds,
  PortName,
  SwitchdevOps,
  Vid,
} from '../../../harness/contract/index.js';
import { formatMac, isLinkLocalMac } from '../../packet/addresses.js';
import { readU16 } from '../../packet/bytes.js';
import { FDB_STATIC, type FdbMemory } from './fdbMemory.js';
import { withLags } from './lagOps.js';
import { collects, lagAt, outlets } from './lagTable.js';
import { decide, newDecision } from './lookup.js';
import { switchdevOps } from './switchdevOps.js';
import { NO_TRAP, type Trapped } from './switchTraps.js';
import type { SwitchParts } from './switchParts.js';
import { NO_BRIDGE, newSwitchState, resetSwitchState, type SwitchBridge, type SwitchState } from './switchState.js';
import { MILLISECOND } from '../../nanoseconds.js';

/** The bytes that leave a port, in the number of the port. */
export type SendOut = (port: number, bytes: Uint8Array) => void;

/** What becomes of a frame at the port where it came in. `marked`: the switch has forwarded it. */
export type ForHost = 'not-for-host' | 'for-host' | 'for-host-marked';

export interface ReferenceSwitch {
  readonly ops: SwitchdevOps;
  readonly fdb: FdbMemory;
  /** Whether the port is in a bridge. */
  isSwitched(port: number): boolean;
  /** A good frame came in at a port that is in a bridge. */
  receive(port: number, bytes: Uint8Array, sendOut: SendOut): ForHost;
  /** The longest frame that leaves a port. */
  setLongest(port: number, length: number): void;
  /** Forgets what is too old; answers when to come again. */
  advance(now: Nanoseconds): Nanoseconds | null;
  /** As at power-on. */
  reset(): void;
}

export interface ReferenceSwitchOptions {
  readonly ports: readonly PortName[];
  readonly fdbEntries: number;
  readonly parts: SwitchParts;
  readonly host: () => DriverHost | undefined;
  readonly trapped: Trapped;
}

const VLAN_HLEN = 4;
const TAG_AT = 12;

export function createReferenceSwitch(options: ReferenceSwitchOptions): ReferenceSwitch {
  const { ports, fdbEntries, parts, host, trapped } = options;
  const state = newSwitchState({ ports: ports.length, fdbEntries, parts });
  const decision = newDecision();
  const { lagTable } = state;
  /** Of a station at an aggregate: one of the members. */
  const portOf = (slot: number): PortName => {
    const logical = state.fdb.port[slot] ?? 0;
    const lag = lagAt(lagTable, logical);
    return ports[lag === undefined ? logical : 31 - Math.clz32(lag.members)] ?? ('' as PortName);
  };
  const tell = (slot: number, what: 'learned' | 'forgotten'): void => {
    const { fdb } = state;
    const key = {
      address: addressOf(fdb.high[slot] ?? 0, fdb.low[slot] ?? 0),
      vid: ((fdb.filteringId[slot] ?? 0) & 0xfff) as Vid,
    };
    if (what === 'learned') host()?.fdbLearned(portOf(slot), key);
    else host()?.fdbForgotten(portOf(slot), key);
  };
  const indexOf = (port: PortName): number => ports.indexOf(port);
  return {
    fdb: state.fdb,
    ops: withLags(
      state,
      indexOf,
      switchdevOps(state, (port) => lagTable.logicalOf[indexOf(port)] ?? indexOf(port)),
    ),
    isSwitched: (port) => state.bridgeOf[lagTable.logicalOf[port] ?? port] !== NO_BRIDGE,
    receive: (member, bytes, sendOut) => {
      if (!collects(lagTable, member)) return isLinkLocalMac(bytes, 0) ? 'for-host' : 'not-for-host';
      const port = lagTable.logicalOf[member] ?? member;
      decide(state, port, bytes, decision);
      if (decision.trap !== NO_TRAP) trapped(decision.trap, member, bytes);
      if (decision.learned >= 0 && parts.tellsLearned) tell(decision.learned, 'learned');
      const { egress, host: forHost } = decision;
      if (parts.lag.returns && lagAt(lagTable, port) !== undefined && egress !== 0)
        forward(state, port, bytes, sendOut, 1 << port, decision.vid, decision.isTagged);
      if (egress !== 0) forward(state, port, bytes, sendOut, egress, decision.vid, decision.isTagged);
      if (forHost === 'no') return 'not-for-host';
      return forHost === 'copy' && parts.marksForwarded ? 'for-host-marked' : 'for-host';
    },
    setLongest: (port, length) => {
      state.longest[port] = length;
    },
    advance: (now) => {
      state.now = Number(now / MILLISECOND);
      if (state.now < state.nextAgeing) return timeOf(state.nextAgeing);
      return age(state, (slot) => {
        if (parts.tellsForgotten) tell(slot, 'forgotten');
      });
    },
    reset: () => resetSwitchState(state),
  };
}

const addressOf = (high: number, low: number): MacAddress =>
  formatMac(Uint8Array.of(high >> 8, high, low >>> 24, low >>> 16, low >>> 8, low)) as MacAddress;

/** With its tag or without, as each port has the VLAN. What a port is too narrow for is dropped there. */
function forward(
  state: SwitchState,
  from: number,
  bytes: Uint8Array,
  sendOut: SendOut,
  egress: number,
  vid: number,
  isTagged: boolean,
): void {
  const bridge = state.bridges[state.bridgeOf[from] ?? NO_BRIDGE];
  if (bridge === undefined) return;
  const untaggedPorts = bridge.filtersVlans
    ? state.parts.untagged(bridge.untagged[vid] ?? 0, bridge.members[vid] ?? 0)
    : 0;
  const forms: Forms = { bytes, tagged: undefined, untagged: undefined };
  for (let port = 0; egress >>> port !== 0 && port < 32; port++) {
    if (((egress >>> port) & 1) === 0) continue;
    const isUntagged = ((untaggedPorts >>> port) & 1) === 1;
    const frame = bridge.filtersVlans ? formFor(forms, bridge, vid, isTagged, isUntagged) : bytes;
    const cabled = outlets(state.lagTable, port, bytes);
    for (let member = 0; cabled >>> member !== 0; member++)
      if (((cabled >>> member) & 1) === 1 && state.parts.fits(frame.length, state.longest[member] ?? 0))
        sendOut(member, state.parts.forwarded(frame));
  }
}

/** A frame with and without its tag, each made once. */
interface Forms {
  readonly bytes: Uint8Array;
  tagged: Uint8Array | undefined;
  untagged: Uint8Array | undefined;
}

function formFor(
  forms: Forms,
  bridge: SwitchBridge,
  vid: number,
  isTagged: boolean,
  wantsUntagged: boolean,
): Uint8Array {
  if (wantsUntagged) {
    if (!isTagged) return forms.bytes;
    forms.untagged ??= withoutTag(forms.bytes);
    return forms.untagged;
  }
  // A priority tag has no VID: it becomes the tag of the VLAN, with its priority.
  if (isTagged && (readU16(forms.bytes, TAG_AT + 2) & 0xfff) !== 0) return forms.bytes;
  forms.tagged ??= withTag(forms.bytes, bridge.vlanProtocol, vid, isTagged);
  return forms.tagged;
}

function withoutTag(bytes: Uint8Array): Uint8Array {
  const shorter = new Uint8Array(bytes.length - VLAN_HLEN);
  shorter.set(bytes.subarray(0, TAG_AT));
  shorter.set(bytes.subarray(TAG_AT + VLAN_HLEN), TAG_AT);
  return shorter;
}

function withTag(bytes: Uint8Array, protocol: number, vid: number, hasPriority: boolean): Uint8Array {
  const rest = hasPriority ? TAG_AT + VLAN_HLEN : TAG_AT;
  const priority = hasPriority ? readU16(bytes, TAG_AT + 2) & 0xf000 : 0;
  const tagged = new Uint8Array(bytes.length - rest + TAG_AT + VLAN_HLEN);
  tagged.set(bytes.subarray(0, TAG_AT));
  tagged.set([protocol >> 8, protocol & 0xff, (priority | vid) >> 8, vid & 0xff], TAG_AT);
  tagged.set(bytes.subarray(rest), TAG_AT + VLAN_HLEN);
  return tagged;
}

/** Ages what was learned; answers when the next entry will be too old. */
function age(state: SwitchState, forget: (slot: number) => void): Nanoseconds | null {
  const { fdb, bridges, parts, now } = state;
  let next = Infinity;
  fdb.forEach((slot) => {
    if (((fdb.flags[slot] ?? 0) & FDB_STATIC) !== 0) return 'keep';
    const ageingTime = bridges[(fdb.filteringId[slot] ?? 0) >>> 12]?.ageingTime ?? 0;
    const end = (fdb.seen[slot] ?? 0) + parts.ageingTime(ageingTime);
    if (end > now) {
      next = Math.min(next, end);
      return 'keep';
    }
    forget(slot);
    return 'remove';
  });
  state.nextAgeing = next;
  return timeOf(next);
}

const timeOf = (milliseconds: number): Nanoseconds | null =>
  milliseconds === Infinity ? null : BigInt(Math.ceil(milliseconds)) * MILLISECOND;
