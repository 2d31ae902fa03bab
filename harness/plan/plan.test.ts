import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Job, type IJob } from 'kubernetes-models/batch/v1/Job';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { sha256 } from '../certify/digests.js';
import { resultsOf } from '../runner/judgeRun.js';
import { mergeRuns } from '../runner/merge.js';
import { NICSPEC_SUITE, PROJECT_ROOT } from '../runner/project.js';
import { readRecords } from '../runner/recordFile.js';
import type { Results } from '../runner/results.js';
import { loadSpec } from '../runner/spec.js';
import { kubernetesJob } from './kubernetesJob.js';
import { readLab, type Lab } from './labFile.js';
import { lavaJob } from './lavaJob.js';
import { plannedRuns, type PlannedRun } from './shardCommand.js';

const folder = mkdtempSync(join(tmpdir(), 'nicspec-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `examples/broken-nic` fails what it must, so that there is evidence to be put together. */
const DEVICE = {
  name: 'broken-nic',
  target: `module:${join(PROJECT_ROOT, 'examples', 'broken-nic', 'nic.js')}`,
  profile: 'virtual-nic',
  shards: 3,
  seeds: [7],
  runs: 5,
  only: ['NIC-CSUM-001', 'NIC-CSUM-002', 'NIC-CSUM-003', 'NIC-NL-001'],
  kubernetes: { nodeSelector: { 'nicspec.example/device': 'broken-nic' }, privileged: true },
  lava: { deviceType: 'nic-host', tags: ['two-ports'] },
};
const WRITTEN = {
  image: 'registry.example/nicspec:0.1.0',
  hours: 2,
  lava: { results: 'https://results.example/nicspec/' },
  devices: [DEVICE, { name: 'model', target: 'reference', profile: 'server-nic' }],
};

async function labOf(written: unknown): Promise<Lab> {
  const file = join(folder, 'lab.yaml');
  writeFileSync(file, stringify(written));
  return readLab(file, await loadSpec(NICSPEC_SUITE.spec));
}

let lab: Lab;
let runs: readonly PlannedRun[];
const sharded = (): PlannedRun => {
  const [first] = runs;
  if (first === undefined) throw new Error('nothing is planned');
  return first;
};
beforeAll(async () => {
  lab = await labOf(WRITTEN);
  runs = plannedRuns(lab.devices);
});

describe('a lab', () => {
  it.each([
    [{ ...WRITTEN, devices: [] }, /\/devices must NOT have fewer than 1 items/],
    [{ ...WRITTEN, devices: [{ ...DEVICE, shards: 0 }] }, /\/devices\/0\/shards must be >= 1/],
    [{ ...WRITTEN, devices: [{ ...DEVICE, name: 'Broken NIC' }] }, /\/devices\/0\/name must match pattern/],
    [{ ...WRITTEN, devices: [{ ...DEVICE, shard: 2 }] }, /must NOT have additional properties \(shard\)/],
    [{ ...WRITTEN, devices: [{ ...DEVICE, target: 'referense' }] }, /did you mean reference\?/],
    [{ ...WRITTEN, devices: [{ ...DEVICE, profile: 'server-nik' }] }, /did you mean server-nic\?/],
    [{ ...WRITTEN, devices: [DEVICE, DEVICE] }, /two devices are called broken-nic/],
    [{ devices: [DEVICE] }, /must have required property 'image'/],
  ])('%# is refused, and says where', async (written, message) => {
    await expect(labOf(written)).rejects.toThrow(message);
  });
});

describe('an indexed Job of Kubernetes', () => {
  const valid = (job: IJob): void => {
    new Job(job).validate();
  };

  it("fits the cluster's schema, for every device", () => {
    for (const run of runs) expect(() => valid(kubernetesJob(lab, run))).not.toThrow();
  });

  it('would not fit it with a text for a number', () => {
    const job = kubernetesJob(lab, sharded());
    const spec = { ...job.spec, completions: '3' as unknown as number, template: job.spec?.template ?? {} };
    expect(() => valid({ ...job, spec })).toThrow(/spec\/completions must be integer/);
  });

  it('has a pod for each shard, on the machines of the device', () => {
    const { spec } = kubernetesJob(lab, sharded());
    expect(spec).toMatchObject({ completionMode: 'Indexed', completions: 3, parallelism: 3 });
    expect(spec?.template.spec?.nodeSelector).toEqual({ 'nicspec.example/device': 'broken-nic' });
    expect(spec?.template.spec?.containers[0]?.securityContext).toEqual({ privileged: true });
  });
});

/** LAVA's own schema, of Debian's package lava-common, and Debian's Python, for which it is installed. */
const PYTHON = '/usr/bin/python3';
const VALIDATE = 'import json,sys; from lava_common.schemas import validate; validate(json.load(sys.stdin))';
const hasLava = spawnSync(PYTHON, ['-c', 'import lava_common.schemas']).status === 0;
if (!hasLava) console.log("the jobs of LAVA are not held to its schema: Debian's package lava-common is not installed");

describe('a job of LAVA', () => {
  const fault = (job: unknown): string =>
    spawnSync(PYTHON, ['-c', VALIDATE], { input: JSON.stringify(job), encoding: 'utf8' }).stderr.trim();

  it.skipIf(!hasLava)('fits its schema, for every device, of one machine and of many', () => {
    for (const run of runs) expect(fault(parse(stringify(lavaJob(lab, run))))).toBe('');
  });

  it.skipIf(!hasLava)('fits it with the actions of a lab', async () => {
    const nfs = { deploy: { to: 'tftp', kernel: { url: 'https://lab.example/Image', type: 'image' }, os: 'debian' } };
    const boot = { boot: { method: 'u-boot', commands: 'nfs', prompts: ['# '] } };
    const own = await labOf({ ...WRITTEN, lava: { ...WRITTEN.lava, actions: [nfs, boot] } });
    expect(fault(lavaJob(own, sharded()))).toBe('');
  });

  it.skipIf(!hasLava)('would not fit it with a member more, or with an action without its role', () => {
    const job = lavaJob(lab, sharded());
    expect(fault({ ...job, shards: 3 })).toContain('extra keys not allowed');
    const actions = [...(job.actions as readonly object[]), { boot: { method: 'docker', command: 'sh' } }];
    expect(fault({ ...job, actions })).toContain('should have roles');
  });

  it('asks for as many machines as there are shards', () => {
    const { protocols } = lavaJob(lab, sharded());
    expect(protocols).toEqual({
      'lava-multinode': { roles: { shard: { device_type: 'nic-host', tags: ['two-ports'], count: 3 } } },
    });
  });

  it('needs a place for the results', async () => {
    const nowhere = await labOf({ ...WRITTEN, lava: {} });
    expect(() => lavaJob(nowhere, sharded())).toThrow(/lava.results/);
  });
});

/** The programs of the engines that are called by a shard, and nicspec itself. */
const programs = join(folder, 'bin');
function writeProgram(name: string, script: string): void {
  mkdirSync(programs, { recursive: true });
  writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(programs, name), 0o755);
}

function shell(script: string, cwd: string, variables: Readonly<Record<string, string>>): Promise<number> {
  const PATH = `${programs}${delimiter}${process.env.PATH ?? ''}`;
  const child = spawn('/bin/sh', ['-c', script], {
    cwd,
    env: { ...process.env, PATH, NO_COLOR: '1', ...variables },
    stdio: 'ignore',
  });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
}

/** What must not differ between a run and its shards put together. */
function findings({ digest, requirements, scenarios, capabilities, summary }: Results): unknown {
  const { conforms, stopped, cases } = summary;
  return {
    digest,
    requirements,
    capabilities,
    summary: { conforms, stopped, cases, scenarios: summary.scenarios, requirements: summary.requirements },
    scenarios: scenarios.map(({ durationMs, ...scenario }) => ({ ...scenario, hasRun: durationMs > 0 })),
  };
}

/** By digest, but for captures and transcripts: the clock in them began with the process. */
const evidenceOf = (run: string, { scenarios }: Results): Readonly<Record<string, string>> =>
  Object.fromEntries(
    scenarios.flatMap(({ evidence }) =>
      evidence.map((path) => [path, path.endsWith('.json') ? sha256(readFileSync(join(run, path))) : 'by the clock']),
    ),
  );

describe('the shards of a planned run, run in processes side by side', () => {
  const results = join(folder, 'results');
  const shardOf = (index: number): string => join(results, sharded().name, `shard-${index}`);
  const whole = join(folder, 'whole');
  let order: readonly string[];
  let codes: readonly number[];
  beforeAll(async () => {
    order = (await loadSpec(NICSPEC_SUITE.spec)).requirements.map(({ id }) => id);
    writeProgram('nicspec', `exec '${process.execPath}' '${join(PROJECT_ROOT, 'bin', 'nicspec.js')}' "$@"`);
    const [container] = kubernetesJob(lab, sharded()).spec?.template.spec?.containers ?? [];
    const script = container?.command?.at(-1) ?? '';
    const { target, profile, only, runs: cases } = DEVICE;
    const request = [...only.flatMap((name) => ['--only', name]), '--profile', profile, '--runs', String(cases)];
    const asked = request.map((word) => `'${word}'`).join(' ');
    codes = await Promise.all([
      ...[0, 1, 2].map((index) =>
        shell(script, folder, { JOB_COMPLETION_INDEX: String(index), NICSPEC_RESULTS: results }),
      ),
      shell(`nicspec run --target '${target}' --seed 7 ${asked} --out '${whole}'`, folder, {}),
    ]);
  }, 120_000);

  const shards = (): string[] => [1, 2, 3].map(shardOf);
  /** A copy of the second shard, made otherwise. */
  const altered = (name: string, change: (text: string) => string): string => {
    const copy = join(folder, name);
    cpSync(shardOf(2), copy, { recursive: true });
    const file = join(copy, 'records.ndjson');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    return copy;
  };
  /** As a shard that was asked something else would have been written: its end fits. */
  const otherwise = (name: string, change: (start: Record<string, unknown>) => void): string =>
    altered(name, (text) => {
      const [start = '', ...rest] = text.trimEnd().split('\n');
      const record = JSON.parse(start) as Record<string, unknown>;
      change(record);
      const before = [JSON.stringify(record), ...rest.slice(0, -1)].map((line) => `${line}\n`).join('');
      const end = JSON.parse(rest.at(-1) ?? '{}') as object;
      return `${before}${JSON.stringify({ ...end, digest: sha256(before) })}\n`;
    });
  const merging =
    (folders: readonly string[], isPartial = false) =>
    () =>
      mergeRuns(folders, join(folder, 'merged-otherwise'), { order, isPartial });

  it('end as a shard should, although the device does not conform', () => {
    expect(codes).toEqual([0, 0, 0, 1]);
  });

  it('find together what the whole run finds, with the same evidence', () => {
    const merged = join(folder, 'merged');
    const [together, alone] = [resultsOf(mergeRuns(shards(), merged, { order })), resultsOf(readRecords(whole))];
    expect(alone.summary.failures).toBeGreaterThan(0);
    expect(findings(together)).toEqual(findings(alone));
    expect(new Set(Object.values(evidenceOf(whole, alone))).size).toBeGreaterThan(1);
    expect(evidenceOf(merged, together)).toEqual(evidenceOf(whole, alone));
    expect(resultsOf(readRecords(merged))).toEqual(JSON.parse(JSON.stringify(together)));
  });

  it('are refused without one of them, and merged in part if that is wanted', () => {
    expect(merging(shards().slice(0, 2))).toThrow(/shard 3 of 3 is missing; run it with --shard 3\/3/);
    const { summary } = resultsOf(merging(shards().slice(0, 2), true)());
    expect(summary).toMatchObject({ conforms: false, stopped: '1 shards are missing' });
  });

  it('are refused with one of them twice, or with a whole run among them', () => {
    expect(merging([...shards(), shardOf(1)])).toThrow(/are both shard 1 of 3/);
    expect(merging([shardOf(1), whole])).toThrow(/is a whole run and no shard/);
    expect(() => mergeRuns(shards(), shardOf(1), { order })).toThrow(/is a shard itself/);
  });

  it.each([
    ['another seed', { seed: 8 }, /the seed is 7 and 8/],
    ['another specification', { digest: '0'.repeat(64) }, /the digest of specification and features is/],
    ['another target', { target: 'reference' }, /the target is module:.* and reference/],
    ['another profile', { profile: 'server-nic' }, /the profile is virtual-nic and server-nic/],
    ['another selection', { only: ['NIC-NL-001'] }, /--only is/],
    ['fewer cases', { runs: 4 }, /the number of cases is 5 and 4/],
    ['another version', { nicspec: '0.0.9' }, /the version of nicspec is/],
    ['another cut', { shard: { index: 2, of: 4 } }, /is shard 2 of 4, and the others are of 3/],
    [
      'another device',
      {
        identity: {
          kernel: { name: 'k', release: '1' },
          device: { vendor: 'ACME', model: 'X', driver: 'x', driverVersion: '1', firmwareVersion: '2' },
        },
      },
      /the target named itself .* and ACME X, driver x 1, firmware 2, kernel k 1/,
    ],
    ['other capabilities', { capabilities: {} }, /the target said otherwise whether it has/],
  ])('are refused with one of %s', (name, change, message) => {
    const foreign = otherwise(`foreign ${name}`, (start) => Object.assign(start, change));
    expect(merging([shardOf(1), foreign, shardOf(3)])).toThrow(message);
  });

  it.each<readonly [string, (text: string) => string, RegExp]>([
    ['a record less', (text) => text.replace(/\n[^\n]+\n/, '\n'), /was changed after the run/],
    ['another outcome', (text) => text.replace('"outcome":"fail"', '"outcome":"pass"'), /was changed after the run/],
    ['half of it cut off', (text) => text.slice(0, text.length / 2), /did not come to its end/],
    ['its end cut off', (text) => `${text.trimEnd().split('\n').slice(0, -1).join('\n')}\n`, /did not come to its end/],
    ['a line that is none', (text) => text.replace('\n', '\n{"kind"\n'), /:2: this line is not a record/],
    ['nothing in it', () => '', /the first record must be a run-start/],
  ])('are refused with one that is damaged: %s', (name, change, message) => {
    expect(merging([shardOf(1), altered(`damaged ${name}`, change), shardOf(3)])).toThrow(message);
  });

  it('are refused with one without its evidence', () => {
    const bare = shards().find((shard) => existsSync(join(shard, 'evidence'))) ?? '';
    const copy = join(folder, 'without evidence');
    cpSync(bare, copy, { recursive: true });
    rmSync(join(copy, 'evidence'), { recursive: true });
    expect(merging(shards().map((shard) => (shard === bare ? copy : shard)))).toThrow(
      /its records name evidence.*not there/,
    );
  });
});

describe('the steps of a job of LAVA', () => {
  it('find the place of the machine, run its shard, and put it where the lab says', async () => {
    const cwd = join(folder, 'lava');
    mkdirSync(cwd);
    writeProgram('lava-group', String.raw`printf 'node-c\nnode-a\nnode-b'`);
    writeProgram('lava-self', 'echo node-b');
    writeProgram('lava-test-case', 'echo "$@" >> cases; [ "$2" != --shell ] || { shift 2; "$@"; }');
    writeProgram('curl', 'echo "$@" > uploaded');
    const { actions } = lavaJob(await labOf({ ...WRITTEN, devices: [{ ...DEVICE, only: ['NIC-NL-001'] }] }), {
      ...sharded(),
      device: { ...sharded().device, only: ['NIC-NL-001'] },
    }) as {
      readonly actions: readonly {
        readonly test?: {
          readonly definitions: readonly {
            readonly repository: { readonly run: { readonly steps: readonly string[] } };
          }[];
        };
      }[];
    };
    const steps = actions.at(-1)?.test?.definitions[0]?.repository.run.steps ?? [];
    expect(await shell(['set -e', ...steps].join('\n'), cwd, {})).toBe(0);
    expect(readRecords(join(cwd, 'shard-2'))[0]).toMatchObject({ shard: { index: 2, of: 3 }, seed: 7 });
    expect(readFileSync(join(cwd, 'cases'), 'utf8')).toContain('nicspec-shard-2 --result pass');
    const name = 'nicspec-broken-nic-seed-7-shard-2.tar.gz';
    expect(readFileSync(join(cwd, 'uploaded'), 'utf8')).toContain(
      `--upload-file ${name} https://results.example/nicspec/${name}`,
    );
    expect(spawnSync('tar', ['-tzf', join(cwd, name)], { encoding: 'utf8' }).stdout).toContain(
      'shard-2/records.ndjson',
    );
  }, 60_000);
});
