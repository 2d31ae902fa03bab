/** `nettool set`, `add`, `del` and `run`: one change of one device. */
import {
  changeDevice,
  changeTable,
  commandText,
  explain,
  parseCommand,
  refusalText,
  runAction,
  type ChangeResult,
  type NettoolCommand,
  type NettoolSession,
  type Refusal,
} from '../../../reference-impl/nettool/index.js';
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
  const result =
    command.verb === 'set'
      ? await changeDevice(session, command.device, command.assignments, options)
      : command.verb === 'add' || command.verb === 'del'
        ? await changeTable(session, command.verb, command.device, command.table, command.assignments, options)
        : undefined;
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

async function runIt(
  session: NettoolSession,
  command: Extract<NettoolCommand, { verb: 'run' }>,
  flags: ChangeFlags,
): Promise<number> {
  const options = { validateOnly: flags.validate === true };
  const result = await runAction(session, command.device, command.action, command.arguments, options);
  if (!result.ok) {
    complain(refusalText(result.refusal));
    if (flags.explain === true) explainAll([result.refusal]);
    return result.refusal.stage === 'kernel' ? EXIT.executionFailed : EXIT.refused;
  }
  const { device, operation } = result.value;
  if (flags.json === true) printJson({ format: 1, ok: true, device, operation });
  else print(`${device}: ${operation} ${options.validateOnly ? 'would be sent' : 'done'}`);
  return EXIT.ok;
}
