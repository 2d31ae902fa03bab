/** The core of devlink over the device of the kernel: its instance, what drivers call, and who is told. */
import type { DevicePort, DevlinkPort, DevlinkPortAttributes, ParentDevice } from '../../../harness/contract/index.js';
import type { DevlinkCommand } from '../../netlink/families/devlink.js';
import type { Values } from '../../netlink/schema.js';
import type { ReferenceKernel } from '../kernel.js';
import type { NetDevice } from '../netDevice.js';
import { DevlinkDriverHost } from './driverHost.js';
import { newInstance, newPortState, type DevlinkInstance, type PortState } from './instance.js';
import type { DevlinkParts } from './devlinkParts.js';
import { physPortNameOf, portValues, type PortLink } from './ports.js';

/** Tells the group `config`; `port`: the object is of this port. */
export type Announce = (command: DevlinkCommand, values: Values, about: ParentDevice, port: number | undefined) => void;

export class DevlinkKernel {
  readonly kernel: ReferenceKernel;
  readonly host: DevlinkDriverHost;
  /** Who sends to the group; there is nobody until the family is registered. */
  announce: Announce | undefined;
  #instance: DevlinkInstance | undefined;
  /** Announcements that wait for what a driver says. */
  #pending: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(kernel: ReferenceKernel) {
    this.kernel = kernel;
    this.host = new DevlinkDriverHost(this);
    kernel.notifiers.push((event, netDevice) => {
      const index = netDevice.lower.kind === 'port' ? netDevice.lower.limits.devlinkPort : undefined;
      const port = index === undefined ? undefined : this.#instance?.ports.get(index);
      if (port === undefined) return;
      // devlink_port_netdevice_event(): the type comes before the net device, and goes after it.
      if (event === 'NETDEV_REGISTER') this.#announceLinks(port, ['eth', undefined], ['eth', netDevice]);
      else if (event === 'NETDEV_CHANGENAME') this.#announceLinks(port, ['eth', netDevice]);
      else if (event === 'NETDEV_UNREGISTER') this.#announceLinks(port, ['eth', undefined], ['notset', undefined]);
    });
  }

  get parts(): DevlinkParts {
    return this.kernel.parts.devlink;
  }

  get instances(): readonly DevlinkInstance[] {
    return this.#instance === undefined ? [] : [this.#instance];
  }

  /** Whether no announcement is on its way. */
  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  async process(): Promise<void> {
    await this.#pending;
  }

  /** The driver is probed; what it had before is gone. Nobody is told. */
  probe(): void {
    const { devlink } = this.kernel.device;
    this.#instance = devlink === undefined ? undefined : newInstance(devlink);
  }

  /** A net device of a port of devlink has its names by the attributes of the port: devlink_compat_phys_port_name_get(). */
  withAttributes(port: DevicePort): DevicePort {
    const attributes =
      port.devlinkPort === undefined ? undefined : this.#instance?.ports.get(port.devlinkPort)?.port.attributes;
    if (attributes === undefined) return port;
    const name = physPortNameOf(attributes);
    const { switchId } = attributes;
    return {
      ...port,
      ...(name === undefined ? {} : { physPortName: this.parts.physPortName(name) }),
      ...(switchId === undefined ? {} : { switchId }),
    };
  }

  /** dev->devlink_port->attrs. */
  attributesOf({ lower }: NetDevice): DevlinkPortAttributes | undefined {
    const index = lower.kind === 'port' ? lower.limits.devlinkPort : undefined;
    return index === undefined ? undefined : this.#instance?.ports.get(index)?.port.attributes;
  }

  /** What a port is at this moment. */
  linkOf({ index }: PortState): PortLink {
    for (const netDevice of this.kernel.netDevices.values()) {
      const { lower } = netDevice;
      if (lower.kind === 'port' && lower.limits.devlinkPort === index) return { type: 'eth', netDevice };
    }
    return { type: 'notset', netDevice: undefined };
  }

  registerPort(port: DevlinkPort): void {
    const instance = this.#instance;
    if (instance === undefined) throw new Error('the device has no devlink operations');
    if (instance.ports.has(port.index)) throw new Error(`devlink port ${port.index} is registered already`);
    const state = newPortState(instance.ops, port);
    instance.ports.set(port.index, state);
    this.#announceLinks(state, ['notset', undefined]);
  }

  unregisterPort(index: number): void {
    const port = this.#instance?.ports.get(index);
    if (port === undefined) return;
    this.later(() => this.announcePort('PORT_DEL', port, { type: 'notset', netDevice: undefined }));
    this.#instance?.ports.delete(index);
  }

  /** devlink_nl_notify_send(). */
  tell(instance: DevlinkInstance, command: DevlinkCommand, values: Values, port?: number): void {
    if (this.parts.announces(command)) this.announce?.(command, values, instance.ops.handle, port);
  }

  /** devlink_port_notify(). */
  async announcePort(command: 'PORT_NEW' | 'PORT_DEL', port: PortState, link = this.linkOf(port)): Promise<void> {
    const instance = this.#instance;
    if (instance === undefined) return;
    this.tell(instance, command, await portValues(this.parts, instance, port, link), port.index);
  }

  #announceLinks(port: PortState, ...links: readonly (readonly [PortLink['type'], NetDevice | undefined])[]): void {
    for (const [type, netDevice] of links) this.later(() => this.announcePort('PORT_NEW', port, { type, netDevice }));
  }

  /** Runs it once what happened before has been told. */
  later(run: () => Promise<void>): void {
    this.#waiting++;
    this.#pending = this.#pending.then(run).finally(() => this.#waiting--);
  }
}
