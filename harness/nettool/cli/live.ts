/** `nettool watch` and `nettool complete`: what asks a machine again and again, and what a shell asks. */
import { Watcher, complete, printValue, type ObservedChange } from '../../../reference-impl/nettool/index.js';
import type { OpenedHost } from '../hosts.js';
import { complain, print } from './output.js';
import { EXIT, withHosts, type CommonFlags } from './options.js';

export interface WatchFlags extends CommonFlags {
  /** Ends after so many changes. */
  readonly count?: number;
}

const LISTEN_MS = 1000;

export async function watchCommand(patterns: readonly string[], flags: WatchFlags): Promise<number> {
  return withHosts(flags, async (hosts) => {
    let left = flags.count ?? Infinity;
    const follow = async (host: OpenedHost): Promise<number> => {
      try {
        const session = await host.session();
        const meant = await session.matching(patterns);
        if (patterns.length > 0 && (!meant.ok || meant.value.length === 0)) {
          complain(`${host.name}: no device matches ${patterns.join(' ')}`);
          return EXIT.refused;
        }
        const watcher = await Watcher.open(session, patterns);
        while (left > 0) {
          for (const change of await watcher.next(LISTEN_MS)) {
            print(flags.json === true ? JSON.stringify(change) : changeLine(change));
            left -= 1;
          }
        }
        await watcher.close();
        return EXIT.ok;
      } catch (error) {
        complain(`${host.name}: ${error instanceof Error ? error.message : String(error)}`);
        return EXIT.machineFailed;
      }
    };
    const results = await Promise.all(hosts.map(follow));
    return Math.max(EXIT.ok, ...results);
  });
}

function changeLine({ host, device, subject, key, before, after }: ObservedChange): string {
  const [was, is] = [before, after].map((value) => (value === undefined ? 'nothing' : printValue(value)));
  if (key !== 'row') return `${host} ${device} ${subject}.${key}: ${was} → ${is}`;
  return `${host} ${device} ${subject} ${after === undefined ? `- ${was}` : `+ ${is}`}`;
}

/** Never fails: a shell that completes shows no errors. */
export async function completeCommand(words: readonly string[], flags: CommonFlags): Promise<number> {
  const asked = wordsWithoutOptions(words);
  const on = optionValue(words, '--on') ?? flags.on?.[0];
  await withHosts({ ...flags, ...(on === undefined ? {} : { on: [on] }) }, async ([host]) => {
    try {
      if (host !== undefined) for (const candidate of await complete(await host.session(), asked)) print(candidate);
    } catch {
      // A machine that cannot be reached offers nothing.
    }
  });
  return EXIT.ok;
}

/** `--on HOST` and flags are not words of the grammar. */
function wordsWithoutOptions(words: readonly string[]): readonly string[] {
  return words.filter((word, index) => !word.startsWith('--') && words[index - 1] !== '--on');
}

const optionValue = (words: readonly string[], option: string): string | undefined => {
  const at = words.indexOf(option);
  return at < 0 ? undefined : words[at + 1];
};
