/** Subjects that only the ioctl has (linux/ethtool.h). */
import { FLOW_TYPES, HASH_FIELDS } from '../../netlink/rxnfc.js';
import { choice, keyOf, nameSet, plainNumber, plainText, readOnly, type SubjectSpec } from './subject.js';

const driver: SubjectSpec = {
  name: 'driver',
  title: 'Driver and firmware',
  channel: 'driver',
  shape: 'keys',
  keys: [
    keyOf('driver', 'driver', plainText, 'name of the driver', readOnly),
    keyOf('version', 'version', plainText, 'its version', readOnly),
    keyOf('firmware', 'fw_version', plainText, 'version of the firmware', readOnly),
    keyOf('bus', 'bus_info', plainText, 'where the device is', readOnly),
    keyOf('option-rom', 'erom_version', plainText, 'version of the option ROM', readOnly),
  ],
};

const privateStatistics: SubjectSpec = {
  name: 'private-statistics',
  title: 'Counters of the driver',
  channel: 'private-statistics',
  shape: 'named',
  keys: [keyOf('', 'data', plainNumber, 'as the driver names them', readOnly)],
};

const statisticsGroups: SubjectSpec = {
  name: 'standard-statistics',
  title: 'Counters that standards define',
  channel: 'statistics-groups',
  shape: 'named',
  keys: [keyOf('', 'ETHTOOL_A_STATS_GRP', plainNumber, 'eth-mac.…, rmon.…', readOnly)],
};

const hashFields: SubjectSpec = {
  name: 'hash-fields',
  title: 'What the receive hash looks at',
  channel: 'hash-fields',
  shape: 'keys',
  keys: Object.keys(FLOW_TYPES)
    .filter((flow) => /^(tcp|udp|sctp)/.test(flow))
    .map((flow) => keyOf(flow, 'data', nameSet, `of ${flow} packets: ${Object.keys(HASH_FIELDS).join(', ')}`)),
};

const hex = { kind: 'bytes' } as const;
const ntuple: SubjectSpec = {
  name: 'ntuple',
  title: 'Rules that steer flows to queues',
  channel: 'ntuple',
  shape: 'rows',
  identity: ['location'],
  picksIdentity: true,
  replaces: true,
  keys: [
    keyOf('location', 'location', plainNumber, 'place of the rule; the driver picks one where it is absent'),
    keyOf('flow', 'flow_type', choice(FLOW_TYPES), 'kind of packets'),
    keyOf('src-ip', 'sourceAddress', plainText, 'source address, or ADDRESS/MASK'),
    keyOf('dst-ip', 'destinationAddress', plainText, 'destination address, or ADDRESS/MASK'),
    keyOf('src-port', 'sourcePort', { kind: 'number', most: 65535 }, 'source port'),
    keyOf('dst-port', 'destinationPort', { kind: 'number', most: 65535 }, 'destination port'),
    keyOf('src-mac', 'sourceMac', { kind: 'mac' }, 'source address of the frame'),
    keyOf('dst-mac', 'destinationMac', { kind: 'mac' }, 'destination address of the frame'),
    keyOf('ethertype', 'etherType', { kind: 'number', most: 65535 }, 'type of the frame'),
    keyOf('vlan-tci', 'vlanTci', { kind: 'number', most: 65535 }, 'tag of the frame'),
    keyOf('traffic-class', 'trafficClass', { kind: 'number', most: 255 }, 'type of service, or traffic class'),
    keyOf('masks', 'masks', hex, 'masks of the fields that are not matched whole', readOnly),
    keyOf('queue', 'ring_cookie', plainNumber, 'queue that the packets go to'),
    keyOf('action', 'action', choice({ queue: 0, drop: 1 }), 'to a queue, or nowhere'),
    keyOf('context', 'rss_context', plainNumber, 'receive-side scaling context'),
  ],
};

export const IOCTL_SUBJECTS: readonly SubjectSpec[] = [driver, privateStatistics, statisticsGroups, hashFields, ntuple];
