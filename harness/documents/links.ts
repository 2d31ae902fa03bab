/** Links of Markdown documents to each other. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface BrokenLink {
  readonly line: number;
  readonly link: string;
  readonly why: string;
}

/** The links of a document that lead nowhere in this tree. Addresses of the web are not followed. */
export function brokenLinks(file: string, markdown = readFileSync(file, 'utf8')): readonly BrokenLink[] {
  const broken: BrokenLink[] = [];
  for (const [index, text] of withoutBlocks(markdown).entries())
    for (const [, link = ''] of text.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)) {
      const why = whyBroken(file, link, markdown);
      if (why !== null) broken.push({ line: index + 1, link, why });
    }
  return broken;
}

function whyBroken(file: string, link: string, own: string): string | null {
  if (/^[a-z]+:/.test(link)) return null;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : resolve(dirname(file), path);
  // What is generated and not tracked.
  if (target.includes(join('docs', 'api'))) return null;
  if (!existsSync(target)) return `there is no ${path}`;
  if (anchor === undefined || !target.endsWith('.md')) return null;
  const anchors = anchorsOf(path === '' ? own : readFileSync(target, 'utf8'));
  return anchors.has(anchor) ? null : `${path} has no heading #${anchor}`;
}

/** As GitHub makes them of headings. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const line of withoutBlocks(markdown)) {
    const heading = /^#+ (.+)$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Lines of fenced blocks are empty, so that the others keep their numbers. */
function withoutBlocks(markdown: string): string[] {
  let inBlock = false;
  return markdown.split('\n').map((line) => {
    const isFence = /^ *```/.test(line);
    if (isFence) inBlock = !inBlock;
    return isFence || inBlock ? '' : line;
  });
}
