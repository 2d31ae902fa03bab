import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arp,
  buildFrame,
  destinationOptions,
  ethernet,
  fragment6,
  gre,
  hopByHop,
  icmp6Echo,
  icmpEcho,
  ipv4,
  ipv6,
  mpls,
  payload,
  routing,
  sctp,
  tcp,
  udp,
  vlan,
  vxlan,
  vxlanUdp,
  type Layer,
} from './build.js';
import { concat, fromHex, writeU16 } from './bytes.js';
import { internetChecksum } from './checksum.js';
import { dissect, fieldsAt, type Dissection } from './dissect.js';
import { encodeLacpdu } from './lacp.js';

const eth = ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' });
const ip4 = ipv4({ source: '192.0.2.1', destination: '192.0.2.2' });
const ip6 = ipv6({ source: '2001:db8::1', destination: '2001:db8::2' });
const ports = { sourcePort: 1000, destinationPort: 2000 };

const of = (...layers: Layer[]): Uint8Array => buildFrame(layers).bytes;
const kinds = (bytes: Uint8Array): string[] => dissect(bytes).layers.map(({ kind }) => kind);
const texts = ({ layers }: Dissection, kind: string): Record<string, string> =>
  Object.fromEntries(layers.find((layer) => layer.kind === kind)!.fields.map(({ name, text }) => [name, text]));
const valid = (bytes: Uint8Array, kind: string): boolean | null | undefined =>
  dissect(bytes).layers.find((layer) => layer.kind === kind)!.checksumValid;

/** An IGMP message with its checksum. */
function igmp(text: string): Uint8Array {
  const message = fromHex(text);
  writeU16(message, 2, internetChecksum(message, 0, message.length));
  return message;
}

const participant = { systemPriority: 32768, system: '02:00:00:00:00:0a', key: 9, portPriority: 255, port: 1 };

/** Frames with every layer that there is. */
const samples: Record<string, Uint8Array> = {
  tcp4: of(eth, ip4, tcp({ ...ports, options: fromHex('020405b4 0402 080a0000000100000002 01 030307') }), payload(40)),
  tcp6: of(eth, vlan({ vid: 7, pcp: 3 }), ip6, hopByHop(), routing(), destinationOptions(), tcp(ports), payload(9)),
  qinq: of(eth, vlan({ tpid: 0x88a8, vid: 100 }), vlan({ vid: 4094, dei: true }), ip4, udp(ports), payload(18)),
  options: of(eth, ipv4({ ...ip4, options: fromHex('94040000 07070400000000 00') }), icmpEcho(), payload('ping')),
  mpls: of(eth, mpls({ label: 16, bottom: false }), mpls({ label: 17 }), ip6, icmp6Echo(), payload(5)),
  sctp: of(eth, ip4, sctp(ports), payload(20)),
  gre: of(eth, ip4, gre({ checksum: true, key: 5 }), ip4, tcp(ports), payload(3)),
  vxlan: of(eth, ip4, vxlanUdp(), vxlan({ vni: 77 }), eth, ip6, udp(ports), payload(4)),
  ipip: of(eth, ip6, ip4, udp(ports)),
  fragment: of(eth, ip6, fragment6({ fragmentOffset: 3, nextHeader: 17 }), payload(64)),
  arp: buildFrame([eth, arp({ senderMac: '02:00:00:00:00:01', senderIp: '192.0.2.1', targetIp: '192.0.2.2' })], {
    pad: true,
  }).bytes,
  pause: concat(of(ethernet({ ...eth, etherType: 0x8808 }), payload(fromHex('00010010'))), new Uint8Array(42)),
  pfc: of(ethernet({ ...eth, etherType: 0x8808 }), payload(fromHex(`01010003 ${'00ff'.repeat(8)}`))),
  llc: of(eth, payload(46)),
  igmp2: of(eth, ipv4({ ...ip4, protocol: 2 }), payload(igmp('11640000 00000000'))),
  igmp3: of(
    eth,
    ipv4({ ...ip4, protocol: 2 }),
    payload(igmp('22000000 00000002 06000001 ef010203 c0000207 04000000 ef010204')),
  ),
  mld: of(eth, ipv6({ ...ip6, nextHeader: 58 }), payload(fromHex(`83000000 0000 0000 ff02${'00'.repeat(12)}0005`))),
  mld2: of(
    eth,
    ipv6({ ...ip6, nextHeader: 58 }),
    payload(fromHex(`8f000000 0000 0001 03000001 ff05${'00'.repeat(12)}0007 2001 0db8${'00'.repeat(11)}09`)),
  ),
  lacp: encodeLacpdu({
    source: '02:00:00:00:00:01',
    actor: { ...participant, state: 0x3d },
    partner: { ...participant, key: 10, state: 0 },
  }),
  marker: of(ethernet({ ...eth, etherType: 0x8809 }), payload(fromHex(`0201${'00'.repeat(44)}`))),
};

