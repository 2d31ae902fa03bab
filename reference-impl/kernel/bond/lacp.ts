/** Members that negotiate: the state machines of IEEE 802.1AX as drivers/net/bonding/bond_3ad.c has them. */
import type { MacAddress } from '../../../harness/contract/index.js';
import type { TxFrame } from '../frames.js';
import {
  LACP_STATE_AGGREGATION,
  LACP_STATE_COLLECTING,
  LACP_STATE_DEFAULTED,
  LACP_STATE_DISTRIBUTING,
  LACP_STATE_EXPIRED,
  LACP_STATE_LACP_ACTIVITY,
  LACP_STATE_LACP_TIMEOUT,
  LACP_STATE_SYNCHRONIZATION,
  encodeLacpdu,
  type LacpParameters,
  type Lacpdu,
} from '../../packet/lacp.js';
import { formatMac } from '../../packet/addresses.js';
import { isUp } from '../netDevice.js';
import type { Bond, BondMember } from './bond.js';
import type { Bonding } from './bonding.js';
import {
  NO_PARTNER,
  NO_SYSTEM,
  TICKS,
  TRANSMIT_TICKS,
  newLacpPort,
  type LacpAggregator,
  type LacpPort,
} from './lacpPort.js';
import { disablePort, enablePort, selectAggregator, stopSending } from './lacpSelection.js';

/** Seconds. */
const FAST_PERIOD = 1;
const SLOW_PERIOD = 30;
const WAIT_WHILE = 2;
const TIMEOUTS = 3;
const TICK = 100_000_000n;
const ACTOR_PORT_PRIORITY = 0xff;

const portsOf = ({ members }: Bond): readonly LacpPort[] =>
  [...members.values()].flatMap(({ lacp }) => (lacp === undefined ? [] : [lacp]));

/** bond_3ad_bind_slave(). */
export function bindPort(member: BondMember): void {
  const { bond } = member;
  const before = portsOf(bond).at(-1);
  member.lacp = newLacpPort(member, (before?.number ?? 0) + 1, ++bond.aggregators);
}

/** bond_3ad_unbind_slave(): the ports that used its aggregator go on with one that is free, as it was. */
export function unbindPort(bonding: Bonding, member: BondMember): void {
  const { lacp } = member;
  if (lacp === undefined) return;
  detach(lacp);
  member.lacp = undefined;
  const { ports, partner, isActive } = lacp.own;
  const heir = portsOf(member.bond)
    .map(({ own }) => own)
    .find((own) => own.ports.length === 0);
  if (ports.length > 0 && heir !== undefined) {
    Object.assign(heir, { ports, partner, isActive });
    for (const port of ports) port.aggregator = heir;
  }
  selectAggregator(bonding, member.bond);
}

/** bond_open(): the machines run as long as the aggregate is up. */
export function startLacp(bonding: Bonding, bond: Bond): void {
  const run = bond.monitor;
  if (!isUp(bond.netDevice)) return;
  const tick = (): void => {
    if (bond.monitor !== run) return;
    for (const port of portsOf(bond)) {
      receive(bonding, port, undefined);
      beatPeriodic(port);
      choose(bonding, port);
      multiplex(bonding, port);
      transmit(bonding, port);
      port.isNew = false;
    }
    bonding.at(bonding.kernel.now + TICK, tick);
  };
  bonding.at(bonding.kernel.now, tick);
}

/** bond_3ad_handle_link_change(). */
export function lacpLinkChanged(bonding: Bonding, { lacp, bond }: BondMember, up: boolean): void {
  if (lacp === undefined) return;
  lacp.isEnabled = up;
  if (up) lacp.isNew = true;
  selectAggregator(bonding, bond);
}

/** bond_3ad_rx_indication(). */
export function receiveLacpdu(bonding: Bonding, { lacp }: BondMember, pdu: Lacpdu): void {
  if (lacp !== undefined && bonding.parts.lacp.hears) receive(bonding, lacp, pdu);
}

