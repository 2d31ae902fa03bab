/** Devices whose reloads or flash updates are wrong in one way. */
import { EINVAL } from '../kernel/errno.js';
import type { Values } from '../netlink/schema.js';
import type { Defect } from './defect.js';
import { FIRMWARE_LOADER } from './origins.js';
import { withHost } from './wrapDevice.js';
import {
  core,
  chip,
  driver,
  documented,
  seen,
  done,
  row,
  rewords,
  errno,
  silently,
  accepts,
  silent,
} from './devlinkDefect.js';

const withoutZeros = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));

export const devlinkReloadsDefects: readonly Defect[] = [
  seen(
    row(
      'RELOADS-OF-OTHERS',
      'DL-DEV-008',
      'Reloads of the host count as those of others',
      'There is one set of counters.',
    ),
    { kernel: core({ remoteReloads: (own) => own }) },
  ),
  seen(
    row('PROGRESS-WITHOUT-TIME', 'DL-FLASH-010', 'Progress does not say how long it takes', 'What is 0 is left out.'),
    {
      kernel: core({ toldStatus: withoutZeros }),
    },
  ),
  seen(row('PROGRESS-OF-WHAT', 'DL-FLASH-005', 'Progress is of no component', 'The driver leaves the name out.'), {
    wrap: driver(({ flash }) =>
      flash === undefined
        ? {}
        : { flash: { ...flash, update: ({ file, overwriteMask }) => flash.update({ file, overwriteMask }) } },
    ),
  }),
  {
    ...row('WAY-UP', 'DL-FLASH-009', 'A file name may lead up', 'Two dots are a part of a name like any other.'),
    origin: FIRMWARE_LOADER,
    kernel: core({ leadsUp: () => false }),
  },
  {
    ...row(
      'DOTS',
      'DL-FLASH-009',
      'Two dots are refused anywhere',
      'The name is searched for two dots, not its parts.',
    ),
    origin: FIRMWARE_LOADER,
    kernel: core({ leadsUp: (name) => name.includes('..') }),
  },
  documented(
    row('NO-RELOAD-COUNT', 'DL-RELOAD-004', 'Reloads are not counted', 'The statistics of reloads stay at zero.'),
    {
      kernel: core({ reloadsCounted: 0 }),
    },
  ),

  seen(row('RELOAD-LOSES-PORT', 'DL-RELOAD-001', 'A port is lost by a reload', 'The last port does not come back.'), {
    wrap: (device) => {
      const { devlink } = device;
      if (devlink?.reload === undefined) return device;
      const { reload } = devlink;
      let wasDown = false;
      const losing = withHost(device, (kernel) => ({
        registerPort: (port) => {
          if (!wasDown || port.port !== 'p3') kernel.registerPort(port);
        },
      }));
      return {
        ...losing,
        devlink: {
          ...devlink,
          reload: {
            ...reload,
            down: (...asked) => {
              wasDown = true;
              return reload.down(...asked);
            },
          },
        },
      };
    },
  }),
  documented(
    row(
      'ANSWERS-UNASKED',
      'DL-RELOAD-003',
      'What was done is always told',
      'Old tools stumble over a reply that they did not ask for.',
    ),
    { kernel: core({ answersReload: () => true }) },
  ),
  documented(
    row('ANY-RELOAD', 'DL-RELOAD-009', 'Actions and limits are not checked', 'driver_reinit without a reset is tried.'),
    { kernel: core({ checksReload: false }) },
  ),
  documented(
    row('SILENT-RELOAD', 'DL-RELOAD-011', 'Ports come back without a word', 'The ports of a reload are not announced.'),
    { kernel: silent('PORT_NEW') },
  ),
  seen(
    row(
      'CABLE-LOST',
      'DL-RELOAD-010',
      'Nothing passes behind a reload',
      'The transmitter is left off when the driver is brought up anew.',
    ),
    {
      wrap: (device) => {
        let wasReloaded = false;
        const { devlink } = device;
        if (devlink?.reload === undefined) return device;
        const { reload } = devlink;
        return {
          ...device,
          reset: () => {
            wasReloaded = false;
            return device.reset();
          },
          netDevice: {
            ...device.netDevice,
            transmit: (...sent) => (wasReloaded ? 'ok' : device.netDevice.transmit(...sent)),
          },
          devlink: {
            ...devlink,
            reload: {
              ...reload,
              up: async (...asked) => {
                wasReloaded = true;
                return reload.up(...asked);
              },
            },
          },
        };
      },
    },
  ),
  seen(
    row(
      'ACTION-IS-INVALID',
      'DL-RELOAD-005',
      'An action that there is not is invalid',
      'The range of an action is checked by hand, with another errno.',
    ),
    {
      kernel: rewords('RELOAD', errno(EINVAL)),
    },
  ),
  seen(row('NO-WORDS-FOR-LIMITS', 'DL-RELOAD-006', 'Limits are refused without a word', 'EINVAL comes alone.'), {
    kernel: rewords('RELOAD', silently),
  }),
  seen(
    row(
      'ANY-LIMIT',
      'DL-RELOAD-007',
      'A limit that there is not is overlooked',
      'The reload is acknowledged as if the limit had been kept.',
    ),
    {
      kernel: rewords('RELOAD', accepts),
    },
  ),
  seen(
    row(
      'TWO-LIMITS-INVALID',
      'DL-RELOAD-008',
      'Two limits are invalid',
      'A tool cannot tell what the kernel cannot do yet from what makes no sense.',
    ),
    {
      kernel: rewords('RELOAD', errno(EINVAL)),
    },
  ),
  seen(
    row(
      'RELOAD-OF-NOTHING',
      'DL-RELOAD-002',
      'A reload does nothing',
      'It succeeds, and the net devices are those that there were.',
    ),
    {
      wrap: driver(({ reload }) =>
        reload === undefined
          ? {}
          : { reload: { ...reload, down: () => done, up: () => ({ ok: true, value: ['driver_reinit'] }) } },
      ),
    },
  ),

  seen(row('ANY-COMPONENT', 'DL-FLASH-003', 'Any component is flashed', 'The name of a component is not looked up.'), {
    kernel: core({ checksFlashComponent: false }),
  }),
  seen(row('PROGRESS-BACK', 'DL-FLASH-005', 'Progress goes back', 'What is left is told instead of what is done.'), {
    devlink: chip({ progress: (bytes) => 100_000 - bytes }),
  }),
  seen(
    row('PROGRESS-WHOLE', 'DL-FLASH-005', 'Nothing is told before it is over', 'The whole is told again and again.'),
    {
      devlink: chip({ progress: (_bytes, total) => total }),
    },
  ),
  seen(
    row(
      'RUNS-AT-ONCE',
      'DL-FLASH-006',
      'What is flashed is told to run',
      'The running version is read from the flash memory.',
    ),
    { devlink: chip({ runsAtOnce: true }) },
  ),
  seen(
    row(
      'NOT-ACTIVATED',
      'DL-FLASH-007',
      'Activation does nothing',
      'The reload succeeds, and the old firmware goes on.',
    ),
    { devlink: chip({ activates: false }) },
  ),
  seen(
    row('ANY-IMAGE', 'DL-FLASH-008', 'A damaged file is stored', 'Length and checksum of the file are not looked at.'),
    { devlink: chip({ checksImage: false }) },
  ),
  seen(
    row(
      'NO-FILE-IS-INVALID',
      'DL-FLASH-001',
      'A file that there is not is invalid',
      'The errno of the firmware loader is thrown away.',
    ),
    {
      kernel: rewords('FLASH_UPDATE', errno(EINVAL)),
    },
  ),
  seen(
    row(
      'FILE-NOT-NAMED',
      'DL-FLASH-002',
      'It is not said that the file is missing',
      'An update without a file is refused with EINVAL alone.',
    ),
    {
      kernel: rewords('FLASH_UPDATE', silently),
    },
  ),
  seen(
    row('ANY-SECTION', 'DL-FLASH-004', 'Sections that there are not are overlooked', 'The update is acknowledged.'),
    {
      kernel: rewords('FLASH_UPDATE', accepts),
    },
  ),
];
