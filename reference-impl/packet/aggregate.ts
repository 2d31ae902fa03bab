/**
 * Generic receive offload: consecutive segments of one TCP flow become one frame that segmentation would take apart again.
 * The rules are those of net/core/gro.c, net/ipv4/af_inet.c, net/ipv6/ip6_offload.c and net/ipv4/tcp_offload.c.
 */
import { equalBytes, readU16, readU32, writeU16 } from './bytes.js';
import { pseudoHeaderSum } from './checksum.js';
import { newFlow, parseFlow, type Flow } from './flow.js';
import {
  ETH_HLEN,
  IPPROTO_TCP,
  TCP_FLAG_CWR,
  TCP_FLAG_FIN,
  TCP_FLAG_PSH,
  TCP_FLAG_RST,
  TCP_FLAG_SYN,
  TCP_FLAG_URG,
} from './protocols.js';
import { writeHeaderChecksum, writeNetworkLength } from './segment.js';

export interface GroOutput<Token> {
  /** The frame as it came, or the aggregate: its TCP checksum field then holds the sum of the pseudo header. */
  readonly bytes: Uint8Array;
  /** Payload bytes of every segment but the last; 0 for a frame that was not merged. */
  readonly gsoSize: number;
  readonly segments: number;
  readonly gsoType: 'none' | 'tcp4' | 'tcp6';
  /** What the caller gave with the first frame. */
  readonly token: Token;
}

export interface GroLimits {
  /** An aggregate stays below this many bytes, counted from its network header (gro_max_size). */
  readonly maxSize: number;
  readonly maxSegments: number;
  /** Flows that are held at once; the oldest leaves for one more (MAX_GRO_SKBS). */
  readonly maxFlows: number;
}

/** A run of segments that waits for its next. */
export interface HeldRun {
  readonly first: Uint8Array;
  readonly flow: Readonly<Flow>;
  readonly gsoSize: number;
  segments: number;
  payloadLength: number;
  /** Set by the second frame of an IPv4 flow with DF: all identifications are the same. */
  fixedId: boolean;
}

/**
 * Each says whether a segment may go on with a run, as far as one property is concerned. All must agree.
 * @requirement NIC-GRO-*
 */
export interface GroRules {
  /** Same TOS or traffic class, TTL or hop limit, and DF. */
  readonly sameNetworkFields: (run: HeldRun, bytes: Uint8Array, flow: Flow) => boolean;
  /** IPv4: one more than the segment before, or, with DF, the same all along. */
  readonly identification: (run: HeldRun, bytes: Uint8Array, flow: Flow) => boolean;
  readonly sameAcknowledgement: (run: HeldRun, bytes: Uint8Array, flow: Flow) => boolean;
  readonly sameOptions: (run: HeldRun, bytes: Uint8Array, flow: Flow) => boolean;
  /** No CWR, and no other flag that differs, but for FIN and PSH. */
  readonly flags: (run: HeldRun, bytes: Uint8Array, flow: Flow) => boolean;
  readonly sequence: (run: HeldRun, bytes: Uint8Array, flow: Flow) => boolean;
  /** Not empty, not longer than the first. */
  readonly size: (run: HeldRun, payloadLength: number) => boolean;
  readonly limits: (run: HeldRun, payloadLength: number, limits: GroLimits) => boolean;
  /** Whether a run ends with this segment: it is shorter than the first, or has one of URG, PSH, RST, SYN, FIN. */
  readonly ends: (flags: number, payloadLength: number, gsoSize: number) => boolean;
  /** Whether a frame may be merged at all: TCP, verified, no IP options, no fragment. */
  readonly eligible: (flow: Flow, checksumVerified: boolean) => boolean;
}

const ENDING = TCP_FLAG_URG | TCP_FLAG_PSH | TCP_FLAG_RST | TCP_FLAG_SYN | TCP_FLAG_FIN;
const flagsOf = (bytes: Uint8Array, flow: Flow): number => bytes[flow.transportOffset + 13] ?? 0;

