/** Traps of devlink, their groups and policers. */
import { Then, When } from '@cucumber/cucumber';
import { nestIn, numberIn, textIn, type Values } from '../../reference-impl/netlink/schema.js';
import { announcedOf, devlinkNotes, dumped, insist } from './devlinkControl.js';
import { eventually } from './listening.js';
import { GENERIC_TRAPS, GENERIC_TRAP_GROUPS } from '../properties/trapNames.js';
import { expectNumber, expectThat } from './expectations.js';
import { IFF_UP, setFlag } from './settings.js';
import type { NicWorld } from './world.js';

const trapCalled = async (world: NicWorld, name: string): Promise<Values> => {
  const [reply] = await insist(world, 'TRAP_GET', { DEVLINK_ATTR_TRAP_NAME: name });
  expectThat(reply !== undefined, `no trap is called ${name}`);
  return reply;
};
const ACTIONS = ['drop', 'trap', 'mirror'];

Then('each trap is of a group that there is, and has an action', async function (this: NicWorld) {
  const groups = new Set(
    (await dumped(this, 'TRAP_GROUP_GET')).map((group) => textIn(group, 'DEVLINK_ATTR_TRAP_GROUP_NAME')),
  );
  const traps = await dumped(this, 'TRAP_GET');
  expectThat(traps.length > 0, 'there are no traps');
  for (const trap of traps) {
    expectThat(groups.has(textIn(trap, 'DEVLINK_ATTR_TRAP_GROUP_NAME')), 'a trap is of a group that there is not');
    expectThat(numberIn(trap, 'DEVLINK_ATTR_TRAP_ACTION') !== undefined, 'a trap has no action');
  }
});
When(/^the trap (\w+) is set to (drop|trap|mirror)$/, async function (this: NicWorld, name: string, action: string) {
  await insist(this, 'TRAP_SET', { DEVLINK_ATTR_TRAP_NAME: name, DEVLINK_ATTR_TRAP_ACTION: ACTIONS.indexOf(action) });
});

type Kind = 'trap' | 'group' | 'policer';
const KEYS = {
  trap: ['TRAP', 'DEVLINK_ATTR_TRAP_NAME'],
  group: ['TRAP_GROUP', 'DEVLINK_ATTR_TRAP_GROUP_NAME'],
  policer: ['TRAP_POLICER', 'DEVLINK_ATTR_TRAP_POLICER_ID'],
} as const satisfies Record<Kind, readonly [string, string]>;

const keyIn = (kind: Kind, values: Values): string => {
  const [, attribute] = KEYS[kind];
  return textIn(values, attribute) ?? String(numberIn(values, attribute));
};

Then(
  /^each (trap|policer) is announced as (gone|new), then each group, then each (trap|policer)$/,
  async function (this: NicWorld, first: Kind, what: string, last: Kind) {
    const kinds: readonly Kind[] = [first, 'group', last];
    const told = (await announcedOf(this)).filter(({ command }) => command.startsWith('TRAP'));
    const suffix = what === 'gone' ? 'DEL' : 'NEW';
    const expected: string[] = [];
    for (const kind of kinds) {
      const registered = (await dumped(this, `${KEYS[kind][0]}_GET`)).map((values) => keyIn(kind, values));
      const announced = told
        .filter(({ command }) => command === `${KEYS[kind][0]}_${suffix}`)
        .map(({ values }) => keyIn(kind, values));
      expectThat(registered.length > 0, `the device has no ${kind}`);
      const isRight = [...announced].sort().join() === [...registered].sort().join();
      expectThat(isRight, `announced as ${what}: ${announced.join(', ') || 'nothing'}; of ${registered.join(', ')}`);
      expected.push(...announced.map(() => `${KEYS[kind][0]}_${suffix}`));
    }
    const order = told.filter(({ command }) => command.endsWith(suffix)).map(({ command }) => command);
    expectThat(order.join() === expected.join(), `they are announced in the order ${order.join(', ')}`);
  },
);

When(
  /^all traps of the group of (\w+) are set to (drop|trap|mirror)$/,
  async function (this: NicWorld, name: string, action: string) {
    const group = textIn(await trapCalled(this, name), 'DEVLINK_ATTR_TRAP_GROUP_NAME') ?? '';
    devlinkNotes(this).remembered.set('group', group);
    await insist(this, 'TRAP_GROUP_SET', {
      DEVLINK_ATTR_TRAP_GROUP_NAME: group,
      DEVLINK_ATTR_TRAP_ACTION: ACTIONS.indexOf(action),
    });
  },
);
Then(
  /^each drop trap of that group, and no other drop trap, has the action (drop|trap|mirror)$/,
  async function (this: NicWorld, action: string) {
    for (const trap of await dumped(this, 'TRAP_GET')) {
      if (numberIn(trap, 'DEVLINK_ATTR_TRAP_TYPE') !== 0) continue;
      const isOfGroup = textIn(trap, 'DEVLINK_ATTR_TRAP_GROUP_NAME') === devlinkNotes(this).remembered.get('group');
      const has = numberIn(trap, 'DEVLINK_ATTR_TRAP_ACTION') === ACTIONS.indexOf(action);
      expectThat(has === isOfGroup, `${textIn(trap, 'DEVLINK_ATTR_TRAP_NAME') ?? ''} has the wrong action`);
    }
  },
);
Then(
  /^the trap (\w+) has the action (drop|trap|mirror)$/,
  async function (this: NicWorld, name: string, action: string) {
    expectNumber(
      numberIn(await trapCalled(this, name), 'DEVLINK_ATTR_TRAP_ACTION') ?? -1,
      ACTIONS.indexOf(action),
      'the action',
    );
  },
);
const statistic = (values: Values, name: string): number =>
  numberIn(nestIn(values, 'DEVLINK_ATTR_STATS'), `DEVLINK_ATTR_STATS_${name}`) ?? 0;
