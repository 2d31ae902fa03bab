/** What rules tell by themselves while packets come by. */
import { After, Given, Then, type DataTable } from '@cucumber/cucumber';
import type { NetlinkSocket } from '../../harness/contract/index.js';
import { NETLINK_NETFILTER } from '../../reference-impl/netlink/constants.js';
import { NFGENMSG, NFNLGRP_NFTABLES, NFNLGRP_NFTRACE } from '../../reference-impl/netlink/families/nfnetlink.js';
import { NFTA_OBJ, NFTA_TRACE, nftType } from '../../reference-impl/netlink/families/nftables.js';
import { decodeBody } from '../../reference-impl/netlink/client.js';
import { bytesIn, nestIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { parseDatagram, type Message } from '../../reference-impl/netlink/wire.js';
import { expectNumber, expectThat } from './expectations.js';
import { taken } from './switchGroups.js';
import { portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

interface News {
  listener: NetlinkSocket | undefined;
  /** Of the packet that was looked at last. */
  traces: readonly Values[];
}

const news = (world: NicWorld): News => world.note('netfilter news', () => ({ listener: undefined, traces: [] }));

Given(/^somebody listens to (rules|traces)$/, async function (this: NicWorld, what: string) {
  const listener = await this.target.netlink(NETLINK_NETFILTER);
  await listener.join(what === 'rules' ? NFNLGRP_NFTABLES : NFNLGRP_NFTRACE);
  news(this).listener = listener;
});

After(async function (this: NicWorld) {
  await news(this).listener?.close();
});

/** Announcements are there at once, or very soon. */
const TOLD_WITHIN_MS = 200;

/** All that was told since somebody looked last. */
async function heard(world: NicWorld): Promise<readonly Message[]> {
  const { listener } = news(world);
  expectThat(listener !== undefined, 'nobody listens');
  await taken(world);
  const messages: Message[] = [];
  for (
    let datagram = await listener.receive({ withinMs: TOLD_WITHIN_MS });
    datagram !== null;
    datagram = await listener.receive({ withinMs: TOLD_WITHIN_MS })
  )
    messages.push(...parseDatagram(datagram));
  return messages;
}

const TRACE_TYPES = ['none', 'policy', 'return', 'rule'] as const;
/** enum nft_verdicts, and those of netfilter. */
const VERDICTS: Readonly<Record<number, string>> = {
  0: 'drop',
  1: 'accept',
  2: 'stolen',
  [-1]: 'continue',
  [-3]: 'jump',
  [-4]: 'goto',
  [-5]: 'return',
};

const tracesIn = (messages: readonly Message[]): readonly Values[] =>
  messages
    .filter(({ type }) => type === nftType('TRACE'))
    .map((message) => decodeBody(NFGENMSG, NFTA_TRACE, message).values);

/** A step in the words of the tables: `rule in rules: accept`, `policy of rules: drop`. */
function stepText(values: Values): string {
  const type = TRACE_TYPES[numberIn(values, 'NFTA_TRACE_TYPE') ?? 0] ?? 'none';
  const chain = textIn(values, 'NFTA_TRACE_CHAIN') ?? '';
  if (type === 'policy') return `policy of ${chain}: ${VERDICTS[numberIn(values, 'NFTA_TRACE_POLICY') ?? -1] ?? '?'}`;
  const verdict = nestIn(values, 'NFTA_TRACE_VERDICT');
  const code = (numberIn(verdict, 'NFTA_VERDICT_CODE') ?? 0) | 0;
  const target = textIn(verdict, 'NFTA_VERDICT_CHAIN');
  const words = [VERDICTS[code] ?? String(code), ...(target === undefined ? [] : [target])].join(' ');
  // Kernels tell the end of a chain, and a return, as NFT_TRACETYPE_RETURN or as NFT_TRACETYPE_RULE.
  return `${values['NFTA_TRACE_RULE_HANDLE'] === undefined ? 'end' : 'rule'} in ${chain}: ${words}`;
}

Then('the trace of the packet is', async function (this: NicWorld, table: DataTable) {
  const traces = tracesIn(await heard(this));
  news(this).traces = traces;
  const [told, wanted] = [traces.map(stepText).join('\n'), table.raw().flat().join('\n')];
  expectThat(told === wanted, `it is told:\n${told}\ninstead of:\n${wanted}`);
});

Then('nothing is traced', async function (this: NicWorld) {
  expectNumber(tracesIn(await heard(this)).length, 0, 'steps that are told');
});

Then(/^only its first step shows the packet, which came in at (p\d)$/, function (this: NicWorld, port: string) {
  const [first, ...others] = news(this).traces;
  expectThat(first !== undefined && others.length > 0, 'there are no steps');
  const input = numberIn(first, 'NFTA_TRACE_IIF') ?? -1;
  expectNumber(input, portCalled(this, port).ifIndex, 'the net device that it came in at');
  const lengths = ['LL', 'NETWORK', 'TRANSPORT'].map(
    (name) => bytesIn(first, `NFTA_TRACE_${name}_HEADER`)?.length ?? 0,
  );
  expectThat(lengths.join() === '14,20,20', `its headers have ${lengths.join(', ')} bytes`);
  const shown = others.filter((each) => Object.keys(each).some((name) => /_HEADER$|IF$/.test(name)));
  expectNumber(shown.length, 0, 'later steps that show the packet');
});

Then('every step names the same packet', function (this: NicWorld) {
  const ids = new Set(news(this).traces.map((each) => numberIn(each, 'NFTA_TRACE_ID')));
  expectNumber(ids.size, 1, 'numbers of packets');
});

Then(
  /^it is told (\d+) times? that the quota "(\w+)" is used up$/,
  async function (this: NicWorld, times: string, name: string) {
    const told = (await heard(this)).filter(
      (message) =>
        message.type === nftType('NEWOBJ') &&
        textIn(decodeBody(NFGENMSG, NFTA_OBJ, message).values, 'NFTA_OBJ_NAME') === name,
    );
    expectNumber(told.length, Number(times), `announcements of ${name}`);
  },
);
