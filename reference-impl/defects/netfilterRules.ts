/** Seeded defects of how rules of nf_tables are run, and what they compare. */
import { holdsFor } from '../kernel/netfilter/path/matching.js';
import type { Defect } from './defect.js';
import { NFT_BITWISE, NFT_BYTEORDER, NFT_CMP, NFT_CORE, NFT_RANGE, NFT_TRACE } from './origins.js';
import { netfilterPath } from './replacedParts.js';

export const netfilterRuleDefects: readonly Defect[] = [
  {
    id: 'DEF-NFT-BREAK-SKIPS',
    title: 'A rule behind one that does not match is left out',
    description: 'The rule is passed twice: by the loop, and by who broke it off.',
    origin: NFT_CORE,
    caughtBy: 'NFT-EVAL-001',
    kernel: netfilterPath({ nextAfterBreak: (next) => next + 1 }),
  },
  {
    id: 'DEF-NFT-JUMP-SKIPS',
    title: 'The rule behind a jump is left out',
    description: 'The place to come back to is counted from the rule that is next.',
    origin: NFT_CORE,
    caughtBy: 'NFT-EVAL-002',
    kernel: netfilterPath({ returnsTo: (next) => next + 1 }),
  },
  {
    id: 'DEF-NFT-GOTO-RETURNS',
    title: 'A goto comes back',
    description: 'Goto and jump are one.',
    origin: NFT_CORE,
    caughtBy: 'NFT-EVAL-003',
    kernel: netfilterPath({ gotoComesBack: true }),
  },
  {
    id: 'DEF-NFT-RETURN-GOES-ON',
    title: 'A return goes on with the next rule',
    description: 'It is taken for continue.',
    origin: NFT_CORE,
    caughtBy: 'NFT-EVAL-004',
    kernel: netfilterPath({ returns: false }),
  },
  {
    id: 'DEF-NFT-POLICY-UNCOUNTED',
    title: 'What the policy decided is not counted',
    description: 'The counter is added in the branch of rules.',
    origin: NFT_CORE,
    caughtBy: 'NFT-EVAL-005',
    kernel: netfilterPath({ countsPolicy: false }),
  },
  {
    id: 'DEF-NFT-EQUAL-IS-AT-LEAST',
    title: 'What is greater is equal too',
    description: 'The sign of memcmp() is tested, not whether it is zero.',
    origin: NFT_CMP,
    caughtBy: 'NFT-CMP-001',
    kernel: netfilterPath({
      holds: (operator, difference) => (operator === 'eq' ? difference >= 0 : holdsFor(operator, difference)),
    }),
  },
  {
    id: 'DEF-NFT-LESS-IS-AT-MOST',
    title: 'Less is less or equal',
    description: 'Two operators share a branch.',
    origin: NFT_CMP,
    caughtBy: 'NFT-CMP-002',
    kernel: netfilterPath({
      holds: (operator, difference) => holdsFor(operator === 'lt' ? 'lte' : operator, difference),
    }),
  },
  {
    id: 'DEF-NFT-GREATER-IS-AT-LEAST',
    title: 'Greater is greater or equal',
    description: 'Two operators share a branch.',
    origin: NFT_CMP,
    caughtBy: 'NFT-CMP-002',
    kernel: netfilterPath({
      holds: (operator, difference) => holdsFor(operator === 'gt' ? 'gte' : operator, difference),
    }),
  },
  {
    id: 'DEF-NFT-RANGE-OPEN',
    title: 'The last value of a range is not in it',
    description: 'The range is a half open one, as those of sets are.',
    origin: NFT_RANGE,
    caughtBy: 'NFT-CMP-003',
    kernel: netfilterPath({ isWithin: (low, high) => low >= 0 && high < 0 }),
  },
  {
    id: 'DEF-NFT-MASK-AFTER-PATTERN',
    title: 'The mask comes behind the pattern',
    description: 'The two are applied in the order in which they were read.',
    origin: NFT_BITWISE,
    caughtBy: 'NFT-CMP-004',
    kernel: netfilterPath({ masked: (value, mask, xor) => (value ^ xor) & mask }),
  },
  {
    id: 'DEF-NFT-SHIFT-LOSES-CARRY',
    title: 'What is shifted out of a word is lost',
    description: 'Each word is shifted for itself.',
    origin: NFT_BITWISE,
    caughtBy: 'NFT-CMP-005',
    kernel: netfilterPath({ carriesShifted: false }),
  },
  {
    id: 'DEF-NFT-HALVES-SWAPPED',
    title: 'Long numbers are turned around in halves',
    description: 'Every number is taken for one of 16 bits.',
    origin: NFT_BYTEORDER,
    caughtBy: 'NFT-CMP-006',
    kernel: netfilterPath({ swappedBytes: (size) => Math.min(size, 2) }),
  },
  {
    id: 'DEF-NFT-COMPARES-LAST-FIRST',
    title: 'Values are compared as numbers of the host',
    description: 'The fast path loads a word and compares it as it is.',
    origin: NFT_CMP,
    caughtBy: 'NFT-CMP-007',
    kernel: netfilterPath({
      holds: (operator, difference) =>
        holdsFor(operator, operator === 'lt' || operator === 'gt' ? -difference : difference),
    }),
  },
  {
    id: 'DEF-NFT-TRACE-SHOWS-ALWAYS',
    title: 'Every step shows the packet',
    description: 'Nobody notes that it was shown.',
    origin: NFT_TRACE,
    caughtBy: 'NFT-TRC-001',
    kernel: netfilterPath({ showsPacketOnce: false }),
  },
  {
    id: 'DEF-NFT-TRACES-EVERYBODY',
    title: 'Every packet is traced',
    description: 'Whether somebody listens is all that is asked.',
    origin: NFT_TRACE,
    caughtBy: 'NFT-TRC-002',
    kernel: netfilterPath({ traces: () => true }),
  },
  {
    id: 'DEF-NFT-TRACE-NUMBERS-STEPS',
    title: 'Every step has a number of its own',
    description: 'The number is drawn when a step is told.',
    origin: NFT_TRACE,
    caughtBy: 'NFT-TRC-003',
    kernel: netfilterPath({ keepsTraceId: false }),
  },
];
