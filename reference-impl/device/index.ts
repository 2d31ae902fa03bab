/** The reference NIC, for who wants to start a device model from one that conforms. @module */
export { createReferenceNic, type ReferenceNicOptions } from './nic.js';
export { CONFORMING_PARTS, type NicParts } from './parts.js';
export { LIMITS, type NicLimits } from './limits.js';
