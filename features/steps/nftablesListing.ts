/** The ruleset as dumps tell it, in the words of the features: what scenarios compare. */
import { NLM_F_DUMP } from '../../reference-impl/netlink/constants.js';
import { NETLINK_NETFILTER, NLMSG_ERROR } from '../../reference-impl/netlink/constants.js';
import type { NftMessageName } from '../../reference-impl/netlink/families/nftables.js';
import { nftType } from '../../reference-impl/netlink/families/nftables.js';
import { decodeNft, nftRequest, type NftTold } from '../../reference-impl/netlink/nftablesBatch.js';
import {
  bytesIn,
  isValues,
  listIn,
  nestIn,
  numberIn,
  textIn,
  type Value,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { expectThat } from './expectations.js';
import { expressionText, verdictText } from './nftablesExpressions.js';
import { FAMILIES } from './nftablesWords.js';
import { ask } from './netlinkTalk.js';
import type { NicWorld } from './world.js';

/** All messages of a dump of nf_tables. */
export async function dumpNft(
  world: NicWorld,
  name: NftMessageName,
  family: number,
  attributes: Values = {},
): Promise<readonly NftTold[]> {
  const body = nftRequest(name, family, attributes);
  const messages = await ask(world, { protocol: NETLINK_NETFILTER, type: nftType(name), flags: NLM_F_DUMP, body });
  expectThat(!messages.some(({ type }) => type === NLMSG_ERROR), `the dump ${name} was refused`);
  return messages.flatMap((message) => decodeNft(message) ?? []);
}

const familyName = (number: number): string =>
  Object.entries(FAMILIES).find(([, each]) => each === number)?.[0] ?? String(number);

/** Lines, each an object: tables, then chains, rules, sets with their elements, and objects of all of them. */
export async function listing(world: NicWorld): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const name of ['GETTABLE', 'GETCHAIN', 'GETRULE', 'GETSET', 'GETOBJ'] as const)
    for (const told of await dumpNft(world, name, 0)) {
      lines.push(lineOf(told));
      if (name === 'GETSET') lines.push(...(await elementsOf(world, told)));
    }
  return lines;
}

async function elementsOf(world: NicWorld, { family, values }: NftTold): Promise<readonly string[]> {
  const [table, set] = [textIn(values, 'NFTA_SET_TABLE') ?? '', textIn(values, 'NFTA_SET_NAME') ?? ''];
  const told = await dumpNft(world, 'GETSETELEM', family, {
    NFTA_SET_ELEM_LIST_TABLE: table,
    NFTA_SET_ELEM_LIST_SET: set,
  });
  // No order is promised but for intervals, and none is compared.
  return told.map(elementLines).flat().sort();
}

/** Of one message about elements. */
export function elementLines({ family, values }: NftTold): readonly string[] {
  const about = [
    familyName(family),
    textIn(values, 'NFTA_SET_ELEM_LIST_TABLE'),
    textIn(values, 'NFTA_SET_ELEM_LIST_SET'),
  ].join(' ');
  const elements = listIn(nestIn(values, 'NFTA_SET_ELEM_LIST_ELEMENTS'), 'NFTA_LIST_ELEM');
  return elements.map((element) => `element ${about} ${elementText(element)}`);
}

function elementText(element: Value): string {
  if (!isValues(element)) return '?';
  const flags = numberIn(element, 'NFTA_SET_ELEM_FLAGS') ?? 0;
  const value = (name: string): string | undefined => {
    const nest = nestIn(element, name);
    const bytes = bytesIn(nest, 'NFTA_DATA_VALUE');
    const verdict = nestIn(nest, 'NFTA_DATA_VERDICT');
    return bytes === undefined ? (verdict === undefined ? undefined : verdictText(verdict)) : hex(bytes);
  };
  const key = (value('NFTA_SET_ELEM_KEY') ?? '*') + ((flags & 1) === 0 ? '' : '!');
  const parts = [key];
  const say = (word: string, what: string | number | bigint | undefined): void => {
    if (what !== undefined) parts.push(`${word} ${what}`);
  };
  say('to', value('NFTA_SET_ELEM_KEY_END'));
  say('data', value('NFTA_SET_ELEM_DATA'));
  say('object', textIn(element, 'NFTA_SET_ELEM_OBJREF'));
  say('timeout', numberIn(element, 'NFTA_SET_ELEM_TIMEOUT'));
  const expression = nestIn(element, 'NFTA_SET_ELEM_EXPR');
  say('with', expression === undefined ? undefined : expressionText(expression));
  return parts.join(' ');
}

