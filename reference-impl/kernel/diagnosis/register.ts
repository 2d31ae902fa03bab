/** NETLINK_SOCK_DIAG: who serves the sockets of which family (sock_diag_register()). */
import { AF_INET, AF_INET6, NETLINK_SOCK_DIAG } from '../../netlink/constants.js';
import {
  AF_NETLINK,
  AF_PACKET,
  SOCK_DESTROY,
  SOCK_DIAG_BY_FAMILY,
  SOCK_DIAG_REQ,
} from '../../netlink/families/sockDiag.js';
import { attributeSet } from '../../netlink/schema.js';
import type { NetlinkHandler, NetlinkKernel } from '../../netlink/server.js';
import { EOPNOTSUPP } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { inetSockets } from './inetDiagnosis.js';
import { NetlinkDiagnosis } from './netlinkDiagnosis.js';
import { dumpPacketSockets } from './packetDiagnosis.js';
import { SocketIdentities } from './socketIdentities.js';

const NOTHING = { set: attributeSet('SOCK_DIAG', []), accepts: {} };

/** @requirement NL-DIAG-* */
export function registerDiagnosis(kernel: ReferenceKernel, netlink: NetlinkKernel): void {
  const { diagnosis: parts } = kernel.parts;
  const identities = new SocketIdentities();
  const sockets = new NetlinkDiagnosis(netlink, parts, identities);
  const one: NetlinkHandler = () => ({ ok: false, errno: parts.refusal(EOPNOTSUPP) });
  const operation = { header: SOCK_DIAG_REQ, policy: NOTHING, validation: 'liberal' as const, leavesAttributes: true };
  const byFamily = { ...operation, number: SOCK_DIAG_BY_FAMILY };
  netlink.register(NETLINK_SOCK_DIAG, {
    ...byFamily,
    family: AF_NETLINK,
    doit: one,
    dumpit: (request) => sockets.dump(request),
  });
  netlink.register(NETLINK_SOCK_DIAG, {
    ...byFamily,
    family: AF_PACKET,
    doit: one,
    dumpit: (request) => dumpPacketSockets(request, kernel.packetSockets, parts, identities),
  });
  for (const family of [AF_INET, AF_INET6]) {
    const exact: NetlinkHandler = (request) => inetSockets(request, parts, 'one');
    netlink.register(NETLINK_SOCK_DIAG, {
      ...byFamily,
      family,
      doit: exact,
      dumpit: (request) => inetSockets(request, parts, 'all'),
    });
    netlink.register(NETLINK_SOCK_DIAG, { ...operation, number: SOCK_DESTROY, family, doit: exact });
  }
}
