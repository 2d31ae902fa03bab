/** Questions for neighbours, announcements and the answers that somebody else may give, computed byte by byte. */
import { parseIpv4, parseMac } from '../../reference-impl/packet/addresses.js';
import { concat } from '../../reference-impl/packet/bytes.js';
import { groupMacOf, isIpv6Text, neighbourFrame, packetIn6, solicitedNodeOf } from './ipv6Packets.js';
import { BROADCAST, tagsOf } from './numberedFrames.js';

const SHORTEST = 60;
const ARP_LENGTH = 28;
const ETH_P_ARP = 0x0806;
const ETH_P_IP = 0x0800;
/** Where ARP says what its addresses are of. */
const PROTOCOL = 16;
const NOBODY = '00:00:00:00:00:00';
const ALL_NODES = 'ff02::1';

/** A station with its address on the network. */
export interface Named {
  readonly mac: string;
  readonly address: string;
}

/** ARPOP_*. */
export type ArpOperation = 1 | 2 | 3 | 4;

interface ArpFields {
  readonly to: string;
  readonly from: string;
  readonly operation: ArpOperation;
  readonly sender: Named;
  readonly target: Named;
}

/** RFC 826, field by field. */
function arpFrame({ to, from, operation, sender, target }: ArpFields): Uint8Array {
  return concat(
    parseMac(to),
    parseMac(from),
    Uint8Array.of(ETH_P_ARP >> 8, ETH_P_ARP & 0xff, 0, 1, 8, 0, 6, 4, 0, operation),
    parseMac(sender.mac),
    parseIpv4(sender.address),
    parseMac(target.mac),
    parseIpv4(target.address),
  );
}

function padded(frame: Uint8Array): Uint8Array {
  const longer = new Uint8Array(Math.max(frame.length, SHORTEST));
  longer.set(frame);
  return longer;
}

/** How a question differs from a plain one. */
export interface QuestionChange {
  /** It comes from nobody: RFC 5227, RFC 4862. */
  readonly isProbe?: boolean;
  readonly operation?: ArpOperation;
  /** Whom it is for on the link; absent: everybody, or the group of who may have the address. */
  readonly destination?: string;
  /** The option that says whom to answer names this station; `none`: there is no option. */
  readonly option?: string;
  readonly hasBrokenOption?: boolean;
  /** Of ARP: which protocol's addresses are asked for, if not IPv4's; and how long addresses of the link are said to be. */
  readonly protocol?: number;
  readonly macLength?: number;
  /** Of ICMPv6. */
  readonly code?: number;
}

/** Who has this address? */
export function questionFor(asker: Named, address: string, change: QuestionChange = {}): Uint8Array {
  const isProbe = change.isProbe === true;
  if (!isIpv6Text(address)) {
    const sender = isProbe ? { ...asker, address: '0.0.0.0' } : asker;
    const target = { mac: NOBODY, address };
    const to = change.destination ?? BROADCAST;
    const frame = arpFrame({ to, from: asker.mac, operation: change.operation ?? 1, sender, target });
    const { protocol = ETH_P_IP, macLength = 6 } = change;
    frame.set([protocol >> 8, protocol & 0xff, macLength], PROTOCOL);
    return padded(frame);
  }
  const group = solicitedNodeOf(address);
  const option = change.option ?? asker.mac;
  return neighbourFrame({
    kind: 'solicitation',
    source: asker.mac,
    destination: change.destination ?? groupMacOf(group),
    from: isProbe ? '::' : asker.address,
    to: group,
    target: address,
    station: isProbe || option === 'none' ? undefined : option,
    hasBrokenOption: change.hasBrokenOption ?? false,
    code: change.code ?? 0,
  });
}

/** How a station says unasked where it is. */
export const ANNOUNCEMENTS = ['a request for itself', 'an answer to nobody', 'an advertisement', 'to itself'] as const;
export type Announcement = (typeof ANNOUNCEMENTS)[number];

export function announcementOf(station: Named, how: Announcement): Uint8Array {
  const { mac, address } = station;
  switch (how) {
    case 'a request for itself':
      return questionFor(station, address);
    case 'an answer to nobody':
      return padded(arpFrame({ to: BROADCAST, from: mac, operation: 2, sender: station, target: station }));
    case 'an advertisement':
      return neighbourFrame({
        kind: 'advertisement',
        source: mac,
        destination: groupMacOf(ALL_NODES),
        from: address,
        to: ALL_NODES,
        target: address,
        overrides: true,
        station: mac,
      });
    case 'to itself':
      return neighbourFrame({
        kind: 'solicitation',
        source: mac,
        destination: groupMacOf(ALL_NODES),
        from: address,
        to: address,
        target: address,
        station: mac,
      });
  }
}

/** What is answered in the name of who has the address. */
export interface ExpectedAnswer {
  readonly owner: Named;
  readonly asker: Named;
  /** Whom the frame is for; absent: the asker. */
  readonly to?: string;
  readonly isProbe?: boolean;
  readonly isRouter?: boolean;
}

export function answerOf({ owner, asker, to, isProbe = false, isRouter = false }: ExpectedAnswer): Uint8Array {
  if (!isIpv6Text(owner.address)) {
    const target = isProbe ? { ...asker, address: '0.0.0.0' } : asker;
    return arpFrame({ to: to ?? asker.mac, from: owner.mac, operation: 2, sender: owner, target });
  }
  return neighbourFrame({
    kind: 'advertisement',
    source: owner.mac,
    destination: isProbe ? groupMacOf(ALL_NODES) : (to ?? asker.mac),
    from: owner.address,
    to: isProbe ? ALL_NODES : asker.address,
    target: owner.address,
    isRouter,
    isSolicited: !isProbe,
    overrides: true,
    station: owner.mac,
  });
}

/** A frame of ARP or IPv6 without what pads it, its tags kept. */
export function unpadded(frame: Uint8Array): Uint8Array {
  const tags = tagsOf(frame);
  const start = 12 + 4 * tags.length;
  const type = ((frame[start] ?? 0) << 8) | (frame[start + 1] ?? 0);
  const content = start + 2;
  const length = type === ETH_P_ARP ? ARP_LENGTH : packetIn6(frame.subarray(content)).length;
  return frame.subarray(0, content + length);
}
