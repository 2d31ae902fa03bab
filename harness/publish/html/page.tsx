/** The frame of every page: skip link, head with search, contents, main text, what stands on the page, foot. */
import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { SignSheet } from '../../site/verdict.js';
import type { Specification } from '../specification/model.js';
import { chapterPage, companionPage, hasApi, PAGES } from './places.js';

/** Pages run the scripts of their own folder and nothing else: none from data, none from elsewhere, none in the page. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self' 'unsafe-inline'",
  "script-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export interface PageProps {
  readonly specification: Specification;
  /** File name: marks the page in the contents. */
  readonly page: string;
  readonly title: string;
  readonly children: ComponentChildren;
  /** What stands on the page, for wide screens. */
  readonly onThisPage?: readonly Place[];
  readonly before?: Place | undefined;
  readonly after?: Place | undefined;
}

export interface Place {
  readonly href: string;
  readonly title: string;
  /** Of a requirement, before its title. */
  readonly id?: string;
  readonly depth?: 1 | 2;
}

export function renderPage(props: PageProps): string {
  const { specification, title, children, page, onThisPage = [], before, after } = props;
  const html = (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{title === specification.front.title ? title : `${title} – ${specification.front.title}`}</title>
        <link rel="stylesheet" href="assets/style.css" />
        <script src="assets/scheme.js" />
        <script src="assets/site.js" defer />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the text
        </a>
        <SignSheet />
        <Head specification={specification} />
        <div class="frame">
          <Contents specification={specification} page={page} />
          <main id="content" tabIndex={-1}>
            {children}
            <Turn before={before} after={after} />
          </main>
          {onThisPage.length === 0 ? null : <OnThisPage places={onThisPage} />}
        </div>
        <footer class="site-foot">
          <p>
            nicspec {specification.version}, Apache-2.0. Digest of what is asked:{' '}
            <code>{specification.digest.slice(0, 16)}</code>
          </p>
        </footer>
      </body>
    </html>
  );
  return `<!doctype html>\n${renderToString(html)}\n`;
}

const Head = ({ specification: { front, version } }: { readonly specification: Specification }): VNode => (
  <header class="site-head">
    <a class="brand" href={PAGES.front}>
      nicspec <span class="muted">{version}</span>
    </a>
    <form class="search" role="search" hidden>
      <label class="unseen" for="search">
        Search {front.title}
      </label>
      <input
        id="search"
        type="text"
        autocomplete="off"
        placeholder="Search"
        role="combobox"
        aria-expanded="false"
        aria-controls="found"
        aria-autocomplete="list"
      />
      <kbd aria-hidden="true">/</kbd>
      <ul id="found" role="listbox" aria-label="Found" hidden />
      <p class="unseen" id="found-count" role="status" />
    </form>
    <button type="button" class="scheme" hidden aria-label="Colours: as the system">
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5" />
        <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
      </svg>
    </button>
  </header>
);

interface ContentsProps {
  readonly specification: Specification;
  readonly page: string;
}

/** Open on wide screens; on a phone it opens at the head of the page, without a script. */
const Contents = ({ specification, page }: ContentsProps): VNode => {
  const { parts, companions } = specification;
  const link = (href: string, title: string, number = ''): VNode => (
    <li>
      <a href={href} {...(href === page ? { 'aria-current': 'page' as const } : {})}>
        {number === '' ? null : <span class="number">{number}</span>}
        <span>{title}</span>
      </a>
    </li>
  );
  return (
    <nav class="contents" aria-label="Contents">
      <input type="checkbox" id="open-contents" class="unseen" />
      <label for="open-contents">Contents</label>
      <div class="inside">
        <ul class="plain">{link(PAGES.front, 'About this document')}</ul>
        {parts.map(({ title, chapters }) => (
          <>
            <p class="part">{title}</p>
            <ul class="plain">
              {chapters.map((chapter) => link(chapterPage(chapter.id), chapter.title, String(chapter.number)))}
            </ul>
          </>
        ))}
        <p class="part">Beside it</p>
        <ul class="plain">{companions.map(({ id, title }) => link(companionPage(id), title))}</ul>
        <p class="part">Look up</p>
        <ul class="plain">
          {link(PAGES.glossary, 'Glossary')}
          {link(PAGES.profile, 'By profile')}
          {link(PAGES.level, 'By level')}
          {link(PAGES.capability, 'By capability')}
          {link(PAGES.release, 'By kernel release')}
          {link(PAGES.changes, 'Changes')}
          {hasApi(specification) ? link(PAGES.api, 'API reference') : null}
        </ul>
      </div>
    </nav>
  );
};

const OnThisPage = ({ places }: { readonly places: readonly Place[] }): VNode => (
  <nav class="aside" aria-label="On this page">
    <p class="part">On this page</p>
    <ul class="plain">
      {places.map(({ href, title, id, depth = 1 }) => (
        <li class={`depth-${depth}`}>
          <a href={href} {...(id === undefined ? {} : { title: id })}>
            {title}
          </a>
        </li>
      ))}
    </ul>
  </nav>
);

const Turn = ({
  before,
  after,
}: {
  readonly before: Place | undefined;
  readonly after: Place | undefined;
}): VNode | null =>
  before === undefined && after === undefined ? null : (
    <nav class="turn" aria-label="Chapters before and after">
      {before === undefined ? (
        <span />
      ) : (
        <a rel="prev" href={before.href}>
          <span class="muted">Before</span>
          {before.title}
        </a>
      )}
      {after === undefined ? null : (
        <a rel="next" href={after.href}>
          <span class="muted">Next</span>
          {after.title}
        </a>
      )}
    </nav>
  );
