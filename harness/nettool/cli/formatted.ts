/** What devices say of themselves in messages of their own form: health reporters, regions. */
import type { DevlinkFormatted } from '../../../reference-impl/netlink/devlinkClient.js';
import { hex } from '../../../reference-impl/packet/bytes.js';

type Json = boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Bytes as hexadecimal digits; a number that JSON's readers may round, as text. */
export function formattedJson(value: DevlinkFormatted): Json {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return hex(value);
  if (typeof value !== 'object') return value;
  if (isList(value)) return value.map(formattedJson);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, formattedJson(inner)]));
}

// Array.isArray() does not tell readonly arrays from objects.
const isList = (value: object): value is readonly DevlinkFormatted[] => Array.isArray(value);

/** One name a line, what lies in it below it. */
export function formattedText(value: DevlinkFormatted): string {
  const lines = linesOf(formattedJson(value), '');
  return lines.length === 0 ? 'nothing' : lines.join('\n');
}

const leaf = (value: Json): value is boolean | number | string => typeof value !== 'object';
const isJsonList = (value: Json): value is readonly Json[] => Array.isArray(value);

function linesOf(value: Json, indent: string): readonly string[] {
  if (leaf(value)) return [`${indent}${String(value)}`];
  if (isJsonList(value)) {
    if (value.every(leaf)) return [`${indent}${value.map(String).join(', ')}`];
    return value.flatMap((inner) => linesOf(inner, `${indent}  `));
  }
  return Object.entries(value).flatMap(([name, inner]) => {
    if (leaf(inner)) return [`${indent}${name}: ${String(inner)}`];
    if (isJsonList(inner) && inner.every(leaf)) return [`${indent}${name}: ${inner.map(String).join(', ')}`];
    return [`${indent}${name}:`, ...linesOf(inner, `${indent}  `)];
  });
}
