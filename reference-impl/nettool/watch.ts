/** Live changes: announcements of the kernel say what changed, and what changed is read again. */
import {
  NETLINK_GENERIC,
  NETLINK_ROUTE,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTNLGRP_LINK,
  RTNLGRP_NEIGH,
} from '../netlink/constants.js';
import { decodeBody } from '../netlink/client.js';
import { ETHTOOL_GENL_NAME, ETHTOOL_MCGRP_MONITOR_NAME, ETHTOOL_NOTIFICATIONS } from '../netlink/families/ethtool.js';
import { IFINFOMSG } from '../netlink/families/rtnetlink.js';
import { isValues, nestIn, numberIn, decodeStruct, type AttributeSet } from '../netlink/schema.js';
import { GENLMSGHDR } from '../netlink/server.js';
import { parseDatagram, type Message } from '../netlink/wire.js';
import { CHANNELS } from './channels/index.js';
import type { NetlinkSocket } from './machine.js';
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
  readonly ifIndex: number;
}

const notifications: readonly (readonly [string, { readonly command: number; readonly set: AttributeSet }])[] =
  Object.entries(ETHTOOL_NOTIFICATIONS);

/** What an announcement is about; undefined for one that no subject has. */
function announcedBy(protocol: number, message: Message): Announced | undefined {
  if (protocol === NETLINK_ROUTE) {
    const ifIndex = numberIn(decodeStruct(IFINFOMSG, message.body), 'ifi_index') ?? 0;
    const isLink = message.type === RTM_NEWLINK || message.type === RTM_DELLINK;
    const isBridge = message.body[0] === AF_BRIDGE_BYTE;
    if (isLink) return { subject: isBridge ? 'bridge-port' : 'link', ifIndex };
    // ndm_ifindex lies where ifi_index does.
    const isEntry = (message.type === RTM_NEWNEIGH || message.type === RTM_DELNEIGH) && isBridge;
    return isEntry
      ? { subject: 'fdb', ifIndex: new DataView(message.body.buffer, message.body.byteOffset).getInt32(4, true) }
      : undefined;
  }
  const found = notifications.find(([, { command }]) => command === message.body[0]);
  if (found === undefined) return undefined;
  const [name, { set }] = found;
  const subject = SUBJECTS.find(({ announced }) => announced === name);
  const { values } = decodeBody(GENLMSGHDR, set, message);
  const header = Object.keys(values).find((key) => key.endsWith('_HEADER') && isValues(values[key]));
  const ifIndex = header === undefined ? undefined : numberIn(nestIn(values, header), 'ETHTOOL_A_HEADER_DEV_INDEX');
  return subject === undefined || ifIndex === undefined ? undefined : { subject: subject.name, ifIndex };
}

const AF_BRIDGE_BYTE = 7;
/** Between two looks at a socket of a model, whose time passes while it is waited for. */
const PAUSE_MS = 20;
const LISTEN_MS = 500;

/** @requirement NT-WAT-* */
export class Watcher {
  readonly #session: NettoolSession;
  readonly #sockets: (readonly [number, NetlinkSocket])[] = [];
  readonly #last = new Map<string, Reading>();
  #devices = new Map<number, NetDeviceInfo>();

  private constructor(session: NettoolSession) {
    this.#session = session;
  }

  /** Begins to listen, and reads what there is, so that the first change is seen as one. */
  static async open(session: NettoolSession, patterns: readonly string[]): Promise<Watcher> {
    const watcher = new Watcher(session);
    const route = await session.machine.netlink(NETLINK_ROUTE);
    if (session.parts.listensToLinks) await route.join(RTNLGRP_LINK);
    await route.join(RTNLGRP_NEIGH);
    watcher.#sockets.push([NETLINK_ROUTE, route]);
    const family = await session.pool.family(ETHTOOL_GENL_NAME);
    const group = family.ok ? family.value.groups.get(ETHTOOL_MCGRP_MONITOR_NAME) : undefined;
    if (group !== undefined) {
      const generic = await session.machine.netlink(NETLINK_GENERIC);
      await generic.join(group);
      watcher.#sockets.push([NETLINK_GENERIC, generic]);
    }
    await watcher.#readAll(patterns);
    return watcher;
  }

  /** The changes since the last call; waits for some, up to the time given. */
  async next(withinMs: number): Promise<readonly ObservedChange[]> {
    const end = performance.now() + withinMs;
    for (;;) {
      const seen = new Map<string, Announced>();
      for (const [protocol, socket] of this.#sockets) {
        for (
          let datagram = await socket.receive({ withinMs: 1 });
          datagram !== null;
          datagram = await socket.receive({ withinMs: 0 })
        ) {
          for (const message of parseDatagram(datagram)) {
            const announced = announcedBy(protocol, message);
            if (announced !== undefined) seen.set(`${announced.subject} ${announced.ifIndex}`, announced);
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
    this.#devices = new Map(devices.value.map((device) => [device.ifIndex, device]));
    const subjects = SUBJECTS.filter(({ announced }) => announced !== undefined);
    await Promise.all(
      devices.value.flatMap((device) =>
        subjects.map(async (subject) => {
          const reading = await CHANNELS[subject.channel].read(this.#session, device, subject);
          if (reading.ok) this.#last.set(`${subject.name} ${device.ifIndex}`, reading.value);
        }),
      ),
    );
  }

  async #observe({ subject: name, ifIndex }: Announced): Promise<readonly ObservedChange[]> {
    const [device, subject] = [this.#devices.get(ifIndex), subjectCalled(name)];
    if (device === undefined || subject === undefined) return [];
    const key = `${name} ${ifIndex}`;
    const reading = await CHANNELS[subject.channel].read(this.#session, device, subject);
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
