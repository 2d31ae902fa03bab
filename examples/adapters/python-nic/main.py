"""A server NIC in Python: one port, four queues, generic checksums both ways, TCP segmentation, receive-side scaling, VLAN tags.

It has no n-tuple filters, no second RSS context, no UDP segmentation and no hardware GRO, and says so with its reasons.
"""

import zlib

import segmentation
from frame import (
    BROADCAST,
    ETH_HLEN,
    ETH_ZLEN,
    VLAN_HLEN,
    finished,
    is_sctp,
    ones_complement_sum,
    put_u16,
    tag_count,
    with_tag,
    without_tag,
)
from protocol import Refusal, operation, serve
from spreading import Spreading, hashed_fields

PORT = "p0"
ADDRESS = "02:00:00:00:70:79"
QUEUES = 4
RING_MINIMUM, RING_DEFAULT, RING_MAXIMUM = 32, 512, 4096
ENOENT, EINVAL = 2, 22
OK = {"ok": True}

FEATURES = """
tx-checksum-ip-generic tx-scatter-gather tx-tcp-segmentation tx-tcp6-segmentation tx-tcp-ecn-segmentation tx-vlan-hw-insert
rx-checksum rx-vlan-hw-parse rx-hashing
""".split()

ABILITIES = [
    *FEATURES,
    *"""
    tx-checksum tx-scatter-gather-switch rx-checksum-switch rx-checksum-complete rss multi-queue unicast-filter
    secondary-unicast-filter multicast-filter mac-address-change permanent-address multicast-statistics mtu mtu-enforced
    pads-short-frames rings channels queue-statistics segments-in-device
    """.split(),
]

ABSENT = {
    "rx-ntuple-filter": "the NIC steers by the hash alone",
    "rss-contexts": "there is one indirection table",
    "rss-hash-fields": "addresses and ports are hashed, and nothing else can be chosen",
    "tx-udp-segmentation": "the segmentation engine knows TCP alone",
    "rx-gro-hw": "every frame of the cable is a frame for the host",
}

# The fields of struct rtnl_link_stats64 that a driver fills in.
COUNTERS = """
rxPackets txPackets rxBytes txBytes rxErrors txErrors rxDropped txDropped multicast collisions rxLengthErrors rxOverErrors
rxCrcErrors rxFrameErrors rxFifoErrors rxMissedErrors txAbortedErrors txCarrierErrors txFifoErrors txHeartbeatErrors
txWindowErrors
""".split()
RX_COUNTERS = ["packets", "bytes", "csumComplete", "csumNone"]
TX_COUNTERS = """
packets bytes csumNone needsCsum hwGsoPackets hwGsoBytes hwGsoWirePackets hwGsoWireBytes
""".split()


def address_bytes(address):
    return bytes.fromhex(address.replace(":", ""))


class Queue:
    def __init__(self):
        self.waiting = []
        self.rx = dict.fromkeys(RX_COUNTERS, 0)
        self.tx = dict.fromkeys(TX_COUNTERS, 0)


