/** MAC authentication bypass: stations that a locked port writes down, and what becomes of their entries. */
import { Then, When } from '@cucumber/cucumber';
import type { TableEntry } from '../../reference-impl/netlink/bridgeClient.js';
import {
  NLM_F_CREATE,
  NLM_F_REPLACE,
  NTF_EXT_LOCKED,
  NTF_MASTER,
  NUD_NOARP,
  RTM_DELNEIGH,
  RTM_NEWNEIGH,
} from '../../reference-impl/netlink/constants.js';
import { numberOfStationFrame } from '../properties/groupFrames.js';
import type { StationName } from '../properties/stations.js';
import { expectThat } from './expectations.js';
import { accepted, expectRefusal } from './settings.js';
import { setPort } from './switchPortStates.steps.js';
import { arrivedAt, portCalled, settled, switched, watch } from './switchPorts.js';
import { described, entriesUntil, listener, putEntry, stationAddress } from './switchTable.steps.js';
import type { NicWorld } from './world.js';

const BYPASS = { IFLA_BRPORT_LEARNING: 1, IFLA_BRPORT_LOCKED: 1, IFLA_BRPORT_MAB: 1 } as const;

When(/^(p\d) is locked, with MAB$/, async function (this: NicWorld, port: string) {
  await setPort(this, port, BYPASS);
});

When(/^(p\d) is unlocked, without MAB$/, async function (this: NicWorld, port: string) {
  await setPort(this, port, { IFLA_BRPORT_LOCKED: 0, IFLA_BRPORT_MAB: 0 });
});

When(
  /^(p\d) is to have MAB(, unlocked|, locked and without learning)?$/,
  async function (this: NicWorld, port: string, how: string | null) {
    const change = how === ', unlocked' ? { IFLA_BRPORT_LOCKED: 0 } : how === null ? {} : { IFLA_BRPORT_LEARNING: 0 };
    this.answer = await (await this.bridges()).setPort(portCalled(this, port).ifIndex, { ...BYPASS, ...change });
  },
);

Then('it is refused, because MAB needs a port that is locked and learns', function (this: NicWorld) {
  const { message } = expectRefusal(this, 'EINVAL');
  const wanted = 'Bridge port must be locked and have learning enabled when MAB is enabled';
  expectThat(message === wanted, `the reason is ${message ?? 'not told'}`);
});

const isLocked = ({ extendedFlags }: TableEntry): boolean => (extendedFlags & NTF_EXT_LOCKED) !== 0;

Then(
  /^the table has ([A-Z]) at (p\d), (locked|not locked)$/,
  async function (this: NicWorld, station: StationName, port: string, how: string) {
    const { ifIndex } = portCalled(this, port);
    const isSo = (entries: readonly TableEntry[]): boolean =>
      entries.length > 0 &&
      entries.every((entry) => entry.ifIndex === ifIndex && isLocked(entry) === (how === 'locked'));
    const entries = await entriesUntil(this, station, isSo);
    const locks = entries.map((entry) => (isLocked(entry) ? 'locked' : 'not locked')).join(', ');
    expectThat(isSo(entries), `the table has ${station} ${described(entries) || 'nowhere'} (${locks})`);
  },
);

/** Hardware does not hear of locked entries, and floods what is for their stations. */
Then(/^it leaves at (p\d), whether elsewhere or not$/, async function (this: NicWorld, port: string) {
  const { sent } = switched(this);
  await watch(this, new Map([[port, sent.length]]));
  const numbers = arrivedAt(this, port).map(numberOfStationFrame);
  expectThat(numbers.join() === sent.join(), `at ${port} came ${numbers.length} of ${sent.length} frames`);
});

/** `bridge fdb replace … master static`, or dynamic. */
When(
  /^([A-Z]) is let in at (p\d)(, for a while)?$/,
  async function (this: NicWorld, station: StationName, port: string, how: string | null) {
    const kind = how === null ? 'static' : 'dynamic';
    const messageFlags = NLM_F_CREATE | NLM_F_REPLACE;
    accepted(await putEntry(this, station, port, kind, { messageFlags }), `letting ${station} in at ${port}`);
  },
);

When(/^([A-Z]) is to be put at (p\d), locked$/, async function (this: NicWorld, station: StationName, port: string) {
  this.answer = await (
    await this.bridges()
  ).addEntry({
    address: stationAddress(this, station),
    ifIndex: portCalled(this, port).ifIndex,
    state: NUD_NOARP,
    flags: NTF_MASTER,
    extendedFlags: NTF_EXT_LOCKED,
  });
  await settled(this);
});

Then(
  /^([A-Z]) at (p\d) is announced as (new and locked|new and not locked|gone and locked)$/,
  async function (this: NicWorld, station: StationName, port: string, what: string) {
    const { client } = listener(this);
    expectThat(client !== undefined, 'nobody listens to the table');
    const { ifIndex } = portCalled(this, port);
    const type = what.startsWith('new') ? RTM_NEWNEIGH : RTM_DELNEIGH;
    const news = await client.entryAnnouncements(this.patienceMs);
    const ours = news.filter(({ address }) => address === stationAddress(this, station));
    const isTold = ours.some(
      (entry) => entry.type === type && entry.ifIndex === ifIndex && isLocked(entry) !== what.endsWith('not locked'),
    );
    const told = ours.map((entry) => `type ${entry.type} ${described([entry])}, flags ${entry.extendedFlags}`);
    expectThat(isTold, `of ${station} was announced: ${told.join('; ') || 'nothing'}`);
  },
);
