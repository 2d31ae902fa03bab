/**
 * A Target: a kernel with devices under it, seen only through the interfaces that a Linux machine already has.
 *
 * A scenario knows nothing else. The same bytes go to the TypeScript reference, to a vendor's model under the reference
 * kernel, to an emulated machine, and to hardware.
 */
import type {
  CapabilityAnswers,
  Errno,
  IfIndex,
  MacAddress,
  Nanoseconds,
  NetDeviceName,
  PortName,
  QueueIndex,
  VlanTag,
} from './values.js';

/** Version of this interface; an agent and a harness settle it in their first message. */
export const CONTRACT_VERSION = 2;

export interface Target {
  /** Who the target is and what it can do. Asked once, before anything else; the answer does not change while it is open. */
  describe(): Promise<TargetDescription>;
  /**
   * Opens a netlink socket: AF_NETLINK, SOCK_RAW, with NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK and, as far as it can tell of groups,
   * NETLINK_PKTINFO set.
   * @requirement NL-MSG-*, NL-DUMP-*
   */
  netlink(protocol: NetlinkProtocol): Promise<NetlinkSocket>;
  /**
   * The ioctl that has no netlink equal: SIOCETHTOOL with a `struct ethtool_…` in and out (n-tuple filters). It returns when the device
   * has done what it is asked: `ethtoolIoctlMs` says how long that may be.
   * @requirement NIC-NTP-*, ETH-IOCTL-*
   */
  ethtoolIoctl(netDevice: NetDeviceName, command: Uint8Array): Promise<IoctlResult>;
  /** The host's end of a net device, as an AF_PACKET socket sees it. Frames are queued from this call on. */
  host(netDevice: NetDeviceName): Promise<HostEnd>;
  /**
   * The far end of the cable that is plugged into a port. Frames are queued from this call on.
   * @requirement NIC-BASE-*, NIC-LOOP-*
   */
  wire(port: PortName): Promise<WireEnd>;
  /**
   * bpf(2): `command` is BPF_*, `attributes` the bytes of `union bpf_attr`. A pointer in them is left zero, and `memory` has what it
   * points to, because the caller may be in another process.
   */
  bpf(command: number, attributes: Uint8Array, memory?: readonly BpfMemory[]): Promise<BpfResult>;
  /**
   * What the kernel wrote into its log since the last reset. Capability `kernel-log`; absent where the log is not the target's own.
   * @requirement NL-LOG-*
   */
  log?(): Promise<readonly string[]>;
  readonly sysfs: SysfsTree;
  readonly sysctl: SysctlTree;
  readonly firmware: FirmwareDirectory;
  readonly clock: Clock;
  /**
   * Back to the state that `describe` found: no addresses, default features, carrier there, counters may go on counting. Ends and
   * sockets that are open go over to the clean machine; what they had not taken yet is lost.
   */
  reset(): Promise<void>;
  /** Releases everything; nothing of the target is left on the machine. */
  close(): Promise<void>;
}

export interface TargetDescription {
  readonly contractVersion: number;
  /** Name by which the target was asked for, for example `reference` or `linux:veth`. */
  readonly name: string;
  readonly identity: TargetIdentity;
  /** At least one port; NIC scenarios use the first. */
  readonly ports: readonly TargetPort[];
  readonly capabilities: CapabilityAnswers;
  /** `virtual`: sleeping costs nothing and a run is repeated byte for byte. `real`: time passes. */
  readonly clock: 'virtual' | 'real';
}

export interface TargetIdentity {
  /** The kernel that answers netlink: name and release, as uname(2) would say. */
  readonly kernel: { readonly name: string; readonly release: string };
  readonly device: {
    readonly vendor: string;
    readonly model: string;
    readonly driver: string;
    readonly driverVersion: string;
    readonly firmwareVersion: string;
  };
}

/** A reload over devlink makes another net device for a port: `port` stays, the index is another one, which devlink tells. */
export interface TargetPort {
  readonly port: PortName;
  readonly netDevice: NetDeviceName;
  readonly ifIndex: IfIndex;
  /** The permanent address. */
  readonly address: MacAddress;
}

/** NETLINK_ROUTE (0), NETLINK_NETFILTER (12), NETLINK_GENERIC (16) …, of linux/netlink.h. */
export type NetlinkProtocol = number;

