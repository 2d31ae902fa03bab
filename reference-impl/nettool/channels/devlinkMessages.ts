/** Requests of the devlink family about the instance that a net device belongs to. */
import { decodeBody, encodeBody } from '../../netlink/client.js';
import { NETLINK_GENERIC, NLM_F_DUMP } from '../../netlink/constants.js';
import {
  DEVLINK_CMD,
  DEVLINK_GENL_NAME,
  DEVLINK_GENL_VERSION,
  type DevlinkCommand,
} from '../../netlink/families/devlink.js';
import { DEVLINK, DEVLINK_REQUEST } from '../../netlink/families/devlinkAttributes.js';
import { encodeAttributes, nestIn, numberIn, type Values } from '../../netlink/schema.js';
import { GENLMSGHDR } from '../../netlink/server.js';
import { handleBehind } from '../devlinkHandles.js';
import { kernelRefusal, refused, type Outcome } from '../refusal.js';
import type { NetDeviceInfo, NettoolSession } from '../session.js';
import type { Row } from '../reading.js';
import type { Step, StepCore, Wire } from '../step.js';
import type { SubjectSpec } from '../subjects/index.js';
import type { Scalar } from '../values.js';
import { GENL_BYTES } from './ethtoolMessages.js';

/** The attributes that call the instance behind a net device. */
function handleOf({ parts }: NettoolSession, netDevice: NetDeviceInfo): Outcome<Values> {
  const handle = handleBehind(netDevice, parts.asksPort);
  if (handle === undefined) {
    const about = { stage: 'device', device: netDevice.name, errno: 'EOPNOTSUPP' } as const;
    return refused({ ...about, message: 'it belongs to no device of a bus' });
  }
  return { ok: true, value: { DEVLINK_ATTR_BUS_NAME: handle.bus, DEVLINK_ATTR_DEV_NAME: handle.device } };
}

/** The port's number in its instance; undefined for a net device that is no port of one. */
export const portIndexOf = ({ link }: NetDeviceInfo): number | undefined =>
  numberIn(nestIn(link, 'IFLA_DEVLINK_PORT'), 'DEVLINK_ATTR_PORT_INDEX');

const body = (command: DevlinkCommand, values: Values): Uint8Array =>
  encodeBody(
    GENLMSGHDR,
    { cmd: DEVLINK_CMD[command], version: DEVLINK_GENL_VERSION },
    encodeAttributes(DEVLINK_REQUEST, values),
  );

/** The replies about the instance of a net device. */
export async function askDevlink(
  session: NettoolSession,
  device: NetDeviceInfo,
  command: DevlinkCommand,
  values: Values = {},
  { dump = false } = {},
): Promise<Outcome<readonly Values[]>> {
  const handle = handleOf(session, device);
  if (!handle.ok) return handle;
  const family = await session.pool.family(DEVLINK_GENL_NAME);
  if (!family.ok) {
    const message = 'this kernel has no devlink';
    return refused({ stage: 'kernel', device: device.name, errno: 'EOPNOTSUPP', message });
  }
  const asked = { ...handle.value, ...values };
  const request = { type: family.value.id, flags: dump ? NLM_F_DUMP : 0, body: body(command, asked) };
  const result = await session.pool.read(NETLINK_GENERIC, request);
  if (!result.ok) {
    const refusal = kernelRefusal(session.parts.explains(result.error), { device: device.name });
    // ENODEV: the device has a bus and no instance.
    return refused(
      refusal.errno === 'ENODEV' ? { ...refusal, errno: 'EOPNOTSUPP', message: 'it has no devlink instance' } : refusal,
    );
  }
  const replies = result.value.map((reply) => decodeBody(GENLMSGHDR, DEVLINK, reply).values);
  // A kernel before 6.5 dumps every instance.
  return { ok: true, value: replies.filter((reply) => isOf(handle.value, reply)) };
}

const isOf = (handle: Values, reply: Values): boolean =>
  reply['DEVLINK_ATTR_BUS_NAME'] === handle['DEVLINK_ATTR_BUS_NAME'] &&
  reply['DEVLINK_ATTR_DEV_NAME'] === handle['DEVLINK_ATTR_DEV_NAME'];

/** Its type is told beside it, so that devlink_param_set_nl_policy has no place for it. */
const UNLISTED: ReadonlySet<number> = new Set([DEVLINK.byName.get('DEVLINK_ATTR_PARAM_VALUE_DATA')?.number ?? 0]);

/** A change as it goes over the wire. */
export async function devlinkWire(
  session: NettoolSession,
  device: NetDeviceInfo,
  command: DevlinkCommand,
  values: Values,
): Promise<Outcome<Wire>> {
  const handle = handleOf(session, device);
  if (!handle.ok) return handle;
  const family = await session.pool.family(DEVLINK_GENL_NAME);
  if (!family.ok) return refused(kernelRefusal(family.error, { device: device.name }));
  return {
    ok: true,
    value: {
      kind: 'netlink',
      protocol: NETLINK_GENERIC,
      type: family.value.id,
      family: DEVLINK_GENL_NAME,
      body: body(command, { ...handle.value, ...values }),
      set: DEVLINK,
      headerBytes: GENL_BYTES,
      unlisted: UNLISTED,
    },
  };
}

/** A row of what is there. */
export const rowOf = (entries: readonly (readonly [string, Scalar | undefined])[]): Row =>
  Object.fromEntries(entries.filter((entry): entry is [string, Scalar] => entry[1] !== undefined));

/** A step of one request, and the request that takes it back: `former` by the command `undoing`. */
export async function devlinkStep(
  session: NettoolSession,
  device: NetDeviceInfo,
  subject: SubjectSpec,
  command: DevlinkCommand,
  changes: Row,
  values: Values,
  former: Values | undefined,
  undoing: DevlinkCommand = command,
): Promise<Outcome<Step>> {
  const make = async (which: DevlinkCommand, of: Values): Promise<Outcome<StepCore>> => {
    const wire = await devlinkWire(session, device, which, of);
    return wire.ok ? { ok: true, value: { operation: `DEVLINK_CMD_${which}`, wire: wire.value } } : wire;
  };
  const core = await make(command, values);
  if (!core.ok) return core;
  const undo = former === undefined ? undefined : await make(undoing, former);
  const keys = new Map(subject.keys.map(({ attribute, key }) => [attribute, `${subject.name}.${key}`]));
  return {
    ok: true,
    value: { ...core.value, subject: subject.name, changes, keys, ...(undo?.ok === true ? { undo: undo.value } : {}) },
  };
}

/** All steps, or the first refusal. */
export async function together(steps: readonly Promise<Outcome<Step>>[]): Promise<Outcome<readonly Step[]>> {
  const made: Step[] = [];
  for (const step of await Promise.all(steps)) {
    if (!step.ok) return step;
    made.push(step.value);
  }
  return { ok: true, value: made };
}
