/** The commands that a Markdown document shows: those of its fenced blocks, and those that its prose gives in full. */

/** What a block says of itself in a comment before it: `<!-- commands: needs root; counts vary -->`. */
export interface BlockMark {
  /** What the machine must have: `root`, `lab`, `python3` … */
  readonly needs: readonly string[];
  /** Exit code of the last command. */
  readonly exit: number;
  /** Every number of the shown output may be another one. */
  readonly countsVary: boolean;
  /** Takes minutes: run in CI, where NICSPEC_DOCUMENTS=long. */
  readonly isLong: boolean;
}

export interface ShownCommand {
  readonly line: number;
  readonly command: string;
  /** Lines of output that the document shows below it. */
  readonly output: readonly string[];
  readonly mark: BlockMark;
}

/** A command in running text or in a table, complete enough to be copied. */
export interface NamedCommand {
  readonly line: number;
  readonly command: string;
}

export interface DocumentCommands {
  readonly shown: readonly ShownCommand[];
  readonly named: readonly NamedCommand[];
  /** What keeps the document from being read so, with its line. */
  readonly faults: readonly { readonly line: number; readonly text: string }[];
}

const NO_MARK: BlockMark = { needs: [], exit: 0, countsVary: false, isLong: false };
/** Each line of it is a command. */
const COMMANDS = new Set(['sh', 'bash', 'shell']);
/** Lines that begin with `$ ` are commands, the others what they say. */
const CONSOLE = 'console';
/** What begins so in a block without a language is a command that nobody would run. */
const LOOKS_LIKE_A_COMMAND = /^\s*(\$ |npx |npm |nicspec |nettool |sudo |make )/;
/** In running text: what one would copy, whole. `nicspec run` without npx is a name, and `npx nicspec run …` a form. */
const IN_FULL = /^(npx|npm|sudo|sh|make|python3|node) \S/;

interface Fence {
  readonly language: string;
  readonly line: number;
  readonly mark: BlockMark;
  readonly lines: string[];
}

/** Reads a document. Lines count from 1. */
export function commandsOf(markdown: string): DocumentCommands {
  const shown: ShownCommand[] = [];
  const named: NamedCommand[] = [];
  const faults: { line: number; text: string }[] = [];
  let mark = NO_MARK;
  let fence: Fence | null = null;
  for (const [index, text] of markdown.split('\n').entries()) {
    const line = index + 1;
    const opened: RegExpExecArray | null = /^ *```+ *([\w-]*)/.exec(text);
    if (fence !== null && opened === null) {
      fence.lines.push(text);
    } else if (fence !== null) {
      const { commands, named: inWorkflow = [], fault } = commandsIn(fence);
      shown.push(...commands);
      named.push(...inWorkflow);
      if (fault !== null) faults.push({ line: fence.line, text: fault });
      fence = null;
      mark = NO_MARK;
    } else if (opened !== null) {
      fence = { language: opened[1] ?? '', line, mark, lines: [] };
    } else {
      const found = /^<!-- commands: (.*) -->$/.exec(text.trim());
      if (found !== null) {
        const parsed = markOf(found[1] ?? '');
        if (typeof parsed === 'string') faults.push({ line, text: parsed });
        else mark = parsed;
      } else if (text.trim() !== '') mark = NO_MARK;
      for (const [, span = ''] of text.matchAll(/(?<!`)`([^`]+)`(?!`)/g))
        if (IN_FULL.test(span) && !span.includes('…'))
          named.push({ line, command: span.replaceAll(String.raw`\|`, '|') });
    }
  }
  if (fence !== null) faults.push({ line: fence.line, text: 'the block has no end' });
  return { shown, named, faults };
}

