/** Diagrams in black on white, for formats that have no style of their own. */
import { instance } from '@viz-js/viz';

type Viz = Awaited<ReturnType<typeof instance>>;
let viz: Promise<Viz> | undefined;

/** An SVG drawing of DOT source. */
export async function drawDiagram(source: string): Promise<string> {
  viz ??= instance();
  return (await viz).renderString(source, {
    format: 'svg',
    graphAttributes: { fontname: 'Helvetica,Arial,sans-serif', fontsize: 12, bgcolor: 'transparent' },
    nodeAttributes: { fontname: 'Helvetica,Arial,sans-serif', fontsize: 12, margin: '0.14,0.07' },
    edgeAttributes: { fontname: 'Helvetica,Arial,sans-serif', fontsize: 10 },
  });
}
