import { afterEach, describe, expect, it } from 'vitest';
import { TargetFault } from '../contract/index.js';
import { CallGuard } from './callGuard.js';

const guards: CallGuard[] = [];
function guard(limitMs: number): CallGuard {
  const made = new CallGuard(limitMs);
  guards.push(made);
  return made;
}
afterEach(() => {
  for (const made of guards.splice(0)) made.stop();
});

const never = (): Promise<never> => new Promise(() => undefined);

describe('a call', () => {
  it('answers what the target answers', async () => {
    expect(await guard(100).call('x', async () => 7)).toBe(7);
  });

  it('that throws, at once or later, is a fault of the target', async () => {
    const made = guard(100);
    const now = made.call('host send', () => {
      throw new RangeError('no');
    });
    await expect(now).rejects.toThrow(new TargetFault('host send failed: RangeError: no'));
    await expect(made.call('x', () => Promise.reject(new Error('later')))).rejects.toBeInstanceOf(TargetFault);
    expect(made.hung).toBeNull();
  });

  it('that hangs ends, and no other is tried after it', async () => {
    const made = guard(150);
    await expect(made.call('netlink receive', never)).rejects.toThrow('netlink receive took longer than 150 ms');
    expect(made.hung).toBe('netlink receive took longer than 150 ms');
    let wasCalled = false;
    const next = made.call('host', async () => {
      wasCalled = true;
    });
    await expect(next).rejects.toThrow('the target does not answer');
    expect(wasCalled).toBe(false);
  });

  it('may take the time that it was asked to wait', async () => {
    const made = guard(100);
    const late = (): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('late'), 350));
    expect(await made.call('host receive', late, 1000)).toBe('late');
  });

  it('to close is tried on a target that hangs', async () => {
    const made = guard(100);
    await expect(made.call('x', never)).rejects.toBeInstanceOf(TargetFault);
    expect(await made.callAnyway('close', async () => 'closed')).toBe('closed');
  });
});
