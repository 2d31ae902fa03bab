/** Programs that are no tools of netlink, unmodified: what the C library and the shell look up for them is the target's. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../runner/project.js';
import { findProgram } from '../targets/lab/program.js';
import { probeLinux } from '../targets/linux/index.js';
import { findCompiler } from './shimLibrary.js';

const compiler = process.platform === 'linux' ? findCompiler() : undefined;
const absent = ['sysctl', 'ip', 'python3', 'route', 'arp', 'ifconfig', 'netstat'].filter(
  (name) => findProgram(name) === undefined,
);
if (compiler === undefined)
  process.stderr.write('the tests of programs in the shell are skipped: there is no C compiler\n');
else if (absent.length > 0) process.stderr.write(`some of them are skipped: ${absent.join(', ')} is not installed\n`);
const has = (...programs: readonly string[]): boolean =>
  compiler !== undefined && programs.every((program) => !absent.includes(program));

const folder = mkdtempSync(join(tmpdir(), 'nicspec-programs-test-'));
const tool = join(folder, 'plain-tool');
const log = join(folder, 'log');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function shell(target: string, script: string): Promise<Ran> {
  const args = [join(PROJECT_ROOT, 'bin', 'nicspec.js'), 'shell', '--target', target, '--log', log];
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C' };
    const child = execFile(process.execPath, [...args, '--', 'sh', '-c', script], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 255, out, err }),
    );
    child.stdin?.end();
  });
}

const SETTING = 'net.ipv4.conf.sw1p1.forwarding';
const FILE = '/proc/sys/net/ipv4/conf/sw1p1/forwarding';

describe.skipIf(compiler === undefined)('settings below /proc/sys/net', () => {
  it.skipIf(!has('sysctl'))('are read and written by sysctl(8)', async () => {
    const { out } = await shell(
      'reference',
      `sysctl ${SETTING}; sysctl -w ${SETTING}=1; sysctl -n ${SETTING}; cat ${FILE}`,
    );
    expect(out).toBe(`${SETTING} = 0\n${SETTING} = 1\n1\n1\n`);
  });

  it('are written by whatever writes a file, and read behind it', async () => {
    const writes = [`echo 0 >${FILE}`, `echo 1 | tee ${FILE}`, `printf 0 | dd of=${FILE} 2>/dev/null`];
    const { out } = await shell('reference', writes.map((write) => `${write}; cat ${FILE}`).join('; '));
    expect(out).toBe('0\n1\n1\n0\n');
  });

  it('say what the target does not take, and the log names it', async () => {
    const { err, out } = await shell('reference', `sh -c 'echo nonsense >${FILE}'; echo $?; cat ${FILE}`);
    expect(err).toMatch(/I\/O error|Invalid argument/);
    expect(out).not.toMatch(/^0/);
    expect(readFileSync(log, 'utf8')).toMatch(
      /unsupported: "nonsense" for the setting net\/ipv4\/conf\/sw1p1\/forwarding/,
    );
  });

  it('say it to who writes through streams of the C library', async () => {
    const script = `bash -c 'echo nonsense >${FILE}; echo $?'; bash -c 'echo 1 >${FILE}; echo $?'; cat ${FILE}`;
    const { err, out } = await shell('reference', script);
    expect(err).toMatch(/echo: write error: Invalid argument/);
    expect(out).toBe('1\n0\n1\n');
  });

  it.skipIf(!has('sysctl'))('say it to sysctl(8)', async () => {
    const { code, err } = await shell('reference', `sysctl -w ${SETTING}=nonsense`);
    expect([code, err]).toEqual([1, `sysctl: setting key "${SETTING}": Invalid argument\n`]);
  });

  it.skipIf(!has('sysctl'))('are listed, and those of this machine are not', async () => {
    const script = `sysctl -a >$0 2>&1; grep -c '^net.ipv4.conf.*forwarding = 0$' $0; grep -c net.ipv4.conf.lo $0`;
    expect((await shell('reference', script.replaceAll('$0', join(folder, 'settings')))).out).toBe('4\n0\n');
  });

  it('are found by patterns, by walks and from the folder on', async () => {
    const folderOf = dirname(dirname(FILE));
    const script = [
      `echo ${folderOf}/*/forwarding`,
      `ls ${folderOf}`,
      `ls -l ${folderOf}/sw1p1 | wc -l`,
      `find ${folderOf} -name forwarding | wc -l`,
      `cd ${folderOf}/sw1p2 && echo 1 >forwarding && cat forwarding ../sw1p3/forwarding ../../../../kernel/ostype`,
      `grep -rl 1 ${folderOf}/sw1p2`,
    ];
    const { out, err } = await shell('reference', script.join('; '));
    const ports = ['sw1p1', 'sw1p2', 'sw1p3', 'sw1p4'];
    expect(err).toBe('');
    expect(out.trim().split('\n')).toEqual([
      ports.map((port) => `${folderOf}/${port}/forwarding`).join(' '),
      ...ports,
      '3',
      '4',
      '1',
      '0',
      'Linux',
      `${folderOf}/sw1p2/forwarding`,
    ]);
  });

  it.skipIf(!has('sysctl'))('that the target does not have are absent, and the log names them', async () => {
    const { code, err } = await shell('reference', 'sysctl net.core.no_such_setting');
    expect([code, err]).toEqual([
      1,
      'sysctl: cannot stat /proc/sys/net/core/no_such_setting: No such file or directory\n',
    ]);
    expect(readFileSync(log, 'utf8')).toMatch(/sysctl\[\d+\] unsupported: the setting net\/core\/no_such_setting/);
    await shell('reference', 'cat /proc/net/snmp; ls /sys/class/net/*/nothing');
    expect(readFileSync(log, 'utf8')).toMatch(/cat\[\d+\] unsupported: the file \/proc\/net\/snmp/);
  });

  it.skipIf(!has('sysctl'))('that are of no network stay those of this machine', async () => {
    expect((await shell('reference', 'sysctl -n kernel.ostype')).out).toBe('Linux\n');
  });
});

describe.skipIf(!has('ip', 'route', 'arp', 'ifconfig', 'netstat'))('the tools of net-tools', () => {
  it('show what the target tells', async () => {
    const script = [
      'ip addr add 192.0.2.1/24 dev sw1p1; ip link set sw1p1 up',
      'ip route add 10.0.0.0/8 via 192.0.2.9 metric 5',
      'ip neigh add 192.0.2.2 lladdr 02:cc:00:00:00:02 dev sw1p1',
      'route -n; arp -n; netstat -i; ifconfig sw1p1; ifconfig nosuch',
    ];
    const { out, err } = await shell('reference', script.join('; '));
    const lines = out.split('\n').map((line) => line.replaceAll(/\s+/g, ' ').trim());
    expect(lines).toContain('10.0.0.0 192.0.2.9 255.0.0.0 UG 5 0 0 sw1p1');
    expect(lines).toContain('192.0.2.2 ether 02:cc:00:00:00:02 CM sw1p1');
    expect(lines).toContain('sw1p1 1500 0 0 0 0 0 0 0 0 BMRU');
    expect(lines).toContain('inet 192.0.2.1 netmask 255.255.255.0 broadcast 0.0.0.0');
    expect(err).toBe('nosuch: error fetching interface information: Device not found\n');
  });
});

describe.skipIf(compiler === undefined)('what the C library looks up', () => {
  beforeAll(() => {
    if (compiler === undefined) return;
    const source = join(PROJECT_ROOT, 'harness', 'shell', 'fixtures', 'plainTool.c');
    expect(spawnSync(compiler, ['-D_GNU_SOURCE', '-std=gnu17', '-O2', '-o', tool, source]).stderr.toString()).toBe('');
  }, 60_000);

  it.skipIf(!has('python3'))('are names and indexes for Python', async () => {
    const words = 'import socket as s; print(s.if_nameindex()[0], s.if_nametoindex("sw1p2"), s.if_indextoname(2))';
    expect((await shell('reference', `python3 -c '${words}'`)).out).toBe("(2, 'sw1p1') 3 sw1p1\n");
  });

  it.skipIf(!has('ip'))('are the addresses that were given to the target', async () => {
    const given = 'ip addr add 192.0.2.1/24 brd + dev sw1p1';
    const { out } = await shell('reference', `${given}; ${tool} addresses`);
    const lines = out.trim().split('\n');
    expect(lines.filter((line) => line.startsWith('sw1p')).length).toBe(5);
    expect(lines.at(-1)).toMatch(
      /^sw1p1 flags=\w+ address=02000000c0000201 mask=02000000ffffff00 broadcast=02000000c00002ff$/,
    );
  });

  const probe = probeLinux();
  it.skipIf(!probe.ok)('is, of this machine, what the C library itself finds', async ({ skip }) => {
    const own = spawnSync(tool, ['addresses'], { encoding: 'utf8' }).stdout;
    if (own === '') skip('this machine has no addresses');
    expect((await shell('linux:host', `${tool} addresses`)).out).toBe(own);
  });
});
