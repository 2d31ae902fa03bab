/**
 * The design that everything nicspec publishes has in common: the specification, the report site, the page of a run, the certificate.
 * Tokens are data; rules name only tokens. System fonts, two colour schemes, paper. A verdict is told by word and sign, never by
 * colour alone, and every text keeps a contrast of 4.5 to 1 to what it stands on.
 */

/** Values of the custom properties of one colour scheme. `verdict-soft` are backgrounds for text in `ink`. */
export interface Scheme {
  readonly [token: string]: string;
}

export const LIGHT: Scheme = {
  paper: '#fff',
  raised: '#f6f7f8',
  sunken: '#eceef1',
  ink: '#1b1f24',
  muted: '#59636e',
  line: '#e1e4e8',
  'line-strong': '#8b949e',
  link: '#0a58a8',
  focus: '#0a58a8',
  pass: '#007a56',
  fail: '#bf4208',
  inconclusive: '#7a49bf',
  'not-supported': '#8a5c00',
  'not-applicable': '#6b747d',
  'pass-soft': '#e3f4ee',
  'fail-soft': '#fdf0e9',
  'inconclusive-soft': '#f3edfb',
  'not-supported-soft': '#fbf2df',
  'not-applicable-soft': '#eef0f2',
  'mark-expected': '#c9ede0',
  'mark-got': '#ffd9c4',
  'mark-field': '#cfe3fb',
  'mark-ink': '#1b1f24',
  'code-keyword': '#8a2862',
  'code-string': '#17603f',
  'code-comment': '#59636e',
  'code-number': '#0a58a8',
};

export const DARK: Scheme = {
  paper: '#14171a',
  raised: '#1c2024',
  sunken: '#0f1214',
  ink: '#e4e7ea',
  muted: '#9aa4af',
  line: '#30363d',
  'line-strong': '#7d8791',
  link: '#79b8ff',
  focus: '#79b8ff',
  pass: '#2fbf8f',
  fail: '#f2864a',
  inconclusive: '#b692f0',
  'not-supported': '#d9a441',
  'not-applicable': '#8f99a3',
  'pass-soft': '#14291f',
  'fail-soft': '#2b1d15',
  'inconclusive-soft': '#231c31',
  'not-supported-soft': '#2a2214',
  'not-applicable-soft': '#22272c',
  'mark-expected': '#12503c',
  'mark-got': '#6b3216',
  'mark-field': '#173f6b',
  'mark-ink': '#fff',
  'code-keyword': '#e79bc4',
  'code-string': '#7fd3a8',
  'code-comment': '#9aa4af',
  'code-number': '#79b8ff',
};

/** On paper, whatever the scheme of the screen. */
const PAPER: Scheme = {
  ...LIGHT,
  ink: '#000',
  muted: '#444',
  line: '#ccc',
  link: '#000',
};

const declarations = (scheme: Scheme): string =>
  Object.entries(scheme)
    .map(([token, value]) => `--${token}: ${value};`)
    .join(' ');

/** Colours, type and spacing. `data-theme` on the root overrides what the system prefers. */
export const TOKENS = `
:root {
  color-scheme: light dark;
  ${declarations(LIGHT)}
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif;
  --mono: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace;
  --text: 0.9375rem; --text-small: 0.8125rem; --text-tiny: 0.75rem; --text-large: 1.125rem; --text-title: 1.75rem;
  --space-1: 0.25rem; --space-2: 0.5rem; --space-3: 0.75rem; --space-4: 1rem; --space-6: 1.5rem; --space-8: 2.5rem; --space-12: 3rem;
  --radius: 6px; --measure: 46rem; --page: 68rem;
}
@media (prefers-color-scheme: dark) { :root:not([data-theme='light']) { ${declarations(DARK)} } }
:root[data-theme='light'] { color-scheme: light; }
:root[data-theme='dark'] { color-scheme: dark; ${declarations(DARK)} }
@media print { :root, :root[data-theme='dark'], :root:not([data-theme='light']) { color-scheme: light; ${declarations(PAPER)} } }
`;

