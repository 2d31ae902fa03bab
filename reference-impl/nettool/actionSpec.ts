/** What an action is: words behind its name, and the one request that it becomes. */
import type { DevlinkFormatted } from '../netlink/devlinkClient.js';
import type { Message } from '../netlink/wire.js';
import type { Row } from './reading.js';
import type { Outcome } from './refusal.js';
import type { NetDeviceInfo, NettoolSession } from './session.js';
import type { Wire } from './step.js';
import type { ValueType } from './values.js';

/** A word behind the name of an action; by its place, or as `NAME=VALUE`. */
export interface ActionArgument {
  readonly name: string;
  readonly title: string;
  readonly type: ValueType;
  readonly optional?: true;
  /** The table of the device whose column of this name has what there is to choose from. */
  readonly live?: string;
}

export interface ActionContext {
  readonly session: NettoolSession;
  readonly device: NetDeviceInfo;
  /** What was said behind the action, by the names of its arguments. */
  readonly words: Row;
}

/** How far an action has come, as the kernel announces it meanwhile. */
export interface ActionProgress {
  readonly message: string;
  /** Of what. */
  readonly component?: string;
  readonly done?: number;
  readonly total?: number;
}

export interface ActionRequest {
  /** As the kernel calls it. */
  readonly operation: string;
  readonly wire: Wire;
  /** What the answer tells. */
  readonly result?: (messages: readonly Message[]) => DevlinkFormatted;
  /** What the struct that came back tells. */
  readonly structResult?: (struct: Uint8Array) => DevlinkFormatted;
  /** Announcements that are of this action. */
  readonly progress?: {
    readonly family: string;
    readonly group: string;
    readonly read: (message: Message) => ActionProgress | undefined;
  };
  /** What is told to the socket that asked, behind the acknowledgement, until one of the messages is the last. */
  readonly follow?: {
    readonly read: (message: Message) => ActionProgress | undefined;
    readonly ends: (progress: ActionProgress) => 'done' | 'failed' | undefined;
    readonly withinMs: number;
  };
  /** It may take so long; default: as long as any operation. */
  readonly timeoutMs?: number;
}

export interface ActionSpec {
  readonly name: string;
  readonly title: string;
  readonly arguments: readonly ActionArgument[];
  /** Interrupts traffic. */
  readonly disrupts: boolean;
  /** Checks whether the device can do it. Sends nothing but questions. */
  readonly request: (context: ActionContext) => Promise<Outcome<ActionRequest>>;
}
