/** Subjects of the "devlink" family: of the instance that a net device belongs to, and of its port. */
import {
  DEVLINK_ENCAP_MODES,
  DEVLINK_ESWITCH_MODES,
  DEVLINK_INLINE_MODES,
  DEVLINK_PORT_FLAVOURS,
  DEVLINK_PORT_TYPES,
  DEVLINK_TRAP_ACTIONS,
} from '../../netlink/families/devlink.js';
import type { ValueType } from '../values.js';
import { atCreation, choice, keyOf, onOff, plainNumber, plainText, readOnly, type SubjectSpec } from './subject.js';

const numbered = (names: readonly string[]): ValueType =>
  choice(Object.fromEntries(names.map((name, index) => [name, index])));

const bytesASecond: ValueType = { kind: 'number', unit: 'bytes/s' };

export const DEVLINK_SUBJECTS: readonly SubjectSpec[] = [
  {
    name: 'devlink',
    title: 'Driver, serial numbers and versions of the device',
    channel: 'devlink-info',
    shape: 'named',
    keys: [keyOf('', 'DEVLINK_ATTR_INFO_VERSION_VALUE', plainText, 'running.NAME, stored.NAME, fixed.NAME', readOnly)],
  },
  {
    name: 'devlink-port',
    title: 'The port of the device',
    channel: 'devlink-port',
    shape: 'keys',
    keys: [
      keyOf('index', 'DEVLINK_ATTR_PORT_INDEX', plainNumber, 'number of the port in the device', readOnly),
      keyOf('flavour', 'DEVLINK_ATTR_PORT_FLAVOUR', numbered(DEVLINK_PORT_FLAVOURS), 'what kind of port', readOnly),
      keyOf('type', 'DEVLINK_ATTR_PORT_TYPE', numbered(DEVLINK_PORT_TYPES), 'what it speaks', readOnly),
      keyOf('number', 'DEVLINK_ATTR_PORT_NUMBER', plainNumber, 'number on the front panel', readOnly),
      keyOf('lanes', 'DEVLINK_ATTR_PORT_LANES', plainNumber, 'lanes', readOnly),
      keyOf('splittable', 'DEVLINK_ATTR_PORT_SPLITTABLE', onOff, 'it can be split', readOnly),
      keyOf('split-group', 'DEVLINK_ATTR_PORT_SPLIT_GROUP', plainNumber, 'port that it was split from', readOnly),
    ],
  },
  {
    name: 'eswitch',
    title: 'The switch between virtual functions',
    channel: 'devlink-eswitch',
    shape: 'keys',
    keys: [
      keyOf('mode', 'DEVLINK_ATTR_ESWITCH_MODE', numbered(DEVLINK_ESWITCH_MODES), 'who forwards'),
      keyOf(
        'inline-mode',
        'DEVLINK_ATTR_ESWITCH_INLINE_MODE',
        numbered(DEVLINK_INLINE_MODES),
        'headers in descriptors',
      ),
      keyOf('encap-mode', 'DEVLINK_ATTR_ESWITCH_ENCAP_MODE', numbered(DEVLINK_ENCAP_MODES), 'tunnels'),
    ],
  },
  {
    name: 'devlink-params',
    title: 'Parameters of the driver: NAME@runtime, NAME@driverinit, NAME@permanent',
    channel: 'devlink-params',
    shape: 'named',
    keys: [keyOf('', 'DEVLINK_ATTR_PARAM_VALUE_DATA', plainText, 'as the driver names them')],
  },
  {
    name: 'devlink-traps',
    title: 'Packets that the hardware gives to the kernel, and what becomes of them',
    channel: 'devlink-traps',
    shape: 'named',
    keys: [keyOf('', 'DEVLINK_ATTR_TRAP_ACTION', numbered(DEVLINK_TRAP_ACTIONS), 'as the kernel names them')],
  },
  {
    name: 'devlink-health',
    title: 'Reporters of failures',
    channel: 'devlink-health',
    shape: 'rows',
    identity: ['reporter'],
    keys: [
      keyOf('reporter', 'DEVLINK_ATTR_HEALTH_REPORTER_NAME', plainText, 'name', readOnly),
      keyOf('port', 'DEVLINK_ATTR_PORT_INDEX', plainNumber, 'of this port alone', readOnly),
      keyOf('state', 'DEVLINK_ATTR_HEALTH_REPORTER_STATE', plainText, 'healthy, or not', readOnly),
      keyOf('errors', 'DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT', plainNumber, 'failures', readOnly),
      keyOf('recoveries', 'DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT', plainNumber, 'recoveries', readOnly),
      keyOf(
        'grace-period',
        'DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD',
        { kind: 'number', unit: 'ms' },
        'behind a recovery, in which the next failure is left as it is',
      ),
      keyOf('auto-recover', 'DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER', onOff, 'recovers by itself'),
      keyOf('auto-dump', 'DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP', onOff, 'keeps what the device was like'),
      keyOf('dumped', 'DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS_NS', plainText, 'when that was', readOnly),
    ],
  },
  {
    name: 'devlink-resources',
    title: 'Memory of the hardware',
    channel: 'devlink-resources',
    shape: 'rows',
    identity: ['name'],
    keys: [
      keyOf('name', 'DEVLINK_ATTR_RESOURCE_NAME', plainText, 'path of the resource', readOnly),
      keyOf('size', 'DEVLINK_ATTR_RESOURCE_SIZE', plainNumber, 'entries'),
      keyOf('used', 'DEVLINK_ATTR_RESOURCE_OCC', plainNumber, 'entries in use', readOnly),
      keyOf('least', 'DEVLINK_ATTR_RESOURCE_SIZE_MIN', plainNumber, 'the smallest size', readOnly),
      keyOf('most', 'DEVLINK_ATTR_RESOURCE_SIZE_MAX', plainNumber, 'the largest size', readOnly),
      keyOf('step', 'DEVLINK_ATTR_RESOURCE_SIZE_GRAN', plainNumber, 'between two sizes', readOnly),
      keyOf('pending', 'DEVLINK_ATTR_RESOURCE_SIZE_NEW', plainText, 'what brings the size about', readOnly),
    ],
  },
  {
    name: 'devlink-rates',
    title: 'Transmit rates of functions, and nodes above them',
    channel: 'devlink-rates',
    shape: 'rows',
    identity: ['node', 'port'],
    keys: [
      keyOf('node', 'DEVLINK_ATTR_RATE_NODE_NAME', plainText, 'name of a node', atCreation),
      keyOf('port', 'DEVLINK_ATTR_PORT_INDEX', plainNumber, 'port of a leaf', readOnly),
      keyOf('type', 'DEVLINK_ATTR_RATE_TYPE', plainText, 'leaf or node', readOnly),
      keyOf('share', 'DEVLINK_ATTR_RATE_TX_SHARE', bytesASecond, 'that it has at least; 0: nothing is promised'),
      keyOf('max', 'DEVLINK_ATTR_RATE_TX_MAX', bytesASecond, 'that it has at most; 0: no limit'),
      keyOf('priority', 'DEVLINK_ATTR_RATE_TX_PRIORITY', plainNumber, 'among those below the same node'),
      keyOf('weight', 'DEVLINK_ATTR_RATE_TX_WEIGHT', plainNumber, 'among those of the same priority'),
      keyOf('parent', 'DEVLINK_ATTR_RATE_PARENT_NODE_NAME', plainText, 'node above it; none: nobody'),
    ],
  },
  {
    name: 'devlink-regions',
    title: 'Memory of the device that can be looked at, and snapshots of it',
    channel: 'devlink-regions',
    shape: 'rows',
    identity: ['region', 'snapshot'],
    keys: [
      keyOf('region', 'DEVLINK_ATTR_REGION_NAME', plainText, 'name', atCreation),
      keyOf(
        'snapshot',
        'DEVLINK_ATTR_REGION_SNAPSHOT_ID',
        plainNumber,
        'number of the snapshot; the kernel picks one where it is absent',
        atCreation,
      ),
      keyOf('port', 'DEVLINK_ATTR_PORT_INDEX', plainNumber, 'of this port alone', readOnly),
      keyOf('size', 'DEVLINK_ATTR_REGION_SIZE', { kind: 'number', unit: 'bytes' }, 'size', readOnly),
      keyOf('most-snapshots', 'DEVLINK_ATTR_REGION_MAX_SNAPSHOTS', plainNumber, 'that are kept', readOnly),
    ],
  },
  {
    name: 'devlink-trap-groups',
    title: 'Groups of traps',
    channel: 'devlink-trap-groups',
    shape: 'rows',
    identity: ['group'],
    keys: [
      keyOf('group', 'DEVLINK_ATTR_TRAP_GROUP_NAME', plainText, 'name', readOnly),
      keyOf('generic', 'DEVLINK_ATTR_TRAP_GENERIC', onOff, 'the kernel defines it, not the driver', readOnly),
      keyOf('policer', 'DEVLINK_ATTR_TRAP_POLICER_ID', plainNumber, 'policer of its packets; 0: none'),
      keyOf('action', 'DEVLINK_ATTR_TRAP_ACTION', numbered(DEVLINK_TRAP_ACTIONS), 'of all its traps', { unread: true }),
    ],
  },
  {
    name: 'devlink-trap-policers',
    title: 'Policers of packets that the hardware gives to the kernel',
    channel: 'devlink-trap-policers',
    shape: 'rows',
    identity: ['policer'],
    keys: [
      keyOf('policer', 'DEVLINK_ATTR_TRAP_POLICER_ID', plainNumber, 'its number', readOnly),
      keyOf('rate', 'DEVLINK_ATTR_TRAP_POLICER_RATE', plainNumber, 'packets a second'),
      keyOf('burst', 'DEVLINK_ATTR_TRAP_POLICER_BURST', plainNumber, 'packets at once'),
      keyOf('dropped', 'DEVLINK_ATTR_STATS_RX_DROPPED', plainNumber, 'packets that were too many', readOnly),
    ],
  },
];
