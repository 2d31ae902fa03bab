/** Subjects of the "ethtool" generic netlink family (linux/ethtool_netlink.h), one netlink operation each. */
import { COALESCE_PARAMETERS } from '../../netlink/families/ethtool.js';
import type { Unit, ValueType } from '../values.js';
import { PORT_SUBJECTS } from './ethtoolPortSubjects.js';
import {
  atCreation,
  choice,
  keyOf,
  nameSet,
  onOff,
  plainNumber,
  readOnly,
  type KeySpec,
  type SubjectSpec,
} from './subject.js';

const unit = (name: Unit): ValueType => ({ kind: 'number', unit: name });

const ring = (key: string, attribute: string, title: string): KeySpec =>
  keyOf(key, `ETHTOOL_A_RINGS_${attribute}`, unit('descriptors'), title, { most: `ETHTOOL_A_RINGS_${attribute}_MAX` });
const rings: SubjectSpec = {
  name: 'rings',
  title: 'Descriptor rings',
  channel: 'ethtool',
  get: 'RINGS_GET',
  set: 'RINGS_SET',
  announced: 'RINGS_NTF',
  shape: 'keys',
  keys: [
    ring('rx', 'RX', 'receive descriptors'),
    ring('rx-mini', 'RX_MINI', 'receive descriptors for small frames'),
    ring('rx-jumbo', 'RX_JUMBO', 'receive descriptors for large frames'),
    ring('tx', 'TX', 'transmit descriptors'),
    keyOf('rx-buf-len', 'ETHTOOL_A_RINGS_RX_BUF_LEN', unit('bytes'), 'size of a receive buffer'),
    keyOf(
      'tcp-data-split',
      'ETHTOOL_A_RINGS_TCP_DATA_SPLIT',
      choice({ auto: 0, off: 1, on: 2 }),
      'headers and payload in buffers of their own',
    ),
    keyOf('cqe-size', 'ETHTOOL_A_RINGS_CQE_SIZE', unit('bytes'), 'size of a completion'),
    keyOf('tx-push', 'ETHTOOL_A_RINGS_TX_PUSH', onOff, 'descriptors are written to the device, not fetched by it'),
    keyOf('rx-push', 'ETHTOOL_A_RINGS_RX_PUSH', onOff, 'the same for receive descriptors'),
    keyOf('tx-push-buf-len', 'ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN', unit('bytes'), 'how much of a frame is pushed', {
      most: 'ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN_MAX',
    }),
    keyOf('hds-thresh', 'ETHTOOL_A_RINGS_HDS_THRESH', unit('bytes'), 'frames up to here are not split', {
      most: 'ETHTOOL_A_RINGS_HDS_THRESH_MAX',
    }),
  ],
};

const channel = (key: string, title: string): KeySpec => {
  const name = `ETHTOOL_A_CHANNELS_${key.toUpperCase()}`;
  return keyOf(key, `${name}_COUNT`, unit('queues'), title, { most: `${name}_MAX` });
};
const channels: SubjectSpec = {
  name: 'channels',
  title: 'Queues and their interrupts',
  channel: 'ethtool',
  get: 'CHANNELS_GET',
  set: 'CHANNELS_SET',
  announced: 'CHANNELS_NTF',
  shape: 'keys',
  keys: [
    channel('rx', 'queues that only receive'),
    channel('tx', 'queues that only transmit'),
    channel('other', 'interrupts for anything else'),
    channel('combined', 'queues for both directions'),
  ],
};

/** Names that ethtool has for parameters whose attribute is called otherwise. */
const COALESCE_KEYS: Readonly<Record<string, string>> = {
  USE_ADAPTIVE_RX: 'adaptive-rx',
  USE_ADAPTIVE_TX: 'adaptive-tx',
  RATE_SAMPLE_INTERVAL: 'sample-interval',
  USE_CQE_MODE_TX: 'cqe-mode-tx',
  USE_CQE_MODE_RX: 'cqe-mode-rx',
};

function coalesceType(name: string): ValueType {
  if (name.startsWith('USE_')) return onOff;
  if (name.startsWith('PKT_RATE')) return unit('frames/s');
  if (name === 'RATE_SAMPLE_INTERVAL') return unit('s');
  if (name.includes('BYTES')) return unit('bytes');
  return unit(name.includes('USECS') ? 'µs' : 'frames');
}

/** `RX_MAX_FRAMES_IRQ` is `rx-frames-irq` since ethtool has a command line. */
const coalesceKey = (name: string): string =>
  COALESCE_KEYS[name] ??
  name
    .replace(/^(RX|TX)_MAX_FRAMES/, '$1_FRAMES')
    .toLowerCase()
    .replaceAll('_', '-');

const coalesce: SubjectSpec = {
  name: 'coalesce',
  title: 'How long interrupts are held back',
  channel: 'ethtool',
  get: 'COALESCE_GET',
  set: 'COALESCE_SET',
  announced: 'COALESCE_NTF',
  shape: 'keys',
  keys: COALESCE_PARAMETERS.map((name) =>
    keyOf(coalesceKey(name), `ETHTOOL_A_COALESCE_${name}`, coalesceType(name), name.toLowerCase().replaceAll('_', ' ')),
  ),
};

