/** Filters and the hardware: tc_setup_cb_add() and what calls it in cls_flower.c and cls_matchall.c. */
import type {
  DriverResult,
  FlowAction,
  FlowOffloadOps,
  FlowTarget,
  OffloadedFlowRule,
  PortName,
} from '../../../harness/contract/index.js';
import {
  TCA_CLS_FLAGS_IN_HW,
  TCA_CLS_FLAGS_NOT_IN_HW,
  TCA_CLS_FLAGS_SKIP_HW,
  TCA_CLS_FLAGS_SKIP_SW,
  TCA_EGRESS_MIRROR,
  TCA_EGRESS_REDIR,
  TCA_INGRESS_REDIR,
  TC_ACT_OK,
  TC_ACT_PIPE,
  TC_ACT_RECLASSIFY,
  TC_ACT_SHOT,
  TC_ACT_TRAP,
  TC_ACT_UNSPEC,
} from '../../netlink/families/trafficControl.js';
import { EOPNOTSUPP, OK, refused } from '../errno.js';
import { countHardware } from '../flow/flowCounters.js';
import { matchKeys } from '../flow/flowMatch.js';
import type { Outcome } from '../kernelState.js';
import type { NetDevice } from '../netDevice.js';
import { chainOfVerdict } from './actions.js';
import { filtersOf, type Action, type Block, type Filter } from './block.js';
import type { TcParts } from './tcParts.js';

interface Below {
  readonly ops: FlowOffloadOps;
  readonly port: PortName;
}

/** The driver that may take filters of this net device. */
function driverOf({ lower }: NetDevice): Below | undefined {
  if (lower.kind !== 'port' || lower.device.flowOffload === undefined) return undefined;
  return { ops: lower.device.flowOffload, port: lower.port };
}

const below = ({ netDevice, isOffloaded }: Block): Below | undefined => (isOffloaded ? driverOf(netDevice) : undefined);

/** tcf_block_offload_bind(). */
export async function bindBlock(block: Block): Promise<Outcome> {
  const driver = driverOf(block.netDevice);
  if (driver === undefined) return OK;
  const bound = await driver.ops.bindBlock(driver.port, block.side);
  if (!bound.ok) return bound.errno === EOPNOTSUPP ? OK : bound;
  block.isOffloaded = true;
  return OK;
}

/** tcf_block_offload_unbind(), once its filters are gone. */
export async function unbindBlock(block: Block): Promise<void> {
  const driver = below(block);
  if (driver === undefined) return;
  await driver.ops.unbindBlock(driver.port, block.side);
  block.isOffloaded = false;
}

/**
 * fl_hw_replace_filter(), mall_replace_hw_filter(): a refusal counts only where the filter is for hardware alone. The flags tell
 * afterwards where the filter is.
 */
export async function offloadFilter(filter: Filter, parts: TcParts): Promise<Outcome> {
  if ((filter.flags & TCA_CLS_FLAGS_SKIP_HW) !== 0 && parts.sparesHardware) {
    setPlace(filter, false, parts);
    return OK;
  }
  const insists = (filter.flags & TCA_CLS_FLAGS_SKIP_SW) !== 0 && parts.insistsOnHardware;
  const offered = await offer(filter);
  setPlace(filter, offered.ok, parts);
  if (offered.ok || !insists) return OK;
  return offered;
}

function setPlace(filter: Filter, inHardware: boolean, { tellsPlace }: TcParts): void {
  filter.inHardwareCount = inHardware ? 1 : 0;
  if (tellsPlace) filter.flags |= inHardware ? TCA_CLS_FLAGS_IN_HW : TCA_CLS_FLAGS_NOT_IN_HW;
}

async function offer(filter: Filter): Promise<DriverResult> {
  const { block } = filter.proto.chain;
  const driver = below(block);
  const rule = ruleOf(filter);
  if ('errno' in rule) return rule;
  // block->nooffloaddevcnt.
  if (driver === undefined) return refused(EOPNOTSUPP);
  return driver.ops.addRule(driver.port, block.side, rule);
}

