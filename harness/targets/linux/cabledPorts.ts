/** Two ports of this machine that are cabled together, in a namespace of their own: `linux:dut=eth2,peer=eth3`. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetFault, type NetDeviceName, type Target } from '../../contract/index.js';
import { UsageError } from '../../runner/usage.js';
import { openCabledTarget } from '../driver/cabled.js';
import {
  describePort,
  leftBehind,
  movePort,
  putBack,
  readBorrowing,
  recordBorrowing,
  refuseBorrowedPorts,
  refuseUsedPorts,
} from './borrowedPorts.js';
import { HostChannels } from './hostChannels.js';
import { NetNamespace } from './netNamespace.js';
import { startGuard } from './portGuard.js';

export interface CabledPorts {
  readonly dut: NetDeviceName;
  readonly peer: NetDeviceName;
  /** Take ports that have addresses or carry routes. */
  readonly force: boolean;
}

const FORM = 'linux:dut=NETDEV,peer=NETDEV, with ",force" behind it for ports that are in use';

/** @throws UsageError with the form that is understood. */
export function parseCabledPorts(text: string): CabledPorts {
  const words = text.split(',');
  const named = (key: string): NetDeviceName => {
    const values = words.filter((word) => word.startsWith(`${key}=`)).map((word) => word.slice(key.length + 1));
    const [value] = values;
    if (value === undefined || value === '' || values.length > 1)
      throw new UsageError(`"linux:${text}" names no ${key}; write ${FORM}`);
    return value as NetDeviceName;
  };
  const ports = { dut: named('dut'), peer: named('peer'), force: words.includes('force') };
  const unknown = words.find((word) => word !== 'force' && !/^(dut|peer)=/.test(word));
  if (unknown !== undefined) throw new UsageError(`"${unknown}" in "linux:${text}" is not known; write ${FORM}`);
  if (ports.dut === ports.peer) throw new UsageError(`${ports.dut} cannot be cabled to itself; write ${FORM}`);
  return ports;
}

/** @throws TargetFault if a port does not exist, is in use, or has no carrier; everything is as it was then. */
export async function openCabledPorts({ dut, peer, force }: CabledPorts): Promise<Target> {
  const home = NetNamespace.own();
  for (const path of leftBehind(home)) await putBackLeft(path, home);
  refuseBorrowedPorts(home, [dut, peer]);
  const ports = [await describePort(home, dut), await describePort(home, peer)];
  refuseUsedPorts(ports, force);
  const record = recordBorrowing(home, ports);
  const away = NetNamespace.create();
  away.keepQuiet();
  const guard = await startGuard(record, away);
  const channels = new HostChannels(away);
  const release = async (): Promise<void> => {
    await channels.close();
    await guard.release();
    for (const namespace of [away, home]) namespace.close();
  };
  try {
    const identity = await identityOf(home, dut);
    for (const { netDevice } of ports) await movePort(home, netDevice, away);
    return await openCabledTarget({
      name: `linux:dut=${dut},peer=${peer}`,
      channels,
      dut,
      peer,
      ...identity,
      onClose: release,
    });
  } catch (error) {
    await release();
    throw error;
  }
}

/** As the bus identifies the device; a virtual one has none. */
async function identityOf(
  home: NetNamespace,
  netDevice: NetDeviceName,
): Promise<{ readonly vendor: string; readonly model: string }> {
  const { sysfs } = new HostChannels(home);
  const read = async (name: string): Promise<string | null> => {
    const result = await sysfs.read(`class/net/${netDevice}/device/${name}`);
    return result.ok ? result.value.trim() : null;
  };
  const [vendor, model] = [await read('vendor'), await read('device')];
  sysfs.close();
  return { vendor: vendor === null ? 'Linux' : `PCI ${vendor}`, model: model ?? 'virtual device' };
}

/** Longer than a guard takes, which may be at it. */
const GUARD_MS = 5000;
const LOOK_AGAIN_MS = 50;

async function putBackLeft(path: string, home: NetNamespace): Promise<void> {
  for (let waited = 0; existsSync(path) && waited < GUARD_MS; waited += LOOK_AGAIN_MS) await sleep(LOOK_AGAIN_MS);
  if (!existsSync(path)) return;
  const { owner, ports } = readBorrowing(path);
  const names = ports.map(({ netDevice }) => netDevice).join(' and ');
  const failures = await putBack(path, home, null);
  if (failures.length > 0)
    throw new TargetFault(
      `a run that was killed (process ${owner.pid}) left ${names}, and not everything can be put back: ${failures.join('; ')}. Put it right and remove ${path}`,
    );
  process.stderr.write(`nicspec: put back ${names}, which a killed run (process ${owner.pid}) had left\n`);
}
