/** Rules between keys that the kernel enforces and a single maximum cannot tell. */
import type { Row } from './reading.js';

export interface RuleContext {
  /** What is asked for. */
  readonly changes: Row;
  /** Every key of the subject as it would be then. */
  readonly after: Row;
}

export interface RuleBreach {
  readonly key: string;
  readonly message: string;
  readonly accepted?: string;
}

export interface ChangeRule {
  readonly subject: string;
  /** Where the kernel has it. */
  readonly source: string;
  readonly breach: (context: RuleContext) => RuleBreach | undefined;
}

interface Dependency {
  readonly feature: string;
  /** One of these, for each list. */
  readonly needs: readonly (readonly string[])[];
}

const CHECKSUM4 = ['tx-checksum-ip-generic', 'tx-checksum-ipv4'];
const CHECKSUM6 = ['tx-checksum-ip-generic', 'tx-checksum-ipv6'];

/** netdev_fix_features(): what a feature depends on. The kernel takes the wish and leaves the feature off. */
const DEPENDENCIES: readonly Dependency[] = [
  { feature: 'tx-tcp-segmentation', needs: [['tx-scatter-gather'], CHECKSUM4] },
  { feature: 'tx-tcp6-segmentation', needs: [['tx-scatter-gather'], CHECKSUM6] },
  { feature: 'tx-tcp-mangleid-segmentation', needs: [['tx-scatter-gather'], ['tx-tcp-segmentation']] },
  {
    feature: 'tx-tcp-ecn-segmentation',
    needs: [['tx-scatter-gather'], ['tx-tcp-segmentation', 'tx-tcp6-segmentation']],
  },
  { feature: 'tx-generic-segmentation', needs: [['tx-scatter-gather']] },
  { feature: 'tx-udp-segmentation', needs: [CHECKSUM4, CHECKSUM6] },
  { feature: 'rx-gro-hw', needs: [['rx-checksum']] },
  { feature: 'tls-hw-rx-offload', needs: [['rx-checksum']] },
  { feature: 'tls-hw-tx-offload', needs: [CHECKSUM4, CHECKSUM6] },
];

/** Features that exclude each other. */
const EXCLUSIONS: readonly (readonly [feature: string, excludes: string])[] = [
  ['rx-lro', 'rx-gro-hw'],
  ['rx-lro', 'rx-fcs'],
  ['rx-gro-hw', 'rx-fcs'],
];

function featureBreach({ changes, after }: RuleContext): RuleBreach | undefined {
  for (const { feature, needs } of DEPENDENCIES) {
    if (changes[feature] !== true) continue;
    const missing = needs.find((oneOf) => oneOf.every((name) => after[name] !== true));
    if (missing === undefined) continue;
    const accepted = `${feature}=on together with ${missing.join('=on or ')}=on`;
    return { key: feature, message: `it depends on ${missing.join(' or ')}, which is off`, accepted };
  }
  for (const [feature, excludes] of EXCLUSIONS) {
    if (changes[feature] === true && after[excludes] === true)
      return { key: feature, message: `it excludes ${excludes}, which is on`, accepted: `${excludes}=off with it` };
  }
  return undefined;
}

const count = (value: Row[string] | undefined): number => Number(value ?? 0);

export const CHANGE_RULES: readonly ChangeRule[] = [
  { subject: 'features', source: 'net/core/dev.c, netdev_fix_features()', breach: featureBreach },
  {
    subject: 'channels',
    source: 'net/ethtool/channels.c, ethnl_set_channels()',
    breach: ({ changes, after }) => {
      const [key = 'combined'] = Object.keys(changes);
      for (const side of ['rx', 'tx'] as const) {
        if (count(after['combined']) + count(after[side]) > 0) continue;
        const message = `no queue would be left to ${side === 'rx' ? 'receive' : 'transmit'}`;
        return { key, message, accepted: `combined, or ${side}, of 1 or more` };
      }
      return undefined;
    },
  },
  {
    subject: 'link',
    source: 'include/linux/etherdevice.h, is_valid_ether_addr()',
    breach: ({ changes }) => {
      const address = changes['address'];
      if (typeof address !== 'string') return undefined;
      const isMulticast = (parseInt(address.slice(0, 2), 16) & 1) === 1;
      const isZero = /^[0:]+$/.test(address);
      if (!isMulticast && !isZero) return undefined;
      const message = isZero ? 'the zero address is nobody’s' : 'it is an address of a group, not of a device';
      return { key: 'address', message, accepted: 'a unicast address, such as 02:00:00:00:00:01' };
    },
  },
  {
    subject: 'link',
    source: 'net/core/dev.c, dev_valid_name()',
    breach: ({ changes }) => {
      const name = changes['name'];
      if (typeof name !== 'string' || (/^[^/:\s]{1,15}$/.test(name) && name !== '.' && name !== '..')) return undefined;
      return {
        key: 'name',
        message: 'a net device cannot be called so',
        accepted: '1 to 15 bytes without space, / and :',
      };
    },
  },
  {
    subject: 'fec',
    source: 'net/ethtool/fec.c, ethnl_set_fec()',
    breach: ({ changes, after }) => {
      const modes = after['modes'];
      const isEmpty = typeof modes === 'object' && modes.length === 0;
      if (!isEmpty || after['auto'] === true) return undefined;
      return {
        key: Object.keys(changes)[0] ?? 'modes',
        message: 'no encoding would be left',
        accepted: 'None, RS, BASER, LLRS',
      };
    },
  },
];