class PythonNic:
    seed = 0  # hello says it: what is random is drawn from it

    def power_on(self):
        self.opened = False
        self.plugged = True
        self.address = address_bytes(ADDRESS)
        self.mtu = 1500
        self.active = set(FEATURES)
        self.mode = {"promiscuous": False, "allMulticast": False, "unicast": set(), "multicast": set()}
        self.polling = True
        self.rings = {"rx": RING_DEFAULT, "tx": RING_DEFAULT}
        self.channels = QUEUES
        self.queues = [Queue() for _ in range(QUEUES)]
        self.spreading = Spreading(self.seed, QUEUES)
        self.count = dict.fromkeys(COUNTERS, 0)

    @operation("describe")
    def describe(self):
        return {
            "identity": {
                "vendor": "nicspec",
                "model": "Python NIC",
                "driver": "python-nic",
                "driverVersion": "2.0",
                "firmwareVersion": "2.0",
            },
            "ports": [
                {
                    "port": PORT,
                    "address": ADDRESS,
                    "minMtu": 68,
                    "maxMtu": 9000,
                    "hwFeatures": FEATURES,
                    "features": FEATURES,
                    "vlanFeatures": [name for name in FEATURES if name.startswith("tx-") and "vlan" not in name],
                    "encapFeatures": [],
                    "gsoPartialFeatures": [],
                    "gsoMaxSize": 65536,
                    "gsoMaxSegs": 64,
                    "maxFragments": 17,
                    "rxQueues": QUEUES,
                    "txQueues": QUEUES,
                    "unicastFilter": True,
                }
            ],
            "capabilities": {
                **{name: {"present": True} for name in ABILITIES},
                **{name: {"present": False, "reason": reason} for name, reason in ABSENT.items()},
            },
        }

    @operation("attach")
    def attach(self):
        self.power_on()

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
        longest = self.mtu + ETH_HLEN + VLAN_HLEN * tag_count(data)
        if "fcs" in frame and frame["fcs"] != zlib.crc32(data):
            self.count_error("rxCrcErrors")
        elif not ETH_ZLEN <= len(data) <= longest:
            self.count_error("rxLengthErrors")
        elif self.accepts(data[:6]):
            self.put_in_ring(data)
            self.deliver()

    def count_error(self, counter):
        self.count[counter] += 1
        self.count["rxErrors"] += 1

    def accepts(self, destination):
        if self.mode["promiscuous"] or destination == BROADCAST:
            return True
        if destination[0] & 1:
            return self.mode["allMulticast"] or destination in self.mode["multicast"]
        return destination == self.address or destination in self.mode["unicast"]

    def put_in_ring(self, on_cable):
        index, rx_hash = self.spreading.of(on_cable)
        queue = self.queues[index]
        if len(queue.waiting) >= self.rings["rx"]:
            self.count["rxMissedErrors"] += 1
            return
        self.count["rxPackets"] += 1
        self.count["rxBytes"] += len(on_cable)
        if on_cable[0] & 1 and on_cable[:6] != BROADCAST:
            self.count["multicast"] += 1
        data, tag = without_tag(on_cable) if "rx-vlan-hw-parse" in self.active else (on_cable, None)
        is_summed = "rx-checksum" in self.active and not is_sctp(data)
        queue.rx["packets"] += 1
        queue.rx["bytes"] += len(on_cable)
        queue.rx["csumComplete" if is_summed else "csumNone"] += 1
        frame = {"bytes": data, "queue": index, "checksum": {"status": "none"}}
        if is_summed:
            frame["checksum"] = {"status": "complete", "sum": ones_complement_sum(data[ETH_HLEN:])}
        if tag is not None:
            frame["vlan"] = tag
        if rx_hash is not None and "rx-hashing" in self.active:
            frame["hash"] = rx_hash
        queue.waiting.append(frame)

    def deliver(self):
        for queue in self.queues if self.polling else ():
            if queue.waiting:
                self.kernel.receive(PORT, queue.waiting)
                queue.waiting = []

    # ndo_*.

    @operation("netDevice.open")
    def open(self, port):
        self.opened = True
        self.tell_carrier()
        return OK

    @operation("netDevice.stop")
    def stop(self, port):
        self.opened = False
        for queue in self.queues:
            queue.waiting = []
        self.tell_carrier()
        return OK

    def tell_carrier(self):
        self.kernel.carrier(PORT, self.opened and self.plugged)

    @operation("netDevice.transmit")
    def transmit(self, port, queue, frame):
        counters = self.queues[queue].tx
        for data in self.frames_of(frame, counters):
            if "vlan" in frame:
                data = with_tag(data, frame["vlan"])
            if "gso" in frame:
                counters["hwGsoWireBytes"] += len(data)
            self.put_on_cable(data, counters)
        stamp = {} if "timestampId" not in frame else {"timestampId": frame["timestampId"]}
        self.kernel.transmit_completed(port, queue, **stamp)
        return "ok"

    def frames_of(self, frame, counters):
        data, checksum = frame["bytes"], frame["checksum"]
        if "gso" in frame:
            frames = segmentation.segments(data, frame["gso"])
            counters["needsCsum"] += len(frames)
            counters["hwGsoPackets"] += 1
            counters["hwGsoBytes"] += len(data)
            counters["hwGsoWirePackets"] += len(frames)
            return frames
        if checksum["kind"] == "none":
            counters["csumNone"] += 1
            return [data]
        counters["needsCsum"] += 1
        summed = bytearray(data)
        put_u16(summed, checksum["start"] + checksum["offset"], finished(ones_complement_sum(data[checksum["start"] :])))
        return [bytes(summed)]

    def put_on_cable(self, data, counters):
        if not self.plugged:
            self.count["txCarrierErrors"] += 1
            self.count["txErrors"] += 1
            return
        data = data.ljust(ETH_ZLEN, b"\0")
        for counted, packets, octets in ((self.count, "txPackets", "txBytes"), (counters, "packets", "bytes")):
            counted[packets] += 1
            counted[octets] += len(data)
        self.kernel.transmit_to_cable(PORT, data)

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
        self.mtu = mtu
        return OK

    @operation("netDevice.statistics")
    def statistics(self, port):
        return self.count

    @operation("netDevice.queueStatistics")
    def queue_statistics(self, port):
        """Queues in use one by one; what the others once counted is the base."""
        used, others = self.queues[: self.channels], self.queues[self.channels :]
        return {
            "rx": [queue.rx for queue in used],
            "tx": [queue.tx for queue in used],
            "base": {
                "rx": {name: sum(queue.rx[name] for queue in others) for name in RX_COUNTERS},
                "tx": {name: sum(queue.tx[name] for queue in others) for name in TX_COUNTERS},
            },
        }

    # ethtool_ops: the kernel answers EOPNOTSUPP for what is not here.

    @operation("ethtool.getRings")
    def get_rings(self, port):
        most = {"rxMax": RING_MAXIMUM, "txMax": RING_MAXIMUM, "hdsThreshMax": 0}
        return {**self.rings, **most, "tcpDataSplit": 0, "hdsThresh": 0, "supports": []}

    @operation("ethtool.setRings")
    def set_rings(self, port, rings):
        if min(rings["rx"], rings["tx"]) < RING_MINIMUM:
            raise Refusal(EINVAL, f"a ring has {RING_MINIMUM} descriptors at least")
        self.rings = {"rx": rings["rx"], "tx": rings["tx"]}
        return OK

    @operation("ethtool.getChannels")
    def get_channels(self, port):
        none = {"rx": 0, "tx": 0, "other": 0}
        return {**none, "combined": self.channels, "max": {**none, "combined": QUEUES}}

    @operation("ethtool.setChannels")
    def set_channels(self, port, channels):
        if channels["rx"] or channels["tx"] or channels["combined"] < 1:
            raise Refusal(EINVAL, "this NIC has combined channels")
        self.channels = channels["combined"]
        self.spreading.follow(self.channels)
        return OK

    @operation("ethtool.getRss")
    def get_rss(self, port, context):
        self.need_main_context(context)
        return {"ok": True, "value": self.spreading.told()}

    @operation("ethtool.setRss")
    def set_rss(self, port, context, change):
        self.need_main_context(context)
        self.spreading.change(change, self.channels)
        return OK

    def need_main_context(self, context):
        if context != 0:
            raise Refusal(ENOENT, "there is one context")

    @operation("ethtool.getRxHashFields")
    def get_rx_hash_fields(self, port, flow):
        return hashed_fields(flow)


if __name__ == "__main__":
    serve(PythonNic(), "python-nic 2.0")
