/** devlink as the steps ask it: the instance of the port under test, requests in words, and what was announced. */
import {
  DevlinkClient,
  handleAttributes,
  type DevlinkHandle,
  type DevlinkMessage,
} from '../../reference-impl/netlink/devlinkClient.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import type { DevlinkCommand } from '../../reference-impl/netlink/families/devlink.js';
import { DEVLINK } from '../../reference-impl/netlink/families/devlinkAttributes.js';
import {
  isValues,
  listIn,
  nestIn,
  numberIn,
  textIn,
  type Value,
  type Values,
} from '../../reference-impl/netlink/schema.js';
import { expectThat } from './expectations.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

export const ATTRIBUTE = 'DEVLINK_ATTR_';

/** What the steps of one scenario know of devlink. */
export interface DevlinkNotes {
  client: DevlinkClient | undefined;
  /** A second socket that only listens. */
  listener: DevlinkClient | undefined;
  handle: DevlinkHandle | undefined;
  replies: readonly DevlinkMessage[];
  warning: string | undefined;
  /** What was announced and not looked at yet. */
  announced: DevlinkMessage[];
  remembered: Map<string, Value | undefined>;
}

export const devlinkNotes = (world: NicWorld): DevlinkNotes =>
  world.note('devlink', () => ({
    client: undefined,
    listener: undefined,
    handle: undefined,
    replies: [],
    warning: undefined,
    announced: [],
    remembered: new Map(),
  }));

export async function devlinkOf(world: NicWorld): Promise<DevlinkClient> {
  const notes = devlinkNotes(world);
  notes.client ??= accepted(await DevlinkClient.open((protocol) => world.target.netlink(protocol)), 'opening devlink');
  return notes.client;
}

/** Ports of all instances, as they are now. */
export async function portsOf(world: NicWorld, narrowed: Values = {}): Promise<readonly Values[]> {
  const devlink = await devlinkOf(world);
  return accepted(await devlink.dump('PORT_GET', narrowed), 'the ports of devlink').map(({ values }) => values);
}

const handleIn = (values: Values): DevlinkHandle => ({
  bus: textIn(values, 'DEVLINK_ATTR_BUS_NAME') ?? '',
  device: textIn(values, 'DEVLINK_ATTR_DEV_NAME') ?? '',
});

/** The instance that the port under test belongs to, asked once: a reload gives its net device another name or index. */
export async function instanceOf(world: NicWorld): Promise<DevlinkHandle> {
  const notes = devlinkNotes(world);
  if (notes.handle !== undefined) return notes.handle;
  const { netDevice } = world.port;
  const port = (await portsOf(world)).find((values) => textIn(values, 'DEVLINK_ATTR_PORT_NETDEV_NAME') === netDevice);
  expectThat(port !== undefined, `no port of devlink has the net device ${netDevice}`);
  notes.handle = handleIn(port);
  return notes.handle;
}

export const handleValuesOf = async (world: NicWorld): Promise<Values> => handleAttributes(await instanceOf(world));

/** Ports of the instance under test. */
export const ownPorts = async (world: NicWorld): Promise<readonly Values[]> =>
  portsOf(world, await handleValuesOf(world));

/** The first port of the instance: the one under test. */
export async function ownPort(world: NicWorld): Promise<Values> {
  const [port] = await ownPorts(world);
  expectThat(port !== undefined, 'the instance has no port');
  return port;
}

export const indexOfPort = (port: Values): number => numberIn(port, 'DEVLINK_ATTR_PORT_INDEX') ?? -1;

/** Everything of a kind that the instance has. */
export async function dumped(world: NicWorld, command: DevlinkCommand): Promise<readonly Values[]> {
  const devlink = await devlinkOf(world);
  const result = accepted(await devlink.dump(command, await handleValuesOf(world)), `a dump of ${command}`);
  return result.map(({ values }) => values);
}

/** One request to the instance; what came is kept for the steps that follow. */
export async function ask(world: NicWorld, command: DevlinkCommand, values: Values): Promise<NetlinkResult<unknown>> {
  const devlink = await devlinkOf(world);
  const notes = devlinkNotes(world);
  const request = { ...(await handleValuesOf(world)), ...values };
  const result = SEVERAL.has(command)
    ? await devlink.several(command, request)
    : DUMPS.has(command)
      ? await devlink.dump(command, request)
      : await devlink.call(command, request);
  notes.replies = result.ok ? result.value : [];
  world.answer = result;
  return result;
}

