import { describe, expect, it } from 'vitest';
import { fc, test } from '@fast-check/vitest';
import { FEATURE_RULES, fixFeatures, sameFeatures } from './features.js';

const names = [
  'tx-checksum-ip-generic',
  'tx-checksum-ipv4',
  'tx-checksum-ipv6',
  'tx-scatter-gather',
  'tx-generic-segmentation',
  'tx-tcp-segmentation',
  'tx-tcp6-segmentation',
  'tx-tcp-ecn-segmentation',
  'tx-tcp-mangleid-segmentation',
  'tx-udp-segmentation',
  'tx-gso-partial',
  'tx-udp_tnl-csum-segmentation',
  'rx-checksum',
  'rx-gro-hw',
  'rx-lro',
  'rx-fcs',
  'tls-hw-tx-offload',
  'tls-hw-rx-offload',
];
const context = { gsoPartialFeatures: new Set(['tx-udp_tnl-csum-segmentation']) };
const fix = (features: Iterable<string>): ReadonlySet<string> => fixFeatures(new Set(features), context, FEATURE_RULES);

describe('fixFeatures', () => {
  test.prop([fc.subarray(names)])('only removes, and fixes once and for all', (features) => {
    const fixed = fix(features);
    for (const name of fixed) expect(features).toContain(name);
    expect(sameFeatures(fix(fixed), fixed)).toBe(true);
  });

  it.each([
    [['tx-tcp-segmentation', 'tx-checksum-ip-generic'], ['tx-checksum-ip-generic']],
    [['tx-scatter-gather', 'tx-tcp-segmentation'], ['tx-scatter-gather']],
    [['tx-scatter-gather', 'tx-tcp-ecn-segmentation'], ['tx-scatter-gather']],
    [['rx-gro-hw'], []],
    [
      ['rx-checksum', 'rx-gro-hw', 'rx-lro'],
      ['rx-checksum', 'rx-gro-hw'],
    ],
    [
      ['rx-checksum', 'rx-gro-hw', 'rx-fcs'],
      ['rx-checksum', 'rx-fcs'],
    ],
    [['tx-checksum-ip-generic', 'tx-checksum-ipv4', 'tx-checksum-ipv6'], ['tx-checksum-ip-generic']],
    [['tx-udp_tnl-csum-segmentation'], []],
  ])('of %j leaves %j', (features, left) => {
    expect([...fix(features)].sort()).toEqual([...left].sort());
  });
});
