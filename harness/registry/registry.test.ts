import { generateKeyPairSync, createPublicKey } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IDENTITY, writeBundle, type FixtureOptions } from '../certify/bundle.fixture.js';
import { verifyBundle } from '../certify/verify.js';
import { renderBadge } from './badge.js';
import { readRegistry, type Registry, type RegistryOptions } from './registry.js';
import type { RegistryIndex } from './registryIndex.js';
import { writeRegistry } from './writeRegistry.js';

const scratch = mkdtempSync(join(tmpdir(), 'nicspec-registry-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const bundles = join(scratch, 'bundles');
const site = join(scratch, 'site');
const { privateKey: key } = generateKeyPairSync('ed25519');
const OPTIONS: RegistryOptions = { title: 'Cards & <switches>', builtAt: '2099-12-01T12:00:00.000Z', trusted: [] };

const failing = (id: string): NonNullable<FixtureOptions['outcome']> => {
  return ({ requirements }) =>
    requirements.includes(id) ? { outcome: 'fail', reason: 'it does not' } : { outcome: 'pass', reason: '' };
};
const deviation = (
  requirement: string,
): object & { requirement: string; reason: string; owner: string; expires: string } => ({
  requirement,
  reason: 'known <b>bug</b> 7',
  owner: 'lab@acme.example',
  expires: '2099-12-31',
});
const firmware = (firmwareVersion: string): FixtureOptions['identity'] => ({
  ...IDENTITY,
  device: { ...IDENTITY.device, firmwareVersion },
});
const HOSTILE = {
  ...IDENTITY,
  device: { ...IDENTITY.device, vendor: '<img src=x onerror=alert(1)>', model: '../../evil' },
};

let registry: Registry;
beforeAll(async () => {
  await writeBundle(join(bundles, 'acme', 'fw-1'), { key, identity: firmware('1.0'), outcome: failing('NIC-MTU-001') });
  await writeBundle(join(bundles, 'acme', 'fw-2'), {
    key,
    identity: firmware('2.0'),
    outcome: failing('NIC-NL-001'),
    deviations: [deviation('NIC-NL-001'), deviation('NIC-MTU-001')],
  });
  await writeBundle(join(bundles, 'hostile'), { key, identity: HOSTILE });
  cpSync(join(bundles, 'acme', 'fw-2'), join(bundles, 'altered'), { recursive: true });
  appendFileSync(join(bundles, 'altered', 'seed-2', 'records.ndjson'), ' ');
  cpSync(join(bundles, 'acme', 'fw-2'), join(bundles, 'bare <b>'), { recursive: true });
  unlinkSync(join(bundles, 'bare <b>', 'envelope.json'));
  registry = await readRegistry(bundles, OPTIONS);
  writeRegistry(registry, bundles, site);
}, 120_000);

const page = (path: string): string => readFileSync(join(site, path), 'utf8');
const index = (): RegistryIndex => JSON.parse(page('index.json')) as RegistryIndex;

describe('a registry', () => {
  it('has a device for each that was certified, with the level of its newest certificate', () => {
    const devices = index().devices.map(({ vendor, levels, certificates }) => [
      vendor,
      levels[0]?.level,
      certificates.length,
    ]);
    expect(devices).toEqual([
      ['<img src=x onerror=alert(1)>', 'conforms', 1],
      ['ACME', 'conforms with deviations', 2],
    ]);
    expect(page('index.html')).toContain('virtual-nic: conforms with deviations');
  });

  it('names what does not verify, with the rule that it breaks, and makes no certificate of it', () => {
    expect(index().refused.map(({ bundle, rule }) => [bundle, rule])).toEqual([
      ['altered', 'the files are those that were signed'],
      ['bare <b>', 'the bundle is whole'],
    ]);
    const text = page('index.html');
    expect(text).toContain('Broken rule: the files are those that were signed');
    expect(text).toContain('bare &lt;b>');
    for (const { certificates } of index().devices)
      for (const { bundle } of certificates) expect(bundle).not.toContain('altered');
  });

  it('refuses the bundles of others, where it is said who is trusted', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const { devices, refused } = await readRegistry(join(bundles, 'acme'), { ...OPTIONS, trusted: [publicKey] });
    expect(devices).toEqual([]);
    expect(new Set(refused.map(({ rule }) => rule))).toEqual(new Set(['the signer is trusted']));
    const own = await readRegistry(join(bundles, 'acme'), { ...OPTIONS, trusted: [createPublicKey(key)] });
    expect(own.devices[0]?.certificates.map(({ isTrusted }) => isTrusted)).toEqual([true, true]);
  });

  it('shows deviations with their end, and marks those that are stale', () => {
    const text = page('devices/acme-nic-1/index.html');
    expect(text).toContain('covered until 2099-12-31 (30 days)');
    expect(text).toMatch(/NIC-MTU-001<\/span>[^]*?deviation-stale">Stale/);
    expect(text).toContain('known &lt;b>bug&lt;/b> 7');
  });

  it('shows what got better and worse over the versions', () => {
    const text = page('devices/acme-nic-1/index.html');
    expect(text).toContain('Over its versions: virtual-nic');
    expect(text).toMatch(/NIC-MTU-001[^]*?<td class="better"/);
    expect(text).toMatch(/NIC-NL-001[^]*?<td class="worse"/);
    expect(text).toContain('firmware 1.0, kernel 0.1.0');
  });

  it('has the bundles beside the pages, and they verify from there', async () => {
    for (const { certificates } of index().devices)
      for (const { bundle } of certificates)
        expect((await verifyBundle(join(site, bundle), { trusted: [] })).ok).toBe(true);
  });

  it('lets nothing of a bundle run, nor leave its folder', () => {
    const [hostile] = index().devices;
    expect(hostile?.page).toBe('devices/img-src-x-onerror-alert-1-evil/index.html');
    for (const path of ['index.html', hostile?.page ?? '', 'devices/acme-nic-1/index.html']) {
      expect(page(path)).not.toContain('<img src=x');
      expect(page(path)).toContain("default-src 'none'");
      expect(page(path)).toContain("script-src 'none'");
      expect(page(path)).not.toMatch(/<script|https?:\/\//);
    }
  });

  it('is written over its own site, and over no other folder', () => {
    writeFileSync(join(site, 'devices', 'left'), '');
    writeRegistry(registry, bundles, site);
    expect(() => page('devices/left')).toThrow();
    expect(() => writeRegistry(registry, bundles, scratch)).toThrow(/no registry is in it/);
  });

  it('needs a bundle at least', async () => {
    await expect(readRegistry(join(bundles, 'acme', 'fw-1', 'seed-1'), OPTIONS)).rejects.toThrow(/holds no bundle/);
    await expect(readRegistry(join(scratch, 'none'), OPTIONS)).rejects.toThrow(/is not there/);
  });
});

describe('a badge', () => {
  it('says profile and level, and is escaped', () => {
    const badge = renderBadge('server-nic', 'conforms');
    expect(badge).toContain('aria-label="nicspec server-nic: conforms"');
    expect(renderBadge('a"><script>', 'conforms')).not.toContain('<script>');
  });

  it.each(['conforms', 'conforms with deviations', 'does not conform'] as const)(
    'has a colour of its own: %s',
    (level) => {
      const colour = (of: typeof level): string => /fill="(#[0-9a-f]+)"\/><\/g>/.exec(renderBadge('p', of))?.[1] ?? '';
      expect(colour(level)).toMatch(/^#/);
      expect(level === 'conforms' || colour(level) !== colour('conforms')).toBe(true);
    },
  );
});
