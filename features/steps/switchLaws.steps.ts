/** Laws of the switch: a model of what the specification says beside the target, for whatever happens to both. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { equalBytes } from '../../reference-impl/packet/bytes.js';
import { numberOf, withTags, type Tag } from '../properties/numberedFrames.js';
import { station, stationFamily, stationFrame, type StationName } from '../properties/stations.js';
import {
  PORT_NAMES,
  VIDS,
  egress,
  flagsOfPorts,
  kindOf,
  portName,
  vlanEgress,
  vlanOf,
  vlansOfPorts,
  type FlagsOfPorts,
  type ModelPort,
  type ModelVid,
  type VlansOfPorts,
} from '../properties/switchModel.js';
import { expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { PORT_FLAGS, setPort } from './switchPortStates.steps.js';
import {
  arrivedAt,
  bridgeCalled,
  changeBridge,
  expectAt,
  makeBridge,
  portCalled,
  sendInto,
  settled,
  switched,
  watch,
} from './switchPorts.js';
import { entriesOf, entriesUntil, putEntry, takeEntry } from './switchTable.steps.js';
import { joinVlan, leaveVlan, vlansOf } from './switchVlan.steps.js';
import type { NicWorld } from './world.js';

/** The bridge of before is gone with all that it knew. */
async function freshBridge(world: NicWorld): Promise<void> {
  const { ifIndex, name } = bridgeCalled(world);
  accepted(await (await world.route()).removeLink(ifIndex), `removing ${name}`);
  switched(world).bridges.delete(name);
  await makeBridge(world, PORT_NAMES);
}

/** Where each station is, and where a user put it last. */
type Table = Map<StationName, { readonly port: ModelPort; readonly putAt: ModelPort | undefined }>;

interface TableModel {
  readonly table: Table;
}

type TableCommand = fc.AsyncCommand<TableModel, NicWorld>;

const speaks = (from: StationName, to: StationName, port: ModelPort): TableCommand => ({
  check: () => true,
  async run({ table }, world) {
    await sendInto(world, port, [{ from, to }]);
    const known = kindOf(to) === 'unicast' ? table.get(to)?.port : undefined;
    const before = table.get(from);
    table.set(from, { port, putAt: before?.putAt });
    // A station that speaks to itself is found where it speaks.
    await expectAt(world, egress(port, kindOf(to), to === from ? port : known));
  },
  toString: () => `${from} speaks to ${to} at ${port}`,
});

/** A station that moved has moved in the VLAN of its frames alone: in others it is where the user put it, as in br_fdb_add(). */
async function isForgotten(
  table: Table,
  world: NicWorld,
  name: StationName,
): Promise<{ readonly port: ModelPort; readonly answer: NetlinkResult<void> }> {
  const { port = 'p0', putAt } = table.get(name) ?? {};
  if (putAt !== undefined && putAt !== port) await takeEntry(world, name, putAt);
  return { port, answer: await takeEntry(world, name, port) };
}

const isPut = (name: StationName, port: ModelPort): TableCommand => ({
  check: () => true,
  async run({ table }, world) {
    await isForgotten(table, world, name);
    accepted(await putEntry(world, name, port, 'static'), `putting ${name} at ${port}`);
    table.set(name, { port, putAt: port });
  },
  toString: () => `${name} is put at ${port}`,
});

const isTaken = (name: StationName): TableCommand => ({
  check: ({ table }) => table.has(name),
  async run({ table }, world) {
    const { port, answer } = await isForgotten(table, world, name);
    accepted(answer, `taking ${name} from ${port}`);
    table.delete(name);
  },
  toString: () => `${name} is taken away`,
});

const isFlushed: TableCommand = {
  check: () => true,
  async run({ table }, world) {
    await changeBridge(world, { IFLA_BR_FDB_FLUSH: true });
    for (const [name, { putAt }] of table) if (putAt === undefined) table.delete(name);
  },
  toString: () => 'the table is flushed',
};

const MOST_COMMANDS = 12;

