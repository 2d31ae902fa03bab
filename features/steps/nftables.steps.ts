/** nf_tables: batches, what is said to them, and what is listed then. */
import { After, Given, Then, When } from '@cucumber/cucumber';
import { NETLINK_NETFILTER, NLM_F_ACK } from '../../reference-impl/netlink/constants.js';
import { decodeError, type DecodedError } from '../../reference-impl/netlink/extack.js';
import { NFNLGRP_NFTABLES } from '../../reference-impl/netlink/families/nfnetlink.js';
import { nftType, type NftMessageName } from '../../reference-impl/netlink/families/nftables.js';
import { decodeNft, encodeBatch, nftRequest, nftSet } from '../../reference-impl/netlink/nftablesBatch.js';
import { NLMSG_ERROR } from '../../reference-impl/netlink/constants.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { parseAttributes, parseDatagram, type Message } from '../../reference-impl/netlink/wire.js';
import { expectNumber, expectThat } from './expectations.js';
import { dumpNft, lineOf, listing } from './nftablesListing.js';
import { FLUSH, batchOf, begin, expectTaken, notes, said, send, withPort } from './nftablesTalk.js';
import { FAMILIES, linesIn, typed } from './nftablesWords.js';
import { ask, repliesIn, talkSocket } from './netlinkTalk.js';
import type { NicWorld } from './world.js';

After(async function (this: NicWorld) {
  if (this.notes.has('nf_tables')) await send(this, [FLUSH]);
});

Given('the ruleset', async function (this: NicWorld, text: string) {
  await begin(this);
  await send(this, batchOf(withPort(this, text)));
  expectTaken(this);
});

When('a batch asks', async function (this: NicWorld, text: string) {
  await begin(this);
  await send(this, batchOf(text));
});

When('a batch asks for {string}', async function (this: NicWorld, line: string) {
  await begin(this);
  await send(this, batchOf(withPort(this, line)));
});

When('a batch without an end asks', async function (this: NicWorld, text: string) {
  await begin(this);
  await send(this, batchOf(text), { hasEnd: false });
});

When('a batch that is acknowledged whole asks', async function (this: NicWorld, text: string) {
  await begin(this);
  await send(this, batchOf(text), { acknowledged: true });
});

When('a batch for subsystem {int} asks', async function (this: NicWorld, subsystem: number, text: string) {
  await begin(this);
  await send(this, batchOf(text), { subsystem });
});

When('a batch for the generation {int} ahead asks', async function (this: NicWorld, ahead: number, text: string) {
  await begin(this);
  const generation = (await generationOf(this)) + ahead;
  await send(this, batchOf(text), { generation });
});

async function generationOf(world: NicWorld): Promise<number> {
  const body = nftRequest('GETGEN', 0, {});
  const came = await ask(world, { protocol: NETLINK_NETFILTER, type: nftType('GETGEN'), flags: NLM_F_ACK, body });
  const told = repliesIn(came).flatMap((message) => decodeNft(message) ?? []);
  const [only] = told;
  expectThat(only !== undefined, 'no generation is told');
  const generation = numberIn(only.values, 'NFTA_GEN_ID') ?? 0;
  expectNumber(only.generation, generation & 0xffff, 'the generation in the header');
  return generation;
}

When('the generation is noted', async function (this: NicWorld) {
  await begin(this);
  notes(this).generation = await generationOf(this);
});

Then('the generation is {int} later', async function (this: NicWorld, later: number) {
  expectNumber(await generationOf(this), notes(this).generation + later, 'the generation');
});

Then('the batch is taken', function (this: NicWorld) {
  expectTaken(this);
});

/** Where the attribute of that path begins in a message that was sent. */
function placeOf(message: Message | undefined, set: ReturnType<typeof nftSet>, path: readonly string[]): number {
  let [bytes, base, level] = [message?.body.subarray(4) ?? new Uint8Array(0), 20, set];
  let place = -1;
  for (const step of path) {
    const [name = '', nth = '1'] = step.split('#');
    const spec = level.byName.get(name);
    const found = parseAttributes(bytes, base).attributes.filter(({ type }) => type === spec?.number)[Number(nth) - 1];
    expectThat(found !== undefined && spec !== undefined, `there was no ${name} to blame`);
    place = found.offset;
    if (spec.type.kind !== 'nest') continue;
    [bytes, base, level] = [found.data, found.offset + 4, spec.type.set()];
  }
  return place;
}

