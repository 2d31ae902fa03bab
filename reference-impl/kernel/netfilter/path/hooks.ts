/** Where packets meet chains: nf_hook_slow() of net/netfilter/core.c, and the hook functions of nft_chain_filter.c. */
import { readU16 } from '../../../packet/bytes.js';
import { ETH_P_IP, ETH_P_IPV6 } from '../../../packet/protocols.js';
import type { NetDevice } from '../../netDevice.js';
import {
  NFPROTO_ARP,
  NFPROTO_BRIDGE,
  NFPROTO_INET,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NFPROTO_NETDEV,
  NF_ACCEPT,
  NF_DROP,
  NF_INET_INGRESS,
  NF_NETDEV_INGRESS,
  type NetfilterFamily,
  type Ruleset,
} from '../ruleset.js';
import { runChain } from './chain.js';
import { compileTable, type BaseProgram } from './compile.js';
import { Evaluation, type PathSurroundings } from './evaluation.js';
import type { Packet } from './packet.js';
import { Trace } from './trace.js';
import { setByProtocol, setIpv4, setIpv4Checked, setIpv6, setIpv6Checked, setUnknown } from './packetInfo.js';

/** Chains at one hook, in the order in which packets come by. */
export type HookEntries = readonly BaseProgram[];

/** Chains at net devices, and those of each device that a frame came by. */
interface DeviceEntries {
  readonly all: HookEntries;
  readonly of: WeakMap<NetDevice, HookEntries>;
}

const HOOKS = 8;
/** Where the type of a frame stands. */
const PROTOCOL_AT = 12;

const keyOf = (family: number, hook: number): number => family * HOOKS + hook;

export class NetfilterHooks {
  readonly #around: PathSurroundings;
  readonly #ruleset: () => Ruleset;
  /** The ruleset that the programs are of. */
  #compiled: Ruleset | undefined;
  #generation = -1;
  #byHook = new Map<number, HookEntries>();
  /** Chains of net devices, by hook of the netdev family. */
  #ofDevices: (DeviceEntries | undefined)[] = [];
  readonly #evaluations: Evaluation[] = [];
  #running = 0;
  /** How often rules sent on the frames that have these bytes. */
  readonly #nested = new WeakMap<Uint8Array, number>();

