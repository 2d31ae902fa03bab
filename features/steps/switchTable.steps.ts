/** The forwarding database: what is in it, what is put there and taken away, and what is told of it. */
import { Given, Then, When } from '@cucumber/cucumber';
import { BridgeClient, type EntryChange, type TableEntry } from '../../reference-impl/netlink/bridgeClient.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import {
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  NTF_EXT_LEARNED,
  NTF_MASTER,
  NTF_SELF,
  NTF_OFFLOADED,
  NTF_STICKY,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_REACHABLE,
  NUD_STALE,
  RTM_DELNEIGH,
  RTM_NEWNEIGH,
} from '../../reference-impl/netlink/constants.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';

import { addressOf, stationFamily, type StationName } from '../properties/stations.js';
import { expectThat } from './expectations.js';
import { accepted, stationOfLink } from './settings.js';
import { bridgeCalled, bridgeSettings, changeBridge, portCalled, sendInto, settled, watch } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** How an entry is: from its sender's frames or by hand for a while, by hand for good, the host's, or by hand and not to be moved. */
export type EntryKind = 'dynamic' | 'static' | 'permanent' | 'sticky' | 'sticky and permanent';

const KINDS: Readonly<Record<EntryKind, { readonly state: number; readonly flags: number }>> = {
  dynamic: { state: NUD_REACHABLE, flags: 0 },
  static: { state: NUD_NOARP, flags: 0 },
  permanent: { state: NUD_PERMANENT, flags: 0 },
  sticky: { state: NUD_NOARP, flags: NTF_STICKY },
  'sticky and permanent': { state: NUD_PERMANENT, flags: NTF_STICKY },
};

export const stationAddress = (world: NicWorld, station: StationName): string =>
  addressOf(station, stationFamily(world.scenario));

function change(world: NicWorld, station: StationName, port: string, kind: EntryKind, vid?: number): EntryChange {
  const { state, flags } = KINDS[kind];
  return {
    address: stationAddress(world, station),
    ifIndex: portCalled(world, port).ifIndex,
    state,
    flags: NTF_MASTER | flags,
    ...(vid === undefined ? {} : { vid }),
  };
}

export async function putEntry(
  world: NicWorld,
  station: StationName,
  port: string,
  kind: EntryKind,
  more: { readonly messageFlags?: number; readonly vid?: number } = {},
): Promise<NetlinkResult<void>> {
  const { messageFlags, vid } = more;
  const entry = change(world, station, port, kind, vid);
  const result = await (
    await world.bridges()
  ).addEntry(messageFlags === undefined ? entry : { ...entry, messageFlags });
  await settled(world);
  return result;
}

export async function takeEntry(
  world: NicWorld,
  station: StationName,
  port: string,
  vid?: number,
): Promise<NetlinkResult<void>> {
  const result = await (await world.bridges()).removeEntry(change(world, station, port, 'static', vid));
  await settled(world);
  return result;
}

/** The entries that serve: a bridge that does not filter VLANs looks at those without a VLAN alone. */
export async function entriesOf(world: NicWorld, station: StationName): Promise<readonly TableEntry[]> {
  const table = accepted(await (await world.bridges()).table(), 'reading the table');
  const bridge = bridgeCalled(world).ifIndex;
  const filters = numberIn(await bridgeSettings(world), 'IFLA_BR_VLAN_FILTERING') === 1;
  return table.filter(
    (entry) =>
      entry.bridge === bridge && entry.address === stationAddress(world, station) && (filters || entry.vid === 0),
  );
}

/** Milliseconds until what hardware learned is in the kernel's table. */
const LEARNED_MS = { virtual: 0, real: 2000 } as const;
const LOOK_AGAIN_MS = 20;

