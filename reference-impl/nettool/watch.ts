/** Live changes: announcements of the kernel say what changed, and what changed is read again. */
import {
  NETLINK_GENERIC,
  NETLINK_ROUTE,
  RTM_DELLINK,
  RTM_DELMDB,
  RTM_DELNEIGH,
  RTM_DELVLAN,
  RTM_NEWLINK,
  RTM_NEWMDB,
  RTM_NEWNEIGH,
  RTM_NEWVLAN,
  RTNLGRP_BRVLAN,
  RTNLGRP_LINK,
  RTNLGRP_MDB,
  RTNLGRP_NEIGH,
} from '../netlink/constants.js';
import { decodeBody } from '../netlink/client.js';
import { ETHTOOL_GENL_NAME, ETHTOOL_MCGRP_MONITOR_NAME, ETHTOOL_NOTIFICATIONS } from '../netlink/families/ethtool.js';
import { DEVLINK_CMD, DEVLINK_GENL_MCGRP_CONFIG_NAME, DEVLINK_GENL_NAME } from '../netlink/families/devlink.js';
import { DEVLINK } from '../netlink/families/devlinkAttributes.js';
import { IFINFOMSG } from '../netlink/families/rtnetlink.js';
import { isValues, nestIn, numberIn, decodeStruct, textIn, type AttributeSet } from '../netlink/schema.js';
import { tableIn } from '../netlink/mdbClient.js';
import { GENLMSGHDR } from '../netlink/server.js';
import { parseDatagram, viewOf, type Message } from '../netlink/wire.js';
import { readSubject } from './channels/index.js';
import { portIndexOf } from './channels/devlinkMessages.js';
import { instanceBehind, instanceNamed, laneOf } from './devlinkHandles.js';
import type { NetlinkSocket } from './machine.js';
import type { NettoolParts } from './parts.js';
import type { Reading } from './reading.js';
import type { NetDeviceInfo, NettoolSession } from './session.js';
import { SUBJECTS, subjectCalled } from './subjects/index.js';
import { printValue, sameValue, type Scalar } from './values.js';

/** One key that is another than before; a table tells rows. */
export interface ObservedChange {
  readonly host: string;
  readonly device: string;
  readonly subject: string;
  readonly key: string;
  readonly before: Scalar | undefined;
  readonly after: Scalar | undefined;
}

interface Announced {
  readonly subject: string;
  /** Of a net device its index; of devlink the instance, and the port where it is of one. */
  readonly about: number | { readonly instance: string; readonly port: number | undefined };
  /** What the announcement itself tells, where nothing can be read again. */
  readonly told?: Difference;
}

/** Messages of rtnetlink about rows of bridges, whose index of a device lies where that of a link does. */
const TABLE_MESSAGES: ReadonlyMap<number, readonly string[]> = new Map([
  [RTM_NEWNEIGH, ['fdb']],
  [RTM_DELNEIGH, ['fdb']],
  [RTM_NEWMDB, ['mdb']],
  [RTM_DELMDB, ['mdb']],
  [RTM_NEWVLAN, ['bridge-vlan', 'bridge-vlan-options', 'bridge-vlan-global']],
  [RTM_DELVLAN, ['bridge-vlan', 'bridge-vlan-options', 'bridge-vlan-global']],
]);
/** What the announcement of a link may be about: of a bridge's family what is of ports, of no family what the kind of the device has. */
const LINK_SUBJECTS = {
  unspec: ['link', 'bridge', 'bond', 'bond-member'],
  bridge: ['bridge-port', 'bridge-vlan', 'bridge-tree', 'bridge-vlan-tunnel'],
};
const INDEX_AT = 4;

const notifications: readonly (readonly [string, { readonly command: number; readonly set: AttributeSet }])[] =
  Object.entries(ETHTOOL_NOTIFICATIONS);

/** What an announcement is about; nothing for one that no subject has. */
function announcedBy(source: Source, message: Message, parts: NettoolParts): readonly Announced[] {
  switch (source) {
    case 'devlink':
      return listed(announcedByDevlink(message));
    case 'ethtool':
      return listed(announcedByEthtool(message));
    case 'route':
      return announcedByRoute(message, parts);
  }
}

const listed = (announced: Announced | undefined): readonly Announced[] => (announced === undefined ? [] : [announced]);

