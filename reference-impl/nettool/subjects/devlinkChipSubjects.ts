/** Subjects of what is inside a device that devlink shows: shared buffers, the pipeline, ports of all kinds and the functions behind them. */
import {
  DEVLINK_FUNCTION_OPSTATES,
  DEVLINK_FUNCTION_STATES,
  DEVLINK_PORT_FLAVOURS,
  DEVLINK_SB_POOL_TYPES,
  DEVLINK_SB_THRESHOLD_TYPES,
} from '../../netlink/families/devlink.js';
import type { ValueType } from '../values.js';
import { atCreation, choice, keyOf, onOff, plainNumber, plainText, readOnly, type SubjectSpec } from './subject.js';

const numbered = (names: readonly string[]): ValueType =>
  choice(Object.fromEntries(names.map((name, index) => [name, index])));

const bytes: ValueType = { kind: 'number', unit: 'bytes' };
const number16: ValueType = { kind: 'number', most: 0xffff };
const buffer = keyOf('buffer', 'DEVLINK_ATTR_SB_INDEX', plainNumber, 'number of the buffer', readOnly);
const port = keyOf('port', 'DEVLINK_ATTR_PORT_INDEX', plainNumber, 'number of the port', readOnly);
const taken = [
  keyOf('used', 'DEVLINK_ATTR_SB_OCC_CUR', bytes, 'in use at the last snapshot', readOnly),
  keyOf('most-used', 'DEVLINK_ATTR_SB_OCC_MAX', bytes, 'at most, up to the last snapshot', readOnly),
];

/** devlink sb. */
const BUFFER_SUBJECTS: readonly SubjectSpec[] = [
  {
    name: 'devlink-buffers',
    title: 'Shared buffers',
    channel: 'devlink-buffers',
    shape: 'rows',
    identity: ['buffer'],
    keys: [
      buffer,
      keyOf('size', 'DEVLINK_ATTR_SB_SIZE', bytes, 'size', readOnly),
      keyOf('ingress-pools', 'DEVLINK_ATTR_SB_INGRESS_POOL_COUNT', plainNumber, 'pools of ingress', readOnly),
      keyOf('egress-pools', 'DEVLINK_ATTR_SB_EGRESS_POOL_COUNT', plainNumber, 'pools of egress', readOnly),
      keyOf('ingress-classes', 'DEVLINK_ATTR_SB_INGRESS_TC_COUNT', plainNumber, 'traffic classes of ingress', readOnly),
      keyOf('egress-classes', 'DEVLINK_ATTR_SB_EGRESS_TC_COUNT', plainNumber, 'traffic classes of egress', readOnly),
    ],
  },
  {
    name: 'devlink-pools',
    title: 'Pools that a shared buffer is divided into',
    channel: 'devlink-pools',
    shape: 'rows',
    identity: ['pool', 'buffer'],
    usually: { buffer: 0 },
    keys: [
      keyOf('pool', 'DEVLINK_ATTR_SB_POOL_INDEX', number16, 'number of the pool', readOnly),
      buffer,
      keyOf('direction', 'DEVLINK_ATTR_SB_POOL_TYPE', numbered(DEVLINK_SB_POOL_TYPES), 'of frames', readOnly),
      keyOf('size', 'DEVLINK_ATTR_SB_POOL_SIZE', bytes, 'size'),
      keyOf(
        'threshold-type',
        'DEVLINK_ATTR_SB_POOL_THRESHOLD_TYPE',
        numbered(DEVLINK_SB_THRESHOLD_TYPES),
        'whether thresholds are bytes, or a part of what is free',
      ),
      keyOf('cell', 'DEVLINK_ATTR_SB_POOL_CELL_SIZE', bytes, 'sizes are whole cells', readOnly),
    ],
  },
  {
    name: 'devlink-thresholds',
    title: 'What each port may take of a pool',
    channel: 'devlink-thresholds',
    shape: 'rows',
    identity: ['pool', 'port', 'buffer'],
    usually: { buffer: 0 },
    keys: [
      keyOf('pool', 'DEVLINK_ATTR_SB_POOL_INDEX', number16, 'number of the pool', readOnly),
      port,
      buffer,
      keyOf('threshold', 'DEVLINK_ATTR_SB_THRESHOLD', plainNumber, 'what it may take, as the pool counts'),
      ...taken,
    ],
  },
  {
    name: 'devlink-classes',
    title: 'Traffic classes of each port, and the pools that they take of',
    channel: 'devlink-classes',
    shape: 'rows',
    identity: ['class', 'direction', 'port', 'buffer'],
    usually: { buffer: 0 },
    keys: [
      keyOf('class', 'DEVLINK_ATTR_SB_TC_INDEX', number16, 'number of the class', readOnly),
      keyOf('direction', 'DEVLINK_ATTR_SB_POOL_TYPE', numbered(DEVLINK_SB_POOL_TYPES), 'of frames', readOnly),
      port,
      buffer,
      keyOf('pool', 'DEVLINK_ATTR_SB_POOL_INDEX', number16, 'pool that it takes of'),
      keyOf('threshold', 'DEVLINK_ATTR_SB_THRESHOLD', plainNumber, 'what it may take, as the pool counts'),
      ...taken,
    ],
  },
];

