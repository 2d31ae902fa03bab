/**
 * Files of the kernel's that tools read: below /sys/class/net, and the settings below /proc/sys/net, which they write too. Each look
 * lays what the target has there into a folder of the server's, and the tool opens that; a mirror that is made beforehand would be old
 * by the time it is read.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Target } from '../contract/index.js';
import { EACCES, EINVAL, ENOENT, ENXIO } from './errors.js';
import type { Answer } from './shimProtocol.js';

/** What a look is for: the second word of the question. */
const INTENT_WRITE = 1;

/** As /proc/net/psched says it on every machine of today: ticks of 64 ns, a clock of nanoseconds. */
const PSCHED = '000003e8 00000040 000f4240 3b9aca00\n';

/** WRITTEN_MODE of native/sysctls.c. */
const WRITTEN_MODE = 0o1600;
/** Files that are open for writing: one that is older than so many others is closed long since. */
const MOST_WRITTEN = 256;

/** A file that a tool has opened to write a setting. */
interface WrittenSetting {
  readonly path: string;
  readonly name: string;
  readonly process: number;
}

export class KernelFiles {
  readonly #target: Target;
  readonly #folder: string;
  /** Is told of what tools look for and the target does not have, or does not take. */
  readonly #missed: (process: number, what: string) => void;
  readonly #written: WrittenSetting[] = [];
  #files = 0;

  constructor(target: Target, folder: string, missed: (process: number, what: string) => void = () => undefined) {
    this.#target = target;
    this.#folder = folder;
    this.#missed = missed;
  }

  /** What was written by streams of the C library, in the order in which the files were opened. A refusal reaches the log alone. */
  async collect(): Promise<void> {
    for (const { path, name, process } of this.#written) {
      const text = readFileSync(path, 'utf8');
      if (text === '') continue;
      truncateSync(path);
      const result = await this.#target.sysctl.write(name, text);
      if (!result.ok) this.#missed(process, `${JSON.stringify(text.trim())} for the setting ${name}`);
    }
  }

  /** write(2) of a file that `lookUp` answered for writing; ENXIO for any other. */
  async write(path: string, text: string): Promise<Answer> {
    const setting = this.#written.find((one) => one.path === path);
    if (setting === undefined) return { errno: ENXIO };
    const result = await this.#target.sysctl.write(setting.name, text);
    if (!result.ok) this.#missed(setting.process, `${JSON.stringify(text.trim())} for the setting ${setting.name}`);
    return { errno: result.ok ? 0 : result.errno };
  }

  /** Answers the path to use instead of `path`. */
  async lookUp(path: string, intent: number, process = 0): Promise<Answer> {
    const wanted = normalize(path);
    if (!wanted.startsWith('/') || wanted.includes('\0')) return { errno: EINVAL };
    if (wanted === '/proc/net/psched') return this.#lay(wanted, PSCHED);
    const [, setting] = /^\/proc\/sys\/(net\/.+)$/.exec(wanted.replace(/\/$/, '')) ?? [];
    if (setting !== undefined) return this.#setting(wanted, setting, intent, process);
    const [, below] = /^\/sys\/(class\/net(?:\/.*)?)$/.exec(wanted.replace(/\/$/, '')) ?? [];
    if (below === undefined) {
      this.#missed(process, `the file ${wanted}`);
      return { errno: ENOENT };
    }
    if (intent === INTENT_WRITE) return { errno: EACCES };
    const names = await this.#target.sysfs.list(below);
    if (names.ok) return this.#layFolder(wanted, names.value);
    const value = await this.#target.sysfs.read(below);
    return value.ok ? this.#lay(wanted, value.value) : { errno: value.errno };
  }

  async #setting(path: string, name: string, intent: number, process: number): Promise<Answer> {
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
    this.#written.push({ path, name, process });
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

  /** A folder with an entry for each name: what is in the entries is looked up when they are opened, by their own paths. */
  #layFolder(path: string, names: readonly string[]): Answer {
    const at = join(this.#folder, path);
    rmSync(at, { recursive: true, force: true });
    for (const name of names) mkdirSync(join(at, name), { recursive: true });
    mkdirSync(at, { recursive: true });
    return answerWith(at);
  }
}

const answerWith = (path: string): Answer => ({ errno: 0, bytes: new TextEncoder().encode(path) });
