import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../runner/project.js';

/** What a vendor installs beside a device: what package.json names, and nothing else of the checkout. */
describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nicspec-package-'));
  const installed = join(folder, 'package');
  const work = join(folder, 'work');

  beforeAll(() => {
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
    execFileSync('npm', pack, { cwd: PROJECT_ROOT });
    const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    execFileSync('tar', ['xzf', archive], { cwd: folder });
    symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(installed, 'node_modules'));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    [['adapter', 'new', '--language', 'ts', work], /npx nicspec run --target module:nic\.ts/],
    [['run', '--only', 'NIC-PAD-001', '--out', join(folder, 'run')], /conforms to server-nic/],
    [
      ['run', '--target', `module:${join(work, 'nic.ts')}`, '--only', 'NIC-BASE-001', '--out', join(folder, 'own')],
      /1 pass/,
    ],
    [['defects', '--only', 'NIC-PAD-001', '--out', join(folder, 'defects')], /1 of 1 defects killed/],
    [['report', join(folder, 'run'), '--out', join(folder, 'site')], /site\/index\.html/],
    [['docs', '--format', 'html', '--out', join(folder, 'docs')], /html: \d+ files/],
  ])(
    '%j',
    (args, said) => {
      const { stdout, stderr, status } = spawnSync(process.execPath, [join(installed, 'bin', 'nicspec.js'), ...args], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(stdout + stderr).toMatch(said);
      expect(status, stdout + stderr).toBe(0);
    },
    60_000,
  );
});
