/** A guest that is booted, with its agent and its cables. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetFault, TargetLost } from '../../contract/index.js';
import { AgentConnection } from '../agent/connection.js';
import { Cable } from './cable.js';
import { labFolders, readStamps, type Accelerator, type LabFolders } from './cache.js';
import { MachineControl, reachSocket } from './control.js';
import type { LabDevice } from './devices.js';
import { Machine, channelArguments, machineArguments, machineFiles } from './qemu.js';

/** Under emulation on a busy machine; ten seconds are usual. */
const BOOT_MS = 90_000;
const LOOK_AGAIN_MS = 10;

export interface BootOptions {
  readonly folders?: LabFolders;
  readonly accelerator?: Accelerator;
  readonly bootMs?: number;
  /** More words for the guest's kernel. */
  readonly kernelWords?: readonly string[];
}

export class LabMachine {
  readonly connection: AgentConnection;
  readonly cables: readonly Cable[];
  /** What runs the guest's processors. */
  readonly accelerator: Accelerator;
  readonly #machine: Machine;
  readonly #control: MachineControl;
  readonly #folder: string;

  private constructor(
    machine: Machine,
    control: MachineControl,
    connection: AgentConnection,
    cables: readonly Cable[],
    folder: string,
    accelerator: Accelerator,
  ) {
    this.#machine = machine;
    this.#control = control;
    this.connection = connection;
    this.cables = cables;
    this.#folder = folder;
    this.accelerator = accelerator;
  }

  /** @throws TargetFault, with the end of the guest's console, if it does not boot. */
  static async boot(device: LabDevice, options: BootOptions = {}): Promise<LabMachine> {
    const { folders = labFolders(), bootMs = BOOT_MS, kernelWords = [] } = options;
    const { accelerator = readStamps(folders).accelerator ?? 'tcg' } = options;
    const folder = await mkdtemp(join(tmpdir(), 'nicspec-lab-'));
    const files = machineFiles(folder, device.wires);
    const link: { control?: MachineControl } = {};
    const cables = await Promise.all(
      files.wires.map((path, index) =>
        Cable.listen(
          path,
          async (up) => {
            await link.control?.setLink(`wire${index}`, up);
          },
          device.burst,
        ),
      ),
    );
    const args = [...machineArguments(folders, device, accelerator, kernelWords), ...channelArguments(files, device)];
    const machine = Machine.start(folders, args, files);
    const undo = async (): Promise<void> => {
      for (const cable of cables) cable.close();
      await machine.kill();
      await rm(folder, { recursive: true, force: true });
    };
    try {
      const socket = await socketOf(files.agent, machine);
      const control = await MachineControl.open(files.control);
      link.control = control;
      const connection = await helloFrom(socket, machine, device, bootMs);
      return new LabMachine(machine, control, connection, cables, folder, accelerator);
    } catch (error) {
      await undo();
      throw error;
    }
  }

  /** What the guest's kernel wrote so far. */
  async console(): Promise<string> {
    return readFile(join(this.#folder, 'console.log'), 'utf8').catch(() => '');
  }

  /** The last lines of it, for a message. */
  async driverMessages(): Promise<string> {
    return (await this.console()).trim().split('\n').slice(-5).join(' | ');
  }

  /** Makes the guest's kernel panic, as a fault of its own would. */
  panic(): Promise<void> {
    return this.#control.interrupt();
  }

  async close(): Promise<void> {
    this.connection.close();
    this.#control.close();
    for (const cable of this.cables) cable.close();
    await this.#machine.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** QEMU makes the socket at once; the guest answers on it when its agent runs. */
async function socketOf(path: string, machine: Machine): Promise<Socket> {
  const ended = machine.ended.then((reason) => {
    throw new TargetFault(reason);
  });
  const there = async (): Promise<void> => {
    while (!existsSync(path)) await sleep(LOOK_AGAIN_MS);
  };
  await Promise.race([there(), ended]);
  const socket = await reachSocket(path, "the agent's socket");
  // The end is told by the machine; a socket that breaks with it says nothing more.
  ended.catch(() => socket.destroy());
  return socket;
}

async function helloFrom(
  socket: Socket,
  machine: Machine,
  { name }: LabDevice,
  bootMs: number,
): Promise<AgentConnection> {
  const said = (): string => {
    const [panic] = /Kernel panic - not syncing: .*/.exec(machine.console()) ?? [];
    if (panic !== undefined) return panic.trim();
    const tail = machine.consoleTail();
    return tail === '' ? 'its console is empty' : `its console ends with:\n${tail}`;
  };
  try {
    return await AgentConnection.open(socket, socket, {
      name: `the guest of lab:${name}`,
      helloMs: bootMs,
      postMortem: async () => ({
        said: `${await Promise.race([machine.ended, sleep(500, 'QEMU runs')])}; ${said()}`,
        testimony: [{ name: 'console.txt', text: machine.console() }],
      }),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TargetLost(reason.includes(said()) ? reason : `the guest does not boot: ${reason}; ${said()}`, [
      { name: 'console.txt', text: machine.console() },
    ]);
  }
}