Then(
  /^the trap (\w+) has counted (\d+) frames of (\d+) bytes, and (\d+) dropped in hardware$/,
  async function (this: NicWorld, name: string, frames: string, bytes: string, drops: string) {
    const trap = await trapCalled(this, name);
    expectNumber(statistic(trap, 'RX_PACKETS'), Number(frames), 'frames');
    expectNumber(statistic(trap, 'RX_BYTES'), Number(frames) * Number(bytes), 'bytes');
    expectNumber(statistic(trap, 'RX_DROPPED'), Number(drops), 'drops');
  },
);
Then(/^the group of (\w+) has counted (\d+) frames$/, async function (this: NicWorld, name: string, frames: string) {
  const group = textIn(await trapCalled(this, name), 'DEVLINK_ATTR_TRAP_GROUP_NAME');
  const found = (await dumped(this, 'TRAP_GROUP_GET')).find(
    (each) => textIn(each, 'DEVLINK_ATTR_TRAP_GROUP_NAME') === group,
  );
  expectNumber(statistic(found ?? {}, 'RX_PACKETS'), Number(frames), 'frames of the group');
});
When(
  /^(\d+) frames of (\d+) bytes come in whose source is a group$/,
  async function (this: NicWorld, count: string, length: string) {
    const wire = await this.wire();
    const frame = new Uint8Array(Number(length));
    frame.set([2, 0, 0, 0, 0, 9, 3, 0, 0, 0, 0, 1, 0x88, 0xb5]);
    await wire.send(Array.from({ length: Number(count) }, () => ({ bytes: frame })));
    await this.target.clock.sleep(this.quietMs);
  },
);
Then(/^policer (\d+) has dropped (\d+)$/, async function (this: NicWorld, id: string, drops: string) {
  const [reply] = await insist(this, 'TRAP_POLICER_GET', { DEVLINK_ATTR_TRAP_POLICER_ID: Number(id) });
  expectNumber(statistic(reply ?? {}, 'RX_DROPPED'), Number(drops), 'drops of the policer');
});
When(/^traffic of traps is given (\d+) ms$/, async function (this: NicWorld, ms: string) {
  await setFlag(this, IFF_UP, true);
  await this.target.clock.sleep(Number(ms));
});
/** A device that makes traffic of its own makes some ten times a second, where it gets to it. */
const TRAP_TRAFFIC_MS = 15_000;
Then(/^the trap (\w+) has counted something$/, async function (this: NicWorld, name: string) {
  const hasCounted = async (): Promise<boolean> => {
    const trap = await trapCalled(this, name);
    return statistic(trap, 'RX_PACKETS') > 0 && statistic(trap, 'RX_BYTES') > 0;
  };
  await eventually(this, hasCounted, () => 'nothing was counted', TRAP_TRAFFIC_MS);
});

function expectMarks(objects: readonly Values[], attribute: string, generic: ReadonlySet<string>): void {
  expectThat(objects.length > 0, `nothing has ${attribute}`);
  for (const values of objects) {
    const name = textIn(values, attribute) ?? '';
    const isMarked = values['DEVLINK_ATTR_TRAP_GENERIC'] === true;
    expectThat(isMarked === generic.has(name), `${name} is ${isMarked ? '' : 'not '}marked`);
  }
}
Then(
  'each trap and each group is marked as generic if its name is one of those, and not otherwise',
  async function (this: NicWorld) {
    expectMarks(await dumped(this, 'TRAP_GET'), 'DEVLINK_ATTR_TRAP_NAME', GENERIC_TRAPS);
    expectMarks(await dumped(this, 'TRAP_GROUP_GET'), 'DEVLINK_ATTR_TRAP_GROUP_NAME', GENERIC_TRAP_GROUPS);
  },
);

Then(
  'each trap says what its reports tell, and those of frames that come in at ports the port',
  async function (this: NicWorld) {
    const traps = await dumped(this, 'TRAP_GET');
    expectThat(traps.length > 0, 'there are no traps');
    for (const trap of traps) {
      const name = textIn(trap, 'DEVLINK_ATTR_TRAP_NAME') ?? '';
      const told = nestIn(trap, 'DEVLINK_ATTR_TRAP_METADATA');
      expectThat(told !== undefined, `${name} does not say what it tells`);
      // DEVLINK_TRAP_GENERIC_NAME_… of bridge and router: of frames that came in.
      if (/^(?:source_mac_is_multicast|vlan_tag_mismatch|ingress_vlan_filter|blackhole_route)$/.test(name))
        expectThat(told['DEVLINK_ATTR_TRAP_METADATA_TYPE_IN_PORT'] === true, `${name} does not tell the port`);
    }
  },
);
