/** What the driver of the reference switch does with groups: SWITCHDEV_OBJ_ID_PORT_MDB and SWITCHDEV_OBJ_ID_HOST_MDB. */
import type { DriverResult, Errno, MacAddress } from '../../../harness/contract/index.js';
import { parseMac } from '../../packet/addresses.js';
import { readU16, readU32 } from '../../packet/bytes.js';
import { EOPNOTSUPP, done, refuse } from '../driverResult.js';
import { NO_BRIDGE, filteringIdOf, type SwitchState } from './switchState.js';

const ENOSPC = 28 as Errno;

interface GroupKey {
  readonly address: MacAddress;
  readonly vid: number;
}

function slotOf(
  { groups, parts }: SwitchState,
  bridge: number,
  { address, vid }: GroupKey,
  how: 'find' | 'take',
): number {
  const bytes = parseMac(address);
  return groups[how](readU16(bytes, 0), readU32(bytes, 2), filteringIdOf(bridge, parts.groupVid(vid)));
}

export function addGroup(state: SwitchState, bridge: number, port: number, key: GroupKey): DriverResult {
  if (bridge === NO_BRIDGE) return refuse(EOPNOTSUPP);
  const slot = slotOf(state, bridge, key, 'take');
  if (slot < 0) return refuse(ENOSPC, 'the switch has room for no more groups');
  state.groups.change(slot, port, 1);
  return done;
}

export function removeGroup(state: SwitchState, bridge: number, port: number, key: GroupKey): void {
  const slot = bridge === NO_BRIDGE || !state.parts.removesGroups ? -1 : slotOf(state, bridge, key, 'find');
  if (slot < 0) return;
  state.groups.change(slot, port, -1);
  state.groups.releaseIfEmpty(slot);
}

export function changeHostGroup(state: SwitchState, bridge: number, key: GroupKey, by: 1 | -1): void {
  const slot = bridge === NO_BRIDGE ? -1 : slotOf(state, bridge, key, by > 0 ? 'take' : 'find');
  if (slot < 0) return;
  state.groups.host[slot] = Math.max(0, (state.groups.host[slot] ?? 0) + by);
  state.groups.releaseIfEmpty(slot);
}
