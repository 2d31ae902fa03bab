/** Features over netlink: both forms of a bitset, what a reply says, and which net device it is about. */
import { Then, When } from '@cucumber/cucumber';
import { decodeBits, bitChanges, type DecodedBits } from '../../reference-impl/netlink/bitset.js';
import {
  ETHTOOL_FLAG_COMPACT_BITSETS,
  ETHTOOL_FLAG_OMIT_REPLY,
  ETHTOOL_OPERATIONS,
} from '../../reference-impl/netlink/families/ethtool.js';
import { encodeAttributes, nestIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import {
  ATTRIBUTES_AT,
  ATTRIBUTE_HEADER,
  QUERIES,
  genericRequest,
  headerNest,
  nameAttribute,
  type QueryWords,
} from '../properties/netlinkRequests.js';
import { expectNumber, expectThat } from './expectations.js';
import { ethtoolListening } from './featureSwitches.steps.js';
import { ethtoolNews } from './listening.js';
import { requestNotes, sendGeneric } from './netlinkRequests.steps.js';
import { accepted, featureState } from './settings.js';
import { keepMessages } from './netlinkAnswers.steps.js';
import type { NicWorld } from './world.js';

const FEATURE_SETS = ['HW', 'WANTED', 'ACTIVE', 'NOCHANGE'] as const;

When('the features are asked for in both forms', async function (this: NicWorld) {
  const ethtool = await this.ethtool();
  const { names } = await featureState(this);
  const forms: Record<string, string> = {};
  for (const [form, flags] of [
    ['verbose', 0],
    ['compact', ETHTOOL_FLAG_COMPACT_BITSETS],
  ] as const) {
    const header: Values = flags === 0 ? {} : { ETHTOOL_A_HEADER_FLAGS: flags };
    const values = accepted(
      await ethtool.call('FEATURES_GET', this.port.netDevice, {}, header),
      'reading the features',
    );
    forms[form] = FEATURE_SETS.map((name) =>
      [...decodeBits(nestIn(values, `ETHTOOL_A_FEATURES_${name}`), names).set].sort().join(' '),
    ).join(' | ');
  }
  this.note('feature forms', () => forms);
});

Then('both forms name the same features', function (this: NicWorld) {
  const values = this.note<Values>('feature forms', () => ({}));
  const verbose = textIn(values, 'verbose') ?? '';
  expectThat(verbose.length > 0, 'no features are named');
  expectThat(verbose === textIn(values, 'compact'), 'the two forms name other features');
});

When('scatter-gather is switched off and {string} on in one request', async function (this: NicWorld, feature: string) {
  const ethtool = await this.ethtool();
  const reply = accepted(
    await ethtool.setFeatures(this.port.netDevice, { 'tx-scatter-gather': false, [feature]: true }),
    'changing features',
  );
  this.note('feature reply', () => reply);
});

interface FeatureReply {
  readonly wanted: DecodedBits;
  readonly active: DecodedBits;
}
const featureReply = (world: NicWorld): FeatureReply =>
  world.note<FeatureReply>('feature reply', () => {
    throw new Error('no features were changed');
  });

Then('the reply says that {string} was asked to be on and is off', function (this: NicWorld, feature: string) {
  const { wanted } = featureReply(this);
  expectThat(wanted.mask.has(feature) && wanted.set.has(feature), `the reply does not say it of ${feature}`);
});

Then('the reply says that {string} has changed to off', function (this: NicWorld, feature: string) {
  const { active } = featureReply(this);
  expectThat(active.mask.has(feature) && !active.set.has(feature), `the reply does not say it of ${feature}`);
});

When('{string} is switched off, without a reply', async function (this: NicWorld, feature: string) {
  const ethtool = await this.ethtool();
  const header = { ETHTOOL_A_HEADER_DEV_NAME: this.port.netDevice, ETHTOOL_A_HEADER_FLAGS: ETHTOOL_FLAG_OMIT_REPLY };
  const body = ethtool.body('FEATURES_SET', header, { ETHTOOL_A_FEATURES_WANTED: bitChanges({ [feature]: false }) });
  keepMessages(this, (await sendGeneric(this, body)).messages);
});

When(
  '{string} and {string} are switched off in one request',
  async function (this: NicWorld, right: string, misspelt: string) {
    const { command, set } = ETHTOOL_OPERATIONS.FEATURES_SET;
    const header = headerNest('FEATURES_SET', nameAttribute(this.port.netDevice));
    const before = encodeAttributes(set, { ETHTOOL_A_FEATURES_WANTED: bitChanges({ [right]: false }) });
    const both = encodeAttributes(set, {
      ETHTOOL_A_FEATURES_WANTED: bitChanges({ [right]: false, [misspelt]: false }),
    });
    // The second bit starts where the first request ends; its name is its first member.
    requestNotes(this).offset = ATTRIBUTES_AT + header.length + before.length + ATTRIBUTE_HEADER;
    await sendGeneric(this, genericRequest(command, header, both));
  },
);

When(/^(the features|the link state) is asked for$/, async function (this: NicWorld, query: QueryWords) {
  const name = QUERIES[query];
  const reply = accepted(await (await this.ethtool()).call(name, this.port.netDevice), `asking for ${query}`);
  this.note('named', () => nestIn(reply, ETHTOOL_OPERATIONS[name].header) ?? {});
});

function expectPortNamed(world: NicWorld, header: Values | undefined): void {
  expectNumber(numberIn(header, 'ETHTOOL_A_HEADER_DEV_INDEX') ?? -1, world.port.ifIndex, 'index');
  const name = textIn(header, 'ETHTOOL_A_HEADER_DEV_NAME');
  expectThat(name === world.port.netDevice, `the name is ${String(name)}`);
}

Then('the reply names the port by index and name', function (this: NicWorld) {
  expectPortNamed(
    this,
    this.note<Values>('named', () => ({})),
  );
});

Then('the announcement names the port by index and name', async function (this: NicWorld) {
  const { listener } = ethtoolListening(this);
  expectThat(listener !== undefined, 'nobody listens');
  const [first] = await ethtoolNews(this, listener, 'FEATURES_NTF');
  expectThat(first !== undefined, 'nothing was announced');
  expectPortNamed(this, nestIn(first.values, 'ETHTOOL_A_FEATURES_HEADER'));
});
