/** Packet codecs: pure functions over bytes. */
export * from './addresses.js';
export * from './aggregate.js';
export * from './build.js';
export * from './bytes.js';
export * from './checksum.js';
export * from './dissect.js';
export * from './flow.js';
export * from './protocols.js';
export * from './segment.js';
export * from './toeplitz.js';
export * from './virtioNet.js';