export interface NetlinkSocket {
  /** The port id that the kernel bound, `nl_pid`. */
  readonly portId: number;
  /** One datagram, one or more netlink messages. The kernel answers on `receive`. */
  send(datagram: Uint8Array): Promise<void>;
  /** The next datagram, or null if none came within the time (default: as long as the target needs to answer a request). */
  receive(wait?: Wait): Promise<Uint8Array | null>;
  /**
   * NETLINK_ADD_MEMBERSHIP: multicast messages of this group number arrive on `receive`.
   * @requirement NL-MC-*, ETH-NTF-*, NL-LINK-*
   */
  join(group: number): Promise<void>;
  leave(group: number): Promise<void>;
  /**
   * setsockopt(2) of SOL_NETLINK with a number: NETLINK_ADD_MEMBERSHIP (1), NETLINK_CAP_ACK (10), NETLINK_EXT_ACK (11),
   * NETLINK_GET_STRICT_CHK (12) …. Capability `netlink-options`; absent where the target has no way to it.
   * @requirement NL-EXT-*
   */
  setOption?(option: number, value: number): Promise<SocketOptionResult>;
  /**
   * SO_RCVBUF: room for what is not read yet. Without it there is more than anybody needs. Capability `netlink-buffers`.
   * @requirement NL-BUF-*
   */
  limitReceiveBuffer?(bytes: number): Promise<SocketOptionResult>;
  /**
   * recvmsg(2) into a buffer of this length, with MSG_DONTWAIT and MSG_TRUNC. Capability `netlink-buffers`.
   * @requirement NL-BUF-*
   */
  receiveInto?(length: number): Promise<ReceivedDatagram>;
  /**
   * The next datagram as `receive` has it, and the multicast group that it was sent to: NETLINK_PKTINFO, which is set. It is absent where
   * the option was taken back. Capability `netlink-groups`.
   * @requirement NL-PKT-*
   */
  receiveWithGroup?(wait?: Wait): Promise<GroupedDatagram | null>;
  close(): Promise<void>;
}

/** `group`: of struct nl_pktinfo; 0 for what was sent to this socket alone. */
export interface GroupedDatagram {
  readonly bytes: Uint8Array;
  readonly group?: number;
}

/** EAGAIN: nothing is there. `length`: of the whole datagram; more than there are bytes where it was cut. */
export type ReceivedDatagram =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly length: number }
  | { readonly ok: false; readonly errno: Errno };

export type SocketOptionResult = { readonly ok: true } | { readonly ok: false; readonly errno: Errno };

export interface Wait {
  /** Milliseconds of the target's clock. On a virtual clock, waiting lets that time pass at once. */
  readonly withinMs: number;
}

/**
 * `struct virtio_net_hdr` with the tunnel offsets of `virtio_net_hdr_v1_hash_tunnel`; offsets count from the first frame byte.
 * @requirement NIC-CSUM-*, NIC-TSO-*, NIC-USO-*, NIC-GRO-*
 */
export interface VirtioNetHeader {
  /** VIRTIO_NET_HDR_F_NEEDS_CSUM (1), VIRTIO_NET_HDR_F_DATA_VALID (2), VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM (8). */
  readonly flags: number;
  /** VIRTIO_NET_HDR_GSO_NONE (0), TCPV4 (1), TCPV6 (4), UDP_L4 (5), or'ed with UDP_TUNNEL_IPV4 (0x20), IPV6 (0x40), ECN (0x80). */
  readonly gsoType: number;
  /** Bytes of headers up to the first payload byte (the inner ones in a tunnel). */
  readonly hdrLen: number;
  /** Payload bytes of every segment but the last. */
  readonly gsoSize: number;
  readonly csumStart: number;
  readonly csumOffset: number;
  /** Where the outer UDP header starts; only with UDP_TUNNEL_IPV4 or _IPV6. */
  readonly outerTransportOffset?: number;
  /** Where the inner network header starts; only with UDP_TUNNEL_IPV4 or _IPV6. */
  readonly innerNetworkOffset?: number;
}

