/** What the driver of the reference switch does for the kernel: SwitchdevOps over the state of the chip. */
import type {
  BridgeId,
  DriverResult,
  Errno,
  FdbKey,
  PortName,
  SwitchdevObject,
  SwitchdevOps,
  SwitchdevPortFlags,
} from '../../../harness/contract/index.js';
import { parseMac } from '../../packet/addresses.js';
import { readU16 } from '../../packet/bytes.js';
import { EOPNOTSUPP, done, refuse } from '../driverResult.js';
import { FDB_HOST, FDB_STATIC, FDB_STICKY } from './fdbMemory.js';
import { addGroup, changeHostGroup, removeGroup } from './groupOps.js';

import {
  NO_BRIDGE,
  STATE_DISABLED,
  STATE_FORWARDING,
  filteringIdOf,
  type SwitchBridge,
  type SwitchState,
} from './switchState.js';
import { assignTree, clearTrees, isInTree, leaveTrees, mstiOf, setTreeState } from './treeTable.js';

const ENOSPC = 28 as Errno;
const NANOSECONDS = 1_000_000n;

/** `indexOf`: the number of a port in the bitmaps. */
export function switchdevOps(state: SwitchState, indexOf: (port: PortName) => number): SwitchdevOps {
  return {
    join: (port, { id, vlanFiltering, vlanProtocol, ageingTime, mst }) => {
      const number = bridgeNumber(state, id) ?? freeBridge(state);
      const bridge = number === undefined ? undefined : state.bridges[number];
      if (number === undefined || bridge === undefined)
        return refuse(ENOSPC, 'the switch has no more bridges to hold apart');
      state.isUsed = true;
      if (bridge.id === undefined) clearBridge(bridge, id);
      bridge.trees.isOn = mst;
      bridge.filtersVlans = vlanFiltering;
      bridge.vlanProtocol = vlanProtocol;
      bridge.ageingTime = Number(ageingTime / NANOSECONDS);
      bridge.ports |= 1 << indexOf(port);
      state.bridgeOf[indexOf(port)] = number;
      setFlags(state, indexOf(port), FLAGS_AT_JOIN);
      return { ok: true, value: number + 1 };
    },
    leave: (port, id) => leave(state, indexOf(port), id),
    setPortAttribute: (port, attribute) => {
      const index = indexOf(port);
      switch (attribute.kind) {
        case 'stp-state':
          setStpState(state, index, attribute.state);
          return done;
        case 'mst-state':
          return setStateInTree(state, index, attribute.msti, attribute.state);
        case 'flags':
          setFlags(state, index, attribute.flags);
          return done;
        case 'multicast-router':
          state.routers = attribute.on ? state.routers | (1 << index) : state.routers & ~(1 << index);
          return done;
        case 'flush':
          flush(state, index, attribute.vid);
          return done;
      }
    },
    setBridgeAttribute: (id, attribute) => {
      const bridge = state.bridges[bridgeNumber(state, id) ?? NO_BRIDGE];
      if (bridge === undefined) return refuse(EOPNOTSUPP);
      switch (attribute.kind) {
        case 'ageing-time':
          bridge.ageingTime = Number(attribute.ageingTime / NANOSECONDS);
          state.nextAgeing = state.now;
          return done;
        case 'vlan-filtering':
          bridge.filtersVlans = attribute.on;
          return done;
        case 'multicast-snooping':
          bridge.snoops = attribute.on;
          return done;
        case 'multicast-router':
          bridge.hostIsRouter = attribute.on;
          return done;
        case 'vlan-protocol':
          bridge.vlanProtocol = attribute.protocol;
          return done;
        case 'mst':
          clearTrees(bridge.trees, attribute.on);
          return done;
        case 'vlan-msti':
          return assignTree(bridge.trees, state.parts.trees, attribute.vid, attribute.msti)
            ? done
            : refuse(ENOSPC, 'the switch has no more spanning trees');
      }
    },
    addObject: (port, object) => {
      const index = indexOf(port);
      return object.kind === 'vlan'
        ? addVlan(state, index, object)
        : addGroup(state, state.bridgeOf[index] ?? NO_BRIDGE, index, object);
    },
    removeObject: (port, object) => {
      const index = indexOf(port);
      if (object.kind === 'vlan') removeVlan(state, index, object);
      else removeGroup(state, state.bridgeOf[index] ?? NO_BRIDGE, index, object);
    },
    addHostObject: (id, object) => {
      if (object.kind === 'vlan') setHostMember(state, id, object.vid, 1);
      else changeHostGroup(state, bridgeNumber(state, id) ?? NO_BRIDGE, object, 1);
    },
    removeHostObject: (id, object) => {
      if (object.kind === 'vlan') setHostMember(state, id, object.vid, 0);
      else changeHostGroup(state, bridgeNumber(state, id) ?? NO_BRIDGE, object, -1);
    },
    addFdb: (port, entry) => {
      const index = indexOf(port);
      return put(
        state,
        state.bridgeOf[index] ?? NO_BRIDGE,
        entry,
        index,
        (entry.isStatic ? FDB_STATIC : 0) | (entry.isSticky ? FDB_STICKY : 0),
      );
    },
    removeFdb: (port, key) => remove(state, state.bridgeOf[indexOf(port)] ?? NO_BRIDGE, key),
    addHostFdb: (id, key) => {
      put(state, bridgeNumber(state, id) ?? NO_BRIDGE, key, 0, FDB_HOST | FDB_STATIC);
    },
    removeHostFdb: (id, key) => remove(state, bridgeNumber(state, id) ?? NO_BRIDGE, key),
  };
}

