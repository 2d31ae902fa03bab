/** The specification as HTML: static pages in one folder, that work from file:// and from any host. */
import { drawDiagram } from '../specification/diagram.js';
import type { Specification } from '../specification/model.js';
import type { RenderedFiles } from '../specification/formats.js';
import type { Block } from '../specification/prose.js';
import { stateDiagram } from '../specification/stateDiagram.js';
import { renderChapter } from './chapterPage.js';
import { renderFront } from './frontPage.js';
import { renderChanges, renderCompanion, renderGlossary, renderIndex, renderProfiles } from './lookUpPages.js';
import { chapterPage, companionPage, PAGES, placesOf } from './places.js';
import { SCHEME_SCRIPT, searchLibrary, SITE_SCRIPT } from './scripts.js';
import { searchScript } from './searchIndex.js';
import { STYLE } from './style.js';

/** Every file, by its name below the folder. The same specification gives the same bytes. */
export async function renderHtml(given: Specification): Promise<RenderedFiles> {
  const { specification, machines } = withMachines(given);
  const places = placesOf(specification);
  const drawings = new Map<string, string>();
  for (const diagram of [...specification.diagrams, ...machines]) {
    drawings.set(diagram.id, await drawDiagram(diagram));
  }
  const context = { specification, places, drawings };
  const { indexes, parts, companions } = specification;
  const files = new Map<string, string>();
  files.set(PAGES.front, renderFront(specification, context));
  for (const chapter of parts.flatMap(({ chapters }) => chapters))
    files.set(chapterPage(chapter.id), renderChapter(chapter, context));
  for (const companion of companions) files.set(companionPage(companion.id), renderCompanion(companion, context));
  for (const index of [
    { page: PAGES.level, title: 'Requirements by level', introduction: LEVEL_TEXT, entries: indexes.level },
    {
      page: PAGES.capability,
      title: 'Requirements by capability',
      introduction: CAPABILITY_TEXT,
      entries: indexes.capability,
    },
    {
      page: PAGES.release,
      title: 'Requirements by kernel release',
      introduction: RELEASE_TEXT,
      entries: indexes.release,
    },
  ])
    files.set(index.page, renderIndex(index, context));
  for (const [page, text] of renderProfiles(context)) files.set(page, text);
  files.set(PAGES.glossary, renderGlossary(context));
  files.set(PAGES.changes, renderChanges(context));
  files.set('assets/style.css', STYLE);
  files.set('assets/scheme.js', SCHEME_SCRIPT);
  files.set('assets/site.js', SITE_SCRIPT);
  files.set('assets/minisearch.js', searchLibrary());
  files.set('assets/search-index.js', searchScript(specification, places));
  return files;
}

const LEVEL_TEXT =
  'How much a requirement binds, in the words of RFC 2119 and RFC 8174. A profile may bind at another level.';
const CAPABILITY_TEXT =
  'What a device is asked whether it can. Where it cannot, what needs the capability is not applicable, unless the profile demands it.';
const RELEASE_TEXT =
  'The first release of the kernel that has what a requirement is about: each says which name of the kernel came then. An older kernel cannot be asked. 2.6.12 stands for everything before it too.';

/** Machines in companion documents become diagrams as all others. */
function withMachines(specification: Specification): {
  readonly specification: Specification;
  readonly machines: Specification['diagrams'];
} {
  const machines: { id: string; source: string }[] = [];
  const companions = specification.companions.map((companion) => {
    let title = companion.title;
    return {
      ...companion,
      content: companion.content.map((block): Block => {
        if (block.kind === 'heading') title = block.content.map((one) => ('text' in one ? one.text : '')).join('');
        const source = block.kind === 'code' && block.language === 'mermaid' ? stateDiagram(block.text) : undefined;
        if (source === undefined) return block;
        const id = `${companion.id}-machine-${machines.length + 1}`;
        machines.push({ id, source });
        return { kind: 'diagram', id, caption: `States and transitions: ${title.replace(/^[\d.]+\s+/, '')}` };
      }),
    };
  });
  return { specification: { ...specification, companions }, machines };
}