/** tc_setup_offload_action(). */
function ruleOf(filter: Filter): OffloadedFlowRule | ReturnType<typeof refused> {
  const { proto, match, flags, cookie } = filter;
  const actions: FlowAction[] = [];
  for (const action of filter.actions) {
    const entry = flowAction(filter, action);
    if ('errno' in entry) return entry;
    actions.push(entry);
  }
  return {
    cookie,
    classifier: proto.kind,
    chain: proto.chain.index,
    priority: proto.priority,
    protocol: proto.protocol,
    hardwareOnly: (flags & TCA_CLS_FLAGS_SKIP_SW) !== 0,
    match: match === undefined ? [] : matchKeys(match),
    actions,
  };
}

function flowAction(filter: Filter, action: Action): FlowAction | ReturnType<typeof refused> {
  if (action.kind === 'mirred') {
    const to = targetOf(filter.proto.chain.block.netDevice, action.target);
    if (action.how === TCA_EGRESS_REDIR) return { kind: 'redirect', to };
    if (action.how === TCA_EGRESS_MIRROR) return { kind: 'mirror', to };
    return { kind: action.how === TCA_INGRESS_REDIR ? 'redirect-ingress' : 'mirror-ingress', to };
  }
  // What a driver would do with what is beside a frame is not in the contract.
  if (action.kind === 'skbedit') return refused(EOPNOTSUPP, 'act_skbedit: Unsupported skbedit option offload');
  const unsupported = (name: string): ReturnType<typeof refused> =>
    refused(EOPNOTSUPP, `act_gact: Offload of "${name}" action is not supported`);
  const chain = chainOfVerdict(action.verdict);
  if (chain !== undefined) return { kind: 'goto', chain };
  switch (action.verdict) {
    case TC_ACT_OK:
      return { kind: 'accept' };
    case TC_ACT_SHOT:
      return { kind: 'drop' };
    case TC_ACT_TRAP:
      return { kind: 'trap' };
    case TC_ACT_UNSPEC:
      return unsupported('continue');
    case TC_ACT_RECLASSIFY:
      return unsupported('reclassify');
    case TC_ACT_PIPE:
      return unsupported('pipe');
    default:
      return refused(EOPNOTSUPP, 'act_gact: Unsupported generic action offload');
  }
}

function targetOf({ lower: from }: NetDevice, target: NetDevice | undefined): FlowTarget {
  const to = target?.lower;
  if (to?.kind !== 'port' || from.kind !== 'port' || to.device !== from.device) return { kind: 'foreign' };
  return { kind: 'port', port: to.port };
}

/** fl_hw_destroy_filter(). */
export async function removeFromHardware(filter: Filter): Promise<void> {
  const { block } = filter.proto.chain;
  const driver = below(block);
  if (driver === undefined || filter.inHardwareCount === 0) return;
  await driver.ops.removeRule(driver.port, block.side, filter.cookie);
  filter.inHardwareCount = 0;
}

/** fl_hw_update_stats(): what the hardware saw since then is added to every action. */
export async function readHardwareCounters(filter: Filter, parts: TcParts): Promise<void> {
  const { block } = filter.proto.chain;
  const driver = below(block);
  if (driver === undefined || filter.inHardwareCount === 0) return;
  const seen = parts.hardwareStatistics(await driver.ops.ruleStatistics(driver.port, block.side, filter.cookie));
  for (const action of filter.actions) {
    countHardware(action.counters, seen);
    if (action.kind === 'gact' && action.verdict === TC_ACT_SHOT) action.counters.drops += seen.packets;
  }
}

/** Before a dump. */
export async function readBlockCounters(block: Block, parts: TcParts): Promise<void> {
  for (const filter of filtersOf(block)) await readHardwareCounters(filter, parts);
}
