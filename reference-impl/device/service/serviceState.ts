/** What a port keeps beside its data path: wake-up, energy, cable, module, self test and the memories that a user reads. */
import type {
  CableTestResult,
  CoalesceProfiles,
  EeeSettings,
  MacMergeSettings,
  ModulePower,
  Nanoseconds,
  WakeSettings,
} from '../../../harness/contract/index.js';
import { newDeviceMemory } from './deviceMemory.js';
import { newModuleMemory, type ModuleMemory } from './moduleMemory.js';

/** A test of the cable that goes on. */
export interface RunningCableTest {
  readonly until: Nanoseconds;
  readonly result: () => CableTestResult;
}

export interface ServiceState {
  messageLevel: readonly string[];
  /** Speeds that are offered in autonegotiation, by the names of their link modes. */
  advertised: readonly string[];
  wake: WakeSettings;
  privateFlags: ReadonlySet<string>;
  eee: EeeSettings;
  macMerge: MacMergeSettings;
  /** When verification was begun last; null: it was not. */
  verifyingSince: Nanoseconds | null;
  modulePolicy: ModulePower['policy'];
  readonly module: ModuleMemory;
  readonly eeprom: Uint8Array;
  cableTest: RunningCableTest | null;
  linkDownEvents: number;
  /** Frames that had come damaged when the link came up last. */
  damagedBefore: number;
  profiles: CoalesceProfiles;
  stampedPackets: number;
}

/** The modes of the MAC, the fastest first; the far end of the rig has them too. */
export const SPEED_MODES: readonly string[] = ['25000baseCR/Full', '10000baseCR/Full'];

/** net_dim.c, RX_EQE_PROFILES and TX_EQE_PROFILES. */
const steps = (...rows: readonly (readonly [usecs: number, packets: number])[]): CoalesceProfiles['rx'] =>
  rows.map(([usecs, packets]) => ({ usecs, packets }));
const DEFAULT_PROFILES: CoalesceProfiles = {
  rx: steps([1, 256], [8, 256], [64, 256], [128, 256], [256, 256]),
  tx: steps([1, 128], [8, 64], [32, 64], [64, 64], [128, 64]),
};

export const newServiceState = (address: string): ServiceState => ({
  messageLevel: ['drv', 'probe', 'link'],
  advertised: SPEED_MODES,
  wake: { enabled: [], password: new Uint8Array(6) },
  privateFlags: new Set(),
  eee: { advertised: ['25000baseCR/Full', '10000baseCR/Full'], enabled: false, txLpiEnabled: false, txLpiTimer: 17 },
  macMerge: { pmacEnabled: false, txEnabled: false, verifyEnabled: false, verifyTime: 10, txMinFragSize: 60 },
  verifyingSince: null,
  modulePolicy: 'auto',
  module: newModuleMemory(),
  eeprom: newDeviceMemory(address),
  cableTest: null,
  linkDownEvents: 0,
  damagedBefore: 0,
  profiles: DEFAULT_PROFILES,
  stampedPackets: 0,
});
