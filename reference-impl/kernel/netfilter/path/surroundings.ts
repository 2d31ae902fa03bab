/** What the data path of nf_tables finds in the reference kernel. */
import type { IfIndex } from '../../../../harness/contract/index.js';
import type { TxFrame } from '../../frames.js';
import { AF_INET, AF_INET6 } from '../../../netlink/constants.js';
import { sendFromHost } from '../../bridge/forward.js';
import type { BridgeEvents } from '../../bridge/bridgeEvents.js';
import type { KernelState } from '../../kernelState.js';
import type { NetDevice } from '../../netDevice.js';
import type { Router } from '../../routing/router.js';
import type { Router6 } from '../../routing6/router6.js';
import type { StatefulObject, Table } from '../ruleset.js';
import type { PathSurroundings } from './evaluation.js';
import { reject } from './reject.js';
import type { TraceStep } from './trace.js';

/** Those parts of the kernel that rules call, which are made after the hooks are. */
export interface PathKernel extends KernelState {
  readonly routing: Router;
  readonly routing6: Router6;
  readonly bridging: KernelState['bridging'] & { readonly events: BridgeEvents };
}

export interface PathQueues {
  /** dev_queue_xmit(), as soon as what is under way is done. */
  transmit(netDevice: NetDevice, frame: TxFrame): void;
  depleted(table: Table, object: StatefulObject): void;
  hasTraceListeners(): boolean;
  traced(step: TraceStep): void;
}

/** Numbers like those of get_random_u32(), the same in every run: xorshift of 32 bits. */
function randomNumbers(): () => number {
  let state = 0x2545_f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

export function pathSurroundings(kernel: PathKernel, queues: PathQueues): PathSurroundings {
  const { parts } = kernel;
  return {
    parts: parts.netfilterPath,
    now: () => kernel.now,
    random: randomNumbers(),
    netDevice: (ifIndex: IfIndex) => kernel.netDevices.get(ifIndex),
    transmit: (netDevice, frame) => queues.transmit(netDevice, frame),
    transmitTo: (netDevice, address, packet) => {
      const [{ neighbours }, family] = address.length === 4 ? [kernel.routing, AF_INET] : [kernel.routing6, AF_INET6];
      neighbours.output(neighbours.findOrMake(netDevice, address, family), packet);
    },
    reject: (packet, type, code) => {
      const { routing, routing6 } = kernel;
      const around = {
        parts: parts.netfilterPath,
        routing,
        routing6,
        transmit: (netDevice: NetDevice, frame: TxFrame) => queues.transmit(netDevice, frame),
        sendFromBridge: (port: Parameters<typeof sendFromHost>[1], frame: TxFrame) =>
          sendFromHost(kernel.bridging.events, port, frame),
      };
      reject(around, packet, type, code);
    },
    log: (text) => void kernel.log.push(text),
    depleted: (table, object) => queues.depleted(table, object),
    hasTraceListeners: () => queues.hasTraceListeners(),
    traced: (step) => queues.traced(step),
  };
}
