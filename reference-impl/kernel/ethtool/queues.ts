/** ETHTOOL_MSG_RINGS_ and ETHTOOL_MSG_CHANNELS_: net/ethtool/rings.c, channels.c. */
import type { ChannelCounts, Channels, Rings, RingSettings } from '../../../harness/contract/index.js';
import type { Values } from '../../netlink/schema.js';
import type { NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import { portOf, type NetDevice } from '../netDevice.js';
import { fromOutcome, refusal, refusalAt } from '../refusals.js';
import {
  byte,
  refusedWith,
  updated,
  updatedFlag,
  type ApplyChange,
  type EthtoolContext,
  type FillReply,
} from './request.js';

const isPort = (netDevice: NetDevice): boolean => netDevice.lower.kind === 'port';

export const fillRings: FillReply = async (_context, netDevice) => {
  const { device, port } = portOf(netDevice);
  if (!isPort(netDevice) || device.ethtool.getRings === undefined) return refusedWith(refusal(EOPNOTSUPP));
  return ringValues(await device.ethtool.getRings(port));
};

/** rings_fill_reply(): a size of which there are none is left out, and so is an option that has no value. */
const ringValues = (rings: Rings): Values => ({
  ...sizeValues('RX', rings.rxMax, rings.rx),
  ...sizeValues('RX_MINI', rings.rxMiniMax ?? 0, rings.rxMini ?? 0),
  ...sizeValues('RX_JUMBO', rings.rxJumboMax ?? 0, rings.rxJumbo ?? 0),
  ...sizeValues('TX', rings.txMax, rings.tx),
  ...((rings.rxBufLen ?? 0) === 0 ? {} : { ETHTOOL_A_RINGS_RX_BUF_LEN: rings.rxBufLen ?? 0 }),
  ...(rings.tcpDataSplit === 0 ? {} : { ETHTOOL_A_RINGS_TCP_DATA_SPLIT: rings.tcpDataSplit }),
  ...((rings.cqeSize ?? 0) === 0 ? {} : { ETHTOOL_A_RINGS_CQE_SIZE: rings.cqeSize ?? 0 }),
  ETHTOOL_A_RINGS_TX_PUSH: byte(rings.txPush === true),
  ETHTOOL_A_RINGS_RX_PUSH: byte(rings.rxPush === true),
  ...(rings.supports.includes('tx-push-buf-len')
    ? {
        ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN_MAX: rings.txPushBufLenMax ?? 0,
        ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN: rings.txPushBufLen ?? 0,
      }
    : {}),
  ...(rings.supports.includes('hds-thresh')
    ? { ETHTOOL_A_RINGS_HDS_THRESH: rings.hdsThresh, ETHTOOL_A_RINGS_HDS_THRESH_MAX: rings.hdsThreshMax }
    : {}),
});

const sizeValues = (kind: string, most: number, now: number): Values =>
  most === 0 ? {} : { [`ETHTOOL_A_RINGS_${kind}_MAX`]: most, [`ETHTOOL_A_RINGS_${kind}`]: now };

/** Options beside the sizes, with the words of the refusal where a driver does not take them. */
const RING_OPTIONS: readonly (readonly [attribute: string, option: string, message: string])[] = [
  ['ETHTOOL_A_RINGS_RX_BUF_LEN', 'rx-buf-len', 'setting rx buf len not supported'],
  ['ETHTOOL_A_RINGS_TCP_DATA_SPLIT', 'tcp-data-split', 'setting TCP data split is not supported'],
  ['ETHTOOL_A_RINGS_CQE_SIZE', 'cqe-size', 'setting cqe size not supported'],
  ['ETHTOOL_A_RINGS_TX_PUSH', 'tx-push', 'setting tx push not supported'],
  ['ETHTOOL_A_RINGS_RX_PUSH', 'rx-push', 'setting rx push not supported'],
  ['ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN', 'tx-push-buf-len', 'setting tx push buf len is not supported'],
  ['ETHTOOL_A_RINGS_HDS_THRESH', 'hds-thresh', 'setting hds-thresh is not supported'],
];

export const changeRings: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { device, port } = portOf(netDevice);
  const { getRings, setRings } = device.ethtool;
  const rings = isPort(netDevice) ? await getRings?.(port) : undefined;
  const supports: readonly string[] = rings?.supports ?? [];
  for (const [attribute, option, message] of RING_OPTIONS) {
    const refused = values[attribute] !== undefined && !supports.includes(option);
    if (refused && context.kernel.parts.refusesUnknownRingOptions)
      return refusalAt(request, attribute, EOPNOTSUPP, message);
  }
  if (rings === undefined || setRings === undefined) return refusal(EOPNOTSUPP);
  const wanted = wantedRings(values, rings);
  const isSame = (Object.keys(wanted) as (keyof RingSettings)[]).every((name) => wanted[name] === rings[name]);
  if (isSame && !context.kernel.parts.announcesAnyway('rings', 'unchanged')) return undefined;
  const tooBig = beyondRing(wanted, rings);
  if (tooBig !== undefined && context.kernel.parts.checksRingMaximum) {
    if (context.kernel.parts.announcesAnyway('rings', 'refused')) await context.announce('RINGS_NTF', netDevice);
    return refusalAt(request, tooBig, EINVAL, 'requested ring size exceeds maximum');
  }
  const { txPushBufLenMax = 0 } = rings;
  if ((wanted.txPushBufLen ?? 0) > txPushBufLenMax && context.kernel.parts.checksRingMaximum) {
    const message = `Requested TX push buffer exceeds the maximum of ${txPushBufLenMax}`;
    return refusalAt(request, 'ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN', EINVAL, message);
  }
  const refused = fromOutcome(await setRings(port, wanted));
  if (refused !== undefined) return refused;
  await context.announce('RINGS_NTF', netDevice);
  return undefined;
};

