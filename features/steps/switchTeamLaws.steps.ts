/** Laws of teams. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { addressOf, station, stationFamily, type StationName } from '../properties/stations.js';
import { parseMac } from '../../reference-impl/packet/addresses.js';
import {
  aggregateCalled,
  byNumber,
  carrierUntil,
  egressByFrame,
  joinAggregate,
  linkUntil,
  setMemberLink,
} from './aggregates.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted } from './settings.js';
import { portCalled, sendFromHost, switched } from './switchPorts.js';
import { byteProgram, setTeamOption, wordProgram } from './teams.js';
import type { NicWorld } from './world.js';

const PORTS = ['p0', 'p1', 'p2'] as const;
type Port = (typeof PORTS)[number];

/** Ports in the order in which they came, those that the user disabled, and those whose cable is in. */
interface TeamModel {
  readonly mode: string;
  ports: Port[];
  readonly disabled: Set<Port>;
  readonly plugged: Set<Port>;
}
type TeamCommand = fc.AsyncCommand<TeamModel, NicWorld>;

const usable = ({ ports, disabled, plugged }: TeamModel): readonly Port[] =>
  ports.filter((port) => !disabled.has(port) && plugged.has(port));

async function takeOut(world: NicWorld, port: Port): Promise<void> {
  accepted(await (await world.teams()).setMaster(portCalled(world, port).ifIndex, 0), `taking ${port} out`);
}

const joins = (port: Port): TeamCommand => ({
  check: ({ ports }) => !ports.includes(port),
  async run(model, world) {
    await joinAggregate(world, port, aggregateCalled(world));
    await linkUntil(world, port, model.plugged.has(port));
    model.ports.push(port);
    // A port that comes is enabled, whatever it was before.
    model.disabled.delete(port);
  },
  toString: () => `${port} joins`,
});

const leaves = (port: Port): TeamCommand => ({
  check: ({ ports }) => ports.includes(port),
  async run(model, world) {
    await takeOut(world, port);
    model.ports = model.ports.filter((each) => each !== port);
  },
  toString: () => `${port} leaves`,
});

const isPlugged = (port: Port, up: boolean): TeamCommand => ({
  check: ({ plugged, ports }) => ports.includes(port) && plugged.has(port) !== up,
  async run(model, world) {
    await setMemberLink(world, port, up);
    if (up) model.plugged.add(port);
    else model.plugged.delete(port);
  },
  toString: () => `${port} ${up ? 'gets its link back' : 'loses its link'}`,
});

const isEnabled = (port: Port, on: boolean): TeamCommand => ({
  check: ({ disabled, ports }) => ports.includes(port) && disabled.has(port) === on,
  async run(model, world) {
    await setTeamOption(world, 'enabled', port, on);
    if (on) model.disabled.delete(port);
    else model.disabled.add(port);
  },
  toString: () => `${port} is ${on ? 'enabled' : 'disabled'}`,
});

const sends = (count: number): TeamCommand => ({
  check: () => true,
  async run(model, world) {
    const aggregate = aggregateCalled(world);
    const hasLink = model.ports.some((port) => model.plugged.has(port));
    const follows = await carrierUntil(world, aggregate.ifIndex, hasLink);
    expectThat(follows, `the team has ${hasLink ? 'no' : 'a'} carrier`);
    const wanted = usable(model);
    const frames = Array.from({ length: count }, () => ({ from: 'A', to: 'B' }));
    await sendFromHost(world, aggregate.name, frames);
    const { sent } = switched(world);
    const copies = model.mode === 'broadcast' ? wanted.length : Math.min(1, wanted.length);
    const places = await egressByFrame(world, PORTS, count * copies, byNumber);
    for (const number of sent) {
      const at = places.get(String(number)) ?? [];
      expectNumber(at.length, copies, `places at which frame ${number} left`);
      for (const place of at)
        expectThat(wanted.includes(place as Port), `a frame left at ${place}, which is not in use`);
      expectNumber(new Set(at).size, at.length, `different places of frame ${number}`);
    }
  },
  toString: () => `the host sends ${count} frames`,
});

