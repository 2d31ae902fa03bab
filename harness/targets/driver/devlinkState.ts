/**
 * What a scenario may have changed of a device over devlink, and how it is put back: nodes are deleted, the mode of the embedded switch,
 * params and sizes are written back, and the driver is brought up anew, which forgets the rest. Its net device is a new one then.
 */
import { DevlinkClient, handleAttributes, handleOf } from '../../../reference-impl/netlink/devlinkClient.js';
import { NETLINK_GENERIC } from '../../../reference-impl/netlink/constants.js';
import { DEVLINK_CMD, DEVLINK_GENL_NAME } from '../../../reference-impl/netlink/families/devlink.js';
import {
  isValues,
  listIn,
  nestIn,
  numberIn,
  textIn,
  type Value,
  type Values,
} from '../../../reference-impl/netlink/schema.js';
import { parseDatagram } from '../../../reference-impl/netlink/wire.js';
import { TargetLost } from '../../contract/index.js';
import type { IfIndex, NetDeviceName, NetlinkProtocol } from '../../contract/index.js';
import type { MachineChannels } from './channels.js';

const READS = /(?:GET|DUMP|READ|FILTER_SET)$/;
const CHANGES = new Set(
  Object.entries(DEVLINK_CMD).flatMap(([name, command]) => (READS.test(name) ? [] : [command as number])),
);

/** The net device that a port has now. */
export interface RenewedPort {
  readonly netDevice: NetDeviceName;
  readonly ifIndex: IfIndex;
}

export class DevlinkState {
  readonly #client: DevlinkClient;
  readonly #family: number;
  readonly #handle: Values;
  readonly #port: number;
  readonly #params: readonly Values[];
  readonly #sizes: ReadonlyMap<Value, Value>;
  readonly #mode: number | undefined;
  #isChanged = false;

