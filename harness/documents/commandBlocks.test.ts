import { describe, expect, it } from 'vitest';
import { commandsOf } from './commandBlocks.js';

const block = (language: string, ...lines: readonly string[]): string => ['```' + language, ...lines, '```'].join('\n');

describe('the commands of a document', () => {
  it('are the lines of a sh block, without comments and with what goes on in the next line', () => {
    const { shown } = commandsOf(
      `Text.\n\n${block('sh', "npx a 'x # y'   # why", '', 'npx b \\', '  --c', '# all of it')}`,
    );
    expect(shown.map(({ line, command }) => [line, command])).toEqual([
      [4, "npx a 'x # y'"],
      [6, 'npx b --c'],
    ]);
  });

  it('are what has a prompt in a console block, each with what it says', () => {
    const { shown } = commandsOf(block('console', '$ npx a', 'one', '', '  two', '', '$ npx b \\', '    --c', 'three'));
    expect(shown.map(({ line, command, output }) => [line, command, output])).toEqual([
      [2, 'npx a', ['one', '', '  two']],
      [7, 'npx b --c', ['three']],
    ]);
  });

  it('are in running text what one would copy whole', () => {
    const { named } = commandsOf(
      'Run `npx nicspec lint`, not `nicspec lint`, `npx nicspec run …` or `lint`.\n| `sudo sh x \\| y` |',
    );
    expect(named).toEqual([
      { line: 1, command: 'npx nicspec lint' },
      { line: 2, command: 'sudo sh x | y' },
    ]);
  });

  it('are in a workflow what its steps run', () => {
    expect(commandsOf(block('yaml', 'steps:', '  - run: npm ci', '    run: npm test')).named).toEqual([
      { line: 3, command: 'npm ci' },
      { line: 4, command: 'npm test' },
    ]);
  });

  it('have the mark of their block, and its exit code belongs to the last', () => {
    const { shown } = commandsOf(
      `<!-- commands: needs root, cc; exit 1; long -->\n${block('sh', 'a', 'b')}\n${block('sh', 'c')}`,
    );
    expect(shown.map(({ mark }) => [mark.needs, mark.exit, mark.isLong])).toEqual([
      [['root', 'cc'], 0, true],
      [['root', 'cc'], 1, true],
      [[], 0, false],
    ]);
  });

  it('do not have the mark of something else', () => {
    expect(commandsOf(`<!-- commands: exit 1 -->\nText.\n${block('sh', 'a')}`).shown[0]?.mark.exit).toBe(0);
  });

  it.each([
    [block('', 'npx nicspec lint'), 1, 'without a language'],
    [block('', '$ ls'), 1, 'without a language'],
    [block('console', 'npx nicspec lint'), 1, 'begins with "$ "'],
    ['<!-- commands: exti 1 -->', 1, '"exti 1" is no mark'],
    ['```sh\nls', 1, 'no end'],
  ])('%j cannot be read', (text, line, fault) => {
    const { faults } = commandsOf(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ line, text: expect.stringContaining(fault) as string });
  });

  it('are none in a block of another language', () => {
    expect(commandsOf(block('text', 'npx nicspec lint'))).toEqual({ shown: [], named: [], faults: [] });
  });
});
