/** Rules of nettool that a seeded defect may replace, one at a time. */
import type { NetlinkFailure } from '../netlink/client.js';
import type { Message } from '../netlink/wire.js';
import type { DevlinkFormatted } from '../netlink/devlinkClient.js';
import type { ActionProgress } from './actionSpec.js';
import type { Boolopts } from './channels/bridgeBoolopts.js';
import type { StepState } from './execute.js';
import type { Row } from './reading.js';
import type { RowVerb } from './rowPlan.js';
import { sameValue, type Scalar } from './values.js';

/** What a change is checked against before anything is sent, in this order. */
export const VALIDATION_CHECKS = [
  'known',
  'type',
  'writable',
  'supported',
  'most',
  'least',
  'choices',
  'fixed',
  'rules',
  'action',
  'policy',
] as const;
export type ValidationCheck = (typeof VALIDATION_CHECKS)[number];

/** What a step of a change does to the device as a whole. */
export type StepMoment = 'down' | 'setting' | 'up' | 'name';

export interface NettoolParts {
  /** The checks that are made. */
  readonly checks: ReadonlySet<ValidationCheck>;
  /** Whether the rules between keys of a subject that the kernel enforces are looked at. */
  readonly heedsRules: (subject: string, key: string) => boolean;
  /** Whether one bad key keeps the good ones from being sent. */
  readonly refusesWhole: boolean;
  /** Whether a change that is only validated is sent all the same. */
  readonly sendsWhileValidating: boolean;
  /** Whether what is so already is left out of what is sent. */
  readonly skipsUnchanged: boolean;
  /** Whether a value is what is asked for. */
  readonly same: (now: Scalar | undefined, asked: Scalar) => boolean;
  /** Whether what is spoken of is looked for before anything is sent: a row, or a net device that is to be made. */
  readonly looksFor: (verb: RowVerb | 'create') => boolean;
  /** Whether a word of a row that is no value is refused, instead of left out. */
  readonly checksCells: boolean;
  /** The value of a key as it is sent; undefined: it is not. */
  readonly told: (subject: string, key: string, value: Scalar) => Scalar | undefined;
  /** Switches of a bridge that share an attribute, as they are sent. */
  readonly boolopts: (asked: Boolopts) => Boolopts;
  /** What is sent of a row that is there. */
  readonly said: (changes: Row, there: Row) => Row;
  /** Whether what hardware has is kept from being removed. */
  readonly sparesHardware: boolean;
  /** Whether an action that is only validated is carried out all the same. */
  readonly actsWhileValidating: boolean;
  /** What the answer to an action tells, as it is passed on. */
  readonly passesOn: (result: DevlinkFormatted) => DevlinkFormatted;
  /** What a refusal of the kernel is said to be about. */
  readonly about: (key: string) => string;
  /** Rows of a table, and answers of a query, in the order in which they are told. */
  readonly inOrder: <Item>(items: readonly Item[], of: 'rows' | 'answers') => readonly Item[];
  /** Whether a new device is asked for what its kind cannot be made without. */
  readonly asksForNeeds: boolean;
  /** Whether a change may name several devices: all that match. */
  readonly changesSeveral: boolean;
  /** Whether the steps before one that failed are undone. */
  readonly rollsBack: boolean;
  /** In which order steps are undone. */
  readonly undoOrder: <Step>(done: readonly Step[]) => readonly Step[];
  /** Whether the wish to leave done what was done is heard. */
  readonly honoursNoRollback: boolean;
  /** What is said of a step. */
  readonly tellsState: (state: StepState) => StepState;
  /** The body of a message as it goes out. */
  readonly body: (body: Uint8Array) => Uint8Array;
  /** Whether steps behind one that failed are carried out all the same. */
  readonly goesOnAfterFailure: boolean;
  /** The columns by which a row is told from the others of its table. */
  readonly identity: (columns: readonly string[]) => readonly string[];
  /** Whether an acknowledged change of features is looked at for what was not met. */
  readonly looksAtUnmet: boolean;
  /** Whether reads have sockets of their own. */
  readonly separatesReads: boolean;
  /** Whether a write waits for the one before it to the same device. */
  readonly ordersWrites: boolean;
  /** Which request a message answers; `oldest`: the one that waits the longest. */
  readonly answered: (message: Message, oldest: number | undefined) => number | undefined;
  /** How many requests a socket has in flight. */
  readonly window: number;
  /** Whether an operation that is not answered ends by itself. */
  readonly timesOut: boolean;
  /** Whether a host that fails costs only its own rows. */
  readonly isolatesHosts: boolean;
  /** Whether a device without a subject costs only that cell. */
  readonly isolatesDevices: boolean;
  /** What of a refusal is told. */
  readonly explains: (failure: NetlinkFailure) => NetlinkFailure;
  /** Whether what would be accepted is told. */
  readonly tellsAccepted: boolean;
  /** Whether a device is of one of the drivers that are asked for. */
  readonly isOfDriver: (isOne: boolean) => boolean;
  /** Whether devices that a pattern matches are looked for among all. */
  readonly matches: (pattern: string, name: string) => boolean;
  /** The subjects that are read again behind an announcement that may be about any of them. */
  readonly readAgain: (subjects: readonly string[]) => readonly string[];
  /** Whether announcements of links are listened to. */
  readonly listensToLinks: boolean;
  /** Whether a query over several devices asks for all of them at once. */
  readonly dumpsMany: boolean;
  /** Of what the policy that the kernel exports is asked. */
  readonly asksPolicy: (of: 'setting' | 'row' | 'action') => boolean;
  /** Whether a port of devlink that has a net device is that one. */
  readonly findsNetDevice: boolean;
  /** Whether announcements of devlink are listened to. */
  readonly listensToDevlink: boolean;
  /** Whether the progress of an action is listened to. */
  readonly listensToProgress: boolean;
  /** Whether words that fit several rows change none of them. */
  readonly changesOneRow: boolean;
  /** Whether what is asked of a net device goes to the instance that its port is of, before the device that it lies on. */
  readonly asksPort: boolean;
  /** What a message about an action that goes on says of its end. */
  readonly endOf: (progress: ActionProgress, end: 'done' | 'failed' | undefined) => 'done' | 'failed' | undefined;
  /** When a step comes: those of a lower number before the others. */
  readonly rankOf: (moment: StepMoment, of: 'change' | 'creation') => number;
}

