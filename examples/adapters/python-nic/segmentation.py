"""TCP segmentation: one super-frame of the kernel in, frames for the cable out."""

from frame import IPPROTO_TCP, Packet, addresses, finished, ones_complement_sum, put_u16, u16

FIN_PSH = 0x09
CWR = 0x80
FLAGS_AT = 13
CHECKSUM_AT = 16


def segments(data, gso):
    header, size = data[: gso["headerLength"]], gso["size"]
    payload = data[len(header) :]
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)] or [b""]
    return [segment(header + piece, gso, index, len(pieces)) for index, piece in enumerate(pieces)]


def segment(data, gso, index, count):
    data = bytearray(data)
    network, transport = gso["networkOffset"], gso["transportOffset"]
    version = 4 if gso["type"] == "tcp4" else 6
    if version == 4:
        put_u16(data, network + 2, len(data) - network)
        if not gso["fixedId"]:
            put_u16(data, network + 4, (u16(data, network + 4) + index) & 0xFFFF)
        header_end = network + 4 * (data[network] & 15)
        put_u16(data, network + 10, 0)
        put_u16(data, network + 10, finished(ones_complement_sum(bytes(data[network:header_end]))))
    else:
        put_u16(data, network + 4, len(data) - network - 40)
    sequence = int.from_bytes(data[transport + 4 : transport + 8], "big") + index * gso["size"]
    data[transport + 4 : transport + 8] = (sequence & 0xFFFFFFFF).to_bytes(4, "big")
    # FIN and PSH belong on the last segment, CWR on the first.
    if index < count - 1:
        data[transport + FLAGS_AT] &= ~FIN_PSH & 0xFF
    if index > 0:
        data[transport + FLAGS_AT] &= ~CWR & 0xFF
    put_u16(data, transport + CHECKSUM_AT, 0)
    packet = Packet(version, network, IPPROTO_TCP, False, transport, len(data))
    pseudo = ones_complement_sum(bytes(addresses(data, packet)), IPPROTO_TCP + len(data) - transport)
    put_u16(data, transport + CHECKSUM_AT, ~ones_complement_sum(bytes(data[transport:]), pseudo) & 0xFFFF)
    return bytes(data)
