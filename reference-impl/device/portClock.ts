/** What the time does to a port: its timers. */
import type { Nanoseconds } from '../../harness/contract/index.js';
import { deliverIfDue, dueTime, flushIfDue, sendXoff } from './receiveRing.js';
import type { NicPort } from './state.js';
import { drainAll } from './transmit.js';

export const earliest = (a: Nanoseconds | null, b: Nanoseconds | null): Nanoseconds | null =>
  a === null ? b : b === null || a < b ? a : b;

/** Runs what is due, answers what is due next. */
export function advancePort(port: NicPort, now: Nanoseconds): Nanoseconds | null {
  const wasPaused = port.now < port.pausedUntil;
  port.now = now;
  if (!port.up) return null;
  if (wasPaused && now >= port.pausedUntil) drainAll(port);
  let next: Nanoseconds | null = now < port.pausedUntil ? port.pausedUntil : null;
  for (const queue of port.rxQueues) {
    flushIfDue(port, queue);
    deliverIfDue(port, queue);
    next = earliest(next, earliest(queue.flushAt, dueTime(port, queue)));
  }
  if (port.xoffRefresh !== null) {
    if (port.xoffRefresh <= now) sendXoff(port);
    next = earliest(next, port.xoffRefresh);
  }
  return next;
}