const SEVERAL: ReadonlySet<DevlinkCommand> = new Set([
  'RESOURCE_DUMP',
  'HEALTH_REPORTER_DIAGNOSE',
  'DPIPE_HEADERS_GET',
  'DPIPE_TABLE_GET',
  'DPIPE_ENTRIES_GET',
]);
const DUMPS: ReadonlySet<DevlinkCommand> = new Set(['REGION_READ', 'HEALTH_REPORTER_DUMP_GET']);

/** A request that has to succeed. */
export async function insist(world: NicWorld, command: DevlinkCommand, values: Values): Promise<readonly Values[]> {
  accepted(await ask(world, command, values), `devlink ${command}`);
  return devlinkNotes(world).replies.map((reply) => reply.values);
}

/** From here on, what devlink announces is kept. */
export async function listen(world: NicWorld): Promise<void> {
  const notes = devlinkNotes(world);
  if (notes.listener !== undefined) return;
  notes.listener = accepted(await DevlinkClient.open((protocol) => world.target.netlink(protocol)), 'opening devlink');
  await notes.listener.listen();
}

/** What of the instance was announced up to now. */
export async function announcedOf(world: NicWorld): Promise<readonly DevlinkMessage[]> {
  const notes = devlinkNotes(world);
  expectThat(notes.listener !== undefined, 'nobody listens to devlink');
  const { bus, device } = await instanceOf(world);
  const news = await notes.listener.announcements(world.quietMs);
  notes.announced.push(
    ...news.filter(({ values }) => {
      const handle = handleIn(values);
      return handle.bus === bus && handle.device === device;
    }),
  );
  return notes.announced;
}

/** Forgets what was announced up to now. */
export async function forgetAnnounced(world: NicWorld): Promise<void> {
  await announcedOf(world);
  devlinkNotes(world).announced.length = 0;
}

/** `PORT_FUNCTION.HW_ADDR`: a value by the path of its attributes, without their prefixes; a list's first element is taken on the way. */
export function valueAt(values: Values | undefined, path: string): Value | undefined {
  const [name = '', ...rest] = path.split('.');
  const value = namedIn(values, name);
  const first = Array.isArray(value) && rest.length > 0 ? (value as readonly Value[])[0] : value;
  if (rest.length === 0) return first;
  return isValues(first) ? valueAt(first, rest.join('.')) : undefined;
}

const PREFIXES = ['', ATTRIBUTE, `${ATTRIBUTE}STATS_`, 'DEVLINK_PORT_FN_ATTR_', 'DEVLINK_PORT_FUNCTION_ATTR_'];

function namedIn(values: Values | undefined, name: string): Value | undefined {
  for (const prefix of PREFIXES) {
    const value = values?.[`${prefix}${name}`];
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Attributes of a param with its values by cmode. */
export interface ParamShown {
  readonly name: string;
  readonly type: number;
  readonly values: ReadonlyMap<number, Uint8Array | undefined>;
}

export function paramIn(values: Values): ParamShown {
  const param = nestIn(values, 'DEVLINK_ATTR_PARAM');
  const list = listIn(nestIn(param, 'DEVLINK_ATTR_PARAM_VALUES_LIST'), 'DEVLINK_ATTR_PARAM_VALUE').filter(isValues);
  return {
    name: textIn(param, 'DEVLINK_ATTR_PARAM_NAME') ?? '',
    type: numberIn(param, 'DEVLINK_ATTR_PARAM_TYPE') ?? 0,
    values: new Map(
      list.map((each) => {
        const data = each['DEVLINK_ATTR_PARAM_VALUE_DATA'];
        return [numberIn(each, 'DEVLINK_ATTR_PARAM_VALUE_CMODE') ?? -1, data instanceof Uint8Array ? data : undefined];
      }),
    ),
  };
}

/** A number of an attribute, in the form that its type has. */
export function typed(name: string, text: string): Value {
  const spec = DEVLINK.byName.get(`${ATTRIBUTE}${name}`);
  expectThat(spec !== undefined, `devlink has no attribute ${name}`);
  switch (spec.type.kind) {
    case 'string':
      return text === '""' ? '' : text;
    case 'flag':
      return true;
    case 'binary':
      return Uint8Array.from(text === 'none' ? [] : text.split(' ').map((byte) => parseInt(byte, 16)));
    case 'bitfield32': {
      const [value = 0, selector = 0] = text.split(' of ').map(Number);
      return { value, selector };
    }
    default:
      return Number(text);
  }
}
