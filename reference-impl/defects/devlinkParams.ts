/** Devices whose params are wrong in one way. */
import type { DriverResult } from '../../harness/contract/index.js';
import { EOPNOTSUPP, ERANGE } from '../kernel/errno.js';
import { nestIn } from '../netlink/schema.js';
import type { Defect } from './defect.js';
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

const refuses: DriverResult<never> = { ok: false, errno: EOPNOTSUPP };

export const devlinkParamsDefects: readonly Defect[] = [
  seen(row('ENDLESS-TEXT', 'DL-PARAM-005', 'A text of any length is taken', 'Bytes are copied until they end.'), {
    kernel: core({ checksTextEnd: false }),
    wrap: driver(({ params }) => (params === undefined ? {} : { params: { ...params, validate: () => done } })),
  }),
  seen(
    row('ALWAYS-ON', 'DL-PARAM-007', 'A switch is always shown as on', 'Whether there is a value is shown, not which.'),
    {
      wrap: driver(({ params }) =>
        params === undefined
          ? {}
          : {
              params: {
                ...params,
                get: async (name, cmode) => {
                  const value = await params.get?.(name, cmode);
                  return value?.ok === true && value.value === false ? { ok: true, value: true } : (value ?? refuses);
                },
              },
            },
      ),
    },
  ),
  seen(
    row(
      'ALONE-WITHOUT-VALUES',
      'DL-DEV-009',
      'A param that is asked for alone has no values',
      'Only the list is filled in whole.',
    ),
    {
      kernel: core({
        toldAlone: (command, values) => {
          const param = nestIn(values, 'DEVLINK_ATTR_PARAM');
          if (command !== 'PARAM_GET' || param === undefined) return values;
          return { ...values, DEVLINK_ATTR_PARAM: { ...param, DEVLINK_ATTR_PARAM_VALUES_LIST: {} } };
        },
      }),
    },
  ),
  seen(row('NOT-GENERIC', 'DL-PARAM-014', 'No param is generic', 'The mark is forgotten in the registration.'), {
    wrap: driver(({ params }) =>
      params === undefined
        ? {}
        : { params: { ...params, list: params.list.map((param) => ({ ...param, isGeneric: false })) } },
    ),
  }),
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
  seen(row('PARAM-TWICE', 'DL-PARAM-001', 'A param is there twice', 'Two parts of a driver register it.'), {
    wrap: driver(({ params }) =>
      params === undefined ? {} : { params: { ...params, list: [...params.list, ...params.list.slice(0, 1)] } },
    ),
  }),
];
