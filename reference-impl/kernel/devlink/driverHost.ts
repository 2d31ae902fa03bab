/** What drivers call of the core of devlink. */
import type {
  DevlinkFlashStatus,
  DevlinkHost,
  DevlinkParamValue,
  DevlinkPort,
  DevlinkReporterKey,
  DriverResult,
  PortName,
} from '../../../harness/contract/index.js';
import { EINVAL, EOPNOTSUPP, refused } from '../errno.js';
import type { DevlinkKernel } from './devlinkKernel.js';
import { findReporter, reportHealth, updateState } from './health.js';
import { statusValues } from './flash.js';
import { handleValues, type DevlinkInstance, type ReporterState } from './instance.js';
import { paramValues } from './params.js';
import { createLeaf, destroyLeaf, destroyNodes } from './rates.js';
import { keepDriverSnapshot } from './regions.js';
import { takeSize } from './resources.js';
import { countTrapped } from './traps.js';

export class DevlinkDriverHost implements DevlinkHost {
  readonly #devlink: DevlinkKernel;

  constructor(devlink: DevlinkKernel) {
    this.#devlink = devlink;
  }

  /** A driver that calls has an instance. */
  get #instance(): DevlinkInstance {
    const [instance] = this.#devlink.instances;
    if (instance === undefined) throw new Error('the device has no devlink operations');
    return instance;
  }

  registerPort(port: DevlinkPort): void {
    this.#devlink.registerPort(port);
  }

  unregisterPort(index: number): void {
    this.#devlink.unregisterPort(index);
  }

  createRateLeaf(port: number): void {
    createLeaf(this.#devlink, this.#instance, port);
  }

  destroyRateLeaf(port: number): void {
    destroyLeaf(this.#devlink, this.#instance, port);
  }

  async destroyRateNodes(): Promise<void> {
    await destroyNodes(this.#instance);
  }

  async driverinitValue(name: string): Promise<DriverResult<DevlinkParamValue>> {
    const state = this.#instance.params.find(({ param }) => param.name === name);
    if (state === undefined) return refused(EINVAL);
    return state.driverinit === undefined ? refused(EOPNOTSUPP) : { ok: true, value: state.driverinit };
  }

  paramChanged(name: string): void {
    const state = this.#instance.params.find(({ param }) => param.name === name);
    if (state === undefined) throw new Error(`the driver has no param ${name}`);
    const instance = this.#instance;
    this.#devlink.later(async () => {
      const values = await paramValues(this.#devlink.parts, instance, state);
      if (!('errno' in values)) this.#devlink.tell(instance, 'PARAM_NEW', values);
    });
  }

  async resourceSize(id: number): Promise<number> {
    return takeSize(this.#instance, id);
  }

  async healthReport(key: DevlinkReporterKey): Promise<DriverResult> {
    return reportHealth(this.#devlink, this.#instance, this.#reporter(key));
  }

  healthState(key: DevlinkReporterKey, state: 'healthy' | 'error'): void {
    updateState(this.#devlink, this.#instance, this.#reporter(key), state);
  }

  async snapshot(region: string, bytes: Uint8Array): Promise<DriverResult<number>> {
    return keepDriverSnapshot(this.#devlink, this.#instance, region, bytes);
  }

  flashStatus(status: DevlinkFlashStatus): void {
    const instance = this.#instance;
    const told = this.#devlink.parts.toldStatus(statusValues(status));
    this.#devlink.tell(instance, 'FLASH_UPDATE_STATUS', { ...handleValues(instance), ...told });
  }

  trapReport(trap: string, _port: PortName, length: number): void {
    if (this.#devlink.parts.countsTrapped) countTrapped(this.#instance, trap, length);
  }

  #reporter(key: DevlinkReporterKey): ReporterState {
    const state = findReporter(this.#instance, key);
    if (state === undefined) throw new Error(`the driver has no reporter ${key.name}`);
    return state;
  }
}
