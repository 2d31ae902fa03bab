/** What links of every kind that has members read of a request alike: IFLA_LINKINFO, address and MTU. */
import type { MacAddress, NetDeviceName } from '../../../harness/contract/index.js';
import { bytesIn, nestIn, numberIn, type Values } from '../../netlink/schema.js';
import type { NetlinkRequest } from '../../netlink/server.js';
import { validateAttributes, type Accepted, type Policy, type Refusal } from '../../netlink/validate.js';
import { formatMac, isMulticastMac, isZeroMac } from '../../packet/addresses.js';
import type { AggregateSeed } from '../aggregates.js';
import { EADDRNOTAVAIL, EINVAL } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { refusal } from '../refusals.js';

export interface LinkInfoData {
  readonly ok: true;
  readonly values: Values;
  /** NL_SET_ERR_MSG_ATTR(): the refusal points at the attribute. */
  readonly at: (attribute: string, errno: number, message?: string) => Refusal;
}

/** The data of a request's IFLA_INFO_DATA or IFLA_INFO_SLAVE_DATA; without any, no values. */
export function linkInfoData(request: NetlinkRequest, attribute: string, policy: Policy): LinkInfoData | Refusal {
  const bytes = bytesIn(nestIn(request.values, 'IFLA_LINKINFO'), attribute);
  const base = (request.offsets.get(`IFLA_LINKINFO/${attribute}`) ?? 0) + 4;
  const parsed: Accepted | Refusal =
    bytes === undefined
      ? { ok: true, values: {}, offsets: new Map() }
      : validateAttributes(policy, bytes, base, 'liberal');
  if (!parsed.ok) return parsed;
  return {
    ok: true,
    values: parsed.values,
    at: (name, errno, message) => {
      const offset = parsed.offsets.get(name);
      return { ...refusal(errno, message), ...(offset === undefined ? {} : { offset }) };
    },
  };
}

/** br_validate(), bond_validate(), team_validate(): what they say of IFLA_ADDRESS. */
export function checkLinkAddress(request: NetlinkRequest): Refusal | undefined {
  const address = bytesIn(request.values, 'IFLA_ADDRESS');
  if (address === undefined) return undefined;
  if (address.length !== 6) return refusal(EINVAL);
  return isMulticastMac(address, 0) || isZeroMac(address, 0) ? refusal(EADDRNOTAVAIL) : undefined;
}

/** rtnl_create_link(): what is the same for every kind. `prefix`: of its name where the user gives none. */
export function linkSeed(
  kernel: ReferenceKernel,
  request: NetlinkRequest,
  name: string | undefined,
  prefix: string,
): AggregateSeed {
  const address = bytesIn(request.values, 'IFLA_ADDRESS');
  const mtu = numberIn(request.values, 'IFLA_MTU');
  return {
    ifIndex: kernel.newIfIndex(),
    name: (name ?? kernel.freeName(prefix)) as NetDeviceName,
    ...(address === undefined ? {} : { address: formatMac(address) as MacAddress }),
    ...(mtu === undefined ? {} : { mtu }),
  };
}
