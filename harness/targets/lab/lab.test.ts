import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TargetLost, type PortName } from '../../contract/index.js';
import { Cable } from './cable.js';
import { LAB_DEVICES, LAB_DEVICE_NAMES } from './devices.js';
import { openLabTarget } from './index.js';
import { LabMachine } from './labMachine.js';
import { machineArguments } from './qemu.js';
import { labFolders } from './cache.js';
import { missingForRun, missingForSetup } from './setup.js';

const missing = missingForRun();
if (missing !== null) process.stderr.write(`the tests of the lab are skipped: ${missing}\n`);

const BOOT_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'nicspec-lab-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (length: number, seed: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * seed) & 0xff);
const machinesLeft = (): number =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes('qemu-system') && command.includes(`nicspec.test=${process.pid}`);
    } catch {
      return false;
    }
  }).length;
const MARK = [`nicspec.test=${process.pid}`];

describe('a name of a device', () => {
  it('that is unknown gets the list', async () => {
    await expect(openLabTarget('e1000')).rejects.toThrow('did you mean e1000e?');
    await expect(openLabTarget('token-ring')).rejects.toThrow(LAB_DEVICE_NAMES.join(', '));
  });
});

describe('what is missing', () => {
  it('is said with the way to get it', () => {
    const folders = { ...labFolders(), stamps: join(folder, 'none.json') };
    expect(missingForRun(folders)).toBe('the lab is not set up: run nicspec lab setup');
  });

  it('is named with the package of each program', () => {
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    try {
      const said = missingForSetup() ?? '';
      // The folders of the administrator's programs are always looked at.
      expect(said).toMatch(/make.*missing; on Debian: apt-get install .*make.*scripts\/install-extras\.sh/);
    } finally {
      process.env['PATH'] = path;
    }
  });
});

describe('a cable', () => {
  it('carries frames with their length before them, however the stream is cut', async () => {
    const path = join(folder, 'cable.sock');
    const cable = await Cable.listen(path, () => Promise.resolve());
    const end = cable.open();
    const machine = connect(path);
    await cable.connected;
    const frames = [bytes(60, 3), bytes(1514, 7), bytes(9000, 11)];
    const stream = Buffer.concat(
      frames.flatMap((frame) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(frame.length);
        return [length, Buffer.from(frame)];
      }),
    );
    for (let at = 0; at < stream.length; at += 101) machine.write(stream.subarray(at, at + 101));
    const received = await end.receive({ withinMs: 2000, count: 3 });
    expect(received.map((frame) => frame.bytes)).toEqual(frames);
    machine.destroy();
    cable.close();
  });

  it('that is pulled out loses what is sent', async () => {
    const path = join(folder, 'pulled.sock');
    const links: boolean[] = [];
    const cable = await Cable.listen(path, async (up) => void links.push(up));
    const machine = connect(path);
    await cable.connected;
    let heard = 0;
    machine.on('data', (chunk: Buffer) => (heard += chunk.length));
    const end = cable.open();
    await end.setCarrier(false);
    await end.setCarrier(false);
    await end.send([{ bytes: bytes(60, 1) }]);
    await end.setCarrier(true);
    await end.send([{ bytes: bytes(64, 1) }]);
    while (heard < 68) await new Promise((resolve) => setTimeout(resolve, 5));
    expect([heard, links]).toEqual([68, [false, true]]);
    machine.destroy();
    cable.close();
  });

  it('refuses a socket that is taken', async () => {
    const path = join(folder, 'taken.sock');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await expect(Cable.listen(path, () => Promise.resolve())).rejects.toThrow('cannot listen for the cable');
    server.close();
  });
});

describe('the machine of a device', () => {
  it.each(LAB_DEVICE_NAMES)('of %s has the modules on its command line', (name) => {
    const words = machineArguments(labFolders(), LAB_DEVICES[name], 'tcg').join(' ');
    for (const module of LAB_DEVICES[name].modules) expect(words).toContain(module);
  });
});

describe.skipIf(missing !== null)('a guest', { timeout: 4 * BOOT_MS }, () => {
  it('that panics is lost, with its console, and is gone', async () => {
    const machine = await LabMachine.boot(LAB_DEVICES['virtio-net'], { kernelWords: MARK });
    expect(machinesLeft()).toBe(1);
    await machine.panic();
    const failure = await untilLost(machine);
    expect(failure.message).toContain('Kernel panic - not syncing');
    expect(failure.testimony.map(({ name }) => name)).toEqual(['console.txt']);
    expect(failure.testimony[0]?.text).toContain('NMI');
    await machine.close();
    expect(machinesLeft()).toBe(0);
  });

  it('that does not boot is told with its console', async () => {
    const boot = LabMachine.boot(LAB_DEVICES['virtio-net'], {
      kernelWords: [...MARK, 'rdinit=/nothing', 'init=/nothing', 'root=none'],
    });
    await expect(boot).rejects.toThrow(/Kernel panic - not syncing/);
    expect(machinesLeft()).toBe(0);
  });

  it('that never says hello is given up, and is gone', async () => {
    const boot = LabMachine.boot(LAB_DEVICES['virtio-net'], { kernelWords: MARK, bootMs: 300 });
    await expect(boot).rejects.toThrow(/said no hello within 0.3 s/);
    expect(machinesLeft()).toBe(0);
  });

  it('exchanges frames between the cable and the host, both ways', async () => {
    const target = await openLabTarget('virtio-net');
    try {
      const { ports, identity } = await target.describe();
      expect(identity.device.driver).toBe('virtio_net');
      const [port] = ports;
      if (port === undefined) throw new Error('no port');
      const [host, wire] = [await target.host(port.netDevice), await target.wire('p0' as PortName)];
      const frame = new Uint8Array(60).fill(0xff, 0, 6);
      frame.set([0x88, 0xb5], 12);
      await wire.send([{ bytes: frame }]);
      expect((await host.receive({ withinMs: 2000, count: 1 }))[0]?.bytes).toEqual(frame);
      await host.send([{ bytes: frame }]);
      expect((await wire.receive({ withinMs: 2000, count: 1 }))[0]?.bytes).toEqual(frame);
    } finally {
      await target.close();
    }
  });
});

async function untilLost(machine: LabMachine): Promise<TargetLost> {
  for (;;) {
    try {
      await machine.connection.call('ping');
    } catch (error) {
      if (error instanceof TargetLost) return error;
      throw error;
    }
  }
}
