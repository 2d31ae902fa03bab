/**
 * The switchdev core: what the bridge does is offered to the hardware below its ports, and what the hardware learns comes back
 * (Documentation/networking/switchdev.rst, net/switchdev/switchdev.c, net/bridge/br_switchdev.c).
 */
import type {
  BridgeId,
  DriverResult,
  SwitchdevBridgeAttribute,
  SwitchdevObject,
  SwitchdevOps,
  SwitchdevPortAttribute,
  SwitchdevPortFlags,
  PortName,
} from '../../harness/contract/index.js';
import { EOPNOTSUPP, OK, refused } from './errno.js';
import type { Outcome } from './kernelState.js';
import type { NetDevice } from './netDevice.js';
import { membersOf } from './aggregates.js';
import type { Bridge, BridgePort, PortFlags } from './bridge/bridge.js';
import type { FdbEntry } from './bridge/fdbTable.js';
import type { GroupEntry, PortGroup } from './bridge/multicast/groupTable.js';
import { isHostRouter } from './bridge/multicast/queries.js';
import { ToldGroups, groupObject } from './switchdevGroups.js';

export interface SwitchPort {
  readonly ops: SwitchdevOps;
  readonly port: PortName;
}

/** The switch that a port belongs to, with the port's name there; undefined: the port is no switch's. */
export function switchPort(netDevice: NetDevice): SwitchPort | undefined {
  const { lower } = netDevice;
  if (lower.kind !== 'port' || lower.device.switchdev === undefined) return undefined;
  return { ops: lower.device.switchdev, port: lower.port };
}

/** switchdev_lower_dev_find(): the port itself, or the members of an aggregate whose hardware takes part. */
function switchPorts(netDevice: NetDevice): readonly SwitchPort[] {
  const below = switchPort(netDevice);
  if (below !== undefined) return [below];
  return membersOf(netDevice).flatMap((member) => {
    const port = member.isOffloaded ? switchPort(member.netDevice) : undefined;
    return port === undefined ? [] : [port];
  });
}

const bridgeId = ({ netDevice }: Bridge): BridgeId => netDevice.ifIndex as number as BridgeId;

function offloadedFlags(flags: PortFlags): SwitchdevPortFlags {
  const { learning, unicastFlood, multicastFlood, broadcastFlood, isolated, hairpin, locked, mab } = flags;
  const flooding = { unicastFlood, multicastFlood, broadcastFlood, multicastToUnicast: flags.multicastToUnicast };
  return { learning, ...flooding, isolated, hairpin, locked, mab };
}

const equalFlags = (one: SwitchdevPortFlags, other: SwitchdevPortFlags): boolean =>
  (Object.keys(one) as (keyof SwitchdevPortFlags)[]).every((name) => one[name] === other[name]);

/** A driver that does not take part in something says EOPNOTSUPP, and the software does it alone. */
const unlessRefused = (result: DriverResult): Outcome => (!result.ok && result.errno === EOPNOTSUPP ? OK : result);

/** Requests that may be refused are made at once; the others wait until the kernel may sleep (SWITCHDEV_F_DEFER). */
export class SwitchdevCore {
  readonly #deferred: (() => Promise<void>)[] = [];
  readonly #toldGroups = new ToldGroups();
  readonly #reflect: (bridge: Bridge, entry: FdbEntry) => void;

  /** `reflect`: an entry's offload flag changed, and who listens to the table is to know. */
  constructor(reflect: (bridge: Bridge, entry: FdbEntry) => void) {
    this.#reflect = reflect;
  }

  get isIdle(): boolean {
    return this.#deferred.length === 0;
  }

  /** switchdev_deferred_process(). */
  async process(): Promise<void> {
    for (const work of this.#deferred.splice(0)) await work();
  }

  forget(): void {
    this.#deferred.length = 0;
  }

  /** NETDEV_PRECHANGEUPPER and NETDEV_CHANGEUPPER: the driver may refuse. An aggregate joins with all its members, or with none. */
  async join(port: BridgePort): Promise<Outcome> {
    const joined: SwitchPort[] = [];
    for (const below of switchPorts(port.netDevice)) {
      const outcome = await this.#joinOne(port, below);
      if (outcome.ok) {
        joined.push(below);
        continue;
      }
      for (const before of joined) await before.ops.leave(before.port, bridgeId(port.bridge));
      port.hardwareDomain = 0;
      return outcome;
    }
    return OK;
  }

  async #joinOne(port: BridgePort, below: SwitchPort): Promise<Outcome> {
    const { vlanFiltering, vlanProtocol, ageingTime, mst } = port.bridge;
    const bridge = { id: bridgeId(port.bridge), vlanFiltering, vlanProtocol, ageingTime, mst };
    const joined = await below.ops.join(below.port, bridge);
    if (!joined.ok) return joined.errno === EOPNOTSUPP ? OK : joined;
    port.hardwareDomain = joined.value;
    // br_switchdev_vlan_attr_replay().
    for (const { vid, msti } of port.bridge.globalVlans.values())
      if (msti !== 0) await below.ops.setBridgeAttribute(bridge.id, { kind: 'vlan-msti', vid, msti });
    return OK;
  }

