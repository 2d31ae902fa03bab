/** What the driver of the reference switch does for filters of the kernel: FlowOffloadOps over the access list of the chip. */
import type {
  DriverResult,
  FlowAction,
  FlowBinder,
  FlowMatchKey,
  FlowOffloadOps,
  OffloadedFlowRule,
  PortName,
} from '../../../harness/contract/index.js';
import { FLOW_FIELDS, FLOW_KEY_LENGTH } from '../../packet/flowKey.js';
import { ENOSPC, EOPNOTSUPP, done, refuse } from '../driverResult.js';
import {
  ACL_ACCEPT,
  ACL_DROP,
  ACL_GOTO,
  ACL_REDIRECT,
  ACL_TRAP,
  KEY_WORDS,
  laneOf,
  type AclMemory,
} from './aclMemory.js';

/** A rule's actions as the chip has them. */
interface Programme {
  verdict: number;
  target: number;
  mirrors: number;
}

type IndexOf = (port: PortName) => number;

export function aclOps(memory: AclMemory, indexOf: IndexOf): FlowOffloadOps {
  const { slotOf } = memory;
  return {
    bindBlock: () => done,
    unbindBlock: () => undefined,
    addRule: (port, binder, rule) => memory.parts.answers(addRule(memory, indexOf, port, binder, rule)),
    removeRule: (_port, _binder, cookie) => {
      const slot = slotOf.get(cookie);
      if (slot === undefined) return;
      slotOf.delete(cookie);
      if (memory.parts.removes) memory.release(slot);
    },
    ruleStatistics: (_port, _binder, cookie) => {
      const slot = slotOf.get(cookie);
      if (slot === undefined) return { packets: 0, bytes: 0 };
      const told = { packets: memory.packets[slot] ?? 0, bytes: memory.octets[slot] ?? 0 };
      if (memory.parts.clearsTold) memory.packets[slot] = memory.octets[slot] = 0;
      return told;
    },
  };
}

function addRule(
  memory: AclMemory,
  indexOf: IndexOf,
  port: PortName,
  binder: FlowBinder,
  rule: OffloadedFlowRule,
): DriverResult {
  if (binder === 'egress' && (rule.classifier !== 'matchall' || rule.actions.some(({ kind }) => kind !== 'mirror')))
    return refuse(EOPNOTSUPP, 'Where frames leave, the switch mirrors all of them and nothing else');
  const programme = programmeOf(rule.actions, indexOf);
  if ('errno' in programme) return programme;
  const slot = memory.take(laneOf(indexOf(port), binder), rule.priority);
  if (slot < 0) return refuse(ENOSPC, 'The access list of the switch is full');
  memory.chain[slot] = rule.chain;
  memory.protocol[slot] = rule.protocol;
  memory.verdict[slot] = programme.verdict;
  memory.target[slot] = programme.target;
  memory.mirrors[slot] = programme.mirrors;
  for (const match of rule.match) writeMatch(memory, slot, match);
  memory.slotOf.set(rule.cookie, slot);
  return done;
}

const refuseAction = (): DriverResult & { ok: false } =>
  refuse(EOPNOTSUPP, 'The switch mirrors and redirects to its own ports only');

/** Copies to different ports, and one verdict at the end. */
function programmeOf(actions: readonly FlowAction[], indexOf: IndexOf): Programme | (DriverResult & { ok: false }) {
  const programme: Programme = { verdict: ACL_ACCEPT, target: 0, mirrors: 0 };
  for (const [place, action] of actions.entries()) {
    if (action.kind === 'mirror') {
      if (action.to.kind === 'foreign') return refuseAction();
      const bit = 1 << indexOf(action.to.port);
      if ((programme.mirrors & bit) !== 0) return refuse(EOPNOTSUPP, 'The switch sends one copy to a port');
      programme.mirrors |= bit;
      continue;
    }
    if (place !== actions.length - 1) return refuse(EOPNOTSUPP, 'Nothing can follow a verdict of the switch');
    switch (action.kind) {
      case 'accept':
        break;
      case 'drop':
        programme.verdict = ACL_DROP;
        break;
      case 'trap':
        programme.verdict = ACL_TRAP;
        break;
      case 'goto':
        programme.verdict = ACL_GOTO;
        programme.target = action.chain;
        break;
      case 'redirect':
        if (action.to.kind === 'foreign') return refuseAction();
        programme.verdict = ACL_REDIRECT;
        programme.target = indexOf(action.to.port);
        break;
      case 'redirect-ingress':
      case 'mirror-ingress':
        return refuse(EOPNOTSUPP, 'The switch cannot make a frame come in at another port');
    }
  }
  return programme;
}

function writeMatch(memory: AclMemory, slot: number, match: FlowMatchKey): void {
  if (match.kind === 'range') {
    memory.hasRange[slot] = 1;
    if (match.field === 'l4-src') {
      memory.sourceMin[slot] = match.min;
      memory.sourceMax[slot] = match.max;
    } else {
      memory.destinationMin[slot] = match.min;
      memory.destinationMax[slot] = match.max;
    }
    return;
  }
  const [offset] = FLOW_FIELDS[match.field];
  rowOf(memory.value, slot).set(match.value, offset);
  rowOf(memory.mask, slot).set(memory.parts.fieldMask(match.field, match.mask), offset);
}

/** The words of a slot as the bytes of a key. */
const rowOf = (words: Uint32Array, slot: number): Uint8Array =>
  new Uint8Array(words.buffer, words.byteOffset + slot * KEY_WORDS * 4, FLOW_KEY_LENGTH);
