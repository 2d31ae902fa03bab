import { describe, expect, it } from 'vitest';
import type { MacAddress } from '../../../harness/contract/index.js';
import { CONFORMING_ESWITCH } from './eswitchParts.js';
import { serve, type MailboxOwner } from './mailbox.js';
import { newVirtualFunction, type VirtualFunction } from './virtualFunction.js';

const OWNER: MailboxOwner = { parts: CONFORMING_ESWITCH, isUp: true, mtu: 1500 };
const address = (number: number): MacAddress => `02:00:5e:00:53:${number.toString(16).padStart(2, '0')}` as MacAddress;
const addresses = (count: number): readonly MacAddress[] => Array.from({ length: count }, (_, index) => address(index));

function started(): VirtualFunction {
  const vf = newVirtualFunction(0);
  serve(OWNER, vf, { kind: 'reset' });
  return vf;
}

// What the kernel's own drivers do not ask for: a guest has a driver of its own.
describe('a list of addresses over the mailbox', () => {
  it('is kept as far as there is room', () => {
    const vf = started();
    expect(serve(OWNER, vf, { kind: 'unicast', addresses: addresses(8) }).ok).toBe(true);
    expect(vf.filters.unicast).toEqual(addresses(8));
  });

  it.each([
    ['too long', addresses(9), 28],
    ['with a group behind an address', [address(1), '01:00:5e:00:53:01' as MacAddress], 22],
    ['with nothing behind an address', [address(1), '00:00:00:00:00:00' as MacAddress], 22],
  ])('that is %s is refused, and the one before stays', (_, asked, errno) => {
    const vf = started();
    serve(OWNER, vf, { kind: 'unicast', addresses: [address(7)] });
    expect(serve(OWNER, vf, { kind: 'unicast', addresses: asked })).toMatchObject({ ok: false, errno });
    expect(vf.filters.unicast).toEqual([address(7)]);
  });

  it('is not asked for by who has not reset itself', () => {
    expect(serve(OWNER, newVirtualFunction(0), { kind: 'unicast', addresses: [address(1)] })).toMatchObject({
      ok: false,
      errno: 5,
    });
  });
});
