/** A device by the name of its target, without a kernel over it. */
import { REFERENCE_MODELS } from '../../reference-impl/device/limits.js';
import type { Device } from '../contract/index.js';
import { UsageError } from '../runner/usage.js';
import { parseTargetName, referenceModel, type OpenOptions } from './index.js';

/** @throws UsageError for a target that is more than a device, or none. */
export async function makeDevice(name: string, options: OpenOptions): Promise<Device> {
  const { kind, rest } = parseTargetName(name);
  if (kind === 'reference') {
    const { createReferenceNic } = await import('../../reference-impl/device/nic.js');
    return createReferenceNic({ seed: options.seed, limits: REFERENCE_MODELS[referenceModel(rest)] });
  }
  if (kind !== 'module') throw new UsageError(`"${name}" is no device of this process; write reference or module:PATH`);
  const { isDeviceOf, makeFromModule } = await import('./module.js');
  const made = await makeFromModule(rest, options);
  if (!isDeviceOf(made)) throw new UsageError(`${rest} makes a whole target, and a device is wanted`);
  return made;
}
