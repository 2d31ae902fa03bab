import { World, setWorldConstructor } from '@cucumber/cucumber';
import fc from 'fast-check';
import type {
  HostEnd,
  HostReceive,
  HostTransmit,
  NetDeviceName,
  Target,
  TargetPort,
  WireEnd,
  WireFrame,
} from '../../harness/contract/index.js';
import { NetlinkClient, type NetlinkResult } from '../../reference-impl/netlink/client.js';
import { EthtoolClient } from '../../reference-impl/netlink/ethtoolClient.js';
import { RouteClient } from '../../reference-impl/netlink/routeClient.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { FrameMismatch, expectThat } from './expectations.js';
import { currentSession, type Session } from './session.js';

/** Media types of what a failing step leaves for the report. */
export const FRAMES_MEDIA_TYPE = 'application/vnd.nicspec.frames+json';
export const COUNTEREXAMPLE_MEDIA_TYPE = 'application/vnd.nicspec.counterexample+json';

/** How long a real target is given to show a frame, and how long "nothing comes" is watched. Virtual time is free. */
const PATIENCE_MS = { virtual: 1000, real: 1000 } as const;
const QUIET_MS = { virtual: 100, real: 30 } as const;

/**
 * The state of one scenario: the target with its ends opened once, and what the steps so far have sent, seen and set.
 * A subject keeps its own state in `notes` under a key of its own.
 */
export class NicWorld extends World {
  readonly session: Session = currentSession();
  /** Frames that the last sending step made and that the last receiving step saw, for the steps that follow. */
  sent: Uint8Array[] = [];
  onWire: Uint8Array[] = [];
  atHost: HostReceive[] = [];
  /** What the kernel said to the last request that a step made and did not insist on. */
  answer: NetlinkResult<unknown> | undefined;
  /** State of one subject's steps, made on first use. */
  readonly notes = new Map<string, unknown>();
  #hosts = new Map<string, Promise<HostEnd>>();
  #wire: Promise<WireEnd> | undefined;
  #route: Promise<RouteClient> | undefined;
  #ethtool: Promise<EthtoolClient> | undefined;

  get target(): Target {
    return this.session.target;
  }

  /** The port that NIC scenarios use. */
  get port(): TargetPort {
    const [first] = this.session.description.ports;
    expectThat(first !== undefined, 'the target has no port');
    return first;
  }

  get patienceMs(): number {
    return PATIENCE_MS[this.session.description.clock];
  }

  get quietMs(): number {
    return QUIET_MS[this.session.description.clock];
  }

  /** The host's end of a net device; the port's own where no name is given. */
  host(netDevice: NetDeviceName = this.port.netDevice): Promise<HostEnd> {
    let end = this.#hosts.get(netDevice);
    if (end === undefined) {
      end = this.target.host(netDevice);
      this.#hosts.set(netDevice, end);
    }
    return end;
  }

  wire(): Promise<WireEnd> {
    this.#wire ??= this.target.wire(this.port.port);
    return this.#wire;
  }

  /** rtnetlink, over one socket of this scenario. */
  route(): Promise<RouteClient> {
    this.#route ??= RouteClient.open((protocol) => this.target.netlink(protocol));
    return this.#route;
  }

  /** ethtool netlink and the netdev family, over one socket of this scenario. */
  ethtool(): Promise<EthtoolClient> {
    this.#ethtool ??= EthtoolClient.open((protocol) => this.target.netlink(protocol));
    return this.#ethtool;
  }

  /** One more netlink socket, for a listener that only listens. */
  openNetlink(protocol: number): Promise<NetlinkClient> {
    return NetlinkClient.open(protocol, (wanted) => this.target.netlink(wanted));
  }

  /** State of one subject's steps, made on first use. */
  note<Value>(subject: string, make: () => Value): Value {
    if (!this.notes.has(subject)) this.notes.set(subject, make());
    // The key belongs to one subject, and so does the type.
    return this.notes.get(subject) as Value;
  }

