/**
 * Messages of nf_tables in the words of the features: a line is a message. What the words have no name for stands in braces, as the
 * attributes with their uAPI names: `add table ip t {"NFTA_TABLE_FLAGS": 1}`.
 */
import {
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_ECHO,
  NLM_F_EXCL,
  NLM_F_NONREC,
  NLM_F_REPLACE,
} from '../../reference-impl/netlink/constants.js';
import {
  NFT_SET_ANONYMOUS,
  NFT_SET_CONCAT,
  NFT_SET_CONSTANT,
  NFT_SET_ELEM_CATCHALL,
  NFT_SET_ELEM_INTERVAL_END,
  NFT_SET_EVAL,
  NFT_SET_INTERVAL,
  NFT_SET_MAP,
  NFT_SET_OBJECT,
  NFT_SET_TIMEOUT,
  type NftMessageName,
} from '../../reference-impl/netlink/families/nftables.js';
import { isValues, type AttributeSet, type Value, type Values } from '../../reference-impl/netlink/schema.js';
import { nftSet, type NftMessage } from '../../reference-impl/netlink/nftablesBatch.js';
import { fromHex } from '../../reference-impl/packet/bytes.js';
import { expectThat } from './expectations.js';
import { expressionsIn, verdictOf } from './nftablesExpressions.js';

export const FAMILIES: Readonly<Record<string, number>> = {
  unspec: 0,
  inet: 1,
  ip: 2,
  arp: 3,
  netdev: 5,
  bridge: 7,
  ip6: 10,
  decnet: 12,
};

const VERBS: Readonly<Record<string, { readonly prefix: 'NEW' | 'GET' | 'DEL' | 'DESTROY'; readonly flags: number }>> =
  {
    add: { prefix: 'NEW', flags: NLM_F_CREATE },
    create: { prefix: 'NEW', flags: NLM_F_CREATE | NLM_F_EXCL },
    append: { prefix: 'NEW', flags: NLM_F_CREATE | NLM_F_APPEND },
    echo: { prefix: 'NEW', flags: NLM_F_CREATE | NLM_F_APPEND | NLM_F_ECHO },
    update: { prefix: 'NEW', flags: 0 },
    replace: { prefix: 'NEW', flags: NLM_F_REPLACE },
    delete: { prefix: 'DEL', flags: 0 },
    remove: { prefix: 'DEL', flags: NLM_F_NONREC },
    destroy: { prefix: 'DESTROY', flags: 0 },
    query: { prefix: 'GET', flags: 0 },
  };

const OBJECT_TYPES: Readonly<Record<string, number>> = { counter: 1, quota: 2, helper: 3, limit: 4 };

const SET_FLAGS: Readonly<Record<string, number>> = {
  anonymous: NFT_SET_ANONYMOUS,
  constant: NFT_SET_CONSTANT,
  interval: NFT_SET_INTERVAL,
  map: NFT_SET_MAP,
  timeout: NFT_SET_TIMEOUT,
  dynamic: NFT_SET_EVAL,
  object: NFT_SET_OBJECT,
  concatenated: NFT_SET_CONCAT,
  unknown: 0x200,
};

/** A line of a batch. `place` numbers sets and chains that the batch makes. */
export function messageOf(line: string, place: number): NftMessage {
  const brace = line.indexOf('{');
  const extra = brace < 0 ? {} : givenValues(line.slice(brace));
  const [verb = '', what = '', family = '', ...words] = (brace < 0 ? line : line.slice(0, brace)).trim().split(/\s+/);
  const how = VERBS[verb];
  expectThat(how !== undefined, `no message is called ${verb}`);
  const number = FAMILIES[family];
  expectThat(number !== undefined, `no family is called ${family}`);
  const name = `${how.prefix}${messageNoun(what)}` as NftMessageName;
  const values = { ...valuesOf(what, words, place, how.prefix === 'NEW'), ...typed(nftSet(name), extra) };
  return { name, family: number, flags: how.flags, attributes: values };
}

function messageNoun(what: string): string {
  if (what in OBJECT_TYPES) return 'OBJ';
  return what === 'element' || what === 'elements' ? 'SETELEM' : what.toUpperCase();
}

