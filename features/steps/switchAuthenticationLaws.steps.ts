/** The law of MAC authentication bypass: stations knock, are let in, move and are thrown out, and a model knows where each is. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { NLM_F_CREATE, NLM_F_REPLACE, NTF_EXT_LOCKED } from '../../reference-impl/netlink/constants.js';
import type { TableEntry } from '../../reference-impl/netlink/bridgeClient.js';
import type { StationName } from '../properties/stations.js';
import { PORT_NAMES, egress, portName, type ModelPort } from '../properties/switchModel.js';
import { expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { setPort } from './switchPortStates.steps.js';
import { bridgeCalled, expectAt, makeBridge, portCalled, sendInto, switched } from './switchPorts.js';
import { described, entriesUntil, putEntry, takeEntry } from './switchTable.steps.js';
import type { NicWorld } from './world.js';

interface Model {
  /** Ports that are locked, with MAB. */
  readonly doors: Set<ModelPort>;
  readonly table: Map<StationName, { readonly port: ModelPort; readonly isLocked: boolean }>;
}

type Command = fc.AsyncCommand<Model, NicWorld>;

/** Whether a frame of the station gets in, and what it leaves in the table. */
function knock({ doors, table }: Model, name: StationName, port: ModelPort): boolean {
  const known = table.get(name);
  if (!doors.has(port)) {
    table.set(name, { port, isLocked: known?.port === port && known.isLocked });
    return true;
  }
  if (known === undefined) table.set(name, { port, isLocked: true });
  return known?.port === port && !known.isLocked;
}

const speaks = (name: StationName, port: ModelPort): Command => ({
  check: () => true,
  async run(model, world) {
    const isLetIn = knock(model, name, port);
    await sendInto(world, port, [{ from: name, to: 'broadcast' }]);
    await expectAt(world, isLetIn ? egress(port, 'broadcast', undefined) : []);
    const wanted = model.table.get(name);
    const isSo = (entries: readonly TableEntry[]): boolean =>
      entries.length === 1 &&
      entries.every(
        ({ ifIndex, extendedFlags }) =>
          ifIndex === portCalled(world, wanted?.port ?? '').ifIndex &&
          ((extendedFlags & NTF_EXT_LOCKED) !== 0) === wanted?.isLocked,
      );
    const entries = await entriesUntil(world, name, isSo);
    const place = `${wanted?.isLocked === true ? 'locked' : 'not locked'} at ${wanted?.port ?? 'nowhere'}`;
    expectThat(isSo(entries), `the table has ${name} ${described(entries)}, and it should be ${place}`);
  },
  toString: () => `${name} speaks at ${port}`,
});

const isLetIn = (name: StationName, port: ModelPort): Command => ({
  check: () => true,
  async run({ table }, world) {
    const messageFlags = NLM_F_CREATE | NLM_F_REPLACE;
    accepted(await putEntry(world, name, port, 'static', { messageFlags }), `letting ${name} in at ${port}`);
    table.set(name, { port, isLocked: false });
  },
  toString: () => `${name} is let in at ${port}`,
});

const isThrownOut = (name: StationName): Command => ({
  check: ({ table }) => table.has(name),
  async run({ table }, world) {
    const { port = 'p0' } = table.get(name) ?? {};
    accepted(await takeEntry(world, name, port), `taking ${name} from ${port}`);
    table.delete(name);
  },
  toString: () => `${name} is thrown out`,
});

const isOpened = (port: ModelPort): Command => ({
  check: ({ doors }) => doors.has(port),
  async run({ doors, table }, world) {
    await setPort(world, port, { IFLA_BRPORT_LOCKED: 0, IFLA_BRPORT_MAB: 0 });
    doors.delete(port);
    for (const [name, entry] of table) if (entry.port === port && entry.isLocked) table.delete(name);
  },
  toString: () => `${port} is opened`,
});

const isShut = (port: ModelPort): Command => ({
  check: ({ doors }) => !doors.has(port),
  async run({ doors }, world) {
    await setPort(world, port, { IFLA_BRPORT_LOCKED: 1, IFLA_BRPORT_MAB: 1 });
    doors.add(port);
  },
  toString: () => `${port} is shut`,
});

const MOST_COMMANDS = 15;
/** Few, so that each is met again. */
const station = fc.constantFrom<StationName>('A', 'B');

Then(
  'for every sequence of stations that knock, are let in, move and are thrown out, nobody gets in who waits',
  async function (this: NicWorld) {
    const place = fc.tuple(station, portName);
    const commands = this.commands(
      [
        place.map(([name, port]) => speaks(name, port)),
        place.map(([name, port]) => speaks(name, port)),
        place.map(([name, port]) => isLetIn(name, port)),
        station.map(isThrownOut),
        station.map(isThrownOut),
        portName.map(isOpened),
        portName.map(isShut),
      ],
      MOST_COMMANDS,
    );
    await this.law(
      fc.asyncProperty(commands, async (sequence) => {
        const { ifIndex, name } = bridgeCalled(this);
        accepted(await (await this.route()).removeLink(ifIndex), `removing ${name}`);
        switched(this).bridges.delete(name);
        await makeBridge(this, PORT_NAMES);
        const model: Model = { doors: new Set(), table: new Map() };
        for (const port of ['p0', 'p1'] as const) await isShut(port).run(model, this);
        await fc.asyncModelRun(() => ({ model, real: this }), sequence);
      }),
      { runs: 0.5 },
    );
  },
);
