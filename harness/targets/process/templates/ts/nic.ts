/**
 * A NIC of one port that sends and receives, and can do nothing else yet. Look for TODO.
 *
 *     npx nicspec run --target module:nic.ts --profile virtual-nic
 */
import type { Device, DriverHost, LinkStatistics, MacAddress, PortName } from 'nicspec';

const PORT = 'p0' as PortName;
const ADDRESS = '02:00:00:00:00:01' as MacAddress;
const OK = { ok: true, value: undefined } as const;

/** The fields of struct rtnl_link_stats64 that a driver fills in. */
const zeroed = (): { -readonly [Name in keyof LinkStatistics]: number } => ({
  rxPackets: 0,
  txPackets: 0,
  rxBytes: 0,
  txBytes: 0,
  rxErrors: 0,
  txErrors: 0,
  rxDropped: 0,
  txDropped: 0,
  multicast: 0,
  collisions: 0,
  rxLengthErrors: 0,
  rxOverErrors: 0,
  rxCrcErrors: 0,
  rxFrameErrors: 0,
  rxFifoErrors: 0,
  rxMissedErrors: 0,
  txAbortedErrors: 0,
  txCarrierErrors: 0,
  txFifoErrors: 0,
  txHeartbeatErrors: 0,
  txWindowErrors: 0,
});

/** It is called with `{ seed }`: everything that a device draws at random it draws from that. */
export default function createNic(): Device {
  let host: DriverHost | undefined;
  let isOpen = false;
  let isPlugged = true;
  let count = zeroed();
  const tellCarrier = (): void => {
    host?.carrier(PORT, isOpen && isPlugged);
  };
  return {
    describe: () => ({
      // TODO: who the device is.
      identity: { vendor: 'ACME', model: 'NIC', driver: 'acme', driverVersion: '0.1', firmwareVersion: '0.1' },
      ports: [
        {
          port: PORT,
          address: ADDRESS,
          minMtu: 68,
          maxMtu: 1500,
          // TODO: what can be switched, and what is on, by the names that ethtool -k shows.
          hwFeatures: [],
          features: [],
          vlanFeatures: [],
          encapFeatures: [],
          gsoPartialFeatures: [],
          gsoMaxSize: 65536,
          gsoMaxSegs: 65535,
          maxFragments: 17,
          rxQueues: 1,
          txQueues: 1,
          unicastFilter: false,
        },
      ],
      // TODO: what the device can do: npx nicspec list capabilities. What is claimed is tested.
      capabilities: {},
    }),
    attach: (kernel) => {
      host = kernel;
    },
    reset: () => {
      isOpen = false;
      isPlugged = true;
      count = zeroed();
    },
    close: () => undefined,
    // It is `now`: answer when you want to be called next, or null.
    advance: () => null,
    // The far end of the cable: in hardware this is physics.
    cable: {
      receive: (port, frame) => {
        if (!isOpen) return;
        // TODO: a frame whose check sequence (frame.fcs) is wrong is counted in rxCrcErrors and rxErrors, and goes nowhere.
        count.rxPackets++;
        count.rxBytes += frame.bytes.length;
        host?.receive(port, [{ bytes: frame.bytes, queue: 0 as never, checksum: { status: 'none' } }]);
      },
      setCarrier: (_port, up) => {
        isPlugged = up;
        tellCarrier();
      },
      setPartner: () => undefined,
    },
    // ndo_*: what every driver has.
    netDevice: {
      open: () => {
        isOpen = true;
        tellCarrier();
        return OK;
      },
      stop: () => {
        isOpen = false;
        tellCarrier();
        return OK;
      },
      transmit: (port, queue, frame) => {
        count.txPackets++;
        count.txBytes += frame.bytes.length;
        // TODO: a frame of less than 60 bytes is padded with zeros.
        host?.transmitToCable(port, { bytes: frame.bytes });
        host?.transmitCompleted(port, queue, {});
        return 'ok';
      },
      setPolling: () => undefined,
      setFeatures: () => OK,
      features: () => [],
      setMacAddress: () => OK,
      setRxMode: () => undefined,
      changeMtu: () => OK,
      statistics: () => count,
    },
    // ethtool_ops: leave out what the device lacks.
    ethtool: {},
  };
}
