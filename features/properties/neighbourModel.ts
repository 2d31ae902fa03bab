/** What becomes of questions for neighbours, by the flags of the ports: a model beside the target. */
import fc from 'fast-check';
import { PORT_NAMES, portName, type ModelPort } from './switchModel.js';

export interface NeighbourFlags {
  readonly suppresses: boolean;
  readonly proxyArp: boolean;
  readonly wireless: boolean;
}

export interface NeighbourCase {
  readonly flags: Readonly<Record<ModelPort, NeighbourFlags>>;
  readonly family: 'IPv4' | 'IPv6';
  /** Whether a station asks for another, or says where it is itself. */
  readonly what: 'question' | 'announcement';
  readonly from: ModelPort;
  /** Where the fdb has who is asked for. */
  readonly at: ModelPort | undefined;
  /** Whether the bridge has it as a neighbour. */
  readonly isNeighbour: boolean;
}

const often = fc.nat(2).map((one) => one === 0);
const flags = fc.record({ suppresses: often, proxyArp: often, wireless: often });

export const neighbourCase: fc.Arbitrary<NeighbourCase> = fc.record({
  flags: fc.record({ p0: flags, p1: flags, p2: flags }),
  family: fc.constantFrom('IPv4' as const, 'IPv6' as const),
  what: fc.constantFrom('question' as const, 'question' as const, 'announcement' as const),
  from: portName,
  at: fc.option(portName, { nil: undefined, freq: 4 }),
  isNeighbour: fc.nat(3).map((one) => one > 0),
});

export interface Outcome {
  readonly ports: readonly ModelPort[];
  readonly isAnswered: boolean;
}

export function outcomeOf(asked: NeighbourCase): Outcome {
  const { isKept, isAnswered } = treatmentOf(asked);
  const ports = PORT_NAMES.filter((port) => {
    const { suppresses, proxyArp, wireless } = asked.flags[port];
    return port !== asked.from && !proxyArp && !(isKept && (suppresses || wireless));
  });
  return { ports, isAnswered };
}

function treatmentOf({ flags: all, family, what, from, at, isNeighbour }: NeighbourCase): {
  readonly isKept: boolean;
  readonly isAnswered: boolean;
} {
  const untouched = { isKept: false, isAnswered: false };
  const someSuppress = PORT_NAMES.some((port) => all[port].suppresses);
  if (!someSuppress && family === 'IPv6') return untouched;
  if (all[from].suppresses) return untouched;
  if (what === 'announcement') return { isKept: someSuppress, isAnswered: false };
  if (!isNeighbour || at === undefined) return untouched;
  const byProxy = family === 'IPv4' && (all[from].proxyArp || all[at].wireless);
  const isAnswered = byProxy || all[at].suppresses;
  return { isKept: isAnswered || someSuppress, isAnswered };
}
