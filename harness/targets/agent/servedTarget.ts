/** Operations of the agent protocol on a Target: what is read from a call, what is written into its answer. */
import {
  ANY_COUNT,
  DEFAULT_WAIT,
  TargetFault,
  decodeList,
  decodeTransmit,
  decodeWireFrame,
  encodeGrouped,
  encodeList,
  encodeReceive,
  encodeTimestamp,
  encodeWireFrame,
} from '../../contract/index.js';
import type {
  AgentOperation,
  BpfMemory,
  ByteReader,
  ByteWriter,
  Errno,
  GroupedDatagram,
  HostEnd,
  NetDeviceName,
  NetlinkSocket,
  PortName,
  ReceiveWait,
  Target,
  Wait,
  WireEnd,
} from '../../contract/index.js';

/** Datagrams that are there are handed over together, up to these. */
const MOST_DATAGRAMS = 64;
const MOST_DATAGRAM_BYTES = 1 << 20;

/** What a handle may stand for. */
interface Ends {
  readonly netlink: NetlinkSocket;
  readonly host: HostEnd;
  readonly wire: WireEnd;
}

interface Handle {
  readonly kind: keyof Ends;
  readonly end: Ends[keyof Ends];
}

export class ServedTarget {
  readonly #target: Target;
  readonly #handles = new Map<number, Handle>();
  #nextHandle = 1;
  /** The last netlink request. */
  #request: Promise<void> = Promise.resolve();

  constructor(target: Target) {
    this.#target = target;
  }

  /**
   * Reads the call's payload, writes the answer's. A netlink request, which a harness does not wait for, is over before anything
   * later begins. Throws for a call that is garbage.
   */
  async run(operation: AgentOperation, call: ByteReader, answer: ByteWriter): Promise<void> {
    const before = this.#request;
    if (operation !== 'netlinkSend') {
      if (operation !== 'ping') await before;
      return this.#run(operation, call, answer);
    }
    const sent = before.then(() => this.#run(operation, call, answer));
    this.#request = sent.catch(() => undefined);
    return sent;
  }

  async #run(operation: AgentOperation, call: ByteReader, answer: ByteWriter): Promise<void> {
    switch (operation) {
      case 'hello':
      case 'ping':
        return;
      case 'describe':
        answer.text(JSON.stringify(await this.#target.describe()));
        return;
      case 'reset':
        return this.#target.reset();
      case 'closeHandle':
        return this.#closeHandle(call.u32());
      case 'ethtoolIoctl':
        return this.#ethtoolIoctl(call, answer);
      case 'bpf':
        return this.#bpf(call, answer);
      case 'clockNow':
        answer.u64(await this.#target.clock.now());
        return;
      case 'clockSleep':
        return this.#target.clock.sleep(milliseconds(call));
      case 'netlinkOpen':
      case 'netlinkSend':
      case 'netlinkReceive':
      case 'netlinkJoin':
      case 'netlinkLeave':
        return this.#netlink(operation, call, answer);
      case 'hostOpen':
      case 'hostSend':
      case 'hostReceive':
      case 'hostTimestamps':
      case 'hostPolling':
        return this.#host(operation, call, answer);
      case 'wireOpen':
      case 'wireSend':
      case 'wireReceive':
      case 'wireCarrier':
      case 'wirePartner':
        return this.#wire(operation, call, answer);
      case 'sysfsRead':
      case 'sysfsWrite':
      case 'sysfsList':
      case 'sysctlRead':
      case 'sysctlWrite':
      case 'sysctlList':
      case 'firmwarePut':
      case 'firmwareRemove':
        return this.#files(operation, call, answer);
    }
  }

  /** Closes what the harness left open. */
  async closeAll(): Promise<void> {
    for (const handle of [...this.#handles.keys()]) await this.#closeHandle(handle).catch(() => undefined);
  }

  async #netlink(
    operation: Extract<AgentOperation, `netlink${string}`>,
    call: ByteReader,
    answer: ByteWriter,
  ): Promise<void> {
    if (operation === 'netlinkOpen') {
      const end = await this.#target.netlink(call.u32());
      answer.u32(this.#keep({ kind: 'netlink', end })).u32(end.portId);
      return;
    }
    const socket = this.#end(call.u32(), 'netlink');
    switch (operation) {
      case 'netlinkSend':
        return socket.send(call.bytes());
      case 'netlinkJoin':
        return socket.join(call.u32());
      case 'netlinkLeave':
        return socket.leave(call.u32());
      case 'netlinkReceive':
        encodeList(answer, await receiveAll(socket, call.u64()), encodeGrouped);
    }
  }

  async #host(
    operation: Extract<AgentOperation, `host${string}`>,
    call: ByteReader,
    answer: ByteWriter,
  ): Promise<void> {
    if (operation === 'hostOpen') {
      // A name that no device has is refused by the target.
      const end = await this.#target.host(call.text() as NetDeviceName);
      answer.u32(this.#keep({ kind: 'host', end }));
      return;
    }
    const host = this.#end(call.u32(), 'host');
    switch (operation) {
      case 'hostSend': {
        const frames = decodeList(call, decodeTransmit);
        const result = await host.send(frames);
        answer.u32(result.ok ? 0 : result.errno).u32(result.ok ? frames.length : result.sent);
        return;
      }
      case 'hostReceive':
        encodeList(answer, await host.receive(readWait(call)), encodeReceive);
        return;
      case 'hostTimestamps':
        encodeList(answer, await host.transmitTimestamps(readWait(call)), encodeTimestamp);
        return;
      case 'hostPolling':
        return host.setPolling(call.u8() !== 0);
    }
  }

  async #wire(
    operation: Extract<AgentOperation, `wire${string}`>,
    call: ByteReader,
    answer: ByteWriter,
  ): Promise<void> {
    if (operation === 'wireOpen') {
      const end = await this.#target.wire(call.text() as PortName);
      answer.u32(this.#keep({ kind: 'wire', end }));
      return;
    }
    const wire = this.#end(call.u32(), 'wire');
    switch (operation) {
      case 'wireSend':
        return wire.send(decodeList(call, decodeWireFrame));
      case 'wireReceive':
        encodeList(answer, await wire.receive(readWait(call)), encodeWireFrame);
        return;
      case 'wireCarrier':
        return wire.setCarrier(call.u8() !== 0);
      case 'wirePartner':
        return wire.setPartner({ pause: call.u8() !== 0, asymPause: call.u8() !== 0 });
    }
  }

  async #files(
    operation: Extract<AgentOperation, `${'sysfs' | 'sysctl' | 'firmware'}${string}`>,
    call: ByteReader,
    answer: ByteWriter,
  ): Promise<void> {
    const { sysfs, sysctl, firmware } = this.#target;
    const path = call.text();
    switch (operation) {
      case 'sysfsRead':
      case 'sysctlRead': {
        const result = await (operation === 'sysfsRead' ? sysfs : sysctl).read(path);
        if (refused(result, answer)) return;
        answer.text(result.value);
        return;
      }
      case 'sysfsWrite':
        refused(await sysfs.write(path, call.text()), answer);
        return;
      case 'sysctlWrite':
        refused(await sysctl.write(path, call.text()), answer);
        return;
      case 'sysfsList':
      case 'sysctlList': {
        const result = await (operation === 'sysfsList' ? sysfs : sysctl).list(path);
        if (refused(result, answer)) return;
        encodeList(answer, result.value, (writer, name) => void writer.text(name));
        return;
      }
      case 'firmwarePut':
        refused(await firmware.put(path, call.bytes()), answer);
        return;
      case 'firmwareRemove':
        refused(await firmware.remove(path), answer);
    }
  }

  async #ethtoolIoctl(call: ByteReader, answer: ByteWriter): Promise<void> {
    const result = await this.#target.ethtoolIoctl(call.text() as NetDeviceName, call.bytes());
    if (!refused(result, answer)) answer.bytes(result.bytes);
  }

  async #bpf(call: ByteReader, answer: ByteWriter): Promise<void> {
    const [command, attributes] = [call.u32(), call.bytes()];
    const memory = decodeList(call, (reader): BpfMemory => ({ pointerAt: reader.u32(), bytes: reader.bytes() }));
    const result = await this.#target.bpf(command, attributes, memory);
    answer
      .u32(result.ok ? 0 : result.errno)
      .i32(result.ok ? result.result : -1)
      .bytes(result.attributes);
    encodeList(answer, result.memory, (writer, bytes) => void writer.bytes(bytes));
  }

  #keep(handle: Handle): number {
    const number = this.#nextHandle++;
    this.#handles.set(number, handle);
    return number;
  }

  #end<Kind extends keyof Ends>(number: number, kind: Kind): Ends[Kind] {
    const handle = this.#handles.get(number);
    if (handle?.kind !== kind) throw new TargetFault(`handle ${number} is no open ${kind} end`);
    // The kind was just compared.
    return handle.end as Ends[Kind];
  }

