/** Devices whose core of devlink, driver or firmware is wrong in one way. */
import type { DevlinkOps, DriverResult, Errno } from '../../harness/contract/index.js';
import type { DevlinkChipParts } from '../device/devlink/devlinkChipParts.js';
import type { DevlinkParts } from '../kernel/devlink/devlinkParts.js';
import type { Defect } from './defect.js';
import { DEVLINK_DOCUMENTATION, PRACTICE } from './origins.js';
import { withHost } from './wrapDevice.js';

const core =
  (change: Partial<DevlinkParts>): NonNullable<Defect['kernel']> =>
  (parts) => ({ ...parts, devlink: { ...parts.devlink, ...change } });
const chip =
  (change: Partial<DevlinkChipParts>): NonNullable<Defect['devlink']> =>
  (parts) => ({ ...parts, ...change });
/** The driver's operations, changed. */
const driver =
  (change: (sound: DevlinkOps) => Partial<DevlinkOps>): NonNullable<Defect['wrap']> =>
  (device) =>
    device.devlink === undefined ? device : { ...device, devlink: { ...device.devlink, ...change(device.devlink) } };

interface Row {
  readonly id: string;
  readonly caughtBy: string;
  readonly title: string;
  readonly description: string;
}
const documented = (row: Row, how: Partial<Defect>): Defect => ({ ...row, origin: DEVLINK_DOCUMENTATION, ...how });
const seen = (row: Row, how: Partial<Defect>): Defect => ({ ...row, origin: PRACTICE, ...how });

const done: DriverResult = { ok: true, value: undefined };
const row = (id: string, caughtBy: string, title: string, description: string): Row => ({
  id: `DEF-DL-${id}`,
  caughtBy,
  title,
  description,
});
/** Nothing of these is announced. */
const silent = (...commands: readonly string[]): NonNullable<Defect['kernel']> =>
  core({ announces: (command) => !commands.includes(command) });

