/** What the handlers of the family share: what they are given, and what they answer. */
import type { Awaitable, DriverResult } from '../../../harness/contract/index.js';
import type { DevlinkCommand } from '../../netlink/families/devlink.js';
import type { Values } from '../../netlink/schema.js';
import type { NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { missing, refusal } from '../refusals.js';
import { DEVLINK } from '../../netlink/families/devlinkAttributes.js';
import type { DevlinkKernel } from './devlinkKernel.js';
import type { DevlinkInstance, PortState } from './instance.js';

/** A request whose instance, and port where the command needs one, was found. */
export interface DevlinkRequest {
  readonly devlink: DevlinkKernel;
  readonly request: NetlinkRequest;
  readonly values: Values;
  readonly instance: DevlinkInstance;
  readonly port: PortState | undefined;
}

/** A message of the family: with attributes, or with bytes where their order is no set's. */
export interface DevlinkReply {
  readonly command: DevlinkCommand;
  readonly values: Values | Uint8Array;
  readonly flags?: number;
}

/** `ends`: a NLMSG_DONE follows, as devlink_resource_fill() and devlink_fmsg_snd() send one. */
export type DevlinkAnswer =
  | { readonly ok: true; readonly replies?: readonly DevlinkReply[]; readonly message?: string; readonly ends?: true }
  | Refusal;

export type DevlinkHandler = (asked: DevlinkRequest) => Awaitable<DevlinkAnswer>;
/** What one instance gives to a dump. */
export type DevlinkDumper = (asked: DevlinkRequest) => Awaitable<readonly DevlinkReply[] | Refusal>;

export interface DevlinkOperation {
  readonly doit?: DevlinkHandler;
  readonly dump?: DevlinkDumper;
}
export type DevlinkOperations = Readonly<Partial<Record<DevlinkCommand, DevlinkOperation>>>;

export const DONE: DevlinkAnswer = { ok: true };
export const replying = (command: DevlinkCommand, values: Values): DevlinkAnswer => ({
  ok: true,
  replies: [{ command, values }],
});

/** What a driver refused. */
export const declined = (result: Extract<DriverResult<unknown>, { ok: false }>): Refusal =>
  refusal(result.errno, result.message);

/** GENL_REQ_ATTR_CHECK(): the refusal of the first of these attributes that the request does not have. */
export function missingOf({ values }: DevlinkRequest, ...names: readonly string[]): Refusal | undefined {
  const absent = names.find((name) => values[`DEVLINK_ATTR_${name}`] === undefined);
  return absent === undefined ? undefined : missing(DEVLINK.byName.get(`DEVLINK_ATTR_${absent}`)?.number ?? 0);
}

export const isRefusal = (answer: readonly DevlinkReply[] | Refusal): answer is Refusal => 'errno' in answer;
