/** Asks an adapter for everything that it says it has, call by call, and says what is wrong with each answer. */
import { TargetLost, type Device, type DevicePort, type DriverHost, type QueueIndex } from '../../contract/index.js';
import { ReferenceKernel } from '../../../reference-impl/kernel/kernel.js';
import type { AdapterLimits } from './adapterLimits.js';
import { openProcessDevice, type ProcessDevice } from './processDevice.js';

export interface CheckedCall {
  /** The operation, by its name in the protocol. */
  readonly name: string;
  /** `remark`: nothing against the protocol, and yet hardly meant so. */
  readonly finding: 'good' | 'remark' | 'mistake';
  /** What was answered, or what is wrong. */
  readonly text: string;
}

export interface CheckOptions {
  readonly command: string;
  readonly folder: string;
  readonly limits?: Partial<AdapterLimits>;
}

/** What the adapter told the kernel so far. */
interface Told {
  readonly frames: { readonly to: 'cable' | 'host' }[];
  carrier: boolean | undefined;
}

interface Probe {
  readonly name: string;
  /** Answers a remark, or null. */
  readonly run: (device: Device, port: DevicePort, told: Told) => Promise<string | null>;
}

const QUEUE = 0 as QueueIndex;
/** A broadcast frame of 60 bytes with a payload that nobody parses. */
const FRAME = Uint8Array.from({ length: 60 }, (_, index) =>
  index < 6 ? 0xff : index === 12 ? 0x88 : index === 13 ? 0xb5 : index,
);

/** What is asked of every adapter. */
const PROBES: readonly Probe[] = [
  {
    name: 'reset',
    run: async (device) => {
      await device.reset();
      return null;
    },
  },
  {
    name: 'netDevice.open',
    run: async ({ netDevice, cable }, { port }, told) => {
      await cable.setCarrier(port, true);
      const opened = await netDevice.open(port);
      if (!opened.ok) return `it refused with errno ${opened.errno}: no scenario can send a frame`;
      return told.carrier === true ? null : 'the cable is plugged in and the port is open, and no host.carrier said so';
    },
  },
  {
    name: 'netDevice.transmit',
    run: async ({ netDevice }, { port }, told) => {
      const before = told.frames.length;
      const frame = { bytes: FRAME, checksum: { kind: 'none' } } as const;
      if ((await netDevice.transmit(port, QUEUE, frame)) === 'busy') return 'the first frame of all met a full queue';
      const came = told.frames.slice(before).some(({ to }) => to === 'cable');
      return came ? null : 'it took the frame, and no host.transmitToCable came (it may come with advance)';
    },
  },
  {
    name: 'cable.receive',
    run: async ({ cable, netDevice }, { port }, told) => {
      const before = told.frames.length;
      await netDevice.setPolling(port, true);
      await cable.receive(port, { bytes: FRAME });
      const came = told.frames.slice(before).some(({ to }) => to === 'host');
      return came ? null : 'a broadcast frame came, and no host.receive handed it up (it may come with advance)';
    },
  },
  {
    name: 'advance',
    run: async (device) => {
      const next = await device.advance(1_000_000n);
      return next !== null && next <= 1_000_000n ? 'it wants to be called again for a time that is over' : null;
    },
  },
  {
    name: 'netDevice.features',
    run: async ({ netDevice }, { port }) => {
      await netDevice.features(port);
      return null;
    },
  },
  {
    name: 'netDevice.setFeatures',
    run: async ({ netDevice }, { port, features }) => {
      const set = await netDevice.setFeatures(port, features);
      if (!set.ok) return 'it refuses the features that it said are on';
      const now = await netDevice.features(port);
      const missing = features.filter((name) => !now.includes(name));
      return missing.length === 0
        ? null
        : `these are on, and netDevice.features does not say so: ${missing.join(', ')}`;
    },
  },
  {
    name: 'netDevice.setRxMode',
    run: async ({ netDevice }, { port }) => {
      await netDevice.setRxMode(port, { promiscuous: false, allMulticast: false, unicast: [], multicast: [] });
      return null;
    },
  },
  {
    name: 'netDevice.setMacAddress',
    run: async ({ netDevice }, { port, address }) =>
      (await netDevice.setMacAddress(port, address)).ok ? null : 'it refuses the address that it has',
  },
  {
    name: 'netDevice.changeMtu',
    run: async ({ netDevice }, { port, maxMtu }) =>
      (await netDevice.changeMtu(port, maxMtu)).ok ? null : `it refuses ${maxMtu}, which it says is its largest`,
  },
  {
    name: 'netDevice.statistics',
    run: async ({ netDevice }, { port }) => {
      const { txPackets, rxPackets } = await netDevice.statistics(port);
      return txPackets > 0 && rxPackets > 0
        ? null
        : `a frame each way was passed, and it counts ${txPackets} and ${rxPackets}`;
    },
  },
];

const LAST: Probe = {
  name: 'netDevice.stop',
  run: async ({ netDevice }, { port }) => ((await netDevice.stop(port)).ok ? null : 'a port cannot be kept open'),
};

