/** What only the ioctl has: driver information, counters of the driver, hash fields, n-tuple rules. */
import { ETHTOOL_OPERATIONS, ETH_SS_STATS } from '../../netlink/families/ethtool.js';
import { errnoName } from '../../netlink/errnoNames.js';
import { isValues, listIn, numberIn } from '../../netlink/schema.js';
import { bitList } from '../../netlink/bitset.js';
import {
  ETHTOOL_GRXCLSRLALL,
  ETHTOOL_GRXCLSRLCNT,
  ETHTOOL_GRXCLSRULE,
  ETHTOOL_GRXFH,
  ETHTOOL_SRXCLSRLDEL,
  ETHTOOL_SRXCLSRLINS,
  ETHTOOL_SRXFH,
  FLOW_TYPES,
  HASH_FIELDS,
  RX_CLS_LOC_ANY,
  encodeRxnfc,
  encodeStatisticsRequest,
  readLocations,
  readRule,
  readStatistics,
  rxnfcData,
  rxnfcRoom,
  type RxFlowType,
  type RxnfcRequest,
} from '../../netlink/rxnfc.js';
import {
  ETH_CTRL_NAMES,
  ETH_MAC_NAMES,
  ETH_PHY_NAMES,
  RMON_NAMES,
  STATS_GROUP_NAMES,
} from '../../netlink/stringSets.js';
import { viewOf } from '../../netlink/wire.js';
import type { NetDeviceName } from '../machine.js';
import type { Row } from '../reading.js';
import { ERRNO_MEANINGS, refused, type Outcome } from '../refusal.js';
import type { NettoolSession } from '../session.js';
import type { Step, StepCore } from '../step.js';
import type { Scalar } from '../values.js';
import type { Channel } from './channel.js';
import { ask } from './ethtoolMessages.js';
import { stringSet } from './featuresChannel.js';
import { rowOfRule, ruleOfRow } from './ntupleRule.js';

/** SIOCETHTOOL with this struct: what came back, or why nothing did. */
export async function ioctl(
  session: NettoolSession,
  device: string,
  command: Uint8Array,
): Promise<Outcome<Uint8Array>> {
  // A name that the kernel told.
  const result = await session.machine.ethtoolIoctl(device as NetDeviceName, command);
  if (result.ok) return { ok: true, value: result.bytes };
  const errno = errnoName(result.errno);
  return refused({
    stage: 'kernel',
    device,
    errno,
    message: ERRNO_MEANINGS[errno] ?? 'the kernel gives no reason',
  });
}

const ETHTOOL_GDRVINFO = 0x3;
/** sizeof(struct ethtool_drvinfo), and where its members of 32 bytes each are. */
const DRVINFO = 196;
const DRVINFO_MEMBERS = { driver: 4, version: 36, firmware: 68, bus: 100, 'option-rom': 132 } as const;
const MEMBER = 32;

export const driverChannel: Channel = {
  async read(session, { name }) {
    const request = new Uint8Array(DRVINFO);
    viewOf(request).setUint32(0, ETHTOOL_GDRVINFO, true);
    const answer = await ioctl(session, name, request);
    if (!answer.ok) return answer;
    const values: Record<string, Scalar> = {};
    for (const [key, at] of Object.entries(DRVINFO_MEMBERS)) {
      const [text = ''] = new TextDecoder().decode(answer.value.subarray(at, at + MEMBER)).split('\0');
      if (text !== '') values[key] = text;
    }
    return { ok: true, value: { values, limits: {} } };
  },
};

export const privateStatisticsChannel: Channel = {
  async read(session, { name }) {
    const names = await stringSet(session, name, ETH_SS_STATS);
    if (!names.ok) return names;
    if (names.value.length === 0) return { ok: true, value: { values: {}, limits: {} } };
    const answer = await ioctl(session, name, encodeStatisticsRequest(names.value.length));
    if (!answer.ok) return answer;
    const counts = readStatistics(answer.value);
    const values = Object.fromEntries(names.value.map((counter, index) => [counter.trim(), counts[index] ?? 0]));
    return { ok: true, value: { values, limits: {} } };
  },
};

const GROUPS = ['eth-phy', 'eth-mac', 'eth-ctrl', 'rmon'] as const;
const GROUP_COUNTERS: Readonly<Record<string, readonly string[]>> = {
  'eth-phy': ETH_PHY_NAMES,
  'eth-mac': ETH_MAC_NAMES,
  'eth-ctrl': ETH_CTRL_NAMES,
  rmon: RMON_NAMES,
};

export const statisticsGroupsChannel: Channel = {
  async read(session, { name }) {
    const answer = await ask(session, ETHTOOL_OPERATIONS.STATS_GET, name, {
      values: { ETHTOOL_A_STATS_GROUPS: bitList(GROUPS, STATS_GROUP_NAMES) },
    });
    if (!answer.ok) return answer;
    const values: Record<string, Scalar> = {};
    for (const group of listIn(answer.value, 'ETHTOOL_A_STATS_GRP').filter(isValues)) {
      const title = STATS_GROUP_NAMES[numberIn(group, 'ETHTOOL_A_STATS_GRP_ID') ?? -1] ?? '';
      for (const counter of listIn(group, 'ETHTOOL_A_STATS_GRP_STAT').filter(isValues)) {
        for (const [index, value] of Object.entries(counter))
          values[`${title}.${GROUP_COUNTERS[title]?.[Number(index)] ?? index}`] = Number(value);
      }
      for (const side of ['RX', 'TX'] as const) {
        for (const bucket of listIn(group, `ETHTOOL_A_STATS_GRP_HIST_${side}`).filter(isValues)) {
          const part = (end: string): number => numberIn(bucket, `ETHTOOL_A_STATS_GRP_HIST_${end}`) ?? 0;
          values[`${title}.${side.toLowerCase()}-frames-${part('BKT_LOW')}-${part('BKT_HI')}`] = part('VAL');
        }
      }
    }
    return { ok: true, value: { values, limits: {} } };
  },
};

