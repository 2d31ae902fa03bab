/** Socket diagnosis: linux/sock_diag.h, linux/netlink_diag.h, linux/packet_diag.h, linux/inet_diag.h. */
import { attributeSet, type StructField } from '../schema.js';

export const TCPDIAG_GETSOCK = 18;
export const DCCPDIAG_GETSOCK = 19;
export const SOCK_DIAG_BY_FAMILY = 20;
export const SOCK_DESTROY = 21;

export const AF_NETLINK = 16;
export const AF_PACKET = 17;
/** linux/socket.h. */
export const AF_MAX = 46;

/** struct sock_diag_req: what every request begins with. */
export const SOCK_DIAG_REQ: readonly StructField[] = [
  { name: 'sdiag_family', kind: 'u8' },
  { name: 'sdiag_protocol', kind: 'u8' },
];

/** struct netlink_diag_req. */
export const NETLINK_DIAG_REQ: readonly StructField[] = [
  ...SOCK_DIAG_REQ,
  { name: 'pad', kind: 'u16' },
  { name: 'ndiag_ino', kind: 'u32' },
  { name: 'ndiag_show', kind: 'u32' },
  { name: 'ndiag_cookie', kind: 'u64' },
];
export const NDIAG_SHOW_MEMINFO = 0x1;
export const NDIAG_SHOW_GROUPS = 0x2;
export const NDIAG_SHOW_FLAGS = 0x8;
export const NDIAG_PROTO_ALL = 255;

/** struct netlink_diag_msg. */
export const NETLINK_DIAG_MSG: readonly StructField[] = [
  { name: 'ndiag_family', kind: 'u8' },
  { name: 'ndiag_type', kind: 'u8' },
  { name: 'ndiag_protocol', kind: 'u8' },
  { name: 'ndiag_state', kind: 'u8' },
  { name: 'ndiag_portid', kind: 'u32' },
  { name: 'ndiag_dst_portid', kind: 'u32' },
  { name: 'ndiag_dst_group', kind: 'u32' },
  { name: 'ndiag_ino', kind: 'u32' },
  { name: 'ndiag_cookie', kind: 'u64' },
];

/** SK_MEMINFO_*. */
const SK_MEMINFO: readonly StructField[] = [
  'rmem_alloc',
  'rcvbuf',
  'wmem_alloc',
  'sndbuf',
  'fwd_alloc',
  'wmem_queued',
  'optmem',
  'backlog',
  'drops',
].map((name) => ({ name, kind: 'u32' }));

export const NETLINK_DIAG = attributeSet('NETLINK_DIAG', [
  [0, 'NETLINK_DIAG_MEMINFO', { kind: 'struct', fields: SK_MEMINFO }],
  [1, 'NETLINK_DIAG_GROUPS', { kind: 'binary' }],
  [4, 'NETLINK_DIAG_FLAGS', { kind: 'u32' }],
]);
export const NDIAG_FLAG_CB_RUNNING = 0x01;
export const NDIAG_FLAG_PKTINFO = 0x02;
export const NDIAG_FLAG_NO_ENOBUFS = 0x08;
export const NDIAG_FLAG_CAP_ACK = 0x20;

/** struct packet_diag_req. */
export const PACKET_DIAG_REQ: readonly StructField[] = [
  ...SOCK_DIAG_REQ,
  { name: 'pad', kind: 'u16' },
  { name: 'pdiag_ino', kind: 'u32' },
  { name: 'pdiag_show', kind: 'u32' },
  { name: 'pdiag_cookie', kind: 'u64' },
];
export const PACKET_SHOW_INFO = 0x01;
export const PACKET_SHOW_MCLIST = 0x02;
export const PACKET_SHOW_MEMINFO = 0x10;

/** struct packet_diag_msg. */
export const PACKET_DIAG_MSG: readonly StructField[] = [
  { name: 'pdiag_family', kind: 'u8' },
  { name: 'pdiag_type', kind: 'u8' },
  { name: 'pdiag_num', kind: 'u16' },
  { name: 'pdiag_ino', kind: 'u32' },
  { name: 'pdiag_cookie', kind: 'u64' },
];

/** struct packet_diag_info. */
const PACKET_DIAG_INFO: readonly StructField[] = [
  'pdi_index',
  'pdi_version',
  'pdi_reserve',
  'pdi_copy_thresh',
  'pdi_tstamp',
  'pdi_flags',
].map((name) => ({ name, kind: 'u32' }));
export const PDI_RUNNING = 0x1;
export const PDI_AUXDATA = 0x2;

export const PACKET_DIAG = attributeSet('PACKET_DIAG', [
  [0, 'PACKET_DIAG_INFO', { kind: 'struct', fields: PACKET_DIAG_INFO }],
  [1, 'PACKET_DIAG_MCLIST', { kind: 'binary' }],
  [5, 'PACKET_DIAG_UID', { kind: 'u32' }],
  [6, 'PACKET_DIAG_MEMINFO', { kind: 'struct', fields: SK_MEMINFO }],
]);

/** struct inet_diag_req_v2, with its struct inet_diag_sockid as bytes. */
export const INET_DIAG_REQ_V2_LENGTH = 56;
export const INET_DIAG_REQ_PROTOCOL = 3;
