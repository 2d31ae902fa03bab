/** Seeded defects of what the PCI core says of functions, and of what is promised, chosen and asked for beyond what there is. */
import { readU16 } from '../packet/bytes.js';
import type { Device, SriovOps } from '../../harness/contract/index.js';
import type { Defect } from './defect.js';
import { ICE_RATES, IGBVF, IXGBE_VF, MLX5_VECTORS, PCI_IOV, PCI_SYSFS } from './origins.js';
import { eswitch, sriov } from './replacedParts.js';
import type { Writable } from '../writable.js';

/** The driver has no way to share vectors out. */
function withoutVectors(device: Device): Device {
  if (device.sriov === undefined) return device;
  const sriovOps: Writable<SriovOps> = { ...device.sriov };
  delete sriovOps.setVfMsix;
  return { ...device, sriov: sriovOps };
}

const PHYSICAL_DEVICE_ID = 0x10c9;

export const sriovVectorDefects: readonly Defect[] = [
  {
    id: 'DEF-SRIOV-DEVICE-OF-PHYSICAL',
    title: 'Functions are told the device ID of the physical one',
    description: 'The wrong register of the capability is read.',
    origin: PCI_IOV,
    caughtBy: 'SRIOV-LIFE-019',
    kernel: sriov({ vfDeviceShown: () => PHYSICAL_DEVICE_ID }),
  },
  {
    id: 'DEF-SRIOV-RESET-BY-ANYTHING',
    title: 'Whatever is written resets',
    description: 'The text is not looked at.',
    origin: PCI_SYSFS,
    caughtBy: 'SRIOV-LIFE-020',
    kernel: sriov({ asksForReset: () => true }),
  },
  {
    id: 'DEF-SRIOV-RESET-BY-CHARACTER',
    title: 'A reset is asked for with one character',
    description: 'The text is compared, and not the number.',
    origin: PCI_SYSFS,
    caughtBy: 'SRIOV-LIFE-020',
    kernel: sriov({ asksForReset: (text) => text.trim() === '1' }),
  },
  {
    id: 'DEF-SRIOV-VECTORS-TOLD',
    title: 'Vectors are told that cannot be shared out',
    description: 'The driver tells the size of the pool and has no way to give of it.',
    origin: PCI_IOV,
    caughtBy: 'SRIOV-LIFE-021',
    wrap: withoutVectors,
  },
  {
    id: 'DEF-SRIOV-VECTORS-IN-USE',
    title: 'Vectors change under a driver',
    description: 'Whether the function has a driver is not looked at.',
    origin: PCI_IOV,
    caughtBy: 'SRIOV-LIFE-022',
    kernel: sriov({ guardsVectors: false }),
  },
  {
    id: 'DEF-SRIOV-VECTORS-KEPT',
    title: 'A function has the same queues with any number of vectors',
    description: 'Several queues share a vector that the number does not count.',
    origin: MLX5_VECTORS,
    caughtBy: 'SRIOV-LIFE-022',
    eswitch: eswitch({ queuesOf: () => 8 }),
  },
  {
    id: 'DEF-SRIOV-VECTORS-OVERDRAWN',
    title: 'More vectors are given than there are',
    description: 'The number is not compared with the pool.',
    origin: MLX5_VECTORS,
    caughtBy: 'SRIOV-LIFE-022',
    eswitch: eswitch({ checksVectors: false }),
  },
  {
    id: 'DEF-SRIOV-PROMISES-ALONE',
    title: 'Each promise is looked at alone',
    description: 'A lowest rate is compared with the link, and not with what others were promised.',
    origin: ICE_RATES,
    caughtBy: 'SRIOV-VF-027',
    eswitch: eswitch({ sumsPromises: false }),
  },
  {
    id: 'DEF-SRIOV-LIST-CLEARED-FIRST',
    title: 'A list that is too long clears the one before',
    description: 'The filters are cleared before the room is counted.',
    origin: IGBVF,
    caughtBy: 'SRIOV-MBX-008',
    eswitch: eswitch({ keepsFormerList: false }),
  },
  {
    id: 'DEF-SRIOV-CHOICE-FORGOTTEN',
    title: 'The choice of a trusted function is forgotten with its driver',
    description: 'The filter follows the choice, what was set stays.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-TRUST-010',
    eswitch: eswitch({ choiceReplacesSet: false }),
  },
  {
    id: 'DEF-SRIOV-LLDP-BY-GROUP',
    title: 'LLDP is known by one of its groups',
    description: 'The destination is compared, and not the type: LLDP to a customer bridge passes.',
    origin: IXGBE_VF,
    caughtBy: 'SRIOV-SPOOF-007',
    eswitch: eswitch({ isLldp: (_type, bytes) => readU16(bytes, 0) === 0x0180 && readU16(bytes, 4) === 0x000e }),
  },
];