/** What the request says over what there is; an option that the device lacks has been refused. */
function wantedRings(values: Values, rings: Rings): RingSettings {
  const asked = (name: string, before: number | undefined): number | undefined =>
    before === undefined ? undefined : updated(values, `ETHTOOL_A_RINGS_${name}`, before);
  const switched = (name: string, before: boolean | undefined): boolean | undefined =>
    before === undefined ? undefined : updatedFlag(values, `ETHTOOL_A_RINGS_${name}`, before);
  const wanted = {
    rx: updated(values, 'ETHTOOL_A_RINGS_RX', rings.rx),
    tx: updated(values, 'ETHTOOL_A_RINGS_TX', rings.tx),
    tcpDataSplit: updated(values, 'ETHTOOL_A_RINGS_TCP_DATA_SPLIT', rings.tcpDataSplit) as Rings['tcpDataSplit'],
    hdsThresh: updated(values, 'ETHTOOL_A_RINGS_HDS_THRESH', rings.hdsThresh),
    rxMini: updated(values, 'ETHTOOL_A_RINGS_RX_MINI', rings.rxMini ?? 0),
    rxJumbo: updated(values, 'ETHTOOL_A_RINGS_RX_JUMBO', rings.rxJumbo ?? 0),
    rxBufLen: asked('RX_BUF_LEN', rings.rxBufLen),
    cqeSize: asked('CQE_SIZE', rings.cqeSize),
    txPush: switched('TX_PUSH', rings.txPush),
    rxPush: switched('RX_PUSH', rings.rxPush),
    txPushBufLen: asked('TX_PUSH_BUF_LEN', rings.txPushBufLen),
  };
  const hasMini = (rings.rxMiniMax ?? 0) > 0 || wanted.rxMini > 0;
  const hasJumbo = (rings.rxJumboMax ?? 0) > 0 || wanted.rxJumbo > 0;
  const absent = new Set([...(hasMini ? [] : ['rxMini']), ...(hasJumbo ? [] : ['rxJumbo'])]);
  const present = Object.entries(wanted).filter(([name, value]) => value !== undefined && !absent.has(name));
  return Object.fromEntries(present) as unknown as RingSettings;
}

function beyondRing(wanted: RingSettings, rings: Rings): string | undefined {
  if (wanted.rx > rings.rxMax) return 'ETHTOOL_A_RINGS_RX';
  if ((wanted.rxMini ?? 0) > (rings.rxMiniMax ?? 0)) return 'ETHTOOL_A_RINGS_RX_MINI';
  if ((wanted.rxJumbo ?? 0) > (rings.rxJumboMax ?? 0)) return 'ETHTOOL_A_RINGS_RX_JUMBO';
  if (wanted.tx > rings.txMax) return 'ETHTOOL_A_RINGS_TX';
  if (wanted.hdsThresh > rings.hdsThreshMax) return 'ETHTOOL_A_RINGS_HDS_THRESH';
  return undefined;
}

export const fillChannels: FillReply = async (_context, netDevice) => {
  const { device, port } = portOf(netDevice);
  if (!isPort(netDevice) || device.ethtool.getChannels === undefined) return refusedWith(refusal(EOPNOTSUPP));
  return channelValues(await device.ethtool.getChannels(port));
};

