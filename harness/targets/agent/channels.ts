/** The channels of a machine as an agent serves them. */
import {
  ANY_COUNT,
  DEFAULT_WAIT,
  decodeGrouped,
  decodeList,
  decodeReceive,
  decodeTimestamp,
  encodeList,
  encodeTransmit,
  ethtoolIoctlMs,
  sysfsWriteMs,
} from '../../contract/index.js';
import type {
  AgentOperation,
  BpfMemory,
  BpfResult,
  ByteReader,
  ByteWriter,
  Clock,
  Errno,
  FirmwareDirectory,
  FirmwareResult,
  GroupedDatagram,
  HostEnd,
  HostReceive,
  HostTransmit,
  IoctlResult,
  NetDeviceName,
  NetlinkProtocol,
  NetlinkSocket,
  ReceiveWait,
  SendResult,
  SysctlTree,
  SysfsResult,
  SysfsTree,
  TransmitTimestamp,
  Wait,
} from '../../contract/index.js';
import type { MachineChannels } from '../driver/channels.js';
import type { AgentConnection } from './connection.js';

/** Frames go out in messages of about so many bytes, so that one burst does not hold up everything else. */
const BATCH_BYTES = 1 << 20;

/** Of a clock that is virtual, a thousand years pass at once. */
const LONGEST_WAIT = 1n << 60n;

export function microseconds(milliseconds: number): bigint {
  const exact = Math.max(0, Math.ceil(milliseconds * 1000));
  return Number.isFinite(exact) && exact < Number(LONGEST_WAIT) ? BigInt(exact) : LONGEST_WAIT;
}

export class AgentChannels implements MachineChannels {
  readonly #connection: AgentConnection;
  readonly sysfs: SysfsTree;
  readonly sysctl: SysctlTree;
  readonly firmware: FirmwareDirectory;
  readonly clock: Clock;

  constructor(connection: AgentConnection) {
    this.#connection = connection;
    this.sysfs = textsOver(connection, 'sysfs');
    this.sysctl = textsOver(connection, 'sysctl');
    this.firmware = firmwareOver(connection);
    this.clock = {
      now: () =>
        connection.call(
          'clockNow',
          () => undefined,
          (answer) => answer.u64(),
        ),
      sleep: (milliseconds) => connection.call('clockSleep', (payload) => void payload.u64(microseconds(milliseconds))),
    };
  }

  get kernel(): MachineChannels['kernel'] {
    return this.#connection.hello.kernel;
  }

  async netlink(protocol: NetlinkProtocol): Promise<NetlinkSocket> {
    const { handle, portId } = await this.#connection.call(
      'netlinkOpen',
      (payload) => void payload.u32(protocol),
      (answer) => ({ handle: answer.u32(), portId: answer.u32() }),
    );
    return new AgentNetlinkSocket(this.#connection, handle, portId);
  }

  ethtoolIoctl(netDevice: NetDeviceName, command: Uint8Array): Promise<IoctlResult> {
    return this.#connection.call(
      'ethtoolIoctl',
      (payload) => void payload.text(netDevice).bytes(command),
      (answer) => refusalOf(answer) ?? { ok: true, bytes: answer.bytes() },
      ethtoolIoctlMs(command),
    );
  }

  async host(netDevice: NetDeviceName): Promise<HostEnd> {
    const handle = await this.#connection.call(
      'hostOpen',
      (payload) => void payload.text(netDevice),
      (answer) => answer.u32(),
    );
    return new AgentHostEnd(this.#connection, handle);
  }

  bpf(command: number, attributes: Uint8Array, memory: readonly BpfMemory[] = []): Promise<BpfResult> {
    return this.#connection.call(
      'bpf',
      (payload) => {
        payload.u32(command).bytes(attributes);
        encodeList(payload, memory, (writer, { pointerAt, bytes }) => void writer.u32(pointerAt).bytes(bytes));
      },
      decodeBpfResult,
    );
  }

  async close(): Promise<void> {
    this.#connection.close();
  }
}

class AgentNetlinkSocket implements NetlinkSocket {
  readonly portId: number;
  readonly #connection: AgentConnection;
  readonly #handle: number;
  readonly #received: GroupedDatagram[] = [];
  /** The sends that were not answered yet: a receive that follows tells if one failed. */
  #sent: Promise<void> = Promise.resolve();

  constructor(connection: AgentConnection, handle: number, portId: number) {
    this.#connection = connection;
    this.#handle = handle;
    this.portId = portId;
  }

  /** Does not wait for the agent, so that a request and its answer take one round trip. */
  async send(datagram: Uint8Array): Promise<void> {
    const sent = this.#connection.call('netlinkSend', (payload) => void payload.u32(this.#handle).bytes(datagram));
    this.#sent = Promise.all([this.#sent, sent]).then(() => undefined);
    this.#sent.catch(() => undefined);
  }

  async receive(wait?: Wait): Promise<Uint8Array | null> {
    return (await this.receiveWithGroup(wait))?.bytes ?? null;
  }

  async receiveWithGroup(wait?: Wait): Promise<GroupedDatagram | null> {
    if (this.#received.length === 0) {
      const withinUs = wait === undefined ? DEFAULT_WAIT : microseconds(wait.withinMs);
      const datagrams = await this.#connection.call(
        'netlinkReceive',
        (payload) => void payload.u32(this.#handle).u64(withinUs),
        (answer) => decodeList(answer, decodeGrouped),
      );
      await this.#sent;
      this.#received.push(...datagrams);
    }
    return this.#received.shift() ?? null;
  }

