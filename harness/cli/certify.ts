/** `nicspec keygen`, `certify`, `verify`: certificates that another party can check. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import colors from 'picocolors';
import { EXIT } from '../runner/judgeRun.js';
import { defaultProfile } from '../runner/repeatCommand.js';
import { UsageError } from '../runner/usage.js';
import { targetFolderName } from '../targets/index.js';
import { LIMIT_HELP } from '../targets/process/limitOptions.js';
import { examples, exitWith } from './help.js';
import { print, printJson, table, wrapped } from './terminal.js';

export function addCertification(root: Command): void {
  root
    .command('keygen')
    .description('make a key to certify with: Ed25519')
    .requiredOption('--out <file>', 'the private key; its public half goes to the same name with .pub')
    .addHelpText(
      'after',
      examples([['nicspec keygen --out acme-lab.key', 'give acme-lab.key.pub to who is to trust you']]),
    )
    .action(async ({ out }: { out: string }) => {
      await exitWith(keygenCommand(out));
    });
  root
    .command('certify')
    .description('run the suite so that others can check it, and write a signed bundle')
    .requiredOption('--target <target>', 'what is certified')
    .option('--profile <profile>', 'which requirements bind')
    .option('--key <file>', 'the private key of nicspec keygen (default: <bundle>.key, made if it is not there)')
    .option('--challenge <hex>', 'drawn by whoever will verify; without it one is drawn here, which is worth less')
    .option('--deviations <file>', 'YAML: requirement, reason, owner, expires')
    .option('--subject <path>', 'a file or folder that belongs to what is certified; may be repeated', collect)
    .option(
      '--out <dir>',
      'folder of the bundle; with / at its end, where a folder is made for it (default: cert/<target>)',
    )
    .option('--run <folder>', 'a whole run, merged perhaps, instead of running here; one for each seed', collect)
    .option('--limit <name=value>', LIMIT_HELP, collect)
    .option('--replay <bundle>', 'run again what a bundle says, and compare')
    .addHelpText(
      'after',
      examples([
        ['nicspec certify --target process:"python3 nic.py" --profile server-nic --key lab.key --out cert/nic', ''],
        ['nicspec certify --target process:"python3 nic.py" --out cert/', 'a folder and a key of its own, in cert/'],
        ['nicspec certify --target lab:igb --key lab.key --challenge 6f1d…', 'with the challenge of a buyer'],
        ['nicspec certify --target process:"python3 nic.py" --replay cert/nic', 'does it come out the same?'],
      ]),
    )
    .action(async (options: CertifyFlags) => {
      await exitWith(options.replay === undefined ? certifyCommand(options) : replayCommand(options, options.replay));
    });
  root
    .command('verify')
    .description('check a bundle offline: signature, files, completeness and arithmetic')
    .argument('<bundle>', 'folder that nicspec certify wrote')
    .option(
      '--trust <file>',
      'a public key; may be repeated. Without it nobody is trusted, and only changes are found',
      collect,
    )
    .option('--challenge <hex>', 'the one that you had drawn')
    .option('--json', 'the rules and the statement as JSON')
    .addHelpText('after', examples([['nicspec verify cert/nic --trust acme-lab.key.pub', '']]))
    .action(async (bundle: string, options: VerifyFlags) => {
      await exitWith(verifyCommand(bundle, options));
    });
  addCompare(root);
}

function addCompare(root: Command): void {
  root
    .command('compare')
    .description('certificates side by side: vendors, firmware versions or kernels')
    .argument('<bundle...>', 'folders of bundles; the last is compared with the first')
    .option('--html <file>', 'a page with the matrix')
    .option('--json', 'the comparison as JSON')
    .addHelpText('after', examples([['nicspec compare cert/fw-1 cert/fw-2 --html compare.html', '']]))
    .action(async (bundles: string[], options: { html?: string; json?: boolean }) => {
      await exitWith(compareCommand(bundles, options));
    });
}

async function compareCommand(
  bundles: readonly string[],
  { html, json = false }: { readonly html?: string; readonly json?: boolean },
): Promise<number> {
  const { compareBundles } = await import('../certify/compare.js');
  const comparison = await compareBundles(bundles);
  if (html !== undefined) {
    const { renderComparison } = await import('../certify/comparePage.js');
    writeFileSync(html, renderComparison(comparison));
  }
  if (json) {
    printJson(comparison);
    return EXIT.conforms;
  }
  const differing = comparison.requirements.filter(({ change }) => change !== 'same');
  const head = ['', ...comparison.bundles.map(({ name }) => name), ''];
  const levels = [
    'level',
    ...comparison.bundles.map(({ certification, broken }) =>
      broken === null ? certification.level : 'does not verify',
    ),
    '',
  ];
  const rows = differing.map(({ id, verdicts, change }) => [id, ...verdicts.map((verdict) => verdict ?? '-'), change]);
  print(table([head, levels, ...rows]));
  print(differing.length === 0 ? '\nno requirement differs' : `\n${differing.length} requirements differ`);
  return EXIT.conforms;
}

interface CertifyFlags {
  readonly target: string;
  readonly profile?: string;
  readonly key?: string;
  readonly challenge?: string;
  readonly deviations?: string;
  readonly subject?: readonly string[];
  readonly out?: string;
  readonly replay?: string;
  readonly run?: readonly string[];
  readonly limit?: readonly string[];
}

interface VerifyFlags {
  readonly trust?: readonly string[];
  readonly challenge?: string;
  readonly json?: boolean;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

async function keygenCommand(out: string): Promise<number> {
  const { writeNewKey } = await import('../certify/keys.js');
  print(`key ${writeNewKey(out)}`);
  print(`${out}      keep it to yourself`);
  print(`${out}.pub  for those who verify`);
  return EXIT.conforms;
}

async function certifyCommand(flags: CertifyFlags): Promise<number> {
  const [{ certify }, { readPrivateKey }, { ownChallenge }] = await Promise.all([
    import('../certify/certify.js'),
    import('../certify/keys.js'),
    import('../certify/seeds.js'),
  ]);
  if (flags.run !== undefined && flags.challenge === undefined)
    throw new UsageError('--run needs the --challenge that the runs were made for: their seeds follow from it');
  const profile = flags.profile ?? defaultProfile(flags.target);
  const out = bundleFolder(flags, profile);
  const { certification, withoutPdf } = await certify({
    target: flags.target,
    profile,
    key: readPrivateKey(flags.key ?? (await keyBeside(out))),
    challenge: flags.challenge === undefined ? ownChallenge() : givenChallenge(flags.challenge),
    subjects: flags.subject ?? [],
    out,
    folder: process.cwd(),
    onRun: (index, seed) => process.stderr.write(`run ${index + 1} of 3, seed ${seed}\n`),
    ...(flags.deviations === undefined ? {} : { deviations: flags.deviations }),
    ...(flags.limit === undefined ? {} : { limits: flags.limit }),
    ...(flags.run === undefined ? {} : { runs: flags.run }),
  });
  const bad = certification.requirements.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable');
  for (const { id, verdict, reason } of bad.slice(0, 20))
    print(`${verdict.padEnd(13)}  ${id}  ${reason.slice(0, 140)}`);
  if (bad.length > 20) print(`and ${bad.length - 20} more`);
  for (const { requirement, state } of certification.deviations) print(`deviation from ${requirement}: ${state}`);
  print(`${certification.level}: ${certification.target}, ${certification.profile}`);
  if (withoutPdf !== null) print(`without certificate.pdf: ${withoutPdf}`);
  print(`bundle: ${out}; check it with nicspec verify ${out}`);
  return certification.level === 'does not conform' ? EXIT.doesNotConform : EXIT.conforms;
}

function bundleFolder({ out, target }: CertifyFlags, profile: string): string {
  if (out?.endsWith('/') === true) return resolve(out, `bundle-${targetFolderName(target)}-${profile}`);
  return resolve(out ?? join('cert', targetFolderName(target)));
}

/** A first certificate needs no preparation; the key stays, for the next one and for those who are to trust it. */
async function keyBeside(out: string): Promise<string> {
  const file = `${out}.key`;
  if (existsSync(file)) return file;
  mkdirSync(dirname(file), { recursive: true });
  const { writeNewKey } = await import('../certify/keys.js');
  const id = writeNewKey(file);
  process.stderr.write(`no --key: key ${id.slice(0, 16)} was made, ${file}; those who verify trust ${file}.pub\n`);
  return file;
}

