import type { Errno, HwTimestampConfig } from '../../harness/contract/index.js';
import { ETH_P_1588 } from '../packet/protocols.js';
import type { Defect } from './defect.js';
import { withEthtool, withHost, withReceived } from './wrapDevice.js';

const TIMESTAMPING_RST = {
  title: 'Documentation/networking/timestamping.rst asks drivers for it, because they differed',
  url: 'https://docs.kernel.org/networking/timestamping.html',
} as const;
const PRACTICE = { title: 'Driver practice' } as const;

const ERANGE = 34 as Errno;
const FILTER_SOME = 2;
const FILTER_PTP_V2_EVENT = 12;
const OFF: HwTimestampConfig = { txType: 0, rxFilter: 0 };

export const timestampDefects: readonly Defect[] = [
  {
    id: 'DEF-TS-NARROWER-THAN-ANSWERED',
    title: 'PTP over UDP is not stamped, and the answer says it is',
    description: 'The parser of the device knows PTP over Ethernet only; the filter in force is reported as asked for.',
    origin: TIMESTAMPING_RST,
    caughtBy: 'NIC-TS-001',
    nic: (parts) => ({
      ...parts,
      stampsReceived: (filter, bytes, flow) =>
        parts.stampsReceived(filter, bytes, flow) && (filter !== FILTER_PTP_V2_EVENT || flow.etherType === ETH_P_1588),
    }),
  },
  {
    id: 'DEF-TS-HALF-APPLIED',
    title: 'A refused configuration takes effect in part',
    description: 'The receive filter is cleared before the transmit type is looked at, and stays so on a refusal.',
    origin: TIMESTAMPING_RST,
    caughtBy: 'NIC-TS-002',
    wrap: (device) =>
      withEthtool(device, ({ setHwTimestamp: sound, getHwTimestamp }) =>
        sound === undefined
          ? {}
          : {
              setHwTimestamp: async (port, config) => {
                const result = await sound(port, config);
                if (result.ok) return result;
                const before = (await getHwTimestamp?.(port)) ?? OFF;
                await sound(port, { ...before, rxFilter: 0 });
                return { ok: false, errno: ERANGE };
              },
            },
      ),
  },
  {
    id: 'DEF-TS-STALE',
    title: 'A packet carries the stamp of the one before',
    description: 'There is one register for receive stamps, and it is read one packet too late.',
    origin: { title: 'Driver practice: one receive stamp register, as in older Intel adapters' },
    caughtBy: 'NIC-TS-005',
    wrap: (device) => {
      let last: bigint | undefined;
      return withReceived(device, (frame) => {
        const { hardwareTimestamp, ...rest } = frame;
        const stamp = last;
        last = hardwareTimestamp ?? last;
        return hardwareTimestamp === undefined || stamp === undefined ? frame : { ...rest, hardwareTimestamp: stamp };
      });
    },
  },
  {
    id: 'DEF-TS-ONE-REGISTER',
    title: 'The second request in flight gets no stamp',
    description: 'There is one register for transmit stamps, and a request that comes while it is full is left out.',
    origin: { title: 'Driver practice: one transmit stamp register, as in older Intel adapters' },
    caughtBy: 'NIC-TS-006',
    wrap: (device) => {
      let last: bigint | undefined;
      return withHost(device, (kernel) => ({
        transmitCompleted: (port, queue, completion) => {
          const { hardware, ...rest } = completion;
          const isFull = hardware !== undefined && hardware === last;
          last = hardware ?? last;
          kernel.transmitCompleted(port, queue, isFull ? rest : completion);
        },
      }));
    },
  },
  {
    id: 'DEF-TS-SOFTWARE-AS-HARDWARE',
    title: 'Where no hardware stamp was made, one of software is given',
    description: 'The driver falls back on the time of the host, and hands it on in the place of a hardware stamp.',
    origin: TIMESTAMPING_RST,
    caughtBy: 'NIC-TS-007',
    wrap: (device) => {
      let now = 0n;
      const poses = withHost(device, (kernel) => ({
        transmitCompleted: (port, queue, completion) => {
          const { timestampId } = completion;
          kernel.transmitCompleted(
            port,
            queue,
            timestampId === undefined ? completion : { hardware: now, ...completion },
          );
        },
      }));
      return {
        ...poses,
        advance: (time) => {
          now = time;
          return device.advance(time);
        },
      };
    },
  },
  {
    id: 'DEF-TS-WRAPS',
    title: 'Stamps wrap after four seconds',
    description: 'The counter has 32 bits of nanoseconds, and nobody looks at it often enough to see it wrap.',
    origin: PRACTICE,
    caughtBy: 'NIC-TS-011',
    nic: (parts) => ({ ...parts, deviceClock: (now) => now & 0xffff_ffffn }),
  },
  {
    id: 'DEF-TS-LOST-WITH-LINK',
    title: 'The configuration is lost with the link',
    description: 'The device is started anew when the link comes back, and the filters are not programmed again.',
    origin: PRACTICE,
    caughtBy: 'NIC-TS-013',
    wrap: (device) => ({
      ...device,
      cable: {
        ...device.cable,
        setCarrier: async (port, up) => {
          if (!up) await device.ethtool.setHwTimestamp?.(port, OFF);
          await device.cable.setCarrier(port, up);
        },
      },
    }),
  },
  {
    id: 'DEF-TS-LISTED-AND-REFUSED',
    title: 'A filter is listed and refused',
    description: 'The list is the same for all devices of a family, and this one has less.',
    origin: PRACTICE,
    caughtBy: 'NIC-TS-015',
    wrap: (device) =>
      withEthtool(device, ({ getTimestamping: sound }) =>
        sound === undefined
          ? {}
          : {
              getTimestamping: async (port) => {
                const info = await sound(port);
                return { ...info, rxFilters: [...info.rxFilters, FILTER_SOME] };
              },
            },
      ),
  },
  {
    id: 'DEF-TS-SOFTWARE-BACK',
    title: 'Software stamps go back',
    description: 'The stamp is taken from a clock that is read once for many frames, and older than the frame.',
    origin: PRACTICE,
    caughtBy: 'NIC-TS-016',
    kernel: (parts) => ({ ...parts, softwareTimestamp: (now) => now - 1_000_000n }),
  },
];
