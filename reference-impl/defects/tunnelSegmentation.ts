import { readU16, writeU16 } from '../packet/bytes.js';
import type { Defect } from './defect.js';
import { GSO_DOCUMENT, behindChecksum, tree } from './segmentParts.js';

const PARTIAL = { title: 'Segmentation Offloads, Partial Generic Segmentation Offload', url: GSO_DOCUMENT } as const;
const KNOWN_TUNNEL_PORT = 4789;

export const tunnelSegmentationDefects: readonly Defect[] = [
  {
    id: 'DEF-TUNNEL-STALE-OUTER-LENGTHS',
    title: 'The outer lengths are those of the super-frame',
    description:
      'The device knows the inner headers only, and copies what is outside; the tunnel ends drop the segments.',
    origin: {
      title:
        'From a design change, not a bug report: how tunnel segmentation tells the inner headers, Linux cdbaa0bb26d8',
      url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/commit/?id=cdbaa0bb26d8',
    },
    caughtBy: 'NIC-TSO-024',
    nic: (parts) => ({ ...parts, finishTunnel: () => undefined }),
  },
  {
    id: 'DEF-TUNNEL-ONE-CHECKSUM',
    title: 'With an outer checksum, the inner one is not made',
    description:
      'There is one checksum engine. The outer checksum was prepared for a valid one inside, and is wrong too.',
    origin: {
      title: 'From a design change, not a bug report: several checksums in one frame, Linux 7e2b10c1e52c',
      url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/commit/?id=7e2b10c1e52c',
    },
    caughtBy: 'NIC-TSO-025',
    nic: (parts) => ({
      ...parts,
      writeTransportChecksum: (segment, gso) => {
        if (gso.tunnel?.checksum !== true) parts.writeTransportChecksum(segment, gso);
      },
    }),
  },
  {
    id: 'DEF-TUNNEL-PREPARED-LENGTH-CORRECTED',
    title: 'A prepared outer length is corrected once more',
    description: 'The device takes the length of the headers off an outer length that is right already.',
    origin: PARTIAL,
    caughtBy: 'NIC-TSO-028',
    nic: behindChecksum((segment, { tunnel, headerLength }) => {
      if (tunnel?.partial !== true) return;
      const at = tunnel.outerTransportOffset + 4;
      writeU16(segment, at, readU16(segment, at) - (headerLength - tunnel.outerTransportOffset));
    }),
  },
  {
    id: 'DEF-TUNNEL-OUTER-IDENTIFICATION-FIXED',
    title: 'All outer packets have one identification',
    description:
      'The outermost identification is copied with the prepared headers, also where packets may be fragmented.',
    origin: PARTIAL,
    caughtBy: 'NIC-TSO-029',
    nic: (parts) => ({
      ...parts,
      writeIdentification: (segment, networkOffset, index, gso) => {
        const isOuter = networkOffset !== gso.networkOffset;
        if (!isOuter || gso.tunnel?.partial !== true) {
          parts.writeIdentification(segment, networkOffset, index, gso);
        }
      },
    }),
  },
  {
    id: 'DEF-TUNNEL-FEATURE-WITHOUT-PARTIAL',
    title: 'Features that need prepared headers stay on without them',
    description: 'tx-gso-partial is off, and the tunnel with a checksum is still announced; nobody does it.',
    origin: {
      title: 'net/core/dev.c, netdev_fix_features: features of gso_partial_features go with NETIF_F_GSO_PARTIAL',
      url: tree('net/core/dev.c'),
    },
    caughtBy: 'NIC-TSO-030',
    kernel: (parts) => ({
      ...parts,
      featureRules: parts.featureRules.filter(({ id }) => id !== 'partial-features-need-gso-partial'),
    }),
  },
  {
    id: 'DEF-TUNNEL-UNKNOWN-PORT',
    title: 'Tunnels to another port than 4789 are mangled',
    description: 'The device tells a tunnel by its port. The driver has no check that gives others back to the stack.',
    origin: {
      title: 'net/core/dev.c, netif_skb_features: ndo_features_check is there for it',
      url: tree('net/core/dev.c'),
    },
    caughtBy: 'NIC-TSO-031',
    nic: (parts) => ({
      ...parts,
      finishTunnel: (segment, tunnel, index) => {
        const isKnown = readU16(segment, tunnel.outerTransportOffset + 2) === KNOWN_TUNNEL_PORT;
        if (isKnown) parts.finishTunnel(segment, tunnel, index);
      },
    }),
  },
];
