// Writes the generated pages of nettool; run `npm run build` first. A test compares the files with what this would write.
import { writeFileSync } from 'node:fs';
import { migrationDocument, subjectsDocument } from '../dist/harness/nettool/documents.js';

writeFileSync('docs/nettool-migration.md', migrationDocument());
writeFileSync('docs/nettool-subjects.md', subjectsDocument());
