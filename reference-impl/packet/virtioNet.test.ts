import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex } from './bytes.js';
import { VIRTIO_NET_HDR_LENGTH, decodeVirtioNetHeader, encodeVirtioNetHeader } from './virtioNet.js';

describe('struct virtio_net_hdr', () => {
  it('has its members where linux/virtio_net.h has them', () => {
    const header = { flags: 1, gsoType: 4, hdrLen: 0x0102, gsoSize: 0x0304, csumStart: 0x0506, csumOffset: 0x0708 };
    expect(hex(encodeVirtioNetHeader(header))).toBe('01040201040306050807');
  });

  it('comes back from its bytes, at any offset', () => {
    const word = fc.nat(0xffff);
    const headers = fc.record({
      flags: fc.nat(255),
      gsoType: fc.nat(255),
      hdrLen: word,
      gsoSize: word,
      csumStart: word,
      csumOffset: word,
    });
    fc.assert(
      fc.property(headers, fc.nat(5), (header, offset) => {
        const bytes = new Uint8Array(VIRTIO_NET_HDR_LENGTH + offset);
        bytes.set(encodeVirtioNetHeader(header), offset);
        expect(decodeVirtioNetHeader(bytes, offset)).toEqual(header);
      }),
    );
  });

  it('is not read from fewer bytes', () => {
    expect(() => decodeVirtioNetHeader(new Uint8Array(9))).toThrow(RangeError);
  });
});
