/**
 * Files of the kernel's that tools read: below /sys/class/net. Each look lays what the target has there into a folder of the server's,
 * and the tool opens that; a mirror that is made beforehand would be old by the time it is read.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Target } from '../contract/index.js';
import { EACCES, EINVAL, ENOENT } from './errors.js';
import type { Answer } from './shimProtocol.js';

/** What a look is for: the second word of the question. */
const INTENT_WRITE = 1;

/** As /proc/net/psched says it on every machine of today: ticks of 64 ns, a clock of nanoseconds. */
const PSCHED = '000003e8 00000040 000f4240 3b9aca00\n';

export class KernelFiles {
  readonly #target: Target;
  readonly #folder: string;

  constructor(target: Target, folder: string) {
    this.#target = target;
    this.#folder = folder;
  }

  /** Answers the path to use instead of `path`. */
  async lookUp(path: string, intent: number): Promise<Answer> {
    const wanted = normalize(path);
    if (!wanted.startsWith('/') || wanted.includes('\0')) return { errno: EINVAL };
    if (wanted === '/proc/net/psched') return this.#lay(wanted, PSCHED);
    const [, below] = /^\/sys\/(class\/net(?:\/.*)?)$/.exec(wanted.replace(/\/$/, '')) ?? [];
    if (below === undefined) return { errno: ENOENT };
    if (intent === INTENT_WRITE) return { errno: EACCES };
    const names = await this.#target.sysfs.list(below);
    if (names.ok) return this.#layFolder(wanted, names.value);
    const value = await this.#target.sysfs.read(below);
    return value.ok ? this.#lay(wanted, value.value) : { errno: value.errno };
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
