/**
 * A cucumber plug-in through which the runner chooses what runs: cucumber parses the features once, and asks here. Loaded by
 * cucumber by its URL; the one instance of this module is where both meet.
 */
import type { DocumentMessage, PickleMessage } from './messages.js';

export interface SourcedPickle {
  readonly pickle: PickleMessage;
  readonly gherkinDocument: DocumentMessage;
  readonly location: { readonly line: number };
}

/** Answers what runs, in that order; the same scenario may be there more than once. */
export type ChooseScenarios = (all: readonly SourcedPickle[]) => readonly SourcedPickle[];

let choose: ChooseScenarios | undefined;

/** Sets what the next run of cucumber takes up. */
export function chooseScenarios(choice: ChooseScenarios): void {
  choose = choice;
}

export const type = 'plugin';

export function coordinator(context: {
  readonly transform: (
    event: 'pickles:filter',
    handler: (all: readonly SourcedPickle[]) => readonly SourcedPickle[],
  ) => void;
}): void {
  context.transform('pickles:filter', (all) => choose?.(all) ?? all);
}
