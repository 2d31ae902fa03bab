"""A NIC of one port and one queue, in Python: generic checksums both ways, address filters, an MTU that it keeps to.

It has no segmentation, no receive-side scaling and no VLAN offload, and says so: the kernel does these in software.
"""

import zlib

from protocol import Refusal, operation, serve

PORT = "p0"
ADDRESS = "02:00:00:00:70:79"
ETH_HLEN = 14
ETH_ZLEN = 60
VLAN_HLEN = 4
VLAN_TYPES = (0x8100, 0x88A8)
IPPROTO_SCTP = 132
IPV6_OPTIONS = (0, 43, 60)  # hop-by-hop, routing, destination
BROADCAST = b"\xff" * 6
FEATURES = ["tx-checksum-ip-generic", "tx-scatter-gather", "rx-checksum"]
OK = {"ok": True}

ABILITIES = [
    *FEATURES,
    "tx-checksum",
    "tx-scatter-gather-switch",
    "rx-checksum-switch",
    "rx-checksum-complete",
    "unicast-filter",
    "secondary-unicast-filter",
    "multicast-filter",
    "mac-address-change",
    "permanent-address",
    "multicast-statistics",
    "mtu",
    "mtu-enforced",
    "pads-short-frames",
]


def ones_complement_sum(data):
    """The 16-bit ones-complement sum of the bytes, folded and not complemented (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def is_sctp(data):
    """Whether it is an SCTP packet: its checksum is a CRC, and a ones-complement sum of it means nothing."""
    at = 12
    while int.from_bytes(data[at : at + 2], "big") in VLAN_TYPES:
        at += VLAN_HLEN
    ethertype = int.from_bytes(data[at : at + 2], "big")
    at += 2
    if ethertype == 0x0800:
        return data[at + 9] == IPPROTO_SCTP
    if ethertype != 0x86DD:
        return False
    header, at = data[at + 6], at + 40
    while header in IPV6_OPTIONS and at + 2 <= len(data):
        header, at = data[at], at + 8 + 8 * data[at + 1]
    return header == IPPROTO_SCTP


def address_bytes(address):
    return bytes.fromhex(address.replace(":", ""))


class PythonNic:
    def __init__(self):
        self.power_on()

    def power_on(self):
        self.opened = False
        self.plugged = True
        self.address = address_bytes(ADDRESS)
        self.mtu = 1500
        self.active = set(FEATURES)
        self.mode = {"promiscuous": False, "allMulticast": False, "unicast": set(), "multicast": set()}
        self.polling = True
        self.waiting = []
        self.count = dict.fromkeys(COUNTERS, 0)

    @operation("describe")
    def describe(self):
        return {
            "identity": {
                "vendor": "nicspec",
                "model": "Python NIC",
                "driver": "python-nic",
                "driverVersion": "1.0",
                "firmwareVersion": "1.0",
            },
            "ports": [
                {
                    "port": PORT,
                    "address": ADDRESS,
                    "minMtu": 68,
                    "maxMtu": 9000,
                    "hwFeatures": FEATURES,
                    "features": FEATURES,
                    "vlanFeatures": FEATURES,
                    "encapFeatures": [],
                    "gsoPartialFeatures": [],
                    "gsoMaxSize": 65536,
                    "gsoMaxSegs": 65535,
                    "maxFragments": 17,
                    "rxQueues": 1,
                    "txQueues": 1,
                    "unicastFilter": True,
                }
            ],
            "capabilities": {name: {"present": True} for name in ABILITIES},
        }

    @operation("attach")
    def attach(self):
        pass

    @operation("reset")
    def reset(self):
        self.power_on()

    @operation("close")
    def close(self):
        pass

    @operation("advance")
    def advance(self, now):
        return None  # nothing here waits for time to pass

    # The far end of the cable.

    @operation("cable.setCarrier")
    def set_carrier(self, port, up):
        self.plugged = up
        self.tell_carrier()

    @operation("cable.setPartner")
    def set_partner(self, port, partner):
        pass

    @operation("cable.receive")
    def receive(self, port, frame):
        if not self.opened or not self.plugged:
            return
        data = frame["bytes"]
        if "fcs" in frame and frame["fcs"] != zlib.crc32(data):
            self.count["rxCrcErrors"] += 1
            self.count["rxErrors"] += 1
            return
        if len(data) < ETH_ZLEN or len(data) > self.longest(data):
            self.count["rxLengthErrors"] += 1
            self.count["rxErrors"] += 1
            return
        if not self.accepts(data[:6]):
            return
        self.count["rxPackets"] += 1
        self.count["rxBytes"] += len(data)
        if data[0] & 1 and data[:6] != BROADCAST:
            self.count["multicast"] += 1
        checksum = {"status": "none"}
        if "rx-checksum" in self.active and not is_sctp(data):
            checksum = {"status": "complete", "sum": ones_complement_sum(data[ETH_HLEN:])}
        self.waiting.append({"bytes": data, "queue": 0, "checksum": checksum})
        self.deliver()

    def longest(self, data):
        """The MTU is without the Ethernet header and without tags."""
        tags = 0
        while tags < 2 and int.from_bytes(data[12 + 4 * tags : 14 + 4 * tags], "big") in VLAN_TYPES:
            tags += 1
        return self.mtu + ETH_HLEN + VLAN_HLEN * tags

    def accepts(self, destination):
        if self.mode["promiscuous"] or destination == BROADCAST:
            return True
        if destination[0] & 1:
            return self.mode["allMulticast"] or destination in self.mode["multicast"]
        return destination == self.address or destination in self.mode["unicast"]

    def deliver(self):
        if self.polling and self.waiting:
            self.kernel.receive(PORT, self.waiting)
            self.waiting = []

    # ndo_*.

    @operation("netDevice.open")
    def open(self, port):
        self.opened = True
        self.tell_carrier()
        return OK

    @operation("netDevice.stop")
    def stop(self, port):
        self.opened = False
        self.waiting = []
        self.tell_carrier()
        return OK

    def tell_carrier(self):
        self.kernel.carrier(PORT, self.opened and self.plugged)

    @operation("netDevice.transmit")
    def transmit(self, port, queue, frame):
        data = bytearray(frame["bytes"])
        checksum = frame["checksum"]
        if checksum["kind"] == "partial":
            start = checksum["start"]
            value = ~ones_complement_sum(bytes(data[start:])) & 0xFFFF
            # RFC 768: a sum of zero is sent as all ones, which says the same to every protocol.
            at = start + checksum["offset"]
            data[at : at + 2] = (value or 0xFFFF).to_bytes(2, "big")
        tag = frame.get("vlan")
        if tag is not None:
            data[12:12] = tag["tpid"].to_bytes(2, "big") + tag["tci"].to_bytes(2, "big")
        self.count["txPackets"] += 1
        self.count["txBytes"] += len(data)
        data.extend(bytes(max(0, ETH_ZLEN - len(data))))
        if self.plugged:
            self.kernel.transmit_to_cable(port, bytes(data))
        stamp = {} if "timestampId" not in frame else {"timestampId": frame["timestampId"]}
        self.kernel.transmit_completed(port, queue, **stamp)
        return "ok"

    @operation("netDevice.setPolling")
    def set_polling(self, port, polling):
        self.polling = polling
        self.deliver()

    @operation("netDevice.setFeatures")
    def set_features(self, port, features):
        self.active = set(features)
        return OK

    @operation("netDevice.features")
    def features(self, port):
        return sorted(self.active)

    @operation("netDevice.setMacAddress")
    def set_mac_address(self, port, address):
        self.address = address_bytes(address)
        return OK

    @operation("netDevice.setRxMode")
    def set_rx_mode(self, port, mode):
        self.mode = {
            "promiscuous": mode["promiscuous"],
            "allMulticast": mode["allMulticast"],
            "unicast": {address_bytes(address) for address in mode["unicast"]},
            "multicast": {address_bytes(address) for address in mode["multicast"]},
        }

    @operation("netDevice.changeMtu")
    def change_mtu(self, port, mtu):
        if mtu > 9000:
            raise Refusal(22, "this NIC has buffers of 9000 bytes")
        self.mtu = mtu
        return OK

    @operation("netDevice.statistics")
    def statistics(self, port):
        return self.count


# The fields of struct rtnl_link_stats64 that a driver fills in.
COUNTERS = """
rxPackets txPackets rxBytes txBytes rxErrors txErrors rxDropped txDropped multicast collisions rxLengthErrors rxOverErrors
rxCrcErrors rxFrameErrors rxFifoErrors rxMissedErrors txAbortedErrors txCarrierErrors txFifoErrors txHeartbeatErrors
txWindowErrors
""".split()

if __name__ == "__main__":
    serve(PythonNic(), "python-nic 1.0")
