/** Requests of ethtool netlink, right and wrong, as bytes. */
import fc from 'fast-check';
import { concat } from '../../reference-impl/packet/bytes.js';
import { NLA_F_NESTED } from '../../reference-impl/netlink/constants.js';
import { ETHTOOL_OPERATIONS, type EthtoolOperationName } from '../../reference-impl/netlink/families/ethtool.js';
import { encodeAttribute, viewOf } from '../../reference-impl/netlink/wire.js';

/** What the features call the queries. */
export const QUERIES = {
  'the features': 'FEATURES_GET',
  'the link state': 'LINKSTATE_GET',
  'the channels': 'CHANNELS_GET',
} as const satisfies Record<string, EthtoolOperationName>;
export type QueryWords = keyof typeof QUERIES;

const DEV_INDEX = 1;
const DEV_NAME = 2;
const HEADER_FLAGS = 3;

/** Netlink and generic netlink header: where the attributes start in a message. */
export const ATTRIBUTES_AT = 20;
export const ATTRIBUTE_HEADER = 4;

const encoder = new TextEncoder();

export const nameAttribute = (name: string): Uint8Array => encodeAttribute(DEV_NAME, encoder.encode(`${name}\0`));
export const indexAttribute = (index: number): Uint8Array => encodeAttribute(DEV_INDEX, fourBytes(index));
export const flagsAttribute = (flags: number): Uint8Array => encodeAttribute(HEADER_FLAGS, fourBytes(flags));
/** An index of a wrong length. */
export const indexOfLength = (length: number): Uint8Array => encodeAttribute(DEV_INDEX, new Uint8Array(length).fill(1));
/** A name of so many bytes without its terminating zero. */
export const unterminatedName = (name: string): Uint8Array => encodeAttribute(DEV_NAME, encoder.encode(name));
export const unknownAttribute = (type: number, length: number): Uint8Array =>
  encodeAttribute(type, new Uint8Array(length));

function fourBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value >>> 0, true);
  return bytes;
}

/** The header attribute of a query, flagged as a nest unless told otherwise. */
export function headerNest(name: EthtoolOperationName, members: Uint8Array, isFlagged = true): Uint8Array {
  const { header, set } = ETHTOOL_OPERATIONS[name];
  const number = set.byName.get(header)?.number ?? 1;
  return encodeAttribute(isFlagged ? number | NLA_F_NESTED : number, members);
}

/** Generic netlink header, then attributes. */
export const genericRequest = (command: number, ...attributes: readonly Uint8Array[]): Uint8Array =>
  concat(Uint8Array.of(command, 1, 0, 0), ...attributes);

export type UnknownPlace = 'behind the header' | 'before the header' | 'in the header';

/** A query with an attribute that no kernel knows, and where that attribute starts in the message. */
export function queryWithUnknown(
  name: EthtoolOperationName,
  netDevice: string,
  place: UnknownPlace,
  type = 0x3f00,
  length = 4,
): { readonly body: Uint8Array; readonly offset: number } {
  const unknown = unknownAttribute(type, length);
  const names = nameAttribute(netDevice);
  const { command } = ETHTOOL_OPERATIONS[name];
  switch (place) {
    case 'behind the header': {
      const header = headerNest(name, names);
      return { body: genericRequest(command, header, unknown), offset: ATTRIBUTES_AT + header.length };
    }
    case 'before the header':
      return { body: genericRequest(command, unknown, headerNest(name, names)), offset: ATTRIBUTES_AT };
    case 'in the header':
      return {
        body: genericRequest(command, headerNest(name, concat(names, unknown))),
        offset: ATTRIBUTES_AT + ATTRIBUTE_HEADER + names.length,
      };
  }
}

export const unknownPlace = fc.constantFrom<UnknownPlace>('behind the header', 'before the header', 'in the header');
/** Numbers far above those of any kernel yet. */
export const unknownType = fc.integer({ min: 0x1000, max: 0x3fff });

/** Changes of single bytes, by place and value. */
export const byteChanges = fc.array(fc.tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 0, max: 255 })), {
  minLength: 1,
  maxLength: 4,
});
