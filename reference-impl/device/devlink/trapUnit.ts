/** Traps of the reference switch: what it drops, why, and how much of that the host gets to see. */
import type {
  DevlinkTrap,
  DevlinkTrapGroup,
  DevlinkTrapOps,
  DevlinkTrapPolicer,
  DriverHost,
  PortName,
  TrapAction,
  TrapType,
} from '../../../harness/contract/index.js';
import { done } from '../driverResult.js';
import { SWITCH_TRAPS, type SwitchTrap } from '../switch/switchTraps.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';

const DROP = 0;
const ACTIONS: readonly TrapAction[] = ['drop', 'trap', 'mirror'];

/** In the order of SWITCH_TRAPS. */
const ROWS: Readonly<Record<SwitchTrap, readonly [type: TrapType, group: string]>> = {
  source_mac_is_multicast: ['drop', 'l2_drops'],
  vlan_tag_mismatch: ['drop', 'l2_drops'],
  ingress_vlan_filter: ['drop', 'l2_drops'],
  ingress_spanning_tree_filter: ['drop', 'l2_drops'],
  port_list_is_empty: ['drop', 'l2_drops'],
  port_loopback_filter: ['drop', 'l2_drops'],
  locked_port: ['drop', 'l2_drops'],
  blackhole_route: ['drop', 'l3_drops'],
  ttl_value_is_too_small: ['exception', 'l3_exceptions'],
  ingress_flow_action_drop: ['drop', 'acl_drops'],
  stp: ['control', 'stp'],
  lacp: ['control', 'lacp'],
  lldp: ['control', 'lldp'],
  arp_request: ['control', 'neigh_discovery'],
  arp_response: ['control', 'neigh_discovery'],
  ipv6_neigh_solicit: ['control', 'neigh_discovery'],
  ipv6_neigh_advert: ['control', 'neigh_discovery'],
};

const TRAPS: readonly DevlinkTrap[] = SWITCH_TRAPS.map((name) => {
  const [type, group] = ROWS[name];
  return { name, type, group, isGeneric: true, action: type === 'drop' ? 'drop' : 'trap', tellsPort: true };
});
const POLICER = { minRate: 1, maxRate: 100_000, minBurst: 1, maxBurst: 4096 };
const POLICERS: readonly DevlinkTrapPolicer[] = [
  { id: 1, rate: 1000, burst: 128, ...POLICER },
  { id: 2, rate: 2000, burst: 256, ...POLICER },
];
const GROUPS: readonly DevlinkTrapGroup[] = [
  'l2_drops',
  'l3_drops',
  'l3_exceptions',
  'acl_drops',
  'stp',
  'lacp',
  'lldp',
  'neigh_discovery',
].map((name) => ({ name, isGeneric: true, ...(name === 'l2_drops' ? { policer: 1 } : {}) }));

/** A token bucket. */
interface Policer {
  rate: number;
  burst: number;
  tokens: number;
  /** Milliseconds. */
  filledAt: number;
  drops: number;
}

export class TrapUnit {
  readonly #parts: DevlinkChipParts;
  readonly #host: () => DriverHost | undefined;
  readonly #now: () => number;
  readonly #actions = new Uint8Array(TRAPS.length);
  readonly #drops = new Float64Array(TRAPS.length);
  readonly #policers = new Map<number, Policer>();
  readonly #policerOf = new Map<string, number>();

  constructor(parts: DevlinkChipParts, host: () => DriverHost | undefined, now: () => number) {
    this.#parts = parts;
    this.#host = host;
    this.#now = now;
    this.reset();
  }

  reset(): void {
    for (const [index, { action }] of TRAPS.entries()) this.#actions[index] = ACTIONS.indexOf(action);
    this.#drops.fill(0);
    this.#policers.clear();
    for (const { id, rate, burst } of POLICERS)
      this.#policers.set(id, { rate, burst, tokens: burst, filledAt: this.#now(), drops: 0 });
    this.#policerOf.clear();
    for (const { name, policer } of GROUPS) if (policer !== undefined) this.#policerOf.set(name, policer);
  }

  /** A frame met a trap: it is dropped here, or the host is told of it. */
  take(trap: number, port: PortName, bytes: Uint8Array): void {
    const { name, group } = TRAPS[trap] ?? { name: '', group: '' };
    if (this.#actions[trap] === DROP) {
      if (this.#parts.countsDrops) this.#drops[trap] = (this.#drops[trap] ?? 0) + 1;
      return;
    }
    const policer = this.#policers.get(this.#policerOf.get(group) ?? 0);
    if (policer !== undefined && this.#parts.polices && !this.#admits(policer)) return;
    this.#host()?.devlink.trapReport(name, port, bytes.length);
  }

  #admits(policer: Policer): boolean {
    const now = this.#now();
    policer.tokens = Math.min(policer.burst, policer.tokens + ((now - policer.filledAt) * policer.rate) / 1000);
    policer.filledAt = now;
    if (policer.tokens < 1) {
      policer.drops++;
      return false;
    }
    policer.tokens--;
    return true;
  }

  readonly ops: DevlinkTrapOps = {
    traps: TRAPS,
    groups: GROUPS,
    policers: POLICERS,
    actionSet: (name, action) => {
      const index = TRAPS.findIndex((trap) => trap.name === name);
      this.#actions[index] = ACTIONS.indexOf(this.#parts.actionOf(action));
      return done;
    },
    groupSet: (group, policer) => {
      if (policer === undefined) this.#policerOf.delete(group);
      else this.#policerOf.set(group, policer);
      return done;
    },
    policerSet: (id, rate, burst) => {
      const before = this.#policers.get(id);
      this.#policers.set(id, { rate, burst, tokens: burst, filledAt: this.#now(), drops: before?.drops ?? 0 });
      return done;
    },
    dropCounter: (name) => ({ ok: true, value: this.#drops[TRAPS.findIndex((trap) => trap.name === name)] ?? 0 }),
    policerCounter: (id) => ({ ok: true, value: this.#policers.get(id)?.drops ?? 0 }),
  };
}
