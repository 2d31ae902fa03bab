/** ETHTOOL_MSG_LINKINFO_, _LINKMODES_, _LINKSTATE_ and _FEC_: net/ethtool/linkinfo.c, linkmodes.c, linkstate.c, fec.c. */
import type { FecMode, LinkSettings } from '../../../harness/contract/index.js';
import { bitList, compactBits, maskedBits } from '../../netlink/bitset.js';
import { DUPLEX_FULL, DUPLEX_HALF, DUPLEX_UNKNOWN, SPEED_UNKNOWN } from '../../netlink/families/ethtool.js';
import { numberIn, type Value, type Values } from '../../netlink/schema.js';
import { viewOf } from '../../netlink/wire.js';
import { LINK_MODE_NAMES } from '../../netlink/stringSets.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import { isUp, portOf, type NetDevice } from '../netDevice.js';
import { fromOutcome, refusal, refusalAt } from '../refusals.js';
import { requestedBits, updatedBits } from './bitsetRequest.js';
import { opsOf } from './deviceState.js';
import { isPhyRefusal, requestedPhy } from './phyDevice.js';
import {
  announceChange,
  byte,
  refusedWith,
  updated,
  updatedFlag,
  type ApplyChange,
  type FillReply,
} from './request.js';

const TRANSCEIVER_INTERNAL = 0;

/** A VLAN device shows the settings of the device below it, as vlan_ethtool_get_link_ksettings() does. */
async function linkOf(netDevice: NetDevice): Promise<LinkSettings | undefined> {
  const { device, port } = portOf(netDevice);
  return device.ethtool.getLink?.(port);
}

const NO_SETTINGS = 'failed to retrieve link settings';

export const fillLinkInfo: FillReply = async (_context, netDevice) => {
  const link = await linkOf(netDevice);
  if (link === undefined) return refusedWith(refusal(EOPNOTSUPP, NO_SETTINGS));
  return {
    ETHTOOL_A_LINKINFO_PORT: link.connector,
    ETHTOOL_A_LINKINFO_PHYADDR: link.phyAddress ?? 0,
    ETHTOOL_A_LINKINFO_TP_MDIX: link.mdix ?? 0,
    ETHTOOL_A_LINKINFO_TP_MDIX_CTRL: link.mdixControl ?? 0,
    ETHTOOL_A_LINKINFO_TRANSCEIVER: link.transceiver ?? TRANSCEIVER_INTERNAL,
  };
};

export const changeLinkInfo: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { ops, port } = opsOf(netDevice);
  const { getLink, setLink } = ops;
  if (getLink === undefined || setLink === undefined) return refusal(EOPNOTSUPP);
  const before = await getLink(port);
  const had = {
    connector: before.connector,
    phyAddress: before.phyAddress ?? 0,
    mdixControl: before.mdixControl ?? 0,
  };
  const wanted = {
    connector: updated(values, 'ETHTOOL_A_LINKINFO_PORT', had.connector),
    phyAddress: updated(values, 'ETHTOOL_A_LINKINFO_PHYADDR', had.phyAddress),
    mdixControl: updated(values, 'ETHTOOL_A_LINKINFO_TP_MDIX_CTRL', had.mdixControl),
  };
  const changed =
    wanted.connector !== had.connector ||
    wanted.phyAddress !== had.phyAddress ||
    wanted.mdixControl !== had.mdixControl;
  if (changed) {
    const outcome = await setLink(port, { autoneg: before.autoneg, ...wanted });
    if (!outcome.ok) return refusal(outcome.errno, UPDATE_FAILED);
  }
  await announceChange(context, 'LINKINFO_NTF', netDevice, changed);
  return undefined;
};

/** What the core says of a refusal, whatever the driver said: ethnl_set_linkinfo(), ethnl_set_linkmodes(). */
const UPDATE_FAILED = 'link settings update failed';

const DUPLEX = { half: DUPLEX_HALF, full: DUPLEX_FULL, unknown: DUPLEX_UNKNOWN } as const;

