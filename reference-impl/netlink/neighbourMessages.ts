/** Neighbours as `ip neigh` words them, as bodies of RTM_NEWNEIGH and out of them. */
import { formatMac, parseMac } from '../packet/addresses.js';
import type { AddressFamily } from './addressFamily.js';
import { decodeBody, encodeBody } from './client.js';
import { NUD_PERMANENT } from './constants.js';
import { NDMSG, NEIGHBOUR } from './families/rtnetlink.js';
import { bytesIn, encodeAttributes, numberIn } from './schema.js';
import type { Message } from './wire.js';

export interface ShownNeighbour {
  readonly address: string;
  readonly ifIndex: number;
  readonly state: number;
  readonly flags: number;
  readonly station: string | undefined;
}

export interface NeighbourSpec {
  readonly ifIndex: number;
  readonly address: string;
  readonly station?: string;
  readonly state?: number;
  /** NTF_*. */
  readonly flags?: number;
}

export function neighbourBody(
  family: AddressFamily,
  { ifIndex, address, station, state = NUD_PERMANENT, flags = 0 }: NeighbourSpec,
): Uint8Array {
  const header = { ndm_family: family.number, ndm_ifindex: ifIndex, ndm_state: state, ndm_flags: flags };
  const attributes = encodeAttributes(NEIGHBOUR, {
    NDA_DST: family.parse(address),
    ...(station === undefined ? {} : { NDA_LLADDR: parseMac(station) }),
  });
  return encodeBody(NDMSG, header, attributes);
}

export function shownNeighbour(family: AddressFamily, message: Message): ShownNeighbour {
  const { length, format } = family;
  const { header, values } = decodeBody(NDMSG, NEIGHBOUR, message);
  const station = bytesIn(values, 'NDA_LLADDR');
  return {
    address: format(bytesIn(values, 'NDA_DST') ?? new Uint8Array(length)),
    ifIndex: numberIn(header, 'ndm_ifindex') ?? 0,
    state: numberIn(header, 'ndm_state') ?? 0,
    flags: numberIn(header, 'ndm_flags') ?? 0,
    station: station === undefined ? undefined : formatMac(station),
  };
}
