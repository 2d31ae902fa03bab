/** The stages of `.ci/run`, by name, with what each of them runs, scripts included. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A stage whose name is made in a loop (`lab-$device`) is there once for each value of the loop. */
export function ciStages(root: string): ReadonlyMap<string, string> {
  const stages = new Map<string, string>();
  let loop: { readonly variable: string; readonly values: readonly string[] } | null = null;
  for (const line of joinedLines(readFileSync(join(root, '.ci', 'run'), 'utf8'))) {
    const begins = /^\s*for (\w+) in ([^;]+); do/.exec(line);
    if (begins !== null) loop = { variable: begins[1] ?? '', values: (begins[2] ?? '').trim().split(/\s+/) };
    if (/^\s*done\b/.test(line)) loop = null;
    const stage = /\bstage ("?)([\w$-]+)\1 (.+)$/.exec(line);
    if (stage === null || line.trim().startsWith('#')) continue;
    const [, , name = '', command = ''] = stage;
    for (const value of loop?.values ?? ['']) {
      const put = (text: string): string => (loop === null ? text : text.replaceAll(`$${loop.variable}`, value));
      stages.set(put(name), withScript(root, put(command), value));
    }
  }
  return stages;
}

const joinedLines = (script: string): string[] => script.replaceAll(/\\\n\s*/g, ' ').split('\n');

/** A script of .ci/ and those of package.json are part of what the stage says. */
function withScript(root: string, command: string, device: string): string {
  const scripts = (
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    }
  ).scripts;
  const named = /npm (?:run )?(\w+)/.exec(command)?.[1] ?? '';
  const script = /\.ci\/[\w-]+/.exec(command)?.[0];
  const text = script !== undefined && existsSync(join(root, script)) ? readFileSync(join(root, script), 'utf8') : '';
  return [command, scripts[named] ?? '', joinedLines(text).join('\n').replaceAll('$device', device)].join('\n');
}
