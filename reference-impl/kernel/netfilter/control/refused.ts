import type { Refusal } from '../../../netlink/validate.js';

/** A request of nf_tables that is refused; thrown by who reads it, caught where the batch goes on to its next message. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;

  /** `offset`: of the attribute to blame, from the start of the message (NL_SET_BAD_ATTR). */
  constructor(errno: number, offset?: number) {
    super(`errno ${errno}`);
    this.refusal = offset === undefined ? { ok: false, errno } : { ok: false, errno, offset };
  }

  get errno(): number {
    return this.refusal.errno;
  }
}

/** What the work answers, with the attribute to blame for whatever it is refused for. */
export function blaming<Result>(offset: number | undefined, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused) throw new Refused(error.errno, offset);
    throw error;
  }
}
