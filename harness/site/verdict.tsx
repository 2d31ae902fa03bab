/** A verdict as sign and word. */
import type { VNode } from 'preact';
import type { Outcome } from '../runner/records.js';
import { OUTCOME_ORDER, OUTCOME_TEXT } from './words.js';

/** Drawn on 16 by 16. Full and open shapes differ without colour: a tick, a cross, a question mark, a ring with a bar, a dash. */
const SIGNS: Readonly<Record<Outcome, VNode>> = {
  pass: (
    <path
      d="M3.5 8.5l3 3 6-7"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  ),
  fail: <path d="M4 4l8 8M12 4l-8 8" fill="none" stroke="currentColor" stroke-width="2.25" stroke-linecap="round" />,
  inconclusive: (
    <path
      d="M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.6 8 9 8 9.8M8 12.4v.2"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
    />
  ),
  'not-supported': (
    <path
      d="M8 2.75a5.25 5.25 0 1 1 0 10.5 5.25 5.25 0 0 1 0-10.5zM4.5 11.5l7-7"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
    />
  ),
  'not-applicable': <path d="M4 8h8" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" />,
};

/** The drawings, once in a page; `Sign` shows them. */
export const SignSheet = (): VNode => (
  <svg width="0" height="0" style={{ position: 'absolute' }} aria-hidden="true">
    {OUTCOME_ORDER.map((outcome) => (
      <symbol id={`sign-${outcome}`} viewBox="0 0 16 16">
        {SIGNS[outcome]}
      </symbol>
    ))}
  </svg>
);

export const Sign = ({ outcome }: { readonly outcome: Outcome }): VNode => (
  <span class={`sign v-${outcome}`} aria-hidden="true">
    <svg>
      <use href={`#sign-${outcome}`} />
    </svg>
  </span>
);

interface VerdictProps {
  readonly outcome: Outcome;
  readonly isWarning?: boolean;
  /** Instead of the outcome's own name. */
  readonly text?: string;
}

export const Verdict = ({ outcome, isWarning = false, text = OUTCOME_TEXT[outcome] }: VerdictProps): VNode => (
  <span class="verdict">
    <Sign outcome={outcome} />
    {text}
    {isWarning ? <span class="muted"> (warning)</span> : null}
  </span>
);

/** A verdict on a ground of its own, for a line of several: with the name of the target that it is of, where one is given. */
export const Badge = ({ outcome, name }: { readonly outcome: Outcome; readonly name?: string }): VNode => (
  <span class={`badge b-${outcome}`}>
    <Sign outcome={outcome} />
    {name === undefined ? null : <>{name}: </>}
    {OUTCOME_TEXT[outcome]}
  </span>
);
