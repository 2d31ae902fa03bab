import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { concat, fromHex } from '../packet/bytes.js';
import { encodeAcknowledgement } from './extack.js';
import { IFINFOMSG, LINK } from './families/rtnetlink.js';
import { KERNEL_DATAGRAMS } from './kernelDatagrams.fixture.js';
import { messageTrees, nodeAt, type MessageNode } from './messageTree.js';
import { encodeAttributes, structLength } from './schema.js';
import { decodeDatagram } from './transcript.js';
import { encodeDatagram, encodeMessage, parseDatagram } from './wire.js';

const header = { type: 19, flags: 5, sequence: 77, portId: 0 };
const body = concat(
  new Uint8Array(structLength(IFINFOMSG)),
  encodeAttributes(LINK, { IFLA_IFNAME: 'eth0', IFLA_MTU: 9000, IFLA_LINKINFO: { IFLA_INFO_KIND: 'vlan' } }),
);
const request = encodeMessage(header, body);
const flat = (nodes: readonly MessageNode[]): MessageNode[] => nodes.flatMap((node) => [node, ...flat(node.children)]);

describe('messageTrees', () => {
  it('names attributes with their bytes, nests below each other', () => {
    const [tree] = messageTrees(0, encodeDatagram([request]), new Map(), true);
    expect(tree).toMatchObject({ name: 'RTM_SETLINK', sequence: 77, offset: 0, length: request.length, refusal: null });
    expect(flat(tree!.nodes).map(({ name, offset, text }) => [name, offset, text])).toEqual([
      ['header', 16, expect.stringContaining('ifi_index 0')],
      ['IFLA_IFNAME', 32, '"eth0"'],
      ['IFLA_MTU', 44, '9000'],
      ['IFLA_LINKINFO', 52, ''],
      ['IFLA_INFO_KIND', 56, '"vlan"'],
    ]);
  });

  it('leads from a refused offset to the attribute', () => {
    const [message] = parseDatagram(request);
    const refusal = { ok: false as const, errno: 22, message: 'no', offset: 56 };
    const answer = encodeAcknowledgement(message!, 5, refusal);
    const [tree] = messageTrees(0, answer);
    expect(tree).toMatchObject({
      name: 'NLMSG_ERROR',
      sequence: 77,
      refusal: { errno: 'EINVAL', message: 'no', offset: 56 },
    });
    const { nodes } = messageTrees(0, request, new Map(), true)[0]!;
    expect(nodeAt(nodes, 56)?.name).toBe('IFLA_INFO_KIND');
    expect(nodeAt(nodes, 60)?.name).toBe('IFLA_INFO_KIND');
    expect(nodeAt(nodes, 52)?.name).toBe('IFLA_LINKINFO');
    expect(nodeAt(nodes, 4000)).toBeUndefined();
  });

  it('says of the datagrams of a kernel what the transcript says', () => {
    const families = new Map([[21, 'ethtool']]);
    for (const text of Object.values(KERNEL_DATAGRAMS)) {
      const bytes = fromHex(text);
      const protocol = parseDatagram(bytes)[0]!.type === 21 ? 16 : 0;
      const trees = messageTrees(protocol, bytes, families);
      const heads = decodeDatagram(protocol, bytes, families).filter((line) => !line.startsWith(' '));
      expect(trees.map(({ name, text: said }) => `${name} ${said}`)).toEqual(
        heads.map((line, place) => line.slice(0, `${trees[place]!.name} ${trees[place]!.text}`.length)),
      );
    }
  });

  test.prop([fc.uint8Array({ maxLength: 120 }), fc.constantFrom(0, 16), fc.boolean()])(
    'never throws',
    (bytes, protocol, isRequest) => {
      const message = encodeMessage({ ...header, type: protocol === 0 ? 16 + (bytes[0] ?? 0) : 21 }, bytes);
      const trees = messageTrees(protocol, message, new Map([[21, 'ethtool']]), isRequest);
      for (const node of flat(trees.flatMap(({ nodes }) => nodes))) {
        expect(node.offset + node.length).toBeLessThanOrEqual(message.length);
      }
    },
  );
});
