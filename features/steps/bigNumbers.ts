/** Numbers of netlink that may be larger than a safe integer. */
import type { Values } from '../../reference-impl/netlink/schema.js';

export function bigintIn(values: Values | undefined, name: string): bigint | undefined {
  const value = values?.[name];
  return typeof value === 'bigint' ? value : typeof value === 'number' ? BigInt(value) : undefined;
}
