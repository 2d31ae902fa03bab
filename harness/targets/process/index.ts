/** `process:COMMAND`: a device that another program is, under the reference kernel. */
import type { Target } from '../../contract/index.js';
import type { OpenOptions } from '../index.js';
import { openProcessDevice } from './processDevice.js';

/**
 * Starts the command and puts the reference kernel over the device that it is.
 * @throws TargetLost, with what the command wrote to standard error, if it is none.
 */
export async function openProcessTarget(
  command: string,
  { seed, folder = process.cwd(), limits = {} }: OpenOptions,
): Promise<Target> {
  const name = `process:${command}`;
  const { device } = await openProcessDevice({ name, command, folder, seed, limits });
  const { openDeviceTarget } = await import('../reference.js');
  return openDeviceTarget(name, device);
}
