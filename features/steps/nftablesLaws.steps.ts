/** Laws of nf_tables: what is true of every batch, every rule and every damaged message. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import {
  NETLINK_NETFILTER,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLMSG_DONE,
  NLMSG_ERROR,
} from '../../reference-impl/netlink/constants.js';
import { nftType, type NftMessageName } from '../../reference-impl/netlink/families/nftables.js';
import { encodeBatch, nftRequest, nftSet, type NftMessage } from '../../reference-impl/netlink/nftablesBatch.js';
import { encodeAttributes, type Values } from '../../reference-impl/netlink/schema.js';
import { concat, hex } from '../../reference-impl/packet/bytes.js';
import { attributeDamage, damage, damaged } from '../properties/netlinkMutations.js';
import { expectNumber, expectThat } from './expectations.js';
import { listing } from './nftablesListing.js';
import { FLUSH, batchOf, begin, notes, said, send } from './nftablesTalk.js';
import { ask, sendRaw, talk } from './netlinkTalk.js';
import type { NicWorld } from './world.js';

const RULESET = `
  add table ip t
  add chain ip t c
  add chain ip t d
  append rule ip t c : counter
  append rule ip t c : jump d
  add set ip t s
  add element ip t s 0a000001, 0a000002
  add set ip t i flags interval
  add element ip t i 0a000010, 0a000020!
  add counter ip t n
`;

/** What a batch may hold, of a table that has all that. */
const CHANGES = [
  'append rule ip t c : accept',
  'add rule ip t d : payload dreg=1 base=network offset=12 len=4 ; cmp sreg=1 op=eq data=0a000001 ; drop',
  'append rule ip t d : payload dreg=1 base=network offset=12 len=4 ; lookup sreg=1 set=s',
  'append rule ip t d : objref imm_type=1 imm_name=n',
  'delete rule ip t c',
  'add chain ip t e hook 1 priority 0 policy drop',
  'add chain ip t c {"NFTA_CHAIN_USERDATA": "01"}',
  'add set ip t z flags map data 4',
  'add element ip t s 0a000003, 0a000004',
  'delete element ip t s 0a000001',
  'delete elements ip t i',
  'add element ip t i 0a000030, 0a000040!',
  'add quota ip t q {"NFTA_OBJ_DATA": "0c0001000000000000000064"}',
  'delete counter ip t n',
  'add table ip6 t',
  'delete table ip t',
  'add table ip t {"NFTA_TABLE_FLAGS": 1}',
] as const;

/** What is refused whatever came before. */
const REFUSED = [
  'add chain ip nosuch c',
  'add table ip t {"NFTA_TABLE_FLAGS": 64}',
  'append rule ip t c : nosuchexpr',
  'add set ip t y key 0',
  'add element ip t nosuch 0a000001',
  'delete counter ip t nosuch',
] as const;

Then('for every batch with a message that is refused, the ruleset is as before', async function (this: NicWorld) {
  await begin(this);
  await this.law(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...CHANGES), { maxLength: 6 }),
      fc.constantFrom(...REFUSED),
      fc.nat(6),
      async (changes, refused, place) => {
        await send(this, [FLUSH, ...batchOf(RULESET)]);
        const before = await listing(this);
        const lines = [...changes.slice(0, place), refused, ...changes.slice(place)];
        await send(this, batchOf(lines.join('\n')));
        const errors = [...notes(this).answers.values()].filter(({ errno }) => errno !== 0);
        expectThat(errors.length > 0, `nothing was refused of\n${lines.join('\n')}`);
        const after = await listing(this);
        expectThat(after.join('\n') === before.join('\n'), `was\n${before.join('\n')}\nis\n${after.join('\n')}`);
      },
    ),
  );
});

const word = fc.integer({ min: 0, max: 0xffff_ffff }).map((value) => value.toString(16).padStart(8, '0'));
const half = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16).padStart(4, '0'));
const operator = fc.constantFrom('eq', 'neq', 'lt', 'lte', 'gt', 'gte');