const CHANNEL_KINDS = [
  ['rx', 'RX'],
  ['tx', 'TX'],
  ['other', 'OTHER'],
  ['combined', 'COMBINED'],
] as const satisfies readonly (readonly [keyof ChannelCounts, string])[];

function channelValues(channels: Channels): Values {
  const values: Record<string, number> = {};
  for (const [kind, name] of CHANNEL_KINDS)
    if (channels.max[kind] > 0) values[`ETHTOOL_A_CHANNELS_${name}_MAX`] = channels.max[kind];
  for (const [kind, name] of CHANNEL_KINDS)
    if (channels.max[kind] > 0) values[`ETHTOOL_A_CHANNELS_${name}_COUNT`] = channels[kind];
  return values;
}

export const changeChannels: ApplyChange = async (context, request) => {
  const { netDevice, values } = request;
  const { device, port } = portOf(netDevice);
  const { getChannels, setChannels } = device.ethtool;
  if (!isPort(netDevice) || getChannels === undefined || setChannels === undefined) return refusal(EOPNOTSUPP);
  const before = await getChannels(port);
  const wanted: ChannelCounts = {
    rx: updated(values, 'ETHTOOL_A_CHANNELS_RX_COUNT', before.rx),
    tx: updated(values, 'ETHTOOL_A_CHANNELS_TX_COUNT', before.tx),
    other: updated(values, 'ETHTOOL_A_CHANNELS_OTHER_COUNT', before.other),
    combined: updated(values, 'ETHTOOL_A_CHANNELS_COMBINED_COUNT', before.combined),
  };
  const { parts } = context.kernel;
  if (CHANNEL_KINDS.every(([kind]) => wanted[kind] === before[kind]) && !parts.announcesAnyway('channels', 'unchanged'))
    return undefined;
  const invalid = channelLimits(request, wanted, before, context) ?? (await channelsInUse(context, request, wanted));
  if (invalid !== undefined) {
    if (parts.announcesAnyway('channels', 'refused')) await context.announce('CHANNELS_NTF', netDevice);
    return invalid;
  }

  const refused = fromOutcome(await setChannels(port, wanted));
  if (refused !== undefined) return refused;
  netDevice.realRxQueues = wanted.combined + wanted.rx;
  netDevice.realTxQueues = wanted.combined + wanted.tx;
  await context.announce('CHANNELS_NTF', netDevice);
  return undefined;
};

function channelLimits(
  request: NetlinkRequest,
  wanted: ChannelCounts,
  { max, combined, rx }: Channels,
  { kernel }: EthtoolContext,
): Refusal | undefined {
  for (const [kind, name] of CHANNEL_KINDS) {
    if (wanted[kind] <= max[kind] || !kernel.parts.checksChannelMaximum) continue;
    return refusalAt(request, `ETHTOOL_A_CHANNELS_${name}_COUNT`, EINVAL, 'requested channel count exceeds maximum');
  }
  if (wanted.combined > 0 || (wanted.rx > 0 && wanted.tx > 0) || !kernel.parts.keepsOneChannel) return undefined;
  const direction = wanted.rx === 0 ? 'RX' : 'TX';
  const culprit = wanted.combined === combined || rx > 0 ? direction : 'COMBINED';
  return refusalAt(
    request,
    `ETHTOOL_A_CHANNELS_${culprit}_COUNT`,
    EINVAL,
    'requested channel counts would result in no RX or TX channel being configured',
  );
}

/** ethtool_check_max_channel(): a table or a rule of the user's names a queue that would go. */
async function channelsInUse(
  { kernel }: EthtoolContext,
  request: { readonly netDevice: NetDevice },
  wanted: ChannelCounts,
): Promise<Refusal | undefined> {
  if (!kernel.parts.protectsQueuesInUse) return undefined;
  const { netDevice } = request;
  const { device, port } = portOf(netDevice);
  const queues = wanted.combined + wanted.rx;
  const contexts = [...(netDevice.rssTableIsUsers ? [0] : []), ...netDevice.rssContexts];
  for (const context of contexts) {
    const rss = await device.ethtool.getRss?.(port, context);
    const highest = rss?.ok === true ? Math.max(...rss.value.indirection) : 0;
    if (highest >= queues) {
      return refusal(EINVAL, `requested channel counts are too low for existing indirection table (${highest})`);
    }
  }
  for (const { action, rssContext } of (await device.ethtool.flowRules?.list(port)) ?? []) {
    if (action === 'drop' || rssContext !== undefined || action.queue < queues) continue;
    return refusal(
      EINVAL,
      `requested channel counts are too low for existing ntuple filter settings (${action.queue})`,
    );
  }
  return undefined;
}
