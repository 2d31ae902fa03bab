/** IFLA_AF_SPEC of a link: what each address family is told of it (inet_validate_link_af() and inet_set_link_af()). */
import { INET_CONF, INET_SPEC, LINK_AF_SPEC } from '../../netlink/families/routing.js';
import { bytesIn, decodeAttributes, numberIn, type Values } from '../../netlink/schema.js';
import type { NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { parseAttributes } from '../../netlink/wire.js';
import { EAFNOSUPPORT, EINVAL } from '../errno.js';
import type { NetDevice } from '../netDevice.js';
import { refusal } from '../refusals.js';
import type { RoutingKernel } from '../routing/routingKernel.js';

const NOTHING = new Uint8Array(0);
const MOST = INET_CONF.byNumber.size;

export function changeAddressFamilies(
  routing: RoutingKernel,
  netDevice: NetDevice,
  request: NetlinkRequest,
): Refusal | undefined {
  const bytes = bytesIn(request.values, 'IFLA_AF_SPEC') ?? new Uint8Array(0);
  if (parseAttributes(bytes).attributes.some(({ type }) => !LINK_AF_SPEC.byNumber.has(type)))
    return refusal(EAFNOSUPPORT);
  const settings = settingsIn(decodeAttributes(LINK_AF_SPEC, bytes));
  for (const number of settings.keys()) if (number < 1 || number > MOST) return refusal(EINVAL);
  for (const [number, value] of settings) routing.set(netDevice, number, value);
  return undefined;
}

function settingsIn(families: Values): ReadonlyMap<number, number> {
  const inet = decodeAttributes(INET_SPEC, bytesIn(families, 'AF_INET') ?? NOTHING);
  const conf = decodeAttributes(INET_CONF, bytesIn(inet, 'IFLA_INET_CONF') ?? NOTHING);
  const settings = new Map<number, number>();
  for (const name of Object.keys(conf)) {
    const spec = INET_CONF.byName.get(name);
    settings.set(spec?.number ?? Number(name.slice(1)), numberIn(conf, name) ?? 0);
  }
  return settings;
}
