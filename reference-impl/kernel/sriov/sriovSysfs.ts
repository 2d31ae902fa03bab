/** What sysfs shows of functions: sriov_… of drivers/pci/iov.c, the links between functions, and drivers bound and unbound. */
import type { Errno, SysfsResult } from '../../../harness/contract/index.js';
import { EINVAL, ENODEV, ENOENT } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import type { Outcome } from '../kernelState.js';
import type { Sysfs } from '../sysfs.js';
import { parseInteger } from './sriovParts.js';
import type { PhysicalFunction, VirtualFunctionDevice } from './physicalFunctions.js';

const failed = (errno: Errno): { ok: false; errno: Errno } => ({ ok: false, errno });
const DEVICE = 'class/net/:netDevice/device';

const stored = (outcome: Outcome): SysfsResult<void> =>
  outcome.ok ? { ok: true, value: undefined } : failed(outcome.errno);

type Names = readonly string[];
type VfPlace = { readonly physical: PhysicalFunction; readonly vf: VirtualFunctionDevice };

export function registerSriov(sysfs: Sysfs, kernel: ReferenceKernel): void {
  const physicalOf = ([name = '']: Names): PhysicalFunction | undefined => {
    const netDevice = kernel.findByName(name);
    return netDevice && kernel.sriov.functionOf(netDevice);
  };
  registerCapability(sysfs, kernel, physicalOf);
  registerFunctions(sysfs, kernel, physicalOf);
}

function registerCapability(
  sysfs: Sysfs,
  kernel: ReferenceKernel,
  physicalOf: (names: Names) => PhysicalFunction | undefined,
): void {
  const shown =
    (show: (physical: PhysicalFunction) => string) =>
    (names: Names): SysfsResult<string> => {
      const physical = physicalOf(names);
      return physical === undefined ? failed(ENOENT) : { ok: true, value: `${show(physical)}\n` };
    };
  const readOnly: readonly (readonly [string, (physical: PhysicalFunction) => string])[] = [
    ['sriov_totalvfs', ({ capability }) => String(capability.totalVfs)],
    ['sriov_offset', ({ capability }) => String(capability.offset)],
    ['sriov_stride', ({ capability }) => String(capability.stride)],
    ['sriov_vf_device', ({ capability }) => kernel.parts.sriov.vfDeviceShown(capability.vfDevice).toString(16)],
    ['sriov_vf_total_msix', ({ capability }) => String(capability.totalMsix)],
  ];
  for (const [name, show] of readOnly) sysfs.register({ path: `${DEVICE}/${name}`, show: shown(show) });
  sysfs.register(
    {
      path: `${DEVICE}/sriov_numvfs`,
      show: shown(({ numVfs }) => String(numVfs)),
      store: async (names, value) => {
        const physical = physicalOf(names);
        if (physical === undefined) return failed(ENOENT);
        const count = kernel.parts.sriov.parseNumber(value);
        return count === undefined ? failed(EINVAL) : stored(await kernel.sriov.setNumVfs(physical, count));
      },
    },
    {
      path: `${DEVICE}/sriov_drivers_autoprobe`,
      show: shown(({ autoprobe }) => (autoprobe ? '1' : '0')),
      store: async (names, value) => {
        const physical = physicalOf(names);
        const on = parseBool(value);
        if (physical === undefined || on === undefined) return failed(physical === undefined ? ENOENT : EINVAL);
        physical.autoprobe = on;
        return { ok: true, value: undefined };
      },
    },
  );
}

