/** Rules of nf_tables, and frames among them. */
import { After, Given, When } from '@cucumber/cucumber';
import {
  addChain,
  addElement,
  addObject,
  addRule,
  addSet,
  addVlanOver,
  removeTables,
  setDormant,
} from './netfilter.js';
import type { NicWorld } from './world.js';

After(async function (this: NicWorld) {
  await removeTables(this);
});

const FAMILY = '(netdev|bridge|inet|ip|ip6|arp)';

Given(
  new RegExp(
    String.raw`^an? ${FAMILY} chain "(\w+)" at (\w+)(?: of (p\d|br\d|v\d+))?(?: with priority (-?\d+))?(, which drops)?(, which counts)?$`,
  ),
  async function (
    this: NicWorld,
    family: string,
    name: string,
    hook: string,
    port: string | null,
    priority: string | null,
    drops: string | null,
    counts: string | null,
  ) {
    await addChain(this, {
      family,
      name,
      hook,
      port: port ?? undefined,
      priority: Number(priority ?? 0),
      drops: drops !== null,
      counts: counts !== null,
    });
  },
);

Given(
  /^a VLAN device (v\d+) with VID (\d+) over (p\d)$/,
  async function (this: NicWorld, name: string, vid: string, port: string) {
    await addVlanOver(this, name, port, Number(vid));
  },
);

Given(new RegExp(`^an? ${FAMILY} chain "(\\w+)"$`), async function (this: NicWorld, family: string, name: string) {
  await addChain(this, { family, name });
});

Given(/^in "(\w+)": (.+)$/, async function (this: NicWorld, chain: string, rule: string) {
  await addRule(this, chain, rule);
});

Given(
  new RegExp(
    String.raw`^an? ${FAMILY} (set|map) "(\w+)" of (\d+) bytes(?: to (verdicts|\d+ bytes))?((?:, (?:of intervals|with timeouts|for rules|at most \d+|in fields of [\d ]+))*)$`,
  ),
  async function (
    this: NicWorld,
    family: string,
    _what: string,
    name: string,
    length: string,
    data: string | null,
    options: string,
  ) {
    const [, size] = /at most (\d+)/.exec(options) ?? [];
    const [, fields] = /in fields of ([\d ]+)/.exec(options) ?? [];
    await addSet(this, {
      family,
      name,
      keyLength: Number(length),
      data: data?.replace(' bytes', '') ?? undefined,
      isInterval: options.includes('intervals') || fields !== undefined,
      hasTimeout: options.includes('timeouts'),
      isDynamic: options.includes('rules'),
      size: size === undefined ? undefined : Number(size),
      fields: fields?.trim().split(' ').map(Number) ?? [],
    });
  },
);

Given(/^the set "(\w+)" has (.+)$/, async function (this: NicWorld, set: string, elements: string) {
  for (const element of elements.split(' and ')) await addElement(this, set, element);
});

Given(
  new RegExp(`^an? ${FAMILY} (counter|quota) "(\\w+)"(?: of (\\d+) bytes)?$`),
  async function (this: NicWorld, family: string, kind: string, name: string, amount: string | null) {
    await addObject(this, family, kind, name, Number(amount ?? 0));
  },
);

When(
  new RegExp(`^the table of ${FAMILY} is put (to sleep|in force)$`),
  async function (this: NicWorld, family: string, how: string) {
    await setDormant(this, family, how === 'to sleep');
  },
);
