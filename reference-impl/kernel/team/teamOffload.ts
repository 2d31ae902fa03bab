/** What a driver is told of a team: team_upper_dev_link() and team_lower_state_changed(). */
import type { LagMemberState, OffloadedLag } from '../../../harness/contract/index.js';
import { lagId } from '../switchdevLag.js';
import { isEnabled, type Team, type TeamPort } from './team.js';
import { modeOf } from './teamModes.js';

/** NETDEV_LAG_HASH_UNKNOWN: by what flows are told apart is a program of the user's. */
export const describeTeam = (team: Team): OffloadedLag => ({
  id: lagId(team.netDevice),
  transmit: modeOf(team).transmitType,
  hash: 'unknown',
});

export const stateOfPort = (port: TeamPort): LagMemberState => ({
  linkUp: port.linkUp,
  transmitEnabled: isEnabled(port),
});
