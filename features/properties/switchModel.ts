/** What a bridge does with a frame, by the rules of the specification and nothing else: a model to compare switches with. */
import fc from 'fast-check';
import { CUSTOMER_TAG, type Tag } from './numberedFrames.js';
import type { StationName } from './stations.js';

export const PORT_NAMES = ['p0', 'p1', 'p2'] as const;
export type ModelPort = (typeof PORT_NAMES)[number];
export const portName = fc.constantFrom(...PORT_NAMES);

export interface Flags {
  readonly unicastFlood: boolean;
  readonly multicastFlood: boolean;
  readonly broadcastFlood: boolean;
  readonly isolated: boolean;
  readonly hairpin: boolean;
}
export type FlagsOfPorts = Readonly<Record<ModelPort, Flags>>;

const flags: fc.Arbitrary<Flags> = fc.record({
  unicastFlood: fc.boolean(),
  multicastFlood: fc.boolean(),
  broadcastFlood: fc.boolean(),
  isolated: fc.boolean(),
  hairpin: fc.boolean(),
});
export const flagsOfPorts: fc.Arbitrary<FlagsOfPorts> = fc.record({ p0: flags, p1: flags, p2: flags });

export const PLAIN_FLAGS: Flags = {
  unicastFlood: true,
  multicastFlood: true,
  broadcastFlood: true,
  isolated: false,
  hairpin: false,
};

export type DestinationKind = 'unicast' | 'multicast' | 'broadcast';

export const kindOf = (to: StationName): DestinationKind => {
  if (to === 'broadcast') return 'broadcast';
  return to.startsWith('group') ? 'multicast' : 'unicast';
};

/** Ports where a frame that came in at `from` leaves; `known`: where its destination is, if that is known. */
export function egress(
  from: ModelPort,
  kind: DestinationKind,
  known: ModelPort | undefined,
  setting: (port: ModelPort) => Flags = () => PLAIN_FLAGS,
): ModelPort[] {
  return PORT_NAMES.filter((port) => {
    if (port === from && !setting(port).hairpin) return false;
    if (setting(from).isolated && setting(port).isolated) return false;
    if (known !== undefined) return port === known;
    return floods(setting(port), kind);
  });
}

function floods(port: Flags, kind: DestinationKind): boolean {
  switch (kind) {
    case 'unicast':
      return port.unicastFlood;
    case 'multicast':
      return port.multicastFlood;
    case 'broadcast':
      return port.broadcastFlood;
  }
}

// VLANs.

export const VIDS = [10, 20, 4094] as const;
export type ModelVid = (typeof VIDS)[number];
export type Member = 'no' | 'tagged' | 'untagged';

export interface PortVlans {
  readonly members: Readonly<Record<ModelVid, Member>>;
  readonly pvid: ModelVid | 0;
}
export type VlansOfPorts = Readonly<Record<ModelPort, PortVlans>>;

const member: fc.Arbitrary<Member> = fc.constantFrom('no', 'tagged', 'untagged');
const portVlans: fc.Arbitrary<PortVlans> = fc.record({ 10: member, 20: member, 4094: member }).chain((members) => {
  const own = VIDS.filter((vid) => members[vid] !== 'no');
  return fc.constantFrom<ModelVid | 0>(0, ...own).map((pvid) => ({ members, pvid }));
});
export const vlansOfPorts: fc.Arbitrary<VlansOfPorts> = fc.record({ p0: portVlans, p1: portVlans, p2: portVlans });

/** The VLAN of a frame that comes in with this tag; undefined: it is dropped. */
export function vlanOf({ members, pvid }: PortVlans, tag: ModelVid | undefined): ModelVid | undefined {
  const vid = tag ?? pvid;
  return vid !== 0 && members[vid] !== 'no' ? vid : undefined;
}

/** Where a flooded frame of this VLAN leaves, and with which tags. */
export function vlanEgress(from: ModelPort, vid: ModelVid, vlans: VlansOfPorts): Map<ModelPort, readonly Tag[]> {
  const leaving = PORT_NAMES.filter((port) => port !== from && vlans[port].members[vid] !== 'no');
  return new Map(
    leaving.map((port) => {
      const isTagged = vlans[port].members[vid] === 'tagged';
      return [port, isTagged ? [{ tpid: CUSTOMER_TAG, tci: vid }] : []] as const;
    }),
  );
}