/** Operations that only read, of a port. */
const READING =
  /^(?:ethtool\.(?:get|standardStatistics|privateStatistics)|netDevice\.queueStatistics|ethtool\.flowRules\.(?:list|capacity))/;

/**
 * One finding after the other; an adapter that fails at one call is started anew for the next.
 * @throws nothing: an adapter that cannot be started is a finding.
 */
export async function* checkAdapter(options: CheckOptions): AsyncGenerator<CheckedCall> {
  const checker = new Checker(options);
  try {
    const started = await checker.start();
    yield started;
    if (started.finding === 'mistake') return;
    const described = await checker.describe();
    yield described;
    if (described.finding === 'mistake') return;
    for (const probe of [...PROBES, ...checker.readingProbes(), LAST]) yield await checker.try(probe);
  } finally {
    await checker.close();
  }
}

class Checker {
  readonly #options: CheckOptions;
  #session: ProcessDevice | undefined;
  #port: DevicePort | undefined;
  #told: Told = { frames: [], carrier: undefined };

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  async start(): Promise<CheckedCall> {
    return finding('hello', async () => {
      const { greeting } = await this.#open();
      return {
        good: `${greeting.adapter}, ${greeting.operations.length} optional operations, framing ${greeting.framing}`,
      };
    });
  }

  async describe(): Promise<CheckedCall> {
    return finding('describe', async () => {
      const { device } = this.#session ?? (await this.#open());
      const { identity, ports, capabilities } = await device.describe();
      [this.#port] = ports;
      if (this.#port === undefined) return { mistake: 'a device has a port at least' };
      await this.#attach();
      const can = Object.values(capabilities).filter(({ present }) => present).length;
      return { good: `${identity.vendor} ${identity.model}, ${ports.length} ports, ${can} capabilities` };
    });
  }

  /** Operations that can be tried without knowing the device. */
  readingProbes(): Probe[] {
    const operations = this.#session?.greeting.operations ?? [];
    return operations.filter((name) => READING.test(name)).map(reading);
  }

  async try(probe: Probe): Promise<CheckedCall> {
    return finding(probe.name, async () => {
      if (this.#session === undefined) {
        await this.#open();
        await this.#attach();
      }
      const port = this.#port;
      if (this.#session === undefined || port === undefined) return { mistake: 'it does not start again' };
      try {
        const remark = await probe.run(this.#session.device, port, this.#told);
        return remark === null ? { good: 'as the protocol says' } : { remark };
      } catch (error) {
        if (error instanceof TargetLost) this.#session = undefined;
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await Promise.resolve(this.#session?.device.close()).catch(() => undefined);
  }

  async #open(): Promise<ProcessDevice> {
    const { command, folder, limits = {} } = this.#options;
    this.#session = await openProcessDevice({ name: 'the adapter', command, folder, seed: 1, limits });
    return this.#session;
  }

  async #attach(): Promise<void> {
    this.#told = { frames: [], carrier: undefined };
    if (this.#session !== undefined) await attach(this.#session.device, this.#told);
  }
}

interface Said {
  readonly good?: string;
  readonly remark?: string;
  readonly mistake?: string;
}

async function finding(name: string, run: () => Promise<Said>): Promise<CheckedCall> {
  try {
    const { good, remark, mistake } = await run();
    if (mistake !== undefined) return { name, finding: 'mistake', text: mistake };
    if (remark !== undefined) return { name, finding: 'remark', text: remark };
    return { name, finding: 'good', text: good ?? '' };
  } catch (error) {
    return { name, finding: 'mistake', text: error instanceof Error ? error.message : String(error) };
  }
}

function reading(name: string): Probe {
  return {
    name,
    run: async (device, { port }) => {
      let group: unknown = device;
      for (const part of name.split('.')) group = (group as Readonly<Record<string, unknown>>)[part];
      const second = name === 'ethtool.getRxHashFields' ? 'tcp4' : 0;
      const read = group as (...values: readonly unknown[]) => Promise<unknown>;
      await read(port, ...(NEEDS_SECOND.has(name) ? [second] : []));
      return null;
    },
  };
}

/** A context, or a flow type. */
const NEEDS_SECOND: ReadonlySet<string> = new Set(['ethtool.getRss', 'ethtool.getRxHashFields']);

/** The device under the reference kernel, with what it tells the kernel told here too. */
async function attach(device: Device, told: Told): Promise<void> {
  await ReferenceKernel.boot({ ...device, attach: (kernel) => device.attach(overheard(kernel, told)) });
}

function overheard(kernel: DriverHost, told: Told): DriverHost {
  return new Proxy(kernel, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...values: readonly unknown[]): unknown => {
        if (name === 'receive') told.frames.push({ to: 'host' });
        else if (name === 'transmitToCable') told.frames.push({ to: 'cable' });
        else if (name === 'carrier') told.carrier = values[1] === true;
        return Reflect.apply(member, target, [...values]);
      };
    },
  });
}
