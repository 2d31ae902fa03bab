/** A run as large as a real one, made up of every outcome, for the tests of the page. */
import { buildFrame, ethernet, ipv4, payload, tcp, vlan } from '../../../reference-impl/packet/build.js';
import { hex } from '../../../reference-impl/packet/bytes.js';
import type { Level, Outcome } from '../../runner/records.js';
import type { OutcomeCounts, RequirementResult, Results, ScenarioResult } from '../../runner/results.js';

const AREAS = [
  'NIC-BASE',
  'NIC-CSUM',
  'NIC-TSO',
  'NIC-GRO',
  'NIC-RSS',
  'NIC-VLAN',
  'NIC-LINK',
  'NIC-STAT',
  'NIC-TIME',
  'NIC-NTUPLE',
];
const LEVELS: readonly Level[] = ['MUST', 'MUST', 'MUST', 'MUST NOT', 'SHOULD', 'MAY'];

const eth = ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' });
const segment = (ttl: number, flags: number): Uint8Array =>
  buildFrame([
    eth,
    ipv4({ source: '192.0.2.1', destination: '192.0.2.2', ttl, identification: 0x1234 }),
    tcp({
      sourcePort: 49152,
      destinationPort: 443,
      sequence: 1000,
      flags,
      options: Uint8Array.of(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2),
    }),
    payload(300),
  ]).bytes;
const tagged = buildFrame([
  eth,
  vlan({ vid: 100, pcp: 5 }),
  ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }),
  payload(26),
]).bytes;
const untagged = buildFrame([eth, ipv4({ source: '192.0.2.1', destination: '192.0.2.2' }), payload(26)]).bytes;

/** The frame mismatch of the nth failure: changed fields, a lost tag, no frame. */
const MISMATCHES = [
  { title: 'the second segment', expected: hex(segment(64, 0x10)), actual: hex(segment(63, 0x18)) },
  { title: 'the frame on the wire', expected: hex(tagged), actual: hex(untagged) },
  { title: 'frame 3 of 4', expected: hex(segment(64, 0x10)), actual: null },
];

function outcomeOf(index: number): Outcome {
  if (index % 47 === 11) return 'fail';
  if (index % 61 === 20) return 'inconclusive';
  if (index % 53 === 30) return 'not-supported';
  return index % 13 === 7 ? 'not-applicable' : 'pass';
}

const REASONS: Readonly<Record<Outcome, string>> = {
  pass: '',
  fail: 'the second segment: expected PSH clear, got PSH set',
  inconclusive: 'the target did not answer within 5000 ms: HostEnd.receive',
  'not-supported': 'the profile server-nic demands tx-udp-segmentation, and the target lacks it: no USO engine',
  'not-applicable': 'the target lacks sees-rx-hash: a packet socket shows no hash',
};

/** `requirements` of them, with two or three scenarios each. The same for the same number. */
export function exampleResults(requirements: number): Results {
  const list = Array.from({ length: requirements }, (_, index) => requirementOf(index));
  const scenarios = list.flatMap((requirement, index) =>
    requirement.scenarios.map((id, nth) => scenarioOf(id, requirement, index, nth)),
  );
  const failing = list.filter(({ verdict }) => verdict === 'fail');
  const failures = failing.filter(({ isWarning }) => !isWarning).length;
  const verdicts = counts(list.map(({ verdict }) => verdict));
  return {
    format: 1,
    nicspec: '0.1.0',
    node: 'v20.19.0',
    startedAt: '2026-11-23T17:07:26.120Z',
    target: 'module:./devices/example-nic.ts',
    identity: {
      kernel: { name: 'Linux', release: '6.12.0-nicspec' },
      device: {
        vendor: 'Example',
        model: 'EN-100',
        driver: 'example_en',
        driverVersion: '1.4.2',
        firmwareVersion: '22.31.1014',
      },
    },
    profile: 'server-nic',
    digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    only: [],
    tags: '',
    summary: {
      requirements: verdicts,
      scenarios: counts(scenarios.map(({ outcome }) => outcome)),
      cases: 31_400,
      seed: 1,
      runs: 100,
      durationMs: 1843,
      failures,
      warnings: failing.length - failures,
      conforms: failures === 0 && verdicts.inconclusive === 0,
      stopped: null,
    },
    areas: AREAS.map((area) => ({
      area,
      requirements: counts(list.filter((one) => one.area === area).map(({ verdict }) => verdict)),
    })),
    requirements: list,
    scenarios,
    capabilities: [
      { capability: 'tx-tcp-segmentation', present: true, reason: '', probe: null },
      { capability: 'rx-vlan-hw-parse', present: true, reason: '', probe: null },
      { capability: 'sees-rx-hash', present: false, reason: 'a packet socket shows no hash', probe: null },
      {
        capability: 'tx-udp-segmentation',
        present: false,
        reason: 'no USO engine',
        probe: { finding: 'half-works', passed: 3, failed: 1 },
      },
    ],
  };
}

