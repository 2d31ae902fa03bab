/** The "devlink" generic netlink family: commands with what each takes (net/devlink/netlink_gen.c), and the uAPI's numbers. */
import type { Policy, Validation } from '../validate.js';
import { DEVLINK } from './devlinkAttributes.js';

export const DEVLINK_GENL_NAME = 'devlink';
export const DEVLINK_GENL_VERSION = 1;
export const DEVLINK_GENL_MCGRP_CONFIG_NAME = 'config';

/** enum devlink_command. */
export const DEVLINK_CMD = {
  GET: 1,
  SET: 2,
  NEW: 3,
  DEL: 4,
  PORT_GET: 5,
  PORT_SET: 6,
  PORT_NEW: 7,
  PORT_DEL: 8,
  PORT_SPLIT: 9,
  PORT_UNSPLIT: 10,
  SB_GET: 11,
  SB_SET: 12,
  SB_NEW: 13,
  SB_DEL: 14,
  SB_POOL_GET: 15,
  SB_POOL_SET: 16,
  SB_POOL_NEW: 17,
  SB_POOL_DEL: 18,
  SB_PORT_POOL_GET: 19,
  SB_PORT_POOL_SET: 20,
  SB_PORT_POOL_NEW: 21,
  SB_PORT_POOL_DEL: 22,
  SB_TC_POOL_BIND_GET: 23,
  SB_TC_POOL_BIND_SET: 24,
  SB_TC_POOL_BIND_NEW: 25,
  SB_TC_POOL_BIND_DEL: 26,
  SB_OCC_SNAPSHOT: 27,
  SB_OCC_MAX_CLEAR: 28,
  ESWITCH_GET: 29,
  ESWITCH_SET: 30,
  DPIPE_TABLE_GET: 31,
  DPIPE_ENTRIES_GET: 32,
  DPIPE_HEADERS_GET: 33,
  DPIPE_TABLE_COUNTERS_SET: 34,
  RESOURCE_SET: 35,
  RESOURCE_DUMP: 36,
  RELOAD: 37,
  PARAM_GET: 38,
  PARAM_SET: 39,
  PARAM_NEW: 40,
  PARAM_DEL: 41,
  REGION_GET: 42,
  REGION_SET: 43,
  REGION_NEW: 44,
  REGION_DEL: 45,
  REGION_READ: 46,
  PORT_PARAM_GET: 47,
  PORT_PARAM_SET: 48,
  PORT_PARAM_NEW: 49,
  PORT_PARAM_DEL: 50,
  INFO_GET: 51,
  HEALTH_REPORTER_GET: 52,
  HEALTH_REPORTER_SET: 53,
  HEALTH_REPORTER_RECOVER: 54,
  HEALTH_REPORTER_DIAGNOSE: 55,
  HEALTH_REPORTER_DUMP_GET: 56,
  HEALTH_REPORTER_DUMP_CLEAR: 57,
  FLASH_UPDATE: 58,
  FLASH_UPDATE_END: 59,
  FLASH_UPDATE_STATUS: 60,
  TRAP_GET: 61,
  TRAP_SET: 62,
  TRAP_NEW: 63,
  TRAP_DEL: 64,
  TRAP_GROUP_GET: 65,
  TRAP_GROUP_SET: 66,
  TRAP_GROUP_NEW: 67,
  TRAP_GROUP_DEL: 68,
  TRAP_POLICER_GET: 69,
  TRAP_POLICER_SET: 70,
  TRAP_POLICER_NEW: 71,
  TRAP_POLICER_DEL: 72,
  HEALTH_REPORTER_TEST: 73,
  RATE_GET: 74,
  RATE_SET: 75,
  RATE_NEW: 76,
  RATE_DEL: 77,
  LINECARD_GET: 78,
  LINECARD_SET: 79,
  LINECARD_NEW: 80,
  LINECARD_DEL: 81,
  SELFTESTS_GET: 82,
  SELFTESTS_RUN: 83,
  NOTIFY_FILTER_SET: 84,
} as const;
export type DevlinkCommand = keyof typeof DEVLINK_CMD;

