/**
 * A Target as the runner uses it: every call has a time limit, every answer is checked against the contract, and what passed
 * between the scenario and the target is remembered, so that a failure can be shown.
 */
import { GENL_ID_CTRL, NETLINK_GENERIC } from '../../reference-impl/netlink/constants.js';
import { TargetFault, ethtoolIoctlMs, sysfsWriteMs } from '../contract/index.js';
import type {
  HostEnd,
  HostReceive,
  HostTransmit,
  NetDeviceName,
  NetlinkSocket,
  PortName,
  ReceiveWait,
  Target,
  TargetDescription,
  Testimony,
  WireEnd,
  WireFrame,
} from '../contract/index.js';
import type { RecordedCase, RecordedDatagram, RecordedFrame } from '../evidence/recordedCase.js';
import { toldFamilies } from '../evidence/transcript.js';
import { CallGuard } from './callGuard.js';
import { checkBytes, checkDescription, checkFrames } from './contractCheck.js';

/** The last so many frames and datagrams of a case are kept. */
const MAX_FRAMES = 2000;
const MAX_DATAGRAMS = 1000;
const MAX_FAMILIES = 100;
/** A driver that renegotiates its link may take so long on top of what any call may. */
const RESET_MS = 15_000;

const isFromController = (protocol: number, datagram: Uint8Array): boolean =>
  protocol === NETLINK_GENERIC && datagram[4] === GENL_ID_CTRL && datagram[5] === 0;

export interface RecordingOptions {
  /** Milliseconds that a call may take beyond the time that it was asked to wait. */
  readonly callLimitMs?: number;
}

/** Remembers by reference: a frame costs one small object, and nothing is rendered before a scenario fails. */
export class RecordingTarget implements Target {
  readonly #inner: Target;
  readonly #guard: CallGuard;
  readonly #frames: FrameEntry[] = [];
  readonly #datagrams: DatagramEntry[] = [];
  /** What the controller of generic netlink said: families keep their numbers from case to case. */
  readonly #controller: Uint8Array[] = [];
  #dropped = 0;
  #sequence = 0;

  constructor(inner: Target, { callLimitMs = 5000 }: RecordingOptions = {}) {
    this.#inner = inner;
    this.#guard = new CallGuard(callLimitMs);
  }

  /** The reason why the target cannot be used any more: a call hung. */
  get hung(): string | null {
    return this.#guard.hung;
  }

  /** What the target left behind when it was lost. */
  get testimony(): readonly Testimony[] {
    return this.#guard.testimony;
  }

  /** Forgets what passed so far. */
  newCase(): void {
    this.#frames.length = 0;
    this.#datagrams.length = 0;
    this.#dropped = 0;
    this.#sequence = 0;
  }

