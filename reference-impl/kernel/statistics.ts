/** dev_get_stats(): what the driver counts, with what the core counts added. Names are those of struct rtnl_link_stats64. */
import type { LinkStatistics } from '../../harness/contract/index.js';
import type { NetDevice } from './netDevice.js';

export interface NetDeviceStatistics extends LinkStatistics {
  readonly rxCompressed: number;
  readonly txCompressed: number;
  readonly rxNohandler: number;
  readonly rxOtherhostDropped: number;
}

const NO_DRIVER_STATISTICS: LinkStatistics = {
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
};

export async function statisticsOf(netDevice: NetDevice): Promise<NetDeviceStatistics> {
  const { lower, coreStatistics } = netDevice;
  const driver =
    lower.kind === 'port'
      ? await lower.device.netDevice.statistics(lower.port)
      : { ...NO_DRIVER_STATISTICS, ...netDevice.softwareTraffic };
  return {
    ...driver,
    rxDropped: driver.rxDropped + coreStatistics.rxDropped,
    txDropped: driver.txDropped + coreStatistics.txDropped,
    rxCompressed: 0,
    txCompressed: 0,
    rxNohandler: coreStatistics.rxNohandler,
    rxOtherhostDropped: 0,
  };
}
