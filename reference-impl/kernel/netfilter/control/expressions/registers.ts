/** Registers that a rule names: nft_parse_register_load(), nft_parse_register_store(). */
import { EINVAL, ENODATA, ERANGE } from '../../../errno.js';
import type { RegisterWord } from '../../expressions.js';
import type { Attributes } from '../attributes.js';
import { Refused } from '../refused.js';

const NFT_REG_4 = 4;
const NFT_REG32_00 = 8;
const NFT_REG32_15 = 23;
/** Words of a 16-byte register. */
const WORDS = 4;
/** sizeof_field(struct nft_regs, data). */
const REGISTER_BYTES = 80;

/** nft_parse_register(). */
function wordOf(register: number): RegisterWord {
  if (register <= NFT_REG_4) return (register * WORDS) as RegisterWord;
  if (register >= NFT_REG32_00 && register <= NFT_REG32_15) return (register + WORDS - NFT_REG32_00) as RegisterWord;
  throw new Refused(ERANGE);
}

/** nft_dump_register(): words that begin a 16-byte register are told as that. */
export const registerOf = (word: number): number => (word % WORDS === 0 ? word / WORDS : word - WORDS + NFT_REG32_00);

export const NFT_REG_VERDICT = 0;

/** ctx->reg_inited: which were stored to by what stands before in the rule. */
export class Registers {
  readonly #stored = new Set<number>();
  readonly #checks: (check: string) => boolean;

  constructor(checks: (check: string) => boolean) {
    this.#checks = checks;
  }

  load(attributes: Attributes, name: string, length: number): RegisterWord {
    const word = wordOf(attributes.number(name) ?? 0);
    if (word < WORDS || length === 0) throw new Refused(EINVAL);
    this.#checkEnd(word, length);
    const end = word + Math.ceil(length / 4);
    for (let at: number = word; at < end; at++)
      if (!this.#stored.has(at) && this.#checks('register-stored')) throw new Refused(ENODATA);
    return word;
  }

  store(attributes: Attributes, name: string, kind: 'value' | 'verdict', length: number): RegisterWord {
    const word = wordOf(attributes.number(name) ?? 0);
    if (word === NFT_REG_VERDICT) {
      if (kind !== 'verdict') throw new Refused(EINVAL);
    } else {
      if (kind !== 'value' || word < WORDS || length === 0) throw new Refused(EINVAL);
      this.#checkEnd(word, length);
    }
    for (let at: number = word; at < word + Math.ceil(length / 4); at++) this.#stored.add(at);
    return word;
  }

  #checkEnd(word: number, length: number): void {
    if (word * 4 + length > REGISTER_BYTES && this.#checks('register-end')) throw new Refused(ERANGE);
  }
}
