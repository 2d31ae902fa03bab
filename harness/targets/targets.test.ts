import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { NetDeviceName, PortName, Target } from '../contract/index.js';
import { TargetFault } from '../contract/index.js';
import { RouteClient } from '../../reference-impl/netlink/routeClient.js';
import { PROJECT_ROOT } from '../runner/project.js';
import { openTarget, parseTargetName, targetFolderName } from './index.js';
import { RecordingTarget } from './recording.js';

const folder = mkdtempSync(join(tmpdir(), 'nicspec-targets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function moduleFile(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return `module:${name}`;
}
const open = (name: string): Promise<Target> => openTarget(name, { seed: 1, folder });
const FIXTURE = join(PROJECT_ROOT, 'harness', 'runner', 'fixtures', 'target.mjs');

describe('the name of a target', () => {
  it('that is unknown gets the list, and the nearest', () => {
    expect(() => parseTargetName('referense')).toThrow(
      'did you mean reference? (known: reference, reference:no-switchdev, module:PATH, process:COMMAND, linux:veth, ',
    );
    expect(() => parseTargetName('modul:x.js')).toThrow('did you mean module:PATH?');
    expect(() => parseTargetName('hardware')).toThrow('no target is called "hardware" (known:');
    expect(() => parseTargetName('module:')).toThrow('write module:PATH');
    expect(() => parseTargetName('reference:x')).toThrow('write reference or reference:no-switchdev');
  });

  it('becomes the name of a folder', () => {
    expect(targetFolderName('linux:veth')).toBe('linux-veth');
    expect(targetFolderName('module:../a b/nic.js')).toBe('module-..-a_b-nic.js');
  });
});

describe('a module', () => {
  it('may make a whole target', async () => {
    const target = await openTarget(`module:${FIXTURE}`, { seed: 1 });
    expect((await target.describe()).name).toBe('fixture');
  });

  it('may be TypeScript, and gets the seed', async () => {
    const name = moduleFile(
      'target.ts',
      `import type { X } from './types.js';
       export default ({ seed }: { readonly seed: number }): X => Object.fromEntries(
         ['describe', 'netlink', 'host', 'wire', 'reset', 'close'].map((name) => [name, async () => seed]));`,
    );
    const target = await openTarget(name, { seed: 77, folder });
    expect(await target.describe()).toBe(77);
    expect(readdirSync(folder).filter((one) => one.startsWith('.nicspec-'))).toEqual([]);
  });

  it.each([
    ['export const x = 1;', 'UsageError', 'must export by default a function'],
    ['export default', 'UsageError', 'the module does not load'],
    [
      'export default () => { throw new Error("no hardware"); }',
      'TargetFault',
      'failed to make its device: no hardware',
    ],
    ['export default () => 5', 'TargetFault', 'made neither a Device'],
    ['export default async () => ({ describe() {} })', 'TargetFault', 'made neither a Device'],
  ])('that is %s is refused', async (text, name, message) => {
    const target = moduleFile(`m${text.length}.mjs`, text);
    await expect(open(target)).rejects.toMatchObject({ name, message: expect.stringContaining(message) as string });
  });

  it('that is not there is refused', async () => {
    await expect(open('module:nowhere.js')).rejects.toMatchObject({ name: 'UsageError' });
  });
});

describe('the reference, reset', () => {
  it('keeps open ends and sockets, and empties them', async () => {
    const target = await open('reference');
    const route = await RouteClient.open((protocol) => target.netlink(protocol));
    const listener = await RouteClient.open((protocol) => target.netlink(protocol));
    await listener.listen();
    const [port] = (await target.describe()).ports;
    if (port === undefined) throw new Error('no port');
    const [host, wire] = [await target.host(port.netDevice), await target.wire(port.port)];
    const frame = new Uint8Array(60).fill(0xff, 0, 6);
    const up = { flags: 1, change: 1 };
    await route.setLink(port.ifIndex, { IFLA_MTU: 1400 }, up);
    await wire.send([{ bytes: frame }]);
    await target.reset();
    expect(await host.receive({ withinMs: 1 })).toEqual([]);
    expect(await listener.announcements(1)).toEqual([]);
    await route.setLink(port.ifIndex, { IFLA_MTU: 1300 }, up);
    expect((await listener.announcements(1)).length).toBeGreaterThan(0);
    await wire.send([{ bytes: frame }]);
    expect((await host.receive({ withinMs: 1, count: 1 })).map(({ bytes }) => bytes.length)).toEqual([60]);
    expect(await host.send([{ bytes: frame }])).toEqual({ ok: true });
    expect((await wire.receive({ withinMs: 1, count: 1 })).length).toBe(1);
    await target.close();
  });
});

describe('a recording', () => {
  const eth0 = 'eth0' as NetDeviceName;
  const p0 = 'p0' as PortName;

  it('keeps what passed, in order, and forgets it with a new case', async () => {
    const target = new RecordingTarget(await openTarget(`module:${FIXTURE}`, { seed: 1 }));
    const [host, wire, socket] = [await target.host(eth0), await target.wire(p0), await target.netlink(0)];
    target.newCase();
    const bytes = new Uint8Array(60);
    await host.send([{ bytes, queue: 0 as never }]);
    await socket.send(Uint8Array.of(1, 2, 3, 4));
    await wire.receive({ withinMs: 1 });
    const { frames, datagrams, dropped } = target.recorded();
    expect(frames.map(({ end, name, direction, note }) => ({ end, name, direction, note }))).toEqual([
      { end: 'host', name: 'eth0', direction: 'sent', note: 'queue 0' },
      { end: 'wire', name: 'p0', direction: 'received', note: undefined },
    ]);
    expect(frames[0]?.bytes).toBe(bytes);
    expect(datagrams).toHaveLength(1);
    expect(dropped).toBeUndefined();
    const times = [frames[0]?.timeNs, datagrams[0]?.timeNs, frames[1]?.timeNs] as bigint[];
    expect([...times].sort((a, b) => Number(a - b))).toEqual(times);
    target.newCase();
    expect(target.recorded().frames).toEqual([]);
    await target.close();
  });

  it('keeps the last of many', async () => {
    const target = new RecordingTarget(await openTarget(`module:${FIXTURE}`, { seed: 1 }));
    const host = await target.host(eth0);
    for (let i = 0; i < 50; i++) {
      await host.send(Array.from({ length: 100 }, (_, j) => ({ bytes: Uint8Array.of(i, j) })));
    }
    const { frames, dropped = 0 } = target.recorded();
    expect(frames.length + dropped).toBe(5000);
    expect(frames.length).toBeGreaterThanOrEqual(2000);
    expect(frames.at(-1)?.bytes).toEqual(Uint8Array.of(49, 99));
    await target.close();
  });

  it('takes garbage for a fault of the target', async () => {
    const target = new RecordingTarget(await openTarget(`module:${FIXTURE}`, { seed: 1 }));
    const host = await target.host(eth0);
    await expect(host.receive({ withinMs: 1 })).rejects.toBeInstanceOf(TargetFault);
    await target.close();
  });

  it.each([
    [{ contractVersion: 9 }, 'contract version 9'],
    [{ contractVersion: 2, clock: 'virtual', ports: [] }, 'no port'],
    [{ contractVersion: 2, clock: 'slow' }, 'a clock'],
    [{ contractVersion: 2, clock: 'real', ports: [{}] }, 'a port without'],
    [null, 'not a description'],
  ])('does not take %j for a description', async (answer, message) => {
    const inner = {
      ...(await openTarget(`module:${FIXTURE}`, { seed: 1 })),
      describe: async () => answer,
    } as unknown as Target;
    const target = new RecordingTarget(inner);
    await expect(target.describe()).rejects.toThrow(message);
    await target.close();
  });
});
