/** The style of the report site and of the pages of its evidence. */
import { STYLE } from '../page/style.js';

export const SITE_STYLE = `${STYLE}
.site-bar { position: sticky; top: 0; z-index: 2; background: var(--paper); border-bottom: 1px solid var(--line); }
.site-bar nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; align-items: baseline; max-width: var(--page); margin: 0 auto; padding: 0.625rem 1.5rem; }
.site-name { font-weight: 650; margin-right: 0.5rem; }
.site-bar a { color: var(--muted); text-decoration: none; padding: 0.125rem 0; }
.site-bar a:hover { color: var(--ink); text-decoration: underline; }
.site-bar a[aria-current] { color: var(--ink); border-bottom: 2px solid var(--link); }
main#content { padding-top: 1.75rem; }
main#content:focus { outline: none; }
h2.minor { margin: 1.25rem 0 0.375rem; font-size: var(--text-small); line-height: 1.4; font-weight: 600; color: var(--muted); letter-spacing: 0; }
main#content > h1 { margin-bottom: 0.75rem; }
.identity { margin-bottom: 1rem; }
.badges { display: flex; flex-wrap: wrap; gap: 0.375rem 0.5rem; align-items: center; max-width: none; margin: 0.75rem 0 1rem; }
.statement { font-size: 1.0625rem; }
/* Where this page is shown there is a script, and the button works. */
#site .copy button[hidden] { display: block; }

.runs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1rem; }
.run-card { margin: 0; }
.run-card h3 { margin: 0 0 0.125rem; font-size: 0.9375rem; overflow-wrap: anywhere; }
.run-card .bar { margin: 0.5rem 0; }
.run-card .where { font-size: 0.8125rem; }

main:has(.dense) { max-width: 92rem; }
.rows { table-layout: fixed; font-size: 0.875rem; }
.rows > thead th { position: sticky; top: 2.75rem; z-index: 1; background: var(--paper); padding: 0.375rem 0.5rem 0.375rem 0; border-bottom: 1px solid var(--line); vertical-align: bottom; overflow-wrap: anywhere; }
.rows > tbody td, .rows > tbody th { height: 40px; padding: 0 0.75rem 0 0; border-bottom: 1px solid var(--line); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.rows > tbody th { font: 400 var(--text-small)/1.4 var(--mono); }
.rows > tbody tr:hover { background: var(--raised); }
.rows > tbody tr:focus-within { background: var(--raised); }
.rows .space td { padding: 0; border: 0; }
.rows .c-id { width: 9.5rem; } .rows .c-level { width: 6.5rem; } .rows th.c-verdict { width: 9.5rem; }
.many .rows th.c-verdict { width: 7.25rem; font-size: 0.75rem; }
.many .cell-text { font-size: 0.75rem; }
.many .rows > tbody td { padding-right: 0.25rem; }
.dense .rows th.c-verdict { width: 4.25rem; font-size: 0.6875rem; font-weight: 400; }
.dense .cell-text { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.row-title { display: none; }

.history th { overflow-wrap: normal; }
.history .chosen > * { background: var(--raised); }
.spark { width: 10rem; height: 2.5rem; display: block; margin-bottom: 0.25rem; }
.trend { fill: none; stroke: var(--link); stroke-width: 1.5; }
.point { fill: var(--link); }
.chart rect { fill: currentColor; }
.chart rect.v-fail { fill: url(#hatch-fail); } .chart rect.v-inconclusive { fill: url(#hatch-inconclusive); }
.chart rect.v-not-applicable { fill: color-mix(in srgb, currentColor 45%, var(--paper)); }
.axis { stroke: var(--line-strong); stroke-width: 1; }
.chart { margin: 1.5rem 0 2rem; }
.chart figcaption { font-size: var(--text-small); color: var(--muted); margin-bottom: 0.5rem; }
.chart-names { display: flex; max-width: 40rem; font-size: var(--text-tiny); color: var(--muted); }
.chart-names span { flex: 1; min-width: 0; text-align: center; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.chart .legend { margin-top: 0.5rem; }
.chart svg { width: 100%; max-width: 40rem; height: auto; display: block; }
.slow { margin: 0; padding: 0; list-style: none; display: grid; grid-template-columns: max-content minmax(4rem, 24rem) max-content; gap: 0.3125rem 1rem; align-items: center; }
.slow li { display: contents; }
.slow-bar { display: block; height: 0.625rem; }
.slow-bar i { display: block; height: 100%; min-width: 2px; background: var(--link); border-radius: 2px; }
.slow .tally { font-size: var(--text-small); color: var(--muted); font-variant-numeric: tabular-nums; }
.neighbours { display: flex; justify-content: space-between; gap: 1rem; margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); font: 400 var(--text-small) var(--mono); }
.kills { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
.kills li { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: 0 1rem; padding: 0.5rem 0; border-bottom: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 3.75rem; }
.kill-matrix { margin-bottom: 1.5rem; }
.kill-matrix > summary { cursor: pointer; color: var(--muted); font-size: 0.875rem; margin-bottom: 0.5rem; }
.kill-areas { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); gap: 0.875rem 1.5rem; margin: 0; padding: 0; list-style: none; }
.kill-areas li { display: flex; flex-wrap: wrap; justify-content: space-between; align-content: start; gap: 0.25rem 0.75rem; }
.kill-areas a[aria-current] { font-weight: 700; }
.kill-areas .tally { font-size: 0.8125rem; color: var(--muted); font-variant-numeric: tabular-nums; }
.kill-areas .cells { display: flex; flex-wrap: wrap; gap: 2px; width: 100%; }
.kill-areas .cells i { width: 0.625rem; height: 0.625rem; border-radius: 2px; background-color: currentColor; }
.kills p { margin: 0; color: var(--muted); font-size: 0.875rem; max-width: none; overflow-wrap: anywhere; }

.frame { font-size: 0.8125rem; border: 1px solid var(--line); border-radius: var(--radius); margin-bottom: 0.75rem; }
.frame-says { margin: 0; padding: 0.375rem 0.75rem; max-width: none; color: var(--muted); }
.layer { border-top: 1px solid var(--line); }
.layer > summary { padding: 0.3125rem 0.75rem; }
.layer > summary .chevron, .attribute > summary .chevron, .packets summary .chevron, .way .chevron { display: inline-block; width: 0.875rem; }
.layer > summary .id { font-weight: 600; }
.layer.differs > summary { background: var(--fail-soft); }
.layer-note { color: var(--ink); font-weight: 600; }
.layer-body { display: grid; grid-template-columns: minmax(0, 1fr) max-content; gap: 0.5rem 2rem; padding: 0.25rem 0.75rem 0.625rem 1.75rem; align-items: start; }
.fields { table-layout: fixed; font-size: 0.8125rem; }
.fields th, .fields td { padding: 0.0625rem 0.75rem 0.0625rem 0; vertical-align: top; overflow-wrap: anywhere; text-align: left; }
.fields thead th { font-size: 0.75rem; font-weight: 400; }
.fields tbody th { font-weight: 400; }
.field-name { all: unset; cursor: default; color: var(--ink); font-size: 0.8125rem; }
.field-name:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; border-radius: 2px; }
.fields tr.differs .field-name { font-weight: 600; }
.fields tr.lit, .hex .lit { background: var(--mark-field); color: var(--mark-ink); }
.fields tr.lit .field-name { color: var(--mark-ink); }
.hex-side + .hex-side { margin-top: 0.5rem; }
.hex-name { font-size: 0.75rem; color: var(--muted); }
.hex-bytes { white-space: pre; font-size: 0.75rem; line-height: 1.6; font-variant-ligatures: none; overflow-wrap: normal; }
.hex-offset, .hex-fold { color: var(--muted); }
.hex-fold { font-family: var(--sans); }
.e .lit mark, .hex mark.lit { background: var(--mark-field); }

.messages { list-style: none; margin: 0; padding: 0; }
.messages > li { border-top: 1px solid var(--line); padding: 0.5rem 0; }
.messages .way { font-size: var(--text-small); color: var(--muted); }
.attribute { font: 400 var(--text-small)/1.55 var(--mono); padding-left: 1.125rem; overflow-wrap: anywhere; }
.attribute > summary { margin-left: -1.125rem; }
.attribute-value { color: var(--muted); }
.refused { background: var(--mark-got); color: var(--mark-ink); border-radius: 3px; box-shadow: inset 0 -2px 0 var(--fail); padding: 0 0.1875rem; }
.packets { list-style: none; margin: 0; padding: 0; }
.packets > li { border-top: 1px solid var(--line); padding: 0.5rem 0; content-visibility: auto; contain-intrinsic-size: auto 2.5rem; }
.live progress { width: min(100%, 30rem); height: 0.75rem; accent-color: var(--link); display: block; margin-top: 0.25rem; }
.live .progress { max-width: none; }
.live .bar { margin: 0.5rem 0; }

@media screen and (max-width: 60rem) { .layer-body { grid-template-columns: minmax(0, 1fr); } }
@media screen and (max-width: 46rem) {
  .site-bar nav { padding-left: 1rem; padding-right: 1rem; column-gap: 0.875rem; font-size: 0.9375rem; }
  .rows .c-title, .rows .c-level, .rows td.level { display: none; }
  .rows .row-title { display: block; font: 400 0.75rem/1.3 var(--sans); color: var(--muted); overflow: hidden; text-overflow: ellipsis; }
  .rows .c-id { width: 62%; } .rows th.c-verdict { width: 38%; }
  .rows > tbody th { line-height: 1.2; }
  .matrix-frame.many { overflow-x: auto; }
  .many .rows > thead th { position: static; }
  .many .rows .c-id { width: 8.25rem; }
  .many .rows th.c-verdict, .dense .rows th.c-verdict { width: 3.5rem; font-size: 0.6875rem; }
  .many .rows .cell-text { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .kills li { grid-template-columns: minmax(0, 1fr); }
  .layer-body { padding-left: 0.75rem; }
  .slow { grid-template-columns: max-content minmax(2rem, 1fr) max-content; gap: 0.3125rem 0.625rem; }
}
@media screen and (max-width: 27rem) { .hex-bytes { font-size: 0.5625rem; } }
@media print {
  .site-bar, .neighbours { display: none; }
  .rows > thead th { position: static; }
  .layer-body { grid-template-columns: minmax(0, 1fr); }
}
`;
