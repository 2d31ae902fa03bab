/** The specification as PDF: printed by Chromium, twice, because only the first print tells on which page a chapter begins. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawPlainDiagram } from '../plainDiagram.js';
import { FormatUnavailable, type RenderedFiles } from '../specification/formats.js';
import type { Specification } from '../specification/model.js';
import { printPdf } from './chromium.js';
import { pagesOfAnchors } from './destinations.js';
import { numberedAnchors, printPage } from './printPage.js';

const LIMIT_MS = 240_000;
/** Numbers take a place that is kept for them, so the second print has the pages of the first; a third is for what nobody foresaw. */
const MOST_PRINTS = 3;

/** @throws FormatUnavailable where there is no Chromium, or it does not print. */
export async function renderPdf(specification: Specification): Promise<RenderedFiles> {
  const folder = mkdtempSync(join(tmpdir(), 'nicspec-pdf-'));
  try {
    return new Map([['nicspec.pdf', await printed(specification, folder)]]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function printed(specification: Specification, folder: string): Promise<Uint8Array> {
  const diagrams = new Map(
    await Promise.all(
      specification.diagrams.map(async (diagram) => [diagram.id, await drawPlainDiagram(diagram)] as const),
    ),
  );
  const anchors = numberedAnchors(specification);
  const html = join(folder, 'nicspec.html');
  const file = join(folder, 'nicspec.pdf');
  let pages: ReadonlyMap<string, number> = new Map();
  for (let print = 1; print <= MOST_PRINTS; print++) {
    writeFileSync(html, printPage({ specification, diagrams, pages }));
    rmSync(file, { force: true });
    const fault = await printPdf(html, file, { outline: true, isDraft: print === 1, limitMs: LIMIT_MS });
    if (fault !== null) throw new FormatUnavailable(fault);
    const pdf = readFileSync(file);
    const found = pagesOfAnchors(pdf);
    const missing = anchors.find((anchor) => !found.has(anchor));
    if (missing !== undefined) throw new Error(`the printed document has no place for ${missing}`);
    if (anchors.every((anchor) => found.get(anchor) === pages.get(anchor))) return pdf;
    pages = found;
  }
  throw new Error('the page numbers of the contents did not settle');
}
