/** devlink(8), unmodified, on a real kernel: nettool's changes lead to what its own lead to, and the reference refuses in the same words. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  NettoolSession,
  changeDevice,
  parseCommand,
  refusalText,
  type ChangeResult,
} from '../../reference-impl/nettool/index.js';
import { findCompiler } from '../shell/shimLibrary.js';
import { openShellMachine, shellMachineOn, type ToolMachine } from '../shell/toolMachine.js';
import { openTarget } from '../targets/index.js';
import { findProgram } from '../targets/lab/program.js';
import { missingForRun } from '../targets/lab/setup.js';

const BOOT_MS = 120_000;
const CASE_MS = 60_000;
const DEVICE = 'netdevsim/netdevsim1';

function obstacle(): string | null {
  if (findProgram('devlink') === undefined) return 'devlink is not installed';
  if (findCompiler() === undefined) return 'there is no C compiler';
  return missingForRun();
}
const why = obstacle();
if (why !== null) process.stderr.write(`comparison of devlink and nettool: skipped, ${why}\n`);

interface Change {
  /** What devlink is told. */
  readonly devlink: string;
  /** The same of nettool, about the net device of the port. */
  readonly nettool: string;
  /** What shows it. */
  readonly view: string;
}

const CHANGES: readonly Change[] = [
  {
    devlink: `dev param set ${DEVICE} name max_macs value 16 cmode driverinit`,
    nettool: 'devlink-params.max_macs@driverinit=16',
    view: 'dev param show',
  },
  {
    devlink: `dev param set ${DEVICE} name test1 value false cmode driverinit`,
    nettool: 'devlink-params.test1@driverinit=off',
    view: 'dev param show',
  },
  {
    devlink: `trap set ${DEVICE} trap source_mac_is_multicast action trap`,
    nettool: 'devlink-traps.source_mac_is_multicast=trap',
    view: `trap show ${DEVICE} trap source_mac_is_multicast`,
  },
  {
    devlink: `dev eswitch set ${DEVICE} mode switchdev`,
    nettool: 'eswitch.mode=switchdev',
    view: `dev eswitch show ${DEVICE}`,
  },
];

/** Refused by both, with nothing changed. */
const REFUSED: readonly Change[] = [
  {
    devlink: `dev param set ${DEVICE} name max_macs value 16 cmode permanent`,
    nettool: 'devlink-params.max_macs@permanent=16',
    view: 'dev param show',
  },
  {
    devlink: `dev param set ${DEVICE} name test1 value perhaps cmode driverinit`,
    nettool: 'devlink-params.test1@driverinit=perhaps',
    view: 'dev param show',
  },
  {
    devlink: `trap set ${DEVICE} trap nosuch_trap action trap`,
    nettool: 'devlink-traps.nosuch_trap=trap',
    view: 'trap show',
  },
];

/** What no device has; DEV stands for the instance. */
const REFUSALS: readonly string[] = [
  'dev show pci/0000:99:00.0',
  'dev info pci/0000:99:00.0',
  'dev param show DEV name nosuch',
  'dev param set DEV name nosuch value 1 cmode runtime',
  'trap show DEV trap nosuch',
  'trap set DEV trap nosuch action drop',
  'trap group show DEV group nosuch',
  'region show DEV/nosuch',
  'region new DEV/nosuch',
  'region del DEV/nosuch snapshot 1',
  'region read DEV/nosuch snapshot 1 address 0 length 4',
  'health show DEV reporter nosuch',
  'health recover DEV reporter nosuch',
  'port show DEV/9999',
  'port split DEV/9999 count 2',
  'port unsplit DEV/9999',
  'port function rate show DEV/nosuch',
  'port function rate del DEV/nosuch',
  'resource set DEV path /nosuch size 1',
  'dev reload DEV action nosuch',
];

describe.skipIf(why !== null)('devlink and nettool on one real device', () => {
  let machine: ToolMachine;
  let session: NettoolSession;
  let reference: ToolMachine;
  beforeAll(async () => {
    const target = await openTarget('lab:netdevsim', { seed: 1 });
    machine = await shellMachineOn(target, 'lab:netdevsim');
    await machine.reset();
    session = new NettoolSession(target, { host: 'here' });
    reference = await openShellMachine('reference');
    await reference.reset();
  }, BOOT_MS);
  afterAll(async () => {
    await session.close();
    await machine.close();
    await reference.close();
  }, BOOT_MS);

  const seen = async (view: string): Promise<string> => {
    const { stdout, stderr, exitCode } = await machine.run(`devlink -j ${view}`);
    expect(`${exitCode} ${stderr}`).toBe('0 ');
    return stdout;
  };

  async function nettoolSet(assignment: string): Promise<ChangeResult> {
    const command = parseCommand(['set', 'p1', assignment]);
    if (!command.ok) throw new Error(refusalText(command.refusal));
    if (command.value.verb !== 'set') throw new Error(`${assignment} is no change`);
    return changeDevice(session, 'p1', command.value.assignments);
  }

  it.for(CHANGES)('devlink $devlink has the effect of its nettool command', { timeout: CASE_MS }, async (change) => {
    const before = await seen(change.view);
    expect(await machine.run(`devlink ${change.devlink}`)).toMatchObject({ exitCode: 0, stderr: '' });
    const theirs = await seen(change.view);
    expect(theirs).not.toBe(before);
    await machine.reset();
    expect(await seen(change.view)).toBe(before);
    const result = await nettoolSet(change.nettool);
    expect(result.ok ? '' : result.refusals.map(refusalText).join('; ')).toBe('');
    expect(await seen(change.view)).toBe(theirs);
    await machine.reset();
  });

  it.for(REFUSED)('devlink $devlink is refused as its nettool command is', { timeout: CASE_MS }, async (change) => {
    const before = await seen(change.view);
    expect((await machine.run(`devlink ${change.devlink}`)).exitCode).not.toBe(0);
    expect((await nettoolSet(change.nettool)).ok).toBe(false);
    expect(await seen(change.view)).toBe(before);
  });

  /** The first instance that a machine has. */
  async function instanceOf(on: ToolMachine): Promise<string> {
    const { stdout } = await on.run('devlink dev show');
    const [first = ''] = stdout.trim().split('\n');
    return first;
  }

  it.for(REFUSALS)('devlink %s says the same on the reference', { timeout: CASE_MS }, async (words) => {
    const said = await Promise.all(
      [reference, machine].map(async (on) => {
        const device = await instanceOf(on);
        const { stdout, stderr, exitCode } = await on.run(`devlink ${words.replace('DEV', device)}`);
        return { exitCode, stdout: stdout.replaceAll(device, 'DEV'), stderr: stderr.replaceAll(device, 'DEV') };
      }),
    );
    expect(said[0]).toEqual(said[1]);
  });
});
