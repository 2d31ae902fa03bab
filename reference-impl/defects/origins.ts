/** Where classes of bugs were seen: in drivers, in the core, or in the tests that the kernel has because of them. */
import type { Defect } from './defect.js';

type Origin = Defect['origin'];

export const kernelSource = (title: string, path: string): Origin => ({
  title: `${title}: ${path}`,
  url: `https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/${path}`,
});

export const FIX_FEATURES = kernelSource('The rule is there because devices offer the combination', 'net/core/dev.c');
export const NETDEV_FEATURES = kernelSource(
  'What drivers got wrong about features',
  'Documentation/networking/netdev-features.rst',
);
export const DRIVER_RULES = kernelSource('What drivers must and must not do', 'Documentation/networking/driver.rst');
export const OPERSTATES = kernelSource('Carrier and operational state', 'Documentation/networking/operstates.rst');
export const ETHTOOL_NETLINK = kernelSource(
  'The interface, and what drivers did to it before',
  'Documentation/networking/ethtool-netlink.rst',
);
export const NETLINK_INTRO = kernelSource(
  'What old families do wrong',
  'Documentation/userspace-api/netlink/intro.rst',
);
export const STRICT_ATTRIBUTES = kernelSource('Strict validation was added late', 'lib/nlattr.c');
export const CHANNEL_CHECKS = kernelSource('Checks that drivers forgot moved to the core', 'net/ethtool/channels.c');
export const RING_CHECKS = kernelSource('Checks that drivers forgot moved to the core', 'net/ethtool/rings.c');
export const COALESCE_CHECKS = kernelSource('Drivers took parameters and ignored them', 'net/ethtool/coalesce.c');
export const PAUSE_SETTINGS = kernelSource('How receive and transmit are advertised', 'drivers/net/phy/linkmode.c');
export const DEV_ADDR_LISTS = kernelSource('Address lists with reference counts', 'net/core/dev_addr_lists.c');
export const VLAN_CORE = kernelSource('VIDs, filters and who registers them', 'net/8021q/vlan_core.c');
export const QUEUE_TESTS = kernelSource(
  'The kernel tests devices for it',
  'tools/testing/selftests/drivers/net/queues.py',
);
export const CHECKSUM_OFFLOADS = kernelSource(
  'What devices are expected to do, and what they did',
  'Documentation/networking/checksum-offloads.rst',
);
export const SKBUFF = kernelSource('What a driver may say of a checksum', 'include/linux/skbuff.h');
export const PRACTICE: Origin = { title: 'Known from driver practice' };
export const SWITCHDEV = kernelSource('What the model asks of drivers', 'Documentation/networking/switchdev.rst');
export const BRIDGE_SWITCHDEV = kernelSource(
  'What drivers are told, and what they forgot',
  'net/bridge/br_switchdev.c',
);
export const BRIDGE_FDB = kernelSource('Rules of the table that drivers have to follow', 'net/bridge/br_fdb.c');
export const BRIDGE_VLAN = kernelSource('Rules of VLANs that drivers have to follow', 'net/bridge/br_vlan.c');
export const BRIDGE_INPUT = kernelSource('What becomes of a frame at a port', 'net/bridge/br_input.c');
export const BRIDGE_IF = kernelSource('Ports come and go', 'net/bridge/br_if.c');
export const BRIDGE_NETLINK = kernelSource('Checks that came one by one', 'net/bridge/br_netlink.c');
export const BRIDGE_MDB = kernelSource('Checks that came one by one', 'net/bridge/br_mdb.c');
export const BRIDGE_MULTICAST = kernelSource(
  'Rules of snooping that drivers have to follow',
  'net/bridge/br_multicast.c',
);
export const BRIDGE_STP = kernelSource('States of ports', 'net/bridge/br_stp_if.c');
export const FORWARDING_TESTS = kernelSource(
  'The selftests are there because switches got it wrong',
  'tools/testing/selftests/net/forwarding',
);
export const BONDING_HOWTO = kernelSource(
  'What is expected of link aggregates',
  'Documentation/networking/bonding.rst',
);
export const BONDING = kernelSource('Rules that were learned link by link', 'drivers/net/bonding/bond_main.c');
export const BOND_OPTIONS = kernelSource('Checks that came one by one', 'drivers/net/bonding/bond_options.c');
export const BONDING_TESTS = kernelSource(
  'The selftests are there because it went wrong',
  'tools/testing/selftests/drivers/net/bonding',
);
export const DSA_LAG = kernelSource('What drivers are told of a member, and why', 'net/dsa/port.c');
export const TEAM_CORE = kernelSource('Rules of teams, and what was fixed since', 'drivers/net/team/team_core.c');
export const TEAM_BALANCE = kernelSource(
  'Flows, their places, and what is counted of them',
  'drivers/net/team/team_mode_loadbalance.c',
);
export const TEAM_ACTIVE = kernelSource('Which port is the active one', 'drivers/net/team/team_mode_activebackup.c');
export const TEAM_PORTS = kernelSource('Which port is in use', 'include/linux/if_team.h');
export const DSA_GUIDE = kernelSource('What hardware does for link aggregates', 'Documentation/networking/dsa/dsa.rst');
export const MLXSW = kernelSource('How a driver does it', 'drivers/net/ethernet/mellanox/mlxsw/spectrum.c');
export const FIB_FRONTEND = kernelSource('What addresses and requests make of tables', 'net/ipv4/fib_frontend.c');
export const FIB_TRIE = kernelSource('Rules of the table that drivers mirror', 'net/ipv4/fib_trie.c');
export const FIB_SEMANTICS = kernelSource('What a route may be, and when it dies', 'net/ipv4/fib_semantics.c');
export const IP_ROUTE = kernelSource('What is said where there is no way', 'net/ipv4/route.c');
export const IP_FORWARD = kernelSource('What is done to a packet on its way through', 'net/ipv4/ip_forward.c');
export const IP_INPUT = kernelSource('What is checked of a packet', 'net/ipv4/ip_input.c');
export const IP_OUTPUT = kernelSource('How packets are fragmented', 'net/ipv4/ip_output.c');
export const ICMP = kernelSource('When errors are sent, and what is in them', 'net/ipv4/icmp.c');
export const NEIGHBOURS = kernelSource('States of neighbours', 'net/core/neighbour.c');
export const ARP = kernelSource('Who is answered, and who is believed', 'net/ipv4/arp.c');
export const VRF = kernelSource('Tables of their own', 'drivers/net/vrf.c');
export const LACP = kernelSource('The protocol, with what partners did to it', 'drivers/net/bonding/bond_3ad.c');

