/** The user's side of netlink: one socket, requests and their answers, announcements. What the steps of the suite use. */
import { concat } from '../packet/bytes.js';
import {
  CTRL_CMD_GETFAMILY,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
} from './constants.js';
import { errnoName } from './errnoNames.js';
import { decodeDone, decodeError, type DecodedError } from './extack.js';
import { CTRL } from './families/genericControl.js';
import {
  decodeAttributes,
  decodeStruct,
  encodeAttributes,
  encodeStruct,
  isValues,
  listIn,
  numberIn,
  structLength,
  textIn,
  type AttributeSet,
  type StructField,
  type Values,
} from './schema.js';
import { GENLMSGHDR } from './server.js';
import { align, encodeMessage, parseDatagram, type Message } from './wire.js';

/** The same members as the contract's NetlinkSocket has, as far as the client needs them. */
export interface ClientSocket {
  readonly portId: number;
  send(datagram: Uint8Array): Promise<void>;
  receive(wait?: { readonly withinMs: number }): Promise<Uint8Array | null>;
  join(group: number): Promise<void>;
  leave(group: number): Promise<void>;
  close(): Promise<void>;
}

export type OpenSocket = (protocol: number) => Promise<ClientSocket>;

/** A refusal as the kernel worded it. */
export interface NetlinkFailure extends DecodedError {
  readonly errnoName: string;
}

/** Everything that came for one request, in order. */
export interface Exchange {
  /** The request as it was sent. */
  readonly request: Uint8Array;
  readonly replies: readonly Message[];
  /** An acknowledgement (errno 0) or a refusal; several where the kernel sent several. */
  readonly errors: readonly NetlinkFailure[];
  /** NLMSG_DONE of a dump. */
  readonly done: Message | undefined;
  /** All messages in the order in which they came. */
  readonly messages: readonly Message[];
}

export type NetlinkResult<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: NetlinkFailure };

/** The kernel did not answer, or answered what netlink does not allow. */
export class NetlinkProtocolError extends Error {
  override readonly name = 'NetlinkProtocolError';
}

export class NetlinkClient {
  readonly protocol: number;
  readonly socket: ClientSocket;
  readonly #announcements: Message[] = [];
  #sequence = 1;

  private constructor(protocol: number, socket: ClientSocket) {
    this.protocol = protocol;
    this.socket = socket;
  }

  static async open(protocol: number, openSocket: OpenSocket): Promise<NetlinkClient> {
    return new NetlinkClient(protocol, await openSocket(protocol));
  }

  nextSequence(): number {
    return this.#sequence++;
  }

  /**
   * Sends one message and takes what comes for it: up to its acknowledgement, to the end of a dump, or, where `flags` ask for
   * neither, until nothing more comes.
   */
  async exchange(type: number, flags: number, body: Uint8Array): Promise<Exchange> {
    const sequence = this.nextSequence();
    const request = encodeMessage({ type, flags: flags | NLM_F_REQUEST, sequence, portId: 0 }, body);
    await this.socket.send(request);
    return this.collect(request, sequence);
  }

  /** What comes for a request that was sent with this sequence number. */
  async collect(request: Uint8Array, sequence: number): Promise<Exchange> {
    const messages: Message[] = [];
    const replies: Message[] = [];
    const errors: NetlinkFailure[] = [];
    let done: Message | undefined;
    const flags = request.length >= 8 ? (request[6] ?? 0) | ((request[7] ?? 0) << 8) : 0;
    const isDump = (flags & NLM_F_DUMP) === NLM_F_DUMP;
    const expectsEnd = isDump || (flags & NLM_F_ACK) !== 0;
    for (let ended = false; !ended;) {
      const datagram = await this.socket.receive();
      if (datagram === null) {
        if (expectsEnd && messages.length === 0)
          throw new NetlinkProtocolError('the kernel did not answer a netlink request');
        break;
      }
      for (const message of parseDatagram(datagram)) {
        if (message.sequence !== sequence) {
          this.#announcements.push(message);
          continue;
        }
        messages.push(message);
        if (message.type === NLMSG_ERROR) errors.push(named(decodeError(message)));
        else if (message.type === NLMSG_DONE) {
          done = message;
          const end = decodeDone(message);
          if (end.errno !== 0) errors.push(named(end));
        } else replies.push(message);
        // Without NLM_F_ACK more could follow; there the answer ends when nothing more is there.
        ended ||= (message.type === NLMSG_ERROR && expectsEnd) || message.type === NLMSG_DONE;
      }
    }
    return { request, replies, errors, done, messages };
  }