/** Looks until it is so, as long as hardware may take to tell. */
export async function entriesUntil(
  world: NicWorld,
  station: StationName,
  isSo: (entries: readonly TableEntry[]) => boolean,
): Promise<readonly TableEntry[]> {
  await watch(world, new Map());
  const { clock } = world.session.description;
  const end = (await world.target.clock.now()) + BigInt(LEARNED_MS[clock]) * 1_000_000n;
  let entries = await entriesOf(world, station);
  while (!isSo(entries) && (await world.target.clock.now()) < end) {
    await world.target.clock.sleep(LOOK_AGAIN_MS);
    entries = await entriesOf(world, station);
  }
  return entries;
}

const isKind = (entry: TableEntry, kind: EntryKind): boolean => {
  const isDynamic = entry.state === NUD_REACHABLE || entry.state === NUD_STALE;
  if (kind === 'dynamic') return isDynamic;
  const { state, flags } = KINDS[kind];
  return entry.state === state && (entry.flags & NTF_STICKY) === flags;
};

export const described = (entries: readonly TableEntry[]): string =>
  entries
    .map(({ ifIndex, vid, state, flags }) => `at device ${ifIndex}, VLAN ${vid}, state ${state}, flags ${flags}`)
    .join('; ');

Then(
  /^the table has ([A-Z]) at (p\d), (dynamic|static|permanent|sticky)$/,
  async function (this: NicWorld, station: StationName, port: string, kind: EntryKind) {
    const { ifIndex } = portCalled(this, port);
    const isSo = (entries: readonly TableEntry[]): boolean =>
      entries.length > 0 && entries.every((entry) => entry.ifIndex === ifIndex && isKind(entry, kind));
    const entries = await entriesUntil(this, station, isSo);
    expectThat(isSo(entries), `the table has ${station} ${described(entries) || 'nowhere'}`);
  },
);

Then(/^the table does not have ([A-Z]|[0-9a-f:]{17})$/, async function (this: NicWorld, station: StationName) {
  const entries = await entriesUntil(this, station, ({ length }) => length === 0);
  expectThat(entries.length === 0, `the table has ${station} ${described(entries)}`);
});

When(
  /^([A-Z]) is put at (p\d), (dynamic|static|permanent|sticky)$/,
  async function (this: NicWorld, station: StationName, port: string, kind: EntryKind) {
    accepted(await putEntry(this, station, port, kind), `putting ${station} at ${port}`);
  },
);

When(/^([A-Z]) is taken from (p\d)$/, async function (this: NicWorld, station: StationName, port: string) {
  accepted(await takeEntry(this, station, port), `taking ${station} from ${port}`);
});

const CONDITIONS = {
  '': NLM_F_CREATE,
  ', if it is not there': NLM_F_CREATE | NLM_F_EXCL,
  ', if it is there': NLM_F_REPLACE,
} as const;

When(
  /^([A-Z]|[0-9a-f:]{17}) is to be put at (p\d), (dynamic|static|permanent|sticky and permanent|sticky)(, if it is not there|, if it is there|)$/,
  async function (
    this: NicWorld,
    station: StationName,
    port: string,
    kind: EntryKind,
    condition: keyof typeof CONDITIONS,
  ) {
    this.answer = await putEntry(this, station, port, kind, { messageFlags: CONDITIONS[condition] });
  },
);

When(/^([A-Z]) is to be taken from (p\d)$/, async function (this: NicWorld, station: StationName, port: string) {
  this.answer = await takeEntry(this, station, port);
});

/** In the table of the net device itself, beside which its bridge has another. */
async function changeOwn(
  world: NicWorld,
  what: 'put at' | 'taken from',
  station: StationName,
  port: string,
  kind: EntryKind,
): Promise<NetlinkResult<void>> {
  const entry = { ...change(world, station, port, kind), flags: NTF_SELF };
  const bridges = await world.bridges();
  return what === 'put at' ? bridges.addEntry(entry) : bridges.removeEntry(entry);
}

When(
  /^([A-Z]) is to be (put at|taken from) the device of (p\d) itself, (static|permanent)$/,
  async function (
    this: NicWorld,
    station: StationName,
    what: 'put at' | 'taken from',
    port: string,
    kind: 'static' | 'permanent',
  ) {
    this.answer = await changeOwn(this, what, station, port, kind);
  },
);

