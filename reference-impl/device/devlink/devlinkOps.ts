/** What the driver of the reference device does for devlink. */
import type {
  DevlinkOps,
  EswitchEncapMode,
  EswitchInlineMode,
  EswitchMode,
  PortName,
} from '../../../harness/contract/index.js';
import { done } from '../control.js';
import { DEVICE_ON_BUS, panelPort } from './devlinkPorts.js';

export interface DevlinkOptions {
  /** Ports of the front panel. */
  readonly ports: readonly PortName[];
  /** The ports are those of one switch. */
  readonly isSwitch: boolean;
}

export const DRIVER = 'nicspec_ref';

/** What of the embedded switch can be set. */
interface EswitchState {
  mode: EswitchMode;
  inlineMode: EswitchInlineMode;
  encapMode: EswitchEncapMode;
}

const value = <Value>(of: Value): { ok: true; value: Value } => ({ ok: true, value: of });

export function devlinkOps({ ports, isSwitch }: DevlinkOptions): DevlinkOps {
  const eswitch: EswitchState = { mode: 'legacy', inlineMode: 'none', encapMode: 'none' };
  return {
    handle: DEVICE_ON_BUS,
    driver: DRIVER,
    ports: ports.map((_, number) => panelPort(number, isSwitch)),
    infoGet: () =>
      value({
        serialNumber: '02-4E-49-FF-FE-43-00-00',
        versions: [
          { kind: 'fixed', name: 'board.id', value: 'NS-REF-4' },
          { kind: 'running', name: 'fw', value: '1.0.0', isComponent: true },
          { kind: 'stored', name: 'fw', value: '1.0.0', isComponent: true },
        ],
      }),
    eswitch: {
      modeGet: () => value(eswitch.mode),
      modeSet: (mode) => {
        eswitch.mode = mode;
        return done;
      },
      inlineModeGet: () => value(eswitch.inlineMode),
      inlineModeSet: (mode) => {
        eswitch.inlineMode = mode;
        return done;
      },
      encapModeGet: () => value(eswitch.encapMode),
      encapModeSet: (mode) => {
        eswitch.encapMode = mode;
        return done;
      },
    },
  };
}
