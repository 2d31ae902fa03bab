import { describe, expect, it } from 'vitest';
import { buildFrame, ethernet, fragment6, icmpEcho, ipv4, ipv6, payload, tcp, udp, vlan } from './build.js';
import { FLOW_FIELDS, FLOW_KEY_LENGTH, fillFlowKey, type FlowFieldName } from './flowKey.js';
import { hex } from './bytes.js';

const key = new Uint8Array(FLOW_KEY_LENGTH);
const field = (name: FlowFieldName): string => {
  const [offset, length] = FLOW_FIELDS[name];
  return hex(key.subarray(offset, offset + length));
};
const link = ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' });
const network = ipv4({ source: '10.0.0.1', destination: '10.0.0.2', ttl: 7, tos: 0xb8 });
const content = payload(new Uint8Array(20));

describe('the flow key', () => {
  it('has every field in a place of its own', () => {
    const places = Object.values(FLOW_FIELDS).flatMap(([offset, length]) =>
      Array.from({ length }, (_, index) => offset + index),
    );
    expect(new Set(places).size).toBe(places.length);
    expect(Math.max(...places)).toBeLessThan(FLOW_KEY_LENGTH);
    expect(FLOW_KEY_LENGTH % 4).toBe(0);
  });

  it('has the fields of a segment', () => {
    const segment = tcp({ sourcePort: 1000, destinationPort: 80, flags: 0x12 });
    expect(fillFlowKey(buildFrame([link, network, segment, content]).bytes, undefined, key)).toBe(0x0800);
    expect(field('eth-dst')).toBe('020000000002');
    expect(field('eth-type')).toBe('0800');
    expect(field('ip-version')).toBe('04');
    expect(field('ip-proto')).toBe('06');
    expect([field('ip-ttl'), field('ip-tos')]).toEqual(['07', 'b8']);
    expect([field('ipv4-src'), field('ipv4-dst')]).toEqual(['0a000001', '0a000002']);
    expect([field('l4-src'), field('l4-dst'), field('tcp-flags')]).toEqual(['03e8', '0050', '0012']);
    expect(field('vlan-tpid')).toBe('0000');
  });

  it('is the same for a tag in the bytes and a tag beside them', () => {
    const datagram = udp({ sourcePort: 1, destinationPort: 2 });
    const tagged = buildFrame([link, vlan({ vid: 10, pcp: 5 }), network, datagram, content]).bytes;
    expect(fillFlowKey(tagged, undefined, key)).toBe(0x8100);
    expect([field('vlan-id'), field('vlan-priority'), field('vlan-eth-type')]).toEqual(['000a', '05', '0800']);
    expect(field('l4-dst')).toBe('0002');
    const before = hex(key);
    const plain = buildFrame([link, network, datagram, content]).bytes;
    expect(fillFlowKey(plain, { tpid: 0x8100, tci: 0xa00a }, key)).toBe(0x8100);
    expect(hex(key)).toBe(before);
  });

  it('has the traffic class, the hop limit and the addresses of IPv6', () => {
    const six = ipv6({ source: '2001:db8::1', destination: '2001:db8::2', trafficClass: 0xb8, hopLimit: 9 });
    fillFlowKey(buildFrame([link, six, udp({ sourcePort: 1, destinationPort: 2 }), content]).bytes, undefined, key);
    expect([field('ip-version'), field('ip-tos'), field('ip-ttl')]).toEqual(['06', 'b8', '09']);
    expect(field('ipv6-dst')).toBe('20010db8000000000000000000000002');
  });

  it('has no ports of fragments, and nothing of the frame before', () => {
    const first = ipv4({ source: '10.0.0.1', destination: '10.0.0.2', moreFragments: true });
    fillFlowKey(buildFrame([link, first, udp({ sourcePort: 1, destinationPort: 2 }), content]).bytes, undefined, key);
    expect([field('ip-proto'), field('l4-dst')]).toEqual(['11', '0000']);
    const six = ipv6({ source: '2001:db8::1', destination: '2001:db8::2' });
    const layers = [link, six, fragment6({ moreFragments: true }), udp({ sourcePort: 1, destinationPort: 2 }), content];
    fillFlowKey(buildFrame(layers).bytes, undefined, key);
    expect([field('ip-proto'), field('l4-dst'), field('ipv4-src')]).toEqual(['11', '0000', '00000000']);
    fillFlowKey(buildFrame([link, network, icmpEcho({ reply: false }), content]).bytes, undefined, key);
    expect([field('icmp-type'), field('icmp-code'), field('l4-dst')]).toEqual(['08', '00', '0000']);
  });
});
