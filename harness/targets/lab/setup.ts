/** `nicspec lab setup`: makes the lab out of Debian's packages, step by step; a step that is done is not done again. */
import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { TargetFault } from '../../contract/index.js';
import { buildNativeAgent, nativeAgentDigest } from '../agent/nativeAgent.js';
import { labFolders, readStamps, type Accelerator, type LabFolders, type Stamps } from './cache.js';
import { LAB_DEVICES } from './devices.js';
import { INITRAMFS_RECIPE, makeInitramfs } from './initramfs.js';
import { MODULES_RECIPE, buildModules } from './kernelModules.js';
import { LabMachine } from './labMachine.js';
import { PACKAGES_RECIPE, resolvePackages, unpackGroup, type PackageList } from './packages.js';
import { findProgram } from './program.js';
import { findQemu } from './qemu.js';

/** Programs that the steps call, with the Debian package of each. */
const NEEDED = [
  ['apt-get', 'apt'],
  ['dpkg', 'dpkg'],
  ['make', 'make'],
  ['x86_64-linux-gnu-gcc-12', 'gcc-12'],
  ['tar', 'tar'],
  ['xz', 'xz-utils'],
  ['depmod', 'kmod'],
  ['cpio', 'cpio'],
  ['gzip', 'gzip'],
  ['qemu-system-x86_64', 'qemu-system-x86'],
] as const;

/** KVM that hangs is as bad as none. */
const KVM_BOOT_MS = 15_000;

export interface SetupOptions {
  readonly folders?: LabFolders;
  /** Ask for newer packages, although there are some. */
  readonly update?: boolean;
  readonly onStep: (step: SetupStep) => void;
}

export interface SetupStep {
  readonly number: number;
  readonly of: number;
  readonly title: string;
  /** It was done before. */
  readonly isDone: boolean;
}

export interface SetupResult {
  readonly accelerator: Accelerator;
  readonly bootMs: number;
}

/** What this machine lacks for `lab setup`, in words, or null. */
export function missingForSetup(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the lab is built on Linux on x86-64; this is ${process.platform} on ${process.arch}`;
  }
  const missing = NEEDED.filter(([program]) => findProgram(program) === undefined);
  if (missing.length === 0) return null;
  const [programs, packages] = [missing.map(([program]) => program), missing.map(([, name]) => name)];
  return `${programs.join(', ')} missing; on Debian: apt-get install ${packages.join(' ')} (or: sudo sh scripts/install-extras.sh)`;
}

/** What is missing to boot a guest, in words, or null. */
export function missingForRun(folders: LabFolders = labFolders()): string | null {
  const { steps } = readStamps(folders);
  if (steps['boot'] === undefined) return 'the lab is not set up: run nicspec lab setup';
  return findQemu(folders) === undefined ? 'qemu-system-x86_64 is missing: apt-get install qemu-system-x86' : null;
}

/** @throws TargetFault that says what is missing or what failed; what was done before it stays done. */
export async function setUpLab({ folders = labFolders(), update = false, onStep }: SetupOptions): Promise<SetupResult> {
  const missing = missingForSetup();
  if (missing !== null) throw new TargetFault(missing);
  await mkdir(folders.root, { recursive: true });
  const ledger = new Ledger(folders, update);
  let list: PackageList | undefined;
  const packages = async (): Promise<PackageList> => (list ??= await resolvePackages(folders));
  const result = { accelerator: 'tcg' as Accelerator, bootMs: 0 };
  const steps: readonly Step[] = [
    {
      name: 'kernel',
      title: 'kernel, headers and busybox, from Debian (120 MB)',
      recipe: PACKAGES_RECIPE,
      run: async () => unpackGroup(folders, 'kernel', await packages()),
    },
    {
      name: 'qemu',
      title: 'QEMU, from Debian backports (13 MB)',
      recipe: PACKAGES_RECIPE,
      run: async () => unpackGroup(folders, 'qemu', await packages()),
    },
    {
      name: 'modules',
      title: 'rocker and netdevsim, from the kernel source of Debian (150 MB)',
      recipe: MODULES_RECIPE,
      run: async () => {
        await unpackGroup(folders, 'source', await packages());
        await buildModules(folders);
      },
    },
    {
      name: 'agent',
      title: 'the agent',
      recipe: nativeAgentDigest(),
      run: () => buildNativeAgent(folders.agent, 'x86_64-linux-gnu-gcc-12'),
    },
    { name: 'initramfs', title: 'the guest', recipe: INITRAMFS_RECIPE, run: () => makeInitramfs(folders) },
    {
      name: 'boot',
      title: 'a first boot',
      recipe: '1',
      run: async () => Object.assign(result, await firstBoot(folders)),
    },
  ];
  for (const [index, step] of steps.entries()) {
    const isDone = ledger.isDone(step);
    onStep({ number: index + 1, of: steps.length, title: step.title, isDone });
    if (!isDone) await step.run();
    await ledger.done(step, step.name === 'boot' && !isDone ? result.accelerator : undefined);
  }
  return { ...result, accelerator: readStamps(folders).accelerator ?? 'tcg' };
}

interface Step {
  readonly name: string;
  readonly title: string;
  /** Another recipe makes something else. */
  readonly recipe: string;
  run(): Promise<unknown>;
}

/** Remembers what is done. A step is done again when its recipe changed, or when one before it was done again. */
class Ledger {
  readonly #folders: LabFolders;
  #stamps: Stamps;
  #chain = '';

  constructor(folders: LabFolders, forget: boolean) {
    this.#folders = folders;
    this.#stamps = forget ? { steps: {} } : readStamps(folders);
  }

  isDone(step: Step): boolean {
    return this.#stamps.steps[step.name] === this.#digest(step);
  }

  async done(step: Step, accelerator?: Accelerator): Promise<void> {
    const digest = this.#digest(step);
    this.#chain = digest;
    if (this.#stamps.steps[step.name] === digest) return;
    this.#stamps = {
      ...this.#stamps,
      steps: { ...this.#stamps.steps, [step.name]: digest },
      ...(accelerator === undefined ? {} : { accelerator }),
    };
    const { stamps } = this.#folders;
    await writeFile(`${stamps}.part`, JSON.stringify(this.#stamps, null, 2));
    await rename(`${stamps}.part`, stamps);
  }

  #digest({ name, recipe }: Step): string {
    return createHash('sha256').update(`${this.#chain}\n${name}\n${recipe}`).digest('hex').slice(0, 16);
  }
}

/** Boots a guest with KVM if that works within its time, else without. */
async function firstBoot(folders: LabFolders): Promise<SetupResult> {
  const boot = async (accelerator: Accelerator, bootMs?: number): Promise<SetupResult> => {
    const start = performance.now();
    const options = { folders, accelerator, ...(bootMs === undefined ? {} : { bootMs }) };
    const machine = await LabMachine.boot(LAB_DEVICES['virtio-net'], options);
    await machine.close();
    return { accelerator, bootMs: performance.now() - start };
  };
  try {
    return await boot('kvm', KVM_BOOT_MS);
  } catch {
    return boot('tcg');
  }
}
