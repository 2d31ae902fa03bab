/** What of a packet is hashed: the selected fields of its flow type, in the order of Microsoft's RSS and of Linux's RXH_ bits. */
import type { FlowType, HashField } from '../../harness/contract/index.js';
import type { Flow } from '../packet/flow.js';
import { IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_UDP } from '../packet/protocols.js';

export interface HashInput {
  readonly length: number;
  readonly type: 'l3' | 'l4';
  readonly addressLength: number;
  readonly hasPorts: boolean;
}

/** Fragments have no ports, the first one included: all of a datagram go to one queue. */
export function flowTypeOf(flow: Flow): FlowType | null {
  if (flow.ipVersion === 0) return null;
  const isV4 = flow.ipVersion === 4;
  if (flow.isFragment || flow.transportOffset < 0 || flow.sourcePort < 0) return isV4 ? 'ip4' : 'ip6';
  switch (flow.protocol) {
    case IPPROTO_TCP:
      return isV4 ? 'tcp4' : 'tcp6';
    case IPPROTO_UDP:
      return isV4 ? 'udp4' : 'udp6';
    case IPPROTO_SCTP:
      return isV4 ? 'sctp4' : 'sctp6';
    default:
      return isV4 ? 'ip4' : 'ip6';
  }
}

/** A field that is not selected counts as zero, which adds nothing to a Toeplitz hash. */
export function hashInput(
  bytes: Uint8Array,
  flow: Flow,
  fields: readonly HashField[],
  input: Uint8Array,
  vlanTci: number,
): HashInput {
  input.fill(0);
  const addressLength = flow.ipVersion === 4 ? 4 : 16;
  const addressesAt = flow.networkOffset + (flow.ipVersion === 4 ? 12 : 8);
  if (fields.includes('ip-src')) input.set(bytes.subarray(addressesAt, addressesAt + addressLength));
  if (fields.includes('ip-dst')) {
    input.set(bytes.subarray(addressesAt + addressLength, addressesAt + 2 * addressLength), addressLength);
  }
  let length = 2 * addressLength;
  const portsSelected = fields.includes('l4-src') || fields.includes('l4-dst');
  const hasPorts = portsSelected && flow.sourcePort >= 0 && !flow.isFragment;
  if (hasPorts) {
    const at = flow.transportOffset;
    if (fields.includes('l4-src')) input.set(bytes.subarray(at, at + 2), length);
    if (fields.includes('l4-dst')) input.set(bytes.subarray(at + 2, at + 4), length + 2);
    length += 4;
  }
  if (fields.includes('ip6-flow-label') && flow.ipVersion === 6) {
    const at = flow.networkOffset;
    input.set([0, (bytes[at + 1] ?? 0) & 0x0f, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0], length);
    length += 4;
  }
  if (fields.includes('vlan')) {
    input.set([(vlanTci >> 8) & 0x0f, vlanTci & 0xff], length);
    length += 2;
  }
  return { length, type: hasPorts ? 'l4' : 'l3', addressLength, hasPorts };
}
