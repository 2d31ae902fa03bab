/** npm run schema: makes the document of the device protocol anew. */
import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { DEVICE_PROTOCOL_FILE, deviceProtocol } from './deviceProtocol.js';

writeFileSync(
  DEVICE_PROTOCOL_FILE,
  await format(JSON.stringify(deviceProtocol()), { parser: 'json', printWidth: 120 }),
);
