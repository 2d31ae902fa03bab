/** The wake-up source of a device as power management shows it: drivers/base/power/sysfs.c. */
import type { ReferenceKernel } from '../kernel.js';
import { netDeviceAttribute, type Sysfs } from '../sysfs.js';
import { ethtoolStateOf } from './deviceState.js';

/** Both are there for every port; the count is empty while nobody armed the device. */
export function registerWakeup(sysfs: Sysfs, kernel: ReferenceKernel): void {
  sysfs.register(
    netDeviceAttribute(kernel, 'device/power/wakeup', (netDevice) =>
      ethtoolStateOf(netDevice).wakeArmed ? 'enabled' : 'disabled',
    ),
    netDeviceAttribute(kernel, 'device/power/wakeup_count', (netDevice) => {
      const { wakeArmed, wakeups } = ethtoolStateOf(netDevice);
      return wakeArmed ? String(wakeups) : '';
    }),
  );
}
