/** A device in a process of its own, as the reference kernel drives it. A fault of the process is the loss of the target. */
import {
  DEVICE_PROTOCOL_VERSION,
  TargetFault,
  TargetLost,
  type Device,
  type DeviceGreeting,
  type DeviceHello,
  type DriverHost,
} from '../../contract/index.js';
import { nicspecVersion } from '../../runner/project.js';
import { ADAPTER_LIMITS, type AdapterLimits } from './adapterLimits.js';
import { AdapterProcess } from './adapterProcess.js';
import { MessageSchemas } from './messageSchemas.js';
import { checkGreeting, deviceOf } from './operations.js';
import { RemoteError, RpcPeer } from './rpcPeer.js';

const TICK_MS = 50;

export interface ProcessDeviceOptions {
  /** As the target is called in messages. */
  readonly name: string;
  /** Run by a shell, in `folder`. */
  readonly command: string;
  readonly folder: string;
  readonly seed: number;
  readonly limits?: Partial<AdapterLimits>;
  readonly framings?: DeviceHello['framings'];
}

export interface ProcessDevice {
  readonly greeting: DeviceGreeting;
  readonly device: Device;
}

/**
 * Starts the process and settles version and framing with it.
 * @throws TargetLost, with what it wrote to standard error, if it is no device.
 */
export async function openProcessDevice(options: ProcessDeviceOptions): Promise<ProcessDevice> {
  const session = new Session(options);
  try {
    const greeting = await session.greet();
    return { greeting, device: session.device(greeting) };
  } catch (error) {
    throw await session.lost(error);
  }
}

class Session {
  readonly #options: ProcessDeviceOptions;
  readonly #limits: AdapterLimits;
  readonly #process: AdapterProcess;
  readonly #peer: RpcPeer;
  readonly #schemas = MessageSchemas.load();
  readonly #tick: NodeJS.Timeout;
  #host: DriverHost | undefined;
  #greeted = false;
  #sinceAnswer = 0;
  #lost: Promise<TargetLost> | undefined;

  constructor(options: ProcessDeviceOptions) {
    this.#options = options;
    this.#limits = { ...ADAPTER_LIMITS, ...options.limits };
    this.#process = new AdapterProcess(options.command, options.folder, this.#limits, (what) =>
      this.#peer.fail(new Error(what)),
    );
    this.#peer = new RpcPeer({
      side: 'kernel',
      schemas: this.#schemas,
      input: this.#process.stdout,
      output: this.#process.stdin,
      longestMessage: this.#limits.messageBytes,
      serve: (name, parameters) => this.#serve(name, parameters),
      arrived: (bytes) => {
        this.#sinceAnswer += bytes;
        if (this.#sinceAnswer > this.#limits.outputBytes)
          throw new Error(`it sent more than ${this.#limits.outputBytes} bytes between two answers`);
      },
    });
    // A process that is killed has closed its pipes; that it ended says more.
    void this.#process.exited.then(async (how) => {
      await new Promise(setImmediate);
      this.#peer.fail(new Error(how));
    });
    this.#tick = setInterval(() => this.#watch(), TICK_MS);
    this.#tick.unref();
  }

  async greet(): Promise<DeviceGreeting> {
    const hello: DeviceHello = {
      protocol: { min: DEVICE_PROTOCOL_VERSION, max: DEVICE_PROTOCOL_VERSION },
      framings: this.#options.framings ?? ['binary', 'lines'],
      harness: `nicspec ${nicspecVersion()}`,
      seed: this.#options.seed,
    };
    const greeting = (await this.#peer.call('hello', [hello])) as DeviceGreeting;
    const { protocol, framing } = greeting;
    if (protocol < hello.protocol.min || protocol > hello.protocol.max)
      throw new Error(`it speaks version ${protocol} of the protocol, and ${DEVICE_PROTOCOL_VERSION} was offered`);
    if (!hello.framings.includes(framing))
      throw new Error(`it chose the framing ${framing}, and ${hello.framings.join(' and ')} were offered`);
    checkGreeting(greeting, this.#schemas);
    this.#peer.setFraming(framing);
    this.#greeted = true;
    return greeting;
  }

  device(greeting: DeviceGreeting): Device {
    const operations = deviceOf(greeting, this.#schemas, (name, values) => this.#call(name, values));
    return {
      ...operations,
      attach: async (host) => {
        this.#host = host;
        await this.#call('attach', []);
      },
      close: async () => {
        await this.#call('close', []).catch(() => undefined);
        await this.#end();
      },
    };
  }

  /** The reason in words, with how the process ended and the last of its standard error. */
  lost(reason: unknown): Promise<TargetLost> {
    this.#lost ??= this.#explain(reason);
    return this.#lost;
  }

  async #call(name: string, values: readonly unknown[]): Promise<unknown> {
    try {
      const result = await this.#peer.call(name, values);
      this.#sinceAnswer = 0;
      return result;
    } catch (error) {
      // It said that it could not, and is still there to be asked.
      if (error instanceof RemoteError) throw new TargetFault(`${this.#options.name}: ${error.message}`);
      throw await this.lost(error);
    }
  }

  #serve(name: string, parameters: readonly unknown[]): unknown {
    if (this.#host === undefined) throw new Error(`it sent ${name} before it was attached`);
    const path = name.split('.').slice(1);
    const operation = path.pop() ?? '';
    const group = path.length === 0 ? this.#host : this.#host.devlink;
    const host = group as unknown as Readonly<Record<string, (...values: readonly unknown[]) => unknown>>;
    return host[operation]?.(...parameters);
  }

  #watch(): void {
    const { oldest } = this.#peer;
    if (oldest === undefined) return;
    const limit = this.#greeted ? this.#limits.callMs : this.#limits.startMs;
    if (performance.now() - oldest.since > limit)
      this.#peer.fail(new Error(`${oldest.name} was not answered within ${limit} ms`));
  }

  async #explain(reason: unknown): Promise<TargetLost> {
    const said = reason instanceof Error ? reason.message : String(reason);
    const how = said.startsWith('it ') && said.includes('ended') ? null : await this.#endedAlready();
    await this.#process.kill();
    clearInterval(this.#tick);
    const { stderr } = this.#process;
    const message = `${this.#options.name}: ${said}${how === null ? '' : ` (${how})`}${lastLine(stderr)}`;
    return new TargetLost(message, stderr === '' ? [] : [{ name: 'stderr.txt', text: stderr }]);
  }

  /** How it ended, if it has; a process that runs is not waited for. */
  async #endedAlready(): Promise<string | null> {
    return Promise.race([this.#process.exited, new Promise<null>((resolve) => setTimeout(resolve, 20, null))]);
  }

  async #end(): Promise<void> {
    clearInterval(this.#tick);
    await this.#process.end();
    this.#peer.fail(new Error('the device was closed'));
  }
}

function lastLine(stderr: string): string {
  const line = stderr.trimEnd().split('\n').at(-1) ?? '';
  return line === '' ? '' : `; standard error ends with: ${line.slice(0, 200)}`;
}