  async #closeHandle(number: number): Promise<void> {
    const handle = this.#handles.get(number);
    this.#handles.delete(number);
    await handle?.end.close();
  }
}

/** The next datagram, and those that are there behind it. */
async function receiveAll(socket: NetlinkSocket, withinUs: bigint): Promise<readonly GroupedDatagram[]> {
  const datagrams: GroupedDatagram[] = [];
  let bytes = 0;
  let datagram = await receiveOne(
    socket,
    withinUs === DEFAULT_WAIT ? undefined : { withinMs: Number(withinUs) / 1000 },
  );
  while (datagram !== null) {
    datagrams.push(datagram);
    bytes += datagram.bytes.length;
    if (datagrams.length >= MOST_DATAGRAMS || bytes >= MOST_DATAGRAM_BYTES) break;
    datagram = await receiveOne(socket, { withinMs: 0 });
  }
  return datagrams;
}

/** A socket that cannot tell of groups tells of none. */
async function receiveOne(socket: NetlinkSocket, wait: Wait | undefined): Promise<GroupedDatagram | null> {
  if (socket.receiveWithGroup !== undefined) return socket.receiveWithGroup(wait);
  const bytes = await socket.receive(wait);
  return bytes === null ? null : { bytes };
}

const milliseconds = (call: ByteReader): number => Number(call.u64()) / 1000;

function readWait(call: ByteReader): ReceiveWait {
  const [withinMs, count] = [milliseconds(call), call.u32()];
  return { withinMs, ...(count === ANY_COUNT ? {} : { count }) };
}

type Refusal = { readonly ok: false; readonly errno: Errno };

/** Writes the errno, 0 for none. */
function refused(result: { readonly ok: true } | Refusal, answer: ByteWriter): result is Refusal {
  const isRefusal = !result.ok && 'errno' in result;
  answer.u32(isRefusal ? result.errno : 0);
  return isRefusal;
}
