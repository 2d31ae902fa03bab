import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ACTIONS,
  complete,
  NettoolSession,
  changeDevice,
  query,
  type Machine,
} from '../../reference-impl/nettool/index.js';
import { PROJECT_ROOT } from '../runner/project.js';
import { openReferenceTarget } from '../targets/reference.js';
import { migrationDocument, subjectsDocument } from './documents.js';
import { OpenedHost } from './hosts.js';

const BIN = join(PROJECT_ROOT, 'bin', 'nettool.js');
const folder = mkdtempSync(join(tmpdir(), 'nettool-'));
afterAll(() => rmSync(folder, { recursive: true }));

function nettool(...words: readonly string[]): {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...words], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, out: stdout, err: stderr };
}
const onReference = (...words: readonly string[]): ReturnType<typeof nettool> => nettool(...words, '--on', 'reference');

describe('the command line', { timeout: 60_000 }, () => {
  it('shows the ports of the reference switch in aligned columns', () => {
    const { code, out } = onReference('show', 'sw1p*');
    expect(code).toBe(0);
    const [header = '', ...rows] = out.trimEnd().split('\n');
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row.indexOf('02:4e')).toBe(header.indexOf('ADDRESS'));
  });

  it('answers programs in JSON', () => {
    const { out } = onReference('show', 'rings', 'sw1p1', '--json');
    const parsed = JSON.parse(out) as {
      readonly answers: readonly { readonly values: unknown; readonly limits: unknown }[];
    };
    expect(parsed).toMatchObject({
      format: 1,
      answers: [
        { host: 'reference', device: 'sw1p1', subject: 'rings', values: { rx: 512 }, limits: { rx: { most: 4096 } } },
      ],
      failures: [],
    });
  });

  it('tells by its exit code what became of a change', () => {
    expect(onReference('set', 'sw1p1', 'rings.rx=1024').code).toBe(0);
    const refused = onReference('set', 'sw1p1', 'rings.rx=99999');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('accepted: 0 to 4096 descriptors');
    expect(onReference('set', 'sw1p*', 'rings.rx=1024').err).toContain('one of sw1p1, sw1p2, sw1p3, sw1p4');
    expect(onReference('set', 'sw1p1').code).toBe(2);
    expect(onReference('show', 'nobody').code).toBe(1);
    expect(nettool('show', '--on', 'agent:false').code).toBe(3);
  });

  it('says what is missing, and where words stand', () => {
    const nothing = onReference('run', 'sw1p1');
    expect(nothing.code).toBe(2);
    expect(nothing.err).toContain('nettool run sw1p1 ACTION [ARGUMENT…]');
    expect(onReference('show', 'sw1p1', 'rings').err).toContain('subjects stand before devices: nettool show rings');
    expect(onReference('run', 'sw1p1', 'table-read', 'fbd').err).toMatch(/accepted: fdb\n/);
  });

  it('does not watch what is not there', () => {
    const { code, err } = onReference('watch', 'sw1p9');
    expect(code).toBe(1);
    expect(err).toContain('no device matches sw1p9');
  });

  it('shows what it would send', () => {
    const { out, code } = onReference('set', 'sw1p1', 'coalesce.rx-usecs=30', '--validate', '--show-messages');
    expect(code).toBe(0);
    expect(out).toContain('ETHTOOL_MSG_COALESCE_SET');
    expect(out).toContain('ETHTOOL_A_COALESCE_RX_USECS 30');
  });

  it('asks the machines of an inventory, and names the one that cannot be reached', () => {
    writeFileSync(join(folder, 'nettool.yaml'), 'hosts:\n  model: reference\n  gone: "agent:false"\n');
    const { out, err, code } = nettool('show', 'state', '--on', 'all');
    rmSync(join(folder, 'nettool.yaml'));
    expect(code).toBe(3);
    expect(out).toContain('sw1p4');
    expect(err).toContain('gone');
  });

  it('explains, migrates, and offers examples', () => {
    expect(nettool('explain', 'EOPNOTSUPP').out).toContain('does not have it');
    expect(nettool('migrate', 'ethtool -K eth0 tso off').out).toBe('nettool set eth0 features.tso=off\n');
    for (const command of ['show', 'set', 'add', 'del', 'run', 'watch', 'explain', 'migrate', 'completion', 'schema'])
      expect(nettool(command, '--help').out, command).toContain('Examples:');
  });

  it('makes and removes net devices, and says what a kind needs', () => {
    const made = onReference('create', 'br0', 'bridge', 'bridge.priority=4096', 'link.up=on');
    expect(made.code).toBe(0);
    expect(made.out).toContain('kind=bridge bridge.priority=4096');
    const refused = onReference('create', 'v5', 'vlan', 'vlan.id=5');
    expect(refused.err).toContain('vlan.on: a VLAN device cannot be made without it');
    expect(onReference('destroy', 'sw1p1').code).toBe(1);
  });

  it('tells what a reporter says, as text and as JSON', () => {
    expect(onReference('run', 'sw1p1', 'health-diagnose', 'fw').out).toContain('running: true');
    const { out } = onReference('run', 'sw1p1', 'health-diagnose', 'fw', '--json');
    expect(JSON.parse(out)).toMatchObject({ ok: true, result: { running: true } });
    const { code, err } = onReference('run', 'sw1p1', 'health-diagnose', 'fx');
    expect(code).toBe(1);
    expect(err).toContain('accepted: fw');
  });

  it('shows tables with the columns of the schema, and rows as the kernel tells them', () => {
    const { out } = onReference('show', 'devlink-health', 'sw1p1');
    const [header = '', ...rows] = out.trimEnd().split('\n');
    expect(header.split(/ {2,}/)).toEqual([
      'DEVICE',
      'REPORTER',
      'PORT',
      'STATE',
      'ERRORS',
      'RECOVERIES',
      'GRACE-PERIOD',
      'AUTO-RECOVER',
      'AUTO-DUMP',
    ]);
    expect(rows.map((row) => row.split(/ {2,}/)[1])).toEqual(['fw', 'fw_fatal', 'tx']);
  });

  it('says of a misspelt subject which one is meant', () => {
    const { code, err } = onReference('show', 'rngs', 'sw1p1');
    expect(code).toBe(1);
    expect(err).toContain('is the subject rings meant?');
    expect(onReference('set', 'sw1p', 'link.mtu=1400').err).toContain('accepted: sw1p1');
  });

  it('lists every action in the help of run', () => {
    const { out } = nettool('run', '--help');
    for (const { name } of ACTIONS) expect(out).toContain(name);
  });

  it('completes in bash', () => {
    const script = `nettool() { ${process.execPath} ${BIN} "$@"; }
source <(nettool completion bash)
COMP_LINE='nettool set sw1p1 --on reference rings.r'; COMP_POINT=\${#COMP_LINE}
COMP_WORDS=(nettool set sw1p1 --on reference rings.r); COMP_CWORD=5
_nettool 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8', cwd: folder });
    expect(stdout.split('\n')).toContain('rings.rx=');
  });

  it('watches what others do', async () => {
    // On the reference nobody else is there: the watcher itself ends after the time that the test gives it.
    const child = spawn(process.execPath, [BIN, 'watch', '--on', 'reference'], { stdio: 'pipe' });
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.once('exit', (_code, signal) => resolve(signal)),
    );
    setTimeout(() => child.kill('SIGTERM'), 1500);
    expect(await ended).toBe('SIGTERM');
  });
});

describe('completion', { timeout: 60_000 }, () => {
  it.each([
    [['set', 'eth0', 'devlink-health', 'reporter='], 'reporter=fw'],
    [['run', 'eth0', 'health-'], 'health-diagnose'],
    [['run', 'eth0', 'health-diagnose', ''], 'fw_fatal'],
    [['run', 'eth0', 'reload', ''], 'fw_activate'],
    [['create', 'x', 'v'], 'vrf'],
    [['create', 'x', 'bridge', 'bridge.prio'], 'bridge.priority='],
    [['create', 'x', 'bridge', 'link.up='], 'link.up=on'],
    [['del', 'eth0', 'devlink-reg'], 'devlink-regions'],
    [['add', 'eth0', 'devlink-rates', ''], 'node='],
  ] as const)('of %j offers %s', async (words, expected) => {
    const session = new NettoolSession(await openReferenceTarget());
    expect(await complete(session, words)).toContain(expected);
    await session.close();
  });
});

describe('a machine behind an agent', { timeout: 60_000 }, () => {
  it('is asked and changed like any other', async () => {
    const agent = `agent:${process.execPath} ${join(PROJECT_ROOT, 'bin', 'nicspec.js')} agent --target reference`;
    const host = new OpenedHost({ name: 'far', target: agent });
    try {
      const session = await host.session();
      const result = await changeDevice(session, 'eth0', [{ subject: 'rings', key: 'rx', value: '1024' }]);
      expect(result.ok).toBe(true);
      const { answers } = await query([host], { subjects: ['rings', 'features', 'link'], patterns: ['eth*'] });
      expect(answers.filter(({ result: { ok } }) => ok)).toHaveLength(12);
      const [first] = answers;
      expect(first?.result.ok === true && first.result.value.values['rx']).toBe(1024);
    } finally {
      await host.close();
    }
  });
});

describe('a slow machine', () => {
  /** Every change takes its time on the way. */
  async function slow(delayMs: number): Promise<NettoolSession> {
    const target = await openReferenceTarget();
    const machine: Machine = {
      ethtoolIoctl: (netDevice, bytes) => target.ethtoolIoctl(netDevice, bytes),
      netlink: async (protocol) => {
        const socket = await target.netlink(protocol);
        const isChange = (datagram: Uint8Array): boolean => protocol === 0 && datagram[4] === 19;
        return {
          ...socket,
          send: async (datagram: Uint8Array) => {
            if (isChange(datagram)) await new Promise((resolve) => setTimeout(resolve, delayMs));
            return socket.send(datagram);
          },
        };
      },
    };
    return new NettoolSession(machine);
  }

  it('delays changes, and no reads', async () => {
    const session = await slow(400);
    const host = { name: '', session: () => Promise.resolve(session) };
    let isChanged = false;
    const change = changeDevice(session, 'eth0', [{ subject: 'link', key: 'mtu', value: '1400' }]).then(
      () => (isChanged = true),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    const reads = await Promise.all(
      Array.from({ length: 100 }, () => query([host], { subjects: ['link', 'features'], patterns: ['eth0'] })),
    );
    expect(isChanged).toBe(false);
    expect(reads.every(({ answers }) => answers.every(({ result }) => result.ok))).toBe(true);
    await change;
    await session.close();
  });
});

describe('the documentation', () => {
  it.each([
    ['docs/nettool-migration.md', migrationDocument],
    ['docs/nettool-subjects.md', subjectsDocument],
  ])('%s is what the data say', (file, document) => {
    const text = readFileSync(join(PROJECT_ROOT, file), 'utf8');
    expect(text === document(), `${file} is old: node scripts/nettool-docs.js writes it`).toBe(true);
  });
});
