import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { errnoName } from '../netlink/errnoNames.js';
import { encodeMessage, parseDatagram, NLMSG_HDRLEN } from '../netlink/wire.js';
import { openReferenceTarget } from '../../harness/targets/reference.js';
import { nameSwitchPorts } from '../../harness/targets/switchPortNames.js';
import { featuresMeant } from './featureGroups.js';
import { rowOfRule, ruleOfRow } from './channels/ntupleRule.js';
import {
  CONFORMING_NETTOOL,
  EXTACK_TEXTS,
  NetlinkConnection,
  NettoolSession,
  OperationTimeout,
  SUBJECTS,
  changeDevice,
  commandWords,
  complete,
  explain,
  globMatches,
  migrate,
  parseCommand,
  parseValue,
  printValue,
  query,
  refusalText,
  type Assignment,
  type Machine,
  type NetlinkSocket,
  type NettoolCommand,
  type Scalar,
  type ValueType,
} from './index.js';

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?$/);
const device = fc.oneof(name, fc.constantFrom('rings', 'name:eth0', 'all', 'sw1p*', 'kind:bridge', 'eth0.5'));
const text = fc.string({ maxLength: 12 });
const subject = fc.constantFrom(...SUBJECTS.map((one) => one.name));
const assignment: fc.Arbitrary<Assignment> = fc.record({ subject, key: name, value: text });

const command: fc.Arbitrary<NettoolCommand> = fc.oneof(
  fc.record({
    verb: fc.constant('show' as const),
    subjects: fc.uniqueArray(subject, { maxLength: 3 }),
    patterns: fc.array(device, { maxLength: 3 }),
  }),
  fc.record({
    verb: fc.constant('set' as const),
    device,
    assignments: fc.array(assignment, { minLength: 1, maxLength: 4 }),
  }),
  fc
    .record({
      verb: fc.constantFrom('add' as const, 'del' as const),
      device,
      table: subject,
      cells: fc.array(fc.record({ key: name, value: text }), { maxLength: 4 }),
    })
    .map(({ cells, ...rest }) => ({ ...rest, assignments: cells.map((cell) => ({ subject: rest.table, ...cell })) })),
  fc.record({ verb: fc.constant('run' as const), device, action: name, arguments: fc.array(name, { maxLength: 2 }) }),
);

describe('the grammar', () => {
  test.prop([command])('reads back what it writes', (one) => {
    expect(parseCommand(commandWords(one))).toEqual({ ok: true, value: one });
  });

  it('says what is missing', () => {
    const result = parseCommand(['set', 'eth0']);
    expect(result.ok ? '' : refusalText(result.refusal)).toContain('nettool set DEVICE SUBJECT.KEY=VALUE');
    const near = parseCommand(['shwo']);
    expect(near.ok ? '' : refusalText(near.refusal)).toContain('show');
  });
});

describe('values', () => {
  const pairs: fc.Arbitrary<readonly [ValueType, Scalar]> = fc.oneof(
    fc.nat().map((value) => [{ kind: 'number' }, value] as const),
    fc.boolean().map((value) => [{ kind: 'switch' }, value] as const),
    fc.constantFrom('a', 'b').map((value) => [{ kind: 'choice', choices: { a: 0, b: 1 } }, value] as const),
    fc
      .uniqueArray(fc.stringMatching(/^[A-Za-z0-9/+.-]{2,10}$/), { minLength: 1, maxLength: 4 })
      .map((list) => [{ kind: 'names' }, list.includes('none') ? ['x'] : list] as const),
    fc
      .array(fc.nat(99), { minLength: 1, maxLength: 5 })
      .map((list) => [{ kind: 'numbers' }, list.map(String)] as const),
    fc
      .uint8Array({ minLength: 1, maxLength: 6 })
      .map((bytes) => [{ kind: 'bytes' }, Buffer.from(bytes).toString('hex')] as const),
    fc
      .uint8Array({ minLength: 6, maxLength: 6 })
      .map(
        (bytes) => [{ kind: 'mac' }, [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':')] as const,
      ),
  );
  test.prop([pairs])('read back as they are written', ([type, value]) => {
    expect(parseValue(type, printValue(value))).toEqual({ ok: true, value });
  });

  test.prop([fc.string()])('are read whole or not at all', (typed) => {
    const parsed = parseValue({ kind: 'number' }, typed);
    if (parsed.ok) expect(typed).toMatch(/^(0x[0-9a-f]+|\d+)$/i);
  });
});

