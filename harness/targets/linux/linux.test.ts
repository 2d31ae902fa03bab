import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { NETLINK_GENERIC, NETLINK_ROUTE } from '../../../reference-impl/netlink/constants.js';
import { EthtoolClient } from '../../../reference-impl/netlink/ethtoolClient.js';
import { RouteClient } from '../../../reference-impl/netlink/routeClient.js';
import { numberIn, textIn } from '../../../reference-impl/netlink/schema.js';
import { hex } from '../../../reference-impl/packet/bytes.js';
import {
  buildFrame,
  ethernet,
  ipv4,
  ipv6,
  offsetOf,
  payload,
  payloadPattern,
  tcp,
  udp,
  type BuiltFrame,
  type ChecksumFill,
} from '../../../reference-impl/packet/build.js';
import { segmentFrame } from '../../../reference-impl/packet/segment.js';
import {
  VIRTIO_NET_HDR_F_NEEDS_CSUM,
  VIRTIO_NET_HDR_GSO_NONE,
  VIRTIO_NET_HDR_GSO_TCPV4,
  VIRTIO_NET_HDR_GSO_TCPV6,
  VIRTIO_NET_HDR_GSO_UDP_L4,
} from '../../../reference-impl/packet/virtioNet.js';
import type { HostEnd, HostTransmit, NetDeviceName, PortName, Target, WireEnd } from '../../contract/index.js';
import { openLinuxTarget, probeLinux } from './index.js';
import { backgroundClosed } from './libc.js';
import { VethTarget } from './vethTarget.js';

const NIC = 'nic0' as NetDeviceName;
const PORT = 'p0' as PortName;
const OURS = '02:00:00:00:00:01';
const OTHERS = '02:00:00:00:00:99';
const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const EMSGSIZE = 90;
const PATIENCE = 1000;
const QUIET = 30;

const probe = probeLinux();
if (!probe.ok) process.stdout.write(`linux target: skipped, ${probe.reason}\n`);

/** A numbered frame of EtherType 0x88b5 (IEEE 802, local experimental). */
function numbered(number: number, { destination = BROADCAST, length = 60 } = {}): Uint8Array {
  const body = new Uint8Array(length - 14);
  new DataView(body.buffer).setUint32(0, number);
  return buildFrame([ethernet({ destination, source: OTHERS, etherType: 0x88b5 }), payload(body)]).bytes;
}

function tagged(frame: Uint8Array, ...tags: readonly (readonly [tpid: number, tci: number])[]): Uint8Array {
  const words = tags.flatMap(([tpid, tci]) => [tpid >> 8, tpid & 0xff, tci >> 8, tci & 0xff]);
  return Uint8Array.from([...frame.subarray(0, 12), ...words, ...frame.subarray(12)]);
}

interface Packet {
  readonly transport: 'tcp' | 'udp';
  readonly network: 'ipv4' | 'ipv6';
  readonly length: number;
}

function buildPacket({ transport, network, length }: Packet, checksum: ChecksumFill): BuiltFrame {
  const ports = { sourcePort: 40_000, destinationPort: 9, checksum };
  return buildFrame([
    ethernet({ destination: OTHERS, source: OURS }),
    network === 'ipv4'
      ? ipv4({ source: '192.0.2.1', destination: '192.0.2.2', identification: 7 })
      : ipv6({ source: '2001:db8::1', destination: '2001:db8::2' }),
    transport === 'tcp' ? tcp(ports) : udp(ports),
    payload(payloadPattern(length, 3)),
  ]);
}

/** The packet with its checksum left to the device, and segmentation where a size is given. */
function unfinished(packet: Packet, gsoSize = 0): { readonly transmit: HostTransmit; readonly frame: BuiltFrame } {
  const frame = buildPacket(packet, 'pseudo');
  const csumStart = offsetOf(frame, packet.transport);
  const gsoType = packet.transport === 'udp' ? VIRTIO_NET_HDR_GSO_UDP_L4 : GSO_TCP[packet.network];
  const vnet = {
    flags: VIRTIO_NET_HDR_F_NEEDS_CSUM,
    gsoType: gsoSize === 0 ? VIRTIO_NET_HDR_GSO_NONE : gsoType,
    hdrLen: frame.bytes.length - packet.length,
    gsoSize,
    csumStart,
    csumOffset: packet.transport === 'tcp' ? 16 : 6,
  };
  return { transmit: { bytes: frame.bytes, vnet }, frame };
}

const GSO_TCP = { ipv4: VIRTIO_NET_HDR_GSO_TCPV4, ipv6: VIRTIO_NET_HDR_GSO_TCPV6 } as const;

