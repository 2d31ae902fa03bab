/** Energy-Efficient Ethernet and the MAC merge layer of the reference NIC. */
import type { DriverResult, Eee, EeeSettings, MacMerge, MacMergeSettings } from '../../../harness/contract/index.js';
import { done, EINVAL, refuse } from '../driverResult.js';
import { hasCarrier, speedOf, type NicPort } from '../state.js';

/** IEEE 802.3, 78.1: modes of this MAC that have low power idle. */
const SUPPORTED = ['25000baseCR/Full', '10000baseCR/Full'];
/** What the far end can do. */
const PARTNER = ['25000baseCR/Full', '10000baseCR/Full'];

export function eeeOf(port: NicPort): DriverResult<Eee> {
  const { eee } = port.service;
  const { service: parts } = port.parts;
  const hasLink = (port.up && hasCarrier(port)) || !parts.eeeNeedsLink;
  const partnerAdvertised = hasLink && port.autoneg ? PARTNER : [];
  const inForce = `${speedOf(port)}baseCR/Full`;
  const agreed = parts.commonEee(eee.advertised, partnerAdvertised);
  const active = eee.enabled && hasLink && port.autoneg && agreed.includes(inForce);
  return { ok: true, value: { ...eee, supported: SUPPORTED, partnerAdvertised, active } };
}

export function setEee(port: NicPort, wanted: EeeSettings): DriverResult {
  if (wanted.advertised.some((mode) => !SUPPORTED.includes(mode))) return refuse(EINVAL);
  port.service.eee = port.parts.service.storesEee(wanted);
  return done;
}

/** IEEE 802.3br: milliseconds and bytes that the MAC can do; status by its number. */
const MAX_VERIFY_TIME = 128;
const RX_MIN_FRAGMENT = 60;
const INITIAL = 1;
const VERIFYING = 2;
const FAILED = 4;
const DISABLED = 5;
/** verifyLimit: so often is verification tried. */
const VERIFY_LIMIT = 3;

/** Nobody at the far end of a cable of the rig answers a verification. */
export function macMergeOf(port: NicPort): DriverResult<MacMerge> {
  const { macMerge } = port.service;
  const verifyStatus = verification(port);
  const txActive = macMerge.txEnabled && (verifyStatus === DISABLED || !port.parts.service.verificationFails);
  return {
    ok: true,
    value: { ...macMerge, txActive, verifyStatus, maxVerifyTime: MAX_VERIFY_TIME, rxMinFragSize: RX_MIN_FRAGMENT },
  };
}

function verification({ service: { macMerge, verifyingSince }, now, up }: NicPort): number {
  if (!macMerge.verifyEnabled) return DISABLED;
  if (verifyingSince === null || !up) return INITIAL;
  const tried = VERIFY_LIMIT * macMerge.verifyTime * 1_000_000;
  return now - verifyingSince < BigInt(tried) ? VERIFYING : FAILED;
}

export function setMacMerge(port: NicPort, wanted: MacMergeSettings): DriverResult {
  const { service } = port;
  service.macMerge = { ...wanted };
  service.verifyingSince = wanted.verifyEnabled ? port.now : null;
  return done;
}
