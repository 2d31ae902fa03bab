/** The switch between the functions of a NIC and its cable: who is there, what the tables hold, and what is done with each frame. */
import type { DriverHost, MacAddress, Nanoseconds, PortName } from '../../../harness/contract/index.js';
import { isBroadcastMac, isMulticastMac } from '../../packet/addresses.js';
import { receiveDelivered } from '../receive.js';
import type { NicPort, VirtualPort } from '../state.js';
import type { EswitchParts } from './eswitchParts.js';
import { CABLE, forward, refusalOf, tagOfPort, type Forwarding } from './forwarding.js';
import { clearFilters, serve, type MailboxRequest } from './mailbox.js';
import { PHYSICAL, addAddress, newTables, programme } from './tables.js';
import { newVirtualFunction, noFilters, type VirtualFunction } from './virtualFunction.js';
import type { DriverResult } from '../../../harness/contract/index.js';

/** What stands in the place of the switch's own forwarding in switchdev mode. */
export interface SwitchdevPath {
  readonly isOn: boolean;
  isUp(vf: VirtualFunction): boolean;
  receive(vf: VirtualFunction, bytes: Uint8Array): void;
  /** When the function may send again, by the rates of its port. */
  heldUntil(vf: VirtualFunction, length: number, now: Nanoseconds): Nanoseconds;
}

export interface EmbeddedSwitchSeed {
  readonly parts: EswitchParts;
  /** The port of the physical function. */
  readonly physical: () => NicPort | undefined;
  readonly host: () => DriverHost | undefined;
}

/** Bits of a frame on the line, with its frame check sequence. */
const bitsOf = (length: number): number => (length + 4) * 8;

export class EmbeddedSwitch {
  readonly parts: EswitchParts;
  readonly functions: VirtualFunction[] = [];
  readonly #physical: () => NicPort | undefined;
  readonly #host: () => DriverHost | undefined;
  readonly #forwarding: Forwarding;
  /** Set once, when there is one. */
  switchdev: SwitchdevPath | undefined;
  /** Settings of virtual functions that are gone: a driver that kept them would find them here. */
  #former: readonly VirtualFunction[] = [];

