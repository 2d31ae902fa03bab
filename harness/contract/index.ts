/** The contract: what a scenario may use, and what a device under the reference kernel offers. @module */
export * from './values.js';
export * from './target.js';
export * from './callTime.js';
export * from './device.js';
export * from './deviceFrames.js';
export * from './deviceSettings.js';
export * from './deviceStatistics.js';
export * from './ethtoolOps.js';
export * from './lag.js';
export * from './switchdev.js';
export * from './router.js';
export * from './flowOffload.js';
export * from './sriov.js';
export * from './devlink.js';
export * from './agentBytes.js';
export * from './agentProtocol.js';
export * from './deviceProtocol.js';
