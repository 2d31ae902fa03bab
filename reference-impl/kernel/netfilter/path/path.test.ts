import type { TxFrame } from '../../frames.js';
import { describe, expect, it } from 'vitest';
import { buildFrame, ethernet, ipv4, payload, tcp, udp } from '../../../packet/build.js';
import { fromHex, readU16 } from '../../../packet/bytes.js';
import { onesComplementSum, pseudoHeaderSum } from '../../../packet/checksum.js';
import type { NetDevice } from '../../netDevice.js';
import type { Expression, RegisterWord } from '../expressions.js';
import {
  NFPROTO_NETDEV,
  NFT_GOTO,
  NFT_JUMP,
  NF_ACCEPT,
  NF_DROP,
  NF_NETDEV_EGRESS,
  NF_NETDEV_INGRESS,
  type Chain,
  type Ruleset,
  type Table,
  type Verdict,
} from '../ruleset.js';
import type { PathSurroundings } from './evaluation.js';
import { jhash } from './jhash.js';
import { NetfilterPath } from './netfilterPath.js';
import { CONFORMING_NETFILTER_PATH } from './pathParts.js';

const REG_1 = 4 as RegisterWord;
const VERDICT = 0 as RegisterWord;
// What hooks ask of a net device is its name.
const ETH0 = { name: 'eth0', ifIndex: 2 } as unknown as NetDevice;

const decide = (verdict: Verdict): Expression => ({
  kind: 'immediate',
  destination: VERDICT,
  data: { kind: 'verdict', verdict },
});

function chain(handle: bigint, rules: readonly (readonly Expression[])[], hook?: number): Chain {
  return {
    name: `chain${handle}`,
    handle,
    flags: 0,
    base:
      hook === undefined
        ? undefined
        : { type: 'filter', hook, priority: 0, policy: NF_ACCEPT, devices: ['eth0'], counters: undefined },
    userData: undefined,
    rules: rules.map((expressions, index) => ({ handle: BigInt(index), expressions, userData: undefined })),
  };
}

function rulesetOf(chains: readonly Chain[], generation = 1): Ruleset {
  const table: Table = {
    family: NFPROTO_NETDEV,
    name: 't',
    handle: 1n,
    flags: 0,
    owner: undefined,
    userData: undefined,
    chains: new Map(chains.map((each) => [each.handle, each])),
    sets: new Map(),
    objects: new Map(),
    nextHandle: 100n,
  };
  return { tables: new Map([['5 t', table]]), generation };
}

function pathOver(ruleset: () => Ruleset, log: string[] = []): NetfilterPath {
  const around: PathSurroundings = {
    parts: CONFORMING_NETFILTER_PATH,
    now: () => 0n,
    random: () => 0,
    netDevice: () => undefined,
    transmit: () => undefined,
    transmitTo: () => undefined,
    reject: () => undefined,
    log: (text) => void log.push(text),
    depleted: () => undefined,
    hasTraceListeners: () => false,
    traced: () => undefined,
  };
  return new NetfilterPath(around, ruleset);
}

const FRAME: TxFrame = {
  bytes: buildFrame([
    ethernet({ destination: 'ff:ff:ff:ff:ff:ff', source: '02:00:00:00:00:01' }),
    ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }),
    udp({ sourcePort: 1000, destinationPort: 2000 }),
    payload(new Uint8Array(20)),
  ]).bytes,
  checksum: { kind: 'none' },
};
const leaves = (path: NetfilterPath, frame: TxFrame = FRAME): TxFrame | undefined => path.egress(ETH0, frame);

