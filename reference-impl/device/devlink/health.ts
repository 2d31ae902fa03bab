/** Health reporters of the reference device: fatal errors of the firmware, and events that it only tells of. */
import type { DevlinkHealthOps, DriverHost, DriverResult, FormattedMessage } from '../../../harness/contract/index.js';
import { done } from '../driverResult.js';
import type { DevlinkChipParts } from './devlinkChipParts.js';
import type { Firmware } from './firmware.js';

/** The firmware stops: nothing passes until it is restarted. */
export const FATAL = 'fw_fatal';
/** The firmware tells of something, and goes on. */
export const EVENT = 'fw';
const GRACEFUL_PERIOD_MS = 3000;
/** A port sends nothing any more, and its queues are made anew. */
export const PORT_TRANSMIT = 'tx';
const PORT_GRACEFUL_PERIOD_MS = 500;

export function healthOps(
  firmware: Firmware,
  parts: DevlinkChipParts,
  host: () => DriverHost | undefined,
  /** Called when a fatal error was met. */
  whenFatal: () => Promise<void>,
): DevlinkHealthOps {
  let events = 0;
  /** How often the queues of a port were made anew, by its number. */
  const renewals = new Map<number, number>();
  const report = async (name: string, message: string): Promise<DriverResult> => {
    await host()?.devlink.healthReport({ name }, message);
    return done;
  };
  const ofFirmware = (name: string): FormattedMessage => [
    { name: 'running', value: { kind: 'bool', value: !firmware.isDead } },
    { name: 'restarts', value: { kind: 'u32', value: firmware.restarts } },
    {
      name: name === EVENT ? 'events' : 'fatal errors',
      value: { kind: 'u32', value: name === EVENT ? events : firmware.fatals },
    },
  ];
  return {
    reporters: [
      { name: EVENT, gracefulPeriod: 0, can: ['dump', 'diagnose', 'test'] },
      { name: FATAL, gracefulPeriod: GRACEFUL_PERIOD_MS, can: ['recover', 'dump', 'diagnose', 'test'] },
    ],
    portReporters: [{ name: PORT_TRANSMIT, gracefulPeriod: PORT_GRACEFUL_PERIOD_MS, can: ['recover', 'diagnose'] }],
    recover: ({ port }) => {
      if (port !== undefined) {
        renewals.set(port, (renewals.get(port) ?? 0) + 1);
        return done;
      }
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
    diagnose: ({ name, port }) => ({
      ok: true,
      value:
        port === undefined
          ? ofFirmware(name)
          : [{ name: 'renewals', value: { kind: 'u32', value: renewals.get(port) ?? 0 } }],
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