function givenValues(text: string): Readonly<Record<string, unknown>> {
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

/** JSON as attributes of a set: bytes are hexadecimal digits there. */
export function typed(set: AttributeSet, given: Readonly<Record<string, unknown>>): Values {
  const values: Record<string, Value> = {};
  for (const [name, value] of Object.entries(given)) {
    const type = set.byName.get(name)?.type;
    expectThat(type !== undefined, `${set.name} has no ${name}`);
    const one = (each: unknown): Value => {
      if (type.kind === 'nest') return typed(type.set(), each as Readonly<Record<string, unknown>>);
      if (type.kind === 'binary') return fromHex(String(each));
      if (type.kind === 'be64') return BigInt(each as number);
      return each as Value;
    };
    values[name] = Array.isArray(value) ? (value as readonly unknown[]).map(one) : one(value);
  }
  return values;
}

function valuesOf(what: string, words: readonly string[], place: number, isNew: boolean): Values {
  switch (what) {
    case 'table':
      return words[0] === undefined ? {} : { NFTA_TABLE_NAME: words[0] };
    case 'chain':
      return chainValues(words);
    case 'rule':
      return ruleValues(words, isNew);
    case 'set':
      return setValues(words, place, isNew);
    case 'element':
    case 'elements':
      return elementValues(words);
    default:
      return objectValues(what, words);
  }
}

/** Pairs of a word and its value, behind the names. */
function pairs(words: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) found.set(words[at] ?? '', words[at + 1] ?? '');
  return found;
}

const POLICIES: Readonly<Record<string, number>> = { drop: 0, accept: 1, queue: 3 };

function chainValues([table = '', name = '', ...rest]: readonly string[]): Values {
  const said = pairs(rest);
  const [hook, priority, device] = [said.get('hook'), said.get('priority'), said.get('device')];
  const hooks: Values = {
    ...(hook === undefined ? {} : { NFTA_HOOK_HOOKNUM: Number(hook) }),
    ...(priority === undefined ? {} : { NFTA_HOOK_PRIORITY: Number(priority) }),
    ...(device === undefined ? {} : { NFTA_HOOK_DEVS: { NFTA_DEVICE_NAME: device.split(',') } }),
  };
  const [type, policy, handle] = [said.get('type'), said.get('policy'), said.get('handle')];
  return {
    NFTA_CHAIN_TABLE: table,
    ...(name === '' ? {} : { NFTA_CHAIN_NAME: name }),
    ...(Object.keys(hooks).length === 0 ? {} : { NFTA_CHAIN_HOOK: hooks }),
    ...(type === undefined ? {} : { NFTA_CHAIN_TYPE: type }),
    ...(policy === undefined ? {} : { NFTA_CHAIN_POLICY: POLICIES[policy] ?? Number(policy) }),
    ...(handle === undefined ? {} : { NFTA_CHAIN_HANDLE: BigInt(handle) }),
  };
}

/** `add rule ip t c [handle N | position N] : expression ; expression`. */
function ruleValues(words: readonly string[], isNew: boolean): Values {
  const colon = words.indexOf(':');
  const [table = '', chain = '', ...rest] = colon < 0 ? words : words.slice(0, colon);
  const said = pairs(rest);
  const [handle, position] = [said.get('handle'), said.get('position')];
  return {
    NFTA_RULE_TABLE: table,
    ...(chain === '' ? {} : { NFTA_RULE_CHAIN: chain }),
    ...(handle === undefined ? {} : { NFTA_RULE_HANDLE: BigInt(handle) }),
    ...(position === undefined ? {} : { NFTA_RULE_POSITION: BigInt(position) }),
    ...(isNew && colon >= 0
      ? { NFTA_RULE_EXPRESSIONS: { NFTA_LIST_ELEM: expressionsIn(words.slice(colon + 1)) } }
      : {}),
  };
}

const VERDICT_TYPE = 0xffff_ff00;