function markOf(text: string): BlockMark | string {
  const mark = { needs: [] as string[], exit: 0, countsVary: false, isLong: false };
  for (const clause of text.split(';').map((part) => part.trim())) {
    const [word = '', ...rest] = clause.split(/[\s,]+/);
    if (word === 'needs' && rest.length > 0) mark.needs.push(...rest);
    else if (word === 'exit' && /^\d+$/.test(rest.join(' '))) mark.exit = Number(rest[0]);
    else if (clause === 'counts vary') mark.countsVary = true;
    else if (clause === 'long') mark.isLong = true;
    else return `"${clause}" is no mark; there are: needs X, exit N, counts vary, long`;
  }
  return mark;
}

interface FoundCommands {
  readonly commands: readonly ShownCommand[];
  readonly named?: readonly NamedCommand[];
  readonly fault: string | null;
}

function commandsIn(fence: Fence): FoundCommands {
  const { language, lines } = fence;
  if (COMMANDS.has(language)) return { commands: withMark(linesAsCommands(fence), fence.mark), fault: null };
  if (language === CONSOLE) {
    const commands = consoleCommands(fence);
    const fault = commands.length === 0 ? 'a console block without a line that begins with "$ "' : null;
    return { commands: withMark(commands, fence.mark), fault };
  }
  if (language === 'yaml') return { commands: [], named: workflowCommands(fence), fault: null };
  const isUnlabelled = language === '' && lines.some((text) => LOOKS_LIKE_A_COMMAND.test(text));
  return {
    commands: [],
    fault: isUnlabelled
      ? 'a block with commands and without a language: write ```sh, ```console with "$ " before each command, or ```text'
      : null,
  };
}

/** The steps of a workflow run on machines of somebody else. */
const workflowCommands = ({ line, lines }: Fence): NamedCommand[] =>
  lines.flatMap((text, index) => {
    const command = /^\s*(?:- )?run: (.+)$/.exec(text)?.[1];
    return command === undefined ? [] : [{ line: line + index + 1, command }];
  });

type Unmarked = Omit<ShownCommand, 'mark'>;

/** The exit code of a block is that of its last command. */
const withMark = (commands: readonly Unmarked[], mark: BlockMark): ShownCommand[] =>
  commands.map((command, index) => ({
    ...command,
    mark: index === commands.length - 1 ? mark : { ...mark, exit: 0 },
  }));

function linesAsCommands({ line, lines }: Fence): Unmarked[] {
  const commands: Unmarked[] = [];
  let begun: { line: number; text: string } | null = null;
  for (const [index, text] of lines.entries()) {
    const at: { line: number; text: string } = begun ?? { line: line + index + 1, text: '' };
    const whole: string = at.text + text.trimEnd();
    if (whole.endsWith('\\')) {
      begun = { line: at.line, text: `${whole.slice(0, -1).trimEnd()} ` };
      continue;
    }
    begun = null;
    const command = collapsed(withoutComment(whole));
    if (command !== '') commands.push({ line: at.line, command, output: [] });
  }
  return commands;
}

function consoleCommands({ line, lines }: Fence): Unmarked[] {
  const commands: { line: number; command: string; output: string[] }[] = [];
  let isContinued = false;
  for (const [index, text] of lines.entries()) {
    const last = commands.at(-1);
    if (isContinued && last !== undefined) {
      last.command = collapsed(`${last.command.replace(/\\$/, '')} ${text.trim()}`);
      isContinued = text.trimEnd().endsWith('\\');
      continue;
    }
    const prompted = /^\s*\$ (.*)$/.exec(text);
    if (prompted !== null) {
      const command = withoutComment(prompted[1] ?? '').trim();
      commands.push({ line: line + index + 1, command, output: [] });
      isContinued = command.endsWith('\\');
    } else last?.output.push(text.trimEnd());
  }
  for (const command of commands) while (command.output.at(-1) === '') command.output.pop();
  return commands;
}

/** A comment begins at a `#` behind a blank, outside of quotes. */
function withoutComment(text: string): string {
  let quote = '';
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '#' && /^\s?$/.test(text.charAt(index - 1))) return text.slice(0, index);
  }
  return text;
}

/** Blanks in front and between words say nothing. */
export const collapsed = (command: string): string => command.trim().replaceAll(/ {2,}/g, ' ');
