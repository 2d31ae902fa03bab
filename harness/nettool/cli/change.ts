/** `nettool set`, `add`, `del` and `run`: one change of one device. */
import {
  changeDevice,
  changeTable,
  commandText,
  createDevice,
  destroyDevice,
  explain,
  parseCommand,
  refusalText,
  runAction,
  type ActionProgress,
  type ChangeOptions,
  type ChangeResult,
  type NettoolCommand,
  type NettoolSession,
  type Refusal,
} from '../../../reference-impl/nettool/index.js';
import { formattedJson, formattedText } from './formatted.js';
import { messageLines } from './messages.js';
import { changeJson, changeText, complain, complainOf, print, printJson } from './output.js';
import { EXIT, withHosts, type CommonFlags } from './options.js';

export interface ChangeFlags extends CommonFlags {
  readonly validate?: boolean;
  readonly rollback: boolean;
  readonly showMessages?: boolean;
  readonly explain?: boolean;
}

export async function changeCommand(verb: string, words: readonly string[], flags: ChangeFlags): Promise<number> {
  const command = parseCommand([verb, ...words]);
  if (!command.ok) {
    complain(refusalText(command.refusal));
    return EXIT.wrongUse;
  }
  return withHosts(flags, async ([host, ...others]) => {
    if (host === undefined || others.length > 0) {
      complain('a change is made on one machine: name one with --on');
      return EXIT.wrongUse;
    }
    let session: NettoolSession;
    try {
      session = await host.session();
    } catch (error) {
      complain(`${host.name}: ${error instanceof Error ? error.message : String(error)}`);
      return EXIT.machineFailed;
    }
    return command.value.verb === 'run'
      ? runIt(session, command.value, flags)
      : changeIt(session, command.value, flags);
  });
}

async function changeIt(session: NettoolSession, command: NettoolCommand, flags: ChangeFlags): Promise<number> {
  const options = { validateOnly: flags.validate === true, rollback: flags.rollback };
  const result = await resultOf(session, command, options);
  if (result === undefined) {
    complain(`${commandText(command)} changes nothing`);
    return EXIT.wrongUse;
  }
  if (flags.json === true) printJson(changeJson(result));
  else {
    const text = changeText(result, options.validateOnly);
    if (text !== '') print(text);
  }
  if (flags.showMessages === true && 'plan' in result)
    for (const line of result.plan.steps.flatMap(messageLines)) print(line);
  if (!result.ok) complainOf(result.refusals);
  if (!result.ok && flags.explain === true) explainAll(result.refusals);
  return codeOf(result);
}

async function resultOf(
  session: NettoolSession,
  command: NettoolCommand,
  options: ChangeOptions,
): Promise<ChangeResult | undefined> {
  const { verb } = command;
  switch (verb) {
    case 'set':
      return command.table === undefined
        ? changeDevice(session, command.device, command.assignments, options)
        : changeTable(session, verb, command.device, command.table, command.assignments, options);
    case 'add':
    case 'del':
      return changeTable(session, verb, command.device, command.table, command.assignments, options);
    case 'create':
      return createDevice(session, command.device, command.kind, command.assignments, options);
    case 'destroy':
      return destroyDevice(session, command.device, options);
    default:
      return undefined;
  }
}

function codeOf(result: ChangeResult): number {
  if (result.ok) return EXIT.ok;
  if ('execution' in result) return EXIT.executionFailed;
  return result.refusals.every(({ stage }) => stage === 'command') &&
    !result.refusals.some(({ device }) => device !== undefined)
    ? EXIT.wrongUse
    : EXIT.refused;
}

/** What the kernel's error numbers and words mean. */
function explainAll(refusals: readonly Refusal[]): void {
  for (const { errno, message } of refusals) {
    for (const error of [message, errno]) {
      const found = error === undefined ? undefined : explain(error);
      if (found?.ok !== true) continue;
      const { title, meaning, source } = found.value;
      print(`${title}: ${meaning}${source === undefined ? '' : ` (${source})`}`);
    }
  }
}

/** By where an action was refused. */
const ACTION_EXIT: Readonly<Record<Refusal['stage'], number>> = {
  command: EXIT.wrongUse,
  device: EXIT.refused,
  policy: EXIT.refused,
  kernel: EXIT.executionFailed,
  machine: EXIT.machineFailed,
};

/** `Flashing fw: 40 of 100, 40 %`. */
function progressText({ message, component, done, total }: ActionProgress): string {
  const what = component === undefined ? message : `${message} ${component}`;
  if (done === undefined || total === undefined) return what;
  return `${what}: ${done} of ${total}, ${Math.floor((100 * done) / total)} %`;
}

async function runIt(
  session: NettoolSession,
  command: Extract<NettoolCommand, { verb: 'run' }>,
  flags: ChangeFlags,
): Promise<number> {
  const options = {
    validateOnly: flags.validate === true,
    ...(flags.json === true ? {} : { onProgress: (progress: ActionProgress) => complain(progressText(progress)) }),
  };
  const result = await runAction(session, command.device, command.action, command.arguments, options);
  if (!result.ok) {
    complain(refusalText(result.refusal));
    if (flags.explain === true) explainAll([result.refusal]);
    if (flags.json === true) printJson({ format: 1, ok: false, errors: [result.refusal] });
    return ACTION_EXIT[result.refusal.stage];
  }
  const { device, operation, result: told, progress } = result.value;
  if (flags.json === true)
    printJson({
      format: 1,
      ok: true,
      device,
      operation,
      ...(told === undefined ? {} : { result: formattedJson(told) }),
      ...(progress === undefined ? {} : { progress }),
    });
  else if (told === undefined) print(`${device}: ${operation} ${options.validateOnly ? 'would be sent' : 'done'}`);
  else print(formattedText(told));
  return EXIT.ok;
}
