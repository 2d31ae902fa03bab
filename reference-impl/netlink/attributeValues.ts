/** Reading decoded values: undefined where the attribute is absent or of another type. */
import type { Value, Values } from './attributeSets.js';

export function isValues(value: Value | undefined): value is Values {
  return typeof value === 'object' && !(value instanceof Uint8Array) && !Array.isArray(value);
}

export function numberIn(values: Values | undefined, name: string): number | undefined {
  const value = values?.[name];
  return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : undefined;
}

export function textIn(values: Values | undefined, name: string): string | undefined {
  const value = values?.[name];
  return typeof value === 'string' ? value : undefined;
}

export function bytesIn(values: Values | undefined, name: string): Uint8Array | undefined {
  const value = values?.[name];
  return value instanceof Uint8Array ? value : undefined;
}

export function nestIn(values: Values | undefined, name: string): Values | undefined {
  const value = values?.[name];
  return isValues(value) ? value : undefined;
}

export function listIn(values: Values | undefined, name: string): readonly Value[] {
  const value = values?.[name];
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}
