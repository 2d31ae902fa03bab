/**
 * The first message between the reference kernel and a device in a process of its own. All others are the operations of Device and
 * DriverHost by their names; spec/schema/device-protocol.openrpc.json is made of these types.
 */

/** Of the messages, not of what they mean; `hello` settles it. */
export const DEVICE_PROTOCOL_VERSION = 1;

/**
 * `lines`: one message a line, UTF-8, byte strings in base64. `binary`: before each message its length, u32 little endian, then the
 * length of its JSON, u32, the JSON, and the bytes that it speaks of as `[offset, length]` from where the JSON ends.
 */
export type DeviceFraming = 'lines' | 'binary';

/** What the kernel opens with, always framed as `lines`. */
export interface DeviceHello {
  /** The versions that the harness speaks. */
  readonly protocol: { readonly min: number; readonly max: number };
  readonly framings: readonly DeviceFraming[];
  /** The harness and its version. */
  readonly harness: string;
  /** Everything that the device draws at random it draws from this. */
  readonly seed: number;
}

/** What the device answers, framed as `lines`; what follows is framed as it says. */
export interface DeviceGreeting {
  /** One of those that were offered. */
  readonly protocol: number;
  readonly framing: DeviceFraming;
  /** The adapter and its version, for evidence. */
  readonly adapter: string;
  /** Every optional operation that the device has, by name: `ethtool.getRings`. It is asked for no other. */
  readonly operations: readonly string[];
  /** Members that are values: `ethtool.supportedCoalesce`. */
  readonly constants?: Readonly<Record<string, unknown>>;
}
