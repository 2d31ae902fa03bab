/** The multicast database of a bridge over netlink: MDBA_*, MDBE_* and struct br_mdb_entry of include/uapi/linux/if_bridge.h. */
import { concat } from '../../packet/bytes.js';
import {
  attributeSet,
  binary,
  decodeAttributes,
  decodeStruct,
  encodeAttributes,
  encodeStruct,
  nest,
  ranged,
  structLength,
  u16,
  u32,
  u8,
  type AttributeType,
  type StructField,
  type Values,
} from '../schema.js';
import type { Policy } from '../validate.js';

/** struct br_port_msg. */
export const BR_PORT_MSG: readonly StructField[] = [
  { name: 'family', kind: 'u8' },
  { name: 'pad', kind: { pad: 3 } },
  { name: 'ifindex', kind: 'u32' },
];

/** struct br_mdb_entry. The address is of four, sixteen or six bytes, by its protocol. */
export const BR_MDB_ENTRY: readonly StructField[] = [
  { name: 'ifindex', kind: 'u32' },
  { name: 'state', kind: 'u8' },
  { name: 'flags', kind: 'u8' },
  { name: 'vid', kind: 'u16' },
  { name: 'addr', kind: { bytes: 16 } },
  { name: 'proto', kind: 'be16' },
  { name: 'pad', kind: { pad: 2 } },
];

export const MDB_TEMPORARY = 0;
export const MDB_PERMANENT = 1;
export const MDB_FLAGS_OFFLOAD = 1 << 0;
export const MDB_FLAGS_FAST_LEAVE = 1 << 1;
export const MDB_FLAGS_STAR_EXCL = 1 << 2;
export const MDB_FLAGS_BLOCKED = 1 << 3;

/** linux/in.h. */
export const MCAST_EXCLUDE = 0;
export const MCAST_INCLUDE = 1;

const unflagged = (set: () => ReturnType<typeof attributeSet>): AttributeType => ({
  kind: 'nest',
  set,
  unflagged: true,
});

const SOURCE = attributeSet('MDBA_MDB_SRCATTR', [
  [1, 'MDBA_MDB_SRCATTR_ADDRESS', binary],
  [2, 'MDBA_MDB_SRCATTR_TIMER', u32],
]);
const SOURCES = attributeSet('MDBA_MDB_SRCLIST', [[1, 'MDBA_MDB_SRCLIST_ENTRY', nest(() => SOURCE), 'repeats']]);

/** What stands behind the struct br_mdb_entry of MDBA_MDB_ENTRY_INFO. */
const ENTRY_INFO = attributeSet('MDBA_MDB_EATTR', [
  [1, 'MDBA_MDB_EATTR_TIMER', u32],
  [2, 'MDBA_MDB_EATTR_SRC_LIST', nest(() => SOURCES)],
  [3, 'MDBA_MDB_EATTR_GROUP_MODE', u8],
  [4, 'MDBA_MDB_EATTR_SOURCE', binary],
  [5, 'MDBA_MDB_EATTR_RTPROT', u8],
]);

/** The entry and its attributes are one attribute's bytes: `encodeEntryInfo` and `decodeEntryInfo`. */
const ENTRY = attributeSet('MDBA_MDB_ENTRY', [[1, 'MDBA_MDB_ENTRY_INFO', binary, 'repeats']]);
const ENTRIES = attributeSet('MDBA_MDB', [[1, 'MDBA_MDB_ENTRY', unflagged(() => ENTRY), 'repeats']]);

/** What stands behind the index of a port in MDBA_ROUTER_PORT. */
const ROUTER_INFO = attributeSet('MDBA_ROUTER_PATTR', [
  [1, 'MDBA_ROUTER_PATTR_TIMER', u32],
  [2, 'MDBA_ROUTER_PATTR_TYPE', u8],
  [3, 'MDBA_ROUTER_PATTR_INET_TIMER', u32],
  [4, 'MDBA_ROUTER_PATTR_INET6_TIMER', u32],
  [5, 'MDBA_ROUTER_PATTR_VID', u16],
]);
const ROUTERS = attributeSet('MDBA_ROUTER', [[1, 'MDBA_ROUTER_PORT', binary, 'repeats']]);

export const MDB = attributeSet('MDBA', [
  [1, 'MDBA_MDB', unflagged(() => ENTRIES)],
  [2, 'MDBA_ROUTER', unflagged(() => ROUTERS)],
]);

const SET_SOURCE = attributeSet('MDBE_SRCATTR', [[1, 'MDBE_SRCATTR_ADDRESS', binary]]);
const SET_SOURCES = attributeSet('MDBE_SRC_LIST', [[1, 'MDBE_SRC_LIST_ENTRY', nest(() => SET_SOURCE), 'repeats']]);

const SET_ATTRIBUTES = attributeSet('MDBE_ATTR', [
  [1, 'MDBE_ATTR_SOURCE', { kind: 'binary', minLength: 4, maxLength: 16 }],
  [2, 'MDBE_ATTR_SRC_LIST', nest(() => SET_SOURCES)],
  [3, 'MDBE_ATTR_GROUP_MODE', ranged('u8', MCAST_EXCLUDE, MCAST_INCLUDE)],
  [4, 'MDBE_ATTR_RTPROT', { kind: 'u8', min: 4 }],
  [10, 'MDBE_ATTR_STATE_MASK', { kind: 'u8', mask: MDB_PERMANENT }],
]);

/** MDBA_SET_ENTRY_*, and MDBA_GET_ENTRY_* with the same numbers. */
export const MDB_SET = attributeSet('MDBA_SET_ENTRY', [
  [1, 'MDBA_SET_ENTRY', binary],
  [2, 'MDBA_SET_ENTRY_ATTRS', nest(() => SET_ATTRIBUTES)],
]);

export const MDB_SET_POLICY: Policy = {
  set: MDB_SET,
  accepts: {
    MDBA_SET_ENTRY: true,
    MDBA_SET_ENTRY_ATTRS: {
      set: SET_ATTRIBUTES,
      accepts: {
        ...Object.fromEntries([...SET_ATTRIBUTES.byName.keys()].map((name) => [name, true])),
        MDBE_ATTR_SRC_LIST: {
          set: SET_SOURCES,
          accepts: {
            MDBE_SRC_LIST_ENTRY: {
              set: SET_SOURCE,
              accepts: { MDBE_SRCATTR_ADDRESS: true },
              requires: ['MDBE_SRCATTR_ADDRESS'],
            },
          },
        },
      },
    },
  },
};

const withHeader = (fields: readonly StructField[], set: ReturnType<typeof attributeSet>) => ({
  encode: (header: Values, attributes: Values): Uint8Array =>
    concat(encodeStruct(fields, header), encodeAttributes(set, attributes)),
  decode: (bytes: Uint8Array): { readonly header: Values; readonly values: Values } => ({
    header: decodeStruct(fields, bytes),
    values: decodeAttributes(set, bytes.subarray(structLength(fields))),
  }),
});

/** MDBA_MDB_ENTRY_INFO: the struct, then attributes. */
export const entryInfo = withHeader(BR_MDB_ENTRY, ENTRY_INFO);
/** MDBA_ROUTER_PORT: the index, then attributes. */
export const routerInfo = withHeader([{ name: 'ifindex', kind: 'u32' }], ROUTER_INFO);
