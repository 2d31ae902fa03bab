/** Numbers of the kernel's user interface that this adapter needs, named as in the headers they come from. */

// linux/socket.h, asm-generic/socket.h
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const AF_INET = 2;
export const AF_UNIX = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_SEQPACKET = 5;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SO_RCVBUF = 8;
export const SO_RCVBUFFORCE = 33;
export const SO_SNDBUFFORCE = 32;
export const SO_TIMESTAMPING = 37;
export const MSG_DONTWAIT = 0x40;
export const MSG_TRUNC = 0x20;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_ERRQUEUE = 0x2000;

// linux/net_tstamp.h
export const SOF_TIMESTAMPING_TX_SOFTWARE = 1 << 1;
export const SOF_TIMESTAMPING_RX_SOFTWARE = 1 << 3;
export const SOF_TIMESTAMPING_SOFTWARE = 1 << 4;
export const SOF_TIMESTAMPING_OPT_ID = 1 << 7;
export const SOF_TIMESTAMPING_OPT_TSONLY = 1 << 11;
/** SCM_TIMESTAMPING: three `struct timespec`; the first is the software stamp. */
export const SCM_TIMESTAMPING = SO_TIMESTAMPING;

// linux/if_packet.h, linux/if_ether.h
export const SOL_PACKET = 263;
export const PACKET_OUTGOING = 4;
export const PACKET_AUXDATA = 8;
export const PACKET_VNET_HDR = 15;
export const PACKET_TX_TIMESTAMP = 16;
export const PACKET_QDISC_BYPASS = 20;
export const PACKET_IGNORE_OUTGOING = 23;
export const TP_STATUS_VLAN_VALID = 1 << 4;
export const TP_STATUS_VLAN_TPID_VALID = 1 << 6;
export const TP_STATUS_CSUM_VALID = 1 << 7;
export const ETH_P_ALL = 0x0003;
export const ETH_P_8021Q = 0x8100;
export const ETH_HLEN = 14;

// linux/netlink.h
export const SOL_NETLINK = 270;
export const NETLINK_ADD_MEMBERSHIP = 1;
export const NETLINK_DROP_MEMBERSHIP = 2;
export const NETLINK_PKTINFO = 3;
export const NETLINK_EXT_ACK = 11;
export const NETLINK_GET_STRICT_CHK = 12;

// linux/sched.h, fcntl.h, linux/mount.h
export const CLONE_NEWNET = 0x4000_0000;
export const O_RDONLY = 0;
export const O_CLOEXEC = 0o2000000;
export const FSOPEN_CLOEXEC = 1;
export const FSCONFIG_CMD_CREATE = 6;
export const FSMOUNT_CLOEXEC = 1;

// linux/sockios.h, linux/if.h
export const SIOCETHTOOL = 0x8946;
export const IFNAMSIZ = 16;
export const IFF_UP = 1;
export const IFF_NOARP = 0x80;

// linux/bpf.h
export const BPF_MAP_CREATE = 0;
export const BPF_PROG_LOAD = 5;
export const BPF_OBJ_GET = 7;
export const BPF_PROG_GET_FD_BY_ID = 13;
export const BPF_MAP_GET_FD_BY_ID = 14;
export const BPF_RAW_TRACEPOINT_OPEN = 17;
export const BPF_BTF_LOAD = 18;
export const BPF_BTF_GET_FD_BY_ID = 19;
export const BPF_LINK_CREATE = 28;
export const BPF_LINK_GET_FD_BY_ID = 30;
export const BPF_ENABLE_STATS = 32;
export const BPF_ITER_CREATE = 33;
export const BPF_TOKEN_CREATE = 36;
export const BPF_PROG_TYPE_SCHED_CLS = 3;
export const BPF_TCX_INGRESS = 46;
export const BPF_FUNC_REDIRECT = 23;

// asm-generic/errno.h
export const ENOENT = 2;
export const EINTR = 4;
export const EINVAL = 22;
export const EPERM = 1;
export const EBADF = 9;
export const EAGAIN = 11;
export const ENOSYS = 38;
export const EMSGSIZE = 90;
export const ENETDOWN = 100;
export const ENOBUFS = 105;
export const EOPNOTSUPP = 95;
