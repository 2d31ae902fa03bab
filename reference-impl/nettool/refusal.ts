/** Why something was not done, in the words of the user: which device, which key, which value, and what would have been accepted. */
import type { NetlinkFailure } from '../netlink/client.js';
import { parseAttributes, NLA_HDRLEN } from '../netlink/wire.js';
import type { AttributeSet } from '../netlink/schema.js';
import { printValue, type Scalar } from './values.js';

/** `command`: it makes no sense; `device`: the device cannot; `policy`: the kernel's own policy; `kernel`: it was asked and refused. */
export type Stage = 'command' | 'device' | 'policy' | 'kernel' | 'machine';

/** @requirement NT-REF-*, NT-VAL-* */
export interface Refusal {
  readonly stage: Stage;
  readonly message: string;
  readonly device?: string;
  /** `rings.rx`. */
  readonly key?: string;
  readonly value?: string;
  /** What would have been accepted. */
  readonly accepted?: string;
  /** EINVAL …. */
  readonly errno?: string;
  /** Netlink attribute that the kernel pointed at, and where it stands in the request. */
  readonly attribute?: string;
  readonly offset?: number;
}

export type Outcome<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusal: Refusal };

export const refused = (refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal,
});

/** What usually is behind an error number, for a kernel that says no more. */
export const ERRNO_MEANINGS: Readonly<Record<string, string>> = {
  EPERM: 'it takes CAP_NET_ADMIN: run it as root, or in a namespace of your own',
  EACCES: 'it takes CAP_NET_ADMIN: run it as root, or in a namespace of your own',
  ENOENT: 'nothing of that name is there, or the kernel was built without this family',
  ENODEV: 'there is no such net device, or it is about to go away',
  EINVAL: 'a value makes no sense to the kernel or to the driver',
  ERANGE: 'a value is outside the range that the policy of the kernel allows',
  EOPNOTSUPP: 'the driver of this device, or this kernel, does not have it',
  EBUSY: 'something uses it: take the device down, or release what holds it',
  EEXIST: 'it is there already',
  ENOSPC: 'the table of the device is full',
  EMSGSIZE: 'there is more to tell than fits',
  ENETDOWN: 'the device is down: set link.up=on first',
  ENOMEM: 'the kernel has no memory for it, often because rings are too large',
  EIO: 'the device did not answer its driver',
  ETIMEDOUT: 'the device did not answer its driver in time',
  EAGAIN: 'the device is not ready: try again',
  ENODATA: 'nothing is known about it yet',
};

/** The refusal of a kernel, with the key of the attribute that it points at. */
export function kernelRefusal(
  failure: NetlinkFailure,
  about: Omit<Refusal, 'stage' | 'message'> & { readonly keyOf?: (attribute: string) => string | undefined },
  request?: { readonly bytes: Uint8Array; readonly set: AttributeSet; readonly attributesAt: number },
): Refusal {
  const { keyOf, ...rest } = about;
  const { message, offset, errnoName } = failure;
  const attribute =
    request === undefined || offset === undefined
      ? undefined
      : attributeAt(request.set, request.bytes, request.attributesAt, offset);
  const key = attribute === undefined ? undefined : keyOf?.(attribute);
  return {
    ...rest,
    ...(key === undefined ? {} : { key }),
    stage: 'kernel',
    errno: errnoName,
    message: message ?? ERRNO_MEANINGS[errnoName] ?? 'the kernel gives no reason',
    ...(attribute === undefined ? {} : { attribute }),
    ...(offset === undefined ? {} : { offset }),
  };
}

/** The name of the attribute that begins at an offset of a message. */
export function attributeAt(set: AttributeSet, message: Uint8Array, at: number, offset: number): string | undefined {
  for (const attribute of parseAttributes(message.subarray(at), at).attributes) {
    const spec = set.byNumber.get(attribute.type);
    if (attribute.offset === offset) return spec?.name ?? `attribute ${attribute.type}`;
    const end = attribute.offset + NLA_HDRLEN + attribute.data.length;
    if (offset < attribute.offset || offset >= end || spec === undefined) continue;
    if (spec.type.kind !== 'nest') return spec.name;
    const inner = message.subarray(0, end);
    return attributeAt(spec.type.set(), inner, attribute.offset + NLA_HDRLEN, offset) ?? spec.name;
  }
  return undefined;
}

/** One line, or two. */
export function refusalText({ device, key, value, message, accepted, errno, attribute, offset }: Refusal): string {
  const about = [device, key === undefined ? undefined : value === undefined ? key : `${key}=${value}`]
    .filter((part) => part !== undefined)
    .join(' ');
  const place =
    attribute === undefined ? '' : ` at ${attribute}${offset === undefined ? '' : ` (byte ${offset} of the request)`}`;
  const why = `${message}${errno === undefined ? '' : ` [${errno}${place}]`}`;
  return `${about === '' ? '' : `${about}: `}${why}${accepted === undefined ? '' : `; accepted: ${accepted}`}`;
}

export const valueText = (value: Scalar): string => printValue(value);
