/** Settings of the port that steps of every subject make and look at. A refusal that nobody asked for fails the step. */
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import type { FeatureState } from '../../reference-impl/netlink/ethtoolClient.js';
import type { LinkStatistics64 } from '../../reference-impl/netlink/routeClient.js';
import { bytesIn, numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { formatMac } from '../../reference-impl/packet/addresses.js';
import { errnoNumber } from '../../reference-impl/netlink/errnoNames.js';
import { LINK_STATISTICS } from '../../reference-impl/netlink/families/rtnetlink.js';
import type { EthtoolOperationName } from '../../reference-impl/netlink/families/ethtool.js';
import { expectThat } from './expectations.js';
import type { NicWorld } from './world.js';

export const IFF_UP = 0x1;
export const IFF_RUNNING = 0x40;
export const IFF_PROMISC = 0x100;
export const IFF_ALLMULTI = 0x200;
export const IFF_LOWER_UP = 0x10000;

/** The value of an answer; a refusal fails the step with the words of the kernel. */
export function accepted<Value>(result: NetlinkResult<Value>, what: string): Value {
  if (result.ok) return result.value;
  const { errnoName, message } = result.error;
  throw new Error(`${what} was refused: ${errnoName}${message === undefined ? '' : ` (${message})`}`);
}

/** IFLA_ADDRESS of a net device, in the usual form. */
export async function stationOfLink(world: NicWorld, ifIndex: number): Promise<string> {
  const { values } = accepted(await (await world.route()).link(ifIndex), `reading the net device ${ifIndex}`);
  return formatMac(bytesIn(values, 'IFLA_ADDRESS') ?? new Uint8Array(6));
}

export async function setFlag(
  world: NicWorld,
  flag: number,
  on: boolean,
  ifIndex: number = world.port.ifIndex,
): Promise<void> {
  const route = await world.route();
  const flags = { flags: on ? flag : 0, change: flag };
  accepted(await route.setLink(ifIndex, {}, flags), 'changing a flag of the port');
  if ((flag & (IFF_PROMISC | IFF_ALLMULTI)) !== 0) await filtersFollow(world);
}

/**
 * Milliseconds after which a device receives what the kernel's address lists say: ndo_set_rx_mode must not sleep, and a driver that
 * reaches its device through a queue of commands does it in a work item, after the request was answered.
 */
const FILTERS_FOLLOW_MS = 50;

export const filtersFollow = (world: NicWorld): Promise<void> => world.target.clock.sleep(FILTERS_FOLLOW_MS);

export const setUp = (world: NicWorld, up: boolean): Promise<void> => setFlag(world, IFF_UP, up);

/** Attributes of RTM_SETLINK by name. */
export async function setLink(world: NicWorld, attributes: Values): Promise<NetlinkResult<void>> {
  return (await world.route()).setLink(world.port.ifIndex, attributes);
}

/** The attributes of the port's link, with its flags. */
export async function linkValues(world: NicWorld): Promise<{ readonly values: Values; readonly flags: number }> {
  const { header, values } = accepted(await (await world.route()).link(world.port.ifIndex), 'reading the link');
  return { values, flags: numberIn(header, 'ifi_flags') ?? 0 };
}

export async function featureState(world: NicWorld): Promise<FeatureState> {
  return accepted(await (await world.ethtool()).features(world.port.netDevice), 'reading the features');
}

export async function setFeatures(world: NicWorld, changes: Readonly<Record<string, boolean>>): Promise<void> {
  accepted(await (await world.ethtool()).setFeatures(world.port.netDevice, changes), 'changing features');
}

/** Sets features of a precondition, and insists that they are in force. */
export async function insistOnFeatures(world: NicWorld, changes: Readonly<Record<string, boolean>>): Promise<void> {
  const before = (await featureState(world)).active;
  const wanted = Object.entries(changes).filter(([name, on]) => before.has(name) !== on);
  if (wanted.length === 0) return;
  await setFeatures(world, Object.fromEntries(wanted));
  const { active } = await featureState(world);
  for (const [name, on] of wanted)
    expectThat(active.has(name) === on, `the feature ${name} is ${on ? 'off' : 'on'} still`);
}

/**
 * Once they stand still: a driver counts what it sent when the device says that it is done with it, some time after the frame was
 * seen on the wire.
 */
export async function linkStatistics(world: NicWorld): Promise<LinkStatistics64> {
  const route = await world.route();
  const read = async (): Promise<LinkStatistics64> =>
    accepted(await route.statistics(world.port.ifIndex), 'reading the link statistics');
  let now = await read();
  if (world.session.description.clock === 'virtual') return now;
  for (let reads = 0; reads < MOST_READS; reads++) {
    await world.target.clock.sleep(COUNTERS_STAND_MS);
    const before = now;
    now = await read();
    if (LINK_STATISTICS.every((name) => now[name] === before[name])) break;
  }
  return now;
}

const COUNTERS_STAND_MS = 5;
const MOST_READS = 50;

/** An operation of the ethtool family on the port; its reply's attributes or the refusal. */
export async function ethtoolCall(
  world: NicWorld,
  name: EthtoolOperationName,
  values: Values = {},
): Promise<NetlinkResult<Values>> {
  return (await world.ethtool()).call(name, world.port.netDevice, values);
}

/** The last answer was a refusal with this error; answers what the kernel said. */
export function expectRefusal(world: NicWorld, errno: string): Extract<NetlinkResult<unknown>, { ok: false }>['error'] {
  const { answer } = world;
  expectThat(answer !== undefined, 'nothing was asked for');
  expectThat(!answer.ok, `it was accepted, and should be refused with ${errno}`);
  expectThat(errnoNumber(errno) !== undefined, `no error is called ${errno}`);
  expectThat(answer.error.errnoName === errno, `it was refused with ${answer.error.errnoName} instead of ${errno}`);
  return answer.error;
}

/** Behind the netlink and generic headers and the request's header with a name of up to 15 bytes. */
const headerLength = (netDevice: string): number => 4 + 4 + Math.ceil((netDevice.length + 1) / 4) * 4;
const NETLINK_HEADERS = 20;
/** Where the first attribute behind the header of an ethtool request of this port stands. */
export const firstAttributeAt = (world: NicWorld): number => NETLINK_HEADERS + headerLength(world.port.netDevice);
