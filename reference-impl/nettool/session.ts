/** One machine that nettool speaks to: its sockets, and what was asked once and stays. */
import { decodeBody, encodeBody, type NetlinkResult } from '../netlink/client.js';
import {
  CTRL_CMD_GETPOLICY,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NETLINK_ROUTE,
  NLM_F_DUMP,
  RTM_GETLINK,
} from '../netlink/constants.js';
import { CTRL } from '../netlink/families/genericControl.js';
import { IFINFOMSG, LINK } from '../netlink/families/rtnetlink.js';
import { encodeAttributes, nestIn, numberIn, textIn, type Values } from '../netlink/schema.js';
import { GENLMSGHDR } from '../netlink/server.js';
import { behindHandles, isHandle } from './devlinkHandles.js';
import type { Machine } from './machine.js';
import { CONFORMING_NETTOOL, isGlob, type NettoolParts } from './parts.js';
import { decodePolicies, type KernelPolicy } from './kernelPolicy.js';
import { kernelRefusal, refused, type Outcome } from './refusal.js';
import { SocketPool } from './socketPool.js';

/** A net device as RTM_GETLINK tells of it. */
export interface NetDeviceInfo {
  readonly name: string;
  readonly ifIndex: number;
  /** Kind of a virtual device; empty for others. */
  readonly kind: string;
  readonly flags: number;
  readonly link: Values;
  /** It is no net device, but a handle of devlink that has none. */
  readonly isHandle?: true;
}

export interface SessionOptions {
  /** What the machine is called in answers. */
  readonly host?: string;
  readonly parts?: NettoolParts;
  /** For one operation; default: 5 seconds. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 5000;

/** @requirement NT-ASY-* */
export class NettoolSession {
  readonly host: string;
  readonly machine: Machine;
  readonly parts: NettoolParts;
  readonly pool: SocketPool;
  /** Names of features by number: they stay the same for as long as the kernel runs. */
  featureNames: Promise<readonly string[]> | undefined;
  readonly #policies = new Map<string, Promise<KernelPolicy | undefined>>();

  constructor(machine: Machine, options: SessionOptions = {}) {
    const { host = '', parts = CONFORMING_NETTOOL, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    this.host = host;
    this.machine = machine;
    this.parts = parts;
    this.pool = new SocketPool(machine, { parts, timeoutMs });
  }

  /** Every net device. */
  async devices(): Promise<Outcome<readonly NetDeviceInfo[]>> {
    const body = encodeBody(IFINFOMSG, {}, new Uint8Array(0));
    const result = await this.pool.read(NETLINK_ROUTE, { type: RTM_GETLINK, flags: NLM_F_DUMP, body });
    if (!result.ok) return refused(kernelRefusal(this.parts.explains(result.error), {}));
    return { ok: true, value: result.value.map((message) => deviceInfo(decodeBody(IFINFOMSG, LINK, message))) };
  }

  /** One net device by its name. */
  async device(name: string): Promise<Outcome<NetDeviceInfo>> {
    const body = encodeBody(IFINFOMSG, {}, encodeAttributes(LINK, { IFLA_IFNAME: name }));
    const result = await this.pool.read(NETLINK_ROUTE, { type: RTM_GETLINK, body });
    if (!result.ok) return refused(kernelRefusal(this.parts.explains(result.error), { device: name }));
    const [reply] = result.value;
    if (reply === undefined)
      return refused({ stage: 'kernel', device: name, message: 'the kernel says nothing of it' });
    return { ok: true, value: deviceInfo(decodeBody(IFINFOMSG, LINK, reply)) };
  }

  /** Those that any of the patterns names: a name, a glob, `kind:bridge`. None: all of them. */
  async matching(patterns: readonly string[]): Promise<Outcome<readonly NetDeviceInfo[]>> {
    const [handles, names] = [patterns.filter(isHandle), patterns.filter((pattern) => !isHandle(pattern))];
    if (handles.length > 0) {
      const behind = await behindHandles(this, handles);
      const named = names.length === 0 ? { ok: true as const, value: [] } : await this.matching(names);
      if (!behind.ok || !named.ok) return behind.ok ? named : behind;
      return { ok: true, value: [...behind.value, ...named.value] };
    }
    const [only] = patterns;
    const isOne = patterns.length === 1 && only !== undefined && !isGlob(only) && !only.includes(':');
    if (isOne) {
      const found = await this.device(only);
      return found.ok ? { ok: true, value: [found.value] } : found;
    }
    const all = await this.devices();
    if (!all.ok || patterns.length === 0) return all;
    return { ok: true, value: all.value.filter((device) => patterns.some((one) => this.#isMeant(one, device))) };
  }

  #isMeant(pattern: string, { name, kind }: NetDeviceInfo): boolean {
    if (pattern.startsWith('kind:')) return this.parts.matches(pattern.slice('kind:'.length), kind);
    return this.parts.matches(pattern, name);
  }

  /** CTRL_CMD_GETPOLICY: what the kernel itself says it accepts; undefined where it does not tell. */
  policy(family: string, command: number): Promise<KernelPolicy | undefined> {
    const key = `${family} ${command}`;
    let policy = this.#policies.get(key);
    if (policy === undefined) {
      policy = this.#askPolicy(family, command);
      this.#policies.set(key, policy);
    }
    return policy;
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  async #askPolicy(family: string, command: number): Promise<KernelPolicy | undefined> {
    const attributes = encodeAttributes(CTRL, { CTRL_ATTR_FAMILY_NAME: family, CTRL_ATTR_OP: command });
    const body = encodeBody(GENLMSGHDR, { cmd: CTRL_CMD_GETPOLICY, version: 2 }, attributes);
    const request = { type: GENL_ID_CTRL, flags: NLM_F_DUMP, body };
    const result = await this.pool.read(NETLINK_GENERIC, request);
    return result.ok ? decodePolicies(result.value, command) : undefined;
  }
}

function deviceInfo({ header, values }: { readonly header: Values; readonly values: Values }): NetDeviceInfo {
  return {
    name: textIn(values, 'IFLA_IFNAME') ?? '',
    ifIndex: numberIn(header, 'ifi_index') ?? 0,
    kind: textIn(nestIn(values, 'IFLA_LINKINFO'), 'IFLA_INFO_KIND') ?? '',
    flags: numberIn(header, 'ifi_flags') ?? 0,
    link: values,
  };
}

export type { NetlinkResult };
