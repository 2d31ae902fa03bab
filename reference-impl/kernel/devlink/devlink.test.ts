import { describe, expect, it } from 'vitest';
import { openReferenceTarget } from '../../../harness/targets/reference.js';
import { DevlinkClient, handleAttributes, type DevlinkHandle } from '../../netlink/devlinkClient.js';

const HANDLE: DevlinkHandle = { bus: 'pci', device: '0000:01:00.0' };

async function client(): Promise<DevlinkClient> {
  const target = await openReferenceTarget();
  const opened = await DevlinkClient.open((protocol) => target.netlink(protocol));
  if (!opened.ok) throw new Error('the reference has no devlink');
  return opened.value;
}

describe('devlink of the reference', () => {
  it('shows its instance with statistics of its reloads', async () => {
    const devlink = await client();
    const result = await devlink.call('GET', handleAttributes(HANDLE));
    expect(result.ok && result.value[0]?.values['DEVLINK_ATTR_RELOAD_FAILED']).toBe(0);
  });

  it('lists its ports with their net devices', async () => {
    const devlink = await client();
    const ports = await devlink.dump('PORT_GET');
    expect(ports.ok && ports.value.map(({ values }) => values['DEVLINK_ATTR_PORT_NETDEV_NAME'])).toEqual([
      'eth0',
      'eth1',
      'eth2',
      'eth3',
    ]);
  });

  it('sets the mode of its embedded switch', async () => {
    const devlink = await client();
    const set = await devlink.call('ESWITCH_SET', { ...handleAttributes(HANDLE), DEVLINK_ATTR_ESWITCH_MODE: 1 });
    expect(set.ok).toBe(true);
    const got = await devlink.call('ESWITCH_GET', handleAttributes(HANDLE));
    expect(got.ok && got.value[0]?.values['DEVLINK_ATTR_ESWITCH_MODE']).toBe(1);
  });
});
