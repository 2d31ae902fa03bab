/**
 * Families as data: what an attribute is called, its number, its type, and what the kernel's policy allows. One generic codec reads
 * and writes them all. Values go by the uAPI names: `{ IFLA_MTU: 1500, IFLA_IFNAME: 'eth0' }`.
 */
export * from './attributeSets.js';
export * from './attributeValues.js';
export { NetlinkDecodeError, decodeAttributes, decodeParsed } from './decodeAttributes.js';
export { encodeAttributes } from './encodeAttributes.js';
export { decodeStruct, encodeStruct, structLength } from './structs.js';
