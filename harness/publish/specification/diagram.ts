/** Diagrams: from text in the DOT language to SVG whose colours are left to the page, by class. */
import type { Viz } from '@viz-js/viz';
import { UsageError } from '../../runner/usage.js';

let engine: Promise<Viz> | undefined;

/**
 * Of every diagram: what is not a matter of its content. Room is left for a wider font than the one it is measured with: text is
 * drawn at `DRAWN` of its size.
 */
const ATTRIBUTES = {
  graphAttributes: { bgcolor: 'transparent', fontname: 'Arial', fontsize: 12, pad: 0.1 },
  nodeAttributes: { fontname: 'Arial', fontsize: 12.5, style: 'rounded', height: 0.35, margin: '0.14,0.06' },
  edgeAttributes: { fontname: 'Arial', fontsize: 11.5, arrowsize: 0.6 },
};

/**
 * An SVG element: strokes and text in `currentColor`, `class="accent"` and `class="note"` of the source kept, no ids, no tooltips.
 * @throws UsageError that names the diagram, where the text is no DOT.
 */
export async function drawDiagram({ id, source }: { readonly id: string; readonly source: string }): Promise<string> {
  engine ??= import('@viz-js/viz').then(({ instance }) => instance());
  const result = (await engine).render(source, { format: 'svg', engine: 'dot', ...ATTRIBUTES });
  if (result.status !== 'success') {
    const why = result.errors.map(({ message }) => message).join('; ');
    throw new UsageError(`the diagram ${id} is not DOT: ${why}; put it right in spec/document/diagrams/${id}.dot`);
  }
  return plainSvg(result.output);
}

const DRAWN = 0.88;

/** What graphviz writes, without what it says of itself and without colours of its own. */
function plainSvg(svg: string): string {
  return svg
    .slice(svg.indexOf('<svg'))
    .replaceAll(/<!--[^]*?-->\s*/g, '')
    .replaceAll(/<title>[^]*?<\/title>\s*/g, '')
    .replaceAll(/ id="[^"]*"/g, '')
    .replaceAll(/ xlink:[a-z]+="[^"]*"/g, '')
    .replace(/ xmlns:xlink="[^"]*"/, '')
    .replaceAll('stroke="black"', 'stroke="currentColor"')
    .replaceAll('fill="black"', 'fill="currentColor"')
    .replaceAll(/<text ([^>]*)>/g, (_, attributes: string) =>
      attributes.includes('fill=') ? `<text ${attributes}>` : `<text ${attributes} fill="currentColor">`,
    )
    .replaceAll(/ font-size="([\d.]+)"/g, (_, size: string) => ` font-size="${(Number(size) * DRAWN).toFixed(1)}"`)
    .trim();
}
