/** What a refusal means, and what helps: by error number, and by the words of the kernel where they are known. */
import { errnoName, errnoNumber } from '../netlink/errnoNames.js';
import { choicesText } from './names.js';
import { ERRNO_MEANINGS, refused, type Outcome } from './refusal.js';

export interface Explanation {
  readonly title: string;
  readonly meaning: string;
  /** Where the kernel says it. */
  readonly source?: string;
}

/** Texts of extended acknowledgements. */
export const EXTACK_TEXTS: readonly Explanation[] = [
  {
    title: 'requested ring size exceeds maximum',
    meaning:
      'rings.… is larger than the driver allows; `nettool show rings DEVICE` shows the largest value of each ring',
    source: 'net/ethtool/rings.c',
  },
  {
    title: 'requested channel count exceeds maximum',
    meaning: 'channels.… is larger than the device has queues; `nettool show channels DEVICE` shows how many there are',
    source: 'net/ethtool/channels.c',
  },
  {
    title: 'requested channel counts would result in no RX or TX channel being configured',
    meaning: 'a device needs a queue in each direction: set channels.combined, or both channels.rx and channels.tx',
    source: 'net/ethtool/channels.c',
  },
  {
    title: 'requested channel counts are too low for existing indirection table',
    meaning: 'the table of rss names queues that would be gone: change rss.table first',
    source: 'net/ethtool/common.c',
  },
  {
    title: 'cannot modify an unsupported parameter',
    meaning:
      'the driver does not have this parameter of coalesce; `nettool show coalesce DEVICE` shows those that it has',
    source: 'net/ethtool/coalesce.c',
  },
  {
    title: 'no device matches name',
    meaning: 'there is no net device of this name in this network namespace',
    source: 'net/ethtool/netlink.c',
  },
  {
    title: 'ifindex and name do not match',
    meaning: 'the index is that of another net device: it was renamed, or made anew',
    source: 'net/ethtool/netlink.c',
  },
  {
    title: 'Unknown attribute type',
    meaning: 'the kernel is older than the attribute: what is asked for does not exist there',
    source: 'lib/nlattr.c',
  },
  {
    title: 'Unsupported attribute',
    meaning: 'the kernel knows the attribute and does not take it in this request; it is read-only',
    source: 'lib/nlattr.c',
  },
  {
    title: 'integer out of range',
    meaning: 'the value is outside what the policy of the kernel allows',
    source: 'lib/nlattr.c',
  },
  {
    title: 'invalid attribute length',
    meaning: 'the value has another size than the kernel expects; kernel and tool do not agree on the attribute',
    source: 'lib/nlattr.c',
  },
  {
    title: 'too big gso_max_size',
    meaning: 'link.gso-max-size is more than the device can segment',
    source: 'net/core/rtnetlink.c',
  },
  {
    title: 'mtu greater than device maximum',
    meaning: 'link.mtu is more than the driver allows; `nettool show link DEVICE` shows the largest',
    source: 'net/core/dev.c',
  },
  {
    title: 'mtu less than device minimum',
    meaning: 'link.mtu is less than the driver allows',
    source: 'net/core/dev.c',
  },
  {
    title: 'Unknown device type',
    meaning: 'this kernel was built without net devices of this kind, or its module cannot be loaded',
    source: 'net/core/rtnetlink.c',
  },
  {
    title: 'Invalid split count',
    meaning:
      'a port is split into a power of two of parts, and into no more than it has lanes; `nettool show devlink-port DEVICE`',
    source: 'net/devlink/port.c',
  },
  {
    title: 'Port cannot be split',
    meaning: 'the driver does not split this port, or it is a part already',
    source: 'net/devlink/port.c',
  },
  {
    title: 'Requested reload action is not supported by the driver',
    meaning:
      'driver_reinit brings the driver up anew, fw_activate activates firmware; the driver does not have this one',
    source: 'net/devlink/dev.c',
  },
  {
    title: 'resources size validation failed',
    meaning: 'the parts of a resource are together larger than it; `nettool show devlink-resources DEVICE`',
    source: 'net/devlink/dev.c',
  },
  {
    title: 'The region has reached the maximum number of stored snapshots',
    meaning: 'remove one: nettool del DEVICE devlink-regions region=… snapshot=…',
    source: 'net/devlink/region.c',
  },
  {
    title: 'Node has children. Cannot delete node.',
    meaning: 'rates are below it: give them another parent, or parent=none, first',
    source: 'net/devlink/rate.c',
  },
  {
    title: 'option not supported in mode',
    meaning: 'bond.mode decides which settings an aggregate has; lacp-… are those of 802.3ad',
    source: 'drivers/net/bonding/bond_options.c',
  },
  {
    title: 'Policer rate lower than limit',
    meaning: 'the driver has a smallest and a largest rate, which devlink does not tell',
    source: 'net/devlink/trap.c',
  },
  {
    title: 'bit name not found',
    meaning: 'no feature, mode or flag of this name exists in this kernel; `nettool show features DEVICE` lists them',
    source: 'net/ethtool/bitset.c',
  },
];

/** By the name or number of an error, or by (a part of) what the kernel said. */
export function explain(error: string): Outcome<Explanation> {
  const asNumber = /^-?\d+$/.test(error) ? errnoName(Math.abs(Number(error))) : error.toUpperCase();
  const meaning = ERRNO_MEANINGS[asNumber];
  if (meaning !== undefined)
    return { ok: true, value: { title: `${asNumber} (${errnoNumber(asNumber) ?? '?'})`, meaning } };
  const wanted = error.toLowerCase();
  const text = EXTACK_TEXTS.find(
    ({ title }) => title.toLowerCase().includes(wanted) || wanted.includes(title.toLowerCase()),
  );
  if (text !== undefined) return { ok: true, value: text };
  const accepted = choicesText(asNumber, Object.keys(ERRNO_MEANINGS));
  return refused({ stage: 'command', key: error, message: 'nothing is known of this error', accepted });
}