  /** What passed since the case began. */
  recorded(): RecordedCase {
    const clock = new RecordedClock();
    const frames: RecordedFrame[] = [];
    const datagrams: RecordedDatagram[] = [];
    for (const entry of [...this.#frames, ...this.#datagrams].sort((a, b) => a.sequence - b.sequence)) {
      const timeNs = clock.timeOf(entry);
      if (entry.kind === 'frame') frames.push(recordedFrame(entry, timeNs));
      else {
        const { protocol, direction, bytes } = entry;
        datagrams.push({ protocol, direction, bytes, timeNs });
      }
    }
    const families = new Map(this.#controller.flatMap((bytes) => toldFamilies({ protocol: NETLINK_GENERIC, bytes })));
    return { frames, datagrams, families, ...(this.#dropped === 0 ? {} : { dropped: this.#dropped }) };
  }

  async describe(): Promise<TargetDescription> {
    return checkDescription(await this.#guard.call('describe', () => this.#inner.describe()));
  }

  async log(): Promise<readonly string[]> {
    return this.#guard.call('log', async () => (await this.#inner.log?.()) ?? []);
  }

  /** Those that the socket has. */
  #bufferMembers(protocol: number, socket: NetlinkSocket): Pick<NetlinkSocket, 'limitReceiveBuffer' | 'receiveInto'> {
    const guard = this.#guard;
    if (socket.limitReceiveBuffer === undefined || socket.receiveInto === undefined) return {};
    return {
      limitReceiveBuffer: (bytes) =>
        guard.call('netlink buffer', async () => (await socket.limitReceiveBuffer?.(bytes)) ?? { ok: true }),
      receiveInto: async (length) => {
        const received = await guard.call('netlink receive', async () => socket.receiveInto?.(length));
        if (received === undefined) throw new TargetFault('the socket cannot be read datagram by datagram any more');
        if (received.ok) this.#noteDatagram(protocol, 'received', checkBytes('netlink receive', received.bytes));
        return received;
      },
    };
  }

  #groupMember(protocol: number, socket: NetlinkSocket): Pick<NetlinkSocket, 'receiveWithGroup'> {
    if (socket.receiveWithGroup === undefined) return {};
    return {
      receiveWithGroup: async (wait) => {
        const received = await this.#guard.call(
          'netlink receive',
          async () => (await socket.receiveWithGroup?.(wait)) ?? null,
          wait?.withinMs,
        );
        if (received !== null) this.#noteReceived(protocol, received.bytes);
        return received;
      },
    };
  }

  #noteReceived(protocol: number, datagram: Uint8Array): void {
    this.#noteDatagram(protocol, 'received', checkBytes('netlink receive', datagram));
    if (isFromController(protocol, datagram) && this.#controller.length < MAX_FAMILIES) this.#controller.push(datagram);
  }

  async netlink(protocol: number): Promise<NetlinkSocket> {
    const socket = await this.#guard.call('netlink', () => this.#inner.netlink(protocol));
    const guard = this.#guard;
    return {
      get portId() {
        return socket.portId;
      },
      send: (datagram) => {
        this.#noteDatagram(protocol, 'sent', datagram);
        return guard.call('netlink send', () => socket.send(datagram));
      },
      receive: async (wait) => {
        const datagram = await guard.call('netlink receive', () => socket.receive(wait), wait?.withinMs);
        if (datagram !== null) this.#noteReceived(protocol, datagram);
        return datagram;
      },
      join: (group) => guard.call('netlink join', () => socket.join(group)),
      leave: (group) => guard.call('netlink leave', () => socket.leave(group)),
      ...(socket.setOption === undefined
        ? {}
        : {
            setOption: (option, value) =>
              guard.call('netlink option', async () => (await socket.setOption?.(option, value)) ?? { ok: true }),
          }),
      ...this.#bufferMembers(protocol, socket),
      ...this.#groupMember(protocol, socket),
      close: () => guard.call('netlink close', () => socket.close()),
    };
  }

  ethtoolIoctl(netDevice: NetDeviceName, command: Uint8Array): ReturnType<Target['ethtoolIoctl']> {
    return this.#guard.call(
      'ethtoolIoctl',
      () => this.#inner.ethtoolIoctl(netDevice, command),
      ethtoolIoctlMs(command),
    );
  }

  async host(netDevice: NetDeviceName): Promise<HostEnd> {
    const end = await this.#guard.call('host', () => this.#inner.host(netDevice));
    const guard = this.#guard;
    return {
      send: (frames) => {
        this.#noteFrames('host', netDevice, 'sent', frames);
        return guard.call('host send', () => end.send(frames));
      },
      receive: async (wait) => {
        const frames = await guard.call('host receive', () => end.receive(wait), wait.withinMs);
        this.#noteFrames('host', netDevice, 'received', checkFrames('host receive', frames));
        return frames;
      },
      transmitTimestamps: (wait: ReceiveWait) =>
        guard.call('host transmitTimestamps', () => end.transmitTimestamps(wait), wait.withinMs),
      setPolling: (polling) => guard.call('host setPolling', () => end.setPolling(polling)),
      close: () => guard.call('host close', () => end.close()),
    };
  }

  async wire(port: PortName): Promise<WireEnd> {
    const end = await this.#guard.call('wire', () => this.#inner.wire(port));
    const guard = this.#guard;
    return {
      send: (frames) => {
        this.#noteFrames('wire', port, 'sent', frames);
        return guard.call('wire send', () => end.send(frames));
      },
      receive: async (wait) => {
        const frames = await guard.call('wire receive', () => end.receive(wait), wait.withinMs);
        this.#noteFrames('wire', port, 'received', checkFrames('wire receive', frames));
        return frames;
      },
      setCarrier: (up) => guard.call('wire setCarrier', () => end.setCarrier(up)),
      setPartner: (partner) => guard.call('wire setPartner', () => end.setPartner(partner)),
      close: () => guard.call('wire close', () => end.close()),
    };
  }

  bpf(...call: Parameters<Target['bpf']>): ReturnType<Target['bpf']> {
    return this.#guard.call('bpf', () => this.#inner.bpf(...call));
  }

  get sysfs(): Target['sysfs'] {
    const { sysfs } = this.#inner;
    const guard = this.#guard;
    return {
      read: (path) => guard.call('sysfs read', () => sysfs.read(path)),
      write: (path, value) => guard.call('sysfs write', () => sysfs.write(path, value), sysfsWriteMs(path)),
      list: (path) => guard.call('sysfs list', () => sysfs.list(path)),
    };
  }

  get sysctl(): Target['sysctl'] {
    const { sysctl } = this.#inner;
    const guard = this.#guard;
    return {
      read: (name) => guard.call('sysctl read', () => sysctl.read(name)),
      write: (name, value) => guard.call('sysctl write', () => sysctl.write(name, value)),
      list: (folder) => guard.call('sysctl list', () => sysctl.list(folder)),
    };
  }

  get firmware(): Target['firmware'] {
    const { firmware } = this.#inner;
    const guard = this.#guard;
    return {
      put: (name, bytes) => guard.call('firmware put', () => firmware.put(name, bytes)),
      remove: (name) => guard.call('firmware remove', () => firmware.remove(name)),
    };
  }

  get clock(): Target['clock'] {
    const { clock } = this.#inner;
    const guard = this.#guard;
    return {
      now: () => guard.call('clock now', () => clock.now()),
      sleep: (milliseconds) => guard.call('clock sleep', () => clock.sleep(milliseconds), milliseconds),
    };
  }

  reset(): Promise<void> {
    return this.#guard.call('reset', () => this.#inner.reset(), RESET_MS);
  }

  async close(): Promise<void> {
    try {
      await this.#guard.callAnyway('close', () => this.#inner.close());
    } finally {
      this.#guard.stop();
    }
  }

  #noteFrames(
    end: 'host' | 'wire',
    name: NetDeviceName | PortName,
    direction: 'sent' | 'received',
    frames: readonly (HostTransmit | HostReceive | WireFrame)[],
  ): void {
    for (const frame of frames) {
      this.#frames.push({ kind: 'frame', sequence: this.#sequence++, end, name, direction, frame });
    }
    if (this.#frames.length > 2 * MAX_FRAMES) {
      this.#dropped += this.#frames.splice(0, this.#frames.length - MAX_FRAMES).length;
    }
  }