function setValues([table = '', name = '', ...rest]: readonly string[], place: number, isNew: boolean): Values {
  const base: Values = { NFTA_SET_TABLE: table, NFTA_SET_NAME: name };
  if (!isNew) return base;
  const said = pairs(rest);
  const flags = (said.get('flags') ?? '')
    .split(',')
    .filter((word) => word !== '')
    .reduce((bits, word) => bits | (SET_FLAGS[word] ?? 0), 0);
  const [data, object, timeout] = [said.get('data'), said.get('object'), said.get('timeout')];
  const [size, fields] = [said.get('size'), said.get('fields')];
  const shape: Values = {
    ...(size === undefined ? {} : { NFTA_SET_DESC_SIZE: Number(size) }),
    ...(fields === undefined
      ? {}
      : {
          NFTA_SET_DESC_CONCAT: {
            NFTA_LIST_ELEM: fields.split(',').map((length) => ({ NFTA_SET_FIELD_LEN: Number(length) })),
          },
        }),
  };
  return {
    ...base,
    NFTA_SET_ID: place,
    NFTA_SET_KEY_LEN: Number(said.get('key') ?? 4),
    NFTA_SET_KEY_TYPE: 7,
    ...(flags === 0 ? {} : { NFTA_SET_FLAGS: flags }),
    ...(data === undefined
      ? {}
      : data === 'verdict'
        ? { NFTA_SET_DATA_TYPE: VERDICT_TYPE }
        : { NFTA_SET_DATA_TYPE: 7, NFTA_SET_DATA_LEN: Number(data) }),
    ...(object === undefined ? {} : { NFTA_SET_OBJ_TYPE: OBJECT_TYPES[object] ?? Number(object) }),
    ...(timeout === undefined ? {} : { NFTA_SET_TIMEOUT: BigInt(timeout) }),
    ...(Object.keys(shape).length === 0 ? {} : { NFTA_SET_DESC: shape }),
  };
}

/** `add element ip t s KEY [to KEY] [data HEX] …, KEY …`; a key that ends in `!` is the end of an interval, `*` catches all. */
function elementValues([table = '', set = '', ...rest]: readonly string[]): Values {
  const elements = rest
    .join(' ')
    .split(',')
    .filter((text) => text.trim() !== '')
    .map(oneElement);
  return {
    NFTA_SET_ELEM_LIST_TABLE: table,
    NFTA_SET_ELEM_LIST_SET: set,
    ...(elements.length === 0 ? {} : { NFTA_SET_ELEM_LIST_ELEMENTS: { NFTA_LIST_ELEM: elements } }),
  };
}

function oneElement(text: string): Values {
  const [key = '', ...rest] = text.trim().split(/\s+/);
  const said = pairs(rest);
  const [to, data, verdict, object] = [said.get('to'), said.get('data'), said.get('verdict'), said.get('object')];
  const [timeout, expiration] = [said.get('timeout'), said.get('expiration')];
  const flags = key === '*' ? NFT_SET_ELEM_CATCHALL : key.endsWith('!') ? NFT_SET_ELEM_INTERVAL_END : 0;
  return {
    ...(key === '*' ? {} : { NFTA_SET_ELEM_KEY: { NFTA_DATA_VALUE: fromHex(key.replace('!', '')) } }),
    ...(to === undefined ? {} : { NFTA_SET_ELEM_KEY_END: { NFTA_DATA_VALUE: fromHex(to) } }),
    ...(data === undefined ? {} : { NFTA_SET_ELEM_DATA: { NFTA_DATA_VALUE: fromHex(data) } }),
    ...(verdict === undefined ? {} : { NFTA_SET_ELEM_DATA: { NFTA_DATA_VERDICT: verdictOf(verdict.split('_')) } }),
    ...(object === undefined ? {} : { NFTA_SET_ELEM_OBJREF: object }),
    ...(flags === 0 ? {} : { NFTA_SET_ELEM_FLAGS: flags }),
    ...(timeout === undefined ? {} : { NFTA_SET_ELEM_TIMEOUT: BigInt(timeout) }),
    ...(expiration === undefined ? {} : { NFTA_SET_ELEM_EXPIRATION: BigInt(expiration) }),
  };
}

/** `add counter ip t name`: the data of an object stand in braces where they are not empty. */
function objectValues(what: string, [table = '', name = '']: readonly string[]): Values {
  const type = OBJECT_TYPES[what];
  expectThat(type !== undefined, `nothing is called ${what}`);
  return { NFTA_OBJ_TABLE: table, NFTA_OBJ_NAME: name, NFTA_OBJ_TYPE: type, NFTA_OBJ_DATA: new Uint8Array(0) };
}

/** Lines of a doc string that say something. */
export const linesIn = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Nests of values, by their names. */
export function inner(values: Values | undefined, ...names: readonly string[]): Values | undefined {
  let level: Value | undefined = values;
  for (const name of names) level = isValues(level) ? level[name] : undefined;
  return isValues(level) ? level : undefined;
}