Then(
  'for every sequence of stations that speak, move, are put there and are taken away, frames go where they are',
  async function (this: NicWorld) {
    const to = fc.oneof({ weight: 4, arbitrary: station }, fc.constantFrom('broadcast', 'group 1'));
    const commands = this.commands(
      [
        fc.tuple(station, to, portName).map(([from, whom, port]) => speaks(from, whom, port)),
        fc.tuple(station, to, portName).map(([from, whom, port]) => speaks(from, whom, port)),
        fc.tuple(station, portName).map(([name, port]) => isPut(name, port)),
        station.map(isTaken),
        fc.constant(isFlushed),
      ],
      MOST_COMMANDS,
    );
    await this.law(
      fc.asyncProperty(commands, async (sequence) => {
        await freshBridge(this);
        const model: TableModel = { table: new Map() };
        await fc.asyncModelRun(() => ({ model, real: this }), sequence);
        await expectTable(this, model.table);
      }),
      { runs: 0.5 },
    );
  },
);

/** The kernel's table says of each station what the model says. */
async function expectTable(world: NicWorld, table: Table): Promise<void> {
  for (const name of ['A', 'B', 'C', 'D', 'E']) {
    const wanted = table.get(name);
    const ifIndex = wanted === undefined ? undefined : portCalled(world, wanted.port).ifIndex;
    const isSo = (entries: Awaited<ReturnType<typeof entriesOf>>): boolean =>
      ifIndex === undefined
        ? entries.length === 0
        : entries.length > 0 && entries.every((entry) => entry.ifIndex === ifIndex);
    const entries = await entriesUntil(world, name, isSo);
    const found = entries.map((entry) => entry.ifIndex).join(', ') || 'nowhere';
    expectThat(isSo(entries), `the table has ${name} at device ${found} instead of ${wanted?.port ?? 'nowhere'}`);
  }
}

Then(
  'for every combination of flags of the ports, frames go where the flags let them',
  async function (this: NicWorld) {
    const to = fc.constantFrom<StationName>('B', 'group 1', 'broadcast', 'K');
    await this.law(
      fc.asyncProperty(
        flagsOfPorts,
        portName,
        fc.array(fc.tuple(portName, to), { minLength: 1, maxLength: 4 }),
        (flags, known, frames) => expectByFlags(this, flags, known, frames),
      ),
      { runs: 0.5 },
    );
  },
);

/** K is a station that the user put at a port. */
async function expectByFlags(
  world: NicWorld,
  flags: FlagsOfPorts,
  known: ModelPort,
  frames: readonly (readonly [ModelPort, StationName])[],
): Promise<void> {
  await freshBridge(world);
  accepted(await putEntry(world, 'K', known, 'static'), `putting K at ${known}`);
  for (const port of PORT_NAMES) {
    const { unicastFlood, multicastFlood, broadcastFlood, isolated, hairpin } = flags[port];
    await setPort(world, port, {
      [PORT_FLAGS['unicast flood']]: Number(unicastFlood),
      [PORT_FLAGS['multicast flood']]: Number(multicastFlood),
      [PORT_FLAGS['broadcast flood']]: Number(broadcastFlood),
      [PORT_FLAGS.isolated]: Number(isolated),
      [PORT_FLAGS.hairpin]: Number(hairpin),
    });
  }
  for (const [from, to] of frames) {
    await sendInto(world, from, [{ from: 'A', to }]);
    await expectAt(
      world,
      egress(from, kindOf(to), to === 'K' ? known : undefined, (port) => flags[port]),
    );
  }
}

const DEFAULT_PVID = 1;

/** A bridge that filters, whose ports are in these VLANs and in no others. */
async function assignVlans(world: NicWorld, vlans: VlansOfPorts): Promise<void> {
  await freshBridge(world);
  await changeBridge(world, { IFLA_BR_VLAN_FILTERING: 1 });
  for (const port of PORT_NAMES) {
    await leaveVlan(world, port, DEFAULT_PVID);
    const { members, pvid } = vlans[port];
    for (const vid of VIDS)
      if (members[vid] !== 'no')
        await joinVlan(world, port, { vid, pvid: vid === pvid, untagged: members[vid] === 'untagged' });
  }
  await settled(world);
}

