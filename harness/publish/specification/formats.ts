/** What the specification is written as. Each renderer is a pure function of the tree to files, loaded when it is asked for. */
import type { Specification } from './model.js';

/** Files by path below the format's folder. */
export type RenderedFiles = ReadonlyMap<string, string | Uint8Array>;

export type Renderer = (specification: Specification) => RenderedFiles | Promise<RenderedFiles>;

/** A format cannot be written here, for a reason that is not in the specification; the others can. */
export class FormatUnavailable extends Error {}

/** By the name that `--format` takes, which is also the folder's. */
export const FORMATS: Readonly<Record<string, () => Promise<Renderer>>> = {
  html: () => import('../html/index.js').then(({ renderHtml }) => renderHtml),
  rst: () => import('../rst/render.js').then(({ renderRst }) => renderRst),
  md: () => import('../markdown/render.js').then(({ renderMarkdown }) => renderMarkdown),
  pdf: () => import('../pdf/render.js').then(({ renderPdf }) => renderPdf),
};
