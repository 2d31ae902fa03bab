/** A Device whose operations are calls to another process, as far as it says that it has them. */
import type { Device, DeviceGreeting } from '../../contract/index.js';
import { nearestName } from '../../runner/usage.js';
import type { MessageSchemas } from './messageSchemas.js';
import { ProtocolMistake } from './rpcPeer.js';

export type CallDevice = (name: string, values: readonly unknown[]) => Promise<unknown>;

/** @throws ProtocolMistake for an operation that is none, or one without the others of its group. */
export function checkGreeting(greeting: DeviceGreeting, schemas: MessageSchemas): void {
  const known = schemas.document.methods.filter((method) => method['x-from'] === 'kernel').map(({ name }) => name);
  const has = new Set(greeting.operations);
  for (const name of has) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw new ProtocolMistake(`no operation is called ${name}${near === undefined ? '' : `; did you mean ${near}?`}`);
  }
  for (const method of schemas.document.methods) {
    const group = method['x-with'];
    if (group === undefined || has.has(method.name)) continue;
    const other = greeting.operations.find((name) => name.startsWith(`${group}.`));
    if (other !== undefined) throw new ProtocolMistake(`a device that has ${other} needs ${method.name} too`);
  }
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
  for (const [name, value] of Object.entries(greeting.constants ?? {})) {
    if (!schemas.document['x-constants'].some((constant) => constant.name === name))
      throw new ProtocolMistake(`no constant is called ${name}`);
    put(root, name, value);
  }
  // Each operation has the name, parameters and result of the contract: the document is made of its types.
  return root as unknown as Device;
}

function put(root: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  let group = root;
  for (const name of names.slice(0, -1)) group = (group[name] ??= {}) as Record<string, unknown>;
  group[names.at(-1) ?? ''] = value;
}
