import { fc, test } from '@fast-check/vitest';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { PassThrough, Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import {
  AGENT_OPERATIONS,
  AGENT_PROTOCOL_VERSION,
  ByteReader,
  ByteWriter,
  CONTRACT_VERSION,
  MalformedMessage,
  TargetFault,
  TargetLost,
  decodeMessage,
  decodeTransmit,
  encodeHello,
  encodeMessage,
  encodeTransmit,
  type HostTransmit,
  type NetDeviceName,
  type QueueIndex,
  type Target,
  type TargetPort,
} from '../../contract/index.js';
import { RTNLGRP_LINK } from '../../../reference-impl/netlink/constants.js';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { PROJECT_ROOT } from '../../runner/project.js';
import { probeLinux } from '../linux/index.js';
import { openReferenceTarget } from '../reference.js';
import { findProgram } from '../lab/program.js';
import { AgentConnection } from './connection.js';
import { AgentTarget } from './agentTarget.js';
import { MessageSplitter } from './messageSplitter.js';
import { buildNativeAgent } from './nativeAgent.js';
import { openAgentTarget, serveTarget } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'nicspec-agent-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NICSPEC = `${process.execPath} ${join(PROJECT_ROOT, 'bin', 'nicspec.js')}`;
const KERNEL = { name: 'Test', release: '1' };

/** The reference behind the agent protocol, in this process; `slow` stands between the agent and the harness. */
async function served(slow?: Transform): Promise<{ target: Target; connection: AgentConnection }> {
  const [toAgent, toHarness] = [new PassThrough(), new PassThrough()];
  const reference = await openReferenceTarget({ seed: 1 });
  void serveTarget(reference, toAgent, slow ?? toHarness, { software: 'test', kernel: KERNEL });
  if (slow !== undefined) slow.pipe(toHarness);
  const connection = await AgentConnection.open(toHarness, toAgent, { name: 'the test agent' });
  return { target: new AgentTarget('agent:test', connection), connection };
}

const IFF_UP = 1;

/** The first port, set up over netlink. */
async function portUp(target: Target): Promise<TargetPort> {
  const [port] = (await target.describe()).ports;
  if (port === undefined) throw new Error('no port');
  const route = await RouteClient.open((protocol) => target.netlink(protocol));
  expect(await route.setLink(port.ifIndex, {}, { flags: IFF_UP, change: IFF_UP })).toMatchObject({ ok: true });
  return port;
}

const u16 = fc.integer({ min: 0, max: 0xffff });
const vnet = fc.record(
  {
    flags: fc.nat(255),
    gsoType: fc.nat(255),
    hdrLen: u16,
    gsoSize: u16,
    csumStart: u16,
    csumOffset: u16,
  },
  { noNullPrototype: true },
);
const transmit: fc.Arbitrary<HostTransmit> = fc.record(
  {
    bytes: fc.uint8Array({ maxLength: 2000 }),
    vnet,
    fragments: fc.array(fc.nat(0xffff_ffff), { maxLength: 20 }),
    queue: fc.nat(255).map((queue) => queue as QueueIndex),
    timestampId: fc.nat(0xffff_ffff),
  },
  { requiredKeys: ['bytes'], noNullPrototype: true },
);

describe('the bytes of the protocol', () => {
  test.prop([transmit])('carry every frame that a host can send', (frame) => {
    const writer = new ByteWriter();
    encodeTransmit(writer, frame);
    expect(decodeTransmit(new ByteReader(writer.finish()))).toEqual(frame);
  });

  test.prop([
    fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }),
    fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
  ])('are cut into the same messages, however the stream is cut', (payloads, sizes) => {
    const stream = Buffer.concat(payloads.map((payload, call) => encodeMessage(call, 1, payload)));
    const splitter = new MessageSplitter(1 << 20);
    const messages: Uint8Array[] = [];
    for (let at = 0; at < stream.length;) {
      const size = Number(sizes.next().value ?? 1);
      messages.push(...splitter.split(stream.subarray(at, at + size)));
      at += size;
    }
    const told = messages.map((message) => {
      const { call, payload } = decodeMessage(message);
      return [call, payload.rest()];
    });
    expect(told).toEqual(payloads.map((payload, call) => [call, payload]));
  });

  it('end where a length cannot be', () => {
    const splitter = new MessageSplitter(100);
    expect(() => [...splitter.split(Uint8Array.of(255, 255, 255, 255, 0))]).toThrow(MalformedMessage);
    expect(() => [...new MessageSplitter(100).split(Uint8Array.of(1, 0, 0, 0, 0))]).toThrow('a message of 1 bytes');
  });
});

