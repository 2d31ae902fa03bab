/** Diagrams as files of their own, for formats that have no style for them: black on white. */
import type { Diagram } from './specification/model.js';
import { drawDiagram } from './specification/diagram.js';

/** Letters are laid out as wide as Helvetica's; whatever sans-serif a reader has may be wider by a sixth. */
const SHRUNK = 0.87;

/** An SVG document. */
export async function drawPlainDiagram(diagram: Diagram): Promise<string> {
  const svg = await drawDiagram(diagram);
  return svg
    .replaceAll(/font-size="([\d.]+)"/g, (_, size: string) => `font-size="${(Number(size) * SHRUNK).toFixed(2)}"`)
    .replaceAll('font-family="Helvetica"', 'font-family="Helvetica,Arial,sans-serif"')
    .concat('\n');
}
