/**
 * The sockets of one machine. Reads and writes have sockets of their own, so that a read never stands behind a write; writes to one
 * device go one after the other, writes to several devices side by side.
 */
import { decodeBody, encodeBody, type NetlinkResult } from '../netlink/client.js';
import { CTRL_CMD_GETFAMILY, GENL_ID_CTRL, NETLINK_GENERIC } from '../netlink/constants.js';
import { CTRL } from '../netlink/families/genericControl.js';
import { encodeAttributes, isValues, listIn, numberIn, textIn } from '../netlink/schema.js';
import { GENLMSGHDR } from '../netlink/server.js';
import type { Message } from '../netlink/wire.js';
import { NetlinkConnection, type NetlinkRequest } from './connection.js';
import type { Machine } from './machine.js';
import type { NettoolParts } from './parts.js';

/** What the controller says of a generic family. */
export interface GenericFamilyInfo {
  readonly id: number;
  readonly groups: ReadonlyMap<string, number>;
  /** Commands that this kernel has; empty where it does not list them. */
  readonly commands: ReadonlySet<number>;
}

export interface PoolOptions {
  readonly parts: NettoolParts;
  /** For one operation. */
  readonly timeoutMs: number;
}

type Purpose = 'read' | 'write';

/** Sockets of a protocol for each purpose. Two of each: one more dump, one more device, and no more than a kernel would serve anyway. */
const SOCKETS = 2;
const SEQUENCES_APART = 1 << 20;

export class SocketPool {
  readonly #machine: Machine;
  readonly #options: PoolOptions;
  readonly #connections = new Map<string, Promise<NetlinkConnection>[]>();
  readonly #families = new Map<string, Promise<NetlinkResult<GenericFamilyInfo>>>();
  readonly #lanes = new Map<string, Promise<unknown>>();
  #opened = 0;

  constructor(machine: Machine, options: PoolOptions) {
    this.#machine = machine;
    this.#options = options;
  }

  async read(protocol: number, request: NetlinkRequest): Promise<NetlinkResult<readonly Message[]>> {
    const { separatesReads } = this.#options.parts;
    if (!separatesReads) return this.#inLane('all', () => this.#send('write', protocol, request));
    return this.#send('read', protocol, request);
  }

  /** `timeoutMs`: of what may take longer than other operations. */
  async write(
    protocol: number,
    request: NetlinkRequest,
    timeoutMs?: number,
  ): Promise<NetlinkResult<readonly Message[]>> {
    const { separatesReads } = this.#options.parts;
    const send = (): ReturnType<SocketPool['write']> => this.#send('write', protocol, request, timeoutMs);
    return separatesReads ? send() : this.#inLane('all', send);
  }

  /** Runs a change of a device after those that were asked for before: `lane` says of which device. */
  async exclusively<Value>(lane: string, action: () => Promise<Value>): Promise<Value> {
    return this.#options.parts.ordersWrites ? this.#inLane(lane, action) : action();
  }

  /** A generic family; the refusal of the controller (ENOENT) where the kernel does not have it. */
  family(name: string): Promise<NetlinkResult<GenericFamilyInfo>> {
    let family = this.#families.get(name);
    if (family === undefined) {
      family = this.#lookUp(name);
      this.#families.set(name, family);
    }
    return family;
  }

  async close(): Promise<void> {
    for (const connections of this.#connections.values())
      for (const connection of connections) await (await connection).close();
    this.#connections.clear();
  }

  async #lookUp(name: string): Promise<NetlinkResult<GenericFamilyInfo>> {
    const attributes = encodeAttributes(CTRL, { CTRL_ATTR_FAMILY_NAME: name });
    const body = encodeBody(GENLMSGHDR, { cmd: CTRL_CMD_GETFAMILY, version: 2 }, attributes);
    const result = await this.read(NETLINK_GENERIC, { type: GENL_ID_CTRL, body });
    if (!result.ok) return result;
    const [reply] = result.value;
    const values = reply === undefined ? {} : decodeBody(GENLMSGHDR, CTRL, reply).values;
    const groups = listIn(values, 'CTRL_ATTR_MCAST_GROUPS').filter(isValues);
    const value = {
      id: numberIn(values, 'CTRL_ATTR_FAMILY_ID') ?? 0,
      groups: new Map(
        groups.map((group) => [
          textIn(group, 'CTRL_ATTR_MCAST_GRP_NAME') ?? '',
          numberIn(group, 'CTRL_ATTR_MCAST_GRP_ID') ?? 0,
        ]),
      ),
      commands: new Set(
        listIn(values, 'CTRL_ATTR_OPS')
          .filter(isValues)
          .map((operation) => numberIn(operation, 'CTRL_ATTR_OP_ID') ?? 0),
      ),
    };
    return { ok: true, value };
  }

  #inLane<Value>(lane: string, action: () => Promise<Value>): Promise<Value> {
    const turn = (this.#lanes.get(lane) ?? Promise.resolve()).then(action);
    const ended = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#lanes.set(lane, ended);
    void ended.then(() => {
      if (this.#lanes.get(lane) === ended) this.#lanes.delete(lane);
    });
    return turn;
  }

  async #send(
    purpose: Purpose,
    protocol: number,
    request: NetlinkRequest,
    timeoutMs = this.#options.timeoutMs,
  ): Promise<NetlinkResult<readonly Message[]>> {
    const connection = await this.#connection(purpose, protocol);
    return connection.request(request, Math.max(timeoutMs, this.#options.timeoutMs));
  }

  /** The one with the least to do; a new one as long as there are few. */
  async #connection(purpose: Purpose, protocol: number): Promise<NetlinkConnection> {
    const key = `${purpose} ${protocol}`;
    const all = this.#connections.get(key) ?? [];
    this.#connections.set(key, all);
    for (;;) {
      const opened = await Promise.all(all);
      // Somebody else opened one meanwhile.
      if (opened.length !== all.length) continue;
      const usable = opened.filter(({ isRetired }) => !isRetired);
      const [first, ...others] = usable;
      const idlest = others.reduce(
        (least, one) => (least !== undefined && one.load >= least.load ? least : one),
        first,
      );
      if (idlest !== undefined && (idlest.load === 0 || usable.length >= SOCKETS)) return idlest.reserve();
      const connection = this.#open(protocol);
      all.push(connection);
      return (await connection).reserve();
    }
  }

  async #open(protocol: number): Promise<NetlinkConnection> {
    const first = 1 + SEQUENCES_APART * this.#opened++;
    return new NetlinkConnection(await this.#machine.netlink(protocol), this.#options.parts, first);
  }
}
