/** What goes to the PHY behind a net device: ETHTOOL_MSG_PHY_GET, _PLCA_ and _PSE_; net/ethtool/phy.c, plca.c, pse-pd.c. */
import type { PhyOps, PortName } from '../../../harness/contract/index.js';
import { numberIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { ENODEV, EOPNOTSUPP } from '../errno.js';
import type { NetDevice } from '../netDevice.js';
import { fromOutcome, refusal, refusalAt } from '../refusals.js';
import { opsOf } from './deviceState.js';
import {
  announceChange,
  byte,
  refusedWith,
  type ApplyChange,
  type EthtoolContext,
  type FillReply,
  type Query,
} from './request.js';

/** phy_link_topo: the one PHY of a net device has the first index. */
const PHY_INDEX = 1;
const PHY_UPSTREAM_MAC = 0;

/** struct phy_device: the operations of a PHY, of one port. */
export interface BoundPhy {
  readonly phy: PhyOps;
  readonly port: PortName;
  readonly name: string;
}
const boundPhy = (phy: PhyOps, port: PortName): BoundPhy => ({ phy, port, name: `${phy.bus}-${port}:01` });

/** ethnl_req_get_phydev(): the PHY with the index that was asked for, or the one of the net device; null: it has none. */
export function requestedPhy(
  { kernel }: Pick<EthtoolContext, 'kernel'>,
  netDevice: NetDevice,
  query: Pick<Query, 'offsets' | 'phyIndex' | 'headerPath'>,
): BoundPhy | null | Refusal {
  const { ops, port } = opsOf(netDevice);
  const phy = ops.phy === undefined ? null : boundPhy(ops.phy, port);
  const { phyIndex } = query;
  if (phyIndex === undefined || !kernel.parts.ethtool.checksPhyIndex) return phy;
  if (phy !== null && phyIndex === PHY_INDEX) return phy;
  return refusalAt(query, query.headerPath ?? '', ENODEV, 'no phy matching phyindex');
}
export const isPhyRefusal = (phy: BoundPhy | null | Refusal): phy is Refusal => phy !== null && 'errno' in phy;

export const fillPhy: FillReply = async (context, netDevice, query) => {
  const phy = requestedPhy(context, netDevice, query);
  if (phy === null) return refusedWith(refusal(EOPNOTSUPP));
  if (isPhyRefusal(phy)) return refusedWith(phy);
  return {
    ETHTOOL_A_PHY_INDEX: PHY_INDEX,
    ETHTOOL_A_PHY_NAME: phy.name,
    ETHTOOL_A_PHY_UPSTREAM_TYPE: PHY_UPSTREAM_MAC,
    ETHTOOL_A_PHY_DRVNAME: phy.phy.driver,
  };
};

/** The attributes of a PLCA configuration; 16 and 8 bits where the policy says so. */
const PLCA_MEMBERS = [
  ['VERSION', 'version'],
  ['ENABLED', 'enabled'],
  ['NODE_ID', 'nodeId'],
  ['NODE_CNT', 'nodeCount'],
  ['TO_TMR', 'toTimer'],
  ['BURST_CNT', 'burstCount'],
  ['BURST_TMR', 'burstTimer'],
] as const;

export const fillPlca: FillReply = async (context, netDevice, query) => {
  const phy = requestedPhy(context, netDevice, query);
  if (phy === null || isPhyRefusal(phy) || phy.phy.plca === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const settings = await phy.phy.plca.get(phy.port);
  if (!settings.ok) return refusedWith(refusal(settings.errno, settings.message));
  const values: Record<string, number> = {};
  for (const [attribute, member] of PLCA_MEMBERS) {
    const value = settings.value[member];
    if (value !== undefined) values[`ETHTOOL_A_PLCA_${attribute}`] = Number(value);
  }
  return values;
};

/** Every attribute that is there counts as a change, whatever its value: plca_update_sint(). */
export const changePlca: ApplyChange = async (context, request) => {
  const phy = requestedPhy(context, request.netDevice, request);
  if (phy === null || isPhyRefusal(phy) || phy.phy.plca === undefined) return refusal(EOPNOTSUPP);
  const change: Record<string, number | boolean> = {};
  for (const [attribute, member] of PLCA_MEMBERS) {
    const value = numberIn(request.values, `ETHTOOL_A_PLCA_${attribute}`);
    if (value !== undefined) change[member] = member === 'enabled' ? value !== 0 : value;
  }
  const changed = Object.keys(change).length > 0;
  if (changed) {
    const refused = fromOutcome(await phy.phy.plca.set(phy.port, change));
    if (refused !== undefined) return refused;
  }
  await announceChange(context, 'PLCA_NTF', request.netDevice, changed);
  return undefined;
};

export const fillPlcaStatus: FillReply = async (context, netDevice, query) => {
  const phy = requestedPhy(context, netDevice, query);
  if (phy === null || isPhyRefusal(phy) || phy.phy.plca === undefined) return refusedWith(refusal(EOPNOTSUPP));
  const status = await phy.phy.plca.status(phy.port);
  return status.ok ? { ETHTOOL_A_PLCA_STATUS: byte(status.value) } : refusedWith(refusal(status.errno, status.message));
};

export const fillPse: FillReply = async (context, netDevice, query) => {
  const phy = requestedPhy(context, netDevice, query);
  if (phy !== null && isPhyRefusal(phy)) return refusedWith(phy);
  if (phy === null) return refusedWith(refusal(EOPNOTSUPP, 'No PHY found'));
  if (phy.phy.pse === undefined) return refusedWith(refusal(EOPNOTSUPP, 'No PSE is attached'));
  const status = await phy.phy.pse.status(phy.port);
  if (!status.ok) return refusedWith(refusal(status.errno, status.message));
  const values: Values = Object.fromEntries(
    Object.entries(status.value)
      .filter(([, value]) => value > 0)
      .map(([name, value]) => [`ETHTOOL_A_${name}`, value]),
  );
  return values;
};

/** A PSE announces nothing of its settings. */
export const changePse: ApplyChange = async (context, request) => {
  const { values } = request;
  const phy = requestedPhy(context, request.netDevice, request);
  if (phy === null || isPhyRefusal(phy)) return refusal(EOPNOTSUPP, 'No PHY is attached');
  if (phy.phy.pse === undefined) return refusal(EOPNOTSUPP, 'No PSE is attached');
  const { kinds } = phy.phy.pse;
  const [podlAdmin, c33Admin] = [
    numberIn(values, 'ETHTOOL_A_PODL_PSE_ADMIN_CONTROL'),
    numberIn(values, 'ETHTOOL_A_C33_PSE_ADMIN_CONTROL'),
  ];
  if (podlAdmin !== undefined && !kinds.includes('podl')) {
    const message = 'setting PoDL PSE admin control not supported';
    return refusalAt(request, 'ETHTOOL_A_PODL_PSE_ADMIN_CONTROL', EOPNOTSUPP, message);
  }
  if (c33Admin !== undefined && !kinds.includes('c33')) {
    const message = 'setting C33 PSE admin control not supported';
    return refusalAt(request, 'ETHTOOL_A_C33_PSE_ADMIN_CONTROL', EOPNOTSUPP, message);
  }
  const powerLimit = numberIn(values, 'ETHTOOL_A_C33_PSE_AVAIL_PW_LIMIT');
  return fromOutcome(
    await phy.phy.pse.set(phy.port, {
      ...(podlAdmin === undefined ? {} : { podlAdmin }),
      ...(c33Admin === undefined ? {} : { c33Admin }),
      ...(powerLimit === undefined ? {} : { powerLimit }),
    }),
  );
};