/** A frame that the host gives to its net device. */
export interface HostTransmit {
  readonly bytes: Uint8Array;
  /** Absent: every field zero, the frame leaves as it is. */
  readonly vnet?: VirtioNetHeader;
  /**
   * Where the frame's buffers break, as byte offsets in ascending order: a fragmented buffer. Capability `tx-fragments`.
   * @requirement NIC-CSUM-*, NIC-TSO-*
   */
  readonly fragments?: readonly number[];
  /** Queue to use; absent: the kernel picks. Capability `tx-queue-select`. */
  readonly queue?: QueueIndex;
  /** Ask for transmit timestamps; they come back with this id. Capability `tx-timestamp-…`. */
  readonly timestampId?: number;
}

/** A frame that the host received, with what the kernel knows of it. A field that the target cannot see is absent. */
export interface HostReceive {
  /** From the destination address on; a tag that the kernel holds beside the frame is in `vlan`, not here. */
  readonly bytes: Uint8Array;
  /**
   * PACKET_HOST (0), PACKET_BROADCAST (1), PACKET_MULTICAST (2), PACKET_OTHERHOST (3).
   * @requirement NIC-MAC-*
   */
  readonly packetType: number;
  /** Checksum and segmentation state of an aggregate or of a locally looped frame. */
  readonly vnet?: VirtioNetHeader;
  /** @requirement NIC-VLAN-* */
  readonly vlan?: VlanTag;
  /** Capability `sees-rx-checksum`; the sum itself needs `sees-rx-checksum-complete`. */
  readonly checksum?: RxChecksum;
  /** Capability `sees-rx-hash`. */
  readonly hash?: RxHash;
  /**
   * Capability `sees-rx-queue`.
   * @requirement NIC-RSS-*, NIC-NTP-*
   */
  readonly queue?: QueueIndex;
  /**
   * Length of the part that landed in the header buffer. Capability `sees-header-split`.
   * @requirement NIC-HDS-*
   */
  readonly headerLength?: number;
  /** @requirement NIC-TS-* */
  readonly timestamps?: Timestamps;
}

/**
 * What the device said of the checksums of a received frame: skb->ip_summed, csum and csum_level.
 * @requirement NIC-CSUM-*
 */
export type RxChecksum =
  | { readonly status: 'none' }
  /** `level`: consecutive verified checksums minus one, 0 to 3. */
  | { readonly status: 'unnecessary'; readonly level: number }
  /** `sum`: 16-bit ones-complement sum, folded and not complemented, of all bytes after the MAC header. */
  | { readonly status: 'complete'; readonly sum: number }
  /** AF_PACKET's view: TP_STATUS_CSUM_VALID is set, nothing more is known. */
  | { readonly status: 'valid' };

/** @requirement NIC-RSS-* */
export interface RxHash {
  readonly value: number;
  readonly type: 'l2' | 'l3' | 'l4';
}

export interface Timestamps {
  /** Of the device's PTP clock. */
  readonly hardware?: Nanoseconds;
  /** Of the host's clock. */
  readonly software?: Nanoseconds;
}

/** @requirement NIC-TS-* */
export interface TransmitTimestamp extends Timestamps {
  readonly timestampId: number;
}

export interface HostEnd {
  /** Hands frames to the net device in order. An error is the send(2) errno of the first frame that was refused. */
  send(frames: readonly HostTransmit[]): Promise<SendResult>;
  /** The frames that arrived, in order: as soon as `count` are there, or when the time is over. */
  receive(wait: ReceiveWait): Promise<readonly HostReceive[]>;
  /** Transmit timestamps that came back since the last call. */
  transmitTimestamps(wait: ReceiveWait): Promise<readonly TransmitTimestamp[]>;
  /**
   * The host stops taking frames off its receive rings (false), or goes on (true): a host that is too slow.
   * Capability `host-stall`.
   * @requirement NIC-RNG-*, NIC-STAT-*
   */
  setPolling(polling: boolean): Promise<void>;
  close(): Promise<void>;
}

export type SendResult = { readonly ok: true } | { readonly ok: false; readonly errno: Errno; readonly sent: number };

export interface ReceiveWait extends Wait {
  /** Return as soon as so many frames are there; absent: wait the whole time. */
  readonly count?: number;
}

/**
 * A frame on the cable: from the destination address to the last byte before the frame check sequence.
 * @requirement NIC-PAD-*, SW-FRAME-*
 */
export interface WireFrame {
  readonly bytes: Uint8Array;
  /** The frame check sequence; absent: the right one. Capability `wire-fcs`. */
  readonly fcs?: number;
  /** When it was on the cable, where the target can tell. */
  readonly time?: Nanoseconds;
}

