/** ETHTOOL_MSG_EEE_ and ETHTOOL_MSG_MM_: net/ethtool/eee.c, mm.c. */
import type { EeeSettings, MacMergeCounter, MacMergeSettings } from '../../../harness/contract/index.js';
import type { Values } from '../../netlink/schema.js';
import { LINK_MODE_NAMES } from '../../netlink/stringSets.js';
import { EINVAL, EOPNOTSUPP, ERANGE } from '../errno.js';
import { fromOutcome, refusal, refusalAt } from '../refusals.js';
import { bitsetValue, updatedBits } from './bitsetRequest.js';
import { opsOf } from './deviceState.js';
import {
  announceChange,
  byte,
  refusedWith,
  updated,
  updatedFlag,
  type ApplyChange,
  type FillReply,
} from './request.js';

export const fillEee: FillReply = async (_context, netDevice, { flags }) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.getEee === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const eee = await ops.getEee(port);
  if (!eee.ok) return refusedWith(refusal(eee.errno, eee.message));
  const { supported, advertised, partnerAdvertised, active, enabled, txLpiEnabled, txLpiTimer } = eee.value;
  return {
    ETHTOOL_A_EEE_MODES_OURS: bitsetValue(flags.compact, new Set(advertised), LINK_MODE_NAMES, supported),
    ETHTOOL_A_EEE_MODES_PEER: bitsetValue(flags.compact, new Set(partnerAdvertised), LINK_MODE_NAMES),
    ETHTOOL_A_EEE_ACTIVE: byte(active),
    ETHTOOL_A_EEE_ENABLED: byte(enabled),
    ETHTOOL_A_EEE_TX_LPI_ENABLED: byte(txLpiEnabled),
    ETHTOOL_A_EEE_TX_LPI_TIMER: txLpiTimer,
  };
};

export const changeEee: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { ops, port } = opsOf(netDevice);
  const { getEee, setEee } = ops;
  if (getEee === undefined || setEee === undefined) return refusal(EOPNOTSUPP);
  const result = await getEee(port);
  if (!result.ok) return refusal(result.errno, result.message);
  const before = result.value;
  const { ethtool } = context.kernel.parts;
  const modes = updatedBits(request, 'ETHTOOL_A_EEE_MODES_OURS', LINK_MODE_NAMES, before.advertised, ethtool);
  if (!modes.ok) return modes;
  const wanted: EeeSettings = {
    advertised: [...modes.bits],
    enabled: updatedFlag(values, 'ETHTOOL_A_EEE_ENABLED', before.enabled),
    txLpiEnabled: updatedFlag(values, 'ETHTOOL_A_EEE_TX_LPI_ENABLED', before.txLpiEnabled),
    txLpiTimer: updated(values, 'ETHTOOL_A_EEE_TX_LPI_TIMER', before.txLpiTimer),
  };
  const changed =
    modes.changed ||
    wanted.enabled !== before.enabled ||
    wanted.txLpiEnabled !== before.txLpiEnabled ||
    wanted.txLpiTimer !== before.txLpiTimer;
  if (changed) {
    const refused = fromOutcome(await setEee(port, wanted));
    if (refused !== undefined) return refused;
  }
  await announceChange(context, 'EEE_NTF', netDevice, changed);
  return undefined;
};

export const fillMacMerge: FillReply = async (_context, netDevice, { flags }) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.getMacMerge === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const result = await ops.getMacMerge(port);
  if (!result.ok) return refusedWith(refusal(result.errno, result.message));
  const state = result.value;
  const counters: Values = {};
  if (flags.statistics) {
    const known: Readonly<Partial<Record<MacMergeCounter, number>>> = (await ops.macMergeStatistics?.(port)) ?? {};
    Object.assign(
      counters,
      Object.fromEntries(Object.entries(known).map(([name, value]) => [`ETHTOOL_A_MM_STAT_${name}`, value])),
    );
  }
  return {
    ETHTOOL_A_MM_TX_ENABLED: byte(state.txEnabled),
    ETHTOOL_A_MM_TX_ACTIVE: byte(state.txActive),
    ETHTOOL_A_MM_PMAC_ENABLED: byte(state.pmacEnabled),
    ETHTOOL_A_MM_VERIFY_ENABLED: byte(state.verifyEnabled),
    ETHTOOL_A_MM_VERIFY_STATUS: state.verifyStatus,
    ETHTOOL_A_MM_VERIFY_TIME: state.verifyTime,
    ETHTOOL_A_MM_MAX_VERIFY_TIME: state.maxVerifyTime,
    ETHTOOL_A_MM_TX_MIN_FRAG_SIZE: state.txMinFragSize,
    ETHTOOL_A_MM_RX_MIN_FRAG_SIZE: state.rxMinFragSize,
    ...(flags.statistics ? { ETHTOOL_A_MM_STATS: counters } : {}),
  };
};

export const changeMacMerge: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { ops, port } = opsOf(netDevice);
  const { getMacMerge, setMacMerge } = ops;
  if (getMacMerge === undefined || setMacMerge === undefined) return refusal(EOPNOTSUPP);
  const result = await getMacMerge(port);
  if (!result.ok) return refusal(result.errno, result.message);
  const before = result.value;
  const wanted: MacMergeSettings = {
    verifyEnabled: updatedFlag(values, 'ETHTOOL_A_MM_VERIFY_ENABLED', before.verifyEnabled),
    verifyTime: updated(values, 'ETHTOOL_A_MM_VERIFY_TIME', before.verifyTime),
    txEnabled: updatedFlag(values, 'ETHTOOL_A_MM_TX_ENABLED', before.txEnabled),
    pmacEnabled: updatedFlag(values, 'ETHTOOL_A_MM_PMAC_ENABLED', before.pmacEnabled),
    txMinFragSize: updated(values, 'ETHTOOL_A_MM_TX_MIN_FRAG_SIZE', before.txMinFragSize),
  };
  const { ethtool } = context.kernel.parts;
  const changed = (Object.keys(wanted) as (keyof MacMergeSettings)[]).some((name) => wanted[name] !== before[name]);
  if (changed) {
    if (ethtool.isTooLong(wanted.verifyTime, before.maxVerifyTime) && ethtool.limitsVerifyTime)
      return refusalAt(request, 'ETHTOOL_A_MM_VERIFY_TIME', ERANGE, 'verifyTime exceeds device maximum');
    if (wanted.verifyEnabled && !wanted.txEnabled && ethtool.verifyNeedsTx)
      return refusal(EINVAL, 'Verification requires TX enabled');
    if (wanted.txEnabled && !wanted.pmacEnabled && ethtool.txNeedsPmac)
      return refusal(EINVAL, 'TX enabled requires pMAC enabled');
    const refused = fromOutcome(await setMacMerge(port, wanted));
    if (refused !== undefined) return refused;
  }
  await announceChange(context, 'MM_NTF', netDevice, changed);
  return undefined;
};
