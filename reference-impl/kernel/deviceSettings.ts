/**
 * Settings of a protocol at each net device, and two rows beside them: `all`, and `default`, which new devices start with (struct
 * ipv4_devconf and ipv6_devconf).
 */
import type { NetDevice } from './netDevice.js';
import type { Sysctl, SysctlProvider } from './sysctls.js';

export interface SettingDefinition {
  /** Of the row `default` and of new net devices. */
  readonly initial: number;
  /** Of the row `all`, where it starts with another value. */
  readonly initialOfAll?: number;
  readonly least?: number;
  readonly most?: number;
  /** Writing the row `all` writes `default` and every net device too (addrconf_fixup_forwarding(), inet_forward_change()). */
  readonly allMeansEach?: boolean;
}

export type SettingTable<Name extends string> = Readonly<Record<Name, SettingDefinition>>;

/** Where a setting is: of a net device, of all, or of those to come. */
export type SettingRow = NetDevice | 'all' | 'default';

export interface SettingEvents<Name extends string> {
  readonly netDevices: () => Iterable<NetDevice>;
  /** Under which name the settings of a net device are found. */
  readonly folderOf: (netDevice: NetDevice) => string;
  /** After a change, for each row that changed. */
  changed(row: SettingRow, name: Name, value: number): void;
}

export class DeviceSettings<Name extends string> {
  readonly #table: SettingTable<Name>;
  readonly #events: SettingEvents<Name>;
  readonly #rows = new Map<SettingRow, Map<Name, number>>();

  constructor(table: SettingTable<Name>, events: SettingEvents<Name>) {
    this.#table = table;
    this.#events = events;
  }

  clear(): void {
    this.#rows.clear();
  }

  /** The net device is gone. */
  forget(netDevice: NetDevice): void {
    this.#rows.delete(netDevice);
  }

  get(row: SettingRow, name: Name): number {
    const value = this.#row(row).get(name);
    if (value !== undefined) return value;
    const { initial, initialOfAll = initial } = this.#table[name];
    return row === 'all' ? initialOfAll : initial;
  }

  set(row: SettingRow, name: Name, value: number): void {
    this.#write(row, name, value);
    if (row !== 'all' || this.#table[name].allMeansEach !== true) return;
    this.#write('default', name, value);
    for (const netDevice of this.#events.netDevices()) this.#write(netDevice, name, value);
  }

  #write(row: SettingRow, name: Name, value: number): void {
    if (this.get(row, name) === value) return;
    // What a net device began with stays, whatever others begin with from now on.
    if (row === 'default') for (const netDevice of this.#events.netDevices()) this.#row(netDevice);
    this.#row(row).set(name, value);
    this.#events.changed(row, name, value);
  }

  /** A net device that is new has what `default` has then. */
  #row(row: SettingRow): Map<Name, number> {
    let settings = this.#rows.get(row);
    if (settings === undefined) {
      settings = new Map(row === 'all' || row === 'default' ? [] : this.#rows.get('default'));
      this.#rows.set(row, settings);
    }
    return settings;
  }

  /** `folder`: `net/ipv6/conf`. */
  provider(folder: string): SysctlProvider {
    return {
      find: (path) => (path.startsWith(`${folder}/`) ? this.#find(path.slice(folder.length + 1)) : undefined),
      names: () => this.#names(folder),
    };
  }

  #find(path: string): Sysctl | undefined {
    const [rowName = '', key = '', ...rest] = path.split('/');
    const row = this.#rowCalled(rowName);
    const name = Object.keys(this.#table).find((each): each is Name => each === key);
    if (row === undefined || name === undefined || rest.length > 0) return undefined;
    const { least, most } = this.#table[name];
    return {
      value: this.get(row, name),
      ...(least === undefined ? {} : { least }),
      ...(most === undefined ? {} : { most }),
      set: (value) => this.set(row, name, value),
    };
  }

  *#names(folder: string): Generator<string> {
    const rows = ['all', 'default', ...[...this.#events.netDevices()].map(this.#events.folderOf)];
    for (const row of rows) for (const name of Object.keys(this.#table)) yield `${folder}/${row}/${name}`;
  }

  #rowCalled(name: string): SettingRow | undefined {
    if (name === 'all' || name === 'default') return name;
    for (const netDevice of this.#events.netDevices()) if (this.#events.folderOf(netDevice) === name) return netDevice;
    return undefined;
  }
}