When(
  /^([A-Z]) is (put at|taken from) the device of (p\d) itself, permanent$/,
  async function (this: NicWorld, station: StationName, what: 'put at' | 'taken from', port: string) {
    accepted(await changeOwn(this, what, station, port, 'permanent'), `${station} ${what} the device of ${port}`);
  },
);

When(
  /^([A-Z]) is put at the device of (p\d) itself once more, whether it is there or not$/,
  async function (this: NicWorld, station: StationName, port: string) {
    const entry = { ...change(this, station, port, 'permanent'), flags: NTF_SELF, messageFlags: NLM_F_CREATE };
    accepted(await (await this.bridges()).addEntry(entry), `putting ${station} at the device of ${port} once more`);
  },
);

Given(/^an ageing time of (\d+) seconds?$/, async function (this: NicWorld, seconds: string) {
  await changeBridge(this, { IFLA_BR_AGEING_TIME: Number(seconds) * 100 });
});

When(/^(\d+) seconds pass$/, async function (this: NicWorld, seconds: string) {
  await watch(this, new Map());
  await this.target.clock.sleep(Number(seconds) * 1000);
});

When(
  /^([A-Z]) sends to ([A-Z]) at (p\d) every second, (\d+) times$/,
  async function (this: NicWorld, from: StationName, to: StationName, port: string, times: string) {
    for (let time = 0; time < Number(times); time++) {
      await this.target.clock.sleep(1000);
      await sendInto(this, port, [{ from, to }]);
    }
    await watch(this, new Map());
  },
);

When('the table is flushed', async function (this: NicWorld) {
  await changeBridge(this, { IFLA_BR_FDB_FLUSH: true });
});

When(
  /^the (dynamic|static) entries of (p\d|the bridge) are taken away at once$/,
  async function (this: NicWorld, kind: 'dynamic' | 'static', who: string) {
    const state = { state: kind === 'static' ? NUD_NOARP : 0, mask: NUD_NOARP | NUD_PERMANENT };
    const bridges = await this.bridges();
    const result =
      who === 'the bridge'
        ? await bridges.removeEntries(bridgeCalled(this).ifIndex, 'bridge', state)
        : await bridges.removeEntries(portCalled(this, who).ifIndex, 'port', state);
    accepted(result, `taking the ${kind} entries of ${who} away`);
    await settled(this);
  },
);

When(/^(p\d) is flushed$/, async function (this: NicWorld, port: string) {
  const result = await (await this.bridges()).setPort(portCalled(this, port).ifIndex, { IFLA_BRPORT_FLUSH: true });
  accepted(result, `flushing ${port}`);
  await settled(this);
});

When(
  /^a frame from the address of the bridge to broadcast comes in at (p\d)$/,
  async function (this: NicWorld, port: string) {
    const from = await stationOfLink(this, bridgeCalled(this).ifIndex);
    await sendInto(this, port, [{ from, to: 'broadcast' }]);
    await watch(this, new Map());
  },
);

export const listener = (world: NicWorld): { client: BridgeClient | undefined } =>
  world.note('table listener', () => ({ client: undefined }));

Given('somebody listens to the table', async function (this: NicWorld) {
  const client = await BridgeClient.open((protocol) => this.target.netlink(protocol));
  await client.listen();
  listener(this).client = client;
});

Then(
  /^([A-Z]) at (p\d) is announced as (new|gone)$/,
  async function (this: NicWorld, station: StationName, port: string, what: string) {
    const { client } = listener(this);
    expectThat(client !== undefined, 'nobody listens to the table');
    const type = what === 'new' ? RTM_NEWNEIGH : RTM_DELNEIGH;
    const { ifIndex } = portCalled(this, port);
    const seen: string[] = [];
    for (let tries = 0; tries < ANNOUNCEMENT_TRIES; tries++) {
      const news = await client.entryAnnouncements(this.patienceMs);
      const ours = news.filter(({ address }) => address === stationAddress(this, station));
      seen.push(...ours.map((entry) => `${entry.type === RTM_NEWNEIGH ? 'new' : 'gone'} ${described([entry])}`));
      if (ours.some((entry) => entry.type === type && entry.ifIndex === ifIndex)) return;
      if (news.length === 0) break;
    }
    expectThat(false, `of ${station} was announced: ${seen.join('; ') || 'nothing'}`);
  },
);

