/** One message that changes something, and the one that takes it back. */
import { NETLINK_GENERIC, NETLINK_ROUTE } from '../netlink/constants.js';
import type { AttributeSet, Values } from '../netlink/schema.js';
import type { Refusal } from './refusal.js';
import type { Row } from './reading.js';

export type Wire =
  | {
      readonly kind: 'netlink';
      readonly protocol: typeof NETLINK_ROUTE | typeof NETLINK_GENERIC;
      /** Message type; of a generic family its id. */
      readonly type: number;
      /** Name of the generic family; empty for rtnetlink. */
      readonly family: string;
      readonly flags?: number;
      readonly body: Uint8Array;
      /** Set of the attributes behind the fixed header of so many bytes. */
      readonly set: AttributeSet;
      readonly headerBytes: number;
      /** Attributes that the kernel takes and names in no policy. */
      readonly unlisted?: ReadonlySet<number>;
    }
  | { readonly kind: 'ioctl'; readonly command: Uint8Array };

export interface StepCore {
  /** As the kernel calls it: ETHTOOL_MSG_RINGS_SET, RTM_SETLINK, ETHTOOL_SRXCLSRLINS. */
  readonly operation: string;
  readonly wire: Wire;
}

/** `SUBJECT.KEY`. */
export const keyName = (subject: string, key: string): string => (subject === '' ? key : `${subject}.${key}`);

export interface Step extends StepCore {
  /** Empty where the keys of the changes name it themselves. */
  readonly subject: string;
  /** What it changes, by key. */
  readonly changes: Row;
  /** Attributes and the keys that they stand for: a refusal that points at one is told of its key. */
  readonly keys: ReadonlyMap<string, string>;
  /** Absent: it cannot be taken back. */
  readonly undo?: StepCore;
  /** It is gone where the first step of its plan is taken back. */
  readonly goesWithFirst?: true;
  /** Looks at the reply of a success: what was not met all the same. */
  readonly unmet?: (reply: Values | undefined) => Refusal | undefined;
}
