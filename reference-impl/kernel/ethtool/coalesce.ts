/** ETHTOOL_MSG_COALESCE_ and ETHTOOL_MSG_PAUSE_: net/ethtool/coalesce.c, pause.c. */
import type { Coalesce, PauseSettings } from '../../../harness/contract/index.js';
import { COALESCE_PARAMETERS, type CoalesceParameter } from '../../netlink/families/ethtool.js';
import { numberIn, type Value, type Values } from '../../netlink/schema.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import { portOf } from '../netDevice.js';
import { fromOutcome, refusal, refusalAt } from '../refusals.js';
import { byte, refusedWith, updatedFlag, type ApplyChange, type FillReply } from './request.js';

/** The parameters that a device of the contract can have. */
const MEMBERS: Readonly<Partial<Record<CoalesceParameter, keyof Coalesce>>> = {
  RX_USECS: 'rxUsecs',
  RX_MAX_FRAMES: 'rxMaxFrames',
  TX_USECS: 'txUsecs',
  TX_MAX_FRAMES: 'txMaxFrames',
  STATS_BLOCK_USECS: 'statsBlockUsecs',
  USE_ADAPTIVE_RX: 'useAdaptiveRx',
  USE_ADAPTIVE_TX: 'useAdaptiveTx',
  USE_CQE_MODE_TX: 'useCqeModeTx',
  USE_CQE_MODE_RX: 'useCqeModeRx',
};

const asValue = (value: number | boolean): Value => (typeof value === 'boolean' ? byte(value) : value);

export const fillCoalesce: FillReply = async (_context, netDevice) => {
  const { device, port } = portOf(netDevice);
  const { getCoalesce, supportedCoalesce = [] } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getCoalesce === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const coalesce = await getCoalesce(port);
  const values: Record<string, Value> = {};
  for (const parameter of COALESCE_PARAMETERS) {
    const member = MEMBERS[parameter];
    if (member !== undefined && supportedCoalesce.includes(member)) {
      values[`ETHTOOL_A_COALESCE_${parameter}`] = asValue(coalesce[member]);
    }
  }
  return values;
};

export const changeCoalesce: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { device, port } = portOf(netDevice);
  const { getCoalesce, setCoalesce, supportedCoalesce = [] } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getCoalesce === undefined || setCoalesce === undefined)
    return refusal(EOPNOTSUPP);
  const before = await getCoalesce(port);
  const wanted: Record<keyof Coalesce, number | boolean> = { ...before };
  for (const parameter of COALESCE_PARAMETERS) {
    const attribute = `ETHTOOL_A_COALESCE_${parameter}`;
    const value = numberIn(values, attribute);
    if (value === undefined) continue;
    const member = MEMBERS[parameter];
    if (member === undefined || !supportedCoalesce.includes(member)) {
      if (!context.kernel.parts.refusesUnknownCoalesce) continue;
      return refusalAt(request, attribute, EINVAL, 'cannot modify an unsupported parameter');
    }
    wanted[member] = typeof before[member] === 'boolean' ? value !== 0 : value;
  }
  const isSame = (Object.keys(before) as (keyof Coalesce)[]).every((member) => wanted[member] === before[member]);
  if (isSame && !context.kernel.parts.announcesAnyway('coalesce', 'unchanged')) return undefined;
  const refused = fromOutcome(await setCoalesce(port, wanted as unknown as Coalesce));
  if (refused !== undefined) return refused;
  await context.announce('COALESCE_NTF', netDevice);
  return undefined;
};

export const fillPause: FillReply = async (_context, netDevice, { flags }) => {
  const { device, port } = portOf(netDevice);
  const { getPause } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getPause === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const { autoneg, rx, tx, statistics } = await getPause(port);
  const counters: Values = {
    ETHTOOL_A_PAUSE_STAT_TX_FRAMES: statistics?.txPauseFrames ?? 0,
    ETHTOOL_A_PAUSE_STAT_RX_FRAMES: statistics?.rxPauseFrames ?? 0,
  };
  return {
    ETHTOOL_A_PAUSE_AUTONEG: byte(autoneg),
    ETHTOOL_A_PAUSE_RX: byte(rx),
    ETHTOOL_A_PAUSE_TX: byte(tx),
    ...(flags.statistics && statistics !== undefined ? { ETHTOOL_A_PAUSE_STATS: counters } : {}),
  };
};

export const changePause: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { device, port } = portOf(netDevice);
  const { getPause, setPause } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getPause === undefined || setPause === undefined) return refusal(EOPNOTSUPP);
  const before = await getPause(port);
  const wanted: PauseSettings = {
    autoneg: updatedFlag(values, 'ETHTOOL_A_PAUSE_AUTONEG', before.autoneg),
    rx: updatedFlag(values, 'ETHTOOL_A_PAUSE_RX', before.rx),
    tx: updatedFlag(values, 'ETHTOOL_A_PAUSE_TX', before.tx),
  };
  if (wanted.autoneg === before.autoneg && wanted.rx === before.rx && wanted.tx === before.tx) return undefined;
  const refused = fromOutcome(await setPause(port, wanted));
  if (refused !== undefined) return refused;
  await context.announce('PAUSE_NTF', netDevice);
  return undefined;
};