describe('patterns', () => {
  it('are those of a shell', () => {
    expect(globMatches('sw1p*', 'sw1p3')).toBe(true);
    expect(globMatches('sw1p?', 'sw1p13')).toBe(false);
    expect(globMatches('eth[01]', 'eth1')).toBe(true);
    expect(globMatches('eth0.5', 'eth0x5')).toBe(false);
  });
});

describe('n-tuple rules', () => {
  const byte = fc.nat(255);
  const rows = fc.record(
    {
      location: fc.nat(63),
      flow: fc.constantFrom('tcp4', 'udp4', 'sctp4'),
      'src-ip': fc.tuple(byte, byte, byte, byte).map((parts) => parts.join('.')),
      'dst-port': fc.nat(65535),
      queue: fc.nat(7),
    },
    { requiredKeys: ['location', 'flow', 'queue'] },
  );
  test.prop([rows])('are the rows that they were made of', (row) => {
    const rule = ruleOfRow(row, 0);
    expect(rule.ok && rowOfRule(rule.value)).toEqual(row);
  });
});

/** Everything that is sent, by whether it changes something. */
async function watched(): Promise<{ readonly session: NettoolSession; readonly changes: () => number }> {
  const target = await openReferenceTarget();
  await nameSwitchPorts(target);
  let changes = 0;
  const ethtool = new Set([5, 12, 16, 18, 20, 22, 30, 47, 48]);
  const machine: Machine = {
    ethtoolIoctl: (netDevice, bytes) => target.ethtoolIoctl(netDevice, bytes),
    netlink: async (protocol) => {
      const socket = await target.netlink(protocol);
      return {
        ...socket,
        send: (datagram: Uint8Array) => {
          const [message] = parseDatagram(datagram);
          if (protocol === 0 ? message?.type === 19 : message?.type !== 16 && ethtool.has(message?.body[0] ?? 0))
            changes++;
          return socket.send(datagram);
        },
      };
    },
  };
  return { session: new NettoolSession(machine), changes: () => changes };
}

interface Wish {
  readonly assignment: Assignment;
  readonly isGood: boolean;
}

const wishFor = (
  subjectName: string,
  key: string,
  good: fc.Arbitrary<number | string>,
  bad: fc.Arbitrary<number | string>,
): fc.Arbitrary<Wish> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: good.map((value) => ({
        assignment: { subject: subjectName, key, value: String(value) },
        isGood: true,
      })),
    },
    {
      weight: 1,
      arbitrary: bad.map((value) => ({
        assignment: { subject: subjectName, key, value: String(value) },
        isGood: false,
      })),
    },
  );

const wishes = fc
  .record(
    {
      rx: wishFor('rings', 'rx', fc.constantFrom(256, 1024, 2048), fc.integer({ min: 4097, max: 9999 })),
      mtu: wishFor('link', 'mtu', fc.integer({ min: 1280, max: 9600 }), fc.integer({ min: 9601, max: 99_999 })),
      combined: wishFor('channels', 'combined', fc.integer({ min: 1, max: 8 }), fc.constantFrom(0, 9, 'many')),
      usecs: wishFor('coalesce', 'rx-usecs', fc.integer({ min: 0, max: 500 }), fc.constantFrom('soon')),
      gro: wishFor('features', 'rx-gro', fc.constantFrom('on', 'off'), fc.constantFrom('perhaps')),
      address: wishFor(
        'link',
        'address',
        fc.constantFrom('02:00:00:00:00:77'),
        fc.constantFrom('01:00:5e:00:00:01', '00:00:00:00:00:00'),
      ),
    },
    { requiredKeys: [] },
  )
  .map((record) => Object.values(record))
  .filter((list) => list.length > 0);

