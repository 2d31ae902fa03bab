import { World, setWorldConstructor } from '@cucumber/cucumber';
import fc from 'fast-check';
import type {
  HostEnd,
  HostReceive,
  HostTransmit,
  NetDeviceName,
  PortName,
  Target,
  TargetPort,
  WireEnd,
  WireFrame,
} from '../../harness/contract/index.js';
import { BondClient } from '../../reference-impl/netlink/bondClient.js';
import { BridgeClient } from '../../reference-impl/netlink/bridgeClient.js';
import { NetlinkClient, type NetlinkResult } from '../../reference-impl/netlink/client.js';
import { EthtoolClient, type FeatureNames } from '../../reference-impl/netlink/ethtoolClient.js';
import { RouteClient } from '../../reference-impl/netlink/routeClient.js';
import { IPV4, IPV6, type AddressFamily } from '../../reference-impl/netlink/addressFamily.js';
import { RoutingClient } from '../../reference-impl/netlink/routingClient.js';
import { TeamClient } from '../../reference-impl/netlink/teamClient.js';
import { hex } from '../../reference-impl/packet/bytes.js';
import { FrameMismatch, expectThat } from './expectations.js';
import { currentSession, type Session } from './session.js';

/** Media types of what a failing step leaves for the report. */
export const FRAMES_MEDIA_TYPE = 'application/vnd.nicspec.frames+json';
export const COUNTEREXAMPLE_MEDIA_TYPE = 'application/vnd.nicspec.counterexample+json';

/** How long a real target is given to show a frame, and how long "nothing comes" is watched. Virtual time is free. */
const PATIENCE_MS = { virtual: 1000, real: 1000 } as const;
const LINK_PATIENCE_MS = { virtual: 1000, real: 6000 } as const;
/** After so many frames in a row that did not come, the next ones are waited for less long, until one comes. */
const PATIENT_TIMES = 4;
const IMPATIENCE_MS = 150;
const QUIET_MS = { virtual: 100, real: 30 } as const;

