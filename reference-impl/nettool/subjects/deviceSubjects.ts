/** Net devices that sit on others, and what is said of them when they are made. */
import { atCreation, choice, keyOf, onOff, plainText, type SubjectSpec } from './subject.js';

const vlan: SubjectSpec = {
  name: 'vlan',
  title: 'A VLAN device',
  channel: 'vlan',
  announced: 'RTM_NEWLINK',
  shape: 'keys',
  keys: [
    keyOf('on', 'IFLA_LINK', plainText, 'net device that its frames leave by', atCreation),
    keyOf('id', 'IFLA_VLAN_ID', { kind: 'number', most: 4094 }, 'VLAN', atCreation),
    keyOf('protocol', 'IFLA_VLAN_PROTOCOL', choice({ '802.1q': 0x8100, '802.1ad': 0x88a8 }), 'kind of tag', atCreation),
    keyOf('reorder-header', 'VLAN_FLAG_REORDER_HDR', onOff, 'who listens does not see the tag'),
    keyOf('gvrp', 'VLAN_FLAG_GVRP', onOff, 'registers itself by GVRP'),
    keyOf('mvrp', 'VLAN_FLAG_MVRP', onOff, 'registers itself by MVRP'),
    keyOf('loose-binding', 'VLAN_FLAG_LOOSE_BINDING', onOff, 'is up whatever the device below it is'),
  ],
};

const vrf: SubjectSpec = {
  name: 'vrf',
  title: 'A device of virtual routing and forwarding',
  channel: 'vrf',
  announced: 'RTM_NEWLINK',
  shape: 'keys',
  keys: [
    keyOf('table', 'IFLA_VRF_TABLE', { kind: 'number', least: 1, most: 0xffff_ffff }, 'routing table', atCreation),
  ],
};

export const DEVICE_SUBJECTS: readonly SubjectSpec[] = [vlan, vrf];