describe('validation', () => {
  test.prop([wishes], {
    numRuns: 40,
  })('refuses, and nothing is sent; or accepts, and all of it is so', async (asked) => {
    const { session, changes } = await watched();
    const result = await changeDevice(
      session,
      'sw1p1',
      asked.map(({ assignment: one }) => one),
    );
    const isGood = asked.every((one) => one.isGood);
    expect(result.ok, result.ok ? '' : result.refusals.map(refusalText).join('; ')).toBe(isGood);
    if (!isGood) expect(changes()).toBe(0);
    const host = { name: '', session: () => Promise.resolve(session) };
    const { answers } = await query([host], {
      subjects: ['rings', 'link', 'channels', 'coalesce', 'features'],
      patterns: ['sw1p1'],
    });
    for (const { assignment: one } of isGood ? asked : []) {
      const answer = answers.find((candidate) => candidate.subject === one.subject);
      const value = answer?.result.ok === true ? answer.result.value.values[one.key] : undefined;
      expect(value === undefined ? undefined : printValue(value), `${one.subject}.${one.key}`).toBe(one.value);
    }
    await session.close();
  });

  it('refuses a parameter that the device does not have, and names those that it has', async () => {
    const { session, changes } = await watched();
    const result = await changeDevice(session, 'sw1p1', [{ subject: 'coalesce', key: 'rx-usecs-irq', value: '1' }]);
    expect(result.ok ? '' : result.refusals.map(refusalText).join()).toContain('rx-usecs');
    expect(changes()).toBe(0);
  });

  it('refuses modes that the device does not support', async () => {
    const { session, changes } = await watched();
    const result = await changeDevice(session, 'sw1p1', [
      { subject: 'modes', key: 'advertise', value: '10baseT/Half' },
    ]);
    expect(result.ok ? '' : result.refusals.map(refusalText).join()).toContain('25000baseCR/Full');
    expect(changes()).toBe(0);
  });
});

describe('groups of features', () => {
  it('are those of ethtool', () => {
    const known = ['tx-tcp-segmentation', 'tx-tcp6-segmentation', 'rx-gro', 'rx-gro-hw', 'tx-checksum-ipv4'];
    expect(featuresMeant('tso', known)).toEqual(['tx-tcp-segmentation', 'tx-tcp6-segmentation']);
    expect(featuresMeant('gro', known)).toEqual(['rx-gro']);
    expect(featuresMeant('tx', known)).toEqual(['tx-checksum-ipv4']);
    expect(featuresMeant('rx-gro-hw', known)).toEqual(['rx-gro-hw']);
  });
});

describe('completion', () => {
  it('offers devices, subjects, keys and values of the live machine', async () => {
    const { session } = await watched();
    expect(await complete(session, ['show', 'sw1'])).toEqual(['sw1p1', 'sw1p2', 'sw1p3', 'sw1p4']);
    expect(await complete(session, ['set', 'sw1p1', 'ri'])).toEqual(['rings.']);
    expect(await complete(session, ['set', 'sw1p1', 'rings.t'])).toContain('rings.tx=');
    expect(await complete(session, ['set', 'sw1p1', 'rings.rx='])).toEqual(['rings.rx=512', 'rings.rx=4096']);
    expect(await complete(session, ['set', 'sw1p1', 'features.rx-gro='])).toEqual([
      'features.rx-gro=on',
      'features.rx-gro=off',
    ]);
    expect(await complete(session, ['add', 'sw1p1', 'ntuple', 'flow=tc'])).toEqual(['flow=tcp4', 'flow=tcp6']);
    await session.close();
  });
});

describe('explanations', () => {
  it('know error numbers, names and the words of kernels', () => {
    for (const error of ['EINVAL', '22', '-22', 'einval']) expect(explain(error).ok).toBe(true);
    for (const { title } of EXTACK_TEXTS) expect(explain(title).ok).toBe(true);
    expect(explain('ENOTHING').ok).toBe(false);
  });
});

