/** Subjects of the ethtool family that are about the port: its connector, its link, its partner, its PHY. */
import type { Unit, ValueType } from '../values.js';
import { choice, keyOf, nameSet, onOff, plainNumber, plainText, readOnly, type SubjectSpec } from './subject.js';

const unit = (name: Unit): ValueType => ({ kind: 'number', unit: name });

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

const pluggable: SubjectSpec = {
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
    keyOf(
      'rx-min-frag-size',
      'ETHTOOL_A_MM_RX_MIN_FRAG_SIZE',
      unit('bytes'),
      'smallest fragment that is taken',
      readOnly,
    ),
  ],
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

const upTo255: ValueType = { kind: 'number', most: 255 };

const plca: SubjectSpec = {
  name: 'plca',
  title: 'Turns of the nodes on a shared cable',
  channel: 'ethtool',
  get: 'PLCA_GET_CFG',
  set: 'PLCA_SET_CFG',
  announced: 'PLCA_NTF',
  shape: 'keys',
  keys: [
    keyOf('enabled', 'ETHTOOL_A_PLCA_ENABLED', onOff, 'nodes send in turns'),
    keyOf('node-id', 'ETHTOOL_A_PLCA_NODE_ID', upTo255, 'number of this node; 0 is the coordinator'),
    keyOf('node-cnt', 'ETHTOOL_A_PLCA_NODE_CNT', upTo255, 'nodes, where this is the coordinator'),
    keyOf('to-tmr', 'ETHTOOL_A_PLCA_TO_TMR', upTo255, 'bit times that a turn waits for its node'),
    keyOf('burst-cnt', 'ETHTOOL_A_PLCA_BURST_CNT', upTo255, 'frames beyond the first in one turn'),
    keyOf('burst-tmr', 'ETHTOOL_A_PLCA_BURST_TMR', upTo255, 'bit times that a burst waits for its next frame'),
  ],
};

const plcaStatus: SubjectSpec = {
  name: 'plca-status',
  title: 'Whether the nodes on a shared cable keep their turns',
  channel: 'ethtool',
  get: 'PLCA_GET_STATUS',
  shape: 'keys',
  keys: [keyOf('status', 'ETHTOOL_A_PLCA_STATUS', onOff, 'the beacon of the coordinator is heard', readOnly)],
};

export const PORT_SUBJECTS: readonly SubjectSpec[] = [
  port,
  modes,
  state,
  fec,
  eee,
  wol,
  pluggable,
  mm,
  phy,
  plca,
  plcaStatus,
];