/** A row as it is sent. */
export function toldRow({ told }: NettoolParts, subject: string, row: Row): Row {
  const sent = Object.entries(row).map(([key, value]) => [key, told(subject, key, value)] as const);
  return Object.fromEntries(sent.filter((entry): entry is [string, Scalar] => entry[1] !== undefined));
}

/** `*`, `?` and `[…]`, as in a shell. */
export function globMatches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`).test(name);
}

/** Whether a pattern is more than one name. */
export const isGlob = (pattern: string): boolean => /[*?[]/.test(pattern);

/**
 * A device that goes down does so before all else, one that goes up when all else is done: what else is asked for may need it down, and
 * is there before traffic runs. A new name comes at the very end, so that everything is done under the old one.
 */
const RANKS: Readonly<Record<StepMoment, number>> = { down: -1, setting: 0, up: 1, name: 2 };

export const CONFORMING_NETTOOL: NettoolParts = {
  checks: new Set(VALIDATION_CHECKS),
  heedsRules: () => true,
  refusesWhole: true,
  sendsWhileValidating: false,
  skipsUnchanged: true,
  same: sameValue,
  looksFor: () => true,
  checksCells: true,
  told: (_subject, _key, value) => value,
  boolopts: (asked) => asked,
  said: (changes) => changes,
  sparesHardware: true,
  actsWhileValidating: false,
  passesOn: (result) => result,
  about: (key) => key,
  inOrder: (items) => items,
  identity: (columns) => columns,
  asksForNeeds: true,
  changesSeveral: false,
  rollsBack: true,
  honoursNoRollback: true,
  tellsState: (state) => state,
  body: (body) => body,
  undoOrder: (done) => [...done].reverse(),
  goesOnAfterFailure: false,
  looksAtUnmet: true,
  separatesReads: true,
  ordersWrites: true,
  answered: ({ sequence }) => sequence,
  window: 256,
  timesOut: true,
  isolatesHosts: true,
  isolatesDevices: true,
  explains: (failure) => failure,
  tellsAccepted: true,
  isOfDriver: (isOne) => isOne,
  matches: globMatches,
  readAgain: (subjects) => subjects,
  listensToLinks: true,
  dumpsMany: true,
  asksPolicy: () => true,
  findsNetDevice: true,
  listensToDevlink: true,
  listensToProgress: true,
  changesOneRow: true,
  asksPort: true,
  endOf: (_progress, end) => end,
  rankOf: (moment) => RANKS[moment],
};
