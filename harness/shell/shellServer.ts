/** The kernel that the tools of a `nicspec shell` see: their sockets and ioctls, served by a target. */
import { rmSync } from 'node:fs';
import { RouteClient } from '../../reference-impl/netlink/routeClient.js';
import { TargetFault, type NetDeviceName, type NetlinkSocket, type Target } from '../contract/index.js';
import { deviceIoctl, deviceList } from './deviceIoctls.js';
import { EADDRINUSE, EINVAL, ENETDOWN, EOPNOTSUPP, EPROTONOSUPPORT } from './errors.js';
import { NetworkFiles } from './networkFiles.js';
import { listenForPackets, type PacketConnection, type PacketHandlers, type PacketServer } from './packetServer.js';
import { KernelFiles, makeFilesFolder } from './kernelFiles.js';
import { LOST_TARGET, decodeQuestion, encodeAnswer, textOf, type Answer, type Question } from './shimProtocol.js';
import { protocolName, type ToolLog } from './toolLog.js';
import { ToolSocket } from './toolSocket.js';
import type { WallClock } from './wallClock.js';

/** How often a target is asked for what it tells without being asked. */
const LOOK_AGAIN_MS = 50;
const IFNAMSIZ = 16;

export interface ShellServerOptions {
  readonly target: Target;
  readonly clock: WallClock;
  readonly log: ToolLog;
  /** Of the Unix socket. */
  readonly socket: string;
  /** The target is lost: called once, with the reason. */
  readonly lost: (reason: string) => void;
}

export class ShellServer {
  readonly #options: ShellServerOptions;
  readonly #sockets = new Map<string, ToolSocket>();
  readonly #connections = new Map<ToolSocket, PacketConnection>();
  readonly #server: PacketServer;
  readonly #ticker: NodeJS.Timeout;
  readonly #folder = makeFilesFolder();
  readonly #files: KernelFiles;
  #route: Promise<RouteClient> | undefined;
  #turns: Promise<void> = Promise.resolve();
  #nextPort = 0xffff_efff;
  #lost: string | undefined;

  /** Throws SystemCallError if the socket cannot be made. */
  constructor(options: ShellServerOptions) {
    this.#options = options;
    const network = new NetworkFiles(options.target, () => this.#links());
    this.#files = new KernelFiles(options.target, network, this.#folder, (process, what) =>
      options.log.unsupported(process, what),
    );
    this.#server = listenForPackets(options.socket, (connection) => this.#accept(connection));
    this.#ticker = setInterval(() => void this.#look(), LOOK_AGAIN_MS);
  }

  /** Why the target is lost, or undefined. */
  get lost(): string | undefined {
    return this.#lost;
  }

