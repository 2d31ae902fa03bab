import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../runner/project.js';
import { UsageError } from '../../runner/usage.js';
import { checkAdapter, type CheckedCall } from './checkAdapter.js';
import { templateFolder, writeNewAdapter } from './newAdapter.js';

const folder = mkdtempSync(join(tmpdir(), 'nicspec-adapters-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasCompiler = ['cc', 'make'].every((program) => spawnSync(program, ['--version']).status === 0);
const hasPython = spawnSync('python3', ['--version']).status === 0;

async function findingsOf(command: string, where: string): Promise<CheckedCall[]> {
  const found: CheckedCall[] = [];
  for await (const finding of checkAdapter({ command, folder: where })) found.push(finding);
  return found;
}

describe('a new adapter', () => {
  it('goes into a folder of its own', () => {
    writeFileSync(join(folder, 'something'), '');
    expect(() => writeNewAdapter('python', folder)).toThrow(UsageError);
  });

  it.skipIf(!hasPython)('in Python keeps to the protocol before anything is filled in', async () => {
    const where = join(folder, 'python');
    writeNewAdapter('python', where);
    const findings = await findingsOf('python3 nic.py', where);
    expect(findings.filter(({ finding }) => finding !== 'good')).toEqual([]);
    expect(findings.map(({ name }) => name)).toContain('netDevice.transmit');
  });

  it.skipIf(!hasCompiler)('in C is built without a warning, and keeps to the protocol', async () => {
    const where = join(folder, 'c');
    writeNewAdapter('c', where);
    const { status, stderr } = spawnSync('make', ['CFLAGS=-O1 -Wall -Wextra -Werror'], {
      cwd: where,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const findings = await findingsOf('./nic', where);
    expect(findings.filter(({ finding }) => finding !== 'good')).toEqual([]);
  });
});

describe('the check of an adapter', () => {
  const fixture = join(PROJECT_ROOT, 'harness', 'targets', 'process', 'fixtures', 'adapter.mjs');

  it('goes on behind a mistake, with a fresh process', async () => {
    const findings = await findingsOf(`node ${fixture} counts-in-words`, folder);
    const bad = findings.filter(({ finding }) => finding === 'mistake');
    expect(bad.map(({ name }) => name)).toEqual(['netDevice.statistics']);
    expect(findings.at(-1)).toMatchObject({ name: 'netDevice.stop', finding: 'good' });
  });

  it('remarks what keeps to the protocol and is hardly meant so', async () => {
    const findings = await findingsOf(`node ${fixture} loses-every-frame`, folder);
    expect(findings.find(({ name }) => name === 'netDevice.transmit')).toMatchObject({ finding: 'remark' });
  });

  it('is over where nothing starts', async () => {
    expect(await findingsOf('./none', folder)).toEqual([
      { name: 'hello', finding: 'mistake', text: expect.stringContaining('exit code 127') as string },
    ]);
  });
});

describe('the worked adapter in C', () => {
  it.each(['protocol.c', 'protocol.h'])('has the %s of the template', (name) => {
    const worked = readFileSync(join(PROJECT_ROOT, 'examples', 'adapters', 'c-switch', name), 'utf8');
    expect(worked).toBe(readFileSync(join(templateFolder('c'), name), 'utf8'));
  });
});

describe('the worked adapter in Python', () => {
  it('speaks the protocol of the template', () => {
    const worked = readFileSync(join(PROJECT_ROOT, 'examples', 'adapters', 'python-nic', 'protocol.py'), 'utf8');
    expect(worked).toBe(readFileSync(join(templateFolder('python'), 'protocol.py'), 'utf8'));
  });
});

describe('the worked adapter in TypeScript', () => {
  const worked = join(PROJECT_ROOT, 'examples', 'adapters', 'ts-nic');

  it('is made of types of the contract, and of nothing of the reference', () => {
    const sources = readdirSync(worked).filter((name) => name.endsWith('.ts'));
    const imports = sources.flatMap((name) =>
      [...readFileSync(join(worked, name), 'utf8').matchAll(/^(?:import|export) (type )?[^;]*from '([^']+)'/gm)].map(
        ([, type = '', from = '']) => `${type}${from}`,
      ),
    );
    expect(new Set(imports.filter((from) => !/^(type )?\.\/\w+\.js$/.test(from)))).toEqual(new Set(['type nicspec']));
  });

  it('keeps to the protocol in a process of its own', async () => {
    const bin = join(PROJECT_ROOT, 'bin', 'nicspec.js');
    const findings = await findingsOf(`node ${bin} adapter serve module:nic.ts`, worked);
    expect(findings.filter(({ finding }) => finding !== 'good')).toEqual([]);
    expect(findings.map(({ name }) => name)).toContain('ethtool.getRxHashFields');
  });
});
