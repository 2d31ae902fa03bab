/** Sockets of TCP and UDP, of which this kernel has none: net/ipv4/inet_diag.c. */
import { INET_DIAG_REQ_PROTOCOL, INET_DIAG_REQ_V2_LENGTH } from '../../netlink/families/sockDiag.js';
import type { HandlerResult, NetlinkRequest } from '../../netlink/server.js';
import { parseAttributes, viewOf } from '../../netlink/wire.js';
import { EINVAL, ENOENT } from '../errno.js';
import type { DiagnosisParts } from './diagnosisParts.js';

/** IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE: tcp_diag.c and udp_diag.c. */
const SERVED: ReadonlySet<number> = new Set([6, 17, 136]);

/** inet_diag_parse_attrs(), inet_diag_get_protocol(); undefined where an attribute has no room for it. */
function protocolOf(body: Uint8Array): number | undefined {
  let protocol = body[1] ?? 0;
  for (const { type, data } of parseAttributes(body.subarray(INET_DIAG_REQ_V2_LENGTH)).attributes) {
    if (type !== INET_DIAG_REQ_PROTOCOL) continue;
    if (data.length !== 4) return undefined;
    protocol = viewOf(data).getUint32(0, true);
  }
  return protocol;
}

/** inet_diag_handler_cmd(): a dump, one socket (inet_diag_cmd_exact()), or the end of one. */
export function inetSockets({ message }: NetlinkRequest, parts: DiagnosisParts, wanted: 'all' | 'one'): HandlerResult {
  const { body } = message;
  const protocol = body.length < INET_DIAG_REQ_V2_LENGTH ? undefined : protocolOf(body);
  if (protocol === undefined) return { ok: false, errno: parts.refusal(EINVAL), atStart: true };
  if (wanted === 'one') return { ok: false, errno: parts.refusal(ENOENT) };
  if (!SERVED.has(protocol) && parts.refusesUnknownProtocols) return { ok: false, errno: parts.refusal(ENOENT) };
  return { ok: true, replies: [] };
}
