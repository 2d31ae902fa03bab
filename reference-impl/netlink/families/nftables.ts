/** nf_tables: messages and what they hold (linux/netfilter/nf_tables.h). Integers are in network byte order. */
import { attributeSet, be16, be32, be64, binary, u32, type AttributeSet, type AttributeType } from '../schema.js';
import { NFNL_SUBSYS_NFTABLES } from './nfnetlink.js';

/** enum nf_tables_msg_types. */
export const NFT_MSG = {
  NEWTABLE: 0,
  GETTABLE: 1,
  DELTABLE: 2,
  NEWCHAIN: 3,
  GETCHAIN: 4,
  DELCHAIN: 5,
  NEWRULE: 6,
  GETRULE: 7,
  DELRULE: 8,
  NEWSET: 9,
  GETSET: 10,
  DELSET: 11,
  NEWSETELEM: 12,
  GETSETELEM: 13,
  DELSETELEM: 14,
  NEWGEN: 15,
  GETGEN: 16,
  TRACE: 17,
  NEWOBJ: 18,
  GETOBJ: 19,
  DELOBJ: 20,
  GETOBJ_RESET: 21,
  NEWFLOWTABLE: 22,
  GETFLOWTABLE: 23,
  DELFLOWTABLE: 24,
  GETRULE_RESET: 25,
  DESTROYTABLE: 26,
  DESTROYCHAIN: 27,
  DESTROYRULE: 28,
  DESTROYSET: 29,
  DESTROYSETELEM: 30,
  DESTROYOBJ: 31,
  DESTROYFLOWTABLE: 32,
  GETSETELEM_RESET: 33,
} as const;
export type NftMessageName = keyof typeof NFT_MSG;
/** nfnl_msg_type(). */
export const nftType = (name: NftMessageName): number => (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG[name];

export const NFT_NAME_MAXLEN = 256;
export const NFT_USERDATA_MAXLEN = 256;
/** NFT_MODULE_AUTOLOAD_LIMIT: MODULE_NAME_LEN less the longest prefix. */
const NFT_MODULE_AUTOLOAD_LIMIT = 56 - 'nft-expr-255-'.length - 1;

/** enum nft_table_flags. */
export const NFT_TABLE_F_DORMANT = 0x1;
export const NFT_TABLE_F_OWNER = 0x2;
export const NFT_TABLE_F_PERSIST = 0x4;
export const NFT_TABLE_F_MASK = NFT_TABLE_F_DORMANT | NFT_TABLE_F_OWNER | NFT_TABLE_F_PERSIST;

/** enum nft_chain_flags. */
export const NFT_CHAIN_BASE = 1 << 0;
export const NFT_CHAIN_HW_OFFLOAD = 1 << 1;
export const NFT_CHAIN_BINDING = 1 << 2;
export const NFT_CHAIN_FLAGS = NFT_CHAIN_BASE | NFT_CHAIN_HW_OFFLOAD | NFT_CHAIN_BINDING;

/** enum nft_set_flags. */
export const NFT_SET_ANONYMOUS = 0x1;
export const NFT_SET_CONSTANT = 0x2;
export const NFT_SET_INTERVAL = 0x4;
export const NFT_SET_MAP = 0x8;
export const NFT_SET_TIMEOUT = 0x10;
export const NFT_SET_EVAL = 0x20;
export const NFT_SET_OBJECT = 0x40;
export const NFT_SET_CONCAT = 0x80;
export const NFT_SET_EXPR = 0x100;
/** enum nft_set_elem_flags. */
export const NFT_SET_ELEM_INTERVAL_END = 0x1;
export const NFT_SET_ELEM_CATCHALL = 0x2;

export const NFT_DATA_VALUE = 0;
export const NFT_DATA_VERDICT = 0xffff_ff00;
export const NFT_DATA_RESERVED_MASK = 0xffff_ff00;
export const NFT_DATA_VALUE_MAXLEN = 64;

export const NFT_OBJECT_COUNTER = 1;
export const NFT_OBJECT_QUOTA = 2;
export const NFT_OBJECT_LIMIT = 4;

const name: AttributeType = { kind: 'string', maxLength: NFT_NAME_MAXLEN - 1 };
const moduleName: AttributeType = { kind: 'string', maxLength: NFT_MODULE_AUTOLOAD_LIMIT };
const deviceName: AttributeType = { kind: 'string', maxLength: 15 };
const userData: AttributeType = { kind: 'binary', maxLength: NFT_USERDATA_MAXLEN };
/** nla_nest_start_noflag(). */
const plainNest = (set: () => AttributeSet): AttributeType => ({ kind: 'nest', set, unflagged: true });

export const NFTA_TABLE = attributeSet('NFTA_TABLE', [
  [1, 'NFTA_TABLE_NAME', name],
  [2, 'NFTA_TABLE_FLAGS', be32],
  [3, 'NFTA_TABLE_USE', be32],
  [4, 'NFTA_TABLE_HANDLE', be64],
  [5, 'NFTA_TABLE_PAD', binary],
  [6, 'NFTA_TABLE_USERDATA', userData],
  [7, 'NFTA_TABLE_OWNER', be32],
]);

export const NFTA_DEVICES = attributeSet('NFTA_DEVICE', [[1, 'NFTA_DEVICE_NAME', deviceName, 'repeats']]);

export const NFTA_HOOK = attributeSet('NFTA_HOOK', [
  [1, 'NFTA_HOOK_HOOKNUM', be32],
  [2, 'NFTA_HOOK_PRIORITY', be32],
  [3, 'NFTA_HOOK_DEV', deviceName],
  [4, 'NFTA_HOOK_DEVS', plainNest(() => NFTA_DEVICES)],
]);

export const NFTA_COUNTER = attributeSet('NFTA_COUNTER', [
  [1, 'NFTA_COUNTER_BYTES', be64],
  [2, 'NFTA_COUNTER_PACKETS', be64],
  [3, 'NFTA_COUNTER_PAD', binary],
]);

export const NFTA_CHAIN = attributeSet('NFTA_CHAIN', [
  [1, 'NFTA_CHAIN_TABLE', name],
  [2, 'NFTA_CHAIN_HANDLE', be64],
  [3, 'NFTA_CHAIN_NAME', name],
  [4, 'NFTA_CHAIN_HOOK', plainNest(() => NFTA_HOOK)],
  [5, 'NFTA_CHAIN_POLICY', be32],
  [6, 'NFTA_CHAIN_USE', be32],
  [7, 'NFTA_CHAIN_TYPE', moduleName],
  [8, 'NFTA_CHAIN_COUNTERS', plainNest(() => NFTA_COUNTER)],
  [9, 'NFTA_CHAIN_PAD', binary],
  [10, 'NFTA_CHAIN_FLAGS', be32],
  [11, 'NFTA_CHAIN_ID', be32],
  [12, 'NFTA_CHAIN_USERDATA', userData],
]);

/** The data have the form of the expression's type. */
export const NFTA_EXPR = attributeSet('NFTA_EXPR', [
  [1, 'NFTA_EXPR_NAME', moduleName],
  [2, 'NFTA_EXPR_DATA', binary],
]);

export const NFTA_EXPR_LIST = attributeSet('NFTA_LIST', [[1, 'NFTA_LIST_ELEM', plainNest(() => NFTA_EXPR), 'repeats']]);

export const NFTA_RULE = attributeSet('NFTA_RULE', [
  [1, 'NFTA_RULE_TABLE', name],
  [2, 'NFTA_RULE_CHAIN', name],
  [3, 'NFTA_RULE_HANDLE', be64],
  [4, 'NFTA_RULE_EXPRESSIONS', plainNest(() => NFTA_EXPR_LIST)],
  [5, 'NFTA_RULE_COMPAT', binary],
  [6, 'NFTA_RULE_POSITION', be64],
  [7, 'NFTA_RULE_USERDATA', userData],
  [8, 'NFTA_RULE_PAD', binary],
  [9, 'NFTA_RULE_ID', be32],
  [10, 'NFTA_RULE_POSITION_ID', be32],
  [11, 'NFTA_RULE_CHAIN_ID', be32],
]);

export const NFTA_VERDICT = attributeSet('NFTA_VERDICT', [
  [1, 'NFTA_VERDICT_CODE', be32],
  [2, 'NFTA_VERDICT_CHAIN', name],
  [3, 'NFTA_VERDICT_CHAIN_ID', be32],
]);

export const NFTA_DATA = attributeSet('NFTA_DATA', [
  [1, 'NFTA_DATA_VALUE', binary],
  [2, 'NFTA_DATA_VERDICT', plainNest(() => NFTA_VERDICT)],
]);

export const NFTA_SET_FIELD = attributeSet('NFTA_SET_FIELD', [[1, 'NFTA_SET_FIELD_LEN', be32]]);
export const NFTA_SET_FIELDS = attributeSet('NFTA_LIST', [
  [1, 'NFTA_LIST_ELEM', plainNest(() => NFTA_SET_FIELD), 'repeats'],
]);
export const NFTA_SET_DESC = attributeSet('NFTA_SET_DESC', [
  [1, 'NFTA_SET_DESC_SIZE', be32],
  [2, 'NFTA_SET_DESC_CONCAT', plainNest(() => NFTA_SET_FIELDS)],
]);

export const NFTA_SET = attributeSet('NFTA_SET', [
  [1, 'NFTA_SET_TABLE', name],
  [2, 'NFTA_SET_NAME', name],
  [3, 'NFTA_SET_FLAGS', be32],
  [4, 'NFTA_SET_KEY_TYPE', be32],
  [5, 'NFTA_SET_KEY_LEN', be32],
  [6, 'NFTA_SET_DATA_TYPE', be32],
  [7, 'NFTA_SET_DATA_LEN', be32],
  [8, 'NFTA_SET_POLICY', be32],
  [9, 'NFTA_SET_DESC', plainNest(() => NFTA_SET_DESC)],
  [10, 'NFTA_SET_ID', be32],
  [11, 'NFTA_SET_TIMEOUT', be64],
  [12, 'NFTA_SET_GC_INTERVAL', be32],
  [13, 'NFTA_SET_USERDATA', userData],
  [14, 'NFTA_SET_PAD', binary],
  [15, 'NFTA_SET_OBJ_TYPE', be32],
  [16, 'NFTA_SET_HANDLE', be64],
  [17, 'NFTA_SET_EXPR', plainNest(() => NFTA_EXPR)],
  [18, 'NFTA_SET_EXPRESSIONS', plainNest(() => NFTA_EXPR_LIST)],
]);

export const NFTA_SET_ELEM = attributeSet('NFTA_SET_ELEM', [
  [1, 'NFTA_SET_ELEM_KEY', plainNest(() => NFTA_DATA)],
  [2, 'NFTA_SET_ELEM_DATA', plainNest(() => NFTA_DATA)],
  [3, 'NFTA_SET_ELEM_FLAGS', be32],
  [4, 'NFTA_SET_ELEM_TIMEOUT', be64],
  [5, 'NFTA_SET_ELEM_EXPIRATION', be64],
  [6, 'NFTA_SET_ELEM_USERDATA', userData],
  [7, 'NFTA_SET_ELEM_EXPR', plainNest(() => NFTA_EXPR)],
  [8, 'NFTA_SET_ELEM_PAD', binary],
  [9, 'NFTA_SET_ELEM_OBJREF', name],
  [10, 'NFTA_SET_ELEM_KEY_END', plainNest(() => NFTA_DATA)],
  [11, 'NFTA_SET_ELEM_EXPRESSIONS', plainNest(() => NFTA_EXPR_LIST)],
]);
export const NFTA_SET_ELEMENTS = attributeSet('NFTA_LIST', [
  [1, 'NFTA_LIST_ELEM', plainNest(() => NFTA_SET_ELEM), 'repeats'],
]);
export const NFTA_SET_ELEM_LIST = attributeSet('NFTA_SET_ELEM_LIST', [
  [1, 'NFTA_SET_ELEM_LIST_TABLE', name],
  [2, 'NFTA_SET_ELEM_LIST_SET', name],
  [3, 'NFTA_SET_ELEM_LIST_ELEMENTS', plainNest(() => NFTA_SET_ELEMENTS)],
  [4, 'NFTA_SET_ELEM_LIST_SET_ID', be32],
]);

/** The data have the form of the object's type. */
export const NFTA_OBJ = attributeSet('NFTA_OBJ', [
  [1, 'NFTA_OBJ_TABLE', name],
  [2, 'NFTA_OBJ_NAME', name],
  [3, 'NFTA_OBJ_TYPE', be32],
  [4, 'NFTA_OBJ_DATA', binary],
  [5, 'NFTA_OBJ_USE', be32],
  [6, 'NFTA_OBJ_HANDLE', be64],
  [7, 'NFTA_OBJ_PAD', binary],
  [8, 'NFTA_OBJ_USERDATA', userData],
]);

/** What is told of a packet that is traced; its number is in the order of the host. */
export const NFTA_TRACE = attributeSet('NFTA_TRACE', [
  [1, 'NFTA_TRACE_TABLE', name],
  [2, 'NFTA_TRACE_CHAIN', name],
  [3, 'NFTA_TRACE_RULE_HANDLE', be64],
  [4, 'NFTA_TRACE_TYPE', be32],
  [5, 'NFTA_TRACE_VERDICT', plainNest(() => NFTA_VERDICT)],
  [6, 'NFTA_TRACE_ID', u32],
  [7, 'NFTA_TRACE_LL_HEADER', binary],
  [8, 'NFTA_TRACE_NETWORK_HEADER', binary],
  [9, 'NFTA_TRACE_TRANSPORT_HEADER', binary],
  [10, 'NFTA_TRACE_IIF', be32],
  [11, 'NFTA_TRACE_IIFTYPE', be16],
  [12, 'NFTA_TRACE_OIF', be32],
  [13, 'NFTA_TRACE_OIFTYPE', be16],
  [14, 'NFTA_TRACE_MARK', be32],
  [15, 'NFTA_TRACE_NFPROTO', be32],
  [16, 'NFTA_TRACE_POLICY', be32],
  [17, 'NFTA_TRACE_PAD', binary],
]);

export const NFTA_FLOWTABLE = attributeSet('NFTA_FLOWTABLE', [
  [1, 'NFTA_FLOWTABLE_TABLE', name],
  [2, 'NFTA_FLOWTABLE_NAME', name],
  [3, 'NFTA_FLOWTABLE_HOOK', binary],
  [4, 'NFTA_FLOWTABLE_USE', be32],
  [5, 'NFTA_FLOWTABLE_HANDLE', be64],
  [6, 'NFTA_FLOWTABLE_PAD', binary],
  [7, 'NFTA_FLOWTABLE_FLAGS', be32],
]);

export const NFTA_GEN = attributeSet('NFTA_GEN', [
  [1, 'NFTA_GEN_ID', be32],
  [2, 'NFTA_GEN_PROC_PID', be32],
  [3, 'NFTA_GEN_PROC_NAME', { kind: 'string' }],
]);
