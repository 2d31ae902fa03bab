/** The router of the reference switch: what stands between the ports of the reference device that route. */
import type { PortName, RouterOps } from '../../../harness/contract/index.js';
import type { ForHost, SendOut } from './referenceSwitch.js';
import { newRouteDecision, nextFrame, routePacket } from './routePacket.js';
import { routerOps } from './routerOps.js';
import type { RouterChipParts } from './routerParts.js';
import { newRouterState, resetRouterState, type RouterState } from './routerState.js';
import { NO_TRAP, type Trapped } from './switchTraps.js';

export interface ReferenceRouter {
  readonly ops: RouterOps;
  readonly state: RouterState;
  /** A good frame came in at a port; undefined: it is the host's, as if there were no router. */
  receive(port: number, bytes: Uint8Array, sendOut: SendOut): ForHost | undefined;
  /** As at power-on. */
  reset(): void;
}

export function createReferenceRouter(
  ports: readonly PortName[],
  capacity: number,
  parts: RouterChipParts,
  trapped: Trapped,
): ReferenceRouter {
  const state = newRouterState(ports.length, capacity, parts);
  const decision = newRouteDecision();
  return {
    state,
    ops: routerOps(state, (port) => ports.indexOf(port)),
    receive: (port, bytes, sendOut) => {
      if (state.isInterface[port] !== 1) return undefined;
      routePacket(state, port, bytes, decision);
      if (decision.trap !== NO_TRAP) trapped(decision.trap, port, bytes);
      if (decision.kind === 'trap') return undefined;
      if (decision.kind === 'forward') sendOut(decision.port, nextFrame(state, bytes, decision));
      return decision.copies ? 'for-host' : 'not-for-host';
    },
    reset: () => resetRouterState(state),
  };
}