  join(group: number): Promise<void> {
    return this.#connection.call('netlinkJoin', (payload) => void payload.u32(this.#handle).u32(group));
  }

  leave(group: number): Promise<void> {
    return this.#connection.call('netlinkLeave', (payload) => void payload.u32(this.#handle).u32(group));
  }

  close(): Promise<void> {
    return closeHandle(this.#connection, this.#handle);
  }
}

/** What both ends of a device have in common; `send` and `receive` name the operations. */
export function sendInBatches<Frame extends { readonly bytes: Uint8Array }>(
  frames: readonly Frame[],
  send: (batch: readonly Frame[]) => Promise<SendResult>,
): Promise<SendResult> {
  const sendFrom = async (first: number): Promise<SendResult> => {
    let [end, bytes] = [first, 0];
    while (end < frames.length && bytes < BATCH_BYTES) bytes += frames[end++]?.bytes.length ?? 0;
    const result = await send(frames.slice(first, end));
    if (!result.ok) return { ...result, sent: first + result.sent };
    return end === frames.length ? result : sendFrom(end);
  };
  return sendFrom(0);
}

export function writeWait(payload: ByteWriter, handle: number, { withinMs, count }: ReceiveWait): void {
  payload
    .u32(handle)
    .u64(microseconds(withinMs))
    .u32(count ?? ANY_COUNT);
}

class AgentHostEnd implements HostEnd {
  readonly #connection: AgentConnection;
  readonly #handle: number;

  constructor(connection: AgentConnection, handle: number) {
    this.#connection = connection;
    this.#handle = handle;
  }

  send(frames: readonly HostTransmit[]): Promise<SendResult> {
    return sendInBatches(frames, (batch) =>
      this.#connection.call(
        'hostSend',
        (payload) => void encodeList(payload.u32(this.#handle), batch, encodeTransmit),
        decodeSendResult,
      ),
    );
  }

  receive(wait: ReceiveWait): Promise<readonly HostReceive[]> {
    return this.#list('hostReceive', wait, decodeReceive);
  }

  transmitTimestamps(wait: ReceiveWait): Promise<readonly TransmitTimestamp[]> {
    return this.#list('hostTimestamps', wait, decodeTimestamp);
  }

  setPolling(polling: boolean): Promise<void> {
    return this.#connection.call('hostPolling', (payload) => void payload.u32(this.#handle).u8(polling ? 1 : 0));
  }

  close(): Promise<void> {
    return closeHandle(this.#connection, this.#handle);
  }

  #list<Item>(operation: AgentOperation, wait: ReceiveWait, decode: (reader: ByteReader) => Item): Promise<Item[]> {
    return this.#connection.call(
      operation,
      (payload) => writeWait(payload, this.#handle, wait),
      (answer) => decodeList(answer, decode),
    );
  }
}

/** Does not wait: nobody has anything to do with the handle any more. */
export async function closeHandle(connection: AgentConnection, handle: number): Promise<void> {
  connection.call('closeHandle', (payload) => void payload.u32(handle)).catch(() => undefined);
}

function decodeSendResult(answer: ByteReader): SendResult {
  const [errno, sent] = [answer.u32(), answer.u32()];
  // An errno of the kernel's, at the other end.
  return errno === 0 ? { ok: true } : { ok: false, errno: errno as Errno, sent };
}

function decodeBpfResult(answer: ByteReader): BpfResult {
  const [errno, result] = [answer.u32(), answer.i32()];
  const attributes = answer.bytes();
  const memory = decodeList(answer, (reader) => reader.bytes());
  return errno === 0
    ? { ok: true, result, attributes, memory }
    : { ok: false, errno: errno as Errno, attributes, memory };
}

function refusalOf(answer: ByteReader): { readonly ok: false; readonly errno: Errno } | undefined {
  const errno = answer.u32();
  return errno === 0 ? undefined : { ok: false, errno: errno as Errno };
}

/** Texts by their names; the operations say of which tree. */
function textsOver(connection: AgentConnection, tree: 'sysfs' | 'sysctl'): SysfsTree & SysctlTree {
  return {
    read: (name): Promise<SysfsResult<string>> =>
      connection.call(
        `${tree}Read`,
        (payload) => void payload.text(name),
        (answer) => refusalOf(answer) ?? { ok: true, value: answer.text() },
      ),
    write: (name, value): Promise<SysfsResult<void>> =>
      connection.call(
        `${tree}Write`,
        (payload) => void payload.text(name).text(value),
        (answer) => refusalOf(answer) ?? { ok: true, value: undefined },
        tree === 'sysfs' ? sysfsWriteMs(name) : 0,
      ),
    list: (path): Promise<SysfsResult<readonly string[]>> =>
      connection.call(
        `${tree}List`,
        (payload) => void payload.text(path),
        (answer) => refusalOf(answer) ?? { ok: true, value: decodeList(answer, (reader) => reader.text()).sort() },
      ),
  };
}

function firmwareOver(connection: AgentConnection): FirmwareDirectory {
  const decode = (answer: ByteReader): FirmwareResult => refusalOf(answer) ?? { ok: true };
  return {
    put: (name, bytes) => connection.call('firmwarePut', (payload) => void payload.text(name).bytes(bytes), decode),
    remove: (name) => connection.call('firmwareRemove', (payload) => void payload.text(name), decode),
  };
}
