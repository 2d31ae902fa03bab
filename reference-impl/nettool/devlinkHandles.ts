/** Handles of devlink, where a device may be named: `pci/0000:01:00.0` is an instance, `pci/0000:01:00.0/0` a port of it. */
import { decodeBody, encodeBody } from '../netlink/client.js';
import { NETLINK_GENERIC, NLM_F_DUMP } from '../netlink/constants.js';
import type { DevlinkHandle } from '../netlink/devlinkClient.js';
import { DEVLINK_CMD, DEVLINK_GENL_NAME, DEVLINK_GENL_VERSION } from '../netlink/families/devlink.js';
import { DEVLINK } from '../netlink/families/devlinkAttributes.js';
import { nestIn, numberIn, textIn, type Values } from '../netlink/schema.js';
import { GENLMSGHDR } from '../netlink/server.js';
import { kernelRefusal, refused, type Outcome, type Refusal } from './refusal.js';
import type { NetDeviceInfo, NettoolSession } from './session.js';

/** No net device has a name with a slash in it: dev_valid_name(). */
export const isHandle = (pattern: string): boolean => pattern.includes('/');

const parts = (handle: string): number => handle.split('/').length;
const PORT_PARTS = 3;

/** `bus/device` of what a message of devlink is about. */
export const instanceNamed = (values: Values): string =>
  `${textIn(values, 'DEVLINK_ATTR_BUS_NAME') ?? ''}/${textIn(values, 'DEVLINK_ATTR_DEV_NAME') ?? ''}`;

/** By what the instance behind a net device is called: the port tells it, and where there is none the device on a bus. */
export function handleBehind({ link }: NetDeviceInfo, asksPort = true): DevlinkHandle | undefined {
  const port = asksPort ? nestIn(link, 'IFLA_DEVLINK_PORT') : undefined;
  const bus = textIn(port, 'DEVLINK_ATTR_BUS_NAME') ?? textIn(link, 'IFLA_PARENT_DEV_BUS_NAME');
  const device = textIn(port, 'DEVLINK_ATTR_DEV_NAME') ?? textIn(link, 'IFLA_PARENT_DEV_NAME');
  return bus === undefined || device === undefined ? undefined : { bus, device };
}

/** The same as `bus/device`. */
export function instanceBehind(netDevice: NetDeviceInfo): string | undefined {
  const handle = handleBehind(netDevice);
  return handle === undefined ? undefined : `${handle.bus}/${handle.device}`;
}

async function dump(session: NettoolSession, command: 'GET' | 'PORT_GET'): Promise<Outcome<readonly Values[]>> {
  const family = await session.pool.family(DEVLINK_GENL_NAME);
  if (!family.ok) return refused({ stage: 'kernel', errno: 'EOPNOTSUPP', message: 'this kernel has no devlink' });
  const body = encodeBody(GENLMSGHDR, { cmd: DEVLINK_CMD[command], version: DEVLINK_GENL_VERSION }, new Uint8Array(0));
  const result = await session.pool.read(NETLINK_GENERIC, { type: family.value.id, flags: NLM_F_DUMP, body });
  if (!result.ok) return refused(kernelRefusal(session.parts.explains(result.error), {}));
  return { ok: true, value: result.value.map((message) => decodeBody(GENLMSGHDR, DEVLINK, message).values) };
}

/** An instance, or a port without a net device, in the form of one: what devlink is asked about needs no more. */
const withoutNetDevice = (name: string, values: Values): NetDeviceInfo => {
  const port = numberIn(values, 'DEVLINK_ATTR_PORT_INDEX');
  return {
    name,
    ifIndex: 0,
    kind: '',
    flags: 0,
    isHandle: true,
    link: {
      IFLA_PARENT_DEV_BUS_NAME: textIn(values, 'DEVLINK_ATTR_BUS_NAME') ?? '',
      IFLA_PARENT_DEV_NAME: textIn(values, 'DEVLINK_ATTR_DEV_NAME') ?? '',
      ...(port === undefined ? {} : { IFLA_DEVLINK_PORT: { DEVLINK_ATTR_PORT_INDEX: port } }),
    },
  };
};

/** What the patterns name, in the order of the kernel: instances before ports. A port that has a net device is that one. */
export async function behindHandles(
  session: NettoolSession,
  patterns: readonly string[],
): Promise<Outcome<readonly NetDeviceInfo[]>> {
  const isMeant = (handle: string): boolean =>
    patterns.some((pattern) => parts(pattern) === parts(handle) && session.parts.matches(pattern, handle));
  const instances = await dump(session, 'GET');
  if (!instances.ok) return instances;
  const found = instances.value
    .map((values) => withoutNetDevice(instanceNamed(values), values))
    .filter(({ name }) => isMeant(name));
  if (!patterns.some((pattern) => parts(pattern) >= PORT_PARTS)) return { ok: true, value: found };
  const [ports, devices] = [await dump(session, 'PORT_GET'), await session.devices()];
  if (!ports.ok) return ports;
  if (!devices.ok) return devices;
  const own = ports.value.flatMap((values): NetDeviceInfo[] => {
    const handle = `${instanceNamed(values)}/${numberIn(values, 'DEVLINK_ATTR_PORT_INDEX') ?? ''}`;
    if (!isMeant(handle)) return [];
    const ifIndex = numberIn(values, 'DEVLINK_ATTR_PORT_NETDEV_IFINDEX');
    const device = devices.value.find((one) => one.ifIndex === ifIndex);
    return [session.parts.findsNetDevice && device !== undefined ? device : withoutNetDevice(handle, values)];
  });
  return { ok: true, value: [...found, ...own] };
}

/** Handles of all instances, for who misspelt one. */
export async function allHandles(session: NettoolSession): Promise<readonly string[]> {
  const instances = await dump(session, 'GET');
  return instances.ok ? instances.value.map(instanceNamed) : [];
}

/** Why a handle is not asked about what only net devices have. */
export const withoutHandles = ({ name, isHandle: isOne }: NetDeviceInfo, what: string): Refusal | undefined =>
  isOne === true
    ? {
        stage: 'device',
        device: name,
        errno: 'EOPNOTSUPP',
        message: `it is a handle of devlink: ${what} is of net devices`,
      }
    : undefined;

/** Changes of one device go one after the other. */
export const laneOf = ({ name, ifIndex, isHandle: isOne }: NetDeviceInfo): string =>
  isOne === true ? `handle ${name}` : `device ${ifIndex}`;
