/** RTM_NEWQDISC, RTM_DELQDISC and RTM_GETQDISC of the qdiscs that hold filters (net/sched/sch_api.c, sch_ingress.c). */
import type { IfIndex } from '../../../harness/contract/index.js';
import {
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RTM_DELQDISC,
  RTM_GETQDISC,
  RTM_GETTCLASS,
  RTM_NEWQDISC,
} from '../../netlink/constants.js';
import { TCMSG, TC_H_CLSACT, TC_H_MAJ, TC_H_MIN, TC_H_ROOT, TC_POLICY } from '../../netlink/families/trafficControl.js';
import { numberIn, textIn } from '../../netlink/schema.js';
import type { HandlerResult, NetlinkOperation, NetlinkRequest } from '../../netlink/server.js';
import type { Refusal } from '../../netlink/validate.js';
import { EEXIST, EINVAL, ENODEV, ENOENT, EOPNOTSUPP } from '../errno.js';
import type { NetDevice } from '../netDevice.js';
import { refusal } from '../refusals.js';
import type { Qdisc } from './block.js';
import { addQdisc, removeQdisc } from './changes.js';
import { CLSACT_HANDLE, classMessages, qdiscMessage, rootQdiscMessages } from './messages.js';
import type { TrafficControl } from './trafficControl.js';

export function qdiscOperations(tc: TrafficControl): readonly NetlinkOperation[] {
  const request = { header: TCMSG, policy: TC_POLICY, validation: 'liberal' as const };
  return [
    { ...request, number: RTM_NEWQDISC, privileged: true, doit: (asked) => modifyQdisc(tc, asked) },
    { ...request, number: RTM_DELQDISC, privileged: true, doit: (asked) => deleteQdisc(tc, asked) },
    { ...request, number: RTM_GETQDISC, doit: (asked) => getQdisc(tc, asked), dumpit: () => dumpQdiscs(tc) },
    { ...request, number: RTM_GETTCLASS, dumpit: (asked) => dumpClasses(tc, asked) },
  ];
}

interface Subject {
  readonly netDevice: NetDevice;
  readonly parent: number;
  readonly handle: number;
  readonly kind: string | undefined;
}

function readSubject(tc: TrafficControl, { header, values }: NetlinkRequest): Subject | Refusal {
  const netDevice = tc.kernel.netDevices.get((numberIn(header, 'tcm_ifindex') ?? 0) as IfIndex);
  if (netDevice === undefined) return refusal(ENODEV);
  return {
    netDevice,
    parent: numberIn(header, 'tcm_parent') ?? 0,
    handle: numberIn(header, 'tcm_handle') ?? 0,
    kind: textIn(values, 'TCA_KIND'),
  };
}

/** tc_modify_qdisc(), as far as it is about the ingress side: queues are not served here. */
async function modifyQdisc(tc: TrafficControl, request: NetlinkRequest): Promise<HandlerResult> {
  const subject = readSubject(tc, request);
  if ('errno' in subject) return subject;
  const { netDevice, parent, handle, kind } = subject;
  const { flags } = request.message;
  if (parent === TC_H_ROOT) return refusal(EOPNOTSUPP);
  if (parent === 0 && handle === 0) return refusal(EINVAL, 'Handle cannot be zero');
  if (parent !== TC_H_CLSACT) return refusal(ENOENT, 'Failed to find specified qdisc');
  const before = tc.qdiscs.get(netDevice);
  if (handle !== 0 && handle !== CLSACT_HANDLE) {
    if (before !== undefined && (flags & NLM_F_REPLACE) === 0)
      return refusal(EEXIST, 'NLM_F_REPLACE needed to override');
    if (TC_H_MIN(handle) !== 0) return refusal(EINVAL, 'Invalid minor handle');
    return createQdisc(tc, subject, flags, before);
  }
  if (before === undefined) return createQdisc(tc, subject, flags, before);
  const isOther = kind !== undefined && kind !== before.kind;
  const mayCreate = (flags & NLM_F_CREATE) !== 0 && (flags & (NLM_F_REPLACE | NLM_F_EXCL)) !== 0;
  if (handle === 0 && isOther && mayCreate) return createQdisc(tc, subject, flags, before);
  if ((flags & NLM_F_EXCL) !== 0 && tc.parts.refusesSecondPlace)
    return refusal(EEXIST, 'Exclusivity flag on, cannot modify');
  if (isOther) return refusal(EINVAL, 'Invalid qdisc name');
  if (request.values['TCA_OPTIONS'] !== undefined)
    return refusal(EINVAL, 'Change operation not supported by specified qdisc');
  for (const listener of tc.listeners) listener.qdisc('new', before);
  return { ok: true };
}