/** `virtfn0` below a physical function, `physfn` below a virtual one. */
function registerFunctions(
  sysfs: Sysfs,
  kernel: ReferenceKernel,
  physicalOf: (names: Names) => PhysicalFunction | undefined,
): void {
  const { sriov } = kernel;
  const vfAt = (names: Names): VfPlace | undefined => {
    const physical = physicalOf(names);
    const [, number] = /^virtfn(\d+)$/.exec(names[1] ?? '') ?? [];
    const vf = physical?.virtualFunctions[Number(number)];
    return number === undefined || physical === undefined || vf === undefined ? undefined : { physical, vf };
  };
  /** What `virtfn0` or `physfn` leads to. */
  const linked = (names: Names): string | undefined => {
    if (names[1] !== 'physfn') return vfAt(names)?.vf.busName;
    const netDevice = kernel.findByName(names[0] ?? '');
    if (!kernel.parts.sriov.linksPhysfn) return undefined;
    return netDevice && sriov.virtualFunctionOf(netDevice)?.physical.busName;
  };
  const ofVf = (change: (place: VfPlace, value: string) => Promise<SysfsResult<void>>) => {
    return async (names: Names, value: string): Promise<SysfsResult<void>> => {
      const place = vfAt(names);
      return place === undefined ? failed(ENOENT) : change(place, value);
    };
  };
  const pciUevent = (busName: string): string => `PCI_SLOT_NAME=${busName}\n`;
  sysfs.register(
    {
      path: `${DEVICE}/:function/net`,
      list: (names) => {
        const busName = linked(names);
        const found = busName === undefined ? [] : sriov.netDevicesOf(busName);
        // The folder is there while a driver has a net device.
        return found.length === 0 ? failed(ENOENT) : { ok: true, value: found.map(({ name }) => name) };
      },
    },
    {
      path: `${DEVICE}/:function/uevent`,
      show: (names) => {
        const busName = linked(names);
        return busName === undefined ? failed(ENOENT) : { ok: true, value: pciUevent(busName) };
      },
    },
    {
      // pci_iov_add_virtfn(): the register of the function has none.
      path: `${DEVICE}/:function/device`,
      show: (names) => {
        const place = vfAt(names);
        if (place === undefined) return failed(ENOENT);
        return { ok: true, value: `0x${place.physical.capability.vfDevice.toString(16).padStart(4, '0')}\n` };
      },
    },
    {
      path: `${DEVICE}/:function/sriov_vf_msix_count`,
      store: ofVf(async ({ physical, vf }, value) => {
        const count = parseInteger(value);
        return count === undefined || count < 0 ? failed(EINVAL) : stored(await sriov.setVectors(physical, vf, count));
      }),
    },
    {
      path: `${DEVICE}/:function/reset`,
      store: ofVf(async ({ physical, vf }, value) =>
        kernel.parts.sriov.asksForReset(value) ? stored(await sriov.resetFunction(physical, vf)) : failed(EINVAL),
      ),
    },
    {
      path: `${DEVICE}/:function/driver/unbind`,
      store: ofVf(async ({ physical, vf }, value) => {
        if (!vf.isBound) return failed(ENOENT);
        return value.trim() === vf.busName ? stored(await sriov.unbind(physical, vf)) : failed(ENODEV);
      }),
    },
    {
      // The folder leads to the driver, which is the same one for all functions of the device.
      path: `${DEVICE}/:function/driver/bind`,
      store: ofVf(async ({ vf }, value) => {
        if (!vf.isBound) return failed(ENOENT);
        const place = sriov.virtualFunctionCalled(value.trim());
        if (place === undefined) return failed(ENODEV);
        return stored(await sriov.bind(place.physical, place.vf));
      }),
    },
    {
      path: 'bus/pci/drivers_probe',
      store: async (_names, value) => {
        const place = sriov.virtualFunctionCalled(value.trim());
        return place === undefined ? failed(ENODEV) : stored(await sriov.probe(place.physical, place.vf));
      },
    },
  );
}

/** kstrtobool(): the first character, or two of them. */
function parseBool(text: string): boolean | undefined {
  if (/^(?:[yYtT1]|[oO][nN])/.test(text)) return true;
  return /^(?:[nNfF0]|[oO][fF])/.test(text) ? false : undefined;
}
