/** The mode loadbalance: flows, the program that tells them apart, the places that the user gives them, and counters (team_mode_loadbalance.c). */
import type { IfIndex } from '../../../harness/contract/index.js';
import type { TxFrame } from '../frames.js';
import { viewOf } from '../../netlink/wire.js';
import { isLinkLocalMac } from '../../packet/addresses.js';
import { EINVAL, ENODEV } from '../errno.js';
import { checkedFilter, runFilter } from './classicFilter.js';
import { LB_TX_HASHTABLE_SIZE, isEnabled, takesFrames, type Team, type TeamPort } from './team.js';
import type { TeamOption } from './teamOption.js';
import type { TeamParts } from './teamParts.js';
import type { Teaming } from './teaming.js';

/** lb_get_skb_hash(): without a program of the user's all flows are one. */
function flowHash(parts: TeamParts, { balance: { filter } }: Team, frame: TxFrame): number {
  return filter === undefined ? 0 : parts.fold(runFilter(filter, frame));
}

/** lb_transmit(): whether the port has its link is not looked at; the user disables one that has none. */
export function balance(parts: TeamParts, team: Team, frame: TxFrame): readonly TeamPort[] {
  const hash = flowHash(parts, team, frame);
  const { method, mapping, bytes } = team.balance;
  const mapped = method === 'hash_to_port_mapping' && parts.obeysMapping ? mapping[hash] : undefined;
  const port = mapped ?? team.enabled[parts.place(hash, Math.max(1, team.enabled.length))];
  if (port !== undefined && takesFrames(port) && parts.countsBytes) {
    port.balancedBytes += frame.bytes.length;
    bytes[hash] = (bytes[hash] ?? 0) + frame.bytes.length;
  }
  return port === undefined ? [] : [port];
}

const ETH_P_SLOW = 0x8809;

/** lb_receive(): PDUs of LACP are for whoever negotiates at the port. */
export const isLacp = (bytes: Uint8Array): boolean =>
  (((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0)) === ETH_P_SLOW && isLinkLocalMac(bytes, 0) && bytes[5] === 0x02;

/** lb_tx_hash_to_port_mapping_null_port(). */
export function unmapPort({ parts, listener }: Teaming, port: TeamPort): void {
  const { team } = port;
  if (!parts.unmapsDisabled) return;
  let isChanged = false;
  for (const [hash, mapped] of team.balance.mapping.entries()) {
    if (mapped !== port) continue;
    team.balance.mapping[hash] = undefined;
    for (const each of team.options)
      if (each.option.name === 'lb_tx_hash_to_port_mapping' && each.index === hash) each.isChanged = true;
    isChanged = true;
  }
  if (isChanged)
    listener.options(
      team,
      team.options.filter((each) => each.isChanged),
    );
}

/** struct lb_stats: a counter of 64 bits. */
function counter(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, BigInt(value), true);
  return bytes;
}

const TX_METHODS = ['hash', 'hash_to_port_mapping'];

export const LOAD_BALANCE_OPTIONS: readonly TeamOption[] = [
  {
    name: 'bpf_hash_func',
    type: 'binary',
    get: ({ team }) => team.balance.program,
    set: (_teaming, { team: { balance } }, value) => {
      const program = value instanceof Uint8Array ? value : new Uint8Array(0);
      const filter = program.length === 0 ? undefined : checkedFilter(program);
      if (program.length > 0 && filter === undefined) return EINVAL;
      balance.program = program.slice();
      balance.filter = filter;
      return undefined;
    },
  },
  {
    name: 'lb_tx_method',
    type: 'string',
    get: ({ team }) => team.balance.method,
    set: (_teaming, { team }, value) => {
      if (!TX_METHODS.includes(String(value))) return EINVAL;
      team.balance.method = String(value);
      return undefined;
    },
  },
  {
    name: 'lb_tx_hash_to_port_mapping',
    type: 'u32',
    arraySize: LB_TX_HASHTABLE_SIZE,
    get: ({ team, index }) => team.balance.mapping[index]?.netDevice.ifIndex ?? 0,
    set: (_teaming, { team, index }, value) => {
      const port = team.ports.get(Number(value) as IfIndex);
      if (port === undefined || !isEnabled(port)) return ENODEV;
      team.balance.mapping[index] = port;
      return undefined;
    },
  },
  {
    name: 'lb_hash_stats',
    type: 'binary',
    arraySize: LB_TX_HASHTABLE_SIZE,
    get: ({ team, index }) => counter(team.balance.toldBytes[index] ?? 0),
  },
  {
    name: 'lb_port_stats',
    type: 'binary',
    perPort: true,
    get: ({ port }) => counter(port?.toldBytes ?? 0),
  },
  {
    name: 'lb_stats_refresh_interval',
    type: 'u32',
    get: ({ team }) => team.balance.refreshInterval,
    set: (teaming, { team }, value) => {
      if (team.balance.refreshInterval === Number(value)) return undefined;
      team.balance.refreshInterval = Number(value);
      refreshStatistics(teaming, team);
      return undefined;
    },
  },
];

const TENTH_OF_A_SECOND = 100_000_000n;

/** lb_stats_refresh_interval_set(): at once, and then again and again; an interval of 0 ends it. */
export function refreshStatistics(teaming: Teaming, team: Team): void {
  const { balance } = team;
  const run = ++balance.refresh;
  const look = (): void => {
    if (balance.refresh !== run || balance.refreshInterval === 0) return;
    refresh(teaming, team);
    teaming.at(teaming.kernel.now + BigInt(balance.refreshInterval) * TENTH_OF_A_SECOND, look);
  };
  if (balance.refreshInterval > 0) teaming.at(teaming.kernel.now, look);
}

/** What changed is told. */
function refresh({ listener }: Teaming, team: Team): void {
  const { balance, options } = team;
  for (const each of options) {
    const { option, port, index } = each;
    if (option.name === 'lb_hash_stats') {
      const bytes = balance.bytes[index] ?? 0;
      if (balance.toldBytes[index] === bytes) continue;
      balance.toldBytes[index] = bytes;
      each.isChanged = true;
    } else if (option.name === 'lb_port_stats' && port !== undefined && port.toldBytes !== port.balancedBytes) {
      port.toldBytes = port.balancedBytes;
      each.isChanged = true;
    }
  }
  const changed = options.filter(({ isChanged }) => isChanged);
  if (changed.length > 0) listener.options(team, changed);
}