  /** A request that is acknowledged: its replies, or the refusal. */
  async request(type: number, body: Uint8Array, flags = 0): Promise<NetlinkResult<readonly Message[]>> {
    const { errors, replies, done } = await this.exchange(type, flags | NLM_F_ACK, body);
    const refusal = errors.find(({ errno }) => errno !== 0);
    if (refusal !== undefined) return { ok: false, error: refusal };
    if (errors.length === 0 && done === undefined)
      throw new NetlinkProtocolError('a netlink request was not acknowledged');
    return { ok: true, value: replies };
  }

  /** All messages of a dump, or the refusal. */
  async dump(type: number, body: Uint8Array): Promise<NetlinkResult<readonly Message[]>> {
    return this.request(type, body, NLM_F_DUMP);
  }

  /** Announcements that are there, or that come within the time. */
  async announcements(withinMs: number): Promise<readonly Message[]> {
    for (let wait = withinMs; ; wait = 0) {
      const datagram = await this.socket.receive({ withinMs: this.#announcements.length > 0 ? 0 : wait });
      if (datagram === null) break;
      this.#announcements.push(...parseDatagram(datagram));
    }
    return this.#announcements.splice(0);
  }
}

const named = (error: DecodedError): NetlinkFailure => ({ ...error, errnoName: errnoName(error.errno) });

/** Fixed header, then attributes. */
export function encodeBody(header: readonly StructField[], headerValues: Values, attributes: Uint8Array): Uint8Array {
  const fixed = encodeStruct(header, headerValues);
  const padded = new Uint8Array(align(fixed.length));
  padded.set(fixed);
  return concat(padded, attributes);
}

/** The attributes of a message behind a fixed header of this form. */
export function decodeBody(
  header: readonly StructField[],
  set: AttributeSet,
  message: Message,
): { header: Values; values: Values } {
  return {
    header: decodeStruct(header, message.body),
    values: decodeAttributes(set, message.body.subarray(align(structLength(header)))),
  };
}

/** What the controller says of a generic family. */
export interface FamilyInfo {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly groups: ReadonlyMap<string, number>;
  readonly commands: readonly number[];
}

/** A generic netlink socket with the families that were looked up through it. */
export class GenericClient {
  readonly client: NetlinkClient;
  readonly #families = new Map<string, FamilyInfo>();

  private constructor(client: NetlinkClient) {
    this.client = client;
  }

  static async open(openSocket: OpenSocket): Promise<GenericClient> {
    return new GenericClient(await NetlinkClient.open(NETLINK_GENERIC, openSocket));
  }

  /** CTRL_CMD_GETFAMILY by name. */
  async lookUp(name: string): Promise<NetlinkResult<FamilyInfo>> {
    const known = this.#families.get(name);
    if (known !== undefined) return { ok: true, value: known };
    const attributes = encodeAttributes(CTRL, { CTRL_ATTR_FAMILY_NAME: name });
    const result = await this.client.request(
      GENL_ID_CTRL,
      encodeBody(GENLMSGHDR, { cmd: CTRL_CMD_GETFAMILY, version: 2 }, attributes),
    );
    if (!result.ok) return result;
    const [reply] = result.value;
    if (reply === undefined) throw new NetlinkProtocolError(`no answer about the generic family ${name}`);
    const info = familyInfo(decodeBody(GENLMSGHDR, CTRL, reply).values);
    this.#families.set(name, info);
    return { ok: true, value: info };
  }

  /** The family; throws where the kernel does not have it. */
  async family(name: string): Promise<FamilyInfo> {
    const result = await this.lookUp(name);
    if (!result.ok)
      throw new NetlinkProtocolError(`the kernel has no generic family ${name}: ${result.error.errnoName}`);
    return result.value;
  }

  async join(family: string, group: string): Promise<void> {
    await this.client.socket.join(await this.#group(family, group));
  }

  async leave(family: string, group: string): Promise<void> {
    await this.client.socket.leave(await this.#group(family, group));
  }

  async #group(family: string, group: string): Promise<number> {
    const number = (await this.family(family)).groups.get(group);
    if (number === undefined) throw new NetlinkProtocolError(`the family ${family} has no group ${group}`);
    return number;
  }
}

function familyInfo(values: Values): FamilyInfo {
  const groups = listIn(values, 'CTRL_ATTR_MCAST_GROUPS').filter(isValues);
  return {
    id: numberIn(values, 'CTRL_ATTR_FAMILY_ID') ?? 0,
    name: textIn(values, 'CTRL_ATTR_FAMILY_NAME') ?? '',
    version: numberIn(values, 'CTRL_ATTR_VERSION') ?? 0,
    groups: new Map(
      groups.map((group) => [
        textIn(group, 'CTRL_ATTR_MCAST_GRP_NAME') ?? '',
        numberIn(group, 'CTRL_ATTR_MCAST_GRP_ID') ?? 0,
      ]),
    ),
    commands: listIn(values, 'CTRL_ATTR_OPS')
      .filter(isValues)
      .map((operation) => numberIn(operation, 'CTRL_ATTR_OP_ID') ?? 0),
  };
}
