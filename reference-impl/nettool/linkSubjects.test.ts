import { describe, expect, it } from 'vitest';
import type { Target } from '../../harness/contract/index.js';
import { openReferenceTarget } from '../../harness/targets/reference.js';
import { BondClient } from '../netlink/bondClient.js';
import { BridgeClient } from '../netlink/bridgeClient.js';
import { RouteClient } from '../netlink/routeClient.js';
import { numberIn } from '../netlink/schema.js';
import {
  BRIDGE_VERBS,
  NettoolSession,
  askDevice,
  changeDevice,
  changeTable,
  commandWords,
  migrate,
  parseCommand,
  refusalText,
  subjectCalled,
  type ChangeResult,
  type NetDeviceInfo,
  type Reading,
} from './index.js';

/** The reference with its first port in the bridge br0, and its second in the aggregate lag0. */
async function machine(): Promise<{
  readonly session: NettoolSession;
  readonly ports: readonly string[];
  readonly target: Target;
}> {
  const target = await openReferenceTarget({ seed: 1 });
  const open = (protocol: number): ReturnType<typeof target.netlink> => target.netlink(protocol);
  const [bridges, bonds, route] = [
    await BridgeClient.open(open),
    await BondClient.open(open),
    await RouteClient.open(open),
  ];
  await bridges.addBridge('br0');
  await bonds.addBond('lag0', { IFLA_BOND_MODE: 1 });
  const indexOf = async (name: string): Promise<number> => {
    const link = await route.link(name);
    return link.ok ? (numberIn(link.value.header, 'ifi_index') ?? 0) : 0;
  };
  const { ports } = await target.describe();
  await bridges.setMaster(ports[0]?.ifIndex ?? 0, await indexOf('br0'));
  await route.setLink(await indexOf('br0'), {}, { flags: 1, change: 1 });
  await route.setLink(ports[0]?.ifIndex ?? 0, {}, { flags: 1, change: 1 });
  await bonds.setMaster(ports[1]?.ifIndex ?? 0, await indexOf('lag0'));
  return { session: new NettoolSession(target), ports: ports.map(({ netDevice }) => netDevice), target };
}

async function deviceCalled(session: NettoolSession, name: string): Promise<NetDeviceInfo> {
  const devices = await session.devices();
  const device = devices.ok ? devices.value.find((one) => one.name === name) : undefined;
  if (device === undefined) throw new Error(`no device is called ${name}`);
  return device;
}

async function read(session: NettoolSession, device: string, subject: string): Promise<Reading> {
  const spec = subjectCalled(subject);
  if (spec === undefined) throw new Error(`no subject is called ${subject}`);
  const reading = await askDevice(session, spec, await deviceCalled(session, device));
  if (!reading.ok) throw new Error(refusalText(reading.refusal));
  return reading.value;
}

const said = (result: ChangeResult): string => (result.ok ? '' : result.refusals.map(refusalText).join('; '));

describe('a bridge', () => {
  it('is changed key by key, and reads so', async () => {
    const { session } = await machine();
    const wishes = {
      'mcast-mld-version': 2,
      'mcast-query-interval': 3000,
      'mcast-last-member-count': 5,
      'vlan-stats': true,
      'group-fwd-mask': 8,
      'mcast-stats': true,
    };
    const assignments = Object.entries(wishes).map(([key, value]) => ({
      subject: 'bridge',
      key,
      value: typeof value === 'boolean' ? 'on' : String(value),
    }));
    expect(said(await changeDevice(session, 'br0', assignments))).toBe('');
    expect((await read(session, 'br0', 'bridge')).values).toMatchObject(wishes);
  });
});

describe('a port of a bridge', () => {
  it('answers for neighbours and authenticates as it is told', async () => {
    const { session, ports } = await machine();
    const [port = ''] = ports;
    const set = (key: string, value: string): Parameters<typeof changeDevice>[2][number] => ({
      subject: 'bridge-port',
      key,
      value,
    });
    const wishes = ['neigh-suppress', 'neigh-vlan-suppress', 'proxy-arp', 'proxy-arp-wifi'];
    expect(
      said(
        await changeDevice(
          session,
          port,
          wishes.map((key) => set(key, 'on')),
        ),
      ),
    ).toBe('');
    expect(said(await changeDevice(session, port, [set('mab', 'on')]))).toContain('must be locked');
    expect(said(await changeDevice(session, port, [set('locked', 'on'), set('mab', 'on')]))).toBe('');
    const on = Object.fromEntries([...wishes, 'locked', 'mab'].map((key) => [key, true]));
    expect((await read(session, port, 'bridge-port')).values).toMatchObject(on);
  });

  it('shows who waits to be let in', async () => {
    const { session, ports, target } = await machine();
    const [port = ''] = ports;
    const flags = ['locked', 'mab'].map((key) => ({ subject: 'bridge-port', key, value: 'on' }));
    expect(said(await changeDevice(session, port, flags))).toBe('');
    const { ports: targetPorts } = await target.describe();
    const [first] = targetPorts;
    if (first === undefined) throw new Error('the reference has no port');
    const knock = new Uint8Array(60).fill(0xff, 0, 6);
    knock.set([2, 0, 0, 0, 0, 9], 6);
    await (await target.wire(first.port)).send([{ bytes: knock }]);
    const { rows } = await read(session, port, 'fdb');
    expect(rows).toContainEqual({ address: '02:00:00:00:00:09', state: 'dynamic', locked: true });
  });
});

