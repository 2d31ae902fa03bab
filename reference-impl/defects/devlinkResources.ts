/** Devices whose resources are wrong in one way. */
import type { Values } from '../netlink/schema.js';
import type { Defect } from './defect.js';
import { core, chip, driver, documented, seen, row, rewords, accepts } from './devlinkDefect.js';

function withoutUnit(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== 'DEVLINK_ATTR_RESOURCE_UNIT'));
}

export const devlinkResourcesDefects: readonly Defect[] = [
  seen(
    row('RESOURCE-WITHOUT-UNIT', 'DL-RES-001', 'A resource has no unit', 'There is one unit, and so nothing to tell.'),
    {
      kernel: core({ toldResource: withoutUnit }),
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
    row('SIZE-ABOVE-MAXIMUM', 'DL-RES-001', 'A size is above its maximum', 'The maximum is that of another resource.'),
    {
      wrap: driver(({ resources }) =>
        resources === undefined
          ? {}
          : { resources: { ...resources, list: resources.list.map((each) => ({ ...each, maximum: 32 })) } },
      ),
    },
  ),
  seen(
    row('LARGEST-PART', 'DL-RES-008', 'The largest part has to fit', 'Parts are compared with the whole one by one.'),
    {
      kernel: core({ sumOfParts: (sizes) => Math.max(...sizes) }),
    },
  ),
];