function givenChallenge(value: string): { readonly value: string; readonly drawnBy: 'verifier' } {
  if (!/^[0-9a-f]{16,128}$/.test(value))
    throw new UsageError(
      `--challenge ${value}: 16 to 128 lower-case hexadecimal digits are wanted (openssl rand -hex 16)`,
    );
  return { value, drawnBy: 'verifier' };
}

async function verifyCommand(bundle: string, flags: VerifyFlags): Promise<number> {
  const [{ verifyBundle }, { readPublicKey }] = await Promise.all([
    import('../certify/verify.js'),
    import('../certify/keys.js'),
  ]);
  const verification = await verifyBundle(resolve(bundle), {
    trusted: (flags.trust ?? []).map(readPublicKey),
    ...(flags.challenge === undefined ? {} : { challenge: flags.challenge }),
  });
  if (flags.json === true) printJson(verification);
  else {
    for (const { rule, ok, found, wanted } of verification.rules) {
      print(`${ok ? colors.green('yes') : colors.red('NO ')}  ${rule}: ${found}`);
      if (!ok) print(wrapped(`wanted: ${wanted}`, '     '));
    }
    const certification = verification.statement?.predicate.nicspec;
    const verdict = verification.ok && certification !== undefined ? certification.level : 'refused';
    print(
      `\n${verdict}${verification.ok && !verification.isTrusted ? ', by a signer whom you did not say you trust' : ''}`,
    );
  }
  return verification.ok ? EXIT.conforms : EXIT.doesNotConform;
}

async function replayCommand(flags: CertifyFlags, bundle: string): Promise<number> {
  const { replay } = await import('../certify/replay.js');
  const differences = await replay(
    { bundle: resolve(bundle), target: flags.target, folder: process.cwd(), limits: flags.limit ?? [] },
    (index, seed) => process.stderr.write(`run ${index + 1} of 3, seed ${seed}\n`),
  );
  for (const { seed, id, was, is } of differences) print(`seed ${seed}  ${id}: ${was} in the bundle, ${is} now`);
  print(differences.length === 0 ? 'it comes out the same' : `${differences.length} outcomes differ`);
  return differences.length === 0 ? EXIT.conforms : EXIT.doesNotConform;
}
