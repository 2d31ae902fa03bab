/** The device's end of the protocol: lets a Device of this process be driven by a kernel in another. */
import type { Readable, Writable } from 'node:stream';
import {
  DEVICE_PROTOCOL_VERSION,
  type Device,
  type DeviceGreeting,
  type DeviceHello,
  type DevlinkHost,
  type DriverHost,
} from '../../contract/index.js';
import { MessageSchemas } from './messageSchemas.js';
import { RpcPeer } from './rpcPeer.js';

const LONGEST_MESSAGE = 16 * 1024 * 1024;

export interface ServeDeviceOptions {
  /** Name and version of the adapter, for evidence. */
  readonly adapter: string;
  readonly input?: Readable;
  readonly output?: Writable;
}

/**
 * Serves the device that `make` makes until the kernel is gone.
 * @throws Error if the kernel at the other end does not keep to the protocol.
 */
export async function serveDevice(
  make: (options: { readonly seed: number }) => Device | Promise<Device>,
  { adapter, input = process.stdin, output = process.stdout }: ServeDeviceOptions,
): Promise<void> {
  const schemas = MessageSchemas.load();
  let device: Device | undefined;
  const greet = async (hello: DeviceHello): Promise<DeviceGreeting> => {
    if (hello.protocol.min > DEVICE_PROTOCOL_VERSION || hello.protocol.max < DEVICE_PROTOCOL_VERSION)
      throw new Error(`this adapter speaks version ${DEVICE_PROTOCOL_VERSION} of the protocol`);
    device = await make({ seed: hello.seed });
    const framing = hello.framings.includes('binary') ? 'binary' : 'lines';
    // The answer itself is still framed as lines.
    setImmediate(() => peer.setFraming(framing));
    const has = schemas.document.methods.filter(
      (method) => method['x-optional'] === true && typeof memberOf(device, method.name) === 'function',
    );
    const constants = schemas.document['x-constants'].flatMap(({ name }) => {
      const value = memberOf(device, name);
      return value === undefined ? [] : [[name, value] as const];
    });
    return {
      protocol: DEVICE_PROTOCOL_VERSION,
      framing,
      adapter,
      operations: has.map(({ name }) => name),
      constants: Object.fromEntries(constants),
    };
  };
  const peer: RpcPeer = new RpcPeer({
    side: 'device',
    schemas,
    input,
    output,
    longestMessage: LONGEST_MESSAGE,
    serve: async (name, parameters) => {
      if (name === 'hello') return greet(parameters[0] as DeviceHello);
      if (device === undefined) throw new Error('hello comes first');
      if (name === 'attach') return device.attach(hostOver(peer));
      const operation = memberOf(device, name);
      if (typeof operation !== 'function') throw new Error(`this device has no ${name}`);
      return (operation as (...values: readonly unknown[]) => unknown).apply(holderOf(device, name), [...parameters]);
    },
  });
  const reason = await peer.ended;
  if (!reason.message.startsWith('the other end closed its output')) throw reason;
}

/** The kernel at the other end, as a driver knows it. */
function hostOver(peer: RpcPeer): DriverHost {
  const tell =
    (name: string) =>
    (...values: readonly unknown[]): void => {
      peer.notify(`host.${name}`, values);
    };
  return {
    registerPort: tell('registerPort'),
    unregisterPort: async (port) => {
      await peer.call('host.unregisterPort', [port]);
    },
    receive: tell('receive'),
    transmitToCable: tell('transmitToCable'),
    carrier: tell('carrier'),
    transmitCompleted: tell('transmitCompleted'),
    queueStopped: tell('queueStopped'),
    fdbLearned: tell('fdbLearned'),
    fdbForgotten: tell('fdbForgotten'),
    devlink: devlinkOver(peer),
  };
}

/** Its core of devlink. Types are those of the protocol, which is made of the contract's. */
function devlinkOver(peer: RpcPeer): DevlinkHost {
  const tell =
    (name: string) =>
    (...values: readonly unknown[]): void => {
      peer.notify(`host.devlink.${name}`, values);
    };
  const ask = async (name: string, ...values: readonly unknown[]): Promise<never> =>
    (await peer.call(`host.devlink.${name}`, values)) as never;
  return {
    registerPort: tell('registerPort'),
    unregisterPort: tell('unregisterPort'),
    createRateLeaf: tell('createRateLeaf'),
    destroyRateLeaf: tell('destroyRateLeaf'),
    destroyRateNodes: () => ask('destroyRateNodes'),
    driverinitValue: (name) => ask('driverinitValue', name),
    paramChanged: tell('paramChanged'),
    resourceSize: (id) => ask('resourceSize', id),
    healthReport: (reporter, message) => ask('healthReport', reporter, message),
    healthState: tell('healthState'),
    snapshot: (region, bytes) => ask('snapshot', region, bytes),
    flashStatus: tell('flashStatus'),
    trapReport: tell('trapReport'),
  };
}

function memberOf(holder: unknown, path: string): unknown {
  let member = holder;
  for (const name of path.split('.')) member = (member as Readonly<Record<string, unknown>> | undefined)?.[name];
  return member;
}

function holderOf(device: Device, path: string): unknown {
  const names = path.split('.').slice(0, -1);
  return names.length === 0 ? device : memberOf(device, names.join('.'));
}
