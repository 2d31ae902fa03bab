/** A port of the reference NIC as it is made: its address, its key, and what its driver registers. */
import type { DevicePort, MacAddress, PortName } from '../../harness/contract/index.js';
import { DEVICE_ON_BUS } from './devlink/devlinkPorts.js';
import {
  DEFAULT_FEATURES,
  ENCAP_FEATURES,
  GSO_PARTIAL_FEATURES,
  HW_FEATURES,
  VLAN_FEATURES,
  type NicLimits,
} from './limits.js';

const ADDRESS_PREFIX = '02:4e:49:43:00:';
export const addressOf = (index: number): MacAddress =>
  `${ADDRESS_PREFIX}${(index + 1).toString(16).padStart(2, '0')}` as MacAddress;

/** A key of its own for each machine: the published one would tell everybody which flow goes where. */
export function keyFromSeed(seed: number, length: number): Uint8Array {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x297a2d39) >>> 0;
    return (state >>> 16) & 0xff;
  });
}

export function describePort(port: PortName, index: number, limits: NicLimits): DevicePort {
  return {
    port,
    address: addressOf(index),
    parentDevice: DEVICE_ON_BUS,
    minMtu: limits.minMtu,
    maxMtu: limits.maxMtu,
    hwFeatures: HW_FEATURES,
    features: DEFAULT_FEATURES,
    vlanFeatures: VLAN_FEATURES,
    encapFeatures: ENCAP_FEATURES,
    gsoPartialFeatures: GSO_PARTIAL_FEATURES,
    gsoMaxSize: 65536,
    gsoMaxSegs: 64,
    maxFragments: 17,
    rxQueues: limits.queues,
    txQueues: limits.queues,
    unicastFilter: true,
  };
}
