/** What the pages of the specification add to the design of all pages. */
import { THEME } from '../../site/theme.js';

const FRAME = `
:root { --head: 3.25rem; }
html { scroll-padding-top: calc(var(--head) + 1rem); }
body { font-size: 1rem; line-height: 1.6; }
.site-head { position: sticky; top: 0; z-index: 2; display: flex; align-items: center; gap: 1rem; height: var(--head); padding: 0 1.5rem; background: var(--paper); border-bottom: 1px solid var(--line); }
.brand { flex: 0 0 auto; font-weight: 650; letter-spacing: -0.01em; color: var(--ink); text-decoration: none; }
.brand .muted { font-weight: 400; font-size: var(--text-small); font-variant-numeric: tabular-nums; }
.search { position: relative; flex: 1 1 auto; max-width: 34rem; margin: 0 auto; }
.search[hidden] { display: none; }
.search input { width: 100%; height: 2.125rem; padding: 0 2rem 0 0.75rem; border: 1px solid var(--line-strong); border-radius: var(--radius); background: var(--raised); color: var(--ink); font: inherit; font-size: 0.875rem; }
.search input::placeholder { color: var(--muted); opacity: 1; }
.search kbd { position: absolute; right: 0.5rem; top: 0.4375rem; padding: 0 0.375rem; border: 1px solid var(--line); border-radius: 3px; font: 400 var(--text-tiny)/1.125rem var(--mono); color: var(--muted); background: var(--paper); }
.search input:focus + kbd { display: none; }
#found { position: absolute; top: calc(100% + 0.25rem); left: 0; right: 0; max-height: min(70vh, 32rem); overflow-y: auto; margin: 0; padding: 0.25rem; list-style: none; background: var(--paper); border: 1px solid var(--line-strong); border-radius: var(--radius); box-shadow: 0 8px 24px rgb(0 0 0 / 18%); }
#found[hidden] { display: none; }
#found a { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: 0.75rem; padding: 0.375rem 0.5rem; border-radius: 4px; color: var(--ink); text-decoration: none; font-size: 0.875rem; line-height: 1.4; }
#found a .id { color: var(--muted); line-height: 1.5; }
#found [aria-selected='true'] a, #found a:hover { background: var(--mark-field); color: var(--ink); }
#found [aria-selected='true'] .id, #found a:hover .id { color: var(--ink); }
.scheme { display: grid; place-items: center; width: 2.125rem; height: 2.125rem; padding: 0; border-color: transparent; background: none; }
.frame { display: grid; grid-template-columns: 17.5rem minmax(0, 1fr); max-width: 94rem; margin: 0 auto; }
.contents, .aside { font-size: 0.875rem; line-height: 1.4; }
.contents { position: sticky; top: var(--head); align-self: start; height: calc(100vh - var(--head)); overflow-y: auto; padding: 1.25rem 0.5rem 3rem 1rem; border-right: 1px solid var(--line); overscroll-behavior: contain; scrollbar-width: thin; }
.contents > label, .contents > input { display: none; }
.contents .part, .aside .part { margin: 1.375rem 0 0.375rem; padding: 0 0.5rem; font-size: var(--text-small); font-weight: 650; color: var(--ink); }
.contents a { display: flex; gap: 0.5rem; padding: 0.25rem 0.5rem; border-radius: 4px; color: var(--muted); text-decoration: none; }
.contents a:hover { color: var(--ink); background: var(--raised); }
.contents [aria-current] { color: var(--ink); background: var(--mark-field); font-weight: 600; }
.number { color: var(--muted); font-variant-numeric: tabular-nums; font-weight: 400; }
.contents .number { flex: 0 0 1.375rem; text-align: right; }
.contents [aria-current] .number { color: var(--ink); }
main { min-width: 0; padding: 2.25rem 2.5rem 3rem; max-width: 56rem; }
main:focus { outline: none; }
.declarations a { color: inherit; }
.aside { display: none; }
@media screen and (min-width: 80rem) {
  .frame:has(.aside) { grid-template-columns: 17.5rem minmax(0, 1fr) 17rem; }
  .aside { display: block; position: sticky; top: var(--head); align-self: start; max-height: calc(100vh - var(--head)); overflow-y: auto; padding: 1.25rem 1rem 3rem 0; scrollbar-width: thin; }
  .aside .part { margin-top: 0; }
  .aside a { display: block; padding: 0.1875rem 0.5rem; border-left: 2px solid var(--line); color: var(--muted); text-decoration: none; font-size: var(--text-small); }
  .aside .depth-1 a { color: var(--ink); font-weight: 600; padding-top: 0.375rem; }
  .aside .depth-2 a { padding-left: 0.75rem; }
  .aside a:hover { color: var(--ink); }
  .aside a[aria-current] { color: var(--ink); border-left-color: var(--link); }
}
.turn { display: flex; justify-content: space-between; gap: 1rem; margin-top: 4rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.turn a { display: block; text-decoration: none; font-weight: 600; max-width: 48%; }
.turn a:hover { text-decoration: underline; }
.turn .muted { display: block; font-size: var(--text-small); font-weight: 400; }
.turn [rel='next'] { margin-left: auto; text-align: right; }
.site-foot { padding: 1.25rem 1.5rem 2rem; border-top: 1px solid var(--line); color: var(--muted); font-size: var(--text-small); }
.site-foot p { margin: 0 auto; max-width: 91rem; }
`;

