import type { EthtoolOps, HashField, PortName, RssChange, RxFrame } from '../../harness/contract/index.js';
import type { QueueIndex } from '../../harness/contract/index.js';
import { hashInput } from '../device/hashInput.js';
import { RSS_REFERENCE_KEY, symmetricInput } from '../packet/toeplitz.js';
import type { Defect } from './defect.js';
import { withEthtool, withNetDevice, withReceived } from './wrapDevice.js';

const tests = (name: string): Defect['origin'] => ({
  title: `The kernel tests devices for it: tools/testing/selftests/drivers/net/hw/${name}`,
  url: `https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/tools/testing/selftests/drivers/net/hw/${name}`,
});
const PRACTICE = { title: 'Driver practice' } as const;

/** Programs one change more, whatever comes of it. */
async function alsoSet(sound: EthtoolOps, port: PortName, context: number, change: RssChange): Promise<void> {
  await sound.setRss?.(port, context, change);
}

const DONE = { ok: true, value: undefined } as const;

/** A key that is stored where it is read from, and nowhere else. */
const shadowKey: NonNullable<Defect['wrap']> = (device) => {
  const keys = new Map<string, Uint8Array>();
  return withEthtool(device, (sound) => ({
    setRss: async (port, context, { key, ...change }) => {
      if (key !== undefined) keys.set(`${port} ${context}`, key.slice());
      return Object.keys(change).length === 0 ? DONE : ((await sound.setRss?.(port, context, change)) ?? DONE);
    },
    ...(sound.getRss === undefined
      ? {}
      : {
          getRss: async (port, context) => {
            const rss = await sound.getRss?.(port, context);
            const key = keys.get(`${port} ${context}`);
            if (rss === undefined) throw new Error('the device has no RSS');
            return rss.ok && key !== undefined ? { ok: true, value: { ...rss.value, key } } : rss;
          },
        }),
  }));
};

const ignoredFields: NonNullable<Defect['wrap']> = (device) => {
  const shadow = new Map<string, readonly HashField[]>();
  return withEthtool(device, (sound) => ({
    setRxHashFields: (port, flow, fields) => {
      shadow.set(`${port} ${flow}`, fields);
      return DONE;
    },
    getRxHashFields: async (port, flow) =>
      shadow.get(`${port} ${flow}`) ?? (await sound.getRxHashFields?.(port, flow)) ?? [],
  }));
};

/** The hash of a frame without one is that of the frame before. */
const staleHash: NonNullable<Defect['wrap']> = (device) => {
  let last: RxFrame['hash'];
  return withReceived(device, (frame) => {
    last = frame.hash ?? last;
    return last === undefined ? frame : { ...frame, hash: last };
  });
};

const roundRobin: NonNullable<Defect['wrap']> = (device) => {
  let turn = 0;
  return withReceived(device, (frame) => {
    turn = (turn + 1) % 4;
    return { ...frame, queue: turn as QueueIndex };
  });
};

