/** ETHTOOL_MSG_COALESCE_ and ETHTOOL_MSG_PAUSE_: net/ethtool/coalesce.c, pause.c. */
import type { Coalesce, PauseSettings, ProfileStep } from '../../../harness/contract/index.js';
import { COALESCE_PARAMETERS, type CoalesceParameter } from '../../netlink/families/ethtool.js';
import { isValues, listIn, nestIn, numberIn, type Value, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { E2BIG, EINVAL, EOPNOTSUPP } from '../errno.js';
import { portOf } from '../netDevice.js';
import { fromOutcome, refusal, refusalAt } from '../refusals.js';
import {
  announceChange,
  byte,
  refusedWith,
  updatedFlag,
  type ApplyChange,
  type EthtoolRequest,
  type FillReply,
} from './request.js';
import type { EthtoolParts } from './ethtoolParts.js';
import { refusedSource } from './statistics.js';

/** What each parameter is called in the contract. */
const MEMBERS: Readonly<Record<CoalesceParameter, keyof Coalesce>> = {
  RX_USECS: 'rxUsecs',
  RX_MAX_FRAMES: 'rxMaxFrames',
  TX_USECS: 'txUsecs',
  TX_MAX_FRAMES: 'txMaxFrames',
  STATS_BLOCK_USECS: 'statsBlockUsecs',
  USE_ADAPTIVE_RX: 'useAdaptiveRx',
  USE_ADAPTIVE_TX: 'useAdaptiveTx',
  USE_CQE_MODE_TX: 'useCqeModeTx',
  USE_CQE_MODE_RX: 'useCqeModeRx',
  RX_USECS_IRQ: 'rxUsecsIrq',
  RX_MAX_FRAMES_IRQ: 'rxMaxFramesIrq',
  TX_USECS_IRQ: 'txUsecsIrq',
  TX_MAX_FRAMES_IRQ: 'txMaxFramesIrq',
  PKT_RATE_LOW: 'pktRateLow',
  RX_USECS_LOW: 'rxUsecsLow',
  RX_MAX_FRAMES_LOW: 'rxMaxFramesLow',
  TX_USECS_LOW: 'txUsecsLow',
  TX_MAX_FRAMES_LOW: 'txMaxFramesLow',
  PKT_RATE_HIGH: 'pktRateHigh',
  RX_USECS_HIGH: 'rxUsecsHigh',
  RX_MAX_FRAMES_HIGH: 'rxMaxFramesHigh',
  TX_USECS_HIGH: 'txUsecsHigh',
  TX_MAX_FRAMES_HIGH: 'txMaxFramesHigh',
  RATE_SAMPLE_INTERVAL: 'rateSampleInterval',
  TX_AGGR_MAX_BYTES: 'txAggrMaxBytes',
  TX_AGGR_MAX_FRAMES: 'txAggrMaxFrames',
  TX_AGGR_TIME_USECS: 'txAggrTimeUsecs',
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
    if (supportedCoalesce.includes(member)) {
      values[`ETHTOOL_A_COALESCE_${parameter}`] = asValue(coalesce[member] ?? 0);
    }
  }
  const profiles = await device.ethtool.getCoalesceProfiles?.(port);
  if (profiles === undefined) return values;
  for (const direction of ['rx', 'tx'] as const) {
    if (profiles[direction].length > 0) values[profileAttribute(direction)] = profileValues(profiles[direction]);
  }
  return values;
};

const profileAttribute = (direction: 'rx' | 'tx'): string => `ETHTOOL_A_COALESCE_${direction.toUpperCase()}_PROFILE`;

/** coalesce_put_profile(). */
const profileValues = (steps: readonly ProfileStep[]): Values => ({
  ETHTOOL_A_PROFILE_IRQ_MODERATION: steps.map(({ usecs, packets }) => ({
    ETHTOOL_A_IRQ_MODERATION_USEC: usecs,
    ETHTOOL_A_IRQ_MODERATION_PKTS: packets,
  })),
});

/** ethnl_update_profile(): all steps of a table, each with what the device can change. */
function requestedProfile(
  request: EthtoolRequest,
  direction: 'rx' | 'tx',
  before: readonly ProfileStep[],
  checks: EthtoolParts,
): readonly ProfileStep[] | Refusal {
  const path = profileAttribute(direction);
  const asked = nestIn(request.values, path);
  if (asked === undefined) return before;
  const member = 'ETHTOOL_A_PROFILE_IRQ_MODERATION';
  const steps = listIn(asked, member).filter(isValues);
  if (steps.length > before.length && checks.limitsProfile)
    return refusalAt(request, `${path}/${member}#${before.length}`, E2BIG);
  const wanted: ProfileStep[] = [];
  for (const [place, old] of before.entries()) {
    const step = steps[place];
    const completions = numberIn(step, 'ETHTOOL_A_IRQ_MODERATION_COMPS');
    if (completions !== undefined && checks.checksModeration) {
      const here = `${path}/${member}#${place}/ETHTOOL_A_IRQ_MODERATION_COMPS`;
      return refusalAt(request, here, EOPNOTSUPP);
    }
    wanted.push({
      usecs: numberIn(step, 'ETHTOOL_A_IRQ_MODERATION_USEC') ?? old.usecs,
      packets: numberIn(step, 'ETHTOOL_A_IRQ_MODERATION_PKTS') ?? old.packets,
    });
  }
  return wanted;
}

