import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openReferenceTarget } from '../../../harness/targets/reference.js';
import { EthtoolClient } from '../../netlink/ethtoolClient.js';
import { ETHTOOL_GENL_NAME, ETHTOOL_NOTIFICATIONS, ETHTOOL_OPERATIONS } from '../../netlink/families/ethtool.js';
import type { EthtoolOperationName } from '../../netlink/families/ethtool.js';

const NAMES = Object.keys(ETHTOOL_OPERATIONS) as EthtoolOperationName[];
const COMMANDS = Object.values(ETHTOOL_OPERATIONS).map(({ command }) => command);

/** The header of this machine, with the messages that its release had; those of later ones are numbered behind. */
const HEADER = '/usr/include/linux/ethtool_netlink.h';

/** The members of an enum in their order, from the one behind this. */
function membersBehind(header: string, first: string): readonly string[] {
  const from = header.indexOf(first) + first.length;
  const list = header.slice(from, header.indexOf('/* add new constants', from));
  return [...list.matchAll(/ETHTOOL_MSG_(\w+)/g)].map(([, name = '']) => name);
}

describe('every operation of ethtool', () => {
  let ethtool: EthtoolClient;
  let netDevice: string;
  beforeAll(async () => {
    const target = await openReferenceTarget();
    ethtool = await EthtoolClient.open((protocol) => target.netlink(protocol));
    netDevice = (await target.describe()).ports[0]?.netDevice ?? '';
  });

  it('has a number of its own, without gaps', () => {
    expect([...COMMANDS].sort((one, other) => one - other)).toEqual(COMMANDS.map((_, index) => index + 1));
  });

  it('is listed by the controller', async () => {
    const { commands } = await ethtool.generic.family(ETHTOOL_GENL_NAME);
    expect([...commands].sort((one, other) => one - other)).toEqual([...COMMANDS].sort((one, other) => one - other));
  });

  // What has no handler at all is refused like this too, by the family: so it is listed, and says more.
  it.each(NAMES)('%s comes to a handler', async (name) => {
    const result = await ethtool.call(name, netDevice);
    if (result.ok) return;
    const { errnoName, message } = result.error;
    expect(['EINVAL', 'EOPNOTSUPP', 'ENODATA', 'ENOENT', 'EBUSY'], `${errnoName}: ${message ?? ''}`).toContain(
      errnoName,
    );
  });

  it.skipIf(!existsSync(HEADER))(`has the number that ${HEADER} gives it`, () => {
    const header = readFileSync(HEADER, 'utf8');
    const asked = membersBehind(header, 'ETHTOOL_MSG_USER_NONE,');
    expect(asked.length).toBeGreaterThan(30);
    const numbers = new Map<string, number>(
      Object.entries(ETHTOOL_OPERATIONS).map(([name, { command }]) => [name, command]),
    );
    expect(asked.map((name) => [name, numbers.get(name)])).toEqual(asked.map((name, index) => [name, index + 1]));
  });

  it.skipIf(!existsSync(HEADER))(`is announced by the number that ${HEADER} gives`, () => {
    const told = membersBehind(readFileSync(HEADER, 'utf8'), 'ETHTOOL_MSG_KERNEL_NONE,');
    const numbers = new Map<string, number>(
      Object.entries(ETHTOOL_NOTIFICATIONS).map(([name, { command }]) => [name, command]),
    );
    // 6.12 gives a number to changes of PHYs, and nothing tells of them: net/ethtool/phy.c.
    const wanted = told.flatMap((name, index) =>
      name.endsWith('_NTF') && name !== 'PHY_NTF' ? [[name, index + 1]] : [],
    );
    expect(wanted.map(([name]) => [name, numbers.get(String(name))])).toEqual(wanted);
  });
});
