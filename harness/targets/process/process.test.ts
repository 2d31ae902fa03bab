import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { TargetFault, TargetLost, type NetDeviceName, type PortName, type Target } from '../../contract/index.js';
import { PROJECT_ROOT } from '../../runner/project.js';
import type { AdapterLimits } from './adapterLimits.js';
import { openProcessTarget } from './index.js';

const FIXTURE = join(PROJECT_ROOT, 'harness', 'targets', 'process', 'fixtures', 'adapter.mjs');
const MIB = 1024 * 1024;
const LIMITS: Partial<AdapterLimits> = {
  startMs: 3000,
  callMs: 1500,
  memoryBytes: 400 * MIB,
  messageBytes: MIB,
  outputBytes: 4 * MIB,
  stderrBytes: 4 * MIB,
};

const opened: Target[] = [];
afterEach(async () => {
  for (const target of opened.splice(0)) await target.close();
});

async function open(misbehaviour: string): Promise<Target> {
  const target = await openProcessTarget(`node ${FIXTURE} ${misbehaviour}`, { seed: 1, limits: LIMITS });
  opened.push(target);
  return target;
}

/** Boots, brings the port up, and sends a frame. */
async function exchange(target: Target): Promise<number> {
  const host = await target.host('eth0' as NetDeviceName);
  const wire = await target.wire('p0' as PortName);
  const socket = await target.netlink(0);
  // RTM_NEWLINK, ifi_index 2, IFF_UP.
  const up = new Uint8Array(32);
  const view = new DataView(up.buffer);
  view.setUint32(0, 32, true);
  view.setUint16(4, 16, true);
  view.setUint16(6, 5, true);
  view.setUint32(8, 1, true);
  view.setInt32(20, 2, true);
  view.setUint32(24, 1, true);
  view.setUint32(28, 1, true);
  await socket.send(up);
  await host.send([{ bytes: new Uint8Array(60).fill(7) }]);
  const frames = await wire.receive({ withinMs: 10, count: 1 });
  // ndo_get_stats64 comes with RTM_GETLINK.
  const get = up.slice();
  new DataView(get.buffer).setUint16(4, 18, true);
  new DataView(get.buffer).setUint32(24, 0, true);
  new DataView(get.buffer).setUint32(28, 0, true);
  await socket.send(get);
  return frames.length;
}

const outcome = async (misbehaviour: string): Promise<unknown> => {
  try {
    return await exchange(await open(misbehaviour));
  } catch (error) {
    return error;
  }
};

const isRunning = (command: string): boolean =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .some((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
        return text.startsWith(command) && !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
      } catch {
        return false;
      }
    });

describe('a device in a process of its own', () => {
  it('is driven like one of this process', async () => {
    expect(await outcome('none')).toBe(1);
  });

  it('is what a command line says, run by a shell', async () => {
    await expect(openProcessTarget('./no-such-adapter', { seed: 1 })).rejects.toThrow(
      /ended with exit code 127.*not found/s,
    );
  });

  it('that loses frames is judged by what comes out, whatever it answers', async () => {
    expect(await outcome('loses-every-frame')).toBe(0);
  });

  it('that answers with an error has failed in this call alone', async () => {
    const target = await open('answers-with-an-error');
    const error = await exchange(target).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TargetFault);
    expect(error).not.toBeInstanceOf(TargetLost);
    expect(String(error)).toContain('ring is on fire');
    await expect(target.reset()).resolves.toBeUndefined();
  });

  it.each([
    ['says-why-and-ends', /exit code 3.*no licence for this simulator/],
    ['never-answers-hello', /hello was not answered within 3000 ms/],
    ['prints-a-banner', /not JSON: Welcome to the simulator!.*printing to standard output/],
    ['speaks-another-version', /version 7 of the protocol, and 1 was offered/],
    ['chooses-its-own-framing', /framing.*xml/],
    ['has-an-unknown-operation', /no operation is called ethtool.getRing; did you mean ethtool.getRings\?/],
    ['has-an-unknown-constant', /no constant is called devlink.port; did you mean devlink.ports\?/],
    ['has-a-constant-of-another-shape', /the constant devlink.ports.0.attributes.switchId must be a string in base64/],
    ['has-half-a-group', /flowOffload.addRule needs flowOffload.bindBlock too/],
    ['forgets-jsonrpc', /"jsonrpc": "2.0"/],
    ['answers-with-both', /needs a code and a message/],
    ['answers-with-neither', /neither result nor error/],
    ['sends-an-array', /one JSON object/],
    ['nests-deeply', /not JSON|one JSON object/],
    ['describes-no-ports', /answer to describe: .*ports/],
    ['leaves-out-a-counter', /answer to netDevice.statistics: .*rxBytes/],
    ['counts-in-words', /rxBytes must be number, and is "many"/],
    ['sends-bytes-that-are-none', /bytes must be a string in base64, and is "!!!"/],
    ['tells-what-nobody-knows', /no method host.explode/],
    ['asks-for-what-is-its-own', /no method describe for this end/],
    ['passes-by-position', /by name, in an object/],
    ['speaks-before-attach', /host.carrier before it was attached/],
    ['crashes-in-a-call', /exit code 139, which is SIGSEGV.*Segmentation fault/],
    ['ends-in-a-message', /in the middle of a message|exit code 0/],
    ['hangs-in-a-call', /netDevice.transmit was not answered within 1500 ms/],
    ['answers-with-another-id', /an id that no call waits for.*987654/],
    ['answers-twice', /an id that no call waits for/],
    ['answers-the-call-before', /an id that no call waits for/],
    ['sends-a-flood', /more than 4194304 bytes between two answers|not answered within/],
    ['sends-an-endless-line', /a line of more than 1048576 bytes/],
    ['floods-standard-error', /more than 4194304 bytes to standard error/],
    ['eats-memory', /bytes of memory, and may use 419430400/],
    ['closes-its-output', /closed its output|was not answered within/],
    ['leaves-a-child', /exit code 0/],
  ])(
    'that %s is lost, and says why',
    async (misbehaviour, message) => {
      const error = await outcome(misbehaviour);
      expect(error).toBeInstanceOf(TargetLost);
      expect(String(error)).toMatch(message);
    },
    30_000,
  );

  it('leaves its standard error as evidence', async () => {
    const error = await outcome('crashes-in-a-call');
    const [evidence] = (error as TargetLost).testimony;
    expect(evidence?.name).toBe('stderr.txt');
    expect(evidence?.text).toContain('Segmentation fault (core dumped)\n');
  });

  it.skipIf(process.platform !== 'linux')('leaves no child behind, not even one that went away', async () => {
    await outcome('leaves-a-child');
    await sleep(50);
    expect(isRunning('sleep 4242')).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('is killed if it does not end by itself', async () => {
    const target = await open('ignores-the-end');
    await exchange(target);
    opened.length = 0;
    await target.close();
    // The kernel takes a moment to bury it.
    await expect.poll(() => isRunning(`node ${FIXTURE} ignores-the-end`), { timeout: 10_000 }).toBe(false);
  });
});
