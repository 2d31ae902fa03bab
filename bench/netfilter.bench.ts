/** How fast frames get through rules of nf_tables: a hundred that do not match, and one lookup in their place. */
import type { TxFrame } from '../reference-impl/kernel/frames.js';
import type { NetDevice } from '../reference-impl/kernel/netDevice.js';
import type { Expression, RegisterWord } from '../reference-impl/kernel/netfilter/expressions.js';
import type { PathSurroundings } from '../reference-impl/kernel/netfilter/path/evaluation.js';
import { NetfilterPath } from '../reference-impl/kernel/netfilter/path/netfilterPath.js';
import { CONFORMING_NETFILTER_PATH } from '../reference-impl/kernel/netfilter/path/pathParts.js';
import {
  NFPROTO_NETDEV,
  NF_ACCEPT,
  NF_DROP,
  NF_NETDEV_EGRESS,
  type NftSet,
  type Ruleset,
} from '../reference-impl/kernel/netfilter/ruleset.js';
import { buildFrame, ethernet, ipv4, payload, udp } from '../reference-impl/packet/build.js';
import { hex, readU16 } from '../reference-impl/packet/bytes.js';
import { measure, type BenchRow, type Measured } from './benchRow.js';

const RULES = 100;
const FRAMES = 64;
const FIRST_PORT = 5000;
const REG_1 = 4 as RegisterWord;
const VERDICT = 0 as RegisterWord;
// What the hooks ask of a net device is its name.
const DEVICE = { name: 'eth0', ifIndex: 2 } as unknown as NetDevice;

const portBytes = (port: number): Uint8Array => Uint8Array.of(port >> 8, port);
const ports = Array.from({ length: RULES }, (_, index) => FIRST_PORT + index);
const loadPort: Expression = { kind: 'payload', destination: REG_1, base: 'transport', offset: 2, length: 2 };
const drop: Expression = {
  kind: 'immediate',
  destination: VERDICT,
  data: { kind: 'verdict', verdict: { code: NF_DROP } },
};

const frames: readonly TxFrame[] = Array.from({ length: FRAMES }, (_, index) => ({
  bytes: buildFrame([
    ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' }),
    ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }),
    udp({ sourcePort: 1000, destinationPort: 1000 + index }),
    payload(new Uint8Array(22)),
  ]).bytes,
  checksum: { kind: 'none' },
}));

const setOfPorts: NftSet = {
  name: 'ports',
  handle: 2n,
  flags: 0,
  keyType: 0,
  keyLength: 2,
  dataType: undefined,
  dataLength: undefined,
  objectType: undefined,
  size: 0,
  fields: [],
  timeout: 0n,
  gcInterval: 0,
  policy: 0,
  userData: undefined,
  expressions: [],
  elements: new Map(
    ports.map((port) => [
      hex(portBytes(port)),
      {
        key: portBytes(port),
        keyEnd: undefined,
        flags: 0,
        data: undefined,
        object: undefined,
        timeout: undefined,
        expiresAt: undefined,
        userData: undefined,
        expressions: [],
      },
    ]),
  ),
};

function pathOver(rules: readonly (readonly Expression[])[]): NetfilterPath {
  const nothing = (): undefined => undefined;
  const around: PathSurroundings = {
    parts: CONFORMING_NETFILTER_PATH,
    now: () => 0n,
    random: () => 0,
    netDevice: nothing,
    transmit: nothing,
    transmitTo: nothing,
    reject: nothing,
    log: nothing,
    depleted: nothing,
    hasTraceListeners: () => false,
    traced: nothing,
  };
  const base = { type: 'filter', hook: NF_NETDEV_EGRESS, priority: 0, policy: NF_ACCEPT, devices: ['eth0'] } as const;
  const chain = {
    name: 'out',
    handle: 1n,
    flags: 0,
    base: { ...base, counters: undefined },
    userData: undefined,
    rules: rules.map((expressions, index) => ({ handle: BigInt(index + 10), expressions, userData: undefined })),
  };
  const table = {
    family: NFPROTO_NETDEV,
    name: 'bench',
    handle: 1n,
    flags: 0,
    owner: undefined,
    userData: undefined,
    chains: new Map([[1n, chain]]),
    sets: new Map([['ports', setOfPorts]]),
    objects: new Map(),
    nextHandle: 1000n,
  } as const;
  const ruleset: Ruleset = { tables: new Map([['5 bench', table]]), generation: 1 };
  return new NetfilterPath(around, () => ruleset);
}

function through(name: string, path: NetfilterPath): Measured {
  return {
    name,
    work: FRAMES,
    run: () => {
      let passed = 0;
      for (const frame of frames) if (path.egress(DEVICE, frame) !== undefined) passed++;
      return passed;
    },
  };
}

/** The same question, as somebody would write it who has no rules. */
const byHand: Measured = {
  name: 'a list of ports, asked one by one',
  work: FRAMES,
  run: () => {
    let passed = 0;
    for (const { bytes } of frames) {
      const at = 14 + ((bytes[14] ?? 0) & 0xf) * 4;
      if (!ports.some((port) => readU16(bytes, at + 2) === port)) passed++;
    }
    return passed;
  },
};

export async function netfilterRows(): Promise<BenchRow[]> {
  const one = ports.map((port): Expression[] => [
    loadPort,
    { kind: 'cmp', source: REG_1, operator: 'eq', data: portBytes(port) },
    drop,
  ]);
  const lookup: Expression = { kind: 'lookup', set: 'ports', source: REG_1, destination: undefined, inverted: false };
  return [
    await measure('k/s', through('frames through 100 rules of nf_tables', pathOver(one)), [byHand]),
    await measure('k/s', through('frames through a set of 100', pathOver([[loadPort, lookup, drop]])), [byHand]),
  ];
}
