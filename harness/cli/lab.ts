/** `nicspec lab`: sets the lab up, says what there is of it, runs the suite on its devices, and opens a console in its guest. */
import { spawn } from 'node:child_process';
import colors from 'picocolors';
import { createSpinner } from 'nanospinner';
import { kernelRelease, labFolders, readStamps } from '../targets/lab/cache.js';
import { LAB_DEVICES, LAB_DEVICE_NAMES, isLabDevice, type LabDeviceName } from '../targets/lab/devices.js';
import { findQemu, machineCommand, shellArguments } from '../targets/lab/qemu.js';
import { missingForRun, missingForSetup, setUpLab, type SetupStep } from '../targets/lab/setup.js';
import { TargetFault } from '../contract/index.js';
import { EXIT } from '../runner/judgeRun.js';
import { UsageError, unknownName } from '../runner/usage.js';
import type { RunFlags } from './runOptions.js';
import { print, table } from './terminal.js';

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** `nicspec lab setup`: exit code 3, with what is missing and how to get it, where the lab cannot be built. */
export async function labSetupCommand({ update = false }: { readonly update?: boolean }): Promise<number> {
  const start = performance.now();
  const steps = new StepLines();
  try {
    const { accelerator, bootMs } = await setUpLab({ update, onStep: (step) => steps.begin(step) });
    steps.finished();
    const boots = bootMs === 0 ? '' : `; its guest boots in ${seconds(bootMs)}`;
    print(`the lab is ready after ${seconds(performance.now() - start)}${boots}, with ${ACCELERATORS[accelerator]}`);
    print('next: nicspec run --target lab:e1000e');
    return EXIT.conforms;
  } catch (error) {
    steps.failed();
    throw error;
  }
}

const ACCELERATORS = { kvm: 'KVM', tcg: 'plain emulation (KVM does not work here)' } as const;

/** One line for each step: with a spinner on a terminal, and two plain lines at most elsewhere. */
class StepLines {
  readonly #spinner = createSpinner('', { color: 'cyan' });
  readonly #isTerminal = process.stderr.isTTY;
  #text = '';
  #start = 0;
  #isUnderWay = false;

  begin({ number, of, title, isDone }: SetupStep): void {
    this.finished();
    this.#text = `${number}/${of} ${title}`;
    this.#start = performance.now();
    if (isDone) {
      this.#line(colors.dim(`${this.#text}: there already`));
      return;
    }
    this.#isUnderWay = true;
    if (this.#isTerminal) this.#spinner.start(this.#text);
    else this.#line(`${this.#text} …`);
  }

  finished(): void {
    if (!this.#isUnderWay) return;
    this.#isUnderWay = false;
    const text = `${this.#text}: ${seconds(performance.now() - this.#start)}`;
    if (this.#isTerminal) this.#spinner.success(text);
    else this.#line(text);
  }

  failed(): void {
    if (!this.#isUnderWay) return;
    this.#isUnderWay = false;
    if (this.#isTerminal) this.#spinner.error(this.#text);
  }

  #line(text: string): void {
    process.stderr.write(`${text}\n`);
  }
}

/** `nicspec lab status`: what there is, and what is missing. Exit code 3 if no guest can be booted. */
export function labStatusCommand(): number {
  const folders = labFolders();
  const { accelerator } = readStamps(folders);
  print(
    table([
      ['folder', folders.root],
      ['kernel', kernelRelease(folders) ?? 'not there'],
      ['QEMU', findQemu(folders)?.program ?? 'not there'],
      ['emulation', accelerator === undefined ? 'not tried' : ACCELERATORS[accelerator]],
      ...LAB_DEVICE_NAMES.map((name) => [`lab:${name}`, LAB_DEVICES[name].title]),
    ]),
  );
  const missing = missingForRun(folders);
  if (missing === null) {
    print('ready');
    return EXIT.conforms;
  }
  print(`not ready: ${missing}`);
  const lacking = missingForSetup();
  if (lacking !== null) print(`and nicspec lab setup needs more: ${lacking}`);
  return EXIT.targetFailed;
}

export type LabRunFlags = Omit<RunFlags, 'target'> & { readonly device: string };

/** `nicspec lab run`: one device after the other; answers the worst exit code of them. */
export async function labRunCommand({ device, ...flags }: LabRunFlags): Promise<number> {
  const devices = device === 'all' ? LAB_DEVICE_NAMES : [deviceOf(device)];
  if (devices.length > 1 && flags.out !== undefined) throw new UsageError('--out names the folder of one device');
  const { runCommand } = await import('./run.js');
  const codes: [LabDeviceName, number][] = [];
  for (const name of devices) {
    if (devices.length > 1) process.stderr.write(`lab:${name}, ${LAB_DEVICES[name].title}\n`);
    codes.push([name, await runCommand({ ...flags, target: `lab:${name}` }).catch(faultOf)]);
  }
  if (devices.length > 1)
    print(table(codes.map(([name, code]) => [`lab:${name}`, VERDICTS.get(code) ?? `exit code ${code}`])));
  return Math.max(...codes.map(([, code]) => code));
}

const VERDICTS: ReadonlyMap<number, string> = new Map([
  [EXIT.conforms, 'conforms'],
  [EXIT.doesNotConform, 'does not conform'],
  [EXIT.targetFailed, 'the target or the rig failed'],
]);

/** A device that cannot be run costs its own verdict, and not those of the others. */
function faultOf(error: unknown): number {
  if (!(error instanceof TargetFault)) throw error;
  process.stderr.write(`nicspec: ${error.message}\n`);
  return EXIT.targetFailed;
}

function deviceOf(name: string): LabDeviceName {
  if (!isLabDevice(name)) throw unknownName('lab device', name, [...LAB_DEVICE_NAMES, 'all']);
  return name;
}

/** `nicspec lab shell`: the console of a guest, until it is switched off. */
export async function labShellCommand({ device: name }: { readonly device: string }): Promise<number> {
  const device = LAB_DEVICES[deviceOf(name)];
  const folders = labFolders();
  const missing = missingForRun(folders);
  if (missing !== null) throw new TargetFault(missing);
  const accelerator = readStamps(folders).accelerator ?? 'tcg';
  process.stderr.write(`booting lab:${name}; poweroff -f leaves, and so does Ctrl-A X\n`);
  const [program = '', ...args] = machineCommand(folders, shellArguments(folders, device, accelerator));
  const child = spawn(program, args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new TargetFault(`QEMU cannot be started: ${error.message}`)));
    child.once('exit', (code) => resolve(code === 0 ? EXIT.conforms : EXIT.targetFailed));
  });
}
