/** The rules of the kernel's side of SR-IOV, each of which a seeded defect may replace. */
import type { Values } from '../../netlink/schema.js';
import type { VfConfig } from '../../../harness/contract/index.js';

export interface SriovParts {
  /** drivers/pci/iov.c: whether a change from some functions to others is refused. */
  readonly refusesChangeInUse: boolean;
  readonly checksTotal: boolean;
  /** Whether a write of the number that there is asks the driver. */
  readonly asksForSame: boolean;
  /** The number that is shown, of those that were asked for and those that the driver made. */
  readonly shown: (asked: number, made: number) => number;
  readonly probes: (autoprobe: boolean) => boolean;
  /** Whether the functions that go are unbound from their drivers. */
  readonly unbindsAll: (count: number) => number;
  /** pci_device_can_probe(). */
  readonly mayBind: (autoprobe: boolean) => boolean;
  /** __driver_probe_device(): whether a function that has a driver is not bound to one. */
  readonly refusesBound: boolean;
  /** bus_rescan_devices_helper(): whether a probe leaves a function alone that has a driver. */
  readonly leavesBound: boolean;
  /** What sysfs takes for a number: kstrtou16(). */
  readonly parseNumber: (text: string) => number | undefined;
  /** pci_iov_virtfn_bus(), pci_iov_virtfn_devfn(). */
  readonly routingId: (own: number, offset: number, stride: number, index: number) => number;
  readonly linksPhysfn: boolean;
  /** sriov_vf_device_show(): the device ID of virtual functions, as the capability has it. */
  readonly vfDeviceShown: (vfDevice: number) => number;
  /** reset_store(): whether what is written asks for a reset. */
  readonly asksForReset: (text: string) => boolean;
  /** sriov_vf_msix_count_store(): whether a function that has a driver keeps its vectors. */
  readonly guardsVectors: boolean;
  // rtnetlink.
  /** Whether functions are told only to who asks for them. */
  readonly needsFilter: boolean;
  readonly skipsStatistics: (mask: number) => boolean;
  readonly told: (config: VfConfig) => VfConfig;
  readonly checksRates: boolean;
  /** rtnl_set_vf_rate(): a highest rate of 0 is none. */
  readonly ratesCross: (lowest: number, highest: number) => boolean;
  /** Whether an old request that has the highest rate alone keeps the lowest. */
  readonly keepsMinimum: boolean;
  readonly announces: boolean;
  /** Whether a request that has several attributes stops at the first that is refused. */
  readonly stopsAtRefusal: boolean;
  readonly checksVlanList: boolean;
  /** Whether an attribute that is shorter than its struct is refused. */
  readonly checksLengths: boolean;
  readonly setsAllEntries: boolean;
  readonly refusesGuid: boolean;
  /** The attributes of an entry. */
  readonly entry: (attributes: Values) => Values;
}

export const CONFORMING_SRIOV: SriovParts = {
  refusesChangeInUse: true,
  checksTotal: true,
  asksForSame: false,
  shown: (_asked, made) => made,
  probes: (autoprobe) => autoprobe,
  unbindsAll: (count) => count,
  mayBind: (autoprobe) => autoprobe,
  refusesBound: true,
  leavesBound: true,
  parseNumber: parseU16,
  routingId: (own, offset, stride, index) => own + offset + stride * index,
  linksPhysfn: true,
  vfDeviceShown: (vfDevice) => vfDevice,
  asksForReset: (text) => parseInteger(text) === 1,
  guardsVectors: true,
  needsFilter: true,
  skipsStatistics: (mask) => (mask & (1 << 3)) !== 0,
  told: (config) => config,
  checksRates: true,
  ratesCross: (lowest, highest) => highest !== 0 && highest < lowest,
  keepsMinimum: true,
  announces: true,
  stopsAtRefusal: true,
  checksVlanList: true,
  checksLengths: true,
  setsAllEntries: true,
  refusesGuid: true,
  entry: (attributes) => attributes,
};

/** kstrtou16(). */
function parseU16(text: string): number | undefined {
  const value = parseInteger(text);
  return value !== undefined && value >= 0 && value <= 0xffff ? value : undefined;
}

/** kstrtoint(), base 0: decimal, 0x… or 0…, a sign, one newline at the end. */
export function parseInteger(text: string): number | undefined {
  const match = /^([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))\n?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, octal, decimal = ''] = match;
  const value =
    hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : Number(decimal);
  return sign === '-' ? -value : value;
}
