/** n-tuple rules inserted and deleted in any order: the commands of the law, and the model that they are compared with. */
import fc from 'fast-check';
import type { FlowRule } from '../../harness/contract/index.js';
import { exampleFlow, type Flow } from '../properties/flows.js';
import { ANY_LOCATION, matchOn, ruleFor } from '../properties/ntuple.js';
import { expectNumber } from './expectations.js';
import { addRule, deleteRule, deliverFlows, queueOf, readRss, setRss } from './rssControl.js';
import { mergeBy } from './receiveControl.js';
import { insistOnFeatures, setUp } from './settings.js';
import type { NicWorld } from './world.js';

/** How many flows the commands are about. */
const FLOWS = 5;
const FIRST_PORT = 1000;

export const flowToPort = (destinationPort: number): Flow => ({ ...exampleFlow('udp4'), destinationPort });

/** A rule that moves one destination port to `queue`. */
export function portRule(destinationPort: number, queue: number, location: number = ANY_LOCATION): FlowRule {
  const flow = flowToPort(destinationPort);
  return ruleFor(flow, matchOn(flow, ['destinationPort']), { queue }, location);
}

/** The location of the rule of each flow that has one. */
type RuleModel = Map<number, number>;
type RuleCommand = fc.AsyncCommand<RuleModel, NicWorld>;

class InsertRule implements RuleCommand {
  constructor(
    readonly index: number,
    readonly queue: number,
  ) {}

  check = (rules: Readonly<RuleModel>): boolean => !rules.has(this.index);

  async run(rules: RuleModel, world: NicWorld): Promise<void> {
    rules.set(this.index, await addRule(world, portRule(FIRST_PORT + this.index, this.queue)));
  }

  toString = (): string => `insert(${this.index})`;
}

class DeleteRule implements RuleCommand {
  constructor(readonly index: number) {}

  check = (rules: Readonly<RuleModel>): boolean => rules.has(this.index);

  async run(rules: RuleModel, world: NicWorld): Promise<void> {
    const location = rules.get(this.index);
    if (location !== undefined) await deleteRule(world, location);
    rules.delete(this.index);
  }

  toString = (): string => `delete(${this.index})`;
}

class DeliverFlows implements RuleCommand {
  constructor(readonly queue: number) {}

  check = (): boolean => true;

  async run(rules: RuleModel, world: NicWorld): Promise<void> {
    const flows = Array.from({ length: FLOWS }, (_, index) => flowToPort(FIRST_PORT + index));
    for (const [index, frame] of (await deliverFlows(world, flows)).entries()) {
      expectNumber(queueOf(frame), rules.has(index) ? this.queue : 0, `the queue of flow ${index}`);
    }
  }

  toString = (): string => 'deliver';
}

/** Sequences of inserting, deleting and delivering; a rule moves its flow to `queue`, everything else arrives at queue 0. */
export function ruleCommands(world: NicWorld, queue: number): fc.Arbitrary<Iterable<RuleCommand>> {
  const index = fc.nat({ max: FLOWS - 1 });
  return world.commands<RuleModel, NicWorld>(
    [
      index.map((flow) => new InsertRule(flow, queue)),
      index.map((flow) => new DeleteRule(flow)),
      fc.constant(new DeliverFlows(queue)),
    ],
    12,
  );
}

/** Runs a sequence on a clean machine, so that a case that failed leaves nothing for the next, and looks once more where each flow goes. */
export async function runRuleCommands(world: NicWorld, commands: Iterable<RuleCommand>, queue: number): Promise<void> {
  await world.target.reset();
  await setUp(world, true);
  await insistOnFeatures(world, { 'rx-ntuple-filter': true });
  await mergeBy(world);
  await hashToQueueZero(world);
  const model: RuleModel = new Map();
  await fc.asyncModelRun(() => ({ model, real: world }), commands);
  await new DeliverFlows(queue).run(model, world);
}

/** Every packet that no rule moves arrives at queue 0. */
export async function hashToQueueZero(world: NicWorld): Promise<void> {
  const { table } = await readRss(world);
  await setRss(world, { table: table.map(() => 0) });
}
