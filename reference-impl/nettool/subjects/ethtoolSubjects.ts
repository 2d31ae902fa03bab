/** Subjects of the "ethtool" generic netlink family (linux/ethtool_netlink.h), one netlink operation each. */
import { COALESCE_PARAMETERS } from '../../netlink/families/ethtool.js';
import type { Unit, ValueType } from '../values.js';
import { choice, keyOf, nameSet, onOff, plainNumber, plainText, readOnly, type KeySpec, type SubjectSpec } from './subject.js';

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
    keyOf(
      coalesceKey(name),
      `ETHTOOL_A_COALESCE_${name}`,
      coalesceType(name),
      name.toLowerCase().replaceAll('_', ' '),
    ),
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

const modes: SubjectSpec = {
  name: 'modes',
  title: 'Speed, duplex and what is advertised',
  channel: 'ethtool',
  get: 'LINKMODES_GET',
  set: 'LINKMODES_SET',
  announced: 'LINKMODES_NTF',
  shape: 'keys',
  keys: [
    keyOf('autoneg', 'ETHTOOL_A_LINKMODES_AUTONEG', onOff, 'settled with the partner'),
    keyOf('speed', 'ETHTOOL_A_LINKMODES_SPEED', unit('Mb/s'), 'speed of the link'),
    keyOf('duplex', 'ETHTOOL_A_LINKMODES_DUPLEX', choice({ half: 0, full: 1, unknown: 255 }), 'half or full duplex'),
    keyOf('lanes', 'ETHTOOL_A_LINKMODES_LANES', { kind: 'number', least: 1, most: 8 }, 'lanes of the link'),
    keyOf('advertise', 'ETHTOOL_A_LINKMODES_OURS', nameSet, 'modes that the partner is told'),
    keyOf('partner', 'ETHTOOL_A_LINKMODES_PEER', nameSet, 'modes that the partner tells', readOnly),
    keyOf(
      'master-slave',
      'ETHTOOL_A_LINKMODES_MASTER_SLAVE_CFG',
      choice({ 'preferred-master': 2, 'preferred-slave': 3, 'forced-master': 4, 'forced-slave': 5, unknown: 1 }),
      'whose clock the link follows',
    ),
  ],
};

const state: SubjectSpec = {
  name: 'state',
  title: 'Whether there is a link, and if not, why',
  channel: 'ethtool',
  get: 'LINKSTATE_GET',
  shape: 'keys',
  keys: [
    keyOf('link', 'ETHTOOL_A_LINKSTATE_LINK', onOff, 'a link is there', readOnly),
    keyOf('sqi', 'ETHTOOL_A_LINKSTATE_SQI', plainNumber, 'signal quality index', readOnly),
    keyOf('sqi-max', 'ETHTOOL_A_LINKSTATE_SQI_MAX', plainNumber, 'the best there is', readOnly),
    keyOf(
      'reason',
      'ETHTOOL_A_LINKSTATE_EXT_STATE',
      choice({
        autoneg: 0,
        'link-training-failure': 1,
        'logical-mismatch': 2,
        'bad-signal-integrity': 3,
        'no-cable': 4,
        'cable-issue': 5,
        'eeprom-issue': 6,
        'calibration-failure': 7,
        'power-budget-exceeded': 8,
        overheat: 9,
        module: 10,
      }),
      'why there is none',
      readOnly,
    ),
  ],
};

const port: SubjectSpec = {
  name: 'port',
  title: 'Connector and transceiver',
  channel: 'ethtool',
  get: 'LINKINFO_GET',
  set: 'LINKINFO_SET',
  announced: 'LINKINFO_NTF',
  shape: 'keys',
  keys: [
    keyOf(
      'port',
      'ETHTOOL_A_LINKINFO_PORT',
      choice({ tp: 0, aui: 1, mii: 2, fibre: 3, bnc: 4, da: 5, none: 239, other: 255 }),
      'connector in use',
    ),
    keyOf('phyaddr', 'ETHTOOL_A_LINKINFO_PHYADDR', plainNumber, 'address of the PHY'),
    keyOf(
      'mdix',
      'ETHTOOL_A_LINKINFO_TP_MDIX_CTRL',
      choice({ unknown: 0, off: 1, on: 2, auto: 3 }),
      'crossing of pairs that is asked for',
    ),
    keyOf(
      'mdix-state',
      'ETHTOOL_A_LINKINFO_TP_MDIX',
      choice({ unknown: 0, off: 1, on: 2, auto: 3 }),
      'crossing of pairs',
      readOnly,
    ),
    keyOf(
      'transceiver',
      'ETHTOOL_A_LINKINFO_TRANSCEIVER',
      choice({ internal: 0, external: 1 }),
      'where the PHY is',
      readOnly,
    ),
  ],
};

const fec: SubjectSpec = {
  name: 'fec',
  title: 'Forward error correction',
  channel: 'ethtool',
  get: 'FEC_GET',
  set: 'FEC_SET',
  announced: 'FEC_NTF',
  shape: 'keys',
  keys: [
    keyOf('modes', 'ETHTOOL_A_FEC_MODES', nameSet, 'encodings that may be used'),
    keyOf('auto', 'ETHTOOL_A_FEC_AUTO', onOff, 'the device picks'),
    keyOf('active', 'ETHTOOL_A_FEC_ACTIVE', plainNumber, 'link mode bit of the encoding in use', readOnly),
  ],
};

