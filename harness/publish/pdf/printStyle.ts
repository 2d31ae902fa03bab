/** How the specification looks on paper. */

export const PRINT_STYLE = `
@page { size: A4; margin: 22mm 20mm 20mm; }
@page :first { margin: 40mm 25mm; }
html { font: 9.5pt/1.42 'Liberation Serif', 'DejaVu Serif', Georgia, serif; color: #111; }
body { margin: 0; }
h1, h2, h3, h4, .heading, .kicker, .name, .subtitle, .totals, .entry, .number, figcaption, dt, th { font-family: 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif; }
h1 { font-size: 20pt; line-height: 1.2; margin: 0 0 8mm; }
h2 { font-size: 15pt; line-height: 1.25; margin: 0 0 4mm; }
h3 { font-size: 12pt; margin: 8mm 0 3mm; }
h4 { font-size: 10pt; margin: 0 0 1.5mm; }
h1, h2, h3, h4, .heading { break-after: avoid; }
.headed { break-before: page; }
.part { padding-top: 50mm; }
.part h1 { font-size: 28pt; border-bottom: 1.5pt solid #111; padding-bottom: 4mm; }
.heading { font-weight: bold; margin: 5mm 0 2mm; }
.heading.depth-2 { font-size: 11.5pt; }
p { margin: 0 0 2.2mm; hyphens: auto; text-align: left; orphans: 2; widows: 2; }
ul, ol { margin: 0 0 2.2mm; padding-left: 6mm; }
li > p { margin-bottom: 0.8mm; }
code, pre { font-family: 'Liberation Mono', 'DejaVu Sans Mono', monospace; font-size: 0.86em; }
code { overflow-wrap: anywhere; }
a { color: inherit; text-decoration: none; }
.summary { font-style: italic; margin-bottom: 4mm; }
article { border-top: 0.4pt solid #999; padding-top: 2.5mm; margin-top: 4mm; }
article .id { color: #444; font-weight: normal; margin-right: 1.5mm; }
.statement { break-before: avoid; }
.level { font-family: 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif; font-size: 0.85em; letter-spacing: 0.03em; }
.rationale { font-style: italic; color: #333; }
dl { margin: 0 0 2mm; font-size: 8pt; line-height: 1.35; color: #333; }
dl div { display: flex; gap: 2mm; margin-bottom: 0.4mm; }
dt { flex: 0 0 16mm; color: #555; }
dd { margin: 0; overflow-wrap: anywhere; }
article pre { font-size: 7.2pt; line-height: 1.32; margin: 0 0 1.8mm; padding-left: 3mm; border-left: 0.8pt solid #bbb; white-space: pre-wrap; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: none; }
table { border-collapse: collapse; margin: 0 0 3mm; font-size: 8.5pt; }
th, td { text-align: left; vertical-align: top; padding: 0.8mm 3mm 0.8mm 0; border-bottom: 0.3pt solid #aaa; overflow-wrap: anywhere; }
tr { break-inside: avoid; }
figure { margin: 3mm 0 5mm; break-inside: avoid; text-align: center; }
figure img { max-width: 100%; max-height: 150mm; }
figcaption { font-size: 8pt; color: #333; margin-top: 1.5mm; }
blockquote { margin: 0 0 2.2mm 6mm; color: #333; }
.title { display: flex; flex-direction: column; min-height: 200mm; }
.title .kicker { font-size: 11pt; color: #444; margin-bottom: 18mm; }
.title .name { font-size: 27pt; line-height: 1.18; font-weight: bold; margin: 0 0 6mm; hyphens: none; }
.title .subtitle { font-size: 14pt; margin-bottom: 22mm; }
.title .totals { font-size: 9pt; margin-top: auto; }
.title .digest { font-family: 'Liberation Mono', 'DejaVu Sans Mono', monospace; font-size: 7pt; color: #555; overflow-wrap: anywhere; }
ul.contents, ul.ids { list-style: none; padding: 0; }
ul.contents li { font-size: 9pt; line-height: 1.5; }
ul.contents .part { font-weight: bold; margin-top: 3mm; padding-top: 0; font-size: 10.5pt; }
ul.contents .chapter { padding-left: 4mm; }
ul.contents .section { padding-left: 12mm; font-size: 8.2pt; color: #333; }
ul.contents a, ul.ids a { display: flex; align-items: baseline; }
.dots { flex: 1; border-bottom: 0.6pt dotted #888; margin: 0 1.5mm; }
.number { flex: 0 0 9mm; text-align: right; font-variant-numeric: tabular-nums; }
ul.ids { columns: 3; column-gap: 7mm; font-size: 7.6pt; line-height: 1.45; }
ul.ids li { break-inside: avoid; }
.entries .list { font-size: 8pt; line-height: 1.45; }
.term { break-inside: avoid; margin-bottom: 2mm; }
.term p { margin-bottom: 0.6mm; }
.term p + p { padding-left: 5mm; }
`;

/** A CSS string: what would end it, or the style, is escaped by its number. */
function quoted(text: string): string {
  return `"${text.replace(/[^\p{L}\p{N} .,:()/-]/gu, (character) => `\\${(character.codePointAt(0) ?? 0xfffd).toString(16)} `)}"`;
}

/**
 * Running heads and page numbers. Chromium knows no `string-set`, so every section with a head of its own has pages of its own name.
 */
export function pageHeads(sections: readonly { readonly id: string; readonly head: string }[], name: string): string {
  const margins = (left: string, right: string): string => `
  @top-left { content: ${quoted(left)}; font: 7.5pt 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif; color: #555; }
  @top-right { content: ${quoted(right)}; font: 7.5pt 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif; color: #555; }
  @bottom-right { content: counter(page); font: 8pt 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif; color: #333; }`;
  return sections
    .map(({ id, head }) => `@page p-${id} {${margins(name, head)} }\n#${id} { page: p-${id}; }`)
    .join('\n');
}
