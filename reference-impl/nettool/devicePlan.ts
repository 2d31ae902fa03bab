/** Net devices are made and removed: one device per change, said whole, validated whole. */
import { refusedBy, understand, type Assignment, type UnderstoodAssignment } from './assignment.js';
import { bondInfo, bridgeInfo, linkWire } from './channels/linkChannels.js';
import { vlanData } from './channels/deviceChannels.js';
import { encodeScalar } from './channels/attributeValues.js';
import { withoutHandles } from './devlinkHandles.js';
import { choicesText } from './names.js';
import { toldRow, type NettoolParts } from './parts.js';
import { inOrder, type PlanResult } from './plan.js';
import type { Row } from './reading.js';
import type { Outcome, Refusal } from './refusal.js';
import { CHANGE_RULES } from './rules.js';
import type { NetDeviceInfo, NettoolSession } from './session.js';
import type { Step } from './step.js';
import { NLM_F_CREATE, NLM_F_EXCL, RTM_DELLINK, RTM_NEWLINK, RTM_SETLINK } from '../netlink/constants.js';
import { LINKINFO_DATA_VRF } from '../netlink/families/routing.js';
import { encodeAttributes, type Value, type Values } from '../netlink/schema.js';
import { subjectCalled } from './subjects/index.js';
import { acceptedForm, type Scalar } from './values.js';

interface DeviceKind {
  readonly kind: string;
  readonly title: string;
  /** Subject of its own settings; absent: it has none. */
  readonly subject?: string;
  /** Keys of that subject without which it cannot be made. */
  readonly needs: readonly string[];
}

/** Kinds of net devices that can be made. */
export const DEVICE_KINDS: readonly DeviceKind[] = [
  { kind: 'bridge', title: 'a bridge', subject: 'bridge', needs: [] },
  { kind: 'bond', title: 'an aggregate of the bonding driver', subject: 'bond', needs: [] },
  { kind: 'team', title: 'an aggregate of the team driver', needs: [] },
  { kind: 'vlan', title: 'a VLAN device', subject: 'vlan', needs: ['on', 'id'] },
  { kind: 'vrf', title: 'a device of virtual routing and forwarding', subject: 'vrf', needs: ['table'] },
  { kind: 'dummy', title: 'a net device without a cable', needs: [] },
];

/** Keys of a link that RTM_NEWLINK takes of a new one (rtnl_create_link()); the others are set behind it. */
const LINK_AT_CREATION: readonly string[] = ['mtu', 'address', 'txqlen', 'group'];

/** A name, and that nobody has it. */
async function freeName(session: NettoolSession, name: string): Promise<Refusal | undefined> {
  const rule = CHANGE_RULES.find(
    ({ subject, breach }) => subject === 'link' && breach({ changes: { name }, after: {} }) !== undefined,
  );
  const breach = rule?.breach({ changes: { name }, after: {} });
  if (breach !== undefined)
    return {
      stage: 'command',
      device: name,
      message: breach.message,
      ...(breach.accepted === undefined ? {} : { accepted: breach.accepted }),
    };
  const all = await session.devices();
  if (!all.ok) return all.refusal;
  if (!session.parts.looksFor('create') || !all.value.some((device) => device.name === name)) return undefined;
  return { stage: 'device', device: name, errno: 'EEXIST', message: 'a net device is called so already' };
}

const stepKeys = (subject: string): ReadonlyMap<string, string> =>
  new Map((subjectCalled(subject)?.keys ?? []).map(({ attribute, key }) => [attribute, `${subject}.${key}`]));

const removal = (name: string): Pick<Step, 'operation' | 'wire'> => ({
  operation: 'RTM_DELLINK',
  wire: linkWire(RTM_DELLINK, {}, { IFLA_IFNAME: name }),
});

