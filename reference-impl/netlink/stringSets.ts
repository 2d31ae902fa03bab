/** String sets of ethtool, each in the order of its bits: what an index of a bitset or of a counter means (net/ethtool/common.c). */

/**
 * ETH_SS_FEATURES. An empty name is a bit without one.
 * @requirement NIC-FEAT-*, ETH-STR-*
 */
export const FEATURE_NAMES = [
  'tx-scatter-gather',
  'tx-checksum-ipv4',
  '',
  'tx-checksum-ip-generic',
  'tx-checksum-ipv6',
  'highdma',
  'tx-scatter-gather-fraglist',
  'tx-vlan-hw-insert',
  'rx-vlan-hw-parse',
  'rx-vlan-filter',
  'vlan-challenged',
  'tx-generic-segmentation',
  '',
  '',
  'rx-gro',
  'rx-lro',
  'tx-tcp-segmentation',
  'tx-gso-robust',
  'tx-tcp-ecn-segmentation',
  'tx-tcp-mangleid-segmentation',
  'tx-tcp6-segmentation',
  'tx-fcoe-segmentation',
  'tx-gre-segmentation',
  'tx-gre-csum-segmentation',
  'tx-ipxip4-segmentation',
  'tx-ipxip6-segmentation',
  'tx-udp_tnl-segmentation',
  'tx-udp_tnl-csum-segmentation',
  'tx-gso-partial',
  'tx-tunnel-remcsum-segmentation',
  'tx-sctp-segmentation',
  'tx-esp-segmentation',
  '',
  'tx-udp-segmentation',
  'tx-gso-list',
  'tx-tcp-accecn-segmentation',
  'tx-checksum-fcoe-crc',
  'tx-checksum-sctp',
  'rx-ntuple-filter',
  'rx-hashing',
  'rx-checksum',
  'tx-nocache-copy',
  'loopback',
  'rx-fcs',
  'rx-all',
  'tx-vlan-stag-hw-insert',
  'rx-vlan-stag-hw-parse',
  'rx-vlan-stag-filter',
  'l2-fwd-offload',
  'hw-tc-offload',
  'esp-hw-offload',
  'esp-tx-csum-hw-offload',
  'rx-udp_tunnel-port-offload',
  'tls-hw-tx-offload',
  'tls-hw-rx-offload',
  'rx-gro-hw',
  'tls-hw-record',
  'rx-gro-list',
  'macsec-hw-offload',
  'rx-udp-gro-forwarding',
  'hsr-tag-ins-offload',
  'hsr-tag-rm-offload',
  'hsr-fwd-offload',
  'hsr-dup-offload',
] as const;

/**
 * ETH_SS_LINK_MODES.
 * @requirement ETH-STR-*, ETH-LINK-*
 */
