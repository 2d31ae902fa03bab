/** A group as hardware knows it: br_switchdev_mdb_populate() of net/bridge/br_switchdev.c. */
import type { MacAddress, SwitchdevObject, SwitchdevOps } from '../../harness/contract/index.js';
import { formatMac, parseIpv4, parseIpv6 } from '../packet/addresses.js';
import type { Bridge } from './bridge/bridge.js';
import type { GroupAddress, GroupEntry, PortGroup } from './bridge/multicast/groupTable.js';
import { ipv4GroupMac, ipv6GroupMac } from './bridge/multicast/queryFrames.js';

/** By its address on the link; sources are not told. */
export function groupObject({ protocol, address, vid }: GroupAddress): SwitchdevObject {
  return { kind: 'mdb', address: linkAddress(protocol, address), vid };
}

function linkAddress(protocol: GroupAddress['protocol'], address: string): MacAddress {
  switch (protocol) {
    case 'ipv4':
      return formatMac(ipv4GroupMac(parseIpv4(address))) as MacAddress;
    case 'ipv6':
      return formatMac(ipv6GroupMac(parseIpv6(address))) as MacAddress;
    case 'mac':
      return address as MacAddress;
  }
}

/** What switches were told: each entry once when it comes and once when it goes, however often it changes meanwhile. */
export class ToldGroups {
  readonly #ports = new WeakSet<PortGroup>();
  readonly #host = new WeakMap<SwitchdevOps, Set<GroupEntry>>();

  /** Whether the change is news to the hardware below the port. */
  isNewsOfPort(group: PortGroup, change: 'new' | 'del'): boolean {
    if (change === 'del') return this.#ports.delete(group);
    if (this.#ports.has(group)) return false;
    this.#ports.add(group);
    return true;
  }

  /** The same of the bridge itself. */
  isNewsOfHost(ops: SwitchdevOps, entry: GroupEntry, change: 'new' | 'del'): boolean {
    const told = this.#host.get(ops) ?? new Set<GroupEntry>();
    this.#host.set(ops, told);
    if (change === 'del') return told.delete(entry);
    if (told.has(entry)) return false;
    told.add(entry);
    return true;
  }

  /** The switch has no port in the bridge any more. */
  forget(ops: SwitchdevOps, bridge: Bridge): void {
    for (const entry of this.#host.get(ops) ?? []) if (entry.bridge === bridge) this.#host.get(ops)?.delete(entry);
  }
}
