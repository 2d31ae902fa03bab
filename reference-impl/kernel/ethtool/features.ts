/** ETHTOOL_MSG_FEATURES_GET and _SET: net/ethtool/features.c. */
import { bitList, compactBits, maskedBits } from '../../netlink/bitset.js';
import { FEATURE_NAMES } from '../../netlink/stringSets.js';
import type { Values } from '../../netlink/schema.js';
import { notify } from '../kernelState.js';
import { updateFeatures } from '../deviceControl.js';
import { EINVAL } from '../errno.js';
import type { NetDevice } from '../netDevice.js';
import { refusal } from '../refusals.js';
import { requestedBits } from './bitsetRequest.js';
import type { ApplyChange, FillReply } from './request.js';

/** NETIF_F_NEVER_CHANGE. */
const NEVER_CHANGE: readonly string[] = ['vlan-challenged'];

export const fillFeatures: FillReply = ({ kernel }, netDevice, { flags }) =>
  Promise.resolve(featureValues(netDevice, flags.compact, kernel.parts.compactNames(FEATURE_NAMES)));

export function featureValues(
  netDevice: NetDevice,
  compact: boolean,
  compactNames: readonly string[] = FEATURE_NAMES,
): Values {
  const bits = (names: Iterable<string>): Values =>
    compact ? compactBits(names, undefined, compactNames) : bitList(names, FEATURE_NAMES);
  return {
    ETHTOOL_A_FEATURES_HW: bits(netDevice.hwFeatures),
    ETHTOOL_A_FEATURES_WANTED: bits(netDevice.wantedFeatures),
    ETHTOOL_A_FEATURES_ACTIVE: bits(netDevice.features),
    ETHTOOL_A_FEATURES_NOCHANGE: bits(NEVER_CHANGE),
  };
}

export const changeFeatures: ApplyChange = async ({ kernel }, request) => {
  const { netDevice, flags } = request;
  if (request.values['ETHTOOL_A_FEATURES_WANTED'] === undefined) return refusal(EINVAL);
  const asked = requestedBits(
    request,
    'ETHTOOL_A_FEATURES_WANTED',
    FEATURE_NAMES,
    kernel.parts.refusesUnknownBits,
    kernel.parts.ethtool,
  );
  if (!asked.ok) return asked;
  if (NEVER_CHANGE.some((name) => asked.mask.has(name))) {
    return refusal(EINVAL, 'attempt to change non-ethtool features');
  }

  const before = netDevice.features;
  const wanted = new Set(netDevice.wantedFeatures);
  for (const name of asked.mask) {
    if (asked.set.has(name)) wanted.add(name);
    else wanted.delete(name);
  }
  netDevice.wantedFeatures = new Set(
    [...wanted].filter((name) => netDevice.hwFeatures.has(name) || !kernel.parts.protectsFixedFeatures),
  );
  const { changed } = await updateFeatures(kernel, netDevice);
  const announces = changed || kernel.parts.announcesAnyway('features', 'unchanged');
  if (announces) notify(kernel, 'NETDEV_FEAT_CHANGE', netDevice);
  if (flags.omitReply && kernel.parts.omitsReply) return undefined;

  const after = netDevice.features;
  const unmet = kernel.parts.unmetFeatures([...asked.mask].filter((name) => wanted.has(name) !== after.has(name)));
  const moved = FEATURE_NAMES.filter((name) => name !== '' && before.has(name) !== after.has(name));
  const bits = (mask: readonly string[], values: ReadonlySet<string>): Values =>
    flags.compact
      ? compactBits(
          mask.filter((name) => values.has(name)),
          mask,
          FEATURE_NAMES,
        )
      : maskedBits(mask, values, FEATURE_NAMES);
  // What differs from the request, with the value that the request had.
  const [told, active] = kernel.parts.ethtool.featureReply(bits(unmet, wanted), bits(moved, after));
  return { ETHTOOL_A_FEATURES_WANTED: told, ETHTOOL_A_FEATURES_ACTIVE: active };
};
