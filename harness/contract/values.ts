/**
 * Values that both halves of the contract share. Everything here can be written as JSON once byte strings are base64 and
 * bigints are decimal strings, so that a Target or a Device can live in another process or on another host.
 */

declare const brand: unique symbol;
/** A primitive that carries its meaning in the type. */
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Name of a network interface as the kernel knows it (at most 15 bytes), for example `eth0`. */
export type NetDeviceName = Branded<string, 'NetDeviceName'>;
/** Index of a network interface, `ifi_index`; 1 or more. */
export type IfIndex = Branded<number, 'IfIndex'>;
/** Abstract name of a port of the target: `p0`, `p1` …. A test names ports; the target maps them to net devices and cables. */
export type PortName = Branded<string, 'PortName'>;
/** VLAN identifier, 0 to 4095. */
export type Vid = Branded<number, 'Vid'>;
/** Six bytes as lower-case hexadecimal, `02:00:00:00:00:01`. */
export type MacAddress = Branded<string, 'MacAddress'>;
/** A count of nanoseconds, or a point on the target's clock. */
export type Nanoseconds = bigint;
/** Index of a receive or transmit queue of one net device, from 0. */
export type QueueIndex = Branded<number, 'QueueIndex'>;

/** A positive error number of Linux's asm-generic/errno.h, for example 22 for EINVAL. */
export type Errno = Branded<number, 'Errno'>;

/** Either a value at once or a promise of one: an implementation in process need not pay for promises. */
export type Awaitable<Value> = Value | Promise<Value>;

/** Tag control information and protocol of a VLAN tag that travels beside the frame. */
export interface VlanTag {
  /** Tag protocol identifier: 0x8100 (802.1Q) or 0x88a8 (802.1ad). */
  readonly tpid: number;
  /** Priority (3 bits), drop eligible (1 bit), VID (12 bits). */
  readonly tci: number;
}

/**
 * What a target or device can do, or what of it can be seen. The list is `spec/capabilities.yaml`; a name is an ethtool feature
 * name where one exists (`tx-tcp-segmentation`), `sees-…` where it is about visibility, and a plain noun otherwise.
 */
export type Capability = Branded<string, 'Capability'>;

/** The answer to "can you do this?". An absence always says why: the reason ends up in the verdict. */
export type CapabilityAnswer = { readonly present: true } | { readonly present: false; readonly reason: string };

/** The answers by capability. A capability that is not mentioned is absent, "not declared by the target". */
export type CapabilityAnswers = Readonly<Record<string, CapabilityAnswer>>;
