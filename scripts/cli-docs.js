// Writes docs/cli.md, the reference of the command line; run `npm run build` first. A test compares the file with what this would write.
import { writeFileSync } from 'node:fs';
import { commandReference } from '../dist/harness/cli/commandReference.js';
import { program } from '../dist/harness/cli/main.js';

writeFileSync('docs/cli.md', commandReference(program()));
