/** How the handlers of the control plane say no. */
import type { NetlinkRequest } from '../netlink/server.js';
import type { Refusal } from '../netlink/validate.js';
import type { Outcome } from './kernelState.js';

export const refusal = (errno: number, message?: string): Refusal =>
  message === undefined ? { ok: false, errno } : { ok: false, errno, message };

/** NL_SET_ERR_MSG_ATTR(): the refusal points at the attribute with this path, where the request has it. */
export function refusalAt(
  request: Pick<NetlinkRequest, 'offsets'>,
  path: string,
  errno: number,
  message?: string,
): Refusal {
  const offset = request.offsets.get(path);
  return {
    ok: false,
    errno,
    ...(message === undefined ? {} : { message }),
    ...(offset === undefined ? {} : { offset }),
  };
}

/** NL_SET_ERR_ATTR_MISS(). */
export const missing = (type: number): Refusal => ({ ok: false, errno: 22, missingType: type });

/** What a driver or the core refused, as an answer to a request. */
export function fromOutcome(outcome: Outcome): Refusal | undefined {
  return outcome.ok ? undefined : refusal(outcome.errno, outcome.message);
}
