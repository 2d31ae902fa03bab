/** What is learned, and by whom: the bridge, somebody else, or the user's word; and addresses of the host among stations. */
import { Given, Then, When } from '@cucumber/cucumber';
import {
  NLM_F_CREATE,
  NTF_EXT_LEARNED,
  NTF_MASTER,
  NTF_SELF,
  NTF_USE,
  NUD_NOARP,
  NUD_REACHABLE,
  NUD_STALE,
  RTM_DELNEIGH,
} from '../../reference-impl/netlink/constants.js';
import { BridgeClient } from '../../reference-impl/netlink/bridgeClient.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import { parseMac } from '../../reference-impl/packet/addresses.js';
import type { StationName } from '../properties/stations.js';
import { aggregateCalled } from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { bridgeCalled, bridgeSettings, portCalled, settled, watch } from './switchPorts.js';
import { stationAddress } from './switchTable.steps.js';
import type { NicWorld } from './world.js';

/** The entry is made as the user says it came about. */
const MADE_BY = { 'learned by somebody else': NTF_EXT_LEARNED, 'as if it had spoken there': NTF_USE } as const;

When(
  /^([A-Z]) is put at (p\d), (learned by somebody else|as if it had spoken there)$/,
  async function (this: NicWorld, station: StationName, port: string, how: keyof typeof MADE_BY) {
    const entry = {
      address: stationAddress(this, station),
      ifIndex: portCalled(this, port).ifIndex,
      state: NUD_REACHABLE,
      flags: NTF_MASTER | MADE_BY[how],
      messageFlags: NLM_F_CREATE,
    };
    accepted(await (await this.bridges()).addEntry(entry), `putting ${station} at ${port}`);
    await settled(this);
  },
);

When(/^([A-Z]) is put at the aggregate, static$/, async function (this: NicWorld, station: StationName) {
  const { ifIndex } = aggregateCalled(this);
  const entry = { address: stationAddress(this, station), ifIndex, state: NUD_NOARP, flags: NTF_MASTER };
  accepted(await (await this.bridges()).addEntry(entry), `putting ${station} at the aggregate`);
  await settled(this);
});

When(
  /^([A-Z]) is to be put at the bridge, (dynamic|static)$/,
  async function (this: NicWorld, station: StationName, kind: string) {
    this.answer = await (
      await this.bridges()
    ).addEntry({
      address: stationAddress(this, station),
      ifIndex: bridgeCalled(this).ifIndex,
      state: kind === 'static' ? NUD_NOARP : NUD_REACHABLE,
      flags: NTF_SELF,
      messageFlags: NLM_F_CREATE,
    });
  },
);

Then(/^the bridge counts (\d+) learned entr(?:y|ies)$/, async function (this: NicWorld, count: string) {
  await watch(this, new Map());
  const told = numberIn(await bridgeSettings(this), 'IFLA_BR_FDB_N_LEARNED') ?? -1;
  expectNumber(told, Number(count), 'what the bridge counts as learned');
});

async function givePortAddress(world: NicWorld, port: string, address: string): Promise<void> {
  const { ifIndex } = portCalled(world, port);
  const given = await (await world.route()).setLink(ifIndex, { IFLA_ADDRESS: parseMac(address) });
  accepted(given, `giving ${port} an address`);
  await settled(world);
}

/** A bridge is never given one: the kernel would speak as a station, of groups. */
Given(/^(p\d) is given the address of ([A-Z])$/, async function (this: NicWorld, port: string, station: StationName) {
  await givePortAddress(this, port, stationAddress(this, station));
});

Given(/^(p\d) is given the address ([0-9a-f:]{17})$/, async function (this: NicWorld, port: string, address: string) {
  await givePortAddress(this, port, address);
});

const leaving = (world: NicWorld): { client: BridgeClient | undefined } =>
  world.note('listener for what leaves the table', () => ({ client: undefined }));

Given('somebody listens for what leaves the table', async function (this: NicWorld) {
  const client = await BridgeClient.open((protocol) => this.target.netlink(protocol));
  await client.listen();
  leaving(this).client = client;
});

const STATES = { stale: NUD_STALE, reachable: NUD_REACHABLE } as const;
/** Other entries may be announced before. */
const ANNOUNCEMENT_TRIES = 20;

Then(
  /^([A-Z]) is announced as gone, and as (stale|reachable)$/,
  async function (this: NicWorld, station: StationName, state: keyof typeof STATES) {
    const { client } = leaving(this);
    expectThat(client !== undefined, 'nobody listens to the table');
    for (let tries = 0; tries < ANNOUNCEMENT_TRIES; tries++) {
      const news = await client.entryAnnouncements(this.patienceMs);
      const gone = news.find(({ type, address }) => type === RTM_DELNEIGH && address === stationAddress(this, station));
      if (gone !== undefined) {
        expectNumber(gone.state, STATES[state], `the state in which ${station} went`);
        return;
      }
      if (news.length === 0) break;
    }
    expectThat(false, `nobody was told that ${station} went`);
  },
);
