/** The reference NIC, for who wants to start a device model from one that conforms. @module */
export { createReferenceNic, type ReferenceNicOptions } from './nic.js';
export { CONFORMING_PARTS, type NicParts } from './parts.js';
export { LIMITS, type NicLimits } from './limits.js';
export type { HashInput } from './hashInput.js';
export type { Counters, RxQueue, TxQueue } from './state.js';
export type { DevlinkChipParts } from './devlink/devlinkChipParts.js';
export type { AclParts } from './switch/aclParts.js';
export type { LagParts } from './switch/lagParts.js';
export type { RouterChipParts } from './switch/routerParts.js';
export type { SwitchParts } from './switch/switchParts.js';
export type { SwitchBridge, SwitchState } from './switch/switchState.js';
export type { FdbMemory } from './switch/fdbMemory.js';
export type { GroupMemory } from './switch/groupMemory.js';
export type { LagTable } from './switch/lagTable.js';