  async close(): Promise<void> {
    clearInterval(this.#ticker);
    this.#server.close();
    await this.#turns;
    if (this.#lost === undefined) await this.#files.collect();
    if (this.#lost === undefined) await this.#noteTargetLog();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What the target itself wrote of what it does not have: an expression of nft, an operation of a family. */
  async #noteTargetLog(): Promise<void> {
    try {
      const lines = (await this.#options.target.log?.()) ?? [];
      for (const line of lines) this.#options.log.note(`the target's log: ${line}`);
    } catch (error) {
      this.#options.log.note(`the target's log cannot be read: ${messageOf(error)}`);
    }
  }

  /** The first packet says what the connection is for. */
  #accept(connection: PacketConnection): PacketHandlers {
    let socket: ToolSocket | undefined;
    let opening = false;
    return {
      packet: (packet) => {
        if (socket !== undefined) return void this.#serve(socket, packet);
        const question = opening ? undefined : decodeQuestion(packet);
        if (question === undefined) {
          connection.close(true);
          return;
        }
        if (question.operation === 'settle') this.#connectionOf(question.session)?.readNow();
        if (question.operation !== 'openSocket') return void this.#answer(connection, question);
        opening = true;
        connection.setReading(false);
        void this.#open(connection, question).then((opened) => {
          socket = opened;
          if (opened !== undefined) connection.setReading(true);
        });
      },
      drained: () => socket?.drained(),
      closed: () => {
        if (socket !== undefined) void this.#forget(connection, socket);
      },
    };
  }

  async #answer(connection: PacketConnection, question: Question): Promise<void> {
    connection.send(encodeAnswer(await this.#ask(question)));
    connection.close();
  }

  async #open(connection: PacketConnection, question: Question): Promise<ToolSocket | undefined> {
    const [protocol = 0, kind = 0] = question.words;
    const socket = await this.#targetSocket(protocol);
    if (socket === undefined) {
      if (this.#lost === undefined)
        this.#options.log.unsupported(question.process, `a ${protocolName(protocol)} socket`);
      connection.send(encodeAnswer({ errno: this.#lost === undefined ? EPROTONOSUPPORT : ENETDOWN }));
      connection.close();
      return undefined;
    }
    const about = { protocol, kind, process: question.process, portId: this.#freePort(protocol, question.process) };
    const opened = new ToolSocket(about, socket, connection, {
      turn: (work) => this.#turn(work),
      passed: (tool, direction, datagram) => this.#options.log.datagram(tool.process, protocol, direction, datagram),
    });
    this.#sockets.set(connection.name, opened);
    this.#connections.set(opened, connection);
    connection.send(encodeAnswer({ errno: 0 }));
    return opened;
  }

  /** Undefined where the target has no such protocol. */
  async #targetSocket(protocol: number): Promise<NetlinkSocket | undefined> {
    if (this.#lost !== undefined) return undefined;
    try {
      return await this.#options.target.netlink(protocol);
    } catch (error) {
      // A refused socket costs nothing; whether the target is lost is seen by whoever asks it next.
      this.#options.log.note(`no ${protocolName(protocol)} socket: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** netlink_autobind(): the process's own number, else one that is free. */
  #freePort(protocol: number, wanted: number): number {
    return this.#portIsTaken(protocol, wanted) ? this.#nextPort-- : wanted;
  }

  #portIsTaken(protocol: number, portId: number): boolean {
    for (const socket of this.#sockets.values())
      if (socket.protocol === protocol && socket.portId === portId) return true;
    return false;
  }

  async #serve(socket: ToolSocket, datagram: Uint8Array): Promise<void> {
    try {
      await socket.serve(datagram);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #forget(connection: PacketConnection, socket: ToolSocket): Promise<void> {
    this.#sockets.delete(connection.name);
    this.#connections.delete(socket);
    if (this.#lost === undefined) await this.#turn(() => socket.close()).catch(() => undefined);
  }

  /** One piece of work after the other. What it made the target tell others is handed over before the next. */
  #turn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turns.then(async () => {
      if (this.#lost !== undefined) throw new TargetFault(this.#lost);
      await this.#options.clock.catchUp();
      await this.#files.collect();
      await work();
      for (const socket of this.#sockets.values()) if (socket.listens) await socket.take();
    });
    this.#turns = turn.catch(() => undefined);
    return turn;
  }

  /** Lets time pass while somebody listens. */
  async #look(): Promise<void> {
    if (this.#lost !== undefined) return;
    if (![...this.#sockets.values()].some((socket) => socket.listens)) return;
    await this.#turn(async () => undefined).catch((error: unknown) => this.#fail(error));
  }

  /** A target that failed once is in a state that nobody knows: every socket gets an error, and no new one is opened. */
  #fail(error: unknown): void {
    if (this.#lost !== undefined) return;
    this.#lost = messageOf(error);
    this.#options.log.note(`the target is lost: ${this.#lost}`);
    this.#options.lost(this.#lost);
    for (const connection of this.#connections.values()) {
      connection.send(LOST_TARGET);
      connection.close();
    }
  }

  async #ask(question: Question): Promise<Answer> {
    if (question.operation === 'note') {
      this.#options.log.unsupported(question.process, textOf(question.bytes));
      return { errno: 0 };
    }
    if (this.#lost !== undefined) return { errno: ENETDOWN };
    try {
      let answer: Answer = { errno: EINVAL };
      await this.#turn(async () => {
        answer = await this.#answerTo(question);
      });
      return answer;
    } catch (error) {
      this.#fail(error);
      return { errno: ENETDOWN };
    }
  }

  async #answerTo(question: Question): Promise<Answer> {
    const { operation, words, bytes, process } = question;
    const [first = 0, second = 0] = words;
    switch (operation) {
      case 'deviceIoctl': {
        const answer = await deviceIoctl(await this.#links(), first, bytes);
        if (answer.errno === EOPNOTSUPP) this.#options.log.unsupported(process, `ioctl 0x${first.toString(16)}`);
        return answer;
      }
      case 'ethtoolIoctl':
        return this.#ethtool(process, first, textOf(bytes.subarray(0, IFNAMSIZ)), bytes.subarray(IFNAMSIZ));
      case 'listDevices':
        return deviceList(await this.#links());
      case 'lookUpPath':
        return this.#files.lookUp(textOf(bytes), first, process);
      case 'writeSetting':
        return this.#files.write(textOf(bytes.subarray(0, first)), textOf(bytes.subarray(first)));
      case 'takeSetting':
        return this.#files.take(textOf(bytes));
      case 'settle':
        // What the socket sent was read before, and its turn was before this one.
        return { errno: 0 };
      case 'openSocket':
      case 'note':
        return { errno: EINVAL };
      case 'socketInfo':
      case 'bindSocket':
      case 'setOption':
      case 'getOption':
        return this.#aboutSocket(question, first, second);
    }
  }

  #connectionOf(session: string): PacketConnection | undefined {
    const socket = this.#sockets.get(session);
    return socket === undefined ? undefined : this.#connections.get(socket);
  }

  async #aboutSocket({ operation, session, process }: Question, first: number, second: number): Promise<Answer> {
    const socket = this.#sockets.get(session);
    if (socket === undefined) return { errno: ENETDOWN };
    switch (operation) {
      case 'bindSocket':
        return this.#bind(socket, first, second);
      case 'setOption': {
        const result = await socket.setOption(first, second | 0);
        if (result.errno !== 0) this.#options.log.unsupported(process, `setsockopt(SOL_NETLINK, ${first})`);
        return result;
      }
      case 'getOption':
        return socket.getOption(first);
      default:
        return { errno: 0, words: [socket.portId, socket.groupBits, socket.protocol, socket.kind] };
    }
  }

  /** netlink_bind(): a port id once, groups as often as wanted. */
  async #bind(socket: ToolSocket, portId: number, groups: number): Promise<Answer> {
    if (portId !== 0 && portId !== socket.portId) {
      if (socket.isBound) return { errno: EINVAL };
      if (this.#portIsTaken(socket.protocol, portId)) return { errno: EADDRINUSE };
      socket.portId = portId;
    }
    socket.isBound = true;
    for (let group = 1; group <= 32; group++) await socket.member(group, ((groups >>> (group - 1)) & 1) === 1);
    return { errno: 0 };
  }

  async #ethtool(process: number, command: number, name: string, struct: Uint8Array): Promise<Answer> {
    const result = await this.#options.target.ethtoolIoctl(name as NetDeviceName, struct);
    if (result.ok) return { errno: 0, bytes: result.bytes };
    if (result.errno === EOPNOTSUPP)
      this.#options.log.unsupported(process, `SIOCETHTOOL command 0x${command.toString(16)} on ${name}`);
    return { errno: result.errno };
  }

  #links(): Promise<RouteClient> {
    this.#route ??= RouteClient.open((protocol) => this.#options.target.netlink(protocol));
    return this.#route;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