/** Parts of rules that stand for themselves, each as a kernel tells it. */
const parts: readonly fc.Arbitrary<string>[] = [
  fc
    .tuple(
      fc.constantFrom('link', 'network', 'transport'),
      fc.nat(200),
      operator,
      word,
      fc.constantFrom(1, 2, 3, 4, 9, 10),
    )
    .map(([base, offset, op, data, register]) => {
      const load = `payload dreg=${register} base=${base} offset=${offset} len=4`;
      return `${load} ; cmp sreg=${register} op=${op} data=${data}`;
    }),
  fc
    .tuple(fc.nat(200), operator, half)
    .map(
      ([offset, op, data]) => `payload dreg=1 base=transport offset=${offset} len=2 ; cmp sreg=1 op=${op} data=${data}`,
    ),
  fc
    .tuple(word, word)
    .map(([mask, xor]) => `meta key=3 dreg=1 ; bitwise sreg=1 dreg=1 len=4 op=0 mask=${mask} xor=${xor}`),
  word.map((mark) => `immediate dreg=1 data=${mark} ; meta key=3 sreg=1`),
  fc.tuple(fc.nat(1 << 30), fc.nat(1 << 30)).map(([bytes, packets]) => `counter bytes=${bytes} packets=${packets}`),
  fc.tuple(word, word).map(([from, to]) => `meta key=3 dreg=1 ; range sreg=1 op=0 from_data=${from} to_data=${to}`),
];

Then('every rule is listed as it was given', async function (this: NicWorld) {
  await begin(this);
  const rule = fc
    .tuple(
      fc.array(fc.oneof(...parts), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('accept', 'drop', 'return', 'jump d'),
    )
    .map(([some, verdict]) => [...some, verdict].join(' ; '));
  await this.law(
    fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 4 }), async (rules) => {
      await send(this, [FLUSH, ...batchOf('add table ip t\nadd chain ip t c\nadd chain ip t d')]);
      await send(this, batchOf(rules.map((each) => `append rule ip t c : ${each}`).join('\n')));
      for (const answer of notes(this).answers.values())
        expectThat(answer.errno === 0, `it was refused: ${said(answer)}\n${rules.join('\n')}`);
      const told = (await listing(this)).filter((line) => line.startsWith('rule ')).map((line) => line.split(' : ')[1]);
      expectThat(told.join('\n') === rules.join('\n'), `given\n${rules.join('\n')}\ntold\n${told.join('\n')}`);
    }),
  );
});

/** For each case that the run asks of a law: ten thousand where nothing else is said. */
const MESSAGES_FOR_A_CASE = 100;

Then(
  'for ten thousand damaged messages in batches, each is answered once, and what is refused changes nothing',
  async function (this: NicWorld) {
    await begin(this);
    const specimens = batchOf([...CHANGES, ...REFUSED].join('\n'));
    const hurt = fc.array(fc.oneof(damage, attributeDamage), { minLength: 1, maxLength: 3 });
    const count = MESSAGES_FOR_A_CASE * this.session.runs;
    const pair = fc.tuple(fc.constantFrom(...specimens), hurt);
    await this.law(
      fc.asyncProperty(
        fc.noShrink(fc.array(pair, { minLength: count, maxLength: count, size: 'max' })),
        async (pairs) => {
          await send(this, [FLUSH, ...batchOf(RULESET)]);
          for (let at = 0; at < pairs.length; at += MESSAGES_OF_A_BATCH) {
            const some = pairs.slice(at, at + MESSAGES_OF_A_BATCH);
            await expectAnswered(
              this,
              some.map(([specimen, damages]) => damagedMessage(specimen, damages)),
            );
          }
          await expectAlive(this);
        },
      ),
      // One case of them all: the time that a law is given on a real kernel ends between cases.
      { runs: 1 / this.session.runs },
    );
  },
);

/** A kernel that takes a change back waits until no packet uses it: many share that. */
const MESSAGES_OF_A_BATCH = 25;

