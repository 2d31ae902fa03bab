import type { Defect } from './defect.js';
import { MODULE_EEPROM, MODULE_POWER, TUNNELS } from './origins.js';
import { ethtool, service } from './replacedParts.js';
import { withEthtool } from './wrapDevice.js';
import type { DriverResult } from '../../harness/contract/index.js';
import { EOPNOTSUPP } from '../kernel/errno.js';

const done: DriverResult = { ok: true, value: undefined };
const unsupported: DriverResult<Uint8Array> = { ok: false, errno: EOPNOTSUPP };
const UPPER_HALF = 128;

/** The identifier of the upper half is that of a plain SFP. */
function withIdentifier(read: DriverResult<Uint8Array> | undefined, offset: number): DriverResult<Uint8Array> {
  if (read?.ok !== true || offset !== UPPER_HALF) return read ?? unsupported;
  const bytes = read.value.slice();
  bytes[0] = 0x03;
  return { ok: true, value: bytes };
}

/** Modules and tunnels. */
export const ethtoolModuleDefects: readonly Defect[] = [
  {
    id: 'DEF-ETH-MOD-LOWER',
    title: 'The lower half of any page',
    description: 'The page is ignored below byte 128.',
    origin: MODULE_EEPROM,
    caughtBy: 'ETH-MOD-001',
    kernel: ethtool({ keepsLowerPageToZero: false }),
  },
  {
    id: 'DEF-ETH-MOD-CROSSES',
    title: 'A read across the half page',
    description: 'The module wraps around, and nobody knows.',
    origin: MODULE_EEPROM,
    caughtBy: 'ETH-MOD-002',
    kernel: ethtool({ keepsHalfPage: false }),
  },
  {
    id: 'DEF-ETH-MOD-DEFAULTS',
    title: 'A read without a place',
    description: 'Missing members have defaults.',
    origin: MODULE_EEPROM,
    caughtBy: 'ETH-MOD-003',
    kernel: ethtool({ needsModulePlace: false }),
  },
  {
    id: 'DEF-ETH-MOD-EVEN',
    title: 'Odd offsets read the byte before',
    description: 'The driver reads words.',
    origin: MODULE_EEPROM,
    caughtBy: 'ETH-MOD-004',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        readModule: (port, place) => sound.readModule?.(port, { ...place, offset: place.offset & ~1 }) ?? unsupported,
      })),
  },
  {
    id: 'DEF-ETH-MOD-PAGE',
    title: 'Every page is the first',
    description: 'The page is not selected before the read.',
    origin: MODULE_EEPROM,
    caughtBy: 'ETH-MOD-005',
    nic: service({ pageOf: () => 0 }),
  },
  {
    id: 'DEF-ETH-MOD-IDENTITY',
    title: 'The halves name two kinds of module',
    description: 'The driver fills in what it expects to be there.',
    origin: MODULE_EEPROM,
    caughtBy: 'ETH-MOD-006',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        readModule: async (port, place) => withIdentifier(await sound.readModule?.(port, place), place.offset),
      })),
  },
  {
    id: 'DEF-ETH-MOD-MADE-UP',
    title: 'A device without modules tells their power',
    description: 'The reply has a power mode that nobody knows.',
    origin: MODULE_POWER,
    caughtBy: 'ETH-MOD-007',
    kernel: ethtool({
      reply: (name, values) =>
        name === 'MODULE_GET' && Object.keys(values).length === 0 ? { ETHTOOL_A_MODULE_POWER_MODE: 2 } : values,
    }),
  },
  {
    id: 'DEF-ETH-MOD-IGNORES-POLICY',
    title: 'A policy for no module succeeds',
    description: 'A device without module control takes the policy.',
    origin: MODULE_POWER,
    caughtBy: 'ETH-MOD-008',
    kernel: ethtool({
      refuses: (name, refusal) => (name === 'MODULE_SET' && refusal.errno === EOPNOTSUPP ? undefined : refusal),
    }),
  },
  {
    id: 'DEF-ETH-MOD-POLICY-LOST',
    title: 'The power policy is not kept',
    description: 'The driver sets the power once and forgets the policy.',
    origin: MODULE_POWER,
    caughtBy: 'ETH-MOD-009',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        ...(sound.modulePower === undefined ? {} : { modulePower: { ...sound.modulePower, set: () => done } }),
      })),
  },
  {
    id: 'DEF-ETH-MOD-ALWAYS-HOT',
    title: 'The module has high power always',
    description: 'The policy auto is the same as high.',
    origin: MODULE_POWER,
    caughtBy: 'ETH-MOD-010',
    nic: service({ modulePower: () => 'high' }),
  },
  {
    id: 'DEF-ETH-MOD-FLASHES',
    title: 'Flashing is acknowledged and not done',
    description: 'A device that cannot write to modules takes the request.',
    origin: MODULE_POWER,
    caughtBy: 'ETH-MOD-011',
    kernel: ethtool({ refuses: (name, refusal) => (name === 'MODULE_FW_FLASH_ACT' ? undefined : refusal) }),
  },
  {
    id: 'DEF-ETH-TUN-SILENT',
    title: 'Nobody says that there are no tables',
    description: 'The refusal has no text.',
    origin: TUNNELS,
    caughtBy: 'ETH-TUN-001',
    kernel: ethtool({
      refuses: (name, refusal) => (name === 'TUNNEL_INFO_GET' ? { ok: false, errno: refusal.errno } : refusal),
    }),
  },
  {
    id: 'DEF-ETH-TUN-NO-KIND',
    title: 'A table for no tunnel',
    description: 'The kinds of tunnels of a table are left out.',
    origin: TUNNELS,
    caughtBy: 'ETH-TUN-002',
    wrap: (device) =>
      withEthtool(device, () => ({
        tunnelTables: () => ({ tables: [{ entries: 4, types: [] }], staticIanaVxlan: true }),
      })),
  },
];
