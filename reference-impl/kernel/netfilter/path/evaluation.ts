/** One run of rules over one packet: registers and verdict (struct nft_regs), and what expressions need of the kernel. */
import type { IfIndex, Nanoseconds } from '../../../../harness/contract/index.js';
import type { TxFrame } from '../../frames.js';
import type { NetDevice } from '../../netDevice.js';
import type { Expression } from '../expressions.js';
import { NFT_BREAK, NFT_CONTINUE, type NftData, type StatefulObject, type Table } from '../ruleset.js';
import type { Packet } from './packet.js';
import type { NetfilterPathParts } from './pathParts.js';
import type { Trace, TraceStep } from './trace.js';

/** linux/netfilter.h: the packet is somebody else's now. */
export const NF_STOLEN = 2;

/** Bytes of a 32-bit register. */
export const WORD = 4;
/** NFT_REG_VERDICT as a register word. */
export const VERDICT_WORD = 0;
const WORDS = 20;

export class Evaluation {
  /** NFT_REG32_00 and on, behind the verdict; numbers of the host lie there least significant byte first. */
  readonly registers = new Uint8Array(WORDS * WORD);
  readonly view = new DataView(this.registers.buffer);
  packet: Packet;
  code: number = NFT_CONTINUE;
  /** Of NFT_JUMP and NFT_GOTO. */
  chain = 0n;
  /** Of a packet that somebody may want to follow. */
  trace: Trace | undefined;

  constructor(packet: Packet) {
    this.packet = packet;
  }

  /** The rule does not match. */
  break(): void {
    this.code = NFT_BREAK;
  }

  store(word: number, data: NftData): void {
    if (data.kind === 'value') {
      this.registers.set(data.bytes, word * WORD);
      return;
    }
    this.code = data.verdict.code;
    if ('chain' in data.verdict) this.chain = data.verdict.chain;
  }

  /** nft_reg_store8() and nft_reg_store16(): the rest of the register is zero. */
  storeNumber(word: number, value: number): void {
    this.view.setUint32(word * WORD, value, true);
  }

  number(word: number): number {
    return this.view.getUint32(word * WORD, true);
  }
}

/** An expression, ready to run. */
export type Operation = (run: Evaluation) => void;

/** What the kernel does for its rules. */
export interface PathSurroundings {
  readonly parts: NetfilterPathParts;
  now(): Nanoseconds;
  /** get_random_u32(). */
  random(): number;
  netDevice(ifIndex: IfIndex): NetDevice | undefined;
  /** dev_queue_xmit(), as soon as what is under way is done. `nested`: how often rules had sent the frame on before. */
  transmit(netDevice: NetDevice, frame: TxFrame, nested: number): void;
  /** neigh_xmit(): to the station that has the address. */
  transmitTo(netDevice: NetDevice, address: Uint8Array, packet: Uint8Array): void;
  /** nft_reject_eval(): tells the sender that the packet goes nowhere. */
  reject(packet: Packet, type: number, code: number): void;
  log(text: string): void;
  /** A quota came to its end: NFT_MSG_NEWOBJ. */
  depleted(table: Table, object: StatefulObject): void;
  /** Whether somebody listens to what becomes of packets that are traced. */
  hasTraceListeners(): boolean;
  traced(step: TraceStep): void;
}

/** What the expressions of a chain are compiled with. */
export interface Compilation {
  readonly around: PathSurroundings;
  readonly table: Table;
  compile(expression: Expression): Operation;
}

export type Of<Kind extends Expression['kind']> = Extract<Expression, { readonly kind: Kind }>;