export const fillLinkModes: FillReply = async ({ kernel }, netDevice, { flags }) => {
  const link = await linkOf(netDevice);
  if (link === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const ours = new Set(link.advertised);
  const peer = link.partnerAdvertised;
  return {
    ETHTOOL_A_LINKMODES_AUTONEG: byte(link.autoneg),
    ETHTOOL_A_LINKMODES_OURS: flags.compact
      ? compactBits(ours, link.supported, LINK_MODE_NAMES)
      : maskedBits(link.supported, ours, LINK_MODE_NAMES),
    ...(peer.length === 0
      ? {}
      : {
          ETHTOOL_A_LINKMODES_PEER: flags.compact
            ? compactBits(peer, undefined, LINK_MODE_NAMES)
            : bitList(peer, LINK_MODE_NAMES),
        }),
    ETHTOOL_A_LINKMODES_SPEED: link.speed ?? SPEED_UNKNOWN,
    ETHTOOL_A_LINKMODES_DUPLEX: DUPLEX[link.duplex],
    ...(link.lanes > 0 && (link.canChooseLanes === true || !kernel.parts.ethtool.lanesNeedChoice)
      ? { ETHTOOL_A_LINKMODES_LANES: link.lanes }
      : {}),
  };
};

const ADVERTISED = 'ETHTOOL_A_LINKMODES_OURS';
const LANES = 'ETHTOOL_A_LINKMODES_LANES';
const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

export const changeLinkModes: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { ops, port } = opsOf(netDevice);
  const { ethtool } = context.kernel.parts;
  const lanes = numberIn(values, LANES);
  const role = numberIn(values, 'ETHTOOL_A_LINKMODES_MASTER_SLAVE_CFG');
  if (role !== undefined && !MASTER_SLAVE_CFG.includes(role))
    return refusalAt(request, 'ETHTOOL_A_LINKMODES_MASTER_SLAVE_CFG', EOPNOTSUPP, 'master/slave value is invalid');
  if (lanes !== undefined && !isPowerOfTwo(lanes) && ethtool.checksLanes)
    return refusalAt(request, LANES, EINVAL, 'lanes value is invalid');
  const { getLink, setLink } = ops;
  if (getLink === undefined || setLink === undefined) return refusal(EOPNOTSUPP);
  const before = await getLink(port);
  if (role !== undefined) {
    const message = 'master/slave configuration not supported by device';
    return refusalAt(request, 'ETHTOOL_A_LINKMODES_MASTER_SLAVE_CFG', EOPNOTSUPP, message);
  }
  const autoneg = updatedFlag(values, 'ETHTOOL_A_LINKMODES_AUTONEG', before.autoneg);
  if (lanes !== undefined && !autoneg && before.canChooseLanes !== true && ethtool.checksLanes)
    return refusalAt(request, LANES, EOPNOTSUPP, 'lanes configuration not supported by device');
  const modes = updatedBits(request, ADVERTISED, LINK_MODE_NAMES, before.advertised, ethtool);
  if (!modes.ok) return modes;
  const speed = numberIn(values, 'ETHTOOL_A_LINKMODES_SPEED');
  const duplex = numberIn(values, 'ETHTOOL_A_LINKMODES_DUPLEX');
  const advertise =
    values[ADVERTISED] === undefined && ethtool.speedSelectsModes
      ? autoModes(before, { autoneg, speed, lanes, duplex })
      : modes.bits;
  const changed =
    autoneg !== before.autoneg ||
    differs(advertise, before.advertised) ||
    (speed ?? before.speed ?? SPEED_UNKNOWN) !== (before.speed ?? SPEED_UNKNOWN) ||
    (duplex ?? DUPLEX[before.duplex]) !== DUPLEX[before.duplex] ||
    (lanes ?? before.lanes) !== before.lanes;
  if (changed) {
    if (duplex !== undefined && duplex !== DUPLEX_FULL && duplex !== DUPLEX_HALF) return refusal(EINVAL, UPDATE_FAILED);
    const outcome = await setLink(port, {
      autoneg,
      ...(speed === undefined ? {} : { speed }),
      ...(lanes === undefined ? {} : { lanes }),
      ...(duplex === undefined ? {} : { duplex: duplex === DUPLEX_HALF ? ('half' as const) : ('full' as const) }),
      ...(differs(advertise, before.advertised) ? { advertise: [...advertise] } : {}),
    });
    if (!outcome.ok) return refusal(outcome.errno, UPDATE_FAILED);
  }
  await announceChange(context, 'LINKMODES_NTF', netDevice, changed);
  return undefined;
};

