/** Programs of the machine that the lab is built with. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TargetFault } from '../../contract/index.js';

/** How much of a program's output a message quotes. */
const TAIL = 1500;
const MOST_OUTPUT = 8 << 20;

export interface ProgramOptions {
  readonly folder?: string;
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a program to its end and answers its standard output. Throws TargetFault, with the end of what it said, if it fails. */
export function runProgram(command: string, args: readonly string[], options: ProgramOptions = {}): Promise<string> {
  const { folder, input, environment } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C', ...environment },
    });
    let output = '';
    let everything = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (output.length < MOST_OUTPUT) output += chunk.toString();
      everything = (everything + chunk.toString()).slice(-TAIL);
    });
    child.stderr.on('data', (chunk: Buffer) => (everything = (everything + chunk.toString()).slice(-TAIL)));
    child.once('error', (error) => reject(new TargetFault(`${command} cannot be started: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(
          new TargetFault(
            `${command} ${args.slice(0, 3).join(' ')} … failed (${signal ?? code}): ${everything.trim()}`,
          ),
        );
    });
    // A program that does not read its input may be gone before it is written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
  });
}

/** The path of a program, or undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
