import type { Defect } from './defect.js';
import { IOCTL, PRACTICE, SELF_TEST } from './origins.js';
import { ethtool, service } from './replacedParts.js';
import { withEthtool } from './wrapDevice.js';
import type { EepromOps } from '../../harness/contract/index.js';
import { EINVAL, EOPNOTSUPP } from '../kernel/errno.js';
import {
  ETHTOOL_GLINK,
  ETHTOOL_GPFLAGS,
  ETHTOOL_GRSSH,
  ETHTOOL_GSTRINGS,
  ETHTOOL_SRSSH,
  ETHTOOL_SWOL,
  RXFH_CONTEXT_ALLOC,
  setWord,
  wordAt,
} from '../netlink/ethtoolStructs.js';
import { ETHTOOL_GSTATS } from '../netlink/rxnfc.js';

/** Everything behind the struct moves by one byte. */
function shifted(bytes: Uint8Array): Uint8Array {
  const moved = bytes.slice();
  moved.copyWithin(12, 13);
  return moved;
}

function saysLink(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  setWord(changed, 1, 1);
  return changed;
}

const evenReads =
  (read: EepromOps['read']): EepromOps['read'] =>
  (port, offset, length) =>
    read(port, offset & ~1, length);

/** Words of 32 bits behind the number of the command. */
const doubled = (bytes: Uint8Array): Uint8Array => withWord(bytes, 1, wordAt(bytes, 1) << 1);
const withoutNumber = (bytes: Uint8Array): Uint8Array => withWord(bytes, 1, RXFH_CONTEXT_ALLOC);
const countsOneMore = (bytes: Uint8Array): Uint8Array => withWord(bytes, 1, wordAt(bytes, 1) + 1);

function withWord(bytes: Uint8Array, index: number, value: number): Uint8Array {
  const changed = bytes.slice();
  setWord(changed, index, value >>> 0);
  return changed;
}

const KEY_LENGTH = 40;

