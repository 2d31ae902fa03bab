/** What goes wrong in kernels that write the firmware of modules. */
import { CONFORMING_MODULE_FLASH, type ModuleFlashParts } from '../kernel/ethtool/moduleParts.js';
import type { Defect } from './defect.js';
import { ethtool } from './replacedParts.js';

const FLASHING: Defect['origin'] = {
  title: 'net/ethtool/module.c: refusals and notifications that the review of module firmware flashing asked for',
  url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/log/net/ethtool/module.c',
};
const UPDATE: Defect['origin'] = {
  title: 'net/ethtool/cmis_fw_update.c: corrections of addresses, lengths and waits',
  url: 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/log/net/ethtool/cmis_fw_update.c',
};

const flashing = (change: Partial<ModuleFlashParts>): NonNullable<Defect['kernel']> =>
  ethtool({ module: { ...CONFORMING_MODULE_FLASH, ...change } });

export const moduleFlashDefects: readonly Defect[] = [
  {
    id: 'DEF-ETH-MOD-FLASHES-UP',
    title: 'A module is flashed while its port is up',
    description: 'Whether traffic runs is not looked at.',
    origin: FLASHING,
    caughtBy: 'ETH-MOD-012',
    kernel: flashing({ needsDown: false }),
  },
  {
    id: 'DEF-ETH-MOD-NO-FILE',
    title: 'A file that there is not is acknowledged',
    description: 'The file is looked for by the work that the request has queued, and nobody hears of it.',
    origin: FLASHING,
    caughtBy: 'ETH-MOD-013',
    kernel: ethtool({
      refuses: (name, refusal) =>
        name === 'MODULE_FW_FLASH_ACT' && refusal.message === 'Failed to request module firmware image'
          ? undefined
          : refusal,
    }),
  },
  {
    id: 'DEF-ETH-MOD-TELLS-ALL',
    title: 'Everybody in the group is told how far it has come',
    description: 'The messages are multicast, and a tool takes those of another update for its own.',
    origin: FLASHING,
    caughtBy: 'ETH-MOD-014',
    kernel: flashing({ tellsAll: true }),
  },
  {
    id: 'DEF-ETH-MOD-FLASHES-TWICE',
    title: 'A second update is let through to the list of updates',
    description: 'That one goes on already is found where the socket of the first is compared.',
    origin: FLASHING,
    caughtBy: 'ETH-MOD-015',
    kernel: flashing({ flashesOnce: false }),
  },
  {
    id: 'DEF-ETH-MOD-UP-WHILE-FLASHING',
    title: 'The port goes up while its module is flashed',
    description: 'The first version of the patches looked at the port at the beginning alone.',
    origin: FLASHING,
    caughtBy: 'ETH-MOD-015',
    kernel: flashing({ keepsDown: false }),
  },
  {
    id: 'DEF-ETH-MOD-NOT-RUN',
    title: 'The new image is committed and not run',
    description: 'The module goes on with what it had until somebody takes its power away.',
    origin: UPDATE,
    caughtBy: 'ETH-MOD-016',
    kernel: flashing({ runs: false }),
  },
  {
    id: 'DEF-ETH-MOD-FIRST-BLOCK-TWICE',
    title: 'Blocks are written to the address before theirs',
    description: 'The address counts blocks from one, and the first is written over.',
    origin: UPDATE,
    caughtBy: 'ETH-MOD-016',
    kernel: flashing({ addressOf: (offset) => Math.max(0, offset - 1) }),
  },
  {
    id: 'DEF-ETH-MOD-ALL-WELL',
    title: 'An update that failed is told as completed',
    description: 'What the module answers is not looked at behind the last block.',
    origin: UPDATE,
    caughtBy: 'ETH-MOD-017',
    kernel: flashing({ tellsFailure: false }),
  },
  {
    id: 'DEF-ETH-MOD-PART-OF-PORT',
    title: 'A module is flashed through a part of a port',
    description: 'Whose link the other lanes are is not looked at.',
    origin: FLASHING,
    caughtBy: 'ETH-MOD-018',
    kernel: flashing({ needsWholePort: false }),
  },
];
