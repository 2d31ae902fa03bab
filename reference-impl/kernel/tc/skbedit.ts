/** The action skbedit: what is kept beside a frame is written (net/sched/act_skbedit.c). */
import { SKBEDIT, SKBEDIT_POLICY } from '../../netlink/families/trafficControl.js';
import { bytesIn, encodeAttributes, numberIn, type Values } from '../../netlink/schema.js';
import type { Refusal } from '../../netlink/validate.js';
import { validateAttributes } from '../../netlink/validate.js';
import { EINVAL, EOPNOTSUPP } from '../errno.js';
import { newCounters } from '../flow/flowCounters.js';
import { refusal } from '../refusals.js';
import { indexOf, isVerdict, notServed, parametersOf, type ActionMakers, type ActionPlace } from './actions.js';
import type { Action, Edits } from './block.js';

type Skbedit = Extract<Action, { kind: 'skbedit' }>;

/** PACKET_OTHERHOST: the last that skb_pkt_type_ok() lets be. */
const LAST_PACKET_TYPE = 3;

/** tcf_skbedit_init(). */
export function readSkbedit(
  makers: ActionMakers,
  options: Uint8Array | undefined,
  place: ActionPlace,
): Skbedit | Refusal {
  if (options === undefined) return refusal(EINVAL);
  const read = parametersOf(SKBEDIT_POLICY, options, 'TCA_SKBEDIT_PARMS');
  if (!read.ok) return read;
  if (read.values === undefined) return refusal(EINVAL);
  const edits = readEdits(makers, options, place);
  if ('errno' in edits) return edits;
  if (Object.keys(edits).length === 0 && makers.parts.refusesIdleEdit) return refusal(EINVAL);
  const verdict = numberIn(read.values, 'action') ?? 0;
  if (makers.parts.checksVerdict && !isVerdict(verdict)) return refusal(EINVAL, 'invalid control action');
  const index = indexOf(makers, 'skbedit', read.values);
  const kept = makers.parts.keepsEdits(edits);
  return { kind: 'skbedit', index, verdict, edits: kept, counters: newCounters() };
}

function readEdits({ parts }: ActionMakers, options: Uint8Array, place: ActionPlace): Edits | Refusal {
  const checked = validateAttributes(SKBEDIT_POLICY, options, 0, 'liberal');
  if (!checked.ok) return refusal(checked.errno);
  const { values } = checked;
  const number = (name: string): number | undefined => numberIn(values, `TCA_SKBEDIT_${name}`);
  const [queueMapping, packetType] = [number('QUEUE_MAPPING'), number('PTYPE')];
  if (queueMapping !== undefined && place.isAtIngress && !place.isForHardware && parts.refusesIngressQueue)
    return refusal(EOPNOTSUPP, 'act_skbedit: "queue_mapping" option on receive side is hardware only, use skip_sw');
  if ((packetType ?? 0) > LAST_PACKET_TYPE && parts.checksPacketType) return refusal(EINVAL);
  // A range of queues, and the priority of the packet's own field: nobody here looks at what comes of them.
  if (bytesIn(values, 'TCA_SKBEDIT_FLAGS')?.some((byte) => byte !== 0) === true) return notServed();
  const all = { priority: number('PRIORITY'), queueMapping, mark: number('MARK'), mask: number('MASK'), packetType };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** tcf_skbedit_dump(). */
export function skbeditOptions({ edits }: Skbedit, parameters: Values): Uint8Array {
  const { priority, queueMapping, mark, mask, packetType } = edits;
  return encodeAttributes(SKBEDIT, {
    TCA_SKBEDIT_PARMS: parameters,
    ...(priority === undefined ? {} : { TCA_SKBEDIT_PRIORITY: priority }),
    ...(queueMapping === undefined ? {} : { TCA_SKBEDIT_QUEUE_MAPPING: queueMapping }),
    ...(mark === undefined ? {} : { TCA_SKBEDIT_MARK: mark }),
    ...(packetType === undefined ? {} : { TCA_SKBEDIT_PTYPE: packetType }),
    ...(mask === undefined ? {} : { TCA_SKBEDIT_MASK: mask }),
  });
}
