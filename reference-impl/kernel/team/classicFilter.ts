/** Classic BPF over frames that are sent: bpf_check_classic() and what bpf_prog_run() does with such a program. */
import type { TxFrame } from '../frames.js';

/** struct sock_filter. */
interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** A program that was checked. */
export type ClassicFilter = readonly Instruction[];

export const SOCK_FILTER_SIZE = 8;
const BPF_MAXINSNS = 4096;
const BPF_MEMWORDS = 16;

/** linux/bpf_common.h: classes, sizes, modes, sources. */
const [BPF_LD, BPF_LDX, BPF_ST, BPF_STX, BPF_ALU, BPF_JMP, BPF_RET, BPF_MISC] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const [BPF_W, BPF_H] = [0x00, 0x08] as const;
const [BPF_IMM, BPF_ABS, BPF_IND, BPF_MEM, BPF_LEN, BPF_MSH] = [0x00, 0x20, 0x40, 0x60, 0x80, 0xa0] as const;
const BPF_X = 0x08;
const BPF_A = 0x10;
const BPF_TXA = 0x80;
const [BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR, BPF_AND] = [0x00, 0x10, 0x20, 0x30, 0x40, 0x50] as const;
const [BPF_LSH, BPF_RSH, BPF_NEG, BPF_MOD, BPF_XOR] = [0x60, 0x70, 0x80, 0x90, 0xa0] as const;
const [BPF_JA, BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET] = [0x00, 0x10, 0x20, 0x30, 0x40] as const;

/** linux/filter.h: loads from there are of what lies beside the frame, or count from another place. */
const SKF_AD_OFF = -0x1000;
const SKF_NET_OFF = -0x100000;
const SKF_LL_OFF = -0x200000;
const [SKF_AD_PROTOCOL, SKF_AD_ALU_XOR_X, SKF_AD_VLAN_TAG, SKF_AD_VLAN_TAG_PRESENT] = [0, 40, 44, 48] as const;
const SKF_AD_VLAN_TPID = 60;
const ANCILLARY: ReadonlySet<number> = new Set([
  SKF_AD_PROTOCOL,
  SKF_AD_ALU_XOR_X,
  SKF_AD_VLAN_TAG,
  SKF_AD_VLAN_TAG_PRESENT,
  SKF_AD_VLAN_TPID,
]);
const ETH_HLEN = 14;

const LOADS = [BPF_ABS, BPF_IND].flatMap((mode) => [0x00, 0x08, 0x10].map((size) => BPF_LD | size | mode));
const ARITHMETIC = [BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR, BPF_AND, BPF_LSH, BPF_RSH, BPF_MOD, BPF_XOR];
const JUMPS = [BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET];

/** chk_code_allowed(). */
const ALLOWED: ReadonlySet<number> = new Set([
  ...LOADS,
  ...[BPF_IMM, BPF_MEM, BPF_LEN].flatMap((mode) => [BPF_LD | mode, BPF_LDX | mode]),
  BPF_LDX | 0x10 | BPF_MSH,
  BPF_ST,
  BPF_STX,
  ...ARITHMETIC.flatMap((operation) => [BPF_ALU | operation, BPF_ALU | operation | BPF_X]),
  BPF_ALU | BPF_NEG,
  BPF_JMP | BPF_JA,
  ...JUMPS.flatMap((operation) => [BPF_JMP | operation, BPF_JMP | operation | BPF_X]),
  BPF_RET,
  BPF_RET | BPF_A,
  BPF_MISC,
  BPF_MISC | BPF_TXA,
]);

/** struct sock_filter one behind the other. Undefined where bpf_check_classic() says EINVAL. */
export function checkedFilter(bytes: Uint8Array): ClassicFilter | undefined {
  const count = bytes.length / SOCK_FILTER_SIZE;
  if (!Number.isInteger(count) || count < 1 || count > BPF_MAXINSNS) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const program = Array.from({ length: count }, (_, index): Instruction => {
    const at = index * SOCK_FILTER_SIZE;
    return {
      code: view.getUint16(at, true),
      jt: view.getUint8(at + 2),
      jf: view.getUint8(at + 3),
      k: view.getUint32(at + 4, true),
    };
  });
  if (!program.every((instruction, at) => isSound(instruction, at, count))) return undefined;
  const last = program[count - 1]?.code;
  const returns = last === BPF_RET || last === (BPF_RET | BPF_A);
  return returns && readsWhatWasStored(program) ? program : undefined;
}

function isSound({ code, jt, jf, k }: Instruction, at: number, count: number): boolean {
  if (!ALLOWED.has(code)) return false;
  switch (code) {
    case BPF_ALU | BPF_DIV:
    case BPF_ALU | BPF_MOD:
      return k !== 0;
    case BPF_ALU | BPF_LSH:
    case BPF_ALU | BPF_RSH:
      return k < 32;
    case BPF_LD | BPF_MEM:
    case BPF_LDX | BPF_MEM:
    case BPF_ST:
    case BPF_STX:
      return k < BPF_MEMWORDS;
    case BPF_JMP | BPF_JA:
      return k < count - at - 1;
    default:
      break;
  }
  if ((code & 7) === BPF_JMP) return at + jt + 1 < count && at + jf + 1 < count;
  const isAbsolute = (code & 7) === BPF_LD && (code & 0xe0) === BPF_ABS;
  return !isAbsolute || (k | 0) < SKF_AD_OFF || (k | 0) >= 0 || ANCILLARY.has((k | 0) - SKF_AD_OFF);
}