  #noteDatagram(protocol: number, direction: 'sent' | 'received', bytes: Uint8Array): void {
    this.#datagrams.push({ kind: 'datagram', sequence: this.#sequence++, protocol, direction, bytes });
    if (this.#datagrams.length > 2 * MAX_DATAGRAMS) {
      this.#dropped += this.#datagrams.splice(0, this.#datagrams.length - MAX_DATAGRAMS).length;
    }
  }
}

interface FrameEntry {
  readonly kind: 'frame';
  readonly sequence: number;
  readonly end: 'host' | 'wire';
  readonly name: NetDeviceName | PortName;
  readonly direction: 'sent' | 'received';
  readonly frame: HostTransmit | HostReceive | WireFrame;
}

interface DatagramEntry {
  readonly kind: 'datagram';
  readonly sequence: number;
  readonly protocol: number;
  readonly direction: 'sent' | 'received';
  readonly bytes: Uint8Array;
}

/** Times of a case: the target's where a frame carries one, and always later than the one before. */
class RecordedClock {
  #last = 0n;

  timeOf(entry: FrameEntry | DatagramEntry): bigint {
    const known = entry.kind === 'frame' ? knownTime(entry.frame) : undefined;
    const next = this.#last + 1000n;
    this.#last = known !== undefined && known > next ? known : next;
    return this.#last;
  }
}

function knownTime(frame: HostTransmit | HostReceive | WireFrame): bigint | undefined {
  if ('time' in frame) return frame.time;
  return 'timestamps' in frame ? frame.timestamps?.software : undefined;
}

function recordedFrame({ end, name, direction, frame }: FrameEntry, timeNs: bigint): RecordedFrame {
  const note = noteOf(frame);
  return { end, name, direction, bytes: frame.bytes, timeNs, ...(note === '' ? {} : { note }) };
}

/** What travels beside the bytes of a frame, in words. */
function noteOf(frame: HostTransmit | HostReceive | WireFrame): string {
  return Object.entries(frame)
    .filter(([name, value]) => name !== 'bytes' && name !== 'time' && value !== undefined)
    .map(([name, value]) => `${name} ${JSON.stringify(value, numbersForBigints)}`)
    .join(', ');
}

function numbersForBigints(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