const TEXT = `
.opening { margin-bottom: 1.75rem; }
h1 { font-size: 2rem; }
h1 .number { margin-right: 0.25rem; }
.cover h1 { font-size: clamp(1.875rem, 1.2rem + 2.4vw, 2.875rem); line-height: 1.12; letter-spacing: -0.025em; max-width: 36rem; }
.kicker { font-size: 0.875rem; }
.summary { margin: 0.75rem 0 0; font-size: 1.125rem; line-height: 1.55; color: var(--muted); max-width: var(--measure); }
.summary p { margin-bottom: 0.5rem; }
.tally { margin-top: 0.75rem; }
h2 { margin-top: 3.25rem; font-size: 1.375rem; letter-spacing: -0.012em; }
h3 { font-size: 1.0625rem; color: var(--ink); font-weight: 650; }
h4 { margin: 1rem 0 0.375rem; font-size: 1rem; }
h2 .muted { font-weight: 400; font-size: 1rem; }
main p, main li { max-width: var(--measure); }
main li li, main p { text-wrap: pretty; }
main ul:not(.plain), main ol:not(.plain) { padding-left: 1.25rem; }
main ul:not(.plain) > li { margin: 0.25rem 0; }
code { font-size: 0.875em; }
:not(pre) > code { padding: 0.0625rem 0.25rem; background: var(--raised); border-radius: 3px; }
a.id { white-space: nowrap; }
a.id, a code { text-decoration: none; }
a.id:hover { text-decoration: underline; }
.term { color: inherit; text-decoration: underline dotted var(--muted) 1px; text-underline-offset: 0.1875rem; }
.term:hover { color: var(--link); text-decoration-color: currentColor; }
.introduction > p:first-child { margin-top: 0; }
.code { padding: 0.75rem 1rem; background: var(--raised); border-radius: var(--radius); overflow-x: auto; white-space: pre; margin: 0 0 1rem; overflow-wrap: normal; }
blockquote { margin: 0 0 1rem; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--muted); }
.scroll { overflow-x: auto; max-width: 100%; }
.prose-table { width: auto; margin: 0.25rem 0 1.25rem; font-size: 0.875rem; line-height: 1.5; }
.prose-table th, .prose-table td { padding: 0.375rem 1.25rem 0.375rem 0; border-bottom: 1px solid var(--line); vertical-align: top; text-align: left; }
.prose-table td code { overflow-wrap: normal; }
.diagram { margin: 1.5rem 0; padding: 1.25rem 1rem 0.875rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--raised); }
.diagram svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.diagram svg text { font-family: Arial, Helvetica, 'Liberation Sans', sans-serif; fill: var(--ink); }
.diagram .node path, .diagram .node polygon, .diagram .node ellipse, .diagram .node polyline { fill: var(--paper); stroke: var(--line-strong); }
.diagram .node polyline { fill: none; }
.diagram .note path, .diagram .note polygon { fill: none; stroke: none; }
.diagram .note text { fill: var(--muted); }
.diagram .note ellipse { fill: var(--ink); }
.diagram .node.accent path, .diagram .node.accent polygon { fill: var(--mark-field); stroke: var(--link); }
.diagram .edge path { stroke: var(--muted); fill: none; }
.diagram .edge polygon { stroke: var(--muted); fill: var(--muted); }
.diagram .edge text { fill: var(--muted); }
.diagram .edge.accent path { stroke: var(--link); } .diagram .edge.accent polygon { stroke: var(--link); fill: var(--link); }
.diagram .cluster path, .diagram .cluster polygon { fill: none; stroke: var(--line-strong); stroke-dasharray: 4 3; }
.diagram .cluster text { fill: var(--muted); }
figcaption { margin-top: 0.75rem; text-align: center; font-size: var(--text-small); color: var(--muted); }
.figures { display: flex; flex-wrap: wrap; gap: 0.75rem 2.25rem; margin: 1.5rem 0 0; }
.figures dt { color: var(--muted); font-size: var(--text-small); }
.figures dd { margin: 0; font-size: 1.375rem; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; line-height: 1.35; }
.overview > section { margin-bottom: 2rem; }
.overview h3 { margin: 0 0 0.5rem; padding-bottom: 0.375rem; border-bottom: 1px solid var(--line); }
.chapters { columns: 2 19rem; column-gap: 2rem; }
.chapters li { break-inside: avoid; padding: 0.25rem 0; }
.chapters a { display: flex; gap: 0.625rem; color: var(--ink); text-decoration: none; font-weight: 500; }
.chapters a:hover span:nth-child(2) { text-decoration: underline; }
.chapters .number { flex: 0 0 1.5rem; text-align: right; }
.chapters .muted { margin-left: auto; font-weight: 400; font-size: var(--text-small); font-variant-numeric: tabular-nums; line-height: 1.6rem; }
.chapters p { margin: 0 1.5rem 0.25rem 2.125rem; font-size: var(--text-small); line-height: 1.45; color: var(--muted); }
.chapters a > span:first-child:not(.number) { font-weight: 500; }
.rows { columns: 1; }
.rows li { display: grid; grid-template-columns: 9rem minmax(0, 1fr) auto; gap: 0 0.75rem; padding: 0.25rem 0; border-bottom: 1px solid var(--line); font-size: 0.9375rem; max-width: none; align-items: baseline; }
.targets th, .targets td { overflow-wrap: break-word; padding-right: 1rem; }
.index > p { color: var(--muted); }
.profiles h2 { margin: 1.75rem 0 0.25rem; font-size: var(--text-large); }
.glossary > div { padding: 0.875rem 0; border-bottom: 1px solid var(--line); scroll-margin-top: var(--head); }
.glossary dt { font-weight: 650; }
.glossary dt .muted { font-weight: 400; font-size: 0.875rem; margin-left: 0.375rem; }
.glossary dd { margin: 0.125rem 0 0; }
.glossary p { margin-bottom: 0.25rem; }
:target { animation: found 2.5s ease-out; }
@keyframes found { from { background: var(--found); box-shadow: 0 0 0 0.625rem var(--found); } to { background: transparent; box-shadow: 0 0 0 0.625rem transparent; } }
:target { --found: color-mix(in srgb, var(--mark-field) 45%, var(--paper)); }
`;