/** Other entries may be announced before. */
const ANNOUNCEMENT_TRIES = 20;

Then(
  /^the entry of ([A-Z]) is (not )?marked as (learned by hardware|learned by somebody else|offloaded)$/,
  async function (this: NicWorld, station: StationName, not: string | null, mark: string) {
    const bit = mark === 'offloaded' ? NTF_OFFLOADED : NTF_EXT_LEARNED;
    const isSo = (entries: readonly TableEntry[]): boolean =>
      entries.length > 0 && entries.every(({ flags }) => ((flags & bit) !== 0) === (not === null));
    const entries = await entriesUntil(this, station, isSo);
    expectThat(isSo(entries), `the table has ${station} ${described(entries) || 'nowhere'}`);
  },
);

Then(
  /^([A-Z]) at (p\d) is announced as (static|permanent)$/,
  async function (this: NicWorld, station: StationName, port: string, kind: EntryKind) {
    const { client } = listener(this);
    expectThat(client !== undefined, 'nobody listens to the table');
    const { ifIndex } = portCalled(this, port);
    const news = await client.entryAnnouncements(this.patienceMs);
    const ours = news.filter(({ address, type }) => type === RTM_NEWNEIGH && address === stationAddress(this, station));
    const isTold = ours.some((entry) => entry.ifIndex === ifIndex && isKind(entry, kind));
    expectThat(isTold, `of ${station} was announced: ${described(ours) || 'nothing'}`);
  },
);

Then(
  /^([A-Z]) was last (used|seen) (2 seconds ago or before|a second ago or later)$/,
  async function (this: NicWorld, station: StationName, what: string, when: string) {
    const [entry] = await entriesOf(this, station);
    expectThat(entry !== undefined, `the table does not have ${station}`);
    const hundredths = what === 'used' ? entry.used : entry.updated;
    const isSo = when.startsWith('2') ? hundredths >= 200 : hundredths <= 150;
    expectThat(isSo, `${station} was last ${what} ${hundredths / 100} seconds ago`);
  },
);

const many = (world: NicWorld): { stations: StationName[]; gone: StationName[] } =>
  world.note('many stations', () => ({ stations: [], gone: [] }));

Given(
  /^(\d+) stations with addresses far apart are put at (p\d), static$/,
  async function (this: NicWorld, count: string, port: string) {
    const state = many(this);
    for (let number = 0; number < Number(count); number++) {
      // Two hashes, so that places in a hashed table meet as they do for stations of the world.
      const [high, low] = [stationFamily(`${this.scenario} ${number}`), stationFamily(`${number}`) & 0xff];
      const digits = ((high << 8) | low) >>> 0;
      const bytes = digits.toString(16).padStart(8, '0').match(/../g) ?? [];
      const station = `02:5a:${bytes.join(':')}`;
      accepted(await putEntry(this, station, port, 'static'), `putting ${station} at ${port}`);
      state.stations.push(station);
    }
  },
);

When(/^every other one of these stations is taken from (p\d)$/, async function (this: NicWorld, port: string) {
  const state = many(this);
  state.gone = state.stations.filter((_, index) => index % 2 === 0);
  for (const station of state.gone) accepted(await takeEntry(this, station, port), `taking ${station} from ${port}`);
});

When(
  /^a frame from ([A-Z]) to each of (the others|those that were taken away) comes in at (p\d)$/,
  async function (this: NicWorld, from: StationName, which: string, port: string) {
    const { stations, gone } = many(this);
    const to = which === 'the others' ? stations.filter((station) => !gone.includes(station)) : gone;
    await sendInto(
      this,
      port,
      to.map((station) => ({ from, to: station })),
    );
  },
);
