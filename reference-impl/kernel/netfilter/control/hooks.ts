/** Where a base chain is: nft_chain_parse_hook(), nft_chain_parse_netdev(). */
import { NFTA_HOOK, NFT_CHAIN_HW_OFFLOAD } from '../../../netlink/families/nftables.js';
import { EEXIST, EFBIG, EINVAL, ENOENT, EOPNOTSUPP } from '../../errno.js';
import type { BaseChain, Chain } from '../ruleset.js';
import { entriesOf, readAttributes, type Attributes, type Nest } from './attributes.js';
import { hooksOf, isDeviceHook } from './chainTypes.js';
import { Refused } from './refused.js';
import type { Transaction } from './transaction.js';

type Hook = Pick<BaseChain, 'type' | 'hook' | 'priority' | 'devices'>;

/** NFT_MAX_HOOKS. */
const NFT_MAX_HOOKS = 6;
/** NFT_NETDEVICE_MAX. */
const MOST_DEVICES = 256;
const NFTA_DEVICE_NAME = 1;

/** `base`: that of the chain that is changed. */
export function readHook(
  transaction: Transaction,
  attributes: Attributes,
  family: number,
  flags: number,
  base?: BaseChain,
): Hook {
  const nest = attributes.nest('NFTA_CHAIN_HOOK');
  if (nest === undefined) throw new Refused(EINVAL);
  const read = readAttributes(NFTA_HOOK, nest);
  const place =
    base === undefined
      ? newPlace(transaction, attributes, family, read)
      : samePlace(transaction, attributes, family, read, base);
  if (isDeviceHook(family, place.hook)) {
    const devices = readDevices(transaction, read);
    if ((flags & NFT_CHAIN_HW_OFFLOAD) !== 0 && devices.length === 0) throw new Refused(EINVAL);
    return { ...place, devices };
  }
  if ((read.has('NFTA_HOOK_DEV') || read.has('NFTA_HOOK_DEVS')) && transaction.checks('device-elsewhere'))
    throw new Refused(EOPNOTSUPP);
  return { ...place, devices: [] };
}

type Place = Pick<Hook, 'type' | 'hook' | 'priority'>;

function newPlace(transaction: Transaction, attributes: Attributes, family: number, read: Attributes): Place {
  const [hook, priority] = [read.number('NFTA_HOOK_HOOKNUM'), read.number('NFTA_HOOK_PRIORITY')];
  if (hook === undefined || priority === undefined) {
    if (transaction.checks('hook-complete')) throw new Refused(ENOENT, attributes.offset('NFTA_CHAIN_NAME'));
    return { type: 'filter', hook: hook ?? 0, priority: priority ?? 0 };
  }
  const named = attributes.text('NFTA_CHAIN_TYPE') ?? 'filter';
  const type = hooksOf(named, family) === undefined && !transaction.checks('chain-type') ? 'filter' : named;
  const hooks = hooksOf(type, family);
  if (hooks === undefined || (type !== 'filter' && type !== 'route')) {
    transaction.surroundings.tellMissing(`chain type ${type} of family ${family}`);
    throw new Refused(ENOENT, attributes.offset('NFTA_CHAIN_TYPE'));
  }
  if ((hook >= NFT_MAX_HOOKS || !hooks.includes(hook)) && transaction.checks('hook-of-type'))
    throw new Refused(EOPNOTSUPP);
  return { type, hook, priority: priority | 0 };
}

function samePlace(
  transaction: Transaction,
  attributes: Attributes,
  family: number,
  read: Attributes,
  base: BaseChain,
): Place {
  const [hook, priority] = [read.number('NFTA_HOOK_HOOKNUM'), read.number('NFTA_HOOK_PRIORITY')];
  const isOther = (hook ?? base.hook) !== base.hook || ((priority ?? base.priority) | 0) !== base.priority;
  if (isOther && transaction.checks('hook-fixed')) throw new Refused(EOPNOTSUPP);
  const named = attributes.text('NFTA_CHAIN_TYPE');
  const isKnown = named === undefined || hooksOf(named, family) !== undefined;
  if (!isKnown) throw new Refused(ENOENT, attributes.offset('NFTA_CHAIN_TYPE'));
  const type = named === 'filter' || named === 'route' ? named : base.type;
  return { type, hook: base.hook, priority: base.priority };
}

function readDevices(transaction: Transaction, read: Attributes): readonly string[] {
  const one = read.text('NFTA_HOOK_DEV');
  if (one !== undefined) return [checkedDevice(transaction, one, read.offset('NFTA_HOOK_DEV'))];
  const several = read.nest('NFTA_HOOK_DEVS');
  return several === undefined ? [] : readDeviceList(transaction, several);
}

const decoder = new TextDecoder();

/** nf_tables_parse_netdev_hooks(). */
function readDeviceList(transaction: Transaction, nest: Nest): readonly string[] {
  const devices: string[] = [];
  for (const { type, data, offset } of entriesOf(nest)) {
    if (type !== NFTA_DEVICE_NAME) throw new Refused(EINVAL);
    const end = data.indexOf(0);
    const name = checkedDevice(transaction, decoder.decode(end < 0 ? data : data.subarray(0, end)), offset);
    if (devices.includes(name) && transaction.checks('device-twice')) throw new Refused(EEXIST, offset);
    devices.push(name);
    if (devices.length === MOST_DEVICES) throw new Refused(EFBIG);
  }
  return devices;
}

/** nft_netdev_hook_alloc(). */
function checkedDevice(transaction: Transaction, name: string, offset: number | undefined): string {
  if (!transaction.surroundings.hasDevice(name) && transaction.checks('device-exists'))
    throw new Refused(ENOENT, offset);
  return name;
}

/** nf_tables_updchain(): a base chain stays where it is; devices are added. */
export function devicesAdded(
  transaction: Transaction,
  attributes: Attributes,
  family: number,
  chain: Chain,
  blame: number | undefined,
): readonly string[] {
  const { base } = chain;
  if (base === undefined) return [];
  const read = readHook(transaction, attributes, family, chain.flags, base);
  if (read.type !== base.type) throw new Refused(EEXIST, blame);
  return read.devices.filter((device) => !base.devices.includes(device));
}
