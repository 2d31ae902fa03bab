/** Packets that rules have traced, step by step: net/netfilter/nf_tables_trace.c, and where nft_do_chain() calls it. */
import { NFT_CONTINUE } from '../ruleset.js';
import type { BaseProgram, Program } from './compile.js';
import { NF_STOLEN, type Evaluation } from './evaluation.js';
import type { Packet } from './packet.js';
import type { NetfilterPathParts } from './pathParts.js';

/** enum nft_trace_types. */
export const NFT_TRACETYPE_POLICY = 1;
export const NFT_TRACETYPE_RULE = 3;

/** What is told of a packet at one step: NFT_MSG_TRACE. */
export interface TraceStep {
  readonly type: typeof NFT_TRACETYPE_POLICY | typeof NFT_TRACETYPE_RULE;
  readonly base: BaseProgram;
  /** The chain whose rule it is. */
  readonly program: Program;
  /** Absent at the end of a chain. */
  readonly rule: bigint | undefined;
  readonly verdict: number;
  /** Where NFT_JUMP and NFT_GOTO lead. */
  readonly target: string | undefined;
  readonly packet: Packet;
  /** Whether it tells the headers and net devices of the packet: at the first step. */
  readonly showsPacket: boolean;
}

/** struct nft_traceinfo: of one base chain and one packet. */
export class Trace {
  readonly #parts: NetfilterPathParts;
  readonly #base: BaseProgram;
  readonly #packet: Packet;
  readonly #tell: (step: TraceStep) => void;
  /** info->nf_trace: what the packet said when somebody looked last. */
  #isOn: boolean;
  #isShown = false;

  constructor(parts: NetfilterPathParts, base: BaseProgram, packet: Packet, tell: (step: TraceStep) => void) {
    this.#parts = parts;
    this.#base = base;
    this.#packet = packet;
    this.#tell = tell;
    this.#isOn = packet.isTraced;
  }

  /** nft_trace_copy_nftrace(): a rule did not match, and may have switched it before. */
  look(): void {
    this.#isOn = this.#packet.isTraced;
  }

  /** nft_trace_packet(): a rule came to its end, and the next one follows. */
  passed(program: Program, at: number): void {
    this.look();
    this.#step(NFT_TRACETYPE_RULE, program, at, NFT_CONTINUE);
  }

  /**
   * nft_trace_verdict(): a rule decided, or the chain has come to its end. The kernel looks for NFT_CONTINUE and NFT_RETURN under
   * NF_VERDICT_MASK, where they never are, so that these are told as rules too and NFT_TRACETYPE_RETURN is not seen.
   */
  decided(program: Program, at: number | undefined, { code, chain }: Evaluation): void {
    if (code !== NF_STOLEN) this.look();
    this.#step(NFT_TRACETYPE_RULE, program, at, code, program.chains.get(chain)?.chain.name);
  }

  /** Nobody decided: what the base chain does then. */
  policy(): void {
    this.look();
    this.#step(NFT_TRACETYPE_POLICY, this.#base, undefined, NFT_CONTINUE);
  }

  #step(type: TraceStep['type'], program: Program, at: number | undefined, verdict: number, target?: string): void {
    if (!this.#parts.traces(this.#isOn)) return;
    const rule = at === undefined ? undefined : program.chain.rules[at]?.handle;
    const showsPacket = !this.#isShown && verdict !== NF_STOLEN;
    this.#isShown = this.#parts.showsPacketOnce;
    if (!this.#parts.keepsTraceId) this.#packet.traceId++;
    this.#tell({
      type,
      base: this.#base,
      program,
      rule,
      verdict,
      target,
      packet: this.#packet,
      showsPacket,
    });
  }
}
