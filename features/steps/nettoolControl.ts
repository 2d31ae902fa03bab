/** nettool over the target of a scenario. */
import {
  CONFORMING_NETTOOL,
  NettoolSession,
  changeDevice,
  parseCommand,
  refusalText,
  type Assignment,
  type ChangeOptions,
  type ChangeResult,
  type QueryResult,
} from '../../reference-impl/nettool/index.js';
import { expectThat } from './expectations.js';
import { featureState, linkValues } from './settings.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { WatchedMachine } from './watchedMachine.js';
import type { NicWorld } from './world.js';

export interface NettoolNotes {
  readonly machine: WatchedMachine;
  readonly session: NettoolSession;
  result: ChangeResult | undefined;
  /** Of a query, and what it threw where it did. */
  query: QueryResult | undefined;
  failure: Error | undefined;
  before: Readonly<Record<string, number>>;
  /** Things that are under way. */
  running: Promise<unknown>[];
  /** What was noted on the way, in order. */
  readonly events: string[];
}

/** A busy machine is no slow device. */
const TIMEOUT_MS = 20_000;

/** `timeoutMs` counts where the scenario uses nettool for the first time. */
export const nettoolNotes = (world: NicWorld, timeoutMs = TIMEOUT_MS): NettoolNotes =>
  world.note('nettool', () => {
    const machine = new WatchedMachine(world.target);
    const parts = world.session.nettool ?? CONFORMING_NETTOOL;
    const session = new NettoolSession(machine, { host: 'here', parts, timeoutMs });
    return {
      machine,
      session,
      result: undefined,
      query: undefined,
      failure: undefined,
      before: {},
      running: [],
      events: [],
    };
  });

/** Closes what nettool opened; waits for nothing. */
export async function endNettool(world: NicWorld): Promise<void> {
  if (world.notes.has('nettool')) await nettoolNotes(world).session.close();
}

/** `link.mtu=1400 features.rx-gro=off`, with what only the device knows filled in: `OTHER` is what rx-gro is not. */
export async function assignmentsOf(world: NicWorld, text: string): Promise<readonly Assignment[]> {
  const { values } = await linkValues(world);
  const most = numberIn(values, 'IFLA_MAX_MTU') ?? 0;
  const least = numberIn(values, 'IFLA_MIN_MTU') ?? 0;
  const mtu = numberIn(values, 'IFLA_MTU') ?? 0;
  const gro = (await featureState(world)).active.has('rx-gro');
  const filled = text
    .replaceAll('MOST+1', String(most + 1))
    .replaceAll('LEAST-1', String(least - 1))
    .replaceAll('SAME', String(mtu))
    .replaceAll('OTHER', gro ? 'off' : 'on');
  const command = parseCommand(['set', 'device', ...filled.split(' ')]);
  expectThat(command.ok && command.value.verb === 'set', `"${filled}" is no change`);
  return command.value.assignments;
}

export async function change(world: NicWorld, text: string, options: ChangeOptions = {}): Promise<ChangeResult> {
  const { session } = nettoolNotes(world);
  return changeDevice(session, world.port.netDevice, await assignmentsOf(world, text), options);
}

/** The texts of what was refused. */
export const refusalsOf = (result: ChangeResult | undefined): readonly string[] =>
  result === undefined || result.ok ? [] : result.refusals.map(refusalText);

export function expectAccepted(result: ChangeResult): void {
  expectThat(result.ok, `the change was refused: ${refusalsOf(result).join('; ')}`);
}

/** Rejects where it takes longer: for what a broken nettool would wait for in vain. */
export async function within<Value>(milliseconds: number, what: string, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Longer than any operation that is answered. */
export const SOON_MS = 5000;