/** check_load_and_stores(): no word is read that no way here has written. */
function readsWhatWasStored(program: ClassicFilter): boolean {
  const known = new Uint16Array(program.length).fill(0xffff);
  let valid = 0;
  for (const [at, { code, jt, jf, k }] of program.entries()) {
    valid &= known[at] ?? 0;
    switch (code) {
      case BPF_ST:
      case BPF_STX:
        valid |= 1 << k;
        break;
      case BPF_LD | BPF_MEM:
      case BPF_LDX | BPF_MEM:
        if ((valid & (1 << k)) === 0) return false;
        break;
      case BPF_JMP | BPF_JA:
        known[at + 1 + k] = (known[at + 1 + k] ?? 0) & valid;
        valid = 0xffff;
        break;
      default:
        if ((code & 7) !== BPF_JMP) break;
        known[at + 1 + jt] = (known[at + 1 + jt] ?? 0) & valid;
        known[at + 1 + jf] = (known[at + 1 + jf] ?? 0) & valid;
        valid = 0xffff;
    }
  }
  return true;
}

const memory = new Uint32Array(BPF_MEMWORDS);

/** What the program answers, 32 bits without a sign; a load beyond the frame ends it with 0. */
export function runFilter(program: ClassicFilter, frame: TxFrame): number {
  let a = 0;
  let x = 0;
  for (let pc = 0; pc < program.length; pc++) {
    const instruction = program[pc];
    if (instruction === undefined) return 0;
    const { code, k } = instruction;
    switch (code & 7) {
      case BPF_LD:
      case BPF_LDX: {
        const loaded = load(code, k, a, x, frame);
        if (loaded < 0) return 0;
        if ((code & 7) === BPF_LD) a = loaded;
        else x = loaded;
        break;
      }
      case BPF_ST:
        memory[k] = a;
        break;
      case BPF_STX:
        memory[k] = x;
        break;
      case BPF_ALU: {
        const operand = (code & BPF_X) === 0 ? k : x;
        const operation = code & 0xf0;
        if ((operation === BPF_DIV || operation === BPF_MOD) && operand === 0) return 0;
        a = compute(operation, a, operand);
        break;
      }
      case BPF_JMP:
        pc += jump(instruction, a, x);
        break;
      case BPF_RET:
        return code === BPF_RET ? k : a;
      default:
        if (code === (BPF_MISC | BPF_TXA)) a = x;
        else x = a;
    }
  }
  return 0;
}

/** -1: beyond the frame. */
function load(code: number, k: number, a: number, x: number, frame: TxFrame): number {
  switch (code & 0xe0) {
    case BPF_IMM:
      return k;
    case BPF_MEM:
      return memory[k] ?? 0;
    case BPF_LEN:
      return frame.bytes.length;
    case BPF_MSH: {
      const first = read(frame.bytes, k | 0, 1);
      return first < 0 ? first : (first & 0x0f) << 2;
    }
    case BPF_IND:
      return read(frame.bytes, (k + x) | 0, sizeOf(code));
    default: {
      const beside = (k | 0) - SKF_AD_OFF;
      return (k | 0) < 0 && beside >= 0 ? ancillary(beside, a, x, frame) : read(frame.bytes, k | 0, sizeOf(code));
    }
  }
}

const sizeOf = (code: number): number => ((code & 0x18) === BPF_W ? 4 : (code & 0x18) === BPF_H ? 2 : 1);

function read(bytes: Uint8Array, offset: number, size: number): number {
  let at = offset;
  if (offset < 0) at = offset >= SKF_NET_OFF ? offset - SKF_NET_OFF + ETH_HLEN : offset - SKF_LL_OFF;
  if (at < 0 || at + size > bytes.length) return -1;
  let value = 0;
  for (let index = 0; index < size; index++) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

function ancillary(which: number, a: number, x: number, { bytes, vlan }: TxFrame): number {
  switch (which) {
    case SKF_AD_PROTOCOL:
      return read(bytes, 12, 2);
    case SKF_AD_ALU_XOR_X:
      return (a ^ x) >>> 0;
    case SKF_AD_VLAN_TAG:
      return vlan?.tci ?? 0;
    case SKF_AD_VLAN_TAG_PRESENT:
      return vlan === undefined ? 0 : 1;
    default:
      return vlan?.tpid ?? 0;
  }
}

function compute(operation: number, a: number, operand: number): number {
  switch (operation) {
    case BPF_ADD:
      return (a + operand) >>> 0;
    case BPF_SUB:
      return (a - operand) >>> 0;
    case BPF_MUL:
      return Math.imul(a, operand) >>> 0;
    case BPF_DIV:
      return Math.floor(a / operand);
    case BPF_OR:
      return (a | operand) >>> 0;
    case BPF_AND:
      return (a & operand) >>> 0;
    case BPF_LSH:
      return (a << operand) >>> 0;
    case BPF_RSH:
      return a >>> operand;
    case BPF_NEG:
      return -a >>> 0;
    case BPF_MOD:
      return a % operand;
    default:
      return (a ^ operand) >>> 0;
  }
}

function jump({ code, jt, jf, k }: Instruction, a: number, x: number): number {
  const operand = (code & BPF_X) === 0 ? k : x;
  switch (code & 0xf0) {
    case BPF_JA:
      return k;
    case BPF_JEQ:
      return a === operand ? jt : jf;
    case BPF_JGT:
      return a > operand ? jt : jf;
    case BPF_JGE:
      return a >= operand ? jt : jf;
    default:
      return (a & operand) !== 0 ? jt : jf;
  }
}
