import { controlBufferDefects } from './controlBuffers.js';
import { controlDumpDefects } from './controlDumps.js';
import { controlLinkDefects } from './controlLinks.js';
import { controlAttributeDefects } from './controlAttributes.js';
import { controlExplanationDefects } from './controlExplanations.js';
import { controlFramingDefects } from './controlFraming.js';
import type { Defect } from './defect.js';
import { coalesceDefects } from './coalesce.js';
import { featureDefects } from './features.js';
import { bridgeStatisticsDefects } from './bridgeStatistics.js';
import { checksumReceiveDefects } from './checksumReceive.js';
import { checksumTransmitDefects } from './checksumTransmit.js';
import { frameLengthDefects } from './frameLengths.js';
import { addressFilterDefects } from './addressFilter.js';
import { vlanDefects } from './vlan.js';
import { groDefects } from './gro.js';
import { headerSplitDefects } from './headerSplit.js';
import { linkDefects } from './link.js';
import { multicastDatabaseDefects } from './multicastDatabase.js';
import { neighbourDefects } from './neighbours.js';
import { netlinkDefects } from './netlink.js';
import { netfilterHookDefects } from './netfilterHooks.js';
import { netfilterRuleDefects } from './netfilterRules.js';
import { netfilterPayloadDefects } from './netfilterPayload.js';
import { netfilterSetDefects } from './netfilterSets.js';
import { nftablesRuleDefects } from './nftablesRules.js';
import { nftablesSetDefects } from './nftablesSets.js';
import { nftablesTableDefects } from './nftablesTables.js';
import { nftablesTransactionDefects } from './nftablesTransactions.js';
import { ntupleDefects } from './ntuple.js';
import { queueDefects } from './queues.js';
import { routedPacketDefects } from './routedPackets.js';
import { routerChipDefects } from './routerChip.js';
import { routeDefects } from './routes.js';
import { address6Defects } from './addresses6.js';
import { neighbour6Defects } from './neighbours6.js';
import { routedPacket6Defects } from './routedPackets6.js';
import { routerChip6Defects } from './routerChip6.js';
import { route6Defects } from './routes6.js';
import { rssDefects } from './rss.js';
import { rssContextDefects } from './rssContexts.js';
import { segmentationDefects } from './segmentation.js';
import { snoopingDefects } from './snooping.js';
import { statisticsDefects } from './statistics.js';
import { switchFrameDefects } from './switchFrames.js';
import { switchAggregationDefects } from './switchAggregation.js';
import { switchHostDefects } from './switchHost.js';
import { switchTeamDefects } from './switchTeam.js';
import { switchAggregationBridgeDefects } from './switchAggregationBridge.js';
import { switchLacpDefects } from './switchLacp.js';
import { switchAccessListDefects } from './switchAccessList.js';
import { switchAggregationOptionDefects } from './switchAggregationOptions.js';
import { switchLinkWatchDefects } from './switchLinkWatch.js';
import { switchAuthenticationDefects } from './switchAuthentication.js';
import { switchNeighbourProxyDefects } from './switchNeighbourProxy.js';
import { peerNoticeDefects } from './peerNotices.js';
import { switchPortSettingDefects } from './switchPortSettings.js';
import { switchFilterDefects } from './switchFilters.js';
import { switchMirrorDefects } from './switchMirroring.js';
import { switchPortDefects } from './switchPorts.js';
import { switchStateDefects } from './switchStates.js';
import { switchTableDefects } from './switchTable.js';
import { switchUniformityDefects } from './switchUniformity.js';
import { switchVlanDefects } from './switchVlan.js';
import { timestampDefects } from './timestamps.js';
import { devlinkPortsDefects } from './devlinkPorts.js';
import { devlinkFilterDefects } from './devlinkFilters.js';
import { devlinkPipelineDefects } from './devlinkPipeline.js';
import { devlinkHealthDefects } from './devlinkHealth.js';
import { devlinkStateDefects } from './devlinkState.js';
import { devlinkParamsDefects } from './devlinkParams.js';
import { devlinkReloadsDefects } from './devlinkReloads.js';
import { devlinkResourcesDefects } from './devlinkResources.js';
import { nettoolDefects } from './nettool.js';
import { nettoolDeviceDefects } from './nettoolDevices.js';
import { moduleFlashDefects } from './moduleFlash.js';
import { nettoolChipDefects } from './nettoolChip.js';
import { nettoolOrderDefects } from './nettoolOrder.js';
import { ethtoolCableDefects } from './ethtoolCable.js';
import { ethtoolIoctlDefects } from './ethtoolIoctl.js';
import { ethtoolModuleDefects } from './ethtoolModule.js';
import { ethtoolNetlinkDefects } from './ethtoolNetlink.js';
import { ethtoolReplyDefects } from './ethtoolReplies.js';
import { ethtoolSettingDefects } from './ethtoolSettings.js';