/** MASTER_SLAVE_CFG_MASTER_PREFERRED to _SLAVE_FORCE. */
const MASTER_SLAVE_CFG: readonly number[] = [2, 3, 4, 5];

const differs = (a: ReadonlySet<string>, b: readonly string[]): boolean =>
  a.size !== new Set(b).size || b.some((name) => !a.has(name));

interface WantedModes {
  readonly autoneg: boolean;
  readonly speed: number | undefined;
  readonly lanes: number | undefined;
  readonly duplex: number | undefined;
}

/** link_mode_params: what a mode of ETH_SS_LINK_MODES stands for; undefined for what is no speed. */
export function linkModeOf(name: string): { speed: number; lanes: number; duplex: number } | undefined {
  const [, speed = '', kind = '', lanes = '1', duplex = ''] =
    /^(\d+)base([A-Z]+?(?:1L|1S|1)?)(\d*)(?:_[A-Z0-9]+)*\/(Half|Full)$/.exec(name) ?? [];
  if (kind === '') return undefined;
  return { speed: Number(speed), lanes: Number(lanes) || 1, duplex: duplex === 'Half' ? DUPLEX_HALF : DUPLEX_FULL };
}

/** ethnl_auto_linkmodes(): with autonegotiation, speed and the like stand for all supported modes that have them. */
function autoModes(before: LinkSettings, { autoneg, speed, lanes, duplex }: WantedModes): ReadonlySet<string> {
  const advertised = new Set(before.advertised);
  if (!autoneg || (speed === undefined && lanes === undefined && duplex === undefined)) return advertised;
  for (const name of before.supported) {
    const mode = linkModeOf(name);
    if (mode === undefined) continue;
    const fits =
      (speed === undefined || mode.speed === speed) &&
      (lanes === undefined || mode.lanes === lanes) &&
      (duplex === undefined || mode.duplex === duplex);
    if (fits) advertised.add(name);
    else advertised.delete(name);
  }
  return advertised;
}

export const fillLinkState: FillReply = async (context, netDevice, query) => {
  const { kernel } = context;
  const { ops, port } = opsOf(netDevice);
  const phy = requestedPhy(context, netDevice, query);
  if (phy !== null && isPhyRefusal(phy)) return refusedWith(phy);
  const up = isUp(netDevice);
  const asksQuality = netDevice.carrier || !kernel.parts.ethtool.qualityNeedsLink;
  const quality = asksQuality ? await phy?.phy.signalQuality?.(phy.port) : undefined;
  const asksWhy = up || !kernel.parts.ethtool.extendedStateNeedsUp;
  const reason = asksWhy ? ((await ops.linkExtendedState?.(port)) ?? null) : null;
  const downs = query.flags.statistics ? await ops.linkDownEvents?.(port) : undefined;
  return {
    ETHTOOL_A_LINKSTATE_LINK: byte((up || !kernel.parts.ethtoolLinkNeedsUp) && netDevice.carrier),
    // linkstate_sqi_valid().
    ...(quality === undefined || quality.index > quality.max
      ? {}
      : { ETHTOOL_A_LINKSTATE_SQI: quality.index, ETHTOOL_A_LINKSTATE_SQI_MAX: quality.max }),
    ...(reason === null ? {} : { ETHTOOL_A_LINKSTATE_EXT_STATE: reason.state }),
    ...(reason?.substate === undefined ? {} : { ETHTOOL_A_LINKSTATE_EXT_SUBSTATE: reason.substate }),
    ...(downs === undefined ? {} : { ETHTOOL_A_LINKSTATE_EXT_DOWN_CNT: downs }),
  };
};

