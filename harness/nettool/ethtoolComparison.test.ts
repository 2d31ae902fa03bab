/** Each option of ethtool and its equal here, run on the same real devices: what is shown and what is changed is the same. */
import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ETHTOOL_OPTIONS,
  NettoolSession,
  changeDevice,
  changeTable,
  migrate,
  printValue,
  query,
  refusalText,
  subjectCalled,
  type Host,
  type KeySpec,
  type NettoolCommand,
  type Scalar,
} from '../../reference-impl/nettool/index.js';
import { HostChannels } from '../targets/linux/hostChannels.js';
import { probeLinux } from '../targets/linux/index.js';
import { NetNamespace } from '../targets/linux/netNamespace.js';
import { ETHTOOL_OUTPUT, NOT_COMPARED } from './ethtoolOutput.fixture.js';

const NAMESPACE = `nettool-${process.pid}`;

function run(command: string, args: readonly string[]): { readonly ok: boolean; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { ok: status === 0, text: `${stdout}${stderr}` };
}
const inside = (command: string, ...args: readonly string[]): ReturnType<typeof run> =>
  run('ip', ['netns', 'exec', NAMESPACE, command, ...args]);

/** Why nothing can be compared on this machine, or undefined. */
function obstacle(): string | undefined {
  const probe = probeLinux();
  if (!probe.ok) return probe.reason;
  for (const tool of ['ethtool', 'ip', 'bridge'])
    if (!['/usr/sbin', '/sbin', '/usr/bin', '/bin'].some((folder) => existsSync(`${folder}/${tool}`)))
      return `${tool} is not installed`;
  return undefined;
}

const why = obstacle();
let session: NettoolSession | undefined;
let channels: HostChannels | undefined;

function opened(): NettoolSession {
  if (session === undefined) throw new Error('no namespace was made');
  return session;
}

const host: Host = { name: 'here', session: () => Promise.resolve(opened()) };

async function shown(device: string, subject: string): Promise<Readonly<Record<string, Scalar>> | undefined> {
  const { answers } = await query([host], { subjects: [subject], patterns: [device] });
  const [answer] = answers;
  return answer?.result.ok === true ? answer.result.value.values : undefined;
}

/** Lists are told in the order of their bits by one, of their names by the other. */
const normal = (value: Scalar): string => (typeof value === 'object' ? [...value].sort().join(',') : printValue(value));

async function carryOut(device: string, commands: readonly NettoolCommand[]): Promise<string | undefined> {
  for (const command of commands) {
    const result =
      command.verb === 'set'
        ? await changeDevice(opened(), device, command.assignments)
        : command.verb === 'add' || command.verb === 'del'
          ? await changeTable(opened(), command.verb, device, command.table, command.assignments)
          : undefined;
    if (result?.ok !== true) return result === undefined ? 'no change' : result.refusals.map(refusalText).join('; ');
  }
  return undefined;
}

const keyCalled = (subject: string, key: string): KeySpec | undefined =>
  subjectCalled(subject)?.keys.find((one) => one.key === key);

const DEVICES = ['v0', 'd0', 'tap0', 'br0'];

