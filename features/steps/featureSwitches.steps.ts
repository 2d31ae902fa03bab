/** Which features are in force, what a request does to them, and what the reply and the announcement say. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { EthtoolClient, FeatureState } from '../../reference-impl/netlink/ethtoolClient.js';
import { BROADCAST, numberedFrames, numbersOf } from '../properties/numberedFrames.js';
import { frameOf, runOf } from '../properties/tcpStreams.js';
import { intoHost } from './exchange.js';
import { expectNumber, expectThat } from './expectations.js';
import { ethtoolNews, listenToEthtool } from './listening.js';
import { sameNumbers } from './port.steps.js';
import { accepted, featureState, setFeatures } from './settings.js';
import type { NicWorld } from './world.js';

interface FeatureNotes {
  changeable: ReadonlySet<string>;
}
const featureNotes = (world: NicWorld): FeatureNotes =>
  world.note('features', () => ({ changeable: new Set<string>() }));

const quoted = (text: string): string[] => [...text.matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? '');

When(/^the features (".+) are switched (on|off)$/, async function (this: NicWorld, names: string, state: string) {
  await setFeatures(this, Object.fromEntries(quoted(names).map((name) => [name, state === 'on'])));
});

Then(/^the features (".+) are not in force$/, async function (this: NicWorld, names: string) {
  const { active } = await featureState(this);
  const on = quoted(names).filter((name) => active.has(name));
  expectThat(on.length === 0, `in force all the same: ${on.join(', ')}`);
});

When(
  /^the features (".+) are set to (on|off), (on|off) and (on|off)$/,
  async function (this: NicWorld, names: string, first: string, second: string, third: string) {
    const states = [first, second, third];
    await setFeatures(this, Object.fromEntries(quoted(names).map((name, index) => [name, states[index] === 'on'])));
  },
);

Then(/^at most one of the features (".+) is in force$/, async function (this: NicWorld, names: string) {
  const { active } = await featureState(this);
  const on = quoted(names).filter((name) => active.has(name));
  expectThat(on.length <= 1, `in force together: ${on.join(', ')}`);
});

/** A request: some of the names that ethtool knows, each on or off; what never changes may not be asked for. */
const requestBut = ({ names, nochange }: FeatureState): fc.Arbitrary<Record<string, boolean>> =>
  fc.dictionary(fc.constantFrom(...names.filter((name) => name !== '' && !nochange.has(name))), fc.boolean(), {
    minKeys: 1,
    maxKeys: 6,
  });

/** Without a word about the port itself, the next case would find what the last one left. */
async function restore(world: NicWorld, before: FeatureState): Promise<void> {
  await setFeatures(world, Object.fromEntries([...before.hw].map((name) => [name, before.wanted.has(name)])));
}

Then(
  'for every request, the features in force are wanted or fixed, and asking again changes nothing',
  async function (this: NicWorld) {
    const before = await featureState(this);
    const fixedOn = new Set([...before.active].filter((name) => !before.hw.has(name)));
    await this.law(
      fc.asyncProperty(requestBut(before), async (changes) => {
        await setFeatures(this, changes);
        const first = await featureState(this);
        for (const name of first.active) {
          expectThat(first.wanted.has(name) || fixedOn.has(name), `${name} is in force, and nobody wants it`);
        }
        await setFeatures(this, changes);
        const second = await featureState(this);
        expectThat(sameSet(first.active, second.active), 'asking again changed the features in force');
        await restore(this, before);
      }),
      { runs: 0.5 },
    );
  },
);

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((name) => b.has(name));

Then('a frame that the host sends comes back to the host and does not leave', async function (this: NicWorld) {
  const [host, wire] = [await this.host(), await this.wire()];
  const [frame] = numberedFrames(BROADCAST, 1, 42, this.port.address);
  expectThat(frame !== undefined, 'no frame');
  const sent = await host.send([{ bytes: frame }]);
  expectThat(sent.ok, 'the frame was not sent');
  const back = await host.receive({ withinMs: this.patienceMs, count: 1 });
  expectThat(sameNumbers(numbersOf(back.map(({ bytes }) => bytes)), [42]), 'the frame did not come back');
  const left = await wire.receive({ withinMs: this.quietMs });
  expectNumber(numbersOf(left.map(({ bytes }) => bytes)).length, 0, 'frames that left');
});

Then('the host receives 8 segments of a TCP stream as 8 frames', async function (this: NicWorld) {
  const segments = runOf('IPv4', 8, 100).map((segment) => frameOf(segment, this.port.address));
  const received = await intoHost(this, segments);
  expectNumber(received.length, 8, 'frames at the host');
});

interface EthtoolListening {
  listener: EthtoolClient | undefined;
}
/** Shared with the other subjects whose changes the ethtool family announces. */
export const ethtoolListening = (world: NicWorld): EthtoolListening =>
  world.note('ethtool listener', () => ({ listener: undefined }));

Given('the ethtool announcements are listened to', async function (this: NicWorld) {
  ethtoolListening(this).listener = await listenToEthtool(this);
});

const ANNOUNCED = {
  features: 'FEATURES_NTF',
  channels: 'CHANNELS_NTF',
  rings: 'RINGS_NTF',
  coalescing: 'COALESCE_NTF',
} as const;

Then(
  /^(one|no|no further) change of (features|channels|rings|coalescing) is announced$/,
  async function (this: NicWorld, count: string, what: keyof typeof ANNOUNCED) {
    const { listener } = ethtoolListening(this);
    expectThat(listener !== undefined, 'nobody listens');
    const news = await ethtoolNews(this, listener, ANNOUNCED[what]);
    expectNumber(news.length, count === 'one' ? 1 : 0, `changes of ${what} that were announced`);
  },
);

When('the changeable features are noted', async function (this: NicWorld) {
  featureNotes(this).changeable = (await featureState(this)).hw;
});

Then('the changeable features are those that were noted', async function (this: NicWorld) {
  expectThat(
    sameSet(featureNotes(this).changeable, (await featureState(this)).hw),
    'the changeable features are others now',
  );
});

Then('for every request, the changeable features stay the same', async function (this: NicWorld) {
  const before = await featureState(this);
  await this.law(
    fc.asyncProperty(requestBut(before), async (changes) => {
      await setFeatures(this, changes);
      expectThat(sameSet(before.hw, (await featureState(this)).hw), 'the changeable features are others now');
      await restore(this, before);
    }),
    { runs: 0.5 },
  );
});

Then(
  'for every request for features that cannot be changed, they stay and the reply says so',
  async function (this: NicWorld) {
    const before = await featureState(this);
    const fixed = before.names.filter((name) => name !== '' && !before.hw.has(name) && !before.nochange.has(name));
    const ethtool = await this.ethtool();
    await this.law(
      fc.asyncProperty(fc.constantFrom(...fixed), async (name) => {
        const wanted = !before.active.has(name);
        const reply = accepted(
          await ethtool.setFeatures(this.port.netDevice, { [name]: wanted }),
          `asking for ${name}`,
        );
        expectThat(reply.wanted.mask.has(name), `the reply does not say that ${name} was not met`);
        const after = await featureState(this);
        expectThat(after.active.has(name) === before.active.has(name), `${name} cannot be changed, and has changed`);
      }),
      { runs: 0.5 },
    );
  },
);

Then('the features that work on prepared headers only are not in force', async function (this: NicWorld) {
  const { active } = await featureState(this);
  const prepared = ['tx-udp_tnl-csum-segmentation', 'tx-gre-csum-segmentation'].filter((name) => active.has(name));
  expectThat(prepared.length === 0, `in force all the same: ${prepared.join(', ')}`);
});