/** The numbers of the uAPI behind the words. */
export const DEVLINK_PORT_TYPES = ['notset', 'auto', 'eth', 'ib'] as const;
export const DEVLINK_PORT_FLAVOURS = [
  'physical',
  'cpu',
  'dsa',
  'pcipf',
  'pcivf',
  'virtual',
  'unused',
  'pcisf',
] as const;
export const DEVLINK_ESWITCH_MODES = ['legacy', 'switchdev'] as const;
export const DEVLINK_INLINE_MODES = ['none', 'link', 'network', 'transport'] as const;
export const DEVLINK_ENCAP_MODES = ['none', 'basic'] as const;
export const DEVLINK_PARAM_CMODES = ['runtime', 'driverinit', 'permanent'] as const;
export const DEVLINK_RELOAD_ACTIONS = ['unspec', 'driver_reinit', 'fw_activate'] as const;
export const DEVLINK_RELOAD_LIMITS = ['unspec', 'no_reset'] as const;
export const DEVLINK_TRAP_ACTIONS = ['drop', 'trap', 'mirror'] as const;
export const DEVLINK_TRAP_TYPES = ['drop', 'exception', 'control'] as const;
export const DEVLINK_HEALTH_STATES = ['healthy', 'error'] as const;
export const DEVLINK_RATE_TYPES = ['leaf', 'node'] as const;
export const DEVLINK_SELFTEST_RESULTS = ['skip', 'pass', 'fail'] as const;
export const DEVLINK_SB_POOL_TYPES = ['ingress', 'egress'] as const;
export const DEVLINK_SB_THRESHOLD_TYPES = ['static', 'dynamic'] as const;
export const DEVLINK_FUNCTION_STATES = ['inactive', 'active'] as const;
export const DEVLINK_FUNCTION_OPSTATES = ['detached', 'attached'] as const;
/** enum devlink_port_fn_attr_cap, by bit. */
export const DEVLINK_FUNCTION_CAPABILITIES = ['roce', 'migratable', 'ipsec_crypto', 'ipsec_packet'] as const;

/** linux/netlink.h, enum netlink_attribute_type's numbers that DEVLINK_ATTR_PARAM_TYPE and formatted messages use. */
export const NLA_U8 = 1;
export const NLA_U16 = 2;
export const NLA_U32 = 3;
export const NLA_U64 = 4;
export const NLA_STRING = 5;
export const NLA_FLAG = 6;
export const NLA_NUL_STRING = 10;
export const NLA_BINARY = 11;

/** What a command looks up before its handler runs: devlink_nl_pre_doit() and its kin. */
export type DevlinkTarget = 'nothing' | 'instance' | 'port' | 'port-optional';

export interface DevlinkCommandSpec {
  /** Attributes of a request beside the handle, without DEVLINK_ATTR_; absent: it cannot be asked for one object. */
  readonly takes?: readonly string[];
  /** Those of them that devlink_nl_ops names in no policy. */
  readonly unlisted?: readonly string[];
  readonly needs?: DevlinkTarget;
  /** Whether unknown attributes of a request are refused. */
  readonly strict?: true;
  readonly dumps?: { readonly takes: readonly string[]; readonly checks: 'strict' | 'liberal' | 'none' };
  readonly privileged?: true;
}

