/** The style of the page of a run, of the kill matrix and of certificates, over the design that they share with everything else. */
import { THEME } from '../../site/theme.js';

export const STYLE = `${THEME}
main, .top, .foot { max-width: 68rem; margin: 0 auto; padding: 0 1.5rem; }
.top { padding-top: 2.5rem; }
.identity { margin: 0.375rem 0 0; color: var(--muted); max-width: none; overflow-wrap: anywhere; }

.conclusion { margin: 1.5rem 0 0; padding: 0.875rem 1.125rem; border-left: 4px solid var(--pass); background: var(--raised); border-radius: 0 6px 6px 0; }
.conclusion strong { display: block; font-size: 1.125rem; font-weight: 650; }
.conclusion p { margin: 0.125rem 0 0; max-width: none; color: var(--muted); }
.conclusion.bad { border-left-color: var(--fail); }
.conclusion.open { border-left-color: var(--inconclusive); }

.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1.25rem 2rem; margin: 1.75rem 0 0; }
.figures div { min-width: 0; }
.figures dt { color: var(--muted); font-size: 0.8125rem; }
.figures dd { margin: 0; font-size: 1.375rem; line-height: 1.35; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; overflow-wrap: anywhere; }
.figures dd small { display: block; font-size: 0.8125rem; font-weight: 400; color: var(--muted); letter-spacing: 0; line-height: 1.4; }

.failures { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
.failures li { display: grid; grid-template-columns: 10.5rem minmax(0, 1fr); gap: 0 1rem; padding: 0.5625rem 0; border-bottom: 1px solid var(--line); }
.failures a { text-decoration: none; }
.failures a:hover .name { text-decoration: underline; }
.failures .id { margin-right: 0.5rem; }
.failures p { margin: 0; color: var(--muted); font-size: 0.875rem; overflow-wrap: anywhere; max-width: none; }

.more { margin-top: 0.75rem; }

.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0 0 0.75rem; padding: 0; list-style: none; font-size: 0.8125rem; color: var(--muted); }
.swatch { display: inline-block; width: 0.75rem; height: 0.75rem; margin-right: 0.4375rem; border-radius: 2px; vertical-align: -0.0625rem; }
.areas { display: grid; grid-template-columns: fit-content(14rem) minmax(6rem, 1fr) max-content; gap: 0.4375rem 1.25rem; align-items: center; margin: 0; padding: 0; list-style: none; }
.areas li { display: contents; }
.areas .tally { font-size: 0.8125rem; color: var(--muted); font-variant-numeric: tabular-nums; }
.areas .tally b { font-weight: 600; color: var(--ink); }
.bar { display: flex; gap: 2px; height: 0.75rem; border-radius: 3px; overflow: hidden; }
.bar i, .swatch { background: currentColor; }
.bar i { display: block; min-width: 3px; }
i.v-fail { background: repeating-linear-gradient(135deg, currentColor 0 3px, color-mix(in srgb, currentColor 62%, var(--paper)) 3px 6px); }
i.v-not-applicable { background: color-mix(in srgb, currentColor 45%, var(--paper)); }
i.v-inconclusive { background: repeating-linear-gradient(90deg, currentColor 0 2px, color-mix(in srgb, currentColor 45%, var(--paper)) 2px 5px); }

.list { table-layout: fixed; }
.list > thead th { padding: 0.375rem 0; border-bottom: 1px solid var(--line); }
.list .c-level { width: 7rem; } .list .c-verdict { width: 9.25rem; }
.list > tbody > tr > td { padding: 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.list > tbody > tr > td + td { padding-top: 0.5625rem; padding-bottom: 0.5625rem; }
.list tr[hidden] { display: none; }
.req > summary { display: grid; grid-template-columns: 0.875rem 8.75rem minmax(0, 1fr); gap: 0 0.5rem; padding: 0.5625rem 1rem 0.5625rem 0; }
.defects .c-level { width: 8.75rem; } .defects .c-verdict { width: 10.5rem; }
.defects .req > summary { grid-template-columns: 0.875rem 12rem minmax(0, 1fr); }
.defects .body { width: calc(100% + 19.25rem); }
.req > summary:hover .name { text-decoration: underline; text-underline-offset: 3px; text-decoration-thickness: 1px; }
.req > summary .id { line-height: 1.4375rem; }
.body { position: relative; width: calc(100% + 16.25rem); padding: 0.25rem 0 1.75rem 1.375rem; }
.body .where { margin: 0.75rem 0 0; }
.body > p:first-child { font-size: 1rem; }

.scenario { border-top: 1px solid var(--line); }
.scenario > summary { display: flex; gap: 0.25rem 0.75rem; padding: 0.4375rem 0; align-items: baseline; }
.scenario > summary .name { flex: 1 1 auto; min-width: 0; overflow-wrap: anywhere; }
.scenario > summary .sign { flex: none; margin-right: 0; transform: translateY(0.1875rem); }
.scenario > summary:hover .name { text-decoration: underline; text-underline-offset: 3px; text-decoration-thickness: 1px; }
.scenario .meta { flex: none; font-size: 0.8125rem; color: var(--muted); font-variant-numeric: tabular-nums; }
.scenario > div { padding: 0 0 1rem 1.875rem; min-width: 0; }
.steps { margin: 0.25rem 0 0.75rem; padding: 0; list-style: none; font-size: 0.875rem; }
.steps li { padding: 0.125rem 0; overflow-wrap: anywhere; }
.steps b { font-weight: 600; }
.steps .skipped { color: var(--muted); }
.steps .state { font-size: 0.8125rem; color: var(--muted); }
.steps .bad { margin: 0.125rem 0; padding: 0.375rem 0.625rem; background: var(--fail-soft); border-radius: 6px; }
.steps pre { margin-top: 0.25rem; }

.differences { width: auto; min-width: min(100%, 32rem); font-size: 0.875rem; margin-bottom: 0.75rem; }
.differences th, .differences td { padding: 0.25rem 2.25rem 0.25rem 0; vertical-align: top; overflow-wrap: anywhere; }
.differences tbody td, .differences tbody th { border-top: 1px solid var(--line); }
.differences tbody th { font-weight: 400; color: var(--ink); font-size: inherit; }
.bytes { width: auto; font-family: var(--mono); font-size: 0.75rem; line-height: 1.7; font-variant-ligatures: none; }
.bytes th { font: 600 0.8125rem/1.7 var(--sans); padding: 0 2.25rem 0.125rem 0; }
.bytes tbody th { font: 400 0.75rem/1.7 var(--mono); padding-right: 1rem; }
.bytes td { padding: 0 2.25rem 0 0; white-space: nowrap; }
.bytes .fold td { color: var(--muted); font-family: var(--sans); padding: 0.125rem 0; }
.e mark { background: var(--mark-expected); box-shadow: inset 0 -2px 0 var(--pass); }

.wide-details > summary { color: var(--link); padding: 0.25rem 0; }
.foot { margin-top: 3.5rem; padding-top: 1.25rem; padding-bottom: 3rem; }

@media screen and (max-width: 60rem) {
  .bytes > thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .bytes, .bytes tbody, .bytes td { display: block; }
  .bytes tr { display: grid; grid-template-columns: 5ch minmax(0, 1fr); padding-bottom: 0.25rem; }
  .bytes tr.fold { display: block; }
  .bytes tbody th { grid-row: span 2; padding: 0; font-size: inherit; }
  .bytes td { grid-column: 2; padding: 0; }
  .bytes td[data-short]::before { display: inline-block; width: 4ch; content: attr(data-short); color: var(--muted); }
  .bytes td:empty { display: none; }
}
@media screen and (max-width: 46rem) {
  main, .top, .foot { padding-left: 1rem; padding-right: 1rem; }
  .top { padding-top: 1.5rem; }
  h1 { font-size: 1.375rem; }
  h2 { margin-top: 2.25rem; }
  .areas { grid-template-columns: fit-content(50%) minmax(0, 1fr); gap: 0.25rem 1rem; }
  .areas .tally { grid-column: 1 / -1; padding-bottom: 0.5rem; margin-top: -0.125rem; }
  .list, .list > tbody, .list > tbody > tr, .list > tbody > tr > td { display: block; }
  .list > thead, .differences > thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .list > tbody > tr { border-bottom: 1px solid var(--line); padding-bottom: 0.5625rem; }
  .list > tbody > tr > td { border: 0; }
  .list > tbody > tr > td + td { display: inline-block; padding: 0 1rem 0 1.375rem; }
  .list > tbody > tr > td + td + td { padding-left: 0; }
  .list > tbody > tr[hidden] { display: none; }
  .req > summary, .defects .req > summary { grid-template-columns: 0.875rem minmax(0, 1fr); padding: 0.5625rem 0 0.125rem; }
  .req > summary .name { grid-column: 2; }
  .body, .defects .body { width: auto; padding: 0.5rem 0 1rem; }
  .failures li { grid-template-columns: minmax(0, 1fr); gap: 0.125rem; }
  .scenario > summary { flex-wrap: wrap; }
  .scenario > summary .name { flex-basis: calc(100% - 2rem); }
  .scenario .meta { padding-left: 1.875rem; }
  .scenario > div { padding-left: 0; }
  .differences, .differences tbody, .differences tr, .differences th, .differences td { display: block; }
  .differences tr { padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  .differences tbody th, .differences tbody td { padding: 0; border: 0; }
  .differences td[data-label]::before { content: attr(data-label) ' '; color: var(--muted); }
}
@media screen and (max-width: 27rem) { .bytes { font-size: 0.65rem; } }
@media print {
  html { font-size: 70%; }
  .bytes th, .bytes td { padding-right: 1.25rem; }
  main, .top, .foot { max-width: none; padding-left: 0; padding-right: 0; }
  .req > summary { grid-template-columns: 8.75rem minmax(0, 1fr); }
  .body { padding-left: 0; }
  tr, .failures li, .scenario > summary { break-inside: avoid; }
  .list > tbody > tr:has(details[open]) { break-inside: auto; }
  .bar i, .swatch, mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
