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
import { choice, keyOf, onOff, plainNumber, plainText, readOnly, type SubjectSpec } from './subject.js';

const numbered = (names: readonly string[]): ValueType =>
  choice(Object.fromEntries(names.map((name, index) => [name, index])));

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
    keys: [
      keyOf('reporter', 'DEVLINK_ATTR_HEALTH_REPORTER_NAME', plainText, 'name', readOnly),
      keyOf('state', 'DEVLINK_ATTR_HEALTH_REPORTER_STATE', plainText, 'healthy, or not', readOnly),
      keyOf('errors', 'DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT', plainNumber, 'failures', readOnly),
      keyOf('recoveries', 'DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT', plainNumber, 'recoveries', readOnly),
    ],
  },
  {
    name: 'devlink-resources',
    title: 'Memory of the hardware',
    channel: 'devlink-resources',
    shape: 'rows',
    keys: [
      keyOf('name', 'DEVLINK_ATTR_RESOURCE_NAME', plainText, 'path of the resource', readOnly),
      keyOf('size', 'DEVLINK_ATTR_RESOURCE_SIZE', plainNumber, 'entries', readOnly),
      keyOf('used', 'DEVLINK_ATTR_RESOURCE_OCC', plainNumber, 'entries in use', readOnly),
      keyOf('least', 'DEVLINK_ATTR_RESOURCE_SIZE_MIN', plainNumber, 'the smallest size', readOnly),
      keyOf('most', 'DEVLINK_ATTR_RESOURCE_SIZE_MAX', plainNumber, 'the largest size', readOnly),
    ],
  },
  {
    name: 'devlink-rates',
    title: 'Transmit rates of functions',
    channel: 'devlink-rates',
    shape: 'rows',
    keys: [
      keyOf('node', 'DEVLINK_ATTR_RATE_NODE_NAME', plainText, 'name of a node, or the port of a leaf', readOnly),
      keyOf('share', 'DEVLINK_ATTR_RATE_TX_SHARE', plainNumber, 'bytes a second that it has at least', readOnly),
      keyOf('max', 'DEVLINK_ATTR_RATE_TX_MAX', plainNumber, 'bytes a second that it has at most', readOnly),
      keyOf('parent', 'DEVLINK_ATTR_RATE_PARENT_NODE_NAME', plainText, 'node above it', readOnly),
    ],
  },
];
