import type { Target } from '../../contract/index.js';

/**
 * What a machine gives of itself, whatever net device is looked at: the channels of a Target that need no knowledge of drivers. A
 * driver target adds description, cable ends and reset.
 */
export interface MachineChannels extends Pick<
  Target,
  'netlink' | 'ethtoolIoctl' | 'host' | 'bpf' | 'sysfs' | 'sysctl' | 'firmware' | 'clock' | 'close'
> {
  /** As uname(2) says. */
  readonly kernel: { readonly name: string; readonly release: string };
}
