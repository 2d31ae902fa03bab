/** rtnl_link_fill(): of what kind a link is, and of what kind it is a part. */
import { attributePlan, nestPlan, type PlanRow, type Writer } from '../../netlink/attributePlan.js';
import { writeAttributes } from '../../netlink/encodeAttributes.js';
import { BOND_SLAVE, LINKINFO_DATA_BOND } from '../../netlink/families/bond.js';
import { LINKINFO_DATA_VRF, VRF_PORT } from '../../netlink/families/routing.js';
import { LINKINFO, LINKINFO_DATA_VLAN } from '../../netlink/families/rtnetlink.js';
import type { NetDevice } from '../netDevice.js';
import type { KernelParts } from '../parts.js';
import { bondMemberValues, bondValues } from './bondMessage.js';
import { writeBridge, writeBridgePort } from './bridgeMessage.js';

/** linux/if_vlan.h: what every VLAN device has unless the user says otherwise. */
const VLAN_FLAG_REORDER_HDR = 1;

interface Source {
  readonly parts: KernelParts;
  readonly netDevice: NetDevice;
}

/** What IFLA_INFO_DATA holds. */
const writeData: Writer<Source> = (draft, { parts, netDevice: { lower } }) => {
  switch (lower.kind) {
    case 'vlan':
      writeAttributes(draft, LINKINFO_DATA_VLAN, {
        IFLA_VLAN_ID: lower.vid,
        IFLA_VLAN_PROTOCOL: lower.tpid,
        IFLA_VLAN_FLAGS: { flags: VLAN_FLAG_REORDER_HDR, mask: 0xffff_ffff },
      });
      return;
    case 'vrf':
      writeAttributes(draft, LINKINFO_DATA_VRF, { IFLA_VRF_TABLE: lower.table });
      return;
    case 'bridge':
      writeBridge(draft, lower.bridge);
      return;
    case 'bond':
      writeAttributes(draft, LINKINFO_DATA_BOND, bondValues(parts.bond, lower.bond));
      return;
    default:
  }
};

const hasData = ({ netDevice: { lower } }: Source): boolean => lower.kind !== 'port' && lower.kind !== 'team';

/** What IFLA_INFO_SLAVE_DATA holds. */
const writePartData: Writer<Source> = (draft, { parts, netDevice: { vrf, bondMember, bridgePort } }) => {
  if (vrf?.lower.kind === 'vrf') writeAttributes(draft, VRF_PORT, { IFLA_VRF_PORT_TABLE: vrf.lower.table });
  else if (bondMember !== undefined) writeAttributes(draft, BOND_SLAVE, bondMemberValues(parts.bond, bondMember));
  else if (bridgePort !== undefined) writeBridgePort(draft, bridgePort);
};

function partKind({ netDevice: { vrf, bondMember, teamPort, bridgePort } }: Source): string | undefined {
  if (vrf?.lower.kind === 'vrf') return 'vrf';
  if (bondMember !== undefined) return 'bond';
  if (teamPort !== undefined) return 'team';
  return bridgePort === undefined ? undefined : 'bridge';
}

const hasPartData = (source: Source): boolean => {
  const kind = partKind(source);
  return kind !== undefined && kind !== 'team';
};

const ROWS: readonly (PlanRow<Source> | Writer<Source>)[] = [
  ['IFLA_INFO_KIND', ({ netDevice: { lower } }) => (lower.kind === 'port' ? undefined : lower.kind)],
  nestPlan(LINKINFO, 'IFLA_INFO_DATA', writeData, hasData),
  ['IFLA_INFO_SLAVE_KIND', partKind],
  nestPlan(LINKINFO, 'IFLA_INFO_SLAVE_DATA', writePartData, hasPartData),
];

export const writeLinkInfo = attributePlan(LINKINFO, ROWS);

/** Whether there is anything to say. */
export const hasLinkInfo = (source: Source): boolean =>
  source.netDevice.lower.kind !== 'port' || partKind(source) !== undefined;
