import type { MacAddress } from '../../../harness/contract/index.js';
import type { LacpParameters } from '../../packet/lacp.js';

/** Rules of aggregates that negotiate, that a seeded defect may replace, one at a time. */
export interface LacpParts {
  /** Whether PDUs of the partner are listened to. */
  readonly hears: boolean;
  /** Runs of the machines until a partner that is silent is given up. */
  readonly timeout: (ticks: number) => number;
  /** Whether a port joins those of an aggregator. */
  readonly belongsTogether: (sound: boolean) => boolean;
  /** Whether a port carries traffic only once its partner is in sync. */
  readonly waitsForPartner: boolean;
  readonly source: (own: MacAddress, system: MacAddress) => MacAddress;
  readonly actor: (actor: LacpParameters) => LacpParameters;
  readonly minLinks: (configured: number) => number;
  /** BOND_AD_*. */
  readonly select: (policy: number) => number;
  /** Whether to receive and to send are one step. */
  readonly couples: (coupled: boolean) => boolean;
  /** IFLA_BOND_AD_INFO. */
  readonly toldPartner: (partner: LacpParameters) => LacpParameters;
  /** Whether PDUs stay at the member. */
  readonly consumes: boolean;
}

export const CONFORMING_LACP: LacpParts = {
  hears: true,
  timeout: (ticks) => ticks,
  belongsTogether: (sound) => sound,
  waitsForPartner: true,
  source: (own) => own,
  actor: (actor) => actor,
  minLinks: (configured) => configured,
  select: (policy) => policy,
  couples: (coupled) => coupled,
  toldPartner: (partner) => partner,
  consumes: true,
};
