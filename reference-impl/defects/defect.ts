import type { Device } from '../../harness/contract/index.js';
import type { EswitchParts } from '../device/eswitch/eswitchParts.js';
import type { DevlinkChipParts } from '../device/devlink/devlinkChipParts.js';
import type { ReferenceModel } from '../device/limits.js';
import type { NicParts } from '../device/parts.js';
import type { RouterChipParts } from '../device/switch/routerParts.js';
import type { SwitchParts } from '../device/switch/switchParts.js';
import type { KernelParts } from '../kernel/parts.js';
import type { NettoolParts } from '../nettool/parts.js';

/** A conforming stack made wrong in one way: a real class of driver, firmware or core bug. */
export interface Defect {
  /** `DEF-` and a few words, for example `DEF-UDP-ZERO-CHECKSUM`. Never reused. */
  readonly id: string;
  readonly title: string;
  /** What goes wrong, in one or two sentences. */
  readonly description: string;
  /** Where the class of bug was seen. `url` is absent where it is known from practice only. */
  readonly origin: { readonly title: string; readonly url?: string };
  /** The requirement whose scenarios must catch it. */
  readonly caughtBy: string;
  /** The reference that it breaks; default: the one with a switch chip, which hides what the kernel's bridge does. */
  readonly model?: ReferenceModel;
  /** Replaces a part of the reference NIC. */
  readonly nic?: (parts: NicParts) => NicParts;
  /** Replaces a part of the reference switch. */
  readonly switch?: (parts: SwitchParts) => SwitchParts;
  /** Replaces a part of the router in the reference switch. */
  readonly router?: (parts: RouterChipParts) => RouterChipParts;
  /** Replaces a part of the switch between the functions of the reference NIC. */
  readonly eswitch?: (parts: EswitchParts) => EswitchParts;
  /** Replaces a part of the reference kernel: for rules that the core enforces. */
  readonly kernel?: (parts: KernelParts) => KernelParts;
  /** Replaces a part of what the reference device does for devlink. */
  readonly devlink?: (parts: DevlinkChipParts) => DevlinkChipParts;
  /** Replaces a part of nettool: the user's side. */
  readonly nettool?: (parts: NettoolParts) => NettoolParts;
  /** Wraps the whole device, for what no single part can show. */
  readonly wrap?: (device: Device) => Device;
}
