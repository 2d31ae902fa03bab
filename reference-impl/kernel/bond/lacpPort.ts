/** One end of a link that negotiates, and the aggregator that it may belong to: struct port and struct aggregator of bond_3ad.h. */
import { BOND_LINK_UP } from '../../netlink/families/bond.js';
import {
  LACP_STATE_AGGREGATION,
  LACP_STATE_LACP_ACTIVITY,
  LACP_STATE_LACP_TIMEOUT,
  type LacpParameters,
} from '../../packet/lacp.js';
import type { BondMember } from './bond.js';

/** Runs of the state machines in a second. */
export const TICKS = 10;

export interface LacpAggregator {
  readonly id: number;
  /** The one that joined last comes first. */
  ports: LacpPort[];
  isActive: boolean;
  /** Of the partner of its ports, as it was when the first of them came. */
  partner: LacpParameters;
}

export interface LacpPort {
  readonly member: BondMember;
  readonly number: number;
  /** Of its actor: as the user had it when the port came. */
  readonly key: number;
  /** The one that it brings along, free for whoever needs it. */
  readonly own: LacpAggregator;
  aggregator: LacpAggregator | undefined;
  isNew: boolean;
  isEnabled: boolean;
  isSelected: boolean;
  isReady: boolean;
  /** READY_N: it has waited for others that might join. */
  hasWaited: boolean;
  isMatched: boolean;
  receive: 'disabled' | 'expired' | 'defaulted' | 'current';
  receiveTimer: number;
  periodic: 'none' | 'fast' | 'slow' | 'transmit';
  periodicTimer: number;
  /** With coupled control, `both` stands for collecting and distributing. */
  mux: 'detached' | 'waiting' | 'attached' | 'both' | 'collecting' | 'distributing';
  muxTimer: number;
  transmitTimer: number;
  needsToTransmit: boolean;
  state: number;
  partner: LacpParameters;
}

export const NO_SYSTEM = '00:00:00:00:00:00';

/** What is assumed of a partner that says nothing. */
export const NO_PARTNER: LacpParameters = {
  systemPriority: 0xffff,
  system: NO_SYSTEM,
  key: 1,
  portPriority: 0xff,
  port: 1,
  state: 0,
};

/** Full duplex, and one speed: ports of the reference are alike. Above these bits is the user's part. */
const LINK_KEY = 9;
const LINK_KEY_BITS = 6;

/** Three PDUs in a second at most. */
export const TRANSMIT_TICKS = Math.floor(TICKS / 3);

/** bond_3ad_bind_slave() and ad_initialize_port(). */
export function newLacpPort(member: BondMember, number: number, id: number): LacpPort {
  const { lacpActive, lacpRate, userPortKey } = member.bond.settings;
  return {
    member,
    number,
    key: (userPortKey << LINK_KEY_BITS) | LINK_KEY,
    own: { id, ports: [], isActive: false, partner: NO_PARTNER },
    aggregator: undefined,
    isNew: true,
    isEnabled: member.link === BOND_LINK_UP,
    isSelected: false,
    isReady: false,
    hasWaited: false,
    isMatched: false,
    receive: 'disabled',
    receiveTimer: 0,
    periodic: 'none',
    periodicTimer: 0,
    mux: 'detached',
    muxTimer: 0,
    transmitTimer: TRANSMIT_TICKS,
    needsToTransmit: false,
    state:
      LACP_STATE_AGGREGATION |
      (lacpActive === 0 ? 0 : LACP_STATE_LACP_ACTIVITY) |
      (lacpRate === 0 ? 0 : LACP_STATE_LACP_TIMEOUT),
    partner: NO_PARTNER,
  };
}

export const hasPartner = ({ partner }: LacpAggregator): boolean => partner.system !== NO_SYSTEM;

/** __agg_active_ports(). */
export const enabledPorts = ({ ports }: LacpAggregator): number => ports.filter(({ isEnabled }) => isEnabled).length;
