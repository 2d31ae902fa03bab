import { describe, expect, it } from 'vitest';
import { missingLine } from './shownOutput.js';

const CAME = 'nic 1.0\n\n  NIC-CSUM   31 pass\n\nscenarios  7 pass\ntime  12.3 s\nreports: reports/x/report.html';

describe('the output that a document shows', () => {
  it.each([
    [['nic 1.0', 'scenarios 7 pass']],
    [['…', 'time 0.4 s', '']],
    [['reports: …/report.html']],
    [['  NIC-CSUM 31 pass', '…', 'reports: …']],
  ])('%j comes', (shown) => {
    expect(missingLine(shown, CAME, false)).toBeNull();
  });

  it.each([
    [['scenarios 7 pass', 'nic 1.0'], 'nic 1.0'],
    [['scenarios 8 pass'], 'scenarios 8 pass'],
    [['scenarios 7'], 'scenarios 7'],
    [['time 12 pass'], 'time 12 pass'],
    [['nic 1x0'], 'nic 1x0'],
  ])('%j does not', (shown, missing) => {
    expect(missingLine(shown, CAME, false)).toBe(missing);
  });

  it('may have other numbers where counts vary, and no other words', () => {
    expect(missingLine(['scenarios 8 pass'], CAME, true)).toBeNull();
    expect(missingLine(['scenarios 8 fail'], CAME, true)).toBe('scenarios 8 fail');
  });
});
