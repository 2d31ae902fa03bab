/** Hosts behind ports where members leave at once: how many are tracked, and what is left when one has left. */
import { Given, Then, When } from '@cucumber/cucumber';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { expectNumber, expectThat } from './expectations.js';
import { GROUP, lookUntil, membersOf, taken } from './switchGroups.js';
import { accepted } from './settings.js';
import { setPort } from './switchPortStates.steps.js';
import { namesIn, portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

const LIMIT = 'IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT';
const COUNT = 'IFLA_BRPORT_MCAST_EHT_HOSTS_CNT';

/** What a port tells of itself as the port of a bridge. */
async function memberOf(world: NicWorld, port: string, attribute: string): Promise<number> {
  const ports = accepted(await (await world.bridges()).ports(), 'reading the ports');
  return numberIn(ports.get(portCalled(world, port).ifIndex), attribute) ?? -1;
}

Given(/^(p\d) tracks at most (\d+) hosts?$/, async function (this: NicWorld, port: string, most: string) {
  await setPort(this, port, { [LIMIT]: Number(most) });
});

When(/^(p\d) is to track at most (\d+) hosts?$/, async function (this: NicWorld, port: string, most: string) {
  this.answer = await (await this.bridges()).setPort(portCalled(this, port).ifIndex, { [LIMIT]: Number(most) });
});

Then(/^(p\d) may track (\d+) hosts?$/, async function (this: NicWorld, port: string, most: string) {
  expectNumber(await memberOf(this, port, LIMIT), Number(most), `the most hosts of ${port}`);
});

Then(/^(p\d) tracks (\d+) hosts?$/, async function (this: NicWorld, port: string, count: string) {
  const told = await lookUntil(
    this,
    () => memberOf(this, port, COUNT),
    (found) => found === Number(count),
  );
  expectNumber(told, Number(count), `the hosts of ${port}`);
});

/** Sooner than anybody could have answered a question. */
Then(
  /^at once (p\d) includes (.+) in the group (\S+)$/,
  async function (this: NicWorld, port: string, sources: string, group: string) {
    await taken(this);
    const { ifIndex } = portCalled(this, port);
    const [member] = (await membersOf(this, group)).filter((each) => each.ifIndex === ifIndex);
    const told = [...(member?.sources ?? [])]
      .map(({ address }) => address)
      .sort()
      .join(', ');
    const wanted = [...namesIn(sources)].sort().join(', ');
    expectThat(member?.mode === 'include', `it ${member?.mode ?? 'wants nothing'}`);
    expectThat(told === wanted, `it includes ${told === '' ? 'nobody' : told}`);
  },
);

Then(new RegExp(String.raw`^at once nobody is in ${GROUP}$`), async function (this: NicWorld, group: string) {
  await taken(this);
  const members = await membersOf(this, group);
  expectThat(members.length === 0, `in ${group} are ${members.length} still`);
});