const REQUIREMENTS = `
.tools { margin: 0 0 1.25rem; text-align: right; max-width: none; }
.tools button { height: 2rem; }
.requirement, .index, .glossary > div { content-visibility: auto; contain-intrinsic-size: auto 26rem; }
.requirement { padding: 1.75rem 0 1.5rem; border-top: 1px solid var(--line); }
section > h2.unseen + .requirement { border-top-color: var(--line); }
.requirement > header { display: flex; flex-wrap: wrap; gap: 0.125rem 0.875rem; align-items: baseline; margin-bottom: 0.5rem; }
.requirement > header h3 { margin: 0; flex: 1 1 20rem; font-size: 1.125rem; letter-spacing: -0.006em; }
.requirement > header .id { flex: 0 0 auto; color: var(--muted); }
.requirement > header .id:hover { color: var(--link); }
.statement { font-size: 1.0625rem; line-height: 1.6; margin-bottom: 0.5rem; }
.key { font-size: 0.8125em; font-weight: 700; letter-spacing: 0.02em; white-space: nowrap; }
.statement .key { padding: 0.125rem 0.4375rem; border-radius: 4px; margin-right: 0.25rem; background: var(--ink); color: var(--paper); font-size: var(--text-tiny); vertical-align: 0.0625rem; }
.statement .k-should { background: var(--mark-field); color: var(--mark-ink); }
.statement .k-may { background: var(--sunken); color: var(--ink); }
.rows .key { font-weight: 500; color: var(--muted); font-size: var(--text-tiny); }
.rationale { color: var(--muted); }
.badges { display: flex; flex-wrap: wrap; gap: 0.375rem; }
p.badges { margin: 0.75rem 0; }
.more { margin: 0.25rem 0; }
.more > summary { display: inline-flex; gap: 0.5rem; align-items: baseline; padding: 0.1875rem 0.5rem 0.1875rem 0; color: var(--link); font-size: 0.9375rem; border-radius: 4px; }
.more > summary:hover { text-decoration: underline; }
.verdicts > summary { color: inherit; align-items: center; }
.verdicts > summary .why { color: var(--link); font-size: var(--text-small); }
.verdicts > .facts { margin: 0.5rem 0 0.75rem; }
.laws { margin: 0.5rem 0; }
.laws li { padding: 0.125rem 0 0.125rem 3.25rem; text-indent: -3.25rem; }
.laws .mark { display: inline-block; width: 2.625rem; margin-right: 0.625rem; text-indent: 0; text-align: center; border: 1px solid var(--line-strong); border-radius: 4px; font-size: var(--text-tiny); line-height: 1.125rem; color: var(--muted); vertical-align: 0.0625rem; }
.gherkin { margin: 0.5rem 0 0.75rem; padding: 0.75rem 1rem; background: var(--raised); border-radius: var(--radius); font-family: var(--mono); font-size: var(--text-small); line-height: 1.6; }
.gherkin p, .gherkin li { margin: 0; max-width: none; }
.gherkin li { padding-left: 4.5ch; text-indent: -3ch; }
.gherkin b { font-weight: 600; color: var(--code-keyword); }
.gherkin .g-name + .scroll { margin-left: 3ch; width: calc(100% - 3ch); }
.gherkin ol + .g-name, .gherkin .scroll + .g-name { margin-top: 0.375rem; padding-left: 1.5ch; }
.g-background { opacity: 1; color: var(--muted); }
.g-placeholder { color: var(--code-number); font-style: italic; }
.g-string { color: var(--code-string); }
.g-number { color: var(--code-number); }
.g-text { margin: 0.25rem 0; padding-left: 2ch; text-indent: 0; border-left: 2px solid var(--line); color: var(--code-string); }
.gherkin table { width: auto; text-indent: 0; font-variant-ligatures: none; }
.gherkin th, .gherkin td { padding: 0.0625rem 1.25rem 0.0625rem 0; text-align: left; font-size: var(--text-small); white-space: nowrap; }
.gherkin th { color: var(--code-number); font-style: italic; font-weight: 400; border-bottom: 1px solid var(--line); }
.gherkin .where { margin-top: 0.375rem; font-size: var(--text-tiny); font-family: var(--sans); }
.defects { margin: 0.25rem 0 0.75rem; padding-left: 1rem; border-left: 2px solid var(--line); }
.defects li { padding: 0.25rem 0; font-size: 0.9375rem; }
.defects p { margin: 0; }
.req-facts { margin-top: 0.625rem; font-size: var(--text-small); gap: 0.125rem 1rem; }
.req-facts a { color: var(--muted); text-decoration-color: var(--line-strong); }
.req-facts a:hover { color: var(--link); text-decoration-color: currentColor; }
`;

