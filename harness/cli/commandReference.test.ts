import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../runner/project.js';
import { commandReference, unknownWords } from './commandReference.js';
import { program } from './main.js';

describe('docs/cli.md', () => {
  it('is what the definitions of the command line say: npm run docs:cli writes it', () => {
    expect(readFileSync(join(PROJECT_ROOT, 'docs', 'cli.md'), 'utf8')).toBe(commandReference(program()));
  });

  it('has the choices, the defaults, the examples and what must be given of each command, and nothing that is hidden', () => {
    const root = new Command('nicspec');
    root
      .command('fly')
      .description('leave the ground')
      .argument('<where>', 'a place')
      .requiredOption('--wings <n>', 'how many')
      .option('--height <m>', 'of the flight', '10')
      .addHelpText('after', '\nExamples:\n  nicspec fly home --wings 2');
    root.command('land', { hidden: true });
    const page = commandReference(root);
    expect(page).toContain('## nicspec fly\n\nLeave the ground.');
    expect(page).toContain('| `where` | a place |');
    expect(page).toContain('| `--wings <n>` | how many; must be given |');
    expect(page).toContain('| `--height <m>` | of the flight; default: `10` |');
    expect(page).toContain('```text\nnicspec fly home --wings 2\n```');
    expect(page).not.toContain('land');
  });

  it('gives no example that the command line would not take', () => {
    const examples = commandReference(program())
      .split('\n')
      .filter((line) => line.startsWith('nicspec '));
    expect(examples.length).toBeGreaterThan(30);
    expect(examples.flatMap((line) => unknownWords(program(), line))).toEqual([]);
  });
});

describe('the words of a command', () => {
  it.each([
    ['npx nicspec run --only NIC-CSUM-001 --seed 3 > out', []],
    ['npx nicspec lab run --device igb', []],
    ['npx nicspec shell -- ip --json link', []],
    ['echo --nothing | sudo npx nicspec list profiles', []],
    ['npx nicspec rum', ['command rum']],
    ['npx nicspec run --sead 3', ['option --sead of nicspec run']],
    ['cd x && nicspec lab run --seat 3', ['option --seat of nicspec lab run']],
  ])('%s', (line, unknown) => {
    expect(unknownWords(program(), line)).toEqual(unknown);
  });
});
