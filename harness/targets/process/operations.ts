/** A Device whose operations are calls to another process, as far as it says that it has them. */
import type { Device, DeviceGreeting } from '../../contract/index.js';
import { nearestName } from '../../runner/usage.js';
import type { MessageSchemas } from './messageSchemas.js';
import { ProtocolMistake } from './rpcPeer.js';

export type CallDevice = (name: string, values: readonly unknown[]) => Promise<unknown>;

/**
 * Checks what the device says of itself, and decodes its values in place.
 * @throws ProtocolMistake for an operation or a value that is none, for an operation without the others of its group, and for a value of
 * another shape than the contract's.
 */
export function checkGreeting(greeting: DeviceGreeting, schemas: MessageSchemas): void {
  const known = schemas.document.methods.filter((method) => method['x-from'] === 'kernel').map(({ name }) => name);
  const has = new Set(greeting.operations);
  for (const name of has) mustBeOneOf('operation', name, known);
  for (const method of schemas.document.methods) {
    const group = method['x-with'];
    if (group === undefined || has.has(method.name)) continue;
    const other = greeting.operations.find((name) => name.startsWith(`${group}.`));
    if (other !== undefined) throw new ProtocolMistake(`a device that has ${other} needs ${method.name} too`);
  }
  const { constants = {} } = greeting;
  const values = schemas.document['x-constants'].map(({ name }) => name);
  for (const name of Object.keys(constants)) mustBeOneOf('constant', name, values);
  // The greeting is framed as lines, so its bytes are in base64.
  const fault = schemas.checkConstants(constants, undefined);
  if (fault !== null) throw new ProtocolMistake(`the constant ${fault}`);
}

function mustBeOneOf(kind: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const near = nearestName(name, known);
  throw new ProtocolMistake(`no ${kind} is called ${name}${near === undefined ? '' : `; did you mean ${near}?`}`);
}

/** What the device says it has, as the groups of the contract. */
export function deviceOf(greeting: DeviceGreeting, schemas: MessageSchemas, call: CallDevice): Device {
  const root: Record<string, unknown> = { ethtool: {}, netDevice: {}, cable: {} };
  const has = new Set(greeting.operations);
  for (const method of schemas.document.methods) {
    const { name } = method;
    if (name === 'hello' || method['x-from'] === 'device') continue;
    if (method['x-optional'] === true && !has.has(name)) continue;
    put(root, name, (...values: readonly unknown[]) => call(name, values));
  }
  for (const [name, value] of Object.entries(greeting.constants ?? {})) put(root, name, value);
  // Each operation has the name, parameters and result of the contract: the document is made of its types.
  return root as unknown as Device;
}

function put(root: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  let group = root;
  for (const name of names.slice(0, -1)) group = (group[name] ??= {}) as Record<string, unknown>;
  group[names.at(-1) ?? ''] = value;
}
