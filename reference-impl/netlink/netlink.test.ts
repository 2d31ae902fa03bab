import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { fromHex, hex } from '../packet/bytes.js';
import { bitChanges, bitList, compactBits, decodeBits, maskedBits } from './bitset.js';
import {
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NETLINK_ROUTE,
  NLA_F_NESTED,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
} from './constants.js';
import { decodeError, encodeAcknowledgement } from './extack.js';
import { ETHTOOL_OPERATIONS } from './families/ethtool.js';
import { CTRL } from './families/genericControl.js';
import { IFINFOMSG, IF_STATS_MSG, LINK, LINK_STATS } from './families/rtnetlink.js';
import { KERNEL_DATAGRAMS } from './kernelDatagrams.fixture.js';
import {
  attributeSet,
  decodeAttributes,
  decodeStruct,
  encodeAttributes,
  encodeStruct,
  nest,
  nestIn,
  numberIn,
  ranged,
  string,
  structLength,
  textIn,
  u32,
  type AttributeSet,
  type StructField,
} from './schema.js';
import { GENLMSGHDR, NetlinkKernel, genericBody } from './server.js';
import { FEATURE_NAMES } from './stringSets.js';
import { decodeDatagram } from './transcript.js';
import { validateAttributes } from './validate.js';
import { align, encodeAttribute, encodeDatagram, encodeMessage, parseAttributes, parseDatagram } from './wire.js';

const FORMS: readonly (readonly [keyof typeof KERNEL_DATAGRAMS, readonly StructField[], AttributeSet])[] = [
  ['FEATURES_GET', GENLMSGHDR, ETHTOOL_OPERATIONS.FEATURES_GET.set],
  ['FEATURES_GET compact', GENLMSGHDR, ETHTOOL_OPERATIONS.FEATURES_GET.set],
  ['LINKSTATE_GET', GENLMSGHDR, ETHTOOL_OPERATIONS.LINKSTATE_GET.set],
  ['CHANNELS_GET', GENLMSGHDR, ETHTOOL_OPERATIONS.CHANNELS_GET.set],
  ['LINKMODES_GET', GENLMSGHDR, ETHTOOL_OPERATIONS.LINKMODES_GET.set],
  ['TSINFO_GET', GENLMSGHDR, ETHTOOL_OPERATIONS.TSINFO_GET.set],
  ['RTM_NEWLINK', IFINFOMSG, LINK],
  ['RTM_NEWSTATS', IF_STATS_MSG, LINK_STATS],
];

const onlyMessage = (name: keyof typeof KERNEL_DATAGRAMS): ReturnType<typeof parseDatagram>[number] =>
  parseDatagram(fromHex(KERNEL_DATAGRAMS[name]))[0]!;

describe('what a kernel sent', () => {
  it.each(FORMS)('%s decodes, and encodes to the same bytes', (name, header, set) => {
    const datagram = fromHex(KERNEL_DATAGRAMS[name]);
    const message = onlyMessage(name);
    const fixed = decodeStruct(header, message.body);
    const attributesAt = align(structLength(header));
    const attributes = decodeAttributes(set, message.body.subarray(attributesAt));
    expect(Object.keys(attributes).filter((key) => key.startsWith('#'))).toEqual([]);
    const body = new Uint8Array([...encodeStruct(header, fixed), ...encodeAttributes(set, attributes)]);
    expect(hex(encodeDatagram([encodeMessage(message, body)]))).toBe(hex(datagram));
  });

  it('the two forms of the features are the same', () => {
    const features = (name: 'FEATURES_GET' | 'FEATURES_GET compact'): string[] => {
      const values = decodeAttributes(ETHTOOL_OPERATIONS.FEATURES_GET.set, onlyMessage(name).body.subarray(4));
      return [...decodeBits(nestIn(values, 'ETHTOOL_A_FEATURES_ACTIVE'), FEATURE_NAMES).set].sort();
    };
    expect(features('FEATURES_GET')).toContain('tx-checksum-ip-generic');
    expect(features('FEATURES_GET compact')).toEqual(features('FEATURES_GET'));
  });

  it('refusals say which attribute, and what is missing', () => {
    expect(decodeError(onlyMessage('refused name'))).toMatchObject({
      errno: 19,
      message: 'no device matches name',
      offset: 24,
    });
    expect(decodeError(onlyMessage('missing header'))).toMatchObject({ errno: 22, missingType: 1 });
  });

  it('the controller names the family and its group', () => {
    const values = decodeAttributes(CTRL, onlyMessage('CTRL_GETFAMILY').body.subarray(4));
    expect(textIn(values, 'CTRL_ATTR_FAMILY_NAME')).toBe('ethtool');
    expect(values['CTRL_ATTR_MCAST_GROUPS']).toMatchObject([{ CTRL_ATTR_MCAST_GRP_NAME: 'monitor' }]);
  });

  it.each(Object.keys(KERNEL_DATAGRAMS) as (keyof typeof KERNEL_DATAGRAMS)[])('%s can be read as text', (name) => {
    const protocol = name.startsWith('RTM') ? NETLINK_ROUTE : NETLINK_GENERIC;
    const lines = decodeDatagram(protocol, fromHex(KERNEL_DATAGRAMS[name]), new Map([[21, 'ethtool']]));
    expect(lines[0]).toMatch(/^(ETHTOOL_MSG_\w+_REPLY|RTM_\w+|NLMSG_ERROR|nlctrl)/);
  });
});

