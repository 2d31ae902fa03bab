/** Rules of the service side of the reference NIC that a seeded defect may replace, one at a time. */
import type { EeeSettings } from '../../../harness/contract/index.js';
import { isMagicPacket } from './wake.js';

export interface ServiceParts {
  /** Whether a frame holds the address sixteen times behind six bytes of ones, and the password where there is one. */
  readonly isMagicPacket: (bytes: Uint8Array, address: Uint8Array, password: Uint8Array | null) => boolean;
  /** Whether the password counts where SecureOn is on. */
  readonly comparesPassword: boolean;
  /** What is stored of a change of EEE. */
  readonly storesEee: (wanted: EeeSettings) => EeeSettings;
  /** Link modes in which both ends save energy, of those that each advertises. */
  readonly commonEee: (ours: readonly string[], partner: readonly string[]) => readonly string[];
  readonly eeeNeedsLink: boolean;
  /** Centimetres to where a cable is open. */
  readonly openAt: (length: number) => number;
  /** Whether the link is down while the cable is tested, and comes back behind the test. */
  readonly testTakesLink: boolean;
  readonly linkReturns: boolean;
  /** Pairs of a result. */
  readonly testedPairs: (pairs: readonly number[]) => readonly number[];
  /** Whether a module reads by page, and not the first one over and over. */
  readonly pageOf: (page: number) => number;
  /** Power mode of the module by its policy and the state of the port. */
  readonly modulePower: (policy: 'high' | 'auto', isUp: boolean) => 'low' | 'high';
  /** The frame of the loopback test, as it came back. */
  readonly loopbackFrame: (bytes: Uint8Array) => Uint8Array;
  /** Whether settings of before are in force behind a test. */
  readonly testRestores: boolean;
  readonly countsLinkDown: (count: number) => number;
  /** Whether verification that nobody answers fails. */
  readonly verificationFails: boolean;
}

export const CONFORMING_SERVICE: ServiceParts = {
  isMagicPacket,
  comparesPassword: true,
  storesEee: (wanted) => wanted,
  commonEee: (ours, partner) => ours.filter((mode) => partner.includes(mode)),
  eeeNeedsLink: true,
  openAt: (length) => length,
  testTakesLink: true,
  linkReturns: true,
  testedPairs: (pairs) => pairs,
  pageOf: (page) => page,
  modulePower: (policy, isUp) => (policy === 'high' || isUp ? 'high' : 'low'),
  loopbackFrame: (bytes) => bytes,
  testRestores: true,
  countsLinkDown: (count) => count + 1,
  verificationFails: true,
};
