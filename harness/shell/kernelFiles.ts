/**
 * Files of the kernel's that tools read: below /sys/class/net and /proc/net, and the settings below /proc/sys/net, which they write too. Each look
 * lays what the target has there into a folder of the server's, and the tool opens that; a mirror that is made beforehand would be old
 * by the time it is read.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import type { Errno, SysctlTree, Target } from '../contract/index.js';
import { EACCES, EISDIR, ENOENT, ENOTDIR, ENXIO } from './errors.js';
import type { NetworkFiles } from './networkFiles.js';
import type { Answer } from './shimProtocol.js';

/** What a look is for: the second word of the question. */
const INTENT_WRITE = 1;

/** WRITTEN_MODE of native/sysctls.c. */
const WRITTEN_MODE = 0o1600;
/** Files that are open for writing: one that is older than so many others is closed long since. */
const MOST_WRITTEN = 256;

/** A file that a tool has opened to write a setting. */
interface WrittenSetting {
  readonly path: string;
  readonly name: string;
  readonly process: number;
  /** What the target refused of what a stream wrote, and nobody was told yet. */
  refused: number;
}

/** is_of_target() of native/files.c. */
const OF_TARGET =
  /^\/(?:sys\/(?:class\/net|bus\/pci\/devices|bus\/netdevsim|kernel\/debug\/netdevsim)|proc\/(?:sys\/net|net|self\/net))(?:\/|$)/;

/** Its folders list `.` and `..` first, as those of the kernel do, and sysctl(8) relies upon it. */
const MEMORY = '/dev/shm';

/** A new folder for what is laid. */
export function makeFilesFolder(): string {
  const parent = existsSync(MEMORY) ? MEMORY : tmpdir();
  return mkdtempSync(join(parent, 'nicspec-files-'));
}

export class KernelFiles {
  readonly #target: Target;
  readonly #network: NetworkFiles;
  readonly #folder: string;
  /** Is told of what tools look for and the target does not have, or does not take. */
  readonly #missed: (process: number, what: string) => void;
  readonly #written: WrittenSetting[] = [];
  #files = 0;

  constructor(
    target: Target,
    network: NetworkFiles,
    folder: string,
    missed: (process: number, what: string) => void = () => undefined,
  ) {
    this.#target = target;
    this.#network = network;
    this.#folder = folder;
    this.#missed = missed;
  }

  /** What was written by streams of the C library, in the order in which the files were opened. */
  async collect(): Promise<void> {
    for (const setting of this.#written) {
      const text = readFileSync(setting.path, 'utf8');
      if (text === '') continue;
      truncateSync(setting.path);
      setting.refused = (await this.#write(setting, text)).errno;
    }
  }

  /** What became of what a stream wrote: it was collected before this is asked. ENXIO for another file. */
  take(path: string): Answer {
    const setting = this.#written.find((one) => one.path === path);
    if (setting === undefined) return { errno: ENXIO };
    const { refused } = setting;
    setting.refused = 0;
    return { errno: refused };
  }

  async #write({ name, process }: WrittenSetting, text: string): Promise<Answer> {
    const result = await this.#target.sysctl.write(name, text);
    if (!result.ok) this.#missed(process, `${JSON.stringify(text.trim())} for the setting ${name}`);
    return { errno: result.ok ? 0 : result.errno };
  }

  /** write(2) of a file that `lookUp` answered for writing; ENXIO for any other. */
  async write(path: string, text: string): Promise<Answer> {
    const setting = this.#written.find((one) => one.path === path);
    return setting === undefined ? { errno: ENXIO } : this.#write(setting, text);
  }

