import type { Defect } from './defect.js';
import { withEthtool } from './wrapDevice.js';

const tests = (name: string): Defect['origin'] => ({
  title: `The kernel tests devices for it: tools/testing/selftests/drivers/net/hw/${name}`,
  url: `https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/tools/testing/selftests/drivers/net/hw/${name}`,
});

const DONE = { ok: true, value: undefined } as const;

export const rssContextDefects: readonly Defect[] = [
  {
    id: 'DEF-RSS-CONTEXT-USES-MAIN-TABLE',
    title: 'Traffic of a context is spread by the main table',
    description: 'The rule names the context, and the device has one table in force.',
    origin: tests('rss_ctx.py'),
    caughtBy: 'NIC-RSS-028',
    nic: (parts) => ({ ...parts, contextTable: (_, main) => main }),
  },
  {
    id: 'DEF-RSS-CONTEXT-MOVES-UP',
    title: 'Removing a context moves the later ones up',
    description: 'Contexts are an array in the device. The one behind a removed one gets its table.',
    origin: tests('rss_ctx.py'),
    caughtBy: 'NIC-RSS-029',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        removeRssContext: async (port, context) => {
          const gone = await sound.getRss?.(port, context);
          const result = (await sound.removeRssContext?.(port, context)) ?? DONE;
          const next = await sound.getRss?.(port, context + 1);
          if (result.ok && gone?.ok === true && next?.ok === true) {
            await sound.setRss?.(port, context + 1, { indirection: gone.value.indirection });
          }
          return result;
        },
      })),
  },
  {
    id: 'DEF-RSS-CONTEXTS-SHARE-TABLE',
    title: 'All contexts have one table',
    description: 'The device has one table in hardware, and the last one written is in force for all.',
    origin: tests('rss_ctx.py'),
    caughtBy: 'NIC-RSS-030',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setRss: async (port, context, change) => {
          const result = (await sound.setRss?.(port, context, change)) ?? DONE;
          if (!result.ok || change.indirection === undefined) return result;
          for (const other of [0, 1, 2, 3]) await sound.setRss?.(port, other, { indirection: change.indirection });
          return result;
        },
      })),
  },
];
