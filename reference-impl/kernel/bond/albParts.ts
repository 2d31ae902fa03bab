import type { BondMember } from './bond.js';

/** Rules of the mode balance-alb that a seeded defect may replace, one at a time. */
export interface AlbParts {
  /** rlb_choose_channel(): the member that a neighbour is given, of the one whose turn it is and the active one. */
  readonly channel: (next: BondMember | undefined, active: BondMember | undefined) => BondMember | undefined;
  /** Whether a neighbour that the host asks for is given one too. */
  readonly balancesQuestions: boolean;
  /** Whether one whose place is taken is told of the active member. */
  readonly movesBack: boolean;
  /** bond_option_mode_set(). */
  readonly spreadsByLoad: boolean;
  /** rlb_arp_xmit(): whether an answer names the station of the member at which it leaves. */
  readonly namesMember: boolean;
  /** Whether messages of ARP from stations that are no member's are left alone. */
  readonly sparesForwarded: (sound: boolean) => boolean;
  /** Whether those about an address of a bridge are. */
  readonly sparesBridges: boolean;
  /** rlb_update_rx_clients(): whether neighbours are told anew, and how many answers each gets. */
  readonly tellsAnew: (answers: number) => number;
  /** RLB_UPDATE_DELAY, in ticks. */
  readonly delay: number;
  readonly tags: boolean;
  /** rlb_req_update_subnet_clients(). */
  readonly correctsQuestions: boolean;
  /** rlb_req_update_slave_clients(). */
  readonly tellsOfStations: boolean;
  /** rlb_clear_slave(). */
  readonly movesClients: boolean;
  readonly rebalances: boolean;
  /** rlb_update_entry_from_arp(), rlb_purge_src_ip(), rlb_clear_vlan(). */
  readonly learns: boolean;
  readonly purges: boolean;
  readonly forgetsVlans: boolean;
  /** rlb_teach_disabled_mac_on_primary(). */
  readonly standsIn: boolean;
  readonly standsInFor: (ticks: number) => number;
  /** bond_xmit_alb_slave_get(): whether a packet is spread. */
  readonly spreads: (sound: boolean, bytes: Uint8Array) => boolean;
  /** bond_should_deliver_exact_match(): whether a member that is not the active one receives what is for one station. */
  readonly receives: boolean;
  /** bond_handle_frame(): whether a bridge sees the station of the aggregate, whichever member a frame was sent to. */
  readonly readdresses: boolean;
  /** alb_set_slave_mac_addr(): whether hardware has the station of its own. */
  readonly programs: boolean;
  /** bond_alb_set_mac_address(): whether the active member alone follows. */
  readonly movesActiveOnly: boolean;
}

export const CONFORMING_ALB: AlbParts = {
  channel: (next) => next,
  balancesQuestions: true,
  movesBack: true,
  spreadsByLoad: true,
  namesMember: true,
  sparesForwarded: (sound) => sound,
  sparesBridges: true,
  tellsAnew: (answers) => answers,
  delay: 20,
  tags: true,
  correctsQuestions: true,
  tellsOfStations: true,
  movesClients: true,
  rebalances: true,
  learns: true,
  purges: true,
  forgetsVlans: true,
  standsIn: true,
  standsInFor: (ticks) => ticks,
  spreads: (sound) => sound,
  receives: true,
  readdresses: true,
  programs: true,
  movesActiveOnly: true,
};