describe('the operations of the native agent', () => {
  it('have the numbers of the protocol', () => {
    const header = readFileSync(join(PROJECT_ROOT, 'harness', 'targets', 'agent', 'native', 'agent.h'), 'utf8');
    const native = new Map(
      [...header.matchAll(/\bOP_([A-Z_]+)\s*=\s*(\d+)/g)].map(([, name = '', number]) => [name, Number(number)]),
    );
    expect(native.size).toBeGreaterThan(15);
    for (const [name, number] of native) {
      const camel = name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
      expect([name, AGENT_OPERATIONS[camel as keyof typeof AGENT_OPERATIONS]]).toEqual([name, number]);
    }
  });
});

describe('a target behind an agent', () => {
  it('is the target', async () => {
    const { target } = await served();
    const [direct, through] = [await (await openReferenceTarget({ seed: 1 })).describe(), await target.describe()];
    // What the protocol of agents has no word for, it says so.
    const unsaid = { present: false, reason: 'The protocol of agents has no word for it.' };
    const absent = { 'netlink-options': unsaid, 'netlink-buffers': unsaid, 'kernel-log': unsaid };
    const capabilities = { ...direct.capabilities, ...absent };
    expect({ ...through, name: '' }).toEqual({ ...direct, name: '', capabilities });
    const port = await portUp(target);
    const [host, wire] = [await target.host(port.netDevice), await target.wire(port.port)];
    const frame = Uint8Array.from({ length: 60 }, (_, at) => (at < 6 ? 0xff : at));
    expect(await host.send([{ bytes: frame }])).toEqual({ ok: true });
    expect((await wire.receive({ withinMs: 10 })).map(({ bytes }) => bytes)).toEqual([frame]);
    await target.close();
  });

  it('has the sysctls of the target', async () => {
    const { target } = await served();
    const { netDevice } = await portUp(target);
    const name = `net/ipv4/conf/${netDevice}/forwarding`;
    expect(await target.sysctl.read(name)).toEqual({ ok: true, value: '0\n' });
    expect(await target.sysctl.write(name, '1')).toEqual({ ok: true, value: undefined });
    expect(await target.sysctl.read(name)).toEqual({ ok: true, value: '1\n' });
    expect(await target.sysctl.write(name, 'yes')).toEqual({ ok: false, errno: 22 });
    expect(await target.sysctl.read('net/ipv4/conf/none/forwarding')).toEqual({ ok: false, errno: 2 });
    expect(await target.sysctl.list(`net/ipv4/conf/${netDevice}`)).toEqual({
      ok: true,
      value: ['arp_notify', 'forwarding'],
    });
    expect(await target.sysctl.list('net/ipv4/conf/none')).toEqual({ ok: false, errno: 2 });
    await target.close();
  });

  it('tells the group of an announcement', async () => {
    const { target } = await served();
    const listener = await target.netlink(0);
    await listener.join(RTNLGRP_LINK);
    await portUp(target);
    expect((await listener.receiveWithGroup?.())?.group).toBe(RTNLGRP_LINK);
    await target.close();
  });

  it('says what went wrong with it', async () => {
    const { target } = await served();
    await expect(target.host('eth7' as NetDeviceName)).rejects.toThrow(TargetFault);
    await target.close();
  });

  it('answers everything, in order, to a harness that reads slowly', async () => {
    const slow = new Transform({
      highWaterMark: 4096,
      transform: (chunk: Buffer, _encoding, done) => void setTimeout(() => done(null, chunk), 1),
    });
    const { target, connection } = await served(slow);
    const port = await portUp(target);
    const [host, wire] = [await target.host(port.netDevice), await target.wire(port.port)];
    const count = 2000;
    const frames = Array.from({ length: count }, (_, number) => {
      const bytes = new Uint8Array(1000).fill(0xff, 0, 6);
      new DataView(bytes.buffer).setUint32(20, number);
      return { bytes };
    });
    const order: number[] = [];
    await Promise.all(frames.map((frame, number) => wire.send([frame]).then(() => order.push(number))));
    expect(order).toHaveLength(count);
    const numbers = (await host.receive({ withinMs: 1000, count })).map(({ bytes }) =>
      new DataView(bytes.buffer, bytes.byteOffset).getUint32(20),
    );
    expect(numbers).toEqual(frames.map((_, number) => number));
    connection.close();
  });
});