/** What comes in: where, and with which tag, if any. */
const arrival = fc.tuple(portName, fc.constantFrom<ModelVid | undefined>(undefined, ...VIDS));
const arrivals = fc.array(arrival, { minLength: 1, maxLength: 5 });

const tagsOfVid = (vid: ModelVid | undefined): readonly Tag[] =>
  vid === undefined ? [] : [{ tpid: 0x8100, tci: vid }];

Then(
  'for every assignment of VLANs to ports, frames leave at the members of their VLAN alone',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(vlansOfPorts, arrivals, async (vlans, frames) => {
        await assignVlans(this, vlans);
        for (const [from, tag] of frames) {
          await sendInto(this, from, [{ from: 'A', to: 'broadcast', tags: tagsOfVid(tag) }]);
          const vid = vlanOf(vlans[from], tag);
          await expectAt(this, vid === undefined ? [] : [...vlanEgress(from, vid, vlans).keys()]);
        }
      }),
      { runs: 0.5 },
    );
  },
);

Then(
  'for every assignment of VLANs to ports, frames leave with the tags that the ports have and otherwise unchanged',
  async function (this: NicWorld) {
    await this.law(
      fc.asyncProperty(vlansOfPorts, arrivals, async (vlans, frames) => {
        await assignVlans(this, vlans);
        for (const [from, tag] of frames) await expectTags(this, vlans, from, tag);
      }),
      { runs: 0.5 },
    );
  },
);

async function expectTags(
  world: NicWorld,
  vlans: VlansOfPorts,
  from: ModelPort,
  tag: ModelVid | undefined,
): Promise<void> {
  const vid = vlanOf(vlans[from], tag);
  const leaving = vid === undefined ? new Map<ModelPort, readonly Tag[]>() : vlanEgress(from, vid, vlans);
  const [sent] = await sendInto(world, from, [{ from: 'A', to: 'broadcast', tags: tagsOfVid(tag) }]);
  await watch(world, new Map([...leaving.keys()].map((port) => [port, 1])));
  const plain = stationFrame({
    from: 'A',
    to: 'broadcast',
    number: numberOf(sent ?? new Uint8Array(0)) ?? 0,
    family: stationFamily(world.scenario),
  });
  for (const [port, tags] of leaving) {
    const frames = arrivedAt(world, port);
    const wanted = withTags(plain, tags);
    const isSame = frames.length === 1 && frames[0] !== undefined && startsWith(frames[0], wanted);
    expectThat(isSame, `at ${port} the frame of VLAN ${vid} is not what it should be`);
  }
}

/** Padding may follow. */
const startsWith = (frame: Uint8Array, wanted: Uint8Array): boolean =>
  equalBytes(frame.subarray(0, wanted.length), wanted);

Then('for every assignment of VLANs to ports, the table of VLANs tells it', async function (this: NicWorld) {
  await this.law(
    fc.asyncProperty(vlansOfPorts, async (vlans) => {
      await assignVlans(this, vlans);
      for (const port of PORT_NAMES) {
        const told = (await vlansOf(this, portCalled(this, port).ifIndex)).map(
          ({ vid, pvid, untagged }) => `${vid}${pvid ? ' PVID' : ''}${untagged ? ' untagged' : ''}`,
        );
        const { members, pvid } = vlans[port];
        const wanted = VIDS.filter((vid) => members[vid] !== 'no').map(
          (vid) => `${vid}${vid === pvid ? ' PVID' : ''}${members[vid] === 'untagged' ? ' untagged' : ''}`,
        );
        expectThat(told.join() === wanted.join(), `${port} tells ${told.join() || 'none'} instead of ${wanted.join()}`);
      }
    }),
    { runs: 0.5 },
  );
});