  private constructor(client: DevlinkClient, family: number, port: Values, before: Before) {
    this.#client = client;
    this.#family = family;
    this.#handle = handleAttributes(handleOf(port));
    this.#port = numberIn(port, 'DEVLINK_ATTR_PORT_INDEX') ?? 0;
    [this.#params, this.#sizes, this.#mode] = [before.params, before.sizes, before.mode];
  }

  /** Undefined where no instance of devlink has the port, or where the driver cannot be brought up anew. */
  static async open(channels: MachineChannels, netDevice: NetDeviceName): Promise<DevlinkState | undefined> {
    const opened = await DevlinkClient.open((protocol) => channels.netlink(protocol));
    if (!opened.ok) return undefined;
    const client = opened.value;
    const ports = await client.dump('PORT_GET');
    const port = (ports.ok ? ports.value : []).find(
      ({ values }) => textIn(values, 'DEVLINK_ATTR_PORT_NETDEV_NAME') === netDevice,
    )?.values;
    if (port === undefined) return undefined;
    const { id } = await client.generic.family(DEVLINK_GENL_NAME);
    return new DevlinkState(client, id, port, await readBefore(client, handleAttributes(handleOf(port))));
  }

  /** Looks at what somebody sends, for requests that change something. */
  watch(protocol: NetlinkProtocol, datagram: Uint8Array): void {
    if (protocol !== NETLINK_GENERIC || this.#isChanged) return;
    this.#isChanged = parseDatagram(datagram).some(
      ({ type, body }) => type === this.#family && CHANGES.has(body[0] ?? 0),
    );
  }

  /** Undefined: nothing was changed. Throws TargetLost where it cannot be put back. */
  async restore(): Promise<RenewedPort | undefined> {
    if (!this.#isChanged) return undefined;
    await this.#removeNodes();
    if (this.#mode !== undefined) await this.#call('ESWITCH_SET', { DEVLINK_ATTR_ESWITCH_MODE: this.#mode });
    for (const param of this.#params) await this.#call('PARAM_SET', param);
    for (const [id, size] of this.#sizes)
      await this.#call('RESOURCE_SET', { DEVLINK_ATTR_RESOURCE_ID: id, DEVLINK_ATTR_RESOURCE_SIZE: size });
    const reloaded = await this.#client.call('RELOAD', this.#handle);
    if (!reloaded.ok) throw new TargetLost(`the driver cannot be brought up anew: ${reloaded.error.message ?? ''}`);
    this.#isChanged = false;
    const found = await this.#client.call('PORT_GET', { ...this.#handle, DEVLINK_ATTR_PORT_INDEX: this.#port });
    const port = found.ok ? found.value[0]?.values : undefined;
    const [name, index] = [
      textIn(port, 'DEVLINK_ATTR_PORT_NETDEV_NAME'),
      numberIn(port, 'DEVLINK_ATTR_PORT_NETDEV_IFINDEX'),
    ];
    if (name === undefined || index === undefined) throw new TargetLost('the port did not come back with its driver');
    return { netDevice: name as NetDeviceName, ifIndex: index as IfIndex };
  }

  async #call(command: 'ESWITCH_SET' | 'PARAM_SET' | 'RESOURCE_SET', values: Values): Promise<void> {
    const result = await this.#client.call(command, { ...this.#handle, ...values });
    if (!result.ok) throw new TargetLost(`devlink ${command} does not put back: ${result.error.errnoName}`);
  }

  async #removeNodes(): Promise<void> {
    const rates = await this.#client.dump('RATE_GET', this.#handle);
    const all = (rates.ok ? rates.value : []).map(({ values }) => values);
    const places = all.map((values): Values => {
      const name = textIn(values, 'DEVLINK_ATTR_RATE_NODE_NAME');
      return name === undefined
        ? { ...this.#handle, DEVLINK_ATTR_PORT_INDEX: values['DEVLINK_ATTR_PORT_INDEX'] ?? 0 }
        : { ...this.#handle, DEVLINK_ATTR_RATE_NODE_NAME: name };
    });
    for (const [place, values] of all.entries())
      if (values['DEVLINK_ATTR_RATE_PARENT_NODE_NAME'] !== undefined)
        await this.#client.call('RATE_SET', { ...places[place], DEVLINK_ATTR_RATE_PARENT_NODE_NAME: '' });
    for (const place of places)
      if (place['DEVLINK_ATTR_RATE_NODE_NAME'] !== undefined) await this.#client.call('RATE_DEL', place);
  }
}

interface Before {
  readonly params: readonly Values[];
  readonly sizes: ReadonlyMap<Value, Value>;
  readonly mode: number | undefined;
}

async function readBefore(client: DevlinkClient, handle: Values): Promise<Before> {
  const params = await client.dump('PARAM_GET', handle);
  const resources = await client.several('RESOURCE_DUMP', handle);
  const eswitch = await client.call('ESWITCH_GET', handle);
  const trees = resources.ok
    ? listIn(nestIn(resources.value[0]?.values, 'DEVLINK_ATTR_RESOURCE_LIST'), 'DEVLINK_ATTR_RESOURCE')
    : [];
  return {
    params: (params.ok ? params.value : []).flatMap(({ values }) =>
      requestsOf(nestIn(values, 'DEVLINK_ATTR_PARAM') ?? {}),
    ),
    sizes: new Map(sizesOf(trees)),
    mode: eswitch.ok ? numberIn(eswitch.value[0]?.values, 'DEVLINK_ATTR_ESWITCH_MODE') : undefined,
  };
}

/** One request for each value that a param has. */
const requestsOf = (param: Values): Values[] =>
  listIn(nestIn(param, 'DEVLINK_ATTR_PARAM_VALUES_LIST'), 'DEVLINK_ATTR_PARAM_VALUE')
    .filter(isValues)
    .map((value) => ({
      DEVLINK_ATTR_PARAM_NAME: param['DEVLINK_ATTR_PARAM_NAME'] ?? '',
      DEVLINK_ATTR_PARAM_TYPE: param['DEVLINK_ATTR_PARAM_TYPE'] ?? 0,
      ...value,
    }));

const sizesOf = (resources: readonly Value[]): (readonly [Value, Value])[] =>
  resources
    .filter(isValues)
    .flatMap((resource) => [
      [resource['DEVLINK_ATTR_RESOURCE_ID'] ?? 0, resource['DEVLINK_ATTR_RESOURCE_SIZE'] ?? 0] as const,
      ...sizesOf(listIn(nestIn(resource, 'DEVLINK_ATTR_RESOURCE_LIST'), 'DEVLINK_ATTR_RESOURCE')),
    ]);
