/** Devices whose params, resources, reloads or flash updates are wrong in one way. */
import { EINVAL, ERANGE } from '../kernel/errno.js';
import type { Defect } from './defect.js';
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

export const devlinkTablesDefects: readonly Defect[] = [
  documented(
    row('NO-RELOAD-COUNT', 'DL-RELOAD-004', 'Reloads are not counted', 'The statistics of reloads stay at zero.'),
    {
      kernel: core({ reloadsCounted: 0 }),
    },
  ),
  seen(
    row(
      'ANY-PARAM-TYPE',
      'DL-PARAM-004',
      'A value of any type is taken',
      'The type of a value is not compared with that of the param.',
    ),
    {
      kernel: core({ checksParamType: false }),
    },
  ),
  seen(
    row(
      'ANY-CMODE',
      'DL-PARAM-006',
      'A value for any cmode is taken',
      'A cmode that the param does not have goes to the driver.',
    ),
    {
      kernel: core({ checksParamCmode: false }),
      wrap: driver(({ params }) => (params === undefined ? {} : { params: { ...params, set: () => done } })),
    },
  ),
  documented(
    row(
      'DRIVERINIT-LOST',
      'DL-PARAM-007',
      'What waits is not shown',
      'A value of the cmode driverinit is shown as it was until the reload.',
    ),
    {
      kernel: core({ showsWaiting: false }),
    },
  ),
  documented(
    row('SILENT-PARAM', 'DL-PARAM-008', 'Params change without a word', 'A value that was set is not announced.'),
    {
      kernel: silent('PARAM_NEW'),
    },
  ),
  seen(
    row(
      'DRIVERINIT-IGNORED',
      'DL-PARAM-009',
      'The reload reads no params',
      'The driver starts with its defaults again.',
    ),
    {
      devlink: chip({ readsDriverinit: false }),
    },
  ),
  seen(
    row('NO-VALIDATION', 'DL-PARAM-010', 'Any value is taken', 'The driver is not asked whether it can have a value.'),
    {
      kernel: core({ validatesParams: false }),
    },
  ),
  seen(
    row(
      'RUNTIME-IGNORED',
      'DL-PARAM-011',
      'A runtime param has no effect',
      'The value is kept, and nobody looks at it.',
    ),
    {
      devlink: chip({ heedsRuntime: false }),
    },
  ),
  seen(
    row(
      'PERMANENT-LOST',
      'DL-PARAM-012',
      'What is permanent is forgotten',
      'The value never reaches the memory of the board.',
    ),
    {
      devlink: chip({ keepsPermanent: false }),
    },
  ),
  seen(
    row(
      'RELOAD-DROPS-PARAM',
      'DL-PARAM-013',
      'A reload forgets what it loaded',
      'The value that waited is thrown away.',
    ),
    {
      kernel: core({ keepsLoaded: false }),
    },
  ),

  seen(row('ANY-SIZE', 'DL-RES-002', 'Any size is taken', 'Bounds and granularity are not looked at.'), {
    kernel: core({ checksResourceSize: false }),
  }),
  documented(
    row(
      'SIZE-AT-ONCE',
      'DL-RES-003',
      'A size counts at once',
      'It is shown as in force, and the hardware has another.',
    ),
    { kernel: core({ resourcesWait: false }) },
  ),
  documented(
    row('PARTS-BEYOND-WHOLE', 'DL-RES-004', 'Parts may be more than the whole', 'A reload does not look at the sums.'),
    { kernel: core({ checksResourceSums: false }) },
  ),
  seen(
    row('OCCUPANCY-STANDS', 'DL-RES-006', 'Occupancy is always zero', 'The driver registers no counter that counts.'),
    { devlink: chip({ occupancy: () => 0 }) },
  ),
  seen(
    row(
      'SIZE-WITHOUT-EFFECT',
      'DL-RES-007',
      'A size has no effect',
      'The driver takes the size, and does not divide its memory anew.',
    ),
    {
      devlink: chip({ takesSize: (resource) => resource !== 'fdb' }),
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

  seen(row('ANY-COMPONENT', 'DL-FLASH-003', 'Any component is flashed', 'The name of a component is not looked up.'), {
    kernel: core({ checksFlashComponent: false }),
  }),
  seen(row('PROGRESS-BACK', 'DL-FLASH-005', 'Progress goes back', 'What is left is told instead of what is done.'), {
    devlink: chip({ progress: (bytes) => 100_000 - bytes }),
  }),
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
      'UNKNOWN-PARAM-TAKEN',
      'DL-PARAM-002',
      'A param that there is not is set',
      'A misspelt name is acknowledged, and nothing is set.',
    ),
    {
      kernel: rewords('PARAM_SET', accepts),
    },
  ),
  seen(
    row(
      'PARAM-NOT-NAMED',
      'DL-PARAM-003',
      'It is not said that the name is missing',
      'A request without a name is refused with EINVAL alone.',
    ),
    {
      kernel: rewords('PARAM_GET', silently),
    },
  ),
  seen(
    row(
      'LENGTH-IS-RANGE',
      'DL-PARAM-005',
      'A wrong length is out of range',
      'The length is checked by a policy that another type has.',
    ),
    {
      kernel: rewords('PARAM_SET', errno(ERANGE)),
    },
  ),
  seen(
    row(
      'UNKNOWN-RESOURCE-TAKEN',
      'DL-RES-005',
      'A resource that there is not is set',
      'A wrong id is acknowledged, and nothing is set.',
    ),
    {
      kernel: rewords('RESOURCE_SET', accepts),
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
  seen(row('PARAM-TWICE', 'DL-PARAM-001', 'A param is there twice', 'Two parts of a driver register it.'), {
    wrap: driver(({ params }) =>
      params === undefined ? {} : { params: { ...params, list: [...params.list, ...params.list.slice(0, 1)] } },
    ),
  }),
  seen(
    row('SIZE-ABOVE-MAXIMUM', 'DL-RES-001', 'A size is above its maximum', 'The maximum is that of another resource.'),
    {
      wrap: driver(({ resources }) =>
        resources === undefined
          ? {}
          : { resources: { ...resources, list: resources.list.map((each) => ({ ...each, maximum: 32 })) } },
      ),
    },
  ),
];
