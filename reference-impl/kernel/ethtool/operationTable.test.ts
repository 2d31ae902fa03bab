import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ETHTOOL_NOTIFICATIONS, ETHTOOL_OPERATIONS } from '../../netlink/families/ethtool.js';

const page = readFileSync(new URL('../../../docs/ethtool.md', import.meta.url), 'utf8');

describe('docs/ethtool.md', () => {
  it('has a row for each operation, with its number, and no other', () => {
    const rows = [...page.matchAll(/^\| ([A-Z_]+) +\| (\d+) +\|/gm)].map(([, name, number]) => [name, Number(number)]);
    expect(rows).toEqual(Object.entries(ETHTOOL_OPERATIONS).map(([name, { command }]) => [name, command]));
  });

  it('lists each announcement with its number', () => {
    const listed = [...page.matchAll(/([A-Z_]+_NTF)\s\((\d+)\)/g)].map(([, name, number]) => [name, Number(number)]);
    expect(listed).toEqual(Object.entries(ETHTOOL_NOTIFICATIONS).map(([name, { command }]) => [name, command]));
  });
});