function announcedByRoute(message: Message, { readAgain }: NettoolParts): readonly Announced[] {
  const ifIndex = numberIn(decodeStruct(IFINFOMSG, message.body), 'ifi_index') ?? 0;
  const isBridge = message.body[0] === AF_BRIDGE_BYTE;
  if (message.type === RTM_NEWLINK || message.type === RTM_DELLINK)
    return readAgain(LINK_SUBJECTS[isBridge ? 'bridge' : 'unspec']).map((subject) => ({ subject, about: ifIndex }));
  const tables = isBridge ? (TABLE_MESSAGES.get(message.type) ?? []) : [];
  return readAgain(tables).map((subject) => ({ subject, about: rowIndex(subject, message) }));
}

function announcedByEthtool(message: Message): Announced | undefined {
  const found = notifications.find(([, { command }]) => command === message.body[0]);
  if (found === undefined) return undefined;
  const [name, { set }] = found;
  const subject = SUBJECTS.find(({ announced }) => announced === name);
  const { values } = decodeBody(GENLMSGHDR, set, message);
  const header = Object.keys(values).find((key) => key.endsWith('_HEADER') && isValues(values[key]));
  const ifIndex = header === undefined ? undefined : numberIn(nestIn(values, header), 'ETHTOOL_A_HEADER_DEV_INDEX');
  return subject === undefined || ifIndex === undefined ? undefined : { subject: subject.name, about: ifIndex };
}

/** ndm_ifindex lies where ifi_index does; struct br_port_msg is that of the bridge, and the entry names the port. */
function rowIndex(table: string, message: Message): number {
  const [member] = table === 'mdb' ? tableIn([message]).members : [];
  return member?.ifIndex ?? viewOf(message.body).getInt32(INDEX_AT, true);
}

const DEVLINK_COMMANDS = new Map<number, string>(Object.entries(DEVLINK_CMD).map(([name, number]) => [number, name]));

/** Announcements of devlink are named by the command that makes, or changes, what they tell of. */
function announcedByDevlink(message: Message): Announced | undefined {
  const command = DEVLINK_COMMANDS.get(message.body[0] ?? 0) ?? '';
  const { values } = decodeBody(GENLMSGHDR, DEVLINK, message);
  const about = { instance: instanceNamed(values), port: numberIn(values, 'DEVLINK_ATTR_PORT_INDEX') };
  if (command.startsWith('FLASH_UPDATE')) {
    const part = (name: string): string => textIn(values, `DEVLINK_ATTR_FLASH_UPDATE_${name}`) ?? '';
    const count = (name: string): number => numberIn(values, `DEVLINK_ATTR_FLASH_UPDATE_STATUS_${name}`) ?? 0;
    const words = { FLASH_UPDATE: 'begins', FLASH_UPDATE_END: 'ends' }[command];
    const progress = count('TOTAL') === 0 ? '' : `${count('DONE')} of ${count('TOTAL')}`;
    const after = words ?? [part('STATUS_MSG'), part('COMPONENT'), progress].filter((word) => word !== '').join(' ');
    return { subject: 'devlink', about, told: { key: 'flash', before: undefined, after } };
  }
  const announced = `DEVLINK_CMD_${command.replace(/_DEL$/, '_NEW')}`;
  const subject = SUBJECTS.find((one) => one.announced === announced);
  return subject === undefined ? undefined : { subject: subject.name, about };
}

/** Where an announcement was heard. */
type Source = 'route' | 'ethtool' | 'devlink';

const AF_BRIDGE_BYTE = 7;
/** Between two looks at a socket of a model, whose time passes while it is waited for. */
const PAUSE_MS = 20;
const LISTEN_MS = 500;

/** @requirement NT-WAT-* */
export class Watcher {
  readonly #session: NettoolSession;
  readonly #sockets: (readonly [Source, NetlinkSocket])[] = [];
  readonly #last = new Map<string, Reading>();
  #devices: readonly NetDeviceInfo[] = [];

  private constructor(session: NettoolSession) {
    this.#session = session;
  }

  /** Begins to listen, and reads what there is, so that the first change is seen as one. */
  static async open(session: NettoolSession, patterns: readonly string[]): Promise<Watcher> {
    const watcher = new Watcher(session);
    const route = await session.machine.netlink(NETLINK_ROUTE);
    if (session.parts.listensToLinks) await route.join(RTNLGRP_LINK);
    await route.join(RTNLGRP_NEIGH);
    await route.join(RTNLGRP_MDB);
    await route.join(RTNLGRP_BRVLAN);
    watcher.#sockets.push(['route', route]);
    await watcher.#join('ethtool', ETHTOOL_GENL_NAME, ETHTOOL_MCGRP_MONITOR_NAME);
    if (session.parts.listensToDevlink)
      await watcher.#join('devlink', DEVLINK_GENL_NAME, DEVLINK_GENL_MCGRP_CONFIG_NAME);
    await watcher.#readAll(patterns);
    return watcher;
  }

