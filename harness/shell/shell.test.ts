/** The shell itself: what a program's sockets do in it, what it refuses and says, and what happens when something goes wrong. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TargetLost, type NetlinkSocket, type Target } from '../contract/index.js';
import { PROJECT_ROOT } from '../runner/project.js';
import { findProgram } from '../targets/lab/program.js';
import { openReferenceTarget } from '../targets/reference.js';
import { asStrictRequest } from './legacyRequests.js';
import { whyNotRedirected } from './programs.js';
import { ShellServer } from './shellServer.js';
import { findCompiler, shimLibrary } from './shimLibrary.js';
import { openToolLog } from './toolLog.js';
import { forTool } from './toolAnswers.js';
import { WallClock, type ShellClock } from './wallClock.js';

const NICSPEC = join(PROJECT_ROOT, 'bin', 'nicspec.js');
const compiler = process.platform === 'linux' ? findCompiler() : undefined;
const ip = findProgram('ip');
if (compiler === undefined) process.stderr.write('the tests of the shell are skipped: there is no C compiler\n');
else if (ip === undefined) process.stderr.write('those of them with ip(8) are skipped: it is not installed\n');

const folder = mkdtempSync(join(tmpdir(), 'nicspec-shell-test-'));
const tool = join(folder, 'plain-tool');
const leftBehind = (): string[] =>
  readdirSync(tmpdir()).filter((name) => /^nicspec-(shell|prompt)-(?!test)/.test(name));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The bin, as a user starts it. */
const nicspec = (...args: readonly string[]): Promise<Ran> =>
  run(process.execPath, [NICSPEC, 'shell', ...args], process.env);

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(program, [...args], { env, timeout: 60_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 255, out, err }),
    );
    child.stdin?.end();
  });
}

interface Inside {
  readonly server: ShellServer;
  readonly log: string;
  /** Why the target was lost. */
  readonly reasons: readonly string[];
  ran(program: string, ...args: readonly string[]): Promise<Ran>;
  close(): Promise<void>;
}

let shells = 0;

async function inside(target: Target, clock: ShellClock = 'virtual'): Promise<Inside> {
  const own = join(folder, String(++shells));
  const [socket, log] = [`${own}-kernel`, `${own}-log`];
  const reasons: string[] = [];
  const server = new ShellServer({
    target,
    clock: new WallClock(target, 'virtual', clock),
    log: openToolLog(log),
    socket,
    lost: (reason) => reasons.push(reason),
  });
  const env = { ...process.env, LC_ALL: 'C', LD_PRELOAD: await shimLibrary(), NICSPEC_SHELL_SOCKET: socket };
  return {
    server,
    log,
    reasons,
    ran: (program, ...args) => run(program, args, env),
    close: async () => {
      await server.close();
      await target.close();
    },
  };
}

