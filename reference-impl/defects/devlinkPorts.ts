/** Devices whose instance or ports of devlink are wrong in one way. */
import { EINVAL } from '../kernel/errno.js';
import type { Defect } from './defect.js';
import { core, chip, driver, documented, seen, done, row, rewords, errno, silently, silent } from './devlinkDefect.js';

export const devlinkPortsDefects: readonly Defect[] = [
  documented(
    row(
      'HIDDEN-INSTANCE',
      'DL-DEV-001',
      'The instance is not listed',
      'A dump is empty, although the instance answers.',
    ),
    { kernel: core({ listed: () => false }) },
  ),
  seen(
    row(
      'BUS-IS-ENOUGH',
      'DL-DEV-002',
      'A bus is enough of a handle',
      'A request without a device name is served by the first device of the bus.',
    ),
    {
      kernel: core({ fallsBack: 'incomplete' }),
    },
  ),
  seen(
    row(
      'ANY-HANDLE',
      'DL-DEV-003',
      'Any handle is that of the first instance',
      'A stale handle configures another device.',
    ),
    {
      kernel: core({ fallsBack: 'unknown' }),
    },
  ),
  seen(
    row(
      'NO-PARENT',
      'DL-DEV-004',
      'The net device has no parent',
      'SET_NETDEV_DEV was forgotten; udev names the port by chance.',
    ),
    {
      wrap: (device) => ({
        ...device,
        describe: async () => {
          const described = await device.describe();
          return {
            ...described,
            ports: described.ports.map((port) => ({ ...port, parentDevice: { bus: 'virtual', name: port.port } })),
          };
        },
      }),
    },
  ),
  seen(
    row(
      'WRONG-PORT-OF-LINK',
      'DL-DEV-005',
      'Links tell the port beside theirs',
      'SET_NETDEV_DEVLINK_PORT got the port of the loop before.',
    ),
    {
      kernel: core({ portOfLink: (sound) => sound ^ 1 }),
    },
  ),
  documented(
    row(
      'NO-REINIT-ACTION',
      'DL-DEV-006',
      'The instance tells the wrong action',
      'Reloads are counted under the action after theirs, and the first is not there.',
    ),
    {
      wrap: driver(({ reload }) => (reload === undefined ? {} : { reload: { ...reload, actions: ['fw_activate'] } })),
    },
  ),
  seen(row('EMPTY-VERSION', 'DL-INFO-001', 'A version is empty', 'The driver puts a version before it has read it.'), {
    wrap: driver(({ infoGet }) => ({
      infoGet: async () => {
        const info = await infoGet?.();
        if (info?.ok !== true) return { ok: true, value: { versions: [] } };
        return {
          ok: true,
          value: { ...info.value, versions: info.value.versions.map((each) => ({ ...each, value: '' })) },
        };
      },
    })),
  }),
  seen(
    row(
      'MODE-NOT-SET',
      'DL-ESW-001',
      'The mode is taken and forgotten',
      'The embedded switch stays in the mode that it is in, and says nothing.',
    ),
    {
      devlink: chip({ setsEswitch: false }),
    },
  ),
  seen(
    row(
      'INLINE-NEEDS-MODE',
      'DL-ESW-003',
      'An inline mode changes the mode',
      'Setting the inline mode leaves the embedded switch in switchdev mode.',
    ),
    {
      wrap: driver(({ eswitch }) => ({
        eswitch: {
          ...eswitch,
          inlineModeSet: async (mode) => {
            await eswitch?.modeSet?.('switchdev');
            return (await eswitch?.inlineModeSet?.(mode)) ?? done;
          },
        },
      })),
    },
  ),
  seen(
    row(
      'ENCAP-INVERTED',
      'DL-ESW-004',
      'The encapsulation mode is the other one',
      'A flag is inverted on its way to the firmware.',
    ),
    {
      wrap: driver(({ eswitch }) => ({
        eswitch: {
          ...eswitch,
          encapModeSet: (mode) => eswitch?.encapModeSet?.(mode === 'basic' ? 'none' : 'basic') ?? done,
        },
      })),
    },
  ),
  documented(
    row(
      'MODE-OVER-NODES',
      'DL-ESW-005',
      'The mode changes under rate nodes',
      'Rate nodes are not looked at when the mode is set.',
    ),
    {
      kernel: core({ guardsRateNodes: false }),
    },
  ),
  seen(
    row(
      'SELFTEST-FAILS',
      'DL-TEST-001',
      'The self-test fails on a good device',
      'The sum is taken over one byte too few.',
    ),
    {
      wrap: driver(() => ({ selftests: { tests: ['flash'], run: () => 'fail' } })),
    },
  ),

  seen(
    row(
      'NO-NET-DEVICE',
      'DL-PORT-001',
      'Ports do not tell their net device',
      'devlink_port_type_eth_set() got no net device.',
    ),
    {
      kernel: core({ showsNetDevice: false }),
    },
  ),
  seen(
    row(
      'WRONG-FLAVOUR',
      'DL-PORT-003',
      'Ports of the panel are virtual ones',
      'The attributes are those of another kind of port.',
    ),
    {
      wrap: driver(({ ports }) => ({
        ports: ports.map((port) => ({
          ...port,
          attributes: {
            flavour: 'virtual',
            ...(port.attributes?.switchId === undefined ? {} : { switchId: port.attributes.switchId }),
          },
        })),
      })),
    },
  ),
  seen(
    row(
      'NAME-FROM-ONE',
      'DL-PORT-004',
      'Port names count from one',
      'The number in the name is the one behind that of the port.',
    ),
    {
      kernel: core({
        physPortName: (sound) => sound.replace(/^p(\d+)/, (_, number: string) => `p${Number(number) + 1}`),
      }),
    },
  ),
  seen(row('PART-IS-WHOLE', 'DL-DEV-007', 'A part looks like the whole', 'NLM_F_DUMP_FILTERED is forgotten.'), {
    kernel: core({ marksParts: false }),
  }),
  documented(row('SILENT-RENAME', 'DL-PORT-005', 'A new name is not told', 'Ports are not announced.'), {
    kernel: silent('PORT_NEW'),
  }),
  seen(
    row(
      'EMPTY-FUNCTION',
      'DL-PORT-006',
      'Ports of the panel have a function',
      'Operations of functions are offered for all ports alike.',
    ),
    {
      wrap: driver(() => ({ portFunction: { hwAddrGet: () => ({ ok: true, value: '00:00:00:00:00:00' as never }) } })),
    },
  ),

  seen(
    row(
      'ANY-SPLIT-COUNT',
      'DL-SPLIT-002',
      'Ports are split into three',
      'The count is not looked at, and the firmware rounds it.',
    ),
    {
      kernel: core({ splitCountFits: (count, lanes) => count >= 2 && count <= lanes }),
    },
  ),
  seen(
    row(
      'ONE-PART-TOO-FEW',
      'DL-SPLIT-003',
      'A split makes one part too few',
      'The last lanes are left without a port.',
    ),
    {
      devlink: chip({ partsMade: (count) => count - 1 }),
    },
  ),
  documented(
    row('PARTS-WITHOUT-GROUP', 'DL-SPLIT-004', 'Parts do not tell what they are of', 'The attribute split is not set.'),
    {
      kernel: core({ showsSplitGroup: false }),
    },
  ),
  documented(
    row(
      'SPLITS-PARTS',
      'DL-SPLIT-005',
      'Parts are split further',
      'The core does not ask whether a port is splittable.',
    ),
    {
      kernel: core({ checksSplittable: false }),
    },
  ),
  seen(
    row(
      'LOST-BY-UNSPLIT',
      'DL-SPLIT-006',
      'A port that is put together is gone',
      'The parts are taken away, and nothing is made.',
    ),
    {
      devlink: chip({ restoresWhole: false }),
    },
  ),
  seen(
    row('UNSPLITS-WHOLE', 'DL-SPLIT-007', 'What is whole is put together', 'Unsplitting is done whatever the port is.'),
    {
      wrap: driver(({ port }) => ({
        port: { ...port, unsplit: async (index) => ((await port?.unsplit?.(index))?.ok === true ? done : done) },
      })),
    },
  ),
  documented(
    row(
      'SILENT-SPLIT',
      'DL-SPLIT-008',
      'The port that goes is not announced',
      'A daemon keeps a port that there is not.',
    ),
    {
      kernel: silent('PORT_DEL'),
    },
  ),
  seen(row('LANES-TWICE', 'DL-SPLIT-010', 'Parts have all the lanes', 'Each part tells the lanes of the whole port.'), {
    devlink: chip({ lanesOfPart: (lanes) => lanes }),
  }),

  seen(
    row(
      'PORT-IS-INVALID',
      'DL-PORT-002',
      'A port that is gone is invalid',
      'A stale index is refused as if the request made no sense.',
    ),
    {
      kernel: rewords('PORT_GET', errno(EINVAL)),
    },
  ),
  seen(
    row(
      'NO-WORDS-FOR-PORT-PARAMS',
      'DL-PORT-007',
      'Params of ports are refused without a word',
      'EINVAL comes alone, and who asks looks for the fault in the request.',
    ),
    {
      kernel: rewords('PORT_PARAM_GET', silently),
    },
  ),
  seen(
    row(
      'TYPE-IS-INVALID',
      'DL-PORT-008',
      'A type that there is not is invalid',
      'The range of a port type is checked by hand, with another errno.',
    ),
    {
      kernel: rewords('PORT_SET', errno(EINVAL)),
    },
  ),
  seen(
    row(
      'MODE-IS-INVALID',
      'DL-ESW-002',
      'A mode that there is not is invalid',
      'The range of a mode is checked by hand, with another errno.',
    ),
    {
      kernel: rewords('ESWITCH_SET', errno(EINVAL)),
    },
  ),
  seen(
    row(
      'COUNT-NOT-NAMED',
      'DL-SPLIT-001',
      'It is not said that the count is missing',
      'A split without a count is refused with EINVAL alone.',
    ),
    {
      kernel: rewords('PORT_SPLIT', silently),
    },
  ),
  seen(
    row('PARTS-DEAF', 'DL-SPLIT-009', 'Parts receive nothing', 'The lanes of parts are not connected to the switch.'),
    {
      wrap: (device) => ({
        ...device,
        cable: {
          ...device.cable,
          receive: (port, frame) => (port.includes('s') ? undefined : device.cable.receive(port, frame)),
        },
      }),
    },
  ),
];
