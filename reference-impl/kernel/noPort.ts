/** What a net device without hardware answers in the place of a driver: that it has no such operation. */
import type { Device, DevicePort, LinkStatistics, MacAddress, PortName } from '../../harness/contract/index.js';
import { EOPNOTSUPP, OK, refused } from './errno.js';

const NAME = 'none' as PortName;
const ADDRESS = '00:00:00:00:00:00' as MacAddress;

export const NO_LIMITS: DevicePort = {
  port: NAME,
  address: ADDRESS,
  minMtu: 68,
  maxMtu: 65535,
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
  unicastFilter: true,
};

const refuse = (): ReturnType<typeof refused> => refused(EOPNOTSUPP);
const nothing = (): void => undefined;

const NO_DEVICE: Device = {
  describe: () => ({
    identity: { vendor: '', model: '', driver: '', driverVersion: '', firmwareVersion: '' },
    ports: [],
    capabilities: {},
  }),
  attach: nothing,
  reset: nothing,
  close: nothing,
  advance: () => null,
  cable: { receive: nothing, setCarrier: nothing, setPartner: nothing },
  netDevice: {
    open: () => OK,
    stop: () => OK,
    transmit: () => 'ok',
    setPolling: nothing,
    setFeatures: () => OK,
    features: () => [],
    setMacAddress: refuse,
    setRxMode: nothing,
    changeMtu: refuse,
    // Nobody asks: a net device without hardware counts for itself.
    statistics: (): LinkStatistics => {
      throw new Error('a net device without a port has no driver statistics');
    },
  },
  ethtool: {},
};

export const NO_PORT = { kind: 'port', device: NO_DEVICE, port: NAME, limits: NO_LIMITS } as const;
