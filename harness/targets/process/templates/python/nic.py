"""A NIC of one port that sends and receives, and can do nothing else yet. Look for TODO.

    npx nicspec adapter check "python3 nic.py"
    npx nicspec run --target process:"python3 nic.py" --profile virtual-nic
"""

from protocol import operation, serve

PORT = "p0"
OK = {"ok": True}


class Nic:
    def __init__(self):
        self.power_on()

    def power_on(self):
        self.opened = False
        self.plugged = True
        self.count = dict.fromkeys(COUNTERS, 0)

    @operation("describe")
    def describe(self):
        return {
            # TODO: who the device is.
            "identity": {
                "vendor": "ACME",
                "model": "NIC",
                "driver": "acme",
                "driverVersion": "0.1",
                "firmwareVersion": "0.1",
            },
            "ports": [
                {
                    "port": PORT,
                    "address": "02:00:00:00:00:01",
                    "minMtu": 68,
                    "maxMtu": 1500,
                    # TODO: what can be switched, and what is on, by the names that ethtool -k shows.
                    "hwFeatures": [],
                    "features": [],
                    "vlanFeatures": [],
                    "encapFeatures": [],
                    "gsoPartialFeatures": [],
                    "gsoMaxSize": 65536,
                    "gsoMaxSegs": 65535,
                    "maxFragments": 17,
                    "rxQueues": 1,
                    "txQueues": 1,
                    "unicastFilter": False,
                }
            ],
            # TODO: what the device can do: npx nicspec list capabilities. What is claimed is tested.
            "capabilities": {},
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
        """It is `now`, in nanoseconds as a string of digits. Answers when to be called next, likewise, or None."""
        return None

    # The far end of the cable: in hardware this is physics.

    @operation("cable.setCarrier")
    def set_carrier(self, port, up):
        self.plugged = up
        self.tell_carrier()

    @operation("cable.setPartner")
    def set_partner(self, port, partner):
        pass

    @operation("cable.receive")
    def receive(self, port, frame):
        if not self.opened:
            return
        # TODO: a frame whose check sequence (frame.get("fcs")) is wrong is counted in rxCrcErrors and rxErrors, and goes nowhere.
        self.count["rxPackets"] += 1
        self.count["rxBytes"] += len(frame["bytes"])
        self.kernel.receive(port, [{"bytes": frame["bytes"], "queue": 0, "checksum": {"status": "none"}}])

    # ndo_*: what every driver has. One of ethtool_ops is @operation("ethtool.getRings"), and so on.

    @operation("netDevice.open")
    def open(self, port):
        self.opened = True
        self.tell_carrier()
        return OK

    @operation("netDevice.stop")
    def stop(self, port):
        self.opened = False
        self.tell_carrier()
        return OK

    def tell_carrier(self):
        self.kernel.carrier(PORT, self.opened and self.plugged)

    @operation("netDevice.transmit")
    def transmit(self, port, queue, frame):
        data = frame["bytes"]
        self.count["txPackets"] += 1
        self.count["txBytes"] += len(data)
        # TODO: a frame of less than 60 bytes is padded with zeros.
        self.kernel.transmit_to_cable(port, data)
        self.kernel.transmit_completed(port, queue)
        return "ok"

    @operation("netDevice.setPolling")
    def set_polling(self, port, polling):
        pass

    @operation("netDevice.setFeatures")
    def set_features(self, port, features):
        return OK

    @operation("netDevice.features")
    def features(self, port):
        return []

    @operation("netDevice.setMacAddress")
    def set_mac_address(self, port, address):
        return OK

    @operation("netDevice.setRxMode")
    def set_rx_mode(self, port, mode):
        pass

    @operation("netDevice.changeMtu")
    def change_mtu(self, port, mtu):
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
    serve(Nic(), "acme-nic 0.1")
