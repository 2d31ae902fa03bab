/** Virtual functions that a scenario made, and the mode of the embedded switch: put back before what hangs on them. */
import { DevlinkClient } from '../../../reference-impl/netlink/devlinkClient.js';
import { numberIn, textIn, type Values } from '../../../reference-impl/netlink/schema.js';
import { TargetFault } from '../../contract/index.js';
import type { PortAccess, PortAspect } from './portState.js';

const numberOfFunctions = ({ netDevice }: PortAccess): string => `class/net/${netDevice}/device/sriov_numvfs`;

export const virtualFunctions: PortAspect = {
  name: 'virtual functions',
  async read(port) {
    const count = await port.channels.sysfs.read(numberOfFunctions(port));
    if (!count.ok) return null;
    const autoprobe = await port.channels.sysfs.read(autoprobeOf(port));
    return { count: Number(count.value), ...(autoprobe.ok ? { autoprobe: autoprobe.value.trim() } : {}) };
  },
  async restore(port, was, now) {
    const { sysfs } = port.channels;
    if (was['autoprobe'] !== now['autoprobe']) await sysfs.write(autoprobeOf(port), String(was['autoprobe']));
    if (was['count'] === now['count']) return;
    const written = await sysfs.write(numberOfFunctions(port), String(was['count']));
    if (!written.ok)
      throw new TargetFault(`the functions of ${port.netDevice} cannot be put back: errno ${written.errno}`);
  },
};

const autoprobeOf = ({ netDevice }: PortAccess): string => `class/net/${netDevice}/device/sriov_drivers_autoprobe`;

/** The instance of devlink that a port belongs to; undefined where it has no device on a bus. */
export async function handleOfPort({ route, ifIndex }: PortAccess): Promise<Values | undefined> {
  const link = await route.link(ifIndex);
  const [bus, device] = ['IFLA_PARENT_DEV_BUS_NAME', 'IFLA_PARENT_DEV_NAME'].map((name) =>
    link.ok ? textIn(link.value.values, name) : undefined,
  );
  if (bus === undefined || device === undefined) return undefined;
  return { DEVLINK_ATTR_BUS_NAME: bus, DEVLINK_ATTR_DEV_NAME: device };
}

export async function withDevlink<Value>(
  port: PortAccess,
  use: (client: DevlinkClient, handle: Values) => Promise<Value>,
): Promise<Value | undefined> {
  const handle = await handleOfPort(port);
  if (handle === undefined) return undefined;
  const opened = await DevlinkClient.open((protocol) => port.channels.netlink(protocol));
  if (!opened.ok) return undefined;
  try {
    return await use(opened.value, handle);
  } finally {
    await opened.value.generic.client.socket.close();
  }
}

export const eswitchMode: PortAspect = {
  name: 'mode of the embedded switch',
  async read(port) {
    const mode = await withDevlink(port, async (client, handle) => {
      const answer = await client.call('ESWITCH_GET', handle);
      return answer.ok ? numberIn(answer.value[0]?.values, 'DEVLINK_ATTR_ESWITCH_MODE') : undefined;
    });
    return mode === undefined ? null : { mode };
  },
  async restore(port, was) {
    const mode = Number(was['mode']);
    const answer = await withDevlink(port, (client, handle) =>
      client.call('ESWITCH_SET', { ...handle, DEVLINK_ATTR_ESWITCH_MODE: mode }),
    );
    if (answer?.ok !== true)
      throw new TargetFault(`the mode of the embedded switch of ${port.netDevice} cannot be put back`);
  },
};