describe('chains of nf_tables', () => {
  it('are nobody where there is no ruleset', () => {
    const path = pathOver(() => ({ tables: new Map(), generation: 0 }));
    expect(leaves(path)).toBe(FRAME);
    expect(path.hooks.atDevice(ETH0, NF_NETDEV_EGRESS)).toBeUndefined();
  });

  it('follow a ruleset that was changed', () => {
    let ruleset = rulesetOf([chain(1n, [], NF_NETDEV_EGRESS)]);
    const path = pathOver(() => ruleset);
    expect(leaves(path)).toBe(FRAME);
    ruleset = rulesetOf([chain(1n, [[decide({ code: NF_DROP })]], NF_NETDEV_EGRESS)], 2);
    expect(leaves(path)).toBeUndefined();
    expect(path.egressDrops).toBe(1);
  });

  it('are gone to one behind the other without an end to the stack', () => {
    const chains = Array.from({ length: 40 }, (_, index) =>
      chain(BigInt(index + 2), [
        [decide(index === 39 ? { code: NF_DROP } : { code: NFT_GOTO, chain: BigInt(index + 3) })],
      ]),
    );
    const base = chain(1n, [[decide({ code: NFT_GOTO, chain: 2n })]], NF_NETDEV_EGRESS);
    expect(leaves(pathOver(() => rulesetOf([base, ...chains])))).toBeUndefined();
  });

  it('come back from sixteen jumps to the rules behind them', () => {
    const chains = Array.from({ length: 16 }, (_, index) =>
      chain(
        BigInt(index + 2),
        index === 15
          ? []
          : [
              [decide({ code: NFT_JUMP, chain: BigInt(index + 3) })],
              [decide({ code: index === 0 ? NF_DROP : NF_ACCEPT })],
            ],
      ),
    );
    // The innermost that says something is the one before the last.
    const base = chain(1n, [[decide({ code: NFT_JUMP, chain: 2n })]], NF_NETDEV_EGRESS);
    expect(leaves(pathOver(() => rulesetOf([base, ...chains])))).toBe(FRAME);
  });
});

describe('bytes that rules write', () => {
  const write = (checksumOffset: number): Expression => ({
    kind: 'payload-set',
    source: REG_1,
    base: 'network',
    offset: 16,
    length: 4,
    checksumType: 1,
    checksumOffset,
    checksumFlags: 1,
  });
  const rules: readonly Expression[] = [
    { kind: 'immediate', destination: REG_1, data: { kind: 'value', bytes: fromHex('c0000263') } },
    write(10),
  ];
  const path = pathOver(() => rulesetOf([chain(1n, [rules], NF_NETDEV_EGRESS), chain(2n, [rules], NF_NETDEV_INGRESS)]));

  it('are written to a copy', () => {
    const before = FRAME.bytes.slice();
    const after = leaves(path);
    expect(FRAME.bytes).toEqual(before);
    expect(after?.bytes.subarray(30, 34)).toEqual(fromHex('c0000263'));
  });

  it('change the pseudo-header of a checksum that is still to be made', () => {
    const { bytes } = buildFrame([
      ethernet({ destination: 'ff:ff:ff:ff:ff:ff', source: '02:00:00:00:00:01' }),
      ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }),
      tcp({ sourcePort: 1, destinationPort: 2, checksum: 'pseudo' }),
      payload(new Uint8Array(8)),
    ]);
    const after = leaves(path, { bytes, checksum: { kind: 'partial', start: 34, offset: 16 } });
    const length = bytes.length - 34;
    expect(readU16(after?.bytes ?? bytes, 50)).toBe(pseudoHeaderSum(after?.bytes ?? bytes, 14, 6, length));
  });

  it('keep what a device summed in step with the header that the kernel takes off', () => {
    const sum = onesComplementSum(FRAME.bytes, 14);
    const frame = { bytes: FRAME.bytes, queue: 0 as never, checksum: { status: 'complete' as const, sum } };
    const after = path.ingress(ETH0, frame, undefined, () => 1);
    const told = after?.checksum.status === 'complete' ? after.checksum.sum : -1;
    expect(told).toBe(onesComplementSum(after?.bytes ?? FRAME.bytes, 14));
  });
});

describe('what rules make of a packet', () => {
  it('is logged with its ends', () => {
    const log: string[] = [];
    const rule: Expression = {
      kind: 'log',
      prefix: 'seen: ',
      group: undefined,
      snaplen: 0,
      threshold: 0,
      level: 4,
      flags: 0,
    };
    leaves(pathOver(() => rulesetOf([chain(1n, [[rule]], NF_NETDEV_EGRESS)]), log));
    expect(log).toEqual(['seen: IN= OUT=eth0 SRC=10.0.0.1 DST=10.0.0.2 LEN=62 PROTO=17 SPT=1000 DPT=2000']);
  });

  it('is hashed as by the kernel', () => {
    // As Linux 6.18 says by `jhash … mod 65536 seed 1`.
    expect(jhash(fromHex('0a0000010a000002c0a80001'), 1) >>> 16).toBe(53904);
  });
});