const expires = (timer: number): boolean => timer === 1;
const timeoutTicks = (isShort: boolean): number => TIMEOUTS * (isShort ? FAST_PERIOD : SLOW_PERIOD) * TICKS;

/** ad_rx_machine(). */
function receive(bonding: Bonding, port: LacpPort, pdu: Lacpdu | undefined): void {
  const before = port.receive;
  if (port.isNew || !port.isEnabled) {
    port.receive = 'disabled';
    port.isMatched = false;
    if (port.isNew) {
      port.isSelected = false;
      recordDefault(port);
      port.state &= ~LACP_STATE_EXPIRED;
    }
    port.partner = { ...port.partner, state: port.partner.state & ~LACP_STATE_SYNCHRONIZATION };
    return;
  }
  if (pdu !== undefined && before !== 'disabled') {
    if (pdu.actor.system === systemOf(port)) return;
    port.receive = 'current';
    record(port, pdu);
    port.receiveTimer = bonding.parts.lacp.timeout(timeoutTicks((port.state & LACP_STATE_LACP_TIMEOUT) !== 0));
    return;
  }
  const isOver = expires(port.receiveTimer);
  if (port.receiveTimer > 0) port.receiveTimer--;
  if (before === 'disabled' || (before === 'current' && isOver)) expire(port);
  else if (before === 'expired' && isOver) {
    port.receive = 'defaulted';
    if (!isSamePartner(NO_PARTNER, port.partner)) port.isSelected = false;
    recordDefault(port);
    port.isMatched = true;
    port.state &= ~LACP_STATE_EXPIRED;
  }
}

function expire(port: LacpPort): void {
  port.receive = 'expired';
  port.isMatched = false;
  const { state } = port.partner;
  port.partner = { ...port.partner, state: (state & ~LACP_STATE_SYNCHRONIZATION) | LACP_STATE_LACP_TIMEOUT };
  port.receiveTimer = timeoutTicks(true);
  port.state |= LACP_STATE_EXPIRED;
}

function recordDefault(port: LacpPort): void {
  port.partner = NO_PARTNER;
  port.state |= LACP_STATE_DEFAULTED;
}

/** Whether both name the same port of the same system: __update_selected(). */
const isSamePartner = (one: LacpParameters, other: LacpParameters): boolean =>
  one.port === other.port &&
  one.portPriority === other.portPriority &&
  one.system === other.system &&
  one.systemPriority === other.systemPriority &&
  one.key === other.key &&
  ((one.state ^ other.state) & LACP_STATE_AGGREGATION) === 0;

const TOLD = LACP_STATE_LACP_ACTIVITY | LACP_STATE_LACP_TIMEOUT | LACP_STATE_SYNCHRONIZATION | LACP_STATE_AGGREGATION;

/** __update_selected(), __update_ntt() and __record_pdu(). */
function record(port: LacpPort, { actor, partner }: Lacpdu): void {
  if (!isSamePartner(actor, port.partner)) port.isSelected = false;
  const own = actorOf(port);
  if (!isSamePartner(partner, own) || ((partner.state ^ own.state) & TOLD) !== 0) port.needsToTransmit = true;
  port.isMatched = isSamePartner(partner, own) || (actor.state & LACP_STATE_AGGREGATION) === 0;
  port.state &= ~(LACP_STATE_DEFAULTED | LACP_STATE_EXPIRED);
  const isInSync = port.isMatched && (actor.state & LACP_STATE_SYNCHRONIZATION) !== 0;
  port.partner = isInSync ? actor : { ...actor, state: actor.state & ~LACP_STATE_SYNCHRONIZATION };
}

