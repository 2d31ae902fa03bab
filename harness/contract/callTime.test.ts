import { describe, expect, it } from 'vitest';
import {
  ETHTOOL_GLINK,
  ETHTOOL_PHYS_ID,
  ETHTOOL_TEST,
  encodeCommand,
} from '../../reference-impl/netlink/ethtoolStructs.js';
import { ethtoolIoctlMs, sysfsWriteMs } from './callTime.js';

describe('a call', () => {
  it('that asks for a self test may take long, and one that asks for the lamp as long as asked', () => {
    expect(ethtoolIoctlMs(encodeCommand(ETHTOOL_TEST, 16))).toBeGreaterThan(20_000);
    expect(ethtoolIoctlMs(encodeCommand(ETHTOOL_PHYS_ID, 8, [7]))).toBe(7000);
    expect(ethtoolIoctlMs(encodeCommand(ETHTOOL_GLINK, 8, [7]))).toBe(0);
    expect(ethtoolIoctlMs(Uint8Array.of(ETHTOOL_TEST))).toBe(0);
  });

  it('that makes virtual functions may take long', () => {
    expect(sysfsWriteMs('class/net/eth0/device/sriov_numvfs')).toBeGreaterThan(20_000);
    expect(sysfsWriteMs('class/net/eth0/device/sriov_drivers_autoprobe')).toBe(0);
  });
});
