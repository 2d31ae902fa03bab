/** What the driver of the reference switch does for aggregates: LagOps, and bridges over aggregates. */
import type {
  BridgeId,
  DriverResult,
  Errno,
  LagId,
  OffloadedLag,
  PortName,
  SwitchdevOps,
} from '../../../harness/contract/index.js';
import { EOPNOTSUPP, done, refuse } from '../control.js';
import { clearLag, lagAt, setSending, type LagTable, type SwitchLag } from './lagTable.js';
import type { SwitchState } from './switchState.js';

const EBUSY = 16 as Errno;

/** `ops` see logical ports; `indexOf`: the number of a port with a cable. */
export function withLags(state: SwitchState, indexOf: (port: PortName) => number, ops: SwitchdevOps): SwitchdevOps {
  const { lagTable } = state;
  const lagOf = (port: PortName): SwitchLag | undefined =>
    lagAt(lagTable, lagTable.logicalOf[indexOf(port)] ?? indexOf(port));
  return {
    ...ops,
    join: async (port, bridge): Promise<DriverResult<number>> => {
      const lag = lagOf(port);
      // The first member joins for all of them, and the last one leaves.
      if (lag !== undefined && lag.bridged !== 0) {
        lag.bridged |= 1 << indexOf(port);
        return { ok: true, value: (state.bridgeOf[lagTable.logicalOf[indexOf(port)] ?? 0] ?? 0) + 1 };
      }
      const joined = await ops.join(port, bridge);
      if (lag !== undefined && joined.ok) lag.bridged |= 1 << indexOf(port);
      return joined;
    },
    leave: async (port: PortName, bridge: BridgeId): Promise<void> => {
      const lag = lagOf(port);
      if (lag !== undefined) lag.bridged &= ~(1 << indexOf(port));
      if (lag === undefined || lag.bridged === 0) await ops.leave(port, bridge);
    },
    joinLag: (port, lag) => joinLag(state, indexOf(port), lag),
    leaveLag: (port, id) => leaveLag(lagTable, indexOf(port), id),
    setLagMember: (port, id, { linkUp, transmitEnabled }) => {
      const lag = lagTable.lags.find((each) => each.id === id);
      if (lag === undefined) return;
      const bit = 1 << indexOf(port);
      setSending(lag, indexOf(port), lagTable.parts.sends(linkUp, transmitEnabled));
      // A backup, or one that has not agreed with its partner, does not collect either.
      lag.collecting = transmitEnabled ? lag.collecting | bit : lag.collecting & ~bit;
    },
  };
}

function joinLag(state: SwitchState, port: number, { id, transmit, hash }: OffloadedLag): DriverResult {
  const { lags, logicalOf, cabled, parts } = state.lagTable;
  // A team in the mode activebackup tells of every enabled port that it sends: only a bond can be taken in this mode.
  const takes = transmit === 'hash' || (transmit === 'active-backup' && hash === 'none');
  if (!parts.takes(transmit, takes)) return refuse(EOPNOTSUPP);
  const known = lags.findIndex((lag) => lag.id === id);
  const index = known >= 0 ? known : lags.findIndex((lag) => lag.id === undefined);
  const lag = lags[index];
  if (lag === undefined) return parts.admits(false) ? done : refuse(EBUSY, 'Exceeded number of supported LAG devices');
  state.isUsed = true;
  if (known < 0) clearLag(lag);
  lag.id = id;
  lag.hash = hash;
  lag.members |= 1 << port;
  logicalOf[port] = cabled + index;
  return done;
}

function leaveLag({ lags, logicalOf, parts }: LagTable, port: number, id: LagId): void {
  const lag = lags.find((each) => each.id === id);
  if (lag === undefined || !parts.forgetsMember) return;
  const others = ~(1 << port);
  setSending(lag, port, false);
  lag.members &= others;
  lag.bridged &= others;
  lag.collecting &= others;
  logicalOf[port] = port;
  if (lag.members === 0) clearLag(lag);
}
