/**
 * Which page each anchor of a printed document is on. Chromium writes plain PDF 1.4: objects one by one, and a name for each place that a link
 * of the page leads to, in the dictionary `/Dests` of the catalogue. Nothing else of PDF is read here.
 */

/** Pages by anchor, counted from 1. @throws Error where the file is not what Chromium writes. */
export function pagesOfAnchors(pdf: Uint8Array): ReadonlyMap<string, number> {
  const objects = objectsOf(Buffer.from(pdf).toString('latin1'));
  const catalogue = [...objects.values()].find((body) => /\/Type\s*\/Catalog\b/.test(body));
  if (catalogue === undefined) throw new Error('the PDF has no catalogue that can be read');
  const numbers = new Map(pageObjects(objects, catalogue).map((id, index) => [id, index + 1]));
  const pages = new Map<string, number>();
  for (const [, name = '', page = ''] of destinations(objects, catalogue).matchAll(DESTINATION)) {
    const number = numbers.get(Number(page));
    if (number !== undefined) pages.set(unescapeName(name), number);
  }
  return pages;
}

const OBJECT = /(?:^|[\r\n])(\d+) 0 obj\b/g;
const DESTINATION = /\/([^\s/[\]<>()]+)\s*\[\s*(\d+) 0 R\s*\/XYZ\b/g;

/** Bodies by number; what a stream holds is left out. */
function objectsOf(text: string): ReadonlyMap<number, string> {
  const objects = new Map<number, string>();
  for (const match of text.matchAll(OBJECT)) {
    const from = match.index + match[0].length;
    const body = text.slice(from, text.indexOf('endobj', from));
    const stream = body.indexOf('stream');
    objects.set(Number(match[1]), stream === -1 ? body : body.slice(0, stream));
  }
  return objects;
}

function destinations(objects: ReadonlyMap<number, string>, catalogue: string): string {
  const reference = /\/Dests\s+(\d+) 0 R/.exec(catalogue)?.[1];
  return reference === undefined ? catalogue : (objects.get(Number(reference)) ?? '');
}

/** Numbers of the page objects in the order of the pages. */
function pageObjects(objects: ReadonlyMap<number, string>, catalogue: string): readonly number[] {
  const root = /\/Pages\s+(\d+) 0 R/.exec(catalogue)?.[1];
  const walk = (id: number): readonly number[] => {
    const kids = /\/Kids\s*\[([^\]]*)\]/.exec(objects.get(id) ?? '')?.[1];
    return kids === undefined ? [id] : [...kids.matchAll(/(\d+) 0 R/g)].flatMap(([, kid]) => walk(Number(kid)));
  };
  return root === undefined ? [] : walk(Number(root));
}

/** `#2d` of a PDF name is the character of that number; an anchor is ASCII. */
function unescapeName(name: string): string {
  return name.replace(/#([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}
