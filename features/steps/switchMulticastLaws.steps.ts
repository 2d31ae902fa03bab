/** Laws of groups: a model of what the specification says beside the target, for whatever happens to both. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { NLM_F_CREATE, NLM_F_REPLACE } from '../../reference-impl/netlink/constants.js';
import { joinFrame, leaveFrame } from '../properties/groupFrames.js';
import {
  GROUP_PORTS,
  egressOf,
  groupRules,
  groupSetting,
  membersAt,
  type GroupPort,
  type GroupSetting,
  type Memberships,
} from '../properties/groupModel.js';
import { expectThat } from './expectations.js';
import { accepted } from './settings.js';
import {
  askOurselves,
  expectMembers,
  membersOf,
  nameOfMember,
  putGroup,
  sendMessage,
  sendToGroup,
  senderCalled,
  takeGroup,
  taken,
} from './switchGroups.js';
import { setPort } from './switchPortStates.steps.js';
import { changeBridge, expectAt } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** Every case has groups of its own, so that none has to clear away what another left. */
function freshGroup(world: NicWorld): string {
  const counter = world.note('law groups', () => ({ next: 0 }));
  const number = counter.next++;
  return `239.3.${(number >> 8) & 0x7f}.${number & 0xff}`;
}

const PERM_ROUTER = 2;
const QUERY_ROUTER = 1;

Then(
  "for every set of member and router ports, a group's frame leaves at exactly those",
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(groupSetting, (setting) => expectEgress(this, setting)),
      { runs: 0.5 },
    );
  },
);

async function expectEgress(world: NicWorld, setting: GroupSetting): Promise<void> {
  const group = freshGroup(world);
  for (const port of GROUP_PORTS) {
    await setPort(world, port, { IFLA_BRPORT_MULTICAST_ROUTER: setting.routers[port] ? PERM_ROUTER : QUERY_ROUTER });
    const join = setting.joins[port];
    if (join === 'report') await sendMessage(world, port, joinFrame('IGMPv2', group, senderCalled(world, 'B')));
    else if (join !== 'no')
      accepted(
        await putGroup(world, group, port, { isPermanent: join === 'permanent' }),
        `putting ${group} at ${port}`,
      );
  }
  await expectMembers(
    world,
    group,
    GROUP_PORTS.filter((port) => setting.joins[port] !== 'no'),
  );
  await sendToGroup(world, setting.from, 'A', group);
  await expectAt(world, egressOf(setting));
}

/** Hundredths of a second, as they are set. */
const MEMBERSHIP_TICKS = 300;
const LAST_MEMBER_TICKS = 100;
const LAST_MEMBER_COUNT = 2;
const TICK = 10_000_000n;
const TIMES = {
  membership: BigInt(MEMBERSHIP_TICKS) * TICK,
  lastMember: BigInt(LAST_MEMBER_TICKS * LAST_MEMBER_COUNT) * TICK,
};
/** How much later than it was told a real bridge may act. */
const MARGIN = { virtual: 1n, real: 500_000_000n } as const;

interface GroupsModel {
  /** Two groups of this case. */
  readonly groups: readonly [string, string];
  readonly members: Memberships;
}
type GroupCommand = fc.AsyncCommand<GroupsModel, NicWorld>;

/** One thing happens to one port in one of the groups; then the table is as the model. */
function happens(
  text: string,
  which: 0 | 1,
  act: (world: NicWorld, group: string, members: Map<GroupPort, bigint | undefined>, now: bigint) => Promise<void>,
): GroupCommand {
  return {
    check: () => true,
    async run({ groups, members }, world) {
      const group = groups[which];
      const own = members.get(group) ?? new Map<GroupPort, bigint | undefined>();
      members.set(group, own);
      const now = await world.target.clock.now();
      for (const [port, end] of own) if (end !== undefined && end <= now) own.delete(port);
      await act(world, group, own, now);
      for (const each of groups) await expectModel(world, each, members.get(each) ?? new Map());
    },
    toString: () => `${text}, group ${which}`,
  };
}

async function expectModel(
  world: NicWorld,
  group: string,
  members: ReadonlyMap<GroupPort, bigint | undefined>,
): Promise<void> {
  await taken(world);
  const margin = MARGIN[world.session.description.clock];
  const found = (await membersOf(world, group)).map(({ ifIndex }) => nameOfMember(world, ifIndex)).sort();
  const wanted = membersAt(members, await world.target.clock.now(), margin);
  if (wanted === undefined) return;
  expectThat(
    found.join() === wanted.join(),
    `in ${group} are ${found.join(', ') || 'none'} instead of ${wanted.join(', ') || 'none'}`,
  );
}

