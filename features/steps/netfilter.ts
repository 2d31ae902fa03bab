/** Tables, chains, rules and sets of nf_tables on the target: made by netlink, in transactions of one request each. */
import {
  NETLINK_NETFILTER,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_REQUEST,
} from '../../reference-impl/netlink/constants.js';
import {
  encodeDatagram,
  encodeMessage,
  parseAttributes,
  viewOf,
  type Message,
} from '../../reference-impl/netlink/wire.js';
import { errnoName } from '../../reference-impl/netlink/errnoNames.js';
import { parseMac } from '../../reference-impl/packet/addresses.js';
import { concat } from '../../reference-impl/packet/bytes.js';
import { be32, be64, listElement, nest, nfgenmsg, text, value, verdict } from '../properties/nftAttributes.js';
import { dataIn, expressionsOf, type NftNames } from '../properties/nftRules.js';
import type { NetDeviceName } from '../../harness/contract/index.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { CUSTOMER_TAG } from '../properties/numberedFrames.js';
import { addressOf, stationFamily } from '../properties/stations.js';
import { expectThat } from './expectations.js';
import { ask, errorsIn, repliesIn, sendRaw } from './netlinkTalk.js';
import { IFF_UP, accepted, setFlag } from './settings.js';
import { portCalled, switched } from './switchPorts.js';
import type { NicWorld } from './world.js';

const FAMILIES: Readonly<Record<string, number>> = { inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 };

/** By family: NF_INET_*, NF_ARP_*, NF_NETDEV_*. */
const HOOKS: Readonly<Record<string, number>> = {
  prerouting: 0,
  input: 1,
  forward: 2,
  output: 3,
  postrouting: 4,
  'inet ingress': 5,
  'netdev ingress': 0,
  'netdev egress': 1,
  'arp input': 0,
  'arp output': 1,
};

const NFNL_SUBSYS_NFTABLES = 10;
const NFNL_MSG_BATCH_BEGIN = 16;
const NFNL_MSG_BATCH_END = 17;
const NFT_MSG_NEWTABLE = 0;
const NFT_MSG_DELTABLE = 2;
const NFT_MSG_NEWCHAIN = 3;
const NFT_MSG_NEWRULE = 6;
const NFT_MSG_DELRULE = 8;
const NFT_MSG_NEWSET = 9;
const NFT_MSG_NEWSETELEM = 12;
const NFT_MSG_NEWOBJ = 18;
const TABLE = 'frames';
const NLM_F_APPEND = 0x800;

interface Netfilter {
  /** Families that have a table. */
  readonly tables: Set<string>;
  /** The family of each chain, and of each set. */
  readonly families: Map<string, string>;
  readonly devices: Map<string, { readonly ifIndex: number; readonly name: string }>;
  nextSequence: number;
  nextId: number;
}

const netfilter = (world: NicWorld): Netfilter =>
  world.note('netfilter', () => ({
    tables: new Set(),
    families: new Map(),
    devices: new Map(),
    nextSequence: 0x2000_0000,
    nextId: 1,
  }));

/** What was made over the ports: bridges and VLAN devices. */
const madeDevice = (world: NicWorld, name: string): { readonly ifIndex: number; readonly name: string } | undefined =>
  switched(world).bridges.get(name) ?? netfilter(world).devices.get(name);

export async function addVlanOver(world: NicWorld, name: string, port: string, vid: number): Promise<void> {
  const route = await world.route();
  const device = { name: name as NetDeviceName, on: portCalled(world, port).ifIndex, vid, tpid: CUSTOMER_TAG };
  accepted(await route.addVlan(device), 'making a VLAN device');
  const link = accepted(await route.link(device.name), 'looking for the VLAN device');
  const ifIndex = numberIn(link.header, 'ifi_index') ?? 0;
  await setFlag(world, IFF_UP, true, ifIndex);
  netfilter(world).devices.set(name, { name, ifIndex });
}

/** Ports as the target names and numbers them, and what is made over them. */
export const namesOf = (world: NicWorld): NftNames => ({
  index: (name) => madeDevice(world, name)?.ifIndex ?? portCalled(world, name).ifIndex,
  name: (name) => madeDevice(world, name)?.name ?? portCalled(world, name).netDevice,
  station: (name) => parseMac(addressOf(name, stationFamily(world.scenario))),
});

