/** Is an answer of a target what the contract says? A module or another process may answer anything. */
import { CONTRACT_VERSION, TargetFault } from '../contract/index.js';
import type { TargetDescription } from '../contract/index.js';

/** @throws TargetFault that names the member that is wrong. */
export function checkDescription(description: TargetDescription): TargetDescription {
  const wrong = wrongIn(description);
  if (wrong !== null) throw new TargetFault(`describe answered ${wrong}`);
  return description;
}

function wrongIn(answer: unknown): string | null {
  if (!isObject(answer)) return `${typeof answer}, not a description`;
  if (answer['contractVersion'] !== CONTRACT_VERSION) {
    return `contract version ${String(answer['contractVersion'])}; this nicspec speaks ${CONTRACT_VERSION}`;
  }
  if (answer['clock'] !== 'virtual' && answer['clock'] !== 'real') return 'a clock that is neither virtual nor real';
  const { ports, capabilities, identity } = answer;
  if (!Array.isArray(ports) || ports.length === 0) return 'no port';
  for (const port of ports as readonly unknown[]) {
    const complete =
      isObject(port) &&
      ['port', 'netDevice', 'address'].every((name) => typeof port[name] === 'string') &&
      typeof port['ifIndex'] === 'number';
    if (!complete) return 'a port without port, netDevice, ifIndex or address';
  }
  if (!isObject(capabilities)) return 'no capabilities';
  for (const [name, capability] of Object.entries(capabilities)) {
    if (!isCapabilityAnswer(capability)) return `neither presence nor a reason for capability ${name}`;
  }
  const complete = isObject(identity) && isObject(identity['kernel']) && isObject(identity['device']);
  return complete ? null : 'an identity without kernel or device';
}

function isCapabilityAnswer(answer: unknown): boolean {
  if (!isObject(answer)) return false;
  return answer['present'] === true || (answer['present'] === false && typeof answer['reason'] === 'string');
}

/** @throws TargetFault unless every item has bytes. */
export function checkFrames<Frame extends { readonly bytes: Uint8Array }>(
  call: string,
  frames: readonly Frame[],
): readonly Frame[] {
  const answer: unknown = frames;
  if (!Array.isArray(answer)) throw new TargetFault(`${call} answered no list of frames`);
  for (const frame of answer as readonly unknown[]) checkBytes(call, isObject(frame) ? frame['bytes'] : undefined);
  return frames;
}

/** @throws TargetFault unless it is a byte string. */
export function checkBytes(call: string, bytes: unknown): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new TargetFault(`${call} answered something without bytes`);
  return bytes;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