  constructor(around: PathSurroundings, ruleset: () => Ruleset) {
    this.#around = {
      ...around,
      transmit: (netDevice, frame, nested) => {
        this.#nested.set(frame.bytes, nested);
        around.transmit(netDevice, frame, nested);
      },
    };
    this.#ruleset = ruleset;
  }

  /** Whether there are rules at all. */
  get isInUse(): boolean {
    return this.#ruleset().tables.size > 0;
  }

  /** nf_hook_entries of a hook of a protocol family; undefined: nobody is there. */
  at(family: NetfilterFamily, hook: number): HookEntries | undefined {
    if (!this.isInUse) return undefined;
    this.#follow();
    return this.#around.parts.comesBy(family, hook) ? this.#byHook.get(keyOf(family, hook)) : undefined;
  }

  /** nf_hooks_ingress, nf_hooks_egress of a net device. */
  atDevice(netDevice: NetDevice, hook: number): HookEntries | undefined {
    if (!this.isInUse) return undefined;
    this.#follow();
    const entries = this.#ofDevices[hook];
    if (entries === undefined) return undefined;
    let own = entries.of.get(netDevice);
    if (own === undefined) {
      own = this.#entriesOf(entries.all, netDevice, hook);
      entries.of.set(netDevice, own);
    }
    return own.length === 0 ? undefined : own;
  }

  #entriesOf(entries: HookEntries, { name }: NetDevice, hook: number): HookEntries {
    const { parts } = this.#around;
    if (!parts.comesBy(NFPROTO_NETDEV, hook)) return [];
    return entries.filter(({ base }) => parts.isOfDevice(base.devices, name));
  }

  /** nf_hook_slow(): NF_ACCEPT, or what ended the packet. */
  run(entries: HookEntries, packet: Packet): number {
    const run = (this.#evaluations[this.#running] ??= new Evaluation(packet));
    run.packet = packet;
    this.#running++;
    try {
      return this.#through(entries, run);
    } finally {
      this.#running--;
    }
  }

  #through(entries: HookEntries, run: Evaluation): number {
    const { parts } = this.#around;
    for (const entry of entries) {
      const verdict = parts.outcome(this.#enter(entry, run));
      if (verdict !== NF_ACCEPT) return verdict;
      if (!parts.goesOnAfter(verdict)) return NF_ACCEPT;
    }
    return NF_ACCEPT;
  }

  /** nft_do_chain_ipv4() and the others: what is told of the packet, then the rules. */
  #enter(entry: BaseProgram, run: Evaluation): number {
    const { packet } = run;
    const { family } = packet.place;
    if (family === NFPROTO_NETDEV && entry.table.family === NFPROTO_INET) return this.#enterInetIngress(entry, run);
    prepare(packet, family);
    return this.#run(entry, run);
  }

  #run(entry: BaseProgram, run: Evaluation): number {
    const { parts } = this.#around;
    run.trace = this.#around.hasTraceListeners()
      ? new Trace(parts, entry, run.packet, (step) => this.#around.traced(step))
      : undefined;
    return runChain(parts, entry, run);
  }

  /** nft_do_chain_inet_ingress(): for it the packet is one of IP, and a broken one ends there. */
  #enterInetIngress(entry: BaseProgram, run: Evaluation): number {
    const { packet } = run;
    const { parts } = this.#around;
    const { protocol, place } = packet;
    const isIp = protocol === ETH_P_IP || protocol === ETH_P_IPV6;
    if (!parts.inetLooksAt(protocol, isIp)) return NF_ACCEPT;
    const isSound = protocol === ETH_P_IP ? setIpv4Checked(packet) : setIpv6Checked(packet);
    if (!isSound && isIp && parts.dropsBroken) return NF_DROP;
    packet.place = { ...place, family: protocol === ETH_P_IPV6 ? NFPROTO_IPV6 : NFPROTO_IPV4, hook: NF_INET_INGRESS };
    const verdict = this.#run(entry, run);
    packet.place = place;
    return verdict;
  }

  /** The ruleset has changed since: nft_chain_add(), and the hooks of its base chains. */
  #follow(): void {
    const ruleset = this.#ruleset();
    if (ruleset === this.#compiled && ruleset.generation === this.#generation) return;
    this.#compiled = ruleset;
    this.#generation = ruleset.generation;
    const bases = baseProgramsOf(this.#around, ruleset, (bytes) => this.#nested.get(bytes) ?? 0);
    this.#byHook = new Map();
    this.#ofDevices = [];
    for (const program of bases) {
      const { family } = program.table;
      const { hook } = program.base;
      if (family === NFPROTO_NETDEV) addTo(this.#ofDevices, hook, program);
      else if (family === NFPROTO_INET && hook === NF_INET_INGRESS) addTo(this.#ofDevices, NF_NETDEV_INGRESS, program);
      else
        for (const each of family === NFPROTO_INET ? [NFPROTO_IPV4, NFPROTO_IPV6] : [family])
          this.#byHook.set(keyOf(each, hook), [...(this.#byHook.get(keyOf(each, hook)) ?? []), program]);
    }
  }
}

function addTo(lists: (DeviceEntries | undefined)[], hook: number, program: BaseProgram): void {
  lists[hook] = { all: [...(lists[hook]?.all ?? []), program], of: new WeakMap() };
}

/**
 * nf_hook_entries_grow(): by priority; of two that have the same, the one that came last comes first.
 */
function baseProgramsOf(
  around: PathSurroundings,
  { tables }: Ruleset,
  nestedOf: (bytes: Uint8Array) => number,
): readonly BaseProgram[] {
  const { parts } = around;
  const bases: BaseProgram[] = [];
  for (const table of tables.values()) {
    if (!parts.isAwake(table.flags)) continue;
    for (const program of compileTable(around, table, nestedOf)) {
      const { base } = program.chain;
      if (base !== undefined) bases.unshift({ ...program, table, base });
    }
  }
  return bases.sort((a, b) => parts.rank(a.base.priority) - parts.rank(b.base.priority));
}

function prepare(packet: Packet, family: number): void {
  switch (family) {
    case NFPROTO_IPV4:
      setIpv4(packet);
      return;
    case NFPROTO_IPV6:
      setIpv6(packet);
      return;
    case NFPROTO_ARP:
      setUnknown(packet);
      return;
    case NFPROTO_BRIDGE:
      setByProtocol(packet, readU16(packet.bytes, PROTOCOL_AT));
      return;
    default:
      setByProtocol(packet, packet.protocol);
  }
}
