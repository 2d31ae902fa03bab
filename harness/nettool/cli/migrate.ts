/** `nettool migrate`: how to say a command of ethtool, devlink or bridge. */
import { commandText, migrate, refusalText } from '../../../reference-impl/nettool/index.js';
import { complain, print } from './output.js';
import { EXIT } from './options.js';

export function migrateCommand(words: readonly string[]): number {
  // One quoted argument, or the words themselves.
  const command = words.length === 1 ? (words[0] ?? '').trim().split(/\s+/) : words;
  const result = migrate(command);
  if (!result.ok) {
    complain(refusalText(result.refusal));
    return EXIT.refused;
  }
  for (const one of result.value) print(commandText(one));
  return EXIT.ok;
}
