/** The stages of `.ci/run`, by name, with what each of them runs, scripts included. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A stage is a line `stage NAME COMMAND`, or a name in the queue of long ones (`long+=(…)`) together with the branch of `long_stage`
 * that takes it.
 */
export function ciStages(root: string): ReadonlyMap<string, string> {
  const stages = new Map<string, string>();
  const lines = joinedLines(readFileSync(join(root, '.ci', 'run'), 'utf8')).filter((line) => !/^\s*#/.test(line));
  const branches = lines.flatMap((line) => {
    const [, pattern, body] = /^\s*([\w*-]+)\) (.*stage "\$1" .*);;$/.exec(line) ?? [];
    return pattern === undefined || body === undefined ? [] : [{ pattern, body }];
  });
  for (const line of lines) {
    const stage = /\bstage ([\w-]+) (.+)$/.exec(line);
    if (stage !== null) stages.set(stage[1] ?? '', withScript(root, stage[2] ?? ''));
    for (const [, names = ''] of line.matchAll(/long\+=\(([^)]*)\)/g))
      for (const name of names.trim().split(/\s+/)) {
        const branch = branches.find(({ pattern }) => isLike(name, pattern));
        if (branch !== undefined) stages.set(name, withScript(root, filledIn(branch.body, name)));
      }
  }
  return stages;
}

const isLike = (name: string, pattern: string): boolean => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name);

/** The parameters of a branch, which is called with the name of its stage. */
function filledIn(body: string, name: string): string {
  const device = name.replace(/^lab-/, '');
  return body
    .replaceAll('"${1#lab-}"', device)
    .replaceAll('"${device%-switch}"', device.replace(/-switch$/, ''))
    .replaceAll('"$1"', name);
}

const joinedLines = (script: string): string[] => script.replaceAll(/\\\n\s*/g, ' ').split('\n');

/** A script of .ci/ and those of package.json are part of what the stage says; the first argument is what .ci/lab-device calls `device`. */
function withScript(root: string, command: string): string {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const named = /npm (?:run )?(\w+)/.exec(command)?.[1] ?? '';
  const [, script, first = ''] = /(\.ci\/[\w-]+) ?([\w-]*)/.exec(command) ?? [];
  const text = script !== undefined && existsSync(join(root, script)) ? readFileSync(join(root, script), 'utf8') : '';
  return [command, scripts[named] ?? '', joinedLines(text).join('\n').replaceAll('$device', first)].join('\n');
}
