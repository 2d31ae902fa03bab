// Writes docs/link-attributes.md; run `npm run build` first. A test compares the file with what this would write.
import { writeFileSync } from 'node:fs';
import { linkAttributesDocument } from '../dist/harness/shell/linkAttributesDocument.js';

writeFileSync('docs/link-attributes.md', linkAttributesDocument());
