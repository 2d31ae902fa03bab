/** The queries that a bridge sends, as they come out of its ports. */
import { Given, Then } from '@cucumber/cucumber';
import { formatIpv4, formatIpv6 } from '../../reference-impl/packet/addresses.js';
import { readU16 } from '../../reference-impl/packet/bytes.js';
import type { Protocol, Question } from '../properties/groupFrames.js';
import { expectNumber, expectThat } from './expectations.js';
import { portCalled, watch } from './switchPorts.js';
import type { NicWorld } from './world.js';

interface Recording {
  /** What comes out of the ports is left there until it is looked at. */
  isOn: boolean;
  /** What came at each port since then. */
  readonly came: Map<string, Question[]>;
  last: readonly Question[];
}

export const recording = (world: NicWorld): Recording =>
  world.note('questions', () => ({ isOn: false, came: new Map(), last: [] }));

Given('the cables are emptied', async function (this: NicWorld) {
  await watch(this, new Map());
  recording(this).isOn = true;
  recording(this).came.clear();
});

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;

/** A query of IGMP or MLD; undefined: the frame is something else. */
export function questionIn(frame: Uint8Array): Question | undefined {
  const type = readU16(frame, 12);
  if (type === ETH_P_IP && frame[23] === 2) {
    const start = 14 + 4 * ((frame[14] ?? 0) & 0xf);
    if (frame[start] !== 0x11) return undefined;
    const length = readU16(frame, 16) - (start - 14);
    const protocol: Protocol = length >= 12 ? 'IGMPv3' : frame[start + 1] === 0 ? 'IGMPv1' : 'IGMPv2';
    const group = formatIpv4(frame, start + 4);
    const source = formatIpv4(frame, 26);
    return { protocol, source, group: group === '0.0.0.0' ? '' : group, ttl: frame[22] ?? 0, bytes: frame };
  }
  // Behind a hop-by-hop header of eight bytes.
  if (type !== ETH_P_IPV6 || frame[20] !== 0 || frame[54] !== 58 || frame[62] !== 130) return undefined;
  const group = formatIpv6(frame, 70);
  const protocol: Protocol = readU16(frame, 18) - 8 >= 28 ? 'MLDv2' : 'MLDv1';
  return {
    protocol,
    source: formatIpv6(frame, 22),
    group: group === '::' ? '' : group,
    ttl: frame[21] ?? 0,
    bytes: frame,
  };
}

async function questionsAt(world: NicWorld, port: string): Promise<readonly Question[]> {
  const wire = await world.wire(portCalled(world, port).port);
  const frames = await wire.receive({ withinMs: world.quietMs });
  const { came } = recording(world);
  const all = [
    ...(came.get(port) ?? []),
    ...frames.map(({ bytes }) => questionIn(bytes)).filter((one) => one !== undefined),
  ];
  came.set(port, all);
  return all;
}

Then(
  /^(\d+) questions? of (IGMPv[123]|MLDv[12]) for all groups came at (p\d)$/,
  async function (this: NicWorld, count: string, protocol: Protocol, port: string) {
    const found = (await questionsAt(this, port)).filter((one) => one.protocol === protocol && one.group === '');
    recording(this).last = found;
    expectNumber(found.length, Number(count), `the questions of ${protocol} at ${port}`);
  },
);

Then(
  /^a question of (IGMPv[123]|MLDv[12]) for the group (\S+) came at (p\d)$/,
  async function (this: NicWorld, protocol: Protocol, group: string, port: string) {
    const found = await questionsAt(this, port);
    const isSo = found.some((one) => one.protocol === protocol && one.group === group);
    const told = found.map((one) => `${one.protocol} for ${one.group || 'all'}`).join(', ');
    expectThat(isSo, `at ${port} came ${told || 'no question'}`);
  },
);

/** RFC 2113: type, length and a value of 0. */
const ROUTER_ALERT = [0x94, 4, 0, 0];

Then('they have the source 0.0.0.0, a time to live of 1 and the router alert option', function (this: NicWorld) {
  for (const { source, ttl, bytes } of recording(this).last) {
    expectThat(source === '0.0.0.0', `a question has the source ${source}`);
    expectNumber(ttl, 1, 'the time to live of a question');
    const option = [...bytes.subarray(34, 38)];
    expectThat(option.join() === ROUTER_ALERT.join(), `a question has the option ${option.join(' ')}`);
  }
});
