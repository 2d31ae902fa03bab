/** devlink as the steps, and tools, use it. */
import {
  GenericClient,
  NetlinkProtocolError,
  decodeBody,
  encodeBody,
  type NetlinkResult,
  type OpenSocket,
} from './client.js';
import { NLM_F_ACK, NLM_F_DUMP } from './constants.js';
import {
  DEVLINK_CMD,
  DEVLINK_GENL_MCGRP_CONFIG_NAME,
  DEVLINK_GENL_NAME,
  DEVLINK_GENL_VERSION,
  NLA_BINARY,
  NLA_FLAG,
  NLA_NUL_STRING,
  NLA_U32,
  NLA_U64,
  NLA_U8,
  type DevlinkCommand,
} from './families/devlink.js';
import { DEVLINK, DEVLINK_REQUEST } from './families/devlinkAttributes.js';
import { bytesIn, encodeAttributes, isValues, listIn, nestIn, numberIn, textIn, type Values } from './schema.js';
import { GENLMSGHDR } from './server.js';
import { parseAttributes, viewOf, type Attribute, type Message } from './wire.js';

/** By what an instance is called. */
export interface DevlinkHandle {
  readonly bus: string;
  readonly device: string;
}

/** A message of the family: a reply, or an announcement. */
export interface DevlinkMessage {
  readonly command: DevlinkCommand;
  readonly values: Values;
}

/** A formatted message of a health reporter as JSON would have it; bytes of a binary are put together. */
export type DevlinkFormatted =
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly DevlinkFormatted[]
  | { readonly [name: string]: DevlinkFormatted };

const COMMAND_NAMES = new Map<number, DevlinkCommand>(
  Object.entries(DEVLINK_CMD).map(([name, number]) => [number, name as DevlinkCommand]),
);

export const handleOf = (values: Values): DevlinkHandle => ({
  bus: textIn(values, 'DEVLINK_ATTR_BUS_NAME') ?? '',
  device: textIn(values, 'DEVLINK_ATTR_DEV_NAME') ?? '',
});

/** The attributes that call an instance. */
export const handleAttributes = ({ bus, device }: DevlinkHandle): Values => ({
  DEVLINK_ATTR_BUS_NAME: bus,
  DEVLINK_ATTR_DEV_NAME: device,
});

export class DevlinkClient {
  readonly generic: GenericClient;
  readonly #family: number;

  private constructor(generic: GenericClient, family: number) {
    this.generic = generic;
    this.#family = family;
  }

  /** Refused with ENOENT by a kernel without devlink. */
  static async open(openSocket: OpenSocket): Promise<NetlinkResult<DevlinkClient>> {
    const generic = await GenericClient.open(openSocket);
    const family = await generic.lookUp(DEVLINK_GENL_NAME);
    return family.ok ? { ok: true, value: new DevlinkClient(generic, family.value.id) } : family;
  }

