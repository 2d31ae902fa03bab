/** What a kernel tells of its policies: NL_POLICY_TYPE_ATTR_* of linux/netlink.h, __netlink_policy_dump_write_attr() of net/netlink/policy.c. */
import { attributeSet, s64, u32, u64, type AttributeSet, type AttributeType, type Values } from './schema.js';

/** enum netlink_attribute_type. */
export const NL_ATTR_TYPE = {
  flag: 1,
  u8: 2,
  u16: 3,
  u32: 4,
  u64: 5,
  s8: 6,
  s16: 7,
  s32: 8,
  s64: 9,
  binary: 10,
  string: 11,
  nulString: 12,
  nested: 13,
  nestedArray: 14,
  bitfield32: 15,
  sint: 16,
  uint: 17,
} as const;

export const POLICY_TYPE: AttributeSet = attributeSet('NL_POLICY_TYPE_ATTR', [
  [1, 'NL_POLICY_TYPE_ATTR_TYPE', u32],
  [2, 'NL_POLICY_TYPE_ATTR_MIN_VALUE_S', s64],
  [3, 'NL_POLICY_TYPE_ATTR_MAX_VALUE_S', s64],
  [4, 'NL_POLICY_TYPE_ATTR_MIN_VALUE_U', u64],
  [5, 'NL_POLICY_TYPE_ATTR_MAX_VALUE_U', u64],
  [6, 'NL_POLICY_TYPE_ATTR_MIN_LENGTH', u32],
  [7, 'NL_POLICY_TYPE_ATTR_MAX_LENGTH', u32],
  [8, 'NL_POLICY_TYPE_ATTR_POLICY_IDX', u32],
  [9, 'NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE', u32],
  [10, 'NL_POLICY_TYPE_ATTR_BITFIELD32_MASK', u32],
  [12, 'NL_POLICY_TYPE_ATTR_MASK', u64],
]);

/** nla_get_range_unsigned(), nla_get_range_signed(): what a kind can hold at all. */
const RANGES = {
  u8: [0n, 0xffn],
  u16: [0n, 0xffffn],
  u32: [0n, 0xffff_ffffn],
  u64: [0n, 0xffff_ffff_ffff_ffffn],
  uint: [0n, 0xffff_ffff_ffff_ffffn],
  s32: [-0x8000_0000n, 0x7fff_ffffn],
  s64: [-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn],
} as const;

/** Of a nest: the number of its own policy in the dump, and the highest attribute of that. */
export interface NestedPolicy {
  readonly index: number;
  readonly maxType: number;
}

/** Undefined for what the kernel does not tell of: NLA_UNSPEC, NLA_REJECT and numbers in network order. */
export function describeType(type: AttributeType, nested?: NestedPolicy): Values | undefined {
  switch (type.kind) {
    case 'u8':
    case 'u16':
    case 'u32':
    case 'u64':
    case 'uint': {
      const kind = { NL_POLICY_TYPE_ATTR_TYPE: NL_ATTR_TYPE[type.kind] };
      if (type.mask !== undefined) return { NL_POLICY_TYPE_ATTR_MASK: BigInt(type.mask), ...kind };
      const [min, max] = RANGES[type.kind];
      return {
        NL_POLICY_TYPE_ATTR_MIN_VALUE_U: type.min === undefined ? min : BigInt(type.min),
        NL_POLICY_TYPE_ATTR_MAX_VALUE_U: type.max === undefined ? max : BigInt(type.max),
        ...kind,
      };
    }
    case 's32':
    case 's64': {
      const [min, max] = RANGES[type.kind];
      return {
        NL_POLICY_TYPE_ATTR_MIN_VALUE_S: type.min === undefined ? min : BigInt(type.min),
        NL_POLICY_TYPE_ATTR_MAX_VALUE_S: type.max === undefined ? max : BigInt(type.max),
        NL_POLICY_TYPE_ATTR_TYPE: NL_ATTR_TYPE[type.kind],
      };
    }
    case 'bitfield32':
      return { NL_POLICY_TYPE_ATTR_BITFIELD32_MASK: type.valid, NL_POLICY_TYPE_ATTR_TYPE: NL_ATTR_TYPE.bitfield32 };
    case 'flag':
      return { NL_POLICY_TYPE_ATTR_TYPE: NL_ATTR_TYPE.flag };
    case 'string':
      return {
        ...(type.maxLength === undefined ? {} : { NL_POLICY_TYPE_ATTR_MAX_LENGTH: type.maxLength }),
        NL_POLICY_TYPE_ATTR_TYPE: type.terminated === true ? NL_ATTR_TYPE.nulString : NL_ATTR_TYPE.string,
      };
    case 'binary':
      return {
        ...(type.minLength === undefined || type.minLength === 0
          ? {}
          : { NL_POLICY_TYPE_ATTR_MIN_LENGTH: type.minLength }),
        ...(type.maxLength === undefined ? {} : { NL_POLICY_TYPE_ATTR_MAX_LENGTH: type.maxLength }),
        NL_POLICY_TYPE_ATTR_TYPE: NL_ATTR_TYPE.binary,
      };
    case 'struct':
    case 'u32-array':
      return { NL_POLICY_TYPE_ATTR_TYPE: NL_ATTR_TYPE.binary };
    case 'nest':
    case 'indexed':
      return {
        ...(nested === undefined
          ? {}
          : {
              NL_POLICY_TYPE_ATTR_POLICY_IDX: nested.index,
              NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE: nested.maxType,
            }),
        NL_POLICY_TYPE_ATTR_TYPE: type.kind === 'nest' ? NL_ATTR_TYPE.nested : NL_ATTR_TYPE.nestedArray,
      };
    case 'be32':
    case 'be64':
      // NLA_U32 and NLA_U64 whose readers know the order; with a bound it is NLA_BE32, which is not told.
      return type.max === undefined ? describeType({ kind: type.kind === 'be32' ? 'u32' : 'u64' }) : undefined;
    case 'be16':
    case 'reject':
      return undefined;
  }
}
