/** What is about the module in the cage, and about tunnels and clocks: net/ethtool/eeprom.c, module.c, tunnels.c, phc_vclocks.c. */
import type { TunnelTables, TunnelType } from '../../../harness/contract/index.js';
import { ETH_MODULE_EEPROM_PAGE_LEN } from '../../netlink/families/ethtoolDeviceAttributes.js';
import { numberIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { TUNNEL_TYPE_NAMES } from '../../netlink/stringSets.js';
import { EBUSY, EINVAL, EOPNOTSUPP } from '../errno.js';
import { fromOutcome, refusal, refusalAt } from '../refusals.js';
import { bitsetValue } from './bitsetRequest.js';
import { ethtoolStateOf, opsOf } from './deviceState.js';
import type { EthtoolParts } from './ethtoolParts.js';
import { announceChange, refusedWith, type ApplyChange, type FillReply, type Query } from './request.js';

interface Place {
  readonly offset: number;
  readonly length: number;
  readonly page: number;
  readonly bank: number;
  readonly i2cAddress: number;
}

/** eeprom_parse_request(): within one half of a page; the lower half is page 0 only. */
function requestedPlace(parts: EthtoolParts, query: Query): Place | Refusal {
  const member = (name: string): number | undefined => numberIn(query.values, `ETHTOOL_A_MODULE_EEPROM_${name}`);
  const [offset, length, page, i2cAddress] = ['OFFSET', 'LENGTH', 'PAGE', 'I2C_ADDRESS'].map(member);
  const isWhole = offset !== undefined && length !== undefined && page !== undefined && i2cAddress !== undefined;
  if (!isWhole && parts.needsModulePlace) return refusal(EINVAL);
  const place = {
    offset: offset ?? 0,
    length: length ?? ETH_MODULE_EEPROM_PAGE_LEN,
    page: page ?? 0,
    bank: member('BANK') ?? 0,
    i2cAddress: i2cAddress ?? 0x50,
  };
  const refuse = (name: string, message: string): Refusal =>
    refusalAt(query, `ETHTOOL_A_MODULE_EEPROM_${name}`, EINVAL, message);
  const isLower = place.offset < ETH_MODULE_EEPROM_PAGE_LEN;
  const end = place.offset + place.length;
  if (place.page !== 0 && isLower && parts.keepsLowerPageToZero)
    return refuse('PAGE', 'reading from lower half page is allowed for page 0 only');
  if (!parts.keepsHalfPage) return place;
  if (isLower && end > ETH_MODULE_EEPROM_PAGE_LEN)
    return refuse('LENGTH', 'reading cross half page boundary is illegal');
  if (end > 2 * ETH_MODULE_EEPROM_PAGE_LEN) return refuse('LENGTH', 'reading cross page boundary is illegal');
  return place;
}

const FLASHING = 'Module firmware flashing is in progress';

export const fillModuleEeprom: FillReply = async ({ kernel }, netDevice, query) => {
  const place = requestedPlace(kernel.parts.ethtool, query);
  if ('errno' in place) return refusedWith(place);
  const { ops, port } = opsOf(netDevice);
  if (ethtoolStateOf(netDevice).flashing) return refusedWith(refusal(EBUSY, FLASHING));
  if (ops.readModule === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const read = await ops.readModule(port, place);
  return read.ok ? { ETHTOOL_A_MODULE_EEPROM_DATA: read.value } : refusedWith(refusal(read.errno, read.message));
};

const POLICIES = { high: 1, auto: 2 } as const;
const MODES = { low: 1, high: 2 } as const;

/** A device without the operation answers with nothing but the header. */
export const fillModule: FillReply = async (_context, netDevice) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.modulePower === undefined) return {};
  if (ethtoolStateOf(netDevice).flashing) return refusedWith(refusal(EBUSY, FLASHING));
  const power = await ops.modulePower.get(port);
  if (!power.ok) return refusedWith(refusal(power.errno, power.message));
  const { policy, mode } = power.value;
  return {
    ETHTOOL_A_MODULE_POWER_MODE_POLICY: POLICIES[policy],
    ...(mode === null ? {} : { ETHTOOL_A_MODULE_POWER_MODE: MODES[mode] }),
  };
};

export const changeModule: ApplyChange = async (context, request) => {
  const { netDevice } = request;
  const { ops, port } = opsOf(netDevice);
  const asked = numberIn(request.values, 'ETHTOOL_A_MODULE_POWER_MODE_POLICY');
  if (asked === undefined) return undefined;
  const own = ops.modulePower;
  if (own === undefined) {
    const message = 'Setting power mode policy is not supported by this device';
    return refusalAt(request, 'ETHTOOL_A_MODULE_POWER_MODE_POLICY', EOPNOTSUPP, message);
  }
  if (ethtoolStateOf(netDevice).flashing) return refusal(EBUSY, FLASHING);
  const before = await own.get(port);
  if (!before.ok) return refusal(before.errno, before.message);
  const policy = asked === POLICIES.high ? 'high' : 'auto';
  const changed = policy !== before.value.policy;
  if (changed) {
    const refused = fromOutcome(await own.set(port, policy));
    if (refused !== undefined) return refused;
  }
  await announceChange(context, 'MODULE_NTF', netDevice, changed);
  return undefined;
};

const IANA_VXLAN_UDP_PORT = 4789;

export const fillTunnelInfo: FillReply = async (_context, netDevice, { flags }) => {
  const { ops, port } = opsOf(netDevice);
  if (ops.tunnelTables === undefined)
    return refusedWith(refusal(EOPNOTSUPP, 'device does not report tunnel offload info'));
  const { tables, staticIanaVxlan } = await ops.tunnelTables(port);
  const ports = tables.map((table) => tableValues(table, flags.compact));
  if (staticIanaVxlan) {
    ports.push({
      ...tableValues({ entries: 1, types: [] }, flags.compact),
      ETHTOOL_A_TUNNEL_UDP_TABLE_ENTRY: [
        { ETHTOOL_A_TUNNEL_UDP_ENTRY_PORT: IANA_VXLAN_UDP_PORT, ETHTOOL_A_TUNNEL_UDP_ENTRY_TYPE: typeNumber('vxlan') },
      ],
    });
  }
  return { ETHTOOL_A_TUNNEL_INFO_UDP_PORTS: { ETHTOOL_A_TUNNEL_UDP_TABLE: ports } };
};

const typeNumber = (type: TunnelType): number => TUNNEL_TYPE_NAMES.indexOf(type);

const tableValues = ({ entries, types }: TunnelTables['tables'][number], compact: boolean): Values => ({
  ETHTOOL_A_TUNNEL_UDP_TABLE_SIZE: entries,
  ETHTOOL_A_TUNNEL_UDP_TABLE_TYPES: bitsetValue(compact, new Set(types), TUNNEL_TYPE_NAMES),
});

/** Without virtual clocks, which is the same as without a clock, there is nothing but the header. */
export const fillVirtualClocks: FillReply = async (_context, netDevice) => {
  const { ops, port } = opsOf(netDevice);
  const clocks = (await ops.virtualClocks?.(port)) ?? [];
  const values: Values = { ETHTOOL_A_PHC_VCLOCKS_NUM: clocks.length, ETHTOOL_A_PHC_VCLOCKS_INDEX: clocks };
  return clocks.length === 0 ? {} : values;
};
