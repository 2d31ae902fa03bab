/** Batches of nf_tables as scenarios send them, and what was said to them. */
import { NETLINK_NETFILTER, NLMSG_ERROR } from '../../reference-impl/netlink/constants.js';
import { errnoName } from '../../reference-impl/netlink/errnoNames.js';
import { decodeError, type DecodedError } from '../../reference-impl/netlink/extack.js';
import {
  decodeNft,
  encodeBatch,
  type BatchOptions,
  type NftMessage,
} from '../../reference-impl/netlink/nftablesBatch.js';
import { parseDatagram, type Message } from '../../reference-impl/netlink/wire.js';
import { expectNumber, expectThat } from './expectations.js';
import { lineOf } from './nftablesListing.js';
import { linesIn, messageOf } from './nftablesWords.js';
import { repliesIn, sendRaw, talk } from './netlinkTalk.js';
import type { NicWorld } from './world.js';

export interface NftNotes {
  /** The last batch, and what was said to its messages by their places; 0: to its begin. */
  messages: readonly NftMessage[];
  answers: ReadonlyMap<number, DecodedError>;
  /** All of them in order: the place, and what was said. */
  order: readonly string[];
  /** The last datagram, as messages. */
  sent: readonly Message[];
  /** A listing to compare with. */
  before: readonly string[];
  isFresh: boolean;
  /** What was announced or echoed. */
  told: readonly string[];
  generation: number;
}

export const notes = (world: NicWorld): NftNotes =>
  world.note('nf_tables', () => ({
    messages: [],
    answers: new Map(),
    order: [],
    sent: [],
    before: [],
    isFresh: true,
    told: [],
    generation: 0,
  }));

export const FLUSH: NftMessage = { name: 'DELTABLE', family: 0, flags: 0, attributes: {} };

/** The machine may be one that others used before. */
export async function begin(world: NicWorld): Promise<void> {
  const state = notes(world);
  if (!state.isFresh) return;
  state.isFresh = false;
  await send(world, [FLUSH]);
}

export async function send(
  world: NicWorld,
  messages: readonly NftMessage[],
  options: BatchOptions = {},
): Promise<void> {
  const state = notes(world);
  const socketNotes = talk(world);
  const first = socketNotes.nextSequence;
  socketNotes.nextSequence += messages.length + 2;
  const datagram = encodeBatch(messages, first, options);
  const came = await sendRaw(world, NETLINK_NETFILTER, datagram);
  const errors = came.filter(({ type }) => type === NLMSG_ERROR);
  state.messages = messages;
  state.sent = parseDatagram(datagram);
  state.order = errors.map((message) => `${message.sequence - first} ${said(decodeError(message))}`);
  state.answers = new Map(errors.map((message) => [message.sequence - first, decodeError(message)]));
  const told = repliesIn(came).flatMap((message) => decodeNft(message) ?? []);
  state.told = told.map((one) => `${one.name} ${lineOf(one)}`);
}

/** `PORT` is the net device that scenarios use. */
export const withPort = (world: NicWorld, text: string): string => text.replaceAll('PORT', world.port.netDevice);

export const batchOf = (text: string): readonly NftMessage[] =>
  linesIn(text).map((line, at) => messageOf(line, at + 1));

export const said = ({ errno }: DecodedError | undefined = { errno: 0 } as DecodedError): string =>
  errno === 0 ? 'taken' : errnoName(errno);

export function expectTaken(world: NicWorld): void {
  const { answers, messages } = notes(world);
  for (const [place, answer] of answers)
    expectThat(answer.errno === 0, `message ${place} was refused: ${said(answer)}`);
  expectNumber(answers.size, messages.length, 'answers');
}
