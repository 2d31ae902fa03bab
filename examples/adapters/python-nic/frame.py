"""What the NIC knows of frames: where their headers are, and how they are summed. Nothing in here has a state."""

from collections import namedtuple

ETH_HLEN = 14
ETH_ZLEN = 60
VLAN_HLEN = 4
ETH_P_8021Q = 0x8100
TAG_TYPES = (ETH_P_8021Q, 0x88A8)
IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP = 6, 17, 132
TRANSPORT_HLEN = {IPPROTO_TCP: 20, IPPROTO_UDP: 8}
BROADCAST = b"\xff" * 6

Packet = namedtuple("Packet", "version network protocol is_fragment transport end")
"""An IP packet as the parser sees it, by offsets. It does not look behind extension headers of IPv6."""


def u16(data, at):
    return int.from_bytes(data[at : at + 2], "big")


def ones_complement_sum(data, initial=0):
    """The 16-bit ones-complement sum of the bytes, folded and not complemented (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = int.from_bytes(data, "big") + initial
    # 2^16 is 1 modulo 2^16 - 1, so that the remainder is the sum of all words; of all ones and zero, only nothing at all is zero.
    return total % 0xFFFF or (0xFFFF if total else 0)


def finished(total):
    """RFC 768: a checksum that comes out as zero is sent as all ones, which says the same to every protocol."""
    return ~total & 0xFFFF or 0xFFFF


def put_u16(data, at, value):
    data[at : at + 2] = value.to_bytes(2, "big")


def tag_count(data):
    """How many tags the frame has, two at most."""
    tags = 0
    while tags < 2 and u16(data, 12 + VLAN_HLEN * tags) in TAG_TYPES:
        tags += 1
    return tags


def parse(data):
    """The IP packet of a frame, or None: it is none, or its lengths do not fit the frame."""
    network = ETH_HLEN + VLAN_HLEN * tag_count(data)
    ethertype = u16(data, network - 2)
    if ethertype == 0x0800 and len(data) >= network + 20:
        header = 4 * (data[network] & 15)
        end = network + u16(data, network + 2)
        if data[network] >> 4 == 4 and header >= 20 and network + header <= end <= len(data):
            is_fragment = u16(data, network + 6) & 0x3FFF != 0
            return Packet(4, network, data[network + 9], is_fragment, network + header, end)
    if ethertype == 0x86DD and len(data) >= network + 40:
        end = network + 40 + u16(data, network + 4)
        if data[network] >> 4 == 6 and end <= len(data):
            return Packet(6, network, data[network + 6], False, network + 40, end)
    return None


def addresses(data, packet):
    """Source and destination, as they stand in the header and in the pseudo header."""
    at, length = (12, 8) if packet.version == 4 else (8, 32)
    return data[packet.network + at : packet.network + at + length]


def has_ports(packet):
    """Whether the parser knows the transport header, and all of it is there."""
    length = TRANSPORT_HLEN.get(packet.protocol)
    return not packet.is_fragment and length is not None and packet.transport + length <= packet.end


IPV6_OPTIONS = (0, 43, 60)  # hop-by-hop, routing, destination


def is_sctp(data):
    """Whether it is an SCTP packet: its checksum is a CRC, and a ones-complement sum of it means nothing."""
    packet = parse(data)
    if packet is None:
        return False
    header, at = packet.protocol, packet.transport
    while packet.version == 6 and header in IPV6_OPTIONS and at + 2 <= len(data):
        header, at = data[at], at + 8 + 8 * data[at + 1]
    return header == IPPROTO_SCTP


def with_tag(data, tag):
    return data[:12] + tag["tpid"].to_bytes(2, "big") + tag["tci"].to_bytes(2, "big") + data[12:]


def without_tag(data):
    """The outer tag of 802.1Q leaves the frame, and is told beside it."""
    if u16(data, 12) != ETH_P_8021Q:
        return data, None
    return data[:12] + data[16:], {"tpid": ETH_P_8021Q, "tci": u16(data, 14)}