function expectRefused(world: NicWorld, place: number, errno: string): DecodedError {
  const answer = notes(world).answers.get(place);
  expectThat(answer !== undefined, `nothing was said to message ${place}`);
  expectThat(said(answer) === errno, `message ${place} got ${said(answer)}, not ${errno}`);
  return answer;
}

Then('message {int} fails with {word}', function (this: NicWorld, place: number, errno: string) {
  expectRefused(this, place, errno);
});

Then('the batch fails with {word}', function (this: NicWorld, errno: string) {
  expectRefused(this, notes(this).messages.length, errno);
});

Then('the batch fails with {word} at {word}', function (this: NicWorld, errno: string, path: string) {
  const { messages, sent } = notes(this);
  const place = messages.length;
  const answer = expectRefused(this, place, errno);
  const blamed = placeOf(sent[place], nftSet(messages[place - 1]?.name ?? ''), path.split('/'));
  expectNumber(answer.offset ?? -1, blamed, `the place that is blamed (${path})`);
});

Then('the batch fails with {word} and no place', function (this: NicWorld, errno: string) {
  const answer = expectRefused(this, notes(this).messages.length, errno);
  expectThat(answer.offset === undefined, `a place is blamed: ${answer.offset}`);
});

Then('the answers are', function (this: NicWorld, text: string) {
  expectLines(notes(this).order, linesIn(text));
});

Then('nothing is answered', function (this: NicWorld) {
  expectNumber(notes(this).answers.size, 0, 'answers');
});

/** The order of attributes within an expression means nothing. */
function canonical(line: string): string {
  const [about = '', ...rest] = line.split(' : ');
  if (rest.length === 0) return line;
  const sorted = rest
    .join(' : ')
    .split(' ; ')
    .map((expression) => {
      const [name = '', ...attributes] = expression.split(' ');
      return [name, ...(attributes.some((one) => one.includes('=')) ? attributes.sort() : attributes)].join(' ');
    });
  return `${about} : ${sorted.join(' ; ')}`;
}

function expectLines(given: readonly string[], expected: readonly string[]): void {
  const [told, wanted] = [given.map(canonical), expected.map(canonical)];
  expectThat(told.join('\n') === wanted.join('\n'), `expected\n${wanted.join('\n')}\ngot\n${told.join('\n')}`);
}

/** Handles count what a machine has done before, in tables: they are not compared unless a line names them. */
const withoutHandles = (line: string): string =>
  line.replace(/^(table .*) handle \d+$/, '$1').replace(/ handle \d+/, '');

Then('the listing is', async function (this: NicWorld, text: string) {
  await begin(this);
  expectLines((await listing(this)).map(withoutHandles), linesIn(text));
});

Then('nothing is listed', async function (this: NicWorld) {
  expectLines(await listing(this), []);
});

Then('the listing has {string}', async function (this: NicWorld, line: string) {
  const wanted = withPort(this, line);
  const lines = await listing(this);
  const has = lines.some((line) => canonical(withoutHandles(line)) === canonical(wanted));
  expectThat(has, `no line is ${wanted}:\n${lines.join('\n')}`);
});

Then('the listing has no {string}', async function (this: NicWorld, unwanted: string) {
  const lines = await listing(this);
  expectThat(!lines.some((line) => line.includes(unwanted)), `${unwanted} is there:\n${lines.join('\n')}`);
});

Given('the listing is noted', async function (this: NicWorld) {
  await begin(this);
  notes(this).before = await listing(this);
});

Then('the listing is as it was noted', async function (this: NicWorld) {
  expectLines(await listing(this), notes(this).before);
});

Then('a rule has the handle {int}', async function (this: NicWorld, handle: number) {
  const told = await dumpNft(this, 'GETRULE', 0);
  const handles = told.map(({ values }) => numberIn(values, 'NFTA_RULE_HANDLE'));
  expectThat(handles.includes(handle), `the handles are ${handles.join(', ')}`);
});

/** A query of one thing: `GETCHAIN ip {"NFTA_CHAIN_TABLE": "t"}`. */
async function query(world: NicWorld, text: string, flags: number): Promise<readonly Message[]> {
  const brace = text.indexOf('{');
  const [name = '', family = ''] = text.slice(0, brace).trim().split(' ');
  const message = name as NftMessageName;
  const values = typed(nftSet(name), JSON.parse(text.slice(brace)) as Readonly<Record<string, unknown>>);
  const body = nftRequest(message, FAMILIES[family] ?? 0, values);
  return ask(world, { protocol: NETLINK_NETFILTER, type: nftType(message), flags, body });
}

