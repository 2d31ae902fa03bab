/** One virtual machine: how it is started, what is told of it, and that it is always gone afterwards. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetFault } from '../../contract/index.js';
import { kernelImage, type Accelerator, type LabFolders } from './cache.js';
import type { LabDevice } from './devices.js';
import { findProgram } from './program.js';

const MEMORY = '512M';
const CONSOLE_TAIL = 1500;

/** The QEMU of the lab where it runs on this machine, else the one that is installed. */
export function findQemu({
  qemu,
}: LabFolders): { readonly program: string; readonly data: readonly string[] } | undefined {
  const own = join(qemu, 'usr', 'bin', 'qemu-system-x86_64');
  if (existsSync(own)) {
    const data = ['qemu', 'seabios'].flatMap((name) => ['-L', join(qemu, 'usr', 'share', name)]);
    return { program: own, data };
  }
  const installed = findProgram('qemu-system-x86_64');
  return installed === undefined ? undefined : { program: installed, data: [] };
}

export interface MachineFiles {
  readonly folder: string;
  readonly console: string;
  readonly agent: string;
  readonly control: string;
  /** Unix sockets on which the harness listens, one for each cable. */
  readonly wires: readonly string[];
}

export function machineFiles(folder: string, ports: number): MachineFiles {
  return {
    folder,
    console: join(folder, 'console.log'),
    agent: join(folder, 'agent.sock'),
    control: join(folder, 'control.sock'),
    wires: Array.from({ length: ports }, (_, index) => join(folder, `wire${index}.sock`)),
  };
}

/** Everything but the console. */
export function machineArguments(
  folders: LabFolders,
  device: LabDevice,
  accelerator: Accelerator,
  kernelWords: readonly string[] = [],
): readonly string[] {
  const words = [
    'console=ttyS0',
    'quiet',
    'panic=-1',
    'unknown_nmi_panic',
    `nicspec.modules=${device.modules.join(',')}`,
    // Loaded when the first aggregate is asked for, and makes none of its own.
    'bonding.max_bonds=0',
    ...kernelWords,
  ];
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-machine', device.machine, '-m', MEMORY, '-smp', String(device.processors)],
    ...(accelerator === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi', '-cpu', 'max']),
    ...['-kernel', kernelImage(folders), '-initrd', folders.initramfs, '-append', words.join(' ')],
  ];
}

export function channelArguments(
  { console: log, agent, control, wires }: MachineFiles,
  device: LabDevice,
): readonly string[] {
  return [
    ...['-chardev', `file,id=console,path=${log}`, '-serial', 'chardev:console'],
    ...['-qmp', `unix:${control},server=on,wait=off`],
    ...['-device', 'virtio-serial-pci', '-chardev', `socket,id=agent,path=${agent},server=on,wait=off`],
    ...['-device', 'virtserialport,chardev=agent,name=agent'],
    ...wires.flatMap((path, index) => [
      '-netdev',
      `stream,id=wire${index},server=off,addr.type=unix,addr.path=${path}`,
    ]),
    ...device.arguments,
  ];
}

/** A guest with a shell on this terminal, whose cables lead nowhere. */
export function shellArguments(folders: LabFolders, device: LabDevice, accelerator: Accelerator): readonly string[] {
  const wires = Array.from({ length: device.wires }, (_, index) => [
    '-netdev',
    `hubport,id=wire${index},hubid=${index}`,
  ]);
  return [
    ...machineArguments(folders, device, accelerator, ['nicspec.shell']),
    ...['-chardev', 'stdio,id=console,mux=on,signal=off', '-serial', 'chardev:console'],
    ...wires.flat(),
    ...device.arguments,
  ];
}

/**
 * The words that start QEMU. Whatever becomes of the harness, even SIGKILL, the machine goes with it.
 * @throws TargetFault if there is no QEMU.
 */
export function machineCommand(folders: LabFolders, args: readonly string[]): readonly string[] {
  const qemu = findQemu(folders);
  if (qemu === undefined) throw new TargetFault('there is no QEMU: run nicspec lab setup');
  const setpriv = findProgram('setpriv');
  const guard = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL'];
  return [...guard, qemu.program, ...qemu.data, ...args];
}

/** A QEMU that runs. */
export class Machine {
  readonly #child: ChildProcess;
  readonly #files: MachineFiles;
  /** Resolves with the reason when it is over. */
  readonly ended: Promise<string>;
  #isOver = false;

  private constructor(child: ChildProcess, files: MachineFiles, log: string) {
    this.#child = child;
    this.#files = files;
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(`QEMU cannot be started: ${error.message}`));
      child.once('exit', (code, signal) => {
        this.#isOver = true;
        process.off('exit', this.#kill);
        const said = textOf(log).trim();
        const how = signal === null ? `QEMU ended with exit code ${code ?? 0}` : `QEMU was killed by ${signal}`;
        resolve(said === '' ? how : `${how}: ${said}`);
      });
    });
    process.once('exit', this.#kill);
  }

  /** Throws TargetFault if there is no QEMU. */
  static start(folders: LabFolders, args: readonly string[], files: MachineFiles): Machine {
    const [program = '', ...rest] = machineCommand(folders, args);
    const log = join(files.folder, 'qemu.log');
    const logFd = openSync(log, 'w');
    try {
      return new Machine(spawn(program, rest, { stdio: ['ignore', logFd, logFd] }), files, log);
    } finally {
      closeSync(logFd);
    }
  }

  /** What the guest's kernel wrote. */
  console(): string {
    return textOf(this.#files.console);
  }

  /** The end of it. */
  consoleTail(): string {
    return this.console().slice(-CONSOLE_TAIL).trim();
  }

  async kill(): Promise<void> {
    this.#kill();
    if (!this.#isOver) await Promise.race([this.ended, sleep(5000, undefined, { ref: false })]);
  }

  readonly #kill = (): void => {
    if (!this.#isOver) this.#child.kill('SIGKILL');
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
