/** Settings of the receive path that several subjects change, through netlink and the ethtool ioctl. */
import type { IoctlResult } from '../../harness/contract/index.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { ETHTOOL_GRXRINGS, encodeRxnfc, rxnfcData, type RxnfcRequest } from '../../reference-impl/netlink/rxnfc.js';
import { numberIn, type Values } from '../../reference-impl/netlink/schema.js';
import { expectThat } from './expectations.js';
import {
  IFF_PROMISC,
  accepted,
  ethtoolCall,
  featureState,
  insistOnFeatures,
  setFeatures,
  setFlag,
  setLink,
  setUp,
} from './settings.js';
import type { NicWorld } from './world.js';

export const AGGREGATIONS = ['rx-gro', 'rx-gro-hw', 'rx-lro'] as const;

/** Only this aggregation merges on receive; absent: none does. */
export async function mergeBy(world: NicWorld, aggregation?: string): Promise<void> {
  const ethtool = await world.ethtool();
  const changes = Object.fromEntries(AGGREGATIONS.map((name) => [name, name === aggregation]));
  const { wanted } = accepted(await ethtool.setFeatures(world.port.netDevice, changes), 'switching the aggregations');
  // The answer speaks of those features that are not what was asked for.
  for (const name of wanted.mask) expectThat(!(name in changes), `the feature ${name} is not what was asked for`);
}

export interface ChannelCounts {
  readonly rx: number;
  readonly tx: number;
  readonly combined: number;
  readonly combinedMax: number;
  readonly rxMax: number;
  /** Receive queues: combined and receive channels together. */
  readonly queues: number;
}

export async function channelCounts(world: NicWorld): Promise<ChannelCounts> {
  const values = accepted(await ethtoolCall(world, 'CHANNELS_GET'), 'reading the channels');
  const count = (name: string): number => numberIn(values, `ETHTOOL_A_CHANNELS_${name}`) ?? 0;
  const [rx, combined] = [count('RX_COUNT'), count('COMBINED_COUNT')];
  return {
    rx,
    tx: count('TX_COUNT'),
    combined,
    combinedMax: count('COMBINED_MAX'),
    rxMax: count('RX_MAX'),
    queues: rx + combined,
  };
}

/** The number of receive queues, also of a port whose channels cannot be seen. */
export async function receiveQueues(world: NicWorld): Promise<number> {
  const result = await rxnfc(world, { command: ETHTOOL_GRXRINGS });
  if (result.ok) return Number(rxnfcData(result.bytes));
  return (await channelCounts(world)).queues;
}

/** Asks for so many receive channels, combined ones where the device has them. */
export async function askForChannels(world: NicWorld, queues: number): Promise<NetlinkResult<Values>> {
  const { combined } = await channelCounts(world);
  const name = combined > 0 ? 'ETHTOOL_A_CHANNELS_COMBINED_COUNT' : 'ETHTOOL_A_CHANNELS_RX_COUNT';
  return ethtoolCall(world, 'CHANNELS_SET', { [name]: queues });
}

/** A command with a `struct ethtool_rxnfc`. */
export async function rxnfc(world: NicWorld, request: RxnfcRequest): Promise<IoctlResult> {
  return world.target.ethtoolIoctl(world.port.netDevice, encodeRxnfc(request));
}

/** The far end may send to anybody, with any tag. */
export const setPromiscuous = (world: NicWorld, on: boolean): Promise<void> => setFlag(world, IFF_PROMISC, on);

/** A filter of VIDs that the driver does not let go of gives way to promiscuous mode. */
export async function letAllVlansIn(world: NicWorld): Promise<void> {
  const { active, hw } = await featureState(world);
  const filters = ['rx-vlan-filter', 'rx-vlan-stag-filter'].filter((name) => active.has(name));
  if (filters.every((name) => hw.has(name))) {
    await insistOnFeatures(world, Object.fromEntries(filters.map((name) => [name, false])));
  } else {
    await setPromiscuous(world, true);
  }
}

export async function setPortMtu(world: NicWorld, mtu: number): Promise<void> {
  accepted(await setLink(world, { IFLA_MTU: mtu }), `setting an MTU of ${mtu}`);
}

export async function setRings(world: NicWorld, values: Values): Promise<NetlinkResult<Values>> {
  return ethtoolCall(world, 'RINGS_SET', values);
}

export async function readRings(world: NicWorld): Promise<Values> {
  return accepted(await ethtoolCall(world, 'RINGS_GET'), 'reading the rings');
}

/** What happens to a port while it is in use, by its name in the features. */
export async function happenToPort(world: NicWorld, event: string): Promise<void> {
  switch (event) {
    case 'a down and an up':
      await setUp(world, false);
      await setUp(world, true);
      return;
    case 'a change of the MTU':
      await setPortMtu(world, 1400);
      await setPortMtu(world, 1500);
      return;
    case 'a change of the rings': {
      const size = numberIn(await readRings(world), 'ETHTOOL_A_RINGS_RX') ?? 0;
      const other = Math.max(64, size >> 1);
      accepted(await setRings(world, { ETHTOOL_A_RINGS_RX: other }), `a receive ring of ${other}`);
      accepted(await setRings(world, { ETHTOOL_A_RINGS_RX: size }), `a receive ring of ${size}`);
      return;
    }
    case 'a change of the channels': {
      const { queues } = await channelCounts(world);
      const other = queues > 1 ? queues - 1 : queues + 1;
      accepted(await askForChannels(world, other), `${other} channels`);
      accepted(await askForChannels(world, queues), `${queues} channels`);
      return;
    }
    case 'a change of features': {
      const on = (await featureState(world)).active.has('rx-checksum');
      await setFeatures(world, { 'rx-checksum': !on });
      await setFeatures(world, { 'rx-checksum': on });
      return;
    }
    default:
      throw new Error(`nobody said how ${event} happens to a port`);
  }
}
