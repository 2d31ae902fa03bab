import type { NetDeviceName, PortName, Target } from '../contract/index.js';

/**
 * The Target that scenarios hold over a whole run, whatever stands behind it: before each scenario, `reset` asks for the one to
 * use, so that one that hung can be opened anew and a run over many devices needs no second session.
 */
export class TargetBench<Current extends Target> implements Target {
  readonly #provide: () => Promise<Current>;
  #current: Current;

  /** `provide` answers the target of the next scenario; what it throws costs that scenario its verdict. */
  constructor(first: Current, provide: () => Promise<Current>) {
    this.#current = first;
    this.#provide = provide;
  }

  get current(): Current {
    return this.#current;
  }

  async reset(): Promise<void> {
    this.#current = await this.#provide();
    await this.#current.reset();
  }

  describe(): ReturnType<Target['describe']> {
    return this.#current.describe();
  }

  netlink(protocol: number): ReturnType<Target['netlink']> {
    return this.#current.netlink(protocol);
  }

  async log(): Promise<readonly string[]> {
    return (await this.#current.log?.()) ?? [];
  }

  ethtoolIoctl(netDevice: NetDeviceName, command: Uint8Array): ReturnType<Target['ethtoolIoctl']> {
    return this.#current.ethtoolIoctl(netDevice, command);
  }

  host(netDevice: NetDeviceName): ReturnType<Target['host']> {
    return this.#current.host(netDevice);
  }

  wire(port: PortName): ReturnType<Target['wire']> {
    return this.#current.wire(port);
  }

  bpf(...call: Parameters<Target['bpf']>): ReturnType<Target['bpf']> {
    return this.#current.bpf(...call);
  }

  get sysfs(): Target['sysfs'] {
    return this.#current.sysfs;
  }

  get sysctl(): Target['sysctl'] {
    return this.#current.sysctl;
  }

  get firmware(): Target['firmware'] {
    return this.#current.firmware;
  }

  get clock(): Target['clock'] {
    return this.#current.clock;
  }

  close(): Promise<void> {
    return this.#current.close();
  }
}
