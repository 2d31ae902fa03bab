/**
 * A NIC of one port and four queues, for servers: generic transmit checksums, TCP segmentation, receive-side scaling, VLAN tags.
 *
 *     npx nicspec run --target module:examples/adapters/ts-nic/nic.ts
 *
 * This file is the driver's side, `queues.ts` has the rings.
 */
import type { ChannelCounts, Device, DriverResult, EthtoolOps, NetDeviceOps, RingSettings } from 'nicspec';
import { ADDRESS, CAPABILITIES, FEATURES, MAX_MTU, PORT, QUEUES, RING_MAXIMUM, RING_MINIMUM } from './abilities.js';
import { FourQueueNic } from './queues.js';
import { changeSpreading, evenTable, hashedFields, rssOf } from './spreading.js';

const OK = { ok: true, value: undefined } as const;
const refuse = (errno: 2 | 22 | 95, message: string): DriverResult<never> => ({
  ok: false,
  errno: errno as never,
  message,
});

/** It is called with `{ seed }`: everything that a device draws at random it draws from that. */
export default function createNic({ seed }: { readonly seed: number }): Device {
  const nic = new FourQueueNic(seed);
  return {
    describe: () => ({
      identity: {
        vendor: 'nicspec',
        model: 'four-queue NIC',
        driver: 'ts-nic',
        driverVersion: '1.0',
        firmwareVersion: '1.0',
      },
      ports: [
        {
          port: PORT,
          address: ADDRESS,
          minMtu: 68,
          maxMtu: MAX_MTU,
          hwFeatures: FEATURES,
          features: FEATURES,
          vlanFeatures: FEATURES.filter((name) => name.startsWith('tx-') && !name.includes('vlan')),
          encapFeatures: [],
          gsoPartialFeatures: [],
          gsoMaxSize: 65536,
          gsoMaxSegs: 64,
          maxFragments: 17,
          rxQueues: QUEUES,
          txQueues: QUEUES,
          unicastFilter: true,
        },
      ],
      capabilities: CAPABILITIES,
    }),
    attach: (host) => {
      nic.host = host;
    },
    reset: () => {
      nic.powerOn();
    },
    close: () => undefined,
    // Nothing in here waits for time to pass.
    advance: () => null,
    cable: {
      receive: (_port, frame) => {
        nic.receive(frame);
      },
      setCarrier: (_port, up) => {
        nic.plug(up);
      },
      setPartner: () => undefined,
    },
    netDevice: netDeviceOps(nic),
    ethtool: ethtoolOps(nic),
  };
}

/** ndo_*. */
function netDeviceOps(nic: FourQueueNic): NetDeviceOps {
  return {
    open: () => {
      nic.open();
      return OK;
    },
    stop: () => {
      nic.stop();
      return OK;
    },
    transmit: (_port, queue, frame) => nic.transmit(queue, frame),
    setPolling: (_port, polling) => {
      nic.poll(polling);
    },
    setFeatures: (_port, features) => {
      nic.features = new Set(features);
      return OK;
    },
    features: () => [...nic.features],
    setMacAddress: (_port, address) => {
      nic.address = address;
      return OK;
    },
    setRxMode: (_port, mode) => {
      nic.mode = mode;
    },
    changeMtu: (_port, mtu) => {
      nic.mtu = mtu;
      return OK;
    },
    statistics: () => ({ ...nic.count }),
    queueStatistics: () => nic.queueStatistics(),
  };
}

/** ethtool_ops: what the NIC lacks is not in here, and the kernel answers EOPNOTSUPP for it. */
function ethtoolOps(nic: FourQueueNic): EthtoolOps {
  return {
    getRings: () => ({
      ...nic.rings,
      tcpDataSplit: 0,
      hdsThresh: 0,
      rxMax: RING_MAXIMUM,
      txMax: RING_MAXIMUM,
      hdsThreshMax: 0,
      supports: [],
    }),
    setRings: (_port, rings) => setRings(nic, rings),
    getChannels: () => ({
      rx: 0,
      tx: 0,
      other: 0,
      combined: nic.channels,
      max: { rx: 0, tx: 0, other: 0, combined: QUEUES },
    }),
    setChannels: (_port, counts) => setChannels(nic, counts),
    getRss: (_port, context) =>
      context === 0 ? { ok: true, value: rssOf(nic.spreading) } : refuse(2, 'there is one context'),
    getRxHashFields: (_port, flow) => hashedFields(flow),
    setRss: (_port, context, change) =>
      context === 0 ? changeSpreading(nic.spreading, change, nic.channels) : refuse(2, 'there is one context'),
  };
}

function setRings(nic: FourQueueNic, { rx, tx }: RingSettings): DriverResult {
  if (Math.min(rx, tx) < RING_MINIMUM) return refuse(22, `a ring has ${RING_MINIMUM} descriptors at least`);
  nic.rings = { rx, tx };
  return OK;
}

function setChannels(nic: FourQueueNic, { rx, tx, combined }: ChannelCounts): DriverResult {
  if (rx !== 0 || tx !== 0 || combined < 1) return refuse(22, 'this NIC has combined channels');
  nic.channels = combined;
  if (!nic.spreading.isUsers) nic.spreading.table = evenTable(combined);
  return OK;
}
