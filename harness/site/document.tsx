/** One self-contained HTML file. The content policy lets the page's own script run and nothing else. */
import { createHash } from 'node:crypto';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { SignSheet } from './verdict.js';

export interface PageParts {
  readonly title: string;
  readonly content: VNode;
  /** THEME, and what the page adds to it. */
  readonly style: string;
  /** The one script of the page; its digest goes into the policy. Never made from data. */
  readonly script?: string;
  /** By the id of the element that carries it: data that the script reads with JSON.parse. Nothing in it can run. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** More of the content policy, for a page that a server sends: `connect-src 'self'`. */
  readonly policy?: string;
}

/** The whole document, as text. `content` is escaped where it comes from data; so is `title`. */
export function renderDocument({ title, content, style, script = '', data = {}, policy = '' }: PageParts): string {
  const scripts = script === '' ? "'none'" : `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  const rules = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src ${scripts}`,
    "base-uri 'none'",
    "form-action 'none'",
    ...(policy === '' ? [] : [policy]),
  ];
  const page = (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={rules.join('; ')} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <SignSheet />
        {content}
        {Object.entries(data).map(([id, value]) => (
          <script type="application/json" id={id} dangerouslySetInnerHTML={{ __html: inertJson(value) }} />
        ))}
        {script === '' ? null : <script dangerouslySetInnerHTML={{ __html: script }} />}
      </body>
    </html>
  );
  return `<!doctype html>\n${renderToString(page)}\n`;
}

/** JSON that cannot end the element that it stands in, nor begin another: every `<` is written as an escape. */
export const inertJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