const SMALL = `
@media screen and (max-width: 60rem) {
  .frame { grid-template-columns: minmax(0, 1fr); }
  .contents { position: static; height: auto; padding: 0; border-right: 0; border-bottom: 1px solid var(--line); }
  .contents > input { display: block; }
  .contents > label { display: flex; justify-content: space-between; padding: 0.625rem 1rem; font-weight: 600; cursor: pointer; }
  .contents > label::after { content: ''; width: 0.5rem; height: 0.5rem; margin: 0.25rem 0.25rem 0 0; border: solid var(--muted); border-width: 0 2px 2px 0; transform: rotate(45deg); }
  .contents > input:checked + label::after { transform: rotate(225deg); margin-top: 0.5rem; }
  .contents > input:focus-visible + label { outline: 2px solid var(--focus); outline-offset: -2px; }
  .contents .inside { display: none; padding: 0 0.5rem 1rem; }
  .contents > input:checked ~ .inside { display: block; }
  .contents a { padding: 0.4375rem 0.5rem; }
  main { padding: 1.5rem 1rem 2.5rem; max-width: 52rem; margin: 0 auto; width: 100%; }
}
@media screen and (max-width: 46rem) {
  .site-head { padding: 0 0.75rem 0 1rem; gap: 0.75rem; }
  .search kbd, .brand .muted { display: none; }
  .search input { padding-right: 0.5rem; }
  #found { position: fixed; top: calc(var(--head) + 0.25rem); left: 0.5rem; right: 0.5rem; }
  #found a { grid-template-columns: minmax(0, 1fr); gap: 0; padding: 0.5rem; }
  h1 { font-size: 1.625rem; }
  h2 { margin-top: 2.5rem; font-size: 1.25rem; }
  .summary { font-size: 1.0625rem; }
  .requirement > header { display: block; }
  .requirement > header .id { display: inline-block; padding: 0.25rem 0; }
  .rows li { grid-template-columns: minmax(0, 1fr) auto; }
  .rows li > span:nth-child(2) { grid-row: 2; grid-column: 1 / -1; }
  .more > summary { padding: 0.4375rem 0.5rem 0.4375rem 0; }
  .gherkin { padding: 0.625rem 0.75rem; font-size: var(--text-tiny); margin-left: -0.25rem; margin-right: -0.25rem; }
  .gherkin th, .gherkin td { font-size: var(--text-tiny); }
  .req-facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .req-facts dd { margin-bottom: 0.25rem; }
  .diagram { padding: 0.75rem 0.5rem; }
  .diagram svg { max-width: none; }
  .turn { font-size: 0.9375rem; }
}
@media (prefers-reduced-motion: reduce) { :target { animation: none; outline: 2px solid var(--link); outline-offset: 4px; } }
`;

const ON_PAPER = `
@media print {
  html { font-size: 68%; }
  .site-head, .contents, .aside, .turn, .tools, .skip { display: none !important; }
  .frame, main { display: block; max-width: none; padding: 0; }
  .requirement > header, .statement, .gherkin, .diagram, .laws li, .rows li, .defects li { break-inside: avoid; }
  .requirement > header { break-after: avoid; }
  details::details-content { content-visibility: visible; display: block; }
  .requirement, .index, .glossary > div { content-visibility: visible; }
  .rationale, .req-facts a { color: var(--muted); }
  .statement .key { border: 1px solid #000; background: none; color: #000; }
  .badge { border: 1px solid var(--line); }
  .term { text-decoration: none; }
  .introduction a[href^='http']::after { content: ' (' attr(href) ')'; font-size: 0.8em; }
  @page { margin: 18mm 16mm; }
}
`;

export const STYLE = [THEME, FRAME, TEXT, REQUIREMENTS, SMALL, ON_PAPER].join('');