/** ad_periodic_machine(). */
function beatPeriodic(port: LacpPort): void {
  const speaks = ((port.state | port.partner.state) & LACP_STATE_LACP_ACTIVITY) !== 0;
  const wantsFast = (port.partner.state & LACP_STATE_LACP_TIMEOUT) !== 0;
  const before = port.periodic;
  if (port.isNew || !port.isEnabled || !speaks) port.periodic = 'none';
  else if (port.periodicTimer > 0) {
    if (--port.periodicTimer === 0 || (before === 'slow' && wantsFast)) port.periodic = 'transmit';
    else if (before === 'fast' && !wantsFast) port.periodic = 'slow';
  } else if (before === 'none') port.periodic = 'fast';
  else if (before === 'transmit') port.periodic = wantsFast ? 'fast' : 'slow';
  if (port.periodic === before) return;
  switch (port.periodic) {
    case 'none':
      port.periodicTimer = 0;
      return;
    case 'fast':
      port.periodicTimer = FAST_PERIOD * TICKS - 1;
      return;
    case 'slow':
      port.periodicTimer = SLOW_PERIOD * TICKS - 1;
      return;
    case 'transmit':
      port.periodicTimer = 0;
      port.needsToTransmit = true;
      return;
  }
}

function detach(port: LacpPort): void {
  const { aggregator } = port;
  if (aggregator === undefined) return;
  aggregator.ports = aggregator.ports.filter((each) => each !== port);
  if (aggregator.ports.length === 0) aggregator.isActive = false;
  port.aggregator = undefined;
}

/** ad_port_selection_logic(): beside those that speak with the same system, or alone. */
function choose(bonding: Bonding, port: LacpPort): void {
  if (port.isSelected) return;
  detach(port);
  const { bond } = port.member;
  const all = portsOf(bond).map(({ own }) => own);
  const suits = ({ ports, partner }: LacpAggregator): boolean =>
    ports.length > 0 &&
    partner.system !== NO_SYSTEM &&
    bonding.parts.lacp.belongsTogether(
      partner.system === port.partner.system &&
        partner.systemPriority === port.partner.systemPriority &&
        partner.key === port.partner.key,
    );
  const found = all.find(suits);
  const aggregator = found ?? all.find(({ ports }) => ports.length === 0);
  if (aggregator === undefined) return;
  if (found === undefined) aggregator.partner = port.partner;
  aggregator.ports.unshift(port);
  port.aggregator = aggregator;
  port.isSelected = true;
  updateReady(aggregator);
  selectAggregator(bonding, bond);
  if (!aggregator.isActive) port.state &= ~LACP_STATE_SYNCHRONIZATION;
}

function updateReady({ ports }: LacpAggregator): void {
  const isReady = ports.every(({ hasWaited }) => hasWaited);
  for (const port of ports) port.isReady = isReady;
}

/** ad_mux_machine(). */
function multiplex(bonding: Bonding, port: LacpPort): void {
  const { aggregator } = port;
  if (aggregator === undefined) return;
  const before = port.mux;
  port.mux = port.isNew ? 'detached' : nextMux(port, aggregator, bonding);
  if (port.mux === before) {
    const isOn = (port.mux === 'both' || port.mux === 'distributing') && aggregator.isActive;
    if (isOn && port.member.isBackup) enablePort(bonding, port);
    return;
  }
  const flow = LACP_STATE_COLLECTING | LACP_STATE_DISTRIBUTING;
  switch (port.mux) {
    case 'detached':
      port.state &= ~(LACP_STATE_SYNCHRONIZATION | flow);
      disablePort(bonding, port);
      port.needsToTransmit = true;
      return;
    case 'waiting':
      port.muxTimer = WAIT_WHILE * TICKS;
      return;
    case 'attached':
      port.state &= ~(LACP_STATE_SYNCHRONIZATION | flow);
      if (aggregator.isActive) port.state |= LACP_STATE_SYNCHRONIZATION;
      disablePort(bonding, port);
      port.needsToTransmit = true;
      return;
    case 'both':
      port.state |= LACP_STATE_SYNCHRONIZATION | flow;
      if (aggregator.isActive) enablePort(bonding, port);
      port.needsToTransmit = true;
      return;
    case 'collecting':
      port.state = (port.state | LACP_STATE_SYNCHRONIZATION | LACP_STATE_COLLECTING) & ~LACP_STATE_DISTRIBUTING;
      stopSending(bonding, port);
      port.needsToTransmit = true;
      return;
    case 'distributing':
      port.state |= LACP_STATE_SYNCHRONIZATION | LACP_STATE_DISTRIBUTING;
      if (aggregator.isActive) enablePort(bonding, port);
      return;
  }
}

