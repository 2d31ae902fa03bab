import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../runner/project.js';
import type { Results } from '../runner/results.js';

const BIN = join(PROJECT_ROOT, 'bin', 'nicspec.js');
const folder = mkdtempSync(join(tmpdir(), 'nicspec-cli-'));

beforeAll(() => {
  if (!existsSync(join(PROJECT_ROOT, 'dist', 'harness', 'cli', 'main.js')))
    throw new Error('dist/ is not built: npm run build');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function nicspec(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, maxBuffer: 64 << 20, env: { ...process.env, NO_COLOR: '1' } };
    const child = execFile(process.execPath, [BIN, ...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('wrong use ends in exit code 2, and says what would be right', () => {
  it.each([
    [['rum'], 'Did you mean run?'],
    [['run', '--formt', 'json'], 'Did you mean --format?'],
    [['run', '--format', 'xml'], 'pretty, json, junit, ktap'],
    [['run', '--seed', '1.5'], 'It must be a whole number'],
    [['run', '--runs', '0'], 'It must be a whole number of 1 or more'],
    [['run', '--shard', '3/2'], 'I from 1 to N'],
    [['run', '--target', 'referense'], 'did you mean reference?'],
    [['run', '--target', 'module:nowhere.js'], 'there is no file'],
    [['run', '--profile', 'server-nik'], 'did you mean server-nic?'],
    [['run', '--only', 'NIC-RSX-001'], 'no requirement is called "NIC-RSX-001"; did you mean NIC-RSS-001?'],
    [['run', '--only', 'NIC-ZZZ-*'], 'no requirement matches "NIC-ZZZ-*"'],
    [['run', '--only', 'features/nic/none.feature:1'], 'no scenario is selected by features/nic/none.feature:1'],
    [['run', '--tags', '@law and'], 'is no tag expression'],
    [['run', '--path', '0:1'], '--path belongs to one law'],
    [['run', '--only', 'NIC-RSS-001', '--replay-path', 'AB:C'], '--replay-path goes with --path'],
    [['run', '--parallel', '2', '--shard', '1/2'], 'exclude each other'],
    [['run', '--resume', '--out', 'nothing-there'], 'holds no run'],
    [['list', 'reqs'], 'Allowed choices are requirements, profiles, targets, capabilities'],
    [['show', 'NIC-RSS-999'], 'did you mean NIC-RSS-'],
    [['defects', '--only', 'DEF-NOT-THERE-AT-ALL'], 'no defect is called'],
    [['diff', 'a', 'b'], 'holds no run'],
    [['merge', 'a', '--out', 'b'], 'holds no run'],
    [['report', 'a'], 'is not there'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await nicspec(...args);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('list and show', () => {
  it('list requirements as data', async () => {
    const { code, stdout } = await nicspec('list', 'requirements', '--json');
    const requirements = JSON.parse(stdout) as { readonly id: string }[];
    expect(code).toBe(0);
    expect(requirements.length).toBeGreaterThanOrEqual(150);
    expect(requirements.map(({ id }) => id)).toContain('NIC-CSUM-001');
  });

  it.each(['requirements', 'profiles', 'targets', 'capabilities'])('list %s, one a line', async (what) => {
    const [text, json] = await Promise.all([nicspec('list', what), nicspec('list', what, '--json')]);
    expect(text.stdout.trimEnd().split('\n')).toHaveLength((JSON.parse(json.stdout) as unknown[]).length);
  });

  it('show a requirement with its scenarios, whatever the letter case', async () => {
    const { code, stdout } = await nicspec('show', 'nic-csum-001');
    expect(code).toBe(0);
    expect(stdout).toContain('NIC-CSUM-001  Generic transmit checksum');
    expect(stdout).toContain('features/nic/checksum-transmit.feature:');
  });

  it('help of each command has examples', async () => {
    const { stdout } = await nicspec('--help');
    expect(stdout).toContain('Exit codes: 0 conforms, 1 does not, 2 wrong use, 3 the target or the rig failed.');
    for (const command of ['run', 'defects', 'list', 'show', 'lint', 'diff', 'merge', 'report']) {
      expect(stdout).toContain(`\n  ${command} `);
      expect((await nicspec(command, '--help')).stdout).toContain('Examples:\n  nicspec ');
    }
  });
});

describe('run', () => {
  it('writes the reports where it says, and the format that was asked for', async () => {
    const { code, stdout } = await nicspec(
      'run',
      '--only',
      'NIC-RSS-001',
      '--runs',
      '5',
      '--format',
      'json',
      '--out',
      'one',
    );
    const results = JSON.parse(stdout) as Results;
    expect(results.requirements.map(({ id, verdict }) => [id, verdict])).toEqual([['NIC-RSS-001', 'pass']]);
    expect(results.summary).toMatchObject({ conforms: true, seed: 1, runs: 5 });
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'one', 'results.json'), 'utf8')).toBe(stdout);
  });

  it('in shards of its own finds the same', async () => {
    const args = ['run', '--only', 'NIC-RSS-*', '--runs', '5', '--format', 'json'];
    const [whole, parallel] = [
      await nicspec(...args, '--out', 'whole'),
      await nicspec(...args, '--parallel', '2', '--out', 'parallel'),
    ];
    const verdicts = ({ stdout }: Ended): unknown => {
      const { requirements, scenarios } = JSON.parse(stdout) as Results;
      return [requirements.map(({ id, verdict }) => [id, verdict]), scenarios.map(({ id, outcome }) => [id, outcome])];
    };
    expect(verdicts(parallel)).toEqual(verdicts(whole));
    expect(existsSync(join(folder, 'parallel', 'shards'))).toBe(false);
    const { code, stdout } = await nicspec('diff', 'whole', 'parallel');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^0 requirements differ, 0 of them unexplained; \d+ are the same\n$/),
    ]);
  });

  it('says that a target does not start, and ends with 3', async () => {
    writeFileSync(join(folder, 'none.mjs'), 'export default () => { throw new Error("no hardware here"); };');
    const { code, stderr } = await nicspec('run', '--target', 'module:none.mjs');
    expect(stderr).toContain('module:none.mjs failed to make its device: no hardware here');
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(code).toBe(3);
  });

  it('kills a module that loops for ever, and keeps what was finished', async () => {
    const fixture = join(PROJECT_ROOT, 'harness', 'runner', 'fixtures', 'target.mjs');
    writeFileSync(
      join(folder, 'loop.mjs'),
      `import createTarget from ${JSON.stringify(fixture)};
       let resets = 0;
       export default () => ({ ...createTarget(), reset: async () => { resets += 1; while (resets === 3); } });`,
    );
    const { code, stderr } = await nicspec('run', '--target', 'module:loop.mjs', '--patience', '2', '--out', 'loop');
    expect(stderr).toMatch(/the target did not return for 2 s, in features\/\S+\.feature:\d+\S*, and was killed/);
    expect(code).toBe(3);
    const results = JSON.parse(readFileSync(join(folder, 'loop', 'results.json'), 'utf8')) as Results;
    expect(results.summary.stopped).toContain('did not return');
    expect(results.scenarios.filter(({ steps }) => steps.length > 0)).toHaveLength(2);
  });

  it('ends in good order when it is interrupted', async () => {
    const out = join(folder, 'interrupted');
    const child = spawn(process.execPath, [BIN, 'run', '--out', out, '--runs', '2000'], { stdio: 'ignore' });
    const records = join(out, 'records.ndjson');
    while (!existsSync(records) || readFileSync(records, 'utf8').split('\n').length < 20) await setTimeout(20);
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(3);
    const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
    expect(results.summary.stopped).toBe('interrupted by SIGINT');
    expect(results.scenarios.length).toBeGreaterThan(15);
  });

  it('renders the reports again', async () => {
    await nicspec('run', '--only', 'NIC-RSS-001', '--runs', '5', '--out', 'again');
    const file = join(folder, 'again', 'results.json');
    const before = readFileSync(file, 'utf8');
    rmSync(file);
    expect((await nicspec('report', 'again')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

describe('defects', () => {
  it('follows its schema', async () => {
    const { stdout } = await nicspec('defects', '--runs', '5', '--only', 'NIC-RSS-*', '--json', '--out', 'defects');
    const schema = JSON.parse(
      readFileSync(join(PROJECT_ROOT, 'reports', 'schema', 'defects.schema.json'), 'utf8'),
    ) as object;
    const validate = new Ajv({ allErrors: true }).compile(schema);
    validate(JSON.parse(stdout));
    expect(validate.errors).toBeNull();
    expect(readFileSync(join(folder, 'defects', 'defects.json'), 'utf8')).toBe(stdout);
  });
});
