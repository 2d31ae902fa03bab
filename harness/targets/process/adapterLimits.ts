/** What a device in a process of its own may use before it costs itself its verdict. */

export interface AdapterLimits {
  /** Milliseconds from the start of the process to its answer to `hello`. */
  readonly startMs: number;
  /** Milliseconds that one call may take. */
  readonly callMs: number;
  /** Milliseconds that one process may live. */
  readonly totalMs: number;
  /** Resident bytes of the process and all that it started. */
  readonly memoryBytes: number;
  /** Bytes of one message. */
  readonly messageBytes: number;
  /** Bytes between two answers: more is a flood. */
  readonly outputBytes: number;
  /** Bytes of standard error over its whole life. */
  readonly stderrBytes: number;
}

const MIB = 1024 * 1024;

export const ADAPTER_LIMITS: AdapterLimits = {
  startMs: 10_000,
  callMs: 3_000,
  totalMs: 60 * 60_000,
  memoryBytes: 2048 * MIB,
  messageBytes: 16 * MIB,
  outputBytes: 64 * MIB,
  stderrBytes: 64 * MIB,
};
