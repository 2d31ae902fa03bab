/** What devlink answers about the device of a port. Whatever can be asked without changing the device is asked. */
import {
  DevlinkClient,
  handleAttributes,
  handleOf,
  type DevlinkHandle,
} from '../../../reference-impl/netlink/devlinkClient.js';
import {
  isValues,
  listIn,
  nestIn,
  numberIn,
  textIn,
  type Value,
  type Values,
} from '../../../reference-impl/netlink/schema.js';
import type { CapabilityAnswer, CapabilityAnswers, NetDeviceName } from '../../contract/index.js';
import type { MachineChannels } from './channels.js';

const PRESENT: CapabilityAnswer = { present: true };
const absent = (reason: string): CapabilityAnswer => ({ present: false, reason });
const either = (is: boolean, reason: string): CapabilityAnswer => (is ? PRESENT : absent(reason));

/** Capabilities that are there only with an instance; the words for why not go with each. */
const NAMES = [
  'devlink',
  'devlink-info',
  'devlink-eswitch',
  'devlink-eswitch-inline',
  'devlink-eswitch-encap',
  'devlink-selftests',
  'devlink-port-split',
  'devlink-params',
  'devlink-max-macs',
  'devlink-param-validation',
  'devlink-region-snapshot-switch',
  'devlink-asset-tag',
  'devlink-resources',
  'devlink-resource-bounds',
  'devlink-fdb-resource',
  'devlink-reload',
  'devlink-reload-no-reset',
  'devlink-reload-cabled',
  'devlink-flash',
  'devlink-flash-quick',
  'devlink-flash-activate',
  'devlink-flash-checks',
  'devlink-health',
  'devlink-health-errors',
  'devlink-fatal-error',
  'devlink-regions',
  'devlink-region-direct',
  'devlink-fdb-region',
  'devlink-traps',
  'devlink-trap-frames',
  'devlink-trap-traffic',
  'devlink-rate-nodes',
  'devlink-shared-buffers',
  'devlink-shared-buffer-occupancy',
  'devlink-pipeline',
  'devlink-fdb-pipeline',
  'devlink-port-health',
] as const;

/** What nothing that can be asked tells; who knows the device states it. */
const UNTOLD: CapabilityAnswers = {
  'devlink-max-macs': absent('Nothing that devlink can be asked tells whether max_macs limits the filter of a port.'),
  'devlink-flash': absent('The suite writes no firmware to a device unless it is stated that it may.'),
  'devlink-flash-quick': absent('The suite writes no firmware to a device unless it is stated that it may.'),
  'devlink-flash-activate': absent('The suite writes no firmware to a device unless it is stated that it may.'),
  'devlink-flash-checks': absent('The suite writes no firmware to a device unless it is stated that it may.'),
  'devlink-fatal-error': absent('Nothing that devlink can be asked tells whether an error stops the data path.'),
  'devlink-trap-frames': absent(
    'Nothing that devlink can be asked tells whether traps are those of frames on the cable.',
  ),
  'devlink-trap-traffic': absent('Nothing that devlink can be asked tells whether there is traffic that meets traps.'),
};

export async function askDevlink(channels: MachineChannels, netDevice: NetDeviceName): Promise<CapabilityAnswers> {
  const opened = await DevlinkClient.open((protocol) => channels.netlink(protocol));
  if (!opened.ok) return allAbsent('This kernel has no devlink.');
  const client = opened.value;
  const ports = await client.dump('PORT_GET');
  const port = (ports.ok ? ports.value : []).find(
    ({ values }) => textIn(values, 'DEVLINK_ATTR_PORT_NETDEV_NAME') === netDevice,
  );
  const answers =
    port === undefined
      ? allAbsent(`No instance of devlink has the port ${netDevice}.`)
      : await new Asking(client, handleOf(port.values), channels).answers(port.values);
  await client.generic.client.socket.close();
  return answers;
}

/** The answers of a device that devlink does not know. */
export const allAbsent = (reason: string): CapabilityAnswers =>
  Object.fromEntries(NAMES.map((name) => [name, absent(reason)]));