const texts = (frames: readonly { readonly bytes: Uint8Array }[]): string[] => frames.map(({ bytes }) => hex(bytes));

describe.skipIf(!probe.ok)('linux:veth', () => {
  let target: Target;
  let host: HostEnd;
  let wire: WireEnd;

  beforeAll(async () => {
    target = await openLinuxTarget('veth');
    [host, wire] = [await target.host(NIC), await target.wire(PORT)];
  });
  afterEach(() => target.reset());
  afterAll(() => target.close());

  const onWire = async (frames: readonly HostTransmit[], count: number): Promise<string[]> => {
    expect(await host.send(frames)).toEqual({ ok: true });
    return texts([
      ...(await wire.receive({ withinMs: PATIENCE, count })),
      ...(await wire.receive({ withinMs: QUIET })),
    ]);
  };
  const route = (): Promise<RouteClient> => RouteClient.open((protocol) => target.netlink(protocol));

  it('answers every capability of the specification, an absence with a sentence', async () => {
    const { capabilities, ports } = await target.describe();
    const ids = (parse(readFileSync('spec/capabilities.yaml', 'utf8')) as { id: string }[]).map(({ id }) => id);
    expect(Object.keys(capabilities).sort()).toEqual(ids.sort());
    for (const [name, answer] of Object.entries(capabilities)) {
      if (!answer.present) expect(answer.reason, name).toMatch(/^[A-Z].+\.$/);
    }
    expect(ports).toEqual([{ port: PORT, netDevice: NIC, ifIndex: 10, address: OURS }]);
  });

  it('is silent by itself', async () => {
    await target.reset();
    expect(await wire.receive({ withinMs: 300 })).toEqual([]);
    expect(await host.receive({ withinMs: 0 })).toEqual([]);
  });

  it('carries frames from the host to the cable, whole and in order', async () => {
    const frames = Array.from({ length: 100 }, (_, number) => numbered(number, { length: 14 + 4 + number * 14 }));
    expect(
      await onWire(
        frames.map((bytes) => ({ bytes })),
        100,
      ),
    ).toEqual(frames.map(hex));
  });

  it('carries frames from the cable to the host, and says for whom they are', async () => {
    const destinations = [OURS, BROADCAST, '01:00:5e:00:00:01', OTHERS];
    const frames = destinations.map((destination, number) => numbered(number, { destination }));
    await wire.send(frames.map((bytes) => ({ bytes })));
    const received = await host.receive({ withinMs: PATIENCE, count: frames.length });
    expect(texts(received)).toEqual(frames.map(hex));
    expect(received.map(({ packetType }) => packetType)).toEqual([0, 1, 2, 3]);
    expect(received.map(({ checksum }) => checksum?.status)).toEqual(['none', 'none', 'none', 'none']);
  });

  it('waits for frames that come later, and no longer than it has to', async () => {
    const before = performance.now();
    const waiting = wire.receive({ withinMs: 5000, count: 1 });
    setTimeout(() => void host.send([{ bytes: numbered(1) }]), 20);
    expect(await waiting).toHaveLength(1);
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it.each([
    { transport: 'tcp', network: 'ipv4', length: 101 },
    { transport: 'tcp', network: 'ipv6', length: 1 },
    { transport: 'udp', network: 'ipv4', length: 0 },
    { transport: 'udp', network: 'ipv6', length: 1200 },
  ] as const)('finishes the checksum of $transport over $network', async (packet) => {
    const { transmit } = unfinished(packet);
    const valid = buildPacket(packet, 'valid').bytes;
    expect(hex(transmit.bytes)).not.toBe(hex(valid));
    expect(await onWire([transmit], 1)).toEqual([hex(valid)]);
  });

  it.each([
    { transport: 'tcp', network: 'ipv4', length: 60_000, size: 1448 },
    { transport: 'tcp', network: 'ipv6', length: 9_999, size: 1000 },
    { transport: 'tcp', network: 'ipv4', length: 64_000, size: 8 },
    { transport: 'udp', network: 'ipv4', length: 20_001, size: 1000 },
    { transport: 'udp', network: 'ipv6', length: 5_000, size: 1200 },
  ] as const)('segments $length bytes of $transport over $network by $size', async ({ size, ...packet }) => {
    const { transmit, frame } = unfinished(packet, size);
    const transportOffset = offsetOf(frame, packet.transport);
    const expected = segmentFrame(frame.bytes, {
      type: packet.transport === 'udp' ? 'udp-l4' : packet.network === 'ipv4' ? 'tcp4' : 'tcp6',
      size,
      ecn: false,
      fixedId: false,
      networkOffset: 14,
      transportOffset,
      headerLength: frame.bytes.length - packet.length,
    });
    expect(await onWire([transmit], expected.length)).toEqual(expected.map(hex));
  });

  it('puts VLAN tags on the cable as they are', async () => {
    const frames = [
      tagged(numbered(1), [0x8100, 0x2064]),
      tagged(numbered(2), [0x88a8, 0xf001], [0x8100, 0x0002]),
      tagged(numbered(3), [0x8100, 0x0000]),
    ];
    expect(
      await onWire(
        frames.map((bytes) => ({ bytes })),
        3,
      ),
    ).toEqual(frames.map(hex));
  });

  it('shows the outermost VLAN tag of a received frame beside it', async () => {
    await wire.send([
      { bytes: tagged(numbered(1), [0x8100, 0x2064]) },
      { bytes: tagged(numbered(2), [0x88a8, 0xf001], [0x8100, 0x0002]) },
      { bytes: numbered(3) },
    ]);
    const received = await host.receive({ withinMs: PATIENCE, count: 3 });
    expect(received.map(({ vlan }) => vlan)).toEqual([
      { tpid: 0x8100, tci: 0x2064 },
      { tpid: 0x88a8, tci: 0xf001 },
      undefined,
    ]);
    expect(texts(received)).toEqual([numbered(1), tagged(numbered(2), [0x8100, 2]), numbered(3)].map(hex));
  });

  it('loses carrier with the cable, says so at once, and works again after it', async () => {
    const client = await route();
    await client.listen();
    const carrierOf = async (): Promise<number | undefined> => {
      const link = await client.link(10);
      return link.ok ? numberIn(link.value.values, 'IFLA_CARRIER') : undefined;
    };
    expect(await carrierOf()).toBe(1);
    await wire.setCarrier(false);
    expect(await carrierOf()).toBe(0);
    await wire.send([{ bytes: numbered(1) }]);
    expect(await host.receive({ withinMs: QUIET })).toEqual([]);
    await wire.setCarrier(true);
    expect(await carrierOf()).toBe(1);
    const carriers = (await client.announcements(0)).map(({ values }) => numberIn(values, 'IFLA_CARRIER'));
    expect(carriers).toContain(0);
    expect(carriers.at(-1)).toBe(1);
    expect(await onWire([{ bytes: numbered(2) }], 1)).toEqual([hex(numbered(2))]);
    await wire.send([{ bytes: numbered(3) }]);
    expect(texts(await host.receive({ withinMs: PATIENCE, count: 1 }))).toEqual([hex(numbered(3))]);
  });

  it('takes frames from the cable as soon as the device is up again', async () => {
    const client = await route();
    const up = (flags: number): Promise<unknown> => client.setLink(10, {}, { flags, change: 1 });
    expect(await up(0)).toMatchObject({ ok: true });
    await wire.send([{ bytes: numbered(1) }]);
    expect(await up(1)).toMatchObject({ ok: true });
    await wire.send([{ bytes: numbered(2) }]);
    expect(texts(await host.receive({ withinMs: PATIENCE, count: 1 }))).toEqual([hex(numbered(2))]);
  });

  it('enforces the MTU both ways', async () => {
    const client = await route();
    expect(await client.setLink(10, { IFLA_MTU: 1000 })).toMatchObject({ ok: true });
    const long = numbered(1, { length: 1015 });
    expect(await host.send([{ bytes: numbered(0) }, { bytes: long }])).toEqual({ ok: false, errno: EMSGSIZE, sent: 1 });
    expect(await wire.receive({ withinMs: PATIENCE, count: 1 })).toHaveLength(1);
    // The kernel leaves room for a tag (is_skb_forwardable).
    const lengths = [1014, 1018, 1019, 1500];
    await wire.send([...lengths.map((length) => ({ bytes: numbered(length, { length }) })), { bytes: numbered(9) }]);
    const received = await host.receive({ withinMs: PATIENCE, count: 3 });
    expect(received.map(({ bytes }) => bytes.length)).toEqual([1014, 1018, 60]);
  });

  it('answers netlink: a request, a refusal, a dump, a notification', async () => {
    const client = await route();
    const link = await client.link(NIC);
    expect(link.ok && textIn(link.value.values, 'IFLA_IFNAME')).toBe(NIC);
    const refusal = await client.setLink(10, { IFLA_MTU: 70_000 });
    expect(refusal).toMatchObject({ ok: false, error: { errno: 22, message: 'mtu greater than device maximum' } });
    const links = await client.links();
    expect(links.ok && links.value.map(({ values }) => textIn(values, 'IFLA_IFNAME'))).toEqual(['lo', NIC]);
    const listener = await route();
    await listener.listen();
    await client.setLink(10, { IFLA_MTU: 1400 });
    const announced = await listener.announcements(PATIENCE);
    expect(announced.some(({ values }) => numberIn(values, 'IFLA_MTU') === 1400)).toBe(true);
    await client.client.socket.close();
    await listener.client.socket.close();
  });

  it('stamps frames both ways on its own clock', async () => {
    const before = await target.clock.now();
    expect(await host.send([{ bytes: numbered(1), timestampId: 77 }, { bytes: numbered(2) }])).toEqual({ ok: true });
    expect(await host.send([{ bytes: numbered(3), timestampId: 78 }])).toEqual({ ok: true });
    const stamps = await host.transmitTimestamps({ withinMs: PATIENCE, count: 2 });
    await wire.send([{ bytes: numbered(4) }]);
    const [received] = await host.receive({ withinMs: PATIENCE, count: 1 });
    const after = await target.clock.now();
    expect(stamps.map(({ timestampId }) => timestampId)).toEqual([77, 78]);
    for (const software of [...stamps.map((stamp) => stamp.software), received?.timestamps?.software]) {
      expect(software).toBeTypeOf('bigint');
      expect(software! >= before && software! <= after).toBe(true);
    }
  });

  it('reads, lists and writes sysfs as the host sees it', async () => {
    expect(await target.sysfs.list('class/net')).toEqual({ ok: true, value: ['lo', NIC] });
    expect(await target.sysfs.read(`class/net/${NIC}/mtu`)).toEqual({ ok: true, value: '1500\n' });
    expect(await target.sysfs.write(`class/net/${NIC}/mtu`, '1300')).toEqual({ ok: true, value: undefined });
    expect(await target.sysfs.read(`class/net/${NIC}/mtu`)).toEqual({ ok: true, value: '1300\n' });
    expect(await target.sysfs.write(`class/net/${NIC}/mtu`, '10')).toEqual({ ok: false, errno: 22 });
    expect(await target.sysfs.read('class/net/none/mtu')).toEqual({ ok: false, errno: 2 });
    expect(await target.sysfs.read('../etc/passwd')).toEqual({ ok: false, errno: 22 });
  });

  it('reads and writes sysctls of the namespace', async () => {
    const name = `net/ipv6/conf/${NIC}/disable_ipv6`;
    expect(await target.sysctl.read(name)).toEqual({ ok: true, value: '1\n' });
    expect(await target.sysctl.write(name, '0')).toEqual({ ok: true, value: undefined });
    expect(await target.sysctl.read(name)).toEqual({ ok: true, value: '0\n' });
    expect(await target.sysctl.write(name, 'off')).toEqual({ ok: false, errno: 22 });
    expect(await target.sysctl.read('net/ipv6/conf/none/forwarding')).toEqual({ ok: false, errno: 2 });
    expect(await target.sysctl.write('net/ipv6/conf/none/forwarding', '1')).toEqual({ ok: false, errno: 2 });
    expect(await target.sysctl.read('../self/status')).toEqual({ ok: false, errno: 22 });
    expect(await target.sysctl.list('net/ipv6/conf')).toEqual({ ok: true, value: ['all', 'default', 'lo', NIC] });
    expect(await target.sysctl.list(name)).toEqual({ ok: false, errno: 20 });
  });

  it('takes ethtool ioctls and bpf commands', async () => {
    const ETHTOOL_GDRVINFO = 3;
    const info = new Uint8Array(196);
    info[0] = ETHTOOL_GDRVINFO;
    const answer = await target.ethtoolIoctl(NIC, info);
    expect(answer.ok && new TextDecoder().decode(answer.bytes.subarray(4, 8))).toBe('veth');
    const ETHTOOL_GRXRINGS = 0x2d;
    expect(await target.ethtoolIoctl(NIC, Uint8Array.of(ETHTOOL_GRXRINGS, 0, 0, 0))).toEqual({ ok: false, errno: 95 });
    const BPF_MAP_CREATE = 0;
    // An array of one entry: type 2, key 4, value 8.
    const map = new Uint8Array(new Uint32Array([2, 4, 8, 1]).buffer);
    expect(await target.bpf(BPF_MAP_CREATE, map)).toMatchObject({ ok: true });
    expect(await target.bpf(BPF_MAP_CREATE, new Uint8Array(16))).toMatchObject({ ok: false, errno: 22 });
  });

  it('refuses what a veth cannot do', async () => {
    const [queue] = [0 as never];
    expect(await host.send([{ bytes: numbered(1) }, { bytes: numbered(2), queue }])).toEqual({
      ok: false,
      errno: 95,
      sent: 1,
    });
    await expect(wire.send([{ bytes: numbered(1), fcs: 1 }])).rejects.toThrow('no frame check sequence');
    await expect(wire.setPartner({ pause: true, asymPause: true })).rejects.toThrow('does not negotiate');
    await expect(host.setPolling(false)).rejects.toThrow('nothing can hold it back');
    await expect(target.host('none' as NetDeviceName)).rejects.toThrow('no net device is called none');
    expect(await target.firmware.put('a', new Uint8Array(1))).toEqual({ ok: false, errno: 30 });
  });

  it('resets everything, and what was open goes on', async () => {
    const described = await target.describe();
    const client = await route();
    const ethtool = await EthtoolClient.open((protocol) => target.netlink(protocol));
    await client.listen();
    await client.setLink(10, { IFLA_MTU: 1300, IFLA_IFALIAS: 'x' }, { flags: 0x100, change: 0x100 });
    await client.addAddress(10, OTHERS);
    await ethtool.setFeatures(NIC, { 'tx-tcp-segmentation': false, 'rx-gro': true });
    await wire.setCarrier(false);
    await target.reset();
    expect(await target.describe()).toEqual(described);
    const link = await client.link(NIC);
    if (!link.ok) throw new Error('no link');
    expect(numberIn(link.value.values, 'IFLA_MTU')).toBe(1500);
    expect(link.value.values['IFLA_IFALIAS']).toBeUndefined();
    expect(numberIn(link.value.header, 'ifi_index')).toBe(10);
    expect((numberIn(link.value.header, 'ifi_flags') ?? 0) & 0x101).toBe(1);
    expect(numberIn(link.value.values, 'IFLA_CARRIER')).toBe(1);
    const features = await ethtool.features(NIC);
    expect(features.ok && features.value.active.has('tx-tcp-segmentation')).toBe(true);
    expect(features.ok && features.value.active.has('rx-gro')).toBe(false);
    await client.setLink(10, { IFLA_MTU: 1200 });
    expect((await client.announcements(PATIENCE)).map(({ values }) => numberIn(values, 'IFLA_MTU'))).toContain(1200);
    expect(await onWire([{ bytes: numbered(5) }], 1)).toEqual([hex(numbered(5))]);
  });

  it('redirects over TCX where cls_bpf is not there', async () => {
    const other = await VethTarget.open({ redirect: ['tcx'] });
    try {
      const [otherHost, otherWire] = [await other.host(NIC), await other.wire(PORT)];
      await otherHost.send([{ bytes: numbered(8) }]);
      expect(texts(await otherWire.receive({ withinMs: PATIENCE, count: 1 }))).toEqual([hex(numbered(8))]);
    } finally {
      await other.close();
    }
  });

  it('leaves nothing when it is closed', async () => {
    await backgroundClosed();
    const before = machineState();
    const other = await openLinuxTarget('veth');
    const [otherHost, otherWire] = [await other.host(NIC), await other.wire(PORT)];
    for (const protocol of [NETLINK_ROUTE, NETLINK_GENERIC]) await other.netlink(protocol);
    await otherHost.send([{ bytes: numbered(1) }]);
    await otherWire.send([{ bytes: numbered(2) }]);
    for (let round = 0; round < 2; round++) {
      await other.sysfs.list('class/net');
      await other.bpf(0, new Uint8Array(new Uint32Array([2, 4, 8, 1]).buffer));
      if (round === 0) await other.reset();
    }
    expect(machineState().devices).toEqual(before.devices);
    expect(machineState().namespace).toBe(before.namespace);
    await other.close();
    expect(machineState()).toEqual(before);
  });
});

interface MachineState {
  readonly devices: readonly string[];
  readonly namespace: string;
  readonly descriptors: readonly string[];
}

/** Devices of the machine, the thread's namespace, and what this process has open. */
function machineState(): MachineState {
  const devices = readFileSync('/proc/thread-self/net/dev', 'utf8').match(/^ *\S+(?=:)/gm) ?? [];
  const descriptors = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`).replace(/^(socket|pipe):.*/, '$1')];
    } catch {
      // The descriptor of the listing itself.
      return [];
    }
  });
  return { devices, namespace: readlinkSync('/proc/thread-self/ns/net'), descriptors: descriptors.sort() };
}

describe('openLinuxTarget', () => {
  it('names the arrangements there are', async () => {
    await expect(openLinuxTarget('vath')).rejects.toThrow('did you mean veth?');
    await expect(openLinuxTarget('toString')).rejects.toThrow('known: veth');
  });
});
