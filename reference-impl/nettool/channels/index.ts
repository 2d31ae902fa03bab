/** The channel of each kind of subject. */
import { withoutHandles } from '../devlinkHandles.js';
import type { Reading } from '../reading.js';
import { refused, type Outcome } from '../refusal.js';
import type { NetDeviceInfo, NettoolSession } from '../session.js';
import type { ChannelName, SubjectSpec } from '../subjects/index.js';
import {
  bridgeTreeChannel,
  bridgeVlanGlobalChannel,
  bridgeVlanOptionsChannel,
  bridgeVlanTunnelChannel,
} from './bridgeVlanChannels.js';
import type { Channel } from './channel.js';
import { vlanChannel, vrfChannel } from './deviceChannels.js';
import {
  devlinkBuffersChannel,
  devlinkClassesChannel,
  devlinkPoolsChannel,
  devlinkThresholdsChannel,
} from './devlinkBuffers.js';
import {
  devlinkEswitchChannel,
  devlinkInfoChannel,
  devlinkParamsChannel,
  devlinkPortChannel,
  devlinkSelftestsChannel,
  devlinkTrapsChannel,
} from './devlinkChannels.js';
import { devlinkHeadersChannel, devlinkTablesChannel } from './devlinkPipeline.js';
import { devlinkFunctionChannel, devlinkPortsChannel } from './devlinkPorts.js';
import {
  devlinkHealthChannel,
  devlinkRatesChannel,
  devlinkRegionsChannel,
  devlinkResourcesChannel,
  devlinkTrapGroupsChannel,
  devlinkTrapPolicersChannel,
} from './devlinkTables.js';
import { ethtoolChannel } from './ethtoolChannel.js';
import { featuresChannel } from './featuresChannel.js';
import {
  driverChannel,
  hashFieldsChannel,
  ntupleChannel,
  privateStatisticsChannel,
  statisticsGroupsChannel,
} from './ioctlChannels.js';
import {
  bondChannel,
  bondMemberChannel,
  bridgeChannel,
  bridgePortChannel,
  linkChannel,
  linkStatisticsChannel,
} from './linkChannels.js';
import { mdbChannel } from './mdbChannel.js';
import { rssContextsChannel } from './rssContextsChannel.js';
import { bridgeVlanChannel, fdbChannel } from './tableChannels.js';

export const CHANNELS: Readonly<Record<ChannelName, Channel>> = {
  ethtool: ethtoolChannel,
  features: featuresChannel,
  link: linkChannel,
  'link-statistics': linkStatisticsChannel,
  bridge: bridgeChannel,
  'bridge-port': bridgePortChannel,
  driver: driverChannel,
  'private-statistics': privateStatisticsChannel,
  'statistics-groups': statisticsGroupsChannel,
  'hash-fields': hashFieldsChannel,
  ntuple: ntupleChannel,
  fdb: fdbChannel,
  'bridge-vlan': bridgeVlanChannel,
  'bridge-vlan-options': bridgeVlanOptionsChannel,
  'bridge-vlan-global': bridgeVlanGlobalChannel,
  'bridge-tree': bridgeTreeChannel,
  'bridge-vlan-tunnel': bridgeVlanTunnelChannel,
  mdb: mdbChannel,
  bond: bondChannel,
  'bond-member': bondMemberChannel,
  vlan: vlanChannel,
  vrf: vrfChannel,
  'rss-contexts': rssContextsChannel,
  'devlink-info': devlinkInfoChannel,
  'devlink-port': devlinkPortChannel,
  'devlink-eswitch': devlinkEswitchChannel,
  'devlink-params': devlinkParamsChannel,
  'devlink-traps': devlinkTrapsChannel,
  'devlink-health': devlinkHealthChannel,
  'devlink-resources': devlinkResourcesChannel,
  'devlink-rates': devlinkRatesChannel,
  'devlink-regions': devlinkRegionsChannel,
  'devlink-trap-groups': devlinkTrapGroupsChannel,
  'devlink-trap-policers': devlinkTrapPolicersChannel,
  'devlink-function': devlinkFunctionChannel,
  'devlink-ports': devlinkPortsChannel,
  'devlink-buffers': devlinkBuffersChannel,
  'devlink-pools': devlinkPoolsChannel,
  'devlink-thresholds': devlinkThresholdsChannel,
  'devlink-classes': devlinkClassesChannel,
  'devlink-headers': devlinkHeadersChannel,
  'devlink-tables': devlinkTablesChannel,
  'devlink-selftests': devlinkSelftestsChannel,
};

/** What a device says of a subject; of a handle of devlink only what is of devlink. */
export async function readSubject(
  session: NettoolSession,
  device: NetDeviceInfo,
  subject: SubjectSpec,
): Promise<Outcome<Reading>> {
  const isOfDevlink = subject.channel.startsWith('devlink-');
  const wrong = isOfDevlink ? undefined : withoutHandles(device, subject.name);
  return wrong === undefined ? CHANNELS[subject.channel].read(session, device, subject) : refused(wrong);
}

export type { Channel } from './channel.js';