  /** A path in a folder that was laid is the one that it stands for. Undefined for one in a folder of somebody else's. */
  #pathOnTarget(path: string): string | undefined {
    if (!path.startsWith('/') || path.includes('\0')) return undefined;
    if (path.startsWith(`${this.#folder}/`)) return normalize(path.slice(this.#folder.length));
    return /^\/(?:sys|proc)\//.test(path) ? normalize(path) : undefined;
  }

  /** Answers the path to use instead of `path`. */
  async lookUp(path: string, intent: number, process = 0): Promise<Answer> {
    const wanted = this.#pathOnTarget(path);
    if (wanted === undefined) return { errno: ENXIO };
    // `..` may lead out of it.
    if (!OF_TARGET.test(wanted)) return answerWith(wanted);
    const [whole, name = ''] = /^\/proc\/(?:self\/)?net(?:\/(.*))?$/.exec(wanted.replace(/\/$/, '')) ?? [];
    if (whole !== undefined) return this.#networkFile(whole, name, intent, process);
    const [, setting] = /^\/proc\/sys\/(net(?:\/.*)?)$/.exec(wanted.replace(/\/$/, '')) ?? [];
    if (setting !== undefined) return this.#setting(wanted, setting, intent, process);
    const [, below] = /^\/sys\/(class\/net(?:\/.*)?)$/.exec(wanted.replace(/\/$/, '')) ?? [];
    if (below === undefined) {
      this.#missed(process, `the file ${wanted}`);
      return { errno: ENOENT };
    }
    if (intent === INTENT_WRITE) return { errno: EACCES };
    const names = await this.#target.sysfs.list(below);
    if (names.ok) return this.#layFolder(wanted, below, names.value, this.#target.sysfs);
    const value = await this.#target.sysfs.read(below);
    return value.ok ? this.#lay(wanted, value.value) : { errno: value.errno };
  }

  async #networkFile(path: string, name: string, intent: number, process: number): Promise<Answer> {
    if (name === '') return this.#layFolder(path, '', this.#network.names, NO_FOLDERS);
    // Sockets of processes with each other are none of the target's.
    if (name === 'unix') return answerWith('/proc/net/unix');
    const text = await this.#network.read(name);
    if (text !== undefined) return intent === INTENT_WRITE ? { errno: EACCES } : this.#lay(path, text);
    this.#missed(process, `the file ${path}`);
    return { errno: ENOENT };
  }

  async #setting(path: string, name: string, intent: number, process: number): Promise<Answer> {
    const names = await this.#target.sysctl.list(name);
    if (names.ok) {
      if (intent === INTENT_WRITE) return { errno: EISDIR };
      return this.#layFolder(path, name, names.value, this.#target.sysctl);
    }
    const value = await this.#target.sysctl.read(name);
    if (!value.ok) {
      this.#missed(process, `the setting ${name}`);
      return { errno: value.errno };
    }
    return intent === INTENT_WRITE ? this.#layWritten(name, process) : this.#lay(path, value.value);
  }

  /** A file of its own for each time that it is opened: who reads meanwhile has another. */
  #layWritten(name: string, process: number): Answer {
    const path = join(this.#folder, 'written', String(++this.#files), name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    chmodSync(path, WRITTEN_MODE);
    this.#written.push({ path, name, process, refused: 0 });
    if (this.#written.length > MOST_WRITTEN) this.#written.shift();
    return answerWith(path);
  }

  #lay(path: string, content: string): Answer {
    const at = join(this.#folder, path);
    // A look at the folder laid a folder of that name.
    rmSync(at, { recursive: true, force: true });
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, content);
    return answerWith(at);
  }

  /**
   * A folder with an entry for each name, a folder or a file as it is on the target: what is in it is looked up when it is opened. What
   * is there already stays, because somebody may have the folder open.
   */
  async #layFolder(
    path: string,
    below: string,
    names: readonly string[],
    tree: Pick<SysctlTree, 'list'>,
  ): Promise<Answer> {
    const at = join(this.#folder, path);
    makeFolder(at);
    const wanted = new Set(names);
    for (const entry of readdirSync(at)) if (!wanted.has(entry)) rmSync(join(at, entry), { recursive: true });
    for (const name of names) {
      if (existsSync(join(at, name))) continue;
      if ((await tree.list(`${below}/${name}`)).ok) makeFolder(join(at, name));
      else writeFileSync(join(at, name), '');
    }
    return answerWith(at);
  }
}

const NO_FOLDERS: Pick<SysctlTree, 'list'> = { list: () => Promise.resolve({ ok: false, errno: ENOTDIR as Errno }) };

/** LAID_MODE of native/files.c. */
const LAID_MODE = 0o1711;

/** Where something else was laid before, it goes. */
function makeFolder(path: string): void {
  if (existsSync(path) && !statSync(path).isDirectory()) rmSync(path);
  if (existsSync(path) && (statSync(path).mode & 0o7777) === LAID_MODE) return;
  mkdirSync(path, { recursive: true });
  chmodSync(path, LAID_MODE);
}

const answerWith = (path: string): Answer => ({ errno: 0, bytes: new TextEncoder().encode(path) });
