/** What handlers of SIOCETHTOOL share: copy_from_user() and copy_to_user() over the bytes of a command. */
import type { Errno, IoctlResult } from '../../../harness/contract/index.js';
import { EFAULT } from '../errno.js';
import type { NetDevice } from '../netDevice.js';
import type { EthtoolContext } from './request.js';

/** `bytes` is the handler's own copy: it comes back changed. */
export type IoctlHandler = (
  context: EthtoolContext,
  netDevice: NetDevice,
  bytes: Uint8Array,
) => Promise<IoctlResult> | IoctlResult;

export const failed = (errno: Errno): IoctlResult => ({ ok: false, errno });
export const answered = (bytes: Uint8Array): IoctlResult => ({ ok: true, bytes });

/** The handler runs only where the user's memory holds the struct. */
export const withRoom =
  (length: number, handler: IoctlHandler): IoctlHandler =>
  (context, netDevice, bytes) =>
    bytes.length < length ? failed(EFAULT) : handler(context, netDevice, bytes);

/** copy_to_user(): as much as is asked for, or EFAULT. */
export function copyOut(bytes: Uint8Array, at: number, data: Uint8Array): IoctlResult {
  if (at + data.length > bytes.length) return failed(EFAULT);
  bytes.set(data, at);
  return answered(bytes);
}
