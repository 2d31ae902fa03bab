import type { MacAddress } from '../../../harness/contract/index.js';
import { NO_MODE, type TeamPort } from './team.js';

/** Rules of teams that a seeded defect may replace, one at a time. */
export interface TeamParts {
  /** team_port_add(): whether a net device that is up is refused, and one that would make a loop. */
  readonly refusesUp: boolean;
  readonly refusesLoops: boolean;
  readonly opensPort: boolean;
  /** The address that a new port gets where the mode gives it one, and the one that it has when it leaves. */
  readonly portAddress: (team: MacAddress, own: MacAddress) => MacAddress;
  readonly restoredAddress: (own: MacAddress, team: MacAddress) => MacAddress;
  /** Whether ports follow a new address of the team where the mode has them follow. */
  readonly portsFollowAddress: boolean;
  /** Whether a mode leaves the addresses of ports to the user. */
  readonly givesAddress: (sound: boolean) => boolean;
  readonly takesMtu: boolean;
  readonly restoresMtu: boolean;
  readonly portsFollowMtu: boolean;
  /** NETDEV_PRECHANGEMTU: whether a port keeps the MTU of its team. */
  readonly locksMtu: boolean;
  readonly passesVids: boolean;
  /** team_set_no_mode(). */
  readonly firstMode: string;
  /** team_change_mode(). */
  readonly refusesModeWithPorts: boolean;
  readonly refusesSameMode: boolean;
  readonly refusesUnknownMode: boolean;
  /** Whether the options of a mode go with it. */
  readonly forgetsModeOptions: boolean;
  /** Whether an option is found only by its name, type, port and place together. */
  readonly matchesPort: boolean;
  readonly storesOption: (name: string, sound: boolean) => boolean;
  /** TEAM_ATTR_OPTION_CHANGED. */
  readonly marksChanged: boolean;
  /** Whether a change of an option, or of a port, is told to those who listen. */
  readonly tellsOptions: boolean;
  readonly tellsPorts: boolean;
  /** Whether a change that nobody hears of is answered with ESRCH. */
  readonly needsListener: boolean;
  /** TEAM_ATTR_PORT_LINKUP. */
  readonly toldLink: (port: TeamPort) => boolean;
  /** team_refresh_port_linkup(). */
  readonly linkOf: (port: TeamPort, sound: boolean) => boolean;
  /** __team_carrier_check(). */
  readonly carrier: (ports: readonly TeamPort[], sound: boolean) => boolean;
  /** team_port_disable(), team_port_enable(). */
  readonly disables: boolean;
  /** team_get_first_port_txable_rcu(): whether another port is looked for. */
  readonly findsOther: boolean;
  readonly turn: (sent: number) => number;
  /** Of the mode random. */
  readonly draws: (number: number) => number;
  /** Whether a port gets its copy of a frame for all of them. */
  readonly copies: (place: number, sound: boolean) => boolean;
  /** The byte that a filter's answer is folded into. */
  readonly fold: (answer: number) => number;
  readonly place: (hash: number, enabled: number) => number;
  readonly obeysMapping: boolean;
  /** port_tx_disabled(): whether a port that is disabled leaves the mapping. */
  readonly unmapsDisabled: boolean;
  /** Whether the port that leaves is no longer the active one. */
  readonly forgetsActive: boolean;
  /** ab_receive(). */
  readonly receivesAtActiveAlone: boolean;
  /** team_handle_frame(): whether what comes in at a disabled port stays there. */
  readonly keepsDisabledOut: boolean;
  /** Whether a frame leaves at the port that has its queue. */
  readonly obeysQueues: boolean;
  /** lb_receive(): whether PDUs of LACP stay at their port. */
  readonly keepsLacp: boolean;
  readonly countsDropped: boolean;
  readonly countsBytes: boolean;
  /** team_lower_state_changed(): whether hardware is told. */
  readonly tellsHardware: boolean;
  readonly honoursVeto: boolean;
}

export const CONFORMING_TEAM: TeamParts = {
  refusesUp: true,
  refusesLoops: true,
  opensPort: true,
  portAddress: (team) => team,
  restoredAddress: (own) => own,
  portsFollowAddress: true,
  givesAddress: (sound) => sound,
  takesMtu: true,
  restoresMtu: true,
  portsFollowMtu: true,
  locksMtu: true,
  passesVids: true,
  firstMode: NO_MODE,
  refusesModeWithPorts: true,
  refusesSameMode: true,
  refusesUnknownMode: true,
  forgetsModeOptions: true,
  matchesPort: true,
  storesOption: () => true,
  marksChanged: true,
  tellsOptions: true,
  tellsPorts: true,
  needsListener: true,
  toldLink: ({ state }) => state.linkUp,
  linkOf: (_port, sound) => sound,
  carrier: (_ports, sound) => sound,
  disables: true,
  findsOther: true,
  turn: (sent) => sent,
  draws: (number) => number,
  copies: () => true,
  fold: (answer) => ((answer >>> 24) ^ (answer >>> 16) ^ (answer >>> 8) ^ answer) & 0xff,
  place: (hash, enabled) => hash % enabled,
  obeysMapping: true,
  unmapsDisabled: true,
  forgetsActive: true,
  receivesAtActiveAlone: true,
  keepsDisabledOut: true,
  obeysQueues: true,
  keepsLacp: true,
  countsDropped: true,
  countsBytes: true,
  tellsHardware: true,
  honoursVeto: true,
};
