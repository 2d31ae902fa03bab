/** Health reporters of the reference device: fatal errors of the firmware, and events that it only tells of. */
import type { DevlinkHealthOps, DriverHost, DriverResult } from '../../../harness/contract/index.js';
import { done } from '../control.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';
import type { Firmware } from './firmware.js';

/** The firmware stops: nothing passes until it is restarted. */
export const FATAL = 'fw_fatal';
/** The firmware tells of something, and goes on. */
export const EVENT = 'fw';
const GRACEFUL_PERIOD_MS = 3000;

export function healthOps(
  firmware: Firmware,
  parts: DevlinkChipParts,
  host: () => DriverHost | undefined,
  /** Called when a fatal error was met. */
  whenFatal: () => Promise<void>,
): DevlinkHealthOps {
  let events = 0;
  const report = async (name: string, message: string): Promise<DriverResult> => {
    await host()?.devlink.healthReport({ name }, message);
    return done;
  };
  return {
    reporters: [
      { name: EVENT, gracefulPeriod: 0, can: ['dump', 'diagnose', 'test'] },
      { name: FATAL, gracefulPeriod: GRACEFUL_PERIOD_MS, can: ['recover', 'dump', 'diagnose', 'test'] },
    ],
    recover: () => {
      if (parts.recovers) firmware.isDead = false;
      firmware.restarts++;
      return done;
    },
    dump: ({ name }) => ({
      ok: true,
      value:
        name === EVENT
          ? [{ name: 'events', value: { kind: 'u32', value: events } }]
          : [
              { name: 'fatal errors', value: { kind: 'u32', value: firmware.fatals } },
              { name: 'firmware', value: { kind: 'string', value: firmware.running } },
              {
                name: 'registers',
                value: {
                  kind: 'object',
                  pairs: [
                    { name: 'halted', value: { kind: 'bool', value: firmware.isDead } },
                    { name: 'restarts', value: { kind: 'u64', value: BigInt(firmware.restarts) } },
                    { name: 'stack', value: { kind: 'binary', value: Uint8Array.of(0xde, 0xad, firmware.fatals) } },
                  ],
                },
              },
            ],
    }),
    diagnose: ({ name }) => ({
      ok: true,
      value: [
        { name: 'running', value: { kind: 'bool', value: !firmware.isDead } },
        { name: 'restarts', value: { kind: 'u32', value: firmware.restarts } },
        {
          name: name === EVENT ? 'events' : 'fatal errors',
          value: { kind: 'u32', value: name === EVENT ? events : firmware.fatals },
        },
      ],
    }),
    test: async ({ name }) => {
      if (name === EVENT) {
        events++;
        return report(EVENT, 'an event for a test');
      }
      firmware.fatals++;
      firmware.isDead = true;
      await whenFatal();
      return report(FATAL, 'the firmware stopped for a test');
    },
  };
}