export const LINK_MODE_NAMES = [
  '10baseT/Half',
  '10baseT/Full',
  '100baseT/Half',
  '100baseT/Full',
  '1000baseT/Half',
  '1000baseT/Full',
  'Autoneg',
  'TP',
  'AUI',
  'MII',
  'FIBRE',
  'BNC',
  '10000baseT/Full',
  'Pause',
  'Asym_Pause',
  '2500baseX/Full',
  'Backplane',
  '1000baseKX/Full',
  '10000baseKX4/Full',
  '10000baseKR/Full',
  '10000baseR_FEC',
  '20000baseMLD2/Full',
  '20000baseKR2/Full',
  '40000baseKR4/Full',
  '40000baseCR4/Full',
  '40000baseSR4/Full',
  '40000baseLR4/Full',
  '56000baseKR4/Full',
  '56000baseCR4/Full',
  '56000baseSR4/Full',
  '56000baseLR4/Full',
  '25000baseCR/Full',
  '25000baseKR/Full',
  '25000baseSR/Full',
  '50000baseCR2/Full',
  '50000baseKR2/Full',
  '100000baseKR4/Full',
  '100000baseSR4/Full',
  '100000baseCR4/Full',
  '100000baseLR4_ER4/Full',
  '50000baseSR2/Full',
  '1000baseX/Full',
  '10000baseCR/Full',
  '10000baseSR/Full',
  '10000baseLR/Full',
  '10000baseLRM/Full',
  '10000baseER/Full',
  '2500baseT/Full',
  '5000baseT/Full',
  'None',
  'RS',
  'BASER',
  '50000baseKR/Full',
  '50000baseSR/Full',
  '50000baseCR/Full',
  '50000baseLR_ER_FR/Full',
  '50000baseDR/Full',
  '100000baseKR2/Full',
  '100000baseSR2/Full',
  '100000baseCR2/Full',
  '100000baseLR2_ER2_FR2/Full',
  '100000baseDR2/Full',
  '200000baseKR4/Full',
  '200000baseSR4/Full',
  '200000baseLR4_ER4_FR4/Full',
  '200000baseDR4/Full',
  '200000baseCR4/Full',
  '100baseT1/Full',
  '1000baseT1/Full',
  '400000baseKR8/Full',
  '400000baseSR8/Full',
  '400000baseLR8_ER8_FR8/Full',
  '400000baseDR8/Full',
  '400000baseCR8/Full',
  'LLRS',
  '100000baseKR/Full',
  '100000baseSR/Full',
  '100000baseLR_ER_FR/Full',
  '100000baseCR/Full',
  '100000baseDR/Full',
  '200000baseKR2/Full',
  '200000baseSR2/Full',
  '200000baseLR2_ER2_FR2/Full',
  '200000baseDR2/Full',
  '200000baseCR2/Full',
  '400000baseKR4/Full',
  '400000baseSR4/Full',
  '400000baseLR4_ER4_FR4/Full',
  '400000baseDR4/Full',
  '400000baseCR4/Full',
  '100baseFX/Half',
  '100baseFX/Full',
  '10baseT1L/Full',
  '800000baseCR8/Full',
  '800000baseKR8/Full',
  '800000baseDR8/Full',
  '800000baseDR8_2/Full',
  '800000baseSR8/Full',
  '800000baseVR8/Full',
  '10baseT1S/Full',
  '10baseT1S/Half',
  '10baseT1S_P2MP/Half',
  '10baseT1BRR/Full',
  '200000baseCR/Full',
  '200000baseKR/Full',
  '200000baseDR/Full',
  '200000baseDR_2/Full',
  '200000baseSR/Full',
  '200000baseVR/Full',
  '400000baseCR2/Full',
  '400000baseKR2/Full',
  '400000baseDR2/Full',
  '400000baseDR2_2/Full',
  '400000baseSR2/Full',
  '400000baseVR2/Full',
  '800000baseCR4/Full',
  '800000baseKR4/Full',
  '800000baseDR4/Full',
  '800000baseDR4_2/Full',
  '800000baseSR4/Full',
  '800000baseVR4/Full',
] as const;

/** ETH_SS_SOF_TIMESTAMPING. */
export const TIMESTAMPING_NAMES = [
  'hardware-transmit',
  'software-transmit',
  'hardware-receive',
  'software-receive',
  'software-system-clock',
  'hardware-legacy-clock',
  'hardware-raw-clock',
  'option-id',
  'sched-transmit',
  'ack-transmit',
  'option-cmsg',
  'option-tsonly',
  'option-stats',
  'option-pktinfo',
  'option-tx-swhw',
  'bind-phc',
  'option-id-tcp',
  'option-rx-filter',
  'tx-completion',
] as const;

/** ETH_SS_TS_TX_TYPES. */
export const TX_TYPE_NAMES = ['off', 'on', 'onestep-sync', 'onestep-p2p'] as const;

/** ETH_SS_TS_RX_FILTERS. */
export const RX_FILTER_NAMES = [
  'none',
  'all',
  'some',
  'ptpv1-l4-event',
  'ptpv1-l4-sync',
  'ptpv1-l4-delay-req',
  'ptpv2-l4-event',
  'ptpv2-l4-sync',
  'ptpv2-l4-delay-req',
  'ptpv2-l2-event',
  'ptpv2-l2-sync',
  'ptpv2-l2-delay-req',
  'ptpv2-event',
  'ptpv2-sync',
  'ptpv2-delay-req',
  'ntp-all',
] as const;