/** ethtool_link_modes_to_fecparam(). */
const FEC_LINK_MODES: Readonly<Partial<Record<string, FecMode>>> = {
  None: 'off',
  RS: 'rs',
  BASER: 'base-r',
  LLRS: 'llrs',
};
const modeNameOf = (mode: FecMode): string | undefined =>
  Object.keys(FEC_LINK_MODES).find((name) => FEC_LINK_MODES[name] === mode);

/** fec_put_stats(): 64-bit counters one behind the other; the total is in front of those of the lanes. */
const counters = (...values: readonly number[]): Value => {
  const bytes = new Uint8Array(8 * values.length);
  for (const [index, value] of values.entries()) viewOf(bytes).setBigUint64(8 * index, BigInt(value), true);
  return bytes;
};

export const fillFec: FillReply = async (_context, netDevice, { flags }) => {
  const { device, port } = portOf(netDevice);
  const { getFec } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getFec === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const { configured, active, statistics } = await getFec(port);
  const names = configured.map(modeNameOf).filter((name) => name !== undefined);
  const activeName = active === null ? undefined : modeNameOf(active);
  const kept = (total: number | undefined, lanes: readonly number[] | undefined): Value => {
    if (lanes !== undefined)
      return counters(
        lanes.reduce((sum, lane) => sum + lane, 0),
        ...lanes,
      );
    return total === undefined ? counters() : counters(total);
  };
  const correction: Values = {
    ETHTOOL_A_FEC_STAT_CORRECTED: kept(statistics?.corrected, statistics?.correctedByLane),
    ETHTOOL_A_FEC_STAT_UNCORR: kept(statistics?.uncorrectable, statistics?.uncorrectableByLane),
    ETHTOOL_A_FEC_STAT_CORR_BITS: kept(statistics?.correctedBits, undefined),
  };
  return {
    ETHTOOL_A_FEC_MODES: flags.compact
      ? compactBits(names, undefined, LINK_MODE_NAMES)
      : bitList(names, LINK_MODE_NAMES),
    ETHTOOL_A_FEC_AUTO: byte(configured.includes('auto')),
    ...(activeName === undefined
      ? {}
      : { ETHTOOL_A_FEC_ACTIVE: (LINK_MODE_NAMES as readonly string[]).indexOf(activeName) }),
    ...(flags.statistics ? { ETHTOOL_A_FEC_STATS: correction } : {}),
  };
};

export const changeFec: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { ethtool } = context.kernel.parts;
  const { device, port } = portOf(netDevice);
  const { getFec, setFec } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getFec === undefined || setFec === undefined) return refusal(EOPNOTSUPP);
  const before = await getFec(port);
  const bits = requestedBits(request, 'ETHTOOL_A_FEC_MODES', LINK_MODE_NAMES);
  if (!bits.ok) return bits;
  const modes = new Set<FecMode>(before.configured.filter((mode) => mode !== 'auto'));
  for (const name of bits.mask) {
    const mode = ethtool.isFecMode(name) ? FEC_LINK_MODES[name] : undefined;
    if (mode === undefined) {
      if (bits.set.has(name)) return refusalAt(request, 'ETHTOOL_A_FEC_MODES', EINVAL, 'invalid FEC modes requested');
    } else if (bits.set.has(name)) modes.add(mode);
    else modes.delete(mode);
  }
  if (updatedFlag(values, 'ETHTOOL_A_FEC_AUTO', before.configured.includes('auto'))) modes.add('auto');
  if (modes.size === 0 && context.kernel.parts.requiresFecMode)
    return refusalAt(request, 'ETHTOOL_A_FEC_MODES', EINVAL, 'no FEC modes set');
  const changed = differs(modes, before.configured);
  if (changed) {
    const refused = fromOutcome(await setFec(port, [...modes]));
    if (refused !== undefined) return refused;
  }
  await announceChange(context, 'FEC_NTF', netDevice, changed);
  return undefined;
};
