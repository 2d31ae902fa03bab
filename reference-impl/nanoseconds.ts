/** Times of the contract are nanoseconds. */
export const MILLISECOND = 1_000_000n;
