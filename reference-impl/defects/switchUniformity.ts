/** Seeded defects that a single request does not show: what scripts say again, in another order, or after something else. */
import type { PortName, SwitchdevPortFlags } from '../../harness/contract/index.js';
import type { Defect } from './defect.js';
import { BRIDGE_VLAN, FORWARDING_TESTS, PRACTICE, SWITCHDEV } from './origins.js';
import { withSwitchdev } from './wrapDevice.js';

const DONE = { ok: true, value: undefined } as const;
const FORWARDING = 3;
const isFlagged = ({ isolated, learning }: SwitchdevPortFlags): boolean => isolated || !learning;

export const switchUniformityDefects: readonly Defect[] = [
  {
    id: 'DEF-SW-FLAGS-GO-WITH-THE-NEXT-PORT',
    title: 'Flags of the ports are lost when one more port joins',
    description: 'The driver sets its hardware up anew for the bridge as it then is, with every flag as at the start.',
    origin: FORWARDING_TESTS,
    caughtBy: 'SW-UNI-001',
    wrap: (device) =>
      withSwitchdev(device, (sound) => {
        const last = new Map<PortName, SwitchdevPortFlags>();
        return {
          setPortAttribute: (port, attribute) => {
            if (attribute.kind === 'flags' && isFlagged(attribute.flags)) last.set(port, attribute.flags);
            return sound.setPortAttribute(port, attribute);
          },
          join: async (port, bridge) => {
            for (const [other, flags] of last)
              await sound.setPortAttribute(other, {
                kind: 'flags',
                flags: { ...flags, learning: true, isolated: false },
              });
            last.clear();
            return sound.join(port, bridge);
          },
        };
      }),
  },
  {
    id: 'DEF-SW-VLANS-OF-FORWARDING-PORTS-ONLY',
    title: 'A VLAN that is added before its port forwards is not programmed',
    description: 'The driver leaves it for later, when the port comes up, and then programs the default VLAN alone.',
    origin: BRIDGE_VLAN,
    caughtBy: 'SW-UNI-002',
    wrap: (device) =>
      withSwitchdev(device, (sound) => {
        const forwarding = new Set<PortName>();
        return {
          setPortAttribute: (port, attribute) => {
            if (attribute.kind === 'stp-state') forwarding[attribute.state === FORWARDING ? 'add' : 'delete'](port);
            return sound.setPortAttribute(port, attribute);
          },
          addObject: (port, vlan) =>
            vlan.kind === 'vlan' && !vlan.pvid && !forwarding.has(port) ? DONE : sound.addObject(port, vlan),
        };
      }),
  },
  {
    id: 'DEF-SW-VLAN-TWICE-IS-NONE',
    title: 'A VLAN that is added once more is taken away',
    description:
      'The firmware knows one command that turns a membership over, and the driver sends it for what is there too.',
    origin: PRACTICE,
    caughtBy: 'SW-UNI-003',
    wrap: (device) =>
      withSwitchdev(device, (sound) => {
        const there = new Set<string>();
        return {
          addObject: async (port, vlan) => {
            const key = JSON.stringify([port, vlan]);
            if (!there.has(key)) {
              there.add(key);
              return sound.addObject(port, vlan);
            }
            await sound.removeObject(port, vlan);
            return DONE;
          },
          removeObject: (port, vlan) => {
            there.clear();
            return sound.removeObject(port, vlan);
          },
          leave: (port, bridge) => {
            there.clear();
            return sound.leave(port, bridge);
          },
        };
      }),
  },
  {
    id: 'DEF-SW-FLAGS-OUTLIVE-THE-BRIDGE',
    title: 'A port is isolated in its next bridge as it was in the last one',
    description:
      'The driver does not put flags back when a port leaves, and the kernel tells a port that joins none that are as usual.',
    origin: SWITCHDEV,
    caughtBy: 'SW-UNI-004',
    wrap: (device) =>
      withSwitchdev(device, (sound) => {
        const last = new Map<PortName, SwitchdevPortFlags>();
        return {
          setPortAttribute: (port, attribute) => {
            if (attribute.kind === 'flags') last.set(port, attribute.flags);
            return sound.setPortAttribute(port, attribute);
          },
          join: async (port, bridge) => {
            const joined = await sound.join(port, bridge);
            const flags = last.get(port);
            if (joined.ok && flags !== undefined) await sound.setPortAttribute(port, { kind: 'flags', flags });
            return joined;
          },
        };
      }),
  },
];
