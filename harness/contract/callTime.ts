/** How long the calls of a Target may take beyond what every call may: some work on the device before they return, by their contract. */

/** ETHTOOL_TEST and ETHTOOL_PHYS_ID of linux/ethtool.h. */
const ETHTOOL_TEST = 0x1a;
const ETHTOOL_PHYS_ID = 0x1c;

/**
 * A self test resets the device between its tests, negotiates the link anew and waits for it, all in one call. e1000e waits nine seconds
 * without being reset once (e1000_link_test, e1000_diag_test).
 */
const SELF_TEST_MS = 45_000;

/** The functions come one by one, and each is probed, before the write of their number returns (sriov_enable). */
const FUNCTIONS_MS = 30_000;

/** For `Target.ethtoolIoctl` with this command. */
export function ethtoolIoctlMs(command: Uint8Array): number {
  if (command.length < 8) return 0;
  const words = new DataView(command.buffer, command.byteOffset, command.byteLength);
  switch (words.getUint32(0, true)) {
    case ETHTOOL_TEST:
      return SELF_TEST_MS;
    case ETHTOOL_PHYS_ID:
      // So many seconds as it is asked for.
      return words.getUint32(4, true) * 1000;
    default:
      return 0;
  }
}

/** For `SysfsTree.write` to this path. */
export const sysfsWriteMs = (path: string): number => (path.endsWith('/sriov_numvfs') ? FUNCTIONS_MS : 0);
