/** What a switch shows of itself, as lines of text that do not depend on which switch it is. */
import { NTF_STICKY, NUD_NOARP, NUD_PERMANENT } from '../../reference-impl/netlink/constants.js';
import type { TableEntry, VlanMembership } from '../../reference-impl/netlink/bridgeClient.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { CUSTOMER_TAG, tagsOf, type Tag } from '../properties/numberedFrames.js';
import { addressOf, stationFamily, type StationName } from '../properties/stations.js';
import type { ScriptFlag } from '../properties/switchScript.js';
import { IFF_UP, accepted } from './settings.js';
import { arrivedAt, bridgeSettings, sendInto, switched, usedPorts, watch, type Bridge } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** Media type of what a step leaves for the comparison of two runs. */
export const STATE_MEDIA_TYPE = 'application/vnd.nicspec.state+json';

/** IFLA_BRPORT_ names of the flags of a script. */
export const FLAG_ATTRIBUTES: Readonly<Record<ScriptFlag, string>> = {
  learning: 'IFLA_BRPORT_LEARNING',
  flood: 'IFLA_BRPORT_UNICAST_FLOOD',
  mcast_flood: 'IFLA_BRPORT_MCAST_FLOOD',
  bcast_flood: 'IFLA_BRPORT_BCAST_FLOOD',
  isolated: 'IFLA_BRPORT_ISOLATED',
  hairpin: 'IFLA_BRPORT_MODE',
};

const STP_STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'] as const;

/**
 * Bridges, ports, VLANs, and the entries that somebody put into tables. What tells who does the work (the marks of hardware) is left
 * out, and so is what differs from machine to machine.
 */
export async function observedState(world: NicWorld): Promise<string[]> {
  const bridges = [...switched(world).bridges.values()];
  const vlans = accepted(await (await world.bridges()).vlans(), 'reading the VLANs');
  const members = accepted(await (await world.bridges()).ports(), 'reading the ports');
  const lines: string[] = [];
  const filtering = new Set<number>();
  for (const bridge of bridges) {
    const filters = numberIn(await bridgeSettings(world, bridge), 'IFLA_BR_VLAN_FILTERING') === 1;
    if (filters) filtering.add(bridge.ifIndex);
    lines.push(...(await bridgeLines(world, bridge, filters ? (vlans.get(bridge.ifIndex) ?? []) : undefined)));
  }
  for (const { port, ifIndex } of usedPorts(world)) {
    const { header, values } = accepted(await (await world.route()).link(ifIndex), `reading ${port}`);
    const master = bridges.find((bridge) => bridge.ifIndex === numberIn(values, 'IFLA_MASTER'));
    // A port that is in no bridge is as the machine had it.
    if (master === undefined) continue;
    lines.push(`${port}: ${isUp(header) ? 'up' : 'down'}, in ${master.name}, ${portLine(members.get(ifIndex) ?? {})}`);
    const own = filtering.has(master.ifIndex) ? (vlans.get(ifIndex) ?? []) : [];
    if (own.length > 0) lines.push(`${port} VLANs: ${own.map(vlanText).join('; ')}`);
  }
  const table = accepted(await (await world.bridges()).table(), 'reading the table');
  // A bridge that does not filter has VLANs and entries of theirs too, without effect.
  const serving = table.filter(({ vid, bridge }) => vid === 0 || filtering.has(bridge));
  return [...lines, ...entryLines(world, serving)];
}

const isUp = (header: Values): boolean => ((numberIn(header, 'ifi_flags') ?? 0) & IFF_UP) !== 0;

/** `vlans`: those of the bridge itself, if it filters. */
async function bridgeLines(
  world: NicWorld,
  bridge: Bridge,
  vlans: readonly VlanMembership[] | undefined,
): Promise<string[]> {
  const { header } = accepted(await (await world.route()).link(bridge.ifIndex), `reading ${bridge.name}`);
  const filters = vlans === undefined ? 'filters no VLANs' : 'filters VLANs';
  const lines = [`${bridge.name}: ${isUp(header) ? 'up' : 'down'}, ${filters}`];
  if (vlans !== undefined && vlans.length > 0) lines.push(`${bridge.name} VLANs: ${vlans.map(vlanText).join('; ')}`);
  return lines;
}

