/** The other end of links that negotiate: systems at the far ends of cables that answer LACPDUs. */
import { bondMemberData } from '../../reference-impl/netlink/bondClient.js';
import { numberIn } from '../../reference-impl/netlink/schema.js';
import {
  LACP_STATE_AGGREGATION,
  LACP_STATE_COLLECTING,
  LACP_STATE_DISTRIBUTING,
  LACP_STATE_LACP_ACTIVITY,
  LACP_STATE_SYNCHRONIZATION,
  decodeLacpdu,
  encodeLacpdu,
  type LacpParameters,
  type Lacpdu,
} from '../../reference-impl/packet/lacp.js';
import { memberData } from './aggregates.js';
import { portCalled } from './switchPorts.js';
import type { NicWorld } from './world.js';

/** A switch at the far end. */
export interface PartnerSystem {
  readonly system: string;
  readonly key: number;
  /** Bits that are missing in what its ports say of their state. */
  readonly withholds?: number;
}

export const ONE_SYSTEM: PartnerSystem = { system: '02:00:00:00:00:aa', key: 7 };
export const OTHER_SYSTEM: PartnerSystem = { system: '02:00:00:00:00:bb', key: 7 };

const READY =
  LACP_STATE_LACP_ACTIVITY |
  LACP_STATE_AGGREGATION |
  LACP_STATE_SYNCHRONIZATION |
  LACP_STATE_COLLECTING |
  LACP_STATE_DISTRIBUTING;

/** What the partner of a port says of itself. */
export const partnerParameters = ({ system, key, withholds = 0 }: PartnerSystem, port: string): LacpParameters => ({
  systemPriority: 0x8000,
  system,
  key,
  portPriority: 0x80,
  port: 0x10 + Number(port.slice(1)),
  state: READY & ~withholds,
});

/** The last PDU that each port sent. */
export const heard = (world: NicWorld): Map<string, Lacpdu> => world.note('LACPDUs', () => new Map<string, Lacpdu>());

/** Takes what is on the cable of a port. */
export async function hear(world: NicWorld, port: string): Promise<void> {
  const frames = await (await world.wire(portCalled(world, port).port)).receive({ withinMs: 0 });
  for (const { bytes } of frames) {
    const pdu = decodeLacpdu(bytes);
    if (pdu !== undefined) heard(world).set(port, pdu);
  }
}

const ROUNDS = 60;
const ROUND_MS = 200;

/** The partners answer what they hear, again and again, until it is so. Whether it ever was is for the steps that follow to see. */
export async function answerUntil(
  world: NicWorld,
  partners: ReadonlyMap<string, PartnerSystem>,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [port, partner] of partners) {
      await hear(world, port);
      const pdu = heard(world).get(port);
      if (pdu === undefined) continue;
      const answer = { source: partner.system, actor: partnerParameters(partner, port), partner: pdu.actor };
      await (await world.wire(portCalled(world, port).port)).send([{ bytes: encodeLacpdu(answer) }]);
    }
    if (await isSo()) return true;
    await world.target.clock.sleep(ROUND_MS);
  }
  return false;
}

/** What a member says of its own state. */
export async function actorState(world: NicWorld, port: string): Promise<number> {
  const { values } = await memberData(world, port);
  return numberIn(bondMemberData(values), 'IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE') ?? 0;
}

/** Whether a member says of itself that it carries traffic. */
export const distributes = async (world: NicWorld, port: string): Promise<boolean> =>
  ((await actorState(world, port)) & LACP_STATE_DISTRIBUTING) !== 0;