const pause: SubjectSpec = {
  name: 'pause',
  title: 'Flow control',
  channel: 'ethtool',
  get: 'PAUSE_GET',
  set: 'PAUSE_SET',
  statistics: true,
  announced: 'PAUSE_NTF',
  shape: 'keys',
  keys: [
    keyOf('autoneg', 'ETHTOOL_A_PAUSE_AUTONEG', onOff, 'settled with the partner'),
    keyOf('rx', 'ETHTOOL_A_PAUSE_RX', onOff, 'pause frames of the partner are obeyed'),
    keyOf('tx', 'ETHTOOL_A_PAUSE_TX', onOff, 'pause frames are sent'),
    keyOf(
      'tx-frames',
      'ETHTOOL_A_PAUSE_STATS/ETHTOOL_A_PAUSE_STAT_TX_FRAMES',
      unit('frames'),
      'pause frames that were sent',
      readOnly,
    ),
    keyOf(
      'rx-frames',
      'ETHTOOL_A_PAUSE_STATS/ETHTOOL_A_PAUSE_STAT_RX_FRAMES',
      unit('frames'),
      'pause frames that were received',
      readOnly,
    ),
  ],
};

const timestamps: SubjectSpec = {
  name: 'timestamps',
  title: 'Which timestamps the device can give',
  channel: 'ethtool',
  get: 'TSINFO_GET',
  shape: 'keys',
  keys: [
    keyOf('capabilities', 'ETHTOOL_A_TSINFO_TIMESTAMPING', nameSet, 'SOF_TIMESTAMPING flags', readOnly),
    keyOf('tx-types', 'ETHTOOL_A_TSINFO_TX_TYPES', nameSet, 'on transmit', readOnly),
    keyOf('rx-filters', 'ETHTOOL_A_TSINFO_RX_FILTERS', nameSet, 'on receive', readOnly),
    keyOf('clock', 'ETHTOOL_A_TSINFO_PHC_INDEX', plainNumber, 'number of the PTP clock', readOnly),
  ],
};

const timestamping: SubjectSpec = {
  name: 'timestamping',
  title: 'Which timestamps are in force',
  channel: 'ethtool',
  get: 'TSCONFIG_GET',
  set: 'TSCONFIG_SET',
  shape: 'keys',
  keys: [
    keyOf('tx-types', 'ETHTOOL_A_TSCONFIG_TX_TYPES', nameSet, 'on transmit'),
    keyOf('rx-filters', 'ETHTOOL_A_TSCONFIG_RX_FILTERS', nameSet, 'on receive'),
  ],
};

const privateFlags: SubjectSpec = {
  name: 'private-flags',
  title: 'Flags of the driver',
  channel: 'ethtool',
  get: 'PRIVFLAGS_GET',
  set: 'PRIVFLAGS_SET',
  announced: 'PRIVFLAGS_NTF',
  shape: 'named',
  keys: [keyOf('', 'ETHTOOL_A_PRIVFLAGS_FLAGS', onOff, 'as the driver names them')],
};

const debug: SubjectSpec = {
  name: 'messages',
  title: 'What the driver logs',
  channel: 'ethtool',
  get: 'DEBUG_GET',
  set: 'DEBUG_SET',
  announced: 'DEBUG_NTF',
  shape: 'keys',
  keys: [keyOf('types', 'ETHTOOL_A_DEBUG_MSGMASK', nameSet, 'kinds of messages')],
};

const features: SubjectSpec = {
  name: 'features',
  title: 'Offloads',
  channel: 'features',
  get: 'FEATURES_GET',
  set: 'FEATURES_SET',
  announced: 'FEATURES_NTF',
  shape: 'named',
  keys: [keyOf('', 'ETHTOOL_A_FEATURES_WANTED', onOff, 'as the kernel names them')],
};

/** Of the main context, and of those beside it. */
const RSS_KEYS = [
  keyOf('hfunc', 'ETHTOOL_A_RSS_HFUNC', choice({ toeplitz: 1, xor: 2, crc32: 4 }), 'hash function'),
  keyOf('table', 'ETHTOOL_A_RSS_INDIR', { kind: 'numbers' }, 'queues by hash'),
  keyOf('key', 'ETHTOOL_A_RSS_HKEY', { kind: 'bytes' }, 'key of the hash'),
  keyOf(
    'input',
    'ETHTOOL_A_RSS_INPUT_XFRM',
    { kind: 'choice', choices: { none: 0, 'symmetric-xor': 1, 'symmetric-or-xor': 2 } },
    'how both directions of a flow are made to hash alike',
  ),
];

const rss: SubjectSpec = {
  name: 'rss',
  title: 'Receive-side scaling',
  channel: 'ethtool',
  get: 'RSS_GET',
  set: 'RSS_SET',
  announced: 'RSS_NTF',
  shape: 'keys',
  keys: RSS_KEYS,
};

const rssContexts: SubjectSpec = {
  name: 'rss-contexts',
  title: 'Contexts of receive-side scaling beside the main one: ntuple rules send flows to them',
  channel: 'rss-contexts',
  shape: 'rows',
  identity: ['context'],
  picksIdentity: true,
  keys: [
    keyOf(
      'context',
      'ETHTOOL_A_RSS_CONTEXT',
      { kind: 'number', least: 1, most: 0xffff_ffff },
      'number; the kernel picks one where it is absent',
      atCreation,
    ),
    ...RSS_KEYS,
  ],
};

const clocks: SubjectSpec = {
  name: 'virtual-clocks',
  title: 'Virtual PTP clocks',
  channel: 'ethtool',
  get: 'PHC_VCLOCKS_GET',
  shape: 'keys',
  keys: [keyOf('number', 'ETHTOOL_A_PHC_VCLOCKS_NUM', plainNumber, 'how many there are', readOnly)],
};

/** In the order of the documentation. */
export const ETHTOOL_SUBJECTS: readonly SubjectSpec[] = [
  ...PORT_SUBJECTS,
  pause,
  channels,
  rings,
  coalesce,
  features,
  rss,
  rssContexts,
  timestamps,
  timestamping,
  privateFlags,
  debug,
  clocks,
];
