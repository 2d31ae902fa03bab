/** Wake-on-LAN: what a port that is down watches for on the cable. */
import type { DriverResult, WakeSettings, WakeSupport } from '../../../harness/contract/index.js';
import { isBroadcastMac, isMulticastMac, parseMac } from '../../packet/addresses.js';
import { done } from '../driverResult.js';
import type { NicPort } from '../state.js';

const SUPPORTED = ['phy', 'ucast', 'mcast', 'bcast', 'magic', 'magicsecure'];
const SYNC = 6;
const REPEATS = 16;
const ADDRESS_LENGTH = 6;

export const wakeSupport = ({ service }: NicPort): WakeSupport => ({
  supported: SUPPORTED,
  enabled: service.wake.enabled,
  password: service.wake.password.slice(),
});

export function setWake(port: NicPort, { enabled, password }: WakeSettings): DriverResult {
  port.service.wake = { enabled: [...enabled], password: password.slice() };
  return done;
}

/** AMD's Magic Packet white paper: anywhere in the frame, whatever lies around it. */
export function isMagicPacket(bytes: Uint8Array, address: Uint8Array, password: Uint8Array | null): boolean {
  const length = SYNC + REPEATS * ADDRESS_LENGTH + (password?.length ?? 0);
  for (let at = 0; at + length <= bytes.length; at++) {
    if (holdsPattern(bytes, at, address) && holdsPassword(bytes, at, password)) return true;
  }
  return false;
}

function holdsPattern(bytes: Uint8Array, at: number, address: Uint8Array): boolean {
  for (let index = 0; index < SYNC; index++) if (bytes[at + index] !== 0xff) return false;
  for (let index = 0; index < REPEATS * ADDRESS_LENGTH; index++)
    if (bytes[at + SYNC + index] !== address[index % ADDRESS_LENGTH]) return false;
  return true;
}

const holdsPassword = (bytes: Uint8Array, at: number, password: Uint8Array | null): boolean =>
  password === null || password.every((byte, index) => bytes[at + SYNC + REPEATS * ADDRESS_LENGTH + index] === byte);

/** A frame on the cable of a port that may be down. */
export function watchForWake(port: NicPort, bytes: Uint8Array): void {
  const { enabled, password } = port.service.wake;
  const { service: parts } = port.parts;
  if (enabled.length === 0 || port.up) return;
  const own = parseMac(port.address);
  const matches: Readonly<Record<string, () => boolean>> = {
    ucast: () => own.every((byte, index) => bytes[index] === byte),
    mcast: () => isMulticastMac(bytes, 0) && !isBroadcastMac(bytes, 0),
    bcast: () => isBroadcastMac(bytes, 0),
    magic: () => parts.isMagicPacket(bytes, own, null),
    magicsecure: () => parts.isMagicPacket(bytes, own, parts.comparesPassword ? password : null),
  };
  if (enabled.some((mode) => matches[mode]?.() === true)) port.host.wakeup(port.name);
}

/** WAKE_PHY: the link came or went. */
export function watchLink(port: NicPort): void {
  if (port.service.wake.enabled.includes('phy') && !port.up) port.host.wakeup(port.name);
}
