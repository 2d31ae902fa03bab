/** The VLANs of bridges as RTM_GETVLAN tells them: linux/if_bridge.h, struct br_vlan_msg and BRIDGE_VLANDB_*. */
import { attributeSet, binary, nest, u16, u32, u8, type StructField } from '../schema.js';
import { wholeSet, type Policy } from '../validate.js';

/** struct br_vlan_msg. */
export const BR_VLAN_MSG: readonly StructField[] = [
  { name: 'family', kind: 'u8' },
  { name: 'pad', kind: { pad: 3 } },
  { name: 'ifindex', kind: 'u32' },
];

const VLAN_INFO: readonly StructField[] = [
  { name: 'flags', kind: 'u16' },
  { name: 'vid', kind: 'u16' },
];

const ENTRY = attributeSet('BRIDGE_VLANDB_ENTRY', [
  [1, 'BRIDGE_VLANDB_ENTRY_INFO', { kind: 'struct', fields: VLAN_INFO }],
  [2, 'BRIDGE_VLANDB_ENTRY_RANGE', u16],
  [3, 'BRIDGE_VLANDB_ENTRY_STATE', u8],
  [4, 'BRIDGE_VLANDB_ENTRY_TUNNEL_INFO', binary],
  [5, 'BRIDGE_VLANDB_ENTRY_STATS', binary],
  [6, 'BRIDGE_VLANDB_ENTRY_MCAST_ROUTER', u8],
  [9, 'BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS', u8],
]);

export const BRIDGE_VLANDB = attributeSet('BRIDGE_VLANDB', [[1, 'BRIDGE_VLANDB_ENTRY', nest(() => ENTRY), 'repeats']]);

const DUMP = attributeSet('BRIDGE_VLANDB_DUMP', [[1, 'BRIDGE_VLANDB_DUMP_FLAGS', u32]]);
/** br_vlan_db_dump_pol. */
export const BRIDGE_VLANDB_DUMP_POLICY: Policy = wholeSet(DUMP);
export const BRIDGE_VLANDB_DUMPF_GLOBAL = 1 << 1;
