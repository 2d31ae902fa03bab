import type { Defect } from './defect.js';
import {
  COALESCE_CHECKS,
  EEE,
  FEC,
  LINK_MODES,
  LINK_STATE,
  MAC_MERGE,
  PRACTICE,
  PRIVATE_FLAGS,
  WAKE,
} from './origins.js';
import { ethtool, service } from './replacedParts.js';
import { withEthtool } from './wrapDevice.js';
import type { DriverResult, PrivateFlagOps } from '../../harness/contract/index.js';
import { isMagicPacket } from '../device/service/wake.js';
import { EINVAL } from '../kernel/errno.js';

const done: DriverResult = { ok: true, value: undefined };

/** Flags that are on stay on. */
const stickyFlags = (sound: PrivateFlagOps): PrivateFlagOps => ({
  ...sound,
  set: async (port, flags) => sound.set(port, [...new Set([...(await sound.get(port)), ...flags])]),
});

/** Settings of a device by ethtool. */
export const ethtoolSettingDefects: readonly Defect[] = [
  {
    id: 'DEF-ETH-EEE-NO-PEER',
    title: 'The far end seems to offer nothing',
    description: 'The driver does not read what it was told by it.',
    origin: EEE,
    caughtBy: 'ETH-EEE-004',
    kernel: ethtool({
      reply: (operation, values) =>
        operation === 'EEE_GET' ? { ...values, ETHTOOL_A_EEE_MODES_PEER: { ETHTOOL_A_BITSET_NOMASK: true } } : values,
    }),
  },
  {
    id: 'DEF-ETH-MM-ONE-FRAGMENT',
    title: 'Both directions have one smallest fragment',
    description: 'Both attributes are filled from the same member.',
    origin: MAC_MERGE,
    caughtBy: 'ETH-MM-007',
    kernel: ethtool({
      reply: (operation, values) =>
        operation === 'MM_GET'
          ? { ...values, ETHTOOL_A_MM_RX_MIN_FRAG_SIZE: values['ETHTOOL_A_MM_TX_MIN_FRAG_SIZE'] ?? 0 }
          : values,
    }),
  },
  {
    id: 'DEF-ETH-COA-COMPLETIONS',
    title: 'A limit of completions is taken and dropped',
    description: 'The members of a step are not compared with those of the device.',
    origin: COALESCE_CHECKS,
    caughtBy: 'ETH-COA-003',
    kernel: ethtool({ checksModeration: false }),
  },
  {
    id: 'DEF-ETH-LINK-HALF',
    title: 'Half duplex is taken and is full',
    description: 'The driver does not look at the duplex that is asked for.',
    origin: PRACTICE,
    caughtBy: 'ETH-LINK-006',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setLink: (port, { autoneg, speed }) =>
          sound.setLink?.(port, { autoneg, ...(speed === undefined ? {} : { speed }) }) ?? done,
      })),
  },
  {
    id: 'DEF-ETH-FEC-NO-NONE',
    title: 'No error correction is no mode',
    description: 'The table of modes has the codes alone.',
    origin: FEC,
    caughtBy: 'ETH-FEC-002',
    kernel: ethtool({ isFecMode: (name) => name !== 'None' }),
  },
  {
    id: 'DEF-ETH-WOL-CLEARS-REST',
    title: 'A shorter password clears the rest',
    description: 'The buffer is cleared before the bytes are copied.',
    origin: WAKE,
    caughtBy: 'ETH-WOL-003',
    kernel: ethtool({ keepsRestOfPassword: false }),
  },
  {
    id: 'DEF-ETH-MM-ONE-TOO-SHORT',
    title: 'The longest verification time is refused',
    description: 'The bound is compared with the wrong sign.',
    origin: MAC_MERGE,
    caughtBy: 'ETH-MM-005',
    kernel: ethtool({ isTooLong: (verifyTime, most) => verifyTime >= most }),
  },
  {
    id: 'DEF-ETH-MM-COUNTERS-ALWAYS',
    title: 'Counters are told to who did not ask',
    description: 'The flag is not looked at.',
    origin: MAC_MERGE,
    caughtBy: 'ETH-MM-006',
    kernel: ethtool({
      reply: (operation, values) => (operation === 'MM_GET' ? { ...values, ETHTOOL_A_MM_STATS: {} } : values),
    }),
  },
  {
    id: 'DEF-ETH-DBG-FORGETS',
    title: 'A message class cannot be switched on',
    description: 'The driver has no bit for one of the classes.',
    origin: PRACTICE,
    caughtBy: 'ETH-DBG-001',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setMessageLevel: (port, classes) =>
          sound.setMessageLevel?.(
            port,
            classes.filter((name) => name !== 'intr'),
          ),
      })),
  },
  {
    id: 'DEF-ETH-WOL-FIRST',
    title: 'Only one wake-up mode is kept',
    description: 'The driver keeps the first of the modes.',
    origin: PRACTICE,
    caughtBy: 'ETH-WOL-001',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setWake: (port, wake) => sound.setWake?.(port, { ...wake, enabled: wake.enabled.slice(0, 1) }) ?? done,
      })),
  },
  {
    id: 'DEF-ETH-WOL-UNSUPPORTED',
    title: 'A wake-up mode that does not exist is taken',
    description: 'The modes are not compared with those of the device.',
    origin: WAKE,
    caughtBy: 'ETH-WOL-002',
    kernel: ethtool({ refusesUnsupportedWake: false }),
  },
  {
    id: 'DEF-ETH-WOL-PASSWORD-SHORT',
    title: 'The last byte of the password is lost',
    description: 'The driver writes five bytes of the password to its registers.',
    origin: PRACTICE,
    caughtBy: 'ETH-WOL-003',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setWake: (port, wake) =>
          sound.setWake?.(port, {
            ...wake,
            password: Uint8Array.from(wake.password, (byte, index) => (index < 5 ? byte : 0)),
          }) ?? done,
      })),
  },
  {
    id: 'DEF-ETH-WOL-PASSWORD-TOLD',
    title: 'The password is announced',
    description: 'Everybody who listens learns the password.',
    origin: WAKE,
    caughtBy: 'ETH-WOL-004',
    kernel: ethtool({ hidesPassword: false }),
  },
  {
    id: 'DEF-ETH-WOL-STAYS-ARMED',
    title: 'Power management thinks the device may wake',
    description: 'device_set_wakeup_enable() is called with true whatever the modes are.',
    origin: WAKE,
    caughtBy: 'ETH-WOL-005',
    kernel: ethtool({ armsFor: () => true }),
  },
  {
    id: 'DEF-ETH-WOL-ONE-PLACE',
    title: 'A magic packet is seen in one place only',
    description: 'The filter looks behind the Ethernet header and nowhere else.',
    origin: PRACTICE,
    caughtBy: 'ETH-WOL-006',
    nic: service({
      isMagicPacket: (bytes, address, password) =>
        isMagicPacket(bytes.subarray(14, 14 + 6 + 16 * 6 + (password?.length ?? 0)), address, password),
    }),
  },
  {
    id: 'DEF-ETH-WOL-ANY-PASSWORD',
    title: 'SecureOn wakes for any password',
    description: 'The password is stored and not compared.',
    origin: PRACTICE,
    caughtBy: 'ETH-WOL-007',
    nic: service({ comparesPassword: false }),
  },
  {
    id: 'DEF-ETH-PRV-STICKY',
    title: 'A private flag cannot be switched off',
    description: 'The driver ors the flags into those that are there.',
    origin: PRACTICE,
    caughtBy: 'ETH-PRV-001',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        ...(sound.privateFlags === undefined ? {} : { privateFlags: stickyFlags(sound.privateFlags) }),
      })),
  },
  {
    id: 'DEF-ETH-PRV-NOTHING',
    title: 'A change of no flags succeeds',
    description: 'A request without flags is acknowledged.',
    origin: PRIVATE_FLAGS,
    caughtBy: 'ETH-PRV-002',
    kernel: ethtool({
      refuses: (name, refusal) => (name === 'PRIVFLAGS_SET' && refusal.errno === EINVAL ? undefined : refusal),
    }),
  },
  {
    id: 'DEF-ETH-EEE-TIMER',
    title: 'The timer of energy saving is not set',
    description: 'The driver takes the switches and leaves the timer.',
    origin: EEE,
    caughtBy: 'ETH-EEE-001',
    nic: service({ storesEee: (wanted) => ({ ...wanted, txLpiTimer: 17 }) }),
  },
  {
    id: 'DEF-ETH-EEE-WITHOUT-LINK',
    title: 'Energy saving is active without a link',
    description: 'The state is that of the last negotiation.',
    origin: EEE,
    caughtBy: 'ETH-EEE-002',
    nic: service({ eeeNeedsLink: false }),
  },
  {
    id: 'DEF-ETH-EEE-ALONE',
    title: 'Energy saving needs one end only',
    description: 'What the port does not offer is taken from what the partner offers.',
    origin: EEE,
    caughtBy: 'ETH-EEE-003',
    nic: service({ commonEee: (_ours, partner) => partner }),
  },
  {
    id: 'DEF-ETH-MM-FRAGMENT',
    title: 'The smallest fragment is rounded',
    description: 'The driver rounds the smallest fragment up to a multiple of 64.',
    origin: MAC_MERGE,
    caughtBy: 'ETH-MM-001',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setMacMerge: (port, settings) =>
          sound.setMacMerge?.(port, { ...settings, txMinFragSize: 64 * Math.ceil(settings.txMinFragSize / 64) - 4 }) ??
          done,
      })),
  },
  {
    id: 'DEF-ETH-MM-VERIFIES-NOTHING',
    title: 'Verification without transmission',
    description: 'The rule is left to the driver.',
    origin: MAC_MERGE,
    caughtBy: 'ETH-MM-002',
    kernel: ethtool({ verifyNeedsTx: false }),
  },
  {
    id: 'DEF-ETH-MM-NO-PMAC',
    title: 'Preemption without the preemptible MAC',
    description: 'The rule is left to the driver.',
    origin: MAC_MERGE,
    caughtBy: 'ETH-MM-003',
    kernel: ethtool({ txNeedsPmac: false }),
  },
  {
    id: 'DEF-ETH-MM-TRUSTS',
    title: 'Verification that fails preempts all the same',
    description: 'Fragments are sent to a far end that does not answer.',
    origin: MAC_MERGE,
    caughtBy: 'ETH-MM-004',
    nic: service({ verificationFails: false }),
  },
  {
    id: 'DEF-ETH-COA-ONE-PROFILE',
    title: 'Both directions have one profile',
    description: 'The profile of receive is written to transmit as well.',
    origin: COALESCE_CHECKS,
    caughtBy: 'ETH-COA-001',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setCoalesceProfiles: (port, { rx }) => sound.setCoalesceProfiles?.(port, { rx, tx: rx }) ?? done,
      })),
  },
  {
    id: 'DEF-ETH-COA-CUTS-PROFILE',
    title: 'The last step is dropped',
    description: 'A profile that is too long is cut.',
    origin: COALESCE_CHECKS,
    caughtBy: 'ETH-COA-002',
    kernel: ethtool({ limitsProfile: false }),
  },
  {
    id: 'DEF-ETH-LINK-LANES',
    title: 'Three lanes',
    description: 'The number of lanes is not checked.',
    origin: LINK_MODES,
    caughtBy: 'ETH-LINK-001',
    kernel: ethtool({ checksLanes: false }),
  },
  {
    id: 'DEF-ETH-LINK-ROLE',
    title: 'A role that is none',
    description: 'A value for master or slave that is not defined is taken as none.',
    origin: LINK_MODES,
    caughtBy: 'ETH-LINK-002',
    kernel: ethtool({
      refuses: (name, refusal) =>
        name === 'LINKMODES_SET' && refusal.message === 'master/slave value is invalid' ? undefined : refusal,
    }),
  },
  {
    id: 'DEF-ETH-LINK-SPEED',
    title: 'A speed changes nothing in autonegotiation',
    description: 'Advertised modes stay as they are.',
    origin: LINK_MODES,
    caughtBy: 'ETH-LINK-003',
    kernel: ethtool({ speedSelectsModes: false }),
  },
  {
    id: 'DEF-ETH-LINK-REASON',
    title: 'A reason for a port that is down',
    description: 'The driver is asked although nobody wants a link.',
    origin: LINK_STATE,
    caughtBy: 'ETH-LINK-004',
    kernel: ethtool({ extendedStateNeedsUp: false }),
  },
  {
    id: 'DEF-ETH-LINK-DOWNS',
    title: 'Each link down is counted twice',
    description: 'Both the interrupt and the poll count.',
    origin: LINK_STATE,
    caughtBy: 'ETH-LINK-005',
    nic: service({ countsLinkDown: (count) => count + 2 }),
  },
  {
    id: 'DEF-ETH-FEC-AUTO',
    title: 'Error correction forgets its modes beside auto',
    description: 'The driver keeps auto alone.',
    origin: PRACTICE,
    caughtBy: 'ETH-FEC-001',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setFec: (port, modes) => sound.setFec?.(port, modes.includes('auto') ? ['auto'] : modes) ?? done,
      })),
  },
];
