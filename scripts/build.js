// Transpiles every TypeScript file to dist/, file by file and without bundling, so that a stack trace and an import path
// name the file that a reader finds in the tree. Types are checked by `npm run typecheck`, not here.
import { build } from 'esbuild';
import { rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

const roots = ['harness', 'features', 'reference-impl', 'bench', 'examples'];
const sources = (await filesOf(roots)).filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file));

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: sources,
  outdir: 'dist',
  outbase: '.',
  bundle: false,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'warning',
});

// The report site's part in the browser is one script, because its page is one file.
await build({
  entryPoints: ['harness/report/site/client/main.tsx'],
  outfile: 'dist/harness/report/site/client.js',
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'ascii',
  logLevel: 'warning',
});

async function filesOf(folders) {
  const found = [];
  for (const folder of folders) {
    for (const name of await readdir(folder, { recursive: true })) {
      const file = `${folder}/${name}`;
      if (statSync(file).isFile()) found.push(file);
    }
  }
  return found.sort();
}