/** Validates a new net device. Sends nothing but questions. */
export async function planCreation(
  session: NettoolSession,
  name: string,
  kindName: string,
  assignments: readonly Assignment[],
): Promise<PlanResult> {
  const kind = DEVICE_KINDS.find((one) => one.kind === kindName);
  if (kind === undefined) {
    const accepted = choicesText(
      kindName,
      DEVICE_KINDS.map((one) => one.kind),
    );
    const refusal = refusedBy(session.parts, {
      stage: 'command',
      device: name,
      key: kindName,
      message: 'there is no such kind of net device',
      accepted,
    });
    return { ok: false, refusals: [refusal.refusal] };
  }
  const refusals: Refusal[] = [];
  const taken = await freeName(session, name);
  if (taken !== undefined) refusals.push(taken);
  const rows = new Map<string, Record<string, Scalar>>();
  for (const assignment of assignments) {
    const result = understoodForNew(session, kind, assignment);
    if (!result.ok) refusals.push({ ...result.refusal, device: name });
    else {
      const { subject, key, value } = result.value;
      const row = rows.get(subject.name) ?? {};
      row[key.key] = value;
      rows.set(subject.name, row);
    }
  }
  const own = rows.get(kind.subject ?? '') ?? {};
  for (const key of kind.needs) {
    const isSaid = assignments.some((one) => one.subject === kind.subject && one.key === key);
    if (isSaid || !session.parts.asksForNeeds) continue;
    const type = subjectCalled(kind.subject ?? '')?.keys.find((spec) => spec.key === key)?.type;
    const accepted = type === undefined ? '' : acceptedForm(type);
    refusals.push({
      stage: 'command',
      device: name,
      key: `${kind.subject ?? ''}.${key}`,
      message: `${kind.title} cannot be made without it`,
      accepted,
    });
  }
  const link = rows.get('link') ?? {};
  for (const rule of CHANGE_RULES) {
    const breach = rule.subject === 'link' ? rule.breach({ changes: link, after: link }) : undefined;
    if (breach !== undefined) refusals.push({ stage: 'device', device: name, ...breach, key: `link.${breach.key}` });
  }
  const indexes = await indexesOf(session, [
    ['vlan.on', own['on']],
    ['link.master', link['master'] === 'none' ? undefined : link['master']],
  ]);
  if (!indexes.ok) refusals.push({ ...indexes.refusal, device: name });
  if (refusals.length > 0 || !indexes.ok) return { ok: false, refusals };
  const device: NetDeviceInfo = { name, ifIndex: 0, kind: kindName, flags: 0, link: {} };
  const steps = creationSteps(
    session,
    name,
    kind,
    toldRow(session.parts, kind.subject ?? '', own),
    toldRow(session.parts, 'link', link),
    indexes.value,
  );
  return { ok: true, plan: { host: session.host, device, steps, unchanged: [], notes: [] } };
}

/** A new device says what can be said of its kind and of every link; what only says itself cannot be asked for. */
function understoodForNew(
  { parts }: NettoolSession,
  { kind, subject: own }: DeviceKind,
  assignment: Assignment,
): Outcome<UnderstoodAssignment> {
  const subjects = own === undefined ? ['link'] : [own, 'link'];
  if (!subjects.includes(assignment.subject)) {
    const message = `a new device of the kind ${kind} takes nothing of it`;
    return refusedBy(parts, {
      stage: 'command',
      key: `${assignment.subject}.${assignment.key}`,
      message,
      accepted: `${subjects.join('.…, ')}.…`,
    });
  }
  const result = understand(assignment, parts, { isNew: true });
  if (!result.ok) return result;
  const { key, value, text } = result.value;
  const about = { stage: 'command', key: `${assignment.subject}.${assignment.key}`, value: text } as const;
  if (assignment.subject === 'link' && key.key === 'name')
    return refusedBy(parts, { ...about, message: 'the name stands before the kind' });
  const { type } = key;
  if (type.kind !== 'number' || typeof value !== 'number') return result;
  const isOut = value < (type.least ?? 0) || value > (type.most ?? Infinity);
  return isOut ? refusedBy(parts, { ...about, message: 'it is out of range', accepted: acceptedForm(type) }) : result;
}

/** Indexes of the devices that are named; one that there is not is refused. */
async function indexesOf(
  session: NettoolSession,
  named: readonly (readonly [key: string, name: Scalar | undefined])[],
): Promise<Outcome<ReadonlyMap<string, number>>> {
  const indexes = new Map<string, number>();
  for (const [key, name] of named) {
    if (name === undefined) continue;
    const all = await session.devices();
    if (!all.ok) return all;
    const found = all.value.find((device) => device.name === name);
    if (found === undefined) {
      const accepted = choicesText(
        String(name),
        all.value.map((device) => device.name),
      );
      return refusedBy(session.parts, {
        stage: 'device',
        key,
        value: String(name),
        message: 'no device is called so',
        accepted,
      });
    }
    indexes.set(key, found.ifIndex);
  }
  return { ok: true, value: indexes };
}

const VLAN_PROTOCOLS: Readonly<Record<string, number>> = { '802.1q': 0x8100, '802.1ad': 0x88a8 };

