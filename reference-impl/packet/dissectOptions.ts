/** Options of IPv4, IPv6 and TCP: a type, and for most a length and a value. */
import { hex, readU16, readU32 } from './bytes.js';
import { raw, type DissectedField } from './dissection.js';

interface OptionList {
  /** Options that are one byte long. */
  readonly single: ReadonlySet<number>;
  /** Ends the list. */
  readonly end: number | null;
  /** What the length byte does not count. */
  readonly uncounted: number;
  readonly names: Readonly<Record<number, string>>;
}

const LISTS: Readonly<Record<'ipv4' | 'ipv6' | 'tcp', OptionList>> = {
  ipv4: {
    single: new Set([0, 1]),
    end: 0,
    uncounted: 0,
    names: {
      0: 'end of options',
      1: 'no operation',
      7: 'record route',
      68: 'timestamp',
      130: 'security',
      131: 'loose source route',
      137: 'strict source route',
      148: 'router alert',
    },
  },
  ipv6: {
    single: new Set([0]),
    end: null,
    uncounted: 2,
    names: { 0: 'Pad1', 1: 'PadN', 5: 'router alert', 0xc2: 'jumbo payload' },
  },
  tcp: {
    single: new Set([0, 1]),
    end: 0,
    uncounted: 0,
    names: {
      0: 'end of options',
      1: 'no operation',
      2: 'maximum segment size',
      3: 'window scale',
      4: 'SACK permitted',
      5: 'SACK',
      8: 'timestamps',
      28: 'user timeout',
      29: 'authentication',
      30: 'multipath TCP',
      34: 'fast open',
    },
  },
};

/** One field for each option in [start, end); what is not a list of options any more is one last field. */
export function optionFields(
  list: keyof typeof LISTS,
  bytes: Uint8Array,
  start: number,
  end: number,
): DissectedField[] {
  const { single, end: ending, uncounted, names } = LISTS[list];
  const fields: DissectedField[] = [];
  let at = start;
  while (at < end) {
    const type = bytes[at] ?? 0;
    const name = `option ${names[type] ?? type}`;
    if (single.has(type)) {
      fields.push({ name, offset: at, length: 1, text: names[type] ?? '' });
      at++;
      if (type === ending) break;
      continue;
    }
    const length = at + 1 < end ? (bytes[at + 1] ?? 0) + uncounted : 0;
    if (length < 2 || at + length > end) {
      fields.push({
        ...raw(bytes, 'options', at, end - at),
        text: `not a list of options: ${hex(bytes.subarray(at, end))}`,
      });
      return fields;
    }
    fields.push({ name, offset: at, length, text: optionText(list, type, bytes, at, length) });
    at += length;
  }
  if (at < end) fields.push(raw(bytes, 'behind the options', at, end - at));
  return fields;
}

function optionText(list: keyof typeof LISTS, type: number, bytes: Uint8Array, at: number, length: number): string {
  if (list === 'tcp') {
    if (type === 2 && length === 4) return String(readU16(bytes, at + 2));
    if (type === 3 && length === 3) return `shift by ${bytes[at + 2] ?? 0}`;
    if (type === 4 && length === 2) return 'yes';
    if (type === 8 && length === 10) return `value ${readU32(bytes, at + 2)}, echo ${readU32(bytes, at + 6)}`;
  }
  if (list === 'ipv6' && type === 0xc2 && length === 6) return `${readU32(bytes, at + 2)} bytes`;
  return length === 2 ? 'empty' : hex(bytes.subarray(at + 2, at + length));
}