const INNER = attributeSet('INNER', [
  [1, 'INNER_A', ranged('u32', 1, 10)],
  [2, 'INNER_NAME', string(7)],
]);
const OUTER = attributeSet('OUTER', [
  [1, 'OUTER_NEST', nest(() => INNER)],
  [2, 'OUTER_B', u32],
  [4, 'OUTER_FLAGS', { kind: 'u32', mask: 3 }],
]);
const POLICY = { set: OUTER, accepts: { OUTER_NEST: true, OUTER_FLAGS: true } } as const;
const strict = (bytes: Uint8Array): ReturnType<typeof validateAttributes> =>
  validateAttributes(POLICY, bytes, 20, 'strict');
const word = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

describe('strict validation, in the words of lib/nlattr.c', () => {
  it.each([
    ['an unknown number', encodeAttribute(9, word(1)), 'Unknown attribute type', 22],
    ['a number that no policy has', encodeAttribute(2, word(1)), 'Unsupported attribute', 22],
    ['a wrong length', encodeAttribute(4, new Uint8Array(3)), 'invalid attribute length', 22],
    ['a reserved bit', encodeAttribute(4, word(4)), 'reserved bit set', 22],
    ['a nest without its flag', encodeAttribute(1, new Uint8Array(0)), 'NLA_F_NESTED is missing', 22],
    ['a flag that is no nest', encodeAttribute(4 | NLA_F_NESTED, word(1)), 'NLA_F_NESTED not expected', 22],
  ])('%s', (_what, bytes, message, errno) => {
    expect(strict(bytes)).toMatchObject({ ok: false, errno, message, offset: 20 });
  });

  it('points into nests', () => {
    const inner = encodeAttributes(INNER, { INNER_NAME: 'x', INNER_A: 11 });
    expect(strict(encodeAttribute(1 | NLA_F_NESTED, inner))).toMatchObject({
      errno: 34,
      message: 'integer out of range',
      offset: 20 + 4 + 8,
    });
  });

  it('refuses what is left over, which the old families skip', () => {
    const bytes = new Uint8Array([...encodeAttribute(4, word(1)), 1, 2]);
    expect(strict(bytes)).toMatchObject({ errno: 22, message: 'bytes leftover after parsing attributes' });
    expect(validateAttributes(POLICY, bytes, 20, 'liberal')).toMatchObject({ ok: true, values: { OUTER_FLAGS: 1 } });
  });

  test.prop([fc.uint8Array({ maxLength: 80 })])('never throws, and never points outside the message', (bytes) => {
    const result = strict(bytes);
    if (!result.ok && result.offset !== undefined) expect(result.offset).toBeLessThan(20 + bytes.length);
  });
});

describe('framing', () => {
  test.prop([fc.array(fc.tuple(fc.nat(0x3fff), fc.uint8Array({ maxLength: 40 })))])(
    'attributes read back as written',
    (list) => {
      const bytes = new Uint8Array(list.flatMap(([type, data]) => [...encodeAttribute(type, data)]));
      const parsed = parseAttributes(bytes);
      expect(parsed.leftover).toBe(0);
      expect(parsed.attributes.map(({ type, data }) => [type, hex(data)])).toEqual(
        list.map(([type, data]) => [type, hex(data)]),
      );
    },
  );

  test.prop([fc.uint8Array({ maxLength: 200 })])('any bytes can be parsed', (bytes) => {
    for (const message of parseDatagram(bytes)) expect(message.bytes.length).toBeLessThanOrEqual(bytes.length);
  });
});

describe('bitsets', () => {
  const names = FEATURE_NAMES.filter((name) => name !== '');
  test.prop([fc.subarray(names)])('both forms say the same', (chosen) => {
    const expected = [...chosen].sort();
    expect([...decodeBits(bitList(chosen, FEATURE_NAMES), FEATURE_NAMES).set].sort()).toEqual(expected);
    expect([...decodeBits(compactBits(chosen, undefined, FEATURE_NAMES), FEATURE_NAMES).set].sort()).toEqual(expected);
  });

  it('a mask without a value is off', () => {
    expect(decodeBits(bitChanges({ 'rx-gro': false, 'rx-lro': true }), FEATURE_NAMES)).toEqual({
      mask: new Set(['rx-gro', 'rx-lro']),
      set: new Set(['rx-lro']),
    });
    expect(decodeBits(maskedBits(['rx-gro'], new Set(), FEATURE_NAMES), FEATURE_NAMES).set.size).toBe(0);
  });
});

