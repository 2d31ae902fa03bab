/** Neighbours of an aggregate, who ask for the host by ARP, and what they are told. */
import { tagsOf, withTags, CUSTOMER_TAG } from '../properties/numberedFrames.js';
import { arpIn, isArp, type ArpMessage } from '../properties/ipPackets.js';
import { addressOf, stationFamily } from '../properties/stations.js';
import { formatMac } from '../../reference-impl/packet/addresses.js';
import { arp, buildFrame, ethernet } from '../../reference-impl/packet/build.js';
import { withoutTags } from './linkTargets.js';
import { portCalled, usedPorts } from './switchPorts.js';
import type { NicWorld } from './world.js';

export const ARPOP_REQUEST = 1;
export const ARPOP_REPLY = 2;
const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const NOBODY = '00:00:00:00:00:00';

/** A message of ARP, as it left at a member. */
export interface Said extends ArpMessage {
  readonly port: string;
  /** The source of the frame. */
  readonly from: string;
  /** 0: without a tag. */
  readonly vid: number;
}

interface Neighbours {
  /** Those that were not looked at yet. */
  said: Said[];
  /** Stations that are not the one a neighbour had first. */
  readonly stations: Map<number, string>;
  /** What each was answered last. */
  readonly answers: Map<number, Said>;
  before: ReadonlyMap<number, Said>;
  vid: number;
}

export const neighboursOf = (world: NicWorld): Neighbours =>
  world.note('neighbours of an aggregate', () => ({
    said: [],
    stations: new Map(),
    answers: new Map(),
    before: new Map(),
    vid: 0,
  }));

/** The host's, in all scenarios. */
export const HOST = '192.0.2.1';
export const addressOfNeighbour = (number: number): string => `192.0.2.${10 + number}`;
export const stationOfNeighbour = (world: NicWorld, number: number): string =>
  neighboursOf(world).stations.get(number) ?? addressOf(`station ${number}`, stationFamily(world.scenario));

const ROUND_MS = 20;

/** Takes what leaves at all ports for so long, or until it is what was waited for. */
export async function listenToArp(
  world: NicWorld,
  milliseconds: number,
  isEnough: (said: readonly Said[]) => boolean = () => false,
): Promise<readonly Said[]> {
  const { clock } = world.target;
  const now = async (): Promise<number> => Number(await clock.now()) / 1_000_000;
  const notes = neighboursOf(world);
  const start = await now();
  for (;;) {
    for (const { port } of usedPorts(world))
      for (const { bytes } of await (await world.wire(port)).receive({ withinMs: 0 })) {
        const tags = tagsOf(bytes);
        const frame = withoutTags(bytes, tags.length);
        if (!isArp(frame)) continue;
        const vid = (tags[0]?.tci ?? 0) & 0xfff;
        notes.said.push({ port, ...arpIn(frame), from: formatMac(frame, 6), vid });
      }
    if (isEnough(notes.said) || (await now()) - start >= milliseconds) return notes.said;
    await clock.sleep(ROUND_MS);
  }
}

async function sendArp(world: NicWorld, port: string, bytes: Uint8Array): Promise<void> {
  const { vid } = neighboursOf(world);
  const tagged = vid === 0 ? bytes : withTags(bytes, [{ tpid: CUSTOMER_TAG, tci: vid }]);
  await (await world.wire(portCalled(world, port).port)).send([{ bytes: tagged }]);
}

interface Asking {
  readonly mac: string;
  readonly ip: string;
  readonly target: string;
}

export const questionOf = ({ mac, ip, target }: Asking): Uint8Array =>
  buildFrame(
    [
      ethernet({ destination: BROADCAST, source: mac }),
      arp({ operation: ARPOP_REQUEST, senderMac: mac, senderIp: ip, targetMac: NOBODY, targetIp: target }),
    ],
    { pad: true },
  ).bytes;

/** Long enough for the host to answer. */
const ANSWER_MS = 1000;

/** Somebody asks for the host; what is answered. */
export async function ask(world: NicWorld, port: string, asking: Asking): Promise<Said | undefined> {
  const isAnswer = ({ operation, targetIp, to }: Said): boolean =>
    operation === ARPOP_REPLY && targetIp === asking.ip && to === asking.mac;
  neighboursOf(world).said = [];
  await sendArp(world, port, questionOf(asking));
  return (await listenToArp(world, ANSWER_MS, (said) => said.some(isAnswer))).find(isAnswer);
}

/** A neighbour says who it is, to the host alone. */
export async function answer(world: NicWorld, number: number, port: string, destination: string): Promise<void> {
  const source = stationOfNeighbour(world, number);
  const frame = buildFrame(
    [
      ethernet({ destination, source }),
      arp({
        operation: ARPOP_REPLY,
        senderMac: source,
        senderIp: addressOfNeighbour(number),
        targetMac: destination,
        targetIp: HOST,
      }),
    ],
    { pad: true },
  );
  await sendArp(world, port, frame.bytes);
}

interface PassedOn {
  readonly mac: string;
  readonly ip: string;
  readonly asker: string;
  readonly askerIp: string;
}

/** An answer of somebody behind the host. */
export const passedOnAnswer = ({ mac, ip, asker, askerIp }: PassedOn): Uint8Array =>
  buildFrame(
    [
      ethernet({ destination: asker, source: mac }),
      arp({ operation: ARPOP_REPLY, senderMac: mac, senderIp: ip, targetMac: asker, targetIp: askerIp }),
    ],
    { pad: true },
  ).bytes;