const FLAGS_AT_JOIN: SwitchdevPortFlags = {
  learning: true,
  unicastFlood: true,
  multicastFlood: true,
  broadcastFlood: true,
  multicastToUnicast: false,
  isolated: false,
  hairpin: false,
  locked: false,
  mab: false,
};

function bridgeNumber({ bridges }: SwitchState, id: BridgeId): number | undefined {
  const number = bridges.findIndex((bridge) => bridge.id === id);
  return number < 0 ? undefined : number;
}

function freeBridge({ bridges }: SwitchState): number | undefined {
  const number = bridges.findIndex((bridge) => bridge.id === undefined);
  return number < 0 ? undefined : number;
}

function clearBridge(bridge: SwitchBridge, id: BridgeId): void {
  bridge.id = id;
  bridge.ports = 0;
  bridge.members.fill(0);
  bridge.untagged.fill(0);
  bridge.hostMember.fill(0);
  clearTrees(bridge.trees, false);
  bridge.snoops = true;
  bridge.hostIsRouter = false;
}

function leave(state: SwitchState, port: number, id: BridgeId): void {
  const number = bridgeNumber(state, id);
  const bridge = number === undefined ? undefined : state.bridges[number];
  if (number === undefined || bridge === undefined) return;
  flush(state, port);
  const others = ~(1 << port);
  bridge.ports &= others;
  state.routers &= others;
  state.groups.forget(number, port, bridge.ports === 0);
  leaveTrees(bridge.trees, state.parts.trees, port);
  for (const vlans of [bridge.members, bridge.untagged])
    for (const [vid, ports] of vlans.entries()) if ((ports & ~others) !== 0) vlans[vid] = ports & others;
  state.pvid[port] = 0;
  state.bridgeOf[port] = NO_BRIDGE;
  setStpState(state, port, STATE_DISABLED);
  if (bridge.ports !== 0) return;
  if (state.parts.flushes)
    state.fdb.forEach((slot) => ((state.fdb.filteringId[slot] ?? 0) >>> 12 === number ? 'remove' : 'keep'));
  bridge.id = undefined;
}

function setStpState(state: SwitchState, port: number, stpState: number): void {
  state.stpState[port] = stpState;
  const bit = 1 << port;
  const forwards = state.parts.sendsIn(stpState, stpState === STATE_FORWARDING);
  state.forwarding = forwards ? state.forwarding | bit : state.forwarding & ~bit;
}

function setFlags(state: SwitchState, port: number, flags: SwitchdevPortFlags): void {
  const bit = 1 << port;
  const names = [
    'learning',
    'unicastFlood',
    'multicastFlood',
    'broadcastFlood',
    'multicastToUnicast',
    'isolated',
    'hairpin',
    'locked',
    'mab',
  ] as const;
  for (const name of names) state[name] = flags[name] ? state[name] | bit : state[name] & ~bit;
}

/** Of a port that is in no VLAN of the tree nothing is kept. */
function setStateInTree(state: SwitchState, port: number, msti: number, stpState: number): DriverResult {
  const bridge = state.bridges[state.bridgeOf[port] ?? NO_BRIDGE];
  if (bridge === undefined) return refuse(EOPNOTSUPP);
  if (isInTree(bridge.trees, bridge.members, port, msti))
    setTreeState(bridge.trees, state.parts.trees, port, msti, stpState);
  return done;
}

