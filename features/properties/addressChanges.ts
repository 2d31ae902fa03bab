/** Sequences of additions and removals of addresses, over few addresses so that they meet. */
import fc from 'fast-check';
import { multicastAddress, unicastAddress } from './numberedFrames.js';

export interface AddressChange {
  readonly kind: 'add' | 'remove';
  readonly address: string;
}

const pool = fc.uniqueArray(fc.oneof(unicastAddress, multicastAddress), { minLength: 2, maxLength: 5 });

export const addressChanges: fc.Arbitrary<AddressChange[]> = pool.chain((addresses) =>
  fc.array(
    fc.record({ kind: fc.constantFrom('add' as const, 'remove' as const), address: fc.constantFrom(...addresses) }),
    {
      minLength: 1,
      maxLength: 16,
    },
  ),
);

/** What is there after all of them. */
export function finalAddresses(changes: readonly AddressChange[]): ReadonlySet<string> {
  const present = new Set<string>();
  for (const { kind, address } of changes) {
    if (kind === 'add') present.add(address);
    else present.delete(address);
  }
  return present;
}
