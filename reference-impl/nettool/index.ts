/**
 * nettool: the user's side of networking devices, in one grammar. Every change is validated whole before anything is sent; reads
 * never wait behind writes; one query asks many devices of many machines; one change is made to one device. It speaks netlink to
 * anything that offers a socket, and knows no target. @module
 */
export * from './assignment.js';
export * from './change.js';
export * from './command.js';
export { DEVICE_KINDS } from './devicePlan.js';
export { NetlinkConnection, OperationTimeout, type NetlinkRequest as PooledRequest } from './connection.js';
export * from './execute.js';
export * from './machine.js';
export { isHandle } from './devlinkHandles.js';
export { nearest } from './names.js';
export * from './parts.js';
export * from './plan.js';
export * from './query.js';
export * from './reading.js';
export * from './refusal.js';
export { tablesFor, type RowVerb } from './rowPlan.js';
export * from './session.js';
export * from './step.js';
export * from './subjects/index.js';
export * from './values.js';
export * from './actions.js';
export type { ActionArgument, ActionProgress, ActionSpec } from './actionSpec.js';
export * from './complete.js';
export * from './explain.js';
export * from './watch.js';
export * from './migration/ethtoolOptions.js';
export { BRIDGE_OPTIONS, BRIDGE_VERBS, BRIDGE_WITHOUT } from './migration/bridgeVerbs.js';
export { DEVLINK_VERBS, HANDLE_WORDS, type DevlinkVerb } from './migration/devlinkVerbs.js';
export { IP_LINK_WORDS, type IpLinkWord } from './migration/ipLinkWords.js';
export { migrate } from './migration/migrate.js';
