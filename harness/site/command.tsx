/** A command to copy; the button appears where scripts run. A line breaks between words only, unless a word is longer. */
import type { VNode } from 'preact';

export const Command = ({ text }: { readonly text: string }): VNode => (
  <div class="copy">
    <pre>
      {text.split(' ').map((word, index) => (
        <>
          {index === 0 ? '' : ' '}
          <span>{word}</span>
        </>
      ))}
    </pre>
    <button type="button" hidden>
      Copy
    </button>
  </div>
);