describe('groups of a port', () => {
  it('come and go', async () => {
    const { session, ports } = await machine();
    const [port = ''] = ports;
    const row = [
      { subject: 'mdb', key: 'group', value: '239.1.2.3' },
      { subject: 'mdb', key: 'permanent', value: 'on' },
    ];
    expect(said(await changeTable(session, 'add', port, 'mdb', row))).toBe('');
    expect((await read(session, port, 'mdb')).rows).toMatchObject([{ group: '239.1.2.3', permanent: true }]);
    expect((await read(session, 'br0', 'mdb')).rows).toEqual([]);
    expect(said(await changeTable(session, 'add', port, 'mdb', row))).toContain('EEXIST');
    expect(said(await changeTable(session, 'del', port, 'mdb', row))).toBe('');
    expect((await read(session, port, 'mdb')).rows).toEqual([]);
  });

  it('are refused where nobody could want them', async () => {
    const { session, ports } = await machine();
    const [inBridge = '', , alone = ''] = ports;
    const group = (value: string): { subject: string; key: string; value: string }[] => [
      { subject: 'mdb', key: 'group', value },
    ];
    expect(said(await changeTable(session, 'add', inBridge, 'mdb', group('239.1.2')))).toContain('not such a value');
    expect(said(await changeTable(session, 'add', alone, 'mdb', group('239.1.2.3')))).toContain('neither a bridge');
    expect(said(await changeTable(session, 'add', inBridge, 'mdb', group('10.0.0.1')))).toContain('EINVAL');
  });
});

describe('an aggregate', () => {
  it('is changed key by key, and reads so', async () => {
    const { session, ports } = await machine();
    const assignments = [
      { subject: 'bond', key: 'miimon', value: '100' },
      { subject: 'bond', key: 'updelay', value: '200' },
      { subject: 'bond', key: 'primary-reselect', value: 'failure' },
      { subject: 'bond', key: 'xmit-hash-policy', value: 'layer3+4' },
    ];
    expect(said(await changeDevice(session, 'lag0', assignments))).toBe('');
    expect((await read(session, 'lag0', 'bond')).values).toMatchObject({
      mode: 'active-backup',
      miimon: 100,
      updelay: 200,
      'primary-reselect': 'failure',
      'xmit-hash-policy': 'layer3+4',
    });
    const [, member = ''] = ports;
    expect(said(await changeDevice(session, member, [{ subject: 'bond-member', key: 'queue', value: '2' }]))).toBe('');
    expect((await read(session, member, 'bond-member')).values).toMatchObject({
      state: 'active',
      link: 'up',
      queue: 2,
    });
  });

  it('explains what the kernel refuses, by the key', async () => {
    const { session } = await machine();
    const result = await changeDevice(session, 'lag0', [{ subject: 'bond', key: 'lacp-rate', value: 'fast' }]);
    expect(said(result)).toContain('option not supported in mode');
    expect(said(result)).toContain('bond.lacp-rate');
  });
});

describe('a kernel that is too old', () => {
  it('is not asked for a command that it does not have', async () => {
    const target = await openReferenceTarget({ seed: 1 });
    const session = new NettoolSession(target);
    const family = session.pool.family.bind(session.pool);
    session.pool.family = async (name) => {
      const found = await family(name);
      return found.ok && name === 'ethtool'
        ? {
            ok: true,
            value: { ...found.value, commands: new Set([...found.value.commands].filter((one) => one < 49)) },
          }
        : found;
    };
    const row = [{ subject: 'rss-contexts', key: 'table', value: '0' }];
    expect(said(await changeTable(session, 'add', 'eth0', 'rss-contexts', row))).toContain(
      'this kernel has no ETHTOOL_MSG_RSS_CREATE_ACT',
    );
  });
});

describe('what bridge(8) can say', () => {
  it('has an equal that nettool can read', () => {
    for (const [command, equal] of BRIDGE_VERBS) {
      const filled = (text: string): string =>
        text
          .replace('DEV', 'sw1p1')
          .replace('MAC', '02:00:00:00:00:01')
          .replace('GROUP', '239.1.2.3')
          .replace('BR', 'br0');
      const migrated = migrate(filled(command).split(' '));
      expect(migrated.ok ? migrated.value.map((one) => `nettool ${commandWords(one).join(' ')}`) : command).toEqual([
        filled(equal),
      ]);
      expect(parseCommand(filled(equal).split(' ').slice(1)).ok, equal).toBe(true);
    }
  });
});
