/** Commands of one document, run one after the other as its reader would, in a copy of the project that nobody else uses. */
import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface RunCommand {
  readonly code: number;
  /** Standard output and standard error, as they came. */
  readonly said: string;
}

export interface DocumentSession {
  run(command: string): Promise<RunCommand>;
  close(): void;
}

const LONGEST_MS = 600_000;

/**
 * A copy of the tree at `root` as git would commit it, built, and an empty home. `npx nicspec`, `npx nettool` and `sudo` are short
 * cuts: what npx finds in a checkout is bin/, and finding it takes longer than many a command.
 */
export function openDocumentSession(root: string): DocumentSession {
  const folder = mkdtempSync(join(tmpdir(), 'nicspec-document-'));
  const project = join(folder, 'nicspec');
  copyProject(root, project);
  const home = join(folder, 'home');
  mkdirSync(home);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(shortCuts(project))) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const environment = {
    ...process.env,
    ...author,
    HOME: home,
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    NO_COLOR: '1',
    // The lab is the machine's.
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? home, '.cache'),
  };
  let where = project;
  const whereFile = join(folder, 'where');
  return {
    async run(command) {
      const result = await inShell(`${command}\ncode=$?; pwd > '${whereFile}'; exit $code`, where, environment);
      where = readFileSync(whereFile, 'utf8').trim();
      return result;
    },
    close: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const author = {
  GIT_AUTHOR_NAME: 'reader',
  GIT_AUTHOR_EMAIL: 'reader@example.org',
  GIT_COMMITTER_NAME: 'reader',
  GIT_COMMITTER_EMAIL: 'reader@example.org',
};

const shortCuts = (project: string): Readonly<Record<string, string>> => ({
  npx: `case "$1" in nicspec|nettool) program=$1; shift; exec "${process.execPath}" "${project}/bin/$program.js" "$@";; esac
PATH=\${PATH#*:} exec npx "$@"`,
  nicspec: `exec "${process.execPath}" "${project}/bin/nicspec.js" "$@"`,
  nettool: `exec "${process.execPath}" "${project}/bin/nettool.js" "$@"`,
  sudo: 'exec "$@"',
});

function copyProject(root: string, project: string): void {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (listed.status !== 0) throw new Error(`git does not list the files of ${root}: ${listed.stderr}`);
  const tops = new Set(listed.stdout.split('\0').map((name) => name.split('/')[0] ?? ''));
  mkdirSync(project);
  const inTree = new Set(listed.stdout.split('\0'));
  for (const top of [...tops, 'dist']) {
    if (top === '' || top === 'reports') continue;
    cpSync(join(root, top), join(project, top), { recursive: true, filter: (file) => !file.endsWith('.map') });
  }
  for (const name of inTree) if (name.startsWith('reports/')) cpSync(join(root, name), join(project, name));
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
}

async function inShell(script: string, where: string, environment: NodeJS.ProcessEnv): Promise<RunCommand> {
  const child = spawn('bash', ['-c', script], {
    cwd: where,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      said += text;
    });
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve(exit ?? -1));
  });
  return { code, said };
}

/** Why a machine cannot run a command with these needs, or null. A need is `root`, `netns`, or a program. */
export function missingNeed(needs: readonly string[]): string | null {
  for (const need of needs) {
    if (need === 'root') {
      if (process.getuid?.() !== 0) return 'it needs root';
    } else if (need === 'netns') {
      if (spawnSync('unshare', ['-n', 'true']).status !== 0) return 'it needs to make network namespaces';
    } else if (!isOnPath(need)) return `it needs ${need} (scripts/install-extras.sh)`;
  }
  return null;
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
