/** Diagrams in black on white, for formats that have no style of their own. */
import { instance } from '@viz-js/viz';

type Viz = Awaited<ReturnType<typeof instance>>;
let viz: Promise<Viz> | undefined;

/** Letters are laid out as wide as Helvetica's; whatever sans-serif a reader has may be wider by a sixth. */
const LAID_OUT = { node: 14, edge: 12 };
const SHOWN = { node: 12, edge: 10 };

/** An SVG drawing of DOT source. */
export async function drawDiagram(source: string): Promise<string> {
  viz ??= instance();
  const svg = (await viz).renderString(source, {
    format: 'svg',
    graphAttributes: { fontname: 'Helvetica,Arial,sans-serif', fontsize: LAID_OUT.node, bgcolor: 'transparent' },
    nodeAttributes: { fontname: 'Helvetica,Arial,sans-serif', fontsize: LAID_OUT.node, margin: '0.18,0.07' },
    edgeAttributes: { fontname: 'Helvetica,Arial,sans-serif', fontsize: LAID_OUT.edge },
  });
  return svg
    .replaceAll(`font-size="${LAID_OUT.node}.00"`, `font-size="${SHOWN.node}"`)
    .replaceAll(`font-size="${LAID_OUT.edge}.00"`, `font-size="${SHOWN.edge}"`);
}