export const GRO_RULES: GroRules = {
  sameNetworkFields: (run, bytes, flow) => {
    const [a, b] = [run.flow.networkOffset, flow.networkOffset];
    if (flow.ipVersion === 6) {
      return trafficClass(run.first, a) === trafficClass(bytes, b) && run.first[a + 7] === bytes[b + 7];
    }
    const sameDf = (((run.first[a + 6] ?? 0) ^ (bytes[b + 6] ?? 0)) & 0x40) === 0;
    return run.first[a + 1] === bytes[b + 1] && run.first[a + 8] === bytes[b + 8] && sameDf;
  },
  identification: (run, bytes, flow) => {
    if (flow.ipVersion === 6) return true;
    const first = readU16(run.first, run.flow.networkOffset + 4);
    const id = readU16(bytes, flow.networkOffset + 4);
    const dontFragment = ((bytes[flow.networkOffset + 6] ?? 0) & 0x40) !== 0;
    if (run.segments === 1 && dontFragment) run.fixedId = id === first;
    return id === (run.fixedId ? first : (first + run.segments) & 0xffff);
  },
  sameAcknowledgement: (run, bytes, flow) =>
    readU32(run.first, run.flow.transportOffset + 8) === readU32(bytes, flow.transportOffset + 8),
  sameOptions: (run, bytes, flow) =>
    equalBytes(
      run.first.subarray(run.flow.transportOffset + 20, run.flow.payloadOffset),
      bytes.subarray(flow.transportOffset + 20, flow.payloadOffset),
    ),
  flags: (run, bytes, flow) => {
    const flags = flagsOf(bytes, flow);
    const differing = (flags ^ flagsOf(run.first, run.flow)) & ~(TCP_FLAG_FIN | TCP_FLAG_PSH | TCP_FLAG_CWR);
    return (flags & TCP_FLAG_CWR) === 0 && differing === 0;
  },
  sequence: (run, bytes, flow) =>
    readU32(bytes, flow.transportOffset + 4) ===
    (readU32(run.first, run.flow.transportOffset + 4) + run.payloadLength) >>> 0,
  size: (run, payloadLength) => payloadLength > 0 && payloadLength <= run.gsoSize,
  limits: (run, payloadLength, { maxSize, maxSegments }) =>
    run.flow.payloadOffset - run.flow.networkOffset + run.payloadLength + payloadLength < maxSize &&
    run.segments < maxSegments,
  ends: (flags, payloadLength, gsoSize) => payloadLength < gsoSize || (flags & ENDING) !== 0,
  eligible: (flow, checksumVerified) =>
    checksumVerified &&
    flow.protocol === IPPROTO_TCP &&
    flow.payloadOffset >= 0 &&
    !flow.isFragment &&
    !flow.hasOptions &&
    flow.vlanCount === 0,
};

const trafficClass = (bytes: Uint8Array, at: number): number => (readU16(bytes, at) >> 4) & 0xff;

interface Run<Token> extends HeldRun {
  readonly token: Token;
  readonly payloads: Uint8Array[];
  endFlags: number;
}

/**
 * Aggregates the frames of one queue. Order within a flow is kept: what ends a run leaves behind it.
 * @requirement NIC-GRO-*
 */
export class GroEngine<Token = undefined> {
  readonly #limits: GroLimits;
  readonly #rules: GroRules;
  readonly #flow = newFlow();
  #runs: Run<Token>[] = [];

  constructor(limits: GroLimits, rules: GroRules = GRO_RULES) {
    this.#limits = limits;
    this.#rules = rules;
  }

  /** Whether anything waits for its next segment. */
  get holds(): boolean {
    return this.#runs.length > 0;
  }

