/** What the kernel itself keeps of a net device for ethtool: struct ethtool_netdev_state, and its wake-up source. */
import type { EthtoolOps, PortName } from '../../../harness/contract/index.js';
import { portOf, type NetDevice } from '../netDevice.js';

export interface EthtoolState {
  /** device_may_wakeup(): some wake-up mode is on. */
  wakeArmed: boolean;
  /** wakeup_count: what the driver reported while armed. */
  wakeups: number;
  /** A cable test of the PHY goes on; `abort` ends it without results. */
  cableTest: { readonly abort: () => void } | undefined;
  flashing: boolean;
}

const states = new WeakMap<NetDevice, EthtoolState>();

export function ethtoolStateOf(netDevice: NetDevice): EthtoolState {
  let state = states.get(netDevice);
  if (state === undefined) {
    state = { wakeArmed: false, wakeups: 0, cableTest: undefined, flashing: false };
    states.set(netDevice, state);
  }
  return state;
}

/** pm_wakeup_event(): nothing is counted where nobody armed the device. */
export function noteWakeup(netDevice: NetDevice): void {
  const state = ethtoolStateOf(netDevice);
  if (state.wakeArmed) state.wakeups++;
}

/** dev->ethtool_ops: a net device without hardware, and one on top of another, has none of its own. */
export function opsOf(netDevice: NetDevice): { readonly ops: EthtoolOps; readonly port: PortName } {
  const { device, port } = portOf(netDevice);
  return { ops: netDevice.lower.kind === 'port' ? device.ethtool : {}, port };
}