describe('the server', () => {
  const family = {
    name: 'demo',
    version: 1,
    multicastGroups: ['news'],
    operations: [
      {
        number: 1,
        header: GENLMSGHDR,
        policy: POLICY,
        validation: 'strict' as const,
        doit: () => ({ ok: true as const, replies: [genericBody(0x14, 1, 1, new Uint8Array(0))] }),
        dumpit: () => ({ ok: true as const, replies: [genericBody(0x14, 1, 1, new Uint8Array(0))] }),
      },
    ],
  };
  const ask = async (flags: number, body = Uint8Array.of(1, 1, 0, 0)): Promise<ReturnType<typeof parseDatagram>> => {
    const kernel = new NetlinkKernel();
    const type = kernel.registerFamily(family);
    const socket = kernel.openSocket(NETLINK_GENERIC);
    await kernel.handle(socket, encodeMessage({ type, flags: flags | NLM_F_REQUEST, sequence: 7, portId: 0 }, body));
    return socket.buffer.datagrams.flatMap(parseDatagram);
  };

  it('answers, then acknowledges if asked', async () => {
    expect(await ask(0)).toHaveLength(1);
    const [, acknowledgement] = await ask(NLM_F_ACK);
    expect(decodeError(acknowledgement!)).toMatchObject({ errno: 0, capped: true });
  });

  it('ends a dump with DONE', async () => {
    const messages = await ask(NLM_F_DUMP);
    expect(messages.map(({ type }) => type)).toEqual([0x14, NLMSG_DONE]);
    expect(messages.every(({ sequence }) => sequence === 7)).toBe(true);
  });

  // As Linux answers for the operations of SEG6 and IOAM6 that take no attributes: ctrl_dumppolicy_start().
  it('has no data of the policies of an operation that takes no attributes', async () => {
    const [first] = family.operations;
    const bare = { ...first!, number: 2, policy: { set: attributeSet('DEMO', []), accepts: {} } };
    const kernel = new NetlinkKernel();
    kernel.registerFamily({ ...family, operations: [first!, bare] });
    const socket = kernel.openSocket(NETLINK_GENERIC);
    const policies = async (operation: number): Promise<number> => {
      const name = encodeAttribute(2, new TextEncoder().encode('demo\0'));
      const number = encodeAttribute(10, Uint8Array.of(operation, 0, 0, 0));
      const body = Uint8Array.of(10, 2, 0, 0, ...name, ...number);
      const request = { type: GENL_ID_CTRL, flags: NLM_F_REQUEST | NLM_F_DUMP, sequence: 7, portId: 0 };
      await kernel.handle(socket, encodeMessage(request, body));
      const [reply] = socket.buffer.datagrams.splice(0).flatMap(parseDatagram);
      return reply?.type === NLMSG_ERROR ? decodeError(reply).errno : 0;
    };
    expect([await policies(1), await policies(2), await policies(3)]).toEqual([0, 61, 2]);
  });

  it('tells the members of a group only', () => {
    const kernel = new NetlinkKernel();
    const group = kernel.groupOf(kernel.registerFamily(family), 'news');
    const [member, other] = [kernel.openSocket(NETLINK_GENERIC), kernel.openSocket(NETLINK_GENERIC)];
    member.groups.add(group);
    kernel.notify(NETLINK_GENERIC, group, genericBody(0x14, 1, 1, new Uint8Array(0)));
    expect([member.buffer.datagrams.length, other.buffer.datagrams.length]).toEqual([1, 0]);
  });

  test.prop([fc.uint8Array({ maxLength: 120 })])('survives any datagram', async (bytes) => {
    const kernel = new NetlinkKernel();
    kernel.registerFamily(family);
    const socket = kernel.openSocket(NETLINK_GENERIC);
    await kernel.handle(socket, bytes);
    expect(socket.buffer.datagrams.length).toBeLessThanOrEqual(parseDatagram(bytes).length * 2);
  });

  it('quotes a refused request whole', () => {
    const request = onlyMessage('LINKSTATE_GET');
    const error = decodeError(
      parseDatagram(encodeAcknowledgement(request, 9, { ok: false, errno: 22, offset: 20 }))[0]!,
    );
    expect(error.quoted).toEqual(request.bytes);
    expect(numberIn({ offset: error.offset ?? -1 }, 'offset')).toBe(20);
  });
});