  /** A kernel without the family announces nothing of it. */
  async #join(source: Source, familyName: string, groupName: string): Promise<void> {
    const family = await this.#session.pool.family(familyName);
    const group = family.ok ? family.value.groups.get(groupName) : undefined;
    if (group === undefined) return;
    const socket = await this.#session.machine.netlink(NETLINK_GENERIC);
    await socket.join(group);
    this.#sockets.push([source, socket]);
  }

  /** The changes since the last call; waits for some, up to the time given. */
  async next(withinMs: number): Promise<readonly ObservedChange[]> {
    const end = performance.now() + withinMs;
    for (;;) {
      const seen = new Map<string, Announced>();
      for (const [source, socket] of this.#sockets) {
        for (
          let datagram = await socket.receive({ withinMs: 1 });
          datagram !== null;
          datagram = await socket.receive({ withinMs: 0 })
        ) {
          for (const message of parseDatagram(datagram)) {
            for (const announced of announcedBy(source, message, this.#session.parts)) {
              const { subject, about, told } = announced;
              seen.set(JSON.stringify([subject, about, told]), announced);
            }
          }
        }
      }
      const changes = (await Promise.all([...seen.values()].map((one) => this.#observe(one)))).flat();
      if (changes.length > 0 || performance.now() >= end) return changes;
      await new Promise((resolve) => setTimeout(resolve, Math.min(PAUSE_MS, LISTEN_MS)));
    }
  }

  async close(): Promise<void> {
    for (const [, socket] of this.#sockets) await socket.close();
  }

  async #readAll(patterns: readonly string[]): Promise<void> {
    const devices = await this.#session.matching(patterns);
    if (!devices.ok) return;
    this.#devices = devices.value;
    const subjects = SUBJECTS.filter(({ announced }) => announced !== undefined);
    await Promise.all(
      devices.value.flatMap((device) =>
        subjects.map(async (subject) => {
          const reading = await readSubject(this.#session, device, subject);
          if (reading.ok) this.#last.set(`${subject.name} ${laneOf(device)}`, reading.value);
        }),
      ),
    );
  }

  /** The device that an announcement is about; what is of a whole instance is told once. */
  #deviceOf(about: Announced['about']): NetDeviceInfo | undefined {
    if (typeof about === 'number') return this.#devices.find(({ ifIndex }) => ifIndex === about);
    const own = this.#devices.filter((device) => instanceBehind(device) === about.instance);
    const port = about.port === undefined ? undefined : own.find((device) => portIndexOf(device) === about.port);
    const whole = own.find((device) => portIndexOf(device) === undefined) ?? own[0];
    return port ?? (about.port === undefined ? whole : own.find((device) => portIndexOf(device) === undefined));
  }

  async #observe({ subject: name, about: what, told }: Announced): Promise<readonly ObservedChange[]> {
    const [device, subject] = [this.#deviceOf(what), subjectCalled(name)];
    if (device === undefined || subject === undefined) return [];
    if (told !== undefined) return [{ host: this.#session.host, device: device.name, subject: name, ...told }];
    const key = `${name} ${laneOf(device)}`;
    const reading = await readSubject(this.#session, device, subject);
    if (!reading.ok) return [];
    const before = this.#last.get(key);
    this.#last.set(key, reading.value);
    const about = { host: this.#session.host, device: device.name, subject: name };
    return subject.shape === 'rows'
      ? rowChanges(before, reading.value).map((change) => ({ ...about, ...change }))
      : keyChanges(before, reading.value).map((change) => ({ ...about, ...change }));
  }
}

type Difference = Pick<ObservedChange, 'key' | 'before' | 'after'>;

function keyChanges(before: Reading | undefined, after: Reading): readonly Difference[] {
  const keys = new Set([...Object.keys(before?.values ?? {}), ...Object.keys(after.values)]);
  return [...keys]
    .filter((key) => !sameValue(before?.values[key], after.values[key]))
    .map((key) => ({ key, before: before?.values[key], after: after.values[key] }));
}

const rowText = (row: Readonly<Record<string, Scalar>>): string =>
  Object.entries(row)
    .map(([key, value]) => `${key}=${printValue(value)}`)
    .join(' ');

function rowChanges(before: Reading | undefined, after: Reading): readonly Difference[] {
  const [old, now] = [(before?.rows ?? []).map(rowText), (after.rows ?? []).map(rowText)];
  return [
    ...now.filter((row) => !old.includes(row)).map((row) => ({ key: 'row', before: undefined, after: row })),
    ...old.filter((row) => !now.includes(row)).map((row) => ({ key: 'row', before: row, after: undefined })),
  ];
}