/** devlink_nl_ops. */
export const DEVLINK_COMMANDS: Readonly<Partial<Record<DevlinkCommand, DevlinkCommandSpec>>> = {
  GET: { takes: [], needs: 'instance', dumps: { takes: [], checks: 'none' } },
  PORT_GET: { takes: ['PORT_INDEX'], needs: 'port', dumps: { takes: [], checks: 'strict' } },
  PORT_SET: { takes: ['PORT_INDEX', 'PORT_TYPE', 'PORT_FUNCTION'], needs: 'port', privileged: true },
  PORT_NEW: {
    takes: ['PORT_INDEX', 'PORT_FLAVOUR', 'PORT_PCI_PF_NUMBER', 'PORT_PCI_SF_NUMBER', 'PORT_CONTROLLER_NUMBER'],
    needs: 'instance',
    privileged: true,
  },
  PORT_DEL: { takes: ['PORT_INDEX'], needs: 'port', privileged: true },
  PORT_SPLIT: { takes: ['PORT_INDEX', 'PORT_SPLIT_COUNT'], needs: 'port', privileged: true },
  PORT_UNSPLIT: { takes: ['PORT_INDEX'], needs: 'port', privileged: true },
  SB_GET: { takes: ['SB_INDEX'], needs: 'instance', dumps: { takes: [], checks: 'strict' } },
  SB_POOL_GET: { takes: ['SB_INDEX', 'SB_POOL_INDEX'], needs: 'instance', dumps: { takes: [], checks: 'strict' } },
  SB_POOL_SET: {
    takes: ['SB_INDEX', 'SB_POOL_INDEX', 'SB_POOL_THRESHOLD_TYPE', 'SB_POOL_SIZE'],
    needs: 'instance',
    privileged: true,
  },
  SB_PORT_POOL_GET: {
    takes: ['PORT_INDEX', 'SB_INDEX', 'SB_POOL_INDEX'],
    needs: 'port',
    dumps: { takes: [], checks: 'strict' },
  },
  SB_PORT_POOL_SET: {
    takes: ['PORT_INDEX', 'SB_INDEX', 'SB_POOL_INDEX', 'SB_THRESHOLD'],
    needs: 'port',
    privileged: true,
  },
  SB_TC_POOL_BIND_GET: {
    takes: ['PORT_INDEX', 'SB_INDEX', 'SB_POOL_TYPE', 'SB_TC_INDEX'],
    needs: 'port',
    dumps: { takes: [], checks: 'strict' },
  },
  SB_TC_POOL_BIND_SET: {
    takes: ['PORT_INDEX', 'SB_INDEX', 'SB_POOL_INDEX', 'SB_POOL_TYPE', 'SB_TC_INDEX', 'SB_THRESHOLD'],
    needs: 'port',
    privileged: true,
  },
  SB_OCC_SNAPSHOT: { takes: ['SB_INDEX'], needs: 'instance', privileged: true },
  SB_OCC_MAX_CLEAR: { takes: ['SB_INDEX'], needs: 'instance', privileged: true },
  ESWITCH_GET: { takes: [], needs: 'instance', privileged: true },
  ESWITCH_SET: {
    takes: ['ESWITCH_MODE', 'ESWITCH_INLINE_MODE', 'ESWITCH_ENCAP_MODE'],
    needs: 'instance',
    privileged: true,
  },
  DPIPE_TABLE_GET: { takes: ['DPIPE_TABLE_NAME'], needs: 'instance' },
  DPIPE_ENTRIES_GET: { takes: ['DPIPE_TABLE_NAME'], needs: 'instance' },
  DPIPE_HEADERS_GET: { takes: [], needs: 'instance' },
  DPIPE_TABLE_COUNTERS_SET: {
    takes: ['DPIPE_TABLE_NAME', 'DPIPE_TABLE_COUNTERS_ENABLED'],
    needs: 'instance',
    privileged: true,
  },
  RESOURCE_SET: { takes: ['RESOURCE_ID', 'RESOURCE_SIZE'], needs: 'instance', privileged: true },
  RESOURCE_DUMP: { takes: [], needs: 'instance' },
  RELOAD: {
    takes: ['RELOAD_ACTION', 'RELOAD_LIMITS', 'NETNS_PID', 'NETNS_FD', 'NETNS_ID'],
    needs: 'instance',
    privileged: true,
  },
  PARAM_GET: { takes: ['PARAM_NAME'], needs: 'instance', dumps: { takes: [], checks: 'strict' } },
  PARAM_SET: {
    takes: ['PARAM_NAME', 'PARAM_TYPE', 'PARAM_VALUE_CMODE', 'PARAM_VALUE_DATA'],
    unlisted: ['PARAM_VALUE_DATA'],
    needs: 'instance',
    privileged: true,
  },
  REGION_GET: { takes: ['PORT_INDEX', 'REGION_NAME'], needs: 'port-optional', dumps: { takes: [], checks: 'strict' } },
  REGION_NEW: { takes: ['PORT_INDEX', 'REGION_NAME', 'REGION_SNAPSHOT_ID'], needs: 'port-optional', privileged: true },
  REGION_DEL: { takes: ['PORT_INDEX', 'REGION_NAME', 'REGION_SNAPSHOT_ID'], needs: 'port-optional', privileged: true },
  REGION_READ: {
    dumps: {
      takes: [
        'PORT_INDEX',
        'REGION_NAME',
        'REGION_SNAPSHOT_ID',
        'REGION_DIRECT',
        'REGION_CHUNK_ADDR',
        'REGION_CHUNK_LEN',
      ],
      checks: 'liberal',
    },
    privileged: true,
  },
  PORT_PARAM_GET: { takes: ['PORT_INDEX'], needs: 'port', dumps: { takes: [], checks: 'liberal' } },
  PORT_PARAM_SET: { takes: ['PORT_INDEX'], needs: 'port', privileged: true },
  INFO_GET: { takes: [], needs: 'instance', dumps: { takes: [], checks: 'none' } },
  HEALTH_REPORTER_GET: {
    takes: ['PORT_INDEX', 'HEALTH_REPORTER_NAME'],
    needs: 'port-optional',
    dumps: { takes: ['PORT_INDEX'], checks: 'strict' },
  },
  HEALTH_REPORTER_SET: {
    takes: [
      'PORT_INDEX',
      'HEALTH_REPORTER_NAME',
      'HEALTH_REPORTER_GRACEFUL_PERIOD',
      'HEALTH_REPORTER_AUTO_RECOVER',
      'HEALTH_REPORTER_AUTO_DUMP',
    ],
    needs: 'port-optional',
    privileged: true,
  },
  HEALTH_REPORTER_RECOVER: { takes: ['PORT_INDEX', 'HEALTH_REPORTER_NAME'], needs: 'port-optional', privileged: true },
  HEALTH_REPORTER_DIAGNOSE: { takes: ['PORT_INDEX', 'HEALTH_REPORTER_NAME'], needs: 'port-optional', privileged: true },
  HEALTH_REPORTER_DUMP_GET: {
    dumps: { takes: ['PORT_INDEX', 'HEALTH_REPORTER_NAME'], checks: 'liberal' },
    privileged: true,
  },
  HEALTH_REPORTER_DUMP_CLEAR: {
    takes: ['PORT_INDEX', 'HEALTH_REPORTER_NAME'],
    needs: 'port-optional',
    privileged: true,
  },
  FLASH_UPDATE: {
    takes: ['FLASH_UPDATE_FILE_NAME', 'FLASH_UPDATE_COMPONENT', 'FLASH_UPDATE_OVERWRITE_MASK'],
    needs: 'instance',
    privileged: true,
  },
  TRAP_GET: { takes: ['TRAP_NAME'], needs: 'instance', dumps: { takes: [], checks: 'strict' } },
  TRAP_SET: { takes: ['TRAP_NAME', 'TRAP_ACTION'], needs: 'instance', privileged: true },
  TRAP_GROUP_GET: { takes: ['TRAP_GROUP_NAME'], needs: 'instance', dumps: { takes: [], checks: 'strict' } },
  TRAP_GROUP_SET: { takes: ['TRAP_GROUP_NAME', 'TRAP_ACTION', 'TRAP_POLICER_ID'], needs: 'instance', privileged: true },
  TRAP_POLICER_GET: { takes: ['TRAP_POLICER_ID'], needs: 'instance', dumps: { takes: [], checks: 'strict' } },
  TRAP_POLICER_SET: {
    takes: ['TRAP_POLICER_ID', 'TRAP_POLICER_RATE', 'TRAP_POLICER_BURST'],
    needs: 'instance',
    privileged: true,
  },
  HEALTH_REPORTER_TEST: { takes: ['PORT_INDEX', 'HEALTH_REPORTER_NAME'], needs: 'port-optional', privileged: true },
  RATE_GET: { takes: ['PORT_INDEX', 'RATE_NODE_NAME'], needs: 'instance', dumps: { takes: [], checks: 'strict' } },
  RATE_SET: {
    takes: [
      'PORT_INDEX',
      'RATE_NODE_NAME',
      'RATE_TX_SHARE',
      'RATE_TX_MAX',
      'RATE_TX_PRIORITY',
      'RATE_TX_WEIGHT',
      'RATE_PARENT_NODE_NAME',
    ],
    needs: 'instance',
    privileged: true,
  },
  RATE_NEW: {
    takes: [
      'RATE_NODE_NAME',
      'RATE_TX_SHARE',
      'RATE_TX_MAX',
      'RATE_TX_PRIORITY',
      'RATE_TX_WEIGHT',
      'RATE_PARENT_NODE_NAME',
    ],
    needs: 'instance',
    privileged: true,
  },
  RATE_DEL: { takes: ['RATE_NODE_NAME'], needs: 'instance', privileged: true },
  LINECARD_GET: { takes: ['LINECARD_INDEX'], needs: 'instance', dumps: { takes: [], checks: 'strict' } },
  LINECARD_SET: { takes: ['LINECARD_INDEX', 'LINECARD_TYPE'], needs: 'instance', privileged: true },
  SELFTESTS_GET: { takes: [], needs: 'instance', dumps: { takes: [], checks: 'none' } },
  SELFTESTS_RUN: { takes: ['SELFTESTS'], needs: 'instance', privileged: true },
  NOTIFY_FILTER_SET: { takes: ['PORT_INDEX'], needs: 'nothing', strict: true },
};

const HANDLE = ['BUS_NAME', 'DEV_NAME'];

const accepting = (names: readonly string[]): Policy => ({
  set: DEVLINK,
  accepts: Object.fromEntries([...HANDLE, ...names].map((each) => [`DEVLINK_ATTR_${each}`, true])),
});

export interface DevlinkPolicies {
  readonly policy: Policy;
  readonly validation: Validation;
  readonly dumpPolicy: Policy;
  readonly dumpValidation: Validation;
}

/** genl_family_rcv_msg_attrs_parse(): GENL_DONT_VALIDATE_STRICT makes a check liberal; without a policy nothing is looked at. */
export function devlinkPolicies({ takes = [], unlisted = [], strict, dumps }: DevlinkCommandSpec): DevlinkPolicies {
  const checks = dumps?.checks ?? 'strict';
  return {
    policy: { ...accepting(takes), unlisted: unlisted.map((each) => `DEVLINK_ATTR_${each}`) },
    validation: strict === true ? 'strict' : 'liberal',
    dumpPolicy: checks === 'none' ? { set: DEVLINK, accepts: {} } : accepting(dumps?.takes ?? []),
    dumpValidation: checks === 'strict' ? 'strict' : 'liberal',
  };
}
