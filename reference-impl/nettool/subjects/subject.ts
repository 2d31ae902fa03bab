/** Subjects and their keys are data: what `show`, `set`, the completion, the schema and the documentation all read. */
import type { Scalar, ValueType } from '../values.js';

/** How a subject is read and changed. */
export type ChannelName =
  | 'ethtool'
  | 'features'
  | 'link'
  | 'link-statistics'
  | 'bridge'
  | 'bridge-port'
  | 'driver'
  | 'private-statistics'
  | 'statistics-groups'
  | 'hash-fields'
  | 'ntuple'
  | 'rss-contexts'
  | 'fdb'
  | 'bridge-vlan'
  | 'bridge-vlan-options'
  | 'bridge-vlan-global'
  | 'bridge-tree'
  | 'bridge-vlan-tunnel'
  | 'mdb'
  | 'bond'
  | 'vlan'
  | 'vrf'
  | 'bond-member'
  | 'devlink-info'
  | 'devlink-port'
  | 'devlink-eswitch'
  | 'devlink-params'
  | 'devlink-traps'
  | 'devlink-health'
  | 'devlink-resources'
  | 'devlink-rates'
  | 'devlink-regions'
  | 'devlink-trap-groups'
  | 'devlink-trap-policers'
  | 'devlink-function'
  | 'devlink-ports'
  | 'devlink-buffers'
  | 'devlink-pools'
  | 'devlink-thresholds'
  | 'devlink-classes'
  | 'devlink-headers'
  | 'devlink-tables'
  | 'devlink-selftests';

/** `create`: it is said when the device, or the row, is made, and never changes. */
export type Access = 'read' | 'change' | 'create';

export interface KeySpec {
  readonly key: string;
  readonly title: string;
  readonly type: ValueType;
  /** The netlink attribute (or the member of a struct) that holds it. */
  readonly attribute: string;
  readonly access: Access;
  /** It is told, and never shown. */
  readonly unread?: true;
  /** Attribute with the largest, the smallest value. */
  readonly most?: string;
  readonly least?: string;
}

export interface SubjectSpec {
  readonly name: string;
  readonly title: string;
  readonly channel: ChannelName;
  /** Names of operations, ETHTOOL_MSG_ without its prefix. */
  readonly get?: string;
  readonly set?: string;
  /** Asks for statistics beside the settings. */
  readonly statistics?: boolean;
  /** `keys`: one value each; `rows`: a table; `named`: the device names the keys. */
  readonly shape: 'keys' | 'rows' | 'named';
  readonly keys: readonly KeySpec[];
  /** Columns of a table that say which row it is: what `del` needs. */
  readonly identity?: readonly string[];
  /** What a column of the identity is where it is not said. */
  readonly usually?: Readonly<Record<string, Scalar>>;
  /** Who adds a row may leave its identity to the kernel. */
  readonly picksIdentity?: true;
  /** A row that is added where one is already changes that one. */
  readonly replaces?: true;
  /** ETHTOOL_MSG_…_NTF, RTM_… or DEVLINK_CMD_… that tell of a change. */
  readonly announced?: string;
}

interface KeyOptions {
  readonly most?: string;
  readonly least?: string;
  readonly access?: Access;
  readonly unread?: true;
}

/** Rows of a table of keys: writes them without saying everything each time. */
export function keyOf(
  key: string,
  attribute: string,
  type: ValueType,
  title: string,
  { most, least, access = 'change', unread }: KeyOptions = {},
): KeySpec {
  return {
    key,
    attribute,
    type,
    title,
    access,
    ...(unread === undefined ? {} : { unread }),
    ...(most === undefined ? {} : { most }),
    ...(least === undefined ? {} : { least }),
  };
}

export const readOnly = { access: 'read' } as const;
export const atCreation = { access: 'create' } as const;
export const onOff: ValueType = { kind: 'switch' };
export const plainNumber: ValueType = { kind: 'number' };
export const nameSet: ValueType = { kind: 'names' };
export const plainText: ValueType = { kind: 'text' };
export const choice = (choices: Readonly<Record<string, number>>): ValueType => ({ kind: 'choice', choices });
