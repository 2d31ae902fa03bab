import { describe, expect, it } from 'vitest';
import type { MacAddress, NetDeviceName, PortName } from '../../harness/contract/index.js';
import { createReferenceNic } from '../device/nic.js';
import { createBridge, enslavePort } from './bridge/bridging.js';
import { ReferenceKernel } from './kernel.js';
import type { NetDeviceEvent } from './kernelState.js';

const bootWithOneMore = async (): Promise<ReferenceKernel> => {
  const kernel = await ReferenceKernel.boot(createReferenceNic({ seed: 1 }));
  const [first] = kernel.description.ports;
  if (first === undefined) throw new Error('the reference has a port');
  kernel.registerPort({ ...first, port: 'extra' as PortName, address: '02:00:00:00:00:99' as MacAddress });
  return kernel;
};

describe('ports that come and go', () => {
  it('names a net device by the first number that is free, and tells of it', async () => {
    const kernel = await ReferenceKernel.boot(createReferenceNic({ seed: 1 }));
    const events: [NetDeviceEvent, string][] = [];
    kernel.notifiers.push((event, { name }) => events.push([event, name]));
    const [first] = kernel.description.ports;
    if (first === undefined) throw new Error('the reference has a port');
    kernel.registerPort({ ...first, port: 'extra' as PortName });
    await kernel.unregisterPort('extra' as PortName);
    const name = `eth${kernel.description.ports.length}`;
    expect(events).toEqual([
      ['NETDEV_REGISTER', name],
      ['NETDEV_UNREGISTER', name],
    ]);
    expect(kernel.findByName(name)).toBeUndefined();
  });

  it('takes a port that goes out of its bridge', async () => {
    const kernel = await bootWithOneMore();
    const port = kernel.portNetDevice('extra' as PortName);
    if (port === undefined) throw new Error('the port is registered');
    const bridge = await createBridge(kernel.bridging, {
      ifIndex: kernel.newIfIndex(),
      name: 'bridge0' as NetDeviceName,
    });
    expect((await enslavePort(kernel.bridging, bridge, port)).ok).toBe(true);
    await kernel.unregisterPort('extra' as PortName);
    expect(bridge.ports.size).toBe(0);
    expect(kernel.portNetDevice('extra' as PortName)).toBeUndefined();
  });

  it('refuses a second port of one name', async () => {
    const kernel = await bootWithOneMore();
    const [first] = kernel.description.ports;
    if (first === undefined) throw new Error('the reference has a port');
    expect(() => {
      kernel.registerPort({ ...first, port: 'extra' as PortName });
    }).toThrow('extra');
  });

  it('is without them after a reset', async () => {
    const kernel = await bootWithOneMore();
    await kernel.reset();
    expect(kernel.netDevices.size).toBe(kernel.description.ports.length);
  });
});
