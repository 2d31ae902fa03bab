/** How a team distributes what it sends and takes what it receives: drivers/net/team/team_mode_*.c. */
import type { IfIndex, LagTransmit } from '../../../harness/contract/index.js';
import type { TxFrame } from '../frames.js';
import { EBUSY, EINVAL, ENOENT } from '../errno.js';
import { LOAD_BALANCE_OPTIONS, balance, isLacp } from './loadBalance.js';
import { NO_MODE, canSend, newLoadBalance, type Team, type TeamPort } from './team.js';
import { registerOptions, unregisterOptions, type TeamOption } from './teamOption.js';
import type { TeamParts } from './teamParts.js';
import type { Teaming } from './teaming.js';

export interface TeamMode {
  readonly transmitType: LagTransmit;
  /** team_modeop_port_enter() and team_modeop_port_change_dev_addr(); other modes leave addresses to the user. */
  readonly portsHaveItsAddress: boolean;
  readonly options: readonly TeamOption[];
  /** The ports through which a frame is to leave; one that takes no frame loses it. */
  readonly select: (parts: TeamParts, team: Team, frame: TxFrame) => readonly TeamPort[];
  /** Whether a frame that an enabled port received is the team's (RX_HANDLER_ANOTHER) or stays there (RX_HANDLER_EXACT). */
  readonly receives: (parts: TeamParts, port: TeamPort, bytes: Uint8Array) => boolean;
}

const always = (): boolean => true;
const nowhere = (): readonly TeamPort[] => [];
const only = (port: TeamPort | undefined): readonly TeamPort[] => (port === undefined ? [] : [port]);

const NOT_SET: TeamMode = {
  transmitType: 'unknown',
  portsHaveItsAddress: false,
  options: [],
  select: nowhere,
  receives: always,
};

const ACTIVE_BACKUP_OPTIONS: readonly TeamOption[] = [
  {
    name: 'activeport',
    type: 'u32',
    get: ({ team }) => team.active?.netDevice.ifIndex ?? 0,
    set: (_teaming, { team }, value) => {
      const port = team.ports.get(Number(value) as IfIndex);
      if (port === undefined) return ENOENT;
      team.active = port;
      return undefined;
    },
  },
];

const TEAM_MODES: ReadonlyMap<string, TeamMode> = new Map<string, TeamMode>([
  [
    'broadcast',
    {
      ...NOT_SET,
      transmitType: 'broadcast',
      portsHaveItsAddress: true,
      select: (parts, team) => {
        const ports = [...team.ports.values()].filter((port) => canSend(port));
        return ports.filter((_port, place) => parts.copies(place, true));
      },
    },
  ],
  [
    'roundrobin',
    {
      ...NOT_SET,
      transmitType: 'round-robin',
      portsHaveItsAddress: true,
      select: (parts, team) => {
        const turn = parts.turn(team.sent);
        team.sent = (team.sent + 1) >>> 0;
        return only(firstThatSends(parts, team, turn));
      },
    },
  ],
  [
    'random',
    {
      ...NOT_SET,
      transmitType: 'random',
      portsHaveItsAddress: true,
      select: (parts, team) => only(firstThatSends(parts, team, parts.draws(draw(team)))),
    },
  ],
  [
    'activebackup',
    {
      ...NOT_SET,
      transmitType: 'active-backup',
      options: ACTIVE_BACKUP_OPTIONS,
      select: (_parts, { active }) => only(active),
      receives: (parts, port) => port.team.active === port || !parts.receivesAtActiveAlone,
    },
  ],
  [
    'loadbalance',
    {
      ...NOT_SET,
      transmitType: 'hash',
      options: LOAD_BALANCE_OPTIONS,
      select: balance,
      receives: (parts, _port, bytes) => !isLacp(bytes) || !parts.keepsLacp,
    },
  ],
]);

export const modeOf = ({ mode }: Team): TeamMode => TEAM_MODES.get(mode) ?? NOT_SET;

/** team_get_first_port_txable_rcu(): the enabled port at this place, or the next behind it, in the order of coming, that sends. */
function firstThatSends(parts: TeamParts, team: Team, number: number): TeamPort | undefined {
  const first = team.enabled[number % Math.max(1, team.enabled.length)];
  if (first === undefined || !parts.findsOther) return first;
  const ports = [...team.ports.values()];
  const at = ports.indexOf(first);
  return [...ports.slice(at), ...ports.slice(0, at)].find((port) => canSend(port));
}

/** xorshift32, the same again in every run. */
function draw(team: Team): number {
  let x = team.random;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  team.random = x >>> 0;
  return team.random >>> 8;
}

/** team_change_mode(): the options of the mode come and go with it. */
export function setMode(teaming: Teaming, team: Team, name: string): number | undefined {
  const { parts } = teaming;
  if (team.ports.size > 0 && parts.refusesModeWithPorts) return EBUSY;
  if (team.mode === name && parts.refusesSameMode) return EINVAL;
  if (!TEAM_MODES.has(name) && parts.refusesUnknownMode) return EINVAL;
  changeMode(teaming, team, name);
  return undefined;
}

/** __team_change_mode(). */
export function changeMode(teaming: Teaming, team: Team, name: string): void {
  if (team.mode !== NO_MODE) {
    if (teaming.parts.forgetsModeOptions) unregisterOptions(teaming, team, modeOf(team).options);
    team.carrierIsUsers = false;
    team.sent = 0;
    team.active = undefined;
    team.balance.refresh++;
    team.balance = newLoadBalance();
  }
  team.mode = name;
  if (name !== NO_MODE) registerOptions(teaming, team, modeOf(team).options);
}