function nextMux(port: LacpPort, aggregator: LacpAggregator, { parts }: Bonding): LacpPort['mux'] {
  const isInSync = parts.lacp.waitsForPartner
    ? (port.partner.state & LACP_STATE_SYNCHRONIZATION) !== 0
    : port.partner.system !== NO_SYSTEM;
  const isSound = port.isSelected && isInSync && (port.state & LACP_STATE_SYNCHRONIZATION) !== 0;
  const partnerCollects = (port.partner.state & LACP_STATE_COLLECTING) !== 0;
  switch (port.mux) {
    case 'detached':
      return port.isSelected ? 'waiting' : 'detached';
    case 'waiting':
      if (!port.isSelected) {
        port.hasWaited = false;
        updateReady(aggregator);
        return 'detached';
      }
      if (port.muxTimer > 0 && --port.muxTimer === 0) port.hasWaited = true;
      updateReady(aggregator);
      return port.isReady && port.muxTimer === 0 ? 'attached' : 'waiting';
    case 'attached':
      if (port.isSelected && isInSync) {
        const isCoupled = parts.lacp.couples(port.member.bond.settings.coupledControl !== 0);
        return aggregator.isActive ? (isCoupled ? 'both' : 'collecting') : 'attached';
      }
      if (!port.isSelected) {
        port.hasWaited = false;
        updateReady(aggregator);
        return 'detached';
      }
      if (aggregator.isActive) port.state |= LACP_STATE_SYNCHRONIZATION;
      return 'attached';
    case 'both':
      return isSound ? 'both' : 'attached';
    case 'collecting':
      if (!isSound) return 'attached';
      return partnerCollects ? 'distributing' : 'collecting';
    case 'distributing':
      return isSound && partnerCollects ? 'distributing' : 'collecting';
  }
}

/** bond_3ad_update_ad_actor_settings(): the user's, or the aggregate's address. */
const systemOf = ({ member: { bond } }: LacpPort): string =>
  bond.actorSystem.every((byte) => byte === 0) ? bond.netDevice.address : formatMac(bond.actorSystem);

/** The same settings of all ports: a new one is told to the partners. */
export function tellActor(bond: Bond): void {
  for (const port of portsOf(bond)) port.needsToTransmit = true;
}

const actorOf = (port: LacpPort): LacpParameters => ({
  systemPriority: port.member.bond.settings.actorPriority,
  system: systemOf(port),
  key: port.key,
  portPriority: ACTOR_PORT_PRIORITY,
  port: port.number,
  state: port.state,
});

/** ad_tx_machine() and ad_lacpdu_send(): from the member's address of its own, by which a loop is known. */
function transmit(bonding: Bonding, port: LacpPort): void {
  const { parts } = bonding;
  if (--port.transmitTimer > 0) return;
  port.transmitTimer = TRANSMIT_TICKS;
  if (!port.needsToTransmit) return;
  port.needsToTransmit = false;
  const { member } = port;
  const source = parts.lacp.source(member.ownAddress, systemOf(port) as MacAddress);
  const bytes = encodeLacpdu({ source, actor: parts.lacp.actor(actorOf(port)), partner: port.partner });
  const frame: TxFrame = { bytes, checksum: { kind: 'none' } };
  bonding.send(member.netDevice, frame);
}
