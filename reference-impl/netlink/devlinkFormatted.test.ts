import { describe, expect, it } from 'vitest';
import { formattedAsFar, formattedIn, formattedParts, type DevlinkMessage } from './devlinkClient.js';
import { DEVLINK } from './families/devlinkAttributes.js';
import { NLA_NUL_STRING } from './families/devlink.js';
import { encodeAttribute } from './wire.js';

const number = (name: string): number => DEVLINK.byName.get(`DEVLINK_ATTR_FMSG_${name}`)?.number ?? 0;
const part = (name: string, data: Uint8Array = new Uint8Array(0)): Uint8Array => encodeAttribute(number(name), data);
const text = (value: string): Uint8Array => new TextEncoder().encode(`${value}\0`);
const pair = (name: string, value: string): readonly Uint8Array[] => [
  part('PAIR_NEST_START'),
  part('OBJ_NAME', text(name)),
  part('OBJ_VALUE_TYPE', Uint8Array.of(NLA_NUL_STRING)),
  part('OBJ_VALUE_DATA', text(value)),
  part('NEST_END'),
];
const message = (parts: readonly Uint8Array[]): readonly DevlinkMessage[] => [
  { command: 'HEALTH_REPORTER_DIAGNOSE', values: { DEVLINK_ATTR_FMSG: Buffer.concat([...parts]) } },
];

describe('a formatted message', () => {
  const whole = message([part('OBJ_NEST_START'), ...pair('a', '1'), ...pair('b', '2'), part('NEST_END')]);
  // nsim_dev_dummy_fmsg_put() closes an array that is not open.
  const torn = message([
    part('OBJ_NEST_START'),
    ...pair('a', '1'),
    part('NEST_END'),
    ...pair('b', '2'),
    part('NEST_END'),
  ]);

  it('reads the same either way where its nests fit', () => {
    expect(formattedIn(whole)).toEqual({ a: '1', b: '2' });
    expect(formattedAsFar(whole)).toEqual({ a: '1', b: '2' });
  });

  it('shows a user what is there where they do not', () => {
    expect(() => formattedIn(torn)).toThrow('ends too early');
    expect(formattedAsFar(torn)).toEqual([{ a: '1' }, { b: '2' }]);
  });

  it('tells the same names and values, whether they fit or not', () => {
    const names = [{ name: 'a' }, { type: NLA_NUL_STRING }, { name: 'b' }, { type: NLA_NUL_STRING }];
    expect(formattedParts(whole)).toEqual(names);
    expect(formattedParts(torn)).toEqual(names);
  });
});
