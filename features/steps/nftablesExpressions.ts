/** Expressions of nf_tables in the words of the features, and back. */
import {
  NFT_EXPRESSIONS,
  NFT_CMP,
  NFT_PAYLOAD_BASES,
} from '../../reference-impl/netlink/families/nftablesExpressions.js';
import { NFTA_EXPR } from '../../reference-impl/netlink/families/nftables.js';
import {
  bytesIn,
  decodeAttributes,
  encodeAttributes,
  isValues,
  nestIn,
  numberIn,
  textIn,
  type AttributeSet,
  type Value,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { fromHex, hex } from '../../reference-impl/packet/bytes.js';
import { expectThat } from './expectations.js';

/** enum nft_verdicts. */
const VERDICTS: Readonly<Record<string, number>> = {
  drop: 0,
  accept: 1,
  continue: -1,
  break: -2,
  jump: -3,
  goto: -4,
  return: -5,
  queue: 3,
};

/** `accept`, `jump CHAIN`. */
export function verdictOf([word = '', chain]: readonly string[]): Values {
  const code = VERDICTS[word] ?? Number(word);
  return { NFTA_VERDICT_CODE: code >>> 0, ...(chain === undefined ? {} : { NFTA_VERDICT_CHAIN: chain }) };
}

/** Expressions between semicolons. */
export function expressionsIn(words: readonly string[]): readonly Values[] {
  return words
    .join(' ')
    .split(';')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => expressionIn(text.split(' ')));
}

function expressionIn([word = '', ...rest]: readonly string[]): Values {
  if (word in VERDICTS) {
    const data = { NFTA_DATA_VERDICT: verdictOf([word, ...rest]) };
    return made('immediate', { NFTA_IMMEDIATE_DREG: 0, NFTA_IMMEDIATE_DATA: data });
  }
  const set = NFT_EXPRESSIONS[word];
  // One that there is not has no attributes either.
  if (set === undefined) return { NFTA_EXPR_NAME: word };
  return made(word, attributesIn(set, word, rest));
}

const made = (name: string, values: Values): Values => ({
  NFTA_EXPR_NAME: name,
  NFTA_EXPR_DATA: encodeAttributes(NFT_EXPRESSIONS[name] ?? NFTA_EXPR, values),
});

/** `payload dreg=1 base=network offset=12 len=4`: attributes by the ends of their names. */
function attributesIn(set: AttributeSet, word: string, pairs: readonly string[]): Values {
  const values: Record<string, Value> = {};
  for (const pair of pairs) {
    const [key = '', text = ''] = pair.split('=');
    const spec = [...set.byName.values()].find(({ name }) => name.endsWith(`_${key.toUpperCase()}`) && fits(name, key));
    expectThat(spec !== undefined, `${word} has no ${key}`);
    const { name, type } = spec;
    if (type.kind === 'nest') values[name] = { NFTA_DATA_VALUE: fromHex(text) };
    else if (type.kind === 'string') values[name] = text;
    else if (type.kind === 'be64') values[name] = BigInt(text);
    else values[name] = numberOf(key, text);
  }
  return values;
}

/** The whole of what is behind the family's own name. */
const fits = (name: string, key: string): boolean => name.replace(/^NFTA_[A-Z0-9]+_/, '') === key.toUpperCase();

function numberOf(key: string, text: string): number {
  if (key === 'base') {
    const base = NFT_PAYLOAD_BASES.indexOf(text as (typeof NFT_PAYLOAD_BASES)[number]);
    if (base >= 0) return base;
  }
  if (key === 'op') {
    const operator = NFT_CMP.indexOf(text as (typeof NFT_CMP)[number]);
    if (operator >= 0) return operator;
  }
  return Number(text);
}

/** An expression as a kernel tells it, in the same words. */
export function expressionText(expression: Values): string {
  const name = textIn(expression, 'NFTA_EXPR_NAME') ?? '';
  const set = NFT_EXPRESSIONS[name];
  const data = bytesIn(expression, 'NFTA_EXPR_DATA');
  if (set === undefined || data === undefined) return name;
  const values = decodeAttributes(set, data);
  const verdict = nestIn(nestIn(values, 'NFTA_IMMEDIATE_DATA'), 'NFTA_DATA_VERDICT');
  if (name === 'immediate' && verdict !== undefined) return verdictText(verdict);
  const told = Object.entries(values)
    .filter(([attribute]) => !attribute.endsWith('_PAD'))
    .map(
      ([attribute, value]) =>
        `${attribute.replace(/^NFTA_[A-Z0-9]+_/, '').toLowerCase()}=${valueText(attribute, value)}`,
    );
  return [name, ...told].join(' ');
}

export function verdictText(verdict: Values): string {
  const code = (numberIn(verdict, 'NFTA_VERDICT_CODE') ?? 0) | 0;
  const word = Object.entries(VERDICTS).find(([, number]) => number === code)?.[0] ?? String(code);
  const chain = textIn(verdict, 'NFTA_VERDICT_CHAIN');
  return chain === undefined ? word : `${word} ${chain}`;
}

function valueText(attribute: string, value: Value): string {
  if (isValues(value)) {
    const bytes = bytesIn(value, 'NFTA_DATA_VALUE');
    if (bytes !== undefined) return hex(bytes);
    return 'NFTA_EXPR_NAME' in value ? `(${expressionText(value)})` : JSON.stringify(value);
  }
  if (value instanceof Uint8Array) return hex(value);
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (attribute === 'NFTA_PAYLOAD_BASE') return NFT_PAYLOAD_BASES[Number(text)] ?? text;
  return attribute === 'NFTA_CMP_OP' ? (NFT_CMP[Number(text)] ?? text) : text;
}