describe.skipIf(why !== undefined)(
  `ethtool and nettool on the same devices${why === undefined ? '' : `: ${why}`}`,
  () => {
    beforeAll(() => {
      expect(run('ip', ['netns', 'add', NAMESPACE]).text).toBe('');
      const pair = (a: string, b: string): readonly string[] => [
        'link',
        'add',
        a,
        'numrxqueues',
        '4',
        'numtxqueues',
        '4',
        'type',
        'veth',
        'peer',
        'name',
        b,
      ];
      for (const args of [pair('v0', 'v0far'), pair('v1', 'v1far'), ['link', 'add', 'br0', 'type', 'bridge']])
        expect(run('ip', ['-n', NAMESPACE, ...args]).text).toBe('');
      // A kernel without one of these compares the others.
      run('ip', ['-n', NAMESPACE, 'link', 'set', 'br0', 'type', 'bridge', 'vlan_filtering', '1']);
      run('ip', ['-n', NAMESPACE, 'link', 'add', 'd0', 'type', 'dummy']);
      for (const tap of ['tap0', 'tap1']) run('ip', ['-n', NAMESPACE, 'tuntap', 'add', tap, 'mode', 'tap']);
      for (const port of ['v0far', 'v1far']) run('ip', ['-n', NAMESPACE, 'link', 'set', port, 'master', 'br0']);
      channels = new HostChannels(NetNamespace.held(openSync(`/run/netns/${NAMESPACE}`, 'r')));
      session = new NettoolSession(channels, { host: 'here' });
    });

    afterAll(async () => {
      await session?.close();
      await channels?.close();
      run('ip', ['netns', 'del', NAMESPACE]);
    });

    const readings = ETHTOOL_OPTIONS.filter(({ form }) => form.kind === 'show');

    it('compares every option that shows something, or says why not', () => {
      for (const { options } of readings) {
        const [option = ''] = options;
        expect(ETHTOOL_OUTPUT[option] !== undefined || NOT_COMPARED[option] !== undefined, option).toBe(true);
      }
    });

    for (const { options, title, form } of readings) {
      const [option = ''] = options;
      const read = ETHTOOL_OUTPUT[option];
      if (read === undefined || form.kind !== 'show') continue;
      it(`ethtool ${option} DEVICE shows what nettool show ${form.subjects.join(' ')} DEVICE shows: ${title}`, async () => {
        for (const device of DEVICES) {
          const printed = inside('ethtool', ...(option === '' ? [] : [option]), device);
          if (!existsDevice(device)) continue;
          const expected = printed.ok ? read(printed.text) : {};
          const [only] = form.subjects;
          for (const [name, value] of Object.entries(expected)) {
            const [subject = '', key = ''] =
              name.includes('.') && form.subjects.length > 1 ? name.split('.') : [only, name];
            const values = await shown(device, subject);
            const own = values?.[key];
            // The names that ethtool had before the kernel named its features stand for several.
            if (option === '-k' && own === undefined) continue;
            if (value === '') continue;
            expect(own === undefined ? undefined : normal(own), `${device} ${subject}.${key}`).toBe(value);
          }
        }
      });
    }

    const existsDevice = (device: string): boolean => run('ip', ['-n', NAMESPACE, 'link', 'show', device]).ok;

    /** The same command, by ethtool on one device and by nettool on one like it; then both are looked at by ethtool. */
    const CHANGES: readonly (readonly [string, string, string, readonly string[]])[] = [
      ['v0', 'v1', '-k', ['-K', 'tso', 'off']],
      ['v0', 'v1', '-k', ['-K', 'gro', 'on']],
      ['v0', 'v1', '-k', ['-K', 'tx', 'off']],
      ['v0', 'v1', '-k', ['-K', 'tx', 'on', 'tso', 'on']],
      ['v0', 'v1', '-k', ['-K', 'sg', 'off']],
      ['v0', 'v1', '-k', ['-K', 'sg', 'on', 'gso', 'on']],
      ['v0', 'v1', '-k', ['-K', 'rxvlan', 'off', 'txvlan', 'off']],
      ['v0', 'v1', '-k', ['-K', 'tx-udp-segmentation', 'off']],
      ['v0', 'v1', '-l', ['-L', 'rx', '2', 'tx', '3']],
      ['v0', 'v1', '-l', ['-L', 'rx', '4', 'tx', '4']],
      ['tap0', 'tap1', '-c', ['-C', 'rx-frames', '8']],
      ['tap0', 'tap1', '', ['-s', 'speed', '100', 'duplex', 'half', 'autoneg', 'off']],
      ['tap0', 'tap1', '', ['-s', 'speed', '1000', 'duplex', 'full']],
      ['tap0', 'tap1', '', ['-s', 'port', 'mii']],
    ];

    for (const [theirs, ours, look, [option = '', ...words]] of CHANGES) {
      it(`ethtool ${option} DEVICE ${words.join(' ')} has the effect of its nettool command`, async ({ skip }) => {
        if (!existsDevice(theirs) || !existsDevice(ours)) skip(`the kernel makes no ${theirs}`);
        if (words[0] === 'port' && keyCalled('port', 'port')?.access !== 'change')
          skip('the codec has no LINKINFO_SET');
        const done = inside('ethtool', option, theirs, ...words);
        const commands = migrate(['ethtool', option, ours, ...words]);
        if (!commands.ok) throw new Error(refusalText(commands.refusal));
        const refusal = await carryOut(ours, commands.value);
        if (!done.ok) {
          // What ethtool cannot do on this device, nettool cannot do either.
          expect(refusal, done.text).toBeDefined();
          return;
        }
        expect(refusal).toBeUndefined();
        const see = (device: string): string =>
          inside('ethtool', ...(look === '' ? [] : [look]), device).text.replaceAll(device, 'DEVICE');
        expect(see(ours)).toBe(see(theirs));
      });
    }

    /** bridge(8), on two ports of one bridge. */
    const BRIDGE_CHANGES: readonly (readonly string[])[] = [
      ['link', 'set', 'dev', 'PORT', 'learning', 'off'],
      ['link', 'set', 'dev', 'PORT', 'isolated', 'on', 'cost', '7'],
      ['vlan', 'add', 'dev', 'PORT', 'vid', '10', 'pvid', 'untagged'],
      ['vlan', 'add', 'dev', 'PORT', 'vid', '20'],
      ['vlan', 'del', 'dev', 'PORT', 'vid', '20'],
      ['fdb', 'add', 'ADDRESS', 'dev', 'PORT', 'master', 'static'],
      ['fdb', 'add', 'ADDRESS', 'dev', 'PORT', 'self', 'permanent'],
      ['fdb', 'del', 'ADDRESS', 'dev', 'PORT', 'master'],
    ];
    const BRIDGE_VIEWS = [
      ['-d', 'link', 'show', 'dev', 'PORT'],
      ['vlan', 'show', 'dev', 'PORT'],
      ['fdb', 'show', 'dev', 'PORT'],
    ];

    for (const words of BRIDGE_CHANGES) {
      it(`bridge ${words.join(' ')} has the effect of its nettool command`, async ({ skip }) => {
        const on = (list: readonly string[], port: string, address: string): string[] =>
          list.map((word) => word.replace('PORT', port).replace('ADDRESS', address));
        const [theirAddress, ourAddress] = ['02:00:00:00:0a:01', '02:00:00:00:0a:02'];
        const done = inside('bridge', ...on(words, 'v0far', theirAddress));
        const commands = migrate(['bridge', ...on(words, 'v1far', ourAddress)]);
        if (!commands.ok) throw new Error(refusalText(commands.refusal));
        // It says yes to taking what nobody can have put there; nettool, that looks first, says that there is no such row.
        if (words[0] === 'vlan' && words[1] === 'del' && !inside('bridge', 'vlan', 'show').text.includes('PVID'))
          skip('the kernel has no VLANs in bridges');
        const refusal = await carryOut('v1far', commands.value);
        // A kernel without VLANs in bridges refuses both.
        if (done.ok) expect(refusal).toBeUndefined();
        else expect(refusal, done.text).toBeDefined();
        for (const view of BRIDGE_VIEWS) {
          const see = (port: string, address: string): string[] =>
            inside('bridge', ...on(view, port, address))
              .text.replaceAll(address, 'ADDRESS')
              // The index, the other end and the port's own address are each one's own.
              .replace(/^\d+: \S+/gm, 'PORT')
              .replaceAll(port, 'PORT')
              .split('\n')
              .filter((line) => !/^([0-9a-f]{2}:){5}/.test(line))
              .map((line) => line.trimEnd());
          expect(see('v1far', ourAddress), view.join(' ')).toEqual(see('v0far', theirAddress));
        }
      });
    }
  },
);
