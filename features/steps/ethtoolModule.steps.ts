/** The module in the cage: its memory by pages, its power. And the tables for ports of tunnels. */
import { Then } from '@cucumber/cucumber';
import fc from 'fast-check';
import { decodeBits } from '../../reference-impl/netlink/bitset.js';
import { bytesIn, isValues, listIn, nestIn, numberIn } from '../../reference-impl/netlink/schema.js';
import { TUNNEL_TYPE_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { askOperation, lastReply } from './ethtoolRequests.js';
import { expectNumber, expectThat } from './expectations.js';
import { accepted, ethtoolCall } from './settings.js';
import type { NicWorld } from './world.js';

const HALF = 128;
const ADDRESS = 0x50;

async function readModule(world: NicWorld, page: number, offset: number, length: number): Promise<Uint8Array> {
  const reply = accepted(
    await ethtoolCall(world, 'MODULE_EEPROM_GET', {
      ETHTOOL_A_MODULE_EEPROM_OFFSET: offset,
      ETHTOOL_A_MODULE_EEPROM_LENGTH: length,
      ETHTOOL_A_MODULE_EEPROM_PAGE: page,
      ETHTOOL_A_MODULE_EEPROM_I2C_ADDRESS: ADDRESS,
    }),
    `reading ${length} bytes from ${offset} of page ${page}`,
  );
  return bytesIn(reply, 'ETHTOOL_A_MODULE_EEPROM_DATA') ?? new Uint8Array(0);
}

Then('for every part of the memory of the module, it reads as in the whole', async function (this: NicWorld) {
  const part = fc
    .record({ upper: fc.boolean(), offset: fc.nat(HALF - 1), length: fc.integer({ min: 1, max: HALF }) })
    .filter(({ offset, length }) => offset + length <= HALF);
  const halves = [await readModule(this, 0, 0, HALF), await readModule(this, 0, HALF, HALF)];
  await this.law(
    fc.asyncProperty(part, async ({ upper, offset, length }) => {
      const got = await readModule(this, 0, (upper ? HALF : 0) + offset, length);
      const whole = halves[upper ? 1 : 0] ?? new Uint8Array(0);
      expectThat(hex(got) === hex(whole.subarray(offset, offset + length)), `${length} bytes at ${offset} are others`);
    }),
    { runs: 0.5 },
  );
});

Then('two pages of the module are not the same', async function (this: NicWorld) {
  const [first, second] = [await readModule(this, 0, HALF, HALF), await readModule(this, 1, HALF, HALF)];
  expectThat(hex(first) !== hex(second), 'page 1 is page 0');
});

/** CMIS: the identifier once more at the start of page 0, whose checksum covers its first 94 bytes. */
const CHECKED = 94;

Then(
  'both halves name the same kind of module, and the checksum of the identity is right',
  async function (this: NicWorld) {
    const [lower, upper] = [await readModule(this, 0, 0, HALF), await readModule(this, 0, HALF, HALF)];
    expectNumber(upper[0] ?? -1, lower[0] ?? -2, 'identifier in the upper half');
    const sum = upper.subarray(0, CHECKED).reduce((total, byte) => (total + byte) & 0xff, 0);
    expectNumber(upper[CHECKED] ?? -1, sum, 'checksum of page 0');
  },
);

const MODES: Readonly<Record<string, number>> = { low: 1, high: 2 };

Then(/^the module has (low|high) power$/, async function (this: NicWorld, mode: string) {
  const reply = accepted(await ethtoolCall(this, 'MODULE_GET'), 'asking for the module');
  expectNumber(numberIn(reply, 'ETHTOOL_A_MODULE_POWER_MODE') ?? -1, MODES[mode] ?? 0, 'power mode');
});

Then('each table has room, and says for which tunnels or which ports are fixed', async function (this: NicWorld) {
  await askOperation(this, 'TUNNEL_INFO_GET');
  const ports = nestIn(lastReply(this), 'ETHTOOL_A_TUNNEL_INFO_UDP_PORTS');
  const tables = listIn(ports, 'ETHTOOL_A_TUNNEL_UDP_TABLE').filter(isValues);
  expectThat(tables.length > 0, 'there is no table');
  for (const table of tables) {
    const size = numberIn(table, 'ETHTOOL_A_TUNNEL_UDP_TABLE_SIZE') ?? 0;
    const entries = listIn(table, 'ETHTOOL_A_TUNNEL_UDP_TABLE_ENTRY').filter(isValues);
    const types = decodeBits(nestIn(table, 'ETHTOOL_A_TUNNEL_UDP_TABLE_TYPES'), TUNNEL_TYPE_NAMES).set;
    expectThat(size >= entries.length && size > 0, `${entries.length} ports are in a table of ${size}`);
    expectThat(types.size > 0 || entries.length === size, 'a table is for no tunnel, and not full');
    for (const entry of entries)
      expectThat((numberIn(entry, 'ETHTOOL_A_TUNNEL_UDP_ENTRY_PORT') ?? 0) > 0, 'a port is zero');
  }
});