When(
  '{word} of {word} is asked for with {string}',
  async function (this: NicWorld, name: string, family: string, attributes: string) {
    await begin(this);
    const state = notes(this);
    const came = await query(this, `${name} ${family} ${attributes.replaceAll("'", '"')}`, NLM_F_ACK);
    const errors = came.filter(({ type }) => type === NLMSG_ERROR).map(decodeError);
    state.answers = new Map(errors.map((error, at) => [at + 1, error]));
    state.messages = [FLUSH];
    const told = repliesIn(came).flatMap((message) => decodeNft(message) ?? []);
    state.told = told.map((one) => lineOf(one));
  },
);

Then('nf_tables tells', function (this: NicWorld, text: string) {
  expectLines(notes(this).told.map(withoutHandles).map(withoutNumber), linesIn(text));
});

Given('somebody listens to nf_tables', async function (this: NicWorld) {
  await begin(this);
  const socket = await this.target.netlink(NETLINK_NETFILTER);
  await socket.join(NFNLGRP_NFTABLES);
  this.note('nf_tables listener', () => socket);
});

Then('it hears', async function (this: NicWorld, text: string) {
  expectLines((await heard(this)).map(withoutHandles).map(withoutNumber), linesIn(text));
});

/** Kernels differ in how much they tell of what has gone. */
Then('it hears of', async function (this: NicWorld, text: string) {
  const told = (await heard(this)).map(withoutHandles);
  const wanted = linesIn(text);
  const isTold = told.length === wanted.length && wanted.every((line, at) => told[at]?.startsWith(line) === true);
  expectThat(isTold, `expected\n${wanted.join('\n')}\ngot\n${told.join('\n')}`);
});

Then('it hears nothing', async function (this: NicWorld) {
  expectLines(await heard(this), []);
});

const withoutNumber = (line: string): string => line.replace(/generation \d+$/, 'generation');

async function heard(world: NicWorld): Promise<readonly string[]> {
  const socket = world.note('nf_tables listener', () => {
    throw new Error('nobody listens');
  }) as Awaited<ReturnType<NicWorld['target']['netlink']>>;
  const lines: string[] = [];
  for (;;) {
    const datagram = await socket.receive({ withinMs: world.quietMs });
    if (datagram === null) return lines;
    for (const message of parseDatagram(datagram)) {
      const told = decodeNft(message);
      if (told !== undefined) lines.push(`${told.name} ${lineOf(told)}`);
    }
  }
}

When('another socket asks', async function (this: NicWorld, text: string) {
  await begin(this);
  const socket = await this.target.netlink(NETLINK_NETFILTER);
  const messages = batchOf(text);
  await socket.send(encodeBatch(messages, 1));
  const answers = new Map<number, DecodedError>();
  for (let datagram = await socket.receive(); datagram !== null; datagram = await socket.receive({ withinMs: 0 }))
    for (const message of parseDatagram(datagram))
      if (message.type === NLMSG_ERROR) answers.set(message.sequence - 1, decodeError(message));
  const state = notes(this);
  state.messages = messages;
  state.answers = answers;
  state.sent = parseDatagram(encodeBatch(messages, 1));
  this.note('another socket of nf_tables', () => socket);
});

When('that socket is closed', async function (this: NicWorld) {
  const socket = this.note('another socket of nf_tables', () => {
    throw new Error('there is no other socket');
  }) as Awaited<ReturnType<NicWorld['target']['netlink']>>;
  await socket.close();
});

When('messages of nf_tables go without a batch', async function (this: NicWorld, text: string) {
  await begin(this);
  const messages = batchOf(text);
  const [only] = messages;
  expectThat(only !== undefined, 'there is no message');
  const { name, family, attributes } = only;
  const body = nftRequest(name, family, attributes);
  const came = await ask(this, { protocol: NETLINK_NETFILTER, type: nftType(name), body });
  const errors = came.filter(({ type }) => type === NLMSG_ERROR).map(decodeError);
  const state = notes(this);
  state.messages = messages;
  state.answers = new Map(errors.map((error, at) => [at + 1, error]));
});

When('{int} milliseconds pass for nf_tables', async function (this: NicWorld, milliseconds: number) {
  // Nobody tells this socket anything: it waits that long.
  const socket = await talkSocket(this, NETLINK_NETFILTER);
  await socket.receive({ withinMs: milliseconds });
});