import { representorPortDefects } from './representorPorts.js';
import { representorDefects } from './representors.js';
import { sriovFunctionDefects } from './sriovFunctions.js';
import { sriovLifeDefects } from './sriovLife.js';
import { sriovSettingDefects } from './sriovSettings.js';
import { sriovVectorDefects } from './sriovVectors.js';
import { sriovSwitchDefects } from './sriovSwitch.js';
import { switchLearningDefects } from './switchLearning.js';
import { devlinkRefusalDefects } from './devlinkRefusals.js';
import { controlBoundDefects } from './controlBounds.js';
import { controlSocketDefects } from './controlSockets.js';
import { controlGroupDefects } from './controlGroups.js';

import { switchTreeDefects } from './switchTrees.js';
import { switchVlanOptionDefects } from './switchVlanOptions.js';
import { switchVlanSnoopingDefects } from './switchVlanSnooping.js';
import { devlinkBuffersDefects } from './devlinkBuffers.js';

export type { Defect } from './defect.js';

/** Every seeded defect, by area. `nicspec defects` runs the suite against each of them. */
export const defects: readonly Defect[] = [
  ...addressFilterDefects,
  ...checksumReceiveDefects,
  ...checksumTransmitDefects,
  ...frameLengthDefects,
  ...coalesceDefects,
  ...featureDefects,
  ...linkDefects,
  ...netlinkDefects,
  ...queueDefects,
  ...vlanDefects,
  ...groDefects,
  ...headerSplitDefects,
  ...nftablesTransactionDefects,
  ...nftablesTableDefects,
  ...nftablesRuleDefects,
  ...nftablesSetDefects,
  ...ntupleDefects,
  ...rssDefects,
  ...rssContextDefects,
  ...segmentationDefects,
  ...statisticsDefects,
  ...timestampDefects,
  ...switchPortDefects,
  ...switchStateDefects,
  ...switchTableDefects,
  ...switchVlanDefects,
  ...switchUniformityDefects,
  ...switchFrameDefects,
  ...switchAggregationDefects,
  ...switchAggregationBridgeDefects,
  ...multicastDatabaseDefects,
  ...routeDefects,
  ...routedPacketDefects,
  ...switchLacpDefects,
  ...snoopingDefects,
  ...bridgeStatisticsDefects,
  ...neighbourDefects,
  ...routerChipDefects,
  ...switchAccessListDefects,
  ...switchFilterDefects,
  ...switchMirrorDefects,
  ...sriovLifeDefects,
  ...sriovFunctionDefects,
  ...sriovSettingDefects,
  ...sriovSwitchDefects,
  ...representorDefects,
  ...switchTeamDefects,
  ...switchHostDefects,
  ...controlFramingDefects,
  ...controlAttributeDefects,
  ...controlExplanationDefects,
  ...controlDumpDefects,
  ...controlLinkDefects,
  ...devlinkPortsDefects,
  ...devlinkParamsDefects,
  ...devlinkResourcesDefects,
  ...devlinkReloadsDefects,
  ...devlinkHealthDefects,
  ...devlinkStateDefects,
  ...address6Defects,
  ...route6Defects,
  ...routedPacket6Defects,
  ...neighbour6Defects,
  ...routerChip6Defects,
  ...nettoolDefects,
  ...ethtoolNetlinkDefects,
  ...ethtoolSettingDefects,
  ...ethtoolCableDefects,
  ...ethtoolModuleDefects,
  ...ethtoolIoctlDefects,
  ...switchLearningDefects,
  ...devlinkRefusalDefects,
  ...controlBoundDefects,
  ...controlBufferDefects,
  ...switchAggregationOptionDefects,
  ...switchLinkWatchDefects,
  ...peerNoticeDefects,
  ...switchPortSettingDefects,
  ...devlinkBuffersDefects,
  ...nettoolDeviceDefects,
  ...ethtoolReplyDefects,
  ...sriovVectorDefects,
  ...devlinkFilterDefects,
  ...representorPortDefects,
  ...devlinkPipelineDefects,
  ...nettoolOrderDefects,
  ...controlGroupDefects,
  ...controlSocketDefects,
  ...switchNeighbourProxyDefects,
  ...switchAuthenticationDefects,
  ...switchTreeDefects,
  ...switchVlanOptionDefects,
  ...switchVlanSnoopingDefects,
  ...nettoolChipDefects,
  ...moduleFlashDefects,
  ...netfilterHookDefects,
  ...netfilterRuleDefects,
  ...netfilterPayloadDefects,
  ...netfilterSetDefects,
];