export const FLOW_OFFLOAD = kernelSource(
  'What drivers are handed, and what they made of it',
  'include/net/flow_offload.h',
);
export const CLS_FLOWER = kernelSource('Keys that drivers have to take or to refuse', 'net/sched/cls_flower.c');
export const CLS_API = kernelSource('Checks that came one by one', 'net/sched/cls_api.c');
export const FLOW_DISSECTOR = kernelSource('Where the kernel stops to read', 'net/core/flow_dissector.c');
export const ACT_MIRRED = kernelSource('Targets that are down, gone, or behind a tag', 'net/sched/act_mirred.c');
export const TC_FORWARDING_TESTS = kernelSource(
  'The selftests run in hardware and in software because they differed',
  'tools/testing/selftests/net/forwarding/tc_flower.sh',
);

export const PCI_SYSFS = kernelSource('What is written is a number', 'drivers/pci/pci-sysfs.c');
export const ICE_RATES = kernelSource('Promises are summed', 'drivers/net/ethernet/intel/ice/ice_sriov.c');
export const IGBVF = kernelSource('The room for addresses', 'drivers/net/ethernet/intel/igbvf/netdev.c');
export const MLX5_VECTORS = kernelSource(
  'What a driver checks of vectors',
  'drivers/net/ethernet/mellanox/mlx5/core/pci_irq.c',
);
export const PCI_IOV = kernelSource('What is checked before a driver is asked', 'drivers/pci/iov.c');
export const RTNL_VF = kernelSource('What is checked before a driver is asked', 'net/core/rtnetlink.c');
export const SRIOV_API = kernelSource('The old interface is frozen, and why', 'Documentation/networking/sriov.rst');
export const IGB_VF = kernelSource('How a driver does it', 'drivers/net/ethernet/intel/igb/igb_main.c');
export const IXGBE_VF = kernelSource(
  'How a driver does it, and what it warns of',
  'drivers/net/ethernet/intel/ixgbe/ixgbe_sriov.c',
);
export const ICE_VF = kernelSource('How a driver does it', 'drivers/net/ethernet/intel/ice/ice_sriov.c');
export const ICE_VIRTCHNL = kernelSource('What guests asked for', 'drivers/net/ethernet/intel/ice/ice_virtchnl.c');
export const MLX5_ESWITCH = kernelSource('How a driver does it', 'drivers/net/ethernet/mellanox/mlx5/core/eswitch.c');
export const MLX5_INGRESS = kernelSource(
  'The four groups of rules for what a guest sends',
  'drivers/net/ethernet/mellanox/mlx5/core/esw/acl/ingress_lgcy.c',
);
export const MLX5_EGRESS = kernelSource(
  'The rules for what a guest gets',
  'drivers/net/ethernet/mellanox/mlx5/core/esw/acl/egress_lgcy.c',
);
export const NETDEVSIM_VF = kernelSource('What every driver checks by itself', 'drivers/net/netdevsim/netdev.c');
export const REPRESENTORS = kernelSource('What drivers got wrong', 'Documentation/networking/representors.rst');
export const VF_PAUSE_FRAMES: Origin = {
  title: 'CVE-2015-1142857: flow control frames of virtual functions stop the port',
  url: 'https://nvd.nist.gov/vuln/detail/CVE-2015-1142857',
};
export const NETLINK_CORE = kernelSource('Rules that every family relies on', 'net/netlink/af_netlink.c');
export const RTNETLINK = kernelSource('Checks and marks that came one by one', 'net/core/rtnetlink.c');
export const GENETLINK = kernelSource('What the list of families promises', 'net/netlink/genetlink.c');
export const NETLINK_POLICY = kernelSource('What is published of what is checked', 'net/netlink/policy.c');
export const DEVLINK_DOCUMENTATION = kernelSource(
  'What drivers did each in a way of its own before',
  'Documentation/networking/devlink/index.rst',
);

