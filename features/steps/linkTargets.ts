/** The far end of an aggregate whose links are watched by ARP or neighbour solicitations: targets that answer, behind a switch or not. */
import { TargetFault } from '../../harness/contract/index.js';
import { addressOf, stationFamily } from '../properties/stations.js';
import { tagsOf, withTags, type Tag } from '../properties/numberedFrames.js';
import { arpIn, isArp } from '../properties/ipPackets.js';
import { isIpv6Text, neighbourFrame, neighbourMessageIn } from '../properties/ipv6Packets.js';
import { formatMac } from '../../reference-impl/packet/addresses.js';
import { arp, buildFrame, ethernet } from '../../reference-impl/packet/build.js';
import { portCalled, usedPorts } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** One question for a target, as it left at a port. */
export interface TargetQuestion {
  readonly port: string;
  readonly target: string;
  /** Whom the answer goes to; 0.0.0.0 and :: are nobody. */
  readonly from: string;
  readonly frameTo: string;
  readonly frameFrom: string;
  readonly tags: readonly Tag[];
  /** Of a neighbour solicitation: the group, the hop limit and the station that it names. */
  readonly solicits?: { readonly to: string; readonly hopLimit: number; readonly station: string | undefined };
}

interface FarEnd {
  /** The ports at which a target answers. */
  readonly answering: Map<string, Set<string>>;
  /** A switch carries what is for everybody from port to port. */
  floods: boolean;
  /** Frames that keep coming in at a port, whoever asks. */
  readonly chatter: Map<string, Uint8Array>;
  /** To whom answers are; absent: to who asked. */
  answersTo: string | undefined;
  questions: TargetQuestion[];
}

export const farEnd = (world: NicWorld): FarEnd =>
  world.note('far end of an aggregate', () => ({
    answering: new Map(),
    floods: false,
    chatter: new Map(),
    answersTo: undefined,
    questions: [],
  }));

const UNTAGGED_TYPE_AT = 12;

/** The frame without so many tags behind its addresses. */
export function withoutTags(frame: Uint8Array, count: number): Uint8Array {
  const bare = new Uint8Array(frame.length - 4 * count);
  bare.set(frame.subarray(0, UNTAGGED_TYPE_AT));
  bare.set(frame.subarray(UNTAGGED_TYPE_AT + 4 * count), UNTAGGED_TYPE_AT);
  return bare;
}

function questionIn(port: string, tagged: Uint8Array): TargetQuestion | undefined {
  const tags = tagsOf(tagged);
  const frame = withoutTags(tagged, tags.length);
  if (isArp(frame)) {
    const { to, operation, senderMac, senderIp, targetIp } = arpIn(frame);
    if (operation !== 1) return undefined;
    return { port, target: targetIp, from: senderIp, frameTo: to, frameFrom: senderMac, tags };
  }
  const isIpv6 = frame[UNTAGGED_TYPE_AT] === 0x86 && frame[UNTAGGED_TYPE_AT + 1] === 0xdd;
  const message = isIpv6 ? neighbourMessageIn(frame) : undefined;
  if (message?.kind !== 'solicitation') return undefined;
  const { target, from, frameTo, to, hopLimit, station } = message;
  const solicits = { to, hopLimit, station };
  return { port, target, from, frameTo, frameFrom: formatMac(frame, 6), tags, solicits };
}

export const targetStation = (world: NicWorld): string => addressOf('T', stationFamily(world.scenario));

function answerTo(world: NicWorld, question: TargetQuestion): Uint8Array {
  const { target, from, frameFrom, tags } = question;
  const source = targetStation(world);
  const to = farEnd(world).answersTo ?? from;
  if (isIpv6Text(target))
    return withTags(
      neighbourFrame({
        kind: 'advertisement',
        source,
        destination: frameFrom,
        from: target,
        to,
        target,
        isSolicited: true,
        station: source,
      }),
      tags,
    );
  const answer = buildFrame(
    [
      ethernet({ destination: frameFrom, source }),
      arp({ operation: 2, senderMac: source, senderIp: target, targetMac: frameFrom, targetIp: to }),
    ],
    { pad: true },
  );
  return withTags(answer.bytes, tags);
}

/** What left at a port is taken, answered, and carried on. */
async function attend(world: NicWorld, port: string): Promise<void> {
  const far = farEnd(world);
  const wire = await world.wire(portCalled(world, port).port);
  for (const { bytes } of await wire.receive({ withinMs: 0 })) {
    const question = questionIn(port, bytes);
    if (question === undefined) continue;
    far.questions.push(question);
    if (far.floods)
      for (const other of usedPorts(world))
        if (other.port !== port) await (await world.wire(other.port)).send([{ bytes }]);
    if (far.answering.get(question.target)?.has(port) === true) await wire.send([{ bytes: answerTo(world, question) }]);
  }
  const chatter = far.chatter.get(port);
  if (chatter !== undefined) await wire.send([{ bytes: chatter }]);
}

const ROUND_MS = 20;
/** Longer than this nobody answered, because the far end itself was held up: what the members make of it says nothing of them. */
const MOST_ROUND_MS = 300;
const NANOSECONDS = 1_000_000;

/**
 * The far end does what it does until it is so, or until the time is over. Whether it ever was is for the steps that follow to see.
 * @throws TargetFault when the far end did nothing for too long.
 */
export async function attendUntil(world: NicWorld, withinMs: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const { clock } = world.target;
  const now = async (): Promise<number> => Number(await clock.now()) / NANOSECONDS;
  const start = await now();
  for (let before = start; ;) {
    for (const { port } of usedPorts(world)) await attend(world, port);
    if (await isSo()) return true;
    const time = await now();
    if (time - before > MOST_ROUND_MS)
      throw new TargetFault(`the far end was held up for ${Math.round(time - before)} ms`);
    if (time - start >= withinMs) return false;
    before = time;
    await clock.sleep(ROUND_MS);
  }
}

/** The far end does what it does for so long; answers how long it was, in milliseconds. */
export async function attendFor(world: NicWorld, milliseconds: number): Promise<number> {
  const { clock } = world.target;
  const start = await clock.now();
  await attendUntil(world, milliseconds, () => Promise.resolve(false));
  return Number((await clock.now()) - start) / NANOSECONDS;
}