describe('an agent that is none', () => {
  it('of another version is refused, with what to do', async () => {
    const [toAgent, toHarness] = [new PassThrough(), new PassThrough()];
    toAgent.once('data', () => {
      const hello = encodeHello(CONTRACT_VERSION, { software: 'old', kernel: KERNEL, bare: false });
      // Magic, then the version of the protocol.
      new DataView(hello.buffer, hello.byteOffset).setUint32(8, AGENT_PROTOCOL_VERSION + 1, true);
      toHarness.write(encodeMessage(1, 0, hello));
    });
    await expect(AgentConnection.open(toHarness, toAgent, { name: 'agent:old' })).rejects.toThrow(
      /it speaks protocol 4 and contract .*install the same version on both machines/,
    );
  });

  it.each([
    ['a command that says something else', 'agent:echo hello world, I am no agent', /sent garbage/],
    ['a command that fails', 'agent:echo no such host >&2; exit 255', /exit code 255; it said: no such host/],
    ['a command that does not exist', 'agent:nicspec-no-such-command', /exit code 127/],
    ['a port where nobody listens', 'agent:tcp:127.0.0.1:1', /cannot be reached: .*ECONNREFUSED/],
    ['an address without a port', 'agent:tcp:localhost', /write agent:tcp:HOST:PORT/],
  ])('%s is told apart', async (_, name, message) => {
    await expect(openAgentTarget(name.slice('agent:'.length))).rejects.toThrow(message);
  });

  it('that falls silent is lost', async () => {
    const [toAgent, toHarness] = [new PassThrough(), new PassThrough()];
    toAgent.once('data', () =>
      toHarness.write(
        encodeMessage(1, 0, encodeHello(CONTRACT_VERSION, { software: 'x', kernel: KERNEL, bare: false })),
      ),
    );
    const connection = await AgentConnection.open(toHarness, toAgent, { name: 'agent:silent', silenceMs: 200 });
    await expect(connection.call('ping')).rejects.toThrow(/has not answered for 0\.\d s/);
    await expect(connection.call('ping')).rejects.toThrow(TargetLost);
  });

  it('that is busy with a call that may take long is waited for', async () => {
    const [toAgent, toHarness] = [new PassThrough(), new PassThrough()];
    toAgent.once('data', () =>
      toHarness.write(
        encodeMessage(1, 0, encodeHello(CONTRACT_VERSION, { software: 'x', kernel: KERNEL, bare: false })),
      ),
    );
    const connection = await AgentConnection.open(toHarness, toAgent, { name: 'agent:busy', silenceMs: 100 });
    setTimeout(() => toHarness.write(encodeMessage(2, 0, new Uint8Array(0))), 400);
    await connection.call('ethtoolIoctl', undefined, undefined, 1000);
    // It is given no more than that.
    await expect(connection.call('ethtoolIoctl', undefined, undefined, 200)).rejects.toThrow(
      /has not answered for 0\.[3-9] s/,
    );
  });

  it('that answers a call which nobody made is lost', async () => {
    const [toAgent, toHarness] = [new PassThrough(), new PassThrough()];
    toAgent.once('data', () => toHarness.write(encodeMessage(7, 0, new Uint8Array(0))));
    await expect(AgentConnection.open(toHarness, toAgent, { name: 'agent:odd' })).rejects.toThrow(
      'an answer to call 7, which nobody made',
    );
  });
});

