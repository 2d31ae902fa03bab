// A device model with two mistakes that real hardware has made. It starts from the reference NIC and replaces two of its parts.
//
//   npx nicspec run --target module:examples/broken-nic/nic.js
//
// In a project of your own the import is 'nicspec/device'.
import { createReferenceNic } from '../../dist/reference-impl/device/index.js';

/**
 * The default export makes the device; nicspec puts the reference kernel over it.
 *
 * @returns {import('nicspec').Device}
 */
export default function createBrokenNic() {
  return createReferenceNic({
    limits: { ports: 1 },
    parts: (conforming) => ({
      ...conforming,
      // RFC 768: a computed checksum of zero has to be sent as all ones. Sent as zero it means "no checksum".
      finishChecksum: (value) => value,
      // The sum stops before an odd last byte, as if every frame had an even length.
      checksumEnd: (bytes, start) => bytes.length - ((bytes.length - start) % 2),
    }),
  });
}
