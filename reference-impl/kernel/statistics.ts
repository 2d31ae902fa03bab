/** dev_get_stats(): what the driver counts, with what the core counts added. Names are those of struct rtnl_link_stats64. */
import type { LinkStatistics } from '../../harness/contract/index.js';
import type { NetDevice } from './netDevice.js';

export interface NetDeviceStatistics extends LinkStatistics {
  readonly rxCompressed: number;
  readonly txCompressed: number;
  readonly rxNohandler: number;
  readonly rxOtherhostDropped: number;
}

export async function statisticsOf(netDevice: NetDevice): Promise<NetDeviceStatistics> {
  const { lower } = netDevice;
  return lower.kind === 'port'
    ? withCore(netDevice, await lower.device.netDevice.statistics(lower.port))
    : softwareStatistics(netDevice);
}

/** Of a net device without a driver of its own: nobody has to be waited for. Member by member: many links are asked for at once. */
export const softwareStatistics = ({ softwareTraffic, coreStatistics }: NetDevice): NetDeviceStatistics => ({
  rxPackets: softwareTraffic.rxPackets,
  txPackets: softwareTraffic.txPackets,
  rxBytes: softwareTraffic.rxBytes,
  txBytes: softwareTraffic.txBytes,
  rxErrors: 0,
  txErrors: 0,
  rxDropped: coreStatistics.rxDropped,
  txDropped: coreStatistics.txDropped,
  multicast: softwareTraffic.multicast,
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
  rxCompressed: 0,
  txCompressed: 0,
  rxNohandler: coreStatistics.rxNohandler,
  rxOtherhostDropped: 0,
});

const withCore = ({ coreStatistics }: NetDevice, driver: LinkStatistics): NetDeviceStatistics => ({
  ...driver,
  rxDropped: driver.rxDropped + coreStatistics.rxDropped,
  txDropped: driver.txDropped + coreStatistics.txDropped,
  rxCompressed: 0,
  txCompressed: 0,
  rxNohandler: coreStatistics.rxNohandler,
  rxOtherhostDropped: 0,
});