const MOST_COMMANDS = 16;

Then(
  /^for every sequence of ports that come, go, lose links and are disabled, each frame leaves as the mode (\w+) says, as long as one port is left$/,
  async function (this: NicWorld, mode: string) {
    const port = fc.constantFrom(...PORTS);
    const sending = fc.integer({ min: 1, max: 5 }).map(sends);
    const commands = this.commands(
      [
        port.map(joins),
        port.map(joins),
        port.map(leaves),
        port.map((each) => isPlugged(each, false)),
        port.map((each) => isPlugged(each, true)),
        port.map((each) => isEnabled(each, false)),
        port.map((each) => isEnabled(each, true)),
        sending,
        sending,
        sending,
      ],
      MOST_COMMANDS,
    );
    await this.law(
      fc.asyncProperty(commands, async (sequence) => {
        const model: TeamModel = { mode, ports: [], disabled: new Set(), plugged: new Set(PORTS) };
        try {
          await fc.asyncModelRun(() => ({ model, real: this }), sequence);
        } finally {
          for (const each of PORTS) {
            await (await this.wire(portCalled(this, each).port)).setCarrier(true);
            if (model.ports.includes(each)) await takeOut(this, each);
          }
        }
      }),
      { runs: 0.3 },
    );
  },
);

/** What a program answers of a frame, and what it looks at: bytes of the addresses. */
interface Looking {
  readonly offset: number;
  readonly isWord: boolean;
}

/** lb_get_skb_hash(): the bytes of the answer, one laid over the other. */
function hashOf({ offset, isWord }: Looking, header: Uint8Array): number {
  const looked = header.subarray(offset, offset + (isWord ? 4 : 1));
  return looked.reduce((hash, byte) => hash ^ byte, 0);
}

const looking: fc.Arbitrary<Looking> = fc.oneof(
  fc.integer({ min: 0, max: 11 }).map((offset) => ({ offset, isWord: false })),
  fc.integer({ min: 0, max: 8 }).map((offset) => ({ offset, isWord: true })),
);

Then(
  "for every program, set of enabled ports and flow, the port is the one that the fold of the program's answer names",
  async function (this: NicWorld) {
    const family = stationFamily(this.scenario);
    const flow = fc.tuple(
      station,
      fc.oneof(
        station,
        fc.nat(100).map((number): StationName => `station ${number}`),
      ),
    );
    // In the order in which they were enabled, which is their order for the hash.
    let order: Port[] = [...PORTS];
    await this.law(
      fc.asyncProperty(
        looking,
        fc.subarray([...PORTS], { minLength: 1 }),
        fc.array(flow, { minLength: 1, maxLength: 8 }),
        async (look, enabled, flows) => {
          for (const port of enabled) {
            if (order.includes(port)) continue;
            await setTeamOption(this, 'enabled', port, true);
            order.push(port);
          }
          for (const port of order.filter((each) => !enabled.includes(each)))
            await setTeamOption(this, 'enabled', port, false);
          order = order.filter((each) => enabled.includes(each));
          const program = look.isWord ? wordProgram(look.offset) : byteProgram(look.offset);
          await setTeamOption(this, 'bpf_hash_func', 'the team', program);
          await sendFromHost(
            this,
            aggregateCalled(this).name,
            flows.map(([from, to]) => ({ from, to })),
          );
          const { sent } = switched(this);
          const places = await egressByFrame(this, PORTS, flows.length, byNumber);
          for (const [index, [from, to]] of flows.entries()) {
            const header = Uint8Array.from([...parseMac(addressOf(to, family)), ...parseMac(addressOf(from, family))]);
            const wanted = order[hashOf(look, header) % order.length];
            const at = (places.get(String(sent[index])) ?? []).join(' and ') || 'nowhere';
            expectThat(at === wanted, `${from} to ${to} left at ${at} instead of ${wanted ?? 'nowhere'}`);
          }
        },
      ),
      { runs: 0.5 },
    );
  },
);