function counts(outcomes: readonly Outcome[]): OutcomeCounts {
  const none = { pass: 0, fail: 0, 'not-supported': 0, 'not-applicable': 0, inconclusive: 0 };
  for (const outcome of outcomes) none[outcome]++;
  return none;
}

function requirementOf(index: number): RequirementResult {
  const area = AREAS[index % AREAS.length] ?? '';
  const id = `${area}-${String(1 + Math.floor(index / AREAS.length)).padStart(3, '0')}`;
  const verdict = outcomeOf(index);
  const level = LEVELS[index % LEVELS.length] ?? 'MUST';
  return {
    id,
    area,
    title: 'Only the last segment carries FIN and PSH of the super-frame',
    level,
    statement:
      'Where a super-frame has FIN or PSH set, the last segment alone has that flag; every segment before it has the flag clear, and all other flags but CWR are those of the super-frame.',
    rationale:
      'FIN ends the stream where it stands. A receiver that sees it on the first segment closes while data are still under way, and the connection loses what follows without an error at either end.',
    sources: [
      {
        title: 'net/ipv4/tcp_offload.c',
        section: 'tcp_gso_segment',
        url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/net/ipv4/tcp_offload.c',
      },
      { title: 'RFC 9293', section: '3.1', url: 'https://www.rfc-editor.org/rfc/rfc9293' },
    ],
    needs: ['tx-tcp-segmentation'],
    mandatory: [],
    verdict,
    reason: REASONS[verdict],
    isWarning: verdict === 'fail' && !level.startsWith('MUST'),
    scenarios: Array.from(
      { length: 2 + (index % 2) },
      (_, nth) => `features/nic/segmentation.feature:${10 * index + nth}`,
    ),
  };
}

function scenarioOf(id: string, requirement: RequirementResult, index: number, nth: number): ScenarioResult {
  const isLaw = nth === 1;
  const outcome = nth === 1 && requirement.verdict === 'fail' ? 'pass' : requirement.verdict;
  const hasFailed = outcome === 'fail';
  const mismatch = hasFailed ? (MISMATCHES[index % 3] ?? null) : null;
  const ran = outcome !== 'not-applicable' && outcome !== 'not-supported';
  const last = hasFailed ? 'failed' : ran ? 'passed' : 'skipped';
  const step = (
    keyword: string,
    text: string,
    status: 'passed' | 'failed' | 'skipped',
  ): ScenarioResult['steps'][number] => ({
    keyword,
    text,
    status,
    message:
      status === 'failed'
        ? `${REASONS.fail}\nexpected ${mismatch?.expected ?? ''}\ngot      ${mismatch?.actual ?? 'no frame'}`
        : '',
  });
  return {
    id,
    name: isLaw ? 'For every super-frame, the flags are where they belong' : 'A super-frame of three segments with PSH',
    feature: 'Segmentation',
    uri: 'features/nic/segmentation.feature',
    line: 10 * index + nth,
    requirements: [requirement.id],
    isLaw,
    outcome,
    reason: REASONS[outcome],
    probeOf: [],
    durationMs: isLaw ? 42.4 : 1.3,
    cases: isLaw ? 100 : 0,
    steps: [
      step('Given ', 'the port is up', ran ? 'passed' : 'skipped'),
      step('And ', 'the feature "tx-tcp-segmentation" is on', ran ? 'passed' : 'skipped'),
      step(
        'When ',
        'the host sends a super-frame of 4000 payload bytes in segments of 1448 with flags ACK, PSH',
        ran ? 'passed' : 'skipped',
      ),
      step('Then ', 'only the last segment has PSH set', last),
    ],
    mismatch,
    counterexample:
      hasFailed && index % 2 === 1
        ? {
            seed: 1,
            path: '12:0:1',
            replayPath: null,
            numRuns: 13,
            counterexample: '[{payload: 1449, size: 1448, flags: 24}]',
            error: REASONS.fail,
            command: `npx nicspec run --target module:./devices/example-nic.ts --only ${requirement.id} --seed 1 --path 12:0:1`,
          }
        : null,
    evidence: hasFailed
      ? [`evidence/${requirement.id}-${nth}/frames.pcapng`, `evidence/${requirement.id}-${nth}/netlink.txt`]
      : [],
  };
}
