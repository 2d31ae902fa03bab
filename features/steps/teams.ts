/** Teams over ports of the target: made, and their options and ports asked for. */
import type {
  TeamClient,
  TeamNews,
  TeamOptionName,
  TeamOptionState,
  TeamPortState,
} from '../../reference-impl/netlink/teamClient.js';
import type { TeamOptionType, TeamOptionValue } from '../../reference-impl/netlink/families/team.js';
import { FIRST, aggregateCalled, fillAggregate, type Aggregate } from './aggregates.js';
import { expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { portCalled, settled } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** if_team.h and the sources of the modes: of what type each option is. */
const TYPES: Readonly<Record<string, TeamOptionType>> = {
  mode: 'string',
  notify_peers_count: 'u32',
  notify_peers_interval: 'u32',
  mcast_rejoin_count: 'u32',
  mcast_rejoin_interval: 'u32',
  enabled: 'flag',
  user_linkup: 'flag',
  user_linkup_enabled: 'flag',
  priority: 's32',
  queue_id: 'u32',
  activeport: 'u32',
  bpf_hash_func: 'binary',
  lb_tx_method: 'string',
  lb_tx_hash_to_port_mapping: 'u32',
  lb_hash_stats: 'binary',
  lb_port_stats: 'binary',
  lb_stats_refresh_interval: 'u32',
};

/** An option in the words of a scenario: of the team, of a port (`p1`), or of a hash (`hash 5`). */
export function optionNamed(world: NicWorld, name: string, whose: string): TeamOptionName {
  const type = TYPES[name];
  expectThat(type !== undefined, `no option of teams is called ${name}`);
  const [, index] = /^hash (\d+)$/.exec(whose) ?? [];
  if (index !== undefined) return { name, type, index: Number(index) };
  return whose.startsWith('p') ? { name, type, port: portCalled(world, whose).ifIndex } : { name, type };
}

/** `on`, `off`, `p1`, a number, or a text, as the option's type wants it. */
export function optionValue(world: NicWorld, type: TeamOptionType, words: string): TeamOptionValue {
  if (type === 'flag') return words === 'on';
  if (type === 'string') return words;
  return /^p\d$/.test(words) ? portCalled(world, words).ifIndex : Number(words);
}

/** A team that is up and has this mode, with these ports. Every cable and the team itself are watched. */
export async function makeTeam(
  world: NicWorld,
  mode: string | undefined,
  ports: readonly string[],
  name: string = FIRST,
): Promise<Aggregate> {
  const teams = await world.teams();
  accepted(await teams.addTeam(name), `making ${name}`);
  if (mode !== undefined) {
    const link = accepted(await (await world.route()).link(name), `looking for ${name}`);
    await insistOnOption(teams, Number(link.header['ifi_index']), { name: 'mode', type: 'string' }, mode);
  }
  return fillAggregate(world, 'team', ports, name);
}

async function insistOnOption(
  teams: TeamClient,
  team: number,
  option: TeamOptionName,
  value: TeamOptionValue,
): Promise<void> {
  accepted(await teams.setOption(team, option, value), `setting ${option.name}`);
}

/** Sets an option of the first team, and insists. */
export async function setTeamOption(
  world: NicWorld,
  name: string,
  whose: string,
  value: TeamOptionValue,
): Promise<void> {
  await insistOnOption(await world.teams(), aggregateCalled(world).ifIndex, optionNamed(world, name, whose), value);
  await settled(world);
}

export const teamOptions = async (world: NicWorld): Promise<readonly TeamOptionState[]> =>
  accepted(await (await world.teams()).options(aggregateCalled(world).ifIndex), 'asking for the options');

const isThat =
  ({ name, port, index }: TeamOptionName) =>
  (each: TeamOptionState): boolean =>
    each.name === name && each.port === port && each.index === index;

/** The option as the team tells it; undefined: it has none. */
export const teamOption = async (world: NicWorld, option: TeamOptionName): Promise<TeamOptionState | undefined> =>
  (await teamOptions(world)).find(isThat(option));

export const teamPorts = async (world: NicWorld): Promise<readonly TeamPortState[]> =>
  accepted(await (await world.teams()).ports(aggregateCalled(world).ifIndex), 'asking for the ports');

interface Listener {
  news: TeamNews[];
}

const listener = (world: NicWorld): Listener => world.note('news of teams', () => ({ news: [] }));

export async function listenToTeams(world: NicWorld): Promise<void> {
  const teams = await world.teams();
  await teams.listen();
  await teams.announcements(0);
  listener(world).news = [];
}

/** Everything that was announced since somebody listens. */
export async function newsOfTeams(world: NicWorld): Promise<readonly TeamNews[]> {
  const state = listener(world);
  state.news.push(...(await (await world.teams()).announcements(world.quietMs)));
  const { ifIndex } = aggregateCalled(world);
  return state.news.filter(({ team }) => team === ifIndex);
}

export const announcedOption = async (world: NicWorld, option: TeamOptionName): Promise<readonly TeamOptionState[]> =>
  (await newsOfTeams(world)).flatMap(({ options }) => options).filter(isThat(option));

// struct sock_filter.

const instruction = (code: number, k: number, jt = 0, jf = 0): readonly number[] => [
  code & 0xff,
  code >> 8,
  jt,
  jf,
  k & 0xff,
  (k >> 8) & 0xff,
  (k >> 16) & 0xff,
  (k >>> 24) & 0xff,
];

/** A program of classic BPF. */
export const classicProgram = (
  ...instructions: readonly (readonly [code: number, k: number, jt?: number, jf?: number])[]
): Uint8Array => Uint8Array.from(instructions.flatMap(([code, k, jt, jf]) => instruction(code, k, jt, jf)));

const [BPF_LDB_ABS, BPF_LDW_ABS, BPF_RET_A] = [0x30, 0x20, 0x16] as const;

/** Answers the byte at this place of the frame. */
export const byteProgram = (offset: number): Uint8Array => classicProgram([BPF_LDB_ABS, offset], [BPF_RET_A, 0]);

/** Answers the four bytes from this place on. */
export const wordProgram = (offset: number): Uint8Array => classicProgram([BPF_LDW_ABS, offset], [BPF_RET_A, 0]);