/** What holds for the dissection of any bytes. */
function expectSound(bytes: Uint8Array): void {
  const { layers } = dissect(bytes);
  let end = 0;
  for (const layer of layers) {
    expect(layer.offset).toBe(end);
    end += layer.length;
    for (const field of layer.fields) {
      expect(field.length).toBeGreaterThan(0);
      expect(field.offset).toBeGreaterThanOrEqual(layer.offset);
      expect(field.offset + field.length).toBeLessThanOrEqual(layer.offset + layer.length);
    }
    expect(layer.kind === 'malformed').toBe(layer.reason !== undefined);
  }
  expect(end).toBe(bytes.length);
}

describe('dissect', () => {
  it('names the layers from the outermost inwards', () => {
    expect(kinds(samples.tcp6!)).toEqual(
      'ethernet vlan ipv6 hop-by-hop routing destination-options tcp payload'.split(' '),
    );
    expect(kinds(samples.vxlan!)).toEqual('ethernet ipv4 udp vxlan ethernet ipv6 udp payload'.split(' '));
    expect(kinds(samples.gre!)).toEqual('ethernet ipv4 gre ipv4 tcp payload'.split(' '));
    expect(kinds(samples.mpls!)).toEqual('ethernet mpls mpls ipv6 icmp6 payload'.split(' '));
    expect(kinds(samples.ipip!)).toEqual('ethernet ipv6 ipv4 udp'.split(' '));
    expect(kinds(samples.fragment!)).toEqual('ethernet ipv6 fragment6 payload'.split(' '));
    expect(kinds(samples.arp!)).toEqual('ethernet arp padding'.split(' '));
    expect(kinds(samples.pause!)).toEqual('ethernet mac-control padding'.split(' '));
    expect(kinds(samples.llc!)).toEqual('ethernet payload'.split(' '));
  });

  it('reads fields, those of single bits too', () => {
    const vlans = dissect(samples.qinq!).layers.filter(({ kind }) => kind === 'vlan');
    expect(vlans.map(({ fields }) => fields.map(({ text }) => text))).toEqual([
      ['0', '0', '100', '0x8100 (802.1Q)'],
      ['0', '1', '4094', '0x0800 (IPv4)'],
    ]);
    expect(texts(dissect(samples.vxlan!), 'vxlan')).toMatchObject({ VNI: '77', flags: '0x08' });
    expect(texts(dissect(samples.mpls!), 'mpls')).toMatchObject({ label: '16', 'bottom of stack': '0' });
    expect(texts(dissect(samples.pfc!), 'mac-control')).toMatchObject({ 'pause time of priority 7': '255 quanta' });
    expect(texts(dissect(samples.arp!), 'arp')).toMatchObject({ 'sender IP': '192.0.2.1', operation: '1 (request)' });
    expect(texts(dissect(samples.gre!), 'gre')).toMatchObject({ key: '5' });
  });

  it('reads who listens to which group', () => {
    expect(texts(dissect(samples.igmp2!), 'igmp')).toMatchObject({ type: '0x11 (query)', group: '0.0.0.0' });
    expect(valid(samples.igmp2!, 'igmp')).toBe(true);
    const report = dissect(samples.igmp3!).layers.find(({ kind }) => kind === 'igmp')!;
    const said = report.fields.map(({ name, text }) => `${name} ${text}`);
    expect(said.slice(4)).toEqual([
      'records 2',
      'record 6 (block old sources)',
      'auxiliary words 0',
      'sources 1',
      'group 239.1.2.3',
      'source 192.0.2.7',
      'record 4 (to exclude)',
      'auxiliary words 0',
      'sources 0',
      'group 239.1.2.4',
    ]);
    expect(texts(dissect(samples.mld!), 'icmp6')).toMatchObject({ type: '131 (listener report)', group: 'ff02::5' });
    expect(texts(dissect(samples.mld2!), 'icmp6')).toMatchObject({ group: 'ff05::7', source: '2001:db8::9' });
  });

  it('reads slow protocols', () => {
    expect(kinds(samples.lacp!)).toEqual(['ethernet', 'lacp']);
    expect(texts(dissect(samples.lacp!), 'lacp')).toMatchObject({
      'actor system': '02:00:00:00:00:0a',
      'actor key': '9',
      'actor state': 'activity, aggregation, synchronization, collecting, distributing',
      'partner key': '10',
      'partner state': 'none',
      'terminator TLV': '0',
    });
    expect(texts(dissect(samples.marker!), 'slow')).toMatchObject({ subtype: '2 (marker)' });
    expect(dissect(samples.lacp!.subarray(0, 60)).layers.at(-1)!.reason).toMatch(/an LACPDU needs 110 bytes/);
  });

  it('lists options', () => {
    expect(texts(dissect(samples.tcp4!), 'tcp')).toMatchObject({
      'option maximum segment size': '1460',
      'option SACK permitted': 'yes',
      'option timestamps': 'value 1, echo 2',
      'option window scale': 'shift by 7',
    });
    expect(texts(dissect(samples.options!), 'ipv4')).toMatchObject({
      'option router alert': '0000',
      'option record route': '0400000000',
    });
    expect(texts(dissect(samples.tcp6!), 'hop-by-hop')).toMatchObject({ 'option PadN': '00000000' });
  });

  it('says what is wrong with a list of options', () => {
    const frame = of(eth, ip4, tcp({ ...ports, options: fromHex('02ff0000') }));
    expect(texts(dissect(frame), 'tcp')).toMatchObject({ options: 'not a list of options: 02ff0000' });
  });

  it.each(['tcp4', 'tcp6', 'qinq', 'options', 'mpls', 'sctp', 'gre'])('finds every checksum of %s valid', (name) => {
    for (const layer of dissect(samples[name]!).layers) expect(layer.checksumValid ?? true).toBe(true);
  });

  it('sees a wrong checksum, and says what it should be', () => {
    for (const [frame, kind] of [
      [of(eth, ip4, tcp({ ...ports, checksum: 0x1234 })), 'tcp'],
      [of(eth, ip6, udp({ ...ports, checksum: 0x1234 })), 'udp'],
      [of(eth, ip4, sctp({ ...ports, checksum: 0x12340000 })), 'sctp'],
      [of(eth, ipv4({ ...ip4, headerChecksum: 0x1234 }), udp(ports)), 'ipv4'],
    ] as const) {
      expect(valid(frame, kind)).toBe(false);
      expect(texts(dissect(frame), kind).checksum).toMatch(/(1234|3412).*should be 0x/);
    }
    const right = texts(dissect(of(eth, ip4, tcp(ports))), 'tcp').checksum!.slice(0, 6);
    const wrong = of(eth, ip4, tcp({ ...ports, checksum: 0x1234 }));
    expect(texts(dissect(wrong), 'tcp').checksum).toBe(`0x1234 (should be ${right})`);
    expect(texts(dissect(of(eth, ip4, tcp({ ...ports, checksum: 'pseudo' }))), 'tcp').checksum).toMatch(
      /pseudo header/,
    );
  });

  it('knows when a checksum cannot be known', () => {
    expect(valid(of(eth, ip4, udp({ ...ports, checksum: 'zero' })), 'udp')).toBeNull();
    const first = of(eth, ipv4({ ...ip4, moreFragments: true }), udp({ ...ports, length: 4000 }), payload(64));
    expect(valid(first, 'udp')).toBeNull();
    const routed = of(eth, ip6, routing({ content: fromHex('040100000000') }), tcp(ports));
    expect(valid(routed, 'tcp')).toBeNull();
  });

  it('says why a frame is malformed', () => {
    const short = samples.tcp4!.subarray(0, 60);
    expect(dissect(short).layers.at(-1)!.reason).toMatch(/total length/);
    expect(dissect(new Uint8Array(3)).layers).toMatchObject([{ kind: 'malformed', offset: 0, length: 3 }]);
    expect(dissect(new Uint8Array(0)).layers).toMatchObject([{ kind: 'malformed', length: 0 }]);
    const badUdp = of(eth, ip4, udp({ ...ports, length: 9 }));
    expect(dissect(badUdp).layers.at(-1)!.reason ?? '').toMatch(/UDP length of 9/);
  });

  it('reads a jumbogram', () => {
    const bytes = of(
      eth,
      ipv6({ ...ip6, payloadLength: 0 }),
      hopByHop({ content: fromHex('c20400010008') }),
      payload(65536),
    );
    expect(kinds(bytes)).toEqual('ethernet ipv6 hop-by-hop payload'.split(' '));
  });

  it('tells the fields that a byte belongs to', () => {
    const dissection = dissect(samples.tcp4!);
    expect(fieldsAt(dissection, 22).map(({ layer, field }) => `${layer.kind} ${field.name}`)).toEqual(['ipv4 TTL']);
    expect(fieldsAt(dissection, 14).map(({ field }) => field.name)).toEqual(['version', 'header length']);
    expect(fieldsAt(dissection, 5000)).toEqual([]);
  });

  it('covers any bytes without gap and never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), expectSound), { numRuns: 1000 });
  });

  it('covers any mutated frame without gap and never throws', () => {
    const mutation = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 });
    const frame = fc.constantFrom(...Object.values(samples));
    const cut = fc.option(fc.nat(200), { nil: undefined, freq: 3 });
    fc.assert(
      fc.property(frame, mutation, cut, (sample, changes, length) => {
        const bytes = sample.slice(0, length);
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
        expectSound(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads a tower of tags as high as a frame', () => {
    const bytes = new Uint8Array(9214);
    for (let at = 12; at + 2 <= bytes.length; at += 4) writeU16(bytes, at, 0x8100);
    expectSound(bytes);
  });
});