/** Elements as they are without a class. */
export const BASE = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 400 var(--text)/1.55 var(--sans); overflow-wrap: break-word; }
h1 { margin: 0; font-size: var(--text-title); line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { margin: 3rem 0 0.875rem; font-size: var(--text-large); line-height: 1.3; font-weight: 650; letter-spacing: -0.005em; }
h3 { margin: 1.25rem 0 0.375rem; font-size: var(--text-small); line-height: 1.4; font-weight: 600; color: var(--muted); }
p { margin: 0 0 0.625rem; max-width: var(--measure); }
a { color: var(--link); text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 2px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
code, pre, .id { font-family: var(--mono); font-size: var(--text-small); }
code, .text, .id { overflow-wrap: anywhere; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.5; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 600; font-size: var(--text-small); color: var(--muted); }
summary { cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
button { flex: none; height: 1.75rem; padding: 0 0.625rem; border: 1px solid var(--line); border-radius: 5px; background: var(--paper); color: var(--ink); font: inherit; font-size: var(--text-small); cursor: pointer; }
button:hover { border-color: var(--muted); }
button[hidden] { display: none; }
mark { background: var(--mark-got); color: var(--mark-ink); border-radius: 2px; padding: 0.0625rem 0; box-shadow: inset 0 -2px 0 var(--fail); }
`;

/** Parts that stand on every kind of page. */
export const PARTS = `
.muted { color: var(--muted); }
.nowrap { white-space: nowrap; }
.kicker { margin: 0 0 0.25rem; color: var(--muted); font-size: var(--text-small); }
.plain { margin: 0; padding: 0; list-style: none; }
.block { padding: 0.5625rem 0.75rem; background: var(--raised); border-radius: var(--radius); max-height: 24rem; overflow-y: auto; }
.reason { padding: 0.5rem 0.75rem; background: var(--raised); border-radius: var(--radius); overflow-wrap: anywhere; max-width: none; }
.where { font-size: var(--text-small); color: var(--muted); overflow-wrap: anywhere; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 0.5rem; top: -4rem; z-index: 3; padding: 0.5rem 0.75rem; background: var(--paper); border: 1px solid var(--line); border-radius: var(--radius); }
.skip:focus { top: 0.5rem; }
.chevron::before { content: ''; display: inline-block; width: 0.375rem; height: 0.375rem; border: solid var(--muted); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); transition: transform 80ms; vertical-align: 0.125rem; }
details[open] > summary .chevron::before { transform: rotate(45deg); }
.copy { display: flex; gap: 0.75rem; align-items: center; padding: 0.5rem 0.5rem 0.5rem 0.75rem; background: var(--raised); border-radius: var(--radius); }
.copy pre { flex: 1 1 auto; min-width: 0; }
.copy pre span { display: inline-block; max-width: 100%; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.25rem 1.25rem; margin: 0; font-size: 0.875rem; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
@media (prefers-reduced-motion: reduce) { .chevron::before { transition: none; } }
@media print { button, .chevron, .skip { display: none !important; } a { color: inherit; } .block { max-height: none; } h2, h3 { break-after: avoid; } tr { break-inside: avoid; } }
`;

/** Verdicts: `.verdict` is a sign and a word, `.badge` the same on a ground of its own, `.level` a level of RFC 2119. */
export const VERDICTS = `
.verdict { white-space: nowrap; }
.sign { display: inline-grid; place-items: center; width: 1.125rem; height: 1.125rem; margin-right: 0.4375rem; vertical-align: -0.1875rem; }
.sign svg { width: 100%; height: 100%; display: block; }
.v-pass { color: var(--pass); } .v-fail { color: var(--fail); } .v-inconclusive { color: var(--inconclusive); }
.v-not-supported { color: var(--not-supported); } .v-not-applicable { color: var(--not-applicable); }
.badge { display: inline-flex; align-items: center; gap: 0.25rem; padding: 0.0625rem 0.5rem 0.0625rem 0.3125rem; border-radius: 1rem; background: var(--raised); color: var(--ink); font-size: var(--text-small); line-height: 1.5; white-space: nowrap; text-decoration: none; }
.badge .sign { width: 1rem; height: 1rem; margin: 0; }
.badge.b-pass { background: var(--pass-soft); } .badge.b-fail { background: var(--fail-soft); }
.badge.b-inconclusive { background: var(--inconclusive-soft); } .badge.b-not-supported { background: var(--not-supported-soft); }
.badge.b-not-applicable { background: var(--not-applicable-soft); }
.level { font-size: var(--text-small); color: var(--muted); white-space: nowrap; }
.level.must { color: var(--ink); font-weight: 600; }
`;

/** `.grid`: a plain table that becomes a list on a phone; each `td` there says its `data-label`. `.filter`: a form above a list. */
export const TABLES = `
.grid { font-size: 0.875rem; }
.grid th, .grid td { padding: 0.4375rem 1.25rem 0.4375rem 0; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.grid tbody th { font-weight: 400; color: var(--ink); font-size: inherit; }
.filter { display: flex; flex-wrap: wrap; gap: 0.75rem 1rem; align-items: end; margin: 0 0 0.75rem; }
.filter[hidden] { display: none; }
.filter label { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.25rem; max-width: 100%; font-size: var(--text-small); color: var(--muted); }
.filter .wide { flex: 1 1 14rem; }
.filter input, .filter select { width: 100%; height: 2.25rem; padding: 0 0.625rem; border: 1px solid var(--line-strong); border-radius: var(--radius); background: var(--paper); color: var(--ink); font: inherit; font-size: 0.875rem; }
.filter select { padding-right: 0.25rem; }
.filter output { align-self: end; min-height: 2.25rem; display: flex; align-items: center; font-size: var(--text-small); color: var(--muted); font-variant-numeric: tabular-nums; }
.none { padding: 1.5rem 0; color: var(--muted); }
.none[hidden] { display: none; }
@media screen and (max-width: 46rem) {
  .grid > thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .grid, .grid tbody, .grid tr, .grid th, .grid td { display: block; }
  .grid tr { padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  .grid th, .grid td { padding: 0; border: 0; }
  .grid td:empty { display: none; }
  .grid td[data-label]::before { content: attr(data-label) ' '; color: var(--muted); }
  .filter label { flex: 1 1 8rem; }
  .filter .wide { flex-basis: 100%; }
  .copy { flex-wrap: wrap; }
  .copy pre { flex-basis: 100%; }
}
@media print { .filter { display: none !important; } }
`;

/** All of it, in the order in which later rules may override earlier ones. */
export const THEME = [TOKENS, BASE, PARTS, VERDICTS, TABLES].join('');
