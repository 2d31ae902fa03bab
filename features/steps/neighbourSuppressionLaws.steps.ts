/** The law of questions for neighbours: a model of the flags beside the target. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { neighbourCase, outcomeOf, type NeighbourCase } from '../properties/neighbourModel.js';
import { announcementOf, answerOf, questionFor } from '../properties/neighbourQuestions.js';
import { PORT_NAMES } from '../properties/switchModel.js';
import { ask, asking, expectOutcome, makeKnown, named } from './neighbourSuppression.steps.js';
import { accepted } from './settings.js';
import { PORT_FLAGS, setPort } from './switchPortStates.steps.js';
import { bridgeCalled, makeBridge, switched } from './switchPorts.js';
import { putEntry } from './switchTable.steps.js';
import type { NicWorld } from './world.js';

const ADDRESSES = {
  IPv4: { asker: '192.0.2.10', owner: '192.0.2.20' },
  IPv6: { asker: '2001:db8::10', owner: '2001:db8::20' },
} as const;

/** The bridge of before is gone, and with it its neighbours; A asks for B. */
async function prepare(world: NicWorld, { flags, family, at, isNeighbour }: NeighbourCase): Promise<void> {
  const { ifIndex, name } = bridgeCalled(world);
  accepted(await (await world.route()).removeLink(ifIndex), `removing ${name}`);
  switched(world).bridges.delete(name);
  await makeBridge(world, PORT_NAMES);
  for (const port of PORT_NAMES) {
    const { suppresses, proxyArp, wireless } = flags[port];
    await setPort(world, port, {
      [PORT_FLAGS['neighbour suppression']]: Number(suppresses),
      [PORT_FLAGS['proxy ARP']]: Number(proxyArp),
      [PORT_FLAGS['proxy ARP of wireless stations']]: Number(wireless),
    });
  }
  const { addresses } = asking(world);
  addresses.set('A', ADDRESSES[family].asker).set('B', ADDRESSES[family].owner);
  if (at !== undefined) accepted(await putEntry(world, 'B', at, 'static'), `putting B at ${at}`);
  if (isNeighbour) await makeKnown(world, 'B');
}

function frameOf(world: NicWorld, { family, what }: NeighbourCase): Uint8Array {
  const asker = named(world, 'A');
  if (what === 'question') return questionFor(asker, named(world, 'B').address);
  return announcementOf(asker, family === 'IPv4' ? 'a request for itself' : 'an advertisement');
}

Then(
  'for every combination of flags about neighbours, questions go on and are answered as each flag says',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(neighbourCase, async (asked) => {
        await prepare(this, asked);
        await ask(this, { station: 'A', place: asked.from, isProbe: false }, frameOf(this, asked));
        const { ports, isAnswered } = outcomeOf(asked);
        const frame = answerOf({ owner: named(this, 'B'), asker: named(this, 'A') });
        const list = ports.length === 0 ? 'nowhere' : ports.join(', ');
        await expectOutcome(this, list, isAnswered ? { owner: 'B', frame, tags: [] } : undefined);
      }),
      { runs: 0.5 },
    );
  },
);