const reports = (port: GroupPort, which: 0 | 1): GroupCommand =>
  happens(`${port} reports`, which, async (world, group, members, now) => {
    await sendMessage(world, port, joinFrame('IGMPv2', group, senderCalled(world, 'B')));
    groupRules.report(members, port, now, TIMES);
  });

const leaves = (port: GroupPort, which: 0 | 1): GroupCommand =>
  happens(`${port} leaves`, which, async (world, group, members, now) => {
    await sendMessage(world, port, leaveFrame('IGMPv2', group, senderCalled(world, 'B')));
    groupRules.leave(members, port, now, TIMES);
  });

/** So long before a membership ends, and so long behind the leave, in milliseconds. */
const JUST_BEFORE = 400;
const WELL_BEHIND = 1200;

/** A leave that comes when the membership is about to end must not make it longer. */
const leavesLate = (port: GroupPort, which: 0 | 1): GroupCommand =>
  happens(`${port} leaves just before it would end`, which, async (world, group, members, now) => {
    const end = members.get(port);
    const wait = end === undefined ? -1 : Number((end - now) / 1_000_000n) - JUST_BEFORE;
    if (wait < 0) return;
    await taken(world);
    await world.target.clock.sleep(wait);
    await sendMessage(world, port, leaveFrame('IGMPv2', group, senderCalled(world, 'B')));
    groupRules.leave(members, port, await world.target.clock.now(), TIMES);
    await taken(world);
    await world.target.clock.sleep(WELL_BEHIND);
  });

const isPut = (port: GroupPort, which: 0 | 1, isPermanent: boolean): GroupCommand =>
  happens(
    `${port} is put there, ${isPermanent ? 'permanent' : 'temporary'}`,
    which,
    async (world, group, members, now) => {
      const put = await putGroup(world, group, port, { isPermanent, messageFlags: NLM_F_CREATE | NLM_F_REPLACE });
      accepted(put, `putting ${group} at ${port}`);
      groupRules.put(members, port, isPermanent, now, TIMES);
    },
  );

const isTaken = (port: GroupPort, which: 0 | 1): GroupCommand =>
  happens(`${port} is taken away`, which, async (world, group, members) => {
    // Whether it was there is for the table to say.
    await takeGroup(world, group, port);
    members.delete(port);
  });

const timePasses = (milliseconds: number): GroupCommand =>
  happens(`${milliseconds} ms pass`, 0, async (world) => {
    await taken(world);
    await world.target.clock.sleep(milliseconds);
  });

const frameCommand = (from: GroupPort, which: 0 | 1): GroupCommand =>
  happens(`a frame comes in at ${from}`, which, async (world, group, members) => {
    const margin = MARGIN[world.session.description.clock];
    const wanted = membersAt(members, await world.target.clock.now(), margin);
    if (wanted === undefined) return;
    await sendToGroup(world, from, 'A', group);
    await expectAt(
      world,
      wanted.filter((port) => port !== from),
    );
  });

const MOST_COMMANDS = 24;

Then(
  'for every order of joins, leaves, questions, entries and time, table and frames follow the members',
  async function (this: NicWorld) {
    await changeBridge(this, {
      IFLA_BR_MCAST_MEMBERSHIP_INTVL: MEMBERSHIP_TICKS,
      IFLA_BR_MCAST_LAST_MEMBER_INTVL: LAST_MEMBER_TICKS,
      IFLA_BR_MCAST_LAST_MEMBER_CNT: LAST_MEMBER_COUNT,
    });
    await askOurselves(this);
    const which = fc.constantFrom<0 | 1>(0, 1);
    // Few, so that they meet.
    const groupPort = fc.constantFrom<GroupPort>('p1', 'p2');
    const commands = this.commands(
      [
        fc.tuple(groupPort, which).map(([port, group]) => reports(port, group)),
        fc.tuple(groupPort, which).map(([port, group]) => leaves(port, group)),
        fc.tuple(groupPort, which).map(([port, group]) => leavesLate(port, group)),
        fc.tuple(groupPort, which, fc.boolean()).map(([port, group, isPermanent]) => isPut(port, group, isPermanent)),
        fc.tuple(groupPort, which).map(([port, group]) => isTaken(port, group)),
        fc.constantFrom(700, 1000, 2000).map(timePasses),
        fc.constantFrom(700, 1000, 2000).map(timePasses),
        fc.tuple(groupPort, which).map(([port, group]) => frameCommand(port, group)),
      ],
      MOST_COMMANDS,
    );
    await this.law(
      fc.asyncProperty(commands, async (sequence) => {
        const model: GroupsModel = { groups: [freshGroup(this), freshGroup(this)], members: new Map() };
        await fc.asyncModelRun(() => ({ model, real: this }), sequence);
      }),
      { runs: 0.5 },
    );
  },
);
