/** The generic family of teams: include/uapi/linux/if_team.h and Documentation/netlink/specs/team.yaml. */
import { attributeSet, binary, flag, u32, u8, type AttributeType } from '../schema.js';
import type { Policy } from '../validate.js';

export const TEAM_GENL_NAME = 'team';
export const TEAM_GENL_VERSION = 1;
export const TEAM_GENL_CHANGE_EVENT_MC_GRP_NAME = 'change_event';

export const TEAM_CMD_NOOP = 0;
export const TEAM_CMD_OPTIONS_SET = 1;
export const TEAM_CMD_OPTIONS_GET = 2;
export const TEAM_CMD_PORT_LIST_GET = 3;

const TEAM_STRING_MAX_LEN = 32;

/** The kernel writes its nests without NLA_F_NESTED (nla_nest_start_noflag). */
const oldNest = (set: () => ReturnType<typeof attributeSet>): AttributeType => ({ kind: 'nest', set, unflagged: true });

export const TEAM_OPTION = attributeSet('TEAM_ATTR_OPTION', [
  [1, 'TEAM_ATTR_OPTION_NAME', { kind: 'string', maxLength: TEAM_STRING_MAX_LEN }],
  [2, 'TEAM_ATTR_OPTION_CHANGED', flag],
  [3, 'TEAM_ATTR_OPTION_TYPE', u8],
  [4, 'TEAM_ATTR_OPTION_DATA', binary],
  [5, 'TEAM_ATTR_OPTION_REMOVED', flag],
  [6, 'TEAM_ATTR_OPTION_PORT_IFINDEX', u32],
  [7, 'TEAM_ATTR_OPTION_ARRAY_INDEX', u32],
]);

const ITEM_OPTION = attributeSet('TEAM_ATTR_ITEM_OPTION', [
  [1, 'TEAM_ATTR_ITEM_OPTION', oldNest(() => TEAM_OPTION), 'repeats'],
]);

const PORT = attributeSet('TEAM_ATTR_PORT', [
  [1, 'TEAM_ATTR_PORT_IFINDEX', u32],
  [2, 'TEAM_ATTR_PORT_CHANGED', flag],
  [3, 'TEAM_ATTR_PORT_LINKUP', flag],
  [4, 'TEAM_ATTR_PORT_SPEED', u32],
  [5, 'TEAM_ATTR_PORT_DUPLEX', u8],
  [6, 'TEAM_ATTR_PORT_REMOVED', flag],
]);

const ITEM_PORT = attributeSet('TEAM_ATTR_ITEM_PORT', [[1, 'TEAM_ATTR_ITEM_PORT', oldNest(() => PORT), 'repeats']]);

export const TEAM = attributeSet('TEAM_ATTR', [
  [1, 'TEAM_ATTR_TEAM_IFINDEX', u32],
  [2, 'TEAM_ATTR_LIST_OPTION', oldNest(() => ITEM_OPTION)],
  [3, 'TEAM_ATTR_LIST_PORT', oldNest(() => ITEM_PORT)],
]);

/** team_nl_policy. */
export const TEAM_POLICY: Policy = {
  set: TEAM,
  accepts: { TEAM_ATTR_TEAM_IFINDEX: true, TEAM_ATTR_LIST_OPTION: true },
};

/** TEAM_ATTR_OPTION_TYPE is one of NLA_*: how the data of an option is to be read. */
export const OPTION_TYPES = { u32: 3, string: 5, flag: 6, binary: 11, s32: 14 } as const;
export type TeamOptionType = keyof typeof OPTION_TYPES;
export type TeamOptionValue = number | string | boolean | Uint8Array;

const isType = (name: string): name is TeamOptionType => name in OPTION_TYPES;

/** The type with this number; undefined: none. */
export const optionType = (number: number): TeamOptionType | undefined =>
  Object.keys(OPTION_TYPES)
    .filter(isType)
    .find((name) => OPTION_TYPES[name] === number);

/** The data of an option as the attribute holds it; undefined: no attribute, which a flag that is off has not. */
export function encodeOptionData(type: TeamOptionType, value: TeamOptionValue): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return new TextEncoder().encode(`${value}\0`);
  if (type === 'flag' || typeof value === 'boolean') return value === true ? new Uint8Array(0) : undefined;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value >>> 0, true);
  return bytes;
}

export function decodeOptionData(type: TeamOptionType, data: Uint8Array | undefined): TeamOptionValue {
  const bytes = data ?? new Uint8Array(0);
  switch (type) {
    case 'flag':
      return data !== undefined;
    case 'binary':
      return bytes;
    case 'string':
      return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0) < 0 ? bytes.length : bytes.indexOf(0)));
    default: {
      const word = new Uint8Array(4);
      word.set(bytes.subarray(0, 4));
      const view = new DataView(word.buffer);
      return type === 'u32' ? view.getUint32(0, true) : view.getInt32(0, true);
    }
  }
}