export const rssDefects: readonly Defect[] = [
  {
    id: 'DEF-RSS-OTHER-INITIAL-VALUE',
    title: 'The hash has another initial value',
    description:
      'The device starts its Toeplitz hash with all ones. Traffic is spread well, and nobody can predict where.',
    origin: {
      title: 'FreeBSD ena: the initial value of the Toeplitz hash was wrong',
      url: 'https://cgit.freebsd.org/src/commit/?id=6d1ef2abd330',
    },
    caughtBy: 'NIC-RSS-001',
    wrap: (device) =>
      withReceived(device, (frame) =>
        frame.hash === undefined ? frame : { ...frame, hash: { ...frame.hash, value: ~frame.hash.value >>> 0 } },
      ),
  },
  {
    id: 'DEF-RSS-PORTS-LITTLE-ENDIAN',
    title: 'The ports are hashed in the byte order of the host',
    description: 'The parser hands ports on as numbers, and the hash takes their bytes the wrong way round.',
    origin: PRACTICE,
    caughtBy: 'NIC-RSS-002',
    nic: (parts) => ({
      ...parts,
      hashInput: (bytes, flow, fields, input, tci) => {
        const described = hashInput(bytes, flow, fields, input, tci);
        const at = 2 * described.addressLength;
        if (described.hasPorts)
          input.set(
            [1, 0, 3, 2].map((place) => input[at + place] ?? 0),
            at,
          );
        return described;
      },
    }),
  },
  {
    id: 'DEF-RSS-SOURCE-BEHIND-DESTINATION',
    title: 'The destination is hashed before the source',
    description: 'Addresses go into the hash in the order of the other direction.',
    origin: PRACTICE,
    caughtBy: 'NIC-RSS-002',
    nic: (parts) => ({
      ...parts,
      hashInput: (bytes, flow, fields, input, tci) => {
        const described = hashInput(bytes, flow, fields, input, tci);
        const { addressLength } = described;
        const source = input.slice(0, addressLength);
        input.copyWithin(0, addressLength, 2 * addressLength);
        input.set(source, addressLength);
        return described;
      },
    }),
  },
  {
    id: 'DEF-RSS-HIGH-BITS',
    title: 'The table is indexed by the high bits of the hash',
    description:
      'The device takes the upper seven bits; tables that are set by hash have no effect where they are meant to.',
    origin: {
      title: 'mos-networking-stack #17: two adapters find different queues for one hash',
      url: 'https://github.com/mos-stack/mOS-networking-stack/issues/17',
    },
    caughtBy: 'NIC-RSS-004',
    nic: (parts) => ({ ...parts, indirectionIndex: (hash, size) => (hash >>> 25) % size }),
  },
  {
    id: 'DEF-RSS-POWERS-OF-TWO',
    title: 'A number of queues that is no power of two is rounded up',
    description: 'The device masks the queue of an entry. With three queues, a fourth one gets a share.',
    origin: PRACTICE,
    caughtBy: 'NIC-RSS-005',
    nic: (parts) => ({
      ...parts,
      contextTable: (table) =>
        new Set(table).size === 3 ? table.map((queue, entry) => (entry % 4 === 3 ? 3 : queue)) : table,
    }),
  },
  {
    id: 'DEF-RSS-KEY-CUT',
    title: 'The last byte of the key is lost',
    description: 'The key is written in words of four bytes, one too few.',
    origin: tests('rss_ctx.py'),
    caughtBy: 'NIC-RSS-006',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setRss: async (port, context, { key, ...change }) =>
          (await sound.setRss?.(
            port,
            context,
            key === undefined ? change : { ...change, key: key.with(key.length - 1, 0) },
          )) ?? DONE,
      })),
  },
  {
    id: 'DEF-RSS-KEY-IN-SHADOW',
    title: 'A new key is stored and not programmed',
    description: 'The driver keeps the key for the next start of the port. It reads back, and the old one hashes.',
    origin: tests('rss_ctx.py'),
    caughtBy: 'NIC-RSS-007',
    wrap: shadowKey,
  },
  {
    id: 'DEF-RSS-PUBLISHED-KEY',
    title: 'The default key is the published one',
    description:
      'The driver has the key of the verification vectors as a constant. Whoever knows it aims all flows at one queue.',
    origin: PRACTICE,
    caughtBy: 'NIC-RSS-008',
    wrap: (device) => {
      const ports: PortName[] = [];
      const publish = async (): Promise<void> => {
        for (const port of ports) await alsoSet(device.ethtool, port, 0, { key: RSS_REFERENCE_KEY });
      };
      return {
        ...device,
        attach: async (host) => {
          await device.attach(host);
          ports.push(...(await device.describe()).ports.map(({ port }) => port));
          await publish();
        },
        reset: async () => {
          await device.reset();
          await publish();
        },
      };
    },
  },
  {
    id: 'DEF-RSS-ENTRIES-NOT-PROGRAMMED',
    title: 'Some entries of the table are not programmed',
    description: 'The table is written in blocks, and the last block is left out: its entries keep the queue they had.',
    origin: tests('rss_ctx.py'),
    caughtBy: 'NIC-RSS-009',
    nic: (parts) => ({
      ...parts,
      contextTable: (table) => table.map((queue, entry) => (entry < table.length - 8 ? queue : entry % 8)),
    }),
  },
  {
    id: 'DEF-RSS-DEFAULT-NOT-RESTORED',
    title: 'Setting the table back to its default does nothing',
    description: 'The driver takes the request without a table for one that leaves the table alone.',
    origin: tests('rss_api.py'),
    caughtBy: 'NIC-RSS-011',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setRss: async (port, context, change) =>
          change.indirection?.length === 0 ? DONE : ((await sound.setRss?.(port, context, change)) ?? DONE),
      })),
  },
  {
    id: 'DEF-RSS-TABLE-UNCHECKED',
    title: 'A table is programmed unchecked',
    description: 'Entries that name no queue are written to the device, which then sends frames to nowhere.',
    origin: tests('rss_api.py'),
    caughtBy: 'NIC-RSS-012',
    kernel: (parts) => ({ ...parts, checksRssTable: false }),
  },
  {
    id: 'DEF-RSS-TABLE-RESIZED',
    title: 'A table of another size is taken as far as it goes',
    description: 'The driver repeats or cuts what it gets until it fits, and answers with success.',
    origin: {
      title: 'DPDK mlx5: a table of another size was replaced in silence',
      url: 'https://git.dpdk.org/dpdk/commit/?id=634efbc2c8c0',
    },
    caughtBy: 'NIC-RSS-013',
    kernel: (parts) => ({ ...parts, checksRssTable: false }),
  },
  {
    id: 'DEF-RSS-ASYMMETRIC-FIELDS',
    title: 'A symmetric transform is accepted with one-sided fields',
    description:
      'The transform mixes a field with one that is not hashed. The two directions part, and the setting says that they do not.',
    origin: tests('rss_api.py'),
    caughtBy: 'NIC-RSS-023',
    kernel: (parts) => ({ ...parts, checksRssSymmetry: false }),
  },
  {
    id: 'DEF-RSS-NOT-ANNOUNCED',
    title: 'A change of RSS is not announced',
    description: 'Who keeps a copy of the configuration keeps an old one.',
    origin: tests('rss_api.py'),
    caughtBy: 'NIC-RSS-027',
    kernel: (parts) => ({ ...parts, netlink: { ...parts.netlink, notifies: () => false } }),
  },
  {
    id: 'DEF-RSS-SMALL-TABLE',
    title: 'The table has one entry for each queue',
    description:
      'The device was made for few queues, and offers as many entries as queues: a share is a whole queue or nothing.',
    origin: tests('rss_drv.py'),
    caughtBy: 'NIC-RSS-014',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        getRss: async (port, context) => {
          const rss = await sound.getRss?.(port, context);
          if (rss === undefined) throw new Error('the device has no RSS');
          return rss.ok ? { ok: true, value: { ...rss.value, indirection: rss.value.indirection.slice(0, 8) } } : rss;
        },
      })),
  },
  {
    id: 'DEF-RSS-TABLE-RESET-BY-CHANNELS',
    title: 'A change of the channels sets the table back',
    description: 'Queues are made anew, and the table with them, although a user had set it.',
    origin: tests('rss_drv.py'),
    caughtBy: 'NIC-RSS-015',
    wrap: (device) =>
      withEthtool(device, (sound) => ({
        setChannels: async (port, channels) => {
          const result = (await sound.setChannels?.(port, channels)) ?? DONE;
          if (result.ok) await alsoSet(sound, port, 0, { indirection: [] });
          return result;
        },
      })),
  },
  {
    id: 'DEF-RSS-LOST-ON-OPEN',
    title: 'The table is lost when the port comes up',
    description: 'Opening the port programs the default table, and not the one that the user had set.',
    origin: tests('rss_ctx.py'),
    caughtBy: 'NIC-RSS-017',
    wrap: (device) =>
      withNetDevice(device, (sound) => ({
        open: async (port) => {
          const result = await sound.open(port);
          await alsoSet(device.ethtool, port, 0, { indirection: [] });
          return result;
        },
      })),
  },
  {
    id: 'DEF-RSS-LOST-ON-MTU',
    title: 'The key is lost with a change of the MTU',
    description: 'The rings are made anew for the new size, and the key is drawn anew with them.',
    origin: PRACTICE,
    caughtBy: 'NIC-RSS-017',
    wrap: (device) =>
      withNetDevice(device, (sound) => ({
        changeMtu: async (port, mtu) => {
          const rss = await device.ethtool.getRss?.(port, 0);
          if (rss?.ok === true) await alsoSet(device.ethtool, port, 0, { key: rss.value.key.map((byte) => byte + 1) });
          return sound.changeMtu(port, mtu);
        },
      })),
  },
  {
    id: 'DEF-RSS-FIELDS-IGNORED',
    title: 'The selection of hashed fields is stored and ignored',
    description: 'The setting is accepted and reads back. The device hashes what it always hashed.',
    origin: tests('rss_api.py'),
    caughtBy: 'NIC-RSS-019',
    wrap: ignoredFields,
  },
  {
    id: 'DEF-RSS-FIRST-FRAGMENT',
    title: 'The first fragment is hashed on its ports',
    description: 'The first fragment has ports, and goes to another queue than the rest of its datagram.',
    origin: PRACTICE,
    caughtBy: 'NIC-RSS-020',
    nic: (parts) => ({
      ...parts,
      hashInput: (bytes, flow, fields, input, tci) =>
        flow.isFirstFragment
          ? hashInput(bytes, { ...flow, isFragment: false }, [...fields, 'l4-src', 'l4-dst'], input, tci)
          : hashInput(bytes, flow, fields, input, tci),
    }),
  },
  {
    id: 'DEF-RSS-FLOW-LABEL-ALWAYS',
    title: 'The flow label is always hashed',
    description: 'The device adds the label to every hash of IPv6. A connection whose label changes is reordered.',
    origin: tests('rss_flow_label.py'),
    caughtBy: 'NIC-RSS-021',
    nic: (parts) => ({
      ...parts,
      hashInput: (bytes, flow, fields, input, tci) => hashInput(bytes, flow, [...fields, 'ip6-flow-label'], input, tci),
    }),
  },
  {
    id: 'DEF-RSS-PORTS-NOT-SYMMETRIC',
    title: 'Only the addresses are made symmetric',
    description: 'The ports go into the hash as they are: the two directions of a connection part.',
    origin: tests('rss_input_xfrm.py'),
    caughtBy: 'NIC-RSS-022',
    nic: (parts) => ({
      ...parts,
      symmetric: (input, transform, addressLength) => {
        symmetricInput(input, transform, addressLength, false);
      },
    }),
  },
  {
    id: 'DEF-RSS-STALE-HASH',
    title: 'A frame that was not hashed has the hash of the frame before',
    description: 'The field of the descriptor is written for hashed frames only, and read for all.',
    origin: PRACTICE,
    caughtBy: 'NIC-RSS-024',
    wrap: staleHash,
  },
  {
    id: 'DEF-RSS-TYPE-ALWAYS-L4',
    title: 'Every hash is reported as one of ports',
    description: 'The driver marks each hash as of layer 4. Packets without ports are taken for flows of their own.',
    origin: PRACTICE,
    caughtBy: 'NIC-RSS-025',
    wrap: (device) =>
      withReceived(device, (frame) =>
        frame.hash === undefined ? frame : { ...frame, hash: { ...frame.hash, type: 'l4' } },
      ),
  },
  {
    id: 'DEF-RSS-ROUND-ROBIN',
    title: 'Packets are dealt out in turn',
    description: 'Queues get equal shares, packet by packet. Every flow is reordered.',
    origin: PRACTICE,
    caughtBy: 'NIC-RSS-026',
    wrap: roundRobin,
  },
];
