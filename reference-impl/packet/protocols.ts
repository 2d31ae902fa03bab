/** Numbers of the protocols that the codecs know, by their uAPI names (linux/if_ether.h, linux/in.h, linux/tcp.h). */

export const ETH_ALEN = 6;
export const ETH_HLEN = 14;
/** Shortest frame without its frame check sequence. */
export const ETH_ZLEN = 60;
export const ETH_FCS_LEN = 4;
export const VLAN_HLEN = 4;

export const ETH_P_IP = 0x0800;
export const ETH_P_ARP = 0x0806;
export const ETH_P_TEB = 0x6558;
export const ETH_P_8021Q = 0x8100;
export const ETH_P_IPV6 = 0x86dd;
export const ETH_P_PAUSE = 0x8808;
export const ETH_P_SLOW = 0x8809;
export const ETH_P_MPLS_UC = 0x8847;
export const ETH_P_8021AD = 0x88a8;
export const ETH_P_LLDP = 0x88cc;
export const ETH_P_1588 = 0x88f7;
/** Local experimental EtherType of IEEE 802, 88b5: a protocol that nobody parses. */
export const ETH_P_EXPERIMENTAL = 0x88b5;

export const IPPROTO_HOPOPTS = 0;
export const IPPROTO_ICMP = 1;
export const IPPROTO_IGMP = 2;
export const IPPROTO_IPIP = 4;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_IPV6 = 41;
export const IPPROTO_ROUTING = 43;
export const IPPROTO_FRAGMENT = 44;
export const IPPROTO_GRE = 47;
export const IPPROTO_ICMPV6 = 58;
export const IPPROTO_NONE = 59;
export const IPPROTO_DSTOPTS = 60;
export const IPPROTO_SCTP = 132;
/** Experimental protocol number of RFC 3692. */
export const IPPROTO_EXPERIMENTAL = 253;

export const TCP_FLAG_FIN = 0x01;
export const TCP_FLAG_SYN = 0x02;
export const TCP_FLAG_RST = 0x04;
export const TCP_FLAG_PSH = 0x08;
export const TCP_FLAG_ACK = 0x10;
export const TCP_FLAG_URG = 0x20;
export const TCP_FLAG_ECE = 0x40;
export const TCP_FLAG_CWR = 0x80;

export const IPV4_HEADER = 20;
export const IPV6_HEADER = 40;
export const TCP_HEADER = 20;
export const UDP_HEADER = 8;
export const SCTP_HEADER = 12;
export const VXLAN_HEADER = 8;
export const VXLAN_PORT = 4789;

/** Where the checksum field stands in the header: what `csum_offset` says. */
export const TCP_CHECKSUM_OFFSET = 16;
export const UDP_CHECKSUM_OFFSET = 6;
export const SCTP_CHECKSUM_OFFSET = 8;