interface NftRequest {
  readonly type: number;
  readonly family: string;
  readonly flags?: number;
  readonly attributes: readonly Uint8Array[];
}

/** One transaction, which has to be taken. */
async function commit(world: NicWorld, requests: readonly NftRequest[], what: string): Promise<readonly Message[]> {
  const state = netfilter(world);
  const message = (type: number, flags: number, body: Uint8Array): Uint8Array =>
    encodeMessage({ type, flags: flags | NLM_F_REQUEST, sequence: state.nextSequence++, portId: 0 }, body);
  const messages = await sendRaw(
    world,
    NETLINK_NETFILTER,
    encodeDatagram([
      message(NFNL_MSG_BATCH_BEGIN, 0, nfgenmsg(0, NFNL_SUBSYS_NFTABLES)),
      ...requests.map(({ type, family, flags = NLM_F_CREATE, attributes }) => {
        const body = concat(nfgenmsg(FAMILIES[family] ?? 0), ...attributes);
        return message((NFNL_SUBSYS_NFTABLES << 8) | type, flags | NLM_F_ACK, body);
      }),
      message(NFNL_MSG_BATCH_END, 0, nfgenmsg(0, NFNL_SUBSYS_NFTABLES)),
    ]),
  );
  const refused = errorsIn(messages).find(({ errno }) => errno !== 0);
  const why = refused === undefined ? '' : `${errnoName(refused.errno)} ${refused.message ?? ''}`;
  expectThat(refused === undefined, `${what} was refused: ${why}`);
  expectThat(errorsIn(messages).length >= requests.length, `${what} was not answered`);
  return messages;
}

async function ensureTable(world: NicWorld, family: string, flags = 0): Promise<void> {
  const { tables } = netfilter(world);
  if (tables.has(family)) return;
  tables.add(family);
  const attributes = [text(1, TABLE), ...(flags === 0 ? [] : [be32(2, flags)])];
  await commit(world, [{ type: NFT_MSG_NEWTABLE, family, attributes }], `a table of ${family}`);
}

/** A machine that is not made anew for each scenario keeps its rules: what this one made goes, chains and sets with it. */
export async function removeTables(world: NicWorld): Promise<void> {
  const tables = [...netfilter(world).tables];
  netfilter(world).tables.clear();
  const attributes = [text(1, TABLE)];
  const requests = tables.map((family) => ({ type: NFT_MSG_DELTABLE, family, flags: 0, attributes }));
  if (requests.length > 0) await commit(world, requests, 'removing the tables');
}

/** NFT_TABLE_F_DORMANT. */
export async function setDormant(world: NicWorld, family: string, on: boolean): Promise<void> {
  const attributes = [text(1, TABLE), be32(2, on ? 1 : 0)];
  await commit(world, [{ type: NFT_MSG_NEWTABLE, family, attributes }], `changing the table of ${family}`);
}

export interface ChainWords {
  readonly family: string;
  readonly name: string;
  /** Of a base chain. */
  readonly hook?: string;
  readonly port?: string | undefined;
  readonly priority?: number;
  readonly drops?: boolean;
  readonly counts?: boolean;
}

export async function addChain(world: NicWorld, chain: ChainWords): Promise<void> {
  const { family, name, hook, port, priority = 0 } = chain;
  await ensureTable(world, family);
  netfilter(world).families.set(name, family);
  const base =
    hook === undefined
      ? []
      : [
          nest(
            4,
            be32(1, HOOKS[`${family} ${hook}`] ?? HOOKS[hook] ?? 0),
            be32(2, priority),
            ...(port === undefined ? [] : [text(3, namesOf(world).name(port))]),
          ),
          text(7, 'filter'),
          be32(5, chain.drops === true ? 0 : 1),
          ...(chain.counts === true ? [nest(8, be64(1, 0n), be64(2, 0n))] : []),
        ];
  const attributes = [text(1, TABLE), text(3, name), ...base];
  await commit(world, [{ type: NFT_MSG_NEWCHAIN, family, attributes }], `the chain ${name}`);
}

export const familyOf = (world: NicWorld, name: string): string => netfilter(world).families.get(name) ?? 'netdev';