const HASHED: readonly RxFlowType[] = (Object.keys(FLOW_TYPES) as RxFlowType[]).filter((flow) =>
  /^(tcp|udp|sctp)/.test(flow),
);

const fieldsOf = (data: bigint): readonly string[] =>
  Object.entries(HASH_FIELDS)
    .filter(([, bit]) => (data & BigInt(bit)) !== 0n)
    .map(([name]) => name);
const dataOf = (fields: Scalar): number =>
  (typeof fields === 'object' ? fields : [String(fields)]).reduce(
    (data, field) => data | ((HASH_FIELDS as Readonly<Record<string, number>>)[field] ?? 0),
    0,
  );

const ioctlStep = (operation: string, request: RxnfcRequest): StepCore => ({
  operation,
  wire: { kind: 'ioctl', command: encodeRxnfc(request) },
});

export const hashFieldsChannel: Channel = {
  async read(session, { name }) {
    const values: Record<string, Scalar> = {};
    const choices = Object.keys(HASH_FIELDS);
    let refusal: Outcome<never> | undefined;
    for (const flow of HASHED) {
      const answer = await ioctl(session, name, encodeRxnfc({ command: ETHTOOL_GRXFH, flow }));
      if (answer.ok) values[flow] = fieldsOf(rxnfcData(answer.value));
      else refusal ??= answer;
    }
    if (Object.keys(values).length === 0 && refusal !== undefined) return refusal;
    return { ok: true, value: { values, limits: Object.fromEntries(HASHED.map((flow) => [flow, { choices }])) } };
  },

  async change(_session, _device, subject, changes, before) {
    const steps = HASHED.flatMap((flow): Step[] => {
      const [value, was] = [changes[flow], before.values[flow]];
      if (value === undefined) return [];
      const set = (fields: Scalar): StepCore =>
        ioctlStep('ETHTOOL_SRXFH', { command: ETHTOOL_SRXFH, flow, data: dataOf(fields) });
      return [
        {
          ...set(value),
          subject: subject.name,
          changes: { [flow]: value },
          keys: new Map(),
          ...(was === undefined ? {} : { undo: set(was) }),
        },
      ];
    });
    return { ok: true, value: steps };
  },
};

async function rules(session: NettoolSession, name: string): Promise<Outcome<readonly Row[]>> {
  const count = await ioctl(session, name, encodeRxnfc({ command: ETHTOOL_GRXCLSRLCNT }));
  if (!count.ok) return count;
  const all = await ioctl(session, name, encodeRxnfc({ command: ETHTOOL_GRXCLSRLALL, room: rxnfcRoom(count.value) }));
  if (!all.ok) return all;
  const rows: Row[] = [];
  for (const location of readLocations(all.value)) {
    const answer = await ioctl(session, name, encodeRxnfc({ command: ETHTOOL_GRXCLSRULE, location }));
    if (!answer.ok) return answer;
    const reading = readRule(answer.value);
    rows.push(reading.ok ? rowOfRule(reading.rule) : { location, flow: reading.why });
  }
  return { ok: true, value: rows };
}

export const ntupleChannel: Channel = {
  async read(session, { name }) {
    const rows = await rules(session, name);
    return rows.ok ? { ok: true, value: { values: {}, limits: {}, rows: rows.value } } : rows;
  },

  async add(_session, { name }, subject, row) {
    const rule = ruleOfRow(row, RX_CLS_LOC_ANY);
    if (!rule.ok) return refused({ ...rule.refusal, device: name });
    const insert = ioctlStep('ETHTOOL_SRXCLSRLINS', { command: ETHTOOL_SRXCLSRLINS, rule: rule.value });
    const { location } = rule.value;
    const undo = ioctlStep('ETHTOOL_SRXCLSRLDEL', { command: ETHTOOL_SRXCLSRLDEL, location });
    // Where the driver picks the place, only its answer tells which rule to remove.
    const step: Step = { ...insert, subject: subject.name, changes: row, keys: new Map() };
    return { ok: true, value: [location === RX_CLS_LOC_ANY ? step : { ...step, undo }] };
  },

  async remove(session, { name }, subject, row) {
    const there = await rules(session, name);
    if (!there.ok) return there;
    const old = there.value.find(({ location }) => location === row['location']);
    if (old === undefined) {
      const accepted = there.value.map(({ location }) => String(location)).join(', ') || 'none: there are no rules';
      const value = String(row['location']);
      return refused({
        stage: 'device',
        device: name,
        key: 'ntuple.location',
        value,
        message: 'no rule is there',
        accepted,
      });
    }
    const rule = ruleOfRow(old, RX_CLS_LOC_ANY);
    const remove = ioctlStep('ETHTOOL_SRXCLSRLDEL', {
      command: ETHTOOL_SRXCLSRLDEL,
      location: Number(row['location']),
    });
    const step: Step = { ...remove, subject: subject.name, changes: row, keys: new Map() };
    if (!rule.ok) return { ok: true, value: [step] };
    const undo = ioctlStep('ETHTOOL_SRXCLSRLINS', { command: ETHTOOL_SRXCLSRLINS, rule: rule.value });
    return { ok: true, value: [{ ...step, undo }] };
  },
};