beforeAll(() => {
  if (compiler === undefined) return;
  const source = join(PROJECT_ROOT, 'harness', 'shell', 'fixtures', 'plainTool.c');
  const made = spawnSync(compiler, ['-D_GNU_SOURCE', '-std=gnu17', '-O2', '-o', tool, source]);
  expect(made.stderr.toString()).toBe('');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(compiler === undefined)('a socket in the shell', () => {
  let shell: Inside;
  beforeAll(async () => {
    shell = await inside(await openReferenceTarget());
  }, 60_000);
  afterAll(() => shell.close());

  it.each([
    ['legacy', ['legacy: 4 links']],
    ['bare', ['refusal: error -22, bare, whole, exact']],
    ['explained', ['refusal: error -22, explained, whole, exact']],
    ['capped', ['refusal: error -22, explained, capped, exact']],
    ['peek', ['peek: the whole, cut to 32, then 4 links']],
    ['shared', ['shared: 1 ready, 4 links']],
    ['never-reads', ['never reads: all were answered']],
    [
      'groups',
      [
        'packet info: 1',
        'announcement: group 1, from 1, whole length',
        'announcement: group 1, from 1, whole length',
        'answer: group 0, from 0',
        'not asked: group -1',
      ],
    ],
    ['overrun', ['overrun: some were told, No buffer space available']],
    [
      'address',
      [
        'bind: done',
        "address: family 16, groups 1, the process's own, different",
        'socket: type 3, domain 16, protocol 0',
        'memberships: 5',
      ],
    ],
  ])('behaves as one of netlink: %s', async (word, lines) => {
    const { out, code } = await shell.ran(tool, word);
    expect(out.trim().split('\n')).toEqual(lines);
    expect(code).toBe(0);
  });

  it('answers the ioctls of net devices, and refuses what would be the host', async () => {
    const { out } = await shell.ran(tool, 'ioctls=eth1');
    expect(out).toContain('name: eth1 is found and back\nmtu: 1500\n');
    expect(out).toContain(
      'bridge ioctl: Operation not supported\npacket socket: Address family not supported by protocol\n',
    );
    expect(out).toContain('list: 4 devices');
    expect((await shell.ran(tool, 'ioctls=nosuch')).out).toContain('name: nosuch is No such device');
    const log = readFileSync(shell.log, 'utf8');
    expect(log).toMatch(/plain-tool\[\d+\] unsupported: ioctl 0x89a0/);
    expect(log).toMatch(/plain-tool\[\d+\] unsupported: an AF_PACKET socket/);
  });

  it.each([
    [9, 'NETLINK_AUDIT'],
    [6, 'NETLINK_XFRM'],
  ])('is not had for protocol %d, which the log names', async (protocol, name) => {
    const { out, code } = await shell.ran(tool, `protocol=${protocol}`);
    expect([out, code]).toEqual(['socket: Protocol not supported\n', 1]);
    expect(readFileSync(shell.log, 'utf8')).toContain(`unsupported: a ${name} socket`);
  });

  it('goes away with its process, in the middle of an exchange', async () => {
    const killed = await Promise.all(Array.from({ length: 20 }, () => shell.ran(tool, 'dies')));
    expect(killed.every(({ code }) => code === 255)).toBe(true);
    expect((await shell.ran(tool, 'legacy')).out).toBe('legacy: 4 links\n');
  });

  it('is one of fifty that ask at the same time', async () => {
    const ran = await Promise.all(Array.from({ length: 50 }, () => shell.ran(tool, 'legacy', 'peek', 'explained')));
    expect(new Set(ran.map(({ out }) => out)).size).toBe(1);
    expect(ran[0]?.out).toContain('legacy: 4 links');
  });
});

describe.skipIf(compiler === undefined)('a target that is lost', () => {
  it('is an error to every tool, and the shell says why', async () => {
    const target = await openReferenceTarget();
    const netlink = async (protocol: number): Promise<NetlinkSocket> => ({
      ...(await target.netlink(protocol)),
      send: () => Promise.reject(new TargetLost('the guest panicked')),
    });
    const lost = new Proxy(target, {
      get: (of, name): unknown => {
        const member: unknown = name === 'netlink' ? netlink : Reflect.get(of, name, of);
        return typeof member === 'function' ? member.bind(of) : member;
      },
    });
    const shell = await inside(lost);
    const [first, second] = [await shell.ran(tool, 'legacy'), await shell.ran(tool, 'legacy')];
    expect(first.out).toBe('legacy: -1 links\n');
    expect(second).toMatchObject({ out: 'socket: Network is down\n', code: 1 });
    expect(shell.reasons).toEqual(['the guest panicked']);
    expect(readFileSync(shell.log, 'utf8')).toContain('the target is lost: the guest panicked');
    await shell.close();
  });
});

describe.skipIf(compiler === undefined || ip === undefined)('tools in the shell', () => {
  it('have their own exit code, and leave nothing behind', async () => {
    const before = leftBehind();
    expect((await nicspec('--', 'sh', '-c', 'exit 7')).code).toBe(7);
    expect((await nicspec('--', 'sh', '-c', 'kill -TERM $$')).code).toBe(128 + 15);
    const listed = await nicspec('--', 'ip', '-br', 'link');
    expect(listed.code).toBe(0);
    expect(listed.out.split('\n').map((line) => line.split(' ')[0])).toEqual(['sw1p1', 'sw1p2', 'sw1p3', 'sw1p4', '']);
    expect(leftBehind()).toEqual(before);
  }, 60_000);

  it('act on a device of somebody else', async () => {
    const { out, code } = await nicspec('--target', 'module:examples/broken-nic/nic.js', '--', 'ip', '-br', 'link');
    expect([out.split(' ')[0], code]).toEqual(['eth0', 0]);
  }, 60_000);

  it('are refused namespaces, which would be the host', async () => {
    const log = join(folder, 'namespaces');
    const ran = await nicspec('--log', log, '--', 'ip', 'netns', 'add', 'made-in-a-shell');
    expect(ran).toMatchObject({ code: 1, err: 'mkdir /run/netns failed: Operation not supported\n' });
    expect((await nicspec('--', 'ip', '-n', 'made-in-a-shell', 'link')).err).toContain('No such file or directory');
    expect(readFileSync(log, 'utf8')).toMatch(/ip\[\d+\] unsupported: network namespaces: \/run\/netns/);
  }, 60_000);

  it('say in the log what they said and heard', async () => {
    const log = join(folder, 'said');
    await nicspec('--log', log, '--', 'ip', 'link', 'set', 'sw1p1', 'mtu', '9000');
    const text = readFileSync(log, 'utf8');
    expect(text).toMatch(/ip\[\d+\] > to the kernel {2}NETLINK_ROUTE/);
    expect(text).toContain('IFLA_MTU 9000');
  }, 60_000);

  it('share a target that is served', async () => {
    const socket = join(folder, 'served');
    const { spawn } = await import('node:child_process');
    const server = spawn(process.execPath, [NICSPEC, 'shell', '--serve', socket], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await new Promise((resolve) => server.stderr.once('data', resolve));
    expect((await nicspec('--join', socket, '--', 'ip', 'link', 'add', 'br7', 'type', 'bridge')).code).toBe(0);
    expect((await nicspec('--join', socket, '--', 'ip', '-br', 'link', 'show', 'br7')).out).toMatch(/^br7 /);
    server.kill();
    await new Promise((resolve) => server.once('exit', resolve));
    expect((await nicspec('--join', socket, '--', 'true')).code).toBe(2);
  }, 60_000);

  it('hear of time that passes, and of what others change', async () => {
    const shell = await inside(await openReferenceTarget(), 'wall');
    const script = 'timeout 3 ip monitor link > $0 & sleep 0.5; ip link set eth1 txqueuelen 77; sleep 0.5; cat $0';
    expect((await shell.ran('sh', '-c', script, join(folder, 'monitor'))).out).toContain('eth1');
    const before = await shell.ran('sh', '-c', 'ip link add br0 type bridge ageing_time 100; ip link set br0 up');
    expect(before.err).toBe('');
    await shell.close();
  }, 60_000);

  it('read the files of sysfs that the target has', async () => {
    const script =
      'cat /sys/class/net/sw1p2/mtu; ls /sys/class/net; cat /sys/class/net/nosuch/mtu; cat /proc/net/psched';
    const { out, err } = await nicspec('--', 'sh', '-c', script);
    expect(out).toMatch(/^1500\n/);
    expect(out).toContain('sw1p1');
    expect(err).toMatch(/nosuch/);
    expect(out).toContain('000003e8 00000040');
  }, 60_000);
});

describe('what cannot be had', () => {
  it.skipIf(compiler === undefined)(
    'is said: no such command, a target that is none, two ways at once',
    async () => {
      expect(await nicspec('--', 'nosuchcommand')).toMatchObject({
        code: 2,
        err: expect.stringContaining('ENOENT') as string,
      });
      expect(await nicspec('--target', 'nosuch')).toMatchObject({ code: 2 });
      expect(await nicspec('--serve', '/a', '--join', '/b')).toMatchObject({ code: 2 });
      expect(await nicspec('--serve', '/a', '--', 'true')).toMatchObject({ code: 2 });
    },
    60_000,
  );

  it('is a compiler that is not there', async () => {
    const cache = process.env['XDG_CACHE_HOME'];
    process.env['XDG_CACHE_HOME'] = join(folder, 'empty-cache');
    await expect(shimLibrary('/nosuch/cc')).rejects.toThrow('/nosuch/cc cannot be started');
    if (cache === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = cache;
  });

  it('is a program that no library is loaded into', () => {
    const program = join(folder, 'static');
    const head = Buffer.alloc(120);
    head.writeUInt32LE(0x464c_457f, 0);
    head[4] = 2;
    head.writeBigUInt64LE(64n, 32);
    head.writeUInt16LE(56, 54);
    head.writeUInt16LE(1, 56);
    head.writeUInt32LE(1, 64);
    writeFileSync(program, head, { mode: 0o755 });
    expect(whyNotRedirected(program)).toContain('is linked statically');
    head.writeUInt32LE(3, 64);
    writeFileSync(program, head);
    expect(whyNotRedirected(program)).toBeUndefined();
    writeFileSync(program, head, { mode: 0o755 });
    spawnSync('chmod', ['2755', program]);
    expect(whyNotRedirected(program)).toContain('setuid or setgid');
    expect(whyNotRedirected('nosuchcommand')).toBeUndefined();
  });
});

describe('what a socket without options says and hears', () => {
  it('is a dump that the strict check takes', () => {
    const legacy = Uint8Array.of(20, 0, 0, 0, 18, 0, 1, 3, 9, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0);
    const strict = asStrictRequest(0, legacy);
    expect([...strict]).toEqual([
      32,
      0,
      0,
      0,
      18,
      0,
      1,
      3,
      9,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      7,
      ...new Array<number>(15).fill(0),
    ]);
    expect(asStrictRequest(16, legacy)).toBe(legacy);
    const change = Uint8Array.of(20, 0, 0, 0, 16, 0, 5, 0, 9, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0);
    expect(asStrictRequest(0, change)).toBe(change);
  });

  it('keeps what such a dump follows, and takes out what it skips', () => {
    const header = [48, 0, 0, 0, 18, 0, 1, 3, 9, 0, 0, 0, 0, 0, 0, 0];
    const info = [0, 0, 0, 0, 5, 0, 0, 0, ...new Array<number>(8).fill(0xff)];
    const mask = [8, 0, 29, 0, 9, 0, 0, 0];
    const mtu = [8, 0, 4, 0, 1, 0, 0, 0];
    const strict = asStrictRequest(0, Uint8Array.from([...header, ...info, ...mask, ...mtu]));
    expect([...strict.subarray(16)]).toEqual([...new Array<number>(16).fill(0), ...mask]);
  });

  it('is told to its own port, whatever the port of the target', () => {
    const message = Uint8Array.of(16, 0, 0, 0, 16, 0, 2, 0, 1, 0, 0, 0, 0x34, 0x12, 0, 0);
    const view = { targetPort: 0x1234, toolPort: 99, wantsExtendedAck: true, wantsCappedAck: false };
    expect(forTool(message, view)[12]).toBe(99);
    expect(forTool(message, { ...view, targetPort: 1 })[12]).toBe(0x34);
  });
});