/** What was learned at the port; what the host put there stays until the host takes it away. */
function flush({ fdb, parts }: SwitchState, port: number, vid?: number): void {
  if (!parts.flushes) return;
  fdb.forEach((slot) => {
    const isStatic = ((fdb.flags[slot] ?? 0) & FDB_STATIC) !== 0 && !parts.flushesStatic;
    const isOther = fdb.port[slot] !== port || isStatic;
    const isOtherVlan = vid !== undefined && ((fdb.filteringId[slot] ?? 0) & 0xfff) !== vid;
    return isOther || isOtherVlan ? 'keep' : 'remove';
  });
}

type VlanObject = Extract<SwitchdevObject, { kind: 'vlan' }>;

function addVlan(state: SwitchState, port: number, { vid, pvid, untagged }: VlanObject): DriverResult {
  const bridge = state.bridges[state.bridgeOf[port] ?? NO_BRIDGE];
  if (bridge === undefined) return refuse(EOPNOTSUPP);
  const bit = 1 << port;
  bridge.members[vid] = (bridge.members[vid] ?? 0) | bit;
  bridge.untagged[vid] = untagged ? (bridge.untagged[vid] ?? 0) | bit : (bridge.untagged[vid] ?? 0) & ~bit;
  if (pvid) state.pvid[port] = vid;
  else if (state.pvid[port] === vid && state.parts.clearsPvid) state.pvid[port] = 0;
  return done;
}

function removeVlan(state: SwitchState, port: number, { vid }: VlanObject): void {
  const bridge = state.bridges[state.bridgeOf[port] ?? NO_BRIDGE];
  if (bridge === undefined) return;
  const others = ~(1 << port);
  bridge.members[vid] = (bridge.members[vid] ?? 0) & others;
  bridge.untagged[vid] = (bridge.untagged[vid] ?? 0) & others;
  if (state.pvid[port] === vid) state.pvid[port] = 0;
  leaveTree(state, bridge, vid, port);
}

/** A port in no other VLAN of the tree has no state there any more, and a VLAN that nobody is in has no tree. */
function leaveTree(
  { parts }: SwitchState,
  { trees, members, hostMember }: SwitchBridge,
  vid: number,
  port?: number,
): void {
  const msti = mstiOf(trees, vid);
  if (msti !== 0 && port !== undefined && !isInTree(trees, members, port, msti))
    setTreeState(trees, parts.trees, port, msti, STATE_DISABLED);
  if (members[vid] === 0 && hostMember[vid] === 0 && parts.trees.forgetsVlans) assignTree(trees, parts.trees, vid, 0);
}

function setHostMember(state: SwitchState, id: BridgeId, vid: number, member: 0 | 1): void {
  const bridge = state.bridges[bridgeNumber(state, id) ?? NO_BRIDGE];
  if (bridge === undefined) return;
  bridge.hostMember[vid] = member;
  if (member === 0) leaveTree(state, bridge, vid);
}

/** ENOSPC if there is no room: the kernel goes on in software. */
function put(state: SwitchState, bridge: number, { address, vid }: FdbKey, port: number, flags: number): DriverResult {
  const { fdb, parts } = state;
  if (bridge === NO_BRIDGE) return refuse(EOPNOTSUPP);
  const bytes = parseMac(address);
  const [high, low] = [readU16(bytes, 0), ((readU16(bytes, 2) << 16) | readU16(bytes, 4)) >>> 0];
  const id = filteringIdOf(parts.filteringBridge(bridge), parts.filteringVid(vid));
  const known = fdb.find(high, low, id);
  const slot = known >= 0 ? known : fdb.insert(high, low, id);
  if (slot < 0) return parts.admits(false) ? done : refuse(ENOSPC, 'the forwarding database of the switch is full');
  fdb.port[slot] = port;
  fdb.flags[slot] = flags;
  fdb.seen[slot] = state.now;
  state.nextAgeing = Math.min(state.nextAgeing, state.now);
  return done;
}

function remove({ fdb, parts }: SwitchState, bridge: number, { address, vid }: FdbKey): void {
  if (bridge === NO_BRIDGE) return;
  const bytes = parseMac(address);
  const [high, low] = [readU16(bytes, 0), ((readU16(bytes, 2) << 16) | readU16(bytes, 4)) >>> 0];
  const slot = fdb.find(high, low, filteringIdOf(parts.filteringBridge(bridge), parts.filteringVid(vid)));
  if (slot >= 0) fdb.remove(slot);
}