  /** The host sends; the frames that come out at the far end of the cable. `count` of them are waited for, no more may come. */
  async throughDevice(frames: readonly HostTransmit[], count: number, from?: NetDeviceName): Promise<Uint8Array[]> {
    const [host, wire] = [await this.host(from), await this.wire()];
    const sent = await host.send(frames);
    expectThat(sent.ok, `the kernel refused to send: errno ${sent.ok ? 0 : sent.errno}`);
    return (await this.#collect((wait) => wire.receive(wait), count)).map((frame) => frame.bytes);
  }

  /** The far end sends; the frames that reach the host. `count` of them are waited for, no more may come. */
  async intoDevice(frames: readonly WireFrame[], count: number, at?: NetDeviceName): Promise<HostReceive[]> {
    const [host, wire] = [await this.host(at), await this.wire()];
    await wire.send(frames);
    return this.#collect((wait) => host.receive(wait), count);
  }

  /**
   * Checks a law: for every value, the property holds. Cases, seed and path are the run's; a counterexample is shrunk and left
   * for the report. `runs` scales the number of cases of a law whose single case is costly (0.1: a tenth).
   */
  async law<Ts>(property: fc.IAsyncPropertyWithHooks<Ts>, options: { readonly runs?: number } = {}): Promise<void> {
    const { seed, runs, path } = this.session;
    const numRuns = Math.max(1, Math.round(runs * (options.runs ?? 1)));
    const details = await fc.check(property, {
      seed,
      numRuns,
      plugins: [fc.beforeEach(() => this.session.newCase())],
      ...(path === undefined ? {} : { path }),
    });
    if (!details.failed) return;
    await this.#showAgain(property, details.counterexample);
    const error = details.errorInstance;
    const message = error instanceof Error ? error.message : String(error);
    this.attach(
      JSON.stringify({
        seed: details.seed,
        path: details.counterexamplePath,
        replayPath: replayPathOf(details.counterexample),
        numRuns: details.numRuns,
        counterexample: fc.stringify(details.counterexample),
        error: message,
      }),
      COUNTEREXAMPLE_MEDIA_TYPE,
    );
    if (error instanceof Error) throw error;
    throw new Error(`the law does not hold after ${details.numRuns} cases: ${message}`);
  }

  /**
   * Sequences of commands for a law that compares the target with a model (fc.asyncModelRun): a run that repeats a counterexample
   * skips the commands that its replay path says were skipped.
   */
  commands<Model extends object, Real>(
    each: fc.Arbitrary<fc.AsyncCommand<Model, Real>>[],
    maxCommands: number,
  ): fc.Arbitrary<Iterable<fc.AsyncCommand<Model, Real>>> {
    const { replayPath } = this.session;
    return fc.commands(each, { maxCommands, ...(replayPath === undefined ? {} : { replayPath }) });
  }

  /** Shrinking went on behind the smallest case; run once more, the evidence is that of this case. */
  async #showAgain<Ts>(property: fc.IAsyncPropertyWithHooks<Ts>, counterexample: Ts | null): Promise<void> {
    if (counterexample === null) return;
    this.session.newCase();
    await property.run(counterexample);
  }

  /** Leaves the frames of a mismatch for the report. */
  attachMismatch(mismatch: FrameMismatch): void {
    const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : hex(bytes));
    this.attach(
      JSON.stringify({
        title: mismatch.title,
        expected: text(mismatch.expectedBytes),
        actual: text(mismatch.actualBytes),
      }),
      FRAMES_MEDIA_TYPE,
    );
  }

  /** Closes what the scenario opened. */
  async closeEnds(): Promise<void> {
    for (const end of this.#hosts.values()) await (await end).close();
    if (this.#wire !== undefined) await (await this.#wire).close();
    if (this.#route !== undefined) await (await this.#route).client.socket.close();
    if (this.#ethtool !== undefined) await (await this.#ethtool).generic.client.socket.close();
    this.#hosts.clear();
    this.#wire = undefined;
    this.#route = undefined;
    this.#ethtool = undefined;
  }

  async #collect<Frame>(
    receive: (wait: { withinMs: number; count?: number }) => Promise<readonly Frame[]>,
    count: number,
  ): Promise<Frame[]> {
    const frames = count === 0 ? [] : [...(await receive({ withinMs: this.patienceMs, count }))];
    if (frames.length <= count) frames.push(...(await receive({ withinMs: this.quietMs })));
    return frames;
  }
}

/** fast-check writes the replay path of a sequence of commands into the text of the counterexample. */
function replayPathOf(counterexample: unknown): string | null {
  return /\/\*replayPath="([^"]*)"\*\//.exec(fc.stringify(counterexample))?.[1] ?? null;
}

setWorldConstructor(NicWorld);