/** Milliseconds that the cases of a law should take together on a real target. */
const LAW_MS = 4000;
/** A law whose later cases are slower than its first one ends after twice that. */
const REAL_TIMES: LawTimes = { lawMs: 2 * LAW_MS, shrinkMs: 6_000 };

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
  /** Tells this scenario from every other, in every run alike. */
  scenario = '';
  /** State of one subject's steps, made on first use. */
  readonly notes = new Map<string, unknown>();
  #hosts = new Map<string, Promise<HostEnd>>();
  #wires = new Map<PortName, Promise<WireEnd>>();
  #bridges: Promise<BridgeClient> | undefined;
  #bonds: Promise<BondClient> | undefined;
  #teams: Promise<TeamClient> | undefined;
  #route: Promise<RouteClient> | undefined;
  readonly #routing = new Map<AddressFamily, Promise<RoutingClient>>();
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
    const inVain = (awaitedInVain.get(this.target) ?? 0) > PATIENT_TIMES;
    return inVain ? IMPATIENCE_MS : PATIENCE_MS[this.session.description.clock];
  }

  /** Whether what was awaited came: a target on which nothing passes is not given a second for each of a thousand frames. */
  noteAwaited(came: boolean): void {
    awaitedInVain.set(this.target, came ? 0 : (awaitedInVain.get(this.target) ?? 0) + 1);
  }

  /** How long a link is given to come or go: a driver negotiates, and may look at its link only every other second. */
  get linkPatienceMs(): number {
    return LINK_PATIENCE_MS[this.session.description.clock];
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

  /** The far end of the cable of a port; of the first where no name is given. */
  wire(port: PortName = this.port.port): Promise<WireEnd> {
    let end = this.#wires.get(port);
    if (end === undefined) {
      end = this.target.wire(port);
      this.#wires.set(port, end);
    }
    return end;
  }

  /** Bridges over rtnetlink, over one socket of this scenario. */
  bridges(): Promise<BridgeClient> {
    this.#bridges ??= BridgeClient.open((protocol) => this.target.netlink(protocol));
    return this.#bridges;
  }

  /** Aggregates over rtnetlink, over one socket of this scenario. */
  bonds(): Promise<BondClient> {
    this.#bonds ??= BondClient.open((protocol) => this.target.netlink(protocol));
    return this.#bonds;
  }

  /** Teams, over sockets of this scenario. */
  teams(): Promise<TeamClient> {
    this.#teams ??= TeamClient.open((protocol) => this.target.netlink(protocol));
    return this.#teams;
  }

  /** Layer 3 over rtnetlink, over one socket of this scenario: of IPv6, if that is what the address or prefix is of. */
  routing(about = ''): Promise<RoutingClient> {
    const family = about.includes(':') ? IPV6 : IPV4;
    const client = this.#routing.get(family) ?? RoutingClient.open((protocol) => this.target.netlink(protocol), family);
    this.#routing.set(family, client);
    return client;
  }

  /** rtnetlink, over one socket of this scenario. */
  route(): Promise<RouteClient> {
    this.#route ??= RouteClient.open((protocol) => this.target.netlink(protocol));
    return this.#route;
  }

  /** ethtool netlink and the netdev family, over one socket of this scenario. */
  ethtool(): Promise<EthtoolClient> {
    this.#ethtool ??= EthtoolClient.open((protocol) => this.target.netlink(protocol), featureNamesOf(this.target));
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
    const { path } = this.session;
    const numRuns = Math.max(1, Math.round(this.session.runs * (options.runs ?? 1)));
    const details =
      path === undefined ? await this.#checkInTime(property, numRuns) : await this.#check(property, numRuns);
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
   * skips the commands that its replay path says were skipped. `size` as fast-check has it: sequences are short unless it is said.
   */
  commands<Model extends object, Real>(
    each: fc.Arbitrary<fc.AsyncCommand<Model, Real>>[],
    maxCommands: number,
    length: { readonly size?: fc.SizeForArbitrary } = {},
  ): fc.Arbitrary<Iterable<fc.AsyncCommand<Model, Real>>> {
    const { replayPath } = this.session;
    return fc.commands(each, { maxCommands, ...length, ...(replayPath === undefined ? {} : { replayPath }) });
  }

  /**
   * Where time passes, a law that waits for a link to come back would take minutes: its first case is timed, and there are as many
   * more as fit.
   */
  async #checkInTime<Ts>(property: fc.IAsyncPropertyWithHooks<Ts>, numRuns: number): Promise<fc.RunDetails<Ts>> {
    if (this.session.description.clock === 'virtual' || numRuns === 1) return this.#check(property, numRuns);
    const start = performance.now();
    const first = await this.#check(property, 1);
    const fitting = Math.floor(LAW_MS / (performance.now() - start));
    return first.failed || fitting <= 1 ? first : this.#check(property, Math.min(numRuns, fitting));
  }

  #check<Ts>(property: fc.IAsyncPropertyWithHooks<Ts>, numRuns: number): Promise<fc.RunDetails<Ts>> {
    const { seed, path, description } = this.session;
    const times = description.clock === 'virtual' ? { lawMs: Infinity, shrinkMs: Infinity } : REAL_TIMES;
    return fc.check(
      caseByCase(property, () => this.session.newCase(), times),
      {
        seed,
        numRuns,
        ...(path === undefined ? {} : { path }),
      },
    );
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

  /** Closes the host's end of a net device that goes away. */
  async closeHost(netDevice: NetDeviceName): Promise<void> {
    await (await this.#hosts.get(netDevice))?.close();
    this.#hosts.delete(netDevice);
  }

  /** Closes what the scenario opened. */
  async closeEnds(): Promise<void> {
    for (const end of this.#hosts.values()) await (await end).close();
    for (const end of this.#wires.values()) await (await end).close();
    if (this.#bridges !== undefined) await (await this.#bridges).client.socket.close();
    if (this.#bonds !== undefined) await (await this.#bonds).client.socket.close();
    if (this.#teams !== undefined) await (await this.#teams).close();
    if (this.#route !== undefined) await (await this.#route).client.socket.close();
    for (const client of this.#routing.values()) await (await client).client.socket.close();
    if (this.#ethtool !== undefined) await (await this.#ethtool).generic.client.socket.close();
    this.#hosts.clear();
    this.#wires.clear();
    this.#bridges = undefined;
    this.#bonds = undefined;
    this.#teams = undefined;
    this.#route = undefined;
    this.#routing.clear();
    this.#ethtool = undefined;
  }

  async #collect<Frame>(
    receive: (wait: { withinMs: number; count?: number }) => Promise<readonly Frame[]>,
    count: number,
  ): Promise<Frame[]> {
    const frames = count === 0 ? [] : [...(await receive({ withinMs: this.patienceMs, count }))];
    if (count > 0) this.noteAwaited(frames.length > 0);
    if (frames.length <= count) frames.push(...(await receive({ withinMs: this.quietMs })));
    return frames;
  }
}

const awaitedInVain = new WeakMap<Target, number>();

const knownFeatureNames = new WeakMap<Target, FeatureNames>();

/** The kernel under a target stays the same over a run. */
function featureNamesOf(target: Target): FeatureNames {
  const known = knownFeatureNames.get(target) ?? {};
  knownFeatureNames.set(target, known);
  return known;
}

/** How long cases are tried, and how long smaller ones once a case failed. */
interface LawTimes {
  readonly lawMs: number;
  readonly shrinkMs: number;
}

/**
 * `property` with `newCase` called before each case, and no case begun after its time. Once a case failed, smaller and smaller ones
 * are tried; what is smallest when the time is over is reported. (fast-check's plugins lose the type `Ts`, and end a run by leaving
 * the case that is under way alone.)
 */
function caseByCase<Ts>(
  property: fc.IAsyncProperty<Ts>,
  newCase: () => void,
  { lawMs, shrinkMs }: LawTimes,
): fc.IAsyncProperty<Ts> {
  let until = performance.now() + lawMs;
  let hasFailed = false;
  const isOver = (): boolean => performance.now() > until;
  return {
    isAsync: () => true,
    generate: (random, runId) => property.generate(random, runId),
    shrink: (value) => property.shrink(value),
    runBeforeEach() {
      if (!isOver()) newCase();
      return property.runBeforeEach();
    },
    runAfterEach: () => property.runAfterEach(),
    async run(value) {
      if (isOver()) return null;
      const failure = await property.run(value);
      if (failure !== null && !hasFailed) {
        hasFailed = true;
        until = performance.now() + shrinkMs;
      }
      return failure;
    },
  };
}

/** fast-check writes the replay path of a sequence of commands into the text of the counterexample. */
function replayPathOf(counterexample: unknown): string | null {
  return /\/\*replayPath="([^"]*)"\*\//.exec(fc.stringify(counterexample))?.[1] ?? null;
}

setWorldConstructor(NicWorld);