export const ADDRCONF = kernelSource('What addresses and settings of IPv6 do', 'net/ipv6/addrconf.c');
export const IP6_FIB = kernelSource('Rules of the table that drivers mirror', 'net/ipv6/ip6_fib.c');
export const IP6_ROUTE = kernelSource('What a route of IPv6 may be, and what is said without one', 'net/ipv6/route.c');
export const IP6_INPUT = kernelSource('What is checked of a packet of IPv6', 'net/ipv6/ip6_input.c');
export const IP6_OUTPUT = kernelSource('What is done to a packet on its way through', 'net/ipv6/ip6_output.c');
export const EXTHDRS = kernelSource('Headers that were abused before they were checked', 'net/ipv6/exthdrs.c');
export const ICMPV6 = kernelSource('When errors are sent, and what is in them', 'net/ipv6/icmp.c');
export const NDISC = kernelSource('Who is answered, and who is believed', 'net/ipv6/ndisc.c');
export const NETLINK_TABLE = kernelSource('What the table of operations lacked for a while', 'net/ethtool/netlink.c');
export const STRING_SETS = kernelSource('Strings and what they are asked by', 'net/ethtool/strset.c');
export const BITSETS = kernelSource('Checks of bit sets', 'net/ethtool/bitset.c');
export const PHY_TOPOLOGY = kernelSource('PHYs of a net device', 'net/ethtool/phy.c');
export const STATISTICS = kernelSource('Sources and groups of statistics', 'net/ethtool/stats.c');
export const RSS_NETLINK = kernelSource('Contexts in queries and dumps', 'net/ethtool/rss.c');
export const WAKE = kernelSource('What the core checks of wake-up', 'net/ethtool/wol.c');
export const PRIVATE_FLAGS = kernelSource('What the core checks of private flags', 'net/ethtool/privflags.c');
export const EEE = kernelSource('What drivers got wrong before phylib took it', 'drivers/net/phy/phy-c45.c');
export const MAC_MERGE = kernelSource('Rules that moved to the core', 'net/ethtool/mm.c');
export const LINK_MODES = kernelSource('What the core checks of link modes', 'net/ethtool/linkmodes.c');
export const FEATURES = kernelSource('What the reply to a change says', 'net/ethtool/features.c');
export const TIMESTAMP_CONFIG = kernelSource('A bit set for what is one number', 'net/ethtool/tsconfig.c');
export const LINK_STATE = kernelSource('When a driver is asked for a reason', 'net/ethtool/linkstate.c');
export const CABLE_TEST = kernelSource('The state machine around a test', 'drivers/net/phy/phy.c');
export const MODULE_EEPROM = kernelSource('What the core keeps a read to', 'net/ethtool/eeprom.c');
export const MODULE_POWER = kernelSource('Power and firmware of modules', 'net/ethtool/module.c');
export const TUNNELS = kernelSource('Tables of tunnel ports', 'net/ethtool/tunnels.c');
export const IOCTL = kernelSource('Checks of the ioctl, some of which came late', 'net/ethtool/ioctl.c');
export const SELF_TEST = kernelSource(
  'What a driver does around its tests',
  'drivers/net/ethernet/intel/igb/igb_ethtool.c',
);
export const REGION_NEW = kernelSource(
  'The id that __devlink_region_snapshot_id_get chose keeps its first user',
  'net/devlink/region.c',
);
export const DRIVER_CORE = kernelSource('Who may be given a driver', 'drivers/base/dd.c');
export const FIRMWARE_LOADER = kernelSource('Path traversal was blocked late', 'drivers/base/firmware_loader/main.c');
export const FEC = kernelSource('What stands for no error correction', 'net/ethtool/fec.c');
export const PCI_PROBE = kernelSource('When a function may have a driver', 'drivers/pci/pci-driver.c');
export const DEVLINK_NETLINK = kernelSource('Who is told', 'net/devlink/netlink.c');
export const DEVLINK_PORT = kernelSource('What is looked at before a driver is asked', 'net/devlink/port.c');
export const DEVLINK_RATE = kernelSource('Leaves, nodes and their references', 'net/devlink/rate.c');
export const MLX5_SUBFUNCTIONS = kernelSource(
  'How a driver makes subfunctions',
  'drivers/net/ethernet/mellanox/mlx5/core/sf/devlink.c',
);
export const DPIPE = kernelSource('What is told of a pipeline', 'net/devlink/dpipe.c');
export const SHARED_BUFFERS = kernelSource('What the core checks of shared buffers', 'net/devlink/sb.c');
export const MLXSW_BUFFERS = kernelSource(
  'What a driver checks of shared buffers',
  'drivers/net/ethernet/mellanox/mlxsw/spectrum_buffers.c',
);
export const BRIDGE_PROXY = kernelSource('Whom a bridge answers for, and whom not', 'net/bridge/br_arp_nd_proxy.c');
export const BRIDGE_FORWARD = kernelSource('What is flooded where', 'net/bridge/br_forward.c');
export const NEIGHBOUR_TESTS = kernelSource(
  'The kernel tests suppression for it',
  'tools/testing/selftests/net/test_bridge_neigh_suppress.sh',
);
export const LOCKED_PORT_TESTS = kernelSource(
  'The kernel tests locked ports for it',
  'tools/testing/selftests/net/forwarding/bridge_locked_port.sh',
);
export const NETFILTER_CORE = kernelSource('Who is asked, and in which order', 'net/netfilter/core.c');
export const NFT_CORE = kernelSource('How rules are run', 'net/netfilter/nf_tables_core.c');
export const NFT_API = kernelSource('What becomes of hooks', 'net/netfilter/nf_tables_api.c');
export const NETFILTER_NETDEV = kernelSource('Hooks of net devices', 'include/linux/netfilter_netdev.h');
export const NFT_CHAIN_FILTER = kernelSource(
  'What is told of a packet before rules look',
  'net/netfilter/nft_chain_filter.c',
);
export const NFT_CMP = kernelSource('How values are compared', 'net/netfilter/nft_cmp.c');
export const NFT_RANGE = kernelSource('What a range is', 'net/netfilter/nft_range.c');
export const NFT_BITWISE = kernelSource('What is done bit by bit', 'net/netfilter/nft_bitwise.c');
export const NFT_BYTEORDER = kernelSource('Which way numbers lie', 'net/netfilter/nft_byteorder.c');
export const NFT_PAYLOAD = kernelSource('How bytes are found, and sums kept', 'net/netfilter/nft_payload.c');
export const NFT_META = kernelSource('What is known beside the bytes', 'net/netfilter/nft_meta.c');
export const NFT_META_BRIDGE = kernelSource('What a bridge tells', 'net/bridge/netfilter/nft_meta_bridge.c');
export const NFT_LOOKUP = kernelSource('What a set answers', 'net/netfilter/nft_lookup.c');
export const NFT_RBTREE = kernelSource('Where intervals end', 'net/netfilter/nft_set_rbtree.c');
export const NFT_PIPAPO = kernelSource('Ranges side by side', 'net/netfilter/nft_set_pipapo.c');
export const NFT_HASH_SET = kernelSource('Elements whose time is over', 'net/netfilter/nft_set_hash.c');
export const NFT_DYNSET = kernelSource('Sets that rules fill', 'net/netfilter/nft_dynset.c');
export const NFT_LIMIT = kernelSource('A bucket of time', 'net/netfilter/nft_limit.c');
export const NFT_QUOTA = kernelSource('How much is too much', 'net/netfilter/nft_quota.c');
export const NFT_TRACE = kernelSource('What is told of a packet, and how often', 'net/netfilter/nf_tables_trace.c');
export const NFT_COUNTER = kernelSource('What counts', 'net/netfilter/nft_counter.c');
export const NFT_NUMGEN = kernelSource('Numbers by turns', 'net/netfilter/nft_numgen.c');
export const NFT_HASH = kernelSource('Numbers from bytes', 'net/netfilter/nft_hash.c');
export const NFT_EXTHDR = kernelSource('Headers without a fixed place', 'net/netfilter/nft_exthdr.c');
export const NFT_FWD = kernelSource('Who owns a frame', 'net/netfilter/nft_fwd_netdev.c');
export const NF_DUP = kernelSource('What a copy takes along', 'net/netfilter/nf_dup_netdev.c');
export const NF_REJECT = kernelSource('What a sender is told', 'net/ipv4/netfilter/nf_reject_ipv4.c');
