import { describe, expect, it } from 'vitest';
import { judge } from './outcome.js';

const failing = (errorType: string, message = 'something'): Parameters<typeof judge>[0] => ({
  steps: [],
  attachments: [],
  durationMs: 1,
  failure: { kind: 'step', errorType, message },
});

describe('a step that threw', () => {
  it('fails where the device did not do what it should', () => {
    expect(judge(failing('AssertionError')).outcome).toBe('fail');
    expect(judge(failing('Error')).outcome).toBe('fail');
  });

  it.each(['TargetFault', 'TargetLost'])('says nothing of the device where it was a %s', (errorType) => {
    expect(judge(failing(errorType)).outcome).toBe('inconclusive');
  });

  it('says nothing of the device where time was over', () => {
    expect(judge(failing('Error', 'function timed out, ensure the promise resolves')).outcome).toBe('inconclusive');
  });
});
