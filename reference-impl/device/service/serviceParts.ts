/** Rules of the service side of the reference NIC that a seeded defect may replace, one at a time. */
import type { EeeSettings } from '../../../harness/contract/index.js';
import { isMagicPacket } from './wake.js';

export interface ServiceParts {
  /** Whether a frame holds the address sixteen times behind six bytes of ones, and the password where there is one. */
  readonly isMagicPacket: (bytes: Uint8Array, address: Uint8Array, password: Uint8Array | null) => boolean;
  /** Whether the password counts where SecureOn is on. */
  readonly comparesPassword: boolean;
  /** Whether a port that is up wakes nobody. */
  readonly wakesOnlyWhenDown: boolean;
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
  /** Whether an online test leaves the port alone. */
  readonly onlineSparesPort: boolean;
  /** Whether settings of before are in force behind a test. */
  readonly testRestores: boolean;
  /** Whether a private flag does what it says. */
  readonly flagsWork: boolean;
  readonly countsLinkDown: (count: number) => number;
  /** Sum of the words of the memory of a device: a good one has this one. */
  readonly memoryIsGood: (sum: number) => boolean;
  /** Whether verification that nobody answers fails. */
  readonly verificationFails: boolean;
  readonly registers: (words: Uint32Array) => Uint32Array;
}

export const CONFORMING_SERVICE: ServiceParts = {
  isMagicPacket,
  comparesPassword: true,
  wakesOnlyWhenDown: true,
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
  onlineSparesPort: true,
  testRestores: true,
  flagsWork: true,
  countsLinkDown: (count) => count + 1,
  memoryIsGood: (sum) => sum === 0xbaba,
  verificationFails: true,
  registers: (words) => words,
};
