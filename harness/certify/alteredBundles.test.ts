import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord, ScenarioRecord } from '../runner/records.js';
import { brokenRule, CHALLENGE, rsaPem, startOf, statementIn, writeBundle } from './bundle.fixture.js';
import { CERTIFICATE_FILE, ENVELOPE_FILE, filesOf } from './bundle.js';
import { sha256, SUITE_SUBJECT } from './digests.js';
import { sealEnvelope, writtenEnvelope, type Envelope } from './dsse.js';
import { statementBytes, type Statement } from './statement.js';
import { verifyBundle } from './verify.js';

const scratch = mkdtempSync(join(tmpdir(), 'nicspec-certify-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const sound = join(scratch, 'sound');
let key: KeyObject;
beforeAll(async () => {
  key = await writeBundle(sound);
}, 60_000);

let copies = 0;
/** A copy of the sound bundle, changed. */
function altered(change: (folder: string) => void): string {
  const folder = join(scratch, `copy-${copies++}`);
  cpSync(sound, folder, { recursive: true });
  change(folder);
  return folder;
}

const textOf = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');
const put = (folder: string, name: string, text: string): void => writeFileSync(join(folder, name), text);
const edit =
  (name: string, change: (text: string) => string) =>
  (folder: string): void =>
    put(folder, name, change(textOf(folder, name)));
const editEnvelope = (change: (envelope: Envelope) => Envelope) =>
  edit(ENVELOPE_FILE, (text) => writtenEnvelope(change(JSON.parse(text) as Envelope)));
/** Signed again with the right key: what only the holder of the key can do. */
const resigned = (change: (statement: Statement) => Statement) =>
  edit(ENVELOPE_FILE, (text) => sealEnvelope(statementBytes(change(statementIn(text))), key));
const certification = (change: (of: Statement['predicate']['nicspec']) => object) =>
  resigned((statement) => ({
    ...statement,
    predicate: {
      ...statement.predicate,
      nicspec: { ...statement.predicate.nicspec, ...change(statement.predicate.nicspec) },
    },
  }));

describe('a sound bundle', () => {
  it('verifies, by whomever it is signed', async () => {
    const { ok, isTrusted, rules } = await verifyBundle(sound, { trusted: [] });
    expect(rules.filter((rule) => !rule.ok)).toEqual([]);
    expect([ok, isTrusted]).toEqual([true, false]);
  });

  it('verifies for who trusts the signer and drew the challenge', async () => {
    const options = { trusted: [createPublicKey(key)], challenge: CHALLENGE.value };
    expect(await verifyBundle(sound, options)).toMatchObject({ ok: true, isTrusted: true });
  });

  it('is refused by who trusts somebody else', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    expect(await brokenRule(sound, { trusted: [publicKey] })).toContain('the signer is trusted');
  });

  it('is refused by who drew another challenge', async () => {
    expect(await brokenRule(sound, { challenge: 'ffeeddccbbaa99887766554433221100' })).toContain('its challenge is');
  });
});

describe('a bundle with one byte changed', () => {
  it('is refused, whichever byte it is', async () => {
    const { names } = filesOf(sound);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.nat(), fc.integer({ min: 1, max: 255 }), async (name, at, by) => {
        const folder = altered((copy) => {
          const bytes = readFileSync(join(copy, name));
          bytes[at % bytes.length]! ^= by;
          writeFileSync(join(copy, name), bytes);
        });
        expect(await brokenRule(folder)).not.toBeNull();
        rmSync(folder, { recursive: true });
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('is refused, whichever byte of the envelope it is', async () => {
    const folder = altered(() => undefined);
    const text = textOf(folder, ENVELOPE_FILE);
    for (let at = 0; at < 400; at++) {
      const place = at < 200 ? at : text.length - 1 - (at - 200);
      put(folder, ENVELOPE_FILE, text.slice(0, place) + (text[place] === 'A' ? 'B' : 'A') + text.slice(place + 1));
      expect(await brokenRule(folder), `byte ${place}`).toContain('the statement is signed');
    }
  }, 120_000);
});

const other = generateKeyPairSync('ed25519').privateKey;

/** Alterations that anybody can make. */
const ALTERED: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
  ['that is empty', (folder) => rmSync(folder, { recursive: true }), /holds no bundle/],
  ['without its envelope', (folder) => unlinkSync(join(folder, ENVELOPE_FILE)), /envelope.json is not there/],
  ['without its signer', (folder) => unlinkSync(join(folder, 'signer.pub')), /signer.pub is not there/],
  ['without its page', (folder) => unlinkSync(join(folder, 'certificate.html')), /certificate.html is not there/],
  ['without a run', (folder) => rmSync(join(folder, 'seed-2'), { recursive: true }), /seed-2.* is not there/],
  [
    'without records',
    (folder) => unlinkSync(join(folder, 'seed-3', 'records.ndjson')),
    /seed-3\/records.ndjson is not there/,
  ],
  ['with a file more', (folder) => put(folder, 'readme.txt', 'trust me'), /readme.txt was not signed/],
  ['with a link', (folder) => symlinkSync('/etc/hostname', join(folder, 'evidence')), /evidence is no file/],
  [
    'with a record taken away',
    edit('seed-1/records.ndjson', (text) => text.replace(/\n[^\n]+\n/, '\n')),
    /not the file that was signed/,
  ],
  ['with a blank line more', edit('seed-1/records.ndjson', (text) => `${text}\n`), /not the file that was signed/],
  [
    'with other results',
    edit('seed-1/results.json', (text) => text.replace('"pass"', '"fail"')),
    /not the file that was signed/,
  ],
  [
    'with another page',
    edit('certificate.html', (text) => text.replace('ACME', 'EMCA')),
    /not the file that was signed/,
  ],
  ['with two runs exchanged', exchangeRuns, /not the file that was signed/],
  ['that is signed by nobody', editEnvelope((envelope) => ({ ...envelope, signatures: [] })), /0 signatures/],
  [
    'that is signed twice',
    editEnvelope((envelope) => ({ ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] })),
    /2 signatures/,
  ],
  [
    'with another type of payload',
    editEnvelope((envelope) => ({ ...envelope, payloadType: 'text/plain' })),
    /of type text\/plain/,
  ],
  [
    'with another key id',
    editEnvelope(({ signatures: [first], ...envelope }) => ({
      ...envelope,
      signatures: [{ keyid: '0'.repeat(64), sig: first?.sig ?? '' }],
    })),
    /says that the key 0000/,
  ],
  [
    'with an empty signature',
    editEnvelope(({ signatures: [first], ...envelope }) => ({
      ...envelope,
      signatures: [{ keyid: first?.keyid ?? '', sig: '' }],
    })),
    /does not fit/,
  ],
  [
    'with another statement',
    editEnvelope((envelope) => ({ ...envelope, payload: Buffer.from('{}').toString('base64') })),
    /does not fit/,
  ],
  [
    'with blanks in its base64',
    editEnvelope((envelope) => ({ ...envelope, payload: `${envelope.payload}\n` })),
    /not written as nicspec writes it/,
  ],
  [
    'with an envelope on one line',
    edit(ENVELOPE_FILE, (text) => JSON.stringify(JSON.parse(text))),
    /not written as nicspec writes it/,
  ],
  [
    'with a member more in its envelope',
    edit(ENVELOPE_FILE, (text) => text.replace('{', '{"note":"ok",')),
    /not written as nicspec writes it/,
  ],
  ['whose envelope is no JSON', edit(ENVELOPE_FILE, () => 'certified!'), /not JSON/],
  ['whose envelope is a list', edit(ENVELOPE_FILE, () => '[]'), /no payload/],
  ['whose signer is exchanged', (folder) => put(folder, 'signer.pub', pem(other)), /says that the key/],
  ['whose signer is a text', (folder) => put(folder, 'signer.pub', 'ACME'), /no public key/],
  ['whose signer is a key of RSA', (folder) => put(folder, 'signer.pub', rsaPem()), /no public key of type Ed25519/],
  ['whose signer has a comment', edit('signer.pub', (text) => `# ACME\n${text}`), /no public key/],
];

function exchangeRuns(folder: string): void {
  const [first, second] = ['seed-1/records.ndjson', 'seed-2/records.ndjson'] as const;
  const text = textOf(folder, first);
  put(folder, first, textOf(folder, second));
  put(folder, second, text);
}

const pem = (of: KeyObject): string => String(createPublicKey(of).export({ type: 'spki', format: 'pem' }));

describe('an altered bundle', () => {
  it.each(ALTERED)('%s is refused', async (_, change, message) => {
    expect(await brokenRule(altered(change))).toMatch(message);
  });
});

/** Forgeries by who holds the key: signed as they should be, and yet not what they say. */
const RESIGNED: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
  [
    'says another type of statement',
    resigned((statement) => ({ ...statement, _type: 'note' as never })),
    /the statement: \/_type/,
  ],
  [
    'says another predicate',
    resigned((statement) => ({ ...statement, predicateType: 'note' as never })),
    /predicateType/,
  ],
  ['has no subject', resigned((statement) => ({ ...statement, subject: [] })), /subject/],
  ['has a member more', resigned((statement) => ({ ...statement, note: 'trust me' })), /additional properties/],
  [
    'says it passed',
    resigned(({ predicate, ...statement }) => ({ ...statement, predicate: { ...predicate, result: 'WARNED' } })),
    /lists of tests/,
  ],
  [
    'leaves a test out',
    resigned(({ predicate, ...statement }) => ({
      ...statement,
      predicate: { ...predicate, passedTests: predicate.passedTests.slice(1) },
    })),
    /lists of tests/,
  ],
  [
    'names another subject',
    resigned(({ subject, ...statement }) => ({ ...statement, subject: subject.slice(1) })),
    /the seeds are/,
  ],
  ['says another level', certification(() => ({ level: 'does not conform' })), /the statement says "does not conform"/],
  ['says another profile', certification(() => ({ profile: 'server-nic' })), /profile is "virtual-nic"/],
  ['says another target', certification(() => ({ target: 'process:./other' })), /target is "process:.\/nic"/],
  [
    'says another device',
    certification(({ identity }) => ({ identity: { ...identity, device: { ...identity.device, model: 'NIC 2' } } })),
    /identity is/,
  ],
  ['says other capabilities', certification(() => ({ capabilities: {} })), /capabilities is/],
  [
    'says another specification',
    certification(() => ({ specDigest: '0'.repeat(64) })),
    /made with specification and features 0000/,
  ],
  ['says other seeds', certification(() => ({ seeds: [1, 2, 3] })), /the seeds are 1, 2, 3/],
  [
    'says another challenge',
    certification(() => ({ challenge: { value: 'f'.repeat(32), drawnBy: 'verifier' } })),
    /the seeds are/,
  ],
  ['says fewer cases', certification(() => ({ runs: 1 })), /laws tried 1 cases/],
  [
    'leaves a file out',
    certification(({ files }) => ({ files: Object.fromEntries(Object.entries(files).slice(1)) })),
    /was not signed/,
  ],
  [
    'names a file that is not there',
    certification(({ files }) => ({ files: { ...files, 'proof.txt': '0'.repeat(64) } })),
    /proof.txt is not there/,
  ],
  [
    'leaves a requirement out',
    certification(({ requirements }) => ({ requirements: requirements.slice(1) })),
    /verdicts of the statement/,
  ],
  [
    'changes a verdict',
    certification(({ requirements }) => ({
      requirements: requirements.map((one) => (one.verdict === 'pass' ? { ...one, verdict: 'not-applicable' } : one)),
    })),
    /verdicts of the statement/,
  ],
  [
    'adds a deviation',
    certification(() => ({
      deviations: [{ requirement: 'NIC-MTU-001', reason: 'x', owner: 'y', expires: '2100-01-01', state: 'active' }],
    })),
    /deviations are not judged/,
  ],
  ['is of the future', certification(() => ({ issuedAt: '2999-01-01T00:00:00.000Z' })), /was issued at 2999/],
  ['is of no time', certification(() => ({ issuedAt: 'yesterday' })), /issuedAt/],
];

/** Another page, signed; and with it another suite, as whoever drew the page otherwise would name it. */
const withOtherPage =
  (configuration: (of: Statement['predicate']['configuration']) => Statement['predicate']['configuration']) =>
  (folder: string): void => {
    edit(CERTIFICATE_FILE, (text) => text.replace('Conforms', 'Excels'))(folder);
    const page = sha256(textOf(folder, CERTIFICATE_FILE));
    certification(({ files }) => ({ files: { ...files, [CERTIFICATE_FILE]: page } }))(folder);
    resigned(({ predicate, ...statement }) => ({
      ...statement,
      predicate: { ...predicate, configuration: configuration(predicate.configuration) },
    }))(folder);
  };

const RESIGNED_PAGES: typeof RESIGNED = [
  ['with another page', withOtherPage((same) => same), /certificate.html says something else/],
  [
    'with the page of another build',
    withOtherPage((all) =>
      all.map((one) => (one.name === SUITE_SUBJECT ? { ...one, digest: { sha256: 'ab'.repeat(32) } } : one)),
    ),
    /another build of nicspec wrote certificate.html \(suite sha256 abababababababab; here/,
  ],
];

describe('a bundle that was signed again', () => {
  it.each(RESIGNED_PAGES)('%s is refused', async (_, change, message) => {
    expect(await brokenRule(altered(change))).toMatch(message);
  });

  it.each(RESIGNED)('and %s is refused', async (_, change, message) => {
    expect(await brokenRule(altered(change))).toMatch(message);
  });
});

/** Forgeries of the records themselves, judged and signed by who holds the key. */
const scenariosOf = (
  records: readonly RunRecord[],
  change: (record: ScenarioRecord) => readonly RunRecord[],
): readonly RunRecord[] => records.flatMap((record) => (record.kind === 'scenario' ? change(record) : [record]));

const FORGED: readonly (readonly [
  string,
  (records: readonly RunRecord[], run: number) => readonly RunRecord[],
  RegExp,
])[] = [
  [
    'without one scenario',
    (records) => records.filter((record) => record.kind !== 'scenario' || record.name !== firstRun(records).name),
    /is missing/,
  ],
  [
    'without one requirement',
    (records) =>
      records.map((record) =>
        record.kind === 'run-start' ? { ...record, requirements: record.requirements.slice(1) } : record,
      ),
    /is not among them/,
  ],
  [
    'with a requirement that became a MAY',
    (records) =>
      records.map((record) =>
        record.kind === 'run-start'
          ? {
              ...record,
              requirements: record.requirements.map((requirement) => ({ ...requirement, level: 'MAY' as const })),
            }
          : record,
      ),
    /something else of a requirement/,
  ],
  [
    'with a scenario that was left out',
    (records) =>
      scenariosOf(records, (record) => [
        record.id === firstRun(records).id ? { ...record, outcome: 'not-applicable' } : record,
      ]),
    /was left out/,
  ],
  [
    'with a scenario that counts for nothing',
    (records) =>
      scenariosOf(records, (record) => [record.id === firstRun(records).id ? { ...record, requirements: [] } : record]),
    /counts for other requirements/,
  ],
  [
    'with a scenario that is none',
    (records) => [
      ...records.slice(0, -1),
      { ...firstRun(records), id: 'features/nic/none.feature:1' },
      ...records.slice(-1),
    ],
    /no scenario features\/nic\/none/,
  ],
  [
    'with an excuse of its own',
    (records) =>
      scenariosOf(records, (record) => [
        record.outcome === 'not-applicable' ? { ...record, reason: 'too late in the day' } : record,
      ]),
    /is not-applicable/,
  ],
  [
    'with a pass where nothing ran',
    (records) =>
      scenariosOf(records, (record) => [
        record.outcome === 'not-applicable' ? { ...record, outcome: 'pass', reason: '' } : record,
      ]),
    /is pass/,
  ],
  [
    'with a law that tried nothing',
    (records) => scenariosOf(records, (record) => [{ ...record, cases: 0 }]),
    /passes without a case/,
  ],
  ['that was filtered', (records) => startOf(records, { only: ['NIC-MTU-*'] }), /only is/],
  ['that was of some tags', (records) => startOf(records, { tags: 'not @law' }), /tags is/],
  ['that is one shard', (records) => startOf(records, { shard: { index: 1, of: 2 } }), /shard is/],
  ['of another seed', (records, run) => (run === 1 ? startOf(records, { seed: 1 }) : records), /seed is 1/],
  ['of fewer cases', (records) => startOf(records, { runs: 5 }), /runs is 5/],
  ['that did not end', (records) => records.slice(0, -1), /does not end/],
];

/** The first that is run. */
function firstRun(records: readonly RunRecord[]): ScenarioRecord {
  const found = records.find(
    (record): record is ScenarioRecord => record.kind === 'scenario' && record.outcome === 'pass',
  );
  if (found === undefined) throw new Error('no scenario passes');
  return found;
}

describe('a bundle of forged records', () => {
  it.each(FORGED)('%s is refused', async (name, records, message) => {
    const folder = join(scratch, `forged ${name}`);
    await writeBundle(folder, { records });
    expect(await brokenRule(folder)).toMatch(message);
    rmSync(folder, { recursive: true });
  });
});