const eee: SubjectSpec = {
  name: 'eee',
  title: 'Energy-efficient Ethernet',
  channel: 'ethtool',
  get: 'EEE_GET',
  set: 'EEE_SET',
  announced: 'EEE_NTF',
  shape: 'keys',
  keys: [
    keyOf('enabled', 'ETHTOOL_A_EEE_ENABLED', onOff, 'the link may sleep'),
    keyOf('active', 'ETHTOOL_A_EEE_ACTIVE', onOff, 'both ends agreed', readOnly),
    keyOf('advertise', 'ETHTOOL_A_EEE_MODES_OURS', nameSet, 'modes in which the partner is told'),
    keyOf('partner', 'ETHTOOL_A_EEE_MODES_PEER', nameSet, 'modes of the partner', readOnly),
    keyOf('tx-lpi', 'ETHTOOL_A_EEE_TX_LPI_ENABLED', onOff, 'the transmitter goes to sleep'),
    keyOf('tx-timer', 'ETHTOOL_A_EEE_TX_LPI_TIMER', unit('µs'), 'after so long without a frame'),
  ],
};

const wol: SubjectSpec = {
  name: 'wol',
  title: 'Wake on LAN',
  channel: 'ethtool',
  get: 'WOL_GET',
  set: 'WOL_SET',
  announced: 'WOL_NTF',
  shape: 'keys',
  keys: [
    keyOf('modes', 'ETHTOOL_A_WOL_MODES', nameSet, 'what wakes the machine'),
    keyOf('sopass', 'ETHTOOL_A_WOL_SOPASS', { kind: 'bytes' }, 'password of a secure magic packet'),
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

const moduleSubject: SubjectSpec = {
  name: 'module',
  title: 'Pluggable module',
  channel: 'ethtool',
  get: 'MODULE_GET',
  set: 'MODULE_SET',
  announced: 'MODULE_NTF',
  shape: 'keys',
  keys: [
    keyOf(
      'power-mode-policy',
      'ETHTOOL_A_MODULE_POWER_MODE_POLICY',
      choice({ high: 1, auto: 2 }),
      'always at full power, or only while the link is up',
    ),
    keyOf('power-mode', 'ETHTOOL_A_MODULE_POWER_MODE', choice({ low: 1, high: 2 }), 'power mode now', readOnly),
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

const rss: SubjectSpec = {
  name: 'rss',
  title: 'Receive-side scaling',
  channel: 'ethtool',
  get: 'RSS_GET',
  set: 'RSS_SET',
  announced: 'RSS_NTF',
  shape: 'keys',
  keys: [
    keyOf('hfunc', 'ETHTOOL_A_RSS_HFUNC', choice({ toeplitz: 1, xor: 2, crc32: 4 }), 'hash function'),
    keyOf('table', 'ETHTOOL_A_RSS_INDIR', { kind: 'numbers' }, 'queues by hash'),
    keyOf('key', 'ETHTOOL_A_RSS_HKEY', { kind: 'bytes' }, 'key of the hash'),
    keyOf(
      'input',
      'ETHTOOL_A_RSS_INPUT_XFRM',
      { kind: 'choice', choices: { none: 0, 'symmetric-xor': 1, 'symmetric-or-xor': 2 } },
      'how both directions of a flow are made to hash alike',
    ),
  ],
};

const mm: SubjectSpec = {
  name: 'mac-merge',
  title: 'Frame pre-emption',
  channel: 'ethtool',
  get: 'MM_GET',
  set: 'MM_SET',
  announced: 'MM_NTF',
  shape: 'keys',
  keys: [
    keyOf('pmac', 'ETHTOOL_A_MM_PMAC_ENABLED', onOff, 'the pre-emptible MAC is on'),
    keyOf('tx', 'ETHTOOL_A_MM_TX_ENABLED', onOff, 'frames are pre-empted'),
    keyOf('tx-active', 'ETHTOOL_A_MM_TX_ACTIVE', onOff, 'frames are pre-empted now', readOnly),
    keyOf('verify', 'ETHTOOL_A_MM_VERIFY_ENABLED', onOff, 'the partner is asked first'),
    keyOf('verify-time', 'ETHTOOL_A_MM_VERIFY_TIME', unit('ms'), 'between two questions', {
      most: 'ETHTOOL_A_MM_MAX_VERIFY_TIME',
    }),
    keyOf('tx-min-frag-size', 'ETHTOOL_A_MM_TX_MIN_FRAG_SIZE', unit('bytes'), 'smallest fragment that is sent'),
    keyOf('rx-min-frag-size', 'ETHTOOL_A_MM_RX_MIN_FRAG_SIZE', unit('bytes'), 'smallest fragment that is taken', readOnly),
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

const phy: SubjectSpec = {
  name: 'phy',
  title: 'PHY devices',
  channel: 'ethtool',
  get: 'PHY_GET',
  shape: 'keys',
  keys: [
    keyOf('index', 'ETHTOOL_A_PHY_INDEX', plainNumber, 'number of the PHY', readOnly),
    keyOf('driver', 'ETHTOOL_A_PHY_DRVNAME', plainText, 'driver of the PHY', readOnly),
    keyOf('name', 'ETHTOOL_A_PHY_NAME', plainText, 'name of the PHY', readOnly),
  ],
};

/** In the order in which the steps of a change are carried out. */
export const ETHTOOL_SUBJECTS: readonly SubjectSpec[] = [
  port,
  modes,
  state,
  fec,
  eee,
  pause,
  channels,
  rings,
  coalesce,
  features,
  rss,
  timestamps,
  timestamping,
  wol,
  moduleSubject,
  privateFlags,
  debug,
  mm,
  clocks,
  phy,
];
