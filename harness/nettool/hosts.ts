/** Machines by name: target strings of nicspec, and what an inventory calls them. */
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { NettoolSession, type Host, type SessionOptions } from '../../reference-impl/nettool/index.js';
import type { Target } from '../contract/index.js';
import { UsageError } from '../runner/usage.js';
import { openTarget } from '../targets/index.js';
import { nameSwitchPorts } from '../targets/switchPortNames.js';

/** This machine's own kernel. */
export const OWN_HOST = 'linux:host';
export const REFERENCE_HOST = 'reference';

/** A machine of an inventory: how it is reached. */
export interface InventoryHost {
  readonly name: string;
  /** A target string of nicspec. */
  readonly target: string;
}

/** A machine that can be asked, and that was opened where somebody asked it. */
export class OpenedHost implements Host {
  readonly name: string;
  readonly target: string;
  readonly #options: SessionOptions;
  #opened: Promise<{ readonly target: Target; readonly session: NettoolSession }> | undefined;

  constructor({ name, target }: InventoryHost, options: SessionOptions = {}) {
    this.name = name;
    this.target = target;
    this.#options = options;
  }

  async session(): Promise<NettoolSession> {
    this.#opened ??= this.#open();
    return (await this.#opened).session;
  }

  async close(): Promise<void> {
    if (this.#opened === undefined) return;
    const opened = await this.#opened.catch(() => undefined);
    await opened?.session.close().catch(() => undefined);
    await opened?.target.close().catch(() => undefined);
  }

  async #open(): Promise<{ readonly target: Target; readonly session: NettoolSession }> {
    const target = await openTarget(this.target, { seed: 1 });
    // Under a model no udev runs.
    if (this.target === REFERENCE_HOST || this.target.startsWith('module:')) await nameSwitchPorts(target);
    return { target, session: new NettoolSession(target, { ...this.#options, host: this.name }) };
  }
}

/** Where an inventory is looked for: the file that NETTOOL_INVENTORY names, else `nettool.yaml` here. */
export function inventoryFile(): string | undefined {
  const named = process.env['NETTOOL_INVENTORY'];
  if (named !== undefined) return named;
  return existsSync('nettool.yaml') ? 'nettool.yaml' : undefined;
}

/**
 * Reads `hosts:`, a map of names to target strings.
 * @throws UsageError if the file is no inventory.
 */
export function readInventory(file: string): readonly InventoryHost[] {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `the inventory ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const hosts: unknown =
    typeof content === 'object' && content !== null && 'hosts' in content ? content.hosts : undefined;
  if (typeof hosts !== 'object' || hosts === null)
    throw new UsageError(`the inventory ${file} has no hosts: write "hosts:" and below it "NAME: TARGET"`);
  return Object.entries(hosts).map(([name, target]: [string, unknown]) => {
    if (typeof target !== 'string') throw new UsageError(`the host ${name} of ${file} is no target string`);
    return { name, target };
  });
}

/** The machines that `--on` names; `all` are those of the inventory. */
export function chosenHosts(names: readonly string[], options: SessionOptions): readonly OpenedHost[] {
  const file = inventoryFile();
  const inventory = file === undefined ? [] : readInventory(file);
  const wanted = names.length === 0 ? [OWN_HOST] : names;
  return wanted
    .flatMap((name): readonly InventoryHost[] => {
      if (name === 'all' && inventory.length > 0) return inventory;
      return [inventory.find((host) => host.name === name) ?? { name, target: name }];
    })
    .map((host) => new OpenedHost(host, options));
}
