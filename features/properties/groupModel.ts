/** Who is in a group, by the rules of the specification and nothing else: a model to compare bridges with. */
import fc from 'fast-check';

export const GROUP_PORTS = ['p0', 'p1', 'p2', 'p3'] as const;
export type GroupPort = (typeof GROUP_PORTS)[number];
export const groupPort = fc.constantFrom(...GROUP_PORTS);

/** How a port came into a group: by a report, by hand, or not at all. */
export const JOINS = ['no', 'report', 'permanent', 'temporary'] as const;
export type Join = (typeof JOINS)[number];

export interface GroupSetting {
  readonly joins: Readonly<Record<GroupPort, Join>>;
  readonly routers: Readonly<Record<GroupPort, boolean>>;
  readonly from: GroupPort;
}

const perPort = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Readonly<Record<GroupPort, Value>>> =>
  fc.record({ p0: value, p1: value, p2: value, p3: value });

export const groupSetting: fc.Arbitrary<GroupSetting> = fc.record({
  joins: perPort(fc.constantFrom(...JOINS)),
  routers: perPort(fc.boolean()),
  from: groupPort,
});

/** Ports where a frame to the group leaves. */
export const egressOf = ({ joins, routers, from }: GroupSetting): GroupPort[] =>
  GROUP_PORTS.filter((port) => port !== from && (joins[port] !== 'no' || routers[port]));

/** Of each port in each group: when its membership ends, in nanoseconds; undefined: never. */
export type Memberships = Map<string, Map<GroupPort, bigint | undefined>>;

export interface GroupTimes {
  readonly membership: bigint;
  readonly lastMember: bigint;
}

/** What happens to the members of one group, as RFC 2236 and the kernel's rules for the user's entries have it. */
export const groupRules = {
  report(members: Map<GroupPort, bigint | undefined>, port: GroupPort, now: bigint, { membership }: GroupTimes): void {
    if (!members.has(port) || members.get(port) !== undefined) members.set(port, now + membership);
  },
  leave(members: Map<GroupPort, bigint | undefined>, port: GroupPort, now: bigint, { lastMember }: GroupTimes): void {
    const end = members.get(port);
    if (end !== undefined && end > now + lastMember) members.set(port, now + lastMember);
  },
  put(
    members: Map<GroupPort, bigint | undefined>,
    port: GroupPort,
    isPermanent: boolean,
    now: bigint,
    { membership }: GroupTimes,
  ): void {
    members.set(port, isPermanent ? undefined : now + membership);
  },
};

/** Ports that are in the group now, or undefined where a membership ends too close to now to say. */
export function membersAt(
  members: ReadonlyMap<GroupPort, bigint | undefined>,
  now: bigint,
  margin: bigint,
): GroupPort[] | undefined {
  const current: GroupPort[] = [];
  for (const [port, end] of members) {
    if (end !== undefined && end > now - margin && end < now + margin) return undefined;
    if (end === undefined || end > now) current.push(port);
  }
  return current.sort();
}
