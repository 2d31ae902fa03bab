/** Prints pages on paper, which here is PDF, with Chromium, where there is one. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const LIMIT_MS = 60_000;

export interface PrintOptions {
  /** An outline of the headings, which readers show beside the pages. */
  readonly outline?: boolean;
  /** For its places alone: without the tags that screen readers need, which take most of the time of a long document. */
  readonly isDraft?: boolean;
  /** Default: a minute. */
  readonly limitMs?: number;
}

/** The browser that prints; undefined where there is none. */
export function findBrowser(): string | undefined {
  return BROWSERS.find((path) => existsSync(path));
}

/** Answers why there is no PDF, or null if there is. */
export async function printPdf(page: string, pdf: string, options: PrintOptions = {}): Promise<string | null> {
  const { outline = false, isDraft = false, limitMs = LIMIT_MS } = options;
  const browser = findBrowser();
  if (browser === undefined) return 'there is no Chromium here to print it';
  const profile = mkdtempSync(join(tmpdir(), 'nicspec-print-'));
  const quiet = [
    '--headless',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
  ];
  // As root Chromium refuses its sandbox; the page is our own, and its content policy lets no script of others run.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(
    browser,
    [
      ...quiet,
      ...sandbox,
      ...(outline ? ['--generate-pdf-document-outline'] : []),
      ...(isDraft ? ['--disable-pdf-tagging'] : []),
      `--user-data-dir=${profile}`,
      '--no-pdf-header-footer',
      `--print-to-pdf=${resolve(pdf)}`,
      pathToFileURL(resolve(page)).href,
    ],
    { stdio: 'ignore' },
  );
  const code = await new Promise<number | null>((done) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.once('error', () => done(null));
    child.once('exit', (exit) => {
      clearTimeout(timer);
      done(exit);
    });
  });
  rmSync(profile, { recursive: true, force: true });
  return existsSync(pdf) ? null : `Chromium did not print it (exit code ${code ?? 'none'})`;
}
