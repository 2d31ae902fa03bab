/** Rate nodes of devlink, and the tree that they make. */
import { Given, Then, When } from '@cucumber/cucumber';
import fc from 'fast-check';
import { textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { ask, dumped, insist } from './devlinkControl.js';
import { expectNumber, expectThat } from './expectations.js';
import type { NicWorld } from './world.js';

const UNIT = 125_000;
const nodesOf = async (world: NicWorld): Promise<ReadonlyMap<string, Values>> =>
  new Map(
    (await dumped(world, 'RATE_GET'))
      .filter((rate) => textIn(rate, 'DEVLINK_ATTR_RATE_NODE_NAME') !== undefined)
      .map((rate) => [textIn(rate, 'DEVLINK_ATTR_RATE_NODE_NAME') ?? '', rate]),
  );

Given('an embedded switch in switchdev mode', async function (this: NicWorld) {
  await insist(this, 'ESWITCH_SET', { DEVLINK_ATTR_ESWITCH_MODE: 1 });
});
Given(/^the rate nodes? (\w+(?: and \w+)?)$/, async function (this: NicWorld, names: string) {
  for (const name of names.split(/, | and /)) await insist(this, 'RATE_NEW', { DEVLINK_ATTR_RATE_NODE_NAME: name });
});
Given(/^(\w+) is the parent of (\w+)$/, async function (this: NicWorld, parent: string, node: string) {
  await insist(this, 'RATE_SET', { DEVLINK_ATTR_RATE_NODE_NAME: node, DEVLINK_ATTR_RATE_PARENT_NODE_NAME: parent });
});
When(/^(\w+) is made the parent of (\w+)$/, async function (this: NicWorld, parent: string, node: string) {
  await ask(this, 'RATE_SET', { DEVLINK_ATTR_RATE_NODE_NAME: node, DEVLINK_ATTR_RATE_PARENT_NODE_NAME: parent });
});
When(/^(\w+) is left without a parent$/, async function (this: NicWorld, node: string) {
  await ask(this, 'RATE_SET', { DEVLINK_ATTR_RATE_NODE_NAME: node, DEVLINK_ATTR_RATE_PARENT_NODE_NAME: '' });
});
Then(/^the parent of (\w+) is (\w+)$/, async function (this: NicWorld, node: string, parent: string) {
  const shown = textIn((await nodesOf(this)).get(node), 'DEVLINK_ATTR_RATE_PARENT_NODE_NAME') ?? 'nobody';
  expectThat(shown === parent, `the parent of ${node} is ${shown}`);
});
Then(/^the rate nodes are (.+)$/, async function (this: NicWorld, names: string) {
  const expected = names === 'none' ? [] : names.split(/, | and /);
  const shown = [...(await nodesOf(this)).keys()].sort();
  expectThat(shown.join() === [...expected].sort().join(), `the rate nodes are ${shown.join() || 'none'}`);
});

/** A model of the tree: parents by name. */
type Tree = Map<string, string | undefined>;
const isAbove = (tree: Tree, name: string, from: string | undefined): boolean => {
  for (let each = from; each !== undefined; each = tree.get(each)) if (each === name) return true;
  return false;
};
class NodeCommand implements fc.AsyncCommand<Tree, NicWorld> {
  readonly #kind: 'new' | 'delete' | 'parent' | 'orphan' | 'max';
  readonly #name: string;
  readonly #other: string;

  constructor(kind: 'new' | 'delete' | 'parent' | 'orphan' | 'max', name: string, other: string) {
    [this.#kind, this.#name, this.#other] = [kind, name, other];
  }
  check(): boolean {
    return true;
  }
  async run(tree: Tree, world: NicWorld): Promise<void> {
    const name = { DEVLINK_ATTR_RATE_NODE_NAME: this.#name };
    const is = tree.has(this.#name);
    switch (this.#kind) {
      case 'new':
        this.#expect(await ask(world, 'RATE_NEW', name), !is);
        if (!is) tree.set(this.#name, undefined);
        break;
      case 'delete': {
        const isPossible = is && ![...tree.values()].includes(this.#name);
        this.#expect(await ask(world, 'RATE_DEL', name), isPossible);
        if (isPossible) tree.delete(this.#name);
        break;
      }
      case 'parent': {
        const isPossible = is && tree.has(this.#other) && !isAbove(tree, this.#name, this.#other);
        const values = { ...name, DEVLINK_ATTR_RATE_PARENT_NODE_NAME: this.#other };
        this.#expect(await ask(world, 'RATE_SET', values), isPossible);
        if (isPossible) tree.set(this.#name, this.#other);
        break;
      }
      case 'orphan':
        this.#expect(await ask(world, 'RATE_SET', { ...name, DEVLINK_ATTR_RATE_PARENT_NODE_NAME: '' }), is);
        if (is) tree.set(this.#name, undefined);
        break;
      case 'max':
        this.#expect(await ask(world, 'RATE_SET', { ...name, DEVLINK_ATTR_RATE_TX_MAX: 8 * UNIT }), is);
    }
    const shown = await nodesOf(world);
    for (const [each, parent] of tree)
      expectThat(
        textIn(shown.get(each), 'DEVLINK_ATTR_RATE_PARENT_NODE_NAME') === parent,
        `${each} has another parent`,
      );
    expectNumber(shown.size, tree.size, 'rate nodes');
  }
  #expect(result: { readonly ok: boolean }, isPossible: boolean): void {
    expectThat(result.ok === isPossible, `${this.toString()} was ${result.ok ? 'done' : 'refused'}`);
  }
  toString(): string {
    return `${this.#kind} ${this.#name} ${this.#other}`;
  }
}

Then('whatever is made of rate nodes, the tree is the one of a model', async function (this: NicWorld) {
  const name = fc.constantFrom('one', 'two', 'three');
  const command = (kind: 'new' | 'delete' | 'parent' | 'orphan' | 'max'): fc.Arbitrary<NodeCommand> =>
    fc.tuple(name, name).map(([one, other]) => new NodeCommand(kind, one, other));
  await this.law(
    fc.asyncProperty(
      this.commands([command('new'), command('delete'), command('parent'), command('orphan'), command('max')], 60),
      async (commands) => {
        await removeNodes(this);
        await fc.asyncModelRun(() => ({ model: new Map() as Tree, real: this }), commands);
      },
    ),
  );
});

async function removeNodes(world: NicWorld): Promise<void> {
  for (const name of (await nodesOf(world)).keys())
    await ask(world, 'RATE_SET', { DEVLINK_ATTR_RATE_NODE_NAME: name, DEVLINK_ATTR_RATE_PARENT_NODE_NAME: '' });
  for (const name of (await nodesOf(world)).keys()) await ask(world, 'RATE_DEL', { DEVLINK_ATTR_RATE_NODE_NAME: name });
}
