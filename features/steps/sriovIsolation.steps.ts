/** The laws of isolation, and of the life of functions. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import {
  IsolationModel,
  guestCommands,
  isolationCommands,
  probeNeighbours,
  startNeighbours,
} from './isolationCommands.js';
import { LifeModel, lifeCommands } from './lifeCommands.js';
import type { NicWorld } from './world.js';

const MOST_COMMANDS = 30;
/** What breaks isolation is mostly the order of several steps. */
const LONG = { size: 'max' } as const;

Then(
  'for every sequence of what functions do and what is set for them, nobody gets a frame that is not its to have, and none leaves from an address that is not its own',
  async function (this: NicWorld) {
    const property = fc.asyncProperty(this.commands(isolationCommands(), MOST_COMMANDS, LONG), async (commands) => {
      const model = new IsolationModel();
      await model.start(this);
      await fc.asyncModelRun(() => ({ model, real: this }), commands);
    });
    await this.law(property);
  },
);

Then(
  'for every sequence of what VF 0 alone does, VF 1 and VF 2 get what they would without it',
  async function (this: NicWorld) {
    const property = fc.asyncProperty(this.commands(guestCommands(), MOST_COMMANDS, LONG), async (commands) => {
      const model = new IsolationModel();
      await startNeighbours(model, this);
      await fc.asyncModelRun(() => ({ model, real: this }), commands);
      await probeNeighbours(model, this);
    });
    await this.law(property);
  },
);

Then(
  'for every sequence of numbers, drivers, resets and links, functions and their net devices are those that the state machine says',
  async function (this: NicWorld) {
    const property = fc.asyncProperty(this.commands(lifeCommands(), MOST_COMMANDS, LONG), async (commands) => {
      const model = new LifeModel();
      await model.start(this);
      await fc.asyncModelRun(() => ({ model, real: this }), commands);
    });
    await this.law(property);
  },
);