const DISABLED = 0;
const LOOK_AGAIN_MS = 20;

/** A link takes its time to come up, and a port without one is disabled: no port that is up in a bridge is so any more. */
export async function linksAreUp(world: NicWorld): Promise<void> {
  const end = (await world.target.clock.now()) + BigInt(world.linkPatienceMs) * 1_000_000n;
  while ((await someDisabled(world)) && (await world.target.clock.now()) < end)
    await world.target.clock.sleep(LOOK_AGAIN_MS);
}

async function someDisabled(world: NicWorld): Promise<boolean> {
  const members = accepted(await (await world.bridges()).ports(), 'reading the ports');
  for (const { port, ifIndex } of usedPorts(world)) {
    if (numberIn(members.get(ifIndex) ?? {}, 'IFLA_BRPORT_STATE') !== DISABLED) continue;
    if (isUp(accepted(await (await world.route()).link(ifIndex), `reading ${port}`).header)) return true;
  }
  return false;
}

function portLine(members: Values): string {
  const state = STP_STATES[numberIn(members, 'IFLA_BRPORT_STATE') ?? 0] ?? 'in an unknown state';
  const set = Object.entries(FLAG_ATTRIBUTES).filter(([, attribute]) => numberIn(members, attribute) === 1);
  return `${state}; ${set.map(([flag]) => flag).join(' ') || 'no flags'}`;
}

const vlanText = ({ vid, pvid, untagged }: VlanMembership): string =>
  `${vid}${untagged ? ' untagged' : ''}${pvid ? ' pvid' : ''}`;

/** Of stations alone: ports and bridges have addresses of their own in the table. */
function entryLines(world: NicWorld, table: readonly TableEntry[]): string[] {
  const family = stationFamily(world.scenario);
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
  const stations = new Map(letters.map((letter) => [addressOf(letter, family), letter]));
  return table
    .flatMap((entry) => {
      const letter = stations.get(entry.address);
      const port = usedPorts(world).find(({ ifIndex }) => ifIndex === entry.ifIndex);
      const kind = kindOf(entry);
      if (letter === undefined || port === undefined || kind === 'dynamic') return [];
      const vlan = entry.vid === 0 ? '' : ` in VLAN ${entry.vid}`;
      return [`${letter} at ${port.port}${vlan}, ${kind}`];
    })
    .sort();
}

function kindOf({ state, flags }: TableEntry): string {
  if ((flags & NTF_STICKY) !== 0) return 'sticky';
  if (state === NUD_NOARP) return 'static';
  return state === NUD_PERMANENT ? 'permanent' : 'dynamic';
}

/** A frame that is sent to see where it comes out. */
export interface ProbeFrame {
  readonly at: string;
  readonly from: StationName;
  readonly to: StationName;
  /** Absent: the frame has no tag. */
  readonly vid?: number;
}

/** Where the frame comes out, and with which tag. Longer than a flood may take is waited on a real kernel, since nobody says how many come. */
export async function observedPath(world: NicWorld, frame: ProbeFrame): Promise<string> {
  const tags: readonly Tag[] = frame.vid === undefined ? [] : [{ tpid: CUSTOMER_TAG, tci: frame.vid }];
  await sendInto(world, frame.at, [{ from: frame.from, to: frame.to, tags }]);
  await world.target.clock.sleep(world.quietMs);
  await watch(world, new Map());
  const places = [...usedPorts(world).map(({ port }) => port as string), ...switched(world).listened];
  const out = places.flatMap((place) => arrivedAt(world, place).map((bytes) => `${place} ${tagText(tagsOf(bytes))}`));
  const sent = `${frame.from} to ${frame.to} ${tagText(tags)}, in at ${frame.at}`;
  return `${sent}: ${out.join(', ') || 'nowhere'}`;
}

const tagText = (tags: readonly Tag[]): string =>
  tags.length === 0 ? 'untagged' : `tagged ${tags.map(({ tci }) => tci & 0xfff).join(' ')}`;
