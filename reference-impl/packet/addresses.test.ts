import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatIpv4,
  formatIpv6,
  formatMac,
  isBroadcastMac,
  isMulticastMac,
  isZeroMac,
  parseIpv4,
  parseIpv6,
  parseMac,
} from './addresses.js';
import { fromHex, hex } from './bytes.js';

const bytesOf = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });

describe('addresses', () => {
  it('come back from their text', () => {
    fc.assert(
      fc.property(bytesOf(6), (bytes) => {
        expect(parseMac(formatMac(bytes))).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(bytesOf(4), (bytes) => {
        expect(parseIpv4(formatIpv4(bytes))).toEqual(bytes);
      }),
    );
    const sparse = fc
      .tuple(bytesOf(16), bytesOf(8))
      .map(([bytes, mask]) => bytes.map((byte, at) => (mask[at >> 1]! & 1 ? byte : 0)));
    fc.assert(
      fc.property(sparse, (bytes) => {
        expect(parseIpv6(formatIpv6(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each([
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0DB8::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['1::', '1::'],
  ])('writes %s as RFC 5952 does', (text, canonical) => {
    expect(formatIpv6(parseIpv6(text))).toBe(canonical);
  });

  it.each(['', ':', ':::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1::2::3', '12345::', 'g::', '1:2:3:4:5:6:7:8::'])(
    'does not take %j for an IPv6 address',
    (text) => expect(() => parseIpv6(text)).toThrow(/not an IPv6 address/),
  );

  it.each(['', '1.2.3', '1.2.3.256', '1.2.3.4.5', '1.2.3.-1'])('does not take %j for an IPv4 address', (text) =>
    expect(() => parseIpv4(text)).toThrow(/not an IPv4 address/),
  );

  it.each(['', '02:00:00:00:00', '02-00-00-00-00-01', '02:00:00:00:00:0g'])(
    'does not take %j for a MAC address',
    (text) => expect(() => parseMac(text)).toThrow(/not a MAC address/),
  );

  it('knows the kinds of MAC addresses', () => {
    const kinds = (text: string): boolean[] => {
      const bytes = parseMac(text);
      return [isMulticastMac(bytes, 0), isBroadcastMac(bytes, 0), isZeroMac(bytes, 0)];
    };
    expect(kinds('ff:ff:ff:ff:ff:ff')).toEqual([true, true, false]);
    expect(kinds('01:80:c2:00:00:01')).toEqual([true, false, false]);
    expect(kinds('02:00:00:00:00:01')).toEqual([false, false, false]);
    expect(kinds('00:00:00:00:00:00')).toEqual([false, false, true]);
  });
});

describe('hexadecimal', () => {
  it('comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(hex(bytes))).toEqual(bytes);
      }),
    );
  });

  it('refuses what it is not', () => {
    expect(() => fromHex('0')).toThrow();
    expect(() => fromHex('0x00')).toThrow();
  });
});