function damagedMessage(message: NftMessage, damages: readonly Parameters<typeof damaged>[1][]): NftMessage {
  const { attributes, name } = message;
  const encoded = attributes instanceof Uint8Array ? attributes : encodeAttributes(nftSet(name), attributes);
  const header = new Uint8Array(4);
  const body = damages.reduce<Uint8Array>(
    (bytes, each) => damaged({ body: bytes, attributesAt: 4 }, each),
    concat(header, encoded),
  );
  return { ...message, attributes: body.subarray(Math.min(4, body.length)) };
}

/** A rehearsal: the next one finds the ruleset as this one did. */
async function expectAnswered(world: NicWorld, messages: readonly NftMessage[]): Promise<void> {
  const state = talk(world);
  const first = state.nextSequence;
  state.nextSequence += messages.length + 2;
  const came = await sendRaw(world, NETLINK_NETFILTER, encodeBatch(messages, first, { hasEnd: false }));
  const answered = came.filter(({ type }) => type === NLMSG_ERROR).map(({ sequence }) => sequence - first);
  for (const [at, { name, attributes }] of messages.entries()) {
    const count = answered.filter((place) => place === at + 1).length;
    const bytes = attributes instanceof Uint8Array ? hex(attributes) : '';
    expectNumber(count, 1, `answers to ${name} ${bytes}`);
  }
}

/** The machine goes on as if nothing had been asked. */
async function expectAlive(world: NicWorld): Promise<void> {
  const told = await listing(world);
  expectThat(
    told.some((line) => line.startsWith('element ip t i 0a000020!')),
    `the ruleset is another:\n${told.join('\n')}`,
  );
  expectNumber(told.length, 12, 'lines of the ruleset');
}

/** Queries of one thing and of all, of what the ruleset has. */
const QUERIES: readonly (readonly [NftMessageName, Values])[] = [
  ['GETTABLE', { NFTA_TABLE_NAME: 't' }],
  ['GETCHAIN', { NFTA_CHAIN_TABLE: 't', NFTA_CHAIN_NAME: 'c' }],
  ['GETRULE', { NFTA_RULE_TABLE: 't', NFTA_RULE_CHAIN: 'c', NFTA_RULE_HANDLE: 3n }],
  ['GETSET', { NFTA_SET_TABLE: 't', NFTA_SET_NAME: 's' }],
  ['GETSETELEM', { NFTA_SET_ELEM_LIST_TABLE: 't', NFTA_SET_ELEM_LIST_SET: 's' }],
  ['GETOBJ', { NFTA_OBJ_TABLE: 't', NFTA_OBJ_NAME: 'n', NFTA_OBJ_TYPE: 1 }],
  ['GETGEN', {}],
];

Then('every damaged query of nf_tables has exactly one end', async function (this: NicWorld) {
  await begin(this);
  await send(this, [FLUSH, ...batchOf(RULESET)]);
  const hurt = fc.array(fc.oneof(damage, attributeDamage), { minLength: 1, maxLength: 3 });
  await this.law(
    fc.asyncProperty(fc.constantFrom(...QUERIES), hurt, fc.boolean(), async ([name, values], damages, isDump) => {
      const whole = nftRequest(name, 2, values);
      const body = damages.reduce<Uint8Array>((bytes, each) => damaged({ body: bytes, attributesAt: 4 }, each), whole);
      const flags = isDump && name !== 'GETGEN' ? NLM_F_DUMP : NLM_F_ACK;
      const came = await ask(this, { protocol: NETLINK_NETFILTER, type: nftType(name), flags, body });
      const ends = came.filter(({ type }) => type === NLMSG_ERROR || type === NLMSG_DONE);
      // A dump that cannot begin is refused; a message without a header is taken for nothing, and no dump.
      if (body.length >= 4 || flags === NLM_F_ACK) expectNumber(ends.length, 1, `ends of ${name} ${hex(body)}`);
    }),
  );
});
