/** The words of a scenario for what is special about a super-frame. */
import { EXTENSIONS, type ExtensionName, type SuperFrame } from './superFrames.js';
import { TCP_FLAGS, type TcpFlagName } from './tcpStreams.js';

interface Clause {
  readonly words: RegExp;
  readonly change: (frame: SuperFrame, value: string) => SuperFrame;
}

const CLAUSES: readonly Clause[] = [
  {
    words: /^the sequence number (0x[0-9a-f]+)/,
    change: (frame, value) => ({ ...frame, sequence: Number(value) }),
  },
  {
    words: /^the flags ([A-Z]{3}(?: and [A-Z]{3})*)/,
    change: (frame, value) => ({ ...frame, flags: flagsOf(value.split(' and ')) }),
  },
  {
    words: /^the identification (0x[0-9a-f]+)/,
    change: (frame, value) => ({ ...frame, identification: Number(value) }),
  },
  {
    words: /^DF (set|clear)/,
    change: (frame, value) => ({ ...frame, dontFragment: value === 'set' }),
  },
  {
    words: /^the traffic class (0x[0-9a-f]+)/,
    change: (frame, value) => ({ ...frame, trafficClass: Number(value) }),
  },
  {
    words: /^the flow label (0x[0-9a-f]+)/,
    change: (frame, value) => ({ ...frame, flowLabel: Number(value) }),
  },
  {
    words: /^the hop limit (\d+)/,
    change: (frame, value) => ({ ...frame, hopLimit: Number(value) }),
  },
  {
    words: /^(\d+) bytes of options/,
    change: (frame, value) => ({ ...frame, options: Number(value) }),
  },
  {
    words: new RegExp(`^(${Object.keys(EXTENSIONS).join('|')})`),
    change: (frame, value) => ({ ...frame, extensions: [...frame.extensions, value as ExtensionName] }),
  },
  {
    words: /^the tag (0x[0-9a-f]+\/0x[0-9a-f]+)/,
    change: (frame, value) => {
      const [tpid = 0, tci = 0] = value.split('/').map(Number);
      return { ...frame, tags: [...frame.tags, { tpid, tci }] };
    },
  },
  {
    words: /^(content that sums to zero)/,
    change: (frame) => ({ ...frame, sumsToZero: true }),
  },
];

const flagsOf = (names: readonly string[]): number =>
  names.reduce((flags, name) => flags | TCP_FLAGS[name as TcpFlagName], 0);

/** The super-frame with what these words say of it, joined by "and". Throws where they say nothing that is known. */
export function withWords(frame: SuperFrame, words: string): SuperFrame {
  let [result, rest] = [frame, words];
  while (rest !== '') {
    const found = CLAUSES.map(({ words: pattern, change }) => ({ match: pattern.exec(rest), change })).find(
      ({ match }) => match !== null,
    );
    if (found?.match == null) throw new Error(`nothing is known of a super-frame with ${rest}`);
    const [whole, value = ''] = found.match;
    result = found.change(result, value);
    rest = rest.slice(whole.length).replace(/^ and /, '');
  }
  return result;
}

/** Numbers as a scenario lists them: separated by commas. */
export const numbersIn = (list: string): number[] => list.split(',').map((number) => Number(number.trim()));