/** devlink dpipe. */
const PIPELINE_SUBJECTS: readonly SubjectSpec[] = [
  {
    name: 'devlink-headers',
    title: 'Headers and fields that the pipeline knows',
    channel: 'devlink-headers',
    shape: 'rows',
    identity: ['header', 'field'],
    keys: [
      keyOf('header', 'DEVLINK_ATTR_DPIPE_HEADER_NAME', plainText, 'name of the header', readOnly),
      keyOf('field', 'DEVLINK_ATTR_DPIPE_FIELD_NAME', plainText, 'name of the field', readOnly),
      keyOf('bits', 'DEVLINK_ATTR_DPIPE_FIELD_BITWIDTH', plainNumber, 'width', readOnly),
      keyOf('global', 'DEVLINK_ATTR_DPIPE_HEADER_GLOBAL', onOff, 'the kernel defines it, not the driver', readOnly),
      keyOf('net-device', 'DEVLINK_ATTR_DPIPE_FIELD_MAPPING_TYPE', onOff, 'its values stand for net devices', readOnly),
    ],
  },
  {
    name: 'devlink-tables',
    title: 'Tables of the pipeline',
    channel: 'devlink-tables',
    shape: 'rows',
    identity: ['table'],
    keys: [
      keyOf('table', 'DEVLINK_ATTR_DPIPE_TABLE_NAME', plainText, 'name', readOnly),
      keyOf('size', 'DEVLINK_ATTR_DPIPE_TABLE_SIZE', plainNumber, 'entries', readOnly),
      keyOf('counters', 'DEVLINK_ATTR_DPIPE_TABLE_COUNTERS_ENABLED', onOff, 'entries count what they decide about'),
      keyOf('matches', 'DEVLINK_ATTR_DPIPE_TABLE_MATCHES', plainText, 'fields that it looks at', readOnly),
      keyOf('actions', 'DEVLINK_ATTR_DPIPE_TABLE_ACTIONS', plainText, 'fields that it changes', readOnly),
    ],
  },
];

const capability = (name: string, title: string): SubjectSpec['keys'][number] =>
  keyOf(name, 'DEVLINK_PORT_FN_ATTR_CAPS', onOff, title);

/** devlink port. */
const PORT_SUBJECTS: readonly SubjectSpec[] = [
  {
    name: 'devlink-function',
    title: 'The function behind the port',
    channel: 'devlink-function',
    announced: 'DEVLINK_CMD_PORT_NEW',
    shape: 'keys',
    keys: [
      keyOf('address', 'DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR', { kind: 'mac' }, 'its address'),
      keyOf('state', 'DEVLINK_PORT_FN_ATTR_STATE', numbered(DEVLINK_FUNCTION_STATES), 'whether it may be used'),
      keyOf(
        'opstate',
        'DEVLINK_PORT_FN_ATTR_OPSTATE',
        numbered(DEVLINK_FUNCTION_OPSTATES),
        'whether a driver has taken it',
        readOnly,
      ),
      capability('roce', 'it may do RDMA over Ethernet'),
      capability('migratable', 'it can be moved to another machine'),
      capability('ipsec-crypto', 'it may have keys of IPsec'),
      capability('ipsec-packet', 'it may have whole states of IPsec'),
      keyOf('max-io-eqs', 'DEVLINK_PORT_FN_ATTR_MAX_IO_EQS', plainNumber, 'event queues that it may have'),
    ],
  },
  {
    name: 'devlink-ports',
    title: 'All ports of the device; one of a subfunction comes and goes',
    channel: 'devlink-ports',
    shape: 'rows',
    identity: ['index'],
    picksIdentity: true,
    keys: [
      keyOf('index', 'DEVLINK_ATTR_PORT_INDEX', plainNumber, 'number of the port; the driver picks one', atCreation),
      keyOf('flavour', 'DEVLINK_ATTR_PORT_FLAVOUR', numbered(DEVLINK_PORT_FLAVOURS), 'what kind of port', atCreation),
      keyOf('controller', 'DEVLINK_ATTR_PORT_CONTROLLER_NUMBER', plainNumber, 'of which host', atCreation),
      keyOf('pf', 'DEVLINK_ATTR_PORT_PCI_PF_NUMBER', number16, 'of which physical function', atCreation),
      keyOf('vf', 'DEVLINK_ATTR_PORT_PCI_VF_NUMBER', number16, 'which virtual function', readOnly),
      keyOf('sf', 'DEVLINK_ATTR_PORT_PCI_SF_NUMBER', plainNumber, 'which subfunction', atCreation),
      keyOf('number', 'DEVLINK_ATTR_PORT_NUMBER', plainNumber, 'number on the front panel', readOnly),
      keyOf('device', 'DEVLINK_ATTR_PORT_NETDEV_NAME', plainText, 'its net device', readOnly),
    ],
  },
];

export const DEVLINK_CHIP_SUBJECTS: readonly SubjectSpec[] = [
  ...PORT_SUBJECTS,
  ...BUFFER_SUBJECTS,
  ...PIPELINE_SUBJECTS,
  {
    name: 'devlink-selftests',
    title: 'Tests that the device can make of its parts',
    channel: 'devlink-selftests',
    shape: 'rows',
    identity: ['test'],
    keys: [keyOf('test', 'DEVLINK_ATTR_SELFTESTS', plainText, 'name', readOnly)],
  },
];
