/** ethtool_ops of the service side, over the ports of the reference NIC. */
import type { EthtoolDeviceOps, LinkExtendedState, PortName } from '../../../harness/contract/index.js';
import { done } from '../driverResult.js';
import { hasCarrier, type NicPort } from '../state.js';
import { phyOps } from './cable.js';
import {
  EEPROM_MAGIC,
  REGISTERS_VERSION,
  readMemory,
  registersLength,
  registersOf,
  writeMemory,
} from './deviceMemory.js';
import { eeeOf, macMergeOf, setEee, setMacMerge } from './energy.js';
import { modulePowerMode, readModule, writeModule } from './moduleMemory.js';
import { PRIVATE_FLAGS } from './privateFlags.js';
import { TEST_NAMES, selfTest } from './selfTest.js';
import { setWake, wakeSupport } from './wake.js';

/** Ports of tunnels that the parser of the device has room for. */
const TUNNEL_ENTRIES = 4;
/** How often a second the lamp of the port is switched. */
const BLINKS = 2;
/** ETHTOOL_LINK_EXT_STATE_NO_CABLE. */
const NO_CABLE: LinkExtendedState = { state: 4 };

export function serviceOps(portOf: (name: PortName) => NicPort): EthtoolDeviceOps {
  return {
    getBusInfo: (name) => `0000:01:00.${name.slice(1)}`,
    getMessageLevel: (name) => portOf(name).service.messageLevel,
    setMessageLevel: (name, classes) => {
      portOf(name).service.messageLevel = [...classes];
    },
    getWake: (name) => wakeSupport(portOf(name)),
    setWake: (name, wake) => setWake(portOf(name), wake),
    privateFlags: {
      names: PRIVATE_FLAGS,
      get: (name) => [...portOf(name).service.privateFlags],
      set: (name, flags) => {
        portOf(name).service.privateFlags = new Set(flags);
        return done;
      },
    },
    getEee: (name) => eeeOf(portOf(name)),
    setEee: (name, eee) => setEee(portOf(name), eee),
    tunnelTables: () => ({
      tables: [{ entries: TUNNEL_ENTRIES, types: ['vxlan', 'geneve'] }],
      staticIanaVxlan: true,
    }),
    readModule: (name, place) => readModule(portOf(name), place),
    writeModule: (name, place, bytes) => writeModule(portOf(name), place, bytes),
    resetPhy: () => done,
    modulePower: {
      get: (name) => {
        const port = portOf(name);
        return { ok: true, value: { policy: port.service.modulePolicy, mode: modulePowerMode(port) } };
      },
      set: (name, policy) => {
        portOf(name).service.modulePolicy = policy;
        return done;
      },
    },
    getMacMerge: (name) => macMergeOf(portOf(name)),
    setMacMerge: (name, settings) => setMacMerge(portOf(name), settings),
    macMergeStatistics: () => ({ REASSEMBLY_ERRORS: 0, SMD_ERRORS: 0, REASSEMBLY_OK: 0 }),
    phy: phyOps(portOf),
    selfTest: { names: TEST_NAMES, run: (name, offline) => selfTest(portOf(name), offline) },
    identify: () => ({ ok: true, value: BLINKS }),
    registers: {
      version: REGISTERS_VERSION,
      length: (name) => registersLength(portOf(name)),
      read: (name) => registersOf(portOf(name)),
    },
    eeprom: {
      magic: EEPROM_MAGIC,
      length: (name) => portOf(name).service.eeprom.length,
      read: (name, offset, length) => readMemory(portOf(name), offset, length),
      write: (name, offset, bytes) => writeMemory(portOf(name), offset, bytes),
    },
    linkExtendedState: (name) => (hasCarrier(portOf(name)) ? null : NO_CABLE),
    linkDownEvents: (name) => portOf(name).service.linkDownEvents,
    timestampStatistics: (name) => ({ packets: portOf(name).service.stampedPackets, lost: 0, errors: 0 }),
    getCoalesceProfiles: (name) => portOf(name).service.profiles,
    setCoalesceProfiles: (name, profiles) => {
      portOf(name).service.profiles = profiles;
      return done;
    },
  };
}
