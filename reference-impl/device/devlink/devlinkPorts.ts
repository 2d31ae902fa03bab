/** The ports of the reference device as devlink shows them. */
import type { DevlinkPort, ParentDevice } from '../../../harness/contract/index.js';

/** Where the reference device is plugged in. */
export const DEVICE_ON_BUS: ParentDevice = { bus: 'pci', name: '0000:01:00.0' };

/** An EUI-64 made of the address range of the ports. */
export const SWITCH_ID = Uint8Array.of(0x02, 0x4e, 0x49, 0xff, 0xfe, 0x43, 0, 0);

/** A port of the front panel, whole: its index is the number of the port. */
export const panelPort = (number: number, isSwitch: boolean): DevlinkPort => ({
  index: number,
  attributes: { flavour: 'physical', number, ...(isSwitch ? { switchId: SWITCH_ID } : {}) },
});
