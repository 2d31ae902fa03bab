/** Filters, actions and packets in the words of the scenarios. */
import { expectThat } from './expectations.js';
import type { Action, Match, Rule } from '../properties/filterModel.js';
import { PLAIN_PACKET, type Packet } from '../properties/packets.js';
import type { Mode } from './filterControl.js';

const TCP_FLAGS: Readonly<Record<string, number>> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32 };

const flagsIn = (text: string): number =>
  text.split(' and ').reduce((flags, name) => flags | (TCP_FLAGS[name.trim()] ?? 0), 0);

/** One word, or a few, of a list; the values that it found are handed to `make`. */
interface Word<Found> {
  readonly form: RegExp;
  readonly make: (...values: (string | undefined)[]) => Found;
}

function read<Found>(text: string, words: readonly Word<Partial<Found>>[]): Partial<Found> {
  let found: Partial<Found> = {};
  for (const part of text.split(', ')) {
    const word = words.find(({ form }) => form.test(part));
    expectThat(word !== undefined, `"${part}" says nothing that is known`);
    const [, ...values] = word.form.exec(part) ?? [];
    found = { ...found, ...word.make(...values) };
  }
  return found;
}

/** What filters and packets have the same words for. */
const SHARED: readonly Word<Pick<Partial<Match>, 'network' | 'transport' | 'ttl' | 'tos'>>[] = [
  { form: /^(IPv4|IPv6)$/, make: (network) => ({ network: network === 'IPv6' ? 'IPv6' : 'IPv4' }) },
  {
    form: /^(TCP|UDP|ICMP)$/,
    make: (name) => ({ transport: name === 'TCP' ? 'TCP' : name === 'UDP' ? 'UDP' : 'ICMP' }),
  },
  { form: /^TTL (\d+)$/, make: (ttl) => ({ ttl: Number(ttl) }) },
  { form: /^TOS (\d+)$/, make: (tos) => ({ tos: Number(tos) }) },
];

const prefixIn = (address = '', length: string | undefined): { address: string; length: number } => ({
  address,
  length: Number(length ?? 32),
});

const MATCH_WORDS: readonly Word<Partial<Match>>[] = [
  ...SHARED,
  { form: /^any$/, make: () => ({}) },
  { form: /^from ([A-Z])$/, make: (from = '') => ({ from }) },
  { form: /^from any station$/, make: () => ({ from: 'A', fromBytes: 5 }) },
  { form: /^to ([A-Z]|broadcast)$/, make: (to = '') => ({ to }) },
  { form: /^tagged$/, make: () => ({ isTagged: true }) },
  { form: /^tagged (\d+)$/, make: (vid) => ({ isTagged: true, vid: Number(vid) }) },
  { form: /^tagged with priority (\d)$/, make: (priority) => ({ isTagged: true, vlanPriority: Number(priority) }) },
  { form: /^source ([\d.]+)(?:\/(\d+))?$/, make: (address, length) => ({ source: prefixIn(address, length) }) },
  {
    form: /^destination ([\d.]+)(?:\/(\d+))?$/,
    make: (address, length) => ({ destination: prefixIn(address, length) }),
  },
  { form: /^source port (\d+)$/, make: (port) => ({ sourcePort: { is: Number(port) } }) },
  { form: /^port (\d+)$/, make: (port) => ({ destinationPort: { is: Number(port) } }) },
  {
    form: /^source ports (\d+) to (\d+)$/,
    make: (from, to) => ({ sourcePort: { from: Number(from), to: Number(to) } }),
  },
  { form: /^ports (\d+) to (\d+)$/, make: (from, to) => ({ destinationPort: { from: Number(from), to: Number(to) } }) },
  {
    form: /^flags ([A-Z]+(?: and [A-Z]+)*) of ([A-Z]+(?: and [A-Z]+)*)$/,
    make: (value = '', mask = '') => ({ tcpFlags: { value: flagsIn(value), mask: flagsIn(mask) } }),
  },
  { form: /^a (reply|request)$/, make: (which) => ({ isReply: which === 'reply' }) },
];

/** `every frame` is matched without looking at it. */
export const matchIn = (text: string): Match | undefined =>
  text === 'every frame' ? undefined : read<Match>(text, MATCH_WORDS);

const PACKET_WORDS: readonly Word<Partial<Packet>>[] = [
  ...SHARED,
  { form: /^source ([\d.]+)$/, make: (source = '') => ({ source }) },
  { form: /^destination ([\d.]+)$/, make: (destination = '') => ({ destination }) },
  { form: /^source port (\d+)$/, make: (port) => ({ sourcePort: Number(port) }) },
  { form: /^port (\d+)$/, make: (port) => ({ destinationPort: Number(port) }) },
  { form: /^flags ([A-Z]+(?: and [A-Z]+)*)$/, make: (flags = '') => ({ tcpFlags: flagsIn(flags) }) },
  { form: /^a (reply|request)$/, make: (which) => ({ isReply: which === 'reply' }) },
  { form: /^a fragment$/, make: () => ({ isFragment: true }) },
  {
    form: /^tagged (\d+)(?: with priority (\d))?$/,
    make: (vid, priority) => ({ tags: [{ tpid: 0x8100, tci: (Number(priority ?? 0) << 13) | Number(vid) }] }),
  },
];

export const packetIn = (from: string, to: string, words: string | null): Packet => ({
  ...PLAIN_PACKET,
  from,
  to,
  ...(words === null ? {} : read<Packet>(words.replace(/^, /, ''), PACKET_WORDS)),
});

export function actionsIn(text: string): readonly Action[] {
  return text.split(', ').map((part): Action => {
    const [, way, to] = /^(redirect|mirror) to (p\d)$/.exec(part) ?? [];
    if (way !== undefined && to !== undefined) return { kind: way === 'mirror' ? 'mirror' : 'redirect', to };
    const [, chain] = /^go to chain (\d+)$/.exec(part) ?? [];
    if (chain !== undefined) return { kind: 'goto', chain: Number(chain) };
    switch (part) {
      case 'drop':
      case 'pass':
      case 'continue':
      case 'trap':
        return { kind: part };
      default:
        throw new Error(`"${part}" is no action`);
    }
  });
}

/** A row of a table of filters. */
export function ruleIn(row: Readonly<Record<string, string | undefined>>): Rule {
  const { priority = '1', frames = 'any', action = 'pass', chain } = row;
  return {
    priority: Number(priority),
    match: matchIn(frames),
    actions: action === 'nothing' ? [] : actionsIn(action),
    ...(chain === undefined ? {} : { chain: Number(chain) }),
  };
}

export function modeIn(text: string | undefined): Mode {
  switch (text) {
    case undefined:
    case 'anybody':
      return 'anybody';
    case 'the software':
      return 'software';
    case 'the hardware':
      return 'hardware';
    default:
      throw new Error(`nobody is called "${text}"`);
  }
}
