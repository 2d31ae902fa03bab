/** Rate nodes of the reference device: what a driver refuses of them. Leaves come with the functions of the embedded switch. */
import type { DevlinkRateKey, DevlinkRateOps, DriverResult, Errno } from '../../../harness/contract/index.js';
import { done, refuse } from '../control.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';

const EINVAL = 22 as Errno;
const EOPNOTSUPP = 95 as Errno;
/** 1 Mb/s in bytes for each second: the hardware knows no finer. */
const UNIT = 125_000;

interface Rate {
  share: number;
  most: number;
}

/** `isSwitchdev`: nodes are there in this mode alone. `speed`: of a port, in Mb/s. */
export function rateOps(parts: DevlinkChipParts, isSwitchdev: () => boolean, speed: number): DevlinkRateOps {
  const rates = new Map<string, Rate>();
  const keyOf = (object: DevlinkRateKey): string => (object.kind === 'leaf' ? `#${object.port}` : object.name);
  const rateOf = (object: DevlinkRateKey): Rate => {
    const rate = rates.get(keyOf(object)) ?? { share: 0, most: 0 };
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
  return {
    nodeTxShareSet: setShare,
    nodeTxMaxSet: setMost,
    nodeParentSet: () => done,
    nodeNew: (name) => {
      if (!isSwitchdev()) return refuse(EOPNOTSUPP, 'Node creation allowed only in switchdev mode.');
      rates.set(name, { share: 0, most: 0 });
      return done;
    },
    nodeDel: (name) => {
      rates.delete(name);
      return done;
    },
    leafTxShareSet: setShare,
    leafTxMaxSet: setMost,
    leafParentSet: () => done,
  };
}
