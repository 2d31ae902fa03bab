import type { Device, FlowMatch, FlowRule, FlowRuleOps, MaskedBytes } from '../../harness/contract/index.js';
import { matchesRule } from '../device/ruleMatch.js';
import type { Defect } from './defect.js';
import { withEthtool } from './wrapDevice.js';

const NTUPLE_TESTS = {
  title: 'The kernel tests devices for it: tools/testing/selftests/drivers/net/hw/ntuple.py',
  url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/tools/testing/selftests/drivers/net/hw/ntuple.py',
} as const;
const CONTEXT_TESTS = {
  title: 'The kernel tests devices for it: tools/testing/selftests/drivers/net/hw/rss_ctx.py',
  url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/tools/testing/selftests/drivers/net/hw/rss_ctx.py',
} as const;
const PRACTICE = { title: 'Driver practice' } as const;

/** The rule operations replaced, of a device that has them. */
function withRules(device: Device, change: (sound: FlowRuleOps) => Partial<FlowRuleOps>): Device {
  return withEthtool(device, ({ flowRules }) =>
    flowRules === undefined ? {} : { flowRules: { ...flowRules, ...change(flowRules) } },
  );
}

const mapMatch = (match: FlowMatch, change: (field: MaskedBytes) => MaskedBytes): FlowMatch =>
  Object.fromEntries(Object.entries(match).map(([name, field]: [string, MaskedBytes]) => [name, change(field)]));

const ENOSPC = 28;
const ANY_LOCATION = 0xffff_ffff;

/** What was replaced goes on in the hardware, at a place that no list shows. */
const replacedGoesOn: NonNullable<Defect['wrap']> = (device) => {
  const hidden = new Set<number>();
  return withRules(device, (sound) => ({
    insert: async (port, rule) => {
      const before = (await sound.list(port)).find(({ location }) => location === rule.location);
      const result = await sound.insert(port, rule);
      if (result.ok && before !== undefined) {
        const moved = await sound.insert(port, { ...before, location: ANY_LOCATION });
        if (moved.ok) hidden.add(moved.value);
      }
      return result;
    },
    list: async (port) => (await sound.list(port)).filter(({ location }) => !hidden.has(location)),
  }));
};

const deletedGoesOn: NonNullable<Defect['wrap']> = (device) => {
  const deleted = new Set<number>();
  return withRules(device, (sound) => ({
    insert: async (port, rule) => {
      const result = await sound.insert(port, rule);
      if (result.ok) deleted.delete(result.value);
      return result;
    },
    remove: (_, location) => {
      deleted.add(location);
      return { ok: true, value: undefined };
    },
    list: async (port) => (await sound.list(port)).filter(({ location }) => !deleted.has(location)),
  }));
};

/** Rules read back as they were inserted, and match as `change` makes them. */
const matchedAs =
  (change: (rule: FlowRule) => FlowRule): NonNullable<Defect['wrap']> =>
  (device) => {
    const asked = new Map<number, FlowRule>();
    return withRules(device, (sound) => ({
      insert: async (port, rule) => {
        const result = await sound.insert(port, change(rule));
        if (result.ok) asked.set(result.value, { ...rule, location: result.value });
        return result;
      },
      list: async (port) => (await sound.list(port)).map((rule) => asked.get(rule.location) ?? rule),
    }));
  };

