/** Rates of the reference device: what a driver refuses of them, and how they hold back what the functions of the embedded switch send. */
import type {
  DevlinkRateKey,
  DevlinkRateOps,
  DriverResult,
  Errno,
  Nanoseconds,
} from '../../../harness/contract/index.js';
import { done, refuse } from '../driverResult.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';

const EINVAL = 22 as Errno;
const EOPNOTSUPP = 95 as Errno;
/** 1 Mb/s in bytes for each second: the hardware knows no finer. */
const UNIT = 125_000;

interface Rate {
  share: number;
  most: number;
  parent: string | undefined;
  /** Until then what was sent takes. */
  busyUntil: Nanoseconds;
}
const newRate = (): Rate => ({ share: 0, most: 0, parent: undefined, busyUntil: 0n });
const NANOSECONDS = 1_000_000_000;

export interface RateUnit {
  readonly ops: DevlinkRateOps;
  /** When the function of a port that sends so many bytes now may send again: its own limit, and those of the nodes above it. */
  heldUntil(port: number, length: number, now: Nanoseconds): Nanoseconds;
  reset(): void;
}

/** `isSwitchdev`: nodes are there in this mode alone. `speed`: of a port, in Mb/s. */
export function createRateUnit(parts: DevlinkChipParts, isSwitchdev: () => boolean, speed: number): RateUnit {
  const rates = new Map<string, Rate>();
  const keyOf = (object: DevlinkRateKey): string => (object.kind === 'leaf' ? `#${object.port}` : object.name);
  const rateOf = (object: DevlinkRateKey): Rate => {
    const rate = rates.get(keyOf(object)) ?? newRate();
    rates.set(keyOf(object), rate);
    return rate;
  };
  const check = (rate: number): DriverResult | undefined => {
    if (!parts.checksRates) return undefined;
    if (rate % UNIT !== 0) return refuse(EINVAL, 'a rate is a whole number of Mb/s');
    return rate / UNIT > speed ? refuse(EINVAL, `a rate is at most ${speed} Mb/s`) : undefined;
  };
  const setShare = (object: DevlinkRateKey, share: number): DriverResult => {
    const rate = rateOf(object);
    const wrong = check(share);
    if (wrong !== undefined) return wrong;
    if (rate.most !== 0 && share > rate.most && parts.checksRates)
      return refuse(EINVAL, 'a share is not above the limit');
    rate.share = share;
    return done;
  };
  const setMost = (object: DevlinkRateKey, most: number): DriverResult => {
    const rate = rateOf(object);
    const wrong = check(most);
    if (wrong !== undefined) return wrong;
    if (most !== 0 && most < rate.share && parts.checksRates) return refuse(EINVAL, 'a limit is not below the share');
    rate.most = most;
    return done;
  };
  const setParent = (object: DevlinkRateKey, parent: string | undefined): DriverResult => {
    rateOf(object).parent = parent;
    return done;
  };
  const ops: DevlinkRateOps = {
    nodeTxShareSet: setShare,
    nodeTxMaxSet: setMost,
    nodeParentSet: setParent,
    nodeNew: (name) => {
      if (!isSwitchdev()) return refuse(EOPNOTSUPP, 'Node creation allowed only in switchdev mode.');
      rates.set(name, newRate());
      return done;
    },
    nodeDel: (name) => {
      rates.delete(name);
      return done;
    },
    leafTxShareSet: setShare,
    leafTxMaxSet: setMost,
    leafParentSet: setParent,
  };
  return {
    ops,
    heldUntil: (port, length, now) => {
      let until = now;
      const seen = new Set<Rate>();
      for (let rate = rates.get(keyOf({ kind: 'leaf', port })); rate !== undefined && !seen.has(rate);) {
        seen.add(rate);
        if (rate.most > 0 && parts.holdsBack(seen.size - 1)) {
          const from = rate.busyUntil > now ? rate.busyUntil : now;
          rate.busyUntil = from + BigInt(Math.ceil((length * NANOSECONDS) / rate.most));
          if (rate.busyUntil > until) until = rate.busyUntil;
        }
        rate = rate.parent === undefined ? undefined : rates.get(rate.parent);
      }
      return until;
    },
    reset: () => {
      rates.clear();
    },
  };
}