  /** Takes a frame in; answers what leaves because of it, in order. */
  offer(bytes: Uint8Array, checksumVerified: boolean, token: Token): GroOutput<Token>[] {
    const flow = this.#flow;
    parseFlow(bytes, flow);
    const run = this.#runs.find((candidate) => sameFlow(candidate, bytes, flow));
    if (!this.#rules.eligible(flow, checksumVerified)) return [...this.#release(run), single(bytes, token)];

    const payloadLength = flow.ipEnd - flow.payloadOffset;
    if (run !== undefined && this.#mayMerge(run, bytes, payloadLength)) {
      this.#merge(run, bytes, payloadLength);
      return this.#rules.ends(flagsOf(bytes, flow), payloadLength, run.gsoSize) ? this.#release(run) : [];
    }
    const left = this.#release(run);
    // A segment that cannot be gone on with is not held: a pure acknowledgement, or one that ends what it starts.
    if (this.#rules.ends(flagsOf(bytes, flow), payloadLength, 1)) return [...left, single(bytes, token)];
    const oldest = this.#runs.length >= this.#limits.maxFlows ? this.#release(this.#runs[0]) : [];
    this.#runs.push(startRun(bytes, flow, payloadLength, token));
    return [...left, ...oldest];
  }

  /** Everything that is held leaves: the poll is over, or its time is. */
  flush(): GroOutput<Token>[] {
    const outputs = this.#runs.map(complete);
    this.#runs = [];
    return outputs;
  }

  #mayMerge(run: Run<Token>, bytes: Uint8Array, payloadLength: number): boolean {
    const [rules, flow] = [this.#rules, this.#flow];
    return (
      rules.sameNetworkFields(run, bytes, flow) &&
      rules.flags(run, bytes, flow) &&
      rules.sameAcknowledgement(run, bytes, flow) &&
      rules.sameOptions(run, bytes, flow) &&
      rules.size(run, payloadLength) &&
      rules.sequence(run, bytes, flow) &&
      rules.identification(run, bytes, flow) &&
      rules.limits(run, payloadLength, this.#limits)
    );
  }

  #merge(run: Run<Token>, bytes: Uint8Array, payloadLength: number): void {
    run.payloads.push(bytes.subarray(this.#flow.payloadOffset, this.#flow.payloadOffset + payloadLength));
    run.payloadLength += payloadLength;
    run.segments++;
    run.endFlags |= flagsOf(bytes, this.#flow) & (TCP_FLAG_FIN | TCP_FLAG_PSH);
  }

  #release(run: Run<Token> | undefined): GroOutput<Token>[] {
    if (run === undefined) return [];
    this.#runs.splice(this.#runs.indexOf(run), 1);
    return [complete(run)];
  }
}

/** Same link header, addresses, protocol and ports; for IPv6 the flow label too. */
function sameFlow(run: HeldRun, bytes: Uint8Array, flow: Flow): boolean {
  const held = run.flow;
  if (flow.protocol !== held.protocol || flow.ipVersion !== held.ipVersion) return false;
  if (flow.sourcePort !== held.sourcePort || flow.destinationPort !== held.destinationPort) return false;
  for (let at = 0; at < ETH_HLEN; at++) if (bytes[at] !== run.first[at]) return false;
  const [from, length] = flow.ipVersion === 6 ? [8, 32] : [12, 8];
  for (let at = from; at < from + length; at++) {
    if (bytes[flow.networkOffset + at] !== run.first[held.networkOffset + at]) return false;
  }
  if (flow.ipVersion === 4) return true;
  const label = (frame: Uint8Array, at: number): number => readU32(frame, at) & 0xfffff;
  return label(bytes, flow.networkOffset) === label(run.first, held.networkOffset);
}

function startRun<Token>(bytes: Uint8Array, flow: Flow, payloadLength: number, token: Token): Run<Token> {
  return {
    first: bytes,
    flow: { ...flow },
    gsoSize: payloadLength,
    segments: 1,
    payloadLength,
    fixedId: false,
    token,
    payloads: [],
    endFlags: 0,
  };
}

function single<Token>(bytes: Uint8Array, token: Token): GroOutput<Token> {
  return { bytes, gsoSize: 0, segments: 1, gsoType: 'none', token };
}

/** tcp_gro_complete(): one header over all payloads. */
function complete<Token>(run: Run<Token>): GroOutput<Token> {
  if (run.segments === 1) return single(run.first, run.token);
  const { flow } = run;
  const bytes = new Uint8Array(flow.payloadOffset + run.payloadLength);
  bytes.set(run.first.subarray(0, flow.ipEnd));
  let at = flow.payloadOffset + run.gsoSize;
  for (const payload of run.payloads) {
    bytes.set(payload, at);
    at += payload.length;
  }
  bytes[flow.transportOffset + 13] = flagsOf(bytes, flow) | run.endFlags;
  writeNetworkLength(bytes, flow.networkOffset);
  writeHeaderChecksum(bytes, flow.networkOffset);
  const length = bytes.length - flow.transportOffset;
  writeU16(bytes, flow.transportOffset + 16, pseudoHeaderSum(bytes, flow.networkOffset, IPPROTO_TCP, length));
  return {
    bytes,
    gsoSize: run.gsoSize,
    segments: run.segments,
    gsoType: flow.ipVersion === 6 ? 'tcp6' : 'tcp4',
    token: run.token,
  };
}
