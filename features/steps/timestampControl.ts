/** Timestamps: the configuration, and frames whose stamps are looked at. */
import type { HostReceive, TransmitTimestamp } from '../../harness/contract/index.js';
import type { NetlinkResult } from '../../reference-impl/netlink/client.js';
import { FAR_END, numberedFrame } from '../properties/numberedFrames.js';
import { PTP_EVENT, ptpFrame } from '../properties/timestamps.js';
import { expectThat } from './expectations.js';
import { accepted } from './settings.js';
import type { NicWorld } from './world.js';

export interface TimestampConfig {
  readonly txType: string;
  readonly rxFilter: string;
}

export interface TimestampNotes {
  config: TimestampConfig;
  asked: string;
  answer: TimestampConfig | undefined;
  /** What each of several requests was refused with; empty where it was accepted. */
  refusals: string[];
  frames: readonly HostReceive[];
  stamps: readonly TransmitTimestamp[];
  sentAt: bigint;
  spacingMs: number;
}

export const OFF: TimestampConfig = { txType: 'off', rxFilter: 'none' };

export const timestampNotes = (world: NicWorld): TimestampNotes =>
  world.note('timestamps', () => ({
    config: OFF,
    asked: '',
    answer: undefined,
    refusals: [],
    frames: [],
    stamps: [],
    sentAt: 0n,
    spacingMs: 0,
  }));

export const only = (names: ReadonlySet<string>): string => [...names].join(' and ');

export async function readConfig(world: NicWorld): Promise<TimestampConfig> {
  const ethtool = await world.ethtool();
  const values = accepted(
    await ethtool.call('TSCONFIG_GET', world.port.netDevice),
    'reading the timestamp configuration',
  );
  return {
    txType: only(ethtool.timestampingBits(values, 'TX_TYPES', 'TSCONFIG')),
    rxFilter: only(ethtool.timestampingBits(values, 'RX_FILTERS', 'TSCONFIG')),
  };
}

export async function askFor(
  world: NicWorld,
  { txType, rxFilter }: TimestampConfig,
): Promise<NetlinkResult<TimestampConfig>> {
  const ethtool = await world.ethtool();
  const result = await ethtool.setTimestamping(world.port.netDevice, txType, rxFilter);
  if (!result.ok) return result;
  // What changes nothing may be answered with the acknowledgement alone.
  if (result.value['ETHTOOL_A_TSCONFIG_TX_TYPES'] === undefined) return { ok: true, value: await readConfig(world) };
  return {
    ok: true,
    value: {
      txType: only(ethtool.timestampingBits(result.value, 'TX_TYPES', 'TSCONFIG')),
      rxFilter: only(ethtool.timestampingBits(result.value, 'RX_FILTERS', 'TSCONFIG')),
    },
  };
}

export async function setConfig(world: NicWorld, config: TimestampConfig): Promise<TimestampConfig> {
  const state = timestampNotes(world);
  state.config = accepted(
    await askFor(world, config),
    `the timestamp configuration ${config.txType}, ${config.rxFilter}`,
  );
  return state.config;
}

export interface Listed {
  readonly txTypes: ReadonlySet<string>;
  readonly rxFilters: ReadonlySet<string>;
}

export async function listed(world: NicWorld): Promise<Listed> {
  const ethtool = await world.ethtool();
  const values = accepted(await ethtool.call('TSINFO_GET', world.port.netDevice), 'reading what can be stamped');
  return {
    txTypes: ethtool.timestampingBits(values, 'TX_TYPES'),
    rxFilters: ethtool.timestampingBits(values, 'RX_FILTERS'),
  };
}

/** Sends a frame and takes what reaches the host. */
export async function deliver(world: NicWorld, bytes: Uint8Array): Promise<HostReceive> {
  const [host, wire] = [await world.host(), await world.wire()];
  await wire.send([{ bytes }]);
  const [frame] = await host.receive({ withinMs: world.patienceMs, count: 1 });
  expectThat(frame !== undefined, 'the frame did not reach the host');
  return frame;
}

export const ptpEvent = (world: NicWorld, sequence: number): Uint8Array =>
  ptpFrame(PTP_EVENT, world.port.address, sequence);

export const hardwareOf = (frame: HostReceive): bigint => {
  expectThat(frame.timestamps?.hardware !== undefined, 'a frame of the filter has no hardware timestamp');
  return frame.timestamps.hardware;
};

/** Nanoseconds by which the spacing of stamps may differ from that of the frames: none on a model, scheduling on a machine. */
export const tolerance = (world: NicWorld): bigint =>
  world.session.description.clock === 'virtual' ? 1_000n : 100_000_000n;

export function expectSpacing(world: NicWorld, before: bigint, after: bigint, wantedMs: number): void {
  const difference = after - before - BigInt(wantedMs) * 1_000_000n;
  const off = difference < 0n ? -difference : difference;
  expectThat(off <= tolerance(world), `two stamps are ${after - before} ns apart, the frames were ${wantedMs} ms`);
}

/** The host sends frames; those with an id ask for a timestamp. Answers the timestamps that came back. */
export async function transmit(
  world: NicWorld,
  ids: readonly (number | undefined)[],
): Promise<readonly TransmitTimestamp[]> {
  const [host, wire] = [await world.host(), await world.wire()];
  const sent = await host.send(
    ids.map((timestampId, number) => {
      const bytes = numberedFrame({ destination: FAR_END, source: world.port.address, number });
      return timestampId === undefined ? { bytes } : { bytes, timestampId };
    }),
  );
  expectThat(sent.ok, `the kernel refused to send: errno ${sent.ok ? 0 : sent.errno}`);
  await wire.receive({ withinMs: world.patienceMs, count: ids.length });
  const wanted = ids.filter((id) => id !== undefined).length;
  return host.transmitTimestamps({ withinMs: world.quietMs, count: wanted });
}

/** One stamp for each id, in this order, each later than or at the time of the one before. */
export function expectStamps(stamps: readonly TransmitTimestamp[], ids: readonly number[]): void {
  const hardware = stamps.filter((stamp) => stamp.hardware !== undefined);
  const got = hardware.map(({ timestampId }) => timestampId);
  expectThat(got.join() === ids.join(), `the requests ${got.join()} were answered, not ${ids.join()}`);
  for (const [index, { hardware: time }] of hardware.entries()) {
    expectThat(
      (hardware[index - 1]?.hardware ?? 0n) <= (time ?? 0n),
      `stamp ${index + 1} is older than the one before it`,
    );
  }
}
