/** A conforming stack with one part replaced: what most defects are. */
import type { EswitchParts } from '../device/eswitch/eswitchParts.js';
import type { NicParts } from '../device/parts.js';
import type { RouterChip6Parts } from '../device/switch/router6Parts.js';
import type { ServiceParts } from '../device/service/serviceParts.js';
import type { RouterChipParts } from '../device/switch/routerParts.js';
import type { AclParts } from '../device/switch/aclParts.js';
import type { SwitchParts } from '../device/switch/switchParts.js';
import type { TreeParts } from '../device/switch/treeParts.js';
import type { LagParts } from '../device/switch/lagParts.js';
import type { BondParts } from '../kernel/bond/bondParts.js';
import type { LacpParts } from '../kernel/bond/lacpParts.js';
import type { BridgeParts } from '../kernel/bridge/bridgeParts.js';
import type { MstParts } from '../kernel/bridge/mstParts.js';
import type { VlanTunnelParts } from '../kernel/bridge/vlanTunnelParts.js';
import type { VlanOptionParts } from '../kernel/bridge/vlanOptionParts.js';
import type { VlanSnoopingParts } from '../kernel/bridge/multicast/vlanSnoopingParts.js';
import type { MulticastParts } from '../kernel/bridge/multicast/multicastParts.js';
import type { AuthenticationParts } from '../kernel/bridge/authentication/authenticationParts.js';
import type { ProxyParts } from '../kernel/bridge/proxy/proxyParts.js';
import type { EthtoolParts } from '../kernel/ethtool/ethtoolParts.js';
import type { KernelParts } from '../kernel/parts.js';
import type { NetfilterPathParts } from '../kernel/netfilter/path/pathParts.js';
import type { PeerNoticeParts } from '../kernel/peerNotices.js';
import type { RoutingParts } from '../kernel/routing/routingParts.js';
import type { SriovParts } from '../kernel/sriov/sriovParts.js';
import type { Routing6Parts } from '../kernel/routing6/routing6Parts.js';
import type { TcParts } from '../kernel/tc/tcParts.js';
import type { TeamParts } from '../kernel/team/teamParts.js';
import type { Defect } from './defect.js';

/** Parts of the kernel. */
export const kernel =
  (change: Partial<KernelParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, ...change });

/** Parts of the NIC; a function gets the sound ones. */
export const nic =
  (change: Partial<NicParts> | ((sound: NicParts) => Partial<NicParts>)): NonNullable<Defect['nic']> =>
  (parts) => ({ ...parts, ...(typeof change === 'function' ? change(parts) : change) });

/** Parts of the reference switch. */
export const chip =
  (change: Partial<SwitchParts>): NonNullable<Defect['switch']> =>
  (parts) => ({ ...parts, ...change });

/** Parts of multicast in the kernel's bridge. */
export const multicast =
  (change: Partial<MulticastParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, multicast: { ...parts.multicast, ...change } });

/** Parts of the kernel's bridge. */
export const bridge =
  (change: Partial<BridgeParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, bridge: { ...parts.bridge, ...change } });

/** Parts of the kernel's link aggregates. */
export const bond =
  (change: Partial<BondParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, bond: { ...parts.bond, ...change } });

/** Parts of the reference switch's link aggregates. */
export const lag =
  (change: Partial<LagParts>): NonNullable<Defect['switch']> =>
  (parts) => ({ ...parts, lag: { ...parts.lag, ...change } });
/** Parts of the kernel's router. */
export const routing =
  (change: Partial<RoutingParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, routing: { ...parts.routing, ...change } });

/** Parts of link aggregates that negotiate. */
export const lacp =
  (change: Partial<LacpParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, bond: { ...parts.bond, lacp: { ...parts.bond.lacp, ...change } } });

/** Parts of the router in the reference switch. */
export const routerChip =
  (change: Partial<RouterChipParts>): NonNullable<Defect['router']> =>
  (parts) => ({ ...parts, ...change });

/** Parts of IPv6 in the kernel's router. */
export const routing6 =
  (change: Partial<Routing6Parts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, routing6: { ...parts.routing6, ...change } });

/** Parts of IPv6 in the router of the reference switch. */
export const routerChip6 =
  (change: Partial<RouterChip6Parts>): NonNullable<Defect['router']> =>
  (parts) => ({ ...parts, ipv6: { ...parts.ipv6, ...change } });

/** Parts of the access list of the reference switch. */
export const acl =
  (change: Partial<AclParts>): NonNullable<Defect['switch']> =>
  (parts) => ({ ...parts, acl: { ...parts.acl, ...change } });

/** Parts of the kernel's traffic control. */
export const tc =
  (change: Partial<TcParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, tc: { ...parts.tc, ...change } });

/** Parts of the switch between the functions of the reference NIC. */
export const eswitch =
  (change: Partial<EswitchParts>): NonNullable<Defect['eswitch']> =>
  (parts) => ({ ...parts, ...change });

/** Parts of the kernel's side of SR-IOV. */
export const sriov =
  (change: Partial<SriovParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, sriov: { ...parts.sriov, ...change } });

/** Parts of the kernel's teams. */
export const team =
  (change: Partial<TeamParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, team: { ...parts.team, ...change } });
/** Parts of ethtool in the kernel. */
export const ethtool =
  (change: Partial<EthtoolParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, ethtool: { ...parts.ethtool, ...change } });

/** Parts of several spanning trees in the kernel's bridge. */
export const mst =
  (change: Partial<MstParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, mst: { ...parts.mst, ...change } });

/** Parts of the options of VLANs in the kernel's bridge. */
export const vlanOptions =
  (change: Partial<VlanOptionParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, vlanOptions: { ...parts.vlanOptions, ...change } });

/** Parts of VLANs that lead to tunnels. */
export const vlanTunnels =
  (change: Partial<VlanTunnelParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, vlanTunnels: { ...parts.vlanTunnels, ...change } });

/** Parts of snooping in each VLAN apart. */
export const vlanSnooping =
  (change: Partial<VlanSnoopingParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, multicast: { ...parts.multicast, vlan: { ...parts.multicast.vlan, ...change } } });

/** Parts of the spanning trees of the reference switch. */
export const trees =
  (change: Partial<TreeParts>): NonNullable<Defect['switch']> =>
  (parts) => ({ ...parts, trees: { ...parts.trees, ...change } });

/** Parts of the service side of the NIC. */
export const service =
  (change: Partial<ServiceParts>): NonNullable<Defect['nic']> =>
  (parts) => ({ ...parts, service: { ...parts.service, ...change } });

/** Parts of a bridge that answers for neighbours. */
export const proxy =
  (change: Partial<ProxyParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, proxy: { ...parts.proxy, ...change } });

/** Parts of locked ports of a bridge. */
export const authentication =
  (change: Partial<AuthenticationParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, authentication: { ...parts.authentication, ...change } });
/** Parts of the notices to peers. */
export const peerNotices =
  (change: Partial<PeerNoticeParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, peerNotices: { ...parts.peerNotices, ...change } });
/** Parts of the data path of nf_tables. */
export const netfilterPath =
  (change: Partial<NetfilterPathParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, netfilterPath: { ...parts.netfilterPath, ...change } });
