/** RTM_NEWLINK of the kind "vlan": net/8021q/vlan_netlink.c. */
import type { IfIndex, MacAddress, NetDeviceName, Vid } from '../../../harness/contract/index.js';
import { formatMac } from '../../packet/addresses.js';
import { VLAN_POLICY } from '../../netlink/families/rtnetlink.js';
import { bytesIn, nestIn, numberIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkRequest } from '../../netlink/server.js';
import { validateAttributes, type Accepted, type Refusal } from '../../netlink/validate.js';
import { EINVAL, ENODEV, ERANGE } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { fromOutcome, refusal, refusalAt } from '../refusals.js';
import { createVlanDevice } from '../vlanDevice.js';

const EPROTONOSUPPORT = 93;
const ETH_P_8021Q = 0x8100;
const ETH_P_8021AD = 0x88a8;

/** vlan_validate(): before anybody asks whether there is such a link. */
export function refusedVlan(request: NetlinkRequest): Refusal | undefined {
  const checked = vlanData(request);
  if (!checked.ok) return checked;
  const tpid = numberIn(checked.values, 'IFLA_VLAN_PROTOCOL') ?? ETH_P_8021Q;
  if (tpid !== ETH_P_8021Q && tpid !== ETH_P_8021AD) return refusal(EPROTONOSUPPORT, '8021q: Invalid VLAN protocol');
  const vid = numberIn(checked.values, 'IFLA_VLAN_ID') ?? 0;
  return vid >= 4095 ? refusal(ERANGE, '8021q: Invalid VLAN id') : undefined;
}

/** vlan_newlink(), of a request that was not refused before. */
export async function newVlan(
  kernel: ReferenceKernel,
  request: NetlinkRequest,
  name: string | undefined,
): Promise<HandlerResult> {
  const checked = vlanData(request);
  if (!checked.ok) return checked;
  const data = checked.values;
  const vid = numberIn(data, 'IFLA_VLAN_ID');
  const tpid = numberIn(data, 'IFLA_VLAN_PROTOCOL') ?? ETH_P_8021Q;
  if (vid === undefined)
    return refusalAt(request, 'IFLA_LINKINFO/IFLA_INFO_DATA', EINVAL, '8021q: VLAN id not specified');
  const below = numberIn(request.values, 'IFLA_LINK');
  if (below === undefined) return refusal(EINVAL, '8021q: link not specified');
  const on = kernel.netDevices.get(below as IfIndex);
  if (on === undefined) return refusal(ENODEV, '8021q: link does not exist');
  const address = bytesIn(request.values, 'IFLA_ADDRESS');
  const created = await createVlanDevice(kernel, {
    ifIndex: kernel.newIfIndex(),
    name: (name ?? `${on.name}.${vid}`) as NetDeviceName,
    on,
    tpid,
    vid: vid as Vid,
    ...(address === undefined ? {} : { address: formatMac(address) as MacAddress }),
  });
  return fromOutcome(created) ?? { ok: true };
}

function vlanData(request: NetlinkRequest): Accepted | Refusal {
  const bytes = bytesIn(nestIn(request.values, 'IFLA_LINKINFO'), 'IFLA_INFO_DATA');
  if (bytes === undefined) return refusal(EINVAL, '8021q: VLAN properties not specified');
  const checked = validateAttributes(VLAN_POLICY, bytes, 0, 'liberal');
  return checked.ok ? checked : { ok: false, errno: checked.errno };
}