/** ETH_SS_STATS_STD. */
export const STATS_GROUP_NAMES = ['eth-phy', 'eth-mac', 'eth-ctrl', 'rmon', 'phydev'] as const;

/** ETH_SS_STATS_ETH_PHY: IEEE 802.3, 30.3.2. */
export const ETH_PHY_NAMES = ['SymbolErrorDuringCarrier'] as const;

/** ETH_SS_STATS_ETH_MAC: IEEE 802.3, 30.3.1. */
export const ETH_MAC_NAMES = [
  'FramesTransmittedOK',
  'SingleCollisionFrames',
  'MultipleCollisionFrames',
  'FramesReceivedOK',
  'FrameCheckSequenceErrors',
  'AlignmentErrors',
  'OctetsTransmittedOK',
  'FramesWithDeferredXmissions',
  'LateCollisions',
  'FramesAbortedDueToXSColls',
  'FramesLostDueToIntMACXmitError',
  'CarrierSenseErrors',
  'OctetsReceivedOK',
  'FramesLostDueToIntMACRcvError',
  'MulticastFramesXmittedOK',
  'BroadcastFramesXmittedOK',
  'FramesWithExcessiveDeferral',
  'MulticastFramesReceivedOK',
  'BroadcastFramesReceivedOK',
  'InRangeLengthErrors',
  'OutOfRangeLengthField',
  'FrameTooLongErrors',
] as const;

/** ETH_SS_STATS_ETH_CTRL: IEEE 802.3, 30.3.3. */
export const ETH_CTRL_NAMES = [
  'MACControlFramesTransmitted',
  'MACControlFramesReceived',
  'UnsupportedOpcodesReceived',
] as const;

/** ETH_SS_STATS_RMON: RFC 2819. */
export const RMON_NAMES = [
  'etherStatsUndersizePkts',
  'etherStatsOversizePkts',
  'etherStatsFragments',
  'etherStatsJabbers',
] as const;

/** ETH_SS_STATS_PHY: counters of a PHY in the group phydev. */
export const PHYDEV_NAMES = ['RxFrames', 'RxOctets', 'RxErrors', 'TxFrames', 'TxOctets', 'TxErrors'] as const;

/** ETH_SS_RSS_HASH_FUNCS, in the order of the bits of ETHTOOL_A_RSS_HFUNC. */
export const HASH_FUNCTION_NAMES = ['toeplitz', 'xor', 'crc32'] as const;

/** ETH_SS_TUNABLES and ETH_SS_PHY_TUNABLES. */
export const TUNABLE_NAMES = [
  'Unspec',
  'rx-copybreak',
  'tx-copybreak',
  'pfc-prevention-tout',
  'tx-copybreak-buf-size',
] as const;
export const PHY_TUNABLE_NAMES = [
  'Unspec',
  'phy-downshift',
  'phy-fast-link-down',
  'phy-energy-detect-power-down',
] as const;

/** ETH_SS_MSG_CLASSES, in the order of the bits of a message level. */
export const MESSAGE_CLASS_NAMES = [
  'drv',
  'probe',
  'link',
  'timer',
  'ifdown',
  'ifup',
  'rx_err',
  'tx_err',
  'tx_queued',
  'intr',
  'tx_done',
  'rx_status',
  'pktdata',
  'hw',
  'wol',
] as const;

/** ETH_SS_WOL_MODES. */
export const WAKE_NAMES = ['phy', 'ucast', 'mcast', 'bcast', 'arp', 'magic', 'magicsecure', 'filter'] as const;

/** ETH_SS_UDP_TUNNEL_TYPES. */
export const TUNNEL_TYPE_NAMES = ['vxlan', 'geneve', 'vxlan-gpe'] as const;

/** ETH_SS_TS_FLAGS. */
export const TIMESTAMP_FLAG_NAMES = ['bonded-phc-index'] as const;
