/** The law of validation: either nothing was sent, or all of it is so afterwards. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import {
  NettoolSession,
  changeDevice,
  query,
  type Assignment,
  type Scalar,
} from '../../reference-impl/nettool/index.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { expectThat } from './expectations.js';
import { nettoolNotes } from './nettoolControl.js';
import { linkValues } from './settings.js';
import { WatchedMachine } from './watchedMachine.js';
import type { NicWorld } from './world.js';

interface Wish {
  readonly assignment: Assignment;
  /** What reads back where it is carried out; undefined for what must be refused. */
  readonly reads: Scalar | undefined;
}

const good = (subject: string, key: string, value: string, reads: Scalar): Wish => ({
  assignment: { subject, key, value },
  reads,
});
const bad = (subject: string, key: string, value: string): Wish => ({
  assignment: { subject, key, value },
  reads: undefined,
});

const onOff = (subject: string, key: string): fc.Arbitrary<Wish> =>
  fc.boolean().map((on) => good(subject, key, on ? 'on' : 'off', on));

/** One wish a key, so that none contradicts another. */
const wishes = (least: number, most: number): fc.Arbitrary<readonly Wish[]> => {
  // IPv6 needs 1280, and takes the addresses of a device that has less away.
  const mtu = fc.integer({ min: Math.max(1280, least), max: Math.min(most, 9000) });
  const beyond = fc.integer({ min: most + 1, max: most + 1000 });
  return fc
    .record(
      {
        mtu: fc.oneof(
          { weight: 4, arbitrary: mtu.map((value) => good('link', 'mtu', String(value), value)) },
          { weight: 1, arbitrary: beyond.map((value) => bad('link', 'mtu', String(value))) },
        ),
        promisc: onOff('link', 'promisc'),
        gro: onOff('features', 'rx-gro'),
        alias: fc.stringMatching(/^[a-z]{1,20}$/).map((alias) => good('link', 'alias', alias, alias)),
        wrong: fc.constantFrom(
          bad('features', 'no-such-feature', 'on'),
          bad('link', 'carrier', 'off'),
          bad('link', 'no-such-key', '1'),
          bad('no-such-subject', 'key', '1'),
          bad('features', 'rx-gro-list', 'perhaps'),
        ),
      },
      { requiredKeys: [] },
    )
    .map((record) => Object.values(record))
    .filter((list) => list.length > 0);
};

Then(
  'for every set of keys and values, either nothing was sent or all of it is so afterwards',
  async function (this: NicWorld) {
    const { values } = await linkValues(this);
    const [least, most] = [numberIn(values, 'IFLA_MIN_MTU') ?? 68, numberIn(values, 'IFLA_MAX_MTU') ?? 0];
    const limit = most === 0 ? 9000 : most;
    const { parts } = nettoolNotes(this).session;
    await this.law(
      fc.asyncProperty(wishes(least, limit), async (asked) => {
        await this.target.reset();
        const machine = new WatchedMachine(this.target);
        const session = new NettoolSession(machine, { host: 'here', parts });
        try {
          const device = this.port.netDevice;
          const result = await changeDevice(
            session,
            device,
            asked.map(({ assignment }) => assignment),
          );
          const mustRefuse = asked.some(({ reads }) => reads === undefined);
          expectThat(result.ok !== mustRefuse, mustRefuse ? 'it was not refused' : 'it was refused');
          if (mustRefuse) expectThat(machine.changes.length === 0, 'a change was sent all the same');
          else await expectSo(session, device, asked);
        } finally {
          await session.close();
        }
      }),
      { runs: 0.4 },
    );
  },
);

async function expectSo(session: NettoolSession, device: string, asked: readonly Wish[]): Promise<void> {
  const host = { name: 'here', session: () => Promise.resolve(session) };
  const { answers } = await query([host], { subjects: ['link', 'features'], patterns: [device] });
  for (const { assignment, reads } of asked) {
    const answer = answers.find(({ subject }) => subject === assignment.subject);
    const value = answer?.result.ok === true ? answer.result.value.values[assignment.key] : undefined;
    expectThat(value === reads, `${assignment.key} reads as ${String(value)} instead of ${String(reads)}`);
  }
}