  constructor({ parts, physical, host }: EmbeddedSwitchSeed) {
    this.parts = parts;
    this.#physical = physical;
    this.#host = host;
    this.#forwarding = {
      tables: newTables(),
      parts,
      functions: this.functions,
      outlets: {
        physical: (bytes) => {
          const port = physical();
          if (port?.up === true) receiveDelivered(port, bytes, 'filtered');
        },
        virtual: (vf, bytes) => this.#deliver(vf, bytes),
      },
    };
  }

  /** The switch seen from the physical function. */
  readonly physicalPort: VirtualPort = {
    receive: (bytes) => {
      if (this.functions.length === 0 || this.#isSwitchdev) return true;
      forward(this.#forwarding, CABLE, bytes);
      return false;
    },
    transmit: (bytes) => {
      if (this.functions.length === 0) return true;
      if (this.#isSwitchdev && !this.parts.uplinkReaches) return true;
      return forward(this.#forwarding, PHYSICAL, bytes);
    },
  };

  /** The switch seen from a virtual function. */
  virtualPort(vf: VirtualFunction): VirtualPort {
    return {
      receive: () => true,
      transmit: (bytes) => {
        this.#sendFrom(vf, bytes);
        return false;
      },
    };
  }

  /** VF Enable: so many functions, as at the start. */
  enable(count: number): void {
    this.functions.length = 0;
    for (let index = 0; index < count; index++) {
      const vf = newVirtualFunction(index);
      const before = this.#former[index];
      vf.settings = this.parts.settingsAtStart(before?.settings);
      vf.filters = { ...noFilters(), address: vf.settings.address };
      vf.counters = this.parts.countersAtStart(before?.counters);
      this.functions.push(vf);
    }
    this.refresh();
  }

  disable(): void {
    this.#former = [...this.functions];
    this.functions.length = 0;
    this.refresh();
  }

  powerOn(): void {
    this.#former = [];
    this.functions.length = 0;
    this.refresh();
  }

  /** A function level reset: what the function asked for is gone, what was set for it stays. */
  resetFunction(vf: VirtualFunction): void {
    clearFilters(this.parts, vf);
    if (!this.parts.resetKeepsSettings) vf.settings = this.parts.settingsAtStart(undefined);
    vf.filters.address = vf.settings.address;
    if (this.parts.resetStops) vf.clearToSend = false;
    this.refresh();
  }

  request(vf: VirtualFunction, request: MailboxRequest): DriverResult {
    const port = this.#physical();
    const answer = serve({ parts: this.parts, isUp: port?.up === true, mtu: port?.mtu ?? 0 }, vf, request);
    if (answer.ok) this.refresh();
    return answer;
  }

  hasLink(vf: VirtualFunction): boolean {
    const port = this.#physical();
    if (this.#isSwitchdev && this.parts.followsRepresentor) return this.switchdev?.isUp(vf) === true;
    return this.parts.linkOf(vf, this.parts.uplink(port?.up === true, port?.cablePlugged === true));
  }

  /** Something changed that the tables or the links of functions follow. */
  refresh(): void {
    const port = this.#physical();
    const addresses: readonly MacAddress[] = port === undefined ? [] : [port.address, ...port.rxMode.unicast];
    const promiscuous = port?.rxMode.promiscuous === true;
    const isLinked = (vf: VirtualFunction): boolean => vf.port?.up === true && vf.clearToSend && this.hasLink(vf);
    const { tables } = this.#forwarding;
    programme(tables, this.parts, this.functions, { addresses, promiscuous }, isLinked);
    if (!this.parts.forgetsFormer)
      for (const { filters, bit } of this.#former) addAddress(tables.unicast, filters.address, bit);
    for (const vf of this.functions) if (vf.port !== undefined) this.#tellLink(vf, vf.port);
  }

  #tellLink(vf: VirtualFunction, port: NicPort): void {
    const isUp = this.hasLink(vf);
    if (port.cablePlugged === isUp) return;
    port.cablePlugged = isUp;
    this.#host()?.carrier(port.name, isUp);
  }

  #sendFrom(vf: VirtualFunction, bytes: Uint8Array): void {
    const { parts } = this;
    if (this.#isSwitchdev && !parts.switchesAnyway) {
      this.#sendFromRepresented(vf, bytes);
      return;
    }
    const refusal = refusalOf(this.#forwarding, vf, bytes);
    if (refusal !== undefined) {
      if (parts.countsSpoofed || refusal === 'link') vf.counters.txDropped++;
      return;
    }
    parts.countSent(vf, bytes.length);
    const tagged = tagOfPort(this.#forwarding, vf, bytes);
    this.#holdBack(vf, tagged.length);
    const leaves = forward(this.#forwarding, vf.bit, parts.tagsBeforeLookup ? tagged : bytes);
    const uplink = this.#physical();
    if (leaves && uplink?.cablePlugged === true)
      this.#host()?.transmitToCable(uplink.name, { bytes: tagged, time: uplink.now });
  }

  /** Who may send what is for the rules of the function's port to say. */
  #sendFromRepresented(vf: VirtualFunction, bytes: Uint8Array): void {
    if ((this.#forwarding.tables.linked & vf.bit) === 0) {
      vf.counters.txDropped++;
      return;
    }
    this.parts.countSent(vf, bytes.length);
    const { port } = vf;
    if (port !== undefined)
      port.pausedUntil = this.switchdev?.heldUntil(vf, bytes.length, port.now) ?? port.pausedUntil;
    this.switchdev?.receive(vf, bytes);
  }

  /** A representor, or a rule, sends a frame to a function. */
  deliverTo(vf: VirtualFunction, bytes: Uint8Array): void {
    if ((this.#forwarding.tables.linked & vf.bit) !== 0) this.#deliver(vf, bytes);
  }

  get #isSwitchdev(): boolean {
    return this.switchdev?.isOn === true;
  }

  /** The rate of a function: its port sends again when the time that this frame took is over. */
  #holdBack(vf: VirtualFunction, length: number): void {
    const { port } = vf;
    const rate = this.parts.rateOf(vf);
    if (rate === 0 || port === undefined) return;
    const from = port.pausedUntil > port.now ? port.pausedUntil : port.now;
    port.pausedUntil = from + BigInt(Math.ceil((bitsOf(length) * 1000) / rate));
  }

  #deliver(vf: VirtualFunction, bytes: Uint8Array): void {
    const { port } = vf;
    if (port?.up !== true) return;
    const cast = isBroadcastMac(bytes, 0) ? 'broadcast' : isMulticastMac(bytes, 0) ? 'multicast' : 'unicast';
    this.parts.countDelivered(vf, bytes.length, cast);
    receiveDelivered(port, bytes, 'whole');
  }
}

export const portNameOf = (physical: PortName, vf: number): PortName => `${physical}vf${vf}` as PortName;
