"""Receive-side scaling: which queue a packet goes to, and the hash that says so."""

import base64
import random

from frame import addresses, has_ports, parse
from protocol import Refusal

KEY_LENGTH = 40
TABLE_SIZE = 32
TOEPLITZ = 1  # ETH_RSS_HASH_TOP
EINVAL, EOPNOTSUPP = 22, 95


class Spreading:
    def __init__(self, seed, queues):
        # A key of its own for each machine: with a published one, everybody could aim at one queue.
        self.key = random.Random(seed).randbytes(KEY_LENGTH)
        self.is_users = False
        self.follow(queues)

    def follow(self, queues):
        """The table follows the number of queues until the user sets one (ethtool_rxfh_indir_default)."""
        if not self.is_users:
            self.table = [index % queues for index in range(TABLE_SIZE)]

    def told(self):
        return {"hashFunction": TOEPLITZ, "inputTransform": 0, "key": self.key, "indirection": self.table}

    def change(self, change, queues):
        """Takes effect whole or not at all."""
        if change.get("hashFunction", TOEPLITZ) != TOEPLITZ or change.get("inputTransform", 0) != 0:
            raise Refusal(EOPNOTSUPP, "this NIC hashes by Toeplitz alone")
        key = base64.b64decode(change["key"]) if "key" in change else self.key
        if len(key) != KEY_LENGTH:
            raise Refusal(EINVAL, f"a key has {KEY_LENGTH} bytes")
        self.key = key
        if "indirection" in change:
            self.is_users = bool(change["indirection"])
            self.table = change["indirection"]
            self.follow(queues)

    def of(self, data):
        """The queue of a frame, and its hash. What is not IP has none, and comes at queue 0."""
        packet = parse(data)
        if packet is None:
            return 0, None
        with_ports = has_ports(packet)
        ports = data[packet.transport : packet.transport + 4] if with_ports else b""
        value = self.toeplitz(addresses(data, packet) + ports)
        return self.table[value % TABLE_SIZE], {"value": value, "type": "l4" if with_ports else "l3"}

    def toeplitz(self, data):
        """For each bit of the input that is set, the 32 bits of the key from that place, added modulo 2."""
        key, bits = int.from_bytes(self.key, "big"), int.from_bytes(data, "big")
        value, shift = 0, 8 * KEY_LENGTH - 32 - 8 * len(data) + 1
        for place in range(8 * len(data)):
            if bits >> place & 1:
                value ^= key >> (shift + place)
        return value & 0xFFFFFFFF


def hashed_fields(flow):
    """What is hashed of a flow type. It can be asked for, and not be changed."""
    if flow == "ether":
        return []
    return ["ip-src", "ip-dst", *(["l4-src", "l4-dst"] if flow.startswith(("tcp", "udp")) else [])]
