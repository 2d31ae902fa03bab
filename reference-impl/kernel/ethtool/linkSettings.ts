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
import { requestedBits } from './bitsetRequest.js';
import { byte, refusedWith, updatedFlag, type ApplyChange, type FillReply } from './request.js';

const TRANSCEIVER_INTERNAL = 0;

/** A VLAN device shows the settings of the device below it, as vlan_ethtool_get_link_ksettings() does. */
async function linkOf(netDevice: NetDevice): Promise<LinkSettings | undefined> {
  const { device, port } = portOf(netDevice);
  return device.ethtool.getLink?.(port);
}

export const fillLinkInfo: FillReply = async (_context, netDevice) => {
  const link = await linkOf(netDevice);
  if (link === undefined) return refusedWith(refusal(EOPNOTSUPP));
  return {
    ETHTOOL_A_LINKINFO_PORT: link.connector,
    ETHTOOL_A_LINKINFO_PHYADDR: 0,
    ETHTOOL_A_LINKINFO_TP_MDIX: 0,
    ETHTOOL_A_LINKINFO_TP_MDIX_CTRL: 0,
    ETHTOOL_A_LINKINFO_TRANSCEIVER: TRANSCEIVER_INTERNAL,
  };
};

const DUPLEX = { half: DUPLEX_HALF, full: DUPLEX_FULL, unknown: DUPLEX_UNKNOWN } as const;

export const fillLinkModes: FillReply = async (_context, netDevice, { flags }) => {
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
    ...(link.lanes > 0 ? { ETHTOOL_A_LINKMODES_LANES: link.lanes } : {}),
  };
};

export const changeLinkModes: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { device, port } = portOf(netDevice);
  const { getLink, setLink } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getLink === undefined || setLink === undefined) return refusal(EOPNOTSUPP);
  const before = await getLink(port);
  const autoneg = updatedFlag(values, 'ETHTOOL_A_LINKMODES_AUTONEG', before.autoneg);
  const bits = requestedBits(request, 'ETHTOOL_A_LINKMODES_OURS', LINK_MODE_NAMES);
  if (!bits.ok) return bits;
  const speed = numberIn(values, 'ETHTOOL_A_LINKMODES_SPEED');
  const duplex = numberIn(values, 'ETHTOOL_A_LINKMODES_DUPLEX');
  if (duplex !== undefined && duplex !== DUPLEX_FULL && duplex !== DUPLEX_HALF) {
    return refusalAt(request, 'ETHTOOL_A_LINKMODES_DUPLEX', EINVAL);
  }
  const kept = before.advertised.filter((mode) => !bits.mask.has(mode));
  const refused = fromOutcome(
    await setLink(port, {
      autoneg,
      ...(speed === undefined ? {} : { speed }),
      ...(duplex === undefined ? {} : { duplex: duplex === DUPLEX_HALF ? ('half' as const) : ('full' as const) }),
      ...(bits.mask.size === 0 ? {} : { advertise: [...kept, ...bits.set] }),
    }),
  );
  if (refused !== undefined) return refused;
  await context.announce('LINKMODES_NTF', netDevice);
  return undefined;
};

export const fillLinkState: FillReply = ({ kernel }, netDevice) =>
  Promise.resolve({
    ETHTOOL_A_LINKSTATE_LINK: byte((isUp(netDevice) || !kernel.parts.ethtoolLinkNeedsUp) && netDevice.carrier),
  });

/** ethtool_link_modes_to_fecparam(). */
const FEC_LINK_MODES: Readonly<Partial<Record<string, FecMode>>> = {
  None: 'off',
  RS: 'rs',
  BASER: 'base-r',
  LLRS: 'llrs',
};
const modeNameOf = (mode: FecMode): string | undefined =>
  Object.keys(FEC_LINK_MODES).find((name) => FEC_LINK_MODES[name] === mode);

const counter = (value: number): Value => {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, BigInt(value), true);
  return bytes;
};

export const fillFec: FillReply = async (_context, netDevice, { flags }) => {
  const { device, port } = portOf(netDevice);
  const { getFec } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getFec === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const { configured, active, statistics } = await getFec(port);
  const names = configured.map(modeNameOf).filter((name) => name !== undefined);
  const activeName = active === null ? undefined : modeNameOf(active);
  const counters: Values = {
    ETHTOOL_A_FEC_STAT_CORRECTED: counter(statistics?.corrected ?? 0),
    ETHTOOL_A_FEC_STAT_UNCORR: counter(statistics?.uncorrectable ?? 0),
  };
  return {
    ETHTOOL_A_FEC_MODES: flags.compact
      ? compactBits(names, undefined, LINK_MODE_NAMES)
      : bitList(names, LINK_MODE_NAMES),
    ETHTOOL_A_FEC_AUTO: byte(configured.includes('auto')),
    ...(activeName === undefined
      ? {}
      : { ETHTOOL_A_FEC_ACTIVE: (LINK_MODE_NAMES as readonly string[]).indexOf(activeName) }),
    ...(flags.statistics && statistics !== undefined ? { ETHTOOL_A_FEC_STATS: counters } : {}),
  };
};

export const changeFec: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { device, port } = portOf(netDevice);
  const { getFec, setFec } = device.ethtool;
  if (netDevice.lower.kind === 'vlan' || getFec === undefined || setFec === undefined) return refusal(EOPNOTSUPP);
  const before = await getFec(port);
  const bits = requestedBits(request, 'ETHTOOL_A_FEC_MODES', LINK_MODE_NAMES);
  if (!bits.ok) return bits;
  const modes = new Set<FecMode>(before.configured.filter((mode) => mode !== 'auto'));
  for (const name of bits.mask) {
    const mode = FEC_LINK_MODES[name];
    if (mode === undefined) {
      if (bits.set.has(name))
        return refusalAt(request, 'ETHTOOL_A_FEC_MODES', EINVAL, 'unsupported FEC modes requested');
    } else if (bits.set.has(name)) modes.add(mode);
    else modes.delete(mode);
  }
  if (updatedFlag(values, 'ETHTOOL_A_FEC_AUTO', before.configured.includes('auto'))) modes.add('auto');
  if (modes.size === 0 && context.kernel.parts.requiresFecMode)
    return refusalAt(request, 'ETHTOOL_A_FEC_MODES', EINVAL, 'no FEC modes set');
  const refused = fromOutcome(await setFec(port, [...modes]));
  if (refused !== undefined) return refused;
  await context.announce('FEC_NTF', netDevice);
  return undefined;
};
