/** What nettool prints: tables for people, JSON for programs. Colours follow NO_COLOR, FORCE_COLOR and whether there is a terminal. */
import colors from 'picocolors';
import {
  keyName,
  printValue,
  refusalText,
  subjectCalled,
  type Answer,
  type ChangeResult,
  type HostFailure,
  type KeySpec,
  type QueryResult,
  type Reading,
  type Refusal,
  type Row,
  type Scalar,
  type Step,
  type StepState,
} from '../../../reference-impl/nettool/index.js';

export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const complain = (text: string): void => void process.stderr.write(`nettool: ${text}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** The version of what `--json` prints; see docs/nettool.md. */
const FORMAT = 1;
const MISSING = '-';
/** A table of devices by keys is as wide as a screen; more keys are listed one below the other. */
const MOST_COLUMNS = 8;
const LONGEST_CELL = 40;

type Styled = { readonly text: string; readonly style?: (text: string) => string };

/** Columns, each as wide as its widest cell. */
export function aligned(rows: readonly (readonly (string | Styled)[])[]): string {
  const cells = rows.map((row) => row.map((cell): Styled => (typeof cell === 'string' ? { text: cell } : cell)));
  const widths: number[] = [];
  for (const row of cells)
    for (const [index, { text }] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, text.length);
  return cells
    .map((row) =>
      row
        .map(({ text, style }, index) => {
          const padded = index === row.length - 1 ? text : text.padEnd(widths[index] ?? 0);
          return style === undefined ? padded : style(padded);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const heading = (text: string): Styled => ({ text: text.toUpperCase(), style: colors.bold });
const dim = (text: string): Styled => ({ text, style: colors.dim });
const shortened = (text: string): string =>
  text.length <= LONGEST_CELL ? text : `${text.slice(0, LONGEST_CELL - 1)}…`;

const unitOf = (key: KeySpec | undefined): string =>
  key?.type.kind === 'number' && key.type.unit !== undefined ? ` ${key.type.unit}` : '';

function valueCell(value: Scalar | undefined, key?: KeySpec): string {
  if (value === undefined) return MISSING;
  return typeof value === 'number' ? `${value}${unitOf(key)}` : printValue(value);
}

/** The answers of a query, as tables. */
export function answersText({ answers, failures }: QueryResult, asked: readonly string[]): string {
  const severalHosts = new Set([...answers, ...failures].map(({ host }) => host)).size > 1;
  const blocks = asked.map((subject) => {
    const own = answers.filter((answer) => answer.subject === subject);
    const text = subjectText(subject, own, severalHosts, answers.length === 1);
    return asked.length === 1 || text === '' ? text : `${colors.underline(subject)}\n${text}`;
  });
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** Where the device has no such thing is no failure of a query over many. */
const isAbsent = ({ result }: Answer): boolean => !result.ok && result.refusal.errno === 'EOPNOTSUPP';

function subjectText(name: string, answers: readonly Answer[], severalHosts: boolean, isAlone: boolean): string {
  const subject = subjectCalled(name);
  const shown = answers.filter((answer) => isAlone || !isAbsent(answer));
  const read = shown.filter(({ result }) => result.ok);
  const refusals = shown.flatMap(({ result }) => (result.ok ? [] : [colors.yellow(refusalText(result.refusal))]));
  const present = new Set(read.flatMap((answer) => Object.keys(readingOf(answer).values)));
  const isWide = subject?.shape === 'named' || present.size > MOST_COLUMNS;
  const text =
    read.length === 0
      ? ''
      : subject?.shape === 'rows'
        ? rowsText(read, severalHosts)
        : read.length === 1 || isWide
          ? read.map((answer) => listText(answer, severalHosts || read.length > 1)).join('\n\n')
          : matrixText(read, severalHosts);
  return [text, ...refusals].filter((part) => part !== '').join('\n');
}

const readingOf = ({ result }: Answer): Reading => (result.ok ? result.value : { values: {}, limits: {} });
const keyOf = (answer: Answer, key: string): KeySpec | undefined =>
  subjectCalled(answer.subject)?.keys.find((spec) => spec.key === key);
const placeOf = ({ host, device }: Answer, severalHosts: boolean): string =>
  severalHosts ? `${host} ${device.name}` : device.name;

/** One key a line, with what bounds it. */
function listText(answer: Answer, withDevice: boolean): string {
  const { values, limits } = readingOf(answer);
  const lines = Object.entries(values).map(([key, value]) => {
    const limit = limits[key];
    const most = limit?.most === undefined ? [] : [`at most ${limit.most}`];
    const fixed = limit?.fixed === undefined || keyOf(answer, key)?.access === 'read' ? [] : ['fixed'];
    const wanted = limit?.wanted === undefined ? [] : [`asked for: ${printValue(limit.wanted)}`];
    const notes = [...most, ...fixed, ...wanted].join(', ');
    return [key, valueCell(value, keyOf(answer, key)), dim(notes)];
  });
  const text = lines.length === 0 ? colors.dim('nothing') : aligned(lines);
  return withDevice ? `${colors.bold(placeOf(answer, true))}\n${text}` : text;
}

/** Devices by keys. */
function matrixText(answers: readonly Answer[], severalHosts: boolean): string {
  const keys = [...new Set(answers.flatMap((answer) => Object.keys(readingOf(answer).values)))];
  const header = [...(severalHosts ? ['host'] : []), 'device', ...keys].map(heading);
  const rows = answers.map((answer) => [
    ...(severalHosts ? [answer.host] : []),
    answer.device.name,
    ...keys.map((key) => shortened(valueCell(readingOf(answer).values[key], keyOf(answer, key)))),
  ]);
  return aligned([header, ...rows]);
}

/** The rows of tables of several devices, one behind the other. */
function rowsText(answers: readonly Answer[], severalHosts: boolean): string {
  const all = answers.flatMap((answer) => (readingOf(answer).rows ?? []).map((row) => ({ answer, row })));
  if (all.length === 0) return colors.dim('no entries');
  const present = new Set(all.flatMap(({ row }) => Object.keys(row)));
  const keys = subjectCalled(answers[0]?.subject ?? '')?.keys ?? [];
  const columns = keys.map(({ key }) => key).filter((key) => present.has(key));
  const header = [...(severalHosts ? ['host'] : []), 'device', ...columns].map(heading);
  const lines = all.map(({ answer, row }) => [
    ...(severalHosts ? [answer.host] : []),
    answer.device.name,
    ...columns.map((column) =>
      shortened(
        valueCell(
          row[column],
          keys.find(({ key }) => key === column),
        ),
      ),
    ),
  ]);
  return aligned([header, ...lines]);
}

/** What is shown where no subject is named: one line a device. */
export const OVERVIEW = ['link', 'state', 'modes', 'driver'] as const;

export function overviewText({ answers }: QueryResult): string {
  const severalHosts = new Set(answers.map(({ host }) => host)).size > 1;
  const places = [...new Set(answers.map((answer) => placeOf(answer, true)))];
  const rows = places.map((place) => {
    const own = answers.filter((answer) => placeOf(answer, true) === place);
    const value = (subject: string, key: string): Scalar | undefined =>
      own.filter((answer) => answer.subject === subject).map((answer) => readingOf(answer).values[key])[0];
    const [first] = own;
    const speed = value('modes', 'speed');
    const up = value('link', 'up') === true;
    return [
      ...(severalHosts ? [first?.host ?? ''] : []),
      first?.device.name ?? '',
      up ? { text: 'up', style: colors.green } : { text: 'down', style: colors.dim },
      value('state', 'link') === undefined ? MISSING : value('state', 'link') === true ? 'yes' : 'no',
      typeof speed === 'number' ? `${speed} Mb/s` : MISSING,
      String(value('modes', 'duplex') ?? MISSING),
      valueCell(value('link', 'mtu')),
      String(value('link', 'address') ?? MISSING),
      value('link', 'master') === 'none' ? MISSING : String(value('link', 'master') ?? MISSING),
      String(value('driver', 'driver') ?? value('link', 'kind') ?? MISSING),
    ];
  });
  const titles = ['device', 'admin', 'link', 'speed', 'duplex', 'mtu', 'address', 'master', 'driver'];
  return rows.length === 0 ? '' : aligned([[...(severalHosts ? ['host'] : []), ...titles].map(heading), ...rows]);
}

/** One object for each answer: `values`, `limits` and `rows`, or `error`. */
export function answersJson({ answers, failures }: QueryResult): unknown {
  return {
    format: FORMAT,
    answers: answers.map(({ host, device, subject, result }) => ({
      host,
      device: device.name,
      ifIndex: device.ifIndex,
      subject,
      ...(result.ok ? result.value : { error: result.refusal }),
    })),
    failures: failures.map(({ host, refusal }) => ({ host, error: refusal })),
  };
}

export function complainOfHosts(failures: readonly HostFailure[]): void {
  for (const { host, refusal } of failures) complain(`${host}: ${refusalText(refusal)}`);
}

export function complainOf(refusals: readonly Refusal[]): void {
  for (const refusal of refusals) complain(refusalText(refusal));
}

const changesText = (subject: string, changes: Row): string =>
  Object.entries(changes)
    .map(([key, value]) => `${keyName(subject, key)}=${printValue(value)}`)
    .join(' ');

const stepText = ({ subject, changes, operation }: Step): readonly string[] => [
  changesText(subject, changes),
  operation,
];

const STATE_STYLES: Readonly<Record<StepState, (text: string) => string>> = {
  done: colors.green,
  failed: colors.red,
  undone: colors.yellow,
  'not-undone': colors.red,
  'not-tried': colors.dim,
  unknown: colors.red,
};

/** What a change did, or would do. */
export function changeText(result: ChangeResult, validateOnly: boolean): string {
  if (!('plan' in result)) return '';
  const { plan } = result;
  const execution = 'execution' in result ? result.execution : undefined;
  const lines =
    execution === undefined
      ? plan.steps.map((step) => ['would send', ...stepText(step)])
      : execution.steps.map(({ step, state }) => [{ text: state, style: STATE_STYLES[state] }, ...stepText(step)]);
  const reasons = (execution?.steps ?? []).flatMap(({ refusal, state }) =>
    refusal === undefined || state === 'failed' || state === 'unknown' ? [] : [`  ${refusalText(refusal)}`],
  );
  const unchanged = plan.unchanged.map((key) => colors.dim(`${key} is so already`));
  const nothing = lines.length === 0 && unchanged.length === 0 ? ['nothing to do'] : [];
  const valid = validateOnly ? [`${plan.device.name}: the change is valid`] : [];
  return [
    ...valid,
    ...(lines.length === 0 ? [] : [aligned(lines)]),
    ...reasons,
    ...unchanged,
    ...plan.notes,
    ...nothing,
  ].join('\n');
}

export function changeJson(result: ChangeResult): unknown {
  const plan = 'plan' in result ? result.plan : undefined;
  const execution = 'execution' in result ? result.execution : undefined;
  return {
    format: FORMAT,
    ok: result.ok,
    ...(plan === undefined
      ? {}
      : { host: plan.host, device: plan.device.name, unchanged: plan.unchanged, notes: plan.notes }),
    steps: (plan?.steps ?? []).map((step, index) => {
      const report = execution?.steps[index];
      return {
        operation: step.operation,
        subject: step.subject,
        changes: step.changes,
        state: report?.state ?? 'validated',
        ...(report?.refusal === undefined ? {} : { error: report.refusal }),
      };
    }),
    errors: result.ok ? [] : result.refusals,
  };
}
