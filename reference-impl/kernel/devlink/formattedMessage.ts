/** Formatted messages of health reporters: the devlink_fmsg part of net/devlink/health.c. Their attributes stand in an order of their own. */
import type { FormattedMessage, FormattedValue } from '../../../harness/contract/index.js';
import { NLA_BINARY, NLA_FLAG, NLA_NUL_STRING, NLA_U32, NLA_U64, NLA_U8 } from '../../netlink/families/devlink.js';
import { DEVLINK } from '../../netlink/families/devlinkAttributes.js';
import { encodeAttribute, viewOf } from '../../netlink/wire.js';
import type { DevlinkParts } from './devlinkParts.js';
import { concat } from '../../packet/bytes.js';

const numberOf = (name: string): number => DEVLINK.byName.get(`DEVLINK_ATTR_FMSG${name}`)?.number ?? 0;
const FMSG = numberOf('');
const OBJECT = numberOf('_OBJ_NEST_START');
const PAIR = numberOf('_PAIR_NEST_START');
const ARRAY = numberOf('_ARR_NEST_START');
const END = numberOf('_NEST_END');
const NAME = numberOf('_OBJ_NAME');
const TYPE = numberOf('_OBJ_VALUE_TYPE');
const DATA = numberOf('_OBJ_VALUE_DATA');
/** GENLMSG_DEFAULT_SIZE: what one message holds. */
const MESSAGE = 3700;
/** DEVLINK_FMSG_MAX_SIZE. */
const MOST_BINARY = 3600;
const encoder = new TextEncoder();

const isEnd = (item: Uint8Array): boolean => item.length === 4 && item[2] === END;
const marker = (number: number): Uint8Array => encodeAttribute(number, new Uint8Array(0));

function leaf(type: number, data: Uint8Array): Uint8Array {
  return concat(encodeAttribute(TYPE, Uint8Array.of(type)), encodeAttribute(DATA, data));
}

function integer(bytes: 4 | 8, value: number | bigint): Uint8Array {
  const data = new Uint8Array(bytes);
  if (bytes === 4) viewOf(data).setUint32(0, Number(value), true);
  else viewOf(data).setBigUint64(0, BigInt(value), true);
  return data;
}

/** Each item is a few attributes that stay together. */
function* itemsOf(value: FormattedValue): Generator<Uint8Array> {
  switch (value.kind) {
    case 'bool':
      yield leaf(NLA_FLAG, Uint8Array.of(value.value ? 1 : 0));
      return;
    case 'u8':
      yield leaf(NLA_U8, Uint8Array.of(value.value));
      return;
    case 'u32':
      yield leaf(NLA_U32, integer(4, value.value));
      return;
    case 'u64':
      yield leaf(NLA_U64, integer(8, value.value));
      return;
    case 'string':
      yield leaf(NLA_NUL_STRING, encoder.encode(`${value.value}\0`));
      return;
    // devlink_fmsg_binary_pair_put(): an array of pieces.
    case 'binary':
      yield marker(ARRAY);
      for (let at = 0; at < value.value.length; at += MOST_BINARY)
        yield leaf(NLA_BINARY, value.value.subarray(at, at + MOST_BINARY));
      yield marker(END);
      return;
    case 'array':
      yield marker(ARRAY);
      for (const each of value.values) yield* itemsOf(each);
      yield marker(END);
      return;
    case 'object':
      yield* objectOf(value.pairs);
  }
}

function* objectOf(pairs: FormattedMessage): Generator<Uint8Array> {
  yield marker(OBJECT);
  for (const { name, value } of pairs) {
    yield marker(PAIR);
    yield encodeAttribute(NAME, encoder.encode(`${name}\0`));
    yield* itemsOf(value);
    yield marker(END);
  }
  yield marker(END);
}

/** devlink_fmsg_prepare_skb(): as many messages as it takes, each a nest DEVLINK_ATTR_FMSG. */
export function formattedMessages(message: FormattedMessage, { closesNests }: DevlinkParts): Uint8Array[] {
  const nests: Uint8Array[] = [];
  let items: Uint8Array[] = [];
  let length = 0;
  const close = (): void => {
    nests.push(encodeAttribute(FMSG, concat(...items)));
    [items, length] = [[], 0];
  };
  for (const item of objectOf(message)) {
    if (!closesNests && isEnd(item)) continue;
    if (length + item.length > MESSAGE && items.length > 0) close();
    items.push(item);
    length += item.length;
  }
  close();
  return nests;
}
