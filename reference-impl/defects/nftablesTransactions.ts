/** Transactions of nf_tables that are none. */
import { NLM_F_ACK, NLM_F_DUMP } from '../netlink/constants.js';
import { nftType } from '../netlink/families/nftables.js';
import type { Defect } from './defect.js';
import { netlink } from './netlinkRewrites.js';
import { netfilter, without } from './netfilterDefect.js';
import { kernelSource } from './origins.js';

const ORIGIN = kernelSource('What nf_tables had to learn to refuse', 'net/netfilter/nf_tables_api.c');

export const nftablesTransactionDefects: readonly Defect[] = [
  {
    id: 'DEF-NFT-HALF-A-BATCH',
    title: 'Half of a batch holds',
    description: 'What a failed batch had done before its failure stays in effect.',
    origin: ORIGIN,
    caughtBy: 'NFT-TXN-001',
    kernel: netfilter({ abortsWhole: false }),
  },
  {
    id: 'DEF-NFT-STOPS-AT-ERROR',
    title: 'A batch is read to its first error',
    description: 'Messages behind one that is refused are neither looked at nor answered.',
    origin: ORIGIN,
    caughtBy: 'NFT-TXN-002',
    kernel: netfilter({ goesOnBehindFailure: false }),
  },
  {
    id: 'DEF-NFT-REHEARSAL-HOLDS',
    title: 'A rehearsal takes effect',
    description: 'A batch without an end is committed all the same.',
    origin: ORIGIN,
    caughtBy: 'NFT-TXN-003',
    kernel: netfilter({ needsEnd: false }),
  },
  {
    id: 'DEF-NFT-SILENT-EDGES',
    title: 'Begin and end are never acknowledged',
    description: 'The acknowledgement that a batch asks for at its begin and end does not come.',
    origin: ORIGIN,
    caughtBy: 'NFT-TXN-004',
    kernel: without('batch-edges'),
  },
  {
    id: 'DEF-NFT-ANY-SUBSYSTEM',
    title: 'Any subsystem is looked up',
    description: 'A number beyond the table of subsystems is taken for one that is not loaded.',
    origin: ORIGIN,
    caughtBy: 'NFT-TXN-005',
    kernel: without('subsystem-count'),
  },
  {
    id: 'DEF-NFT-ALONE',
    title: 'A change alone is taken for done',
    description: 'A change outside a batch is acknowledged, and nothing is done.',
    origin: ORIGIN,
    caughtBy: 'NFT-TXN-006',
    kernel: without('batch-only'),
  },
  {
    id: 'DEF-NFT-QUERY-IN-BATCH',
    title: 'A query in a batch is taken for nothing',
    description: 'It is acknowledged and not answered.',
    origin: ORIGIN,
    caughtBy: 'NFT-TXN-007',
    kernel: without('batch-changes'),
  },
  {
    id: 'DEF-NFT-BLIND-BATCH',
    title: 'A batch does not see what it makes',
    description: 'A table that a batch makes is not found by its later messages.',
    origin: ORIGIN,
    caughtBy: 'NFT-TXN-008',
    kernel: without('later-sees-earlier'),
  },
  {
    id: 'DEF-NFT-TWO-ANSWERS',
    title: 'A number out of range is answered twice',
    description: 'The refusal is put on the list where it is found and where it is handed up.',
    origin: ORIGIN,
    caughtBy: 'NFT-TXN-009',
    kernel: without('one-answer'),
  },
  {
    id: 'DEF-NFT-GENERATION-PER-CHANGE',
    title: 'Every change begins a generation',
    description: 'A batch counts once for each of its messages.',
    origin: ORIGIN,
    caughtBy: 'NFT-GEN-001',
    kernel: netfilter({ nextGeneration: (generation, changes) => generation + changes }),
  },
  {
    id: 'DEF-NFT-GENERATION-FOR-NOTHING',
    title: 'What changes nothing begins a generation',
    description: 'An empty transaction is counted too.',
    origin: ORIGIN,
    caughtBy: 'NFT-GEN-002',
    kernel: netfilter({ nextGeneration: (generation) => generation + 1 }),
  },
  {
    id: 'DEF-NFT-ANY-GENERATION',
    title: 'A stale batch is taken',
    description: 'The generation that a batch was made for is not compared.',
    origin: ORIGIN,
    caughtBy: 'NFT-GEN-003',
    kernel: netfilter({ isGeneration: () => true }),
  },
  {
    id: 'DEF-NFT-GENERATION-FIRST',
    title: 'The generation is announced first',
    description: 'A listener takes the changes behind it for those of the next transaction.',
    origin: ORIGIN,
    caughtBy: 'NFT-NTF-001',
    kernel: without('generation-last'),
  },
  {
    id: 'DEF-NFT-ANNOUNCES-FAILURE',
    title: 'What failed is announced',
    description: 'Announcements are sent before it is known whether the batch holds.',
    origin: ORIGIN,
    caughtBy: 'NFT-NTF-002',
    kernel: without('announces-commits-alone'),
  },
  {
    id: 'DEF-NFT-QUIET-SETS',
    title: 'Sets go unannounced',
    description: 'The sets of a table that is deleted are not told of.',
    origin: ORIGIN,
    caughtBy: 'NFT-NTF-003',
    kernel: netfilter({ announces: (type) => type !== nftType('DELSET') }),
  },
  {
    id: 'DEF-NFT-NO-ECHO',
    title: 'Who asks is not told',
    description: 'NLM_F_ECHO is overlooked.',
    origin: ORIGIN,
    caughtBy: 'NFT-NTF-004',
    kernel: without('echo'),
  },
  {
    id: 'DEF-NFT-QUERY-SILENCE',
    title: 'A query is not acknowledged',
    description: 'NLM_F_ACK of a query that is no dump is overlooked.',
    origin: ORIGIN,
    caughtBy: 'NFT-TXN-010',
    kernel: netlink({ acknowledges: (flags) => (flags & NLM_F_ACK) !== 0 && (flags & NLM_F_DUMP) !== 0 }),
  },
];
