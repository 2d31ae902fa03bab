/** RTM_NEWVLAN and RTM_DELVLAN: br_vlan_rtm_process() of net/bridge/br_vlan.c, and br_vlan_options.c. */
import type { IfIndex, Vid } from '../../../harness/contract/index.js';
import { RTM_NEWVLAN } from '../../netlink/constants.js';
import {
  BRIDGE_VLAN_INFO_ONLY_OPTS,
  BRIDGE_VLAN_INFO_RANGE_BEGIN,
  BRIDGE_VLAN_INFO_RANGE_END,
} from '../../netlink/families/bridge.js';
import {
  BRIDGE_VLANDB_ENTRY,
  BRIDGE_VLANDB_GLOBAL_OPTIONS,
  BR_VLAN_MSG,
  VLAN_ENTRY_POLICY,
  VLAN_GLOBAL_POLICY,
} from '../../netlink/families/bridgeVlans.js';
import { NLA_F_NESTED } from '../../netlink/constants.js';
import { numberIn, structLength, type Values } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkRequest } from '../../netlink/server.js';
import { validateAttributes, type Accepted, type Policy, type Refusal } from '../../netlink/validate.js';
import { NLA_HDRLEN, NLMSG_HDRLEN, parseAttributes, type Attribute } from '../../netlink/wire.js';
import { bridgeOf, type Bridge } from '../bridge/bridge.js';
import { EINVAL, ENODEV, ENOENT } from '../errno.js';
import type { ReferenceKernel } from '../kernel.js';
import { refusal } from '../refusals.js';
import { canEnterRange, groupOf, isAlikeGlobally, type VlanOwner } from './bridgeVlanMessage.js';
import { GLOBAL_VLAN_OPTIONS, VLAN_OPTIONS } from './bridgeVlanOptions.js';
import { changeVlans, invalidRange } from './bridgePorts.js';

export async function changeVlanDatabase(kernel: ReferenceKernel, request: NetlinkRequest): Promise<HandlerResult> {
  const { header, message } = request;
  const netDevice = kernel.netDevices.get((numberIn(header, 'ifindex') ?? 0) as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV);
  const port = netDevice.bridgePort ?? null;
  const bridge = bridgeOf(netDevice) ?? port?.bridge;
  if (bridge === undefined) return refusal(EINVAL, 'bridge: The device is not a valid bridge or bridge port');
  const owner: VlanOwner = { bridge, port };
  const fixed = structLength(BR_VLAN_MSG);
  let vlans = 0;
  for (const attribute of parseAttributes(message.body.subarray(fixed), NLMSG_HDRLEN + fixed).attributes) {
    if (attribute.type !== BRIDGE_VLANDB_ENTRY && attribute.type !== BRIDGE_VLANDB_GLOBAL_OPTIONS) continue;
    vlans++;
    const refused =
      attribute.type === BRIDGE_VLANDB_ENTRY
        ? await changeEntry(kernel, owner, attribute, message.type)
        : await changeGlobally(kernel, owner, attribute, message.type);
    if (refused !== undefined) return refused;
  }
  await kernel.settle();
  const isEmpty = vlans === 0 && kernel.parts.vlanOptions.refuses('no-vlan');
  return isEmpty ? refusal(EINVAL, 'bridge: No vlans found to process') : { ok: true };
}

/** nla_parse_nested(). */
function parseNested(policy: Policy, { flags, data, offset }: Attribute): Accepted | Refusal {
  if ((flags & NLA_F_NESTED) === 0) return { ok: false, errno: EINVAL, message: 'NLA_F_NESTED is missing', offset };
  return validateAttributes(policy, data, offset + NLA_HDRLEN, 'strict');
}

const INVALID_ID = refusal(EINVAL, 'bridge: Vlan id is invalid');

