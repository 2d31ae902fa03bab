import type { Vid } from '../../../../harness/contract/index.js';
import { NUD_VALID, type Neighbour } from '../../routing/neighbours.js';
import type { Bridge, BridgePort } from '../bridge.js';
import type { Answer } from './answer.js';

/** Rules of a bridge that answers for neighbours, that a seeded defect may replace, one at a time. */
export interface ProxyParts {
  /** br_is_neigh_suppress_enabled(), of a frame in this VLAN. */
  readonly suppresses: (port: BridgePort, vid: Vid) => boolean;
  /** BR_PROXYARP of the port where the question came in: whether the bridge answers there. */
  readonly answersAt: (port: BridgePort) => boolean;
  /** BR_PROXYARP_WIFI of the port where the station is: whether the bridge answers for who is there. */
  readonly answersBehind: (port: BridgePort) => boolean;
  /** br_flood(): whether nothing is flooded to a port with BR_PROXYARP. */
  readonly sparesProxyPorts: boolean;
  /** br_flood(): whether a frame is kept from a port whose questions the bridge answers. */
  readonly keeps: (isAnswered: boolean, isSparedPort: boolean) => boolean;
  /** Whether a kept frame is kept from wireless stations as well, where some port suppresses and where none does. */
  readonly keepsFromWireless: (suppressesSomewhere: boolean) => boolean;
  /** Whether a question for who is not known is kept from ports with suppression. It must not. */
  readonly keepsUnknown: boolean;
  /** Whether the bridge answers for a station at a port, by whether that one suppresses. */
  readonly answersFor: (suppresses: boolean) => boolean;
  /** Whether a question that comes from a port with suppression goes to who is asked. */
  readonly passesOwnQuestions: boolean;
  /** Whether an announcement of a station is kept from ports with suppression. */
  readonly keepsAnnouncements: (family: 'ARP' | 'ND') => boolean;
  /** Whether a reverse request (RFC 903), in which a station asks for itself, is no announcement. */
  readonly knowsReverse: boolean;
  /** Whether a question for an address of the host's own is kept from ports with suppression, and not answered for it. */
  readonly knowsOwnAddresses: (family: 'ARP' | 'ND') => boolean;
  /** br_is_local_ip(): whether addresses of net devices above the bridge are the host's own. */
  readonly looksAbove: boolean;
  /** Whether loopback and multicast addresses are left alone. */
  readonly sparesSpecialAddresses: boolean;
  /** Whether a neighbour serves: NUD_VALID. */
  readonly isUsable: (neighbour: Neighbour) => boolean;
  /** Whether only a station that the table has somewhere is answered for. */
  readonly asksTable: boolean;
  /** Whether the neighbours of a VLAN are looked up at its VLAN device, and not at the bridge. */
  readonly asksVlanDevice: boolean;
  /** Whether a message is of a kind that the bridge understands: ARP of IPv4 over Ethernet, ICMPv6 with the code 0. */
  readonly understands: (family: 'ARP' | 'ND', sound: boolean) => boolean;
  /** Which operations and messages are questions. */
  readonly isQuestion: (isRequest: boolean) => boolean;
  /** An answer of the bridge's, before it leaves. */
  readonly answer: (answer: Answer) => Answer;
  /** br_nd_send(): which option of a solicitation tells where the answer goes. */
  readonly honoursSourceOption: boolean;
  /** br_nd_send(): whether a solicitation with an option that has no length gets no answer. */
  readonly refusesBrokenOptions: boolean;
  readonly examinationToAll: boolean;
  readonly solicitedFlag: (isExamination: boolean) => boolean;
  readonly routerFlag: (isRouter: boolean) => boolean;
  readonly overrideFlag: boolean;
  /** The host's own questions: whether they are kept back and answered too. */
  readonly answersHost: boolean;
  /** Whether an answer leaves untagged where its VLAN is the PVID. */
  readonly untagsPvid: boolean;
  /** br_vlan_process_one_opts(): whether the VLANs of the bridge itself cannot suppress. */
  readonly refusesVlanOfBridge: boolean;
  /** br_opt_get(BROPT_NEIGH_SUPPRESS_ENABLED). */
  readonly isOn: (bridge: Bridge) => boolean;
}

const suppresses = ({ flags, vlans }: BridgePort, vid: Vid): boolean =>
  vid !== 0 && flags.neighbourVlanSuppress
    ? vlans.members.get(vid)?.neighbourSuppress === true
    : flags.neighbourSuppress;

export const CONFORMING_PROXY: ProxyParts = {
  suppresses,
  answersAt: ({ flags }) => flags.proxyArp,
  answersBehind: ({ flags }) => flags.proxyArpWifi,
  sparesProxyPorts: true,
  keeps: (isAnswered, isSparedPort) => isAnswered && isSparedPort,
  keepsFromWireless: () => true,
  keepsUnknown: false,
  answersFor: (suppresses) => suppresses,
  passesOwnQuestions: true,
  keepsAnnouncements: () => true,
  knowsReverse: true,
  knowsOwnAddresses: () => true,
  looksAbove: true,
  sparesSpecialAddresses: true,
  isUsable: ({ state }) => (state & NUD_VALID) !== 0,
  asksTable: true,
  asksVlanDevice: true,
  understands: (_family, sound) => sound,
  isQuestion: (isRequest) => isRequest,
  answer: (answer) => answer,
  honoursSourceOption: true,
  refusesBrokenOptions: true,
  examinationToAll: true,
  solicitedFlag: (isExamination) => !isExamination,
  routerFlag: (isRouter) => isRouter,
  overrideFlag: true,
  answersHost: true,
  untagsPvid: true,
  refusesVlanOfBridge: true,
  isOn: ({ ports }) => {
    for (const { flags } of ports.values()) if (flags.neighbourSuppress || flags.neighbourVlanSuppress) return true;
    return false;
  },
};