export const ntupleDefects: readonly Defect[] = [
  {
    id: 'DEF-NTP-PROTOCOL-IGNORED',
    title: 'A rule for TCP takes UDP too',
    description: 'The device compares addresses and ports, and not the protocol.',
    origin: NTUPLE_TESTS,
    caughtBy: 'NIC-NTP-001',
    nic: (parts) => ({
      ...parts,
      matchesRule: (rule, bytes, flow) =>
        matchesRule(rule, bytes, flow) || matchesRule(otherProtocol(rule), bytes, flow),
    }),
  },
  {
    id: 'DEF-NTP-DESTINATION-IGNORED',
    title: 'The destination address is not compared',
    description: 'The device leaves out the destination where the source is given too. A rule takes traffic of others.',
    origin: NTUPLE_TESTS,
    caughtBy: 'NIC-NTP-001',
    nic: (parts) => ({
      ...parts,
      matchesRule: (rule, bytes, flow) => {
        const { destinationAddress, ...match } = rule.match;
        const ignores = destinationAddress !== undefined && match.sourceAddress !== undefined;
        return matchesRule(ignores ? { ...rule, match } : rule, bytes, flow);
      },
    }),
  },
  {
    id: 'DEF-NTP-HASH-FIRST',
    title: 'The hash decides before the rule',
    description: 'A rule moves only packets that are not hashed. For all others it is in the list and without effect.',
    origin: CONTEXT_TESTS,
    caughtBy: 'NIC-NTP-002',
    nic: (parts) => ({ ...parts, hashPrecedesRule: true }),
  },
  {
    id: 'DEF-NTP-DELETED-GOES-ON',
    title: 'A deleted rule goes on steering',
    description: 'The rule leaves the list of the driver and stays in the hardware.',
    origin: CONTEXT_TESTS,
    caughtBy: 'NIC-NTP-002',
    wrap: deletedGoesOn,
  },
  {
    id: 'DEF-NTP-MASK-WIDENED',
    title: 'A mask over part of a field counts as one over all of it',
    description: 'The device has no masks, and takes every one that is not empty for a full one.',
    origin: PRACTICE,
    caughtBy: 'NIC-NTP-003',
    wrap: matchedAs((rule) => ({
      ...rule,
      match: mapMatch(rule.match, ({ value, mask }) => ({ value, mask: mask.map((bits) => (bits === 0 ? 0 : 0xff)) })),
    })),
  },
  {
    id: 'DEF-NTP-MASK-DROPPED',
    title: 'A field with a mask over part of it is not compared',
    description: 'The driver drops what the hardware cannot do, and accepts the rule.',
    origin: PRACTICE,
    caughtBy: 'NIC-NTP-003',
    wrap: matchedAs((rule) => ({
      ...rule,
      match: mapMatch(rule.match, ({ value, mask }) => {
        const isWhole = mask.every((bits) => bits === 0xff);
        return { value, mask: isWhole ? mask : new Uint8Array(mask.length) };
      }),
    })),
  },
  {
    id: 'DEF-NTP-DROP-DELIVERS',
    title: 'A rule that drops delivers to queue 0',
    description: 'The number for a drop is cut to the width of a queue number.',
    origin: PRACTICE,
    caughtBy: 'NIC-NTP-004',
    wrap: matchedAs((rule) => (rule.action === 'drop' ? { ...rule, action: { queue: 0 } } : rule)),
  },
  {
    id: 'DEF-NTP-FULL-OVERWRITES',
    title: 'A full table overwrites its first rule',
    description: 'The search for a free place ends where it began.',
    origin: PRACTICE,
    caughtBy: 'NIC-NTP-006',
    wrap: (device) =>
      withRules(device, (sound) => ({
        insert: async (port, rule) => {
          const result = await sound.insert(port, rule);
          return result.ok || result.errno !== ENOSPC ? result : sound.insert(port, { ...rule, location: 0 });
        },
      })),
  },
  {
    id: 'DEF-NTP-QUEUE-TAKEN-AWAY',
    title: 'Channels go while rules and tables name them',
    description: 'Nobody looks at the rules before queues are taken away. The rule steers into nowhere.',
    origin: {
      title: 'net/ethtool/common.c, ethtool_check_max_channel: the check is there because drivers accepted it',
      url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/net/ethtool/common.c',
    },
    caughtBy: 'NIC-NTP-009',
    kernel: (parts) => ({ ...parts, protectsQueuesInUse: false }),
  },
  {
    id: 'DEF-NTP-PORTS-SWAPPED-IN-LIST',
    title: 'A rule reads back with its ports swapped',
    description:
      'The rule is kept in the form of the hardware, and source and destination change places on the way back.',
    origin: PRACTICE,
    caughtBy: 'NIC-NTP-010',
    wrap: (device) =>
      withRules(device, (sound) => ({
        list: async (port) =>
          (await sound.list(port)).map((rule) => {
            const { sourcePort, destinationPort, ...match } = rule.match;
            return {
              ...rule,
              match: {
                ...match,
                ...(destinationPort === undefined ? {} : { sourcePort: destinationPort }),
                ...(sourcePort === undefined ? {} : { destinationPort: sourcePort }),
              },
            };
          }),
      })),
  },
  {
    id: 'DEF-NTP-ANY-IS-THE-SAME',
    title: 'Any location is always the first one',
    description: 'The driver does not look whether the place is free. Each rule replaces the one before.',
    origin: PRACTICE,
    caughtBy: 'NIC-NTP-011',
    wrap: (device) =>
      withRules(device, (sound) => ({
        insert: (port, rule) => sound.insert(port, rule.location === ANY_LOCATION ? { ...rule, location: 0 } : rule),
      })),
  },
  {
    id: 'DEF-NTP-REPLACED-GOES-ON',
    title: 'A replaced rule goes on steering',
    description:
      'The new rule takes the place in the list. The filter of the old one stays in the hardware, and in no list.',
    origin: PRACTICE,
    caughtBy: 'NIC-NTP-012',
    wrap: replacedGoesOn,
  },
];

function otherProtocol(rule: FlowRule): FlowRule {
  switch (rule.flow) {
    case 'tcp4':
      return { ...rule, flow: 'udp4' };
    case 'tcp6':
      return { ...rule, flow: 'udp6' };
    default:
      return rule;
  }
}