  /** One request, acknowledged: what came for it, or the refusal. */
  async call(command: DevlinkCommand, values: Values): Promise<NetlinkResult<readonly DevlinkMessage[]>> {
    const result = await this.generic.client.request(this.#family, body(command, values));
    return result.ok ? { ok: true, value: result.value.map(decoded) } : result;
  }

  /** The same, and what the acknowledgement of a success says. */
  async callWithWarning(command: DevlinkCommand, values: Values): Promise<NetlinkResult<string | undefined>> {
    const { errors } = await this.generic.client.exchange(this.#family, NLM_F_ACK, body(command, values));
    const [answer] = errors;
    if (answer === undefined) throw new NetlinkProtocolError(`devlink ${command} was not acknowledged`);
    return answer.errno === 0 ? { ok: true, value: answer.message } : { ok: false, error: answer };
  }

  /** All messages of a dump; values beside a handle narrow it. */
  async dump(command: DevlinkCommand, values: Values = {}): Promise<NetlinkResult<readonly DevlinkMessage[]>> {
    const result = await this.generic.client.request(this.#family, body(command, values), NLM_F_DUMP);
    return result.ok ? { ok: true, value: result.value.map(decoded) } : result;
  }

  /** The flags of the messages of a dump. */
  async dumpFlags(command: DevlinkCommand, values: Values = {}): Promise<NetlinkResult<readonly number[]>> {
    const result = await this.generic.client.request(this.#family, body(command, values), NLM_F_DUMP);
    return result.ok ? { ok: true, value: result.value.map(({ flags }) => flags) } : result;
  }

  /** A request that is answered in several messages, up to a NLMSG_DONE of its own. */
  async several(command: DevlinkCommand, values: Values): Promise<NetlinkResult<readonly DevlinkMessage[]>> {
    const { replies, errors, done } = await this.generic.client.exchange(this.#family, 0, body(command, values));
    const refusal = errors.find(({ errno }) => errno !== 0);
    if (refusal !== undefined) return { ok: false, error: refusal };
    if (done === undefined) throw new NetlinkProtocolError(`the answer to devlink ${command} has no end`);
    return { ok: true, value: replies.map(decoded) };
  }

  /** Handles of all instances. */
  async instances(): Promise<NetlinkResult<readonly DevlinkHandle[]>> {
    const result = await this.dump('GET');
    return result.ok ? { ok: true, value: result.value.map(({ values }) => handleOf(values)) } : result;
  }

  /** Whole snapshot, or a part of it, put together of its chunks by their addresses. */
  async readRegion(
    handle: DevlinkHandle,
    region: string,
    which: Values,
  ): Promise<NetlinkResult<readonly { readonly address: number; readonly bytes: Uint8Array }[]>> {
    const result = await this.dump('REGION_READ', {
      ...handleAttributes(handle),
      DEVLINK_ATTR_REGION_NAME: region,
      ...which,
    });
    if (!result.ok) return result;
    const chunks = result.value.flatMap(({ values }) =>
      listIn(nestIn(values, 'DEVLINK_ATTR_REGION_CHUNKS'), 'DEVLINK_ATTR_REGION_CHUNK').filter(isValues),
    );
    return {
      ok: true,
      value: chunks.map((chunk) => ({
        address: numberIn(chunk, 'DEVLINK_ATTR_REGION_CHUNK_ADDR') ?? 0,
        bytes: bytesIn(chunk, 'DEVLINK_ATTR_REGION_CHUNK_DATA') ?? new Uint8Array(0),
      })),
    };
  }

  /** Membership in the group `config`. */
  async listen(): Promise<void> {
    await this.generic.join(DEVLINK_GENL_NAME, DEVLINK_GENL_MCGRP_CONFIG_NAME);
  }

  async announcements(withinMs: number): Promise<readonly DevlinkMessage[]> {
    const messages = await this.generic.client.announcements(withinMs);
    return messages.filter(({ type }) => type === this.#family).map(decoded);
  }
}

const body = (command: DevlinkCommand, values: Values): Uint8Array =>
  encodeBody(
    GENLMSGHDR,
    { cmd: DEVLINK_CMD[command], version: DEVLINK_GENL_VERSION },
    encodeAttributes(DEVLINK_REQUEST, values),
  );

function decoded(message: Message): DevlinkMessage {
  const { header, values } = decodeBody(GENLMSGHDR, DEVLINK, message);
  const command = COMMAND_NAMES.get(numberIn(header, 'cmd') ?? 0);
  if (command === undefined) throw new NetlinkProtocolError(`devlink has no command ${numberIn(header, 'cmd') ?? 0}`);
  return { command, values };
}

const typeOf = (name: string): number => DEVLINK.byName.get(`DEVLINK_ATTR_FMSG_${name}`)?.number ?? 0;
const OBJECT = typeOf('OBJ_NEST_START');
const PAIR = typeOf('PAIR_NEST_START');
const ARRAY = typeOf('ARR_NEST_START');
const END = typeOf('NEST_END');
const NAME = typeOf('OBJ_NAME');
const TYPE = typeOf('OBJ_VALUE_TYPE');
const DATA = typeOf('OBJ_VALUE_DATA');
const text = new TextDecoder();

/** The formatted message in the replies to a diagnosis or a dump. Throws NetlinkProtocolError where nests do not fit. */
export function formattedIn(replies: readonly DevlinkMessage[]): DevlinkFormatted {
  const attributes = replies.flatMap(({ values }) => {
    return parseAttributes(bytesIn(values, 'DEVLINK_ATTR_FMSG') ?? new Uint8Array(0)).attributes;
  });
  const reader = new FormattedReader(attributes);
  const value = reader.value();
  reader.expectNothing();
  return value;
}

/** As much of it as can be read, where a driver closes more nests than it opened: a user has to see what is there. */
export function formattedAsFar(replies: readonly DevlinkMessage[]): DevlinkFormatted {
  const attributes = replies.flatMap(({ values }) => {
    return parseAttributes(bytesIn(values, 'DEVLINK_ATTR_FMSG') ?? new Uint8Array(0)).attributes;
  });
  const parts: DevlinkFormatted[] = [];
  while (attributes.length > 0) {
    // A pair whose object was closed before it.
    if (attributes[0]?.type === PAIR) attributes.shift();
    const [first] = attributes;
    const name = first?.type === NAME ? text.decode(first.data).replace(/\0$/, '') : undefined;
    if (name !== undefined) attributes.shift();
    const reader = new FormattedReader(attributes);
    try {
      const value = reader.value();
      parts.push(name === undefined ? value : { [name]: value });
    } catch (error) {
      if (!(error instanceof NetlinkProtocolError)) throw error;
    }
    // At least one is behind it then.
    attributes.splice(0, Math.max(1, reader.taken));
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : parts;
}

/** A name, or what kind of value stands there. */
export type FormattedPart = { readonly name: string } | { readonly type: number };

/** Names and values of a formatted message in their order, whatever its nests are; the pieces of a binary are one value. */
export function formattedParts(replies: readonly DevlinkMessage[]): readonly FormattedPart[] {
  const attributes = replies.flatMap(({ values }) => {
    return parseAttributes(bytesIn(values, 'DEVLINK_ATTR_FMSG') ?? new Uint8Array(0)).attributes;
  });
  const parts: FormattedPart[] = [];
  let isPiece = false;
  for (const { type, data } of attributes) {
    if (type === NAME) parts.push({ name: text.decode(data).replace(/\0$/, '') });
    if (type === TYPE && !(isPiece && data[0] === NLA_BINARY)) parts.push({ type: data[0] ?? 0 });
    if (type !== DATA) isPiece = type === TYPE && data[0] === NLA_BINARY;
  }
  return parts;
}

class FormattedReader {
  readonly #attributes: readonly Attribute[];
  #at = 0;

  constructor(attributes: readonly Attribute[]) {
    this.#attributes = attributes;
  }

  /** How many attributes were read. */
  get taken(): number {
    return this.#at;
  }

  value(): DevlinkFormatted {
    const { type, data } = this.#take('a value');
    if (type === OBJECT) return this.#object();
    if (type === ARRAY) return this.#array();
    if (type === TYPE) return this.#leaf(data[0] ?? 0);
    throw new NetlinkProtocolError(`attribute ${type} where a value of a formatted message should be`);
  }

  expectNothing(): void {
    if (this.#at !== this.#attributes.length) throw new NetlinkProtocolError('a formatted message ends too early');
  }

  #object(): DevlinkFormatted {
    const pairs: Record<string, DevlinkFormatted> = {};
    while (!this.#ends()) {
      this.#expect(PAIR);
      const name = text.decode(this.#expect(NAME)).replace(/\0$/, '');
      pairs[name] = this.value();
      this.#expect(END);
    }
    return pairs;
  }

  /** devlink_fmsg_binary_pair_put(): an array of binaries is one. */
  #array(): DevlinkFormatted {
    const values: DevlinkFormatted[] = [];
    while (!this.#ends()) values.push(this.value());
    const pieces = values.filter((value) => value instanceof Uint8Array);
    if (pieces.length === 0 || pieces.length !== values.length) return values;
    const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  #leaf(type: number): DevlinkFormatted {
    const data = this.#expect(DATA);
    switch (type) {
      case NLA_FLAG:
        return data[0] === 1;
      case NLA_U8:
        return data[0] ?? 0;
      case NLA_U32:
        return viewOf(data).getUint32(0, true);
      case NLA_U64:
        return viewOf(data).getBigUint64(0, true);
      case NLA_NUL_STRING:
        return text.decode(data).replace(/\0$/, '');
      case NLA_BINARY:
        return data.slice();
      default:
        throw new NetlinkProtocolError(`a formatted message has no values of type ${type}`);
    }
  }

  #ends(): boolean {
    if (this.#attributes[this.#at]?.type !== END) return false;
    this.#at++;
    return true;
  }

  #expect(type: number): Uint8Array {
    const attribute = this.#take(`attribute ${type}`);
    if (attribute.type !== type)
      throw new NetlinkProtocolError(`attribute ${attribute.type} where ${type} of a formatted message should be`);
    return attribute.data;
  }

  #take(what: string): Attribute {
    const attribute = this.#attributes[this.#at++];
    if (attribute === undefined) throw new NetlinkProtocolError(`a formatted message ends before ${what}`);
    return attribute;
  }
}
