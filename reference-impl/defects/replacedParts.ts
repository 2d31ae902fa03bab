/** A conforming stack with one part replaced: what most defects are. */
import type { NicParts } from '../device/parts.js';
import type { AclParts } from '../device/switch/aclParts.js';
import type { SwitchParts } from '../device/switch/switchParts.js';
import type { BridgeParts } from '../kernel/bridge/bridgeParts.js';
import type { KernelParts } from '../kernel/parts.js';
import type { TcParts } from '../kernel/tc/tcParts.js';
import type { Defect } from './defect.js';

/** Parts of the kernel. */
export const kernel =
  (change: Partial<KernelParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, ...change });

/** Parts of the NIC; a function gets the sound ones. */
export const nic =
  (change: Partial<NicParts> | ((sound: NicParts) => Partial<NicParts>)): NonNullable<Defect['nic']> =>
  (parts) => ({ ...parts, ...(typeof change === 'function' ? change(parts) : change) });

/** Parts of the reference switch. */
export const chip =
  (change: Partial<SwitchParts>): NonNullable<Defect['switch']> =>
  (parts) => ({ ...parts, ...change });

/** Parts of the kernel's bridge. */
export const bridge =
  (change: Partial<BridgeParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, bridge: { ...parts.bridge, ...change } });

/** Parts of the access list of the reference switch. */
export const acl =
  (change: Partial<AclParts>): NonNullable<Defect['switch']> =>
  (parts) => ({ ...parts, acl: { ...parts.acl, ...change } });

/** Parts of the kernel's traffic control. */
export const tc =
  (change: Partial<TcParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, tc: { ...parts.tc, ...change } });