export interface WireEnd {
  /** Puts frames on the cable, towards the device, in order. */
  send(frames: readonly WireFrame[]): Promise<void>;
  /** The frames that the device put on the cable, in order; see HostEnd.receive. */
  receive(wait: ReceiveWait): Promise<readonly WireFrame[]>;
  /**
   * Plugs the cable in (true) or pulls it out. Capability `wire-carrier`.
   * @requirement NIC-LINK-*
   */
  setCarrier(up: boolean): Promise<void>;
  /**
   * What the far end advertises in autonegotiation. Capability `wire-autoneg`.
   * @requirement NIC-PAUSE-*
   */
  setPartner(partner: LinkPartner): Promise<void>;
  close(): Promise<void>;
}

export interface LinkPartner {
  readonly pause: boolean;
  readonly asymPause: boolean;
}

export type IoctlResult =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly errno: Errno };

/** What a pointer among the attributes of bpf(2) points to. */
export interface BpfMemory {
  /** Offset of the pointer, eight bytes, in the attributes. */
  readonly pointerAt: number;
  /** As long as the kernel may read or write there. */
  readonly bytes: Uint8Array;
}

/**
 * `result` is what the system call returned (a file descriptor number for some commands); `attributes` and `memory` are the bytes
 * after it, `memory` in the order in which it was given.
 */
export type BpfResult =
  | {
      readonly ok: true;
      readonly result: number;
      readonly attributes: Uint8Array;
      readonly memory: readonly Uint8Array[];
    }
  | {
      readonly ok: false;
      readonly errno: Errno;
      readonly attributes: Uint8Array;
      readonly memory: readonly Uint8Array[];
    };

/**
 * Attributes below /sys that have no netlink equal, by path from there: `class/net/eth0/queues`. A write may take `sysfsWriteMs`.
 * @requirement SRIOV-LIFE-*, SW-HW-*
 */
export interface SysfsTree {
  read(path: string): Promise<SysfsResult<string>>;
  write(path: string, value: string): Promise<SysfsResult<void>>;
  list(path: string): Promise<SysfsResult<readonly string[]>>;
}

export type SysfsResult<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly errno: Errno };

/**
 * Settings of the kernel that have no netlink equal, by name from /proc/sys, in the network namespace of the net devices:
 * `net/ipv6/conf/eth0/forwarding`. A name that the kernel does not know is ENOENT, a value that it does not take EINVAL.
 * @requirement SW-NEIGH-*, SW-NEIGH6-*, SW-ECMP-*, SW-ECMP6-*, SW-VRF-*, SW-VRF6-*, NL-SET-*
 */
export interface SysctlTree {
  read(name: string): Promise<SysfsResult<string>>;
  write(name: string, value: string): Promise<SysfsResult<void>>;
  /** What is in a folder of them, settings and folders, in the order of their names; ENOTDIR for a setting. */
  list(folder: string): Promise<SysfsResult<readonly string[]>>;
}

/**
 * The directory from which the kernel loads firmware.
 * @requirement DL-FLASH-*, ETH-MOD-*
 */
export interface FirmwareDirectory {
  put(name: string, bytes: Uint8Array): Promise<FirmwareResult>;
  remove(name: string): Promise<FirmwareResult>;
}

export type FirmwareResult = { readonly ok: true } | { readonly ok: false; readonly errno: Errno };

export interface Clock {
  now(): Promise<Nanoseconds>;
  sleep(milliseconds: number): Promise<void>;
}

/**
 * The target or the rig failed, not the device: it threw, hung, or answered what the contract does not allow. A verdict that
 * met it is `inconclusive`.
 */
export class TargetFault extends Error {
  override readonly name = 'TargetFault';
}

/** What a target leaves behind when it is lost: a text that is kept as a file of this name beside the evidence. */
export interface Testimony {
  /** `console.txt`. */
  readonly name: string;
  readonly text: string;
}

/** The target is gone, or in a state that nobody knows: it has to be opened anew. */
export class TargetLost extends TargetFault {
  readonly testimony: readonly Testimony[];

  constructor(message: string, testimony: readonly Testimony[] = []) {
    super(message);
    this.testimony = testimony;
  }
}
