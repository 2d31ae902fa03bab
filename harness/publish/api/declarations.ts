/**
 * Which declarations of the programming interface requirements constrain: TSDoc says so with `@requirement NIC-CSUM-*, NIC-TSO-001`.
 * Sources are read as text, because the compiler is not there when the specification is checked.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { matchesPattern } from '../../runner/namePattern.js';
import { filesBelow, slashed } from '../../runner/project.js';
import { nearestName } from '../../runner/usage.js';
import { areaOf, type Requirement } from '../../runner/spec.js';
import type { TraceError } from '../../runner/trace.js';

/** A declaration, or a member of one, that names requirements. */
export interface ConstrainedDeclaration {
  /** `HostTransmit`, or `HostTransmit.fragments` for a member. */
  readonly name: string;
  /** `harness/contract/target.ts` */
  readonly file: string;
  readonly line: number;
  /** Ids, or `AREA-*`. */
  readonly requirements: readonly string[];
}

export interface ReadDeclarations {
  readonly declarations: readonly ConstrainedDeclaration[];
  /** Tags that are not in the TSDoc of an exported declaration or of a member of one. */
  readonly stray: readonly TraceError[];
}

/** Where the entry points of the API reference (typedoc.json) have their declarations. */
const FOLDERS = [
  'harness/contract',
  'reference-impl/packet',
  'reference-impl/netlink',
  'reference-impl/device',
  'reference-impl/nettool',
];

const TAG = /@requirement\s+([^*\n][^\n]*?)\s*(?:\*\/)?$/;
const DECLARATION = /^export (?:abstract )?(?:async )?(?:interface|type|class|const|function) ([A-Za-z_$][\w$]*)/;
const MEMBER = /^ {2}(?:readonly )?(?:async )?([a-z][\w$]*)\??[(:<]/;

/** `root`: the project's folder. Empty where it has no sources, as in the published package. */
export function readDeclarations(root: string): ReadDeclarations {
  const declarations: ConstrainedDeclaration[] = [];
  const stray: TraceError[] = [];
  for (const folder of FOLDERS.filter((name) => existsSync(join(root, name)))) {
    for (const path of filesBelow(join(root, folder), ['.ts'])) {
      if (path.endsWith('.test.ts')) continue;
      const found = declarationsIn(readFileSync(path, 'utf8'), slashed(relative(root, path)));
      declarations.push(...found.declarations);
      stray.push(...found.stray);
    }
  }
  return { declarations, stray };
}

/** What one file declares. */
export function declarationsIn(text: string, file: string): ReadDeclarations {
  const declarations: ConstrainedDeclaration[] = [];
  const stray: TraceError[] = [];
  let owner = '';
  let tag: { readonly line: number; readonly requirements: readonly string[] } | undefined;
  const isOver = (line: number): void => {
    if (tag !== undefined)
      stray.push({
        place: `${file}:${tag.line}`,
        message: `@requirement is of nothing that line ${line} declares; put it before an exported declaration or a member of one`,
      });
    tag = undefined;
  };
  for (const [index, line] of text.split('\n').entries()) {
    const named = TAG.exec(line)?.[1];
    if (named !== undefined && /^\s*\/?\*/.test(line)) {
      const earlier: readonly string[] = tag?.requirements ?? [];
      tag = { line: index + 1, requirements: [...earlier, ...named.split(/[\s,]+/)] };
      continue;
    }
    if (/^\s*(?:\/\*\*|\*)/.test(line)) continue;
    const declared = DECLARATION.exec(line)?.[1];
    if (declared !== undefined) owner = declared;
    else if (/^\S/.test(line) && !/^[})]/.test(line)) owner = '';
    if (tag === undefined) continue;
    const member = owner === '' ? undefined : MEMBER.exec(line)?.[1];
    const name = declared ?? (member === undefined ? undefined : `${owner}.${member}`);
    if (name === undefined) isOver(index + 1);
    else declarations.push({ name, file, ...tag });
    tag = undefined;
  }
  isOver(text.split('\n').length);
  return { declarations, stray };
}

/** Does each tag name a requirement that there is, and one declaration? */
export function declarationErrors(
  { declarations, stray }: ReadDeclarations,
  requirements: readonly Pick<Requirement, 'id'>[],
): readonly TraceError[] {
  const ids = requirements.map(({ id }) => id);
  const known = [...ids, ...new Set(ids.map((id) => `${areaOf(id)}-*`))];
  const places = new Map<string, string>();
  return [
    ...stray,
    ...declarations.flatMap(({ name, file, line, requirements: named }) => {
      const place = `${file}:${line}`;
      const other = places.get(name);
      places.set(name, place);
      return [
        ...(other === undefined
          ? []
          : [{ place, message: `${name} has requirements at ${other} too; two pages cannot have one name` }]),
        ...named
          .filter((pattern) => !ids.some((id) => matchesPattern(pattern, id)))
          .map((pattern) => {
            const near = nearestName(pattern, known);
            return {
              place,
              message: `there is no requirement ${pattern}, which ${name} names${near === undefined ? '' : `; did you mean ${near}?`}`,
            };
          }),
      ];
    }),
  ];
}
