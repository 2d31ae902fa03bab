/** Switches of a bridge that are bits of one attribute (struct br_boolopt_multi): each has the name of its number here. */
import {
  BR_BOOLOPT_MCAST_VLAN_SNOOPING,
  BR_BOOLOPT_MST_ENABLE,
  BR_BOOLOPT_NO_LL_LEARN,
} from '../../netlink/families/bridge.js';
import { nestIn, numberIn, type Value, type Values } from '../../netlink/schema.js';

/** struct br_boolopt_multi. */
export interface Boolopts {
  readonly optval: number;
  readonly optmask: number;
}

const ATTRIBUTE = 'IFLA_BR_MULTI_BOOLOPT';
const BITS: readonly (readonly [name: string, bit: number])[] = [
  ['BR_BOOLOPT_NO_LL_LEARN', 1 << BR_BOOLOPT_NO_LL_LEARN],
  ['BR_BOOLOPT_MCAST_VLAN_SNOOPING', 1 << BR_BOOLOPT_MCAST_VLAN_SNOOPING],
  ['BR_BOOLOPT_MST_ENABLE', 1 << BR_BOOLOPT_MST_ENABLE],
];

const isBit = (name: string): boolean => BITS.some(([known]) => known === name);

/** The attribute that carries what has this name. */
export const attributeOnWire = (name: string): string => (isBit(name) ? ATTRIBUTE : name);

/** What a bridge says of itself, with a value for each bit that it knows (br_boolopt_multi_get()). */
export function spreadBoolopts(data: Values): Values {
  const told = nestIn(data, ATTRIBUTE);
  const [value, mask] = [numberIn(told, 'optval') ?? 0, numberIn(told, 'optmask') ?? 0];
  const known = BITS.filter(([, bit]) => (mask & bit) !== 0);
  return { ...data, ...Object.fromEntries(known.map(([name, bit]) => [name, (value & bit) === 0 ? 0 : 1])) };
}

/** What is asked of a bridge, with its bits in their attribute. */
export function gatheredBoolopts(data: Values, sent: (asked: Boolopts) => Boolopts): Values {
  const asked = BITS.filter(([name]) => data[name] !== undefined);
  if (asked.length === 0) return data;
  const others: Record<string, Value> = Object.fromEntries(Object.entries(data).filter(([name]) => !isBit(name)));
  const sum = (bits: typeof BITS): number => bits.reduce((total, [, bit]) => total | bit, 0);
  const on = asked.filter(([name]) => data[name] === 1);
  return { ...others, [ATTRIBUTE]: { ...sent({ optval: sum(on), optmask: sum(asked) }) } };
}
