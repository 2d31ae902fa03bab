/** What a driver is asked to set: rings, channels, coalescing, RSS, rules, link, timestamps. Each takes effect whole or not at all. */
import type {
  ChannelCounts,
  Channels,
  Coalesce,
  DriverResult,
  FecMode,
  FlowRule,
  HwTimestampConfig,
  LinkRequest,
  LinkSettings,
  RingSettings,
  RssChange,
  TimestampingInfo,
} from '../../harness/contract/index.js';
import { done, EBUSY, EINVAL, ENOENT, ENOSPC, EOPNOTSUPP, ERANGE, refuse } from './driverResult.js';
import { deliver, flushAggregators } from './receiveRing.js';
import { SPEED_MODES } from './service/serviceState.js';
import { hasCarrier, newRssState, spread, speedOf, type NicPort, type RssState } from './state.js';
import { drainAll } from './transmit.js';

/** Sizes are rounded up to a power of two. What is in a ring goes on its way first: a resize loses nothing. */
export function setRings(port: NicPort, wanted: RingSettings): DriverResult {
  const { parts, limits } = port;
  for (const queue of port.rxQueues) if (port.polling) deliver(port, queue);
  port.rings = {
    ...wanted,
    rx: Math.min(limits.ringMaximum, parts.ringSize(wanted.rx, limits.ringMinimum)),
    tx: Math.min(limits.ringMaximum, parts.ringSize(wanted.tx, limits.ringMinimum)),
  };
  drainAll(port);
  return done;
}

export function channelsOf({ channels, limits }: NicPort): Channels {
  return { rx: 0, tx: 0, other: 0, combined: channels, max: { rx: 0, tx: 0, other: 0, combined: limits.queues } };
}

/** A table that nobody set follows the number of queues. */
export function setChannels(port: NicPort, { rx, tx, combined }: ChannelCounts): DriverResult {
  if (rx !== 0 || tx !== 0 || combined < 1) return refuse(EINVAL);
  for (const queue of port.rxQueues) {
    flushAggregators(port, queue);
    if (port.polling) deliver(port, queue);
  }
  port.channels = combined;
  for (const state of port.rss.values()) {
    if (!state.tableIsUsers && port.parts.respreadsTable)
      state.indirection = spread(combined, port.limits.indirectionSize);
  }
  drainAll(port);
  return done;
}

export const SUPPORTED_COALESCE: readonly (keyof Coalesce)[] = [
  'rxUsecs',
  'rxMaxFrames',
  'txUsecs',
  'txMaxFrames',
  'useAdaptiveRx',
  'useAdaptiveTx',
  'useCqeModeRx',
];
const LONGEST_USECS = 100_000;

export function setCoalesce(port: NicPort, wanted: Coalesce): DriverResult {
  if (wanted.rxUsecs > LONGEST_USECS || wanted.txUsecs > LONGEST_USECS)
    return refuse(ERANGE, 'coalescing time is too long');
  port.coalesce = wanted;
  return done;
}

export function setRss(port: NicPort, context: number, change: RssChange): DriverResult {
  const state = port.rss.get(context);
  return state === undefined ? refuse(ENOENT) : applyRss(port, state, change);
}

const TOEPLITZ = 1;

function applyRss(port: NicPort, state: RssState, change: RssChange): DriverResult {
  if (change.hashFunction !== undefined && change.hashFunction !== TOEPLITZ) return refuse(EOPNOTSUPP);
  if (change.key !== undefined && change.key.length !== port.limits.keyLength) return refuse(EINVAL);
  if (change.key !== undefined) {
    state.key = change.key.slice();
    state.tables = null;
  }
  if (change.inputTransform !== undefined)
    for (const each of port.rss.values()) each.inputTransform = change.inputTransform;
  if (change.indirection !== undefined) {
    const resets = change.indirection.length === 0;
    state.indirection = resets ? spread(port.channels, port.limits.indirectionSize) : [...change.indirection];
    state.tableIsUsers = !resets;
  }
  return done;
}

export function createRssContext(port: NicPort, context: number, change: RssChange): DriverResult {
  if (port.rss.size > port.limits.rssContexts) return refuse(ENOSPC);
  const main = port.rss.get(0);
  const state = newRssState(
    main?.key.slice() ?? new Uint8Array(port.limits.keyLength),
    port.channels,
    port.limits.indirectionSize,
  );
  state.inputTransform = main?.inputTransform ?? 0;
  const applied = applyRss(port, state, change);
  if (!applied.ok) return applied;
  port.rss.set(context, state);
  return done;
}

export function removeRssContext(port: NicPort, context: number): DriverResult {
  if (context === 0 || !port.rss.has(context)) return refuse(ENOENT);
  const inUse = [...port.rules.values()].some((rule) => rule.rssContext === context);
  if (inUse) return refuse(EBUSY);
  port.rss.delete(context);
  return done;
}

const LOC_ANY = 0xffff_ffff;

/** A rule for any location gets the first free one; a rule at a taken location takes its place. */
export function insertRule(port: NicPort, rule: FlowRule): DriverResult<number> {
  const { rules, limits } = port;
  const location = rule.location === LOC_ANY ? firstFree(port) : rule.location;
  if (location === null) return refuse(ENOSPC);
  if (location >= limits.flowRules) return refuse(rule.location === LOC_ANY ? ENOSPC : EINVAL);
  if (rule.action !== 'drop' && rule.action.queue >= port.channels) return refuse(EINVAL);
  if (rule.rssContext !== undefined && !port.rss.has(rule.rssContext)) return refuse(EINVAL);
  rules.set(location, { ...rule, location });
  return { ok: true, value: location };
}

