/** Where classes of bugs were seen: in drivers, in the core, or in the tests that the kernel has because of them. */
import type { Defect } from './defect.js';

type Origin = Defect['origin'];

const kernelSource = (title: string, path: string): Origin => ({
  title: `${title}: ${path}`,
  url: `https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/${path}`,
});

export const FIX_FEATURES = kernelSource('The rule is there because devices offer the combination', 'net/core/dev.c');
export const NETDEV_FEATURES = kernelSource(
  'What drivers got wrong about features',
  'Documentation/networking/netdev-features.rst',
);
export const DRIVER_RULES = kernelSource('What drivers must and must not do', 'Documentation/networking/driver.rst');
export const OPERSTATES = kernelSource('Carrier and operational state', 'Documentation/networking/operstates.rst');
export const ETHTOOL_NETLINK = kernelSource(
  'The interface, and what drivers did to it before',
  'Documentation/networking/ethtool-netlink.rst',
);
export const NETLINK_INTRO = kernelSource(
  'What old families do wrong',
  'Documentation/userspace-api/netlink/intro.rst',
);
export const STRICT_ATTRIBUTES = kernelSource('Strict validation was added late', 'lib/nlattr.c');
export const CHANNEL_CHECKS = kernelSource('Checks that drivers forgot moved to the core', 'net/ethtool/channels.c');
export const RING_CHECKS = kernelSource('Checks that drivers forgot moved to the core', 'net/ethtool/rings.c');
export const COALESCE_CHECKS = kernelSource('Drivers took parameters and ignored them', 'net/ethtool/coalesce.c');
export const PAUSE_SETTINGS = kernelSource('How receive and transmit are advertised', 'drivers/net/phy/linkmode.c');
export const DEV_ADDR_LISTS = kernelSource('Address lists with reference counts', 'net/core/dev_addr_lists.c');
export const VLAN_CORE = kernelSource('VIDs, filters and who registers them', 'net/8021q/vlan_core.c');
export const QUEUE_TESTS = kernelSource(
  'The kernel tests devices for it',
  'tools/testing/selftests/drivers/net/queues.py',
);
export const CHECKSUM_OFFLOADS = kernelSource(
  'What devices are expected to do, and what they did',
  'Documentation/networking/checksum-offloads.rst',
);
export const SKBUFF = kernelSource('What a driver may say of a checksum', 'include/linux/skbuff.h');
export const PRACTICE: Origin = { title: 'Known from driver practice' };
export const SWITCHDEV = kernelSource('What the model asks of drivers', 'Documentation/networking/switchdev.rst');
export const BRIDGE_SWITCHDEV = kernelSource(
  'What drivers are told, and what they forgot',
  'net/bridge/br_switchdev.c',
);
export const BRIDGE_FDB = kernelSource('Rules of the table that drivers have to follow', 'net/bridge/br_fdb.c');
export const BRIDGE_VLAN = kernelSource('Rules of VLANs that drivers have to follow', 'net/bridge/br_vlan.c');
export const BRIDGE_NETLINK = kernelSource('Checks that came one by one', 'net/bridge/br_netlink.c');
export const BRIDGE_STP = kernelSource('States of ports', 'net/bridge/br_stp_if.c');
export const FORWARDING_TESTS = kernelSource(
  'The selftests are there because switches got it wrong',
  'tools/testing/selftests/net/forwarding',
);

export const FLOW_OFFLOAD = kernelSource(
  'What drivers are handed, and what they made of it',
  'include/net/flow_offload.h',
);
export const CLS_FLOWER = kernelSource('Keys that drivers have to take or to refuse', 'net/sched/cls_flower.c');
export const CLS_API = kernelSource('Checks that came one by one', 'net/sched/cls_api.c');
export const FLOW_DISSECTOR = kernelSource('Where the kernel stops to read', 'net/core/flow_dissector.c');
export const ACT_MIRRED = kernelSource('Targets that are down, gone, or behind a tag', 'net/sched/act_mirred.c');
export const TC_FORWARDING_TESTS = kernelSource(
  'The selftests run in hardware and in software because they differed',
  'tools/testing/selftests/net/forwarding/tc_flower.sh',
);