/** SIOCETHTOOL. */
export const ethtoolIoctlDefects: readonly Defect[] = [
  {
    id: 'DEF-ETH-IOC-COUNT',
    title: 'One test more than there are',
    description: 'The count of tests includes the end of the table.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-001',
    kernel: ethtool({ countsTests: (names) => names.length + 1 }),
  },
  {
    id: 'DEF-ETH-IOC-STRINGS',
    title: 'Strings of the ioctl are cut',
    description: 'Strings are written with 31 bytes from one to the next.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-002',
    kernel: ethtool({ ioctlReply: (command, bytes) => (command === ETHTOOL_GSTRINGS ? shifted(bytes) : bytes) }),
  },
  {
    id: 'DEF-ETH-IOC-OVERRUN',
    title: 'Strings are written whatever the room',
    description: 'The count of the user is not compared.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-003',
    kernel: ethtool({ stringsNeedCount: false }),
  },
  {
    id: 'DEF-ETH-IOC-CURRENT-ADDRESS',
    title: 'The permanent address follows the current one',
    description: 'The driver copies dev_addr.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-004',
    kernel: ethtool({ permanentAddressIs: (_permanent, current) => current }),
  },
  {
    id: 'DEF-ETH-IOC-ADDRESS-ROOM',
    title: 'An address is written into five bytes',
    description: 'The size of the buffer is not looked at.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-005',
    kernel: ethtool({ checksAddressRoom: false }),
  },
  {
    id: 'DEF-ETH-IOC-UNKNOWN',
    title: 'An unknown command is an invalid one',
    description: 'Tools do not fall back from EINVAL.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-006',
    kernel: ethtool({ ioctlRefuses: (_command, errno) => (errno === EOPNOTSUPP ? EINVAL : errno) }),
  },
  {
    id: 'DEF-ETH-IOC-REGISTERS',
    title: 'A dump is longer than was asked for',
    description: 'The length of the user is not looked at.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-007',
    kernel: ethtool({ limitsRegisters: false }),
  },
  {
    id: 'DEF-ETH-IOC-MEMORY',
    title: 'Reads of the memory are rounded down',
    description: 'The driver reads words and forgets the odd byte.',
    origin: PRACTICE,
    caughtBy: 'ETH-IOCTL-008',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        ...(sound.eeprom === undefined ? {} : { eeprom: { ...sound.eeprom, read: evenReads(sound.eeprom.read) } }),
      })),
  },
  {
    id: 'DEF-ETH-IOC-MEMORY-END',
    title: 'A read of nothing succeeds',
    description: 'Neither zero nor an overflow is refused.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-009',
    kernel: ethtool({ checksEepromRange: false }),
  },
  {
    id: 'DEF-ETH-IOC-MAGIC',
    title: 'Any image is written',
    description: 'The magic number is not compared.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-010',
    kernel: ethtool({ checksEepromMagic: false }),
  },
  {
    id: 'DEF-ETH-IOC-TEST-MARK',
    title: 'A test that failed is not marked',
    description: 'Results are there, and the flag is not.',
    origin: SELF_TEST,
    caughtBy: 'ETH-IOCTL-011',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        ...(sound.selfTest === undefined
          ? {}
          : { selfTest: { ...sound.selfTest, run: () => ({ failed: false, results: [0, 0, 13, 0] }) } }),
      })),
  },
  {
    id: 'DEF-ETH-IOC-LOOPBACK',
    title: 'The loopback test reads another frame',
    description: 'The buffer is read before the frame is in it.',
    origin: SELF_TEST,
    caughtBy: 'ETH-IOCTL-012',
    nic: service({ loopbackFrame: (bytes) => bytes.map((byte, index) => (index === 100 ? byte ^ 1 : byte)) }),
  },
  {
    id: 'DEF-ETH-IOC-TEST-LEAVES-DOWN',
    title: 'A port does not come back from its test',
    description: 'The state of before is not restored.',
    origin: SELF_TEST,
    caughtBy: 'ETH-IOCTL-012',
    nic: service({ testRestores: false }),
  },
  {
    id: 'DEF-ETH-IOC-LINK-TEST',
    title: 'The link test passes without a cable',
    description: 'The state of the link is not read.',
    origin: SELF_TEST,
    caughtBy: 'ETH-IOCTL-013',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        ...(sound.selfTest === undefined
          ? {}
          : { selfTest: { ...sound.selfTest, run: () => ({ failed: false, results: [0, 0, 0, 0] }) } }),
      })),
  },
  {
    id: 'DEF-ETH-IOC-LAMP',
    title: 'The lamp is shown for a moment',
    description: 'The seconds are taken as milliseconds.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-014',
    kernel: ethtool({ identifyMilliseconds: (seconds) => seconds }),
  },
  {
    id: 'DEF-ETH-IOC-LINK',
    title: 'The link of a port that is down',
    description: 'The ioctl tells the carrier alone.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-015',
    kernel: ethtool({ ioctlReply: (command, bytes) => (command === ETHTOOL_GLINK ? saysLink(bytes) : bytes) }),
  },
  {
    id: 'DEF-ETH-IOC-WAKES-BY-ANYTHING',
    title: 'A mode of wake-up that the device does not have is taken',
    description: 'The driver is trusted to know what it can.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-018',
    kernel: ethtool({ ioctlRefuses: (command, errno) => (command === ETHTOOL_SWOL ? undefined : errno) }),
  },
  {
    id: 'DEF-ETH-IOC-FLAGS-SWAPPED',
    title: 'Private flags of the ioctl are counted from the second',
    description: 'The first bit is that of the struct, which is not a flag.',
    origin: PRACTICE,
    caughtBy: 'ETH-IOCTL-019',
    kernel: ethtool({ ioctlReply: (command, bytes) => (command === ETHTOOL_GPFLAGS ? doubled(bytes) : bytes) }),
  },
  {
    id: 'DEF-ETH-IOC-KEY-GOES',
    title: 'The key goes with the table',
    description: 'A key that is not given is set to a new one.',
    origin: PRACTICE,
    caughtBy: 'ETH-IOCTL-020',
    wrap: (device) =>
      withEthtool(device, ({ setRss }) =>
        setRss === undefined
          ? {}
          : {
              setRss: (port, context, change) => setRss(port, context, { key: new Uint8Array(KEY_LENGTH), ...change }),
            },
      ),
  },
  {
    id: 'DEF-ETH-IOC-ANY-HASH',
    title: 'A hash that cannot be seems to be taken',
    description: 'What is refused is answered as if it had been done.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-021',
    kernel: ethtool({ ioctlRefuses: (command, errno) => (command === ETHTOOL_SRSSH ? undefined : errno) }),
  },
  {
    id: 'DEF-ETH-IOC-CONTEXT-NUMBER',
    title: 'The number of a new context is not told',
    description: 'The struct goes back as it came.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-022',
    kernel: ethtool({ ioctlReply: (command, bytes) => (command === ETHTOOL_SRSSH ? withoutNumber(bytes) : bytes) }),
  },
  {
    id: 'DEF-ETH-IOC-COUNTERS-TWICE',
    title: 'The number of counters is one too many',
    description: 'The end of the table counts as well.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-023',
    kernel: ethtool({ ioctlReply: (command, bytes) => (command === ETHTOOL_GSTATS ? countsOneMore(bytes) : bytes) }),
  },
  {
    id: 'DEF-ETH-IOC-SILENT',
    title: 'A change by ioctl is not announced',
    description: 'Only netlink announces.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-016',
    kernel: ethtool({ announcesIoctl: false }),
  },
  {
    id: 'DEF-ETH-IOC-HASH-KEY',
    title: 'The key is written behind the wrong place',
    description: 'The key begins where the table of the user would end in bytes.',
    origin: IOCTL,
    caughtBy: 'ETH-IOCTL-017',
    kernel: ethtool({
      ioctlReply: (command, bytes) =>
        command === ETHTOOL_GRSSH
          ? bytes.map((byte, index) => (index === bytes.length - 1 && bytes.length > 24 ? byte ^ 0xff : byte))
          : bytes,
    }),
  },
];