describe('an agent of a command', { timeout: 30_000 }, () => {
  it('that is killed in the middle of a call loses the target, and leaves nothing', async () => {
    const pidFile = join(folder, 'pid');
    const target = await openAgentTarget(`echo $$ > ${pidFile}; exec ${NICSPEC} agent --target reference`);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    process.kill(pid, 'SIGSTOP');
    const outcome = expect(target.clock.now()).rejects.toThrow(/is lost: .*killed by SIGKILL/);
    process.kill(pid, 'SIGKILL');
    await outcome;
    await target.close().catch(() => undefined);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('over TCP serves one harness at a time, and the next one after it', async () => {
    const portFile = join(folder, 'port');
    writeFileSync(portFile, '');
    const command = `${NICSPEC} agent --target reference --listen 0 2> ${portFile}`;
    const { spawn } = await import('node:child_process');
    const agent = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: 'ignore' });
    let port: string | undefined;
    while (port === undefined) {
      await sleep(50);
      port = /127\.0\.0\.1:(\d+)/.exec(readFileSync(portFile, 'utf8'))?.[1];
    }
    const first = await openAgentTarget(`tcp:127.0.0.1:${port}`);
    await expect(openAgentTarget(`tcp:127.0.0.1:${port}`)).rejects.toThrow(/the stream (ended|broke)/);
    await first.close();
    await sleep(100);
    const second = await openAgentTarget(`tcp:127.0.0.1:${port}`);
    expect((await second.describe()).identity.kernel.name).not.toBe('');
    await second.close();
    agent.kill();
  });
});

const probe = probeLinux();
const canBuild =
  probe.ok &&
  findProgram('gcc') !== undefined &&
  findProgram('unshare') !== undefined &&
  findProgram('ip') !== undefined;
if (!canBuild) {
  const reason = probe.ok ? 'gcc, unshare or ip is missing (scripts/install-extras.sh)' : probe.reason;
  process.stderr.write(`the tests of the native agent are skipped: ${reason}\n`);
}

describe.skipIf(!canBuild)('the native agent', { timeout: 60_000 }, () => {
  it('is a static program of less than a megabyte that serves two ports', async () => {
    const program = join(folder, 'nicspec-agent');
    await buildNativeAgent(program, 'gcc');
    expect(statSync(program).size).toBeLessThan(1_000_000);
    // What IPv6 says of itself when a port comes up would come in before the frame.
    const quiet = 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6';
    const pair = `${quiet} && ip link add d0 type veth peer name d1`;
    const target = await openAgentTarget(`unshare -n sh -c '${pair} && exec ${program} --dut d0 --peer d1'`);
    try {
      const { ports, identity } = await target.describe();
      expect([identity.device.driver, ports[0]?.netDevice]).toEqual(['veth', 'd0']);
      const [host, wire] = [await target.host('d0' as NetDeviceName), await target.wire('p0' as never)];
      const frame = new Uint8Array(60).fill(0xff, 0, 6);
      frame.set([0x88, 0xb5], 12);
      await wire.send([{ bytes: frame }]);
      expect((await host.receive({ withinMs: 2000, count: 1 })).map(({ bytes }) => bytes)).toEqual([frame]);
      expect(await target.sysctl.read('net/ipv4/conf/d0/forwarding')).toEqual({ ok: true, value: '0\n' });
      expect(await target.sysctl.write('net/ipv4/conf/d0/forwarding', '1')).toMatchObject({ ok: true });
      await target.reset();
      expect(await target.sysctl.read('net/ipv4/conf/d0/forwarding')).toEqual({ ok: true, value: '0\n' });
      expect(await target.sysctl.write('net/ipv4/conf/d0/forwarding', 'x')).toEqual({ ok: false, errno: 22 });
      expect(await target.sysctl.read('../version')).toEqual({ ok: false, errno: 22 });
      expect(await target.sysctl.list('net/ipv4/conf/d0')).toMatchObject({ ok: true });
      expect(await target.sysctl.list('net/ipv4/conf/d0/forwarding')).toEqual({ ok: false, errno: 20 });
      const listener = await target.netlink(0);
      await listener.join(RTNLGRP_LINK);
      const route = await RouteClient.open((protocol) => target.netlink(protocol));
      await route.setLink(ports[0]?.ifIndex ?? 0, { IFLA_MTU: 1400 });
      expect((await listener.receiveWithGroup?.({ withinMs: 2000 }))?.group).toBe(RTNLGRP_LINK);
    } finally {
      await target.close();
    }
  });

  it('says how it is used', async () => {
    const program = join(folder, 'nicspec-agent');
    await expect(openAgentTarget(`${program} --colour`)).rejects.toThrow(/usage: nicspec-agent/);
    await expect(openAgentTarget(program)).rejects.toThrow('start it with --dut and --peer');
  });
});
