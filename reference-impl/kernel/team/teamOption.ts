/** Options of teams, whoever has them: struct team_option and struct team_option_inst of drivers/net/team/team_core.c. */
import type { TeamOptionType, TeamOptionValue } from '../../netlink/families/team.js';
import { EOPNOTSUPP } from '../errno.js';
import type { Team, TeamPort } from './team.js';
import type { Teaming } from './teaming.js';

/** struct team_gsetter_ctx. */
export interface OptionPlace {
  readonly team: Team;
  readonly port: TeamPort | undefined;
  readonly index: number;
}

export interface TeamOption {
  readonly name: string;
  readonly type: TeamOptionType;
  readonly perPort?: true;
  readonly arraySize?: number;
  readonly get: (place: OptionPlace) => TeamOptionValue;
  /** Answers an errno where it refuses; without it nobody can set the option. */
  readonly set?: (teaming: Teaming, place: OptionPlace, value: TeamOptionValue) => number | undefined;
}

/** struct team_option_inst: one option of one port, or one place of an array. */
export interface OptionInstance extends OptionPlace {
  readonly option: TeamOption;
  isChanged: boolean;
  isRemoved: boolean;
}

function* instances(team: Team, option: TeamOption, port: TeamPort | undefined): Iterable<OptionInstance> {
  for (let index = 0; index < (option.arraySize ?? 1); index++)
    yield { team, option, port, index, isChanged: true, isRemoved: false };
}

/** team_options_register(). */
export function registerOptions({ listener }: Teaming, team: Team, options: readonly TeamOption[]): void {
  for (const option of options) {
    if (option.perPort !== true) team.options.push(...instances(team, option, undefined));
    team.known.push(option);
  }
  listener.options(
    team,
    team.options.filter(({ isChanged }) => isChanged),
  );
}

/** team_options_unregister(): they are told once more, as removed. */
export function unregisterOptions({ listener }: Teaming, team: Team, options: readonly TeamOption[]): void {
  for (const each of team.options) if (options.includes(each.option)) each.isChanged = each.isRemoved = true;
  listener.options(
    team,
    team.options.filter(({ isChanged }) => isChanged),
  );
  keepOptions(team, ({ option }) => !options.includes(option));
  const kept = team.known.filter((option) => !options.includes(option));
  team.known.splice(0, team.known.length, ...kept);
}

/** __team_option_inst_add_port(). */
export function addPortOptions(port: TeamPort): void {
  const { team } = port;
  for (const option of team.known) if (option.perPort === true) team.options.push(...instances(team, option, port));
}

export function markPortOptionsRemoved(team: Team, port: TeamPort): void {
  for (const each of team.options) if (each.port === port) each.isChanged = each.isRemoved = true;
}

export const removePortOptions = (team: Team, port: TeamPort): void => keepOptions(team, (each) => each.port !== port);

function keepOptions(team: Team, isKept: (instance: OptionInstance) => boolean): void {
  const kept = team.options.filter(isKept);
  team.options.length = 0;
  team.options.push(...kept);
}

/** What of an option a request names. */
export interface OptionRequest {
  readonly name: string;
  readonly type: TeamOptionType;
  readonly portIndex: number;
  readonly arrayIndex: number | undefined;
}

/** team_nl_options_set_doit(): the options that a request means. */
export const matching = ({ parts }: Teaming, team: Team, request: OptionRequest): readonly OptionInstance[] =>
  team.options.filter(
    ({ option, port, index }) =>
      option.type === request.type &&
      option.name === request.name &&
      ((port?.netDevice.ifIndex ?? 0) === request.portIndex || !parts.matchesPort) &&
      (option.arraySize === undefined || request.arrayIndex !== undefined) &&
      index === (request.arrayIndex ?? 0),
  );

/** team_option_set(). Answers an errno where it is refused. */
export const setOption = (teaming: Teaming, each: OptionInstance, value: TeamOptionValue): number | undefined =>
  each.option.set === undefined ? EOPNOTSUPP : each.option.set(teaming, each, value);
