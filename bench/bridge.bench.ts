/**
 * Frames from cable to cable through a whole target: a bridge over two ports, one station known behind each. The reference and the bridge of
 * this machine's kernel are asked in the same way, so that the sockets count for both; what a frame costs without a bridge is beside it.
 */
import type { Target, TargetPort } from '../harness/contract/index.js';
import { openReferenceTarget } from '../harness/targets/reference.js';
import { openLinuxTarget } from '../harness/targets/linux/index.js';
import { LinuxWireEnd } from '../harness/targets/linux/wireEnd.js';
import { BridgeClient } from '../reference-impl/netlink/bridgeClient.js';
import { RouteClient } from '../reference-impl/netlink/routeClient.js';
import { numberIn } from '../reference-impl/netlink/schema.js';
import { parseMac } from '../reference-impl/packet/addresses.js';
import type { BenchRow } from './benchRow.js';
import { lacksOpenVswitch, openOpenVswitch } from './openVswitch.js';

/** No more than a socket has room for. */
const BATCH = 200;
const BATCHES = 200;
const WARM_UP = 20;
const FRAME = 64;
const [A, B] = ['02:5a:00:00:00:01', '02:5a:00:00:00:02'];
const UP = { flags: 1, change: 1 };
const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const LINK_MS = 2000;
const LOCAL_EXPERIMENTAL = [0x88, 0xb5];

function frameTo(destination: string, source: string): Uint8Array {
  const bytes = new Uint8Array(FRAME);
  bytes.set(parseMac(destination));
  bytes.set(parseMac(source), 6);
  bytes.set(LOCAL_EXPERIMENTAL, 12);
  return bytes;
}

async function must<Value>(what: string, result: Promise<{ ok: true; value: Value } | { ok: false }>): Promise<Value> {
  const answered = await result;
  if (!answered.ok) throw new Error(`${what} was refused`);
  return answered.value;
}

async function setUp(target: Target, ports: readonly TargetPort[]): Promise<void> {
  const route = await RouteClient.open((protocol) => target.netlink(protocol));
  for (const { ifIndex } of ports) await must('setting a port up', route.setLink(ifIndex, {}, UP));
  await route.client.socket.close();
  await target.clock.sleep(LINK_MS);
}

/** A bridge over the first two ports, up, with B behind the second. */
async function bridged(target: Target, ports: readonly TargetPort[]): Promise<void> {
  const bridges = await BridgeClient.open((protocol) => target.netlink(protocol));
  const route = await RouteClient.open((protocol) => target.netlink(protocol));
  await must('making a bridge', bridges.addBridge('br0'));
  const bridge = numberIn((await must('looking for it', route.link('br0'))).header, 'ifi_index') ?? 0;
  await must('setting it up', route.setLink(bridge, {}, UP));
  for (const { ifIndex } of ports) await must('joining', bridges.setMaster(ifIndex, bridge));
  const [, second] = ports;
  await must('an entry', bridges.addEntry({ address: B, ifIndex: second?.ifIndex ?? 0 }));
  await route.client.socket.close();
  await bridges.client.socket.close();
  await target.clock.sleep(LINK_MS);
}

/** Frames a second from the cable of one port to where `receive` sees them. */
async function rateOf(
  destination: string,
  send: (frames: readonly { bytes: Uint8Array }[]) => Promise<unknown>,
  receive: (count: number) => Promise<readonly unknown[]>,
): Promise<number> {
  const frames = Array.from({ length: BATCH }, () => ({ bytes: frameTo(destination, A) }));
  let start = 0;
  let came = 0;
  for (let batch = 0; batch < BATCHES + WARM_UP; batch++) {
    if (batch === WARM_UP) [start, came] = [performance.now(), 0];
    await send(frames);
    came += (await receive(BATCH)).length;
  }
  return came / (performance.now() - start);
}

async function ratesOf(target: Target): Promise<{ readonly bridged: number; readonly bare: number }> {
  const ports = (await target.describe()).ports.slice(0, 2);
  const [first, second] = ports;
  if (first === undefined || second === undefined) throw new Error('two ports are needed');
  await target.reset();
  await setUp(target, ports);
  const [from, to, host] = [
    await target.wire(first.port),
    await target.wire(second.port),
    await target.host(first.netDevice),
  ];
  const bare = await rateOf(
    BROADCAST,
    (frames) => from.send(frames),
    (count) => host.receive({ withinMs: 1000, count }),
  );
  await host.close();
  await bridged(target, ports);
  const through = await rateOf(
    B,
    (frames) => from.send(frames),
    (count) => to.receive({ withinMs: 1000, count }),
  );
  for (const end of [from, to]) await end.close();
  return { bridged: through, bare };
}

/** The same from cable to cable through Open vSwitch, which has learned B by a frame of its own. */
async function rateOfOpenVswitch(): Promise<{ readonly version: string; readonly rate: number }> {
  const ovs = await openOpenVswitch();
  const [from, to] = ovs.cables.map((cable) => new LinuxWireEnd(cable, () => undefined));
  try {
    if (from === undefined || to === undefined) throw new Error('two cables are needed');
    await to.send([{ bytes: frameTo(BROADCAST, B) }]);
    if ((await from.receive({ withinMs: LINK_MS, count: 1 })).length === 0)
      throw new Error('Open vSwitch forwards nothing');
    const rate = await rateOf(
      B,
      (frames) => from.send(frames),
      (count) => to.receive({ withinMs: 1000, count }),
    );
    return { version: ovs.version, rate };
  } finally {
    await from?.close();
    await to?.close();
    await ovs.close();
  }
}

async function ratesOfReference(): Promise<{ readonly bridged: number; readonly bare: number }> {
  const target = await openReferenceTarget();
  try {
    return await ratesOf(target);
  } finally {
    await target.close();
  }
}

async function ratesOfLinux(): Promise<{ readonly bridged: number; readonly bare: number }> {
  const target = await openLinuxTarget('bridge');
  try {
    return await ratesOf(target);
  } finally {
    await target.close();
  }
}

const ON_A_CABLE = 'the same veth: from the cable to the host, with what it says of each';

/** The peers need root, and Open vSwitch its package; what is left out is said. */
export async function bridgeRows(): Promise<BenchRow[]> {
  const reference = await ratesOfReference();
  const peers = [
    {
      name: 'reference: from the cable to the host, with what it says of each',
      ratio: reference.bridged / reference.bare,
    },
  ];
  const rows: BenchRow[] = [];
  if (process.getuid?.() === 0) {
    const linux = await ratesOfLinux();
    peers.push({ name: "the kernel's bridge over veth, the same way", ratio: reference.bridged / linux.bridged });
    const name = "the kernel's bridge over veth: from cable to cable";
    const bare = { name: ON_A_CABLE, ratio: linux.bridged / linux.bare };
    rows.push({ name, rate: linux.bridged, unit: 'k/s', peers: [bare] });
  } else console.log("without the kernel's bridge: needs root");
  const lacking = lacksOpenVswitch();
  if (lacking === null) {
    const { version, rate } = await rateOfOpenVswitch();
    const name = `Open vSwitch ${version}, user space, over veth, the same way`;
    peers.push({ name, ratio: reference.bridged / rate });
  } else console.log(`without Open vSwitch: ${lacking}`);
  return [
    { name: 'the reference, a whole target: from cable to cable', rate: reference.bridged, unit: 'k/s', peers },
    ...rows,
  ];
}
