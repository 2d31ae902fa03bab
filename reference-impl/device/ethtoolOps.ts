/** ethtool_ops of the reference NIC. */
import type { DriverResult, EthtoolOps, FlowType, HashField, PortName, Rings } from '../../harness/contract/index.js';
import {
  activeFec,
  channelsOf,
  createRssContext,
  insertRule,
  linkSettings,
  removeRssContext,
  removeRule,
  setChannels,
  setCoalesce,
  setFec,
  setLink,
  setRings,
  setRss,
  setTimestamping,
  SUPPORTED_COALESCE,
  TIMESTAMPING,
} from './control.js';
import { done, EINVAL, ENOENT, EOPNOTSUPP, refuse } from './driverResult.js';
import { privateStatistics, standardStatistics } from './reports.js';
import { serviceOps } from './service/serviceOps.js';
import type { NicPort } from './state.js';

function ringsOf({ rings, limits }: NicPort): Rings {
  return {
    ...rings,
    rxMax: limits.ringMaximum,
    txMax: limits.ringMaximum,
    hdsThreshMax: limits.hdsThresholdMaximum,
    supports: ['tcp-data-split', 'hds-thresh'],
  };
}

export function ethtoolOps(portOf: (name: PortName) => NicPort): EthtoolOps {
  return {
    getRings: (name) => ringsOf(portOf(name)),
    setRings: (name, rings) => setRings(portOf(name), rings),
    getChannels: (name) => channelsOf(portOf(name)),
    setChannels: (name, counts) => setChannels(portOf(name), counts),
    supportedCoalesce: SUPPORTED_COALESCE,
    getCoalesce: (name) => portOf(name).coalesce,
    setCoalesce: (name, coalesce) => setCoalesce(portOf(name), coalesce),
    getPause: (name) => {
      const port = portOf(name);
      const { rxPauseFrames, txPauseFrames } = port.counters;
      return {
        ...port.pause,
        resolved: port.parts.resolvePause(port.pause, port.partner),
        statistics: { rxPauseFrames, txPauseFrames },
      };
    },
    setPause: (name, pause) => {
      portOf(name).pause = pause;
      return done;
    },
    getRss: (name, context) => {
      const state = portOf(name).rss.get(context);
      if (state === undefined) return refuse(ENOENT);
      const { hashFunction, inputTransform, key, indirection } = state;
      return { ok: true, value: { hashFunction, inputTransform, key: key.slice(), indirection: [...indirection] } };
    },
    setRss: (name, context, change) => setRss(portOf(name), context, change),
    createRssContext: (name, context, change) => createRssContext(portOf(name), context, change),
    removeRssContext: (name, context) => removeRssContext(portOf(name), context),
    getRxHashFields: (name, flow) => portOf(name).hashFields.get(flow) ?? [],
    setRxHashFields: (name, flow, fields) => setHashFields(portOf(name), flow, fields),
    flowRules: {
      insert: (name, rule) => insertRule(portOf(name), rule),
      remove: (name, location) => removeRule(portOf(name), location),
      list: (name) => [...portOf(name).rules.values()].sort((a, b) => a.location - b.location),
      capacity: (name) => portOf(name).limits.flowRules,
    },
    getLink: (name) => linkSettings(portOf(name)),
    setLink: (name, settings) => setLink(portOf(name), settings),
    getTimestamping: () => TIMESTAMPING,
    getHwTimestamp: (name) => portOf(name).timestamping,
    setHwTimestamp: (name, config) => setTimestamping(portOf(name), config),
    getFec: (name) => {
      const port = portOf(name);
      return { configured: port.fec, active: activeFec(port), statistics: { corrected: 0, uncorrectable: 0 } };
    },
    setFec: (name, modes) => setFec(portOf(name), modes),
    standardStatistics: (name) => standardStatistics(portOf(name)),
    privateStatistics: (name) => privateStatistics(portOf(name)),
    ...serviceOps(portOf),
  };
}

const NO_PORTS: readonly FlowType[] = ['ip4', 'ip6', 'ether'];

function setHashFields(port: NicPort, flow: FlowType, fields: readonly HashField[]): DriverResult {
  const hasPorts = fields.includes('l4-src') || fields.includes('l4-dst');
  const hasLabel = fields.includes('ip6-flow-label');
  if (flow === 'ether') return refuse(EOPNOTSUPP);
  if ((hasPorts && NO_PORTS.includes(flow)) || (hasLabel && flow.endsWith('4'))) return refuse(EINVAL);
  port.hashFields.set(flow, [...fields]);
  return done;
}
