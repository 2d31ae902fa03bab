/**
 * Scripts that configure a switch, in the words of `ip -batch` and `bridge -batch`: one request a line, `#` begins a comment. They are
 * what an administrator would write, and the same for every switch.
 */
import fc from 'fast-check';
import type { StationName } from './stations.js';

export type PortName = string;

/** One line of a script. Ports are `p0` …, stations are letters. */
export type ScriptRequest =
  | { readonly kind: 'add-bridge'; readonly name: string; readonly settings: BridgeSettings }
  | { readonly kind: 'remove-link'; readonly name: string }
  | { readonly kind: 'set-up'; readonly name: string; readonly up: boolean }
  | { readonly kind: 'set-master'; readonly port: PortName; readonly master: string | null }
  | { readonly kind: 'set-flag'; readonly port: PortName; readonly flag: ScriptFlag; readonly on: boolean }
  | { readonly kind: 'add-vlan'; readonly name: string; readonly vlan: ScriptVlan; readonly self: boolean }
  | { readonly kind: 'remove-vlan'; readonly name: string; readonly vid: number; readonly last: number }
  | { readonly kind: 'put-entry'; readonly station: StationName; readonly port: PortName; readonly vid: number | null }
  | {
      readonly kind: 'take-entry';
      readonly station: StationName;
      readonly port: PortName;
      readonly vid: number | null;
    };

export interface BridgeSettings {
  readonly vlanFiltering: boolean;
  readonly defaultPvid: number | null;
}

export interface ScriptVlan {
  readonly vid: number;
  readonly last: number;
  readonly pvid: boolean;
  readonly untagged: boolean;
}

export const SCRIPT_FLAGS = ['learning', 'flood', 'mcast_flood', 'bcast_flood', 'isolated', 'hairpin'] as const;
export type ScriptFlag = (typeof SCRIPT_FLAGS)[number];

/** @throws Error that names the line and what would be understood there. */
export function parseScript(text: string): ScriptRequest[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line.replace(/#.*/, '').trim().split(/\s+/).filter(Boolean);
    return words.length === 0 ? [] : [parseLine(words, `line ${index + 1}, "${line.trim()}"`)];
  });
}

function parseLine(words: readonly string[], where: string): ScriptRequest {
  const [object = '', verb = '', ...rest] = words;
  const parse = PARSERS[`${object} ${verb}`];
  if (parse === undefined)
    throw new Error(`${where}: "${object} ${verb}" is not known; there are: ${Object.keys(PARSERS).join(', ')}`);
  const request = parse(rest);
  if (request === null) throw new Error(`${where}: what follows "${object} ${verb}" is not understood`);
  return request;
}

type Parser = (words: readonly string[]) => ScriptRequest | null;

/** What stands behind a word, or null. */
function after(words: readonly string[], word: string): string | null {
  const at = words.indexOf(word);
  return at < 0 ? null : (words[at + 1] ?? null);
}

const PARSERS: Readonly<Record<string, Parser>> = {
  'link add': ([name = '', ...words]) => {
    if (after(words, 'type') !== 'bridge') return null;
    const pvid = after(words, 'vlan_default_pvid');
    const settings = {
      vlanFiltering: after(words, 'vlan_filtering') === '1',
      defaultPvid: pvid === null ? null : Number(pvid),
    };
    return { kind: 'add-bridge', name, settings };
  },
  'link del': ([name = '']) => ({ kind: 'remove-link', name }),
  'link set': ([name = '', what = '', value = '']) => {
    if (what === 'up' || what === 'down') return { kind: 'set-up', name, up: what === 'up' };
    if (what === 'master') return { kind: 'set-master', port: name, master: value };
    if (what === 'nomaster') return { kind: 'set-master', port: name, master: null };
    const flag = SCRIPT_FLAGS.find((known) => known === what);
    return flag === undefined ? null : { kind: 'set-flag', port: name, flag, on: value === 'on' };
  },
  'vlan add': (words) => {
    const [name, range] = [after(words, 'dev'), rangeIn(after(words, 'vid'))];
    if (name === null || range === null) return null;
    const vlan = { ...range, pvid: words.includes('pvid'), untagged: words.includes('untagged') };
    return { kind: 'add-vlan', name, vlan, self: words.includes('self') };
  },
  'vlan del': (words) => {
    const [name, range] = [after(words, 'dev'), rangeIn(after(words, 'vid'))];
    return name === null || range === null ? null : { kind: 'remove-vlan', name, ...range };
  },
  'fdb replace': ([station = '', ...words]) => entryRequest('put-entry', station, words),
  'fdb del': ([station = '', ...words]) => entryRequest('take-entry', station, words),
};

function entryRequest(
  kind: 'put-entry' | 'take-entry',
  station: StationName,
  words: readonly string[],
): ScriptRequest | null {
  const [port, vid] = [after(words, 'dev'), after(words, 'vlan')];
  return port === null ? null : { kind, station, port, vid: vid === null ? null : Number(vid) };
}

function rangeIn(text: string | null): { readonly vid: number; readonly last: number } | null {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text ?? '') ?? [];
  return first === undefined ? null : { vid: Number(first), last: Number(last) };
}

/** Which requests must have been made before this one: what it names must be there. */
function comesBehind(later: ScriptRequest, earlier: ScriptRequest): boolean {
  if (earlier.kind === 'add-bridge') return true;
  // A port belongs to its bridge before anything is said of it as a port; the VLANs of one port are told in their order, the PVID moves.
  if (earlier.kind === 'set-master')
    return 'port' in later ? later.port === earlier.port : concerns(later, earlier.port);
  if (later.kind === 'put-entry')
    return (earlier.kind === 'add-vlan' || earlier.kind === 'remove-vlan') && concerns(earlier, later.port);
  return isOfVlans(later) && isOfVlans(earlier) && later.name === earlier.name;
}

const isOfVlans = (
  request: ScriptRequest,
): request is Extract<ScriptRequest, { readonly name: string; readonly kind: 'add-vlan' | 'remove-vlan' }> =>
  request.kind === 'add-vlan' || request.kind === 'remove-vlan';

const concerns = (request: ScriptRequest, port: PortName): boolean =>
  'name' in request && request.name === port && request.kind !== 'set-up';

/** The same requests in any order in which each finds what it needs. */
export function reordered(script: readonly ScriptRequest[]): fc.Arbitrary<ScriptRequest[]> {
  const weights = fc.array(fc.nat({ max: 999 }), { minLength: script.length, maxLength: script.length });
  return weights.map((order) => {
    const left = script.map((request, place) => ({ request, place, weight: order[place] ?? 0 }));
    const result: ScriptRequest[] = [];
    while (left.length > 0) {
      const free = left.filter(
        (one) => !left.some((other) => other.place < one.place && comesBehind(one.request, other.request)),
      );
      const next = free.reduce((least, one) => (one.weight < least.weight ? one : least));
      left.splice(left.indexOf(next), 1);
      result.push(next.request);
    }
    return result;
  });
}