function firstFree({ rules, limits }: NicPort): number | null {
  for (let location = 0; location < limits.flowRules; location++) if (!rules.has(location)) return location;
  return null;
}

export const removeRule = (port: NicPort, location: number): DriverResult =>
  port.rules.delete(location) ? done : refuse(ENOENT);

/** HWTSTAMP_TX_OFF, HWTSTAMP_TX_ON; HWTSTAMP_FILTER_NONE, _ALL, _PTP_V2_EVENT. */
const TX_TYPES = [0, 1];
const RX_FILTERS = [0, 1, 12];
const FILTER_ALL = 1;
const FILTER_SOME = 2;
const FILTER_PTP_V2_EVENT = 12;
/** Narrower filters of PTP version 2, and those that only "all" covers: PTP version 1 and NTP. */
const PTP_V2 = [6, 7, 8, 9, 10, 11, 12, 13, 14];

/** SOF_TIMESTAMPING_TX_HARDWARE, TX_SOFTWARE, RX_HARDWARE, RX_SOFTWARE, SOFTWARE, RAW_HARDWARE. */
export const TIMESTAMPING: TimestampingInfo = {
  flags: [0, 1, 2, 3, 4, 6],
  txTypes: TX_TYPES,
  rxFilters: RX_FILTERS,
  phcIndex: 0,
};

/** A narrower filter is answered with the wider one that is in force. */
export function setTimestamping(
  port: NicPort,
  { txType, rxFilter }: HwTimestampConfig,
): DriverResult<HwTimestampConfig> {
  const filter = rxFilterInForce(rxFilter);
  if (!TX_TYPES.includes(txType) || filter === null) return refuse(ERANGE);
  port.timestamping = { txType, rxFilter: filter };
  return { ok: true, value: port.timestamping };
}

function rxFilterInForce(filter: number): number | null {
  if (RX_FILTERS.includes(filter)) return filter;
  if (PTP_V2.includes(filter)) return FILTER_PTP_V2_EVENT;
  return filter === FILTER_SOME || filter > 15 ? null : FILTER_ALL;
}

const SUPPORTED_MODES = [
  '25000baseCR/Full',
  '10000baseCR/Full',
  'Autoneg',
  'FIBRE',
  'Pause',
  'Asym_Pause',
  'None',
  'RS',
  'BASER',
];
const SPEEDS = [25_000, 10_000];
const PORT_DA = 5;

export function linkSettings(port: NicPort): LinkSettings {
  const up = port.up && hasCarrier(port);
  const { pause, partner, autoneg } = port;
  const pauseBits = pause.autoneg
    ? [...(pause.rx ? ['Pause'] : []), ...(pause.rx !== pause.tx ? ['Asym_Pause'] : [])]
    : ['Pause'];
  return {
    autoneg,
    speed: up ? speedOf(port) : null,
    duplex: up ? 'full' : 'unknown',
    lanes: up ? 1 : 0,
    canChooseLanes: true,
    connector: PORT_DA,
    supported: SUPPORTED_MODES,
    advertised: [...port.service.advertised, 'FIBRE', ...(autoneg ? ['Autoneg'] : []), ...pauseBits],
    partnerAdvertised:
      up && autoneg
        ? [...SPEED_MODES, 'Autoneg', ...(partner.pause ? ['Pause'] : []), ...(partner.asymPause ? ['Asym_Pause'] : [])]
        : [],
  };
}

export function setLink(port: NicPort, request: LinkRequest): DriverResult {
  const {
    autoneg,
    speed,
    duplex,
    advertise,
    connector = PORT_DA,
    phyAddress = 0,
    mdixControl = 0,
    lanes = 1,
  } = request;
  if (connector !== PORT_DA || phyAddress !== 0 || mdixControl !== 0)
    return refuse(EINVAL, 'the port has one connector');
  if (lanes !== 1) return refuse(EINVAL, 'the port has one lane');
  const offered = advertise === undefined ? port.service.advertised : SPEED_MODES.filter((m) => advertise.includes(m));
  const isUnknown = advertise?.some((mode) => !SUPPORTED_MODES.includes(mode)) === true;
  if (isUnknown || offered.length === 0) return refuse(EINVAL, 'no mode that the port has is left');
  if (duplex === 'half') return refuse(EINVAL, 'half duplex is not supported');
  if (!autoneg && speed !== undefined && !SPEEDS.includes(speed)) return refuse(EINVAL, 'speed is not supported');
  port.autoneg = autoneg;
  port.service.advertised = offered;
  if (!autoneg && speed !== undefined) port.forcedSpeed = speed;
  return done;
}

const FEC_MODES: readonly FecMode[] = ['rs', 'base-r', 'off'];

export function setFec(port: NicPort, modes: readonly FecMode[]): DriverResult {
  if (modes.some((mode) => mode !== 'auto' && !FEC_MODES.includes(mode))) return refuse(EOPNOTSUPP);
  port.fec = [...modes];
  return done;
}

/** The strongest of those that are configured; by itself, the device chooses RS. */
export function activeFec(port: NicPort): FecMode | null {
  if (!port.up || !hasCarrier(port)) return null;
  return FEC_MODES.find((mode) => port.fec.includes(mode)) ?? 'rs';
}
