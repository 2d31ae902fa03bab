/** The messages of a plan, decoded with their uAPI names. */
import { NLM_F_ACK, NLM_F_REQUEST } from '../../../reference-impl/netlink/constants.js';
import { decodeDatagram } from '../../../reference-impl/netlink/transcript.js';
import { encodeMessage } from '../../../reference-impl/netlink/wire.js';
import { hex } from '../../../reference-impl/packet/bytes.js';
import type { Step } from '../../../reference-impl/nettool/index.js';

export function messageLines({ wire, operation }: Step): readonly string[] {
  if (wire.kind === 'ioctl') return [`SIOCETHTOOL ${operation}`, `  ${hex(wire.command)}`];
  const flags = NLM_F_REQUEST | NLM_F_ACK | (wire.flags ?? 0);
  const bytes = encodeMessage({ type: wire.type, flags, sequence: 0, portId: 0 }, wire.body);
  return decodeDatagram(wire.protocol, bytes, new Map([[wire.type, wire.family]]), true);
}
