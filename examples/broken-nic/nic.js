// A device model with a mistake that real hardware has made. docs/first-failure.md finds it by the frame and mends it.
//
//   npx nicspec run --target module:examples/broken-nic/nic.js
//
// In a project of your own the import is 'nicspec/device'.
import { createReferenceNic } from '../../dist/reference-impl/device/index.js';

/** Where the sum of a transmit checksum ends, in a frame that is summed from `start`. */
const checksumEnd = (bytes, start) => bytes.length - ((bytes.length - start) % 2);

/**
 * The default export makes the device; nicspec puts the reference kernel over it. This one is the reference NIC with one part replaced.
 *
 * @returns {import('nicspec').Device}
 */
export default function createBrokenNic() {
  return createReferenceNic({
    limits: { ports: 1 },
    parts: (conforming) => ({ ...conforming, checksumEnd }),
  });
}
