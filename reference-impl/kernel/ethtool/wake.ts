/** ETHTOOL_MSG_WOL_, _DEBUG_ and _PRIVFLAGS_: net/ethtool/wol.c, debug.c, privflags.c. */

import { bytesIn } from '../../netlink/schema.js';
import { MESSAGE_CLASS_NAMES, WAKE_NAMES } from '../../netlink/stringSets.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import { fromOutcome, refusal, refusalAt } from '../refusals.js';
import { bitsetValue, updatedBits } from './bitsetRequest.js';
import { ethtoolStateOf, opsOf } from './deviceState.js';
import { announceChange, refusedWith, type ApplyChange, type FillReply } from './request.js';

export const fillDebug: FillReply = async (_context, netDevice, { flags }) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.getMessageLevel === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const level = new Set(await ops.getMessageLevel(port));
  return { ETHTOOL_A_DEBUG_MSGMASK: bitsetValue(flags.compact, level, MESSAGE_CLASS_NAMES) };
};

export const changeDebug: ApplyChange = async (context, request) => {
  const { ops, port } = opsOf(request.netDevice);
  if (ops.getMessageLevel === undefined || ops.setMessageLevel === undefined) return refusal(EOPNOTSUPP);
  const before = await ops.getMessageLevel(port);
  const { ethtool } = context.kernel.parts;
  const level = updatedBits(request, 'ETHTOOL_A_DEBUG_MSGMASK', MESSAGE_CLASS_NAMES, before, ethtool);
  if (!level.ok) return level;
  if (level.changed) await ops.setMessageLevel(port, [...level.bits]);
  await announceChange(context, 'DEBUG_NTF', request.netDevice, level.changed);
  return undefined;
};

/** WAKE_MAGICSECURE. */
const SECURE_ON = 'magicsecure';
const SOPASS_MAX = 6;

export const fillWake: FillReply = async ({ kernel }, netDevice, { flags, isAnnouncement }) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.getWake === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const { supported, enabled, password } = await ops.getWake(port);
  const hides = isAnnouncement === true && kernel.parts.ethtool.hidesPassword;
  return {
    ETHTOOL_A_WOL_MODES: bitsetValue(flags.compact, new Set(enabled), WAKE_NAMES, supported),
    ...(supported.includes(SECURE_ON) && !hides ? { ETHTOOL_A_WOL_SOPASS: password } : {}),
  };
};

export const changeWake: ApplyChange = async (context, request) => {
  const { netDevice } = request;
  const { ops, port } = opsOf(netDevice);
  const { getWake, setWake } = ops;
  if (getWake === undefined || setWake === undefined) return refusal(EOPNOTSUPP);
  const { ethtool } = context.kernel.parts;
  const before = await getWake(port);
  const modes = updatedBits(request, 'ETHTOOL_A_WOL_MODES', WAKE_NAMES, before.enabled, ethtool);
  if (!modes.ok) return modes;
  const enabled = [...modes.bits];
  if (ethtool.refusesUnsupportedWake && enabled.some((mode) => !before.supported.includes(mode)))
    return refusalAt(request, 'ETHTOOL_A_WOL_MODES', EINVAL, 'cannot enable unsupported WoL mode');
  const asked = bytesIn(request.values, 'ETHTOOL_A_WOL_SOPASS');
  if (asked !== undefined && !before.supported.includes(SECURE_ON)) {
    const message = 'magicsecure not supported, cannot set password';
    return refusalAt(request, 'ETHTOOL_A_WOL_SOPASS', EINVAL, message);
  }
  // ethnl_update_binary(): a shorter one takes the place of the first bytes.
  const password = before.password.slice(0, SOPASS_MAX);
  if (asked !== undefined && !ethtool.keepsRestOfPassword) password.fill(0);
  if (asked !== undefined) password.set(asked.subarray(0, SOPASS_MAX));
  const changed = modes.changed || password.some((byte, index) => byte !== before.password[index]);
  if (changed) {
    const refused = fromOutcome(await setWake(port, { enabled, password }));
    if (refused !== undefined) return refused;
    ethtoolStateOf(netDevice).wakeArmed = ethtool.armsFor(enabled);
  }
  await announceChange(context, 'WOL_NTF', netDevice, changed);
  return undefined;
};

export const fillPrivateFlags: FillReply = async (_context, netDevice, { flags }) => {
  const { ops, port } = opsOf(netDevice);
  const own = ops.privateFlags;
  if (own === undefined) return refusedWith(refusal(EOPNOTSUPP));
  return { ETHTOOL_A_PRIVFLAGS_FLAGS: bitsetValue(flags.compact, new Set(await own.get(port)), own.names, own.names) };
};

export const changePrivateFlags: ApplyChange = async (context, request) => {
  const { ops, port } = opsOf(request.netDevice);
  const own = ops.privateFlags;
  if (request.values['ETHTOOL_A_PRIVFLAGS_FLAGS'] === undefined) return refusal(EINVAL);
  if (own === undefined) return refusal(EOPNOTSUPP);
  const before = await own.get(port);
  const flags = updatedBits(request, 'ETHTOOL_A_PRIVFLAGS_FLAGS', own.names, before, context.kernel.parts.ethtool);
  if (!flags.ok) return flags;
  if (flags.changed) {
    const refused = fromOutcome(await own.set(port, [...flags.bits]));
    if (refused !== undefined) return refused;
  }
  await announceChange(context, 'PRIVFLAGS_NTF', request.netDevice, flags.changed);
  return undefined;
};