/** What a message of nf_tables is about, in a line. */
export function lineOf(told: NftTold): string {
  const { name, values } = told;
  if (name.endsWith('SETELEM')) return elementLines(told).join(', ');
  if (name.endsWith('TABLE')) return tableLine(told);
  if (name.endsWith('CHAIN')) return chainLine(told);
  if (name.endsWith('RULE')) return ruleLine(told);
  if (name.endsWith('SET')) return setLine(told);
  if (name.endsWith('OBJ')) return objectLine(told);
  return `generation ${numberIn(values, 'NFTA_GEN_ID') ?? 0}`;
}

/** Words, and pairs of a word and a value where there is one. */
function line(words: readonly string[], rest: Readonly<Record<string, string | number | bigint | undefined>>): string {
  const said = Object.entries(rest).flatMap(([word, value]) => (value === undefined ? [] : [`${word} ${value}`]));
  return [...words, ...said].join(' ');
}

/** Zero is not told. */
const unlessZero = (number: number | undefined): number | undefined => (number === 0 ? undefined : number);

function tableLine({ family, values }: NftTold): string {
  return line(['table', familyName(family), textIn(values, 'NFTA_TABLE_NAME') ?? ''], {
    flags: unlessZero(numberIn(values, 'NFTA_TABLE_FLAGS')),
    use: numberIn(values, 'NFTA_TABLE_USE'),
    handle: numberIn(values, 'NFTA_TABLE_HANDLE'),
  });
}

function chainLine({ family, values }: NftTold): string {
  const hook = nestIn(values, 'NFTA_CHAIN_HOOK');
  const priority = numberIn(hook, 'NFTA_HOOK_PRIORITY');
  const devices = listIn(nestIn(hook, 'NFTA_HOOK_DEVS'), 'NFTA_DEVICE_NAME').map(String);
  const policy = numberIn(values, 'NFTA_CHAIN_POLICY');
  return line(
    ['chain', familyName(family), textIn(values, 'NFTA_CHAIN_TABLE') ?? '', textIn(values, 'NFTA_CHAIN_NAME') ?? ''],
    {
      type: textIn(values, 'NFTA_CHAIN_TYPE'),
      hook: numberIn(hook, 'NFTA_HOOK_HOOKNUM'),
      priority: priority === undefined ? undefined : priority | 0,
      device: devices.length === 0 ? undefined : devices.join(','),
      policy: policy === undefined ? undefined : policy === 0 ? 'drop' : 'accept',
      use: numberIn(values, 'NFTA_CHAIN_USE'),
      handle: numberIn(values, 'NFTA_CHAIN_HANDLE'),
    },
  );
}

function ruleLine({ family, values }: NftTold): string {
  const expressions = listIn(nestIn(values, 'NFTA_RULE_EXPRESSIONS'), 'NFTA_LIST_ELEM');
  const about = line(
    ['rule', familyName(family), textIn(values, 'NFTA_RULE_TABLE') ?? '', textIn(values, 'NFTA_RULE_CHAIN') ?? ''],
    { handle: numberIn(values, 'NFTA_RULE_HANDLE'), position: numberIn(values, 'NFTA_RULE_POSITION') },
  );
  return `${about} : ${expressions.map((one) => (isValues(one) ? expressionText(one) : '?')).join(' ; ')}`;
}

function setLine({ family, values }: NftTold): string {
  const flags = numberIn(values, 'NFTA_SET_FLAGS') ?? 0;
  const description = nestIn(values, 'NFTA_SET_DESC');
  return line(
    ['set', familyName(family), textIn(values, 'NFTA_SET_TABLE') ?? '', textIn(values, 'NFTA_SET_NAME') ?? ''],
    {
      key: numberIn(values, 'NFTA_SET_KEY_LEN'),
      flags: flags === 0 ? undefined : `0x${flags.toString(16)}`,
      data: numberIn(values, 'NFTA_SET_DATA_LEN'),
      timeout: numberIn(values, 'NFTA_SET_TIMEOUT'),
      size: numberIn(description, 'NFTA_SET_DESC_SIZE'),
      handle: numberIn(values, 'NFTA_SET_HANDLE'),
    },
  );
}

const OBJECTS: Readonly<Record<number, string>> = { 1: 'counter', 2: 'quota', 4: 'limit' };

function objectLine({ family, values }: NftTold): string {
  const type = numberIn(values, 'NFTA_OBJ_TYPE') ?? 0;
  const kind = OBJECTS[type] ?? String(type);
  const data = bytesIn(values, 'NFTA_OBJ_DATA') ?? new Uint8Array(0);
  const about = line(
    [kind, familyName(family), textIn(values, 'NFTA_OBJ_TABLE') ?? '', textIn(values, 'NFTA_OBJ_NAME') ?? ''],
    { use: numberIn(values, 'NFTA_OBJ_USE'), handle: numberIn(values, 'NFTA_OBJ_HANDLE') },
  );
  return `${about} : ${expressionText({ NFTA_EXPR_NAME: kind, NFTA_EXPR_DATA: data })}`;
}