/** IFLA_INFO_DATA of a new device, or nothing where nothing is said. */
function infoOf(parts: NettoolParts, { kind, subject }: DeviceKind, row: Row): Values {
  const values: Record<string, Value> = {};
  for (const { key, attribute, type } of subjectCalled(subject ?? '')?.keys ?? []) {
    const value = row[key];
    if (value !== undefined && kind !== 'vlan') values[attribute] = encodeScalar(type, value);
  }
  switch (kind) {
    case 'bridge':
      return bridgeInfo(values, parts);
    case 'bond':
      return bondInfo(values);
    case 'vlan': {
      const protocol = row['protocol'] === undefined ? undefined : VLAN_PROTOCOLS[String(row['protocol'])];
      return { IFLA_LINKINFO: { IFLA_INFO_KIND: kind, IFLA_INFO_DATA: vlanData(row, protocol) } };
    }
    case 'vrf':
      return { IFLA_LINKINFO: { IFLA_INFO_KIND: kind, IFLA_INFO_DATA: encodeAttributes(LINKINFO_DATA_VRF, values) } };
    default:
      return { IFLA_LINKINFO: { IFLA_INFO_KIND: kind } };
  }
}

/** linux/if.h. */
const FLAGS: Readonly<Record<string, number>> = { up: 1 << 0, promisc: 1 << 8, allmulti: 1 << 9 };

const qualified = (subject: string, row: Row): Row =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [`${subject}.${key}`, value]));

/** The device is made with what it can be made with; its master comes behind that, and it goes up last. */
function creationSteps(
  session: NettoolSession,
  name: string,
  kind: DeviceKind,
  own: Row,
  link: Row,
  indexes: ReadonlyMap<string, number>,
): readonly Step[] {
  const below = indexes.get('vlan.on');
  const linkKeys = subjectCalled('link')?.keys ?? [];
  const early: Record<string, Value> = {};
  for (const { key, attribute, type } of linkKeys) {
    const value = link[key];
    if (value !== undefined && LINK_AT_CREATION.includes(key)) early[attribute] = encodeScalar(type, value);
  }
  const attributes = {
    IFLA_IFNAME: name,
    ...early,
    ...(below === undefined ? {} : { IFLA_LINK: below }),
    ...infoOf(session.parts, kind, own),
  };
  const make: Step = {
    operation: 'RTM_NEWLINK',
    wire: linkWire(RTM_NEWLINK, {}, attributes, NLM_F_CREATE | NLM_F_EXCL),
    subject: '',
    changes: {
      kind: kind.kind,
      ...qualified(kind.subject ?? '', own),
      ...qualified('link', Object.fromEntries(Object.entries(link).filter(([key]) => LINK_AT_CREATION.includes(key)))),
    },
    keys: new Map([...stepKeys('link'), ...stepKeys(kind.subject ?? '')]),
    undo: removal(name),
  };
  const late = linkKeys.flatMap(({ key, attribute, type }): Step[] => {
    const value = link[key];
    if (value === undefined || LINK_AT_CREATION.includes(key)) return [];
    const bit = FLAGS[key];
    const encoded = key === 'master' ? (indexes.get('link.master') ?? 0) : encodeScalar(type, value);
    const header: Values = bit === undefined ? {} : { ifi_flags: value === true ? bit : 0, ifi_change: bit };
    const values = { IFLA_IFNAME: name, ...(bit === undefined ? { [attribute]: encoded } : {}) };
    const wire = linkWire(RTM_SETLINK, header, values);
    const step = { operation: 'RTM_SETLINK', wire, subject: 'link', changes: { [key]: value }, keys: stepKeys('link') };
    return [{ ...step, goesWithFirst: true }];
  });
  return [make, ...inOrder(session, late, 'creation')];
}

/** Validates the removal of a net device: what hardware has cannot be removed. */
export function planRemoval(session: NettoolSession, device: NetDeviceInfo): PlanResult {
  const wrong = withoutHandles(device, 'being made and removed');
  if (wrong !== undefined) return { ok: false, refusals: [wrong] };
  // rtnl_delete_link(): a driver of hardware has no way to remove its device.
  const isHardware = device.kind === '' || device.link['IFLA_PARENT_DEV_NAME'] !== undefined;
  if (isHardware && session.parts.sparesHardware) {
    const message = 'it is hardware, and cannot be removed';
    const accepted = `a device of a kind, such as ${DEVICE_KINDS.map(({ kind }) => kind).join(', ')}`;
    const refusal = refusedBy(session.parts, {
      stage: 'device',
      device: device.name,
      errno: 'EOPNOTSUPP',
      message,
      accepted,
    });
    return { ok: false, refusals: [refusal.refusal] };
  }
  const wire = linkWire(RTM_DELLINK, { ifi_index: device.ifIndex }, {});
  const step: Step = { operation: 'RTM_DELLINK', wire, subject: '', changes: { kind: device.kind }, keys: new Map() };
  return { ok: true, plan: { host: session.host, device, steps: [step], unchanged: [], notes: [] } };
}