/** Answers whether a table has changed, or why not. */
async function changeProfiles(request: EthtoolRequest, checks: EthtoolParts): Promise<boolean | Refusal> {
  const { device, port } = portOf(request.netDevice);
  const before = await device.ethtool.getCoalesceProfiles?.(port);
  if (before === undefined) return false;
  const rx = requestedProfile(request, 'rx', before.rx, checks);
  const tx = requestedProfile(request, 'tx', before.tx, checks);
  if ('errno' in rx) return rx;
  if ('errno' in tx) return tx;
  if (isSameProfile(rx, before.rx) && isSameProfile(tx, before.tx)) return false;
  const outcome = await device.ethtool.setCoalesceProfiles?.(port, { rx, tx });
  return outcome === undefined ? refusal(EOPNOTSUPP) : (fromOutcome(outcome) ?? true);
}

const isSameProfile = (a: readonly ProfileStep[], b: readonly ProfileStep[]): boolean =>
  a.every(({ usecs, packets }, index) => usecs === b[index]?.usecs && packets === b[index].packets);

/** Attributes that the device does not have, whatever their value: ethnl_set_coalesce_validate(). */
async function unsupportedParameter(request: EthtoolRequest): Promise<string | undefined> {
  const { device, port } = portOf(request.netDevice);
  const { supportedCoalesce = [] } = device.ethtool;
  const profiles = await device.ethtool.getCoalesceProfiles?.(port);
  const unsupported = COALESCE_PARAMETERS.filter((parameter) => !supportedCoalesce.includes(MEMBERS[parameter]));
  const missing = (['rx', 'tx'] as const).filter((direction) => (profiles?.[direction].length ?? 0) === 0);
  return [...unsupported.map((parameter) => `ETHTOOL_A_COALESCE_${parameter}`), ...missing.map(profileAttribute)].find(
    (attribute) => request.values[attribute] !== undefined,
  );
}

export const changeCoalesce: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { device, port } = portOf(netDevice);
  const { getCoalesce, setCoalesce, supportedCoalesce = [] } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getCoalesce === undefined || setCoalesce === undefined)
    return refusal(EOPNOTSUPP);
  const unsupported = await unsupportedParameter(request);
  if (unsupported !== undefined && context.kernel.parts.refusesUnknownCoalesce)
    return refusalAt(request, unsupported, EINVAL, 'cannot modify an unsupported parameter');
  const before = await getCoalesce(port);
  const wanted: Partial<Record<keyof Coalesce, number | boolean>> = { ...before };
  for (const parameter of COALESCE_PARAMETERS) {
    const value = numberIn(values, `ETHTOOL_A_COALESCE_${parameter}`);
    const member = MEMBERS[parameter];
    if (value !== undefined && supportedCoalesce.includes(member))
      wanted[member] = typeof before[member] === 'boolean' ? value !== 0 : value;
  }
  const isSame = (Object.keys(wanted) as (keyof Coalesce)[]).every((member) => wanted[member] === before[member]);
  const profiles = await changeProfiles(request, context.kernel.parts.ethtool);
  if (typeof profiles !== 'boolean') return profiles;
  if (isSame && !profiles && !context.kernel.parts.announcesAnyway('coalesce', 'unchanged')) return undefined;
  if (!isSame) {
    const refused = fromOutcome(await setCoalesce(port, wanted as unknown as Coalesce));
    if (refused !== undefined) return refused;
  }
  await context.announce('COALESCE_NTF', netDevice);
  return undefined;
};

export const fillPause: FillReply = async (context, netDevice, query) => {
  const { flags } = query;
  const { device, port } = portOf(netDevice);
  const { getPause } = device.ethtool;
  const { sourceNeedsFlag } = context.kernel.parts.ethtool;
  const source = numberIn(query.values, 'ETHTOOL_A_PAUSE_STATS_SRC');
  if (source !== undefined && !flags.statistics && sourceNeedsFlag) {
    // NL_SET_ERR_MSG_MOD() puts the name of the module in front.
    return refusedWith(refusal(EINVAL, 'ethtool: ETHTOOL_FLAG_STATS must be set when requesting a source of stats'));
  }
  if (netDevice.lower.kind === 'vlan' || getPause === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const withoutMerge = await refusedSource(context, netDevice, source);
  if (withoutMerge !== undefined) return refusedWith(withoutMerge);
  const { autoneg, rx, tx, statistics } = await getPause(port);
  const counters: Values = {
    ETHTOOL_A_PAUSE_STAT_TX_FRAMES: statistics?.txPauseFrames ?? 0,
    ETHTOOL_A_PAUSE_STAT_RX_FRAMES: statistics?.rxPauseFrames ?? 0,
  };
  return {
    ETHTOOL_A_PAUSE_AUTONEG: byte(autoneg),
    ETHTOOL_A_PAUSE_RX: byte(rx),
    ETHTOOL_A_PAUSE_TX: byte(tx),
    ...(flags.statistics
      ? {
          ETHTOOL_A_PAUSE_STATS_SRC: source ?? 0,
          ETHTOOL_A_PAUSE_STATS: statistics === undefined ? {} : counters,
        }
      : {}),
  };
};

export const changePause: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { device, port } = portOf(netDevice);
  const { getPause, setPause } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getPause === undefined || setPause === undefined) return refusal(EOPNOTSUPP);
  const before = await getPause(port);
  const wanted: PauseSettings = context.kernel.parts.ethtool.mergesPause(before, {
    autoneg: updatedFlag(values, 'ETHTOOL_A_PAUSE_AUTONEG', before.autoneg),
    rx: updatedFlag(values, 'ETHTOOL_A_PAUSE_RX', before.rx),
    tx: updatedFlag(values, 'ETHTOOL_A_PAUSE_TX', before.tx),
  });
  const changed = wanted.autoneg !== before.autoneg || wanted.rx !== before.rx || wanted.tx !== before.tx;
  if (changed) {
    const refused = fromOutcome(await setPause(port, wanted));
    if (refused !== undefined) return refused;
  }
  await announceChange(context, 'PAUSE_NTF', netDevice, changed);
  return undefined;
};