/** br_vlan_rtm_process_one(). */
async function changeEntry(
  kernel: ReferenceKernel,
  owner: VlanOwner,
  attribute: Attribute,
  type: number,
): Promise<Refusal | undefined> {
  const parsed = parseNested(VLAN_ENTRY_POLICY, attribute);
  if (!parsed.ok) return parsed;
  const { values } = parsed;
  const info = values['BRIDGE_VLANDB_ENTRY_INFO'] as Values | undefined;
  const { refuses } = kernel.parts.vlanOptions;
  if (info === undefined) return refuses('no-number') ? refusal(EINVAL, 'bridge: Missing vlan entry info') : undefined;
  const [first, flags] = [numberIn(info, 'vid') ?? 0, numberIn(info, 'flags') ?? 0];
  if ((flags & (BRIDGE_VLAN_INFO_RANGE_BEGIN | BRIDGE_VLAN_INFO_RANGE_END)) !== 0 && refuses('old-range'))
    return refusal(EINVAL, 'bridge: Old-style vlan ranges are not allowed when using RTM vlan calls');
  const { refusesVid } = kernel.parts.bridge;
  const last = numberIn(values, 'BRIDGE_VLANDB_ENTRY_RANGE');
  if (refusesVid(first) || (last !== undefined && refusesVid(last))) return INVALID_ID;
  const begin = { vid: first, flags: flags | BRIDGE_VLAN_INFO_RANGE_BEGIN };
  const end = { vid: last ?? first, flags: flags | BRIDGE_VLAN_INFO_RANGE_END };
  const invalid = last === undefined ? undefined : invalidRange(end, begin);
  if (invalid !== undefined && refuses('empty-range')) return refusal(EINVAL, `bridge: ${invalid}`);
  const isNew = type === RTM_NEWVLAN;
  if (!isNew || (flags & BRIDGE_VLAN_INFO_ONLY_OPTS) === 0) {
    const infos = last === undefined ? [{ vid: first, flags }] : [begin, end];
    const { bridge, port } = owner;
    const whose = port === null ? { kind: 'bridge' as const, bridge } : { kind: 'port' as const, bridge, port };
    const isMeant = isNew || kernel.parts.vlanOptions.deletes;
    const refused = isMeant ? await changeVlans(kernel, whose, infos, isNew ? 'set' : 'delete') : undefined;
    if (port !== null) kernel.bridging.events.portChanged(port);
    if (refused !== undefined) return refused;
  }
  return isNew ? setOptions(kernel, owner, first as Vid, end.vid as Vid, values) : undefined;
}

/** br_vlan_process_options(): one VLAN after the other; what is done before a refusal stays done, and is told. */
function setOptions(
  kernel: ReferenceKernel,
  owner: VlanOwner,
  first: Vid,
  last: Vid,
  values: Values,
): Refusal | undefined {
  const { members } = groupOf(owner);
  const { refuses, lastOfRange, tellsUnchanged, announces } = kernel.parts.vlanOptions;
  for (const [place, vid] of [
    ['start', first],
    ['end', last],
  ] as const)
    if (!members.has(vid) && refuses('missing-vlan'))
      return refusal(ENOENT, `bridge: Vlan range ${place} doesn't exist, can't process options`);
  const { bridge, port } = owner;
  const runs = new Runs(
    (vid, before) => canEnterRange(kernel, owner, vid, before),
    (from, to) => {
      if (announces('option', 'new')) kernel.bridging.events.vlansChanged(bridge, port, 'new', from, to);
    },
  );
  let refused: Refusal | undefined;
  for (let vid = first; vid <= lastOfRange(first, last) && refused === undefined; vid++) {
    const vlan = members.get(vid);
    if (vlan === undefined) {
      if (refuses('missing-vlan'))
        refused = refusal(ENOENT, "bridge: Vlan in range doesn't exist, can't process options");
    } else {
      const changed = setEach(VLAN_OPTIONS, values, (option) => option.set?.(kernel, owner, vid, vlan, values));
      if (typeof changed === 'boolean') runs.note(vid, changed || tellsUnchanged);
      else refused = changed;
    }
  }
  runs.end();
  return refused;
}

type Setting = boolean | Refusal;

