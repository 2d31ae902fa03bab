/** What a device says of itself from a process of its own is what it says in this one. */
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { Device, DeviceGreeting } from '../../contract/index.js';
import { makeDevice } from '../makeDevice.js';
import { MessageSchemas } from './messageSchemas.js';
import { checkGreeting, deviceOf } from './operations.js';
import { RpcPeer } from './rpcPeer.js';
import { serveDevice } from './serveDevice.js';

const schemas = MessageSchemas.load();

/** The reference's device at the other end of two pipes, as a kernel knows it. */
async function servedReference(): Promise<{ readonly device: Device; readonly end: () => Promise<void> }> {
  const toDevice = new PassThrough();
  const toKernel = new PassThrough();
  const served = serveDevice(({ seed }) => makeDevice('reference', { seed }), {
    adapter: 'test',
    input: toDevice,
    output: toKernel,
  });
  const serve = (): undefined => undefined;
  const peer = new RpcPeer({
    side: 'kernel',
    schemas,
    input: toKernel,
    output: toDevice,
    longestMessage: 2 ** 20,
    serve,
  });
  const hello = { protocol: { min: 1, max: 1 }, framings: ['lines'], harness: 'test', seed: 1 };
  const greeting = (await peer.call('hello', [hello])) as DeviceGreeting;
  checkGreeting(greeting, schemas);
  return {
    device: deviceOf(greeting, schemas, (name, values) => peer.call(name, values)),
    end: async () => {
      toDevice.end();
      await served;
    },
  };
}

/** The members that are values, by their path. */
function constantsOf(device: Device): Record<string, unknown> {
  const at = (path: string): unknown =>
    path
      .split('.')
      .reduce<unknown>((member, name) => (member as Readonly<Record<string, unknown>> | undefined)?.[name], device);
  const names = schemas.document['x-constants'].map(({ name }) => name);
  return Object.fromEntries(names.map((name) => [name, at(name)]));
}

it('a device that is served has the values that it has here, bytes as bytes', async () => {
  const { device, end } = await servedReference();
  const here = await makeDevice('reference', { seed: 1 });
  try {
    expect(constantsOf(device)).toEqual(constantsOf(here));
    expect(device.devlink?.ports[0]?.attributes?.switchId).toBeInstanceOf(Uint8Array);
    expect(await device.describe()).toEqual(await here.describe());
  } finally {
    await end();
  }
});
