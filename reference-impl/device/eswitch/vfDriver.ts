/** The driver of a virtual function: a net device whose filters are asked for over the mailbox. */
import type { DriverResult, MacAddress, NetDeviceOps, PortName, RxMode, Vid } from '../../../harness/contract/index.js';
import { done, EINVAL, refuse } from '../driverResult.js';
import { ETH_P_8021Q } from '../../packet/protocols.js';
import type { EswitchParts } from './eswitchParts.js';
import type { EmbeddedSwitch } from './embeddedSwitch.js';
import { NO_ADDRESS, type ReceiveMode, type VirtualFunction } from './virtualFunction.js';

export type FunctionOf = (port: PortName) => VirtualFunction | undefined;

/** The operations of all ports, with those of virtual functions going through the mailbox. */
export function vfNetDeviceOps(ops: NetDeviceOps, between: EmbeddedSwitch, functionOf: FunctionOf): NetDeviceOps {
  return {
    ...ops,
    open: async (name) => {
      const opened = await ops.open(name);
      const vf = functionOf(name);
      if (vf !== undefined) negotiate(between, vf);
      else physicalUp(between);
      return opened;
    },
    stop: async (name) => {
      const stopped = await ops.stop(name);
      between.refresh();
      return stopped;
    },
    setMacAddress: (name, address) => {
      const vf = functionOf(name);
      const answer = vf === undefined ? done : between.request(vf, { kind: 'address', address });
      if (!answer.ok) return answer;
      return then(ops.setMacAddress(name, address), () => between.refresh());
    },
    setRxMode: (name, mode) => {
      const vf = functionOf(name);
      return then(ops.setRxMode(name, mode), () => {
        if (vf === undefined) between.refresh();
        else askForMode(between, vf, mode);
      });
    },
    changeMtu: (name, mtu) => {
      const vf = functionOf(name);
      const answer = vf === undefined ? done : between.request(vf, { kind: 'longest', mtu });
      return answer.ok ? ops.changeMtu(name, mtu) : answer;
    },
    addVid: (name, tpid, vid) =>
      changeVid(between, functionOf(name), tpid, vid, true) ?? ops.addVid?.(name, tpid, vid) ?? done,
    killVid: (name, tpid, vid) => {
      // Whatever the answer, the driver does not ask for it again.
      const refusal = changeVid(between, functionOf(name), tpid, vid, false);
      if (refusal !== undefined && !between.parts.forgetsVlan) return done;
      return ops.killVid?.(name, tpid, vid) ?? done;
    },
  };
}

/** What `ops` answers, once `after` is done. */
function then<Result>(result: Result | Promise<Result>, after: () => void): Result | Promise<Result> {
  if (result instanceof Promise)
    return result.then((value) => {
      after();
      return value;
    });
  after();
  return result;
}

/** A refusal; undefined where the port may go on. */
function changeVid(
  between: EmbeddedSwitch,
  vf: VirtualFunction | undefined,
  tpid: number,
  vid: Vid,
  add: boolean,
): DriverResult | undefined {
  if (vf === undefined) return undefined;
  // The embedded switch knows customer tags only.
  if (tpid !== ETH_P_8021Q) return add ? refuse(EINVAL) : done;
  // Untagged frames belong to nobody's list.
  if (vid === 0) return done;
  const answer = between.request(vf, { kind: 'vlan', vid, add });
  return answer.ok ? undefined : answer;
}

function askForMode(between: EmbeddedSwitch, vf: VirtualFunction, mode: RxMode): void {
  // A refusal leaves the filters as they were: ndo_set_rx_mode has no way to say so.
  between.request(vf, { kind: 'unicast', addresses: mode.unicast });
  between.request(vf, { kind: 'multicast', groups: mode.multicast });
  between.request(vf, { kind: 'mode', mode: modeOf(mode) });
}

function modeOf({ promiscuous, allMulticast, multicast }: RxMode): ReceiveMode {
  if (promiscuous) return 'promiscuous';
  if (allMulticast) return 'all-multicast';
  return multicast.length > 0 ? 'multicast' : 'broadcast';
}

/** Every function is told that it may go on, and asks once more. */
function physicalUp(between: EmbeddedSwitch): void {
  for (const vf of between.functions)
    if (between.parts.survivesPhysical) negotiate(between, vf);
    else between.request(vf, { kind: 'reset' });
}

/** A reset message, and everything that the net device wants once more. */
export function negotiate(between: EmbeddedSwitch, vf: VirtualFunction): void {
  const { port } = vf;
  if (port?.up !== true) {
    between.refresh();
    return;
  }
  if (!between.request(vf, { kind: 'reset' }).ok) {
    between.refresh();
    return;
  }
  // The answer to the reset has the address that was set, and then there is nothing to ask for.
  if (vf.settings.address === NO_ADDRESS) between.request(vf, { kind: 'address', address: port.address });
  for (const vid of port.vids.get(ETH_P_8021Q) ?? []) between.request(vf, { kind: 'vlan', vid, add: true });
  askForMode(between, vf, port.rxMode);
}

/** An address for a function that was given none: locally administered, and the same in every run. */
export function addressFor(parts: EswitchParts, vf: VirtualFunction, physical: MacAddress): MacAddress {
  const last = parts.ownNumber(vf.index).toString(16).padStart(2, '0');
  return parts.addressForDriver(vf.settings, `06:4e:49:56:${physical.slice(-2)}:${last}` as MacAddress);
}