/** qdisc_create() and qdisc_graft(). */
async function createQdisc(
  tc: TrafficControl,
  { netDevice, kind }: Subject,
  flags: number,
  before: Qdisc | undefined,
): Promise<HandlerResult> {
  if ((flags & NLM_F_CREATE) === 0) return refusal(ENOENT, 'Qdisc not found. To create specify NLM_F_CREATE flag');
  if (kind !== 'clsact' && kind !== 'ingress') {
    const isKnown = kind !== undefined && OTHER_KINDS.has(kind);
    return isKnown
      ? refusal(EINVAL, 'Specified parent ID is reserved for ingress and clsact Qdiscs')
      : refusal(ENOENT, 'Specified qdisc kind is unknown');
  }
  if (before !== undefined) await removeQdisc(tc, before);
  return (await addQdisc(tc, netDevice, kind)) ?? { ok: true };
}

/** Queues that every kernel has. */
const OTHER_KINDS: ReadonlySet<string> = new Set(['pfifo', 'bfifo', 'pfifo_fast', 'pfifo_head_drop', 'mq', 'noqueue']);

/** tc_get_qdisc(), the look-up that deleting and reading share. */
function findQdisc(tc: TrafficControl, { netDevice, parent, handle, kind }: Subject): Qdisc | Refusal {
  const qdisc = tc.qdiscs.get(netDevice);
  if (parent !== 0) {
    const isIngress = parent !== TC_H_ROOT && TC_H_MAJ(parent) === TC_H_MAJ(TC_H_CLSACT);
    // The ingress queue stays once it was made, with noop, whose handle is 0.
    if (isIngress && qdisc === undefined && tc.hadIngress.has(netDevice)) {
      if (handle !== 0) return refusal(EINVAL, 'Invalid handle');
      return kind === undefined
        ? refusal(ENOENT, 'Cannot delete qdisc with handle of zero')
        : refusal(EINVAL, 'Invalid qdisc name');
    }
    if (!isIngress || qdisc === undefined) return refusal(ENOENT, 'Cannot find specified qdisc on specified device');
    if (handle !== 0 && handle !== CLSACT_HANDLE) return refusal(EINVAL, 'Invalid handle');
  } else if (qdisc === undefined || handle !== CLSACT_HANDLE)
    return refusal(ENOENT, 'Failed to find qdisc with specified handle');
  if (kind !== undefined && kind !== qdisc.kind) return refusal(EINVAL, 'Invalid qdisc name');
  return qdisc;
}

async function deleteQdisc(tc: TrafficControl, request: NetlinkRequest): Promise<HandlerResult> {
  const subject = readSubject(tc, request);
  if ('errno' in subject) return subject;
  const qdisc = findQdisc(tc, subject);
  if ('errno' in qdisc) return qdisc;
  if (subject.parent === 0) return refusal(EINVAL, 'Classid cannot be zero');
  await removeQdisc(tc, qdisc);
  return { ok: true };
}

function getQdisc(tc: TrafficControl, request: NetlinkRequest): HandlerResult {
  const subject = readSubject(tc, request);
  if ('errno' in subject) return subject;
  const qdisc = findQdisc(tc, subject);
  return 'errno' in qdisc ? qdisc : { ok: true, replies: [qdiscMessage(qdisc)] };
}

/** tc_dump_tclass(): of the disciplines that are here mq alone has classes. */
function dumpClasses(tc: TrafficControl, { header }: NetlinkRequest): HandlerResult {
  const netDevice = tc.kernel.netDevices.get((numberIn(header, 'tcm_ifindex') ?? 0) as IfIndex);
  return { ok: true, replies: netDevice === undefined ? [] : classMessages(netDevice) };
}

/** tc_dump_qdisc(): device by device, what is at the root and then what is at the ingress. */
function dumpQdiscs(tc: TrafficControl): HandlerResult {
  const replies = [...tc.kernel.netDevices.values()].flatMap((netDevice) => {
    const qdisc = tc.qdiscs.get(netDevice);
    return [
      ...rootQdiscMessages(tc.kernel.parts.toldQueueDrops, netDevice),
      ...(qdisc === undefined ? [] : [qdiscMessage(qdisc)]),
    ];
  });
  return { ok: true, replies };
}