/** Those of the options that are named; whether one of them changed, or the first refusal. */
function setEach<Option extends { readonly attribute: string }>(
  options: readonly Option[],
  values: Values,
  set: (option: Option) => Setting | undefined,
): Setting {
  let changed = false;
  for (const option of options) {
    if (values[option.attribute] === undefined) continue;
    const done = set(option) ?? false;
    if (typeof done !== 'boolean') return done;
    changed ||= done;
  }
  return changed;
}

/** VLANs that changed, told together as long as they are alike. */
class Runs {
  readonly #joins: (vid: Vid, last: Vid) => boolean;
  readonly #tell: (first: Vid, last: Vid) => void;
  #run: { readonly first: Vid; readonly last: Vid } | undefined;

  constructor(joins: (vid: Vid, last: Vid) => boolean, tell: (first: Vid, last: Vid) => void) {
    this.#joins = joins;
    this.#tell = tell;
  }

  note(vid: Vid, changed: boolean): void {
    const run = this.#run;
    if (changed && run !== undefined && this.#joins(vid, run.last)) {
      this.#run = { first: run.first, last: vid };
      return;
    }
    this.end();
    if (changed) this.#run = { first: vid, last: vid };
  }

  end(): void {
    if (this.#run !== undefined) this.#tell(this.#run.first, this.#run.last);
    this.#run = undefined;
  }
}

/** br_vlan_rtm_process_global_options(). */
async function changeGlobally(
  kernel: ReferenceKernel,
  { bridge, port }: VlanOwner,
  attribute: Attribute,
  type: number,
): Promise<Refusal | undefined> {
  const { refuses } = kernel.parts.vlanOptions;
  if (type !== RTM_NEWVLAN && refuses('deleted'))
    return refusal(EINVAL, 'bridge: Global vlan options support only set operation');
  if (port !== null && refuses('of-port'))
    return refusal(EINVAL, 'bridge: Global vlan options can only be set on bridge device');
  const parsed = parseNested(VLAN_GLOBAL_POLICY, attribute);
  if (!parsed.ok) return parsed;
  const { values } = parsed;
  const first = numberIn(values, 'BRIDGE_VLANDB_GOPTS_ID');
  if (first === undefined)
    return refuses('no-global-vlan') ? refusal(EINVAL, 'bridge: Missing vlan entry id') : undefined;
  const { refusesVid } = kernel.parts.bridge;
  const last = numberIn(values, 'BRIDGE_VLANDB_GOPTS_RANGE');
  if (refusesVid(first) || (last !== undefined && refusesVid(last))) return INVALID_ID;
  if (last !== undefined && first >= last)
    return refusal(EINVAL, 'bridge: End vlan id is less than or equal to start vlan id');
  return setGlobalOptions(kernel, bridge, first as Vid, (last ?? first) as Vid, values);
}

async function setGlobalOptions(
  kernel: ReferenceKernel,
  bridge: Bridge,
  first: Vid,
  last: Vid,
  values: Values,
): Promise<Refusal | undefined> {
  const { refuses, lastOfRange, tellsUnchanged, announces } = kernel.parts.vlanOptions;
  const runs = new Runs(
    (vid, before) => isAlikeGlobally(kernel, bridge, vid, before),
    (from, to) => {
      if (announces('global', 'new')) kernel.bridging.events.globalVlansChanged(bridge, from, to);
    },
  );
  let refused: Refusal | undefined;
  for (let vid = first; vid <= lastOfRange(first, last) && refused === undefined; vid++) {
    const vlan = bridge.globalVlans.get(vid);
    if (vlan === undefined) {
      if (refuses('missing-vlan'))
        refused = refusal(ENOENT, "bridge: Vlan in range doesn't exist, can't process global options");
      break;
    }
    let changed = false;
    for (const option of GLOBAL_VLAN_OPTIONS) {
      if (values[option.attribute] === undefined || option.set === undefined) continue;
      const done = await option.set(kernel, bridge, vlan, values);
      if (typeof done !== 'boolean') {
        refused = done;
        break;
      }
      changed ||= done;
    }
    if (refused === undefined) runs.note(vid, changed || tellsUnchanged);
  }
  runs.end();
  return refused;
}
