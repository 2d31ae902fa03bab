/** What runs in the pages: search, colour scheme, opening all examples. Without it every page is whole, and only these are missing. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';
import { SEARCH_OPTIONS } from './searchIndex.js';

/** Runs before anything is drawn, so that a page never shows the wrong colours first. */
export const SCHEME_SCRIPT = `
try {
  var scheme = localStorage.getItem('nicspec-scheme');
  if (scheme === 'light' || scheme === 'dark') document.documentElement.dataset.theme = scheme;
} catch (error) { /* A browser may keep nothing for files. */ }
`;

/** minisearch as its authors build it for pages, made smaller. */
export function searchLibrary(): string {
  const main = createRequire(import.meta.url).resolve('minisearch');
  const source = readFileSync(join(dirname(main), '..', 'umd', 'index.js'), 'utf8');
  return transformSync(source, { minify: true, legalComments: 'inline' }).code;
}

export const SITE_SCRIPT = `
(() => {
  'use strict';
  const root = document.documentElement;

  const schemes = ['system', 'light', 'dark'];
  const button = document.querySelector('.scheme');
  const name = () => root.dataset.theme ?? 'system';
  const label = () => button.setAttribute('aria-label', 'Colours: ' + (name() === 'system' ? 'as the system' : name()));
  button.hidden = false;
  label();
  button.addEventListener('click', () => {
    const next = schemes[(schemes.indexOf(name()) + 1) % schemes.length];
    if (next === 'system') delete root.dataset.theme; else root.dataset.theme = next;
    try { localStorage.setItem('nicspec-scheme', next); } catch { /* Kept for this page only. */ }
    label();
  });

  const all = () => document.querySelectorAll('main details');
  const openAll = document.querySelector('.open-all');
  if (openAll !== null && all().length > 0) {
    openAll.hidden = false;
    openAll.addEventListener('click', () => {
      const open = openAll.getAttribute('aria-pressed') !== 'true';
      openAll.setAttribute('aria-pressed', String(open));
      openAll.textContent = open ? 'Close all examples' : 'Open all examples';
      for (const details of all()) details.open = open;
    });
  }
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...all()].filter((details) => !details.open);
    for (const details of closed) details.open = true;
  });
  addEventListener('afterprint', () => { for (const details of closed) details.open = false; });

  const contents = document.querySelector('.contents');
  const here = contents.querySelector('[aria-current]');
  if (here !== null) contents.scrollTop = here.offsetTop - contents.clientHeight / 2;

  const aside = new Map([...document.querySelectorAll('.aside a')].map((link) => [link.hash.slice(1), link]));
  if (aside.size > 0) {
    let now;
    const seen = new IntersectionObserver((entries) => {
      const entry = entries.find(({ isIntersecting }) => isIntersecting);
      if (entry === undefined) return;
      now?.removeAttribute('aria-current');
      now = aside.get(entry.target.id);
      now?.setAttribute('aria-current', 'true');
    }, { rootMargin: '-10% 0px -75% 0px' });
    for (const id of aside.keys()) {
      const place = document.getElementById(id);
      if (place !== null) seen.observe(place);
    }
  }

  const form = document.querySelector('.search');
  const field = form.querySelector('input');
  const found = form.querySelector('ul');
  const tally = form.querySelector('[role=status]');
  let index;
  const load = (file) => new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = 'assets/' + file;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  const ready = () => (index ??= Promise.all([load('minisearch.js'), load('search-index.js')]).then(() =>
    MiniSearch.loadJSON(globalThis.nicspecIndex, ${JSON.stringify(SEARCH_OPTIONS)})));
  form.hidden = false;
  let chosen = -1;
  const choose = (at) => {
    chosen = at;
    [...found.children].forEach((item, nth) => item.setAttribute('aria-selected', String(nth === at)));
    const item = found.children[at];
    if (item === undefined) field.removeAttribute('aria-activedescendant');
    else { field.setAttribute('aria-activedescendant', item.id); item.scrollIntoView({ block: 'nearest' }); }
  };
  const show = (hits) => {
    found.replaceChildren(...hits.map(({ href, label, title }, nth) => {
      const item = document.createElement('li');
      const link = document.createElement('a');
      const kind = document.createElement('span');
      item.id = 'found-' + nth;
      item.setAttribute('role', 'option');
      link.href = href;
      link.tabIndex = -1;
      kind.className = 'id';
      kind.textContent = label;
      link.append(kind, ' ' + title);
      item.append(link);
      return item;
    }));
    const open = hits.length > 0;
    found.hidden = !open;
    field.setAttribute('aria-expanded', String(open));
    tally.textContent = field.value.trim() === '' ? '' : hits.length === 0 ? 'Nothing found' : hits.length + ' found';
    choose(open ? 0 : -1);
  };
  const close = () => { found.hidden = true; field.setAttribute('aria-expanded', 'false'); choose(-1); };
  field.addEventListener('focus', () => void ready());
  field.addEventListener('input', async () => {
    const text = field.value.trim();
    if (text === '') { show([]); return; }
    const search = await ready();
    if (field.value.trim() !== text) return;
    const find = (combineWith) =>
      search.search(text, { prefix: true, fuzzy: 0.15, combineWith, boost: { label: 4, title: 3, chapter: 0.5 } });
    const whole = find('AND');
    show((whole.length > 0 ? whole : find('OR')).slice(0, 12));
  });
  field.addEventListener('keydown', (event) => {
    const count = found.children.length;
    if (event.key === 'ArrowDown' && count > 0) { choose((chosen + 1) % count); event.preventDefault(); }
    else if (event.key === 'ArrowUp' && count > 0) { choose((chosen + count - 1) % count); event.preventDefault(); }
    else if (event.key === 'Escape') close();
    else if (event.key === 'Enter') {
      event.preventDefault();
      const link = found.hidden ? null : found.children[chosen]?.querySelector('a');
      if (link) { close(); location.href = link.href; }
    }
  });
  form.addEventListener('focusout', (event) => { if (!form.contains(event.relatedTarget)) close(); });
  found.addEventListener('mousedown', (event) => event.preventDefault());
  found.addEventListener('click', close);
  addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '')) return;
    field.focus();
    event.preventDefault();
  });
})();
`;
