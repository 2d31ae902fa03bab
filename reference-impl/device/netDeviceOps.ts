/** net_device_ops of the reference NIC. */
import type { DriverHost, NetDeviceOps, PortName } from '../../harness/contract/index.js';
import { done } from './driverResult.js';
import { deliver, flushAggregators } from './receiveRing.js';
import { linkStatistics, queueStatistics } from './reports.js';
import { endCableTest } from './service/cable.js';
import type { NicPort } from './state.js';
import { transmit } from './transmit.js';
import { ETH_HLEN, VLAN_HLEN } from '../packet/protocols.js';

/** A frame of this MTU with its header and one tag. */
export const longestOf = (mtu: number): number => mtu + ETH_HLEN + VLAN_HLEN;

/** `passes`: whether frames leave. */
export function netDeviceOps(portOf: (name: PortName) => NicPort, passes: () => boolean): NetDeviceOps {
  return {
    open: (name) => {
      portOf(name).up = true;
      return done;
    },
    stop: (name) => {
      stopPort(portOf(name));
      return done;
    },
    transmit: (name, queue, frame) => (passes() ? transmit(portOf(name), queue, frame) : 'ok'),
    setPolling: (name, polling) => {
      const port = portOf(name);
      port.polling = polling;
      if (polling) for (const queue of port.rxQueues) deliver(port, queue);
    },
    setFeatures: (name, features) => {
      const port = portOf(name);
      for (const queue of port.rxQueues) flushAggregators(port, queue);
      port.features = new Set(features);
      return done;
    },
    features: (name) => [...portOf(name).features],
    setMacAddress: (name, address) => {
      portOf(name).address = address;
      return done;
    },
    setRxMode: (name, mode) => {
      portOf(name).rxMode = mode;
    },
    changeMtu: (name, mtu) => {
      const port = portOf(name);
      for (const queue of port.rxQueues) if (port.polling) deliver(port, queue);
      port.mtu = mtu;
      port.switching?.setLongest(longestOf(mtu));
      return done;
    },
    addVid: (name, tpid, vid) => {
      const { vids } = portOf(name);
      vids.set(tpid, (vids.get(tpid) ?? new Set()).add(vid));
      return done;
    },
    killVid: (name, tpid, vid) => {
      portOf(name).vids.get(tpid)?.delete(vid);
      return done;
    },
    statistics: (name) => linkStatistics(portOf(name)),
    queueStatistics: (name) => queueStatistics(portOf(name)),
  };
}

/** What is in the rings is lost, what is configured stays. */
function stopPort(port: NicPort): void {
  for (const queue of port.rxQueues) {
    queue.aggregators.clear();
    queue.flushAt = null;
    queue.ring.length = 0;
    queue.firstArrival = null;
  }
  for (const queue of port.txQueues) {
    queue.ring.length = 0;
    if (!queue.stopped) continue;
    queue.stopped = false;
    queue.wake++;
    port.host.queueStopped(port.name, queue.index as Parameters<DriverHost['queueStopped']>[1], false);
  }
  port.xoffRefresh = null;
  port.pausedUntil = 0n;
  port.up = false;
  endCableTest(port);
}