export const devlinkDefects: readonly Defect[] = [
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
    row('NO-RELOAD-COUNT', 'DL-RELOAD-004', 'Reloads are not counted', 'The statistics of reloads stay at zero.'),
    {
      kernel: core({ reloadsCounted: 0 }),
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
    row('RECOVERY-NOT-COUNTED', 'DL-HEALTH-005', 'Recoveries are not counted', 'Monitoring sees errors without end.'),
    { kernel: core({ recoveriesCounted: 0 }) },
  ),
  documented(
    row('SILENT-HEALTH', 'DL-HEALTH-006', 'Errors are not announced', 'Nobody is told of errors and recoveries.'),
    { kernel: silent('HEALTH_REPORTER_RECOVER') },
  ),
  documented(row('NO-GRACE', 'DL-HEALTH-007', 'Recovery again and again', 'The grace period is not kept.'), {
    kernel: core({ isGraceful: () => false }),
  }),
  documented(row('GRACE-FOREVER', 'DL-HEALTH-008', 'One recovery only', 'The grace period never ends.'), {
    kernel: core({ isGraceful: () => true }),
  }),
  documented(
    row(
      'DUMP-OVERWRITTEN',
      'DL-HEALTH-010',
      'The last dump is kept',
      'Each error writes over the dump of the one before.',
    ),
    { kernel: core({ keepsDump: false }) },
  ),
  seen(row('DUMP-STAYS', 'DL-HEALTH-011', 'A dump cannot be cleared', 'It is there until the driver goes.'), {
    kernel: core({ clearsDump: false }),
  }),
  seen(
    row(
      'DEAD-AFTER-RECOVERY',
      'DL-HEALTH-015',
      'The device is dead behind the recovery',
      'The reporter is healthy, and no frame passes.',
    ),
    { devlink: chip({ recovers: false }) },
  ),
  seen(
    row(
      'REPORTER-OFF',
      'DL-HEALTH-001',
      'A reporter does not recover by itself',
      'The operation is there, and not named.',
    ),
    {
      wrap: driver(({ health }) =>
        health === undefined
          ? {}
          : {
              health: {
                ...health,
                reporters: health.reporters.map((each) => ({
                  ...each,
                  can: each.can.filter((what) => what !== 'recover'),
                })),
              },
            },
      ),
    },
  ),

  documented(
    row('NO-SNAPSHOT-LIMIT', 'DL-REGION-005', 'Snapshots without end', 'The number of snapshots is not limited.'),
    { kernel: core({ limitsSnapshots: false }) },
  ),
  documented(
    row('SNAPSHOT-ID-TWICE', 'DL-REGION-004', 'A snapshot replaces another', 'An id that is in use is taken again.'),
    { kernel: core({ checksSnapshotId: false }) },
  ),
  seen(row('PART-TOO-LONG', 'DL-REGION-008', 'A part has a byte too many', 'The end of a read counts as inside.'), {
    kernel: core({ regionEnd: (sound) => sound + 1 }),
  }),
  documented(
    row(
      'SILENT-SNAPSHOT',
      'DL-REGION-010',
      'Snapshots are not announced',
      'One that a driver took on an error is not noticed.',
    ),
    { kernel: silent('REGION_NEW') },
  ),
  documented(
    row('SNAPSHOT-ID-LEAKS', 'DL-REGION-014', 'Ids are never free again', 'An id whose snapshot is gone is refused.'),
    { kernel: core({ freesSnapshotIds: false }) },
  ),
  seen(
    row('EMPTY-SNAPSHOT', 'DL-REGION-013', 'Snapshots are empty', 'The buffer is handed over before it is filled.'),
    { devlink: chip({ snapshot: (bytes) => new Uint8Array(bytes.length) }) },
  ),
  seen(
    row('SHORT-SNAPSHOT', 'DL-REGION-007', 'A snapshot lacks its end', 'The last bytes of the region are not read.'),
    {
      devlink: chip({ snapshot: (bytes) => bytes.subarray(0, bytes.length - 16) }),
    },
  ),

  seen(
    row(
      'ACTION-NOT-SET',
      'DL-TRAP-010',
      'Actions of traps reach nobody',
      'Hardware goes on to drop what the host should be told of.',
    ),
    { devlink: chip({ actionOf: () => 'drop' }) },
  ),
  documented(
    row(
      'CHANGES-CONTROL-TRAPS',
      'DL-TRAP-003',
      'Any trap is set to drop',
      'Frames that the host needs are dropped in hardware.',
    ),
    { kernel: core({ keepsNonDropTraps: false }) },
  ),
  documented(
    row('ANY-POLICER', 'DL-TRAP-006', 'Policers have no limits', 'Rates that hardware cannot count are taken.'),
    { kernel: core({ checksPolicer: false }) },
  ),
  seen(row('DROPS-NOT-COUNTED', 'DL-TRAP-009', 'Drops are not counted', 'Hardware drops without a trace.'), {
    devlink: chip({ countsDrops: false }),
  }),
  seen(row('POLICER-IDLE', 'DL-TRAP-011', 'Policers do nothing', 'The host is told of every frame.'), {
    devlink: chip({ polices: false }),
  }),

  documented(row('SILENT-RATE', 'DL-RATE-001', 'Rate nodes come without a word', 'Nodes are not announced.'), {
    kernel: silent('RATE_NEW'),
  }),
  documented(row('NODE-TWICE', 'DL-RATE-002', 'Two nodes have one name', 'A name that is taken is not refused.'), {
    kernel: core({ checksRateNames: false }),
  }),
  documented(
    row('PARENT-GOES', 'DL-RATE-004', 'A node goes from under others', 'Those below keep a parent that is gone.'),
    { kernel: core({ guardsRateParents: false }) },
  ),
  documented(row('RATE-CIRCLE', 'DL-RATE-006', 'Nodes make a circle', 'A parent may be anybody.'), {
    kernel: core({ checksRateLoops: false }),
  }),
  seen(row('ANY-RATE', 'DL-RATE-009', 'Any rate is taken', 'What hardware cannot keep is rounded without a word.'), {
    devlink: chip({ checksRates: false }),
  }),
  seen(row('NODES-IN-LEGACY', 'DL-RATE-012', 'Nodes in the legacy mode', 'Nodes are made that nothing can be of.'), {
    wrap: driver(({ rate }) => ({ rate: { ...rate, nodeNew: () => done } })),
  }),
  seen(
    row(
      'LIMIT-FORGOTTEN',
      'DL-RATE-008',
      'A limit is refused without a reason',
      'The driver takes a limit for a share.',
    ),
    {
      wrap: driver(({ rate }) => ({
        rate: { ...rate, nodeTxMaxSet: (): DriverResult => ({ ok: false, errno: 22 as Errno }) },
      })),
    },
  ),
];