export async function addRule(world: NicWorld, chain: string, rule: string): Promise<void> {
  const family = familyOf(world, chain);
  const attributes = [text(1, TABLE), text(2, chain), nest(4, ...expressionsOf(rule, namesOf(world)))];
  const flags = NLM_F_CREATE | NLM_F_APPEND;
  await commit(world, [{ type: NFT_MSG_NEWRULE, family, flags, attributes }], `the rule "${rule}"`);
}

/** All rules of a chain, and one that sends what is left to p2, in one transaction. */
export async function replaceRules(world: NicWorld, chain: string, rules: readonly string[]): Promise<void> {
  const family = familyOf(world, chain);
  const flags = NLM_F_CREATE | NLM_F_APPEND;
  const place = [text(1, TABLE), text(2, chain)];
  await commit(
    world,
    [
      { type: NFT_MSG_DELRULE, family, flags: 0, attributes: place },
      ...[...rules, 'fwd p2'].map((rule) => ({
        type: NFT_MSG_NEWRULE,
        family,
        flags,
        attributes: [...place, nest(4, ...expressionsOf(rule, namesOf(world)))],
      })),
    ],
    `the rules "${rules.join('; ')}"`,
  );
}

/** linux/netfilter/nf_tables.h, enum nft_set_flags. */
const NFT_SET_INTERVAL = 0x4;
const NFT_SET_MAP = 0x8;
const NFT_SET_TIMEOUT = 0x10;
const NFT_SET_EVAL = 0x20;
const NFT_SET_CONCAT = 0x80;
const NFT_DATA_VERDICT = 0xffff_ff00;

export interface SetWords {
  readonly family: string;
  readonly name: string;
  readonly keyLength: number;
  /** `verdicts`, or so many bytes. */
  readonly data?: string | undefined;
  readonly isInterval?: boolean;
  readonly hasTimeout?: boolean;
  readonly isDynamic?: boolean;
  readonly size?: number | undefined;
  /** Of a concatenation with ranges. */
  readonly fields?: readonly number[];
}

export async function addSet(world: NicWorld, set: SetWords): Promise<void> {
  const { family, name, keyLength, data, size, fields = [] } = set;
  await ensureTable(world, family);
  const state = netfilter(world);
  state.families.set(`@${name}`, family);
  const flags =
    (set.isInterval === true ? NFT_SET_INTERVAL : 0) |
    (data === undefined ? 0 : NFT_SET_MAP) |
    (set.hasTimeout === true ? NFT_SET_TIMEOUT : 0) |
    (set.isDynamic === true ? NFT_SET_EVAL : 0) |
    (fields.length > 0 ? NFT_SET_CONCAT : 0);
  const description = [
    ...(size === undefined ? [] : [be32(1, size)]),
    ...(fields.length === 0 ? [] : [nest(2, ...fields.map((length) => listElement(be32(1, length))))]),
  ];
  const attributes = [
    text(1, TABLE),
    text(2, name),
    be32(3, flags),
    be32(4, 0),
    be32(5, keyLength),
    ...(data === undefined ? [] : dataType(data)),
    ...(description.length === 0 ? [] : [nest(9, ...description)]),
    be32(10, state.nextId++),
  ];
  await commit(world, [{ type: NFT_MSG_NEWSET, family, attributes }], `the set ${name}`);
}

const dataType = (data: string): readonly Uint8Array[] =>
  data === 'verdicts' ? [be32(6, NFT_DATA_VERDICT), be32(7, 0)] : [be32(6, 0), be32(7, Number(data))];

/** An element in words: `0a`, `0a-0f`, `everything else`, with `: drop` or `: 0b` behind it, and `for 100 ms`. */
export async function addElement(world: NicWorld, set: string, words: string): Promise<void> {
  const family = netfilter(world).families.get(`@${set}`) ?? 'netdev';
  const [, key = '', data, ms, counts] = /^(.+?)(?:: (.+?))?(?: for (\d+) ms)?(, counted)?$/.exec(words) ?? [];
  const names = namesOf(world);
  const rest = [
    ...(data === undefined ? [] : [dataAttribute(data, names)]),
    ...(ms === undefined ? [] : [be64(4, BigInt(ms))]),
    ...(counts === undefined ? [] : [nest(7, text(1, 'counter'))]),
  ];
  const elements = elementKeys(key, names).map((keys, index) => listElement(...keys, ...(index === 0 ? rest : [])));
  const attributes = [text(1, TABLE), text(2, set), nest(3, ...elements)];
  await commit(world, [{ type: NFT_MSG_NEWSETELEM, family, attributes }], `the element ${words}`);
}

