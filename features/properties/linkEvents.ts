/** What can happen to a port: at the cable, and by its administrator. */
import fc from 'fast-check';

/** Plugged in (true) or pulled out, one event after the other. */
export const cableEvents = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });

export type PortEvent =
  | { readonly kind: 'admin'; readonly up: boolean }
  | { readonly kind: 'cable'; readonly plugged: boolean }
  | { readonly kind: 'mtu'; readonly mtu: number }
  | { readonly kind: 'query' };

/** Sequences of events; without the cable where the far end cannot move it. */
export function portEvents(withCable: boolean): fc.Arbitrary<readonly PortEvent[]> {
  const admin = fc.boolean().map((up): PortEvent => ({ kind: 'admin', up }));
  const cable = fc.boolean().map((plugged): PortEvent => ({ kind: 'cable', plugged }));
  const mtu = fc.integer({ min: 1280, max: 1500 }).map((value): PortEvent => ({ kind: 'mtu', mtu: value }));
  const query = fc.constant<PortEvent>({ kind: 'query' });
  return fc.array(withCable ? fc.oneof(admin, cable, mtu, query) : fc.oneof(admin, mtu, query), { maxLength: 10 });
}