class Asking {
  readonly #client: DevlinkClient;
  readonly #handle: Values;
  readonly #called: DevlinkHandle;
  readonly #channels: MachineChannels;

  constructor(client: DevlinkClient, called: DevlinkHandle, channels: MachineChannels) {
    this.#client = client;
    this.#called = called;
    this.#handle = handleAttributes(called);
    this.#channels = channels;
  }

  async answers(port: Values): Promise<CapabilityAnswers> {
    return {
      ...UNTOLD,
      devlink: PRESENT,
      ...(await this.#device()),
      'devlink-reload-cabled': PRESENT,
      'devlink-port-split': either(
        numberIn(port, 'DEVLINK_ATTR_PORT_SPLITTABLE') === 1,
        'The driver says that the port cannot be split.',
      ),
      ...(await this.#params()),
      ...(await this.#resources()),
      ...(await this.#health()),
      ...(await this.#regions()),
      'devlink-traps': await this.#dumped('TRAP_POLICER_GET', 'The driver registers no traps with policers.'),
      'devlink-rate-nodes': await this.#rateNodes(),
    };
  }

  async #list(
    command: 'PARAM_GET' | 'HEALTH_REPORTER_GET' | 'REGION_GET' | 'TRAP_POLICER_GET',
  ): Promise<readonly Values[]> {
    const result = await this.#client.dump(command, this.#handle);
    return result.ok ? result.value.map(({ values }) => values) : [];
  }

  async #dumped(command: 'TRAP_POLICER_GET', reason: string): Promise<CapabilityAnswer> {
    return either((await this.#list(command)).length > 0, reason);
  }

  async #device(): Promise<CapabilityAnswers> {
    const info = await this.#client.call('INFO_GET', this.#handle);
    const told = info.ok ? info.value[0]?.values : undefined;
    const hasVersions = ['FIXED', 'RUNNING', 'STORED'].some(
      (kind) => listIn(told, `DEVLINK_ATTR_INFO_VERSION_${kind}`).length > 0,
    );
    const eswitch = await this.#client.call('ESWITCH_GET', this.#handle);
    const modes = eswitch.ok ? eswitch.value[0]?.values : undefined;
    const has = (name: string): boolean => modes?.[`DEVLINK_ATTR_ESWITCH_${name}`] !== undefined;
    const instance = await this.#client.call('GET', this.#handle);
    const infos = listIn(
      nestIn(
        nestIn(instance.ok ? instance.value[0]?.values : undefined, 'DEVLINK_ATTR_DEV_STATS'),
        'DEVLINK_ATTR_RELOAD_STATS',
      ),
      'DEVLINK_ATTR_RELOAD_ACTION_INFO',
    ).filter(isValues);
    const limits = infos.flatMap((each) =>
      listIn(nestIn(each, 'DEVLINK_ATTR_RELOAD_ACTION_STATS'), 'DEVLINK_ATTR_RELOAD_STATS_ENTRY').filter(isValues),
    );
    const tests = await this.#client.call('SELFTESTS_GET', this.#handle);
    const headers = await this.#client.several('DPIPE_HEADERS_GET', this.#handle);
    const tables = await this.#client.several('DPIPE_TABLE_GET', this.#handle);
    const hasFdb =
      tables.ok &&
      listIn(nestIn(tables.value[0]?.values, 'DEVLINK_ATTR_DPIPE_TABLES'), 'DEVLINK_ATTR_DPIPE_TABLE')
        .filter(isValues)
        .some((table) => textIn(table, 'DEVLINK_ATTR_DPIPE_TABLE_NAME') === 'fdb');
    const buffers = await this.#client.dump('SB_GET', this.#handle);
    const thresholds = await this.#client.dump('SB_PORT_POOL_GET', this.#handle);
    return {
      'devlink-info': either(hasVersions, 'The driver tells no versions.'),
      'devlink-eswitch': either(has('MODE'), 'The device has no embedded switch.'),
      'devlink-eswitch-inline': either(has('INLINE_MODE'), 'The driver has no inline mode.'),
      'devlink-eswitch-encap': either(has('ENCAP_MODE'), 'The driver has no encapsulation mode.'),
      'devlink-selftests': either(tests.ok, 'The driver has no self-tests.'),
      'devlink-pipeline': either(headers.ok, 'The driver shows no pipeline.'),
      'devlink-fdb-pipeline': either(hasFdb, 'The driver has no table fdb in its pipeline.'),
      'devlink-shared-buffers': either(buffers.ok && buffers.value.length > 0, 'The driver tells of no shared buffer.'),
      'devlink-shared-buffer-occupancy': either(
        thresholds.ok && thresholds.value.some(({ values }) => values['DEVLINK_ATTR_SB_OCC_MAX'] !== undefined),
        'The driver counts no occupancy of shared buffers.',
      ),
      'devlink-reload': either(
        infos.some((each) => numberIn(each, 'DEVLINK_ATTR_RELOAD_ACTION') === 1),
        'The driver cannot be brought up anew.',
      ),
      'devlink-reload-no-reset': either(
        limits.some((each) => numberIn(each, 'DEVLINK_ATTR_RELOAD_STATS_LIMIT') === 1),
        'The driver knows no reload without a reset.',
      ),
    };
  }

  async #params(): Promise<CapabilityAnswers> {
    const params = (await this.#list('PARAM_GET')).map((values) => nestIn(values, 'DEVLINK_ATTR_PARAM') ?? {});
    const called = (name: string): Values | undefined =>
      params.find((param) => textIn(param, 'DEVLINK_ATTR_PARAM_NAME') === name);
    const isNumber = (param: Values): boolean => numberIn(param, 'DEVLINK_ATTR_PARAM_TYPE') === 3;
    const hasDriverinit = params.some((param) => isNumber(param) && driverinitOf(param) !== undefined);
    return {
      'devlink-params': either(
        hasDriverinit && called('max_macs') !== undefined,
        'The driver has no param max_macs of the cmode driverinit.',
      ),
      'devlink-param-validation': await this.#validation(called('max_macs')),
      'devlink-region-snapshot-switch': either(
        called('region_snapshot_enable') !== undefined,
        'The driver has no param region_snapshot_enable.',
      ),
      'devlink-asset-tag': either(called('asset_tag') !== undefined, 'The driver has no param asset_tag.'),
    };
  }

  /** Tried with a number that makes no sense; what was is put back. */
  async #validation(param: Values | undefined): Promise<CapabilityAnswer> {
    const before = param === undefined ? undefined : driverinitOf(param);
    if (before === undefined) return absent('The driver has no param max_macs of the cmode driverinit.');
    const request = (data: Value): Values => ({
      ...this.#handle,
      DEVLINK_ATTR_PARAM_NAME: 'max_macs',
      DEVLINK_ATTR_PARAM_TYPE: 3,
      DEVLINK_ATTR_PARAM_VALUE_CMODE: 1,
      DEVLINK_ATTR_PARAM_VALUE_DATA: data,
    });
    const set = await this.#client.call('PARAM_SET', request(new Uint8Array(4)));
    if (!set.ok) return PRESENT;
    await this.#client.call('PARAM_SET', request(before));
    return absent('The driver takes a max_macs of 0.');
  }

  async #resources(): Promise<CapabilityAnswers> {
    const dump = await this.#client.several('RESOURCE_DUMP', this.#handle);
    const trees = dump.ok
      ? listIn(nestIn(dump.value[0]?.values, 'DEVLINK_ATTR_RESOURCE_LIST'), 'DEVLINK_ATTR_RESOURCE').filter(isValues)
      : [];
    const parts = trees.flatMap((tree) =>
      listIn(nestIn(tree, 'DEVLINK_ATTR_RESOURCE_LIST'), 'DEVLINK_ATTR_RESOURCE').filter(isValues),
    );
    const [first] = parts;
    const isBounded =
      (numberIn(first, 'DEVLINK_ATTR_RESOURCE_SIZE_MIN') ?? 0) > 0 &&
      (numberIn(first, 'DEVLINK_ATTR_RESOURCE_SIZE_GRAN') ?? 1) > 1 &&
      (numberIn(first, 'DEVLINK_ATTR_RESOURCE_SIZE_MAX') ?? Infinity) < Number.MAX_SAFE_INTEGER;
    const hasFdb = parts.some((part) => textIn(part, 'DEVLINK_ATTR_RESOURCE_NAME') === 'fdb');
    return {
      'devlink-resources': either(first !== undefined, 'The driver has no resources that are parts of others.'),
      'devlink-resource-bounds': either(isBounded, 'Resources of the driver may have any size.'),
      'devlink-fdb-resource': either(hasFdb, 'The driver has no resource fdb.'),
    };
  }

  async #health(): Promise<CapabilityAnswers> {
    const all = await this.#list('HEALTH_REPORTER_GET');
    const recovers = all
      .filter((values) => values['DEVLINK_ATTR_PORT_INDEX'] === undefined)
      .map((values) => nestIn(values, 'DEVLINK_ATTR_HEALTH_REPORTER') ?? {})
      .map((reporter) => reporter['DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD'] !== undefined);
    const { bus, device } = this.#called;
    const faults = await this.#channels.sysfs.list(`kernel/debug/${bus}/${device}/health`);
    return {
      'devlink-health': either(
        recovers.includes(true) && recovers.includes(false),
        'The driver has no two reporters, one that recovers and one that does not.',
      ),
      'devlink-health-errors': either(
        faults.ok && faults.value.includes('break_health'),
        'The driver has no fault injection in debugfs.',
      ),
      'devlink-port-health': either(
        all.some((values) => values['DEVLINK_ATTR_PORT_INDEX'] !== undefined),
        'The driver has no reporters of ports.',
      ),
    };
  }

  /** A snapshot is tried, and deleted. */
  async #regions(): Promise<CapabilityAnswers> {
    const [region] = await this.#list('REGION_GET');
    const name = textIn(region, 'DEVLINK_ATTR_REGION_NAME') ?? '';
    const none = absent('The driver has no region of which snapshots can be taken.');
    const named = { ...this.#handle, DEVLINK_ATTR_REGION_NAME: name };
    const taken = region === undefined ? undefined : await this.#client.call('REGION_NEW', named);
    if (taken?.ok !== true)
      return { 'devlink-regions': none, 'devlink-region-direct': none, 'devlink-fdb-region': none };
    const id = numberIn(taken.value[0]?.values, 'DEVLINK_ATTR_REGION_SNAPSHOT_ID') ?? 0;
    await this.#client.call('REGION_DEL', { ...named, DEVLINK_ATTR_REGION_SNAPSHOT_ID: id });
    const direct = await this.#client.dump('REGION_READ', {
      ...named,
      DEVLINK_ATTR_REGION_DIRECT: true,
      DEVLINK_ATTR_REGION_CHUNK_ADDR: 0,
      DEVLINK_ATTR_REGION_CHUNK_LEN: 4,
    });
    return {
      'devlink-regions': PRESENT,
      'devlink-region-direct': either(direct.ok, 'The region cannot be read without a snapshot.'),
      'devlink-fdb-region': either(name === 'fdb', 'The region is not the forwarding database of a switch.'),
    };
  }

  /** The core says so itself where the driver has none. */
  async #rateNodes(): Promise<CapabilityAnswer> {
    const node = { ...this.#handle, DEVLINK_ATTR_RATE_NODE_NAME: 'nicspecprobe' };
    const made = await this.#client.call('RATE_NEW', node);
    if (made.ok) await this.#client.call('RATE_DEL', node);
    const isCore = !made.ok && made.error.message === "Rate nodes aren't supported";
    return either(!isCore, 'The driver has no rate nodes.');
  }
}

/** The value of a param for the cmode driverinit. */
function driverinitOf(param: Values): Uint8Array | undefined {
  const values = listIn(nestIn(param, 'DEVLINK_ATTR_PARAM_VALUES_LIST'), 'DEVLINK_ATTR_PARAM_VALUE').filter(isValues);
  const data = values.find((each) => numberIn(each, 'DEVLINK_ATTR_PARAM_VALUE_CMODE') === 1);
  const bytes = data?.['DEVLINK_ATTR_PARAM_VALUE_DATA'];
  return bytes instanceof Uint8Array ? bytes : undefined;
}
