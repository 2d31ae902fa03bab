import type { HostReceive, HostTransmit, NetDeviceName, WireFrame } from '../../harness/contract/index.js';
import { BROADCAST, numberedFrame, numberOf, withTags, type Tag } from '../properties/numberedFrames.js';
import type { NicWorld } from './world.js';

/** The number of the frame that ends an exchange; no other frame has it. */
const LAST = 0xffff_ffff;

export interface Arrival {
  /** Where it is listened; the port itself where no name is given. */
  readonly at?: NetDeviceName;
  /** Tags that the last frame needs to get there. */
  readonly tags?: readonly Tag[];
}

/**
 * The far end sends these frames and then one that is always delivered, untagged broadcast: what came before it came, what did
 * not come by then does not come. So that nothing has to be waited for that must not come.
 */
export async function intoHost(
  world: NicWorld,
  frames: readonly (Uint8Array | WireFrame)[],
  { at, tags = [] }: Arrival = {},
): Promise<HostReceive[]> {
  const [host, wire] = [await world.host(at), await world.wire()];
  const last = withTags(numberedFrame({ destination: BROADCAST, number: LAST }), tags);
  await wire.send([
    ...frames.map((frame) => (frame instanceof Uint8Array ? { bytes: frame } : frame)),
    { bytes: last },
  ]);
  const received = await untilLast(
    world,
    () => host.receive({ withinMs: world.patienceMs, count: 1 }),
    ({ bytes }) => bytes,
  );
  // The last frame may come through another queue than those before it, and overtake them there.
  if (hasManyQueues(world) && received.length < frames.length)
    received.push(...(await host.receive({ withinMs: world.quietMs })));
  return received;
}

/** Frames may overtake each other there, between flows. */
export const hasManyQueues = ({ session: { description } }: NicWorld): boolean =>
  description.clock === 'real' && description.capabilities['multi-queue']?.present === true;

/** The host sends these frames and then one more; what is on the cable before the last one left, and nothing else did. */
export async function ontoWire(
  world: NicWorld,
  frames: readonly (Uint8Array | HostTransmit)[],
  from?: NetDeviceName,
): Promise<WireFrame[]> {
  const [host, wire] = [await world.host(from), await world.wire()];
  const last = numberedFrame({ destination: BROADCAST, source: world.port.address, number: LAST });
  const transmits = [
    ...frames.map((frame) => (frame instanceof Uint8Array ? { bytes: frame } : frame)),
    { bytes: last },
  ];
  const sent = await host.send(transmits);
  if (!sent.ok) throw new Error(`the kernel refused to send: errno ${sent.errno}`);
  const left = await untilLast(
    world,
    () => wire.receive({ withinMs: world.patienceMs, count: 1 }),
    ({ bytes }) => bytes,
  );
  if (hasManyQueues(world)) {
    // Nothing that the host sends is filtered: what the last frame overtook is on its way.
    const overtaken = frames.length - left.length;
    if (overtaken > 0) left.push(...(await wire.receive({ withinMs: world.patienceMs, count: overtaken })));
    // How many segments a super-frame leaves as is for the scenario to say.
    const becomesMore = frames.some((frame) => !(frame instanceof Uint8Array) && (frame.vnet?.gsoType ?? 0) !== 0);
    if (overtaken > 0 || becomesMore) left.push(...(await wire.receive({ withinMs: world.quietMs })));
  }
  return left;
}

/** Receives until the last frame is there, or no more comes; answers what came before it. */
async function untilLast<Frame>(
  world: NicWorld,
  receive: () => Promise<readonly Frame[]>,
  bytes: (frame: Frame) => Uint8Array,
): Promise<Frame[]> {
  const frames: Frame[] = [];
  for (;;) {
    const batch = await receive();
    frames.push(...batch);
    const last = frames.findIndex((frame) => numberOf(bytes(frame)) === LAST);
    if (last >= 0 || batch.length === 0) world.noteAwaited(last >= 0);
    if (last >= 0) return frames.filter((_, index) => index !== last);
    if (batch.length === 0) return frames;
  }
}