describe('migration', () => {
  it('answers the words of nettool', () => {
    const text = (line: string): string => {
      const result = migrate(line.split(' '));
      return result.ok
        ? result.value.map((one) => commandWords(one).join(' ')).join('; ')
        : refusalText(result.refusal);
    };
    expect(text('ethtool -K eth0 tso off')).toBe('set eth0 features.tso=off');
    expect(text('ethtool -G eth0 rx 512 tx 1024')).toBe('set eth0 rings.rx=512 rings.tx=1024');
    expect(text('ethtool -C eth0 rx-usecs 30 adaptive-rx off')).toBe(
      'set eth0 coalesce.rx-usecs=30 coalesce.adaptive-rx=off',
    );
    expect(text('ethtool -s eth0 wol pg')).toBe('set eth0 wol.modes=phy,magic');
    expect(text('ethtool -s eth0 advertise 0x20')).toBe('set eth0 modes.advertise=1000baseT/Full');
    expect(text('ethtool --set-fec eth0 encoding rs baser')).toBe('set eth0 fec.modes=RS,BASER');
    expect(text('ethtool -N eth0 rx-flow-hash udp4 sdfn')).toBe(
      'set eth0 hash-fields.udp4=ip-src,ip-dst,l4-src,l4-dst',
    );
    expect(text('ethtool -N eth0 delete 3')).toBe('del eth0 ntuple location=3');
    expect(text('ethtool -t eth0 offline')).toBe('run eth0 self-test 1');
    expect(text('ethtool eth0')).toBe('show modes port state wol messages name:eth0'.replace('name:', ''));
    expect(text('ethtool -E eth0 magic 1')).toContain('no equal');
    expect(text('bridge fdb add 02:00:00:00:00:01 dev sw1p1 master static vlan 5')).toBe(
      'add sw1p1 fdb address=02:00:00:00:00:01 state=static vlan=5',
    );
  });
});

/** A socket whose answers the test makes. */
class ScriptedSocket implements NetlinkSocket {
  readonly portId = 1;
  readonly sent: number[] = [];
  readonly #answers: Uint8Array[] = [];

  async send(datagram: Uint8Array): Promise<void> {
    this.sent.push(parseDatagram(datagram)[0]?.sequence ?? 0);
  }

  answer(sequence: number, errno: number): void {
    const body = new Uint8Array(4 + NLMSG_HDRLEN);
    new DataView(body.buffer).setInt32(0, -errno, true);
    this.#answers.push(encodeMessage({ type: 2, flags: 0x100, sequence, portId: 1 }, body));
  }

  receive = (): Promise<Uint8Array | null> => Promise.resolve(this.#answers.shift() ?? null);
  join = (): Promise<void> => Promise.resolve();
  leave = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();
}

describe('a socket with many requests in flight', () => {
  const request = { type: 18, body: new Uint8Array(16) };

  test.prop(
    [
      fc.integer({ min: 1, max: 60 }).chain((count) =>
        fc.shuffledSubarray(
          Array.from({ length: count }, (_, i) => i),
          { minLength: count },
        ),
      ),
    ],
    { numRuns: 30 },
  )('gives each its own answer, in whichever order they come', async (order) => {
    const socket = new ScriptedSocket();
    const connection = new NetlinkConnection(socket, CONFORMING_NETTOOL);
    const results = order.map(() => connection.request(request, 5000));
    await Promise.resolve();
    for (const index of order) socket.answer(index + 1, index + 1);
    const errors = (await Promise.all(results)).map((result) => (result.ok ? '' : result.error.errnoName));
    expect(errors).toEqual(order.map((_, index) => errnoName(index + 1)));
  });

  it('gives up one alone, and takes no late answer for another', async () => {
    const socket = new ScriptedSocket();
    const connection = new NetlinkConnection(socket, CONFORMING_NETTOOL);
    const [lost, good] = [connection.request(request, 20), connection.request(request, 5000)];
    await expect(lost).rejects.toBeInstanceOf(OperationTimeout);
    socket.answer(1, 5);
    socket.answer(2, 0);
    expect((await good).ok).toBe(true);
  });

  it('has one dump at a time', async () => {
    const socket = new ScriptedSocket();
    const connection = new NetlinkConnection(socket, CONFORMING_NETTOOL);
    const dump = { ...request, flags: 0x300 };
    const both = [connection.request(dump, 5000), connection.request(dump, 5000)];
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(socket.sent).toEqual([1]);
    socket.answer(1, 95);
    await both[0];
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(socket.sent).toEqual([1, 2]);
    socket.answer(2, 95);
    await both[1];
  });
});