const dataAttribute = (data: string, names: NftNames): Uint8Array =>
  /^(?:drop|accept|continue|return|jump|goto)/.test(data) ? verdict(2, data) : value(2, dataIn(data, names));

/** NFT_SET_ELEM_INTERVAL_END, NFT_SET_ELEM_CATCHALL. */
const INTERVAL_END = 1;
const CATCHALL = 2;

/** Of an interval two elements: where it begins, and the first behind it. */
function elementKeys(key: string, names: NftNames): readonly (readonly Uint8Array[])[] {
  if (key === 'everything else') return [[be32(3, CATCHALL)]];
  const [from = '', to] = key.split('-');
  if (to === undefined) return [[value(1, dataIn(from, names))]];
  if (to.startsWith('>')) return [[value(1, dataIn(from, names)), value(10, dataIn(to.slice(1), names))]];
  return [[value(1, dataIn(from, names))], [value(1, dataIn(to, names)), be32(3, INTERVAL_END)]];
}

/** NFT_OBJECT_COUNTER, NFT_OBJECT_QUOTA. */
export async function addObject(
  world: NicWorld,
  family: string,
  kind: string,
  name: string,
  amount: number,
): Promise<void> {
  await ensureTable(world, family);
  const data = kind === 'quota' ? [be64(1, BigInt(amount))] : [];
  const attributes = [text(1, TABLE), text(2, name), be32(3, kind === 'quota' ? 2 : 1), nest(4, ...data)];
  await commit(world, [{ type: NFT_MSG_NEWOBJ, family, attributes }], `the ${kind} ${name}`);
}

export interface Counted {
  readonly packets: number;
  readonly bytes: number;
}

/** NFTA_COUNTER_BYTES, NFTA_COUNTER_PACKETS. */
function countersIn(attributes: Uint8Array): Counted {
  const [bytes, packets] = [1, 2].map((type) => {
    const data = attributeOf(attributes, type);
    return data === undefined ? 0 : Number(viewOf(data).getBigUint64(0));
  });
  return { packets: packets ?? 0, bytes: bytes ?? 0 };
}

const attributeOf = (bytes: Uint8Array, type: number): Uint8Array | undefined =>
  parseAttributes(bytes).attributes.find((attribute) => attribute.type === type)?.data;

const textOf = (data: Uint8Array | undefined): string => new TextDecoder().decode(data).replace(/\0.*$/, '');

const NFT_MSG_GETCHAIN = 4;
const NFT_MSG_GETRULE = 7;
const NFGENMSG = 4;

async function dumped(world: NicWorld, type: number, family: string): Promise<readonly Uint8Array[]> {
  const messages = await ask(world, {
    type: (NFNL_SUBSYS_NFTABLES << 8) | type,
    flags: NLM_F_DUMP,
    body: nfgenmsg(FAMILIES[family] ?? 0),
    protocol: NETLINK_NETFILTER,
  });
  return repliesIn(messages).map(({ body }) => body.subarray(NFGENMSG));
}

/** NFTA_CHAIN_COUNTERS. */
export async function chainCounters(world: NicWorld, name: string): Promise<Counted> {
  const chains = await dumped(world, NFT_MSG_GETCHAIN, familyOf(world, name));
  const chain = chains.find((body) => textOf(attributeOf(body, 3)) === name);
  return countersIn((chain === undefined ? undefined : attributeOf(chain, 8)) ?? new Uint8Array(0));
}

/** What the counters of a chain's rules read, in their order. */
export async function ruleCounters(world: NicWorld, chain: string): Promise<readonly Counted[]> {
  const rules = await dumped(world, NFT_MSG_GETRULE, familyOf(world, chain));
  return rules
    .filter((body) => textOf(attributeOf(body, 2)) === chain)
    .flatMap((body) => parseAttributes(attributeOf(body, 4) ?? new Uint8Array(0)).attributes)
    .filter(({ data }) => textOf(attributeOf(data, 1)) === 'counter')
    .map(({ data }) => countersIn(attributeOf(data, 2) ?? new Uint8Array(0)));
}