  async leave(port: BridgePort): Promise<void> {
    await this.process();
    if (port.hardwareDomain === 0) return;
    const left = switchPorts(port.netDevice);
    for (const below of left) await below.ops.leave(below.port, bridgeId(port.bridge));
    port.hardwareDomain = 0;
    for (const { ops } of left) if (!this.#switchesOf(port.bridge).has(ops)) this.#toldGroups.forget(ops, port.bridge);
  }

  /** A member comes to an aggregate that is in a bridge: it is told what the others know (switchdev_bridge_port_offload()). */
  async joinMember(port: BridgePort, member: NetDevice): Promise<void> {
    const below = switchPort(member);
    if (below === undefined || !(await this.#joinOne(port, below)).ok || port.hardwareDomain === 0) return;
    await below.ops.setPortAttribute(below.port, { kind: 'flags', flags: offloadedFlags(port.flags) });
    await below.ops.setPortAttribute(below.port, { kind: 'stp-state', state: port.state });
    const { members, pvid } = port.vlans;
    for (const [vid, { untagged }] of members)
      await below.ops.addObject(below.port, { kind: 'vlan', vid, pvid: vid === pvid, untagged });
    for (const entry of port.bridge.fdb.entries())
      if (entry.isLocal || entry.port === port) this.deferFdb(port.bridge, entry, 'add');
    for (const [vid, { untagged }] of port.bridge.vlans.members)
      await this.addHostObject(port.bridge, { kind: 'vlan', vid, pvid: port.bridge.vlans.pvid === vid, untagged });
  }

  async leaveMember(port: BridgePort, member: NetDevice): Promise<void> {
    const below = switchPort(member);
    if (below === undefined || port.hardwareDomain === 0) return;
    const isLast = switchPorts(port.netDevice).length <= 1;
    await below.ops.leave(below.port, bridgeId(port.bridge));
    if (isLast) port.hardwareDomain = 0;
  }

  /** The first refusal counts. */
  async setPort(port: BridgePort, attribute: SwitchdevPortAttribute): Promise<Outcome> {
    for (const below of this.#offloadedBy(port)) {
      const set = unlessRefused(await below.ops.setPortAttribute(below.port, attribute));
      if (!set.ok) return set;
    }
    return OK;
  }

  /**
   * SWITCHDEV_ATTR_ID_PORT_PRE_BRIDGE_FLAGS and SWITCHDEV_ATTR_ID_PORT_BRIDGE_FLAGS: a driver that refuses the new flags keeps them from
   * changing, whatever its errno.
   */
  async setPortFlags(port: BridgePort, flags: PortFlags): Promise<Outcome> {
    // BR_PORT_FLAGS_HW_OFFLOAD: of the others no driver hears.
    if (equalFlags(offloadedFlags(port.flags), offloadedFlags(flags))) return OK;
    const set = await this.setPort(port, { kind: 'flags', flags: offloadedFlags(flags) });
    return set.ok ? set : refused(EOPNOTSUPP, set.message ?? 'bridge flag offload is not supported');
  }

  deferPort(port: BridgePort, attribute: SwitchdevPortAttribute): void {
    for (const below of this.#offloadedBy(port))
      this.defer(async () => {
        await below.ops.setPortAttribute(below.port, attribute);
      });
  }

  /** To every switch that has a port in the bridge; the first refusal counts. */
  async setBridge(bridge: Bridge, attribute: SwitchdevBridgeAttribute): Promise<Outcome> {
    for (const ops of this.#switchesOf(bridge)) {
      const set = unlessRefused(await ops.setBridgeAttribute(bridgeId(bridge), attribute));
      if (!set.ok) return set;
    }
    return OK;
  }

  deferBridge(bridge: Bridge, attribute: SwitchdevBridgeAttribute): void {
    for (const ops of this.#switchesOf(bridge))
      this.defer(async () => {
        await ops.setBridgeAttribute(bridgeId(bridge), attribute);
      });
  }

  /** br_mc_disabled_update() and br_switchdev_mdb_replay(): what a switch is told of multicast when a port joins. */
  deferMulticast({ bridge }: BridgePort): void {
    this.deferBridge(bridge, { kind: 'multicast-snooping', on: bridge.multicastSnooping });
    this.deferBridge(bridge, { kind: 'multicast-router', on: isHostRouter(bridge.multicast) });
    for (const entry of bridge.multicast.groups.entries())
      if (entry.hostJoined) this.deferGroup(entry, undefined, 'new');
  }

  /** br_switchdev_mdb_notify(): a group of a port, or of the bridge itself. */
  deferGroup(entry: GroupEntry, group: PortGroup | undefined, change: 'new' | 'del'): void {
    const { bridge } = entry;
    const object = groupObject(entry.address);
    if (group === undefined) {
      for (const ops of this.#switchesOf(bridge)) {
        if (!this.#toldGroups.isNewsOfHost(ops, entry, change)) continue;
        this.defer(async () => {
          if (change === 'new') await ops.addHostObject(bridgeId(bridge), object);
          else await ops.removeHostObject(bridgeId(bridge), object);
        });
      }
      return;
    }
    const ports = this.#offloadedBy(group.port);
    if (ports.length === 0 || !this.#toldGroups.isNewsOfPort(group, change)) return;
    for (const below of ports)
      this.defer(async () => {
        if (change === 'del') await below.ops.removeObject(below.port, object);
        else if ((await below.ops.addObject(below.port, object)).ok) group.isOffloaded = true;
      });
  }

  async addObject(port: BridgePort, object: SwitchdevObject): Promise<Outcome> {
    for (const below of this.#offloadedBy(port)) {
      const added = unlessRefused(await below.ops.addObject(below.port, object));
      if (!added.ok) return added;
    }
    return OK;
  }

  async removeObject(port: BridgePort, object: SwitchdevObject): Promise<void> {
    for (const below of this.#offloadedBy(port)) await below.ops.removeObject(below.port, object);
  }

  /** An object of the bridge's own: what the host wants to receive. */
  async addHostObject(bridge: Bridge, object: SwitchdevObject): Promise<void> {
    for (const ops of this.#switchesOf(bridge)) await ops.addHostObject(bridgeId(bridge), object);
  }

  async removeHostObject(bridge: Bridge, object: SwitchdevObject): Promise<void> {
    for (const ops of this.#switchesOf(bridge)) await ops.removeHostObject(bridgeId(bridge), object);
  }

  /** SWITCHDEV_FDB_ADD_TO_DEVICE and SWITCHDEV_FDB_DEL_TO_DEVICE. */
  deferFdb(bridge: Bridge, entry: FdbEntry, change: 'add' | 'remove'): void {
    const { address, vid, addedByUser, isLocal, isStatic, isSticky, port } = entry;
    if (port === null || isLocal) {
      for (const ops of this.#switchesOf(bridge))
        this.defer(async () => {
          if (change === 'add') await ops.addHostFdb(bridgeId(bridge), { address, vid });
          else await ops.removeHostFdb(bridgeId(bridge), { address, vid });
        });
      return;
    }
    const [below] = this.#offloadedBy(port);
    if (below === undefined) return;
    this.defer(async () => {
      if (change === 'remove') {
        await below.ops.removeFdb(below.port, { address, vid });
        return;
      }
      // What software learned is hardware's to learn too; only what somebody put there is programmed.
      if (!addedByUser) return;
      const added = await below.ops.addFdb(below.port, { address, vid, isStatic, isSticky });
      if (!added.ok || bridge.fdb.get(address, vid) !== entry) return;
      entry.offloaded = true;
      this.#reflect(bridge, entry);
    });
  }

  #offloadedBy(port: BridgePort): readonly SwitchPort[] {
    return port.hardwareDomain === 0 ? [] : switchPorts(port.netDevice);
  }

  #switchesOf(bridge: Bridge): ReadonlySet<SwitchdevOps> {
    const switches = new Set<SwitchdevOps>();
    for (const port of bridge.ports.values()) {
      for (const below of this.#offloadedBy(port)) switches.add(below.ops);
    }
    return switches;
  }

  /** Done as soon as the kernel may sleep, in this order. */
  defer(work: () => Promise<void>): void {
    this.#deferred.push(work);
  }
}
